//! `candour findings`: what the replay noticed that no rule forbids.

use std::process::ExitCode;

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

impl Findings {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let report = self.bundle.verified(output, &mut ())?;
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
