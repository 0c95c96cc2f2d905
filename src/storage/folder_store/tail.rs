//! The entries after the last full entry bundle, and how far they are to be believed.

use super::folder::{Folder, TAIL};
use crate::core::entry::Entry;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::key::{PublicKey, Signature};
use crate::core::statement::{MAX_SIGNATURES, Rule, check_signatures};
use crate::core::tile::{TILE_WIDTH, push_entry, split};
use crate::core::time::Millis;
use crate::storage::store::StoreError;

/// Entries in the encoding of an entry bundle.
#[derive(Clone, Debug, Default)]
pub(super) struct Tail {
    bytes: Vec<u8>,
    /// Where each entry begins, after its length.
    starts: Vec<usize>,
}

impl Tail {
    /// How many entries.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// How many more make an entry bundle full.
    pub(super) fn room(&self) -> usize {
        usize::from(TILE_WIDTH).saturating_sub(self.len())
    }

    /// The bytes of them all.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The entries from the n-th on.
    pub(super) fn entries(&self, from: usize) -> impl Iterator<Item = &[u8]> {
        let lengths = self.starts.get(from).and_then(|start| start.checked_sub(2));
        let rest = lengths.and_then(|start| self.bytes.get(start..)).unwrap_or_default();
        split(rest).map_while(Result::ok)
    }

    /// Appends an entry.
    pub(super) fn push(&mut self, entry: &[u8]) -> Result<(), Fault> {
        let start = self.bytes.len() + 2;
        push_entry(&mut self.bytes, entry)?;
        self.starts.push(start);
        Ok(())
    }
}

/// The last entry of the full bundles, as far as the next one needs it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Last {
    /// Its leaf hash; zeros before the first.
    pub(super) leaf: Hash,
    /// When it was recorded.
    pub(super) recorded_at: Option<Millis>,
}

/// What a tail's bytes turned out to be.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The intact entries that come after the full bundles.
    pub(super) tail: Tail,
    /// Their leaf hashes.
    pub(super) leaves: Vec<Hash>,
    /// Bytes of entries that the full bundles hold too: the writer ended before it had started a new tail.
    pub(super) stale: u64,
    /// What stands after the intact entries.
    pub(super) rest: Rest,
}

/// What stands in a tail after its intact entries.
#[derive(Debug, Default)]
pub(super) struct Rest {
    /// Where it begins in the file.
    pub(super) at: u64,
    /// Bytes in it.
    pub(super) bytes: u64,
    /// What left it.
    pub(super) left_by: LeftBy,
}

/// What can have left the end of a tail.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum LeftBy {
    /// Nothing is there, or what a write leaves that was cut short: the beginning of a record, or one with a hole.
    #[default]
    TornWrite,
    /// A power cut, where sectors of one long write reached the disk out of order; or, if those entries were acknowledged,
    /// a disk that lost a sector. A hole, and so many whole entries after it.
    Hole(usize),
    /// No write that was cut short. What stands there.
    Damage(String),
}

/// Where in an entry its time stands, and its payload's length (FORMAT.md, section 4).
const RECORDED_AT: usize = 8;
const PAYLOAD: usize = 48;
/// Bytes of an entry that are not its payload, at most: 64, and those of its signatures.
const MAX_BESIDE_PAYLOAD: u64 = 64 + (MAX_SIGNATURES * (PublicKey::LENGTH + Signature::LENGTH)) as u64;

/// What a disk writes whole or not at all, in bytes; a power cut leaves zeros in place of it.
pub(super) const SECTOR: usize = 512;
/// So many zeros at the end of a record are not its own.
const ZEROS: usize = 8;

