//! Why a map or a table could not be read.

use std::fmt;
use std::io;

use super::notation::{MAX_COLUMNS, MAX_ROW_BYTES};
use crate::core::text::{OneLine, TextError, excerpt};

/// Errors in cells that are reported at once, at most; a table is not read on after so many.
pub const MAX_REPORTED: usize = 20;

/// What is wrong with a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapError {
    /// The line of the map, from 1, where it is known.
    pub line: Option<usize>,
    /// The key it concerns, such as `value[0].kind`, where there is one.
    pub key: Option<String>,
    /// What is wrong with it.
    pub says: String,
}

impl MapError {
    /// The stable name of every such error.
    pub const CODE: &'static str = "map-malformed";

    pub(super) fn at(key: impl Into<String>, says: impl Into<String>) -> Self {
        Self { line: None, key: Some(key.into()), says: says.into() }
    }
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the map")?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(key) = &self.key {
            write!(f, ", key {key}")?;
        }
        write!(f, ": {}", OneLine(&self.says))
    }
}

impl std::error::Error for MapError {}

/// Why a table gave no observations, or not all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It could not be read.
    #[error("cannot read the table: {0}")]
    Read(#[source] io::Error),
    /// The observations could not be handed over.
    #[error("cannot write an observation: {0}")]
    Write(#[source] io::Error),
    /// It is not UTF-8.
    #[error("line {line}: expected utf-8, found {found}; save the table as utf-8")]
    NotUtf8 {
        /// The line, from 1.
        line: u64,
        /// What it seems to be.
        found: &'static str,
    },
    /// A row over the limit.
    #[error("line {line}: expected a row of at most {MAX_ROW_BYTES} bytes, found more; is a quote not closed?")]
    RowTooLong {
        /// Its first line.
        line: u64,
    },
    /// A quote that no other closes.
    #[error(
        "line {line}: expected a quote to close the one in this row, found the end of the table; where quotes are ordinary characters, set table.quotes = false"
    )]
    QuoteUnclosed {
        /// Its first line.
        line: u64,
    },
    /// Not one row in what the line breaks and quotes make one.
    #[error("line {line}: expected one row, found a carriage return alone within it")]
    RowMalformed {
        /// Its first line.
        line: u64,
    },
    /// No header row.
    #[error("expected a header row after {skipped} skipped lines, found the end of the table")]
    HeaderMissing {
        /// By `table.skip_lines`.
        skipped: u64,
    },
    /// More columns than the limit.
    #[error("line {line}: expected at most {MAX_COLUMNS} columns, found {found}")]
    TooManyColumns {
        /// The header's.
        line: u64,
        /// So many.
        found: usize,
    },
    /// The map names a column that the table does not have.
    #[error("{key}: expected a column {column:?}, found {header} (in line {line})")]
    ColumnMissing {
        /// Where the map names it.
        key: String,
        /// What it names.
        column: String,
        /// The columns that there are.
        header: String,
        /// The header's line.
        line: u64,
    },
    /// The map names a column that the table has twice.
    #[error(
        "{key}: expected one column {column:?}, found columns {first} and {second}; name it by its number, as \"#{first}\""
    )]
    ColumnAmbiguous {
        /// Where the map names it.
        key: String,
        /// What it names.
        column: String,
        /// The number of one, from 1.
        first: usize,
        /// The number of the next.
        second: usize,
    },
    /// Neither the map nor the caller says this.
    #[error("expected the map, or whoever imports, to say the {dimension}, found that neither does")]
    NotSaid {
        /// Service or period.
        dimension: &'static str,
    },
    /// A table that says nothing.
    #[error("expected at least one observation, found none in {rows} rows")]
    Nothing {
        /// Rows read.
        rows: u64,
    },
    /// Cells that the map does not explain, up to [`MAX_REPORTED`].
    #[error("{}", listed(cells))]
    Cells {
        /// Each of them, in order.
        cells: Vec<CellError>,
    },
}

fn listed(cells: &[CellError]) -> String {
    let mut lines: Vec<String> = cells.iter().map(ToString::to_string).collect();
    if cells.len() >= MAX_REPORTED {
        lines.push(format!("stopped after {MAX_REPORTED} errors"));
    }
    lines.join("\n")
}

