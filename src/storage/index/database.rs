//! The sled database of the index: nothing touches sled but this, and all of it under guard.

use std::path::Path;
use std::thread;
use std::time::Duration;

use sled::{Batch, Db, IVec, Tree};

use super::Why;
use super::guard::guarded;

/// Bytes that sled keeps in memory, about.
const CACHE_BYTES: u64 = 8 << 20;
/// Bytes of a snapshot under one key. What is larger than about 128 KiB sled puts into a file of its own, and keeps it
/// there long after it was replaced.
const PIECE_BYTES: usize = 32 << 10;
/// How often, and how long apart, opening is tried again while sled's own lock is held.
const LOCK_TRIES: usize = 100;
const LOCK_WAIT: Duration = Duration::from_millis(5);
/// The key of a snapshot's note, before those of all of its pieces.
const NOTE: &[u8] = b"";

/// A snapshot as it is kept.
type NoteAndBytes = (Vec<u8>, Vec<u8>);

/// An open database. Its two trees live and die together.
pub(super) struct Database(Option<Trees>);

struct Trees {
    entries: Db,
    snapshot: Tree,
}

impl Database {
    /// Opens the database in a folder, and makes it if there is none.
    pub(super) fn open(folder: &Path) -> Result<Self, Why> {
        // Nothing here is waited for: what a crash takes is made again.
        let config = sled::Config::new().path(folder).cache_capacity(CACHE_BYTES).flush_every_ms(None);
        let config = config.mode(sled::Mode::LowSpace);
        guarded(|| {
            let entries = unlocked(|| config.open())?;
            let snapshot = entries.open_tree("snapshot")?;
            Ok(Self(Some(Trees { entries, snapshot })))
        })
    }

    fn run<T>(&self, work: impl FnOnce(&Trees) -> sled::Result<T>) -> Result<T, Why> {
        match &self.0 {
            Some(trees) => guarded(|| work(trees)),
            None => Err(Why::Damaged("the database is closed".to_owned())),
        }
    }

    /// The value of a key.
    pub(super) fn value(&self, key: &[u8]) -> Result<Option<IVec>, Why> {
        self.run(|trees| trees.entries.get(key))
    }

    /// Writes keys and values, all of them or none.
    pub(super) fn write(&self, batch: Batch) -> Result<(), Why> {
        self.run(|trees| trees.entries.apply_batch(batch))
    }

    /// Keeps a snapshot's note and bytes, in place of those before, and hands everything to the disk.
    pub(super) fn keep(&self, note: &[u8], bytes: &[u8]) -> Result<(), Why> {
        let mut batch = Batch::default();
        batch.insert(NOTE, note);
        let pieces = bytes.chunks(PIECE_BYTES).zip(1_u64..);
        pieces.for_each(|(piece, number)| batch.insert(&number.to_be_bytes(), piece));
        self.run(|trees| {
            // Should this be interrupted, the note and the pieces no longer fit.
            trees.snapshot.clear()?;
            trees.snapshot.apply_batch(batch)?;
            trees.snapshot.flush().map(drop)
        })
    }

    /// The snapshot's note and bytes, if one was kept.
    pub(super) fn kept(&self) -> Result<Option<NoteAndBytes>, Why> {
        self.run(|trees| {
            let (mut note, mut bytes) = (None, Vec::new());
            for item in trees.snapshot.iter() {
                let (key, value) = item?;
                if key == NOTE { note = Some(value.to_vec()) } else { bytes.extend_from_slice(&value) }
            }
            Ok(note.map(|note| (note, bytes)))
        })
    }
}

/// Opens a database once sled's own lock is free. The lock of the index says that nobody else has it; but sled's threads
/// may hold on to a database for a moment after this process has closed it.
fn unlocked<T>(open: impl Fn() -> sled::Result<T>) -> sled::Result<T> {
    for _ in 0..LOCK_TRIES {
        match open() {
            Err(sled::Error::Io(error)) if error.to_string().contains("acquire lock") => thread::sleep(LOCK_WAIT),
            opened => return opened,
        }
    }
    open()
}

impl Drop for Database {
    fn drop(&mut self) {
        // Closing writes, so it may fail like anything else; what it leaves is checked when it is opened again.
        if let Some(trees) = self.0.take() {
            let _ = guarded(|| {
                let flushed = trees.entries.flush();
                drop(trees);
                flushed.map(drop)
            });
        }
    }
}
