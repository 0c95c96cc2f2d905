//! A store in a folder: plain files, laid out as FORMAT.md, section 5, says, so that the folder is a bundle too.
//!
//! What holds at every moment, whatever is interrupted:
//!
//! - Entries are acknowledged when the tail, or the bundles that they filled, are durable; and so is what comes before.
//! - A file other than the tail is in its place whole or not at all, and never changes, but for checkpoints that gain
//!   cosignatures, and attachments that are taken in again.
//! - Of a full bundle the entries come first, then the hash tiles, then the new tail, each durable in its place before the
//!   next gets there. In between, the tail repeats what the bundle holds, and the tiles can be made again. The bytes of
//!   all of them are made durable before that, elsewhere, where their order says nothing.
//!
//! Beside the evidence are private names: `lock`; the folder `tmp` of what is not yet in its place, with a note of how far was
//! acknowledged; and `witnesses`, the policy that a checkpoint must meet before it is published.

mod acknowledged;
mod folder;
mod mending;
mod publish;
mod reader;
mod recovery;
mod snapshot;
mod tail;
mod unfinished;

use std::fmt;
use std::fs::File;
use std::io::{Read, Write as _};
use std::ops::ControlFlow;
use std::path::Path;

pub(crate) use mending::{ACKNOWLEDGED_FILE, Mending, WITNESSES_FILE};
pub(super) use publish::{outgrown, remove_widths};
pub use reader::FolderReader;
pub use recovery::Recovery;
pub(crate) use tail::{LeftBy, judge, whole_entries};

use acknowledged::{Acknowledged, Note};
use folder::{Folder, TAIL, TEMPORARY, WITNESSES, encode};
use recovery::Recovered;
use snapshot::{Published, Snapshot};

use super::durable::{self, Unplaced};
use super::lock::Lock;
use super::store::{self, Log, Staged, Staging, Store, StoreError};
use crate::core::chain::Sealed;
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::hash::Hash;
use crate::core::tile::{TILE_WIDTH, Tile, TileKind};

/// Files that are made durable together, about: each is open meanwhile, and has a thread that waits for it.
const PLACED_AT_ONCE: usize = 8;

/// A ledger's folder, open for writing, by nobody else until it is dropped.
pub struct FolderStore {
    /// What is acknowledged.
    snapshot: Snapshot,
    /// The tail's file, open at its end.
    tail: File,
    poisoned: bool,
    note: Note,
    /// Up to which size everybody is shown a checkpoint, where the publication of the latest one is to be finished.
    shown: Option<u64>,
    _lock: Lock,
}

impl FolderStore {
    /// Makes a ledger without entries, and the folder if it is not there. One that was interrupted before its first entry was
    /// whole is made anew.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if anything else is in the folder; [`StoreError::Site`], [`StoreError::Locked`],
    /// [`StoreError::Io`].
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let folder = Folder(path.into());
        durable::make_folder(path)?;
        recovery::check_empty(&folder)?;
        let lock = folder.take()?;
        // Somebody else may have had the lock until now.
        recovery::check_empty(&folder)?;
        durable::make_folder(&folder.path(TEMPORARY))?;
        // The policy of a creation that was interrupted.
        durable::remove(&folder.path(WITNESSES))?;
        durable::replace(&folder.temporary(TAIL), &folder.path(TAIL), &[])?;
        Self::start(folder, lock).map(|(store, _)| store)
    }

    /// Opens the ledger in that folder, and finishes or drops what the last writer left unfinished: see [`Recovery`].
    ///
    /// # Errors
    /// [`StoreError::NotALedger`], [`StoreError::Site`], [`StoreError::Locked`]; [`StoreError::EntriesLost`] if fewer entries are intact than
    /// a checkpoint promises, and [`StoreError::TailBroken`] if others are not that were acknowledged, and nothing was
    /// changed; [`StoreError::Damaged`], [`StoreError::Io`].
    pub fn open(path: &Path) -> Result<(Self, Recovery), StoreError> {
        let folder = Folder(path.into());
        if !folder.holds_ledger() {
            return Err(StoreError::NotALedger(folder.0));
        }
        let lock = folder.take()?;
        Self::start(folder, lock)
    }

    fn start(folder: Folder, lock: Lock) -> Result<(Self, Recovery), StoreError> {
        let (mut snapshot, tail) = Snapshot::take(folder, None)?;
        let Recovered { tail, shown, mut recovery } = recovery::recover(&mut snapshot, tail)?;
        let (note, unnoted) = Note::open(&snapshot.folder, Acknowledged::of(&snapshot, shown));
        recovery.unnoted = unnoted.map(|error| error.to_string());
        Ok((Self { snapshot, tail, poisoned: false, note, shown, _lock: lock }, recovery))
    }

    /// Keeps the policy that every checkpoint must meet before it is published, in place of any other. Durable on return.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn keep_witnesses(&mut self, policy: &[u8]) -> Result<(), StoreError> {
        let folder = &self.snapshot.folder;
        durable::replace(&folder.temporary(WITNESSES), &folder.path(WITNESSES), policy).map(drop)
    }

    /// Runs something that leaves the disk in doubt if it fails.
    fn unless_poisoned<T>(&mut self, write: impl FnOnce(&mut Self) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if self.poisoned {
            return Err(StoreError::Poisoned);
        }
        let result = write(self);
        self.poisoned = result.is_err();
        if !self.poisoned {
            self.note.say(Acknowledged::of(&self.snapshot, self.shown));
        }
        result
    }

    /// Appends entries that leave the tail short of a bundle: one write, and one wait for the disk.
    fn extend_tail(&mut self, entries: &[Sealed]) -> Result<(), StoreError> {
        let bytes = encode(entries.iter().map(Sealed::bytes))?;
        let path = self.snapshot.folder.path(TAIL);
        self.tail.write_all(&bytes).and_then(|()| self.tail.sync_data()).map_err(StoreError::io(&path))?;
        for sealed in entries {
            self.snapshot.push(sealed.bytes(), sealed.link().leaf)?;
        }
        Ok(())
    }

    /// Appends entries that fill the tail, and perhaps more than one bundle: the files of one after the other, then the
    /// tail.
    fn fill_bundles(&mut self, entries: &[Sealed]) -> Result<(), StoreError> {
        let (mut next, mut written) = (self.snapshot.clone(), Vec::new());
        for sealed in entries {
            next.push(sealed.bytes(), sealed.link().leaf)?;
            if next.tail.room() == 0 {
                write_bundle(&next, sealed, &mut written)?;
                next.close_bundle(sealed.link().recorded_at);
            }
            if written.len() >= PLACED_AT_ONCE {
                durable::place(std::mem::take(&mut written))?;
            }
        }
        let folder = &next.folder;
        written.push(durable::write(folder.temporary(TAIL), folder.path(TAIL), next.tail.bytes())?);
        if let Some(tail) = durable::place(written)? {
            self.tail = tail;
        }
        self.snapshot = next;
        Ok(())
    }
}

