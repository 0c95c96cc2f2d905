//! One writer at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::Duration;

use super::plain;
use super::store::StoreError;

/// Bytes of the lock file that are read, at most: a process id in decimal.
const MAX_PID_BYTES: u64 = 16;
/// How often a lock that this very process may hold is asked for again.
const MAX_TRIES: u32 = 50;
/// How long is waited in between.
const BETWEEN_TRIES: Duration = Duration::from_millis(2);

/// The writer's lock, held until it is dropped or the process ends, however it ends. The file stays.
#[derive(Debug)]
pub(super) struct Lock {
    /// The lock goes with the open file.
    _file: File,
    /// The folder that the file is in, which is locked too: who removes the file makes room for another, but for no other
    /// writer.
    #[cfg(unix)]
    _folder: File,
}

impl Lock {
    /// Locks the file, and leaves the process id in it for whoever comes next.
    pub(super) fn acquire(path: &Path) -> Result<Self, StoreError> {
        let io = StoreError::io(path);
        let options = &mut OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut file = plain::open_as(options, path).map_err(&io)?;
        let mut tries = 0;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(io(error)),
                Err(TryLockError::WouldBlock) => {}
            }
            let mut holder = String::new();
            // Who holds it is a courtesy; that it is held is what matters.
            let _ = file.rewind().and_then(|()| (&file).take(MAX_PID_BYTES).read_to_string(&mut holder));
            let pid = holder.trim().parse().ok();
            // A program that this process is starting shares its open files, and so its locks, until it runs.
            if pid != Some(std::process::id()) || tries == MAX_TRIES {
                return Err(StoreError::Locked { path: path.into(), pid });
            }
            tries += 1;
            std::thread::sleep(BETWEEN_TRIES);
        }
        #[cfg(unix)]
        let folder = lock_folder(path)?;
        file.rewind().map_err(&io)?;
        file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(&io)?;
        Ok(Self {
            _file: file,
            #[cfg(unix)]
            _folder: folder,
        })
    }
}

/// Locks the folder of that file itself.
#[cfg(unix)]
fn lock_folder(file: &Path) -> Result<File, StoreError> {
    let path = file.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = File::open(path).map_err(StoreError::io(path))?;
    match try_for_a_moment(&folder) {
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path: file.into(), pid: None }),
        // A file system that locks no folders has the file's lock.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(folder),
    }
}

/// Locks a file that says of nobody who holds it. A lock that is held is asked for again for a moment: a program that this
/// process is starting shares its open files, and so its locks, until it runs.
pub(super) fn try_for_a_moment(file: &File) -> Result<(), TryLockError> {
    for _ in 0..MAX_TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(BETWEEN_TRIES),
            done => return done,
        }
    }
    file.try_lock()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_who_holds_a_lock_as_many_bytes_are_read_as_a_process_id_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let _held = Lock::acquire(&path).unwrap();
        // The id of no process here, after so many spaces that a byte is left of it, or none.
        for (bytes, expected) in [(MAX_PID_BYTES - 1, Some(7)), (MAX_PID_BYTES, Some(7)), (MAX_PID_BYTES + 1, None)] {
            std::fs::write(&path, format!("{:>1$}", 7, bytes as usize)).unwrap();
            let Err(StoreError::Locked { pid, .. }) = Lock::acquire(&path) else { panic!("it is held") };
            assert_eq!(pid, expected, "{bytes} bytes");
        }
    }
}
