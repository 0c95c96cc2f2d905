//! Placing a statement on a ledger, and saying how far it got.

use std::path::{Path, PathBuf};

use candour::core::statement::Envelope;
use candour::shell::ledger::{Filed, Ledger};
use candour::storage::folder_store::FolderStore;
use candour::storage::whole_file;
use clap::Args;
use serde_json::json;

use super::{Files, now};
use crate::failure::Failure;
use crate::keys::PassphraseArguments;
use crate::output::{GOOD, Output, printable, say_error};
use crate::publishing::{Outcome, WaitArgument, code, note_refusals, replies_json};

/// How to place a statement on a ledger, and what to bring back.
#[derive(Args)]
pub struct Placing {
    /// The operator's key file: publish a checkpoint at once, so that there is a receipt
    #[arg(long, value_name = "FILE", env = "CANDOUR_OPERATOR_KEY")]
    operator_key: Option<PathBuf>,
    /// Where to write the receipt
    #[arg(long, value_name = "FILE", requires = "operator_key")]
    receipt: Option<PathBuf>,
    #[command(flatten)]
    wait: WaitArgument,
    #[command(flatten)]
    pub(super) passphrase: PassphraseArguments,
}

impl Placing {
    /// Files an envelope, publishes a checkpoint if the operator's key is at hand, and writes the receipt. That the entry
    /// is recorded is said before any witness is asked, and holds whatever they answer. Gives back the ledger.
    pub fn place(
        &self,
        output: &Output,
        folder: &Path,
        mut ledger: Ledger<FolderStore>,
        envelope: Envelope,
        files: &Files,
    ) -> Result<Ledger<FolderStore>, Failure> {
        let filed = ledger.file(envelope, now(), &mut |named| files.open(named))?;
        let again = if filed.again { ", as it was already" } else { "" };
        if !output.json {
            output.line(format!("{GOOD}recorded{GOOD:#}  entry {}{again}", filed.index));
        } else if self.operator_key.is_some() && ledger.witnesses()?.is_some() {
            say_error("note", &format!("entry {} is recorded; asking the ledger's witnesses", filed.index));
        }
        let mut outcome = None;
        if let Some(path) = &self.operator_key {
            let key = self.passphrase.read_key(path)?;
            let published = self.wait.publish(folder, ledger, &key, None)?;
            ledger = published.0;
            outcome = Some(published.1);
        }
        // Without a checkpoint there is none; `candour prove` makes it later.
        let receipt = self.receipt.as_ref().filter(|_| matches!(outcome, Some(Ok(_))));
        if let Some(path) = receipt {
            whole_file::replace(path, ledger.receipt(filed.index)?.to_string())
                .map_err(|error| Failure::io(path, error))?;
        }
        self.say(output, filed, outcome.as_ref());
        Ok(ledger)
    }

    /// Says how far the entry got.
    fn say(&self, output: &Output, filed: Filed, outcome: Option<&Outcome>) {
        let sealed = outcome.and_then(|outcome| outcome.as_ref().ok());
        let waits = outcome.and_then(|outcome| outcome.as_ref().err());
        let size = sealed.map(|sealed| sealed.checkpoint.checkpoint().size);
        if output.json {
            let replies = sealed.map(|sealed| &sealed.replies).or_else(|| waits.map(|waits| &waits.replies));
            output.json(&json!({
                "index": filed.index, "again": filed.again, "sealed": size,
                "receipt": self.receipt.as_ref().filter(|_| sealed.is_some()),
                "unpublished": waits.map(|waits| code(&waits.why)),
                "witnesses": replies.map(|replies| replies_json(replies)),
            }));
        } else {
            output.line(match (size, &self.receipt) {
                (Some(size), Some(path)) => {
                    format!("  sealed by the checkpoint of {size} entries; receipt in {}", path.display())
                }
                (Some(size), None) => format!("  sealed by the checkpoint of {size} entries"),
                (None, _) => "  not yet sealed: the operator's next checkpoint will cover it".to_owned(),
            });
        }
        if let Some(waits) = waits {
            let none = if self.receipt.is_some() { "; no receipt yet, candour prove makes it then" } else { "" };
            say_error(
                "note",
                &printable(&format!("the entry is kept, its checkpoint waits for witnesses{none}: {waits}")),
            );
        }
        note_refusals(sealed.map_or(&[], |sealed| &sealed.replies));
    }
}
