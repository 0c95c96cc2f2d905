//! `candour checkpoint`: the operator promises the ledger's size and root, before its witnesses.

use std::path::PathBuf;
use std::process::ExitCode;

use candour::core::policy::Policy;
use clap::Args;
use serde_json::json;

use crate::bundle::{NOBODY, read_policy};
use crate::failure::Failure;
use crate::filing::open_ledger;
use crate::keys::PassphraseArguments;
use crate::output::Output;
use crate::publishing::{WaitArgument, code, note_refusals, replies_json};

/// Sign and publish a checkpoint.
#[derive(Args)]
pub struct Checkpoint {
    /// The ledger's folder
    #[arg(value_name = "LEDGER")]
    ledger: PathBuf,
    /// The operator's key file
    #[arg(long, value_name = "FILE", env = "CANDOUR_OPERATOR_KEY")]
    key: PathBuf,
    /// Publish only what meets this policy, whose witnesses have URLs, instead of the ledger's own
    #[arg(long, value_name = "FILE")]
    witnesses: Option<PathBuf>,
    /// Publish without any witness's cosignature, though the ledger has witnesses, or had them and lost the file that says so
    #[arg(long, conflicts_with = "witnesses")]
    without_witnesses: bool,
    #[command(flatten)]
    wait: WaitArgument,
    #[command(flatten)]
    passphrase: PassphraseArguments,
}

impl Checkpoint {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let policy = match self.without_witnesses {
            true => Some(Policy::parse(NOBODY)?),
            false => self.witnesses.as_deref().map(read_policy).transpose()?,
        };
        let key = self.passphrase.read_key(&self.key)?;
        let (_, outcome) = self.wait.publish(&self.ledger, open_ledger(&self.ledger)?, &key, policy)?;
        if output.json {
            let (says, replies) = match &outcome {
                Ok(witnessed) => (witnessed.checkpoint.checkpoint(), &witnessed.replies),
                Err(unwitnessed) => (&unwitnessed.checkpoint, &unwitnessed.replies),
            };
            let unpublished = outcome.as_ref().err().map(|unwitnessed| code(&unwitnessed.why));
            output.json(&json!({
                "origin": says.origin, "size": says.size, "root": says.root, "published": outcome.is_ok(),
                "unpublished": unpublished, "witnesses": replies_json(replies),
            }));
        }
        let witnessed = outcome?;
        note_refusals(&witnessed.replies);
        if !output.json {
            output.line(witnessed.checkpoint.to_string().trim_end());
        }
        Ok(ExitCode::SUCCESS)
    }
}
