//! Where in the world a date ends: deadlines are dates in a named calendar.
//!
//! A calendar is a time zone of the IANA database, by its exact name (`Europe/London`). The database is the one that
//! the program was built with, never the machine's, so that one build gives one answer everywhere. Governments change
//! their clocks; a request therefore carries the instant beside the date, and nobody has to ask a database later.

use std::sync::LazyLock;

use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan as _, civil};

use crate::core::time::{Date, Time};

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// How much of a name that is no calendar a message repeats, in characters. The longest real one has 32.
const QUOTED_CHARS: usize = 40;

/// Why a date does not end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// No time zone of this exact name.
    #[error("expected a time zone of the IANA database such as Europe/London, found {found:?}{}", or_rather(.near))]
    Unknown {
        /// What was asked for, cut to a readable length.
        found: String,
        /// The name that was probably meant.
        near: Option<String>,
    },
    /// The date ends after the last instant that can be written.
    #[error("expected a date well before the end of the year 9999, found {0}")]
    TooLate(Date),
    /// The date there, then, is none that can be written, or a day off the last one.
    #[error("expected a time well within the years 1970 to 9999, found {0}")]
    NoDate(Time),
}

impl CalendarError {
    /// The stable name of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "calendar-unknown",
            Self::TooLate(_) => "date-too-late",
            Self::NoDate(_) => "date-out-of-range",
        }
    }
}

/// The instant at which the date ends in the calendar: the first one after every second of it. In London in summer that
/// is 23:00 UTC.
///
/// Where clocks jump over midnight, the date ends at the jump. Where they fall back over midnight, it ends when it has
/// ended for good. A date that a place skipped (30 December 2011 in Samoa) ends at the jump over it, as the date before
/// it does.
///
/// # Errors
/// [`CalendarError::Unknown`], [`CalendarError::TooLate`].
pub fn end_of(date: Date, calendar: &str) -> Result<Time, CalendarError> {
    let zone = zone(calendar)?;
    let too_late = || CalendarError::TooLate(date);
    let midnight = date.next().ok_or_else(too_late)?.as_civil().to_datetime(civil::Time::midnight());
    let end = first_instant(&zone, midnight).ok_or_else(too_late)?;
    u64::try_from(end.as_second()).ok().and_then(Time::from_unix).ok_or_else(too_late)
}

