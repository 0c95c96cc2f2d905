//! What a witness remembers: the latest checkpoint of each log that it cosigned, and evidence against logs.
//!
//! - `logs/<origin hash>`: the latest checkpoint cosigned, a note. Replaced whole.
//! - `evidence/<origin hash>/<kind>-<hash of the refused text>/`: `latest`, `refused` and `why`.
//! - `lock`, `tmp/`: private. One process at a time; what was half written is removed at the next opening.
//!
//! An origin hash is the SHA-256 of a log's origin in lower-case hexadecimal, as in tlog-witness.

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::note::MAX_NOTE_BYTES;

use super::durable;
use super::lock::Lock;
use super::plain;
use super::store::StoreError;

mod evidence;

pub use evidence::{Exhibit, Kept, MAX_EVIDENCE, MAX_EVIDENCE_BYTES};

const LOGS: &str = "logs";
const EVIDENCE: &str = "evidence";
const LOCK: &str = "lock";
const TEMPORARY: &str = "tmp";

/// A witness's folder. Every call is durable on return; for one log, calls must not run at once.
#[derive(Debug)]
pub struct WitnessStore {
    folder: PathBuf,
    /// One exhibit is kept at a time, so that its limits hold.
    keeping: std::sync::Mutex<()>,
    _lock: Lock,
}

impl WitnessStore {
    /// Opens the folder, and makes it unless it is there.
    ///
    /// # Errors
    /// [`StoreError::Locked`]: another process has it open; [`StoreError::Damaged`]: there is a file in `logs` that no
    /// witness made; [`StoreError::Io`].
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        durable::make_folder(folder)?;
        let lock = Lock::acquire(&folder.join(LOCK))?;
        let temporary = folder.join(TEMPORARY);
        remove_folder(&temporary)?;
        for name in [LOGS, EVIDENCE, TEMPORARY] {
            durable::make_own_folder(&folder.join(name))?;
        }
        Ok(Self { folder: folder.to_owned(), keeping: std::sync::Mutex::new(()), _lock: lock })
    }

    /// The origin hashes of all logs that it remembers.
    ///
    /// # Errors
    /// [`StoreError::Damaged`]: a name that is no origin hash; [`StoreError::Io`].
    pub fn logs(&self) -> Result<Vec<Hash>, StoreError> {
        let folder = self.folder.join(LOGS);
        let io = StoreError::io(&folder);
        let mut logs = Vec::new();
        for item in fs::read_dir(&folder).map_err(&io)? {
            let item = item.map_err(&io)?;
            let name = Hash::from_hex(&item.file_name().to_string_lossy());
            logs.push(name.ok_or_else(|| {
                let fault = Fault::new(Code::FileUnexpected, "a file named by an origin hash", "another name");
                StoreError::damaged(&item.path())(fault)
            })?);
        }
        logs.sort_unstable();
        Ok(logs)
    }

    /// What it remembers of a log, as `read` reads it; `None` if nothing. What is returned would survive a power cut.
    ///
    /// # Errors
    /// [`StoreError::Damaged`], naming the file: `read` refuses it; [`StoreError::Io`].
    pub fn latest<T>(&self, log: &Hash, read: impl FnOnce(&[u8]) -> Result<T, Fault>) -> Result<Option<T>, StoreError> {
        let path = self.path(log);
        let io = StoreError::io(&path);
        let file = match plain::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(error)),
        };
        let mut bytes = Vec::new();
        // What the process before wrote may have been on its way to the disk when it was killed.
        file.sync_all().map_err(&io)?;
        file.take(MAX_NOTE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(&io)?;
        durable::sync_folder(&self.folder.join(LOGS))?;
        read(&bytes).map(Some).map_err(StoreError::damaged(&path))
    }

    /// Remembers the checkpoint that is about to be answered for. After an error it is not known which one a power cut
    /// would leave.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn replace(&self, log: &Hash, checkpoint: &[u8]) -> Result<(), StoreError> {
        let temporary = self.folder.join(TEMPORARY).join(log.to_string());
        durable::replace(&temporary, &self.path(log), checkpoint).map(drop)
    }

    /// The error that what it remembers of that log cannot be right.
    pub fn damaged(&self, log: &Hash, fault: Fault) -> StoreError {
        StoreError::damaged(&self.path(log))(fault)
    }

    fn path(&self, log: &Hash) -> PathBuf {
        self.folder.join(LOGS).join(log.to_string())
    }
}

fn remove_folder(path: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(StoreError::io(path)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
