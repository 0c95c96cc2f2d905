//! Scratch on the disk: files without a name, gone with the process that made them.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::core::shelf::{Scratch, Sheet, Space};

/// Files without a name in a folder. None is made before something is written.
#[derive(Debug)]
pub struct ScratchFiles {
    folder: PathBuf,
}

#[derive(Debug)]
struct ScratchFile(File);

impl ScratchFiles {
    /// In a folder, which is looked for when something is written.
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.into() }
    }

    /// In the system's folder for temporary files (`TMPDIR`), as the scratch of one audit.
    pub fn scratch() -> Scratch {
        Scratch::new(Self::in_folder(&std::env::temp_dir()))
    }
}

impl Space for ScratchFiles {
    fn sheet(&self) -> io::Result<Box<dyn Sheet>> {
        Ok(Box::new(ScratchFile(tempfile::tempfile_in(&self.folder).map_err(scratch)?)))
    }
}

impl Sheet for ScratchFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes).map_err(scratch)
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        read_at(&self.0, offset, into).map_err(scratch)
    }
}

/// Reads as many bytes as there is room for, from the byte of that number on.
#[cfg(unix)]
pub(super) fn read_at(file: &File, offset: u64, into: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, into, offset)
}

#[cfg(windows)]
pub(super) fn read_at(file: &File, mut offset: u64, mut into: &mut [u8]) -> io::Result<()> {
    // Nobody appends once somebody reads, so it does no harm that this moves the file's own place.
    while !into.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, into, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                into = into.get_mut(read..).unwrap_or_default();
                offset = offset.saturating_add(read as u64);
            }
        }
    }
    Ok(())
}

/// What the system said, and of what: the file has no name.
fn scratch(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("a scratch file: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_appended_is_read_anywhere_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let mut sheet = ScratchFiles::in_folder(folder.path()).sheet().unwrap();
        sheet.append(b"0123").unwrap();
        sheet.append(b"456789").unwrap();
        let mut found = [0; 4];
        sheet.read_at(2, &mut found).unwrap();
        assert_eq!(&found, b"2345");
        assert_eq!(sheet.read_at(7, &mut found).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the file has no name");
    }

    #[test]
    fn a_folder_that_is_not_there_is_missed_when_something_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let error = ScratchFiles::in_folder(&folder.path().join("gone")).sheet().unwrap_err();
        assert!(error.to_string().contains("scratch"), "{error}");
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
