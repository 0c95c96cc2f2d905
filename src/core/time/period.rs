//! Periods: what a published number is about, in time.

mod sequence;

use std::fmt;

use jiff::ToSpan as _;
use jiff::civil;

use super::{Date, number, small};

/// What a published number is about, in time: whole days, the first and the last included.
///
/// | written | is | as in |
/// |---|---|---|
/// | `2021` | a year | ISO 8601; SDMX Gregorian year |
/// | `2021-S1` | a half-year, 1 or 2 | SDMX reporting semester |
/// | `2021-Q2` | a quarter, 1 to 4 | SDMX reporting quarter |
/// | `2021-04` | a month | ISO 8601; SDMX Gregorian year-month |
/// | `2020-W53` | a week, from Monday to Sunday | ISO 8601; SDMX reporting week |
/// | `2021-04-01` | a day | ISO 8601; SDMX Gregorian day |
/// | `2021-04-01/2021-06-30` | from one day to another, the same or later | ISO 8601 interval |
///
/// The first six are time periods of SDMX 2.1, section 6 (technical notes, "Time and time format"), for a reporting
/// year that starts on 1 January: year, semester, quarter and month are then those of the calendar, and the week is
/// that of ISO 8601, which can begin in the year before or end in the year after. The last is not SDMX, whose time range
/// is a start and a duration. A week that leaves the years 1970 to 9999 is no period.
///
/// Every period has one spelling, and is written as it was read. Periods are ordered by their first day, then by their
/// last. `2021-Q2` and `2021-04-01/2021-06-30` cover the same days and are not equal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    start: Date,
    end: Date,
    form: Form,
}

/// How a period is written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Form {
    Year,
    Half,
    Quarter,
    Month,
    Week,
    Day,
    Interval,
}

impl Period {
    /// The first day of it.
    pub fn start(self) -> Date {
        self.start
    }

    /// The last day of it, which it includes.
    pub fn end(self) -> Date {
        self.end
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        if let Some((start, end)) = text.split_once('/') {
            let (start, end) = (Date::read(start)?, Date::read(end)?);
            return (start <= end).then_some(Self { start, end, form: Form::Interval });
        }
        let (year, rest) = text.split_at_checked(4)?;
        let year = number::<4>(year)?;
        match rest.as_bytes() {
            [] => Self::months(Form::Year, year, 1, 12),
            [b'-', b'S', _] => Self::months(Form::Half, year, number::<1>(rest.get(2..)?)?, 6),
            [b'-', b'Q', _] => Self::months(Form::Quarter, year, number::<1>(rest.get(2..)?)?, 3),
            [b'-', b'W', _, _] => Self::week(year, number::<2>(rest.get(2..)?)?),
            [b'-', _, _] => Self::months(Form::Month, year, number::<2>(rest.get(1..)?)?, 1),
            _ => Date::read(text).map(|day| Self { start: day, end: day, form: Form::Day }),
        }
    }

    /// The `nth` stretch, from 1, of so many months of the year.
    fn months(form: Form, year: i16, nth: i16, count: i16) -> Option<Self> {
        let last = nth.checked_mul(count)?;
        let first = last.checked_sub(count)?.checked_add(1)?;
        let start = civil::Date::new(year, small(first)?, 1).ok()?;
        let end = civil::Date::new(year, small(last)?, 1).ok()?.last_of_month();
        Some(Self { start: Date::within(start)?, end: Date::within(end)?, form })
    }

    fn week(year: i16, nth: i16) -> Option<Self> {
        let monday = civil::ISOWeekDate::new(year, small(nth)?, civil::Weekday::Monday).ok()?.date();
        let sunday = monday.checked_add(6.days()).ok()?;
        Some(Self { start: Date::within(monday)?, end: Date::within(sunday)?, form: Form::Week })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.start.0.year(), self.start.0.month());
        match self.form {
            Form::Year => write!(f, "{year:04}"),
            Form::Half => write!(f, "{year:04}-S{}", month / 6 + 1),
            Form::Quarter => write!(f, "{year:04}-Q{}", month / 3 + 1),
            Form::Month => write!(f, "{year:04}-{month:02}"),
            Form::Week => {
                let week = self.start.0.iso_week_date();
                write!(f, "{:04}-W{:02}", week.year(), week.week())
            }
            Form::Day => self.start.fmt(f),
            Form::Interval => write!(f, "{}/{}", self.start, self.end),
        }
    }
}
