//! Findings: what the replay noticed that no rule forbids. FORMAT.md, section 8.
//!
//! They are worded neutrally and carry the indices that prove them. They never make a verdict false: the ledger must be
//! able to hold a wrong number.

use std::collections::BTreeMap;

use serde::Serialize;

use super::event::observation::{Observation, Status, Value};
use super::event::{CheckpointRules, Event};
use super::fault::Fault;
use super::hash::Hash;
use super::json;
use super::obligation::{Obligation, Standing, obligations};
use super::state::State;
use super::statement::Statement;
use super::time::Millis;

/// What kind of thing was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingCode {
    /// A published value changed with no correction naming it.
    SilentRestatement,
    /// A response recorded at or after the deadline.
    AnsweredLate,
    /// No response recorded on this ledger by the deadline.
    NoResponseByDeadline,
    /// A refusal on a ground that the request's legal basis does not know.
    GroundOutsideBasis,
    /// Entries stayed unsealed for longer than the checkpoint rules promise.
    CheckpointOverdue,
}

impl FindingCode {
    /// The code as it is written everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SilentRestatement => "silent-restatement",
            Self::AnsweredLate => "answered-late",
            Self::NoResponseByDeadline => "no-response-by-deadline",
            Self::GroundOutsideBasis => "ground-outside-basis",
            Self::CheckpointOverdue => "checkpoint-overdue",
        }
    }
}

/// Something noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind of thing.
    pub code: FindingCode,
    /// The entries that prove it, in order.
    pub entries: Vec<u64>,
    /// What was noticed, in neutral words.
    pub says: String,
}

/// Notices what happens to published figures, entry by entry. It grows with the series published, not with entries.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    series: BTreeMap<Hash, Published>,
    findings: Vec<Finding>,
}

#[derive(Clone, Copy, Debug)]
struct Published {
    value: Option<Value>,
    status: Status,
    index: u64,
}

impl Figures {
    /// Takes an observation that a lawful statement makes, inline or in an attachment.
    ///
    /// # Errors
    /// None for any observation; the signature is that of the JSON library.
    pub fn observe(&mut self, index: u64, statement: &Statement, observation: &Observation) -> Result<(), Fault> {
        let series = observation.series();
        let key = Hash::of(&json::encode(&(&statement.author, &series))?);
        let now = Published { value: observation.value, status: observation.status, index };
        let Some(before) = self.series.insert(key, now) else { return Ok(()) };
        let same = match (&before.value, &now.value) {
            (Some(before), Some(now)) => before.same_figure(now),
            // Without a value, the status is what was said.
            (None, None) => before.status == now.status,
            _ => false,
        };
        let corrected = matches!(statement.event, Event::CorrectionFiled(_));
        if !same && !corrected {
            self.findings.push(Finding {
                code: FindingCode::SilentRestatement,
                entries: vec![before.index, index],
                says: format!(
                    "{}: {}, {}{}, {}: {} in entry {}, {} in entry {index}, with no correction recorded",
                    statement.author,
                    series.service,
                    series.harm.map_or_else(String::new, |harm| format!("{}, ", harm.category)),
                    series.metric,
                    series.period,
                    shown(&before),
                    before.index,
                    shown(&now),
                ),
            });
        }
        Ok(())
    }

    /// All findings at the end of a ledger: those of the figures, and those that the state shows.
    pub fn finish(self, state: Option<&State>, end: Option<Millis>) -> Vec<Finding> {
        let mut findings = self.findings;
        if let (Some(state), Some(end)) = (state, end) {
            findings.extend(obligations(state, end.time()).flat_map(of_obligation));
        }
        findings
    }
}

/// What an obligation's standing shows: a refusal may be both late and on a ground of its own.
fn of_obligation(owed: Obligation) -> impl Iterator<Item = Finding> {
    let deadline = owed.deadline.map_or_else(String::new, |deadline| format!(" by {deadline}"));
    let silent = matches!(owed.standing, Standing::Overdue { .. }).then(|| {
        let says = format!("no response recorded on this ledger{deadline}");
        (FindingCode::NoResponseByDeadline, vec![owed.issued], says)
    });
    let (late, outside) = match owed.standing {
        Standing::Answered { index, late_by, .. } => (late_by.map(|late| (index, late)), None),
        Standing::Refused { index, ground, known_ground, late_by } => {
            (late_by.map(|late| (index, late)), (known_ground == Some(false)).then_some((index, ground)))
        }
        _ => (None, None),
    };
    let late = late.map(|(index, late)| {
        let says = format!("a response recorded {late} seconds after the deadline");
        (FindingCode::AnsweredLate, vec![owed.issued, index], says)
    });
    let outside = outside.map(|(index, ground)| {
        let ground = ground.as_str();
        let says = format!("refused on a ground that the request's legal basis does not list: {ground}");
        (FindingCode::GroundOutsideBasis, vec![owed.issued, index], says)
    });
    silent.into_iter().chain(late).chain(outside).map(move |(code, entries, says)| {
        let says = format!("{}, item {}, {}: {says}", owed.request, owed.item, owed.addressee);
        Finding { code, entries, says }
    })
}

/// A figure as people read it.
fn shown(published: &Published) -> String {
    match published.value {
        None => published.status.as_str().to_owned(),
        Some(value) => value.to_string(),
    }
}

/// Notices whether checkpoints come as the ledger promised.
#[derive(Clone, Debug, Default)]
pub struct Punctuality {
    /// The first entry that no checkpoint covers yet, and when it was recorded.
    waiting: Option<(u64, Millis)>,
    findings: Vec<Finding>,
}

impl Punctuality {
    /// Takes the next entry, the rules in force, and whether a checkpoint was published right after it.
    pub fn entry(&mut self, index: u64, recorded_at: Millis, rules: CheckpointRules, published: bool) {
        let (first, since) = *self.waiting.get_or_insert((index, recorded_at));
        let entries = index.saturating_sub(first);
        let seconds = recorded_at.unix_ms().saturating_sub(since.unix_ms()) / 1000;
        if entries >= rules.max_entries.unsigned() || seconds > rules.max_seconds.unsigned() {
            self.findings.push(Finding {
                code: FindingCode::CheckpointOverdue,
                entries: vec![first, index],
                says: format!(
                    "no checkpoint recorded between entry {first} and entry {index}, {seconds} seconds later"
                ),
            });
            self.waiting = Some((index, recorded_at));
        }
        if published {
            self.waiting = None;
        }
    }

    /// What was noticed.
    pub fn finish(self) -> Vec<Finding> {
        self.findings
    }
}

#[cfg(test)]
mod tests;
