//! The whole story of a platform, of a request or of an investigation, in order: what was said, what was noticed, and
//! what came to pass without anybody saying so.
//!
//! [`Timeline`] watches an audit go by and keeps what belongs to the story; its memory is bounded by that. What is derived
//! (a deadline that passes, a penalty that adds up) stands in the story at its time, without an entry.

mod chart;
mod derived;
mod figures;
mod page;
mod row;
mod scope;
mod sentence;
mod shown;
mod subject;
mod tally;
mod words;

use crate::core::audit::Report;
use crate::core::chain::Chain;
use crate::core::event::{Event, Observation};
use crate::core::finding::{Finding, FindingCode, Replies};
use crate::core::hash::Hash;
use crate::core::obligation::{Obligation, obligations};
use crate::core::state::State;
use crate::core::text::{DocumentId, Label};
use crate::core::time::{Millis, Time};

use super::findings::Noted;
use super::tables::AsOf;
use super::verify::{Place, Seen, Watch};

use figures::{Figures, Restated};
use scope::Scope;
use tally::{Asked, Levied};

pub use row::Row;
pub use subject::{Subject, TimelineError};
pub use tally::Tally;

/// Watches an audit, and keeps what belongs to one story.
///
/// Some of what belongs to it shows only at the end: which disclosures answer a request, whose place a platform took, which
/// series was restated most. [`Timeline::wider`] is then the watcher for another audit of the same ledger.
pub struct Timeline {
    subject: Subject,
    as_of: AsOf,
    scope: Scope,
    rows: Vec<Row>,
    figures: Figures,
    /// The draft that the request followed.
    draft: Option<DocumentId>,
    noted: Vec<Finding>,
    replies: Replies,
    /// How many entries of the ledger were recorded by the end of the story, and whether there are more.
    size: u64,
    left_out: bool,
    /// The last entry, if it belongs to the story: its index, and whether it is a correction.
    current: Option<(u64, bool)>,
    end: Option<End>,
}

/// What the story needs of the state at its end.
struct End {
    wider: Option<Scope>,
    known: bool,
    title: Option<Label>,
    size: u64,
    root: Hash,
    recorded_at: Option<Millis>,
    findings: Vec<(Millis, Noted)>,
    asked: Vec<Asked>,
    tally: Tally,
    penalties: Vec<Levied>,
    derived: Vec<Row>,
}

/// A story, told.
#[derive(Debug)]
pub struct Story {
    /// Whose it is.
    pub subject: Subject,
    /// Its name for people: an actor's name, a request's title.
    pub title: Option<Label>,
    /// The moment as of which silence is judged.
    pub as_of: Time,
    /// The ledger's origin.
    pub origin: String,
    /// How many entries of the ledger the story is taken from.
    pub size: u64,
    /// The root of the tree of these.
    pub root: Hash,
    /// How many entries of the ledger stand under a valid checkpoint.
    pub sealed: u64,
    /// When the last of the entries was recorded.
    pub recorded_at: Option<Millis>,
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// The findings about it, with the replies to them.
    pub findings: Vec<Noted>,
    /// What became of what was asked.
    pub tally: Tally,
    asked: Vec<Asked>,
    penalties: Vec<Levied>,
    restated: Option<Restated>,
}

impl Timeline {
    /// Of that story, as of that moment.
    pub fn new(subject: Subject, as_of: AsOf) -> Self {
        let scope = Scope::of(&subject);
        Self::of(subject, as_of, scope, Figures::default())
    }

    /// With the figures of the series that was restated most.
    #[must_use]
    pub fn with_figures(mut self) -> Self {
        self.figures = Figures::wanted();
        self
    }

    fn of(subject: Subject, as_of: AsOf, scope: Scope, figures: Figures) -> Self {
        Self {
            subject,
            as_of,
            scope,
            rows: Vec::new(),
            figures,
            draft: None,
            noted: Vec::new(),
            replies: Replies::default(),
            size: 0,
            left_out: false,
            current: None,
            end: None,
        }
    }

    /// The moment as of which silence is judged.
    pub fn as_of(&self) -> Time {
        match self.as_of {
            AsOf::Now(time) | AsOf::Past(time) => time,
        }
    }

    /// Whether the story ends before the ledger does: whoever has the chain of that time hands it over with
    /// [`Timeline::end_at`].
    pub fn awaits_chain(&self) -> bool {
        self.left_out
    }

    /// Takes the chain after the last entry of the story.
    pub fn end_at(&mut self, chain: &Chain) {
        let Some(state) = chain.state() else { return };
        let as_of = self.as_of();
        let owed: Vec<Obligation> = obligations(state, as_of).filter(|owed| self.wants(owed)).collect();
        let asked = tally::asked(state, &owed, &self.rows);
        let penalties = tally::levied(state, as_of, |id, penalty| {
            self.scope.has_actor(&penalty.addressee) || self.scope.has_document(id)
        });
        let mut derived = derived::of_requests(&asked, as_of);
        derived.extend(derived::of_matters(state, &self.scope, as_of));
        derived.extend(derived::of_penalties(&penalties, &self.rows, as_of));
        self.end = Some(End {
            wider: self.scope.widened(&self.subject, state, self.draft.as_ref()),
            known: self.subject.is_known(state),
            title: self.subject.title(state).cloned(),
            size: chain.size(),
            root: chain.root(),
            recorded_at: chain.recorded_at(),
            findings: self.findings_at(state, as_of, &owed),
            tally: Tally::of(&owed),
            asked,
            penalties,
            derived,
        });
    }

