//! Deadlines: whether a day can end when it is said to.

use crate::core::event::Deadline;
use crate::core::fault::{Code, Fault};

/// How long before the end of a day in UTC the same day can end anywhere on earth (UTC+14), in seconds.
pub const EARLIEST_END_SECONDS: u64 = 14 * 60 * 60;
/// How long after the end of a day in UTC the same day can end anywhere on earth (UTC−12), in seconds.
pub const LATEST_END_SECONDS: u64 = 12 * 60 * 60;

/// The instant lies where that day ends somewhere on earth. Which place that is, the issuer's calendar says; the law
/// needs no time-zone data.
pub(super) fn check_deadline(deadline: &Deadline) -> Result<(), Fault> {
    let end = deadline.date.start().unix().saturating_add(24 * 60 * 60);
    let instant = deadline.ends_at.unix();
    if (end.saturating_sub(EARLIEST_END_SECONDS)..=end.saturating_add(LATEST_END_SECONDS)).contains(&instant) {
        return Ok(());
    }
    let expected = format!("an instant at which {} ends somewhere", deadline.date);
    Err(Fault::new(Code::DeadlineInvalid, expected, deadline.ends_at.to_string()))
}
