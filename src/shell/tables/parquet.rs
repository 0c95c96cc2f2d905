//! Tables as Apache Parquet: a column of a table is a column of the file.
//!
//! | kind | physical | logical |
//! |---|---|---|
//! | text | BYTE_ARRAY | STRING |
//! | integer | INT64 | |
//! | boolean | BOOLEAN | |
//! | date | INT32 | DATE |
//! | timestamp | INT64 | TIMESTAMP(MILLIS, UTC) |
//!
//! A column whose cells may be missing is optional, any other is required. Pages are not compressed, so that every reader
//! reads them; repeated texts stand in dictionaries.

use std::io::{self, Write};
use std::sync::Arc;

use ::parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int32Type, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use ::parquet::schema::types::Type;
use bytes::Bytes;

use super::{Cell, Column, Kind};

/// Rows of a row group, at most.
pub const ROW_GROUP_ROWS: usize = 65_536;
/// Bytes of text of a row group, at most, but for its last row.
pub const ROW_GROUP_BYTES: usize = 16 * 1024 * 1024;

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// Writes rows, a row group at a time.
pub(super) struct Writer<W: Write + Send> {
    columns: &'static [Column],
    file: SerializedFileWriter<W>,
    /// The row group in the making.
    group: Vec<Values>,
    rows: usize,
    bytes: usize,
}

/// The cells of one column in a row group.
struct Values {
    /// For an optional column: 1 where there is a cell, 0 where it is missing.
    present: Option<Vec<i16>>,
    cells: Cells,
}

enum Cells {
    Texts {
        bytes: Vec<u8>,
        /// Where each text ends in the bytes.
        ends: Vec<usize>,
    },
    Integers(Vec<i64>),
    Booleans(Vec<bool>),
    Days(Vec<i32>),
}

impl<W: Write + Send> Writer<W> {
    pub fn new(name: &str, columns: &'static [Column], out: W) -> io::Result<Self> {
        let fields =
            columns.iter().map(|column| field(column).map(Arc::new)).collect::<Result<_, _>>().map_err(error)?;
        let schema = Type::group_type_builder(name).with_fields(fields).build().map_err(error)?;
        let properties =
            WriterProperties::builder().set_created_by(concat!("candour ", env!("CARGO_PKG_VERSION")).into());
        let file = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties.build())).map_err(error)?;
        let group = columns.iter().map(Values::of).collect();
        Ok(Self { columns, file, group, rows: 0, bytes: 0 })
    }

    fn row_group(&mut self) -> io::Result<()> {
        let fresh = self.columns.iter().map(Values::of).collect();
        let group = std::mem::replace(&mut self.group, fresh);
        (self.rows, self.bytes) = (0, 0);
        let mut writer = self.file.next_row_group().map_err(error)?;
        for values in group {
            let Some(column) = writer.next_column().map_err(error)? else { break };
            values.write(column).map_err(error)?;
        }
        writer.close().map(drop).map_err(error)
    }
}

impl<W: Write + Send> super::Writer<W> for Writer<W> {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for ((column, values), cell) in self.columns.iter().zip(&mut self.group).zip(cells) {
            self.bytes += values.push(cell).ok_or_else(|| unfit(column, cell))?;
        }
        self.rows += 1;
        if self.rows >= ROW_GROUP_ROWS || self.bytes >= ROW_GROUP_BYTES { self.row_group() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> io::Result<W> {
        if self.rows > 0 {
            self.row_group()?;
        }
        // Writes the end of the file, too.
        self.file.into_inner().map_err(error)
    }
}

impl Values {
    fn of(column: &Column) -> Self {
        let cells = match column.kind {
            Kind::Text => Cells::Texts { bytes: Vec::new(), ends: Vec::new() },
            Kind::Integer | Kind::Timestamp => Cells::Integers(Vec::new()),
            Kind::Boolean => Cells::Booleans(Vec::new()),
            Kind::Date => Cells::Days(Vec::new()),
        };
        Self { present: column.nullable.then(Vec::new), cells }
    }

    /// Adds a cell. Returns how many bytes of text it has; none if it does not fit the column.
    fn push(&mut self, cell: &Cell<'_>) -> Option<usize> {
        if let Some(present) = &mut self.present {
            present.push((*cell != Cell::Missing).into());
            if *cell == Cell::Missing {
                return Some(0);
            }
        }
        match (&mut self.cells, cell) {
            (Cells::Texts { bytes, ends }, cell) => {
                let text = cell.text()?;
                bytes.extend_from_slice(text.as_bytes());
                ends.push(bytes.len());
                return Some(text.len());
            }
            (Cells::Integers(values), Cell::Integer(number)) => values.push(*number),
            (Cells::Integers(values), Cell::Timestamp(instant)) => values.push(instant.unix_ms().cast_signed()),
            (Cells::Booleans(values), Cell::Boolean(value)) => values.push(*value),
            (Cells::Days(values), Cell::Date(date)) => {
                values.push(i32::try_from(date.start().unix() / SECONDS_PER_DAY).ok()?);
            }
            _ => return None,
        }
        Some(0)
    }

    fn write(self, mut column: SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let present = self.present.as_deref();
        match self.cells {
            Cells::Texts { bytes, ends } => {
                let bytes = Bytes::from(bytes);
                let mut start = 0;
                let text = |end| ByteArray::from(bytes.slice(std::mem::replace(&mut start, end)..end));
                let texts: Vec<ByteArray> = ends.into_iter().map(text).collect();
                column.typed::<ByteArrayType>().write_batch(&texts, present, None)?;
            }
            Cells::Integers(values) => drop(column.typed::<Int64Type>().write_batch(&values, present, None)?),
            Cells::Booleans(values) => drop(column.typed::<BoolType>().write_batch(&values, present, None)?),
            Cells::Days(values) => drop(column.typed::<Int32Type>().write_batch(&values, present, None)?),
        }
        column.close()
    }
}

fn field(column: &Column) -> Result<Type, ParquetError> {
    let (physical, logical) = match column.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Integer => (Physical::INT64, None),
        Kind::Boolean => (Physical::BOOLEAN, None),
        Kind::Date => (Physical::INT32, Some(LogicalType::Date)),
        Kind::Timestamp => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
    };
    let repetition = if column.nullable { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    Type::primitive_type_builder(column.name, physical).with_logical_type(logical).with_repetition(repetition).build()
}

fn unfit(column: &Column, cell: &Cell<'_>) -> io::Error {
    io::Error::other(format!("column {} is {} and cannot hold {cell:?}", column.name, column.kind.as_str()))
}

fn error(error: ParquetError) -> io::Error {
    match error {
        // An error of the output comes through as it was.
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        error => io::Error::other(error),
    }
}
