//! The entries: which files of them are damaged, and what a copy has in their place.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::Serialize;

use crate::core::entry::Entry;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::statement::{Rule, check_signatures};
use crate::core::tile::{TILE_WIDTH, Tile, TileKind, push_entry, split};
use crate::shell::replay::Entries;
use crate::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};
use crate::storage::folder_store::{LeftBy, Mending, judge, whole_entries};
use crate::storage::frozen::MAX_TAIL_BYTES;
use crate::storage::layout::{Layout, TAIL};

use super::draft::{Done, Draft};
use super::of_copy;

/// Acknowledged entries that are given up. No checkpoint promises them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cut {
    /// The first of them.
    pub from: u64,
    /// Up to which entry they were acknowledged, as far as that is known.
    pub acknowledged: Option<u64>,
    /// How many of them are whole, though what they follow is not.
    pub whole: usize,
    /// Bytes that are cut.
    pub bytes: u64,
}

/// What became of the entries.
pub(super) struct Found {
    /// What is given up.
    pub(super) cut: Option<Cut>,
    /// What is wrong and stays so.
    pub(super) left: Vec<Fault>,
}

/// Mends the files of entries, as far as the copy can.
pub(super) fn mend(
    draft: &mut Draft,
    copy: Option<&dyn Bundle>,
    promised: u64,
    mending: &Mending,
) -> Result<Found, Trouble> {
    let layout = Layout::of(draft.view()?.names()?);
    let tail = Tail::read(draft, &layout)?;
    let there = layout.full_entry_bundles().last().map_or(0, |last| last.saturating_add(1));
    // What the tail goes on from was a bundle once.
    let begun = tail.first.map_or(0, |first| first / u64::from(TILE_WIDTH));
    let due = there.max(promised / u64::from(TILE_WIDTH)).max(begun);
    let (mut head, mut left) = (Hash::ZERO, Vec::new());
    let mut bundles = 0;
    for index in 0..due {
        let Some(ends) = bundle(draft, copy, index, head)? else {
            let tile = Tile { kind: TileKind::Entries, index, width: TILE_WIDTH };
            let fault =
                Fault::new(Code::EntryBundleMalformed, "256 entries that follow those before", "others, or none");
            left.push(fault.in_file(tile.path()));
            break;
        };
        head = ends.leaf;
        bundles = index.saturating_add(1);
    }
    if !left.is_empty() {
        return Ok(Found { cut: None, left });
    }
    tail.mend(draft, copy, bundles.saturating_mul(TILE_WIDTH.into()), head, promised, mending)
}

/// What the entries of a full bundle are linked by.
struct Ends {
    previous: Hash,
    leaf: Hash,
}

/// The bundle of that index, if it follows that leaf hash: as it is, or as the copy has it or the one before it.
fn bundle(draft: &mut Draft, copy: Option<&dyn Bundle>, index: u64, head: Hash) -> Result<Option<Ends>, Trouble> {
    let tile = |index| Tile { kind: TileKind::Entries, index, width: TILE_WIDTH };
    let view = draft.view()?;
    let read = |index| match view.read(&tile(index).path(), MAX_ENTRY_BUNDLE_BYTES) {
        Err(Trouble::Faults(_)) => Ok(None),
        read => read,
    };
    let found = read(index)?;
    let ends = found.as_deref().and_then(|bytes| sound(bytes, &tile(index)));
    if let Some(ends) = ends.filter(|ends| ends.previous == head) {
        return Ok(Some(ends));
    }
    let Some(copy) = copy else { return Ok(None) };
    // Where this one is sound by itself, the last entry of the one before may be what changed.
    for wrong in [Some(index), index.checked_sub(1)].into_iter().flatten() {
        let name = tile(wrong).path();
        let Some(bytes) = of_copy(copy, &name)? else { continue };
        if draft.has_step(&name) || read(wrong)?.is_some_and(|there| there == bytes) {
            continue;
        }
        let Some(ends) = sound(&bytes, &tile(wrong)) else { continue };
        if wrong == index && ends.previous == head {
            draft.put(&name, &bytes, Done::TakenFromCopy)?;
            return Ok(Some(ends));
        }
        let own = found.as_deref().and_then(|bytes| sound(bytes, &tile(index)));
        if let Some(own) = own.filter(|own| wrong != index && own.previous == ends.leaf) {
            draft.put(&name, &bytes, Done::TakenFromCopy)?;
            return Ok(Some(own));
        }
    }
    Ok(None)
}

