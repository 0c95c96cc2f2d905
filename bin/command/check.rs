//! `candour check`: a receipt or a row proof, offline, with nothing but a policy.

use std::path::PathBuf;
use std::process::ExitCode;

use candour::core::cosignature::shown_time;
use candour::core::event::{Attachment, Observation};
use candour::core::fault::Fault;
use candour::core::receipt::Receipt;
use candour::core::row_proof::RowProof;
use candour::shell::receipts::{Checked, check, check_row};
use clap::Args;
use serde_json::json;

use crate::bundle::{day, read_file, read_policy};
use crate::failure::Failure;
use crate::output::{GOOD, Output};

/// Verify a receipt, or the proof of one row.
#[derive(Args)]
pub struct Check {
    /// The receipt (a C2SP tlog-proof file), or a row proof
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
        let bytes = read_file(&self.receipt)?;
        let (checked, row) = if RowProof::is_meant(&bytes) {
            let proof = RowProof::parse(&bytes).map_err(named)?;
            let (checked, table, figure) = check_row(&proof, &policy).map_err(named)?;
            (checked, Some((proof.line, table, figure)))
        } else {
            (check(&Receipt::parse(&bytes).map_err(named)?, &policy).map_err(named)?, None)
        };
        let Checked { entry, statement, checkpoint, cosignatures } = checked;
        if output.json {
            let mut said = json!({
                "verdict": "verified", "origin": checkpoint.origin, "index": entry.index, "size": checkpoint.size,
                "author": statement.author, "kind": statement.event.kind(), "recorded_at": entry.recorded_at,
                "cosignatures": cosignatures.len(),
            });
            if let Some((line, table, figure)) = &row {
                said["row"] = json!({ "attachment": table.sha256, "line": line, "observation": figure });
            }
            output.json(&said);
            return Ok(ExitCode::SUCCESS);
        }
        output.line(format!("{GOOD}verified{GOOD:#}  entry {} of {}", entry.index, checkpoint.origin));
        output.line(format!("  says      {} in the name of {}", statement.event.kind(), statement.author));
        if let Some((line, table, figure)) = &row {
            say_row(output, *line, table, figure);
        }
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

/// Says the figure that a row is.
fn say_row(output: &Output, line: u64, table: &Attachment, figure: &Observation) {
    let rows = table.rows.map_or(0, |rows| rows.count.unsigned());
    output.line(format!("  row       line {line} of {}, which has {rows} rows: sha-256 {}", table.name, table.sha256));
    let value = figure.value.map_or_else(String::new, |value| format!(" {value}"));
    output.line(format!("  figure    {}, {}: {}{value}", figure.metric, figure.period, figure.status.as_str()));
    let harm = figure.harm.as_ref().map(|harm| format!("{} {}: {}", harm.taxonomy, harm.version, harm.category));
    let parts = [
        ("service", Some(figure.service.to_string())),
        ("place", figure.jurisdiction.as_ref().map(ToString::to_string)),
        ("ages", figure.age_band.as_ref().map(ToString::to_string)),
        ("harm", harm),
        ("found by", figure.detection.as_ref().map(ToString::to_string)),
        ("outcome", figure.outcome.as_ref().map(ToString::to_string)),
        ("rounded", figure.precision.map(|precision| format!("to {}", precision.rounded_to))),
    ];
    for (name, part) in parts {
        if let Some(part) = part {
            output.line(format!("  {name:<9} {part}"));
        }
    }
}