/// Writes the entry bundle that the tail has become, then the hash tiles that its last entry filled, for them to be put in
/// their places in this order.
fn write_bundle(snapshot: &Snapshot, last: &Sealed, written: &mut Vec<Unplaced>) -> Result<(), StoreError> {
    let folder = &snapshot.folder;
    let bundle = Tile { kind: TileKind::Entries, index: snapshot.base.bundles, width: TILE_WIDTH };
    let tiles = last.link().tiles.iter().map(|(tile, bytes)| (tile, bytes.as_slice()));
    for (tile, bytes) in [(&bundle, snapshot.tail.bytes())].into_iter().chain(tiles) {
        let temporary = folder.temporary(&format!("tile-{}", written.len()));
        written.push(durable::write(temporary, folder.path(&tile.path()), bytes)?);
    }
    Ok(())
}

impl Log for FolderStore {
    fn size(&self) -> u64 {
        self.snapshot.size()
    }

    fn read(&self, from: u64, each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.snapshot.read(from, each)
    }

    fn entry(&self, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.snapshot.entry(index)
    }

    fn node(&self, level: u8, index: u64) -> Result<Hash, StoreError> {
        self.snapshot.node(level, index)
    }

    fn checkpoint(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.snapshot.checkpoint()
    }

    fn checkpoints(&self) -> Result<Vec<u64>, StoreError> {
        self.snapshot.checkpoints()
    }

    fn checkpoint_at(&self, size: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.snapshot.checkpoint_at(size)
    }

    fn attachment(&self, sha256: &Hash) -> Result<Option<Box<dyn Read + Send + '_>>, StoreError> {
        self.snapshot.attachment(sha256)
    }
}

impl fmt::Debug for FolderStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FolderStore").field("snapshot", &self.snapshot).field("poisoned", &self.poisoned).finish()
    }
}

impl Store for FolderStore {
    fn append(&mut self, after: u64, entries: &[Sealed]) -> Result<(), StoreError> {
        store::check_next(self.size(), self.snapshot.head, after, entries)?;
        if entries.is_empty() {
            return Ok(());
        }
        self.unless_poisoned(|store| {
            if entries.len() < store.snapshot.tail.room() {
                store.extend_tail(entries)
            } else {
                store.fill_bundles(entries)
            }
        })
    }

    fn publish(&mut self, checkpoint: &SignedCheckpoint) -> Result<(), StoreError> {
        let latest = self.snapshot.latest.as_ref().map(|latest| &latest.checkpoint);
        let tree = store::check_publishable(&self.snapshot, &self.snapshot.tree, latest, checkpoint.checkpoint())?;
        let earlier = latest.map(|latest| latest.size);
        let bytes = checkpoint.to_string().into_bytes();
        let published = Published { checkpoint: checkpoint.checkpoint().clone(), bytes };
        let size = published.checkpoint.size;
        self.unless_poisoned(|store| {
            publish::write(&store.snapshot, tree.as_ref(), &published)?;
            (store.snapshot.latest, store.shown) = (Some(published), None);
            Ok(())
        })?;
        if let Some(earlier) = earlier {
            publish::prune(&self.snapshot.folder, earlier, size);
        }
        Ok(())
    }

    fn is_unfinished(&self) -> bool {
        self.shown.is_some()
    }

    fn finish_publishing(&mut self) -> Result<(), StoreError> {
        let Some(latest) = self.snapshot.latest.clone().filter(|_| self.is_unfinished()) else { return Ok(()) };
        self.unless_poisoned(|store| {
            unfinished::finish(&store.snapshot, &latest)?;
            store.shown = None;
            Ok(())
        })
    }

    fn witnesses(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.snapshot.folder.witnesses()
    }

    fn staging(&self) -> Staging {
        Staging::within(self.snapshot.folder.path(TEMPORARY))
    }

    fn settle(&mut self, staged: Staged) -> Result<(), StoreError> {
        durable::settle(staged.path(), &self.snapshot.folder.attachment(staged.sha256()))
    }
}

#[cfg(test)]
mod tests;
