//! Periods as publishers write them.

use super::error::{CellCode, Wrong};
use crate::core::time::Period;

/// Formats of one period, at most.
pub const MAX_FORMATS: usize = 32;

/// Parts of a format, at most.
const MAX_PARTS: usize = 32;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// How a period is written: see [`super`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Format {
    written: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Year,
    Half,
    Quarter,
    Month,
    MonthName,
    Week,
    Day,
    Text(String),
}

/// What a text says of one day, month or other stretch.
#[derive(Clone, Copy, Default)]
struct Fields {
    year: Option<u16>,
    half: Option<u16>,
    quarter: Option<u16>,
    month: Option<u16>,
    week: Option<u16>,
    day: Option<u16>,
}

impl Format {
    /// Reads a format.
    pub(super) fn parse(written: &str) -> Result<Self, &'static str> {
        let tokens: [(&str, Part); 7] = [
            ("YYYY", Part::Year),
            ("Month", Part::MonthName),
            ("MM", Part::Month),
            ("DD", Part::Day),
            ("Ww", Part::Week),
            ("Qn", Part::Quarter),
            ("Hn", Part::Half),
        ];
        let (mut parts, mut rest) = (Vec::new(), written);
        while let Some(c) = rest.chars().next() {
            let token = tokens.iter().find_map(|(token, part)| Some((part, rest.strip_prefix(token)?)));
            if let (None, Some(Part::Text(text))) = (token, parts.last_mut()) {
                text.push(c);
            } else if parts.len() >= MAX_PARTS {
                return Err("a format of at most 32 parts");
            } else {
                parts.push(token.map_or_else(|| Part::Text(c.into()), |(part, _)| part.clone()));
            }
            rest = token.map_or_else(|| rest.get(c.len_utf8()..).unwrap_or_default(), |(_, after)| after);
        }
        if !parts.contains(&Part::Year) {
            return Err("a format with YYYY, and Qn, Hn, Ww, MM, Month or DD where they belong");
        }
        Ok(Self { written: written.to_owned(), parts })
    }

    fn read(&self, text: &str) -> Option<Period> {
        let (mut first, mut second, mut rest) = (Fields::default(), Fields::default(), text);
        for part in &self.parts {
            let (number, after) = match part {
                Part::Text(text) => {
                    rest = rest.strip_prefix(text.as_str())?;
                    continue;
                }
                Part::Year => digits(rest, 4, 4)?,
                Part::Half => digits(rest.strip_prefix('H')?, 1, 1)?,
                Part::Quarter => digits(rest.strip_prefix('Q')?, 1, 1)?,
                Part::Week => digits(rest.strip_prefix('W')?, 1, 2)?,
                Part::Month | Part::Day => digits(rest, 1, 2)?,
                Part::MonthName => month(rest)?,
            };
            rest = after;
            // What comes a second time is about the end.
            let slot = match first.slot(part) {
                slot if slot.is_none() => slot,
                _ => second.slot(part),
            };
            if slot.replace(number).is_some() {
                return None;
            }
        }
        if !rest.is_empty() {
            return None;
        }
        first.period(second)
    }
}

impl Fields {
    fn slot(&mut self, part: &Part) -> &mut Option<u16> {
        match part {
            Part::Year => &mut self.year,
            Part::Half => &mut self.half,
            Part::Quarter => &mut self.quarter,
            Part::Week => &mut self.week,
            Part::Day => &mut self.day,
            Part::Month | Part::MonthName | Part::Text(_) => &mut self.month,
        }
    }

    fn is_empty(self) -> bool {
        let Self { year, half, quarter, month, week, day } = self;
        [year, half, quarter, month, week, day].iter().all(Option::is_none)
    }

    fn period(self, mut end: Self) -> Option<Period> {
        if end.is_empty() {
            return self.stretch();
        }
        // "Jan-Mar 2024" and "1-31 March 2024" say but once what both ends share.
        end.year = end.year.or(self.year);
        if end.day.is_some() {
            end.month = end.month.or(self.month);
        }
        let (start, end) = (self.stretch()?, end.stretch()?);
        Period::parse(&format!("{}/{}", start.start(), end.end())).ok()
    }

    fn stretch(self) -> Option<Period> {
        let year = self.year?;
        let text = match (self.half, self.quarter, self.month, self.week, self.day) {
            (None, None, None, None, None) => format!("{year:04}"),
            (Some(half), None, None, None, None) => format!("{year:04}-S{half}"),
            (None, Some(quarter), None, None, None) => format!("{year:04}-Q{quarter}"),
            (None, None, None, Some(week), None) => format!("{year:04}-W{week:02}"),
            (None, None, Some(month), None, None) => format!("{year:04}-{month:02}"),
            (None, None, Some(month), None, Some(day)) => format!("{year:04}-{month:02}-{day:02}"),
            _ => return None,
        };
        Period::parse(&text).ok()
    }
}

/// So many digits at the front, as many as there are, and what follows.
fn digits(text: &str, least: usize, most: usize) -> Option<(u16, &str)> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(count).filter(|_| count >= least)?;
    Some((number.parse().ok()?, rest))
}

/// An English month, whole or by its first three letters.
fn month(text: &str) -> Option<(u16, &str)> {
    (1..).zip(MONTHS).find_map(|(number, name)| {
        let at = |length: usize| {
            let (word, rest) = text.split_at_checked(length)?;
            word.eq_ignore_ascii_case(name.get(..length)?).then_some((number, rest))
        };
        at(name.len()).or_else(|| at(3))
    })
}

/// Reads a period by the first format that fits, or as the ledger writes it where no format is given.
pub(super) fn read(text: &str, formats: &[Format]) -> Result<Period, Wrong> {
    if formats.is_empty() {
        let expected = "a period as the ledger writes it (2021, 2021-S1, 2021-Q2, 2021-04, 2021-W05, 2021-04-01 or \
                        2021-04-01/2021-06-30), as period.format is not set";
        return Period::parse(text).map_err(|_| Wrong::new(CellCode::PeriodMalformed, expected, text));
    }
    formats.iter().find_map(|format| format.read(text)).ok_or_else(|| {
        let formats: Vec<_> = formats.iter().map(|format| format!("{:?}", format.written)).collect();
        let expected = format!("a period that is real and written as {}", formats.join(" or "));
        Wrong::new(CellCode::PeriodMalformed, expected, text)
    })
}

#[cfg(test)]
mod tests;
