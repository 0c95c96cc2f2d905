//! `candour check`: a receipt, offline, with nothing but a policy.

use std::path::PathBuf;
use std::process::ExitCode;

use candour::core::cosignature::shown_time;
use candour::core::fault::Fault;
use candour::core::receipt::Receipt;
use candour::shell::receipts::{Checked, check};
use clap::Args;
use serde_json::json;

use crate::bundle::{day, read_file, read_policy};
use crate::failure::Failure;
use crate::output::{GOOD, Output};

/// Verify a receipt.
#[derive(Args)]
pub struct Check {
    /// The receipt: a C2SP tlog-proof file
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
    /// Whom you trust: a C2SP tlog-policy file
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
}

impl Check {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let policy = read_policy(&self.policy)?;
        let named = |fault: Fault| fault.in_file(self.receipt.display().to_string());
        let receipt = Receipt::parse(&read_file(&self.receipt)?).map_err(named)?;
        let Checked { entry, statement, checkpoint, cosignatures } = check(&receipt, &policy).map_err(named)?;
        if output.json {
            output.json(&json!({
                "verdict": "verified", "origin": checkpoint.origin, "index": entry.index, "size": checkpoint.size,
                "author": statement.author, "kind": statement.event.kind(), "recorded_at": entry.recorded_at,
                "cosignatures": cosignatures.len(),
            }));
            return Ok(ExitCode::SUCCESS);
        }
        output.line(format!("{GOOD}verified{GOOD:#}  entry {} of {}", entry.index, checkpoint.origin));
        output.line(format!("  says      {} in the name of {}", statement.event.kind(), statement.author));
        for signature in &entry.signatures {
            output.line(format!("  signed    by {}", signature.key));
        }
        output.line(format!("  recorded  {}", day(entry.recorded_at)));
        output.line(format!("  sealed    by the ledger's checkpoint of {} entries", checkpoint.size));
        for cosignature in cosignatures {
            let when = match cosignature.timestamp {
                0 => "without a time".to_owned(),
                time => format!("at {}: it existed by then", shown_time(time)),
            };
            output.line(format!("  cosigned  {} {when}", cosignature.name));
        }
        output.line(
            "  checked   the statement's signatures, its place in the tree, the checkpoint's, the policy's quorum",
        );
        output.line("  not checked  whether that key was the author's, and in force: that takes the ledger");
        Ok(ExitCode::SUCCESS)
    }
}
