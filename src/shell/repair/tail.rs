//! The tail: the entries after the last full entry bundle, and where else in the folder and in a copy they stand.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read as _};

use crate::core::entry::Entry;
use crate::core::hash::Hash;
use crate::core::statement::{Rule, check_signatures};
use crate::core::tile::{TILE_WIDTH, Tile, TileKind, push_entry, split};
use crate::shell::replay::Entries;
use crate::storage::bundle::{Bundle, Trouble};
use crate::storage::folder_store::{LeftBy, Mending, judge, whole_entries};
use crate::storage::frozen::MAX_TAIL_BYTES;
use crate::storage::layout::{Layout, TAIL};

use super::draft::{Done, Draft, View};
use super::entries::{Cut, Found, sound};
use super::of_copy;

/// What stands after the full entry bundles.
pub(super) struct Tail {
    /// Whether it is the tail's file, or a partial entry bundle where there is none.
    is_file: bool,
    bytes: Vec<u8>,
    /// How many more bytes it has than any tail.
    beyond: u64,
    /// The index that its first entry gives itself, unless the second does not follow it.
    pub(super) first: Option<u64>,
    /// The partial entry bundles, the widest first, down to one whose entries follow each other, or as many as a tail is
    /// long: they repeat what the tail had when a checkpoint was published.
    partial: Vec<Vec<u8>>,
}

impl Tail {
    pub(super) fn read(draft: &Draft, layout: &Layout) -> Result<Self, Trouble> {
        let view = draft.view()?;
        let full = layout.full_entry_bundles().last().map_or(0, |last| last.saturating_add(1));
        let widths = layout.widths(TileKind::Entries, full).rev();
        let tiles = widths.map(|width| Tile { kind: TileKind::Entries, index: full, width });
        let tiles: Vec<_> = tiles.map(|tile| (tile, tile.path())).collect();
        let name = if layout.tail { Some(TAIL) } else { tiles.first().map(|(_, name)| name.as_str()) };
        let (bytes, beyond) = name.map_or(Ok((Vec::new(), 0)), |name| beginning(&view, name))?;
        let mut entries = split(&bytes).map_while(Result::ok);
        let first = entries.next().and_then(|bytes| Some((Entry::parse(bytes).ok()?.index, Hash::leaf(bytes))));
        let second = entries.next().map(|bytes| Entry::parse(bytes).ok().map(|entry| entry.previous));
        // Of one that changed, the index may be what did.
        let vouched = |(index, leaf): (u64, Hash)| second.is_none_or(|link| link == Some(leaf)).then_some(index);
        let first = first.and_then(vouched);
        let (mut partial, mut held) = (Vec::new(), 0u64);
        for (tile, name) in &tiles {
            let Some(bytes) = of_copy(&view, name)? else { continue };
            let whole = sound(&bytes, tile).is_some();
            held = held.saturating_add(bytes.len() as u64);
            partial.push(bytes);
            if whole || held >= MAX_TAIL_BYTES {
                break;
            }
        }
        Ok(Self { is_file: layout.tail, bytes, beyond, first, partial })
    }

