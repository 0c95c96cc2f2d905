//! `candour verify`: the auditor's verdict.

use std::path::PathBuf;
use std::process::ExitCode;

use candour::core::audit::{Report, Stretch, Verdict};
use candour::core::cosignature::shown_time;
use candour::core::statement::Rule;
use candour::shell::verify::{Options, verify};
use clap::Args;

use crate::bundle::{BundleArgument, read_file, read_policy};
use crate::failure::{Failure, bad_evidence};
use crate::output::{BAD, FAINT, GOOD, Output, printable};

/// Verify a whole ledger.
#[derive(Args)]
pub struct Verify {
    #[command(flatten)]
    bundle: BundleArgument,
    /// Whom you trust: a C2SP tlog-policy file
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// A checkpoint or receipt that you kept; the ledger must extend it. May be repeated
    #[arg(long, value_name = "CHECKPOINT")]
    pin: Vec<PathBuf>,
    /// Refuse signatures on which libraries disagree, too
    #[arg(long)]
    strict: bool,
}

impl Verify {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        match self.report(output) {
            Ok(report) => {
                if output.json {
                    output.json(&report)
                } else {
                    print(output, &report, self.pin.len())
                }
                Ok(if report.verdict == Verdict::Verified { ExitCode::SUCCESS } else { bad_evidence() })
            }
            Err(failure) => {
                if output.json {
                    output.json(&serde_json::json!({
                        "verdict": "unjudged", "origin": null, "size": 0, "sealed": 0, "root": null, "head": null,
                        "faults": [], "not_checked": ["anything"], "findings": {}, "vouched": [], "witnesses_to_deceive": 0,
                    }));
                }
                Err(failure)
            }
        }
    }

    fn report(&self, output: &Output) -> Result<Report, Failure> {
        let policy = read_policy(&self.policy)?;
        let pins = self.pin.iter().map(|pin| read_file(pin)).collect::<Result<Vec<_>, _>>()?;
        let rule = if self.strict { Rule::Strict } else { Rule::Cofactored };
        let mut progress = output.progress();
        let options = Options { pins, rule, progress: &mut progress, as_of: None, watch: &mut () };
        match self.bundle.open_or_faults()? {
            Ok(bundle) => Ok(verify(bundle.as_ref(), &policy, options)?),
            Err(faults) => Ok(Report::unreadable(faults)),
        }
    }
}

/// The verdict for people: what was checked, what was not, and how far.
pub fn print(output: &Output, report: &Report, pins: usize) {
    let origin = printable(&report.origin);
    if report.verdict == Verdict::Verified {
        output.line(format!("{GOOD}verified{GOOD:#}  {origin}"));
    } else {
        let count = report.faults.len();
        let plural = if count == 1 { "fault" } else { "faults" };
        output.line(format!("{BAD}falsified{BAD:#}  {origin}: {count} {plural}"));
    }
    for fault in &report.faults {
        let place = match (&fault.file, fault.index) {
            (Some(file), Some(index)) => format!("{file}, entry {index}: "),
            (Some(file), None) => format!("{file}: "),
            (None, Some(index)) => format!("entry {index}: "),
            (None, None) => String::new(),
        };
        let says = format!("{place}expected {}, found {}", fault.expected, fault.found);
        output.line(format!("  {BAD}{}{BAD:#}  {}", fault.code, printable(&says)));
    }
    output.line(format!("  entries   {}", report.size));
    output.line(match (report.sealed, report.size) {
        (0, _) => "  sealed    to nothing: no valid checkpoint".to_owned(),
        (sealed, size) if sealed == size => format!("  sealed    to entry {}, the last", sealed - 1),
        (sealed, size) => {
            format!("  sealed    to entry {}; tail to {} not yet promised by any checkpoint", sealed - 1, size - 1)
        }
    });
    output.line(format!("  root      {}", report.root));
    output.line(format!("  head      {}", report.head));
    if report.verdict == Verdict::Verified {
        output.line(
            "  checked   every signature, link and rule; every tile, checkpoint and attachment; the policy's trust",
        );
    }
    if report.verdict == Verdict::Verified {
        output.line(match report.witnesses_to_deceive {
            0 => "  policy    the operator alone could satisfy it twice, with two histories".to_owned(),
            1 => "  policy    two histories could satisfy it only if the operator and one of its witnesses deceived"
                .to_owned(),
            more => format!(
                "  policy    two histories could satisfy it only if the operator and {more} of its witnesses deceived"
            ),
        });
    }
    print_vouched(output, &report.vouched);
    for words in &report.not_checked {
        output.line(format!("  {FAINT}not checked{FAINT:#}  {}", printable(words)));
    }
    for (code, count) in &report.findings {
        let code = code.as_str();
        output.line(format!("  noticed   {count} × {code}"));
    }
    if pins == 0 && report.verdict == Verdict::Verified {
        output.line(format!(
            "  {FAINT}no pin given: keep this ledger's checkpoint and pass it as --pin next time; then nobody can show \
             you another history{FAINT:#}"
        ));
    }
}

/// Names of one kind that a line shows, at most; the others are counted.
const NAMES_SHOWN: usize = 8;

/// For each stretch of history, who would have to say otherwise before it could be rewritten.
fn print_vouched(output: &Output, vouched: &[Stretch]) {
    for (number, stretch) in vouched.iter().enumerate() {
        let label = if number == 0 { "vouched" } else { "       " };
        let entries = match (stretch.first, stretch.last) {
            (first, last) if first == last => format!("entry {first}"),
            (first, last) => format!("entries {first} to {last}"),
        };
        let parties = match stretch.parties() {
            0 if stretch.first == stretch.last => {
                "nobody but the operator, who could still rewrite it unseen".to_owned()
            }
            0 => "nobody but the operator, who could still rewrite them unseen".to_owned(),
            1 => "1 party besides the operator".to_owned(),
            parties => format!("{parties} parties besides the operator"),
        };
        output.line(format!("  {label}   {entries}: {parties}"));
        let witnesses = stretch.witnesses.iter().map(|witness| {
            let name = printable(&witness.name);
            match witness.times {
                None => name,
                Some((from, to)) if from == to => format!("{name} ({})", shown_time(from)),
                Some((from, to)) => format!("{name} ({} to {})", shown_time(from), shown_time(to)),
            }
        });
        let authors = stretch.authors.iter().map(|author| format!("{} (entry {})", author.actor, author.entry));
        let pin = stretch.pinned.then(|| "your pin".to_owned());
        for (kind, names, further) in [
            ("witnesses", witnesses.collect::<Vec<_>>(), 0),
            ("later authors", authors.collect(), stretch.further_authors),
            ("you", pin.into_iter().collect(), 0),
        ] {
            let further = further + names.len().saturating_sub(NAMES_SHOWN);
            let shown = names.iter().take(NAMES_SHOWN).cloned().collect::<Vec<_>>().join(", ");
            match (names.is_empty(), further) {
                (true, _) => {}
                (false, 0) => output.line(format!("              {kind}: {shown}")),
                (false, _) => output.line(format!("              {kind}: {shown} and {further} more")),
            }
        }
        if let Some((time, name)) = stretch.existed_by() {
            output.line(format!("              existed by {}, says {}", shown_time(time), printable(name)));
        }
    }
}
