//! `candour answers`: what the ledger says to the three questions of 2018.

use std::process::ExitCode;

use candour::core::event::Question;
use candour::core::text::{Jurisdiction, Slug};
use candour::core::time::Period;
use candour::shell::answers::{Answer, Answers as Gathered, Gap, Wanted};
use clap::Args;
use serde_json::json;

use crate::as_of::AsOfArgument;
use crate::bundle::BundleArgument;
use crate::failure::Failure;
use crate::filing::parse_period;
use crate::output::{FAINT, Output};

/// Show how many reports were received, how quickly they were acted on, how much was taken down and with what outcome.
#[derive(Args)]
pub struct Answers {
    #[command(flatten)]
    bundle: BundleArgument,
    /// Only of this platform, and of those whose place it took
    #[arg(long, value_name = "ACTOR")]
    platform: Option<Slug>,
    /// Only for this place, such as GB
    #[arg(long, value_name = "PLACE")]
    jurisdiction: Option<Jurisdiction>,
    /// Only for exactly these days, such as 2021-Q2
    #[arg(long, value_parser = parse_period)]
    period: Option<Period>,
    /// Only of this service
    #[arg(long)]
    service: Option<Slug>,
    #[command(flatten)]
    as_of: AsOfArgument,
}

impl Answers {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let platforms = match self.platform {
            None => Vec::new(),
            Some(platform) => self.bundle.lineage(platform)?,
        };
        let wanted = Wanted { platforms, jurisdiction: self.jurisdiction, period: self.period, service: self.service };
        let as_of = self.as_of.moment();
        let mut gathered = Gathered::new(wanted, as_of);
        self.bundle.verified(output, as_of.past(), &mut gathered)?;
        self.as_of.past_state(&self.bundle, |state| gathered.settle(state))?;
        let (answers, gaps) = gathered.finish();
        if output.json {
            answers.iter().for_each(|answer| output.json(answer));
            gaps.iter().for_each(|gap| output.json(&json!({ "no_figure": gap })));
            return Ok(ExitCode::SUCCESS);
        }
        output.line(format!("as of {}", as_of.time()));
        for question in Question::ALL {
            let answers = answers.iter().filter(|answer| answer.question == Some(question));
            show(output, title(question), answers, gaps.iter().filter(|gap| gap.question == question));
        }
        let others: Vec<&Answer> = answers.iter().filter(|answer| answer.question.is_none()).collect();
        if !others.is_empty() {
            let title = "Other figures: no definition on this ledger says which question their metric answers";
            show(output, title, others.into_iter(), std::iter::empty());
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn title(question: Question) -> &'static str {
    match question {
        Question::ReportsReceived => "How many reports were received?",
        Question::Speed => "How quickly were they acted on?",
        Question::TakenDown => "How much content was taken down, and with what outcome?",
    }
}

fn show<'a>(
    output: &Output,
    title: &str,
    answers: impl Iterator<Item = &'a Answer>,
    gaps: impl Iterator<Item = &'a Gap>,
) {
    output.line(format!("\n{title}"));
    let rows: Vec<_> = answers.map(answer_row).chain(gaps.map(gap_row)).collect();
    if rows.is_empty() {
        return output.line(format!("  {FAINT}no platform on this ledger{FAINT:#}"));
    }
    output.table(["platform", "service", "harm, age, place", "metric", "period", "figure", "entry", "history"], rows);
}

fn answer_row(answer: &Answer) -> [String; 8] {
    let figure = &answer.figure;
    let place = figure.jurisdiction.as_ref().map(|place| place.as_str());
    let labels = [&figure.category, &figure.age_band, &figure.detection, &figure.outcome];
    let dimensions: Vec<&str> = labels.into_iter().flatten().map(|label| label.as_str()).chain(place).collect();
    let said = |said: &candour::shell::answers::Said| {
        let how = if said.corrected { " (correction)" } else { "" };
        format!("{} in entry {}{how}", said.said, said.entry)
    };
    let mut history: Vec<String> = answer.history.iter().map(said).collect();
    if answer.retracted {
        history.push("retracted".to_owned());
    }
    let status = match answer.status.as_str() {
        "given" => String::new(),
        status if answer.status.carries_value() => format!(" ({status})"),
        _ => String::new(),
    };
    [
        answer.platform.to_string(),
        figure.service.to_string(),
        if dimensions.is_empty() { "all".to_owned() } else { dimensions.join(", ") },
        figure.metric.to_string(),
        figure.period.to_string(),
        format!("{}{status}", figure.now),
        answer.entry.to_string(),
        history.join("; "),
    ]
}

fn gap_row(gap: &Gap) -> [String; 8] {
    let request = gap.request.as_ref().map_or_else(String::new, |request| format!("request {request}"));
    [
        gap.platform.to_string(),
        gap.service.as_ref().map_or_else(String::new, ToString::to_string),
        String::new(),
        String::new(),
        String::new(),
        format!("no figure: {}", gap.reason.in_words()),
        gap.entry.map_or_else(String::new, |entry| entry.to_string()),
        request,
    ]
}