    /// Takes what is intact of it, fills what is not with what the partial entry bundles and the copy have, and cuts what is
    /// left. What fills an entry bundle becomes one.
    pub(super) fn mend(
        &self,
        draft: &mut Draft,
        copy: Option<&dyn Bundle>,
        begins: u64,
        head: Hash,
        mending: &Mending,
    ) -> Result<Found, Trouble> {
        let last = mending.acknowledged().map(|noted| (noted.size, noted.head));
        let kept = Kept { bytes: Vec::new(), next: begins, head, last, length: 0, again: None };
        let (mut kept, at) = self.follow(kept, draft)?;
        let rest = self.bytes.get(at..).unwrap_or_default();
        let acknowledged = last.map(|(size, _)| size);
        let torn = self.beyond == 0
            && match judge(&self.bytes, at, kept.next) {
                LeftBy::TornWrite => true,
                LeftBy::Hole(_) => acknowledged.is_some(),
                LeftBy::Damage(_) => false,
            };
        let (broke_at, before) = (kept.next, kept.length);
        let ours = self.elsewhere(rest, broke_at);
        kept.fill(&ours, copy, draft)?;
        if kept.next == broke_at
            && let Some((mut back, last)) = kept.without_last()
        {
            // Nothing but the next entry vouches for when the last one was recorded: that may be what changed.
            let mut ours = self.elsewhere(rest, back.next);
            ours.entry(back.next).or_default().retain(|bytes| *bytes != last);
            back.fill(&ours, copy, draft)?;
            if back.next > broke_at {
                kept = back;
            }
        }
        let taken = kept.next > broke_at;
        let due = kept.next >= acknowledged.unwrap_or(0);
        // A write that was cut short was in no entry bundle.
        let beyond = self.in_bundles(kept.next).any(|(entry, _)| signed(&entry));
        if torn && due && !taken && !beyond {
            return Ok(Found { cut: None, left: Vec::new() });
        }
        let (whole, filling) = (ours.range(kept.next..).count(), kept.length.saturating_sub(before));
        let bytes = (rest.len() as u64).saturating_add(self.beyond).saturating_sub(filling);
        // The note may be behind: how many entries damaged bytes were is known only by as many that fill their place.
        let covered = torn || bytes == 0;
        let filled = whole == 0 && taken && due && covered;
        let cut = Cut { from: kept.next, acknowledged: acknowledged.filter(|size| *size > kept.next), whole, bytes };
        if !self.is_file || self.beyond > 0 || kept.bytes != self.bytes {
            draft.put(TAIL, &kept.bytes, if filled { Done::Filled } else { Done::Cut })?;
        }
        Ok(Found { cut: (!filled).then_some(cut), left: Vec::new() })
    }

    /// The whole and signed entries from one on that stand after those that follow each other, or in the partial entry
    /// bundles, by the index that they give themselves.
    fn elsewhere<'a>(&'a self, rest: &'a [u8], from: u64) -> BTreeMap<u64, Vec<&'a [u8]>> {
        let in_tail = whole_entries(rest, from);
        let mut found: BTreeMap<u64, Vec<&[u8]>> = BTreeMap::new();
        for (entry, bytes) in in_tail.chain(self.in_bundles(from)) {
            let known = found.get(&entry.index).is_some_and(|known| known.contains(&bytes));
            if !known && signed(&entry) {
                found.entry(entry.index).or_default().push(bytes);
            }
        }
        found
    }

    /// The entries from one on that stand in the partial entry bundles.
    fn in_bundles(&self, from: u64) -> impl Iterator<Item = (Entry, &[u8])> {
        let records = self.partial.iter().flat_map(|bytes| split(bytes).map_while(Result::ok));
        let entries = records.filter_map(|bytes| Some((Entry::parse(bytes).ok()?, bytes)));
        entries.filter(move |(entry, _)| entry.index >= from)
    }

    /// The entries that follow the full bundles, and where in the bytes they end.
    fn follow(&self, mut kept: Kept, draft: &mut Draft) -> Result<(Kept, usize), Trouble> {
        let begins = kept.next;
        let mut entries = split(&self.bytes);
        let mut at = 0;
        while let Some(Ok(bytes)) = entries.next() {
            let entry = Entry::parse(bytes).ok();
            let stale = entry.as_ref().is_some_and(|entry| kept.length == 0 && entry.index < begins);
            let intact = stale || entry.as_ref().is_some_and(signed) && kept.take(bytes, Done::MadeAgain, draft)?;
            if !intact {
                break;
            }
            at = self.bytes.len().saturating_sub(entries.rest().len());
        }
        Ok((kept, at))
    }
}

/// A file's bytes, as far as a tail can be long, and how many more there are.
fn beginning(view: &View, name: &str) -> Result<(Vec<u8>, u64), Trouble> {
    let Some(mut file) = view.open(name)? else { return Ok((Vec::new(), 0)) };
    let mut bytes = Vec::new();
    let read = file.by_ref().take(MAX_TAIL_BYTES).read_to_end(&mut bytes);
    let beyond = read.and_then(|_| std::io::copy(&mut file, &mut std::io::sink()));
    Ok((bytes, beyond.map_err(|error| Trouble::reading(&view.locate(name), error))?))
}

/// A tail that is made.
struct Kept {
    bytes: Vec<u8>,
    next: u64,
    head: Hash,
    /// How many entries were acknowledged, and the leaf hash of the last.
    last: Option<(u64, Hash)>,
    /// Bytes of all that was taken.
    length: u64,
    /// An entry in whose place only the same statement is taken.
    again: Option<Entry>,
}

