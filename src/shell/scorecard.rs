//! Scorecards: per platform and stretch of time, what became of what was asked, and what was noticed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::core::chain::Chain;
use crate::core::event::{Event, Extent};
use crate::core::finding::{Finding, FindingCode};
use crate::core::obligation::{Standing, obligations};
use crate::core::state::State;
use crate::core::text::Slug;
use crate::core::time::{Millis, Period, Time};

use super::calendar;
use super::tables::AsOf;
use super::verify::{Seen, Watch};

/// What became of a platform's obligations that fell due in one stretch of time, and what was noticed of what it said in
/// it. An obligation without a deadline counts when it was issued.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the words of `candour status`")]
pub struct Score {
    pub asked: u64,
    pub answered: u64,
    pub in_part: u64,
    pub nil: u64,
    pub refused: u64,
    /// Of those refused, on a ground that the legal basis does not know.
    pub outside_basis: u64,
    pub withdrawn: u64,
    pub overdue: u64,
    pub silent: u64,
    /// Not answered yet, and not late.
    pub awaited: u64,
    /// Of those answered or refused, after the deadline.
    pub late: u64,
    /// The longest of those, in seconds.
    pub longest_late_seconds: u64,
    /// Values changed without a correction.
    pub silent_restatements: u64,
    /// Other findings of what it filed.
    pub other_findings: u64,
    /// Corrections filed.
    pub corrections: u64,
}

/// Gathers scorecards while a copy is verified. It grows with platforms and stretches of time.
#[derive(Debug)]
pub struct Scorecards {
    months: u8,
    as_of: AsOf,
    scores: BTreeMap<(Slug, Period), Score>,
    recorded: BTreeMap<u64, Millis>,
}

impl Scorecards {
    /// By stretches of so many months (12, 6, 3 or 1) of a ledger that is about to be verified.
    pub fn new(months: u8, as_of: AsOf) -> Self {
        Self { months, as_of, scores: BTreeMap::new(), recorded: BTreeMap::new() }
    }

    /// The scores by platform and time. To be asked once the copy was verified.
    pub fn finish(self) -> BTreeMap<(Slug, Period), Score> {
        self.scores
    }

    /// Takes the state that is asked about: the one at the end of the ledger comes by itself, an earlier one from whoever
    /// replays to it.
    pub fn settle(&mut self, state: &State) {
        for owed in obligations(state, self.as_of.time()) {
            let at = owed.deadline.unwrap_or(owed.issued_at);
            let platform = owed.successor.as_ref().unwrap_or(&owed.addressee);
            self.score(platform, at).into_iter().for_each(|score| score.count(&owed.standing));
        }
    }

    fn score(&mut self, platform: &Slug, at: Time) -> Option<&mut Score> {
        let day = calendar::date_at(at, "UTC").ok()?;
        let period = Period::around(day, self.months)?;
        Some(self.scores.entry((platform.clone(), period)).or_default())
    }
}

impl Score {
    fn count(&mut self, standing: &Standing) {
        self.asked += 1;
        match standing {
            Standing::Answered { extent: Extent::Complete, .. } => self.answered += 1,
            Standing::Answered { extent: Extent::Partial, .. } => self.in_part += 1,
            Standing::Answered { extent: Extent::Nil, .. } => self.nil += 1,
            Standing::Refused { known_ground, .. } => {
                self.refused += 1;
                self.outside_basis += u64::from(*known_ground == Some(false));
            }
            Standing::Withdrawn { .. } => self.withdrawn += 1,
            Standing::Overdue { .. } => self.overdue += 1,
            Standing::Silent { .. } => self.silent += 1,
            Standing::Due { .. } | Standing::Open => self.awaited += 1,
        }
        if let Some(late) = standing.late_by() {
            self.late += 1;
            self.longest_late_seconds = self.longest_late_seconds.max(late);
        }
    }
}

impl Watch for Scorecards {
    fn entry(&mut self, seen: &Seen<'_>) {
        let (author, at) = (&seen.statement.author, seen.entry.recorded_at);
        if matches!(seen.statement.event, Event::DisclosureFiled(_) | Event::CorrectionFiled(_)) {
            self.recorded.insert(seen.link.index, at);
        }
        if matches!(seen.statement.event, Event::CorrectionFiled(_)) && self.as_of.includes(seen) {
            self.score(author, at.time()).into_iter().for_each(|score| score.corrections += 1);
        }
    }

    fn finding(&mut self, finding: Finding) {
        use FindingCode as F;
        // What is owed is counted by itself.
        if matches!(finding.code, F::NoResponseByDeadline | F::AnsweredLate | F::GroundOutsideBasis) {
            return;
        }
        let at = finding.entries.last().and_then(|entry| self.recorded.get(entry)).map(|at| at.time());
        let (Some(actor), at) = (&finding.actor, at.unwrap_or(self.as_of.time())) else { return };
        let silent = finding.code == F::SilentRestatement;
        if let Some(score) = self.score(actor, at) {
            score.silent_restatements += u64::from(silent);
            score.other_findings += u64::from(!silent);
        }
    }

    fn end(&mut self, chain: &Chain) {
        if let (Some(state), AsOf::Now(_)) = (chain.state(), self.as_of) {
            self.settle(state);
        }
    }
}
