//! The files of a ledger by their names: FORMAT.md, section 5.

use std::collections::{BTreeMap, BTreeSet};

use rangemap::RangeInclusiveSet;

use crate::core::audit::{CHECKPOINT, CHECKPOINTS, checkpoint_size};
use crate::core::hash::Hash;
use crate::core::tile::{TILE_WIDTH, Tile, TileKind};

/// The file of the entries after the last full entry bundle.
pub const TAIL: &str = "tail";
/// The file that lists the sizes of which there are checkpoints, for those who read over HTTP.
pub const SIZES: &str = "checkpoints/sizes";
/// The folder of attachments.
pub const ATTACHMENTS: &str = "attachments/sha256/";

/// Which of a ledger's files a bundle has. Of full tiles there are as many as there are entries by the hundred, but hardly ever
/// a gap between them: their numbers are kept as ranges.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Whether it has the latest checkpoint.
    pub checkpoint: bool,
    /// The sizes of which it has checkpoints.
    pub checkpoints: BTreeSet<u64>,
    /// The numbers of the full hash tiles and entry bundles.
    full: BTreeMap<TileKind, RangeInclusiveSet<u64>>,
    /// The widths of the partial ones, by their numbers.
    partial: BTreeMap<(TileKind, u64), BTreeSet<u16>>,
    /// Whether it has a tail.
    pub tail: bool,
    /// Whether it lists the sizes of its checkpoints: a hint for readers who cannot list.
    sizes: bool,
    /// The attachments that it has.
    pub attachments: BTreeSet<Hash>,
    /// Names in the ledger's own folders that no ledger has.
    pub unexpected: Vec<String>,
    /// Names that say nothing to a verifier.
    pub unknown: Vec<String>,
}

impl Layout {
    /// Sorts the names of a bundle's files.
    pub fn of(names: Vec<String>) -> Self {
        let mut layout = Self::default();
        names.into_iter().for_each(|name| layout.insert(name));
        layout
    }

    fn insert(&mut self, name: String) {
        if let Some(size) = name.strip_prefix(CHECKPOINTS).and_then(checkpoint_size) {
            self.checkpoints.insert(size);
        } else if name == SIZES {
            self.sizes = true;
        } else if let Some(Tile { kind, index, width }) = Tile::parse(&name) {
            match width {
                TILE_WIDTH => self.full.entry(kind).or_default().insert(index..=index),
                _ => drop(self.partial.entry((kind, index)).or_default().insert(width)),
            }
        } else if let Some(hash) = name.strip_prefix(ATTACHMENTS).and_then(Hash::from_hex) {
            self.attachments.insert(hash);
        } else if [CHECKPOINTS, "tile/", "attachments/"].iter().any(|folder| name.starts_with(folder)) {
            self.unexpected.push(name);
        } else {
            match name.as_str() {
                CHECKPOINT => self.checkpoint = true,
                TAIL => self.tail = true,
                _ => self.unknown.push(name),
            }
        }
    }

    /// The names that it was made of, in order, but for those that were taken out again.
    pub fn names(&self) -> Vec<String> {
        let flags = [(self.checkpoint, CHECKPOINT), (self.tail, TAIL), (self.sizes, SIZES)];
        let there = flags.into_iter().filter(|(there, _)| *there).map(|(_, name)| name.to_owned());
        let mut names: Vec<String> = there.collect();
        names.extend(self.checkpoints.iter().map(|size| format!("{CHECKPOINTS}{size}")));
        names.extend(self.tiles_from(|_| 0).iter().map(Tile::path));
        names.extend(self.attachments.iter().map(|hash| format!("{ATTACHMENTS}{hash}")));
        names.extend(self.unexpected.iter().chain(&self.unknown).cloned());
        names.sort_unstable();
        names
    }

    /// Takes a name out again: that of a file that cannot be read.
    pub fn remove(&mut self, name: &str) {
        if let Some(Tile { kind, index, width }) = Tile::parse(name) {
            if width == TILE_WIDTH {
                self.full.entry(kind).or_default().remove(index..=index);
            } else {
                self.partial.entry((kind, index)).or_default().remove(&width);
            }
        } else if let Some(size) = name.strip_prefix(CHECKPOINTS).and_then(checkpoint_size) {
            self.checkpoints.remove(&size);
        } else if name == CHECKPOINT {
            self.checkpoint = false;
        }
    }

