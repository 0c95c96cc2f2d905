//! A stretch of an archive's file.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

/// A stretch of a file, read at its own position: many can be read at once.
#[derive(Clone, Debug)]
pub(super) struct Section {
    file: Arc<File>,
    at: u64,
    end: u64,
}

impl Section {
    /// The whole of a file of that length.
    pub(super) fn new(file: File, end: u64) -> Self {
        Self { file: Arc::new(file), at: 0, end }
    }

    /// Bytes left to read.
    pub(super) fn len(&self) -> u64 {
        self.end.saturating_sub(self.at)
    }

    /// The bytes from `start` to `end`, counted from the first of the file, as far as the section reaches.
    pub(super) fn part(&self, start: u64, end: u64) -> Self {
        Self { file: Arc::clone(&self.file), at: start.min(self.end), end: end.min(self.end) }
    }
}

impl Read for Section {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.len()).unwrap_or(usize::MAX).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..most) else { return Ok(0) };
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(&*self.file, buffer, self.at)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(&*self.file, buffer, self.at)?;
        self.at = self.at.saturating_add(read as u64);
        Ok(read)
    }
}
