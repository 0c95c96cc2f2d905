//! A run: keys in order with their values, written once. It is a sequence of blocks, each of records:
//!
//! ```text
//! how many bytes its key shares with the key before (in a block's first: 0) ‖ how many more it has ‖ those ‖
//! 0 where the key was removed; else 1 more than the bytes of the value ‖ those
//! ```
//!
//! In memory are, of the first key of each block, as much as tells it from the key before, and where the block begins; the
//! last key, and perhaps a filter; of a run that is kept beyond this process, what each block must be, too.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::filter::{self, Filter};
use super::kept::{KeptRun, Seals};
use super::scratch::Sheet;
use super::stored::{Fields, put_number};

/// Bytes of a block, about: it ends with the first record that reaches them. Less would mean more fences in memory, more a
/// slower look-up of a key that is there.
pub(super) const BLOCK_BYTES: usize = 4 << 10;
/// Bytes that are written at once, about.
const WRITE_BYTES: usize = 256 << 10;
/// Blocks that are read at once by whoever reads on, at most.
const BLOCKS_AHEAD: usize = 16;

#[derive(Debug)]
pub(super) struct Run {
    pub sheet: Box<dyn Sheet>,
    pub fences: Fences,
    pub filter: Option<Filter>,
    pub last: Vec<u8>,
    /// How many bytes there are.
    pub length: u64,
    /// How many records.
    pub records: u64,
    /// How often what is in it was merged.
    pub level: u32,
    /// What it is known by, and its blocks, if it is kept.
    pub kept: Option<(KeptRun, Seals)>,
}

/// Where each block begins, and what no key in it or after it is less than, and every key before it is.
#[derive(Debug, Default)]
pub(super) struct Fences {
    /// The shortest beginning of each block's first key that the key before is less than, one after the other.
    keys: Vec<u8>,
    /// Where each ends there.
    ends: Vec<u32>,
    starts: Vec<u64>,
}

/// How many bytes two keys share at the front.
fn shared(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}

/// What was read back is not what was written.
pub(super) fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a scratch gave back other bytes than were written to it")
}

impl Fences {
    pub fn push(&mut self, before: &[u8], first: &[u8], start: u64) -> io::Result<()> {
        self.keys.extend_from_slice(first.get(..=shared(before, first)).unwrap_or(first));
        let end = u32::try_from(self.keys.len());
        self.ends.push(end.map_err(|_| io::Error::new(io::ErrorKind::FileTooLarge, "too many keys for a scratch"))?);
        self.starts.push(start);
        Ok(())
    }

    /// How many blocks, and how many bytes of their keys are kept.
    #[cfg(test)]
    pub fn size(&self) -> (usize, usize) {
        (self.starts.len(), self.keys.len())
    }

    pub fn shrink(&mut self) {
        self.keys.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.starts.shrink_to_fit();
    }

    fn key(&self, block: usize) -> &[u8] {
        let end = |block: usize| self.ends.get(block).map_or(0, |end| *end as usize);
        let start = block.checked_sub(1).map_or(0, end);
        self.keys.get(start..end(block)).unwrap_or_default()
    }

    /// The block in which a key is, if it is in any.
    fn block_of(&self, key: &[u8]) -> Option<usize> {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.key(middle) <= key { low = middle + 1 } else { high = middle }
        }
        low.checked_sub(1)
    }
}

impl Run {
    /// What it says of a key: nothing, that it was removed, or its value.
    pub fn find(&self, key: &[u8], hash: u64) -> io::Result<Option<Option<Vec<u8>>>> {
        if self.last.as_slice() < key || self.filter.as_ref().is_some_and(|filter| !filter.has(hash)) {
            return Ok(None);
        }
        let Some(block) = self.fences.block_of(key) else { return Ok(None) };
        let mut buffer = Vec::new();
        self.read(block..block + 1, &mut buffer)?;
        let (mut fields, mut known) = (Fields::of(&buffer), Vec::new());
        while fields.left() > 0 {
            let value = record(&mut fields, &mut known).ok_or_else(damaged)?;
            if known.as_slice() >= key {
                return Ok((known == key).then(|| value.map(<[u8]>::to_vec)));
            }
        }
        Ok(None)
    }

    /// Reads blocks in place of what is in a buffer.
    fn read(&self, blocks: Range<usize>, buffer: &mut Vec<u8>) -> io::Result<()> {
        let start = |block: usize| self.fences.starts.get(block).copied().unwrap_or(self.length);
        let (from, to) = (start(blocks.start), start(blocks.end));
        buffer.clear();
        buffer.resize(usize::try_from(to.saturating_sub(from)).map_err(|_| damaged())?, 0);
        self.sheet.read_at(from, buffer)?;
        let Some((_, seals)) = &self.kept else { return Ok(()) };
        let mut rest = buffer.as_slice();
        for block in blocks {
            let length = usize::try_from(start(block.saturating_add(1)).saturating_sub(start(block)));
            let (bytes, after) = length.ok().and_then(|length| rest.split_at_checked(length)).ok_or_else(damaged)?;
            seals.check(block, bytes)?;
            rest = after;
        }
        Ok(())
    }
}

/// The record at the front. `key` is the one before it, and becomes its own.
pub(super) fn record<'a>(fields: &mut Fields<'a>, key: &mut Vec<u8>) -> Option<Option<&'a [u8]>> {
    let shared = usize::try_from(fields.number()?).ok().filter(|shared| *shared <= key.len())?;
    let own = usize::try_from(fields.number()?).ok()?;
    key.truncate(shared);
    key.extend_from_slice(fields.bytes(own)?);
    match fields.number()?.checked_sub(1) {
        None => Some(None),
        Some(length) => fields.bytes(usize::try_from(length).ok()?).map(Some),
    }
}

