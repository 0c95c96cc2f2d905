//! The entries: which files of them are damaged, and what a copy has in their place.

use serde::Serialize;

use crate::core::entry::Entry;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::tile::{TILE_WIDTH, Tile, TileKind};
use crate::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};
use crate::storage::folder_store::Mending;
use crate::storage::layout::Layout;

use super::draft::{Done, Draft};
use super::of_copy;
use super::tail::Tail;

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

/// Mends the files of entries, as far as what is intact of them and the copy can: every entry is taken that follows.
pub(super) fn mend(draft: &mut Draft, copy: Option<&dyn Bundle>, mending: &Mending) -> Result<Found, Trouble> {
    let layout = Layout::of(draft.view()?.names()?);
    let tail = Tail::read(draft, &layout)?;
    let there = layout.full_entry_bundles().last().map_or(0, |last| last.saturating_add(1));
    // What the tail goes on from was a bundle once.
    let begun = tail.first.map_or(0, |first| first / u64::from(TILE_WIDTH));
    let due = there.max(begun);
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
    tail.mend(draft, copy, bundles.saturating_mul(TILE_WIDTH.into()), head, mending)
}

/// What the entries of a full bundle are linked by.
pub(super) struct Ends {
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

/// What an entry bundle is linked by, if it is as many entries as it should have, and they follow each other.
pub(super) fn sound(bytes: &[u8], tile: &Tile) -> Option<Ends> {
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
