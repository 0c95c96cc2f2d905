//! `candour verify`: the auditor's verdict.

use std::path::PathBuf;
use std::process::ExitCode;

use candour::core::audit::{Report, Stretch, Verdict};
use candour::core::cosignature::shown_time;
use candour::core::statement::Rule;
use candour::shell::memory::{Before, Memory, MemoryError};
use candour::shell::verify::{Options, verify};
use clap::Args;
use serde::Serialize;

use crate::bundle::{BundleArgument, read_file, read_policy};
use crate::failure::{Failure, bad_evidence};
use crate::output::{BAD, FAINT, GOOD, Output, printable, say_error};

/// Verify a whole ledger, or with --memory what it has gained since you last did.
///
/// Of a large ledger, what must be remembered of many entries goes to files without a name in the folder for temporary
/// files (TMPDIR names another): some 110 bytes for each disclosure, and as much again while they are sorted.
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
    /// A folder of yours that remembers up to where this ledger was verified, and what was ever wrong with it; made if it
    /// is not there. The next verdict with it reads only what is new
    ///
    /// It counts as a pin. It holds the state that the entries lead to, some hundreds of bytes for each document and figure,
    /// in memory too; and whoever can write there decides what the next verdict rests on. Entries that were verified
    /// before, their tiles and what they name are not read again, so damage to this copy of them shows only without it.
    #[arg(long, value_name = "DIR")]
    memory: Option<PathBuf>,
}

/// What is printed as JSON: the report, and what it rests on where something is remembered.
#[derive(Serialize)]
struct Judged {
    #[serde(flatten)]
    report: Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<Before>,
}

impl Verify {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        match self.judged(output) {
            Ok(Judged { report, memory: None }) => {
                if output.json {
                    output.json(&report)
                } else {
                    print(output, &report, self.pin.len())
                }
                Ok(exit(&report))
            }
            Ok(judged) => {
                if output.json {
                    output.json(&judged)
                } else {
                    print_remembered(output, &judged)
                }
                Ok(exit(&judged.report))
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

    fn judged(&self, output: &Output) -> Result<Judged, Failure> {
        let policy = read_policy(&self.policy)?;
        let pins = self.pin.iter().map(|pin| read_file(pin)).collect::<Result<Vec<_>, _>>()?;
        let rule = if self.strict { Rule::Strict } else { Rule::Cofactored };
        let mut progress = output.progress();
        if let Some(folder) = &self.memory {
            let memory = Memory::open(folder, &read_file(&self.policy)?, rule)?;
            let remembered = match self.bundle.open_or_faults()? {
                Ok(bundle) => memory.verify(bundle.as_ref(), pins, &mut progress)?,
                Err(faults) => memory.unreadable(faults),
            };
            let judged = Judged { report: remembered.report.clone(), memory: Some(remembered.basis.clone()) };
            if let Err(error) = memory.keep(remembered) {
                // The verdict stands; the next one will cost more.
                say_error("note", &format!("not remembered: {error}"));
            }
            return Ok(judged);
        }
        let options = Options { pins, rule, progress: &mut progress, as_of: None, watch: &mut () };
        let report = match self.bundle.open_or_faults()? {
            Ok(bundle) => verify(bundle.as_ref(), &policy, options)?,
            Err(faults) => Report::unreadable(faults),
        };
        Ok(Judged { report, memory: None })
    }
}

fn exit(report: &Report) -> ExitCode {
    if report.verdict == Verdict::Verified { ExitCode::SUCCESS } else { bad_evidence() }
}

/// The verdict for people, and what of it was given before.
fn print_remembered(output: &Output, Judged { report, memory }: &Judged) {
    let Some(before) = memory else { return };
    print_report(output, report, 1, before.relied);
    if let Some(said) = &before.verified {
        let relied = if before.relied > 0 { "and not read again" } else { "and read again" };
        output
            .line(format!("  before    {} entries were verified before, with root {}, {relied}", said.size, said.root));
    }
    if let Some(root) = before.other_root {
        output.line(format!("  {BAD}before{BAD:#}    this copy has root {root} at that size: it is another history"));
    }
    if let Some(why) = before.anew {
        output.line(format!("  before    everything was read, as {}", why.as_str()));
    }
    for fault in &before.earlier {
        let says = printable(&fault.message);
        output.line(format!("  {BAD}earlier{BAD:#}   a copy of {} entries, root {}: {says}", fault.size, fault.root));
    }
    if before.more_earlier {
        output.line(format!("  {BAD}earlier{BAD:#}   and more than are remembered"));
    }
    if let Some(path) = &before.evidence {
        output.line(format!("  evidence  both signed checkpoints are kept in {}", path.display()));
    }
}

/// The verdict for people: what was checked, what was not, and how far.
pub fn print(output: &Output, report: &Report, pins: usize) {
    print_report(output, report, pins, 0);
}

fn print_report(output: &Output, report: &Report, pins: usize, relied: u64) {
    let origin = printable(&report.origin);
    if report.verdict == Verdict::Verified {
        output.line(format!("{GOOD}verified{GOOD:#}  {origin}"));
    } else {
        let count = report.faults.len();
        let plural = if count == 1 { "fault" } else { "faults" };
        // Of what cannot be read nothing says which ledger it is.
        let of = if origin.is_empty() { String::new() } else { format!("{origin}: ") };
        output.line(format!("{BAD}falsified{BAD:#}  {of}{count} {plural}"));
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
        let checked = "every signature, link and rule; every tile, checkpoint and attachment; the policy's trust";
        output.line(match (relied, report.size.saturating_sub(relied)) {
            (0, _) => format!("  checked   {checked}"),
            (_, 0) => "  checked   nothing is new; the tree, the latest checkpoint and the policy's trust".to_owned(),
            (_, _) => format!("  checked   from entry {relied} on: {checked}; the tree from the first entry on"),
        });
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

impl From<MemoryError> for Failure {
    fn from(error: MemoryError) -> Self {
        match error {
            MemoryError::Ledger(trouble) => trouble.into(),
            MemoryError::OtherLedger { .. } => {
                Self::unjudged(&error).hint("each ledger that is verified needs a --memory of its own")
            }
            MemoryError::OtherKind { .. } => Self::unjudged(&error).hint("name another folder with --memory"),
            error => Self::unjudged(error),
        }
    }
}
