//! What comes piece by piece, cut into lines.

use super::{MAX_ROW_BYTES, malformed};
use crate::core::fault::Fault;

/// Cuts what comes piece by piece into lines, and keeps no more than the beginning of one.
#[derive(Default)]
pub struct Lines {
    /// The beginning of a line whose end did not come yet.
    begun: Vec<u8>,
    /// How many lines are complete.
    count: u64,
}

impl Lines {
    /// Takes the next piece, and hands over each line that is complete with it: its number, from 1, and its bytes without
    /// the LF or CRLF that ends it.
    ///
    /// # Errors
    /// `attachment-malformed`: a line over [`MAX_ROW_BYTES`]; or whatever `each` returns.
    pub fn push<E: From<Fault>>(
        &mut self,
        mut piece: &[u8],
        mut each: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some((line, rest)) =
            memchr::memchr(b'\n', piece).and_then(|end| piece.split_at_checked(end.saturating_add(1)))
        {
            piece = rest;
            if self.begun.is_empty() {
                self.end(line, &mut each)?;
            } else {
                self.begin(line)?;
                let mut whole = std::mem::take(&mut self.begun);
                self.end(&whole, &mut each)?;
                whole.clear();
                self.begun = whole;
            }
        }
        Ok(self.begin(piece)?)
    }

    /// Hands over the last line, if it had no end. Returns how many lines there were.
    ///
    /// # Errors
    /// Likewise.
    pub fn finish<E: From<Fault>>(mut self, mut each: impl FnMut(u64, &[u8]) -> Result<(), E>) -> Result<u64, E> {
        let last = std::mem::take(&mut self.begun);
        if !last.is_empty() {
            self.end(&last, &mut each)?;
        }
        Ok(self.count)
    }

    fn begin(&mut self, part: &[u8]) -> Result<(), Fault> {
        if self.begun.len().saturating_add(part.len()) > MAX_ROW_BYTES {
            return Err(self.too_long());
        }
        self.begun.extend_from_slice(part);
        Ok(())
    }

    fn end<E: From<Fault>>(
        &mut self,
        line: &[u8],
        each: &mut impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if line.len() > MAX_ROW_BYTES {
            return Err(self.too_long().into());
        }
        self.count = self.count.saturating_add(1);
        let bare = line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
        each(self.count, bare)
    }

    fn too_long(&self) -> Fault {
        malformed(self.count.saturating_add(1), "a line of at most 8192 bytes", "more")
    }
}