impl ImportError {
    /// The stable name of what is wrong; of cells, that of the first.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(_) => "table-unreadable",
            Self::Write(_) => "observations-unwritable",
            Self::NotUtf8 { .. } => "not-utf-8",
            Self::RowTooLong { .. } => "row-too-long",
            Self::QuoteUnclosed { .. } => "quote-unclosed",
            Self::RowMalformed { .. } => "row-malformed",
            Self::HeaderMissing { .. } => "header-missing",
            Self::TooManyColumns { .. } => "too-many-columns",
            Self::ColumnMissing { .. } => "column-missing",
            Self::ColumnAmbiguous { .. } => "column-ambiguous",
            Self::NotSaid { .. } => "not-said",
            Self::Nothing { .. } => "no-observations",
            Self::Cells { cells } => cells.first().map_or("no-observations", |cell| cell.code.as_str()),
        }
    }
}

/// What is wrong with a cell, or a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellCode {
    /// A row with another number of cells than the header.
    RowLength,
    /// Nothing where something is needed.
    CellEmpty,
    /// A text that the lookup does not list.
    CellUnknown,
    /// A text that its type does not allow.
    TextInvalid,
    /// Not a number of its kind.
    NumberMalformed,
    /// A number that the format cannot hold, such as a share above 1.
    NumberOutOfRange,
    /// A number that cannot be held exactly.
    NumberInexact,
    /// A number where the status says that there is none, or the other way round.
    StatusContradicted,
    /// Not a period of any format.
    PeriodMalformed,
    /// A category that this version of the taxonomy does not have.
    CategoryUnknown,
    /// Another figure for what an earlier row was about.
    SeriesContradicted,
}

impl CellCode {
    /// The code as it is written everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RowLength => "row-length",
            Self::CellEmpty => "cell-empty",
            Self::CellUnknown => "cell-unknown",
            Self::TextInvalid => "text-invalid",
            Self::NumberMalformed => "number-malformed",
            Self::NumberOutOfRange => "number-out-of-range",
            Self::NumberInexact => "number-inexact",
            Self::StatusContradicted => "status-contradicted",
            Self::PeriodMalformed => "period-malformed",
            Self::CategoryUnknown => "category-unknown",
            Self::SeriesContradicted => "series-contradicted",
        }
    }
}

/// A cell that the map does not explain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellError {
    /// What is wrong.
    pub code: CellCode,
    /// The row's first line, from 1.
    pub line: u64,
    /// The column, by its header; none where the row as a whole is meant.
    pub column: Option<String>,
    /// What the map asks for.
    pub expected: String,
    /// The beginning of what was there.
    pub found: String,
}

impl CellError {
    /// Whether the other one is of the same text in the same column, in whatever line: one change of the map ends both.
    pub(super) fn says_again(&self, other: &Self) -> bool {
        let of_the_map = matches!(
            self.code,
            CellCode::CellUnknown | CellCode::TextInvalid | CellCode::PeriodMalformed | CellCode::CategoryUnknown
        );
        let of = |error: &Self| (error.code, error.column.clone(), error.expected.clone(), error.found.clone());
        of_the_map && of(self) == of(other)
    }
}

impl fmt::Display for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column {:?}", excerpt(column))?;
        }
        write!(f, ": {}: expected {}, found {}", self.code.as_str(), self.expected, self.found)
    }
}

/// What is wrong, before its place is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) code: CellCode,
    pub(super) expected: String,
    pub(super) found: String,
}

impl Wrong {
    /// With a text from the table, quoted and cut.
    pub(super) fn new(code: CellCode, expected: impl Into<String>, found: &str) -> Self {
        Self { code, expected: expected.into(), found: format!("{:?}", excerpt(found)) }
    }

    /// A text that its type does not allow.
    pub(super) fn text(error: &TextError, found: &str) -> Self {
        let expected = format!("another text ({}); list the table's own words in a lookup", error.expected);
        Self::new(CellCode::TextInvalid, expected, found)
    }

    pub(super) fn at(self, line: u64, column: Option<&str>) -> CellError {
        let Self { code, expected, found } = self;
        CellError { code, line, column: column.map(str::to_owned), expected, found }
    }
}
