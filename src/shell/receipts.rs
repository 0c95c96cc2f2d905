//! Receipts: an entry alone, with its way to a checkpoint. Checking one needs a policy and nothing else (FORMAT.md,
//! section 6); making one takes a copy of the ledger. And row proofs
//! (section 12): such an entry, and one row of a table that it names.

mod error;

use std::collections::btree_map;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read};

use crate::core::audit::CHECKPOINT;
use crate::core::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::core::entry::Entry;
use crate::core::event::table::{Lines, TableError};
use crate::core::event::{Attachment, Observation};
use crate::core::fault::{Code, Fault};
use crate::core::hash::{Hash, Hasher};
use crate::core::merkle::{self, Prover};
use crate::core::note::{MAX_NOTE_BYTES, VerifierKey};
use crate::core::policy::{Cosignature, Policy};
use crate::core::receipt::Receipt;
use crate::core::row_proof::{FIRST_ROW, RowProof};
use crate::core::statement::Statement;
use crate::core::tile::{self, TILE_WIDTH, Tile, TileKind};
use crate::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};
use crate::storage::frozen::Frozen;
use crate::storage::index::{Glance, Walk};

use super::replay::{Until, check_promised, replay};

pub use error::ProveError;

/// Bytes of a table that are read at once.
const PIECE_BYTES: usize = 256 * 1024;
/// Bytes in a hash tile, at most.
const MAX_TILE_BYTES: u64 = TILE_WIDTH as u64 * Hash::LENGTH as u64;

/// What a receipt that verifies says.
#[derive(Debug)]
pub struct Checked {
    /// The entry.
    pub entry: Entry,
    /// Its statement.
    pub statement: Statement,
    /// The checkpoint that promises it.
    pub checkpoint: Checkpoint,
    /// The cosignatures of the policy's witnesses.
    pub cosignatures: Vec<Cosignature>,
}

/// Verifies a receipt by itself: its signatures, its place, its checkpoint. Whether the author's key was in force then is
/// for the whole ledger to say.
///
/// # Errors
/// The first fault, in the order of FORMAT.md.
pub fn check(receipt: &Receipt, policy: &Policy) -> Result<Checked, Fault> {
    let (entry, statement) = receipt.content()?;
    let cosignatures = receipt.verify(policy)?;
    Ok(Checked { entry, statement, checkpoint: receipt.checkpoint.checkpoint().clone(), cosignatures })
}

/// Verifies a row proof by itself: its receipt, then the row. Returns what the receipt says, what the statement says of the
/// table, and the figure.
///
/// # Errors
/// The first fault, in the order of FORMAT.md.
pub fn check_row(proof: &RowProof, policy: &Policy) -> Result<(Checked, Attachment, Observation), Fault> {
    let checked = check(&proof.receipt, policy)?;
    let (attachment, observation) = proof.check(&checked.statement)?;
    Ok((checked, attachment, observation))
}

/// Makes the proof of one row from the table and the receipt of the entry that names it, in one reading of the table.
///
/// # Errors
/// [`ProveError::NoLine`]: the entry names this table, which has no such row. `proof-invalid` where it does not name it with
/// these rows; those of the receipt and the row; what the reader says.
pub fn prove_row(receipt: Receipt, table: impl Read, line: u64) -> Result<RowProof, ProveError> {
    let none = || Fault::new(Code::ProofInvalid, format!("a row from line {FIRST_ROW}"), format!("line {line}"));
    let mut prover = Prover::new(line.checked_sub(FIRST_ROW).ok_or_else(none)?);
    let (mut lines, mut hasher, mut row) = (Lines::default(), Hasher::default(), String::new());
    let mut take = |at: u64, bytes: &[u8]| {
        if at >= FIRST_ROW {
            prover.push(Hash::leaf(bytes));
        }
        if at == line {
            row = String::from_utf8_lossy(bytes).into_owned();
        }
        Ok::<_, Fault>(())
    };
    let mut table = BufReader::with_capacity(PIECE_BYTES, table);
    loop {
        let piece = table.fill_buf().map_err(TableError::Io)?;
        if piece.is_empty() {
            break;
        }
        hasher.update(piece);
        lines.push(piece, &mut take).map_err(TableError::Fault)?;
        let length = piece.len();
        table.consume(length);
    }
    let lines = lines.finish(&mut take).map_err(TableError::Fault)?;
    let (attachment, (_, statement)) = (hasher.finish(), receipt.content()?);
    if line > lines && statement.event.attachments().iter().any(|named| named.sha256 == attachment) {
        return Err(ProveError::NoLine { line, lines });
    }
    let (_, proof) = prover.finish().map_err(TableError::Fault)?;
    let proof = RowProof { attachment, line, row, proof, receipt };
    // A proof that does not verify is not handed out.
    proof.check(&statement).map_err(TableError::Fault)?;
    Ok(proof)
}

