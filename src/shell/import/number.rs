//! Numbers as publishers write them, exactly.

mod decimal;

use serde::Deserialize;

use super::error::{CellCode, Wrong};
use super::notation::Numbers;
use crate::core::event::observation::{DurationUnit, Value};
use crate::core::json::{Count, Positive, Signed};
use decimal::Decimal;

pub use decimal::MAX_DIGITS;

/// Decimals of a share that its ratio can hold: 10^15 is below 2^53.
const SHARE_DECIMALS: u32 = 15;

/// How a column's numbers are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A number of things: `1,234`; `1000-5000` and `<10` are ranges.
    Integer,
    /// A share in hundredths, with or without `%`: `99.5%` is 995/1000; `4%-5%` is a range.
    Percent,
    /// A share from 0 to 1, or a fraction: `0.995` is 995/1000, `3/4` is 3/4.
    Share,
    /// A length of time in seconds, unless the cell names another unit.
    Seconds,
    /// In minutes, likewise.
    Minutes,
    /// In hours, likewise: `1.5` is 90 minutes.
    Hours,
    /// In days, likewise.
    Days,
    /// A length of time whose unit each cell names: `36 h`, `90 min`, `1:30:00`.
    Duration,
}

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) value: Value,
    /// Whether it was rounded to what the format can hold.
    pub(super) rounded: bool,
}

impl Kind {
    pub(super) const EXPECTED: &str = "one of integer, percent, share, seconds, minutes, hours, days or duration";

    /// Reads the text of a cell. `round` allows what cannot be held exactly to be rounded.
    pub(super) fn read(self, text: &str, numbers: &Numbers, round: bool) -> Result<Read, Wrong> {
        let cell = Cell { kind: self, text, numbers, round };
        match self {
            Self::Integer => cell.integer(),
            Self::Percent => cell.share(2),
            Self::Share => cell.share(0),
            Self::Seconds => cell.duration(Some(DurationUnit::Second)),
            Self::Minutes => cell.duration(Some(DurationUnit::Minute)),
            Self::Hours => cell.duration(Some(DurationUnit::Hour)),
            Self::Days => cell.duration(Some(DurationUnit::Day)),
            Self::Duration => cell.duration(None),
        }
    }

    fn is_duration(self) -> bool {
        matches!(self, Self::Seconds | Self::Minutes | Self::Hours | Self::Days | Self::Duration)
    }

    fn like(self) -> &'static str {
        match self {
            Self::Integer => "a whole number",
            Self::Percent => "a percentage such as 99.5%",
            Self::Share => "a share such as 0.995 or 3/4",
            Self::Seconds => "a number of seconds",
            Self::Minutes => "a number of minutes",
            Self::Hours => "a number of hours",
            Self::Days => "a number of days",
            Self::Duration => "a number with its unit, such as 36 h, or h:mm:ss",
        }
    }
}

/// A cell on its way to a value.
struct Cell<'a> {
    kind: Kind,
    text: &'a str,
    numbers: &'a Numbers,
    round: bool,
}

