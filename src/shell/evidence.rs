//! Making evidence (FORMAT.md, section 11) of what somebody has in hand: checkpoints, receipts, envelopes and copies of a
//! ledger. What it takes to check it again is in [`crate::core::evidence`].

use crate::core::checkpoint::SignedCheckpoint;
use crate::core::evidence::{Breach, Fork, MAX_CONVICTED, Replaced, of_checkpoints, of_receipt};
use crate::core::fault::Fault;
use crate::core::hash::Hash;
use crate::core::merkle;
use crate::core::note::{KeyKind, VerifierKey};
use crate::core::policy::Policy;
use crate::core::receipt::Receipt;
use crate::storage::bundle::{Bundle, Trouble};

mod error;
mod walk;

pub use error::EvidenceError;
pub use walk::entry_at;
use walk::{Walk, checkpoint_of};

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Evidence, checked.
    Made(Vec<u8>),
    /// What there is can all be true. The words say of what.
    NoConflict(String),
}

/// A checkpoint, and the copy of the ledger that it is of, where there is one.
pub struct Side<'a> {
    /// What messages call it.
    pub name: String,
    /// The checkpoint.
    pub checkpoint: SignedCheckpoint,
    /// The copy, whose first entries are those of the checkpoint, or so it says.
    pub copy: Option<&'a dyn Bundle>,
}

impl<'a> Side<'a> {
    /// A copy of a ledger, under its `checkpoint`.
    ///
    /// # Errors
    /// `checkpoint-missing`, and those of the checkpoint.
    pub fn of_copy(name: String, copy: &'a dyn Bundle) -> Result<Self, Trouble> {
        Ok(Self { name, checkpoint: checkpoint_of(copy)?, copy: Some(copy) })
    }

    fn size(&self) -> u64 {
        self.checkpoint.checkpoint().size
    }

    fn root(&self) -> Hash {
        self.checkpoint.checkpoint().root
    }

    /// Walks the copy, where there is one, for what is to be proven in its tree.
    fn walk(&self, old: Option<u64>, index: Option<u64>) -> Result<Option<Walk>, EvidenceError> {
        let Some(copy) = self.copy else { return Ok(None) };
        Walk::through(copy, self.checkpoint.checkpoint(), old, index).map(Some).map_err(EvidenceError::Copy)
    }
}

/// Evidence of two checkpoints that contradict each other, in any order. Where their sizes differ, the copy with the
/// larger one is needed. Keys are tried that a copy's own entries name as the operator's, and those of the policy.
///
/// # Errors
/// See [`EvidenceError`].
pub fn checkpoints(a: &Side<'_>, b: &Side<'_>, policy: Option<&Policy>) -> Result<Outcome, EvidenceError> {
    let origin = one_ledger(&a.checkpoint, &b.checkpoint)?;
    let (small, large) = if a.size() <= b.size() { (a, b) } else { (b, a) };
    let old = (small.size() < large.size()).then(|| small.size());
    let (theirs, ours) = (large.walk(old, None)?, small.walk(None, None)?);
    let (there, fork) = match (old, &theirs) {
        (None, _) => (large.root(), None),
        (Some(_), None) => return Err(EvidenceError::CopyNeeded { name: large.name.clone(), size: large.size() }),
        (Some(old), Some(walk)) => {
            let proof = merkle::consistency_proof::<Fault>(old, large.size(), |level, at| walk.node(level, at))?;
            (walk.old_root, Some(Fork { proof, root: walk.old_root }))
        }
    };
    if there == small.root() {
        return Ok(Outcome::NoConflict(match old {
            None => format!("both are checkpoints of the same {} entries", small.size()),
            Some(_) => {
                format!("{}, of {} entries, extends {}, of {}", large.name, large.size(), small.name, small.size())
            }
        }));
    }
    let known = [theirs, ours].into_iter().flatten().flat_map(|walk| walk.keys);
    let keys = signers(origin, [&small.checkpoint, &large.checkpoint], known, policy)?;
    Ok(Outcome::Made(of_checkpoints([&small.checkpoint, &large.checkpoint], &keys, fork)?))
}

