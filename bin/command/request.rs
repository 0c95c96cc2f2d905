//! `candour request`: a regulator or a charity asks.

use std::path::PathBuf;
use std::process::ExitCode;

use candour::core::event::{Event, Item, LegalBasis, Question, RequestIssued};
use candour::core::json::{List, Set};
use candour::core::text::{DocumentId, Label, Slug, Text};
use clap::Args;

use crate::deadline::DeadlineArguments;
use crate::failure::Failure;
use crate::filing::{Files, Filing, document};
use crate::output::{Output, say_error};

/// Ask platforms for something.
#[derive(Args)]
pub struct Request {
    #[command(flatten)]
    filing: Filing,
    /// What you call it; its full name will be YOU/NAME
    #[arg(value_name = "NAME")]
    name: Slug,
    /// A platform that is asked; may be repeated
    #[arg(long, value_name = "ACTOR", required = true)]
    to: Vec<Slug>,
    /// A line that says what it is about
    #[arg(long)]
    title: Label,
    /// A question, as ITEM=TEXT; may be repeated
    #[arg(long, value_name = "ITEM=TEXT", value_parser = parse_item, required = true)]
    item: Vec<Item>,
    /// An item asks one of the three questions of 2018: `ITEM=reports_received`, `speed` or `taken_down`
    #[arg(long, value_name = "ITEM=QUESTION", value_parser = parse_about)]
    about: Vec<(Slug, Question)>,
    #[command(flatten)]
    deadline: DeadlineArguments,
    /// The addressees are bound by law to answer
    #[arg(long, requires = "instrument")]
    compulsory: bool,
    /// The statute or regulation that gives the power, such as `uk-osa-2023`
    #[arg(long)]
    instrument: Option<Slug>,
    /// Its section or article
    #[arg(long, requires = "instrument")]
    provision: Option<Label>,
    /// Your draft that it follows
    #[arg(long, value_name = "DRAFT")]
    draft: Option<DocumentId>,
    /// A file to attach, such as the letter; may be repeated
    #[arg(long, value_name = "FILE")]
    attach: Vec<PathBuf>,
}

impl Request {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let ledger = self.filing.open()?;
        let author = self.filing.author(ledger.chain())?;
        let mut items = self.item;
        for (about, question) in self.about {
            let item = items.iter_mut().find(|item| item.item == about);
            item.ok_or_else(|| Failure::unjudged(format!("--about {about}: no such --item")))?.about = Some(question);
        }
        let deadline = self.deadline.deadline()?;
        if let Some(ends_at) = deadline.as_ref().map(|deadline| deadline.ends_at)
            && ends_at <= self.filing.issued_at()
        {
            let note = format!("the deadline, {ends_at}, is past when you ask: silence shows as a finding at once");
            say_error("note", &note);
        }
        let mut files = Files::default();
        let attachments: Vec<_> = self.attach.iter().map(|path| files.attach(path, None)).collect::<Result<_, _>>()?;
        let event = Event::RequestIssued(RequestIssued {
            addressees: Set::new(self.to).ok_or_else(|| Failure::unjudged("1 to 64 different addressees"))?,
            attachments: Set::new(attachments),
            compulsory: self.compulsory,
            deadline,
            draft: self.draft,
            items: List::new(items).ok_or_else(|| Failure::unjudged("1 to 64 items"))?,
            legal_basis: self.instrument.map(|instrument| LegalBasis { instrument, provision: self.provision }),
            request: document(&author, &self.name)?,
            title: self.title,
        });
        self.filing.file(output, ledger, event, &files, &[])?;
        Ok(ExitCode::SUCCESS)
    }
}

fn parse_about(text: &str) -> Result<(Slug, Question), String> {
    let (item, question) = text.split_once('=').ok_or("ITEM=QUESTION, such as `received=reports_received`")?;
    let known = Question::ALL.into_iter().find(|known| known.as_str() == question);
    let question = known.ok_or("a question is reports_received, speed or taken_down")?;
    Ok((item.parse::<Slug>().map_err(|error| error.to_string())?, question))
}

fn parse_item(text: &str) -> Result<Item, String> {
    let (item, question) =
        text.split_once('=').ok_or("ITEM=TEXT, such as `reports=How many reports did you receive?`")?;
    let item = item.parse::<Slug>().map_err(|error| error.to_string())?;
    Ok(Item { about: None, item, question: question.parse::<Text>().map_err(|error| error.to_string())? })
}
