//! Tables: what a ledger holds, for pandas, DuckDB or a spreadsheet. FORMAT.md, section 10.
//!
//! [`Rows`] watches an audit and writes one table in one format, row by row. The columns of each table stand in a file of
//! its own, a line each.

mod actors;
mod cell;
mod columns;
mod csv;
mod entries;
mod findings;
mod json;
mod observations;
mod parquet;
mod requests;
mod responses;

use std::io::{self, Write};

use crate::core::chain::Chain;
use crate::core::event::Observation;
use crate::core::finding::Finding;
use crate::core::obligation::obligations;
use crate::core::state::State;
use crate::core::time::Time;

use super::findings::Findings;
use super::verify::{Place, Seen, Watch};

pub use cell::{Cell, Column, Kind};
pub use csv::GUARDED;
pub use parquet::{ROW_GROUP_BYTES, ROW_GROUP_ROWS};

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Every observation of every lawful statement, inline and attached, in the order of the ledger.
    Observations,
    /// What is owed: each item of each request for each addressee, by request, addressee and item.
    Requests,
    /// Each item of each response, superseded ones too, by request, addressee and time.
    Responses,
    /// What the replay noticed, in the order of `candour findings`.
    Findings,
    /// The actors, by id.
    Actors,
    /// The entries, in order.
    Entries,
}

impl Table {
    /// Every table, in the order of FORMAT.md.
    pub const ALL: [Self; 6] =
        [Self::Observations, Self::Requests, Self::Responses, Self::Findings, Self::Actors, Self::Entries];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Observations => "observations",
            Self::Requests => "requests",
            Self::Responses => "responses",
            Self::Findings => "findings",
            Self::Actors => "actors",
            Self::Entries => "entries",
        }
    }

    /// Its columns, in order.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Observations => observations::COLUMNS,
            Self::Requests => requests::COLUMNS,
            Self::Responses => responses::COLUMNS,
            Self::Findings => findings::COLUMNS,
            Self::Actors => actors::COLUMNS,
            Self::Entries => entries::COLUMNS,
        }
    }
}

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180 with a header line.
    Csv,
    /// One JSON object per line.
    Json,
    /// Apache Parquet.
    Parquet,
}

/// Writes one table while an audit goes by. Its memory is bounded by what a writer holds back ([`ROW_GROUP_BYTES`]), the
/// number of requests, and the ledger's state.
///
/// Nothing that it wrote is worth more than the audit's verdict: whoever owns the output shows it only after that.
pub struct Rows<W: Write + Send> {
    table: Table,
    as_of: AsOf,
    sheet: Sheet<W>,
    requests: requests::Issued,
    findings: Findings,
}

/// The moment that a table is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// The end of the ledger, judged at this time, which is the reader's present.
    Now(Time),
    /// The ledger as it was then: entries recorded later are left out.
    Past(Time),
}

impl AsOf {
    /// The time at which deadlines are judged.
    pub fn time(self) -> Time {
        match self {
            Self::Now(time) | Self::Past(time) => time,
        }
    }

    /// Whether an entry had been recorded by then.
    pub fn includes(self, seen: &Seen<'_>) -> bool {
        self.past().is_none_or(|time| seen.entry.recorded_at.time() <= time)
    }

    /// The time in the past that is meant, if one is.
    pub fn past(self) -> Option<Time> {
        if let Self::Past(time) = self { Some(time) } else { None }
    }
}

/// A table in one of the formats.
trait Writer<W>: Send {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()>;

    /// Ends the table, and gives the output back.
    fn finish(self: Box<Self>) -> io::Result<W>;
}

struct Sheet<W> {
    writer: Box<dyn Writer<W>>,
    written: u64,
    /// The first error of the writer: nothing is written after it.
    failed: Option<io::Error>,
}

impl<W> Sheet<W> {
    fn row(&mut self, cells: &[Cell<'_>]) {
        if self.failed.is_some() {
            return;
        }
        match self.writer.row(cells) {
            Ok(()) => self.written += 1,
            Err(error) => self.failed = Some(error),
        }
    }

    fn finish(self) -> io::Result<(W, u64)> {
        match self.failed {
            Some(error) => Err(error),
            None => Ok((self.writer.finish()?, self.written)),
        }
    }
}

impl<W: Write + Send + 'static> Rows<W> {
    /// Begins a table.
    ///
    /// # Errors
    /// What the output says.
    pub fn new(table: Table, format: Format, as_of: AsOf, out: W) -> io::Result<Self> {
        let columns = table.columns();
        let writer: Box<dyn Writer<W>> = match format {
            Format::Csv => Box::new(csv::Writer::new(columns, out)?),
            Format::Json => Box::new(json::Writer::new(columns, out)),
            Format::Parquet => Box::new(parquet::Writer::new(table.as_str(), columns, out)?),
        };
        let sheet = Sheet { writer, written: 0, failed: None };
        Ok(Self { table, as_of, sheet, requests: requests::Issued::default(), findings: Findings::as_of(as_of.past()) })
    }

    /// Whether the table is of a state that is not the one at the end of the ledger: whoever has that state hands it over
    /// with [`Rows::state`].
    pub fn awaits_state(&self) -> bool {
        matches!(self.as_of, AsOf::Past(_)) && matches!(self.table, Table::Requests | Table::Responses | Table::Actors)
    }

    /// Takes the state that the table is of, once the audit has gone by.
    pub fn state(&mut self, state: &State) {
        match self.table {
            Table::Requests => {
                let as_of = self.as_of.time();
                for owed in obligations(state, as_of) {
                    if let Some(row) = requests::Owed::of(state, &self.requests, as_of, &owed) {
                        self.sheet.row(&requests::cells(&row));
                    }
                }
            }
            Table::Responses => responses::of(state).for_each(|row| self.sheet.row(&responses::cells(&row))),
            Table::Actors => actors::of(state).for_each(|row| self.sheet.row(&actors::cells(&row))),
            Table::Observations | Table::Findings | Table::Entries => {}
        }
    }

    /// Ends the table. Returns the output and the number of rows.
    ///
    /// # Errors
    /// The first error of the output.
    pub fn finish(self) -> io::Result<(W, u64)> {
        self.sheet.finish()
    }
}

impl<W: Write + Send + 'static> Watch for Rows<W> {
    fn entry(&mut self, seen: &Seen<'_>) {
        match self.table {
            Table::Findings => self.findings.entry(seen),
            Table::Entries if self.as_of.includes(seen) => self.sheet.row(&entries::cells(seen)),
            Table::Requests => self.requests.entry(seen),
            _ => {}
        }
    }

    fn observation(&mut self, seen: &Seen<'_>, place: Place, observation: &Observation) {
        if self.table == Table::Observations && self.as_of.includes(seen) {
            self.sheet.row(&observations::cells(&observations::Told { seen, place, observation }));
        }
    }

    fn finding(&mut self, finding: Finding) {
        if self.table == Table::Findings {
            self.findings.finding(finding);
        }
    }

    fn end(&mut self, chain: &Chain) {
        for noted in std::mem::take(&mut self.findings).into_noted() {
            self.sheet.row(&findings::cells(&noted));
        }
        if let (Some(state), false) = (chain.state(), self.awaits_state()) {
            self.state(state);
        }
    }
}

#[cfg(test)]
mod tests;
