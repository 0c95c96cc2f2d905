//! `candour findings`: what the replay noticed that no rule forbids.

use std::process::ExitCode;

use candour::core::finding::{FindingCode, Severity};
use candour::core::text::{DocumentId, Slug};
use candour::shell::findings::{Findings as Gathered, Noted, Selection};
use clap::Args;

use crate::bundle::{BundleArgument, parse_as_of};
use crate::failure::Failure;
use crate::output::Output;
use candour::core::time::Time;

/// List what the replay noticed.
#[derive(Args)]
pub struct Findings {
    #[command(flatten)]
    bundle: BundleArgument,
    /// Only findings of this code; may be repeated
    #[arg(long, value_name = "CODE", value_parser = parse_code)]
    code: Vec<FindingCode>,
    /// Only findings about this actor, or about one whose place it took
    #[arg(long, value_name = "ACTOR")]
    about: Option<Slug>,
    /// Only findings about this request
    #[arg(long, value_name = "REQUEST")]
    request: Option<DocumentId>,
    /// Only findings of at least this severity: note, concern or serious
    #[arg(long, value_name = "SEVERITY", value_parser = parse_severity)]
    at_least: Option<Severity>,
    /// What there was to notice at that time, and nothing recorded later; at that of the last entry if left out
    #[arg(long, value_name = "TIME", value_parser = parse_as_of)]
    as_of: Option<Time>,
    /// Only how many there are of each code
    #[arg(long)]
    count: bool,
}

impl Findings {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let mut gathered = Gathered::as_of(self.as_of);
        self.bundle.verified(output, self.as_of, &mut gathered)?;
        let selection = Selection {
            codes: self.code,
            about: self.about.into_iter().collect(),
            requests: self.request.into_iter().collect(),
            at_least: self.at_least,
        };
        let noted = gathered.into_noted().filter(|noted| selection.wants(&noted.finding, noted.successor.as_ref()));
        if self.count {
            return Ok(count(output, noted));
        }
        if output.json {
            noted.for_each(|noted| output.json(&noted));
            return Ok(ExitCode::SUCCESS);
        }
        let mut noted = noted.peekable();
        if noted.peek().is_none() {
            output.line("nothing noticed");
            return Ok(ExitCode::SUCCESS);
        }
        output.table(["finding", "severity", "entries", "says"], noted.map(row));
        Ok(ExitCode::SUCCESS)
    }
}

/// A finding, with what whom it is about says of it.
fn row(noted: Noted) -> [String; 4] {
    let Noted { finding, replies, .. } = noted;
    let entries: Vec<String> = finding.entries.iter().map(ToString::to_string).collect();
    let replies =
        replies.iter().map(|reply| format!("\n{} replied in entry {}: {}", reply.author, reply.index, reply.note));
    let says = std::iter::once(finding.says.clone()).chain(replies).collect();
    [finding.code.as_str().to_owned(), finding.severity().as_str().to_owned(), entries.join(", "), says]
}

fn count(output: &Output, noted: impl Iterator<Item = Noted>) -> ExitCode {
    let mut counts = std::collections::BTreeMap::new();
    noted.for_each(|noted| *counts.entry(noted.finding.code).or_insert(0_u64) += 1);
    if output.json {
        output.json(&counts);
    } else {
        let row = |(code, count): (FindingCode, u64)| {
            [code.as_str().to_owned(), count.to_string(), code.meaning().to_owned()]
        };
        output.table(["finding", "count", "means"], counts.into_iter().map(row));
    }
    ExitCode::SUCCESS
}

pub(super) fn parse_code(text: &str) -> Result<FindingCode, String> {
    let all = || FindingCode::ALL.iter();
    all().find(|code| code.as_str() == text).copied().ok_or_else(|| {
        let codes: Vec<&str> = all().map(|code| code.as_str()).collect();
        format!("one of {}", codes.join(", "))
    })
}

pub(super) fn parse_severity(text: &str) -> Result<Severity, String> {
    let all = [Severity::Note, Severity::Concern, Severity::Serious];
    all.into_iter().find(|severity| severity.as_str() == text).ok_or_else(|| "note, concern or serious".to_owned())
}
