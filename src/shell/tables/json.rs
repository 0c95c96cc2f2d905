//! Tables as JSON: one object per line, a field for each column, `null` where a cell is missing.

use std::io::{self, BufWriter, Write};

use serde::ser::{Serialize, SerializeMap as _, Serializer as _};

use super::{Cell, Column};

/// Writes rows.
pub(super) struct Writer<W: Write> {
    columns: &'static [Column],
    out: BufWriter<W>,
}

impl<W: Write> Writer<W> {
    pub fn new(columns: &'static [Column], out: W) -> Self {
        Self { columns, out: BufWriter::new(out) }
    }
}

impl<W: Write + Send> super::Writer<W> for Writer<W> {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        let mut json = serde_json::Serializer::new(&mut self.out);
        let mut object = json.serialize_map(Some(cells.len()))?;
        for (column, cell) in self.columns.iter().zip(cells) {
            object.serialize_entry(column.name, cell)?;
        }
        object.end()?;
        self.out.write_all(b"\n")
    }

    fn finish(self: Box<Self>) -> io::Result<W> {
        self.out.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

impl Serialize for Cell<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Missing => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Made(text) => serializer.serialize_str(text),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Date(date) => serializer.collect_str(date),
            Self::Timestamp(instant) => serializer.collect_str(instant),
        }
    }
}
