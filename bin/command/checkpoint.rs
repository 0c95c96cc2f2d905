//! `candour checkpoint`: the operator promises the ledger's size and root.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;
use crate::filing::open_ledger;
use crate::keys::PassphraseArguments;
use crate::output::Output;

/// Sign and publish a checkpoint.
#[derive(Args)]
pub struct Checkpoint {
    /// The ledger's folder
    #[arg(value_name = "LEDGER")]
    ledger: PathBuf,
    /// The operator's key file
    #[arg(long, value_name = "FILE", env = "CANDOUR_OPERATOR_KEY")]
    key: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseArguments,
}

impl Checkpoint {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let key = self.passphrase.read_key(&self.key)?;
        let signed = open_ledger(&self.ledger)?.publish(&key)?;
        let checkpoint = signed.checkpoint();
        if output.json {
            output.json(
                &serde_json::json!({ "origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root }),
            );
        } else {
            output.line(signed.to_string().trim_end());
        }
        Ok(ExitCode::SUCCESS)
    }
}
