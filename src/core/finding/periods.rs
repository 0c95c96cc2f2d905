//! Reports by the periods that they are on: missing, late, overlapping.

mod wire;

use std::collections::BTreeMap;

use super::{Finding, FindingCode};
use crate::core::event::{DisclosureFiled, Frequency, ReportingDuty};
use crate::core::shelf::{Fields, Scratch, Shelf, Stored, put_number};
use crate::core::state::State;
use crate::core::state::services::Designation;
use crate::core::text::{DocumentId, Slug};
use crate::core::time::{Date, Millis, Period, Time};

/// How long after the end of a day in UTC it has ended everywhere on earth, in seconds.
pub const EVERYWHERE_SECONDS: u64 = 12 * 60 * 60;
/// Periods that one designation makes reports due of, and that are looked at: the earliest, a century of months.
pub const MAX_DUE: usize = 1_200;
/// Periods of an author and service among which one is looked for that a new one crosses: the earliest, eleven years of
/// days.
pub const MAX_PERIODS: usize = 4_096;
/// Days of a week: it crosses months and quarters, however regular both are.
const WEEK_DAYS: u64 = 7;

/// The disclosures made so far, but for those retracted, by author, service and period.
#[derive(Clone, Debug, Default)]
pub(super) struct Periods {
    reports: BTreeMap<Slug, BTreeMap<Slug, Reports>>,
    /// What each place is of.
    names: BTreeMap<u64, (Slug, Slug, Period)>,
    /// The disclosures of each place, by its number and their entry, with when they were recorded.
    entries: Shelf<(u64, u64), Millis>,
    /// When designations ended.
    ended: BTreeMap<DocumentId, Millis>,
}

/// The periods of which there are disclosures.
type Reports = BTreeMap<Period, Place>;

/// All disclosures of one author, service and period.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// Its number: the entry that was the first of it when there was none.
    number: u64,
    /// The first entry of those that stand, with when it was recorded.
    first: (u64, Millis),
    /// How many stand: where there is no other, none is looked for among the places after this one.
    standing: u64,
}

impl Stored for Millis {
    fn put(&self, bytes: &mut Vec<u8>) {
        put_number(bytes, self.unix_ms());
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields::of(bytes);
        let milliseconds = fields.number()?;
        fields.end(Self::from_unix_ms(milliseconds)?)
    }
}

impl Periods {
    /// Gives them a scratch.
    pub fn keep_in(&mut self, scratch: &Scratch) {
        self.entries.keep_in(scratch);
    }

    /// Takes a disclosure. Returns its place, and hands over the one that its period overlaps with, if neither contains the
    /// other.
    pub fn add(
        &mut self,
        (index, recorded_at, author): (u64, Millis, &Slug),
        event: &DisclosureFiled,
    ) -> (u64, Option<Finding>) {
        let (service, now) = (&event.service, event.period);
        let (place, crossed) = self.keep((author, service, now), index, recorded_at);
        let finding = crossed.map(|(other, entry)| {
            let says = format!("{author}: {service}: a disclosure for {now} overlaps with one for {other}");
            Finding::new(FindingCode::PeriodOverlapping, author, [entry, index], says).on(service, now)
        });
        (place, finding)
    }

    /// Keeps a disclosure. Returns its place, and hands over the period that the first of its own crosses, and the first entry
    /// of that.
    fn keep(
        &mut self,
        (author, service, now): (&Slug, &Slug, Period),
        index: u64,
        recorded_at: Millis,
    ) -> (u64, Option<(Period, u64)>) {
        let known = self.reports.get_mut(author).and_then(|of| of.get_mut(service)?.get_mut(&now));
        let (number, crossed) = match known {
            Some(place) => {
                place.standing = place.standing.saturating_add(1);
                (place.number, None)
            }
            None => {
                let reports = self.reports.entry(author.clone()).or_default().entry(service.clone()).or_default();
                let crossed = reports.iter().take(MAX_PERIODS).find(|(other, _)| crosses(**other, now));
                let crossed = crossed.map(|(other, place)| (*other, place.first.0));
                reports.insert(now, Place { number: index, first: (index, recorded_at), standing: 1 });
                self.names.insert(index, (author.clone(), service.clone(), now));
                (index, crossed)
            }
        };
        self.entries.insert((number, index), recorded_at);
        (number, crossed)
    }

    /// The disclosure in an entry, in that place, was retracted: it is as if it had not been made.
    pub fn retract(&mut self, number: u64, index: u64) {
        if self.entries.find(&(number, index)).is_none() {
            return;
        }
        self.entries.remove(&(number, index));
        let Some((author, service, period)) = self.names.get(&number) else { return };
        let Some(reports) = self.reports.get_mut(author).and_then(|of| of.get_mut(service)) else { return };
        let Some(place) = reports.get_mut(period) else { return };
        place.standing = place.standing.saturating_sub(1);
        if place.first.0 != index {
            return;
        }
        let later = (place.standing > 0).then(|| self.entries.range_from(&(number, index)).next()).flatten();
        match later.filter(|((of, _), _)| *of == number) {
            Some(((_, entry), at)) => place.first = (entry, at),
            None => {
                reports.remove(period);
                self.names.remove(&number);
            }
        }
    }

    /// A designation ended: no report is due of a period that ends later.
    pub fn end(&mut self, designation: &DocumentId, recorded_at: Millis) {
        self.ended.insert(designation.clone(), recorded_at);
    }

    /// Hands over what is missing, and what came late, as of a time.
    pub fn settle(&self, state: &State, as_of: Time, each: &mut dyn FnMut(Finding)) {
        let gaps = self.each().flat_map(|(author, service, reports)| gaps(author, service, reports));
        gaps.for_each(&mut *each);
        for (id, designation) in state.services().designations() {
            if let Some(duty) = designation.reports {
                let until = self.ended.get(id).map_or(as_of, |ended| ended.time().min(as_of));
                self.hold_to(duty, designation, state, (as_of, until), each);
            }
        }
    }

