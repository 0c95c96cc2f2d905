//! Signatures: one rule, whether they are verified one by one or many at once. The input is a list of claims: how long
//! the message is, a key, a signature, a message.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use candour::core::key::batch::Claims;
use candour::core::key::{PublicKey, Signature, ml_dsa};
use serde_json::Value;

use crate::fixtures;

pub const BYTES: usize = 1024;

/// As many claims are verified, at most: each takes as long as parsing a megabyte.
const MAX_CLAIMS: usize = 24;

/// What is known to be signed, by its key: message and signature.
static SIGNED: LazyLock<BTreeSet<Vec<u8>>> = LazyLock::new(|| {
    claims().into_iter().filter(|claim| one(claim).is_some_and(|(verdict, _)| verdict)).collect()
});

pub fn run(data: &[u8]) {
    let mut rest = data;
    let (mut batch, mut alone) = (Claims::default(), Vec::new());
    while let Some((length, after)) = rest.split_first()
        && alone.len() < MAX_CLAIMS
    {
        let Some((claim, after)) = after.split_at_checked(96 + usize::from(*length)) else { break };
        rest = after;
        let Some((verdict, strict)) = one(claim) else { continue };
        assert!(verdict || !strict, "what is strictly right is right");
        assert!(!verdict || SIGNED.contains(claim), "nobody signed that");
        let (key, signature, message) = parts(claim);
        batch.claim(&PublicKey::parse(&key).expect("it parsed"), message, &Signature(signature));
        alone.push(verdict);
    }
    assert_eq!(batch.verify(), alone, "many at once as one by one");
    if let Some((key, signature)) = data.split_at_checked(ml_dsa::PublicKey::LENGTH)
        && let Some(key) = crate::refused(ml_dsa::PublicKey::parse(key))
    {
        assert!(!key.verify(b"nobody signed this", signature));
    }
}

fn parts(claim: &[u8]) -> ([u8; 32], [u8; 64], &[u8]) {
    let (key, rest) = claim.split_first_chunk().expect("96 bytes");
    let (signature, message) = rest.split_first_chunk().expect("64 bytes");
    (*key, *signature, message)
}

/// Whether the claim is true, and strictly so; nothing where the key is none.
fn one(claim: &[u8]) -> Option<(bool, bool)> {
    let (key, signature, message) = parts(claim);
    let key = crate::refused(PublicKey::parse(&key))?;
    assert_eq!(key.to_bytes(), parts(claim).0, "one encoding of a key");
    let signature = Signature(signature);
    Some((key.verify(message, &signature), key.verify_strict(message, &signature)))
}

/// The cases of the vectors.
fn claims() -> Vec<Vec<u8>> {
    let mut claims = Vec::new();
    for vectors in ["ed25519", "signatures"].map(fixtures::vectors) {
        for case in vectors["cases"].as_array().into_iter().flatten() {
            let part = |field: &str| hex::decode(case[field].as_str().unwrap_or_default()).unwrap_or_default();
            let (key, signature, message) = (part("key"), part("signature"), part("message"));
            if key.len() == 32 && signature.len() == 64 && message.len() < 256 {
                claims.push([key, signature, message].concat());
            }
        }
    }
    claims
}

pub fn seeds() -> Vec<Vec<u8>> {
    let framed = |claim: &Vec<u8>| [&[(claim.len() - 96) as u8], claim.as_slice()].concat();
    let claims = claims();
    assert!(!SIGNED.is_empty());
    let mut seeds: Vec<Vec<u8>> = claims.iter().map(framed).collect();
    seeds.extend(claims.chunks(16).map(|some| some.iter().flat_map(framed).collect()));
    let keys: Value = fixtures::vectors("ml-dsa-44");
    let keys = keys["keys"].as_array().into_iter().flatten();
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    seeds.extend(keys.filter_map(|key| BASE64_STANDARD.decode(key.as_str()?).ok()));
    seeds
}
