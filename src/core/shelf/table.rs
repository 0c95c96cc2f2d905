//! The table of a shelf: what was put there last, in memory.

use std::collections::{BTreeMap, HashMap, btree_map};
use std::vec;

use super::stored::{Key, Stored};

/// Keys that come in order are kept in it, where the next one has its place beside the last. Those that come in none are
/// hashed: finding one among tens of thousands in a B-tree is waiting for memory, name after name. How they are hashed is
/// drawn for each table, so that nobody can choose names that meet; nothing else depends on it.
#[derive(Clone, Debug)]
pub(super) enum Table<K, V> {
    Sorted(BTreeMap<K, Option<V>>),
    Hashed(HashMap<K, Option<V>>),
}

/// What a table takes for each byte of a key and its value: the nodes of a B-tree are about two thirds full, a table of
/// hashes between 7/16 and 7/8.
const SORTED_ROOM: (usize, usize) = (3, 2);
const HASHED_ROOM: (usize, usize) = (2, 1);

impl<K: Key, V: Stored> Table<K, V> {
    pub fn new() -> Self {
        if K::FILTERED { Self::Hashed(HashMap::new()) } else { Self::Sorted(BTreeMap::new()) }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Sorted(map) => map.len(),
            Self::Hashed(map) => map.len(),
        }
    }

    pub fn get(&self, key: &K) -> Option<&Option<V>> {
        match self {
            Self::Sorted(map) => map.get(key),
            Self::Hashed(map) => map.get(key),
        }
    }

    pub fn get_mut(&mut self, key: &K) -> Option<&mut Option<V>> {
        match self {
            Self::Sorted(map) => map.get_mut(key),
            Self::Hashed(map) => map.get_mut(key),
        }
    }

    /// Puts a value there. Returns whether the key is new.
    pub fn insert(&mut self, key: K, value: Option<V>) -> bool {
        match self {
            Self::Sorted(map) => map.insert(key, value).is_none(),
            Self::Hashed(map) => map.insert(key, value).is_none(),
        }
    }

    pub fn remove_entry(&mut self, key: &K) -> Option<(K, Option<V>)> {
        match self {
            Self::Sorted(map) => map.remove_entry(key),
            Self::Hashed(map) => map.remove_entry(key),
        }
    }

    /// Removes everything; a table of hashes keeps its room, for as much again.
    pub fn clear(&mut self) {
        match self {
            Self::Sorted(map) => map.clear(),
            Self::Hashed(map) => map.clear(),
        }
    }

    /// What is there, in order, from a key on.
    pub fn from<'a>(&'a self, from: Option<&K>) -> Entries<'a, K, V> {
        match (self, from) {
            (Self::Sorted(map), None) => Entries::Sorted(map.range(..)),
            (Self::Sorted(map), Some(from)) => Entries::Sorted(map.range(from..)),
            (Self::Hashed(map), from) => {
                let mut entries: Vec<_> = map.iter().filter(|(key, _)| from.is_none_or(|from| *key >= from)).collect();
                entries.sort_unstable_by_key(|(key, _)| *key);
                Entries::Hashed(entries.into_iter())
            }
        }
    }

    /// What a key takes here with its value.
    pub fn weight(key: &K, value: Option<&V>) -> usize {
        let own = size_of::<K>().saturating_add(size_of::<Option<V>>());
        let (times, of) = if K::FILTERED { HASHED_ROOM } else { SORTED_ROOM };
        own.saturating_mul(times) / of + key.heap_bytes() + value.map_or(0, Stored::heap_bytes)
    }
}

impl<K: Key, V: Stored + PartialEq> PartialEq for Table<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.from(None).eq(other.from(None))
    }
}

/// Keys and values of a table, in order.
pub(super) enum Entries<'a, K, V> {
    Sorted(btree_map::Range<'a, K, Option<V>>),
    Hashed(vec::IntoIter<(&'a K, &'a Option<V>)>),
}

impl<'a, K, V> Iterator for Entries<'a, K, V> {
    type Item = (&'a K, &'a Option<V>);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Sorted(entries) => entries.next(),
            Self::Hashed(entries) => entries.next(),
        }
    }
}
