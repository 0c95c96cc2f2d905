//! Files that somebody asked for by name: a key, a receipt, an envelope, a table. Each is at its name whole or not at all,
//! and what was there before stays until then, whatever interrupts.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::bundle_writer::parent;

/// A file that is being written beside its target. Dropped, it is gone.
#[derive(Debug)]
pub struct WholeFile {
    kept: Kept,
    target: PathBuf,
}

#[derive(Debug)]
enum Kept {
    /// Beside its target.
    Beside(NamedTempFile),
    /// What takes bytes as they come, and has no place to be put in: a pipe, a terminal.
    Through(File),
}

impl WholeFile {
    /// Starts one, which anybody may read whom the umask lets; where there is a file already, whoever may read that one.
    /// Through a link, it is the file that the link leads to. What is no file, but a pipe or a terminal, is written as it
    /// is.
    ///
    /// # Errors
    /// What the system says.
    pub fn begin(target: &Path) -> io::Result<Self> {
        let there = target.metadata().ok();
        if there.as_ref().is_some_and(|there| !there.is_file() && !there.is_dir()) {
            let through = OpenOptions::new().write(true).open(target)?;
            return Ok(Self { kept: Kept::Through(through), target: target.into() });
        }
        let target = target.canonicalize().unwrap_or_else(|_| target.into());
        let file = begin(&target, 0o666)?;
        if let Some(there) = there {
            file.as_file().set_permissions(there.permissions())?;
        }
        Ok(Self { kept: Kept::Beside(file), target })
    }

    /// Starts one that nobody but its owner may read.
    ///
    /// # Errors
    /// What the system says.
    pub fn begin_private(target: &Path) -> io::Result<Self> {
        Ok(Self { kept: Kept::Beside(begin(target, 0o600)?), target: target.into() })
    }

    /// Where to write.
    pub fn file(&mut self) -> &mut File {
        match &mut self.kept {
            Kept::Beside(file) => file.as_file_mut(),
            Kept::Through(file) => file,
        }
    }

    /// Puts it in the place of whatever is there. Durable on return.
    ///
    /// # Errors
    /// What the system says.
    pub fn replace(self) -> io::Result<()> {
        let Kept::Beside(file) = self.kept else { return Ok(()) };
        file.as_file().sync_all()?;
        file.persist(&self.target).map_err(|error| error.error)?;
        sync_folder(&self.target)
    }

    /// Puts it where nothing is, not even a link that leads nowhere. Durable on return.
    ///
    /// # Errors
    /// Of kind `AlreadyExists` if something is there; what the system says. Then it is not there.
    pub fn create(self) -> io::Result<()> {
        let Kept::Beside(file) = self.kept else { return Err(io::ErrorKind::AlreadyExists.into()) };
        file.as_file().sync_all()?;
        file.persist_noclobber(&self.target).map_err(|error| error.error)?;
        sync_folder(&self.target).inspect_err(|_| {
            // It would be in the way of the next attempt. The first error is the one to tell.
            let _ = fs::remove_file(&self.target);
        })
    }
}

/// Writes a file in place of any other.
///
/// # Errors
/// As [`WholeFile::replace`].
pub fn replace(target: &Path, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    let mut whole = WholeFile::begin(target)?;
    whole.file().write_all(bytes.as_ref())?;
    whole.replace()
}

/// Writes a file where nothing is.
///
/// # Errors
/// As [`WholeFile::create`].
pub fn create(target: &Path, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    // Said before anything is written; what comes there meanwhile is not written over either.
    if target.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let mut whole = WholeFile::begin(target)?;
    whole.file().write_all(bytes.as_ref())?;
    whole.create()
}

fn begin(target: &Path, mode: u32) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".candour-").suffix(".partial");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode; // Who may read it is the folder's to say.
    builder.tempfile_in(parent(target))
}

fn sync_folder(target: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(parent(target))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = target; // Elsewhere a folder cannot be opened as a file; renaming is what there is.
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn a_file_takes_the_place_and_the_mode_of_another_also_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        replace(&file, "one").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("file", &link).unwrap();
        replace(&link, "two").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        replace(Path::new("/dev/null"), "gone").unwrap();
        assert!(!Path::new("/dev/null").metadata().unwrap().is_file());
        assert!(replace(folder.path(), "a folder").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside them");
    }

    #[test]
    fn a_new_file_is_written_over_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        symlink("nowhere", &link).unwrap();
        create(&file, "one").unwrap();
        for there in [&file, &link] {
            assert_eq!(create(there, "two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
            let mut late = WholeFile::begin_private(there).unwrap();
            late.file().write_all(b"three").unwrap();
            assert_eq!(late.create().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        }
        assert_eq!(fs::read(&file).unwrap(), b"one");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside them");
    }
}
