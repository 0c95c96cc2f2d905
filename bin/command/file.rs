//! `candour file` signs and files an event written as JSON or TOML; `candour sign` and `candour submit` are for envelopes
//! that several sign.

use std::path::PathBuf;
use std::process::ExitCode;

use candour::core::event::{Attachment, Event};
use candour::core::evidence::takes_cosigner;
use candour::core::statement::{Envelope, Statement};
use candour::shell::calendar;
use candour::shell::client::agrees;
use candour::storage::whole_file;
use clap::Args;
use serde_json::{Map, Value};

use crate::bundle::read_file;
use crate::failure::Failure;
use crate::filing::{Book, Files, Filing, Placing, open_ledger, parse_date};
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
    /// The event: as JSON, or as TOML where the name ends in `.toml`; `candour kinds` shows how each looks
    #[arg(value_name = "EVENT")]
    event: PathBuf,
    /// A file to attach, unless the event names it already; may be repeated
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
    /// The ledger or any copy of it, a URL too: nothing is signed unless it has what the statement says was seen, and
    /// extends what these keys saw before
    #[arg(long, value_name = "LEDGER")]
    ledger: Option<PathBuf>,
    #[command(flatten)]
    passphrase: crate::keys::PassphraseArguments,
}

impl Submit {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let envelope =
            Envelope::parse(&read_file(&self.envelope)?).map_err(|fault| fault.in_file(name(&self.envelope)))?;
        let ledger = open_ledger(&self.ledger)?;
        self.placing.place(output, &self.ledger, ledger, envelope, &attached(&self.attach)?.0)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl File {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let bytes = read_file(&self.event)?;
        let text = String::from_utf8(bytes).map_err(|error| Failure::io(&self.event, error))?;
        let is_toml = self.event.extension().is_some_and(|extension| extension == "toml");
        let mut event = if is_toml {
            toml::from_str(&text).map_err(|error| Failure::io(&self.event, error))?
        } else {
            serde_json::from_str(&text).map_err(|error| Failure::io(&self.event, error))?
        };
        let (files, attachments) = attached(&self.attach)?;
        attach(&mut event, &attachments)?;
        end_deadlines(&mut event)?;
        let event: Event = serde_json::from_value(event).map_err(|error| Failure::io(&self.event, error))?;
        self.filing.file(output, self.filing.open()?, event, &files, &[])?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Sign {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let mut envelope =
            Envelope::parse(&read_file(&self.envelope)?).map_err(|fault| fault.in_file(name(&self.envelope)))?;
        let statement = Statement::parse(&envelope.payload).map_err(|fault| fault.in_file(name(&self.envelope)))?;
        if let Some(ledger) = &self.ledger {
            for key in &self.key {
                let book = Book::copy(ledger, key, statement.seen)?;
                agrees(book.chain(), &statement)?;
                book.look(key)?;
            }
        }
        for path in &self.key {
            let key = self.passphrase.read_key(path)?;
            if !takes_cosigner(&statement, key.id()) {
                let words = format!("{} takes no co-signer: refused to sign as its author", statement.event.kind());
                return Err(Failure::evidence(words));
            }
            envelope.add_signature(&key)?;
        }
        whole_file::replace(&self.envelope, envelope.to_json()?).map_err(|error| Failure::io(&self.envelope, error))?;
        output.line(format!("{}: {} signatures", self.envelope.display(), envelope.signatures.len()));
        Ok(ExitCode::SUCCESS)
    }
}

fn attached(paths: &[PathBuf]) -> Result<(Files, Vec<Attachment>), Failure> {
    let mut files = Files::default();
    let attachments = paths.iter().map(|path| files.attach(path, None)).collect::<Result<_, _>>()?;
    Ok((files, attachments))
}

/// Names the files in the event that it does not name itself.
fn attach(event: &mut Value, attachments: &[Attachment]) -> Result<(), Failure> {
    let Some(fields) = event.as_object_mut().filter(|_| !attachments.is_empty()) else { return Ok(()) };
    let named = fields.entry("attachments").or_insert_with(|| Value::Array(Vec::new()));
    let Some(named) = named.as_array_mut() else { return Ok(()) };
    for attachment in attachments {
        let attachment = serde_json::to_value(attachment).map_err(Failure::unjudged)?;
        if !named.iter().any(|known| known["sha256"] == attachment["sha256"]) {
            named.push(attachment);
        }
    }
    Ok(())
}

/// Says of each deadline at which instant its day ends, where the event leaves that out.
pub fn end_deadlines(event: &mut Value) -> Result<(), Failure> {
    for name in ["deadline", "representations_by"] {
        let Some(deadline) = event.get_mut(name).and_then(Value::as_object_mut) else { continue };
        if let (Some(date), Some(zone), None) =
            (text(deadline, "date"), text(deadline, "calendar"), deadline.get("ends_at"))
        {
            let date = parse_date(date).map_err(|words| Failure::unjudged(format!("{name}: {words}")))?;
            let ends_at = calendar::end_of(date, zone).map_err(Failure::unjudged)?;
            deadline.insert("ends_at".to_owned(), ends_at.to_string().into());
        }
    }
    Ok(())
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str)
}

fn name(path: &std::path::Path) -> String {
    path.display().to_string()
}
