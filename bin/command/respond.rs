//! `candour respond` and `candour refuse`: a platform answers a request, item by item.

use std::process::ExitCode;

use candour::core::event::{Answer, Event, Extent, Ground, Outcome, ResponseFiled};
use candour::core::json::{List, Positive, Set};
use candour::core::text::{DocumentId, Slug, Text};
use candour::core::time::Date;
use clap::Args;

use crate::bundle::state;
use crate::failure::Failure;
use crate::filing::{Files, Filing, document, parse_date};
use crate::output::Output;

/// What every response has.
#[derive(Args)]
struct To {
    #[command(flatten)]
    filing: Filing,
    /// What you call it; its full name will be YOU/NAME
    #[arg(value_name = "NAME")]
    name: Slug,
    /// The request
    #[arg(long, value_name = "REQUEST")]
    to: DocumentId,
    /// Your earlier response, which this one replaces whole
    #[arg(long, value_name = "RESPONSE")]
    supersedes: Option<DocumentId>,
    /// Anything else that you want to say
    #[arg(long)]
    note: Option<Text>,
}

/// Answer a request by disclosures, or refuse items of it.
#[derive(Args)]
pub struct Respond {
    #[command(flatten)]
    to: To,
    /// An item answered in full, as ITEM=DISCLOSURE[,DISCLOSURE]; may be repeated
    #[arg(long, value_name = "ITEM=DISCLOSURE", value_parser = parse_answer)]
    answer: Vec<(Slug, Vec<DocumentId>)>,
    /// An item answered in part, likewise
    #[arg(long, value_name = "ITEM=DISCLOSURE", value_parser = parse_answer)]
    partial: Vec<(Slug, Vec<DocumentId>)>,
    /// An item on which there is nothing to report; may be repeated
    #[arg(long, value_name = "ITEM")]
    nil: Vec<Slug>,
    /// An item refused, as ITEM=GROUND; may be repeated
    #[arg(long, value_name = "ITEM=GROUND", value_parser = parse_refusal)]
    refuse: Vec<(Slug, Ground)>,
}

/// Refuse items of a request on one ground.
#[derive(Args)]
pub struct Refuse {
    #[command(flatten)]
    to: To,
    /// An item refused; may be repeated; all items if left out
    #[arg(long)]
    item: Vec<Slug>,
    /// The ground, such as `not_legally_obliged`, `not_collected` or `cannot_collate`
    #[arg(long, value_parser = parse_ground)]
    ground: Ground,
    /// Why, in your own words
    #[arg(long)]
    detail: Option<Text>,
    /// The last day on which the ground is claimed
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    until: Option<Date>,
}

impl Respond {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let answered = |extent| {
            move |(item, disclosures): (Slug, Vec<DocumentId>)| -> Result<Answer, Failure> {
                let disclosures =
                    Set::new(disclosures).ok_or_else(|| Failure::unjudged("1 to 64 different disclosures"))?;
                Ok(Answer { item, outcome: Outcome::Answered { disclosures: Some(disclosures), extent } })
            }
        };
        let nil = |item| Ok(Answer { item, outcome: Outcome::Answered { disclosures: None, extent: Extent::Nil } });
        let refused =
            |(item, ground)| Ok(Answer { item, outcome: Outcome::Refused { detail: None, ground, until: None } });
        let answers = self.answer.into_iter().map(answered(Extent::Complete));
        let answers = answers.chain(self.partial.into_iter().map(answered(Extent::Partial)));
        let answers = answers.chain(self.nil.into_iter().map(nil));
        let answers = answers.chain(self.refuse.into_iter().map(refused)).collect::<Result<Vec<_>, _>>()?;
        self.to.file(output, |_| answers)
    }
}

impl Refuse {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let Self { to, item, ground, detail, until } = self;
        to.file(output, |all| {
            let items = if item.is_empty() { all } else { item };
            let refused = |item| Answer { item, outcome: Outcome::Refused { detail: detail.clone(), ground, until } };
            items.into_iter().map(refused).collect()
        })
    }
}

impl To {
    /// Files the answers, which are made of the request's items.
    fn file(self, output: &Output, answers: impl FnOnce(Vec<Slug>) -> Vec<Answer>) -> Result<ExitCode, Failure> {
        let ledger = self.filing.open()?;
        let author = self.filing.author(ledger.chain())?;
        let request = state(ledger.chain())?.requests().find(&self.to);
        let request = request.ok_or_else(|| Failure::evidence(format!("no request {} on this ledger", self.to)))?;
        let items = answers(request.items().iter().map(|item| item.item.clone()).collect());
        let version = i64::try_from(request.version()).ok().and_then(Positive::new);
        let event = Event::ResponseFiled(ResponseFiled {
            items: List::new(items).ok_or_else(|| Failure::unjudged("1 to 64 items to answer or refuse"))?,
            note: self.note,
            request: self.to,
            response: document(&author, &self.name)?,
            supersedes: self.supersedes,
            version: version.ok_or_else(|| Failure::unjudged("a version too large"))?,
        });
        self.filing.file(output, ledger, event, &Files::default(), &[])?;
        Ok(ExitCode::SUCCESS)
    }
}

fn parse_answer(text: &str) -> Result<(Slug, Vec<DocumentId>), String> {
    let (item, disclosures) = text.split_once('=').ok_or("ITEM=DISCLOSURE, such as `reports=meta/2021-q2`")?;
    let disclosures = disclosures.split(',').map(|id| id.parse::<DocumentId>().map_err(|error| error.to_string()));
    Ok((item.parse::<Slug>().map_err(|error| error.to_string())?, disclosures.collect::<Result<_, _>>()?))
}

fn parse_refusal(text: &str) -> Result<(Slug, Ground), String> {
    let (item, ground) = text.split_once('=').ok_or("ITEM=GROUND, such as `reports=not_collected`")?;
    Ok((item.parse::<Slug>().map_err(|error| error.to_string())?, parse_ground(ground)?))
}

fn parse_ground(text: &str) -> Result<Ground, String> {
    serde_json::from_value(text.into())
        .map_err(|_| "a ground of FORMAT.md, section 3, such as not_collected".to_owned())
}
