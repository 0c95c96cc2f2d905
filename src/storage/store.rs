//! What every store can do, and what can go wrong.
//!
//! The contract is cut at the level of a log, so that a folder fits it as well as a bucket with compare-and-swap. What a
//! store gives back proves nothing by itself: the hashes of [`Log::node`] are hints, and whoever builds a proof of them
//! verifies it.

mod error;
mod staging;

use std::io::{self, Read};
use std::ops::ControlFlow;

pub use error::StoreError;
pub use staging::{Staged, Staging};

use crate::core::chain::Sealed;
use crate::core::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::core::fault::{Code, Fault};
use crate::core::hash::{Hash, Hasher};
use crate::core::tile::{TILE_WIDTH, Tile, Tiler, subtree};

/// What is read of a ledger. Everything comes back as it is kept: raw, and untrusted.
pub trait Log {
    /// How many entries are held durably.
    fn size(&self) -> u64;

    /// Hands out the entries from that index on, in order, each with its index, until `each` breaks off. Holds one entry
    /// bundle in memory.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`].
    fn read(&self, from: u64, each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>) -> Result<(), StoreError>;

    /// The entry of that index; `None` from the size on.
    ///
    /// # Errors
    /// As [`Log::read`].
    fn entry(&self, index: u64) -> Result<Option<Vec<u8>>, StoreError>;

    /// The root of a complete subtree, as [`crate::core::merkle`] numbers them: what its proofs are made of.
    ///
    /// # Errors
    /// [`StoreError::Fault`] with `proof-invalid` where the subtree is not complete; else as [`Log::read`].
    fn node(&self, level: u8, index: u64) -> Result<Hash, StoreError>;

    /// The latest checkpoint, if one was published. It is never of more entries than there are.
    ///
    /// # Errors
    /// As [`Log::read`].
    fn checkpoint(&self) -> Result<Option<Vec<u8>>, StoreError>;

    /// The sizes of the checkpoints published, ascending.
    ///
    /// # Errors
    /// As [`Log::read`].
    fn checkpoints(&self) -> Result<Vec<u64>, StoreError>;

    /// The checkpoint published at that size.
    ///
    /// # Errors
    /// As [`Log::read`].
    fn checkpoint_at(&self, size: u64) -> Result<Option<Vec<u8>>, StoreError>;

    /// The attachment of that hash, from its start. Whoever reads it hashes it.
    ///
    /// # Errors
    /// As [`Log::read`].
    fn attachment(&self, sha256: &Hash) -> Result<Option<Box<dyn Read + Send + '_>>, StoreError>;
}

/// Where a ledger is kept, by its one writer.
///
/// After a [`StoreError::Io`] while writing, nobody knows what the disk holds: the store takes nothing more
/// ([`StoreError::Poisoned`]) until it is opened anew, and reads on as if the failed call had not been made.
pub trait Store: Log {
    /// Appends the entries after the first `after`. They are durable on return. Where the call fails or the process ends
    /// before, a later opening finds each entry whole or not at all, and none without those before it.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if `after` is not the size; [`StoreError::NotNext`] if the entries do not link to the last
    /// one and to each other; [`StoreError::Io`], [`StoreError::Poisoned`].
    fn append(&mut self, after: u64, entries: &[Sealed]) -> Result<(), StoreError>;

    /// Publishes a checkpoint, with the partial tiles that its size needs; nobody sees it before all of that is durable.
    /// Publishing the size of the latest one again replaces its note, which may have gained cosignatures.
    ///
    /// # Errors
    /// [`StoreError::Fault`] with `checkpoint-beyond-entries`, `checkpoint-stale` (below the latest), or
    /// `checkpoint-origin-mismatch` (with the latest); with `checkpoint-root-mismatch` if the hashes kept here lead to
    /// another root; else as [`Store::append`].
    fn publish(&mut self, checkpoint: &SignedCheckpoint) -> Result<(), StoreError>;

    /// Whether somebody was interrupted who published the latest checkpoint, so that not everybody is shown it.
    fn is_unfinished(&self) -> bool {
        false
    }

