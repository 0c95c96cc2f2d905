//! What the operator promised, and whether it held: checkpoints, trust in them, and pins. Steps 4 to 6.

use super::{Audit, CHECKPOINT, CHECKPOINTS, PIN, Published, checkpoint_size};
use crate::core::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::key::PublicKey;
use crate::core::note::VerifierKey;
use crate::core::receipt::Receipt;
use crate::core::text::excerpt;

impl Audit<'_> {
    /// Step 4, for one checkpoint.
    pub(super) fn check_checkpoint(&mut self, origin: &str, published: &Published) {
        let Published { file, checkpoint } = published;
        let says = checkpoint.checkpoint();
        if let Some(size) = file.strip_prefix(CHECKPOINTS).and_then(checkpoint_size).filter(|size| *size != says.size) {
            let fault = Fault::new(Code::CheckpointSizeMismatch, format!("size {size}"), format!("size {}", says.size));
            self.fault(fault.in_file(file));
        }
        self.check_origin_and_signature(origin, checkpoint, &self.signers(says.size), file);
        if says.size > self.chain.size() {
            let expected = format!("{} entries", says.size);
            let fault = Fault::new(Code::CheckpointBeyondEntries, expected, self.chain.size().to_string());
            self.fault(fault.in_file(file));
        } else if self.chain.mark_at(says.size).is_none() {
            // An audit that goes on from an earlier one cannot say what the tree of a smaller size was.
            let expected = format!("a checkpoint of {} entries or more", self.carried);
            let fault = Fault::new(Code::CheckpointRootMismatch, expected, format!("one of {}", says.size));
            self.fault(fault.in_file(file));
        } else if let Some(root) = self.other_root(says) {
            let expected = format!("root {root} at size {}", says.size);
            let fault = Fault::new(Code::CheckpointRootMismatch, expected, format!("root {}", says.root));
            self.fault(fault.in_file(file));
        }
    }

    /// Step 4.4: no known witness's line fails. Those that verify vouch, if the checkpoint is a good one.
    pub(super) fn check_cosignatures(&mut self, published: &Published, valid: bool) {
        match self.policy.cosignatures(&published.checkpoint) {
            Err(fault) => self.fault(fault.in_file(&published.file)),
            Ok(cosignatures) if valid => {
                let size = published.checkpoint.checkpoint().size;
                let others = cosignatures.into_iter().filter(|cosignature| !self.is_operators(&cosignature.name));
                let others: Vec<_> = others.collect();
                others.into_iter().for_each(|cosignature| self.vouching.witness(size, cosignature));
            }
            Ok(_) => {}
        }
    }

    /// Whether the policy has a witness of that name whose key is, or was, the operator's: no other party than that.
    fn is_operators(&self, name: &str) -> bool {
        let keys = self.chain.state().map(|state| state.registry().operator_keys()).unwrap_or_default();
        self.policy.witnesses().iter().filter(|witness| witness.key.name() == name).any(|witness| {
            let bytes = witness.key.kind().key_bytes();
            keys.iter().any(|key| key.to_bytes().as_slice() == bytes)
        })
    }

    /// The keys of which one must have signed a checkpoint of that size: the operator's, in force then; where the ledger
    /// was never opened, those of the policy.
    fn signers(&self, size: u64) -> Vec<PublicKey> {
        match self.operator_at(size) {
            Some(operator) => vec![operator],
            None => self.policy.logs().iter().filter_map(|log| log.key.ed25519_key()).collect(),
        }
    }

    fn operator_at(&self, size: u64) -> Option<PublicKey> {
        let last = || self.chain.state().and_then(|state| state.registry().operator_keys().last().copied());
        self.chain.mark_at(size).and_then(|mark| mark.operator).or_else(last)
    }

    /// What checkpoints and pins have in common.
    fn check_origin_and_signature(
        &mut self,
        origin: &str,
        checkpoint: &SignedCheckpoint,
        keys: &[PublicKey],
        file: &str,
    ) {
        let found = &checkpoint.checkpoint().origin;
        if found != origin {
            self.fault(Fault::new(Code::CheckpointOriginMismatch, origin, excerpt(found)).in_file(file));
        }
        if let Err(fault) = self.check_signature(origin, checkpoint, keys) {
            self.fault(fault.in_file(file));
        }
    }

    /// The root that the entries have at a checkpoint's size, if it is not the checkpoint's.
    fn other_root(&self, says: &Checkpoint) -> Option<Hash> {
        self.chain.mark_at(says.size).map(|mark| mark.root).filter(|root| *root != says.root)
    }

    fn check_signature(&self, origin: &str, checkpoint: &SignedCheckpoint, keys: &[PublicKey]) -> Result<(), Fault> {
        for key in keys {
            if checkpoint.signed_by(&VerifierKey::ed25519(origin, *key)?)? {
                return Ok(());
            }
        }
        let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
        Err(Fault::new(Code::CheckpointUnsigned, format!("a signature as {origin} by {}", keys.join(" or ")), "none"))
    }

    /// Step 5, for the latest checkpoint.
    pub(super) fn check_trust(&mut self, origin: &str, latest: &Published) {
        if let Some(state) = self.chain.state() {
            let keys = state.registry().operator_keys();
            let now = self.operator_at(latest.checkpoint.checkpoint().size);
            let until_now = keys.iter().position(|key| Some(*key) == now).map_or(keys.len(), |at| at + 1);
            if !keys.iter().take(until_now).any(|key| self.policy.trusts_log(origin, key)) {
                let expected = format!("a log of the policy with origin {origin} and a key of its operator");
                self.fault(Fault::new(Code::CheckpointUntrusted, expected, "none").in_file(CHECKPOINT));
            }
        }
        if let Err(fault) = self.policy.quorum(&latest.checkpoint) {
            self.fault(fault.in_file(CHECKPOINT));
        }
    }

    /// Step 6, for one pin.
    pub(super) fn check_pin(&mut self, origin: &str, pin: &SignedCheckpoint) {
        let before = self.found;
        let says = pin.checkpoint();
        let keys = match self.chain.state() {
            Some(state) => state.registry().operator_keys().to_vec(),
            None => self.signers(says.size),
        };
        self.check_origin_and_signature(origin, pin, &keys, PIN);
        let expected = format!("a ledger with root {} at size {}", says.root, says.size);
        if says.size > self.chain.size() {
            let found = format!("{} entries", self.chain.size());
            self.fault(Fault::new(Code::PinMismatch, expected, found).in_file(PIN));
        } else if self.chain.mark_at(says.size).is_none() {
            // As of a checkpoint, above.
            let found = format!("an audit that goes on from {} entries", self.carried);
            self.fault(Fault::new(Code::PinMismatch, expected, found).in_file(PIN));
        } else if let Some(root) = self.other_root(says) {
            self.fault(Fault::new(Code::PinMismatch, expected, format!("root {root}")).in_file(PIN));
        }
        if self.found == before {
            self.vouching.pin(says.size);
        }
    }
}

/// The checkpoint that is meant by a pin: that of a receipt, or itself.
///
/// # Errors
/// Those of [`SignedCheckpoint::parse`].
pub fn pinned(bytes: &[u8]) -> Result<SignedCheckpoint, Fault> {
    Receipt::parse(bytes).map(|receipt| receipt.checkpoint).or_else(|_| SignedCheckpoint::parse(bytes))
}
