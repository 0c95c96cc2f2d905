//! What looks like chance, and follows from a seed alone: the bytes of SHA-256 over the seed and a counter.

use crate::core::hash::Hash;
use crate::core::key::SecretKey;

/// A sequence of numbers that is always the same for one seed.
#[derive(Clone, Debug)]
pub(super) struct Chance {
    seed: u64,
    drawn: u64,
}

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    /// The next number, below that one; 0 if it is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.drawn = self.drawn.wrapping_add(1);
        self.of("draw", [self.drawn, 0, 0]).checked_rem(limit).unwrap_or(0)
    }

    /// A number that follows from these three, whatever was drawn.
    pub fn of(&self, what: &str, about: [u64; 3]) -> u64 {
        let Hash([a, b, c, d, e, f, g, h, ..]) = self.hash(what, about);
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    /// A key that anybody who knows the seed has too: worth nothing outside a test.
    pub fn key(&self, number: u64) -> SecretKey {
        SecretKey::from_seed(&self.hash("key", [number, 0, 0]).0)
    }

    fn hash(&self, what: &str, about: [u64; 3]) -> Hash {
        let mut bytes = [0; 32];
        for (eight, number) in bytes.chunks_exact_mut(8).zip([self.seed].into_iter().chain(about)) {
            eight.copy_from_slice(&number.to_le_bytes());
        }
        Hash::of(&[&bytes, what.as_bytes()].concat())
    }
}
