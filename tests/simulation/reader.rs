//! Readers: they hold a policy, and are shown receipts.

use candour::core::checkpoint::Checkpoint;
use candour::core::hash::Hash;
use candour::core::merkle::verify_inclusion;
use candour::core::policy::Policy;
use candour::core::receipt::Receipt;

use super::Removed;

/// Whether a reader of the policy accepts the receipt, and so its checkpoint.
pub(super) fn accepts(policy: &Policy, receipt: &[u8], removed: Removed) -> Option<Checkpoint> {
    let receipt = Receipt::parse(receipt).ok()?;
    let checkpoint = receipt.checkpoint.checkpoint().clone();
    let accepted = match removed {
        Removed::Quorum => {
            let Receipt { entry, index, proof, .. } = &receipt;
            let included = verify_inclusion(Hash::leaf(entry), *index, checkpoint.size, proof, checkpoint.root);
            included.is_ok() && policy.logs().iter().any(|log| receipt.checkpoint.signed_by(&log.key) == Ok(true))
        }
        Removed::CosignatureSignature => {
            // As many lines as would do if they were all of different witnesses, and good.
            let named = policy
                .witnesses()
                .iter()
                .filter(|witness| receipt.checkpoint.note().signatures_of(&witness.key).next().is_some());
            named.count() * 2 > policy.witnesses().len()
        }
        _ => receipt.verify(policy).is_ok(),
    };
    accepted.then_some(checkpoint)
}
