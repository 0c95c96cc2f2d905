//! `candour restore`: a ledger's folder made anew from a copy.

use std::path::PathBuf;
use std::process::ExitCode;

use candour::shell::ledger::LedgerError;
use candour::shell::restore::{RestoreError, Restored, restore};
use candour::storage::store::StoreError;
use clap::Args;

use crate::bundle::{BundleArgument, read_policy_file};
use crate::failure::Failure;
use crate::output::{FAINT, GOOD, Output, printable, say_error};
use crate::publishing::unasked_note;

/// How many things of a kind are listed for people.
const SHOWN: usize = 20;

/// Make a ledger's folder anew from a copy that verifies: an exported folder, a zip, or the URL of a mirror.
///
/// Entries, checkpoints with their cosignatures and attachments come back; the hash tiles are made of the entries. What the
/// copy does not have cannot: entries after its checkpoint, and whatever else was private to the lost folder. The policy that
/// its checkpoints must meet (the file `witnesses`) comes from --policy, where that names witnesses.
#[derive(Args)]
pub struct Restore {
    #[command(flatten)]
    copy: CopyArgument,
    /// The folder to make; it must not be there, or be empty
    #[arg(value_name = "LEDGER")]
    ledger: PathBuf,
    /// Whom you trust: a C2SP tlog-policy file, which the copy must meet; its witnesses, with their URLs, are those whom the
    /// ledger asks from then on
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// The copy to restore from.
#[derive(Args)]
struct CopyArgument {
    /// A copy of the ledger: an exported folder, a zip, or the URL of one that is served
    #[arg(value_name = "BUNDLE")]
    path: PathBuf,
}

impl Restore {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let policy = self.policy.as_deref().map(read_policy_file).transpose()?.map(|(_, bytes)| bytes);
        let copy = BundleArgument { path: self.copy.path }.try_open()?;
        let restored = restore(copy.as_ref(), &self.ledger, policy.as_deref(), &mut output.progress())?;
        if output.json {
            output.json(&restored);
        } else {
            self::say(output, &restored, &self.ledger);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn say(output: &Output, restored: &Restored, ledger: &std::path::Path) {
    let Restored { origin, size, sealed, root, missing, unasked, left, torn } = restored;
    let (ledger, origin) = (ledger.display(), printable(origin));
    output.line(format!("{GOOD}restored{GOOD:#}  {ledger}: {origin}, {size} entries, sealed to {sealed}, root {root}"));
    for fault in missing.iter().take(SHOWN) {
        output.line(format!("  missing   {}", printable(&fault.to_string())));
    }
    for name in left.iter().take(SHOWN) {
        output.line(format!("  {FAINT}left      {}: no part of the ledger{FAINT:#}", printable(name)));
    }
    if torn.bytes > 0 {
        let whole = match torn.whole_entries {
            0 => String::new(),
            more => format!("; whole entries after what is damaged: {more}"),
        };
        output.line(format!("  left      tail: {} bytes at its end that form no whole entry{whole}", torn.bytes));
    }
    for further in [missing.len(), left.len()].into_iter().filter_map(|all| all.checked_sub(SHOWN)).filter(|n| *n > 0) {
        output.line(format!("  and {further} more"));
    }
    say_error(
        "note",
        &format!(
            "the copy's checkpoint is of {sealed} entries; if a later one was ever published, restore from a copy that has \
             it: going on from here would sign a second history"
        ),
    );
    if !unasked.is_empty() {
        say_error("note", &printable(&unasked_note(unasked, &ledger.to_string())));
    }
    if !missing.is_empty() {
        say_error("hint", &format!("candour repair {ledger} --from COPY --apply takes attachments from another copy"));
    }
}

impl From<RestoreError> for Failure {
    fn from(error: RestoreError) -> Self {
        match error {
            RestoreError::Trouble(trouble) => trouble.into(),
            RestoreError::Store(error @ StoreError::Exists(_)) => Self::unjudged(&error),
            RestoreError::Store(error) => LedgerError::Store(error).into(),
        }
    }
}
