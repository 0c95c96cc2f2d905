//! Two histories of one ledger, told by its operator from entry 14 on; and the evidence that is good.

use candour::core::checkpoint::SignedCheckpoint;
use candour::core::cosignature::{Cosigner, CosigningKey};
use candour::core::evidence::{Breach, Fork, Replaced, of_checkpoints, of_receipt};
use candour::core::fault::Fault;
use candour::core::hash::Hash;
use candour::core::merkle;
use candour::core::note::VerifierKey;
use candour::core::receipt::Receipt;
use candour::core::tile::subtree;

use super::Case;
use crate::corpus::forge::{Forger, ORIGIN, key};
use crate::corpus::story;

/// One history, of 17 entries.
pub(super) fn left() -> Forger {
    told("left")
}

/// Another: entries 14 to 16 differ.
pub(super) fn right() -> Forger {
    told("right")
}

fn told(which: &str) -> Forger {
    let mut ledger = story::until(14);
    for number in 0..3 {
        ledger.say("acme", "acme", story::disclosure(&format!("acme/{which}-{number}")));
    }
    ledger
}

pub(super) fn node(ledger: &Forger) -> impl Fn(u8, u64) -> Result<Hash, Fault> {
    let leaves: Vec<Hash> = ledger.entries.iter().map(|entry| Hash::leaf(entry)).collect();
    move |level, index| Ok(subtree(&leaves[(index << level) as usize..((index + 1) << level) as usize]))
}

/// What the ledger of size `new` has at size `old`.
pub(super) fn fork(ledger: &Forger, old: u64, new: u64) -> Fork {
    Fork { proof: merkle::consistency_proof(old, new, node(ledger)).unwrap(), root: ledger.tree(old).root() }
}

pub(super) fn receipt(ledger: &Forger, index: u64, size: u64) -> Receipt {
    let proof = merkle::inclusion_proof(index, size, node(ledger)).unwrap();
    Receipt { entry: ledger.entries[index as usize].clone(), index, proof, checkpoint: ledger.checkpoint(size) }
}

pub(super) fn replaced(ledger: &Forger, index: u64, size: u64) -> Replaced {
    let receipt = receipt(ledger, index, size);
    Replaced { leaf: Hash::leaf(&receipt.entry), proof: receipt.proof }
}

pub(super) fn operator() -> VerifierKey {
    VerifierKey::ed25519(ORIGIN, key("operator").public().unwrap()).unwrap()
}

pub(super) fn witness() -> VerifierKey {
    cosigner().verifier().clone()
}

fn cosigner() -> Cosigner {
    Cosigner::new("witness.example/w", CosigningKey::Ed25519(key("witness"))).unwrap()
}

pub(super) fn cosigned(mut checkpoint: SignedCheckpoint, time: u64) -> SignedCheckpoint {
    let line = cosigner().cosign(&checkpoint, time).unwrap();
    checkpoint.add_signature(line).unwrap();
    checkpoint
}

pub(super) fn cases() -> Vec<Case> {
    let (left, right, keys) = (left(), right(), [operator()]);
    let (small, same, large) = (left.checkpoint(15), right.checkpoint(15), right.checkpoint(17));
    let by_another = right.signed(15, right.tree(15).root(), "operator-2");
    let (seen, seen_too) = (cosigned(small.clone(), 1_767_300_000), cosigned(same.clone(), 1_767_300_060));
    let forked = || fork(&right, 15, 17);
    vec![
        Case::good("two-roots", of_checkpoints([&small, &same], &keys, None).unwrap()),
        Case::good("two-roots-cosigned", of_checkpoints([&seen, &seen_too], &[operator(), witness()], None).unwrap()),
        Case::good(
            "two-roots-of-two-operators-by-one-witness",
            of_checkpoints([&seen, &cosigned(by_another, 5)], &[witness()], None).unwrap(),
        ),
        Case::good("fork", of_checkpoints([&small, &large], &keys, Some(forked())).unwrap()),
        Case::good("fork-larger-first", of_checkpoints([&large, &small], &keys, Some(forked())).unwrap()),
        Case::good(
            "receipt-of-an-entry-replaced",
            of_receipt(&receipt(&left, 14, 15), &large, &keys, Breach::Replaced(replaced(&right, 14, 17))).unwrap(),
        ),
        Case::good(
            "receipt-of-an-entry-replaced-in-a-smaller-tree",
            of_receipt(&receipt(&left, 14, 17), &same, &keys, Breach::Replaced(replaced(&right, 14, 15))).unwrap(),
        ),
        Case::good(
            "receipt-of-another-history",
            of_receipt(&receipt(&left, 3, 15), &large, &keys, Breach::Fork(forked())).unwrap(),
        ),
        Case::good("receipt-of-another-root", of_receipt(&receipt(&left, 3, 15), &same, &keys, Breach::Roots).unwrap()),
    ]
}