/// Evidence that a copy of the ledger, by its checkpoint, does not honour a receipt.
///
/// # Errors
/// See [`EvidenceError`]; the receipt's own faults.
pub fn receipt(receipt: &Receipt, copy: &Side<'_>, policy: Option<&Policy>) -> Result<Outcome, EvidenceError> {
    let origin = one_ledger(&receipt.checkpoint, &copy.checkpoint)?;
    receipt.content()?;
    receipt.check_inclusion()?;
    let promised = receipt.checkpoint.checkpoint();
    if copy.size() <= receipt.index {
        return Err(EvidenceError::CopyTooShort { size: copy.size(), index: receipt.index });
    }
    let old = (promised.size < copy.size()).then_some(promised.size);
    let Some(walk) = copy.walk(old, Some(receipt.index))? else {
        return Err(EvidenceError::CopyNeeded { name: copy.name.clone(), size: copy.size() });
    };
    let breach = if walk.leaf != Hash::leaf(&receipt.entry) {
        let node = |level, at| walk.node(level, at);
        let proof = merkle::inclusion_proof::<Fault>(receipt.index, copy.size(), node)?;
        Breach::Replaced(Replaced { leaf: walk.leaf, proof })
    } else if promised.size == copy.size() && promised.root != copy.root() {
        Breach::Roots
    } else if let Some(old) = old.filter(|_| walk.old_root != promised.root) {
        let proof = merkle::consistency_proof::<Fault>(old, copy.size(), |level, at| walk.node(level, at))?;
        Breach::Fork(Fork { proof, root: walk.old_root })
    } else {
        let (name, index) = (&copy.name, receipt.index);
        return Ok(Outcome::NoConflict(if promised.size <= copy.size() {
            format!("{name} honours the receipt: it has entry {index}, and the history that the receipt is of")
        } else {
            format!("{name} has entry {index}; of what came after its own {} entries it cannot tell", copy.size())
        }));
    };
    let keys = signers(origin, [&receipt.checkpoint, &copy.checkpoint], walk.keys.into_iter(), policy)?;
    Ok(Outcome::Made(of_receipt(receipt, &copy.checkpoint, &keys, breach)?))
}

/// The origin of both.
fn one_ledger<'a>(a: &'a SignedCheckpoint, b: &'a SignedCheckpoint) -> Result<&'a str, EvidenceError> {
    let [a, b] = [a, b].map(|checkpoint| &checkpoint.checkpoint().origin);
    if a == b { Ok(a) } else { Err(EvidenceError::TwoLedgers { a: a.clone(), b: b.clone() }) }
}

/// Those of the keys that signed both: the operator's that the copies name, then the policy's for the ledger, then its
/// witnesses'.
fn signers(
    origin: &str,
    checkpoints: [&SignedCheckpoint; 2],
    known: impl Iterator<Item = VerifierKey>,
    policy: Option<&Policy>,
) -> Result<Vec<VerifierKey>, EvidenceError> {
    let logs = policy.into_iter().flat_map(Policy::logs).map(|log| log.key.clone());
    let witnesses = policy.into_iter().flat_map(Policy::witnesses).map(|witness| witness.key.clone());
    let candidates = known.chain(logs).filter(|key| key.name() == origin && key.ed25519_key().is_some());
    let mut found: Vec<VerifierKey> = Vec::new();
    let mut signed = [false; 2];
    for key in candidates.chain(witnesses.filter(|key| key.ed25519_key().is_none())) {
        // A line that does not verify is nobody's signature.
        let by_key = checkpoints.map(|checkpoint| match key.kind() {
            KeyKind::Ed25519(_) => checkpoint.signed_by(&key).unwrap_or(false),
            _ => checkpoint.cosigned_by(&key).is_ok_and(|time| time.is_some()),
        });
        if key.ed25519_key().is_some() {
            signed = [signed[0] || by_key[0], signed[1] || by_key[1]];
        }
        let new = || found.iter().all(|other| other.kind().key_bytes() != key.kind().key_bytes());
        if by_key == [true; 2] && found.len() < MAX_CONVICTED && new() {
            found.push(key);
        }
    }
    match (found.is_empty(), signed) {
        (false, _) => Ok(found),
        (true, [true, true]) => Err(EvidenceError::NoKeySignedBoth { origin: origin.to_owned() }),
        (true, _) => Err(EvidenceError::KeyUnknown { origin: origin.to_owned() }),
    }
}
