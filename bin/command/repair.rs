//! `candour repair`: what is wrong with a ledger's folder, and what can be done about it.

use std::path::PathBuf;
use std::process::ExitCode;

use candour::core::fault::Fault;
use candour::shell::ledger::LedgerError;
use candour::shell::repair::{Cut, Done, How, RepairError, Repaired, repair};
use clap::Args;

use crate::bundle::{BundleArgument, read_policy};
use crate::failure::{Failure, bad_evidence};
use crate::output::{BAD, FAINT, GOOD, Output, printable, say_error};
use crate::publishing::unasked_note;

/// How many things of a kind are listed for people.
const SHOWN: usize = 20;

/// Say what is wrong with a ledger's folder and what can be done about it; with --apply, do it
///
/// Without --apply, nothing is changed. Hash tiles are made again from the entries, and a checkpoint is taken from its other
/// copy; damaged entries and attachments come from a copy of the ledger (--from), where they fit the hash chain. What is
/// replaced is kept in a folder beside the ledger. No entry that a checkpoint promises is ever given up. A copy that has more
/// entries gives them too, and one that has another history under the operator's signature is refused.
#[derive(Args)]
pub struct Repair {
    /// The ledger's folder
    #[arg(value_name = "LEDGER")]
    ledger: PathBuf,
    /// A copy of the ledger to take from what is damaged: an exported folder, a zip, or the URL of a mirror
    #[arg(long, value_name = "BUNDLE")]
    from: Option<PathBuf>,
    /// Whose cosignatures are judged: a C2SP tlog-policy file; the ledger's own (the file `witnesses`) if left out
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Do it
    #[arg(long)]
    apply: bool,
    /// Give up acknowledged entries that no checkpoint promises, and the newest checkpoint where it is damaged, where nothing
    /// brings them back
    #[arg(long, requires = "apply")]
    drop: bool,
}

impl Repair {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let copy = self.from.map(|path| BundleArgument { path }.try_open()).transpose()?;
        let policy = self.policy.as_deref().map(read_policy).transpose()?;
        let policy = policy.as_ref();
        let how =
            How { copy: copy.as_deref(), policy, apply: self.apply, drop: self.drop, progress: &mut output.progress() };
        let repaired = repair(&self.ledger, how)?;
        let sound = repaired.is_sound() || repaired.applied && repaired.left.is_empty();
        if output.json {
            output.json(&repaired);
        } else {
            say(output, &repaired);
        }
        if !repaired.unasked.is_empty() {
            say_error("note", &printable(&unasked_note(&repaired.unasked, &self.ledger.display().to_string())));
        }
        if !sound {
            advise(&repaired, &self.ledger.display().to_string(), copy.is_some(), self.apply);
        }
        Ok(if sound { ExitCode::SUCCESS } else { bad_evidence() })
    }
}

fn say(output: &Output, repaired: &Repaired) {
    let Repaired { size, sealed, root, steps, cut, left, applied, aside, .. } = repaired;
    let applied = *applied;
    for step in steps.iter().take(SHOWN) {
        let what = match (step.done, applied) {
            (Done::MadeAgain, true) => "made again from the entries",
            (Done::MadeAgain, false) => "to be made again from the entries",
            (Done::TakenFromCopy, true) => "taken from the copy",
            (Done::TakenFromCopy, false) => "to be taken from the copy",
            (Done::TakenFromTwin, true) => "taken from the ledger's other copy of it",
            (Done::TakenFromTwin, false) => "to be taken from the ledger's other copy of it",
            (Done::Filled, true) => "filled where it was damaged or short",
            (Done::Filled, false) => "to be filled where it is damaged or short",
            (Done::Cut, true) => "cut after its last intact entry",
            (Done::Cut, false) => "to be cut after its last intact entry",
            (Done::TakenAway, true) => "taken away: nothing that the ledger's entries lead to",
            (Done::TakenAway, false) => "to be taken away: nothing that the ledger's entries lead to",
        };
        output.line(format!("  {}: {what}", printable(&step.file)));
    }
    if let Some(further) = steps.len().checked_sub(SHOWN).filter(|further| *further > 0) {
        output.line(format!("  and {further} more files"));
    }
    if let Some(Cut { from, acknowledged, whole, bytes }) = cut {
        let until = acknowledged.map(|size| format!(" to {}", size.saturating_sub(1))).unwrap_or_default();
        let lost = if applied { "given up" } else { "to be given up" };
        output.line(format!(
            "  {BAD}{lost}{BAD:#}  entries from {from}{until}: {bytes} bytes, {whole} whole entries among them"
        ));
    }
    for fault in left.iter().take(SHOWN) {
        output.line(format!("  {BAD}damaged{BAD:#}   {}", printable(&fault.to_string())));
    }
    if let Some(further) = left.len().checked_sub(SHOWN).filter(|further| *further > 0) {
        output.line(format!("  {FAINT}and {further} more faults{FAINT:#}"));
    }
    let root = root.map(|root| format!(", root {root}")).unwrap_or_default();
    let state = format!("{size} entries, sealed to {sealed}{root}");
    match (applied, repaired.is_sound()) {
        (_, true) => output.line(format!("{GOOD}sound{GOOD:#}     nothing to repair: {state}")),
        (true, _) => output.line(format!("{GOOD}repaired{GOOD:#}  {state}")),
        (false, _) if repaired.is_possible() => output.line(format!("nothing was changed; this would make it {state}")),
        (false, _) => output.line("nothing was changed"),
    }
    if let Some(aside) = aside {
        output.line(format!("  what was replaced is kept in {}", aside.display()));
    }
}

/// What to do next.
fn advise(repaired: &Repaired, ledger: &str, with_copy: bool, apply: bool) {
    let copy = if with_copy { "another copy" } else { "a copy" };
    if !repaired.is_possible() {
        let words = format!("candour repair {ledger} --from BUNDLE takes what is damaged from {copy}");
        say_error("hint", &format!("{words}; candour restore BUNDLE makes the ledger anew from one"));
    } else if repaired.cut.is_some() && !repaired.applied {
        let words =
            format!("a mirror or a backup may have those entries (--from); candour repair {ledger} --apply --drop");
        say_error("hint", &format!("{words} gives them up, and keeps the bytes"));
    } else if !apply {
        say_error("hint", &format!("candour repair {ledger} --apply does it"));
    } else {
        let of_checkpoint = |fault: &Fault| fault.file.as_ref().is_some_and(|file| file.starts_with("checkpoint"));
        let drop = if repaired.left.iter().any(of_checkpoint) { "; --drop gives up a newest checkpoint" } else { "" };
        say_error("hint", &format!("what is left damaged may be in {copy}: --from{drop}"));
    }
}

impl From<RepairError> for Failure {
    fn from(error: RepairError) -> Self {
        match error {
            RepairError::Trouble(trouble) => trouble.into(),
            RepairError::Store(error) => LedgerError::Store(error).into(),
        }
    }
}
