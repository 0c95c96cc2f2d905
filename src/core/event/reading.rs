//! An event from JSON: its kind stands among its fields, and says what they are.
//!
//! What is derived keeps all fields in a form of its own before it looks at the kind. In canonical JSON few fields stand
//! before the kind, and the figures do not: only those few are kept, and the others are read as what they are. With texts
//! parsed where they stand, an entry and its statement are read in 6 us instead of 9.

use std::fmt;
use std::vec;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IntoDeserializer as _, MapAccess, Visitor};
use serde_json::Value;

use super::{Event, kinds::KIND};

/// What is known of an event once its kind is: the fields before it, and where the others are.
pub(super) struct Fields<M> {
    before: vec::IntoIter<(String, Value)>,
    /// The value of the field of which the name was handed over.
    value: Option<Value>,
    after: M,
}

/// The fields of an event whose kind is known, to read it from.
pub(super) type Tagged<M> = MapAccessDeserializer<Fields<M>>;

/// Reads an event. `of` reads one of a kind, from its fields.
pub(super) struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Event;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Event, M::Error> {
        let mut before = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if name != KIND {
                before.push((name, map.next_value()?));
                continue;
            }
            let kind: String = map.next_value()?;
            let fields = Fields { before: before.into_iter(), value: None, after: map };
            return Event::of_kind(&kind, MapAccessDeserializer::new(fields));
        }
        Err(M::Error::missing_field(KIND))
    }
}

/// First those that were kept, then the others.
impl<'de, M: MapAccess<'de>> MapAccess<'de> for Fields<M> {
    type Error = M::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, M::Error> {
        let Some((name, value)) = self.before.next() else { return self.after.next_key_seed(seed) };
        self.value = Some(value);
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, M::Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(value).map_err(M::Error::custom),
            None => self.after.next_value_seed(seed),
        }
    }
}

/// Reads an event.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Event, D::Error> {
    from.deserialize_map(Reader)
}
