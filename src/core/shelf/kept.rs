//! Runs that are kept beyond this process: each is known by the SHA-256 of its bytes, never changes, and may be shared by
//! several states of a shelf, one after the other.
//!
//! Whoever opens one reads it once, from its first byte to its last, and holds it against its SHA-256. Others could write to
//! it afterwards, so each block is held against what it was then whenever it is read.

use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::filter::{self, Filter};
use super::run::{BLOCK_BYTES, Fences, Run, Writer, damaged, record};
use super::scratch::{Scratch, Sheet, Space};
use super::stored::Fields;
use super::{Key, Shelf, Stored};
use crate::core::hash::{Hash, Hasher};

/// A kept run is merged with what is newer unless it has more than so many times as many records. So there are few runs (each
/// is more than three times what all newer ones together are), and a record is written anew as often as the logarithm of
/// their number.
const MERGED_BELOW: u64 = 2;
/// The level of a kept run: it is merged with others that are kept, never with those of a scratch alone.
const KEPT: u32 = u32::MAX;
/// Bytes that are read at once by whoever opens a run. A record that is longer is none.
const PIECE_BYTES: usize = 256 << 10;
/// Bytes of the SHA-256 of a block that are remembered.
const SEAL_BYTES: usize = 16;
/// Bytes of a record, at least.
const LEAST_RECORD_BYTES: u64 = 3;

/// What a kept run is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptRun {
    /// The SHA-256 of its bytes.
    pub sha256: Hash,
    /// How many records it has.
    pub records: u64,
    /// How many bytes.
    pub bytes: u64,
}

/// A kept run with its bytes, of which nothing is checked.
pub type OpenedRun = (KeptRun, Box<dyn Sheet>);

/// What the blocks of a run must be.
#[derive(Debug, Default)]
pub(super) struct Seals {
    whole: Option<Hasher>,
    blocks: Vec<[u8; SEAL_BYTES]>,
}

impl Seals {
    /// Takes in the next block.
    pub fn close(&mut self, block: &[u8]) {
        self.whole.get_or_insert_default().update(block);
        self.blocks.push(seal(block));
    }

    /// After the last one, of a run with so many records and bytes.
    pub fn finish(mut self, records: u64, bytes: u64) -> (KeptRun, Self) {
        let sha256 = self.whole.take().unwrap_or_default().finish();
        self.blocks.shrink_to_fit();
        (KeptRun { sha256, records, bytes }, self)
    }

    /// Checks that a block is what it was.
    pub fn check(&self, number: usize, block: &[u8]) -> io::Result<()> {
        if self.blocks.get(number) == Some(&seal(block)) { Ok(()) } else { Err(damaged()) }
    }
}

fn seal(block: &[u8]) -> [u8; SEAL_BYTES] {
    Hash::of(block).0.first_chunk().copied().unwrap_or_default()
}

impl<K: Key, V: Stored> Shelf<K, V> {
    /// Of kept runs, the oldest first, each of which is read once and must be what it is known by.
    ///
    /// # Errors
    /// `InvalidData` where it is not; `InvalidInput` without a scratch, which hears of it where a run cannot be read later;
    /// what the system says.
    pub(in crate::core) fn of_kept(runs: Vec<OpenedRun>, scratch: &Scratch) -> io::Result<Self> {
        if scratch.is_none() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no scratch"));
        }
        let runs = runs.into_iter().map(|(run, sheet)| Ok(Arc::new(open(run, sheet, K::FILTERED)?)));
        Ok(Self { runs: runs.collect::<io::Result<_>>()?, ..Self::kept_in(scratch) })
    }

    /// Sees to it that all of it is in kept runs: what is new becomes one, merged with those before that are not much larger.
    /// Returns what the runs are known by, the oldest first. On a failure it is the same map as before.
    ///
    /// # Errors
    /// What the system says; `NotFound` where something is new and there is no scratch.
    pub(in crate::core) fn keep(&mut self, space: &dyn Space) -> io::Result<Vec<KeptRun>> {
        if self.bytes > 0 {
            self.write_out()?;
        }
        let mut from = self.runs.iter().take_while(|run| run.kept.is_some()).count();
        let mut records: u64 = self.runs.iter().skip(from).map(|run| run.records).sum();
        if records > 0 {
            while let Some(older) = from.checked_sub(1).and_then(|at| self.runs.get(at))
                && older.records <= records.saturating_mul(MERGED_BELOW)
            {
                records = records.saturating_add(older.records);
                from -= 1;
            }
            let sheet = space.sheet()?;
            let run = self.merged_from(from, |keys| Writer::keeping(sheet, keys))?.finish(KEPT)?;
            self.runs.truncate(from);
            self.runs.push(Arc::new(run));
        }
        Ok(self.runs.iter().filter_map(|run| run.kept.as_ref()).map(|(run, _)| run.clone()).collect())
    }
}

