//! Whether a table says two things of one series. It remembers the first so many.

use std::collections::HashMap;

use crate::core::event::Observation;
use crate::core::event::observation::{Status, Value};
use crate::core::hash::Hash;
use crate::core::json;

/// Series of a table that are remembered, at most. Of the series after that, it is not noticed where two rows disagree.
pub const MAX_REMEMBERED: usize = 1 << 18;

/// The series of a table so far, by the hash of each.
#[derive(Default)]
pub(super) struct Repeats(HashMap<Hash, Said>);

#[derive(Clone, Copy)]
struct Said {
    line: u64,
    status: Status,
    value: Option<Value>,
}

/// What an earlier row said of the same series.
pub(super) enum Before {
    /// Nothing.
    Nothing,
    /// The same.
    Same,
    /// Something else, in that line.
    Other { line: u64, said: String },
    /// It is not known.
    Unknown,
}

impl Repeats {
    /// Looks an observation's series up, and remembers it.
    pub(super) fn meet(&mut self, line: u64, observation: &Observation) -> Before {
        let Ok(series) = json::encode(&observation.series()) else { return Before::Unknown };
        let series = Hash::of(&series);
        let now = Said { line, status: observation.status, value: observation.value };
        match self.0.get(&series) {
            Some(before) if before.agrees(&now) => Before::Same,
            Some(before) => {
                let said = before.value.map_or_else(|| before.status.as_str().to_owned(), |value| value.to_string());
                Before::Other { line: before.line, said }
            }
            None if self.0.len() >= MAX_REMEMBERED => Before::Unknown,
            None => {
                self.0.insert(series, now);
                Before::Nothing
            }
        }
    }
}

impl Said {
    fn agrees(&self, other: &Self) -> bool {
        let same = match (&self.value, &other.value) {
            (Some(one), Some(other)) => one.same_figure(other),
            (None, None) => true,
            _ => false,
        };
        same && self.status == other.status
    }
}