/// Makes the receipt of an entry from any copy of a ledger, under its latest checkpoint. Reads the entry's bundle and the
/// few hash tiles on its way to the root, as many as the logarithm of the size. What does not lead to the checkpoint is no
/// receipt: then, or where tiles are missing, the copy is replayed up to there, and what is wrong with it is named.
///
/// The checkpoint must be the operator's: by the key that the first entry names, or else, once every entry was hashed, by the
/// one that the entries say took its place. Whether the first one was replaced is not looked for where it signed.
///
/// # Errors
/// The faults of the copy up to the checkpoint; [`ProveError::NoEntry`] where the checkpoint does not cover the entry.
pub fn make(bundle: &dyn Bundle, index: u64) -> Result<Receipt, ProveError> {
    by_tiles(bundle, index).or_else(|_| by_replay(bundle, index))
}

fn latest(bundle: &dyn Bundle, index: u64) -> Result<SignedCheckpoint, ProveError> {
    let missing = || Fault::new(Code::CheckpointMissing, "a checkpoint", "no such file").in_file(CHECKPOINT);
    let bytes = bundle.read(CHECKPOINT, MAX_NOTE_BYTES as u64)?.ok_or_else(missing)?;
    let checkpoint = SignedCheckpoint::parse(&bytes).map_err(|fault| fault.in_file(CHECKPOINT))?;
    let size = checkpoint.checkpoint().size;
    if index >= size { Err(ProveError::NoEntry { index, size }) } else { Ok(checkpoint) }
}

fn by_tiles(bundle: &dyn Bundle, index: u64) -> Result<Receipt, ProveError> {
    let checkpoint = latest(bundle, index)?;
    let (size, root) = (checkpoint.checkpoint().size, checkpoint.checkpoint().root);
    let none = || Fault::new(Code::ProofInvalid, format!("a tree of {size} entries"), "less");
    let entry = entry_of(bundle, index, size)?;
    let mut tiles = BTreeMap::new();
    let proof = merkle::inclusion_proof::<Trouble>(index, size, |level, at| {
        let (tile, range) = Tile::holding(level, at, size).ok_or_else(none)?;
        if let btree_map::Entry::Vacant(vacant) = tiles.entry(tile) {
            let (found, bytes) = read_tile(bundle, tile, MAX_TILE_BYTES)?;
            vacant.insert(found.hashes(&bytes)?);
        }
        let hashes = tiles.get(&tile).and_then(|hashes| hashes.get(range));
        Ok(hashes.map(tile::subtree).ok_or_else(none)?)
    })?;
    merkle::verify_inclusion(Hash::leaf(&entry), index, size, &proof, root)?;
    if !is_signed_at_first(&entry_of(bundle, 0, size)?, &checkpoint) {
        check_promised(bundle)?;
    }
    Ok(Receipt { entry, index, proof, checkpoint })
}

/// Whether a checkpoint is signed by the key that the first entry says is the operator's.
fn is_signed_at_first(opening: &[u8], checkpoint: &SignedCheckpoint) -> bool {
    let mut walk = Walk::new(&BTreeSet::new());
    let opened = walk.push(&Glance::of(0, opening)).is_ok();
    let key = walk.origin().zip(walk.operator()).filter(|_| opened);
    let key = key.and_then(|(origin, operator)| VerifierKey::ed25519(origin.as_str(), *operator).ok());
    key.is_some_and(|key| checkpoint.checkpoint().origin == key.name() && checkpoint.signed_by(&key) == Ok(true))
}

/// The entry at that index of a ledger of that size.
fn entry_of(bundle: &dyn Bundle, index: u64, size: u64) -> Result<Vec<u8>, Trouble> {
    let none = || Fault::new(Code::ProofInvalid, format!("a tree of {size} entries"), "less");
    let (leaf, place) = Tile::holding(0, index, size).ok_or_else(none)?;
    let (_, entries) = read_tile(bundle, Tile { kind: TileKind::Entries, ..leaf }, MAX_ENTRY_BUNDLE_BYTES)?;
    Ok(tile::split(&entries).nth(place.start).ok_or_else(none)??.to_vec())
}

/// A tile, or the full one that stands in for it once there is one.
fn read_tile(bundle: &dyn Bundle, tile: Tile, limit: u64) -> Result<(Tile, Vec<u8>), Trouble> {
    for tile in [tile, Tile { width: TILE_WIDTH, ..tile }] {
        if let Some(bytes) = bundle.read(&tile.path(), limit)? {
            return Ok((tile, bytes));
        }
    }
    Err(Fault::new(Code::TileMissing, "a tile", "no such file").in_file(tile.path()).into())
}

