//! A run of a list of the index, packed.

use bincode::config::{self, Configuration};

/// Entries in a full chunk: about 1 KiB of a dense list, so that adding to a list rewrites little, and a list of millions
/// is some thousands of records. With a record for each entry of each list, sled took 1,038 bytes an entry, 450 MB of
/// memory to write 100,000 entries and 9.5 s to open them again; packed, 16 bytes, 20 MB and 0.03 s.
pub(super) const CHUNK_ENTRIES: u64 = 1024;

/// Numbers up to 250 take one byte, larger ones two, four or eight more.
const PACKING: Configuration = config::standard();

/// Up to [`CHUNK_ENTRIES`] indices in ascending order: the first as it is, each further one by its distance from the one
/// before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chunk {
    packed: Vec<u8>,
    count: u64,
    last: u64,
}

impl Chunk {
    /// The first so many indices of a chunk that was kept; `None` where there are not as many, or they do not ascend.
    pub(super) fn read(packed: &[u8], count: u64) -> Option<Self> {
        let (mut rest, mut last) = (packed, 0_u64);
        for number in 0..count {
            let distance = take(&mut rest)?;
            last = last.checked_add(distance).filter(|_| distance > 0 || number == 0)?;
        }
        let packed = packed.get(..packed.len().checked_sub(rest.len())?)?;
        Some(Self { packed: packed.to_vec(), count, last })
    }

    /// Appends an index, which is greater than the last one.
    pub(super) fn push(&mut self, index: u64) {
        let distance = index.saturating_sub(self.last);
        // Writing into memory does not fail.
        let _ = bincode::encode_into_std_write(distance, &mut self.packed, PACKING);
        self.count = self.count.saturating_add(1);
        self.last = index;
    }

    /// How many indices there are.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Whether no more belong into it.
    pub(super) fn is_full(&self) -> bool {
        self.count >= CHUNK_ENTRIES
    }

    /// As it is kept.
    pub(super) fn packed(&self) -> &[u8] {
        &self.packed
    }

    /// The indices, in order.
    pub(super) fn indices(&self) -> impl Iterator<Item = u64> {
        let (mut rest, mut last) = (self.packed.as_slice(), 0_u64);
        std::iter::from_fn(move || {
            last = last.checked_add(take(&mut rest)?)?;
            Some(last)
        })
    }
}

fn take(rest: &mut &[u8]) -> Option<u64> {
    let (distance, length) = bincode::decode_from_slice(rest, PACKING).ok()?;
    *rest = rest.get(length..)?;
    Some(distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back() {
        let table: [&[u64]; 6] =
            [&[], &[0], &[7], &[0, 1, 2, 3], &[5, 255, 256, 506, 507, 66_000, 1 << 40], &[u64::MAX - 1, u64::MAX]];
        for indices in table {
            let mut chunk = Chunk::default();
            indices.iter().for_each(|index| chunk.push(*index));
            assert_eq!(chunk.indices().collect::<Vec<_>>(), indices);
            for count in 0..=indices.len() {
                let read = Chunk::read(chunk.packed(), count as u64).unwrap();
                assert_eq!(read.indices().collect::<Vec<_>>(), indices[..count], "the first {count} of {indices:?}");
                assert_eq!((read.count(), read.last), (count as u64, indices[..count].last().copied().unwrap_or(0)));
            }
            assert_eq!(Chunk::read(chunk.packed(), indices.len() as u64 + 1), None);
        }
    }

    #[test]
    fn what_does_not_ascend_is_no_chunk() {
        let far = [[253].as_slice(), &[255; 8]].concat();
        let table = [vec![5, 0], vec![0, 0], vec![251, 1], vec![255, 1], [far.as_slice(), &far].concat()];
        for packed in table {
            assert_eq!(Chunk::read(&packed, 2), None, "{packed:?}");
        }
    }
}
