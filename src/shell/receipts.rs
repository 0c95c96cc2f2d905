//! Receipts: an entry alone, with its way to a checkpoint. Checking one needs a policy and nothing else (FORMAT.md,
//! section 6); making one takes a copy of the ledger. And
//! row proofs (section 12): such an entry, and one row of a table that it names.

use std::io::{BufRead as _, BufReader, Read};

use crate::core::audit::CHECKPOINT;
use crate::core::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::core::entry::Entry;
use crate::core::event::table::{Lines, TableError};
use crate::core::event::{Attachment, Observation};
use crate::core::fault::{Code, Fault};
use crate::core::hash::{Hash, Hasher};
use crate::core::merkle::{self, Prover};
use crate::core::note::MAX_NOTE_BYTES;
use crate::core::policy::{Cosignature, Policy};
use crate::core::receipt::Receipt;
use crate::core::row_proof::{FIRST_ROW, RowProof};
use crate::core::statement::Statement;
use crate::core::tile;
use crate::storage::bundle::{Bundle, Trouble};
use crate::storage::frozen::Frozen;

use super::replay::{Until, replay};

/// Bytes of a table that are read at once.
const PIECE_BYTES: usize = 256 * 1024;

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
/// `proof-invalid` where the table has no such row, or the entry does not name it with these rows; those of the receipt
/// and the row; what the reader says.
pub fn prove_row(receipt: Receipt, table: impl Read, line: u64) -> Result<RowProof, TableError> {
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
        lines.push(piece, &mut take)?;
        let length = piece.len();
        table.consume(length);
    }
    lines.finish(&mut take)?;
    let (_, proof) = prover.finish()?;
    let proof = RowProof { attachment: hasher.finish(), line, row, proof, receipt };
    // A proof that does not verify is not handed out.
    let (_, statement) = proof.receipt.content()?;
    proof.check(&statement)?;
    Ok(proof)
}

/// Makes the receipt of an entry from any copy of a ledger, under its latest checkpoint, by replaying it up to there. It
/// keeps 32 bytes an entry; a [`super::ledger::Ledger`] makes receipts from its tiles.
///
/// # Errors
/// The faults of the copy up to the checkpoint; `proof-invalid` where the checkpoint does not cover the entry.
pub fn make(bundle: &dyn Bundle, index: u64) -> Result<Receipt, Trouble> {
    let bundle = &Frozen::of(bundle)?;
    let missing = || Fault::new(Code::CheckpointMissing, "a checkpoint", "no such file").in_file(CHECKPOINT);
    let bytes = bundle.read(CHECKPOINT, MAX_NOTE_BYTES as u64)?.ok_or_else(missing)?;
    let checkpoint = SignedCheckpoint::parse(&bytes).map_err(|fault| fault.in_file(CHECKPOINT))?;
    let (size, root) = (checkpoint.checkpoint().size, checkpoint.checkpoint().root);
    if index >= size {
        let expected = format!("an entry under the checkpoint of {size} entries");
        return Err(Fault::new(Code::ProofInvalid, expected, format!("entry {index}")).into());
    }
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
