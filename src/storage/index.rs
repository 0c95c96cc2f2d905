//! The read model beside a live ledger: a sled database in the folder `index/`. A convenience, never evidence.
//!
//! It holds how far it goes (its layout, how many entries, the leaf hash of the last one); lists of
//! entries by actor, request, kind and key ([`List`]), packed; and a [`snapshot`]: the serialised
//! chain as of a checkpoint, and what the lists come to. Where a document is, and what became of a request, is in the
//! chain's state. Of that, what grows with every entry is in files of its own, the runs: sorted, each written once and named
//! by its SHA-256, which the snapshot signs. A snapshot writes what is new since the one before, and merges runs of like size.
//!
//! Of a list, full chunks are written as they fill, the open one at a snapshot. So appending an entry writes nothing here,
//! mostly; what was appended since the snapshot is taken in again at the next opening, from the entries that are replayed
//! then anyway.
//!
//! Nothing is believed because it stands here:
//!
//! - The snapshot is used only if every entry up to it, read from the log and hashed, on all cores, leads to exactly its
//!   tree (the hash tiles would be quicker to read, but would not show that an entry was altered, or who the operator is:
//!   whoever had its key before could then leave out that it was replaced); if the
//!   note over it and the checkpoint of that size are by the operator's key, which the opening entry and its
//!   replacements name; and if the ledger has the checkpoints that it knows of. The entries after it are replayed in full.
//!   What it saves is the signatures and the law, which cost a hundred times what hashing costs.
//! - A run is read once, whole, and held against its SHA-256; each block that is read of it later, against what it was then.
//! - A list is used only up to an accepted snapshot, and only if it comes to what the snapshot says it must. So nothing
//!   can be left out of it. Entries after the snapshot are replayed anyway.
//! - Where a statement is, is looked up in the log and compared there.
//!
//! Whatever does not fit is thrown away, and the ledger replayed from its start. So damage, cut files, older layouts,
//! another ledger's index, an index of another history, and changes by anybody who never had a key of the operator cost
//! time and nothing else. What it does not defend against is the operator: who holds the key could sign a state to which
//! the entries do not lead, and readers of that folder would be shown it. `candour verify`, which judges the operator,
//! never looks here, no export has this folder, and a reader can ask for a replay.
//!
//! One process at a time has it open. Whoever comes meanwhile goes on without; nobody waits. Losing all of it, at any
//! moment, is no loss: nothing here is waited for to reach the disk.

mod bounds;
mod chunk;
mod database;
mod folder;
mod guard;
mod keeping;
pub mod lists;
pub mod snapshot;
mod why;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use sled::Batch;

use crate::core::chain::Link;
use crate::core::entry::Entry;
use crate::core::hash::Hash;
use crate::core::key::KeyId;
use crate::storage::run_files::RunFiles;

use chunk::{CHUNK_ENTRIES, Chunk};
use database::Database;
use folder::{DATABASE, EXTENT, begin, encode, lock, open};
use lists::Digest;

pub use folder::Extent;
pub use lists::{List, Lists};
pub use snapshot::{Glance, Kept, Rejected, Snapshot, Walk};
pub use why::Why;

/// The version of what is written here. Raised whenever keys, values, or the state that entries lead to change.
pub const LAYOUT: u32 = 6;
/// The folder, in a ledger's folder.
pub const INDEX: &str = "index";
/// The open index of a ledger. After an error it is of no more use than to be started anew.
pub struct Index {
    folder: PathBuf,
    database: Database,
    /// What the snapshot does not hold itself.
    runs: RunFiles,
    extent: Extent,
    /// What the lists come to; of their open chunks, what was committed.
    lists: Lists,
    /// The open chunks of those lists that were added to.
    open: BTreeMap<String, Open>,
    /// Released last.
    _lock: File,
}

/// The open chunk of a list.
#[derive(Default)]
struct Open {
    chunk: Chunk,
    /// Whether the database has it otherwise.
    changed: bool,
}

impl Index {
    /// Opens the index in a ledger's folder, for the one who writes to the ledger. What does not open is removed and
    /// begun anew; then the second value says why.
    ///
    /// # Errors
    /// [`Why::Busy`], [`Why::Unusable`]; [`Why::Damaged`] where not even a new one opens.
    pub fn open(ledger: &Path) -> Result<(Self, Option<Why>), Why> {
        let folder = ledger.join(INDEX);
        fs::create_dir_all(&folder).map_err(|error| Why::Unusable(error.to_string()))?;
        let lock = lock(&folder)?;
        let (opened, why) = match open(ledger, &folder) {
            Ok(opened) => (opened, None),
            Err(why) => (begin(&folder)?, Some(why)),
        };
        Ok((Self::new(folder, opened, lock), why))
    }

    /// Opens the index in a ledger's folder to read it, as it is.
    ///
    /// # Errors
    /// [`Why::Missing`], [`Why::Busy`], [`Why::Unusable`], [`Why::Damaged`], [`Why::OtherLayout`].
    pub fn open_as_it_is(ledger: &Path) -> Result<Self, Why> {
        let folder = ledger.join(INDEX);
        if !folder.join(DATABASE).is_dir() {
            return Err(Why::Missing);
        }
        let lock = lock(&folder)?;
        let opened = open(ledger, &folder)?;
        Ok(Self::new(folder, opened, lock))
    }

    fn new(folder: PathBuf, (database, extent): (Database, Extent), lock: File) -> Self {
        let runs = RunFiles::within(&folder);
        Self { folder, database, runs, extent, lists: Lists::default(), open: BTreeMap::new(), _lock: lock }
    }

