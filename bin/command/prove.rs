//! `candour prove`: the receipt of an entry, made from any copy of the ledger; or the proof of one row of its table.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use candour::core::audit::attachment_name;
use candour::core::event::table::TableError;
use candour::core::receipt::Receipt;
use candour::core::row_proof::{FIRST_ROW, RowProof};
use candour::shell::receipts::{ProveError, make, prove_row};
use candour::storage::bundle::Bundle;
use candour::storage::whole_file;
use clap::Args;

use crate::bundle::BundleArgument;
use crate::failure::Failure;
use crate::output::Output;

/// Make the receipt of an entry, or the proof of one row of a table that it attaches.
#[derive(Args)]
pub struct Prove {
    #[command(flatten)]
    bundle: BundleArgument,
    /// The entry's index, from 0
    index: u64,
    /// Prove the row in this line of the table that the entry attaches; the header is line 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(FIRST_ROW..))]
    line: Option<u64>,
    /// The table; read from the ledger if left out
    #[arg(long, value_name = "FILE", requires = "line")]
    table: Option<PathBuf>,
    /// Where to write it; standard output if left out
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Prove {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let bundle = self.bundle.open()?;
        let receipt = make(bundle.as_ref(), self.index)?;
        let (text, what) = match self.line {
            None => (receipt.to_string(), format!("receipt of entry {}", self.index)),
            Some(line) => {
                let proof = self.row(bundle.as_ref(), receipt, line)?;
                (proof.to_string(), format!("proof of line {line} of a table of entry {}", self.index))
            }
        };
        match &self.out {
            None => output.line(text.trim_end()),
            Some(path) => {
                whole_file::replace(path, text).map_err(|error| Failure::io(path, error))?;
                output.line(format!("{}: {what}", path.display()));
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn row(&self, bundle: &dyn Bundle, receipt: Receipt, line: u64) -> Result<RowProof, Failure> {
        let (file, name): (Box<dyn Read + '_>, _) = match &self.table {
            Some(path) => (Box::new(File::open(path).map_err(|error| Failure::io(path, error))?), path.clone()),
            None => {
                let (_, statement) = receipt.content()?;
                let mut named = statement.event.attachments().iter().filter(|named| named.rows.is_some());
                let (Some(one), None) = (named.next(), named.next()) else {
                    let words = format!("entry {} does not name one table with its rows", self.index);
                    return Err(Failure::unjudged(words).hint("name the file with --table if it names several"));
                };
                let name = attachment_name(&one.sha256);
                let file = bundle.open(&name)?.ok_or_else(|| {
                    Failure::unjudged(format!("{name}: not in this copy")).hint("name the file with --table")
                })?;
                (Box::new(file), bundle.locate(&name))
            }
        };
        prove_row(receipt, file, line).map_err(|error| match error {
            ProveError::Table(TableError::Fault(fault)) => fault.in_file(name.display().to_string()).into(),
            ProveError::Table(TableError::Io(error)) => Failure::io(&name, error),
            ProveError::NoLine { .. } => Failure::io(&name, error),
            error => error.into(),
        })
    }
}

impl From<ProveError> for Failure {
    fn from(error: ProveError) -> Self {
        match error {
            ProveError::Copy(trouble) => trouble.into(),
            ProveError::Table(TableError::Fault(fault)) => fault.into(),
            error => Self::unjudged(error),
        }
    }
}
