//! By when an answer is due: a day in a named calendar.

use serde::{Deserialize, Serialize};

use crate::core::text::Label;
use crate::core::time::{Date, Time};

/// A day in a named calendar, and the instant at which that day ends there. The law uses the instant alone, so that a
/// replay needs no time-zone data and gives the same verdict in thirty years.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// The calendar: an IANA time zone, such as `Europe/London`.
    pub calendar: Label,
    /// The last day.
    pub date: Date,
    /// The first instant that is too late.
    pub ends_at: Time,
}
