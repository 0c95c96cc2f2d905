//! What honest keys signed never makes evidence, whatever is put together of it.

use super::super::cosignature::{Cosigner, CosigningKey};
use super::super::key::SecretKey;
use super::super::merkle;
use super::super::sample::{Ledger, SHARED_ENTRIES, shared};
use super::super::tile::subtree;
use super::*;

/// Numbers that follow from the seed alone.
struct Numbers(Hash);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = Hash::of(&self.0.0);
        let (first, _) = self.0.0.split_first_chunk().unwrap();
        u64::from_be_bytes(*first) % end
    }
}

fn leaves(ledger: &Ledger) -> Vec<Hash> {
    ledger.entries().iter().map(|sealed| sealed.link().leaf).collect()
}

fn node(leaves: &[Hash]) -> impl Fn(u8, u64) -> Result<Hash, Fault> {
    move |level, index| Ok(subtree(&leaves[(index << level) as usize..((index + 1) << level) as usize]))
}

fn root(leaves: &[Hash], size: u64) -> Hash {
    merkle::root(size, node(leaves)).unwrap()
}

fn fork(leaves: &[Hash], old: u64, new: u64) -> Fork {
    Fork { proof: merkle::consistency_proof(old, new, node(leaves)).unwrap(), root: root(leaves, old) }
}

/// A checkpoint of the shared ledger, signed by its operator and cosigned by a witness.
fn signed(leaves: &[Hash], size: u64, time: u64) -> SignedCheckpoint {
    let operator = shared().operator_key();
    let origin = shared().checkpoint(1).checkpoint().origin.clone();
    let checkpoint = super::super::checkpoint::Checkpoint { origin, size, root: root(leaves, size) };
    let mut checkpoint = SignedCheckpoint::sign(checkpoint, &operator).unwrap();
    checkpoint.add_signature(witness().cosign(&checkpoint, time).unwrap()).unwrap();
    checkpoint
}

fn witness() -> Cosigner {
    Cosigner::new("w.example", CosigningKey::Ed25519(SecretKey::from_seed(&[9; 32]))).unwrap()
}

fn keys() -> [VerifierKey; 2] {
    let origin = shared().checkpoint(1).checkpoint().origin.clone();
    let operator = shared().operator_key().public().unwrap();
    [VerifierKey::ed25519(&origin, operator).unwrap(), witness().verifier().clone()]
}

fn receipt(leaves: &[Hash], index: u64, size: u64) -> Receipt {
    let entry = shared().entries()[index as usize].bytes().to_vec();
    let proof = merkle::inclusion_proof(index, size, node(leaves)).unwrap();
    Receipt { entry, index, proof, checkpoint: signed(leaves, size, 5) }
}

#[test]
fn one_honest_history_never_makes_evidence() {
    let (seed, leaves) = (b"one honest history", leaves(shared()));
    let mut numbers = Numbers(Hash::of(seed));
    for round in 0..300 {
        let [mut a, mut b] = [0; 2].map(|_| 1 + numbers.below(SHARED_ENTRIES));
        if round % 5 == 0 {
            b = a;
        } else if round % 3 == 0 {
            (a, b) = (1 + a % 40, 1 + b % 40);
        }
        let (small, large) = (a.min(b), a.max(b));
        // A witness's clock may run either way.
        let (one, two) = (signed(&leaves, a, 1 + numbers.below(100)), signed(&leaves, b, 1 + numbers.below(100)));
        let sound = fork(&leaves, small, large);
        let mut flipped = sound.clone();
        if let Some(hash) = flipped.proof.get_mut(numbers.below(8) as usize) {
            hash.0[0] ^= 1;
        }
        let elsewhere = fork(&leaves, 1 + numbers.below(large), large);
        let index = numbers.below(small);
        let mut wrong = merkle::inclusion_proof(numbers.below(b), b, node(&leaves)).unwrap();
        let forks = [
            None,
            Some(sound.clone()),
            Some(flipped),
            Some(elsewhere),
            Some(Fork { root: Hash::of(&[round as u8]), ..sound.clone() }),
            Some(Fork { root: leaves[index as usize], proof: wrong.clone() }),
        ];
        let (keys, says) = (keys(), format!("seed {seed:?}, round {round}: {a} and {b}"));
        let chosen = if round % 2 == 0 { &keys[..] } else { &keys[1..] };
        let kept = receipt(&leaves, numbers.below(a), a);
        for fork in forks {
            assert!(of_checkpoints([&one, &two], chosen, fork.clone()).is_err(), "{says}: {fork:?}");
            let breach = fork.map_or(Breach::Roots, Breach::Fork);
            assert!(of_receipt(&kept, &two, chosen, breach.clone()).is_err(), "{says}: {breach:?}");
        }
        if kept.index < b {
            wrong = merkle::inclusion_proof(kept.index, b, node(&leaves)).unwrap();
        }
        let others =
            [leaves[kept.index as usize], leaves[index as usize], Hash::node(leaves[0], leaves[1]), Hash::ZERO];
        for leaf in others {
            let breach = Breach::Replaced(Replaced { leaf, proof: wrong.clone() });
            assert!(of_receipt(&kept, &two, chosen, breach.clone()).is_err(), "{says}: {breach:?}");
        }
    }
}