/// Writes a run, from the least key to the greatest.
pub(super) struct Writer {
    sheet: Box<dyn Sheet>,
    fences: Fences,
    filter: Option<Filter>,
    /// What is not written yet.
    buffer: Vec<u8>,
    written: u64,
    /// Where in the buffer the block began; none before the first record of one.
    block: Option<usize>,
    last: Vec<u8>,
    records: u64,
    /// Of a run that is to be kept.
    seals: Option<Seals>,
}

impl Writer {
    /// With a filter for so many keys, at most, if it is to have one.
    pub fn new(sheet: Box<dyn Sheet>, filtered: Option<u64>) -> Self {
        Self {
            sheet,
            fences: Fences::default(),
            filter: filtered.map(Filter::new),
            buffer: Vec::new(),
            written: 0,
            block: None,
            last: Vec::new(),
            records: 0,
            seals: None,
        }
    }

    /// Of a run that is kept beyond this process.
    pub fn keeping(sheet: Box<dyn Sheet>, filtered: Option<u64>) -> Self {
        Self { seals: Some(Seals::default()), ..Self::new(sheet, filtered) }
    }

    pub fn push(&mut self, key: &[u8], value: Option<impl AsRef<[u8]>>) -> io::Result<()> {
        let start = match self.block {
            Some(start) => start,
            None => {
                self.fences.push(&self.last, key, self.written.saturating_add(self.buffer.len() as u64))?;
                self.last.clear();
                self.buffer.len()
            }
        };
        let shared = shared(&self.last, key);
        let own = key.get(shared..).unwrap_or_default();
        put_number(&mut self.buffer, shared as u64);
        put_number(&mut self.buffer, own.len() as u64);
        self.buffer.extend_from_slice(own);
        match value {
            None => self.buffer.push(0),
            Some(value) => {
                put_number(&mut self.buffer, (value.as_ref().len() as u64).saturating_add(1));
                self.buffer.extend_from_slice(value.as_ref());
            }
        }
        if let Some(filter) = &mut self.filter {
            filter.add(filter::hash(key));
        }
        self.last.truncate(shared);
        self.last.extend_from_slice(own);
        self.records = self.records.saturating_add(1);
        self.block = Some(start);
        if self.buffer.len().saturating_sub(start) >= BLOCK_BYTES {
            self.close_block();
        }
        if self.block.is_none() && self.buffer.len() >= WRITE_BYTES { self.flush() } else { Ok(()) }
    }

    fn close_block(&mut self) {
        if let (Some(start), Some(seals)) = (self.block.take(), &mut self.seals) {
            seals.close(self.buffer.get(start..).unwrap_or_default());
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sheet.append(&self.buffer)?;
        self.written = self.written.saturating_add(self.buffer.len() as u64);
        self.buffer.clear();
        Ok(())
    }

    pub fn finish(mut self, level: u32) -> io::Result<Run> {
        self.close_block();
        self.flush()?;
        let Self { mut sheet, mut fences, filter, last, written: length, records, seals, .. } = self;
        fences.shrink();
        let kept = seals.map(|seals| seals.finish(records, length));
        if let Some((run, _)) = &kept {
            sheet.settle(&run.sha256)?;
        }
        Ok(Run { sheet, fences, filter, last, length, records, level, kept })
    }
}

/// Reads a run on and on.
pub(super) struct Reader {
    run: Arc<Run>,
    /// The block after those in the buffer.
    next: usize,
    /// How many are read then.
    ahead: usize,
    buffer: Vec<u8>,
    at: usize,
    /// The key of the record that it stands at.
    pub key: Vec<u8>,
    /// Whether there was no next one.
    pub ended: bool,
    value: Option<Range<usize>>,
}

impl Reader {
    /// Standing at the first record, or at the first whose key is not less than one; none where there is no such record.
    pub fn new(run: &Arc<Run>, from: Option<&[u8]>) -> io::Result<Option<Self>> {
        let next = from.and_then(|from| run.fences.block_of(from)).unwrap_or(0);
        let run = Arc::clone(run);
        let mut reader =
            Self { run, next, ahead: 1, buffer: Vec::new(), at: 0, key: Vec::new(), ended: false, value: None };
        while reader.advance()? {
            if from.is_none_or(|from| reader.key.as_slice() >= from) {
                return Ok(Some(reader));
            }
        }
        Ok(None)
    }

    /// Goes on to the next record. Returns whether there is one.
    pub fn advance(&mut self) -> io::Result<bool> {
        if self.at >= self.buffer.len() {
            let end = self.next.saturating_add(self.ahead).min(self.run.fences.starts.len());
            self.run.read(self.next..end, &mut self.buffer)?;
            (self.next, self.at) = (end, 0);
            self.ahead = self.ahead.saturating_mul(2).min(BLOCKS_AHEAD);
        }
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(false);
        }
        let mut fields = Fields::of(rest);
        let length = record(&mut fields, &mut self.key).ok_or_else(damaged)?.map(<[u8]>::len);
        self.at = self.buffer.len().saturating_sub(fields.left());
        self.value = length.map(|length| self.at.saturating_sub(length)..self.at);
        Ok(true)
    }

    /// The value of the record that it stands at; nothing where the key was removed.
    pub fn value(&self) -> Option<&[u8]> {
        self.value.clone().and_then(|range| self.buffer.get(range))
    }
}
