//! Published figures: what was last said of each, by whom and since when.

mod stored;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::core::event::observation::{Observation, Series, Status, Value, says_the_same};
use crate::core::hash::Hasher;
use crate::core::shelf::{Scratch, Shelf};
use crate::core::text::Slug;
use crate::core::time::Period;

/// What an author's figure is known by: the first half of the SHA-256 of its author and its series. It is said to
/// nobody, and kept by those alone who go on with an audit later. A period is known by its days, however it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key([u8; 16]);

/// Bytes of most stems, at most.
const STEM_BYTES: usize = 256;

/// What was last said of a figure.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(from = "Wire", into = "Wire")]
pub(super) struct Cell {
    pub value: Option<Value>,
    pub status: Status,
    /// What the value was rounded to a multiple of; 0 where that is not said, or where the value is no such multiple.
    pub rounded_to: u64,
    /// The last entry that said so.
    pub last: u64,
    /// The one before it that did, or the same where it is new.
    pub before: u64,
    /// Which of their author's disclosures gave the figure, whatever its value: a bit for each, by its number modulo 64.
    pub documents: u64,
}

/// A [`Cell`] as it is written down, field by field.
type Wire = (Option<Value>, Status, u64, u64, u64, u64);

/// The figures published so far. It grows with them, by some 130 bytes each in memory, or 40 in a scratch.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Figures(Shelf<Key, Cell>);

/// What the keys of an author's figure of all periods have in common: the author, and the series but for its period.
pub(super) struct Stem(Vec<u8>);

impl Stem {
    pub fn of(author: &Slug, series: &Series<'_>) -> Self {
        let harm = series.harm;
        let fields = [
            Some(author.as_str()),
            Some(series.service.as_str()),
            Some(series.metric.as_str()),
            series.age_band.map(|text| text.as_str()),
            series.detection.map(|text| text.as_str()),
            harm.map(|harm| harm.taxonomy.as_str()),
            harm.map(|harm| harm.version.as_str()),
            harm.map(|harm| harm.category.as_str()),
            series.jurisdiction.map(|text| text.as_str()),
            series.outcome.map(|text| text.as_str()),
        ];
        let mut said = Vec::with_capacity(STEM_BYTES);
        for field in fields {
            // No text is empty, so a length of 0 says that there is none.
            let text = field.unwrap_or_default();
            said.extend((text.len() as u32).to_le_bytes());
            said.extend_from_slice(text.as_bytes());
        }
        Self(said)
    }

    /// The key of one period.
    pub fn on(&self, period: &Period) -> Key {
        let mut hasher = Hasher::default();
        hasher.update(&self.0);
        for day in [period.start(), period.end()] {
            hasher.update(&day.start().unix().to_le_bytes());
        }
        let mut key = [0; 16];
        key.iter_mut().zip(hasher.finish().0).for_each(|(to, from)| *to = from);
        Key(key)
    }
}

impl Key {
    pub fn of(author: &Slug, series: &Series<'_>) -> Self {
        Stem::of(author, series).on(series.period)
    }
}

impl Cell {
    /// What an entry says, in a document of that bit.
    pub fn of(index: u64, document: u64, observation: &Observation) -> Self {
        Self {
            value: observation.value,
            status: observation.status,
            rounded_to: rounded_to(observation).filter(|of| is_multiple(observation.value, *of)).unwrap_or(0),
            last: index,
            before: index,
            documents: document,
        }
    }

    /// Whether both say the same: the same number in whatever spelling or, where there is none, the same reason why.
    pub fn says_the_same(&self, other: &Self) -> bool {
        says_the_same((self.value, self.status), (other.value, other.status))
    }

    /// The number, where it is a whole number of things.
    pub fn integer(&self) -> Option<i64> {
        match self.value {
            Some(Value::Integer(integer)) => Some(integer.value()),
            _ => None,
        }
    }

    /// As people read it.
    pub fn said(&self) -> String {
        self.value.map_or_else(|| self.status.as_str().replace('_', " "), |value| value.to_string())
    }
}

/// What a value is said to be rounded to a multiple of.
pub(super) fn rounded_to(observation: &Observation) -> Option<u64> {
    observation.precision.map(|precision| precision.rounded_to.unsigned())
}

/// Whether a value is a multiple of a number, in its own unit: both ends of a range, the numerator of a share.
pub(super) fn is_multiple(value: Option<Value>, of: u64) -> bool {
    let numbers = match value {
        None => return true,
        Some(Value::Integer(integer)) => [integer.unsigned(), 0],
        Some(Value::Ratio { numerator, .. }) => [numerator.unsigned(), 0],
        Some(Value::Duration { amount, .. }) => [amount.unsigned(), 0],
        Some(Value::Range { lower, upper }) => [lower.unsigned(), upper.unsigned()],
        Some(Value::RatioRange { lower, upper, .. }) => [lower.unsigned(), upper.unsigned()],
    };
    numbers.into_iter().all(|number| number.checked_rem(of).is_none_or(|rest| rest == 0))
}

impl From<Cell> for Wire {
    fn from(Cell { value, status, rounded_to, last, before, documents }: Cell) -> Self {
        (value, status, rounded_to, last, before, documents)
    }
}

impl From<Wire> for Cell {
    fn from((value, status, rounded_to, last, before, documents): Wire) -> Self {
        Self { value, status, rounded_to, last, before, documents }
    }
}

/// In hex.
impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut key = [0; 16];
        hex::decode_to_slice(String::deserialize(deserializer)?, &mut key).map_err(de::Error::custom)?;
        Ok(Self(key))
    }
}

impl Figures {
    /// Gives them a scratch.
    pub fn keep_in(&mut self, scratch: &Scratch) {
        self.0.keep_in(scratch);
    }

    pub fn find(&self, key: Key) -> Option<Cell> {
        self.0.find(&key)
    }

    /// Keeps what an entry says of a figure.
    pub fn keep(&mut self, key: Key, cell: Cell) {
        self.0.insert(key, cell);
    }

    /// Forgets a figure of which nothing stands.
    pub fn forget(&mut self, key: Key) {
        self.0.remove(&key);
    }
}