/// Keeps 32 bytes an entry.
fn by_replay(bundle: &dyn Bundle, index: u64) -> Result<Receipt, ProveError> {
    let bundle = &Frozen::of(bundle)?;
    let checkpoint = latest(bundle, index)?;
    let (size, root) = (checkpoint.checkpoint().size, checkpoint.checkpoint().root);
    let (mut leaves, mut entry) = (Vec::new(), Vec::new());
    replay(bundle, Until::Entry(size.saturating_sub(1)), &mut |link, found| {
        leaves.push(link.leaf);
        if link.index == index {
            entry = found.encode().unwrap_or_default();
        }
    })?;
    let proof = merkle::inclusion_proof::<Fault>(index, size, |level, at| {
        let (start, width) = (at << level, 1_u64 << level);
        let leaves = leaves.get(start as usize..start.saturating_add(width) as usize);
        let missing = || Fault::new(Code::CheckpointBeyondEntries, format!("{size} entries"), "fewer");
        leaves.map(tile::subtree).ok_or_else(missing)
    })?;
    merkle::verify_inclusion(Hash::leaf(&entry), index, size, &proof, root)?;
    Ok(Receipt { entry, index, proof, checkpoint })
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::path::PathBuf;
    use std::sync::Mutex;

    use super::*;
    use crate::core::sample;
    use crate::storage::folder_bundle::FolderBundle;
    use crate::storage::folder_store::FolderStore;
    use crate::storage::store::Store as _;

    /// A bundle that cannot be listed, and knows what was opened.
    struct Watched<'a>(&'a dyn Bundle, Mutex<Vec<String>>);

    impl Bundle for Watched<'_> {
        fn names(&self) -> Result<Vec<String>, Trouble> {
            panic!("everything was listed")
        }

        fn open(&self, name: &str) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
            self.1.lock().unwrap().push(name.to_owned());
            self.0.open(name)
        }

        fn locate(&self, name: &str) -> PathBuf {
            self.0.locate(name)
        }
    }

    #[test]
    fn a_receipt_takes_few_files_and_is_that_of_a_replay() {
        let sample = sample::shared();
        for (size, entries) in [(1, 1), (255, 300), (256, 256), (300, 301), (300, 600), (800, 800)] {
            let folder = tempfile::tempdir().unwrap();
            let mut store = FolderStore::create(folder.path()).unwrap();
            store.append(0, &sample.entries()[..entries]).unwrap();
            store.publish(&sample.checkpoint(size)).unwrap();
            let bundle = FolderBundle::open(folder.path()).unwrap();
            for index in [0, 1, 100, 255, 256, 299, 511, 799].into_iter().filter(|index| *index < size) {
                let watched = Watched(&bundle, Mutex::default());
                let receipt = make(&watched, index).unwrap();
                assert_eq!(receipt.to_string(), by_replay(&bundle, index).unwrap().to_string());
                let opened = watched.1.into_inner().unwrap();
                assert!(opened.len() <= 8, "{index} of {size}: {opened:?}");
            }
        }
    }

    #[test]
    fn where_tiles_are_missing_or_wrong_the_entries_say_what_is_so() {
        let sample = sample::shared();
        let folder = tempfile::tempdir().unwrap();
        let mut store = FolderStore::create(folder.path()).unwrap();
        store.append(0, &sample.entries()[..600]).unwrap();
        store.publish(&sample.checkpoint(600)).unwrap();
        let bundle = FolderBundle::open(folder.path()).unwrap();
        let sound = make(&bundle, 7).unwrap().to_string();
        let tile = folder.path().join("tile/0/000");
        let mut hashes = std::fs::read(&tile).unwrap();
        hashes[0] ^= 1;
        std::fs::write(&tile, hashes).unwrap();
        assert_eq!(make(&bundle, 7).unwrap().to_string(), sound);
        std::fs::remove_file(&tile).unwrap();
        assert_eq!(make(&bundle, 7).unwrap().to_string(), sound);
        let entries = folder.path().join("tile/entries/000");
        let mut bytes = std::fs::read(&entries).unwrap();
        let at = bytes.len() - 1;
        bytes[at] ^= 1;
        std::fs::write(&entries, bytes).unwrap();
        let Err(ProveError::Copy(Trouble::Faults(faults))) = make(&bundle, 7) else {
            panic!("a receipt of an altered copy")
        };
        assert_eq!(faults[0].index, Some(255));
    }
}
