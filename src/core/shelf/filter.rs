//! A filter: says of most keys that are not in a run that they are not, and never of one that is. A Bloom filter in blocks
//! of a cache line, so that asking it costs one (Putze, Sanders and Singler, "Cache-, Hash- and Space-Efficient Bloom
//! Filters", 2007).

use std::hash::{DefaultHasher, Hasher as _};

/// Bits for each key. Measured with a million: of keys that are not there, 1 in 43 passes. With 10 it is 1 in 104, but filters
/// are what grows with a ledger in memory.
const BITS_PER_KEY: u64 = 8;
/// Bytes of a filter, at most, so that memory does not grow with every key of a ledger of any size: of more than 8 million
/// keys each has fewer bits. With 4 of them, 1 in 6 passes, and costs the reading of a block of that one run.
const MAX_BYTES: u64 = 8 << 20;
/// Bits that are set for each key, all in one block, at most; with fewer bits to a key, seven for each ten of them.
const MAX_PROBES: u32 = 5;
/// Words of a block: 512 bits.
const WORDS: usize = 8;

#[derive(Debug)]
pub(super) struct Filter {
    blocks: Vec<[u64; WORDS]>,
    probes: u32,
}

/// What a filter knows a key by. It is no secret: whoever chooses keys that meet makes them slower to look up.
pub(super) fn hash(key: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(key);
    hasher.finish()
}

impl Filter {
    /// For so many keys, at most.
    pub fn new(keys: u64) -> Self {
        Self::within(keys, MAX_BYTES)
    }

    fn within(keys: u64, most: u64) -> Self {
        let bits = keys.saturating_mul(BITS_PER_KEY).min(most.saturating_mul(8));
        let blocks = usize::try_from(bits.div_ceil(64 * WORDS as u64)).unwrap_or(1).max(1);
        let probes = (bits / 10).saturating_mul(7).checked_div(keys).unwrap_or(0).clamp(1, MAX_PROBES.into()) as u32;
        Self { blocks: vec![[0; WORDS]; blocks], probes }
    }

    pub fn add(&mut self, hash: u64) {
        let (at, bits) = (self.block(hash), self.bits(hash));
        let Some(block) = self.blocks.get_mut(at) else { return };
        for bit in bits {
            if let Some(word) = block.get_mut(bit / 64) {
                *word |= 1 << (bit % 64);
            }
        }
    }

    /// Whether a key may have been added.
    pub fn has(&self, hash: u64) -> bool {
        let Some(block) = self.blocks.get(self.block(hash)) else { return true };
        self.bits(hash).all(|bit| block.get(bit / 64).is_none_or(|word| word >> (bit % 64) & 1 == 1))
    }

    fn block(&self, hash: u64) -> usize {
        ((u128::from(hash) * self.blocks.len() as u128) >> 64) as usize
    }

    /// Places in a block. The highest bits of the hash say which block, so these are of its bits mixed anew.
    fn bits(&self, hash: u64) -> impl Iterator<Item = usize> + use<> {
        let mixed = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
        (0..self.probes).map(move |probe| (mixed >> (9 * probe) & 511) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of as many other keys pass a filter in so many bytes, for a million keys of which none is denied.
    fn passed(most: u64) -> usize {
        let mut filter = Filter::within(1_000_000, most);
        assert!(filter.blocks.len() as u64 <= most.div_ceil(64));
        let key = |n: u64| hash(&n.to_be_bytes());
        (0..1_000_000).for_each(|n| filter.add(key(n)));
        assert!((0..1_000_000).all(|n| filter.has(key(n))));
        (1_000_000..2_000_000).filter(|n| filter.has(key(*n))).count()
    }

    #[test]
    fn of_a_million_keys_none_is_denied_and_few_others_pass() {
        let (full, half, quarter) = (passed(MAX_BYTES), passed(500_000), passed(250_000));
        assert!((15_000..30_000).contains(&full), "{full}");
        assert!((80_000..200_000).contains(&half), "{half}");
        assert!((300_000..500_000).contains(&quarter), "{quarter}");
    }

    #[test]
    fn for_no_keys_and_for_more_than_there_can_be_there_is_a_filter() {
        for (keys, most) in [(0, MAX_BYTES), (1, MAX_BYTES), (u64::MAX, 1), (u64::MAX, 1 << 10)] {
            let mut filter = Filter::within(keys, most);
            assert!(!filter.has(7));
            filter.add(7);
            assert!(filter.has(7), "{keys} in {most}");
        }
    }
}
