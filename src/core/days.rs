//! Counting days: when a period of so many days ends.
//!
//! The day that a period runs from is not counted, and the last day is in it to its end: Regulation (EEC, Euratom) No
//! 1182/71, article 3(1) and (2)(b); in Australia, Acts Interpretation Act 1901 (Cth), section 36(1), items 5 and 6; in
//! the United Kingdom, where a statute says "following", as in Freedom of Information Act 2000, section 10(1).
//!
//! Which days are holidays the caller says, for statutes differ: by section 10(6) of that Act a bank holiday in any part
//! of the United Kingdom is none to work on; by article 2 of the Regulation, a holiday of the institution or Member State
//! concerned. Where a statute has a rule beyond those of [`CountKind`], such as article 3(5) of the Regulation (two
//! working days in every period of two days or more), the last day has to be set as a date.

use serde::{Deserialize, Serialize};

use super::time::Date;

/// Days of a period, at most: ten years, leap days included.
pub const MAX_COUNTED_DAYS: u64 = 3_660;
/// Holidays that a count passes over, at most.
pub const MAX_HOLIDAYS: usize = 128;
/// Days of a weekend, at most: one day of the week is left to work.
pub const MAX_WEEKEND_DAYS: usize = 6;
/// The weekend where no other is given.
pub const WEEKEND: [Weekday; 2] = [Weekday::Saturday, Weekday::Sunday];

/// Which days count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountKind {
    /// All.
    Calendar,
    /// All; but where the last one is no working day, the period ends with the next working day. Regulation No 1182/71,
    /// article 3(4); Acts Interpretation Act 1901 (Cth), section 36(2).
    CalendarRolling,
    /// Working days only: neither of the weekend nor a holiday. Freedom of Information Act 2000, section 10(6).
    Working,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they are what they are")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// Where a count came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastDay {
    /// The last day of the period.
    pub date: Date,
    /// The days that the count passed over for nothing but being holidays, in order: a holiday on a weekend is not
    /// among them. At most [`MAX_HOLIDAYS`].
    pub holidays: Vec<Date>,
}

/// Why a period has no last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CountError {
    /// More than [`MAX_COUNTED_DAYS`].
    #[error("expected at most {MAX_COUNTED_DAYS} days, found {0}")]
    TooManyDays(u64),
    /// It passes over more than [`MAX_HOLIDAYS`].
    #[error("expected at most {MAX_HOLIDAYS} holidays, found more")]
    TooManyHolidays,
    /// It leads beyond the last date there is.
    #[error("expected a last day before the year 10000, found a later one")]
    TooLate,
}

/// The last day of a period of so many days that runs from a day.
///
/// # Errors
/// Each [`CountError`].
pub fn last_day(
    kind: CountKind,
    days: u64,
    from: Date,
    weekend: &[Weekday],
    is_holiday: impl Fn(Date) -> bool,
) -> Result<LastDay, CountError> {
    if days > MAX_COUNTED_DAYS {
        return Err(CountError::TooManyDays(days));
    }
    let mut last = LastDay { date: from, holidays: Vec::new() };
    let mut left = days;
    while left > 0 {
        last.date = last.date.next().ok_or(CountError::TooLate)?;
        if kind != CountKind::Working || last.is_working(weekend, &is_holiday)? {
            left -= 1;
        }
    }
    while kind == CountKind::CalendarRolling && !last.is_working(weekend, &is_holiday)? {
        last.date = last.date.next().ok_or(CountError::TooLate)?;
    }
    Ok(last)
}

impl LastDay {
    /// Whether the day that the count has come to is a working day; if it is not for being a holiday, it is kept.
    fn is_working(&mut self, weekend: &[Weekday], is_holiday: impl Fn(Date) -> bool) -> Result<bool, CountError> {
        if weekend.contains(&Weekday::of(self.date)) {
            return Ok(false);
        }
        if !is_holiday(self.date) {
            return Ok(true);
        }
        if self.holidays.len() >= MAX_HOLIDAYS {
            return Err(CountError::TooManyHolidays);
        }
        self.holidays.push(self.date);
        Ok(false)
    }
}

impl Weekday {
    /// The one that a date is.
    pub fn of(date: Date) -> Self {
        use jiff::civil::Weekday as Civil;
        match date.as_civil().weekday() {
            Civil::Monday => Self::Monday,
            Civil::Tuesday => Self::Tuesday,
            Civil::Wednesday => Self::Wednesday,
            Civil::Thursday => Self::Thursday,
            Civil::Friday => Self::Friday,
            Civil::Saturday => Self::Saturday,
            Civil::Sunday => Self::Sunday,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn counts_come_to_an_end() {
        use CountError::{TooLate, TooManyDays, TooManyHolidays};
        use CountKind::{Calendar, CalendarRolling as Rolling, Working};
        const SIX: &[Weekday] = &[
            Weekday::Monday,
            Weekday::Tuesday,
            Weekday::Wednesday,
            Weekday::Friday,
            Weekday::Saturday,
            Weekday::Sunday,
        ];
        let never = |_: Date| false;
        let always = |_: Date| true;
        let until = |date: &'static str| move |it: Date| it < day(date);
        // (kind, days, from, weekend, holidays, last day)
        type Row<'a> = (CountKind, u64, &'a str, &'a [Weekday], &'a dyn Fn(Date) -> bool, Result<&'a str, CountError>);
        let table: &[Row<'_>] = &[
            (Calendar, 1, "1970-01-01", &WEEKEND, &always, Ok("1970-01-02")),
            (Calendar, 3_660, "2020-01-01", &WEEKEND, &never, Ok("2030-01-08")),
            (Calendar, 3_661, "2020-01-01", &WEEKEND, &never, Err(TooManyDays(3_661))),
            (Working, u64::MAX, "2020-01-01", &WEEKEND, &never, Err(TooManyDays(u64::MAX))),
            (Calendar, 1, "9999-12-30", &WEEKEND, &never, Ok("9999-12-31")),
            (Calendar, 1, "9999-12-31", &WEEKEND, &never, Err(TooLate)),
            (Rolling, 1, "9999-12-30", &[Weekday::Friday], &never, Err(TooLate)),
            (Working, 3_660, "2020-01-01", SIX, &never, Ok("2090-02-16")),
            (Working, 1, "2020-01-01", &WEEKEND, &always, Err(TooManyHolidays)),
            // 2 January 2020 is a Thursday, and Thursdays alone are worked: 128 of them, or 129, are holidays.
            (Working, 1, "2020-01-01", SIX, &until("2022-06-16"), Ok("2022-06-16")),
            (Working, 1, "2020-01-01", SIX, &until("2022-06-17"), Err(TooManyHolidays)),
            (Rolling, 1, "2020-01-01", SIX, &until("2022-06-16"), Ok("2022-06-16")),
            (Rolling, 1, "2020-01-01", SIX, &until("2022-06-17"), Err(TooManyHolidays)),
        ];
        for (kind, days, from, weekend, is_holiday, expected) in table {
            let found = last_day(*kind, *days, day(from), weekend, is_holiday).map(|last| last.date);
            assert_eq!(found, expected.map(day), "{days} {kind:?} from {from}");
        }
    }
}
