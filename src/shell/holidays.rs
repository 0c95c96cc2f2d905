//! Which days are holidays: calendars given as data, and deadlines counted by them.
//!
//! A calendar of holidays is a small TOML file, the user's own or one that is built in:
//!
//! ```toml
//! name = "england-and-wales"
//! time_zone = "Europe/London"        # where its days end
//! weekend = ["saturday", "sunday"]   # may be left out where it is these two
//! first_year = 2025                  # the years of which it holds every holiday
//! last_year = 2025
//! source = "https://www.gov.uk/bank-holidays"
//! holidays = [
//!   2025-01-01, 2025-04-18, 2025-04-21, 2025-05-05, 2025-05-26, 2025-08-25, 2025-12-25, 2025-12-26,
//! ]
//! ```
//!
//! Governments add holidays at short notice, and a calendar ends where nobody has set the next year's yet: a count that
//! asks it for another year is an error. A statute may ask for another calendar than the place suggests. A working day
//! under section 10(6) of the Freedom of Information Act 2000 is not a bank holiday in any part of the United Kingdom, so
//! `england-and-wales` alone is too few for it.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::calendar::{self, CalendarError};
use crate::core::days::{self, CountError, CountKind, LastDay, MAX_WEEKEND_DAYS, WEEKEND, Weekday};
use crate::core::event::{Counted, Deadline};
use crate::core::json::{Positive, Set};
use crate::core::text::{Label, Slug, excerpt};
use crate::core::time::Date;

/// The longest file that is read as a calendar of holidays, in bytes: a century of them is shorter.
pub const MAX_HOLIDAYS_FILE_BYTES: u64 = 64 * 1024;

/// The calendars that are built in, by name.
///
/// `england-and-wales` holds the bank holidays of 2021 to 2027 as gov.uk lists them, those of 2022 and 2023 that were
/// proclaimed for once among them. One proclaimed since this was built is not in it.
pub const BUILT_IN: [(&str, &str); 1] = [("england-and-wales", include_str!("holidays/england-and-wales.toml"))];

/// A calendar of holidays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holidays {
    name: Slug,
    time_zone: Label,
    weekend: Set<Weekday, MAX_WEEKEND_DAYS>,
    dates: BTreeSet<Date>,
    first_year: i16,
    last_year: i16,
}

/// Why there is no such calendar, or no deadline by it.
#[derive(Debug, thiserror::Error)]
pub enum HolidaysError {
    /// Neither built in nor a file that can be read.
    #[error("{path}: expected a file, or the name of a calendar that is built in ({}): {error}", built_in())]
    Unreadable {
        /// What was asked for.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Not such a calendar.
    #[error("expected a calendar of holidays in toml, found {0}")]
    Malformed(String),
    /// The count asks for a year that the calendar does not cover.
    #[error("expected days of the years {first_year} to {last_year}, which {name} covers, found {day}")]
    NotCovered {
        /// The calendar.
        name: Slug,
        /// The first year it covers.
        first_year: i16,
        /// The last one.
        last_year: i16,
        /// The first day that was asked for in vain.
        day: Date,
    },
    /// The count has no end.
    #[error(transparent)]
    Count(#[from] CountError),
    /// The last day has none.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

impl HolidaysError {
    /// The stable name of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "holidays-unreadable",
            Self::Malformed(_) => "holidays-malformed",
            Self::NotCovered { .. } => "holidays-not-covered",
            Self::Count(CountError::TooManyDays(_)) => "count-too-many-days",
            Self::Count(CountError::TooManyHolidays) => "count-too-many-holidays",
            Self::Count(CountError::TooLate) => "count-too-late",
            Self::Calendar(error) => error.code(),
        }
    }
}

/// So many calendar days from a day, whatever they are, in a time zone of the IANA database.
///
/// # Errors
/// [`HolidaysError::Count`], [`HolidaysError::Calendar`].
pub fn within(days: Positive, from: Date, time_zone: &Label) -> Result<Deadline, HolidaysError> {
    let last = days::last_day(CountKind::Calendar, days.unsigned(), from, &WEEKEND, |_| false)?;
    let counted = Counted { days, from, holidays: None, kind: CountKind::Calendar, weekend: None };
    ending(last.date, time_zone, counted)
}

impl Holidays {
    /// The calendar that is built in by that name; otherwise, the one in the file of that path.
    ///
    /// # Errors
    /// [`HolidaysError::Unreadable`], [`HolidaysError::Malformed`].
    pub fn find(name: &str) -> Result<Self, HolidaysError> {
        match BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            Some((_, text)) => Self::parse(text),
            None => Self::read(Path::new(name)),
        }
    }

