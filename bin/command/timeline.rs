//! `candour timeline`: a whole story in order, as a table, as JSON, or as one HTML report.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use candour::core::text::{DocumentId, Slug};
use candour::core::time::{Millis, Time};
use candour::shell::clock::{Clock as _, SystemClock};
use candour::shell::replay::Until;
use candour::shell::tables::AsOf;
use candour::shell::timeline::{Row, Story, Subject, Timeline as Watcher};
use candour::storage::whole_file;
use clap::Args;
use serde_json::json;

use crate::bundle::{BundleArgument, parse_as_of, relied_on};
use crate::failure::Failure;
use crate::output::Output;

/// Tell the whole story of a platform, a request or an investigation.
#[derive(Args)]
#[group(id = "subject", required = true, multiple = false, args = ["platform", "request", "investigation"])]
pub struct Timeline {
    #[command(flatten)]
    bundle: BundleArgument,
    /// The story of this platform: what it said, was asked and was told, and what was noticed
    #[arg(long, value_name = "ACTOR")]
    platform: Option<Slug>,
    /// The story of this request: from its draft to the last appeal
    #[arg(long)]
    request: Option<DocumentId>,
    /// The story of this investigation
    #[arg(long)]
    investigation: Option<DocumentId>,
    /// As the ledger was at that time; now if left out
    #[arg(long, value_name = "TIME", value_parser = parse_as_of)]
    as_of: Option<Time>,
    /// Write one self-contained HTML report with charts. A file that is there is replaced
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl Timeline {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let story = self.story(output)?;
        if let Some(target) = &self.html {
            write(target, &story.html())?;
            if output.json {
                output.json(&json!({ "written": target, "rows": story.rows.len() }));
            } else {
                output.line(format!("{}: {} rows, as of {}", target.display(), story.rows.len(), story.as_of));
            }
            return Ok(ExitCode::SUCCESS);
        }
        if output.json {
            story.rows.iter().for_each(|row| output.json(row));
            return Ok(ExitCode::SUCCESS);
        }
        output.line(format!(
            "{}, as of {}, after {} entries of {}",
            story.subject, story.as_of, story.size, story.origin
        ));
        output.table(["when", "entry", "kind", "who", "what", "refers to"], story.rows.iter().map(cells));
        Ok(ExitCode::SUCCESS)
    }

    /// Verifies the copy and gathers the story, again where the end of the ledger shows that more belongs to it.
    fn story(&self, output: &Output) -> Result<Story, Failure> {
        let now = || Millis::from_unix_ms(SystemClock.now_ms()).map_or(Time::MAX, Millis::time);
        let as_of = self.as_of.map_or_else(|| AsOf::Now(now()), AsOf::Past);
        let mut timeline = Watcher::new(self.subject()?, as_of);
        if self.html.is_some() {
            timeline = timeline.with_figures();
        }
        loop {
            let report = self.bundle.verified(output, Some(timeline.as_of()), &mut timeline)?;
            if timeline.awaits_chain() {
                let chain = self.bundle.replay(Until::Time(timeline.as_of()), &mut |_, _| {})?;
                timeline.end_at(&chain);
                relied_on(&chain)?;
            }
            match timeline.wider() {
                Some(wider) => timeline = wider,
                None => return timeline.tell(&report).map_err(Failure::unjudged),
            }
        }
    }

    fn subject(&self) -> Result<Subject, Failure> {
        let platform = self.platform.clone().map(Subject::Platform);
        let request = self.request.clone().map(Subject::Request);
        let investigation = self.investigation.clone().map(Subject::Investigation);
        platform.or(request).or(investigation).ok_or_else(|| Failure::unjudged("a story of nobody"))
    }
}

fn cells(row: &Row) -> [String; 6] {
    let refers_to: Vec<String> = row.refers_to.iter().map(ToString::to_string).collect();
    [
        row.at.time().to_string(),
        row.entry.map_or_else(String::new, |entry| entry.to_string()),
        row.kind.to_owned(),
        row.who.as_ref().map_or_else(String::new, ToString::to_string),
        row.what.clone(),
        refers_to.join(", "),
    ]
}

fn write(target: &Path, html: &str) -> Result<(), Failure> {
    whole_file::replace(target, html).map_err(|error| Failure::io(target, error))
}