/// What a full entry bundle is linked by, if it is 256 entries that follow each other.
fn sound(bytes: &[u8], tile: &Tile) -> Option<Ends> {
    let mut ends: Option<Ends> = None;
    let first = tile.index.checked_mul(TILE_WIDTH.into())?;
    for (bytes, index) in tile.entries(bytes).ok()?.into_iter().zip(first..) {
        let entry = Entry::parse(bytes).ok().filter(|entry| entry.index == index)?;
        let leaf = Hash::leaf(bytes);
        ends = Some(match ends {
            None => Ends { previous: entry.previous, leaf },
            Some(ends) if ends.leaf == entry.previous => Ends { leaf, ..ends },
            Some(_) => return None,
        });
    }
    ends
}

/// What stands after the full entry bundles.
struct Tail {
    /// Whether it is the tail's file, or a partial entry bundle where there is none.
    is_file: bool,
    bytes: Vec<u8>,
    /// The index that its first entry gives itself, unless the second does not follow it.
    first: Option<u64>,
}

impl Tail {
    fn read(draft: &Draft, layout: &Layout) -> Result<Self, Trouble> {
        let view = draft.view()?;
        let full = layout.full_entry_bundles().last().map_or(0, |last| last.saturating_add(1));
        let widest = layout.widths(TileKind::Entries, full).next_back();
        let partial = widest.map(|width| Tile { kind: TileKind::Entries, index: full, width }.path());
        let name = if layout.tail { Some(TAIL.to_owned()) } else { partial };
        let read = name.map(|name| view.read(&name, MAX_TAIL_BYTES)).transpose();
        let bytes = match read {
            Err(Trouble::Faults(_)) => Vec::new(),
            read => read?.flatten().unwrap_or_default(),
        };
        let mut entries = split(&bytes).map_while(Result::ok);
        let first = entries.next().and_then(|bytes| Some((Entry::parse(bytes).ok()?.index, Hash::leaf(bytes))));
        let second = entries.next().map(|bytes| Entry::parse(bytes).ok().map(|entry| entry.previous));
        // Of one that changed, the index may be what did.
        let sound = |(index, leaf): (u64, Hash)| second.is_none_or(|link| link == Some(leaf)).then_some(index);
        let first = first.and_then(sound);
        Ok(Self { is_file: layout.tail, bytes, first })
    }