impl Cell<'_> {
    fn wrong(&self, code: CellCode, more: &str) -> Wrong {
        let Numbers { decimal, thousands, .. } = self.numbers;
        let thousands = thousands.map_or_else(|| "none".to_owned(), |separator| format!("{separator:?}"));
        let expected =
            format!("{}{more} (numbers.decimal = {decimal:?}, numbers.thousands = {thousands})", self.kind.like());
        Wrong::new(code, expected, self.text)
    }

    fn malformed(&self) -> Wrong {
        let first = self.text.chars().next();
        let more = match self.text.chars().next_back() {
            _ if !self.text.contains(|c: char| c.is_ascii_digit()) => {
                "; say in [statuses] what a text without a number means"
            }
            _ if self.kind.is_duration() && !matches!(bounds(self.text), Bounds::One(_)) => {
                "; a length of time has no bounds: say in [statuses] what the whole cell means, or skip it"
            }
            Some(last) if !last.is_ascii_digit() && last != '%' => {
                "; what comes after the number goes into [marks], or a word such as million into numbers.words"
            }
            _ if first.is_some_and(|first| !first.is_ascii_digit() && first != '-') => {
                "; what comes before the number goes into [marks]"
            }
            _ => "",
        };
        self.wrong(CellCode::NumberMalformed, more)
    }

    fn out_of_range(&self, more: &str) -> Wrong {
        self.wrong(CellCode::NumberOutOfRange, more)
    }

    fn decimal(&self, text: &str) -> Result<Decimal, Wrong> {
        Decimal::read(text, self.numbers).ok_or_else(|| self.malformed())
    }

    fn integer(&self) -> Result<Read, Wrong> {
        let whole = |text: &str| {
            let number = self.decimal(text)?;
            let whole = number.over(0).ok_or_else(|| self.wrong(CellCode::NumberMalformed, ", without a fraction"))?;
            let whole = i64::try_from(whole).ok().map(|whole| if number.negative { -whole } else { whole });
            whole.and_then(Signed::new).ok_or_else(|| self.out_of_range(" within 2^53 - 1"))
        };
        let value = match bounds(self.text) {
            Bounds::One(text) => Value::Integer(whole(text)?),
            Bounds::Two(lower, upper) => Value::Range { lower: whole(lower)?, upper: whole(upper)? },
            Bounds::Below(text) => {
                let below =
                    whole(text)?.value().checked_sub(1).and_then(Signed::new).filter(|below| below.value() >= 0);
                let upper = below.ok_or_else(|| self.out_of_range(" above 0 after <"))?;
                Value::Range { lower: whole("0")?, upper }
            }
            Bounds::UpTo(text) => Value::Range { lower: whole("0")?, upper: whole(text)? },
        };
        Ok(Read { value, rounded: false })
    }

    /// A share whose number is in units of 10^-`shift`: 2 for hundredths.
    fn share(&self, shift: u32) -> Result<Read, Wrong> {
        if let Some((numerator, denominator)) = self.text.split_once('/').filter(|_| shift == 0) {
            let part = |text: &str| self.decimal(text.trim())?.natural(0).ok_or_else(|| self.malformed());
            let denominator = Positive::new(part(denominator)?.value()).ok_or_else(|| self.malformed())?;
            let value = Value::Ratio { denominator, numerator: part(numerator)? };
            return self.at_most_one(value, false);
        }
        let number = |text: &str| {
            let text = if shift == 2 { text.strip_suffix('%').unwrap_or(text).trim_end() } else { text };
            let number = self.decimal(text)?;
            let scale = number.scale.saturating_add(shift);
            Ok::<_, Wrong>(Decimal { scale, ..number })
        };
        let (lower, upper) = match bounds(self.text) {
            Bounds::One(text) => (None, number(text)?),
            Bounds::Two(lower, upper) => (Some(number(lower)?), number(upper)?),
            // A range includes its ends, so "less than" is widened by nothing but its end.
            Bounds::Below(text) | Bounds::UpTo(text) => (Some(Decimal::ZERO), number(text)?),
        };
        let scale = upper.scale.max(lower.map_or(0, |lower| lower.scale)).max(shift);
        let (scale, rounded) = if scale > SHARE_DECIMALS { (SHARE_DECIMALS, true) } else { (scale, false) };
        if rounded && !self.round {
            let more = format!(" of at most {SHARE_DECIMALS} decimals, or inexact = \"round\"");
            return Err(self.wrong(CellCode::NumberInexact, &more));
        }
        let denominator = i64::try_from(10_u128.saturating_pow(scale)).ok().and_then(Positive::new);
        let denominator = denominator.ok_or_else(|| self.out_of_range(""))?;
        let part = |number: Decimal| {
            let part = if rounded { number.rounded(scale) } else { number.natural(scale) };
            part.ok_or_else(|| self.out_of_range(" from 0 to 1"))
        };
        let value = match lower {
            None => Value::Ratio { denominator, numerator: part(upper)? },
            Some(lower) => Value::RatioRange { denominator, lower: part(lower)?, upper: part(upper)? },
        };
        self.at_most_one(value, rounded)
    }

    fn at_most_one(&self, value: Value, rounded: bool) -> Result<Read, Wrong> {
        let (part, whole) = match value {
            Value::Ratio { denominator, numerator } => (numerator, denominator),
            Value::RatioRange { denominator, upper, .. } => (upper, denominator),
            _ => return Err(self.malformed()),
        };
        if part.value() > whole.value() {
            return Err(self.out_of_range(", of a whole at most; is this a number of another kind?"));
        }
        Ok(Read { value, rounded })
    }

    fn duration(&self, unit: Option<DurationUnit>) -> Result<Read, Wrong> {
        let (number, unit) = match clock(self.text) {
            Some(seconds) => (Decimal { negative: false, mantissa: seconds, scale: 0 }, DurationUnit::Second),
            None => {
                let (number, written) = with_unit(self.text);
                (self.decimal(number)?, written.or(unit).ok_or_else(|| self.malformed())?)
            }
        };
        if number.negative && number.mantissa > 0 {
            return Err(self.out_of_range(" from 0"));
        }
        let exact = UNITS.iter().filter(|smaller| smaller.seconds() <= unit.seconds()).find_map(|smaller| {
            let in_smaller = number.times(unit.seconds() / smaller.seconds())?;
            Some((in_smaller.over(0)?, *smaller))
        });
        let (amount, unit, rounded) = match exact {
            Some((amount, unit)) => (amount, unit, false),
            None if self.round => {
                let seconds = number.times(unit.seconds()).and_then(|number| number.rounded(0));
                let seconds = seconds.ok_or_else(|| self.out_of_range(""))?;
                (u128::from(seconds.unsigned()), DurationUnit::Second, true)
            }
            None => return Err(self.wrong(CellCode::NumberInexact, " that is whole seconds, or inexact = \"round\"")),
        };
        let amount = i64::try_from(amount).ok().and_then(Count::new).ok_or_else(|| self.out_of_range(""))?;
        Ok(Read { value: Value::Duration { amount, unit }, rounded })
    }
}

