//! Files that are in their place whole or not at all, and are still there after a power cut.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::thread;

use super::plain;
use super::store::StoreError;

/// Writes a file elsewhere on the same disk, then puts it in its place, where it replaces any other. Durable on return.
/// Returns the file, open at its end.
pub(super) fn replace(temporary: &Path, target: &Path, bytes: &[u8]) -> Result<File, StoreError> {
    let mut file = plain::create(temporary).map_err(StoreError::io(temporary))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(StoreError::io(temporary))?;
    settle(temporary, target)?;
    Ok(file)
}

/// A file that is written, but not yet durable nor in its place.
pub(super) struct Unplaced {
    file: File,
    temporary: PathBuf,
    target: PathBuf,
}

/// Writes a file elsewhere on the same disk.
pub(super) fn write(temporary: PathBuf, target: PathBuf, bytes: &[u8]) -> Result<Unplaced, StoreError> {
    let mut file = plain::create(&temporary).map_err(StoreError::io(&temporary))?;
    file.write_all(bytes).map_err(StoreError::io(&temporary))?;
    Ok(Unplaced { file, temporary, target })
}

/// Puts files in their places one after the other, each durably before the next. The bytes of all of them are durable
/// before the first has its place; they are waited for together, which takes a disk about as long as one of them.
/// Returns the last, open at its end.
pub(super) fn place(files: Vec<Unplaced>) -> Result<Option<File>, StoreError> {
    let sync = |written: &Unplaced| written.file.sync_all().map_err(StoreError::io(&written.temporary));
    thread::scope(|scope| {
        let (last, others) = files.split_last().unzip();
        let others: Vec<_> = others.unwrap_or_default().iter().map(|file| scope.spawn(move || sync(file))).collect();
        let last = last.map_or(Ok(()), sync);
        // A thread that panicked has not made its file durable.
        let ended = others.into_iter().map(|other| other.join().unwrap_or(Err(StoreError::Poisoned)));
        ended.collect::<Result<(), _>>().and(last)
    })?;
    files.iter().try_for_each(|written| settle(&written.temporary, &written.target))?;
    Ok(files.into_iter().next_back().map(|written| written.file))
}

/// Puts a file whose bytes are durable in its place, and makes that durable too.
pub(super) fn settle(temporary: &Path, target: &Path) -> Result<(), StoreError> {
    let folder = target.parent().unwrap_or(target);
    make_folder(folder)?;
    fs::rename(temporary, target).map_err(StoreError::io(target))?;
    sync_folder(folder)
}

/// Makes a folder, and those above it, unless they are there. Durable on return.
///
/// No folder made here has anything in it before its name is durable. So one that is there and empty may be what a process
/// left that was killed in between.
pub(super) fn make_folder(path: &Path) -> Result<(), StoreError> {
    if fs::read_dir(path).is_ok_and(|mut items| items.next().is_some()) {
        return Ok(());
    }
    let parent = above(path);
    if parent != Path::new(".") && parent != path {
        make_folder(parent)?;
    }
    match fs::create_dir(path) {
        Ok(()) => sync_folder(parent),
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => sync_place(path),
        Err(error) => Err(StoreError::io(path)(error)),
    }
}

/// Makes durable that a folder is where it is. One above that is not ours to open was made by somebody else, and so was this.
pub(super) fn sync_place(path: &Path) -> Result<(), StoreError> {
    match sync_folder(above(path)) {
        Err(StoreError::Io { source, .. }) if source.kind() == ErrorKind::PermissionDenied => Ok(()),
        synced => synced,
    }
}

fn above(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a folder that is nobody else's, as [`make_folder`] does: a link to one elsewhere is refused.
pub(super) fn make_own_folder(path: &Path) -> Result<(), StoreError> {
    plain::check_folder(path).map_err(StoreError::io(path))?;
    make_folder(path)
}

/// Removes a file, if it is there. Durable on return.
pub(super) fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Ok(()) => sync_folder(path.parent().unwrap_or(path)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(StoreError::io(path)(error)),
    }
}

/// Makes durable which files a folder has.
pub(super) fn sync_folder(path: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    File::open(path).and_then(|folder| folder.sync_all()).map_err(StoreError::io(path))?;
    #[cfg(not(unix))]
    let _ = path; // Elsewhere a folder cannot be opened as a file; renaming is what there is.
    Ok(())
}
