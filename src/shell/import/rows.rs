//! A table as rows of cells, one at a time, in bounded memory.

use std::io::{BufRead, BufReader, Read};

use super::error::ImportError;
use super::notation::{MAX_COLUMNS, MAX_ROW_BYTES, Table, one_line};

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The rows of a table.
pub(super) struct Rows<R> {
    reader: BufReader<R>,
    table: Table,
    /// Lines read so far.
    lines: u64,
    /// Lines with nothing on them, between rows.
    pub(super) blank: u64,
}

/// A row, with the number of its first line.
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) cells: Vec<String>,
}

impl<R: Read> Rows<R> {
    /// The header, and the rows after it.
    pub(super) fn open(reader: R, table: &Table) -> Result<(Row, Self), ImportError> {
        let mut rows = Self { reader: BufReader::new(reader), table: table.clone(), lines: 0, blank: 0 };
        let start = rows.reader.fill_buf().map_err(ImportError::Read)?;
        if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
            return Err(ImportError::NotUtf8 { line: 1, found: "utf-16" });
        }
        if start.starts_with(b"PK\x03\x04") {
            return Err(ImportError::NotUtf8 { line: 1, found: "a zip or a workbook" });
        }
        if start.starts_with(UTF_8_MARK) {
            rows.reader.consume(UTF_8_MARK.len());
        }
        let mut skipped = Vec::new();
        for _ in 0..table.skip_lines {
            skipped.clear();
            rows.line(&mut skipped, 1)?;
        }
        let header = rows.next()?.ok_or(ImportError::HeaderMissing { skipped: table.skip_lines })?;
        rows.blank = 0;
        if header.cells.len() > MAX_COLUMNS {
            return Err(ImportError::TooManyColumns { line: header.line, found: header.cells.len() });
        }
        Ok((header, rows))
    }

    /// The next row with anything in it; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Row>, ImportError> {
        let mut bytes = Vec::new();
        let mut first = self.lines + 1;
        while self.line(&mut bytes, first)? {
            let quotes = bytes.iter().filter(|byte| **byte == b'"').count();
            if self.table.quotes && !quotes.is_multiple_of(2) {
                continue;
            }
            if without_end(&bytes).is_empty() {
                self.blank += 1;
                bytes.clear();
                first = self.lines + 1;
                continue;
            }
            return self.cells(&bytes, first).map(Some);
        }
        if bytes.is_empty() { Ok(None) } else { Err(ImportError::QuoteUnclosed { line: first }) }
    }

    /// Adds the next line to those of the row that began in line `first`. False at the end of the table.
    fn line(&mut self, bytes: &mut Vec<u8>, first: u64) -> Result<bool, ImportError> {
        let room = (MAX_ROW_BYTES + 1).saturating_sub(bytes.len());
        let read = self.reader.by_ref().take(room as u64).read_until(b'\n', bytes).map_err(ImportError::Read)?;
        if bytes.len() > MAX_ROW_BYTES {
            return Err(ImportError::RowTooLong { line: first });
        }
        self.lines += u64::from(read > 0);
        Ok(read > 0)
    }

    fn cells(&self, bytes: &[u8], line: u64) -> Result<Row, ImportError> {
        let text = str::from_utf8(without_end(bytes));
        let text = text.map_err(|_| ImportError::NotUtf8 { line, found: "bytes of another encoding" })?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(u8::try_from(self.table.delimiter).unwrap_or(b','))
            .quoting(self.table.quotes)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut records = reader.records();
        let first = records.next().transpose().map_err(|error| ImportError::Read(error.into()))?;
        match (first, records.next()) {
            (Some(record), None) => Ok(Row { line, cells: record.iter().map(one_line).collect() }),
            _ => Err(ImportError::RowMalformed { line }),
        }
    }
}

fn without_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}
