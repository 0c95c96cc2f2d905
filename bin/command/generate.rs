//! `candour generate`: a ledger to measure with, whose keys anybody can have. Hidden: it is of no other use.

use std::io::ErrorKind;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::process::ExitCode;

use candour::shell::load::{self, LoadError};
use candour::storage::whole_file;
use clap::Args;

use crate::failure::Failure;
use crate::output::Output;

/// Write a ledger of made-up statements.
#[derive(Args)]
pub struct Generate {
    /// How many entries
    #[arg(long, value_name = "N")]
    entries: NonZeroU64,
    /// Of which seed: the same one gives the same bytes
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Where to write a policy that trusts it
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// A new folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Generate {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let written = load::write(&self.folder, self.seed, self.entries, &mut output.progress())?;
        if let Some(path) = &self.policy {
            whole_file::replace(path, &written.policy).map_err(|error| Failure::io(path, error))?;
        }
        let checkpoint = written.checkpoint.checkpoint();
        let mean = written.entry_bytes / checkpoint.size;
        if output.json {
            output.json(&serde_json::json!({
                "entries": checkpoint.size, "root": checkpoint.root, "entry_bytes": written.entry_bytes,
                "policy": written.policy,
            }));
        } else {
            output.line(format!("{}: {} entries of {mean} bytes on average", self.folder.display(), checkpoint.size));
            output.line(format!("root {}", checkpoint.root));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match &error {
            LoadError::Io { path, source } if source.kind() == ErrorKind::AlreadyExists => {
                let expected = format!("{}: expected an empty folder, or none, found something in it", path.display());
                Self::unjudged(expected).hint("name a folder that is not there yet")
            }
            _ => Self::unjudged(error),
        }
    }
}