/// The date that it is in the calendar at that instant.
///
/// # Errors
/// [`CalendarError::Unknown`], [`CalendarError::NoDate`].
pub fn date_at(time: Time, calendar: &str) -> Result<Date, CalendarError> {
    let zone = zone(calendar)?;
    let instant = i64::try_from(time.unix()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    let date = instant.and_then(|instant| Date::from_civil(zone.to_datetime(instant).date()));
    date.ok_or(CalendarError::NoDate(time))
}

fn zone(calendar: &str) -> Result<TimeZone, CalendarError> {
    // The database finds names in any case. A signed statement has one spelling.
    let found = ZONES.get(calendar).ok().filter(|zone| !zone.is_unknown());
    match found {
        Some(zone) if zone.iana_name() == Some(calendar) => Ok(zone),
        near => Err(CalendarError::Unknown {
            found: calendar.chars().take(QUOTED_CHARS).collect(),
            near: near.and_then(|zone| Some(zone.iana_name()?.to_owned())),
        }),
    }
}

/// When this midnight comes, or would have come. None beyond the years that can be written.
fn first_instant(zone: &TimeZone, midnight: civil::DateTime) -> Option<Timestamp> {
    let both = zone.to_ambiguous_timestamp(midnight);
    match both.offset() {
        AmbiguousOffset::Unambiguous { .. } => both.unambiguous().ok(),
        // Skipped. By the clock as it was after the jump, this midnight was before the jump: the jump is what follows.
        AmbiguousOffset::Gap { after, .. } => {
            let before_jump = after.to_timestamp(midnight).ok()?;
            zone.following(before_jump).next().map(|jump| jump.timestamp())
        }
        // Twice. The second ends the day before, if that day came back; otherwise the first did.
        AmbiguousOffset::Fold { .. } => {
            let (first, second) = (both.earlier().ok()?, both.later().ok()?);
            let last_second = second.checked_sub(1.second()).ok()?;
            Some(if zone.to_datetime(last_second) < midnight { second } else { first })
        }
    }
}

fn or_rather(near: &Option<String>) -> String {
    near.as_ref().map(|name| format!(", which is written {name}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(date: &str, calendar: &str) -> Result<String, CalendarError> {
        end_of(Date::parse(date).unwrap(), calendar).map(|time| time.to_string())
    }

    #[test]
    fn dates_end_where_they_end() {
        // (date, calendar, the instant at which it ends)
        let table = [
            ("2021-04-01", "UTC", "2021-04-02T00:00:00Z"),
            ("1970-01-01", "UTC", "1970-01-02T00:00:00Z"),
            ("2026-01-31", "Europe/London", "2026-02-01T00:00:00Z"),
            ("2026-07-31", "Europe/London", "2026-07-31T23:00:00Z"),
            // The clocks go forward on the 29th of March, and back on the 25th of October.
            ("2026-03-28", "Europe/London", "2026-03-29T00:00:00Z"),
            ("2026-03-29", "Europe/London", "2026-03-29T23:00:00Z"),
            ("2026-10-24", "Europe/London", "2026-10-24T23:00:00Z"),
            ("2026-10-25", "Europe/London", "2026-10-26T00:00:00Z"),
            ("2026-11-30", "Australia/Sydney", "2026-11-30T13:00:00Z"),
            ("2026-11-30", "Asia/Kathmandu", "2026-11-30T18:15:00Z"),
            ("2026-12-31", "Pacific/Kiritimati", "2026-12-31T10:00:00Z"),
            ("2026-12-31", "Pacific/Pago_Pago", "2027-01-01T11:00:00Z"),
            // No midnight: the clocks go from 00:00 to 01:00, or from 23:30 to 00:30.
            ("2018-11-03", "America/Sao_Paulo", "2018-11-04T03:00:00Z"),
            ("2018-11-04", "America/Sao_Paulo", "2018-11-05T02:00:00Z"),
            ("2021-03-27", "Asia/Beirut", "2021-03-27T22:00:00Z"),
            ("2021-03-28", "Asia/Beirut", "2021-03-28T21:00:00Z"),
            // 23:00 comes twice: from 00:00 back to 23:00.
            ("2018-02-17", "America/Sao_Paulo", "2018-02-18T03:00:00Z"),
            // Midnight comes twice, on one day: from 01:00 back to 00:00.
            ("2024-11-02", "America/Havana", "2024-11-03T04:00:00Z"),
            ("2024-11-03", "America/Havana", "2024-11-04T05:00:00Z"),
            // Midnight comes twice, and the old day with it: from 00:01 back to 23:01.
            ("2010-11-06", "America/St_Johns", "2010-11-07T03:30:00Z"),
            // A day that never was, skipped over the date line.
            ("2011-12-28", "Pacific/Apia", "2011-12-29T10:00:00Z"),
            ("2011-12-29", "Pacific/Apia", "2011-12-30T10:00:00Z"),
            ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z"),
            ("2011-12-31", "Pacific/Apia", "2011-12-31T10:00:00Z"),
            ("9998-12-31", "Pacific/Pago_Pago", "9999-01-01T11:00:00Z"),
        ];
        for (date, calendar, expected) in table {
            assert_eq!(end(date, calendar).as_deref(), Ok(expected), "{date} in {calendar}");
        }
    }

    #[test]
    fn a_jump_that_begins_before_midnight_ends_the_day() {
        // Half an hour before midnight of 31 March 1919, Toronto's clocks went to half past.
        let toronto = zone("America/Toronto").unwrap();
        let midnight = civil::date(1919, 3, 31).at(0, 0, 0, 0);
        assert_eq!(first_instant(&toronto, midnight).unwrap().to_string(), "1919-03-31T04:30:00Z");
    }

    #[test]
    fn calendars_have_one_name() {
        // (name, what the message says)
        let table = [
            ("", r#"found """#),
            ("London", r#"found "London""#),
            ("europe/london", r#"found "europe/london", which is written Europe/London"#),
            ("Europe/London ", r#"found "Europe/London ""#),
            ("Etc/Unknown", r#"found "Etc/Unknown""#),
            ("+01:00", r#"found "+01:00""#),
            ("../Europe/London", r#"found "../Europe/London""#),
            ("EST5EDT,M3.2.0,M11.1.0", r#"found "EST5EDT,M3.2.0,M11.1.0""#),
            ("\u{1b}[31m", r#"found "\u{1b}[31m""#),
        ];
        for (name, says) in table {
            let error = end("2026-01-01", name).unwrap_err();
            assert_eq!(error.code(), "calendar-unknown", "{name:?}");
            assert!(error.to_string().ends_with(says), "{error}");
        }
        let error = end("2026-01-01", &"x".repeat(10_000)).unwrap_err();
        assert!(error.to_string().len() < 200);
    }

    #[test]
    fn dates_that_end_after_the_last_year_are_refused() {
        for (date, calendar) in [("9999-12-31", "UTC"), ("9999-12-30", "Pacific/Pago_Pago")] {
            assert_eq!(end(date, calendar).unwrap_err().code(), "date-too-late", "{date} in {calendar}");
        }
    }

    #[test]
    fn a_date_lasts_until_it_ends() {
        // (instant, calendar, the date there)
        let table = [
            ("2026-03-31T22:59:59Z", "Europe/London", Ok("2026-03-31")),
            ("2026-03-31T23:00:00Z", "Europe/London", Ok("2026-04-01")),
            ("2026-11-30T12:59:59Z", "Australia/Sydney", Ok("2026-11-30")),
            ("2026-11-30T13:00:00Z", "Australia/Sydney", Ok("2026-12-01")),
            ("1970-01-01T00:00:00Z", "UTC", Ok("1970-01-01")),
            ("1970-01-01T00:00:00Z", "America/New_York", Err("date-out-of-range")),
            ("9999-12-30T22:00:00Z", "Asia/Tokyo", Ok("9999-12-31")),
            ("9999-12-30T22:00:01Z", "UTC", Err("date-out-of-range")),
            ("2026-11-30T13:00:00Z", "Mars/One", Err("calendar-unknown")),
        ];
        for (time, calendar, expected) in table {
            let found = date_at(Time::parse(time).unwrap(), calendar).map(|date| date.to_string());
            let found = found.as_deref().map_err(CalendarError::code);
            assert_eq!(found, expected, "{time} in {calendar}");
        }
    }

    #[test]
    fn days_end_one_after_the_other_in_every_calendar() {
        for name in ZONES.available() {
            let Ok(zone) = zone(name.as_str()) else { continue };
            let mut date = civil::date(2009, 1, 1);
            let mut last = None;
            while date.year() < 2019 {
                let end = first_instant(&zone, date.to_datetime(civil::Time::midnight()));
                assert!(last <= end, "{date} in {}", name.as_str());
                // The second before belongs to an earlier day, the first second to this one or a later one.
                let end_at = zone.to_datetime(end.unwrap());
                let before = zone.to_datetime(end.unwrap() - 1.second());
                assert!(end_at.date() >= date && before.date() < date, "{date} in {}", name.as_str());
                // What the law allows a deadline.
                let utc = date.at(0, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp();
                let hours = end.unwrap().duration_since(utc).as_secs_f64() / 3600.0;
                assert!((-14.0..=12.0).contains(&hours), "{date} in {}", name.as_str());
                last = end;
                date = date.tomorrow().unwrap();
            }
        }
    }
}
