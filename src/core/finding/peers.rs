//! Lengths of time held against their peers: a median in minutes among medians in hours stands out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::Open;
use super::figures::Key;
use super::{Figure, Finding, FindingCode};
use crate::core::event::observation::{Observation, Value};
use crate::core::text::Label;

/// How many times more or less than the median of its peers a length of time is, at least, to be a finding: units of time
/// are 24 or 60 times each other.
pub const UNIT_FACTOR: u64 = 20;
/// Peers, at least, before anything is said.
pub const MIN_PEERS: usize = 4;
/// Lengths of time that are remembered of one metric, the earliest ones.
pub const MAX_PEERS: usize = 1_024;
/// Lengths of time that are held back until more of the same document are known.
pub const MAX_HELD: usize = 4_096;

/// The lengths of time published so far, by metric: in seconds, in order of size.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Peers {
    known: BTreeMap<Label, Vec<u64>>,
    /// Of the document being read: none between two.
    #[serde(skip)]
    held: Vec<(Label, u64, Key, Figure)>,
}

impl Peers {
    /// Takes an observation that says something new, if that is a length of time.
    pub fn add(&mut self, observation: &Observation, key: Key, open: &Open) -> Vec<Finding> {
        let Some(Value::Duration { amount, unit }) = observation.value else { return Vec::new() };
        let seconds = amount.unsigned().saturating_mul(unit.seconds().into());
        self.held.push((observation.metric.clone(), seconds, key, Figure::of(observation, None)));
        if self.held.len() < MAX_HELD { Vec::new() } else { self.settle(open) }
    }

    /// Judges what was held back: each by all others of its metric.
    pub fn settle(&mut self, open: &Open) -> Vec<Finding> {
        let (author, index) = (&open.author, open.index);
        let mut held = std::mem::take(&mut self.held);
        held.retain(|(_, _, key, _)| !open.disputed.contains_key(key));
        for (metric, seconds, ..) in &held {
            let known = self.known.entry(metric.clone()).or_default();
            known.insert(known.partition_point(|other| other <= seconds), *seconds);
        }
        let mut findings = Vec::new();
        for (metric, seconds, _, figure) in &held {
            let all = self.known.get(metric).map(Vec::as_slice).unwrap_or_default();
            let median = median_without(all, *seconds).filter(|median| far(*seconds, *median));
            let Some(median) = median.filter(|median| agree(all, *median)) else { continue };
            let says = format!(
                "{author}: {figure}: {} is far from {median} seconds, the median of its peers; in another unit it may not be",
                figure.now
            );
            let figure = Figure { before: Some(format!("{median} seconds")), ..figure.clone() };
            findings.push(Finding::new(FindingCode::UnitSuspect, author, [index], says).of(figure));
        }
        // Of those that are too many the last ones are forgotten.
        for (metric, seconds, ..) in held.iter().rev() {
            if let Some(known) = self.known.get_mut(metric).filter(|known| known.len() > MAX_PEERS)
                && let Ok(place) = known.binary_search(seconds)
            {
                known.remove(place);
            }
        }
        findings
    }
}

/// Whether lengths of time agree so well that one may stand out: at least three in four are not far from a median.
fn agree(sorted: &[u64], median: u64) -> bool {
    let from = sorted.partition_point(|seconds| far(*seconds, median) && *seconds < median);
    let to = sorted.partition_point(|seconds| *seconds <= median || !far(*seconds, median));
    to.saturating_sub(from).saturating_mul(4) >= sorted.len().saturating_mul(3)
}

/// The median of all but one of a sorted list, if enough are left.
fn median_without(sorted: &[u64], one: u64) -> Option<u64> {
    let at = sorted.partition_point(|other| *other < one);
    let left = sorted.len().checked_sub(1).filter(|left| *left >= MIN_PEERS)?;
    let nth = |nth: usize| sorted.get(if nth < at { nth } else { nth + 1 }).copied();
    let (low, high) = (nth((left - 1) / 2)?, nth(left / 2)?);
    Some(low / 2 + high / 2 + (low % 2 + high % 2) / 2)
}

fn far(seconds: u64, median: u64) -> bool {
    let (less, more) = (seconds.min(median), seconds.max(median));
    less > 0 && more / UNIT_FACTOR >= less
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_the_others() {
        let table: &[(&[u64], u64, Option<u64>)] = &[
            (&[1, 2, 3, 4], 4, None),
            (&[1, 2, 3, 4, 9], 9, Some(2)),
            (&[1, 2, 3, 4, 9], 1, Some(3)),
            (&[1, 3, 5, 7, 9], 5, Some(5)),
            (&[2, 2, 2, 2, 2, 8], 2, Some(2)),
            (&[1, 2, 3, 4, 5, 6], 6, Some(3)),
        ];
        for (sorted, one, expected) in table {
            assert_eq!(median_without(sorted, *one), *expected, "{sorted:?} without {one}");
        }
    }

    #[test]
    fn far_is_a_factor() {
        let table = [(60, 3_600, true), (180, 3_600, true), (181, 3_600, false), (72_000, 3_600, true), (0, 9, false)];
        for (seconds, median, expected) in table {
            assert_eq!(far(seconds, median), expected, "{seconds} and {median}");
            assert_eq!(far(median, seconds), expected, "{median} and {seconds}");
        }
    }
}
