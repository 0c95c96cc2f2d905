//! Instants, dates and periods: the Gregorian calendar in UTC, read strictly and written in one way only.
//!
//! Everything lies in the years 1970 to 9999. The arithmetic is that of `jiff::civil`, which reads no clock and no time
//! zone; where a date ends in some place of the world is the business of the shell.

mod period;

use std::fmt;

use jiff::SignedDuration;
use jiff::civil;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::fault::{Code, Fault};

pub use period::Period;

/// The first year there is.
pub const FIRST_YEAR: i16 = 1970;

/// The last year there is.
pub const LAST_YEAR: i16 = 9999;

/// How much of a text that is no time a message repeats, in characters.
const QUOTED_CHARS: usize = 80;

const EPOCH: civil::DateTime = civil::DateTime::constant(FIRST_YEAR, 1, 1, 0, 0, 0, 0);

/// An instant in UTC, to the second: `YYYY-MM-DDTHH:MM:SSZ`. No leap seconds, no fractions, no other offset (a strict
/// subset of RFC 3339).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

/// A day of the calendar: `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

/// An instant in UTC, to the millisecond: when the ledger placed an entry. A number in entries, and
/// `YYYY-MM-DDTHH:MM:SS.mmmZ` where people read it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(u64);

impl Time {
    /// The last second of the year 9999.
    pub const MAX: Self = Self(253_402_300_799);

    /// From seconds since 1970-01-01T00:00:00Z. None after the year 9999.
    pub fn from_unix(seconds: u64) -> Option<Self> {
        (seconds <= Self::MAX.0).then_some(Self(seconds))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn unix(self) -> u64 {
        self.0
    }

    fn read(text: &str) -> Option<Self> {
        let (date, clock) = text.strip_suffix('Z')?.split_once('T')?;
        let date = Date::read(date)?.0;
        let mut fields = clock.split(':');
        let [hour, minute, second] = [fields.next()?, fields.next()?, fields.next()?].map(number::<2>);
        if fields.next().is_some() {
            return None;
        }
        let clock = civil::Time::new(small(hour?)?, small(minute?)?, small(second?)?, 0).ok()?;
        Some(Self::of(date.to_datetime(clock)))
    }

    /// Of a moment that is not before 1970.
    fn of(moment: civil::DateTime) -> Self {
        Self(moment.duration_since(EPOCH).as_secs().unsigned_abs())
    }
}

impl Date {
    /// The day after. None after 9999-12-31.
    pub fn next(self) -> Option<Self> {
        self.0.tomorrow().ok().and_then(Self::within)
    }

    /// How many days later another day is; 0 if it is not later.
    pub fn days_until(self, later: Self) -> u64 {
        later.start().unix().saturating_sub(self.start().unix()) / (24 * 60 * 60)
    }

    /// Its first second, in UTC.
    pub fn start(self) -> Time {
        Time::of(self.0.to_datetime(civil::Time::midnight()))
    }

    /// That day of a calendar of the world. None outside the years 1970 to 9999.
    pub fn from_civil(date: civil::Date) -> Option<Self> {
        Self::within(date)
    }

    /// The same day, for calendars of the world.
    pub fn as_civil(self) -> civil::Date {
        self.0
    }

    fn read(text: &str) -> Option<Self> {
        let mut fields = text.split('-');
        let (year, month, day) = (number::<4>(fields.next()?)?, number::<2>(fields.next()?)?, fields.next()?);
        if fields.next().is_some() {
            return None;
        }
        civil::Date::new(year, small(month)?, small(number::<2>(day)?)?).ok().and_then(Self::within)
    }

    fn within(date: civil::Date) -> Option<Self> {
        (FIRST_YEAR..=LAST_YEAR).contains(&date.year()).then_some(Self(date))
    }
}

impl Millis {
    /// The first of all.
    pub const EPOCH: Self = Self(0);

