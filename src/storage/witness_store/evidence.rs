//! Evidence against a log: kept once, durable, and bounded, so that nobody can fill a witness's disk with it.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use super::{EVIDENCE, TEMPORARY, WitnessStore, remove_folder};
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::hash::Hash;
use crate::core::witness::Evidence;
use crate::storage::durable;
use crate::storage::plain;
use crate::storage::store::StoreError;

/// Exhibits of one kind against one log, at most; the first ones stay. Each kind has its own room, so that what a stranger
/// can make cannot displace what only the log can.
pub const MAX_EVIDENCE: usize = 16;

/// Bytes of all exhibits of one kind against one log, at most.
pub const MAX_EVIDENCE_BYTES: u64 = 1 << 22;

/// A checkpoint that was refused, and what it stands against.
#[derive(Clone, Copy, Debug)]
pub struct Exhibit<'a> {
    /// What it is evidence of.
    pub kind: Evidence,
    /// The checkpoint that was cosigned last, if any was.
    pub latest: Option<&'a SignedCheckpoint>,
    /// The one that was refused.
    pub refused: &'a SignedCheckpoint,
    /// What was refused and why, as text.
    pub why: &'a str,
}

/// What became of an exhibit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Kept in that folder.
    New(PathBuf),
    /// It was there.
    Already,
    /// There is no more room.
    Full,
}

impl WitnessStore {
    /// Keeps an exhibit, unless it is there or there is no more room.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn keep(&self, log: &Hash, exhibit: &Exhibit<'_>) -> Result<Kept, StoreError> {
        let _one = self.keeping.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = self.folder.join(EVIDENCE).join(log.to_string());
        let target = folder.join(name(exhibit.kind, exhibit.refused));
        if target.exists() {
            // A kill right after it got there may have come before that was durable.
            durable::sync_folder(&folder)?;
            return Ok(Kept::Already);
        }
        let latest = exhibit.latest.map(ToString::to_string);
        let files = [
            ("latest", latest.as_deref().unwrap_or_default()),
            ("refused", &exhibit.refused.to_string()),
            ("why", exhibit.why),
        ];
        let bytes: u64 = files.iter().map(|(_, text)| text.len() as u64).sum();
        let (count, held) = measure(&folder, exhibit.kind)?;
        if count >= MAX_EVIDENCE || held.saturating_add(bytes) > MAX_EVIDENCE_BYTES {
            return Ok(Kept::Full);
        }
        let temporary = self.folder.join(TEMPORARY).join(EVIDENCE);
        remove_folder(&temporary)?;
        durable::make_folder(&temporary)?;
        for (name, text) in files.into_iter().filter(|(_, text)| !text.is_empty()) {
            let path = temporary.join(name);
            let mut file = plain::create(&path).map_err(StoreError::io(&path))?;
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(StoreError::io(&path))?;
        }
        durable::sync_folder(&temporary)?;
        durable::settle(&temporary, &target)?;
        Ok(Kept::New(target))
    }

    /// Lets go of what a checkpoint was suspected of and is not: it has since been proven to extend the others.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn clear(&self, log: &Hash, proven: &SignedCheckpoint) -> Result<(), StoreError> {
        let folder = self.folder.join(EVIDENCE).join(log.to_string());
        let target = folder.join(name(Evidence::PossibleFork, proven));
        if !target.exists() {
            return Ok(());
        }
        let _one = self.keeping.lock().unwrap_or_else(PoisonError::into_inner);
        let temporary = self.folder.join(TEMPORARY).join(EVIDENCE);
        remove_folder(&temporary)?;
        durable::settle(&target, &temporary)?;
        durable::sync_folder(&folder)?;
        remove_folder(&temporary)
    }
}

/// One exhibit for one text, whoever else signed it.
fn name(kind: Evidence, refused: &SignedCheckpoint) -> String {
    format!("{}-{}", kind.code(), Hash::of(refused.note().text().as_bytes()))
}

/// How many exhibits of a kind there are, and their bytes.
fn measure(folder: &Path, kind: Evidence) -> Result<(usize, u64), StoreError> {
    let io = StoreError::io(folder);
    let items = match fs::read_dir(folder) {
        Ok(items) => items,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok((0, 0)),
        Err(error) => return Err(io(error)),
    };
    let (mut count, mut bytes) = (0, 0u64);
    for item in items {
        let item = item.map_err(&io)?;
        if !item.file_name().to_string_lossy().starts_with(kind.code()) {
            continue;
        }
        count += 1;
        for file in fs::read_dir(item.path()).map_err(&io)? {
            bytes = bytes.saturating_add(file.and_then(|file| file.metadata()).map_err(&io)?.len());
        }
    }
    Ok((count, bytes))
}