const UNITS: [DurationUnit; 4] = [DurationUnit::Day, DurationUnit::Hour, DurationUnit::Minute, DurationUnit::Second];

/// One number, or two.
enum Bounds<'a> {
    One(&'a str),
    Two(&'a str, &'a str),
    Below(&'a str),
    UpTo(&'a str),
}

fn bounds(text: &str) -> Bounds<'_> {
    if let Some(text) = text.strip_prefix("<=").or_else(|| text.strip_prefix('≤')) {
        return Bounds::UpTo(text.trim_start());
    }
    if let Some(text) = text.strip_prefix('<') {
        return Bounds::Below(text.trim_start());
    }
    // A dash at the front is a sign, and one after an e belongs to the exponent.
    let dash = text.char_indices().skip(1).find(|&(at, c)| {
        matches!(c, '-' | '–' | '—') && !text.get(..at).is_some_and(|before| before.ends_with(['e', 'E']))
    });
    let pair = text.split_once(" to ").or_else(|| {
        let (at, c) = dash?;
        Some((text.get(..at)?, text.get(at.checked_add(c.len_utf8())?..)?))
    });
    match pair {
        Some((lower, upper)) => Bounds::Two(lower.trim_end(), upper.trim_start()),
        None => Bounds::One(text),
    }
}

/// A number and the unit written after it.
fn with_unit(text: &str) -> (&str, Option<DurationUnit>) {
    const WORDS: [(&[&str], DurationUnit); 4] = [
        (&["s", "sec", "secs", "second", "seconds"], DurationUnit::Second),
        (&["min", "mins", "minute", "minutes"], DurationUnit::Minute),
        (&["h", "hr", "hrs", "hour", "hours"], DurationUnit::Hour),
        (&["d", "day", "days"], DurationUnit::Day),
    ];
    let at = text.char_indices().rev().take_while(|(_, c)| c.is_alphabetic()).last().map_or(text.len(), |(at, _)| at);
    let (number, word) = text.split_at(at);
    let unit = WORDS.iter().find(|(words, _)| words.iter().any(|known| word.eq_ignore_ascii_case(known)));
    match unit {
        Some((_, unit)) => (number.trim_end(), Some(*unit)),
        None => (text, None),
    }
}

/// `h:mm:ss` in seconds.
fn clock(text: &str) -> Option<u128> {
    let mut parts = text.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let two = |text: &str| text.len() == 2 && digits(text) && text < "60";
    let sound =
        parts.next().is_none() && (1..=9).contains(&hours.len()) && digits(hours) && two(minutes) && two(seconds);
    if !sound {
        return None;
    }
    let [hours, minutes, seconds] = [hours, minutes, seconds].map(|text| text.parse::<u128>().unwrap_or_default());
    Some(hours * 3_600 + minutes * 60 + seconds)
}

#[cfg(test)]
mod tests;
