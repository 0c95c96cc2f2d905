//! The sled database of the index: nothing touches sled but this, and all of it under guard.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
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
/// What threads are called that wait for sled.
const THREAD: &str = "index";
/// How long sled may take for anything that writes, in pauses. Where its disk fails, it can forget to wake whoever waits for
/// it; asking it again wakes him. After as many pauses it is given up.
const PAUSE: Duration = Duration::from_millis(250);
const PAUSES: usize = 120;
/// The key of a snapshot's note, before those of all of its pieces.
const NOTE: &[u8] = b"";

/// A snapshot as it is kept.
type NoteAndBytes = (Vec<u8>, Vec<u8>);

/// An open database. Its two trees live and die together.
pub(super) struct Database(Option<Trees>);

#[derive(Clone)]
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
        let opened = patiently(None, move || {
            let entries = unlocked(|| config.open())?;
            let snapshot = entries.open_tree("snapshot")?;
            Ok(Trees { entries, snapshot })
        });
        Ok(Self(Some(opened?)))
    }

    fn run<T>(&self, work: impl FnOnce(&Trees) -> sled::Result<T>) -> Result<T, Why> {
        match &self.0 {
            Some(trees) => guarded(|| work(trees)),
            None => Err(closed()),
        }
    }

    /// As [`Self::run`], for what writes.
    fn run_writing(&self, work: impl FnOnce(&Trees) -> sled::Result<()> + Send + 'static) -> Result<(), Why> {
        let trees = self.0.clone().ok_or_else(closed)?;
        patiently(self.0.as_ref(), move || work(&trees))
    }

    /// The value of a key.
    pub(super) fn value(&self, key: &[u8]) -> Result<Option<IVec>, Why> {
        self.run(|trees| trees.entries.get(key))
    }

    /// Writes keys and values, all of them or none.
    pub(super) fn write(&self, batch: Batch) -> Result<(), Why> {
        self.run_writing(|trees| trees.entries.apply_batch(batch))
    }

    /// Keeps a snapshot's note and bytes, in place of those before, and hands everything to the disk.
    pub(super) fn keep(&self, note: &[u8], bytes: &[u8]) -> Result<(), Why> {
        let mut batch = Batch::default();
        batch.insert(NOTE, note);
        let pieces = bytes.chunks(PIECE_BYTES).zip(1_u64..);
        pieces.for_each(|(piece, number)| batch.insert(&number.to_be_bytes(), piece));
        self.run_writing(|trees| {
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
        let flushed = self.run_writing(|trees| trees.entries.flush().map(drop));
        match (self.0.take(), flushed) {
            (Some(trees), Ok(())) => drop(guarded(|| {
                drop(trees);
                Ok(())
            })),
            // It would flush again, and might wait for ever.
            (trees, _) => std::mem::forget(trees),
        }
    }
}

/// Runs something that writes on a thread of its own, and waits for it, but not for ever.
fn patiently<T: Send + 'static>(
    trees: Option<&Trees>,
    work: impl FnOnce() -> sled::Result<T> + Send + 'static,
) -> Result<T, Why> {
    let lost = || Why::Damaged("the database does not answer".to_owned());
    let (answer, answered) = sync_channel(1);
    let spawn = |work: Box<dyn FnOnce() + Send>| thread::Builder::new().name(THREAD.to_owned()).spawn(work);
    // Whoever gave up does not listen any more.
    spawn(Box::new(move || drop(answer.send(guarded(work))))).map_err(|_| lost())?;
    for _ in 0..PAUSES {
        match answered.recv_timeout(PAUSE) {
            Ok(done) => return done,
            Err(RecvTimeoutError::Disconnected) => return Err(lost()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(entries) = trees.map(|trees| trees.entries.clone()) {
            let _ = spawn(Box::new(move || drop(guarded(|| entries.flush()))));
        }
    }
    Err(lost())
}

fn closed() -> Why {
    Why::Damaged("the database is closed".to_owned())
}
