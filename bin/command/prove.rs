//! `candour prove`: the receipt of an entry, made from any copy of the ledger.

use std::path::PathBuf;
use std::process::ExitCode;

use candour::shell::receipts::make;
use clap::Args;

use crate::bundle::BundleArgument;
use crate::failure::Failure;
use crate::output::Output;

/// Make the receipt of an entry.
#[derive(Args)]
pub struct Prove {
    #[command(flatten)]
    bundle: BundleArgument,
    /// The entry's index, from 0
    index: u64,
    /// Where to write it; standard output if left out
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Prove {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let bundle = self.bundle.open()?;
        let receipt = make(bundle.as_ref(), self.index)?;
        match &self.out {
            None => output.line(receipt.to_string().trim_end()),
            Some(path) => {
                std::fs::write(path, receipt.to_string()).map_err(|error| Failure::io(path, error))?;
                output.line(format!("{}: receipt of entry {}", path.display(), self.index));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
