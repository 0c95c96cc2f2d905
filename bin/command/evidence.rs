//! `candour evidence`: what convicts a key, as one file that anybody can check alone.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use candour::core::evidence::{self, Proven, Role};
use candour::core::fault::Code;
use candour::core::note::VerifierKey;
use candour::core::policy::Policy;
use candour::shell::evidence::{EvidenceError, Outcome, Side, checkpoints, receipt};
use candour::storage::whole_file;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::bundle::{read_policy, read_up_to};
use crate::exhibit::{Exhibit, envelope, read_receipt};
use crate::failure::{Failure, bad_evidence};
use crate::output::{BAD, FAINT, GOOD, Output, printable};

/// Make a file that proves that a key signed two things that contradict each other, or check one.
///
/// Where nothing contradicts, it says "no conflict", writes nothing and exits with 0.
#[derive(Args)]
pub struct Evidence {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Of two checkpoints of one ledger that cannot be of one history
    Checkpoints(Checkpoints),
    /// Of a receipt that a copy of the ledger does not honour
    Receipt(Receipt),
    /// Of two statements that one key signed under one number
    Statements(Statements),
    /// Check evidence, and say what it proves and whom it convicts
    Check(Check),
}

#[derive(Args)]
struct Checkpoints {
    /// A checkpoint, a receipt (its checkpoint is meant), or a copy of the ledger
    #[arg(value_name = "A")]
    a: PathBuf,
    /// The other, likewise; if they differ in size, the larger must be a copy, or --copy be one
    #[arg(value_name = "B")]
    b: PathBuf,
    /// A copy of the ledger with the entries that the larger checkpoint is of
    #[arg(long, value_name = "LEDGER")]
    copy: Option<PathBuf>,
    #[command(flatten)]
    into: Into,
}

#[derive(Args)]
struct Receipt {
    /// The receipt: a C2SP tlog-proof file
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
    /// A copy of the ledger: its folder, an exported folder, or a zip of one
    #[arg(value_name = "LEDGER")]
    copy: PathBuf,
    #[command(flatten)]
    into: Into,
}

#[derive(Args)]
struct Statements {
    /// An envelope, a receipt (its entry is meant), or LEDGER#INDEX: an entry of a copy
    #[arg(value_name = "A")]
    a: PathBuf,
    /// The other, likewise
    #[arg(value_name = "B")]
    b: PathBuf,
    /// Where to write the evidence; a file that is there is never written over
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Where evidence of checkpoints goes, and by which keys.
#[derive(Args)]
struct Into {
    /// Where to write the evidence; a file that is there is never written over
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Names the ledger's keys, where no copy does, and witnesses who may have cosigned both
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

impl Into {
    fn policy(&self) -> Result<Option<Policy>, Failure> {
        self.policy.as_deref().map(read_policy).transpose()
    }
}

#[derive(Args)]
struct Check {
    /// The evidence
    #[arg(value_name = "FILE")]
    evidence: PathBuf,
    /// Whom you trust: says whether it is one of their keys that is convicted, and fails if none is
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

impl Evidence {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        match self.what {
            What::Checkpoints(command) => command.run(output),
            What::Receipt(command) => command.run(output),
            What::Statements(command) => command.run(output),
            What::Check(command) => command.run(output),
        }
    }
}

impl Checkpoints {
    fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let policy = self.into.policy()?;
        let exhibits = [Exhibit::read(&self.a)?, Exhibit::read(&self.b)?];
        let copy = self.copy.as_deref().map(Exhibit::read_copy).transpose()?;
        let [mut a, mut b] = [exhibits[0].side(&self.a)?, exhibits[1].side(&self.b)?];
        let larger = if a.checkpoint.checkpoint().size > b.checkpoint.checkpoint().size { &mut a } else { &mut b };
        if larger.copy.is_none() {
            larger.copy = copy.as_deref();
        }
        finish(checkpoints(&a, &b, policy.as_ref()).map_err(failure)?, &self.into.out, output)
    }
}

impl Receipt {
    fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let policy = self.into.policy()?;
        let promised = read_receipt(&self.receipt)?;
        let copy = Exhibit::read_copy(&self.copy)?;
        let side = Side::of_copy(self.copy.display().to_string(), copy.as_ref())?;
        finish(receipt(&promised, &side, policy.as_ref()).map_err(failure)?, &self.into.out, output)
    }
}

impl Statements {
    fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let (a, b) = (envelope(&self.a)?, envelope(&self.b)?);
        let outcome = match evidence::of_statements([&a, &b]) {
            Ok(bytes) => Outcome::Made(bytes),
            Err(fault) if fault.code == Code::EvidenceInconclusive => {
                Outcome::NoConflict(format!("expected {}, found {}", fault.expected, fault.found))
            }
            Err(fault) => return Err(fault.into()),
        };
        finish(outcome, &self.out, output)
    }
}

