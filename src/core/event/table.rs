//! Observations as a table: the CSV attachment for disclosures too large for one statement. FORMAT.md, section 3.
//!
//! No field may hold a line break, so a line is a row; and of RFC 4180 there is one reading only: no byte-order mark, no
//! empty line, no quote but around a whole field. Such lines are the leaves of the tree of its rows.

mod lines;
mod row;

use std::io::{Read, Write};

use super::disclosure::Rows;
use super::observation::Observation;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::json::Positive;
use crate::core::merkle::Frontier;
use crate::core::text::excerpt;

pub use lines::Lines;

/// The header line, field by field.
pub const HEADER: [&str; 16] = [
    "service",
    "metric",
    "jurisdiction",
    "age_band",
    "harm_taxonomy",
    "harm_version",
    "harm_category",
    "detection",
    "outcome",
    "period",
    "status",
    "value_type",
    "value",
    "value_to",
    "unit",
    "rounded_to",
];

/// Why a table could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// It is not such a table: `attachment-malformed`, or the code of the rule that an observation breaks.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Its bytes could not be read.
    #[error("cannot read a table: {0}")]
    Io(std::io::Error),
}

/// Bytes of a row, its end included, at most: no row is longer whose fields are within their limits, however quoted.
pub const MAX_ROW_BYTES: usize = 8 * 1024;

/// Reads a table row by row, in bounded memory, and hands each observation over. Returns the number of rows.
///
/// # Errors
/// `attachment-malformed` with the line; whatever `each` returns; or what the reader says.
pub fn read(
    mut reader: impl Read,
    mut each: impl FnMut(Observation) -> Result<(), TableError>,
) -> Result<u64, TableError> {
    let (mut table, mut piece) = (TableReader::default(), vec![0; 64 * 1024]);
    loop {
        let count = match reader.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(TableError::Io(error)),
        };
        table.push(piece.get(..count).unwrap_or_default(), |_, observation| each(observation.clone()))?;
    }
    table.finish(|_, observation| each(observation.clone()))
}

/// Reads a table whose bytes come piece by piece, in memory that its length does not change.
#[derive(Default)]
pub struct TableReader {
    lines: Lines,
    rows: row::Repeating,
}

impl TableReader {
    /// Takes the next piece, and hands over each observation that is complete with it, and the number of its line: the
    /// header is line 1.
    ///
    /// # Errors
    /// `attachment-malformed` with the line, or whatever `each` returns. It is of no use after that.
    pub fn push<E: From<Fault>>(
        &mut self,
        piece: &[u8],
        mut each: impl FnMut(u64, &Observation) -> Result<(), E>,
    ) -> Result<(), E> {
        let Self { lines, rows } = self;
        lines.push(piece, |line, row| take(rows, line, row, &mut each))
    }

    /// Ends the table, whose last line may have no end. Returns the number of rows.
    ///
    /// # Errors
    /// Likewise; a table has at least one row.
    pub fn finish<E: From<Fault>>(self, mut each: impl FnMut(u64, &Observation) -> Result<(), E>) -> Result<u64, E> {
        let Self { lines, mut rows } = self;
        match lines.finish(|line, row| take(&mut rows, line, row, &mut each))? {
            line @ (0 | 1) => Err(malformed(line, "a header and at least one row", "neither row").into()),
            lines => Ok(lines - 1),
        }
    }
}

/// Judges one line, and hands it over if it is a row.
fn take<E: From<Fault>>(
    rows: &mut row::Repeating,
    line: u64,
    bytes: &[u8],
    each: &mut impl FnMut(u64, &Observation) -> Result<(), E>,
) -> Result<(), E> {
    if line > 1 {
        return each(line, judged(line, bytes, |row| rows.next(row))?);
    }
    let header = str::from_utf8(bytes).unwrap_or_default();
    if header.split(',').ne(HEADER) { Err(malformed(line, "the header of FORMAT.md", header).into()) } else { Ok(()) }
}

/// The observation in a line of a table, without its end, of that number from 2.
///
/// # Errors
/// `attachment-malformed`.
pub fn row(line: u64, bytes: &[u8]) -> Result<Observation, Fault> {
    judged(line, bytes, row::parse)
}

fn judged<T>(line: u64, bytes: &[u8], judge: impl FnOnce(&str) -> Result<T, row::RowError>) -> Result<T, Fault> {
    let text = str::from_utf8(bytes).map_err(|_| malformed(line, "utf-8", "other bytes"))?;
    judge(text).map_err(|(expected, found)| malformed(line, expected, &found))
}

/// Hashes the rows of a table whose bytes come piece by piece. Whether it is a table is for [`TableReader`] to say.
#[derive(Default)]
pub struct RowHasher {
    lines: Lines,
    tree: Frontier,
}

impl RowHasher {
    /// Takes the next piece.
    ///
    /// # Errors
    /// `attachment-malformed`: a line over its limit.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), Fault> {
        let Self { lines, tree } = self;
        lines.push(piece, |line, row| grow(tree, line, row))
    }

    /// The rows of the whole.
    ///
    /// # Errors
    /// `attachment-malformed`: no row.
    pub fn finish(self) -> Result<Rows, Fault> {
        let Self { lines, mut tree } = self;
        let line = lines.finish(|line, row| grow(&mut tree, line, row))?;
        rows(&tree).ok_or_else(|| malformed(line, "at least one row", "none"))
    }
}

/// What a statement says of the rows in a tree; nothing where there are none, or more than it can say.
pub fn rows(tree: &Frontier) -> Option<Rows> {
    let count = i64::try_from(tree.size()).ok().and_then(Positive::new)?;
    Some(Rows { count, root: tree.root() })
}

fn grow(tree: &mut Frontier, line: u64, row: &[u8]) -> Result<(), Fault> {
    if line > 1 {
        tree.push(Hash::leaf(row));
    }
    Ok(())
}

/// Writes a table.
///
/// # Errors
/// What the writer says.
pub fn write<'a>(writer: impl Write, observations: impl IntoIterator<Item = &'a Observation>) -> std::io::Result<()> {
    let mut writer = TableWriter::new(writer)?;
    observations.into_iter().try_for_each(|observation| writer.push(observation))?;
    writer.finish()
}

/// Writes a table row by row.
pub struct TableWriter<W: Write>(csv::Writer<W>);

impl<W: Write> TableWriter<W> {
    /// Begins a table with its header.
    ///
    /// # Errors
    /// What the writer says.
    pub fn new(writer: W) -> std::io::Result<Self> {
        let mut writer = csv::Writer::from_writer(writer);
        writer.write_record(HEADER)?;
        Ok(Self(writer))
    }

    /// Adds a row.
    ///
    /// # Errors
    /// What the writer says.
    pub fn push(&mut self, observation: &Observation) -> std::io::Result<()> {
        Ok(self.0.write_record(row::fields(observation))?)
    }

    /// Ends the table.
    ///
    /// # Errors
    /// What the writer says.
    pub fn finish(mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

fn malformed(line: u64, expected: &str, found: &str) -> Fault {
    Fault::new(Code::AttachmentMalformed, expected, format!("{:?} in line {line}", excerpt(found)))
}

#[cfg(test)]
mod tests;
