//! Runs that are kept beyond a process, each in a file that is named for its SHA-256 and written once: `runs/<SHA-256>`.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::durable;
use super::plain;
use super::scratch_files::read_at;
use crate::core::hash::Hash;
use crate::core::shelf::{KeptRun, OpenedRun, Sheet, Space};
use crate::core::state::shelves::Runs;

/// The folder, beside what names the runs.
pub(super) const RUNS: &str = "runs";
/// What the name of a file begins with that is being written.
const UNFINISHED: &str = "tmp-";

/// The folder of runs. As a space, it keeps each sheet that was settled.
#[derive(Debug)]
pub struct RunFiles {
    folder: PathBuf,
    /// How many were begun.
    begun: AtomicU64,
}

#[derive(Debug)]
struct RunFile {
    file: File,
    path: PathBuf,
}

impl RunFiles {
    /// Beside what names them, in that folder.
    pub fn within(folder: &Path) -> Self {
        Self { folder: folder.join(RUNS), begun: AtomicU64::new(0) }
    }

    /// Opens the files of runs, and reads nothing but their lengths. Who has them open can read them though they are removed.
    ///
    /// # Errors
    /// `InvalidData` where one is not as long as it should be; what the system says.
    pub fn open(&self, runs: &Runs) -> io::Result<Runs<OpenedRun>> {
        runs.try_map(|run| {
            let path = self.folder.join(run.sha256.to_string());
            let file = plain::open(&path)?;
            let length = file.metadata()?.len();
            if length != run.bytes {
                let words = format!("expected {} bytes, found {length}", run.bytes);
                return Err(io::Error::new(ErrorKind::InvalidData, words));
            }
            Ok((run.clone(), Box::new(RunFile { file, path }) as Box<dyn Sheet>))
        })
    }

    /// Removes every file but those of these runs. One that cannot be removed is tried again the next time.
    pub fn remove_others<'a>(&self, runs: impl Iterator<Item = &'a KeptRun>) {
        if plain::check_folder(&self.folder).is_err() {
            return;
        }
        let names: BTreeSet<_> = runs.map(|run| run.sha256.to_string()).collect();
        let items = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for item in items.filter(|item| item.file_name().to_str().is_none_or(|name| !names.contains(name))) {
            let _ = fs::remove_file(item.path());
        }
    }

    /// Removes all of them.
    ///
    /// # Errors
    /// What the system says.
    pub fn clear(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Space for RunFiles {
    fn sheet(&self) -> io::Result<Box<dyn Sheet>> {
        plain::check_folder(&self.folder)?;
        fs::create_dir_all(&self.folder)?;
        let number = self.begun.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{UNFINISHED}{number}"));
        let file = plain::create(&path)?;
        Ok(Box::new(RunFile { file, path }))
    }
}

impl Sheet for RunFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    fn settle(&mut self, sha256: &Hash) -> io::Result<()> {
        self.file.sync_all()?;
        let target = self.path.with_file_name(sha256.to_string());
        durable::settle(&self.path, &target).map_err(io::Error::other)?;
        self.path = target;
        Ok(())
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        read_at(&self.file, offset, into)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", self.path.display())))
    }
}