impl Check {
    fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let policy = self.policy.as_deref().map(read_policy).transpose()?;
        let bytes = read_up_to(&self.evidence, evidence::MAX_EVIDENCE_BYTES as u64)?;
        let proven = evidence::check(&bytes).map_err(|fault| fault.in_file(self.evidence.display().to_string()))?;
        let trusted: Option<Vec<Option<bool>>> = policy.as_ref().map(|policy| trust(&proven, policy));
        // A policy has no authors: of them it says nothing, for or against.
        let foreign = trusted.as_ref().is_some_and(|trusted| trusted.iter().all(|known| *known == Some(false)));
        let verdict = if foreign { "untrusted" } else { "proven" };
        if output.json {
            output.json(&with(&proven, json!({ "verdict": verdict, "trusted": trusted })));
        } else {
            let style = if foreign { BAD } else { GOOD };
            output.line(format!("{style}{verdict}{style:#}  {}", self.evidence.display()));
            print(output, &proven);
            for (convicted, known) in proven.convicted.iter().zip(trusted.into_iter().flatten()) {
                let says = match known {
                    Some(true) => "is in the policy",
                    Some(false) => "is not in the policy: anybody can make a key",
                    None => "is an author's, and a policy says nothing of authors",
                };
                output.line(format!("  policy      the key of {} {says}", printable(&convicted.name)));
            }
        }
        Ok(if foreign { bad_evidence() } else { ExitCode::SUCCESS })
    }
}

/// Whether the policy knows each of the convicted keys, by its name.
fn trust(proven: &Proven, policy: &Policy) -> Vec<Option<bool>> {
    let known = |role: Role, key: &str| {
        let is = |other: &VerifierKey| other.to_string() == key;
        match role {
            Role::Operator => Some(policy.logs().iter().any(|log| is(&log.key))),
            Role::Witness => Some(policy.witnesses().iter().any(|witness| is(&witness.key))),
            Role::Author => None,
        }
    };
    proven.convicted.iter().map(|convicted| known(convicted.role, &convicted.key)).collect()
}

/// Writes what was made, and says what it is.
fn finish(outcome: Outcome, out: &Path, output: &Output) -> Result<ExitCode, Failure> {
    match outcome {
        Outcome::NoConflict(says) if output.json => {
            output.json(&json!({ "verdict": "no-conflict", "evidence": null, "says": says }));
        }
        Outcome::NoConflict(says) => output.line(format!("{GOOD}no conflict{GOOD:#}: {}", printable(&says))),
        Outcome::Made(bytes) => {
            let proven = evidence::check(&bytes)?;
            whole_file::create(out, &bytes).map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => Failure::io(out, "the file exists, and is not written over"),
                _ => Failure::io(out, error),
            })?;
            if output.json {
                output.json(&with(&proven, json!({ "verdict": "made", "evidence": out.display().to_string() })));
            } else {
                output.line(format!("{BAD}evidence{BAD:#}  {}", out.display()));
                print(output, &proven);
                output
                    .line(format!("  {FAINT}anybody can check it: candour evidence check {}{FAINT:#}", out.display()));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What is proven, with more fields beside.
fn with(proven: &Proven, more: Value) -> Value {
    let mut all = json!(proven);
    if let (Value::Object(all), Value::Object(more)) = (&mut all, more) {
        all.extend(more);
    }
    all
}

fn print(output: &Output, proven: &Proven) {
    output.line(format!("  ledger      {}", printable(&proven.ledger)));
    output.line(format!("  proves      {}", printable(&proven.proves)));
    for convicted in &proven.convicted {
        let (role, name, key) = (convicted.role.as_str(), &convicted.name, &convicted.key);
        output.line(format!("  convicts    {role} {}, key {}", printable(name), printable(key)));
    }
    if let Some(provided) = &proven.provided {
        output.line(format!("  {BAD}condition{BAD:#}   {}", printable(provided)));
    }
    for words in &proven.not_proven {
        output.line(format!("  {FAINT}not proven{FAINT:#}  {words}"));
    }
}

/// A mistake of whoever asks could not be judged; a copy that is itself at fault is bad evidence.
fn failure(error: EvidenceError) -> Failure {
    let hint = match &error {
        EvidenceError::CopyNeeded { .. } => "pass a copy of the ledger in its place, or with --copy",
        EvidenceError::CopyTooShort { .. } => "take a newer copy of the ledger",
        EvidenceError::KeyUnknown { .. } => "pass --policy with the ledger's key, or a copy of the ledger",
        EvidenceError::NoKeySignedBoth { .. } => {
            "keep both, with a copy of each history: its entries show who replaced the operator's key"
        }
        EvidenceError::TwoLedgers { .. } => "compare checkpoints of one origin",
        EvidenceError::Fault(fault) => return Failure::evidence(fault),
        EvidenceError::Copy(_) => {
            let EvidenceError::Copy(trouble) = error else { return Failure::evidence(error) };
            return trouble.into();
        }
    };
    Failure::unjudged(&error).hint(hint)
}
