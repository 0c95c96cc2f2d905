//! `candour table`: what a ledger holds, for pandas, DuckDB or a spreadsheet.

use std::fs::File;
use std::io::{self, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use candour::shell::tables::{self, Format, Rows};
use candour::storage::whole_file::WholeFile;
use clap::{Args, ValueEnum};
use serde_json::json;
use tempfile::SpooledTempFile;

use crate::as_of::AsOfArgument;
use crate::bundle::BundleArgument;
use crate::failure::Failure;
use crate::output::Output;

/// Bytes of a table for standard output that are kept in memory until the copy is verified, at most; more are kept in a
/// temporary file.
const MAX_BYTES_IN_MEMORY: usize = 8 * 1024 * 1024;

/// Write a table. Nothing is written of a copy that has a fault.
#[derive(Args)]
pub struct Table {
    /// Which table
    #[arg(value_enum)]
    table: TableName,
    /// A ledger's folder, an exported folder, or a zip of one
    #[arg(value_name = "LEDGER", required_unless_present = "columns")]
    ledger: Option<PathBuf>,
    /// The format; CSV if left out
    #[arg(long, value_enum)]
    format: Option<FormatName>,
    /// Where to write it, instead of standard output. A file that is there is replaced
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    as_of: AsOfArgument,
    /// Show the columns of the table, and what each means
    #[arg(long, conflicts_with_all = ["ledger", "format", "output", "as_of"])]
    columns: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum TableName {
    Observations,
    Requests,
    Responses,
    Findings,
    Actors,
    Entries,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatName {
    Csv,
    Json,
    Parquet,
}

impl Table {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let table = tables::Table::from(self.table);
        let Some(path) = self.ledger else {
            show_columns(table, output);
            return Ok(ExitCode::SUCCESS);
        };
        let format = self.format.unwrap_or(if output.json { FormatName::Json } else { FormatName::Csv });
        let wanted = Wanted { bundle: BundleArgument { path }, table, format: format.into(), as_of: self.as_of };
        match &self.output {
            Some(target) => {
                let rows = wanted.write_file(target, output)?;
                if output.json {
                    output.json(&json!({ "written": target, "rows": rows }));
                } else {
                    output.line(format!("{}: {rows} rows of {}", target.display(), table.as_str()));
                }
            }
            None if format == FormatName::Parquet => {
                return Err(Failure::unjudged("parquet is for a file").hint("name one with --output FILE"));
            }
            None => wanted.print(output)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

struct Wanted {
    bundle: BundleArgument,
    table: tables::Table,
    format: Format,
    as_of: AsOfArgument,
}

impl Wanted {
    /// Writes the table beside its target, and puts it in place once the copy is verified.
    fn write_file(&self, target: &Path, output: &Output) -> Result<u64, Failure> {
        let unwritten = |error: io::Error| Failure::io(target, error);
        let mut whole = WholeFile::begin(target).map_err(unwritten)?;
        let file = whole.file().try_clone().map_err(unwritten)?;
        let (_, rows): (File, u64) = self.write(file, output, unwritten)?;
        whole.replace().map_err(unwritten)?;
        Ok(rows)
    }

    /// Prints the table, once the copy is verified.
    fn print(&self, output: &Output) -> Result<(), Failure> {
        let unkept = |error| Failure::unjudged(format!("a temporary file: {error}"));
        let (mut kept, _) = self.write(SpooledTempFile::new(MAX_BYTES_IN_MEMORY), output, unkept)?;
        kept.rewind().map_err(unkept)?;
        // Nobody reads after a closed pipe, and that is no failure.
        let mut out = io::stdout().lock();
        match io::copy(&mut kept, &mut out).and_then(|_| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::unjudged(format!("standard output: {error}")))
            }
            _ => Ok(()),
        }
    }

    fn write<W: Write + Send + 'static>(
        &self,
        out: W,
        output: &Output,
        unwritten: impl Fn(io::Error) -> Failure,
    ) -> Result<(W, u64), Failure> {
        let as_of = self.as_of.moment();
        let mut rows = Rows::new(self.table, self.format, as_of, out).map_err(&unwritten)?;
        self.bundle.verified(output, as_of.past(), &mut rows)?;
        if rows.awaits_state() {
            self.as_of.past_state(&self.bundle, |state| rows.state(state))?;
        }
        rows.finish().map_err(unwritten)
    }
}

fn show_columns(table: tables::Table, output: &Output) {
    let columns = table.columns().iter();
    if output.json {
        columns.for_each(|column| {
            let (name, kind) = (column.name, column.kind.as_str());
            let (nullable, meaning) = (column.nullable, column.meaning);
            output.json(&json!({ "column": name, "type": kind, "nullable": nullable, "meaning": meaning }));
        });
        return;
    }
    output.table(
        ["column", "type", "meaning"],
        columns.map(|column| [column.name.to_owned(), column.type_in_words(), column.meaning.replace('`', "")]),
    );
}

impl From<TableName> for tables::Table {
    fn from(name: TableName) -> Self {
        match name {
            TableName::Observations => Self::Observations,
            TableName::Requests => Self::Requests,
            TableName::Responses => Self::Responses,
            TableName::Findings => Self::Findings,
            TableName::Actors => Self::Actors,
            TableName::Entries => Self::Entries,
        }
    }
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Csv => Self::Csv,
            FormatName::Json => Self::Json,
            FormatName::Parquet => Self::Parquet,
        }
    }
}
