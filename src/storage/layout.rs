//! The files of a ledger by their names: FORMAT.md, section 5.

use std::collections::{BTreeMap, BTreeSet};

use crate::core::audit::{CHECKPOINT, CHECKPOINTS, checkpoint_size};
use crate::core::hash::Hash;
use crate::core::tile::{TILE_WIDTH, Tile, TileKind};

/// The file of the entries after the last full entry bundle.
pub const TAIL: &str = "tail";
/// The file that lists the sizes of which there are checkpoints, for those who read over HTTP.
pub const SIZES: &str = "checkpoints/sizes";
/// The folder of attachments.
pub const ATTACHMENTS: &str = "attachments/sha256/";

/// Which of a ledger's files a bundle has.
#[derive(Debug, Default)]
pub struct Layout {
    /// Whether it has the latest checkpoint.
    pub checkpoint: bool,
    /// The sizes of which it has checkpoints.
    pub checkpoints: BTreeSet<u64>,
    /// The widths in which it has each hash tile and entry bundle.
    pub tiles: BTreeMap<(TileKind, u64), BTreeSet<u16>>,
    /// Whether it has a tail.
    pub tail: bool,
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
            // A hint for readers who cannot list; whoever can has no use for it.
        } else if let Some(tile) = Tile::parse(&name) {
            self.tiles.entry((tile.kind, tile.index)).or_default().insert(tile.width);
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

    /// Takes a name out again: that of a file that cannot be read.
    pub fn remove(&mut self, name: &str) {
        if let Some(tile) = Tile::parse(name) {
            self.tiles.entry((tile.kind, tile.index)).or_default().remove(&tile.width);
        } else if let Some(size) = name.strip_prefix(CHECKPOINTS).and_then(checkpoint_size) {
            self.checkpoints.remove(&size);
        } else if name == CHECKPOINT {
            self.checkpoint = false;
        }
    }

    /// The widths in which the bundle has a tile, the widest last.
    pub fn widths(&self, kind: TileKind, index: u64) -> impl DoubleEndedIterator<Item = u16> {
        self.tiles.get(&(kind, index)).into_iter().flatten().copied()
    }

    /// Whether the bundle has a tile in that width or, as it may be deleted then, in full.
    pub fn has(&self, tile: &Tile) -> bool {
        self.widths(tile.kind, tile.index).any(|width| width == tile.width || width == TILE_WIDTH)
    }

    /// The numbers of the full entry bundles.
    pub fn full_entry_bundles(&self) -> impl Iterator<Item = u64> {
        let range = (TileKind::Entries, 0)..=(TileKind::Entries, u64::MAX);
        let full = self.tiles.range(range).filter(|(_, widths)| widths.contains(&TILE_WIDTH));
        full.map(|((_, index), _)| *index)
    }
}