/// Reads a tail that follows that many full bundles, until the chain breaks.
///
/// Every entry is vouched for by the `previous` of the next; the last one by its signatures, as a torn write can leave
/// an entry of the right form and length with a hole in it.
///
/// # Errors
/// [`StoreError::Damaged`] if it begins after the bundles' end, contradicts them, or is of more than 255 entries.
pub(super) fn scan(folder: &Folder, bundles: u64, last: Last, bytes: &[u8]) -> Result<Scan, StoreError> {
    let path = folder.path(TAIL);
    let damaged = StoreError::damaged(&path);
    let begins = bundles.saturating_mul(TILE_WIDTH.into());
    let mut found = Scan::default();
    let mut entries = split(bytes);
    let first = split(bytes).next().and_then(Result::ok);
    match first.and_then(index_of) {
        Some(index) if index < begins => {
            pass_over(folder, index, begins, &mut entries)?;
            found.stale = (bytes.len() - entries.rest().len()) as u64;
        }
        // The ledger seems to have lost a bundle: touch nothing.
        Some(index) if index > begins && first.is_some_and(|entry| Entry::parse(entry).is_ok()) => {
            let fault = Fault::new(Code::IndexMismatch, format!("entry {begins}"), format!("entry {index}"));
            return Err(damaged(fault));
        }
        _ => {}
    }
    let start = entries.rest();
    follow(begins, last, entries, &mut found).map_err(&damaged)?;
    if found.tail.room() == 0 {
        let expected = format!("at most {} entries", TILE_WIDTH - 1);
        return Err(damaged(Fault::new(Code::EntryBundleMalformed, expected, found.tail.len().to_string())));
    }
    let at = bytes.len().saturating_sub(start.len()).saturating_add(found.tail.bytes.len());
    let rest = bytes.len().saturating_sub(at) as u64;
    let next = begins.saturating_add(found.tail.len() as u64);
    found.rest = Rest { at: at as u64, bytes: rest, left_by: judge(bytes, at, next) };
    Ok(found)
}

/// Judges what stands in a tail from there on, where the entry of that index should begin.
pub(crate) fn judge(tail: &[u8], at: usize, next: u64) -> LeftBy {
    let rest = tail.get(at..).unwrap_or_default();
    let record = split(rest).next().and_then(Result::ok);
    let end = at.saturating_add(record.map_or(rest.len(), |record| record.len().saturating_add(2)));
    let after = record.filter(|record| Entry::parse(record).is_ok()).map_or(at, |_| end);
    let whole = whole_entries(tail.get(after..).unwrap_or_default(), next).count();
    let hole = has_hole(tail, at, end) || ends_in_zeros(tail, end);
    match whole {
        0 if hole || record.is_none() => LeftBy::TornWrite,
        0 => LeftBy::Damage("something else".to_owned()),
        _ if hole => LeftBy::Hole(whole),
        _ => LeftBy::Damage(format!("something else, and {whole} whole entries after it")),
    }
}

/// Whether of a tail that was durable up to `at`, some sector before `end` has nothing but zeros after that.
fn has_hole(tail: &[u8], at: usize, end: usize) -> bool {
    let sectors = (at / SECTOR..).map(|sector| (sector * SECTOR).max(at)..((sector + 1) * SECTOR).min(tail.len()));
    let mut sectors = sectors.take_while(|sector| sector.start < end.min(tail.len()));
    sectors.any(|sector| tail.get(sector).is_some_and(|bytes| bytes.iter().all(|byte| *byte == 0)))
}

/// Whether nothing but zeros stands from somewhere before `end` on, as where a file grew by more than reached the disk. A
/// signature may end in a few of its own.
fn ends_in_zeros(tail: &[u8], end: usize) -> bool {
    let zeros = tail.iter().rev().take_while(|byte| **byte == 0).count();
    end.saturating_sub(tail.len().saturating_sub(zeros)) >= ZEROS
}

/// The whole entries anywhere in these bytes, of the indices that a tail can have from that one on, in order of their place.
pub(crate) fn whole_entries(bytes: &[u8], from: u64) -> impl Iterator<Item = (Entry, &[u8])> {
    let indices = from..from.saturating_add(TILE_WIDTH.into());
    let mut at = 0usize;
    std::iter::from_fn(move || {
        loop {
            let here = bytes.get(at..).filter(|here| !here.is_empty())?;
            let entry = index_of(here).filter(|index| indices.contains(index));
            let entry = entry.and_then(|_| here.get(..Entry::length(here)?)).filter(|entry| seems_signed(entry));
            let entry = entry.and_then(|entry| Some((Entry::parse(entry).ok()?, entry)));
            // Half an entry and zeros may read as one that nobody signed.
            if let Some((parsed, entry)) = entry.filter(|(parsed, _)| !parsed.signatures.is_empty()) {
                at = at.saturating_add(entry.len());
                return Some((parsed, entry));
            }
            at = at.saturating_add(1);
        }
    })
}

