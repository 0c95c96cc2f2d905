//! `candour correct`: a platform replaces figures in what it disclosed. What was said before stays.

use std::process::ExitCode;

use candour::core::event::{CorrectionFiled, CorrectionReason, Event};
use candour::core::json::Set;
use candour::core::text::{DocumentId, Slug, Text};
use clap::Args;

use crate::failure::Failure;
use crate::figures::Figures;
use crate::filing::{Filing, document};
use crate::output::Output;

/// Correct a disclosure.
#[derive(Args)]
pub struct Correct {
    #[command(flatten)]
    filing: Filing,
    /// What you call it; its full name will be YOU/NAME
    #[arg(value_name = "NAME")]
    name: Slug,
    /// The disclosure or correction that it corrects
    #[arg(long, value_name = "DOCUMENT")]
    supersedes: DocumentId,
    /// Why: inconsistency, error, `methodology_change` or `late_data`
    #[arg(long, value_parser = parse_reason)]
    reason: CorrectionReason,
    /// You hold the change to be material
    #[arg(long)]
    material: bool,
    /// What was wrong, in your words
    #[arg(long)]
    note: Text,
    #[command(flatten)]
    figures: Figures,
}

impl Correct {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let ledger = self.filing.open()?;
        let author = self.filing.author(ledger.chain())?;
        let (observations, attachments, files) = self.figures.read()?;
        let event = Event::CorrectionFiled(CorrectionFiled {
            attachments: Set::new(attachments),
            correction: document(&author, &self.name)?,
            material: self.material,
            note: self.note,
            observations,
            reason: self.reason,
            supersedes: self.supersedes,
        });
        self.filing.file(output, ledger, event, &files, &[])?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A reason on the command line.
pub fn parse_reason(text: &str) -> Result<CorrectionReason, String> {
    serde_json::from_value(text.into()).map_err(|_| "inconsistency, error, methodology_change or late_data".to_owned())
}
