//! Receipts: an entry alone, with its way to a checkpoint. Checking one needs a policy and nothing else (FORMAT.md,
//! section 6); making one takes a copy of the ledger.

use crate::core::audit::CHECKPOINT;
use crate::core::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::core::entry::Entry;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::merkle;
use crate::core::note::MAX_NOTE_BYTES;
use crate::core::policy::{Cosignature, Policy};
use crate::core::receipt::Receipt;
use crate::core::statement::Statement;
use crate::core::tile;
use crate::storage::bundle::{Bundle, Trouble};
use crate::storage::frozen::Frozen;

use super::replay::{Until, replay};

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
