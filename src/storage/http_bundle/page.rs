//! Pages for people, which servers send in place of a file that they do not have.

use std::io::{self, Read};

use crate::core::hash::{Hash, Hasher};

/// Bytes that are read of a page beyond those that are handed over, at most: what goes on for longer is taken for one in
/// the file's place.
const MAX_REST_BYTES: u64 = 1 << 24;
/// Bytes of those that are read at once.
const PIECE_BYTES: usize = 1 << 16;

/// What came instead.
pub(super) const FOUND: &str = "expected the file, found an HTML page";

/// Whether that is the media type of a page.
pub(super) fn is_html(content_type: &str) -> bool {
    content_type.trim_start().to_ascii_lowercase().starts_with("text/html")
}

/// An attachment that came as a page: it may be one, or what the server says in its place. Which, the hash of all of it
/// tells, even where no more than its beginning is handed over.
pub(super) struct Page<R> {
    reader: R,
    sha256: Hash,
    taken: Hasher,
    /// Bytes that are still handed over, at most.
    left: u64,
}

impl<R: Read> Page<R> {
    /// Of an attachment with that hash, of which so many bytes are handed over at most: the last of them only if it is the
    /// attachment.
    pub fn new(reader: R, sha256: Hash, limit: u64) -> Self {
        Self { reader, sha256, taken: Hasher::default(), left: limit }
    }

    /// Reads what is not handed over.
    fn take_rest(&mut self) -> io::Result<()> {
        let (mut rest, mut piece) = (self.reader.by_ref().take(MAX_REST_BYTES), vec![0; PIECE_BYTES]);
        loop {
            match rest.read(&mut piece)? {
                0 => return Ok(()),
                count => self.taken.update(piece.get(..count).unwrap_or_default()),
            }
        }
    }
}

impl<R: Read> Read for Page<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let buffer = buffer.get_mut(..most).unwrap_or_default();
        if buffer.is_empty() {
            return Ok(0);
        }
        let count = self.reader.read(buffer)?;
        self.taken.update(buffer.get(..count).unwrap_or_default());
        self.left = self.left.saturating_sub(count as u64);
        if self.left == 0 {
            self.take_rest()?;
        }
        if (count == 0 || self.left == 0) && self.taken.clone().finish() != self.sha256 {
            return Err(io::Error::other(FOUND));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_told_by_all_of_it() {
        let (html, most) = (b"<p>Welcome", MAX_REST_BYTES as usize);
        let long = vec![b'x'; 2 + most];
        // (what is sent, what the attachment's bytes are, how many are handed over, whether that is done)
        let table: &[(&[u8], &[u8], u64, bool)] = &[
            (html, html, u64::MAX, true),
            (html, html, 11, true),
            (html, html, 10, true),
            (html, html, 9, true),
            (html, html, 1, true),
            (html, b"a table", u64::MAX, false),
            (html, b"a table", 11, false),
            (html, b"a table", 10, false),
            (html, b"a table", 8, false),
            (html, b"<p>Welco", 8, false),
            (&long[1..], &long[1..], 1, true),
            (&long, &long, 1, false),
        ];
        for (sent, meant, limit, done) in table {
            let mut taken = Vec::new();
            let read = Page::new(*sent, Hash::of(meant), *limit).read_to_end(&mut taken);
            let what = format!("{} bytes of {limit}", sent.len());
            assert_eq!(read.is_ok(), *done, "{what}");
            assert!(!*done || taken == sent[..sent.len().min(*limit as usize)], "{what}");
            // Nor does it end well for a reader who does not look for an end.
            let last = io::copy(&mut Page::new(*sent, Hash::of(meant), *limit).take(*limit), &mut io::sink());
            assert_eq!(last.is_ok(), *done, "{what}");
        }
        assert!(Page::new(io::repeat(b'x'), Hash::of(b"x"), 1).read(&mut [0]).is_err());
    }
}