/// Whether bytes as long as an entry by their own lengths can be one that somebody signed. Bytes that were made to look like
/// the beginning of an entry wherever one looks are then not read to their ends each time.
fn seems_signed(entry: &[u8]) -> bool {
    let number =
        |at: usize| entry.get(at..).and_then(|rest| rest.first_chunk()).map(|bytes| u64::from_le_bytes(*bytes));
    let timely = number(RECORDED_AT).is_some_and(|time| Millis::from_unix_ms(time).is_some());
    let room = number(PAYLOAD).and_then(|payload| (entry.len() as u64).checked_sub(payload)).unwrap_or(0);
    let statement = entry.get(PAYLOAD.saturating_add(8)) == Some(&b'{');
    timely && statement && room <= MAX_BESIDE_PAYLOAD && Entry::author_key(entry).is_some()
}

/// Takes the entries as long as they are the next of the chain.
fn follow<'a>(
    begins: u64,
    last: Last,
    entries: impl Iterator<Item = Result<&'a [u8], Fault>>,
    found: &mut Scan,
) -> Result<(), Fault> {
    let (mut expected, mut last) = (begins, last);
    let mut signed = None;
    for bytes in entries.map_while(Result::ok) {
        let Ok(entry) = Entry::parse(bytes) else { break };
        let backwards = last.recorded_at.is_some_and(|last| entry.recorded_at < last);
        if entry.index != expected || entry.previous != last.leaf || backwards {
            break;
        }
        last = Last { leaf: Hash::leaf(bytes), recorded_at: Some(entry.recorded_at) };
        expected = expected.saturating_add(1);
        found.tail.push(bytes)?;
        found.leaves.push(last.leaf);
        signed = Some(entry);
    }
    if let Some(Entry { payload, signatures, .. }) = signed {
        let mut faults = Vec::new();
        check_signatures(&payload, &signatures, Rule::Cofactored, &mut faults);
        if !faults.is_empty() {
            found.leaves.pop();
            let start = found.tail.starts.pop().unwrap_or(2);
            found.tail.bytes.truncate(start.saturating_sub(2));
        }
    }
    Ok(())
}

/// Takes the entries that the full bundles hold too, and compares them.
fn pass_over<'a>(
    folder: &Folder,
    first: u64,
    begins: u64,
    entries: &mut impl Iterator<Item = Result<&'a [u8], Fault>>,
) -> Result<(), StoreError> {
    let width = u64::from(TILE_WIDTH);
    let mut index = first;
    while index < begins {
        let bundle = folder.bundle(index / width)?;
        let skipped = index.saturating_sub(bundle.start()) as usize;
        for kept in bundle.entries()?.into_iter().skip(skipped) {
            match entries.next() {
                Some(Ok(entry)) if entry == kept => index += 1,
                Some(Ok(_)) => {
                    let expected = format!("the entry of {}", bundle.path().display());
                    let fault = Fault::new(Code::EntryBundleMismatch, expected, "another").at(index);
                    return Err(StoreError::damaged(&folder.path(TAIL))(fault));
                }
                Some(Err(_)) | None => return Ok(()),
            }
        }
    }
    Ok(())
}

/// The index that an entry gives itself, whatever the rest of it is.
fn index_of(entry: &[u8]) -> Option<u64> {
    entry.first_chunk().map(|index| u64::from_le_bytes(*index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::sample;

    #[test]
    fn what_cannot_have_been_signed_is_not_read_to_its_end() {
        let entry = sample::shared().entries()[3].bytes();
        let with = |at: usize, bytes: &[u8]| {
            let mut entry = entry.to_vec();
            entry[at..at + bytes.len()].copy_from_slice(bytes);
            entry
        };
        let payload = entry.len() - 64 - (PublicKey::LENGTH + Signature::LENGTH);
        let unsigned = [&entry[..56 + payload], &[0; 8]].concat();
        let many = [&with(48, &1u64.to_le_bytes())[..57], &129u64.to_le_bytes(), &[0; 129 * 96]].concat();
        let cases = [
            ("an entry", entry.to_vec(), true),
            ("no statement", with(56, b"["), false),
            ("no time", with(8, &[0xff; 8]), false),
            ("no signature", unsigned, false),
            ("too many signatures", many, false),
            ("zeros", vec![0; 64], false),
        ];
        for (what, bytes, seems) in cases {
            assert_eq!(Entry::length(&bytes), Some(bytes.len()), "{what}");
            assert_eq!(seems_signed(&bytes), seems, "{what}");
            assert_eq!(whole_entries(&bytes, 0).count(), usize::from(seems), "{what}");
        }
    }
}
