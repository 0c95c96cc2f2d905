//! Entry bundles and hash tiles: the full ones, and the partial ones that each checkpoint promises and no full one stands
//! in for.
//!
//! Where the folder is served already, whoever reads it as files finds entries after its `checkpoint` meanwhile. So no hash
//! tile gets there before the entries that it is of are durable. And as entries may say that they saw a checkpoint that is
//! new too, each of those is durable before any entry after it, and after the partial tiles that it promises.

use crate::core::audit::{CHECKPOINT, CHECKPOINTS};
use crate::core::hash::Hash;
use crate::core::note::MAX_NOTE_BYTES;
use crate::core::tile::{TILE_WIDTH, Tile, TileKind, Tiler, push_entry};
use crate::storage::bundle::{Bundle, Trouble};

use super::PublishError;
use super::judge::{self, Judged, Latest};
use super::place::Place;

/// Full hash tiles that wait for their entries, at most: of 8 KiB each. The more, the fewer flushes.
const MAX_WAITING: usize = 128;

/// What is written as entry follows entry.
pub(super) struct Tiles<'a> {
    place: &'a mut Place,
    ledger: &'a dyn Bundle,
    latest: &'a Latest,
    judged: &'a Judged,
    /// Whether there is a `checkpoint` already.
    served: bool,
    /// Of the entries so far, or those that were there before.
    tree: Tiler,
    count: u64,
    /// The entries of the bundle that is not full yet.
    bundle: Vec<u8>,
    /// Hash tiles whose entries may not be durable.
    waiting: Vec<(Tile, Vec<u8>)>,
}

impl<'a> Tiles<'a> {
    pub fn new(
        place: &'a mut Place,
        ledger: &'a dyn Bundle,
        latest: &'a Latest,
        judged: &'a Judged,
    ) -> Result<Self, Trouble> {
        let served = place.folder.read(CHECKPOINT, MAX_NOTE_BYTES as u64)?.is_some();
        let tree = judged.tree.clone();
        let count = tree.size() - tree.size() % u64::from(TILE_WIDTH);
        Ok(Self { place, ledger, latest, judged, served, tree, count, bundle: Vec::new(), waiting: Vec::new() })
    }

    /// The first entry that it has to be given.
    pub fn from(&self) -> u64 {
        self.count
    }

    /// Takes the next entry. Returns whether it takes more.
    pub fn entry(&mut self, entry: &[u8]) -> Result<bool, PublishError> {
        let size = self.latest.checkpoint().size;
        if self.count >= size {
            return Ok(false);
        }
        self.count += 1;
        push_entry(&mut self.bundle, entry)?;
        if self.count > self.tree.size() {
            let full = self.tree.push(Hash::leaf(entry));
            self.grown(full)?;
        }
        Ok(self.count < size)
    }

    /// The tree of all entries, once everything is in its place and durable.
    pub fn finish(mut self) -> Result<Tiler, PublishError> {
        self.place_waiting()?;
        self.place.site.settle()?;
        Ok(self.tree)
    }

    fn grown(&mut self, full: Vec<(Tile, Vec<u8>)>) -> Result<(), PublishError> {
        let (width, promised) = (u64::from(TILE_WIDTH), self.judged.sizes.contains(&self.count));
        let of_entries = Tile { kind: TileKind::Entries, index: (self.count - 1) / width, width: TILE_WIDTH };
        if self.count.is_multiple_of(width) {
            self.place.tile(of_entries, &self.bundle)?;
            self.bundle.clear();
        } else if promised {
            let partial = Tile { width: (self.count % width) as u16, ..of_entries };
            if self.needs(&partial) {
                self.place.tile(partial, &self.bundle)?;
            }
        }
        self.waiting.extend(full);
        if promised {
            let partial: Vec<_> = self.tree.partial().filter(|(tile, _)| self.needs(tile)).collect();
            self.waiting.extend(partial);
        }
        if promised && self.served {
            self.place_waiting()?;
            self.place.site.settle()?;
            let bytes = judge::sized(self.ledger, &self.judged.chain, self.latest, self.count)?;
            self.place.note(&format!("{CHECKPOINTS}{}", self.count), &bytes)?;
            self.place.site.settle()?;
        }
        if self.waiting.len() >= MAX_WAITING {
            self.place_waiting()?;
        }
        Ok(())
    }

    /// Puts hash tiles in their places, once their entries are durable in theirs.
    fn place_waiting(&mut self) -> Result<(), PublishError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        self.place.site.settle()?;
        self.waiting.drain(..).try_for_each(|(tile, bytes)| self.place.tile(tile, &bytes))
    }

    /// Whether a partial tile is needed: not where nobody reads the folder before the full one is there.
    fn needs(&self, tile: &Tile) -> bool {
        let hashes = match tile.kind {
            TileKind::Hashes(level) => self.latest.checkpoint().size.checked_shr(8 * u32::from(level)).unwrap_or(0),
            TileKind::Entries => self.latest.checkpoint().size,
        };
        self.served || hashes / u64::from(TILE_WIDTH) <= tile.index
    }
}
