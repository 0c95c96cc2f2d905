//! `candour disclose`: a platform discloses figures.

use std::process::ExitCode;

use candour::core::event::{DisclosureFiled, Event};
use candour::core::json::Set;
use candour::core::text::{Label, Slug};
use candour::core::time::{Date, Period};
use clap::Args;

use crate::failure::Failure;
use crate::figures::Figures;
use crate::filing::{Filing, document, parse_date, parse_period};
use crate::output::Output;

/// Disclose figures.
#[derive(Args)]
pub struct Disclose {
    #[command(flatten)]
    filing: Filing,
    /// What you call it; its full name will be YOU/NAME
    #[arg(value_name = "NAME")]
    name: Slug,
    /// The service it is about
    #[arg(long)]
    service: Slug,
    /// The period it reports on, such as 2021-Q2
    #[arg(long, value_parser = parse_period)]
    period: Period,
    /// A line that says what it is about
    #[arg(long)]
    subject: Label,
    /// The last day on which figures that are sealed or suppressed are claimed to be confidential
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    confidential_until: Option<Date>,
    #[command(flatten)]
    figures: Figures,
}

impl Disclose {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let ledger = self.filing.open()?;
        let author = self.filing.author(ledger.chain())?;
        let (observations, attachments, files) = self.figures.read()?;
        let event = Event::DisclosureFiled(DisclosureFiled {
            attachments: Set::new(attachments),
            confidential_until: self.confidential_until,
            disclosure: document(&author, &self.name)?,
            observations,
            period: self.period,
            service: self.service,
            subject: self.subject,
        });
        self.filing.file(output, ledger, event, &files, &[])?;
        Ok(ExitCode::SUCCESS)
    }
}
