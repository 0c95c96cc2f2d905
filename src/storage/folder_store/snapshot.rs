//! A ledger's folder as it stood at one moment.

use std::fmt;
use std::io::{ErrorKind, Read};
use std::ops::ControlFlow;

use super::folder::{CHECKPOINT, Folder};
use super::tail::{Last, Rest, Scan, Tail, scan};
use crate::core::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::core::entry::Entry;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::tile::{TILE_WIDTH, Tile, TileKind, Tiler};
use crate::core::time::Millis;
use crate::storage::plain;
use crate::storage::store::{self, Log, StoreError};

/// What was there: the full bundles, which never change, by their number; the rest by value.
#[derive(Clone)]
pub(super) struct Snapshot {
    pub(super) folder: Folder,
    pub(super) latest: Option<Published>,
    pub(super) base: Base,
    pub(super) tail: Tail,
    /// The tree of all entries.
    pub(super) tree: Tiler,
    /// The leaf hash of the last entry; zeros if there is none.
    pub(super) head: Hash,
}

/// A checkpoint and its bytes.
#[derive(Clone, Debug)]
pub(super) struct Published {
    pub(super) checkpoint: Checkpoint,
    pub(super) bytes: Vec<u8>,
}

/// What the full entry bundles come to.
#[derive(Clone, Debug, Default)]
pub(super) struct Base {
    pub(super) bundles: u64,
    pub(super) last: Last,
    pub(super) tree: Tiler,
}

/// What of the tail's file is not in the snapshot's tail.
#[derive(Debug)]
pub(super) struct TailFile {
    /// Whether there is one. Else the entries are those of a partial bundle.
    pub(super) exists: bool,
    /// Bytes at its beginning that the full bundles hold too.
    pub(super) stale: u64,
    /// What stands after its intact entries.
    pub(super) rest: Rest,
}

impl Snapshot {
    /// Takes one, building on what an earlier one knew of the full bundles.
    ///
    /// The order makes it consistent while somebody writes: the checkpoint is no newer than the tail, and the tail no
    /// newer than the bundles, which hold whatever has left it since.
    pub(super) fn take(folder: Folder, earlier: Option<Base>) -> Result<(Self, TailFile), StoreError> {
        if !folder.holds_ledger() {
            return Err(StoreError::NotALedger(folder.0));
        }
        let latest = match folder.checkpoint()? {
            Some(bytes) => Some(Published::parse(bytes).map_err(StoreError::damaged(&folder.path(CHECKPOINT)))?),
            None => None,
        };
        let tail_file = folder.tail()?;
        let base = match earlier {
            Some(base) => base.catch_up(&folder)?,
            None => Base::load(&folder)?,
        };
        let exists = tail_file.is_some();
        let bytes = match tail_file {
            Some(bytes) => bytes,
            None => folder.partial(base.bundles)?.unwrap_or_default(),
        };
        let Scan { tail, leaves, stale, rest } = scan(&folder, base.bundles, base.last, &bytes)?;
        let mut tree = base.tree.clone();
        for leaf in &leaves {
            let _full = tree.push(*leaf);
        }
        let head = leaves.last().copied().unwrap_or(base.last.leaf);
        Ok((Self { folder, latest, base, tail, tree, head }, TailFile { exists, stale, rest }))
    }

    /// Takes in the next entry.
    pub(super) fn push(&mut self, entry: &[u8], leaf: Hash) -> Result<(), Fault> {
        self.tail.push(entry)?;
        let _full = self.tree.push(leaf);
        self.head = leaf;
        Ok(())
    }

    /// Turns a tail of 256 entries into a full bundle.
    pub(super) fn close_bundle(&mut self, recorded_at: Option<Millis>) {
        let last = Last { leaf: self.head, recorded_at };
        self.base = Base { bundles: self.base.bundles.saturating_add(1), last, tree: self.tree.clone() };
        self.tail = Tail::default();
    }

    /// The index of the tail's first entry.
    fn tail_start(&self) -> u64 {
        self.base.bundles.saturating_mul(TILE_WIDTH.into())
    }
}

/// Where it is and how much; not the entries.
impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let checkpoint = self.latest.as_ref().map(|latest| latest.checkpoint.size);
        let mut debug = f.debug_struct("Snapshot");
        debug.field("folder", &self.folder.0).field("size", &self.size()).field("checkpoint", &checkpoint);
        debug.finish_non_exhaustive()
    }
}

