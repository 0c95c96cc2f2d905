//! What follows from a ledger's entries: its hash tiles, and the partial entry bundles beside a tail. It can be made again at
//! any time, and is never taken from a copy.

use crate::core::fault::Fault;
use crate::core::hash::Hash;
use crate::core::tile::{TILE_WIDTH, Tile, TileKind, Tiler, push_entry, split};
use crate::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};
use crate::storage::layout::Layout;

/// Takes a file that a bundle lacks or has otherwise, with the bytes that belong there; none if no such file does.
pub(super) type Put<'a> = dyn FnMut(&Tile, Option<&[u8]>) -> Result<(), Trouble> + 'a;

/// Follows the entries, and finds what a bundle lacks. Holds one entry bundle and the partial tiles.
pub(super) struct Derived<'a> {
    bundle: &'a dyn Bundle,
    layout: &'a Layout,
    tree: Tiler,
    /// Those of the entry bundle that is not full yet, encoded.
    entries: Vec<u8>,
}

impl<'a> Derived<'a> {
    pub(super) fn of(bundle: &'a dyn Bundle, layout: &'a Layout) -> Self {
        Self { bundle, layout, tree: Tiler::new(), entries: Vec::new() }
    }

    /// Takes the next entry.
    pub(super) fn entry(&mut self, bytes: &[u8], put: &mut Put<'_>) -> Result<(), Trouble> {
        push_entry(&mut self.entries, bytes)?;
        for (tile, hashes) in self.tree.push(Hash::leaf(bytes)) {
            self.settle(&tile, &hashes, TILE_WIDTH, put)?;
        }
        if self.tree.size().is_multiple_of(TILE_WIDTH.into()) {
            let index = (self.tree.size() / u64::from(TILE_WIDTH)).saturating_sub(1);
            let entries = std::mem::take(&mut self.entries);
            self.settle(&Tile { kind: TileKind::Entries, index, width: TILE_WIDTH }, &entries, 0, put)?;
        }
        Ok(())
    }

    /// The end: what a checkpoint of that size needs is there, and nothing of more entries than there are.
    pub(super) fn end(self, checkpoint: u64, put: &mut Put<'_>) -> Result<(), Trouble> {
        let size = self.tree.size();
        let width_at = |tile: &Tile| {
            let hashes = count(tile.kind, checkpoint);
            let wanted = hashes / u64::from(TILE_WIDTH) == tile.index;
            if wanted { (hashes % u64::from(TILE_WIDTH)) as u16 } else { 0 }
        };
        for (tile, hashes) in self.tree.partial() {
            self.settle(&tile, &hashes, width_at(&tile), put)?;
        }
        let (index, width) = (size / u64::from(TILE_WIDTH), (size % u64::from(TILE_WIDTH)) as u16);
        if width > 0 {
            let tile = Tile { kind: TileKind::Entries, index, width };
            self.settle(&tile, &self.entries, width_at(&tile), put)?;
        }
        for tile in self.layout.tiles_from(|kind| count(kind, size).div_ceil(TILE_WIDTH.into())) {
            put(&tile, None)?;
        }
        Ok(())
    }

    /// Holds a tile in all the widths that there are, and the one that is needed, against its bytes in the greatest.
    fn settle(&self, whole: &Tile, bytes: &[u8], needed: u16, put: &mut Put<'_>) -> Result<(), Trouble> {
        // The entries themselves are no consequence of the entries.
        let full = |width: &u16| whole.kind == TileKind::Entries && *width == TILE_WIDTH;
        let there: Vec<u16> = self.layout.widths(whole.kind, whole.index).filter(|width| !full(width)).collect();
        let missing = (needed > 0 && !there.contains(&needed)).then_some(needed);
        for width in there.into_iter().chain(missing) {
            let tile = Tile { width, ..*whole };
            let expected = if width > whole.width { None } else { Some(first(bytes, &tile)) };
            let found = match self.bundle.read(&tile.path(), MAX_ENTRY_BUNDLE_BYTES) {
                Err(Trouble::Faults(_)) => None,
                found => found?,
            };
            if expected.is_none() || found.as_deref() != expected {
                put(&tile, expected)?;
            }
        }
        Ok(())
    }
}

/// What a wider tile has of one.
fn first<'b>(bytes: &'b [u8], tile: &Tile) -> &'b [u8] {
    let end = match tile.kind {
        TileKind::Hashes(_) => usize::from(tile.width) * Hash::LENGTH,
        TileKind::Entries => {
            let mut entries = split(bytes);
            entries.by_ref().take(tile.width.into()).map_while(Result::<_, Fault>::ok).for_each(drop);
            bytes.len().saturating_sub(entries.rest().len())
        }
    };
    bytes.get(..end).unwrap_or(bytes)
}

/// How many hashes or entries a tree of that size has in the tiles of that kind.
fn count(kind: TileKind, size: u64) -> u64 {
    match kind {
        TileKind::Hashes(level) => size.checked_shr(8 * u32::from(level)).unwrap_or(0),
        TileKind::Entries => size,
    }
}
