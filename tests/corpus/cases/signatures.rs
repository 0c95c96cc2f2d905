//! Signatures that are none, or that only some libraries take.

use candour::core::entry::Entry;
use candour::core::key::{KeyId, Signature};
use candour::core::statement::{KeyedSignature, pre_authentication_encoding};
use curve25519_dalek::scalar::Scalar;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};

use super::super::case::Case;
use super::super::forge::{canonical, key, sign};
use super::super::story::{disclosure, request};

/// The order of the group, little-endian (RFC 8032, section 5.1).
const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

/// Cases of signatures.
pub fn cases() -> Vec<Case> {
    let mut identity = [0; 32];
    identity[0] = 1;
    // The identity once more, with y = p + 1: not its canonical encoding.
    let mut otherwise = [0xff; 32];
    (otherwise[0], otherwise[31]) = (0xee, 0x7f);
    let asked = || request("charity/letter-2", &["bolt"], "2026-06-01");
    vec![
        signed(
            "signature-of-another-statement",
            "a signature moved from another statement",
            "signature-invalid",
            |_, sound| KeyedSignature { signature: sign(b"another", "acme")[0].signature, ..sound },
        ),
        signed(
            "signature-by-another-key",
            "bolt's signature under acme's key",
            "signature-invalid",
            |payload, sound| KeyedSignature { signature: sign(payload, "bolt")[0].signature, ..sound },
        ),
        signed(
            "signature-s-not-canonical",
            "S + L, the same number spelt otherwise",
            "signature-invalid",
            |_, sound| KeyedSignature { signature: beyond_the_order(sound.signature), ..sound },
        ),
        signed("signature-r-not-canonical", "R spelt otherwise", "signature-invalid", |payload, sound| {
            KeyedSignature { signature: with_r(payload, otherwise), ..sound }
        }),
        signed(
            "signature-r-of-small-order",
            "R is the identity: it verifies by the format's rule, and a strict reader refuses it",
            "",
            |payload, sound| KeyedSignature { signature: with_r(payload, identity), ..sound },
        ),
        signed(
            "key-of-small-order",
            "the author's key is the identity, under which one signature fits every statement",
            "key-invalid key-unknown",
            |_, _| keyed(identity, identity),
        ),
        signed("key-not-canonical", "the same key spelt otherwise", "key-invalid key-unknown", |_, _| {
            keyed(otherwise, identity)
        }),
        Case::sealed(9, "signature-missing", "a statement that nobody signed", "signature-missing", |ledger| {
            let payload = canonical(&ledger.statement("acme", "acme", disclosure("acme/report-3")));
            ledger.place(payload, Vec::new())
        }),
        Case::sealed(9, "signed-twice-by-one-key", "one key signed twice", "signature-duplicate", |ledger| {
            ledger.say("charity", "charity charity", asked())
        }),
        Case::sealed(
            9,
            "cosignature-of-another-statement",
            "a co-signer signed something else",
            "signature-invalid",
            |ledger| {
                ledger.say("charity", "charity regulator", asked());
                ledger.edit(9, |entry: &mut Entry| {
                    entry.signatures[1].signature = sign(b"another", "regulator")[0].signature
                })
            },
        ),
    ]
}

/// A disclosure by acme whose signature is made of its payload and the sound one.
fn signed(
    name: &'static str,
    says: &'static str,
    faults: &str,
    make: impl FnOnce(&[u8], KeyedSignature) -> KeyedSignature,
) -> Case {
    Case::sealed(9, name, says, faults, |ledger| {
        let event: Value = json!(disclosure("acme/report-3"));
        let payload = canonical(&ledger.statement("acme", "acme", event));
        let sound = sign(&payload, "acme")[0];
        let made = make(&payload, sound);
        ledger.place(payload, vec![made])
    })
}

/// `R` and S = 0 under a key.
fn keyed(key: [u8; 32], r: [u8; 32]) -> KeyedSignature {
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&r);
    KeyedSignature { key: KeyId(key), signature: Signature(signature) }
}

/// Acme's signature with that encoding of the identity as `R`: S = k·a.
fn with_r(payload: &[u8], r: [u8; 32]) -> Signature {
    let secret = key("acme");
    let public = secret.public().unwrap().to_bytes();
    let hash = Sha512::new().chain_update(r).chain_update(public).chain_update(pre_authentication_encoding(payload));
    let s = Scalar::from_bytes_mod_order_wide(&hash.finalize().into()) * secret.as_dalek().to_scalar();
    let mut signature = keyed([0; 32], r).signature;
    signature.0[32..].copy_from_slice(s.as_bytes());
    signature
}

/// The signature with the group's order added to S.
fn beyond_the_order(mut signature: Signature) -> Signature {
    let mut carry = 0;
    for (byte, add) in signature.0[32..].iter_mut().zip(hex::decode(ORDER).unwrap()) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    signature
}
