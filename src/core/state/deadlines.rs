//! Deadlines: whether a day can end when it is said to, and whether it is the day that its count gives.

use super::Placed;
use crate::core::days::CountKind;
use crate::core::event::{Counted, Deadline};
use crate::core::fault::{Code, Fault};
use crate::core::time::Date;

/// How long before the end of a day in UTC the same day can end anywhere on earth (UTC+14), in seconds.
pub const EARLIEST_END_SECONDS: u64 = 14 * 60 * 60;
/// How long after the end of a day in UTC the same day can end anywhere on earth (UTC−12), in seconds.
pub const LATEST_END_SECONDS: u64 = 12 * 60 * 60;

/// The instant lies where that day ends somewhere on earth, and the day where its count ends. Which place and which
/// holidays those are, the issuer says; the law needs neither time-zone data nor a calendar of holidays.
pub(super) fn check_deadline(deadline: &Deadline) -> Result<(), Fault> {
    let end = deadline.date.start().unix().saturating_add(24 * 60 * 60);
    let instant = deadline.ends_at.unix();
    if !(end.saturating_sub(EARLIEST_END_SECONDS)..=end.saturating_add(LATEST_END_SECONDS)).contains(&instant) {
        let expected = format!("an instant at which {} ends somewhere", deadline.date);
        return Err(invalid(expected, deadline.ends_at.to_string()));
    }
    deadline.counted.as_ref().map_or(Ok(()), |counted| check_count(deadline, counted))
}

fn check_count(deadline: &Deadline, counted: &Counted) -> Result<(), Fault> {
    if counted.kind == CountKind::Calendar && counted.weekend.is_some() {
        return Err(invalid("no weekend where all days count", "one"));
    }
    let last = counted.last_day().map_err(|error| invalid("days that can be counted", error.to_string()))?;
    if last.date != deadline.date {
        let expected = format!("{}, where the count from {} ends", last.date, counted.from);
        return Err(invalid(expected, deadline.date.to_string()));
    }
    if last.holidays != counted.holidays() {
        let listed = counted.holidays().iter();
        // One there is: what the count passed over is a part of what is listed.
        let stray = listed.enumerate().find(|(i, date)| last.holidays.get(*i) != Some(date));
        let found = stray.map_or_else(String::new, |(_, date)| date.to_string());
        return Err(invalid("the holidays that the count passed over, in order", found));
    }
    Ok(())
}

fn invalid(expected: impl Into<String>, found: impl Into<String>) -> Fault {
    Fault::new(Code::DeadlineInvalid, expected, found)
}

/// A day that has begun somewhere on earth when the statement is recorded.
pub(super) fn check_past(placed: &Placed<'_>, day: Date) -> Result<(), Fault> {
    if day.start().unix().saturating_sub(EARLIEST_END_SECONDS) <= placed.recorded_at.time().unix() {
        return Ok(());
    }
    Err(Fault::new(Code::DateInFuture, format!("a day not after {}", placed.recorded_at), day.to_string()))
}
