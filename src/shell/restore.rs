//! Restoring: a ledger's folder made anew from a copy of it: a folder, a zip, or what a web server serves.
//!
//! What is taken from the copy are entries, checkpoints with their cosignatures, and attachments; hash tiles are made of the
//! entries. It is written beside the target, judged there as `verify` judges, and only then gets its name: what is restored is
//! what was judged, however the copy changes meanwhile, and a restoration that is interrupted leaves no ledger. An attachment
//! is taken when a lawful entry that names it is judged, and no more of it than the entry says.

mod tail;

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

use serde::Serialize;

use crate::core::audit::{CHECKPOINT, CHECKPOINTS, attachment_name};
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::fault::{Code, Fault, Faults};
use crate::core::hash::Hash;
use crate::core::note::MAX_NOTE_BYTES;
use crate::core::policy::Policy;
use crate::core::statement::Rule;
use crate::core::tile::{Tile, TileKind};
use crate::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};
use crate::storage::bundle_writer::BundleWriter as _;
use crate::storage::folder_bundle::FolderBundle;
use crate::storage::folder_store::FolderStore;
use crate::storage::folder_writer::FolderWriter;
use crate::storage::frozen::{Frozen, MAX_TAIL_BYTES};
use crate::storage::layout::{ATTACHMENTS, Layout, SIZES, TAIL};
use crate::storage::store::{Log as _, StoreError};

use super::derived::Derived;
use super::replay::Entries;
use super::taking::Taking;
use super::verify::{OnEntry, Options, verify};

/// Why nothing was restored. There is nothing at the target that was not there before.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The copy is bad, or could not be read; or the folder could not be written.
    #[error(transparent)]
    Trouble(#[from] Trouble),
    /// What was written does not open as a ledger, or there is something at the target.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RestoreError {
    /// The stable name of what went wrong; of a copy that is bad, that of its first fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Trouble(Trouble::Faults(faults)) => faults.first().map_or("bundle-malformed", |it| it.code.as_str()),
            Self::Trouble(Trouble::Io { .. }) => "bundle-unreadable",
            Self::Store(error) => error.code(),
        }
    }
}

impl From<Fault> for RestoreError {
    fn from(fault: Fault) -> Self {
        Self::Trouble(fault.into())
    }
}

/// A ledger that was restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// Which ledger it is.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// How many of them its checkpoint promises.
    pub sealed: u64,
    /// The root of all entries.
    pub root: Hash,
    /// What did not come back, as the copy does not have it: attachments that entries name.
    pub missing: Vec<Fault>,
    /// Who cosigned the checkpoint, where nothing says whom to ask for the next: the policy given names no witness.
    pub unasked: Vec<String>,
    /// Files of the copy that are no part of the ledger, and stayed there: attachments that no entry names, too, where the
    /// copy lists them.
    pub left: Vec<String>,
    /// What stayed there of its tail.
    pub torn: Torn,
}

/// What stands at the end of a copy's tail and forms no whole entry: an unfinished write, or damage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Torn {
    /// How many bytes.
    pub bytes: u64,
    /// How many whole entries are somewhere in them, which cannot follow what was restored.
    pub whole_entries: u64,
}

