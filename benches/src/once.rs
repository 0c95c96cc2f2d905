//! One measurement in a process of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use candour::core::audit::Verdict;
use candour::core::policy::Policy;
use candour::core::statement::Rule;
use candour::shell::ledger::Ledger;
use candour::shell::load::Load;
use candour::shell::verify::{Options, verify};
use candour::storage::folder_bundle::FolderBundle;
use candour::storage::folder_store::FolderStore;
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::machine::peak_memory;
use crate::made::{Made, SEED};
use crate::output::Output;

/// Measures one thing, and prints it as JSON.
#[derive(Args)]
pub struct Once {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Verify a ledger
    Verify { ledger: PathBuf, policy: PathBuf },
    /// Open a ledger for writing by its index
    Open {
        ledger: PathBuf,
        /// Publish its checkpoint anew afterwards, as the operator does who opens it: the index then has a snapshot
        #[arg(long)]
        settle: bool,
    },
}

/// What one run took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Took {
    /// Seconds.
    pub seconds: f64,
    /// Entries that there were.
    pub entries: u64,
    /// The most memory that the process used, in bytes; 0 where the system does not say.
    pub peak: u64,
}

impl Once {
    pub fn run(self, output: &Output) -> Result<()> {
        let (seconds, entries) = match self.what {
            What::Verify { ledger, policy } => {
                let policy = Policy::parse(&std::fs::read(policy)?)?;
                let bundle = FolderBundle::open(&ledger)?;
                let begun = Instant::now();
                let options = Options {
                    pins: Vec::new(),
                    rule: Rule::Cofactored,
                    progress: &mut |_, _| {},
                    as_of: None,
                    watch: &mut (),
                };
                let report = verify(&bundle, &policy, options)?;
                let seconds = begun.elapsed().as_secs_f64();
                if report.verdict != Verdict::Verified {
                    return Err(format!("not verified: {:?}", report.faults.first()).into());
                }
                (seconds, report.size)
            }
            What::Open { ledger, settle } => {
                let begun = Instant::now();
                let (store, _) = FolderStore::open(&ledger)?;
                let (mut opened, _) = Ledger::open_by_index(store, &ledger)?;
                let seconds = begun.elapsed().as_secs_f64();
                if settle {
                    opened.publish(Load::new(SEED)?.operator()?)?;
                }
                (seconds, opened.chain().size())
            }
        };
        let took = Took { seconds, entries, peak: peak_memory().unwrap_or(0) };
        output.line(&serde_json::to_string(&took)?);
        Ok(())
    }
}

impl Took {
    /// Of verifying a ledger.
    pub fn verify(made: &Made) -> Result<Self> {
        Self::of(this()?, &[Path::new("verify"), &made.ledger, &made.policy])
    }

    /// Of verifying it on one core; `None` where there is no taskset.
    pub fn verify_on_one_core(made: &Made) -> Result<Option<Self>> {
        let mut command = Command::new("taskset");
        if command.arg("--version").output().is_err() {
            return Ok(None);
        }
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(std::env::current_exe()?);
        Self::of(command, &[Path::new("verify"), &made.ledger, &made.policy]).map(Some)
    }

    /// Of opening it for writing, without an index, which it has then.
    pub fn open_first(made: &Made) -> Result<Self> {
        Self::of(this()?, &[Path::new("open"), &made.ledger, Path::new("--settle")])
    }

    /// Of opening it for writing.
    pub fn open(made: &Made) -> Result<Self> {
        Self::of(this()?, &[Path::new("open"), &made.ledger])
    }

    fn of(mut command: Command, arguments: &[&Path]) -> Result<Self> {
        let child = command.arg("once").args(arguments).output()?;
        if !child.status.success() {
            return Err(String::from_utf8_lossy(&child.stderr).trim().to_owned().into());
        }
        Ok(serde_json::from_slice(&child.stdout)?)
    }
}

fn this() -> Result<Command> {
    Ok(Command::new(std::env::current_exe()?))
}
