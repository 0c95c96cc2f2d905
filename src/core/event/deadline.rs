//! By when an answer is due: a day in a named calendar, and how it was counted.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::core::days::{self, CountError, CountKind, LastDay, MAX_HOLIDAYS, MAX_WEEKEND_DAYS, WEEKEND, Weekday};
use crate::core::json::{Positive, Set};
use crate::core::text::Label;
use crate::core::time::{Date, Time};

/// A day in a named calendar, and the instant at which that day ends there. The law uses the instant alone, so that a
/// replay needs no time-zone data and gives the same verdict in thirty years.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// The calendar: an IANA time zone, such as `Europe/London`.
    pub calendar: Label,
    /// How the last day was counted; absent where it was simply set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<Counted>,
    /// The last day.
    pub date: Date,
    /// The first instant that is too late.
    pub ends_at: Time,
}

/// How a last day was counted, with everything that it takes to count again: a replay needs no calendar of holidays.
/// Which days are holidays is the issuer's word, here in plain sight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// How many days, at most [`days::MAX_COUNTED_DAYS`].
    pub days: Positive,
    /// The day of the event that they run from, which is not counted.
    pub from: Date,
    /// The holidays that the count passed over, in order; none that is of the weekend anyway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holidays: Option<Set<Date, MAX_HOLIDAYS>>,
    /// Which days count.
    pub kind: CountKind,
    /// The days of the week that are not worked; Saturday and Sunday where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekend: Option<Set<Weekday, MAX_WEEKEND_DAYS>>,
}

impl Counted {
    /// The holidays that it lists.
    pub fn holidays(&self) -> &[Date] {
        self.holidays.as_deref().unwrap_or_default()
    }

    /// The weekend that it goes by.
    pub fn weekend(&self) -> &[Weekday] {
        self.weekend.as_deref().unwrap_or(&WEEKEND)
    }

    /// Counts again: the last day, and which of the holidays mattered.
    ///
    /// # Errors
    /// Each [`CountError`].
    pub fn last_day(&self) -> Result<LastDay, CountError> {
        let holidays: BTreeSet<&Date> = self.holidays().iter().collect();
        let is_holiday = |date| holidays.contains(&date);
        days::last_day(self.kind, self.days.unsigned(), self.from, self.weekend(), is_holiday)
    }
}