    /// The same index, with nothing in it.
    ///
    /// # Errors
    /// [`Why::Unusable`], [`Why::Damaged`].
    pub fn cleared(self) -> Result<Self, Why> {
        let Self { folder, database, _lock: lock, .. } = self;
        drop(database);
        let opened = begin(&folder)?;
        Ok(Self::new(folder, opened, lock))
    }

    /// How far it goes, with what is not committed yet.
    pub fn extent(&self) -> &Extent {
        &self.extent
    }

    /// What the lists come to, as of the last commit.
    pub fn lists(&self) -> &Lists {
        &self.lists
    }

    /// Goes on from an accepted snapshot: with its lists, its size and the leaf hash of its last entry.
    pub fn resume(&mut self, lists: Lists, size: u64, head: Hash) {
        self.extent = Extent { layout: LAYOUT, size, head };
        self.lists = lists;
        self.open.clear();
    }

    /// Takes in the next entry, which the chain has placed.
    ///
    /// # Errors
    /// [`Why::Damaged`].
    pub fn push(&mut self, bytes: &[u8], link: &Link) -> Result<(), Why> {
        if let Some(statement) = &link.statement {
            for list in List::of(statement, Entry::author_key(bytes).as_ref()) {
                self.add(list.name(), link.index)?;
            }
        }
        (self.extent.size, self.extent.head) = (link.index.saturating_add(1), link.leaf);
        Ok(())
    }

    fn add(&mut self, list: String, index: u64) -> Result<(), Why> {
        self.open_chunk(&list)?;
        let open = self.open.entry(list.clone()).or_default();
        let digest = self.lists.0.entry(list.clone()).or_default();
        open.chunk.push(index);
        open.changed = true;
        if open.chunk.is_full() {
            let mut batch = Batch::default();
            batch.insert(chunk_key(&list, digest.full_chunks()), open.chunk.packed());
            self.database.write(batch)?;
            digest.close(&open.chunk);
            *open = Open::default();
        }
        digest.count = digest.count.saturating_add(1);
        Ok(())
    }

    /// The open chunk of a list. One that was not added to yet is read, and must be what the list comes to: it was kept
    /// with the snapshot, and may since have gained entries.
    fn open_chunk(&mut self, list: &str) -> Result<&Chunk, Why> {
        if !self.open.contains_key(list) {
            let digest = self.lists.digest(list);
            let chunk = match digest.in_open() {
                0 => Some(Chunk::default()),
                held => self.chunk(list, digest.full_chunks(), held)?.filter(|chunk| digest.is_open(chunk)),
            };
            let chunk = chunk.ok_or_else(incomplete)?;
            self.open.insert(list.to_owned(), Open { chunk, changed: false });
        }
        self.open.get(list).map(|open| &open.chunk).ok_or_else(incomplete)
    }

    fn chunk(&self, list: &str, number: u64, count: u64) -> Result<Option<Chunk>, Why> {
        let packed = self.database.value(&chunk_key(list, number))?;
        Ok(packed.and_then(|packed| Chunk::read(&packed, count)))
    }

    /// Writes what was taken in, all of it or nothing.
    ///
    /// # Errors
    /// [`Why::Damaged`].
    pub fn commit(&mut self) -> Result<(), Why> {
        let mut batch = Batch::default();
        for (list, open) in self.open.iter_mut().filter(|(_, open)| open.changed) {
            open.changed = false;
            if open.chunk.count() > 0 {
                let digest = self.lists.0.entry(list.clone()).or_default();
                digest.leave_open(&open.chunk);
                batch.insert(chunk_key(list, digest.full_chunks()), open.chunk.packed());
            }
        }
        batch.insert(EXTENT, encode(&self.extent)?);
        self.database.write(batch)
    }

    /// The entries of a list in order, up to where lists that were kept go; `None` where they are not those that the list
    /// must have, all of them and no others.
    ///
    /// # Errors
    /// [`Why::Damaged`].
    pub fn list(&self, list: &List<'_>, kept: &Lists) -> Result<Option<Vec<u64>>, Why> {
        let (name, mut indices) = (list.name(), Vec::new());
        let whole = self.confirm(&name, &kept.digest(&name), |chunk| indices.extend(chunk.indices()))?;
        Ok(whole.then_some(indices))
    }

    /// Whether what was committed of the lists is what they must be, all of them.
    ///
    /// # Errors
    /// [`Why::Damaged`].
    pub fn holds(&self) -> Result<bool, Why> {
        for (name, digest) in &self.lists.0 {
            if !self.confirm(name, digest, |_| {})? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn confirm(&self, name: &str, digest: &Digest, each: impl FnMut(&Chunk)) -> Result<bool, Why> {
        digest.confirm(|number, count| self.chunk(name, number, count), each)
    }

    /// Where a key's nth statement is, by what stands here.
    ///
    /// # Errors
    /// [`Why::Damaged`].
    pub fn statement(&mut self, key: &KeyId, nth: u64) -> Result<Option<u64>, Why> {
        let name = List::Key(key).name();
        let digest = self.lists.digest(&name);
        let (number, at) = (nth / CHUNK_ENTRIES, (nth % CHUNK_ENTRIES) as usize);
        Ok(match nth < digest.count {
            false => None,
            true if number == digest.full_chunks() => self.open_chunk(&name)?.indices().nth(at),
            true => self.chunk(&name, number, CHUNK_ENTRIES)?.and_then(|chunk| chunk.indices().nth(at)),
        })
    }
}

fn chunk_key(list: &str, number: u64) -> Vec<u8> {
    [list.as_bytes(), &[0], &number.to_be_bytes()].concat()
}

fn incomplete() -> Why {
    Why::Damaged("a list is not complete".to_owned())
}

#[cfg(test)]
pub(crate) mod tests;