    /// Shows everybody the latest checkpoint, where that is unfinished. What is replaced by it may be sound where this one is
    /// not: whoever calls this has judged it, its signatures included.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Poisoned`].
    fn finish_publishing(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// The policy that every checkpoint must meet before it is published, as it is kept, if there is one.
    ///
    /// # Errors
    /// As [`Log::read`].
    fn witnesses(&self) -> Result<Option<Vec<u8>>, StoreError>;

    /// Keeps an attachment, durably, under its hash, in place of one that is there and may have rotted.
    ///
    /// # Errors
    /// [`StoreError::Fault`] with `attachment-mismatch` if the content has another length or hash;
    /// [`StoreError::Content`] if it could not be read; [`StoreError::Io`]. None of them poisons the store.
    fn attach(&mut self, sha256: &Hash, length: u64, content: &mut dyn Read) -> Result<(), StoreError> {
        let staged = self.staging().take_in(sha256, length, content)?;
        self.settle(staged)
    }

    /// Where attachments can be taken in beside the store, while it does something else. The system's folder for temporary
    /// files, unless the store has a better one.
    fn staging(&self) -> Staging {
        Staging::within(std::env::temp_dir())
    }

    /// Keeps an attachment that was taken in, as [`Store::attach`] does.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    fn settle(&mut self, staged: Staged) -> Result<(), StoreError>;
}

/// Where in an entry the hash of the one before it stands (FORMAT.md, section 4).
const PREVIOUS: std::ops::Range<usize> = 16..48;

/// Checks that the entries are those that come next. What does not link would be dropped at the next opening.
pub(super) fn check_next(size: u64, head: Hash, after: u64, entries: &[Sealed]) -> Result<(), StoreError> {
    if after != size {
        return Err(StoreError::Taken { after, size });
    }
    let mut previous = head;
    for (sealed, index) in entries.iter().zip(size..) {
        if sealed.link().index != index || sealed.bytes().get(PREVIOUS) != Some(&previous.0) {
            return Err(StoreError::NotNext { index });
        }
        previous = sealed.link().leaf;
    }
    Ok(())
}

/// Checks that the checkpoint can be the next one published. Returns the tree of its size, or `None` if it is the latest
/// one again.
pub(super) fn check_publishable(
    log: &dyn Log,
    tree: &Tiler,
    latest: Option<&Checkpoint>,
    new: &Checkpoint,
) -> Result<Option<Tiler>, StoreError> {
    let size = new.size;
    if size > tree.size() {
        let expected = format!("a checkpoint of at most {} entries", tree.size());
        return Err(Fault::new(Code::CheckpointBeyondEntries, expected, size.to_string()).into());
    }
    if let Some(latest) = latest {
        if size < latest.size {
            let expected = format!("a checkpoint of {} entries or more", latest.size);
            return Err(Fault::new(Code::CheckpointStale, expected, size.to_string()).into());
        }
        if new.origin != latest.origin {
            let excerpt = crate::core::text::excerpt;
            let (expected, found) = (excerpt(&latest.origin), excerpt(&new.origin));
            return Err(Fault::new(Code::CheckpointOriginMismatch, expected, found).into());
        }
    }
    let again = latest.filter(|latest| latest.size == size);
    let sealed = match again {
        Some(_) => None,
        None if size == tree.size() => Some(tree.clone()),
        None => Some(Tiler::resume(size, |level, index| log.node(level, index))?),
    };
    let root = match (&sealed, again) {
        (Some(tree), _) => tree.root(),
        (None, Some(latest)) => latest.root,
        (None, None) => return Ok(None),
    };
    if root != new.root {
        let (expected, found) = (format!("root {root} at size {size}"), new.root.to_string());
        return Err(Fault::new(Code::CheckpointRootMismatch, expected, found).into());
    }
    Ok(sealed)
}

/// The node, of a full tile or of the rightmost, partial ones that the tree holds.
pub(super) fn node(
    tree: &Tiler,
    level: u8,
    index: u64,
    full: impl FnOnce(&Tile) -> Result<Vec<Hash>, StoreError>,
) -> Result<Hash, StoreError> {
    let size = tree.size();
    let none = || {
        let expected = format!("a complete subtree of the tree of {size} leaves");
        Fault::new(Code::ProofInvalid, expected, format!("node {index} of level {level}"))
    };
    let (tile, range) = Tile::holding(level, index, size).ok_or_else(none)?;
    let hashes = if tile.width == TILE_WIDTH { full(&tile)? } else { partial(tree, &tile)? };
    Ok(hashes.get(range).map(subtree).ok_or_else(none)?)
}

fn partial(tree: &Tiler, tile: &Tile) -> Result<Vec<Hash>, Fault> {
    tree.partial().find(|(partial, _)| partial == tile).map_or(Ok(Vec::new()), |(tile, bytes)| tile.hashes(&bytes))
}

/// Bytes of an attachment that are in memory at a time.
const PIECE: usize = 1 << 16;

/// Takes in an attachment, piece by piece, and checks that it is what it should be. Takes no more than a byte too many.
pub(super) fn take_in(
    sha256: &Hash,
    length: u64,
    content: &mut dyn Read,
    mut write: impl FnMut(&[u8]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let (mut hasher, mut found, mut buffer) = (Hasher::default(), 0u64, vec![0; PIECE]);
    let mut content = content.take(length.saturating_add(1));
    loop {
        let read = match content.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(StoreError::Content(error)),
        };
        let piece = buffer.get(..read).unwrap_or_default();
        if piece.is_empty() {
            break;
        }
        found = found.saturating_add(piece.len() as u64);
        hasher.update(piece);
        write(piece)?;
    }
    let mismatch = |expected: String, found: String| Err(Fault::new(Code::AttachmentMismatch, expected, found).into());
    if found != length {
        let found = if found > length { "more".to_owned() } else { found.to_string() };
        return mismatch(format!("{length} bytes"), found);
    }
    let hash = hasher.finish();
    if hash != *sha256 { mismatch(sha256.to_string(), hash.to_string()) } else { Ok(()) }
}

#[cfg(test)]
pub(super) mod tests;
