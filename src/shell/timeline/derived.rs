//! What comes to pass without anybody saying so: deadlines, silence, penalties that add up.

use super::row::{DEADLINE_PASSED, Row, of_entry};
use super::scope::Scope;
use super::tally::{Asked, Levied};
use super::words::{count, list, span};
use crate::core::event::DailyPenalty;
use crate::core::penalty::money;
use crate::core::state::State;
use crate::core::state::compliance::Penalty;
use crate::core::time::{Date, Millis, Time};
use crate::shell::calendar;
/// There is no response at the end of the story.
pub(super) const NO_RESPONSE: &str = "no_response";
/// A daily penalty begins to add up, stops, or has come to so much at the end of the story.
pub(super) const PENALTY_RUNS: &str = "penalty_runs";
pub(super) const PENALTY_STOPS: &str = "penalty_stops";
pub(super) const PENALTY_ACCRUED: &str = "penalty_accrued";

/// A second as entries count time.
pub(super) fn instant(time: Time) -> Millis {
    Millis::from_unix_ms(time.unix().saturating_mul(1_000)).unwrap_or(Millis::MAX)
}

/// What became of requests when their time was over, and what is missing at the end.
pub(super) fn of_requests(asked: &[Asked], as_of: Time) -> Vec<Row> {
    let mut rows = Vec::new();
    for asked in asked {
        let Some(deadline) = asked.deadline.filter(|deadline| *deadline <= as_of) else { continue };
        if asked.ended.is_some_and(|ended| ended < deadline) {
            continue;
        }
        let row = |at, kind, what| {
            let mut row = Row::derived(instant(at), kind, what);
            (row.who, row.document) = (Some(asked.addressee.clone()), Some(asked.request.clone()));
            row.refers_to = vec![asked.entry];
            row
        };
        let request = &asked.request;
        let what = match asked.missing.as_slice() {
            [] => format!("the time to answer {request} was over; a response to each item was recorded by then"),
            missing if missing.len() as u64 == asked.items => {
                format!("the time to answer {request} was over; no response recorded on this ledger by then")
            }
            missing => format!(
                "the time to answer {request} was over; no response to {} recorded on this ledger by then",
                list(missing)
            ),
        };
        rows.push(row(deadline, DEADLINE_PASSED, what));
        if asked.tally.silent > 0 && asked.ended.is_none() {
            let since = span(as_of.unix().saturating_sub(deadline.unix()));
            let what = format!(
                "{since} after the deadline of {request}, no response to {} of {} recorded on this ledger",
                asked.tally.silent,
                count(asked.items, "item")
            );
            rows.push(row(as_of, NO_RESPONSE, what));
        }
    }
    rows
}

/// When the time to be heard on a draft or on a notice was over.
pub(super) fn of_matters(state: &State, scope: &Scope, as_of: Time) -> Vec<Row> {
    let matters = state.matters().iter().filter(|(id, _)| scope.has_document(id));
    matters
        .filter_map(|(id, matter)| {
            let until = matter.until.filter(|until| *until <= as_of)?;
            let heard = if matter.heard.is_some() {
                "some were recorded on this ledger"
            } else {
                "none were recorded on this ledger"
            };
            let what = format!("the time for representations on {id} was over; {heard}");
            let mut row = Row::derived(instant(until), DEADLINE_PASSED, what);
            (row.who, row.document) = (matter.parties.first().cloned(), Some(id.clone()));
            row.refers_to = vec![matter.index];
            Some(row)
        })
        .collect()
}

/// Daily penalties: their first day, their last, and what they have come to.
pub(super) fn of_penalties(levied: &[Levied], rows: &[Row], as_of: Time) -> Vec<Row> {
    let mut derived = Vec::new();
    for levied in levied {
        let Levied { id, penalty, accrued, .. } = levied;
        let Some(daily) = &penalty.daily else { continue };
        let set_aside = penalty.set_aside.and_then(|entry| of_entry(rows, entry)).map(|row| row.at.time());
        let mut push = |at: Option<Time>, kind, what| {
            let Some(at) = at.filter(|at| *at <= as_of && set_aside.is_none_or(|set_aside| *at < set_aside)) else {
                return;
            };
            let mut row = Row::derived(instant(at), kind, what);
            (row.who, row.document) = (Some(penalty.addressee.clone()), Some(id.clone()));
            row.refers_to = std::iter::once(penalty.index).chain(penalty.complied.map(|(_, entry)| entry)).collect();
            derived.push(row);
        };
        let amount = money(&penalty.currency, daily.amount.unsigned());
        push(start_of(daily.from, daily), PENALTY_RUNS, format!("{id}: {amount} a day from this day on"));
        let come_to =
            format!("{} at {amount} come to {}", count(accrued.days, "day"), money(&penalty.currency, accrued.daily));
        if accrued.running {
            push(Some(as_of), PENALTY_ACCRUED, format!("{id}: so far {come_to}"));
        } else if let Some(last) = last_day(penalty, daily) {
            push(end_of(last, daily), PENALTY_STOPS, format!("{id}: the last day that counts was over: {come_to}"));
        }
    }
    derived
}

/// The last day that counts: that of compliance, or the last one under the cap.
fn last_day(penalty: &Penalty, daily: &DailyPenalty) -> Option<Date> {
    let complied = penalty.complied.map(|(day, _)| day);
    let capped = daily.max_days.and_then(|days| {
        let more = usize::try_from(days.unsigned()).ok()?.checked_sub(1)?;
        std::iter::successors(Some(daily.from), |day| day.next()).nth(more)
    });
    complied.into_iter().chain(capped).min()
}

fn end_of(day: Date, daily: &DailyPenalty) -> Option<Time> {
    // A calendar that this software does not know is no reason to leave the day out.
    calendar::end_of(day, daily.calendar.as_str()).ok().or_else(|| Some(day.next()?.start()))
}

/// When a day begins: when the day before it ends.
fn start_of(day: Date, daily: &DailyPenalty) -> Option<Time> {
    let before = Date::from_civil(day.as_civil().yesterday().ok()?);
    before.and_then(|before| end_of(before, daily)).or_else(|| Some(day.start()))
}
