//! The plain loop: each signature strictly, each entry hashed onto the one before, each statement parsed.

use std::collections::BTreeMap;
use std::time::Instant;

use candour::core::hash::Hash;
use candour::core::statement::Statement;
use ed25519_dalek::VerifyingKey;

use super::{Signed, Times};
use crate::Result;

pub fn measure(signed: &[Signed]) -> Result<Times> {
    let begun = Instant::now();
    let (mut keys, mut head) = (Keys::default(), Hash::ZERO);
    for one in signed {
        keys.check(one)?;
        head = chained(head, one);
        drop(Statement::parse(&one.payload)?);
    }
    std::hint::black_box(head);
    Ok(Times { count: signed.len(), append: None, check: begun.elapsed() })
}

/// The hash of a statement and its signature after what came before.
pub fn chained(head: Hash, one: &Signed) -> Hash {
    Hash::of(&[&head.0, one.payload.as_slice(), &one.key.0, &one.signature.0].concat())
}

/// The keys that were met, each decoded once.
#[derive(Default)]
pub struct Keys(BTreeMap<[u8; 32], VerifyingKey>);

impl Keys {
    /// Checks a signature.
    pub fn check(&mut self, one: &Signed) -> Result<()> {
        let key = match self.0.get(&one.key.0) {
            Some(key) => *key,
            None => {
                let key = VerifyingKey::from_bytes(&one.key.0)?;
                self.0.insert(one.key.0, key);
                key
            }
        };
        Ok(key.verify_strict(&one.message, &ed25519_dalek::Signature::from_bytes(&one.signature.0))?)
    }
}
