//! A generated ledger as a folder: the bundle that an operator would have after so many entries. FORMAT.md, section 5.

use std::fs;
use std::io;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use super::{Load, LoadError};
use crate::core::audit::{CHECKPOINT, CHECKPOINTS};
use crate::core::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::core::entry::Entry;
use crate::core::hash::Hash;
use crate::core::json::Positive;
use crate::core::statement::Envelope;
use crate::core::tile::{TILE_WIDTH, Tile, TileKind, Tiler, push_entry};
use crate::core::time::Millis;
use crate::storage::layout::TAIL;

/// Entries from one checkpoint to the next; so many are signed at a time, and held in memory.
pub const CHECKPOINT_EVERY: u64 = 4096;

/// What was written.
#[derive(Debug)]
pub struct Written {
    /// Bytes of all entries, encoded.
    pub entry_bytes: u64,
    /// The last checkpoint, of all entries.
    pub checkpoint: SignedCheckpoint,
    /// The text of a policy that trusts it.
    pub policy: String,
}

/// Writes the ledger of that seed, of so many entries, into a folder that is empty or not there. The latest checkpoint is
/// written last: where there is one, all is there. Nothing is made durable.
///
/// `progress` is called with how many entries are written, and how many there will be.
///
/// # Errors
/// [`LoadError::Io`]; any other is an error of the generator.
pub fn write(
    folder: &Path,
    seed: u64,
    entries: NonZeroU64,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Written, LoadError> {
    let mut folder = Folder::create(folder)?;
    let (mut load, mut book) = (Load::new(seed)?, Book::default());
    let latest = loop {
        let left = entries.get().saturating_sub(book.tree.size()).min(CHECKPOINT_EVERY);
        for (envelope, recorded_at) in load.sign(left as usize)? {
            book.place(envelope, recorded_at, &mut folder)?;
        }
        let checkpoint = book.promise(&mut load, &mut folder)?;
        progress(book.tree.size(), Some(entries.get()));
        if book.tree.size() >= entries.get() {
            break checkpoint;
        }
    };
    book.finish(&mut folder)?;
    folder.write(CHECKPOINT, latest.to_string().as_bytes())?;
    Ok(Written { entry_bytes: book.entry_bytes, checkpoint: latest, policy: load.policy()? })
}

/// The entries so far, as far as the next one needs them.
#[derive(Default)]
struct Book {
    tree: Tiler,
    head: Hash,
    /// Those after the last full entry bundle, as a bundle has them.
    tail: Vec<u8>,
    entry_bytes: u64,
}

impl Book {
    fn place(&mut self, envelope: Envelope, recorded_at: Millis, folder: &mut Folder) -> Result<(), LoadError> {
        let entry = Entry {
            index: self.tree.size(),
            recorded_at,
            previous: self.head,
            payload: envelope.payload,
            signatures: envelope.signatures,
        };
        let bytes = entry.encode()?;
        push_entry(&mut self.tail, &bytes)?;
        self.entry_bytes = self.entry_bytes.saturating_add(bytes.len() as u64);
        self.head = Hash::leaf(&bytes);
        let tiles = self.tree.push(self.head);
        if !tiles.is_empty() {
            // The entries were as many as the hashes of the tile that is full now.
            folder.write(&self.bundle(TILE_WIDTH).path(), &self.tail)?;
            self.tail.clear();
        }
        tiles.iter().try_for_each(|(tile, bytes)| folder.write(&tile.path(), bytes))
    }

    /// Signs and keeps a checkpoint of all entries, and tells the authors.
    fn promise(&self, load: &mut Load, folder: &mut Folder) -> Result<SignedCheckpoint, LoadError> {
        let (size, root) = (self.tree.size(), self.tree.root());
        let checkpoint = Checkpoint { origin: load.origin().as_str().to_owned(), size, root };
        let signed = SignedCheckpoint::sign(checkpoint, load.operator()?)?;
        folder.write(&format!("{CHECKPOINTS}{size}"), signed.to_string().as_bytes())?;
        load.published(Positive::new(size as i64).ok_or(LoadError::Unfit("a size"))?, root);
        Ok(signed)
    }

    /// Writes what is left after the last full bundle: as tiles, and as the tail that the ledger's writer goes on with.
    fn finish(&self, folder: &mut Folder) -> Result<(), LoadError> {
        self.tree.partial().try_for_each(|(tile, bytes)| folder.write(&tile.path(), &bytes))?;
        let width = (self.tree.size() % u64::from(TILE_WIDTH)) as u16;
        if width > 0 {
            folder.write(&self.bundle(width).path(), &self.tail)?;
        }
        folder.write(TAIL, &self.tail)
    }

    /// The entry bundle that the last entry is in.
    fn bundle(&self, width: u16) -> Tile {
        let index = self.tree.size().saturating_sub(1) / u64::from(TILE_WIDTH);
        Tile { kind: TileKind::Entries, index, width }
    }
}

/// Where it is written.
struct Folder {
    root: PathBuf,
    /// The folder that was made last: the next file is mostly in the same.
    made: PathBuf,
}

impl Folder {
    fn create(root: &Path) -> Result<Self, LoadError> {
        let io = |source| LoadError::Io { path: root.into(), source };
        fs::create_dir_all(root).map_err(io)?;
        if root.read_dir().map_err(io)?.next().is_some() {
            return Err(io(io::ErrorKind::AlreadyExists.into()));
        }
        Ok(Self { root: root.into(), made: PathBuf::new() })
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), LoadError> {
        let path = self.root.join(name);
        if let Some(parent) = path.parent().filter(|parent| *parent != self.made) {
            fs::create_dir_all(parent).map_err(|source| LoadError::Io { path: parent.into(), source })?;
            self.made = parent.into();
        }
        fs::write(&path, bytes).map_err(|source| LoadError::Io { path, source })
    }
}