impl Published {
    pub(super) fn parse(bytes: Vec<u8>) -> Result<Self, Fault> {
        let checkpoint = SignedCheckpoint::parse(&bytes)?.checkpoint().clone();
        Ok(Self { checkpoint, bytes })
    }
}

impl Base {
    /// Of a folder of which nothing is known.
    fn load(folder: &Folder) -> Result<Self, StoreError> {
        let bundles = folder.count_bundles()?;
        let size = bundles.saturating_mul(TILE_WIDTH.into());
        // At this size every node asked for is above the leaves: the hash of a full tile of the level below.
        let tree = Tiler::resume(size, |level, index| folder.tile_root((level / 8).saturating_sub(1), index))?;
        Self { bundles, last: Last::default(), tree }.with_last(folder)
    }

    /// With the bundles that were filled since.
    fn catch_up(mut self, folder: &Folder) -> Result<Self, StoreError> {
        let before = self.bundles;
        while folder.has(&Tile { kind: TileKind::Entries, index: self.bundles, width: TILE_WIDTH }) {
            let tile = Tile { kind: TileKind::Hashes(0), index: self.bundles, width: TILE_WIDTH };
            for leaf in folder.hashes(&tile)? {
                let _full = self.tree.push(leaf);
            }
            self.bundles = self.bundles.saturating_add(1);
        }
        if self.bundles > before { self.with_last(folder) } else { Ok(self) }
    }

    fn with_last(mut self, folder: &Folder) -> Result<Self, StoreError> {
        let Some(last) = self.bundles.checked_sub(1) else { return Ok(self) };
        let bundle = folder.bundle(last)?;
        if let Some(bytes) = bundle.entries()?.last() {
            let damaged = StoreError::damaged(bundle.path());
            let entry = Entry::parse(bytes).map_err(&damaged)?;
            // The tail goes on from here: what is wrong here is not to be taken for its fault.
            let tile = Tile { kind: TileKind::Hashes(0), index: last, width: TILE_WIDTH };
            let (expected, found) = (folder.hashes(&tile)?.last().copied().unwrap_or_default(), Hash::leaf(bytes));
            if expected != found {
                let expected = format!("leaf hash {expected}, as in {}", tile.path());
                let index = self.bundles.saturating_mul(TILE_WIDTH.into()).saturating_sub(1);
                return Err(damaged(Fault::new(Code::EntryBundleMismatch, expected, found.to_string()).at(index)));
            }
            self.last = Last { leaf: Hash::leaf(bytes), recorded_at: Some(entry.recorded_at) };
        }
        Ok(self)
    }
}

impl Log for Snapshot {
    fn size(&self) -> u64 {
        self.tree.size()
    }

    fn read(&self, from: u64, each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>) -> Result<(), StoreError> {
        for index in from / u64::from(TILE_WIDTH)..self.base.bundles {
            let bundle = self.folder.bundle(index)?;
            let start = bundle.start();
            let skipped = from.saturating_sub(start) as usize;
            for (entry, index) in bundle.entries()?.into_iter().zip(start..).skip(skipped) {
                if each(index, entry).is_break() {
                    return Ok(());
                }
            }
        }
        let from = from.max(self.tail_start());
        let skipped = usize::try_from(from - self.tail_start()).unwrap_or(usize::MAX);
        for (entry, index) in self.tail.entries(skipped).zip(from..) {
            if each(index, entry).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn entry(&self, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let mut found = None;
        self.read(index, &mut |_, entry| {
            found = Some(entry.to_vec());
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    fn node(&self, level: u8, index: u64) -> Result<Hash, StoreError> {
        store::node(&self.tree, level, index, |tile| self.folder.hashes(tile))
    }

    fn checkpoint(&self) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.latest.as_ref().map(|latest| latest.bytes.clone()))
    }

    fn checkpoints(&self) -> Result<Vec<u64>, StoreError> {
        let Some(latest) = &self.latest else { return Ok(Vec::new()) };
        let mut sizes = self.folder.checkpoints()?;
        sizes.retain(|size| *size <= latest.checkpoint.size);
        Ok(sizes)
    }

    fn checkpoint_at(&self, size: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.folder.checkpoint_at(size)
    }

    fn attachment(&self, sha256: &Hash) -> Result<Option<Box<dyn Read + Send + '_>>, StoreError> {
        let path = self.folder.attachment(sha256);
        match plain::open(&path) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io(&path)(error)),
        }
    }
}