#[test]
fn two_histories_always_do() {
    let (seed, leaves) = (b"two histories", leaves(shared()));
    let mut numbers = Numbers(Hash::of(seed));
    for round in 0..100 {
        let [a, b] = [0; 2].map(|_| 1 + numbers.below(SHARED_ENTRIES));
        let (small, large) = (a.min(b), a.max(b));
        let at = numbers.below(small);
        let mut others = leaves.clone();
        others[at as usize] = Hash::of(&[round]);
        let (one, two) = (signed(&leaves, small, 5), signed(&others, large, 6));
        let fork = (small < large).then(|| fork(&others, small, large));
        let says = format!("seed {seed:?}, round {round}: {small} and {large}, entry {at}");
        let checked = check(&of_checkpoints([&one, &two], &keys(), fork.clone()).expect(&says)).expect(&says);
        assert_eq!(checked.convicted.iter().map(|one| one.role).collect::<Vec<_>>(), [Role::Operator, Role::Witness]);
        let breach = fork.map_or(Breach::Roots, Breach::Fork);
        let kept = receipt(&leaves, numbers.below(small), small);
        of_receipt(&kept, &two, &keys(), breach).expect(&says);
        let proof = merkle::inclusion_proof(at, large, node(&others)).unwrap();
        let breach = Breach::Replaced(Replaced { leaf: others[at as usize], proof });
        of_receipt(&receipt(&leaves, at, small), &two, &keys(), breach).expect(&says);
    }
}

#[test]
fn the_authors_of_one_honest_history_are_never_convicted() {
    let entries: Vec<_> = shared().entries().iter().take(40).map(|sealed| sealed.bytes().to_vec()).collect();
    let mut envelopes = Vec::new();
    for bytes in entries {
        let entry = super::super::entry::Entry::parse(&bytes).unwrap();
        // Whoever signed, in every order: nobody signed the order.
        for signature in entry.signatures {
            envelopes.push(Envelope { payload: entry.payload.clone(), signatures: vec![signature] });
        }
    }
    assert!(envelopes.len() > 41);
    for (a, one) in envelopes.iter().enumerate() {
        for two in &envelopes[a..] {
            assert!(of_statements([one, two]).is_err(), "envelope {a}: {one:?} and {two:?}");
        }
    }
}

#[test]
fn any_evidence_of_the_largest_parts_can_be_read() {
    use super::super::merkle::MAX_PROOF;
    use super::super::note::MAX_NOTE_BYTES;
    use super::super::receipt::MAX_RECEIPT_BYTES;
    // A note's characters take two bytes in JSON at most: it has no control characters but the line feed.
    let parts = 2 * (MAX_NOTE_BYTES + MAX_RECEIPT_BYTES);
    let keys = MAX_CONVICTED * (MAX_VERIFIER_KEY_BYTES + 3);
    let proof = (MAX_PROOF + 1) * 67;
    assert!(parts + keys + proof + 1000 < MAX_EVIDENCE_BYTES);
    assert_eq!(check(&vec![b' '; MAX_EVIDENCE_BYTES + 1]).unwrap_err().code, Code::EvidenceMalformed);
}