    /// The watcher for another audit, where this one showed that more belongs to the story. There are at most two of them.
    pub fn wider(&self) -> Option<Self> {
        let scope = self.end.as_ref()?.wider.clone();
        let figures = if scope.is_some() { self.figures.again() } else { self.figures.chosen()? };
        let scope = scope.unwrap_or_else(|| self.scope.again());
        Some(Self::of(self.subject.clone(), self.as_of, scope, figures))
    }

    /// The story, once the copy is known to be sound.
    ///
    /// # Errors
    /// [`TimelineError::Unknown`].
    pub fn tell(self, report: &Report) -> Result<Story, TimelineError> {
        let as_of = self.as_of();
        let Some(end) = self.end.filter(|end| end.known) else { return Err(TimelineError::Unknown(self.subject)) };
        let mut rows = self.rows;
        rows.extend(end.findings.iter().filter_map(|(at, noted)| Row::of_finding(*at, noted)));
        rows.extend(end.derived);
        rows.sort_by_key(Row::place);
        Ok(Story {
            subject: self.subject,
            title: end.title,
            as_of,
            origin: report.origin.clone(),
            size: end.size,
            root: end.root,
            sealed: report.sealed.min(end.size),
            recorded_at: end.recorded_at,
            rows,
            findings: end.findings.into_iter().map(|(_, noted)| noted).collect(),
            tally: end.tally,
            asked: end.asked,
            penalties: end.penalties,
            restated: self.figures.restated(),
        })
    }

    fn wants(&self, owed: &Obligation) -> bool {
        match &self.subject {
            Subject::Platform(_) => self.scope.has_actor(&owed.addressee),
            Subject::Request(request) => owed.request == *request,
            Subject::Investigation(_) => false,
        }
    }

    /// Whether a finding is about the story. What is noticed of requests is asked of the state at the end instead, which may
    /// be an earlier one than the ledger's.
    fn wants_finding(&self, finding: &Finding) -> bool {
        let is_of_state = finding.item.is_some() && finding.code != FindingCode::AnswerWithoutFigure;
        !is_of_state && finding.entries.iter().all(|entry| *entry < self.size) && self.is_about(finding)
    }

    /// Those of the ledger itself, which are about nobody, belong to no story.
    fn is_about(&self, finding: &Finding) -> bool {
        let Some(actor) = &finding.actor else { return false };
        match &self.subject {
            Subject::Platform(_) => self.scope.has_actor(actor),
            Subject::Request(_) | Subject::Investigation(_) => self.scope.has_entries(&finding.entries),
        }
    }

    /// Every finding with its time and the replies to it.
    fn findings_at(&self, state: &State, as_of: Time, owed: &[Obligation]) -> Vec<(Millis, Noted)> {
        let all = self.noted.iter().cloned().chain(shown::shown(state, as_of, owed));
        all.map(|finding| {
            // Of what shows only at the end, the time is that of the end.
            let last = finding.entries.last().and_then(|entry| row::of_entry(&self.rows, *entry));
            let at = last.map_or_else(|| derived::instant(as_of), |row| row.at);
            let replies = self.replies.to(&finding).into_iter().cloned().collect();
            let successor = finding.actor.as_ref().and_then(|actor| state.registry().successors(actor).last()).cloned();
            (at, Noted { finding, successor, replies })
        })
        .collect()
    }
}

impl Watch for Timeline {
    fn entry(&mut self, seen: &Seen<'_>) {
        self.current = None;
        if let AsOf::Past(time) = self.as_of {
            self.left_out |= seen.entry.recorded_at.time() > time;
        }
        let Some(state) = seen.chain.state().filter(|_| !self.left_out) else { return };
        self.size = seen.chain.size();
        if !self.scope.takes(state, seen.link.index, seen.statement) {
            return;
        }
        let event = &seen.statement.event;
        self.replies.add(state, seen.link.index, &seen.statement.author, event);
        if let Event::RequestIssued(event) = event
            && Subject::Request(event.request.clone()) == self.subject
        {
            self.draft.clone_from(&event.draft);
        }
        self.current = Some((seen.link.index, matches!(seen.statement.event, Event::CorrectionFiled(_))));
        self.rows.push(Row::of_entry(seen, state));
    }

    fn observation(&mut self, _seen: &Seen<'_>, _place: Place, observation: &Observation) {
        if let (Some((index, corrects)), Subject::Platform(_)) = (self.current, &self.subject) {
            self.figures.observe(index, corrects, observation);
        }
    }

    fn finding(&mut self, finding: Finding) {
        if !self.wants_finding(&finding) {
            return;
        }
        self.figures.noticed(&finding);
        self.noted.push(finding);
    }

    fn end(&mut self, chain: &Chain) {
        if !self.awaits_chain() {
            self.end_at(chain);
        }
    }
}

#[cfg(test)]
mod tests;