    /// The last millisecond of the year 9999.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// From milliseconds since 1970-01-01T00:00:00Z. None after the year 9999.
    pub fn from_unix_ms(milliseconds: u64) -> Option<Self> {
        (milliseconds <= Self::MAX.0).then_some(Self(milliseconds))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn unix_ms(self) -> u64 {
        self.0
    }

    /// The second it lies in. Nothing is lost when it is compared with another [`Time`]: `a.time() < b` and
    /// `a.time() >= b` say of whole seconds `b` what the milliseconds would.
    pub fn time(self) -> Time {
        Time(self.0 / 1000)
    }
}

/// Exactly so many decimal digits.
fn number<const DIGITS: usize>(text: &str) -> Option<i16> {
    let digits = text.len() == DIGITS && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

fn small(number: i16) -> Option<i8> {
    i8::try_from(number).ok()
}

/// The text as a message repeats it: quoted, escaped, cut.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED_CHARS) {
        Some((cut, _)) => format!("{:?}...", text.get(..cut).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

/// Writes a number in so many digits, over what is there.
fn put<const DIGITS: usize>(text: &mut [u8], at: usize, number: impl Into<i32>) {
    let mut rest = number.into().unsigned_abs();
    for digit in text.iter_mut().skip(at).take(DIGITS).rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

/// Writes a text of ASCII at once: piece by piece, as the macro does, it was a fifth of the instructions of writing a
/// statement (callgrind).
fn write_ascii(f: &mut fmt::Formatter<'_>, text: &[u8]) -> fmt::Result {
    f.write_str(std::str::from_utf8(text).unwrap_or_default())
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Below MAX, so it neither wraps nor saturates.
        let moment = EPOCH.saturating_add(SignedDuration::from_secs(self.0.cast_signed()));
        let mut text = *b"YYYY-MM-DDTHH:MM:SSZ";
        Date(moment.date()).put(&mut text);
        put::<2>(&mut text, 11, moment.hour());
        put::<2>(&mut text, 14, moment.minute());
        put::<2>(&mut text, 17, moment.second());
        write_ascii(f, &text)
    }
}

impl Date {
    /// Writes `YYYY-MM-DD` over the beginning of a text that has the hyphens.
    fn put(self, text: &mut [u8]) {
        put::<4>(text, 0, self.0.year());
        put::<2>(text, 5, self.0.month());
        put::<2>(text, 8, self.0.day());
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = *b"YYYY-MM-DD";
        self.put(&mut text);
        write_ascii(f, &text)
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.time().to_string();
        write!(f, "{}.{:03}Z", second.trim_end_matches('Z'), self.0 % 1000)
    }
}

/// As the number.
impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let milliseconds = u64::deserialize(deserializer)?;
        Self::from_unix_ms(milliseconds).ok_or_else(|| de::Error::custom("a time before the year 10000"))
    }
}

impl fmt::Debug for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What the types that are written as strings have in common.
macro_rules! written {
    ($($type:ident $name:literal $form:literal)+) => {$(
        impl $type {
            #[doc = concat!("Reads ", $name, ", strictly.")]
            ///
            /// # Errors
            #[doc = concat!("`statement-malformed`: not ", $form, ".")]
            pub fn parse(text: &str) -> Result<Self, Fault> {
                let fault = || Fault::new(Code::StatementMalformed, concat!($name, ", ", $form), quoted(text));
                Self::read(text).ok_or_else(fault)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                super::text::read(deserializer, |text| {
                    let error = || format!(concat!($name, " is ", $form, ", not {}"), quoted(text));
                    Self::read(text).ok_or_else(error)
                })
            }
        }
    )+};
}

written! {
    Time "a time" "YYYY-MM-DDTHH:MM:SSZ, a second of the years 1970 to 9999"
    Date "a date" "YYYY-MM-DD, a day of the years 1970 to 9999"
    Period "a period" "YYYY, YYYY-Sn, YYYY-Qn, YYYY-MM, YYYY-Www, YYYY-MM-DD or two days joined by a slash"
}

#[cfg(test)]
mod tests;