    /// Authors and services in order, with their reports.
    fn each(&self) -> impl Iterator<Item = (&Slug, &Slug, &Reports)> {
        self.reports.iter().flat_map(|(author, of)| of.iter().map(move |(service, reports)| (author, service, reports)))
    }

    fn hold_to(
        &self,
        duty: ReportingDuty,
        designation: &Designation,
        state: &State,
        (as_of, until): (Time, Time),
        each: &mut dyn FnMut(Finding),
    ) {
        let (provider, service) = (designation.service.author(), designation.service.name());
        let (Ok(actor), Ok(service)) = (provider.parse::<Slug>(), service.parse::<Slug>()) else { return };
        let speakers = std::iter::once(&actor).chain(state.registry().successors(&actor));
        let reports: Vec<&Reports> = speakers.filter_map(|who| self.reports.get(who)?.get(&service)).collect();
        // The first of those days, in whatever words: what is due is looked up, and the rest left alone.
        let first = |period: Period| {
            let places = reports.iter().flat_map(|reports| reports.range(period.in_any_words()));
            places.map(|(_, place)| place.first).min()
        };
        for period in due_periods(duty).take(MAX_DUE) {
            let Some(due) = after(period.end(), duty.within_days.unsigned()) else { return };
            if due > as_of || period.end().start() > until {
                return;
            }
            match first(period) {
                None => {
                    let says = format!("{actor}: {service}: no disclosure recorded for {period}, due by {due}");
                    let finding = Finding::new(FindingCode::PeriodMissing, &actor, [designation.index], says);
                    each(finding.on(&service, period));
                }
                Some((entry, at)) if at.time() >= due => {
                    let says =
                        format!("{actor}: {service}: the disclosure for {period}, due by {due}, was recorded at {at}");
                    let mut entries = [designation.index, entry];
                    entries.sort_unstable();
                    let finding = Finding::new(FindingCode::PeriodLate, &actor, entries, says);
                    each(finding.on(&service, period));
                }
                Some(_) => {}
            }
        }
    }
}

/// The periods of a duty, from the first that begins on its first day or later.
fn due_periods(duty: ReportingDuty) -> impl Iterator<Item = Period> {
    let first = Period::around(duty.since, months(duty.frequency));
    let first = first.and_then(|period| if period.start() < duty.since { period.following() } else { Some(period) });
    std::iter::successors(first, |period| period.following())
}

/// Periods between two that were reported, all of one form that is a month or longer, where there are days of which nothing
/// was reported. That one of the two has a neighbour of its form shows that reports come regularly.
fn gaps(author: &Slug, service: &Slug, reports: &Reports) -> Vec<Finding> {
    let mut findings = Vec::new();
    // The last of each form so far, and whether the one of that form before it is its neighbour.
    let mut last: Vec<(Period, bool)> = Vec::new();
    let mut reach: Option<Period> = None;
    // The day from which on, until the period at hand, every day is reported of.
    let mut since: Option<Date> = None;
    for period in reports.keys().copied() {
        if reach.is_none_or(|reach| !reach.reaches(period)) {
            since = Some(period.start());
        }
        if reach.is_none_or(|reach| reach.end() < period.end()) {
            reach = Some(period);
        }
        if period.following().is_none() || period.start().days_until(period.end()) < 27 {
            continue;
        }
        let known = last.iter_mut().find(|(other, _)| other.is_alike(period));
        let Some((before, regular)) = known else {
            last.push((period, false));
            continue;
        };
        let neighbours = before.following() == Some(period);
        let follows = period.following().is_some_and(|next| reports.contains_key(&next));
        let missing = since.is_some_and(|since| since > before.end()) && !neighbours;
        if missing && (*regular || follows) {
            findings.extend(gap(author, service, reports, *before, period));
        }
        (*before, *regular) = (period, neighbours);
    }
    findings
}

fn gap(author: &Slug, service: &Slug, reports: &Reports, before: Period, after: Period) -> Option<Finding> {
    let missing = before.following()?;
    let entry = |period: &Period| reports.get(period).map(|place| place.first.0);
    let mut entries = [entry(&before)?, entry(&after)?];
    entries.sort_unstable();
    let says = format!(
        "{author}: {service}: disclosures recorded for {before} and {after}, with days between for which there is none"
    );
    Some(Finding::new(FindingCode::PeriodMissing, author, entries, says).on(service, missing))
}

/// Whether two periods overlap and neither contains the other; weeks always cross months.
fn crosses(one: Period, other: Period) -> bool {
    one.overlaps(other) && !one.contains(other) && !other.contains(one) && !is_week(one) && !is_week(other)
}

/// Whether a period is one of seven days.
fn is_week(period: Period) -> bool {
    period.start().days_until(period.end()).saturating_add(1) == WEEK_DAYS
}

fn months(frequency: Frequency) -> u8 {
    match frequency {
        Frequency::Annual => 12,
        Frequency::HalfYearly => 6,
        Frequency::Quarterly => 3,
        Frequency::Monthly => 1,
    }
}

/// The first instant at which so many days after a day have ended everywhere.
fn after(day: Date, days: u64) -> Option<Time> {
    let seconds = days.checked_add(1)?.checked_mul(24 * 60 * 60)?;
    Time::from_unix(day.start().unix().checked_add(seconds)?.checked_add(EVERYWHERE_SECONDS)?)
}

/// Whether a day has ended everywhere.
pub(super) fn has_ended(day: Date, as_of: Time) -> bool {
    after(day, 0).is_some_and(|end| as_of >= end)
}
