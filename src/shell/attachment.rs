//! An attachment, read once from its beginning to its end: hashed as a whole and, where it holds observations, read as a
//! table and hashed row by row on the way.
//!
//! A long one is hashed by a second thread while this one reads and parses; a piece is let go when both are done with it.

use std::io::{self, Read};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;

use crate::core::event::disclosure::Rows;
use crate::core::event::table::{RowHasher, TableReader};
use crate::core::event::{Attachment, Observation};
use crate::core::fault::{Code, Fault};
use crate::core::hash::{Hash, Hasher};

/// Bytes that are read at once. What fits into one such piece is not worth a thread.
const PIECE_BYTES: usize = 256 * 1024;
/// Pieces that wait to be hashed, at most.
const PIECES_AHEAD: usize = 4;

/// What one reading of an attachment found.
#[derive(Debug)]
pub struct Found {
    /// Its length in bytes.
    pub length: u64,
    /// Its SHA-256.
    pub sha256: Hash,
    /// Where it was read as a table: its rows, or `attachment-malformed`.
    pub table: Option<Result<Rows, Fault>>,
}

impl Found {
    /// Holds what was found against what a statement says of the attachment.
    ///
    /// # Errors
    /// `attachment-mismatch`, `attachment-malformed`, `attachment-rows-mismatch`: the first of them.
    pub fn check(self, named: &Attachment) -> Result<(), Fault> {
        if self.length != named.length.unsigned() || self.sha256 != named.sha256 {
            let expected = format!("{} bytes with sha-256 {}", named.length, named.sha256);
            let found = format!("{} bytes with sha-256 {}", self.length, self.sha256);
            return Err(Fault::new(Code::AttachmentMismatch, expected, found));
        }
        self.table.transpose()?.map_or(Ok(()), |rows| named.check_rows(rows))
    }
}

/// Reads an attachment, as a table where that is asked for, in memory that its length does not change. Hands each
/// observation over with the number of its line, until the table breaks a rule; what is no table is hashed all the same.
///
/// # Errors
/// The reader's.
pub fn read(mut reader: impl Read, as_table: bool, each: impl FnMut(u64, &Observation)) -> io::Result<Found> {
    let mut hashing = Hashing { length: 0, whole: Hasher::default(), rows: as_table.then(RowHasher::default).map(Ok) };
    let mut parsing = Parsing { table: as_table.then(TableReader::default).map(Ok), each };
    let first = read_piece(&mut reader)?;
    if first.len() < PIECE_BYTES {
        hashing.push(&first);
        parsing.push(&first);
    } else {
        hashing = thread::scope(|scope| {
            let (pieces, read) = sync_channel::<Arc<Vec<u8>>>(PIECES_AHEAD);
            let hasher = scope.spawn(move || {
                read.into_iter().for_each(|piece| hashing.push(&piece));
                hashing
            });
            let mut piece = Arc::new(first);
            // It takes pieces until there are no more, so a send that fails is a panic, which joining tells of.
            while !piece.is_empty() && pieces.send(Arc::clone(&piece)).is_ok() {
                parsing.push(&piece);
                piece = Arc::new(read_piece(&mut reader)?);
            }
            drop(pieces);
            Ok::<_, io::Error>(hasher.join().unwrap_or_else(|panic| resume_unwind(panic)))
        })?;
    }
    let read = parsing.finish();
    let Hashing { length, whole, rows } = hashing;
    let rows = rows.map(|rows| rows.and_then(RowHasher::finish));
    let table = read.map(|read| read.and_then(|_| rows.unwrap_or_else(|| RowHasher::default().finish())));
    Ok(Found { length, sha256: whole.finish(), table })
}

fn read_piece(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    reader.take(PIECE_BYTES as u64).read_to_end(&mut piece)?;
    Ok(piece)
}

/// The hash of the whole and those of its rows, so far.
struct Hashing {
    length: u64,
    whole: Hasher,
    rows: Option<Result<RowHasher, Fault>>,
}

impl Hashing {
    fn push(&mut self, piece: &[u8]) {
        self.length = self.length.saturating_add(piece.len() as u64);
        self.whole.update(piece);
        if let Some(Ok(rows)) = &mut self.rows
            && let Err(fault) = rows.push(piece)
        {
            self.rows = Some(Err(fault));
        }
    }
}

/// The table, so far.
struct Parsing<F> {
    table: Option<Result<TableReader, Fault>>,
    each: F,
}

impl<F: FnMut(u64, &Observation)> Parsing<F> {
    fn push(&mut self, piece: &[u8]) {
        let Self { table, each } = self;
        if let Some(Ok(reader)) = table
            && let Err(fault) = reader.push(piece, |line, observation| {
                each(line, observation);
                Ok::<_, Fault>(())
            })
        {
            *table = Some(Err(fault));
        }
    }

    fn finish(self) -> Option<Result<u64, Fault>> {
        let Self { table, mut each } = self;
        let end = |reader: TableReader| {
            reader.finish(|line, observation| {
                each(line, observation);
                Ok::<_, Fault>(())
            })
        };
        table.map(|table| table.and_then(end))
    }
}

#[cfg(test)]
mod tests;