/// Reads a kept run from its first byte to its last.
fn open(run: KeptRun, sheet: Box<dyn Sheet>, filtered: bool) -> io::Result<Run> {
    // No more than there can be.
    let keys = run.records.min(run.bytes / LEAST_RECORD_BYTES);
    let mut survey = Survey { filter: filtered.then(|| Filter::new(keys)), ..Survey::default() };
    let (mut read, mut pending) = (0_u64, Vec::new());
    while read < run.bytes {
        let (held, left) = (pending.len(), run.bytes.saturating_sub(read));
        let more = usize::try_from(left).map_or(PIECE_BYTES, |left| left.min(PIECE_BYTES));
        pending.resize(held.saturating_add(more), 0);
        sheet.read_at(read, pending.get_mut(held..).unwrap_or_default())?;
        read = read.saturating_add(more as u64);
        let taken = survey.blocks(&pending, read == run.bytes)?;
        if taken == 0 {
            return Err(damaged());
        }
        pending.drain(..taken);
    }
    let Survey { mut fences, filter, seals, last, records, length, .. } = survey;
    fences.shrink();
    let (found, seals) = seals.finish(records, length);
    if found != run {
        return Err(damaged());
    }
    Ok(Run { sheet, fences, filter, last, length, records, level: KEPT, kept: Some((run, seals)) })
}

/// What is made of the bytes of a run.
#[derive(Default)]
struct Survey {
    fences: Fences,
    filter: Option<Filter>,
    seals: Seals,
    last: Vec<u8>,
    records: u64,
    length: u64,
    /// The first key of the block that is read, and the key before.
    first: Vec<u8>,
    before: Vec<u8>,
}

impl Survey {
    /// Takes in the whole blocks at the front. Returns how many bytes those are; at the end, that must be all.
    fn blocks(&mut self, bytes: &[u8], ends: bool) -> io::Result<usize> {
        let mut rest = bytes;
        while let Some((length, records)) = self.block(rest, ends)? {
            let (block, after) = rest.split_at_checked(length).ok_or_else(damaged)?;
            self.fences.push(&self.before, &self.first, self.length)?;
            self.before.clone_from(&self.last);
            self.seals.close(block);
            self.length = self.length.saturating_add(length as u64);
            self.records = self.records.saturating_add(records);
            rest = after;
        }
        Ok(bytes.len().saturating_sub(rest.len()))
    }

    /// Reads the block at the front, if all of it is there, and says how many bytes and records it has.
    fn block(&mut self, bytes: &[u8], ends: bool) -> io::Result<Option<(usize, u64)>> {
        let (mut fields, mut records) = (Fields::of(bytes), 0_u64);
        if bytes.is_empty() {
            return Ok(None);
        }
        // A block's first key shares nothing with the key before.
        self.last.clear();
        loop {
            if record(&mut fields, &mut self.last).is_none() {
                return if ends { Err(damaged()) } else { Ok(None) };
            }
            if records == 0 {
                self.first.clone_from(&self.last);
            }
            records = records.saturating_add(1);
            if let Some(filter) = &mut self.filter {
                // A block that is not all there yet is read again, and its keys added again.
                filter.add(filter::hash(&self.last));
            }
            let length = bytes.len().saturating_sub(fields.left());
            if length >= BLOCK_BYTES || (ends && fields.left() == 0) {
                return Ok(Some((length, records)));
            }
        }
    }
}

#[cfg(test)]
mod tests;