    /// Takes what is intact of it, fills what is not with what the copy has, and cuts what is left.
    fn mend(
        &self,
        draft: &mut Draft,
        copy: Option<&dyn Bundle>,
        begins: u64,
        head: Hash,
        promised: u64,
        mending: &Mending,
    ) -> Result<Found, Trouble> {
        let last = mending.acknowledged().map(|noted| (noted.size, noted.head));
        let (mut kept, at) = self.follow(Kept { bytes: Vec::new(), next: begins, head, last });
        let rest = self.bytes.get(at..).unwrap_or_default();
        let acknowledged = last.map(|(size, _)| size);
        let left_by = judge(&self.bytes, at, kept.next);
        let torn = match left_by {
            LeftBy::TornWrite => true,
            LeftBy::Hole(_) => acknowledged.is_some(),
            LeftBy::Damage(_) => false,
        };
        let due = promised.max(acknowledged.unwrap_or(0));
        if torn && kept.next >= due {
            return Ok(Found { cut: None, left: Vec::new() });
        }
        let broke_at = kept.next;
        let whole = whole_entries(rest, broke_at).filter(|(entry, _)| signed(entry));
        let after: BTreeMap<u64, &[u8]> = whole.map(|(entry, bytes)| (entry.index, bytes)).collect();
        let copied = copy.map_or(Ok(Vec::new()), |copy| entries_of(copy, broke_at))?;
        let mut taken = 0u64;
        loop {
            let ours = after.get(&kept.next).copied();
            let theirs = copied.get(usize::try_from(kept.next - broke_at).unwrap_or(usize::MAX)).map(Vec::as_slice);
            if !ours.is_some_and(|bytes| kept.take(bytes)) {
                if !theirs.is_some_and(|bytes| kept.take(bytes)) {
                    break;
                }
                taken += 1;
            }
        }
        let whole = after.range(kept.next..).count();
        let filled = whole == 0 && taken > 0 && kept.next >= due;
        let bytes = (self.bytes.len() as u64).saturating_sub(kept.bytes.len() as u64);
        let cut = Cut { from: kept.next, acknowledged: acknowledged.filter(|size| *size > kept.next), whole, bytes };
        if kept.next < promised {
            let expected = format!("the {promised} entries that a checkpoint promises");
            let fault = Fault::new(Code::CheckpointBeyondEntries, expected, format!("{} intact", kept.next));
            return Ok(Found { cut: None, left: vec![fault.in_file(TAIL)] });
        }
        if !self.is_file || kept.bytes != self.bytes {
            draft.put(TAIL, &kept.bytes, if filled { Done::Filled } else { Done::Cut })?;
        }
        Ok(Found { cut: (!filled).then_some(cut), left: Vec::new() })
    }

    /// The entries that follow the full bundles, and where in the bytes they end.
    fn follow(&self, mut kept: Kept) -> (Kept, usize) {
        let begins = kept.next;
        let mut entries = split(&self.bytes);
        let mut at = 0;
        while let Some(Ok(bytes)) = entries.next() {
            let entry = Entry::parse(bytes).ok();
            let stale = entry.as_ref().is_some_and(|entry| kept.bytes.is_empty() && entry.index < begins);
            if !stale && !entry.as_ref().is_some_and(|entry| signed(entry) && kept.take(bytes)) {
                break;
            }
            at = self.bytes.len().saturating_sub(entries.rest().len());
        }
        (kept, at)
    }
}

/// A tail that is made.
struct Kept {
    bytes: Vec<u8>,
    next: u64,
    head: Hash,
    /// How many entries were acknowledged, and the leaf hash of the last.
    last: Option<(u64, Hash)>,
}

impl Kept {
    /// What a tail holds, at most.
    const ROOM: RangeInclusive<u64> = 0..=TILE_WIDTH as u64 - 2;

    /// Takes an entry if it is the next one.
    fn take(&mut self, bytes: &[u8]) -> bool {
        let room = Self::ROOM.contains(&(self.next % u64::from(TILE_WIDTH)));
        let (next, leaf) = (self.next.saturating_add(1), Hash::leaf(bytes));
        let follows = |entry: Entry| entry.index == self.next && entry.previous == self.head;
        let acknowledged = self.last.is_none_or(|(size, last)| size != next || last == leaf);
        if !room
            || !acknowledged
            || !Entry::parse(bytes).is_ok_and(follows)
            || push_entry(&mut self.bytes, bytes).is_err()
        {
            return false;
        }
        (self.next, self.head) = (next, leaf);
        true
    }
}

/// Whether all signatures of an entry verify: nothing that follows vouches for the last one.
fn signed(entry: &Entry) -> bool {
    let mut faults = Vec::new();
    check_signatures(&entry.payload, &entry.signatures, Rule::Cofactored, &mut faults);
    faults.is_empty()
}

/// The entries of a copy from one on, as many as a tail can have.
fn entries_of(copy: &dyn Bundle, from: u64) -> Result<Vec<Vec<u8>>, Trouble> {
    let mut entries = Vec::new();
    let read = Entries::of(copy)?.read(from, &mut |entry| {
        entries.push(entry.to_vec());
        Ok(entries.len() < usize::from(TILE_WIDTH))
    });
    match read {
        Err(Trouble::Faults(_)) | Ok(()) => Ok(entries),
        Err(trouble) => Err(trouble),
    }
}