    /// The widths in which the bundle has a tile, the widest last.
    pub fn widths(&self, kind: TileKind, index: u64) -> impl DoubleEndedIterator<Item = u16> {
        let full = self.full.get(&kind).is_some_and(|full| full.contains(&index));
        let partial = self.partial.get(&(kind, index)).into_iter().flatten().copied();
        partial.chain(full.then_some(TILE_WIDTH))
    }

    /// Whether the bundle has a tile in that width or, as it may be deleted then, in full.
    pub fn has(&self, tile: &Tile) -> bool {
        self.widths(tile.kind, tile.index).any(|width| width == tile.width || width == TILE_WIDTH)
    }

    /// The numbers of the full entry bundles.
    pub fn full_entry_bundles(&self) -> impl DoubleEndedIterator<Item = u64> {
        self.full.get(&TileKind::Entries).into_iter().flat_map(RangeInclusiveSet::iter).flat_map(Clone::clone)
    }

    /// The numbers of which there are partial tiles, and in which widths.
    pub fn partial(&self) -> impl Iterator<Item = (TileKind, u64, &BTreeSet<u16>)> {
        self.partial
            .iter()
            .filter(|(_, widths)| !widths.is_empty())
            .map(|((kind, index), widths)| (*kind, *index, widths))
    }

    /// The tiles of each kind from a number on, in order.
    pub fn tiles_from(&self, first: impl Fn(TileKind) -> u64) -> Vec<Tile> {
        let full = self.full.iter().flat_map(|(kind, numbers)| {
            let (kind, first) = (*kind, first(*kind));
            let numbers = numbers.iter().flat_map(move |range| *range.start().max(&first)..=*range.end());
            numbers.map(move |index| Tile { kind, index, width: TILE_WIDTH })
        });
        let partial = self.partial.iter().filter(|((kind, index), _)| *index >= first(*kind));
        let partial = partial.flat_map(|((kind, index), widths)| {
            widths.iter().map(|width| Tile { kind: *kind, index: *index, width: *width })
        });
        let mut tiles: Vec<Tile> = full.chain(partial).collect();
        tiles.sort_unstable();
        tiles
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_says_the_names_that_it_was_made_of_and_which_tiles_there_are() {
        let tile = |kind, index, width| Tile { kind, index, width };
        let (hashes, entries) = (TileKind::Hashes(1), TileKind::Entries);
        let mut tiles: Vec<Tile> = [0, 1, 2, 3, 5, 1000, u64::MAX].map(|index| tile(entries, index, TILE_WIDTH)).into();
        tiles.extend([
            tile(hashes, 0, TILE_WIDTH),
            tile(hashes, 1, 7),
            tile(hashes, 1, TILE_WIDTH),
            tile(entries, 6, 9),
        ]);
        tiles.sort_unstable();
        let attachment = format!("{ATTACHMENTS}{}", Hash::of(b""));
        let others = [CHECKPOINT, TAIL, SIZES, "checkpoints/7", "checkpoints/07", "tile/x", "README", &attachment];
        let mut names: Vec<String> = tiles.iter().map(Tile::path).chain(others.map(str::to_owned)).collect();
        names.sort_unstable();
        // In whatever order they come.
        for turned in [0, 3, 11, names.len() - 1] {
            let mut given = names.clone();
            given.rotate_left(turned);
            let mut layout = Layout::of(given);
            assert_eq!((layout.names(), layout.tiles_from(|_| 0)), (names.clone(), tiles.clone()));
            assert_eq!(layout.full_entry_bundles().collect::<Vec<_>>(), [0, 1, 2, 3, 5, 1000, u64::MAX]);
            assert_eq!(layout.widths(hashes, 1).collect::<Vec<_>>(), [7, TILE_WIDTH]);
            assert!(layout.has(&tile(entries, 3, 17)) && layout.has(&tile(entries, 6, 9)));
            assert!(!layout.has(&tile(entries, 4, 256)) && !layout.has(&tile(entries, 6, 8)));
            let first = |kind| if kind == entries { 5 } else { 1 };
            let from: Vec<Tile> = tiles.iter().copied().filter(|tile| tile.index >= first(tile.kind)).collect();
            assert_eq!(layout.tiles_from(first), from);
            for gone in ["tile/entries/002", "tile/1/001.p/7", "checkpoints/7", CHECKPOINT] {
                layout.remove(gone);
                assert!(!layout.names().contains(&gone.to_owned()), "{gone}");
            }
            assert_eq!(layout.names().len(), names.len() - 4);
            assert_eq!(layout.full_entry_bundles().collect::<Vec<_>>(), [0, 1, 3, 5, 1000, u64::MAX]);
        }
    }
}
