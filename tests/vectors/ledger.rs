//! Three entries, their tree, and what is made of them.

use candour::core::chain::{Chain, Sealed};
use candour::core::checkpoint::{Checkpoint, SignedCheckpoint};
use candour::core::cosignature::{Cosigner, CosigningKey};
use candour::core::entry::Entry;
use candour::core::fault::Fault;
use candour::core::hash::Hash;
use candour::core::merkle::{Frontier, inclusion_proof};
use candour::core::note::VerifierKey;
use candour::core::policy::Policy;
use candour::core::receipt::Receipt;
use candour::core::statement::{Envelope, Rule};
use candour::core::tile::push_entry;
use candour::core::time::Millis;
use serde_json::{Value, json};

use super::statements::{disclosure, enrolment, opening, statement};
use super::{ORIGIN, key, pin};

/// When entry 0 is recorded: 2026-01-05T12:00:00.250Z; every later one a second after the one before.
const OPENED: u64 = 1_767_614_400_250;

/// Opened, enrolled, disclosed.
pub fn entries() -> Vec<Sealed> {
    let said: [(&str, Value, &[&str]); 3] = [
        ("operator", opening(), &["operator", "regulator"]),
        ("regulator", enrolment(), &["regulator", "platform"]),
        ("platform", disclosure(), &["platform"]),
    ];
    let mut chain = Chain::new();
    let seal = |(index, (author, event, signers)): (u64, (&str, Value, &[&str]))| {
        let keys: Vec<_> = signers.iter().map(|name| key(name)).collect();
        let envelope = Envelope::sign(&statement(author, 0, event), &keys).unwrap();
        chain.seal(envelope, Millis::from_unix_ms(OPENED + 1000 * index).unwrap()).unwrap()
    };
    (0..).zip(said).map(seal).collect()
}

fn root(entries: &[Sealed]) -> Hash {
    entries.iter().map(|sealed| sealed.link().leaf).collect::<Frontier>().root()
}

/// The checkpoint of all three, with a witness's cosignature.
pub fn checkpoint() -> SignedCheckpoint {
    let checkpoint = Checkpoint { origin: ORIGIN.into(), size: 3, root: root(&entries()) };
    let mut signed = SignedCheckpoint::sign(checkpoint, &key("operator")).unwrap();
    let witness = Cosigner::new("witness.example", CosigningKey::Ed25519(key("witness"))).unwrap();
    signed.add_signature(witness.cosign(&signed, 1_767_614_500).unwrap()).unwrap();
    signed
}

pub fn log_key() -> VerifierKey {
    VerifierKey::ed25519(ORIGIN, key("operator").public().unwrap()).unwrap()
}

pub fn witness_key() -> VerifierKey {
    VerifierKey::cosignature("witness.example", key("witness").public().unwrap()).unwrap()
}

#[test]
fn a_chain_of_three() {
    let entries = entries();
    let (mut chain, mut faults, mut bundle) = (Chain::new(), Vec::new(), Vec::new());
    let listed: Vec<_> = entries
        .iter()
        .map(|sealed| {
            let entry = Entry::parse(sealed.bytes()).unwrap();
            chain.extend(sealed.bytes(), Rule::Strict, &mut faults);
            push_entry(&mut bundle, sealed.bytes()).unwrap();
            json!({
                "entry": hex::encode(sealed.bytes()), "index": entry.index, "leaf": sealed.link().leaf.to_string(),
                "previous": entry.previous.to_string(), "recorded_at": entry.recorded_at.unix_ms(),
                "root": chain.root().to_string(), "signers": entry.signatures.len(),
                "statement": String::from_utf8(entry.payload).unwrap(),
            })
        })
        .collect();
    assert_eq!((faults, chain.root()), (Vec::new(), root(&entries)));
    pin(
        "entries.json",
        &json!({
            "says": "Three lawful entries in their encoding, each with its leaf hash and the root of the tree that it \
                     completes; and their entry bundle, tile/entries/000.p/3.",
            "bundle": hex::encode(bundle),
            "entries": listed,
        }),
    );
}

#[test]
fn a_receipt() {
    let entries = entries();
    let node = |level: u8, index: u64| {
        let leaves = (index << level) as usize..((index + 1) << level) as usize;
        Ok::<_, Fault>(root(&entries[leaves]))
    };
    let proof = inclusion_proof(1, 3, node).unwrap();
    let receipt = Receipt { entry: entries[1].bytes().to_vec(), index: 1, proof, checkpoint: checkpoint() };
    let policy = format!("log {}\nwitness W {}\nquorum W\n", log_key(), witness_key());
    let text = receipt.to_string();
    let read = Receipt::parse(text.as_bytes()).unwrap();
    assert_eq!(read, receipt);
    assert_eq!(read.verify(&Policy::parse(policy.as_bytes()).unwrap()).unwrap().len(), 1);
    pin(
        "receipt.json",
        &json!({
            "says": "The receipt of entry 1 of entries.json, and a policy under which it verifies.",
            "policy": policy,
            "receipt": text,
        }),
    );
}