    /// Reads a calendar's text.
    ///
    /// # Errors
    /// [`HolidaysError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, HolidaysError> {
        let malformed = |found: String| HolidaysError::Malformed(excerpt(&found));
        let written: Written = toml::from_str(text).map_err(|error| malformed(error.message().to_owned()))?;
        let mut dates = BTreeSet::new();
        for date in written.holidays {
            let date = Date::parse(&date.to_string()).map_err(|_| malformed(format!("{date}, which is no date")))?;
            let year = date.as_civil().year();
            if !(written.first_year..=written.last_year).contains(&year) {
                return Err(malformed(format!("{date}, outside its years")));
            }
            if !dates.insert(date) {
                return Err(malformed(format!("{date} twice")));
            }
        }
        if written.first_year > written.last_year {
            return Err(malformed("a first year after the last one".to_owned()));
        }
        let weekend = written.weekend.or_else(|| Set::new(WEEKEND.to_vec()));
        Ok(Self {
            name: written.name,
            time_zone: written.time_zone,
            weekend: weekend.ok_or_else(|| malformed("no weekend".to_owned()))?,
            dates,
            first_year: written.first_year,
            last_year: written.last_year,
        })
    }

    fn read(path: &Path) -> Result<Self, HolidaysError> {
        let unreadable = |error| HolidaysError::Unreadable { path: path.to_owned(), error };
        let mut text = String::new();
        let file = File::open(path).map_err(unreadable)?;
        file.take(MAX_HOLIDAYS_FILE_BYTES + 1).read_to_string(&mut text).map_err(unreadable)?;
        if text.len() as u64 > MAX_HOLIDAYS_FILE_BYTES {
            return Err(HolidaysError::Malformed(format!("more than {MAX_HOLIDAYS_FILE_BYTES} bytes")));
        }
        Self::parse(&text)
    }

    /// Where its days end: an IANA time zone.
    pub fn time_zone(&self) -> &Label {
        &self.time_zone
    }

    /// So many days from a day. The statement will name the holidays that mattered, so nobody needs this calendar to
    /// count again.
    ///
    /// # Errors
    /// [`HolidaysError::NotCovered`], [`HolidaysError::Count`], [`HolidaysError::Calendar`].
    pub fn within(&self, days: Positive, from: Date, kind: CountKind) -> Result<Deadline, HolidaysError> {
        if kind == CountKind::Calendar {
            return within(days, from, &self.time_zone);
        }
        let uncovered = Cell::new(None);
        let is_holiday = |day: Date| {
            if !(self.first_year..=self.last_year).contains(&day.as_civil().year()) {
                uncovered.set(uncovered.get().or(Some(day)));
            }
            self.dates.contains(&day)
        };
        let last = days::last_day(kind, days.unsigned(), from, &self.weekend, is_holiday);
        if let Some(day) = uncovered.get() {
            let (name, first_year, last_year) = (self.name.clone(), self.first_year, self.last_year);
            return Err(HolidaysError::NotCovered { name, first_year, last_year, day });
        }
        let LastDay { date, holidays } = last?;
        let usual = self.weekend.len() == WEEKEND.len() && WEEKEND.iter().all(|day| self.weekend.contains(day));
        let weekend = (!usual).then(|| self.weekend.clone());
        ending(date, &self.time_zone, Counted { days, from, holidays: Set::new(holidays), kind, weekend })
    }
}

fn built_in() -> String {
    BUILT_IN.map(|(name, _)| name).join(", ")
}

fn ending(date: Date, time_zone: &Label, counted: Counted) -> Result<Deadline, HolidaysError> {
    let ends_at = calendar::end_of(date, time_zone.as_str())?;
    Ok(Deadline { calendar: time_zone.clone(), counted: Some(counted), date, ends_at })
}

/// As in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: Slug,
    time_zone: Label,
    weekend: Option<Set<Weekday, MAX_WEEKEND_DAYS>>,
    first_year: i16,
    last_year: i16,
    /// For whoever reads the file.
    #[serde(rename = "source")]
    _source: Label,
    holidays: Vec<toml::value::Datetime>,
}

#[cfg(test)]
mod tests;