impl Kept {
    /// Takes an entry if it is the next one. Whatever is full then is an entry bundle, and the tail goes on after it.
    fn take(&mut self, bytes: &[u8], done: Done, draft: &mut Draft) -> Result<bool, Trouble> {
        let (next, leaf) = (self.next.saturating_add(1), Hash::leaf(bytes));
        let says =
            |entry: &Entry, known: &Entry| (&entry.payload, &entry.signatures) == (&known.payload, &known.signatures);
        let again =
            |entry: &Entry| self.again.as_ref().is_none_or(|known| known.index != entry.index || says(entry, known));
        let follows = |entry: Entry| entry.index == self.next && entry.previous == self.head && again(&entry);
        let acknowledged = self.last.is_none_or(|(size, last)| size != next || last == leaf);
        let before = self.bytes.len();
        if !acknowledged || !Entry::parse(bytes).is_ok_and(follows) || push_entry(&mut self.bytes, bytes).is_err() {
            return Ok(false);
        }
        self.length = self.length.saturating_add(self.bytes.len().saturating_sub(before) as u64);
        if next.is_multiple_of(TILE_WIDTH.into()) {
            let tile = Tile { kind: TileKind::Entries, index: self.next / u64::from(TILE_WIDTH), width: TILE_WIDTH };
            draft.put(&tile.path(), &std::mem::take(&mut self.bytes), done)?;
        }
        (self.next, self.head) = (next, leaf);
        Ok(true)
    }

    /// What there was before the last one, and that; nothing where an entry bundle ends.
    fn without_last(&self) -> Option<(Self, Vec<u8>)> {
        let last = split(&self.bytes).map_while(Result::ok).last()?;
        let length = last.len().saturating_add(2);
        let bytes = self.bytes.get(..self.bytes.len().checked_sub(length)?)?.to_vec();
        let entry = Entry::parse(last).ok()?;
        let (next, head) = (self.next.checked_sub(1)?, entry.previous);
        let length = self.length.checked_sub(length as u64)?;
        Some((Self { bytes, next, head, last: self.last, length, again: Some(entry) }, last.to_vec()))
    }

    /// Takes the next ones, as far as they are among these or in the copy.
    fn fill(
        &mut self,
        ours: &BTreeMap<u64, Vec<&[u8]>>,
        copy: Option<&dyn Bundle>,
        draft: &mut Draft,
    ) -> Result<(), Trouble> {
        self.take_all(ours, draft)?;
        copy.map_or(Ok(()), |copy| self.take_copied(copy, ours, draft))
    }

    /// Takes the next ones, as far as they are among these.
    fn take_all(&mut self, ours: &BTreeMap<u64, Vec<&[u8]>>, draft: &mut Draft) -> Result<(), Trouble> {
        while let Some(candidates) = ours.get(&self.next) {
            let before = self.next;
            for bytes in candidates {
                if self.take(bytes, Done::MadeAgain, draft)? {
                    break;
                }
            }
            if self.next == before {
                break;
            }
        }
        Ok(())
    }

    /// Takes the next ones that a copy has, and between them those of the ledger itself.
    fn take_copied(
        &mut self,
        copy: &dyn Bundle,
        ours: &BTreeMap<u64, Vec<&[u8]>>,
        draft: &mut Draft,
    ) -> Result<(), Trouble> {
        let mut outcome = Ok(());
        let read = Entries::of(copy)?.read(self.next, &mut |bytes| {
            let Ok(entry) = Entry::parse(bytes) else { return Ok(false) };
            if entry.index < self.next {
                return Ok(true);
            }
            let taken = match signed(&entry) {
                true => self.take(bytes, Done::TakenFromCopy, draft).and_then(|taken| {
                    self.take_all(ours, draft)?;
                    Ok(taken)
                }),
                false => Ok(false),
            };
            taken.or_else(|trouble| {
                outcome = Err(trouble);
                Ok(false)
            })
        });
        match read {
            Err(Trouble::Faults(_)) | Ok(()) => outcome,
            // A mirror need not have all that it promises.
            Err(Trouble::Io { source, .. }) if source.kind() == ErrorKind::NotFound => outcome,
            Err(trouble) => Err(trouble),
        }
    }
}

/// Whether all signatures of an entry verify: nothing that follows vouches for the last one.
fn signed(entry: &Entry) -> bool {
    let mut faults = Vec::new();
    check_signatures(&entry.payload, &entry.signatures, Rule::Cofactored, &mut faults);
    faults.is_empty()
}
