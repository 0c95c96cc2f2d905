//! One writer at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::Path;

use crate::storage::store::StoreError;

/// Bytes of the lock file that are read, at most: a process id in decimal.
const MAX_PID_BYTES: u64 = 16;

/// The writer's lock, held until it is dropped or the process ends, however it ends. The file stays.
#[derive(Debug)]
pub(super) struct Lock {
    /// The lock goes with the open file.
    _file: File,
}

impl Lock {
    /// Locks the file, and leaves the process id in it for whoever comes next.
    pub(super) fn acquire(path: &Path) -> Result<Self, StoreError> {
        let io = StoreError::io(path);
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = options.map_err(&io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(io(error)),
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Who holds it is a courtesy; that it is held is what matters.
                let _ = file.take(MAX_PID_BYTES).read_to_string(&mut holder);
                return Err(StoreError::Locked { path: path.into(), pid: holder.trim().parse().ok() });
            }
        }
        file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(&io)?;
        Ok(Self { _file: file })
    }
}
