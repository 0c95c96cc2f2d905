//! `candour findings`: what the replay noticed that no rule forbids.

use std::process::ExitCode;

use candour::core::fault::Code;
use candour::core::policy::Policy;
use candour::core::statement::Rule;
use candour::shell::verify::{Options, verify};
use clap::Args;

use crate::bundle::BundleArgument;
use crate::failure::Failure;
use crate::output::Output;

/// List what the replay noticed.
#[derive(Args)]
pub struct Findings {
    #[command(flatten)]
    bundle: BundleArgument,
}

/// Findings ask nobody to be trusted; whether the checkpoints are is for `verify` to say.
const NOBODY: &[u8] = b"quorum none\n";

impl Findings {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let bundle = self.bundle.open()?;
        let policy = Policy::parse(NOBODY)?;
        let mut progress = output.progress();
        let options = Options { pins: Vec::new(), rule: Rule::Cofactored, progress: &mut progress, watch: &mut () };
        let report = verify(bundle.as_ref(), &policy, options)?;
        if let Some(fault) = report.faults.iter().find(|fault| fault.code != Code::CheckpointUntrusted) {
            let hint = format!("candour verify {} --policy FILE names every fault", self.bundle.path.display());
            return Err(Failure::evidence(fault).hint(hint));
        }
        if output.json {
            report.findings.iter().for_each(|finding| output.json(finding));
            return Ok(ExitCode::SUCCESS);
        }
        if report.findings.is_empty() {
            output.line("nothing noticed");
            return Ok(ExitCode::SUCCESS);
        }
        output.table(
            ["finding", "entries", "says"],
            report.findings.into_iter().map(|finding| {
                let entries: Vec<String> = finding.entries.iter().map(ToString::to_string).collect();
                [finding.code.as_str().to_owned(), entries.join(", "), finding.says]
            }),
        );
        Ok(ExitCode::SUCCESS)
    }
}
