//! A filter: says of most keys that are not in a run that they are not, and never of one that is. A Bloom filter in blocks
//! of a cache line, so that asking it costs one (Putze, Sanders and Singler, "Cache-, Hash- and Space-Efficient Bloom
//! Filters", 2007).

use std::hash::{DefaultHasher, Hasher as _};

/// Bits for each key. Measured with a million: of keys that are not there, 1 in 43 passes. With 10 it is 1 in 104, but filters
/// are what grows with a ledger in memory.
const BITS_PER_KEY: u64 = 8;
/// Bits that are set for each key, all in one block.
const PROBES: u32 = 5;
/// Words of a block: 512 bits.
const WORDS: usize = 8;

#[derive(Debug)]
pub(super) struct Filter(Vec<[u64; WORDS]>);

/// What a filter knows a key by. It is no secret: whoever chooses keys that meet makes them slower to look up.
pub(super) fn hash(key: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(key);
    hasher.finish()
}

impl Filter {
    /// For so many keys, at most.
    pub fn new(keys: u64) -> Self {
        let blocks = keys.saturating_mul(BITS_PER_KEY).div_ceil(64 * WORDS as u64).max(1);
        Self(vec![[0; WORDS]; usize::try_from(blocks).unwrap_or(1)])
    }

    pub fn add(&mut self, hash: u64) {
        let at = self.block(hash);
        let Some(block) = self.0.get_mut(at) else { return };
        for bit in bits(hash) {
            if let Some(word) = block.get_mut(bit / 64) {
                *word |= 1 << (bit % 64);
            }
        }
    }

    /// Whether a key may have been added.
    pub fn has(&self, hash: u64) -> bool {
        let Some(block) = self.0.get(self.block(hash)) else { return true };
        bits(hash).all(|bit| block.get(bit / 64).is_none_or(|word| word >> (bit % 64) & 1 == 1))
    }

    fn block(&self, hash: u64) -> usize {
        ((u128::from(hash) * self.0.len() as u128) >> 64) as usize
    }
}

/// Places in a block. The highest bits of the hash say which block, so these are of its bits mixed anew.
fn bits(hash: u64) -> impl Iterator<Item = usize> {
    let mixed = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
    (0..PROBES).map(move |probe| (mixed >> (9 * probe) & 511) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_million_keys_none_is_denied_and_few_others_pass() {
        let mut filter = Filter::new(1_000_000);
        let key = |n: u64| hash(&n.to_be_bytes());
        (0..1_000_000).for_each(|n| filter.add(key(n)));
        assert!((0..1_000_000).all(|n| filter.has(key(n))));
        let passed = (1_000_000..2_000_000).filter(|n| filter.has(key(*n))).count();
        assert!((15_000..30_000).contains(&passed), "{passed}");
    }
}
