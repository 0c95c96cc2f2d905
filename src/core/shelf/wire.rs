//! A shelf as it is written down for another process: as the map or the set that it is.

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::{Key, Shelf, Stored};

impl<K, V> Shelf<K, V> {
    /// What was written down, unless it was cut by a failure.
    pub(in crate::core) fn whole<T, E: serde::ser::Error>(&self, written: T) -> Result<T, E> {
        self.scratch.failure().map_or(Ok(written), |error| Err(E::custom(error)))
    }
}

impl<K: Key + Serialize, V: Stored + Serialize> Serialize for Shelf<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = serializer.collect_map(self.iter())?;
        self.whole(written)
    }
}

impl<'de, K: Key + Deserialize<'de>, V: Stored + Deserialize<'de>> Deserialize<'de> for Shelf<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(std::collections::BTreeMap::<K, V>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// As a list of the keys, where there is nothing else. For `#[serde(with = "set")]`.
pub(in crate::core) mod set {
    use super::*;

    pub fn serialize<K: Key + Serialize, S: Serializer>(
        shelf: &Shelf<K, ()>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let written = serializer.collect_seq(shelf.iter().map(|(key, ())| key))?;
        shelf.whole(written)
    }

    pub fn deserialize<'de, K: Key + Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Shelf<K, ()>, D::Error> {
        Ok(Vec::<K>::deserialize(deserializer)?.into_iter().map(|key| (key, ())).collect())
    }
}
