//! How a published table and its numbers are written: what a map says of the table as a whole.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::core::json::Positive;

/// Bytes of a row of a table, at most.
pub const MAX_ROW_BYTES: usize = 1 << 20;
/// Lines before the header, at most.
pub const MAX_SKIPPED_LINES: u64 = 1_000;
/// Columns of a table, at most.
pub const MAX_COLUMNS: usize = 4_096;

/// How the table is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Table {
    pub(super) contradictions: Contradictions,
    pub(super) delimiter: char,
    pub(super) quotes: bool,
    pub(super) skip_lines: u64,
}

/// How its numbers are written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Numbers {
    pub(super) decimal: char,
    pub(super) thousands: Option<char>,
    pub(super) words: BTreeMap<String, Positive>,
}

/// What becomes of a figure of which an earlier row says something else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Contradictions {
    #[default]
    Error,
    Keep,
}

impl Default for Table {
    fn default() -> Self {
        Self { contradictions: Contradictions::Error, delimiter: ',', quotes: true, skip_lines: 0 }
    }
}

impl Default for Numbers {
    fn default() -> Self {
        Self { decimal: '.', thousands: None, words: BTreeMap::new() }
    }
}

/// A text without white space at its ends, and one space for each run within.
pub(super) fn one_line(text: &str) -> String {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |line, word| line + " " + word)
}
