//! Tables as CSV: RFC 4180, lines ended by LF, with a header.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Cell, Column};

/// What a text may not begin with in CSV without an apostrophe before it. A spreadsheet takes a cell that begins with one
/// of the first (in some languages, of their full-width forms) for a formula and runs it, and labels and texts come from
/// whoever files. The apostrophe itself is among them, so that taking one away gives back every text.
pub const GUARDED: [char; 10] = ['=', '+', '-', '@', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\''];

/// Writes rows.
pub(super) struct Writer<W: Write> {
    rows: ::csv::Writer<W>,
}

impl<W: Write> Writer<W> {
    pub fn new(columns: &[Column], out: W) -> io::Result<Self> {
        let mut rows = ::csv::WriterBuilder::new().from_writer(out);
        rows.write_record(columns.iter().map(|column| column.name)).map_err(error)?;
        Ok(Self { rows })
    }
}

impl<W: Write + Send> super::Writer<W> for Writer<W> {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for cell in cells {
            let field = match (cell, cell.text()) {
                (_, Some(text)) if text.starts_with(GUARDED) => Cow::Owned(format!("'{text}")),
                (_, Some(text)) => Cow::Borrowed(text),
                (Cell::Integer(number), _) => number.to_string().into(),
                (Cell::Boolean(value), _) => value.to_string().into(),
                (Cell::Date(date), _) => date.to_string().into(),
                (Cell::Timestamp(instant), _) => instant.to_string().into(),
                _ => "".into(),
            };
            self.rows.write_field(field.as_bytes()).map_err(error)?;
        }
        self.rows.write_record(None::<&[u8]>).map_err(error)
    }

    fn finish(self: Box<Self>) -> io::Result<W> {
        self.rows.into_inner().map_err(::csv::IntoInnerError::into_error)
    }
}

fn error(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}
