//! Keys that were read before: reading one costs as much as checking a signature, and few keys sign most entries.

use std::collections::BTreeMap;

use super::{KeyId, PublicKey};
use crate::core::fault::Fault;

/// Keys that are remembered, at most. A stranger's ledger may name another in every entry.
const MAX_KEYS: usize = 4096;

/// What the keys met so far are, good or bad.
#[derive(Clone, Debug, Default)]
pub struct KeyCache(BTreeMap<KeyId, Result<PublicKey, Fault>>);

impl KeyCache {
    /// As [`KeyId::parse`].
    ///
    /// # Errors
    /// As [`KeyId::parse`].
    pub fn parse(&mut self, key: &KeyId) -> Result<PublicKey, Fault> {
        self.met(key).clone()
    }

    /// As [`KeyCache::parse`], without a copy.
    pub fn met(&mut self, key: &KeyId) -> &Result<PublicKey, Fault> {
        self.make_room(key);
        self.0.entry(*key).or_insert_with(|| key.parse())
    }

    /// The key of those bytes, if they were met and are one.
    pub fn known(&self, key: &KeyId) -> Option<PublicKey> {
        self.0.get(key)?.as_ref().ok().copied()
    }

    /// Remembers a key that somebody else parsed.
    pub fn remember(&mut self, key: PublicKey) {
        self.make_room(&key.id());
        self.0.insert(key.id(), Ok(key));
    }

    fn make_room(&mut self, key: &KeyId) {
        if self.0.len() >= MAX_KEYS && !self.0.contains_key(key) {
            self.0.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_what_it_is_however_often_it_is_asked_for_and_few_are_kept() {
        let mut cache = KeyCache::default();
        for round in 0..2 {
            for n in 0..MAX_KEYS as u64 + 2 {
                let mut key = KeyId([0xff; 32]);
                key.0[..8].copy_from_slice(&n.to_le_bytes());
                // Canonical encodings of points are few among so many; what is said is compared where it is cheap.
                let said = cache.parse(&key);
                assert!(cache.0.len() <= MAX_KEYS);
                assert!(n > 9 || said == key.parse(), "{n}, {round}");
            }
        }
        assert_eq!(cache.known(&KeyId([0xff; 32])), None);
        let good = crate::core::key::SecretKey::from_seed(&[7; 32]).public().unwrap();
        assert_eq!(cache.known(&good.id()), None);
        assert_eq!((cache.parse(&good.id()), cache.parse(&good.id())), (Ok(good), Ok(good)));
        let mut other = KeyCache::default();
        other.remember(good);
        assert_eq!((cache.known(&good.id()), other.known(&good.id())), (Some(good), Some(good)));
    }
}
