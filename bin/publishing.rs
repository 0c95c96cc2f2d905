//! Publishing a checkpoint, as commands do it: by the ledger's witnesses, where it has any, who are asked while nobody is
//! kept from filing.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use candour::core::cosignature::shown_time;
use candour::core::key::SecretKey;
use candour::core::policy::Policy;
use candour::core::text::excerpt;
use candour::shell::clock::SystemClock;
use candour::shell::ledger::{Ledger, LedgerError, Unwitnessed, Why, Witnessed};
use candour::shell::witnessing::{MAX_WAIT, Reply, Waiting, ask};
use candour::storage::folder_store::{FolderReader, FolderStore};
use candour::storage::store::StoreError;
use clap::Args;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::filing::open_ledger;
use crate::output::{printable, say_error};

/// How long somebody else may keep the ledger from being opened again, and how often that is tried.
const BUSY: Duration = Duration::from_secs(5);
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// How long to wait for witnesses.
#[derive(Args)]
pub struct WaitArgument {
    /// How many seconds a checkpoint waits for the ledger's witnesses, if it has any; 10 if left out
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=MAX_WAIT.as_secs()))]
    wait: Option<u64>,
}

/// What became of a checkpoint.
pub type Outcome = Result<Witnessed, Box<Unwitnessed>>;

impl WaitArgument {
    /// Signs a checkpoint of all entries and publishes it: at once where the ledger has no witnesses, else if those who
    /// cosign it within the wait are enough. The policy given stands in for the ledger's own. Gives back the ledger, which
    /// was let go while they were asked.
    pub fn publish(
        &self,
        folder: &Path,
        mut ledger: Ledger<FolderStore>,
        key: &SecretKey,
        instead: Option<Policy>,
    ) -> Result<(Ledger<FolderStore>, Outcome), Failure> {
        let policy = instead.map_or_else(|| ledger.witnesses(), |policy| Ok(Some(policy)))?;
        let Some(policy) = policy else {
            let checkpoint = ledger.publish(key)?;
            return Ok((ledger, Ok(Witnessed { checkpoint, replies: Vec::new() })));
        };
        let pending = ledger.promise(key, policy)?;
        drop(ledger);
        let log = FolderReader::open(folder).map_err(LedgerError::from)?;
        let default = Waiting::default();
        let waiting = Waiting { whole: self.wait.map_or(default.whole, Duration::from_secs), ..default };
        let replies = ask(&pending, &log, waiting, &SystemClock).map_err(LedgerError::from)?;
        let mut ledger = open_again(folder)?;
        match ledger.publish_witnessed(&pending, key, replies) {
            Ok(witnessed) => Ok((ledger, Ok(witnessed))),
            Err(LedgerError::Unwitnessed(unwitnessed)) => Ok((ledger, Err(unwitnessed))),
            Err(error) => Err(error.into()),
        }
    }
}

/// Opens the ledger once more; whoever files meanwhile is soon done.
fn open_again(folder: &Path) -> Result<Ledger<FolderStore>, Failure> {
    let end = Instant::now() + BUSY;
    loop {
        match open_ledger(folder) {
            Err(LedgerError::Store(StoreError::Locked { .. })) if Instant::now() < end => thread::sleep(BETWEEN_TRIES),
            opened => return Ok(opened?),
        }
    }
}

/// What the witnesses replied, for programs.
pub fn replies_json(replies: &[Reply]) -> Value {
    let reply = |Reply { witness, said }: &Reply| {
        let cosigned_at = said.as_ref().ok().map(|cosigned| shown_time(cosigned.timestamp));
        let refusal = said.as_ref().err();
        let says = refusal.map(ToString::to_string);
        json!({ "witness": witness, "cosigned_at": cosigned_at, "code": refusal.map(|why| why.code()), "says": says })
    };
    replies.iter().map(reply).collect()
}

/// Notes who did not cosign a checkpoint that is published all the same.
pub fn note_refusals(replies: &[Reply]) {
    for reply in replies.iter().filter(|reply| reply.said.is_err()) {
        say_error("note", &printable(&format!("witness {reply}")));
    }
}

/// What to say of a folder whose latest checkpoint they cosigned, and which does not say whom to ask for the next.
pub fn unasked_note(cosigners: &[String], ledger: &str) -> String {
    let names = excerpt(&cosigners.join(", "));
    format!(
        "the latest checkpoint is cosigned by {names}, and nothing says whom to ask for the next: put the witnesses' policy, with \
         their URLs, into {ledger} as `witnesses`"
    )
}

/// Why a checkpoint is not published, as a code.
pub fn code(why: &Why) -> &'static str {
    match why {
        Why::QuorumNotMet(fault) => fault.code.as_str(),
        Why::Contradicted { .. } => "ledger-contradicted",
    }
}

impl From<Box<Unwitnessed>> for Failure {
    fn from(unwitnessed: Box<Unwitnessed>) -> Self {
        match &unwitnessed.why {
            Why::QuorumNotMet(_) => Self::unjudged(&unwitnessed)
                .hint("everything filed is kept; candour checkpoint asks the witnesses again"),
            Why::Contradicted { .. } => Self::evidence(&unwitnessed)
                .hint("file nothing here: find the copy of the ledger that the witness was shown, and keep both"),
        }
    }
}
