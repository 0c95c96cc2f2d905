//! Who signed a statement, and whether they did.

use super::{KeyedSignature, pre_authentication_encoding, write_pre_authentication_encoding};
use crate::core::fault::{Code, Fault};
use crate::core::key::batch::Claims;
use crate::core::key::{KeyCache, KeyId, PublicKey, Signature};

/// How strict to be with signatures: see [`crate::core::key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The rule of FORMAT.md: what makes a signature valid.
    Cofactored,
    /// In addition, no library could disagree: what a ledger's writer insists on.
    Strict,
}

/// Checks who signed, and that they did: some signature, no key twice, every key valid, every signature verifying.
/// Hands over every fault, in the order of the signatures.
pub fn check_signatures(payload: &[u8], signatures: &[KeyedSignature], rule: Rule, faults: &mut Vec<Fault>) {
    faults.extend(signature_faults(payload, signatures, rule, KeyId::parse));
}

/// As [`check_signatures`], with keys as they are parsed by somebody who may remember them.
pub fn signature_faults(
    payload: &[u8],
    signatures: &[KeyedSignature],
    rule: Rule,
    mut parse: impl FnMut(&KeyId) -> Result<PublicKey, Fault>,
) -> Vec<Fault> {
    let message = pre_authentication_encoding(payload);
    let verdicts = signatures.iter().map(|KeyedSignature { key, signature }| {
        let key = parse(key)?;
        Ok(Verdict::of(&key, &message, signature, rule))
    });
    explain(signatures, verdicts)
}

/// As [`signature_faults`], of many statements, each given by its payload and its signatures. By the rule of FORMAT.md they
/// are verified together; the strict rule knows no other way than one by one.
pub fn all_signature_faults(signed: &[(&[u8], &[KeyedSignature])], rule: Rule, keys: &mut KeyCache) -> Vec<Vec<Fault>> {
    if rule == Rule::Strict {
        return signed.iter().map(|(payload, by)| signature_faults(payload, by, rule, |key| keys.parse(key))).collect();
    }
    let mut claims = Claims::with_capacity(signed.iter().map(|(_, by)| by.len()).sum());
    // What is wrong with each key, in their order.
    let (mut parsed, mut message) = (Vec::with_capacity(signed.len()), Vec::new());
    for (payload, by) in signed {
        write_pre_authentication_encoding(payload, &mut message);
        for KeyedSignature { key, signature } in *by {
            let key = keys.met(key);
            key.iter().for_each(|key| claims.claim(key, &message, signature));
            parsed.push(key.as_ref().err().cloned().map(Box::new));
        }
    }
    let mut verified = claims.verify().into_iter();
    let mut verdicts = parsed.into_iter().map(|fault| match fault {
        Some(fault) => Err(*fault),
        None if verified.next().unwrap_or(false) => Ok(Verdict::Sound),
        None => Ok(Verdict::Invalid),
    });
    signed.iter().map(|(_, by)| explain(by, verdicts.by_ref().take(by.len()))).collect()
}

/// What a signature by a valid key is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Sound,
    NotStrict,
    Invalid,
}

impl Verdict {
    fn of(key: &PublicKey, message: &[u8], signature: &Signature, rule: Rule) -> Self {
        // What verifies strictly verifies by the rule, so that most are checked once.
        if rule == Rule::Strict && key.verify_strict(message, signature) {
            return Self::Sound;
        }
        match (key.verify(message, signature), rule) {
            (false, _) => Self::Invalid,
            (true, Rule::Cofactored) => Self::Sound,
            (true, Rule::Strict) => Self::NotStrict,
        }
    }
}

/// What is wrong with the signatures, in words, of what is wrong with each.
fn explain(signatures: &[KeyedSignature], verdicts: impl IntoIterator<Item = Result<Verdict, Fault>>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if signatures.is_empty() {
        faults.push(Fault::new(Code::SignatureMissing, "the author's signature", "none"));
    }
    for (i, (KeyedSignature { key, .. }, verdict)) in signatures.iter().zip(verdicts).enumerate() {
        if signatures.iter().take(i).any(|earlier| earlier.key == *key) {
            let found = format!("signature {i} by {key} again");
            faults.push(Fault::new(Code::SignatureDuplicate, "a key that has not signed", found));
        }
        match verdict {
            Err(fault) => faults.push(fault),
            Ok(Verdict::Invalid) => {
                let expected = format!("signature {i} to be by key {key}");
                faults.push(Fault::new(Code::SignatureInvalid, expected, "one that does not verify"));
            }
            Ok(Verdict::NotStrict) => {
                let expected = format!("signature {i} to verify by the strict rule");
                faults.push(Fault::new(Code::SignatureNotStrict, expected, "one that does not"));
            }
            Ok(Verdict::Sound) => {}
        }
    }
    faults
}
