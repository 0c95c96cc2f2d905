//! Cells and columns: what a table is made of, whatever the format.

use crate::core::json::Integer;
use crate::core::text::{DocumentId, Jurisdiction, Label, Slug, Text};
use crate::core::time::{Date, Millis, Time};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text in UTF-8.
    Text,
    /// A whole number within ±(2^53 − 1).
    Integer,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// An instant in UTC, to the millisecond.
    Timestamp,
}

impl Kind {
    /// Its name in FORMAT.md.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
        }
    }
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, the same in every format.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether a cell may be missing.
    pub nullable: bool,
    /// What it says, in a line.
    pub meaning: &'static str,
}

impl Column {
    /// Its type as FORMAT.md says it.
    pub fn type_in_words(&self) -> String {
        format!("{}{}", self.kind.as_str(), if self.nullable { ", optional" } else { "" })
    }
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the kinds are documented at `Kind`")]
pub enum Cell<'a> {
    /// There is nothing to say.
    Missing,
    Text(&'a str),
    /// A text made for the table.
    Made(String),
    Integer(i64),
    Boolean(bool),
    Date(Date),
    Timestamp(Millis),
}

impl Cell<'_> {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Made(text) => Some(text),
            _ => None,
        }
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Made(text)
    }
}

impl From<bool> for Cell<'_> {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

/// An index or a count; no ledger has so many entries, nor a deadline so many seconds, that it would not fit.
impl From<u64> for Cell<'_> {
    fn from(number: u64) -> Self {
        i64::try_from(number).map_or(Self::Missing, Self::Integer)
    }
}

impl<const MIN: i64> From<Integer<MIN>> for Cell<'_> {
    fn from(number: Integer<MIN>) -> Self {
        Self::Integer(number.value())
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<Date> for Cell<'_> {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl From<Millis> for Cell<'_> {
    fn from(instant: Millis) -> Self {
        Self::Timestamp(instant)
    }
}

impl From<Time> for Cell<'_> {
    fn from(time: Time) -> Self {
        Millis::from_unix_ms(time.unix().saturating_mul(1000)).into()
    }
}

macro_rules! texts {
    ($($type:ty)+) => {$(
        impl<'a> From<&'a $type> for Cell<'a> {
            fn from(text: &'a $type) -> Self {
                Self::Text(text.as_str())
            }
        }
    )+};
}

texts! { DocumentId Jurisdiction Label Slug Text }
