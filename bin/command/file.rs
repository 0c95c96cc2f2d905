//! `candour file` signs and files an event written as JSON or TOML; `candour sign` and `candour submit` are for envelopes
//! that several sign.

use std::path::PathBuf;
use std::process::ExitCode;

use candour::core::event::{Attachment, Event};
use candour::core::statement::Envelope;
use clap::Args;

use crate::bundle::read_file;
use crate::failure::Failure;
use crate::filing::{Files, Filing, Placing, open_ledger};
use crate::output::Output;

/// File a signed envelope.
#[derive(Args)]
pub struct Submit {
    /// The ledger's folder
    #[arg(value_name = "LEDGER")]
    ledger: PathBuf,
    /// The envelope: DSSE as JSON
    #[arg(value_name = "ENVELOPE")]
    envelope: PathBuf,
    /// A file that the statement names by its hash; may be repeated
    #[arg(long, value_name = "FILE")]
    attach: Vec<PathBuf>,
    #[command(flatten)]
    placing: Placing,
}

/// Sign and file an event written by hand.
#[derive(Args)]
pub struct File {
    #[command(flatten)]
    filing: Filing,
    /// The event: the object of FORMAT.md, section 3, as JSON, or as TOML where the name ends in `.toml`
    #[arg(value_name = "EVENT")]
    event: PathBuf,
    /// A file that the event names by its hash; may be repeated
    #[arg(long, value_name = "FILE")]
    attach: Vec<PathBuf>,
}

/// Add a signature to an envelope.
#[derive(Args)]
pub struct Sign {
    /// The envelope, which is replaced by one with the signature added
    #[arg(value_name = "ENVELOPE")]
    envelope: PathBuf,
    /// The co-signer's key file; may be repeated
    #[arg(long, value_name = "FILE", required = true)]
    key: Vec<PathBuf>,
    #[command(flatten)]
    passphrase: crate::keys::PassphraseArguments,
}

impl Submit {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let envelope =
            Envelope::parse(&read_file(&self.envelope)?).map_err(|fault| fault.in_file(name(&self.envelope)))?;
        let mut ledger = open_ledger(&self.ledger)?;
        self.placing.place(output, &mut ledger, envelope, &attached(&self.attach)?)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl File {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let bytes = read_file(&self.event)?;
        let text = String::from_utf8(bytes).map_err(|error| Failure::io(&self.event, error))?;
        let event: Event = if self.event.extension().is_some_and(|extension| extension == "toml") {
            toml::from_str(&text).map_err(|error| Failure::io(&self.event, error.message()))?
        } else {
            serde_json::from_str(&text).map_err(|error| Failure::io(&self.event, error))?
        };
        self.filing.file(output, self.filing.open()?, event, &attached(&self.attach)?, &[])?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Sign {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let mut envelope =
            Envelope::parse(&read_file(&self.envelope)?).map_err(|fault| fault.in_file(name(&self.envelope)))?;
        for path in &self.key {
            envelope.add_signature(&self.passphrase.read_key(path)?)?;
        }
        std::fs::write(&self.envelope, envelope.to_json()?).map_err(|error| Failure::io(&self.envelope, error))?;
        output.line(format!("{}: {} signatures", self.envelope.display(), envelope.signatures.len()));
        Ok(ExitCode::SUCCESS)
    }
}

fn attached(paths: &[PathBuf]) -> Result<Files, Failure> {
    let mut files = Files::default();
    for path in paths {
        let _: Attachment = files.attach(path, None)?;
    }
    Ok(files)
}

fn name(path: &std::path::Path) -> String {
    path.display().to_string()
}
