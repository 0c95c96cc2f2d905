//! The sum of a story: what became of what was asked, and what its penalties have come to.

use serde::Serialize;

use super::row::{Row, of_entry};
use crate::core::obligation::{Obligation, Standing};
use crate::core::penalty::{Accrued, accrued};
use crate::core::state::State;
use crate::core::state::compliance::Penalty;
use crate::core::text::{DocumentId, Slug};
use crate::core::time::{Date, Time};
use crate::shell::calendar;

/// How many items, of each request for each addressee, came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Answered in time, in part or with nothing to report included.
    pub in_time: u64,
    /// Answered after the deadline.
    pub late: u64,
    /// Refused, whenever.
    pub refused: u64,
    /// Not answered, though the deadline has passed.
    pub silent: u64,
    /// Not answered, and not overdue.
    pub open: u64,
    /// Withdrawn by who asked.
    pub withdrawn: u64,
}

/// A request as it stands for one addressee.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub request: DocumentId,
    pub addressee: Slug,
    /// The entry that issued it, and when that was recorded.
    pub entry: u64,
    pub issued: Time,
    pub deadline: Option<Time>,
    /// When it was withdrawn, or set aside by a tribunal for this addressee.
    pub ended: Option<Time>,
    pub tally: Tally,
    /// When the last response that counts was recorded.
    pub answered: Option<Time>,
    /// The items without a response by the deadline, those answered late included, and how many there are of all.
    pub missing: Vec<Slug>,
    pub items: u64,
}

/// A penalty, and what it has come to.
#[derive(Clone, Debug)]
pub(super) struct Levied {
    pub id: DocumentId,
    pub penalty: Penalty,
    /// The day of the reckoning, in the penalty's calendar.
    pub by: Date,
    pub accrued: Accrued,
}

impl Tally {
    /// Of these obligations.
    pub fn of(owed: &[Obligation]) -> Self {
        let mut tally = Self::default();
        owed.iter().for_each(|owed| tally.add(&owed.standing));
        tally
    }

    /// All of them.
    pub fn items(&self) -> u64 {
        self.columns().iter().map(|(_, count)| count).sum()
    }

    /// Each with what it is called.
    pub fn columns(&self) -> [(&'static str, u64); 6] {
        [
            ("answered in time", self.in_time),
            ("answered late", self.late),
            ("refused", self.refused),
            ("no response by the deadline", self.silent),
            ("open", self.open),
            ("withdrawn", self.withdrawn),
        ]
    }

    /// With those of another.
    pub(super) fn add_all(&mut self, other: &Self) {
        let counts = [
            (&mut self.in_time, other.in_time),
            (&mut self.late, other.late),
            (&mut self.refused, other.refused),
            (&mut self.silent, other.silent),
            (&mut self.open, other.open),
            (&mut self.withdrawn, other.withdrawn),
        ];
        counts.into_iter().for_each(|(count, more)| *count = count.saturating_add(more));
    }

    fn add(&mut self, standing: &Standing) {
        let count = match standing {
            Standing::Answered { late_by: None, .. } => &mut self.in_time,
            Standing::Answered { .. } => &mut self.late,
            Standing::Refused { .. } => &mut self.refused,
            Standing::Overdue { .. } | Standing::Silent { .. } => &mut self.silent,
            Standing::Due { .. } | Standing::Open => &mut self.open,
            Standing::Withdrawn { .. } => &mut self.withdrawn,
        };
        *count = count.saturating_add(1);
    }
}

/// Obligations by request and addressee, in the order in which the requests were issued.
pub(super) fn asked(state: &State, owed: &[Obligation], rows: &[Row]) -> Vec<Asked> {
    let recorded = |entry: u64| of_entry(rows, entry).map(|row| row.at.time());
    let of_one =
        |one: &Obligation, other: &Obligation| (&one.request, &one.addressee) == (&other.request, &other.addressee);
    let mut all: Vec<Asked> = Vec::new();
    for group in owed.chunk_by(of_one) {
        let Some(first) = group.first() else { continue };
        let Some(issued) = recorded(first.issued) else { continue };
        let request = state.requests().find(&first.request);
        let set_aside = request.and_then(|request| request.addressees.get(&first.addressee)?.set_aside);
        let ended = [request.and_then(|request| request.withdrawn), set_aside].into_iter().flatten().min();
        let answered = group.iter().filter_map(|owed| match owed.standing {
            Standing::Answered { index, .. } | Standing::Refused { index, .. } => recorded(index),
            _ => None,
        });
        let in_time = |owed: &&Obligation| {
            let answered = matches!(owed.standing, Standing::Answered { .. } | Standing::Refused { .. });
            answered && owed.standing.late_by().is_none()
        };
        all.push(Asked {
            request: first.request.clone(),
            addressee: first.addressee.clone(),
            entry: first.issued,
            issued,
            deadline: first.deadline,
            ended: ended.and_then(recorded),
            tally: Tally::of(group),
            answered: answered.max(),
            missing: group.iter().filter(|owed| !in_time(owed)).map(|owed| owed.item.clone()).collect(),
            items: group.len() as u64,
        });
    }
    all.sort_by_key(|asked| asked.entry);
    all
}

/// The penalties of a story, in the order in which they were imposed, as of a time.
pub(super) fn levied(state: &State, as_of: Time, wanted: impl Fn(&DocumentId, &Penalty) -> bool) -> Vec<Levied> {
    let penalties = state.compliance().penalties().filter(|(id, penalty)| wanted(id, penalty));
    let mut all: Vec<Levied> = penalties
        .filter_map(|(id, penalty)| {
            let zone = penalty.daily.as_ref().map_or("Etc/UTC", |daily| daily.calendar.as_str());
            // A calendar that this software does not know is no reason to leave the penalty out.
            let by = calendar::date_at(as_of, zone).or_else(|_| calendar::date_at(as_of, "Etc/UTC")).ok()?;
            Some(Levied { id: id.clone(), penalty: penalty.clone(), by, accrued: accrued(penalty, by) })
        })
        .collect();
    all.sort_by_key(|levied| levied.penalty.index);
    all
}