/// Makes a ledger's folder from a copy. The policy is the reader's, as for [`verify`]; without one, the checkpoints have to
/// be the operator's own, whoever that is. One that names witnesses is what the ledger's next checkpoints must meet, as the
/// file `witnesses` says. Progress is told as in [`Options::progress`].
///
/// # Errors
/// [`StoreError::Exists`] unless there is nothing at the target, or an empty folder; [`Trouble::Faults`] with what
/// [`verify`] finds wrong with the copy, but for up to [`MAX_FAULTS`](crate::core::audit::MAX_FAULTS) attachments that are
/// missing, or with what is wrong with the policy; else what could not be read or written.
pub fn restore(
    copy: &dyn Bundle,
    target: &Path,
    policy: Option<&[u8]>,
    progress: &mut OnEntry<'_>,
) -> Result<Restored, RestoreError> {
    let nobody = Policy::parse(b"quorum none\n")?;
    let given = policy.map(Policy::parse).transpose()?;
    let frozen = Frozen::of(copy)?;
    let mut writer = FolderWriter::create(target).map_err(|trouble| match trouble {
        Trouble::Io { source, .. } if source.kind() == ErrorKind::AlreadyExists => {
            RestoreError::Store(StoreError::Exists(target.into()))
        }
        trouble => trouble.into(),
    })?;
    let mut left = take(&frozen, &mut writer)?;
    complete(&mut writer)?;
    let folder = FolderBundle::open(writer.folder())?;
    let judged = Taking::new(&folder, &frozen, &mut writer)?;
    let options = Options { pins: Vec::new(), rule: Rule::Cofactored, progress, as_of: None, watch: &mut () };
    let report = verify(&judged, given.as_ref().unwrap_or(&nobody), options)?;
    if report.unlisted > 0 {
        // What is not listed may be worse than the missing attachments that are: of those, no more than MAX_FAULTS.
        return Err(Trouble::Faults(Faults::and_more(report.faults, report.unlisted)).into());
    }
    let untrusted = |fault: &Fault| given.is_none() && fault.code == Code::CheckpointUntrusted;
    let faults = report.faults.into_iter().filter(|fault| !untrusted(fault));
    let (missing, mut faults): (Vec<_>, Vec<_>) = faults.partition(|fault| fault.code == Code::AttachmentMissing);
    let (taken, unreadable) = judged.end();
    faults.extend(unreadable);
    if !faults.is_empty() {
        return Err(Trouble::from(faults).into());
    }
    left.extend(unnamed(&frozen, taken, &missing)?);
    let torn = tail::settle(&mut writer)?;
    // What else a kill left in the copy is put right as in any ledger, and what cannot be is told before there is one.
    let (mut store, _) = FolderStore::open(writer.folder())?;
    let witnesses = policy.filter(|_| given.is_some_and(|given| !given.witnesses().is_empty()));
    // Before there is anything that could be published without them.
    witnesses.map(|policy| store.keep_witnesses(policy)).transpose()?;
    let latest = store.checkpoint()?.map(|bytes| SignedCheckpoint::parse(&bytes)).transpose()?;
    let unasked = latest.filter(|_| witnesses.is_none()).map(|latest| latest.cosigners()).unwrap_or_default();
    drop(store);
    writer.finish()?;
    let (origin, size, sealed, root) = (report.origin, report.size, report.sealed, report.root);
    Ok(Restored { origin, size, sealed, root, missing, unasked, left, torn })
}

/// Copies entries and checkpoints. Gives back the names of what is no part of a ledger.
fn take(copy: &dyn Bundle, writer: &mut FolderWriter) -> Result<Vec<String>, RestoreError> {
    let names = copy.names()?;
    let Layout { unknown, unexpected, .. } = Layout::of(names.clone());
    let unknown: BTreeSet<String> = unknown.into_iter().chain(unexpected).collect();
    let made = |name: &String| Tile::parse(name).is_some_and(|tile| tile.kind != TileKind::Entries);
    let later = |name: &String| name == SIZES || name.starts_with(ATTACHMENTS) || made(name);
    for name in names.into_iter().filter(|name| !unknown.contains(name) && !later(name)) {
        let limit = match name.as_str() {
            TAIL => MAX_TAIL_BYTES,
            name if Tile::parse(name).is_some() => MAX_ENTRY_BUNDLE_BYTES,
            _ => MAX_NOTE_BYTES as u64,
        };
        if let Some(content) = copy.read(&name, limit)? {
            writer.add(&name, &mut content.as_slice())?;
        }
    }
    Ok(unknown.into_iter().collect())
}

/// The copy's attachments that no entry names.
fn unnamed(copy: &dyn Bundle, taken: Vec<String>, missing: &[Fault]) -> Result<Vec<String>, Trouble> {
    let named: BTreeSet<String> =
        taken.into_iter().chain(missing.iter().filter_map(|fault| fault.file.clone())).collect();
    let Layout { attachments, .. } = Layout::of(copy.names()?);
    Ok(attachments.iter().map(attachment_name).filter(|name| !named.contains(name)).collect())
}

/// Adds what follows from what was copied: hash tiles, and the latest checkpoint under its size.
fn complete(writer: &mut FolderWriter) -> Result<(), RestoreError> {
    let bundle = FolderBundle::open(writer.folder())?;
    let missing = || Fault::new(Code::CheckpointMissing, "a checkpoint", "no such file").in_file(CHECKPOINT);
    let bytes = bundle.read(CHECKPOINT, MAX_NOTE_BYTES as u64)?.ok_or_else(missing)?;
    let checkpoint = SignedCheckpoint::parse(&bytes).map_err(|fault| fault.in_file(CHECKPOINT))?;
    let size = checkpoint.checkpoint().size;
    let layout = Layout::of(bundle.names()?);
    if size > 0 && !layout.checkpoints.contains(&size) {
        writer.supply(&format!("{CHECKPOINTS}{size}"), &mut bytes.as_slice())?;
    }
    let mut derived = Derived::of(&bundle, &layout);
    let mut put = |tile: &Tile, bytes: Option<&[u8]>| match bytes {
        Some(mut bytes) if tile.kind != TileKind::Entries || !layout.has(tile) => {
            writer.supply(&tile.path(), &mut bytes)
        }
        // What of the copy's entries contradicts itself is judged as it is.
        _ => Ok(()),
    };
    Entries::of(&bundle)?.read(0, &mut |entry| {
        derived.entry(entry, &mut put)?;
        Ok(true)
    })?;
    Ok(derived.end(size, &mut put)?)
}
