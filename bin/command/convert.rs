//! `candour convert`: a published table into observations by a map, with no ledger and no key.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use tempfile::NamedTempFile;

use crate::failure::Failure;
use crate::importing::{Importing, say};
use crate::output::Output;

/// Convert a table.
#[derive(Args)]
pub struct Convert {
    /// The table: CSV, or whatever delimiter the map names
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    importing: Importing,
    /// Where to write the observations; without it, the table is only checked
    #[arg(long, value_name = "CSV")]
    observations: Option<PathBuf>,
}

impl Convert {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let map = self.importing.map()?;
        let made = NamedTempFile::new().map_err(Failure::unjudged)?;
        let summary = self.importing.convert(&map, &self.file, made.path())?;
        if let Some(path) = &self.observations {
            std::fs::copy(made.path(), path).map_err(|error| Failure::io(path, error))?;
        }
        say(output, &summary, self.observations.as_ref());
        Ok(ExitCode::SUCCESS)
    }
}
