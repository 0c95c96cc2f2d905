//! Pages for people, which servers send in place of a file that they do not have.

use std::io::{self, Read};

use crate::core::hash::{Hash, Hasher};

/// What came instead.
pub(super) const FOUND: &str = "expected the file, found an HTML page";

/// Whether that is the media type of a page.
pub(super) fn is_html(content_type: &str) -> bool {
    content_type.trim_start().to_ascii_lowercase().starts_with("text/html")
}

/// An attachment that came as a page: it may be one, or what the server says in its place. Which, its hash tells.
pub(super) struct Page<R> {
    reader: R,
    sha256: Hash,
    taken: Hasher,
}

impl<R: Read> Page<R> {
    /// Of an attachment with that hash.
    pub fn new(reader: R, sha256: Hash) -> Self {
        Self { reader, sha256, taken: Hasher::default() }
    }
}

impl<R: Read> Read for Page<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.taken.update(buffer.get(..count).unwrap_or_default());
        let ended = count == 0 && !buffer.is_empty();
        if ended && self.taken.clone().finish() != self.sha256 {
            return Err(io::Error::other(FOUND));
        }
        Ok(count)
    }
}
