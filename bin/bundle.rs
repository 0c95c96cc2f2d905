//! What commands read: bundles, policies, pins, and the history that a bundle holds.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use candour::core::audit::{CHECKPOINT, Report};
use candour::core::chain::{Chain, Link};
use candour::core::entry::Entry;
use candour::core::fault::{Code, Faults};
use candour::core::note::MAX_NOTE_BYTES;
use candour::core::policy::Policy;
use candour::core::state::State;
use candour::core::statement::Rule;
use candour::core::text::Slug;
use candour::core::time::{Date, Millis, Time};
use candour::shell::ledger::LedgerError;
use candour::shell::reading::{Ask, Basis, Reading, read};
use candour::shell::replay::{Until, check_promised, replay};
use candour::shell::verify::{Options, Watch, verify};
use candour::storage::bundle::{Bundle, Trouble};
use candour::storage::folder_store::FolderReader;
use candour::storage::http_bundle::{HttpBundle, is_url};
use candour::storage::open_bundle;
use clap::Args;

use crate::failure::Failure;
use crate::output::{Output, say_error};

/// Bytes of a policy, pin, receipt or event file, at most.
const MAX_SMALL_FILE_BYTES: u64 = 4 * MAX_NOTE_BYTES as u64;

/// Readers ask nobody to be trusted; whether the checkpoints are is for `verify` to say.
pub const NOBODY: &[u8] = b"quorum none\n";

/// A ledger to read.
#[derive(Args)]
pub struct BundleArgument {
    /// A ledger's folder, an exported folder, a zip of one, or the URL of one that is served.
    #[arg(value_name = "LEDGER")]
    pub path: PathBuf,
}

impl BundleArgument {
    /// Opens it. Of a live ledger that lost what it acknowledged, nothing is said as if it were all.
    pub fn open(&self) -> Result<Box<dyn Bundle>, Failure> {
        FolderReader::check_whole(&self.path).map_err(LedgerError::from)?;
        Ok(self.try_open()?)
    }

    /// Opens it as it is, for somebody to whom it matters why it does not open, or who takes from it what there is.
    pub fn try_open(&self) -> Result<Box<dyn Bundle>, Trouble> {
        open_bundle(&self.path)
    }

    /// Opens it to copy all of it: over HTTP, nothing but the entries says which attachments there are.
    pub fn open_whole(&self) -> Result<Box<dyn Bundle>, Failure> {
        match self.path.to_str().filter(|path| is_url(path)) {
            Some(url) => Ok(Box::new(HttpBundle::open(url)?.with_attachments()?)),
            None => self.open(),
        }
    }

    /// Opens it, or says what is wrong with the container: that is evidence too.
    pub fn open_or_faults(&self) -> Result<Result<Box<dyn Bundle>, Faults>, Failure> {
        match self.try_open() {
            Ok(bundle) => Ok(Ok(bundle)),
            Err(Trouble::Faults(faults)) => Ok(Err(faults)),
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// Replays it, and hands over each entry on the way. Every signature and rule is checked, and that the latest checkpoint
    /// promises what was read; other checkpoints, tiles and trust are not, which is what `verify` is for.
    pub fn replay(&self, until: Until, each: &mut dyn FnMut(&Link, &Entry)) -> Result<Chain, Failure> {
        let bundle = self.open()?;
        let chain = replay(bundle.as_ref(), until, each).map_err(|trouble| self.failure(trouble))?;
        note_unpromised(bundle.as_ref())?;
        Ok(chain)
    }

    /// Checks that it has what its latest checkpoint promises, by the entries' hashes.
    pub fn check_promised(&self, bundle: &dyn Bundle) -> Result<(), Failure> {
        check_promised(bundle).map_err(|trouble| self.failure(trouble))?;
        note_unpromised(bundle)
    }

    /// Verifies it whole for somebody who reads it, and watches on the way: checkpoints, tiles and attachments too. What
    /// was seen is worth nothing before this returns.
    pub fn verified(&self, output: &Output, as_of: Option<Time>, watch: &mut dyn Watch) -> Result<Report, Failure> {
        let bundle = self.open()?;
        let policy = Policy::parse(NOBODY)?;
        let mut progress = output.progress();
        let options = Options { pins: Vec::new(), rule: Rule::Cofactored, progress: &mut progress, as_of, watch };
        let report = verify(bundle.as_ref(), &policy, options)?;
        match report.faults.iter().find(|fault| fault.code != Code::CheckpointUntrusted) {
            Some(fault) => Err(Failure::evidence(fault).hint(self.hint())),
            None => Ok(report),
        }
    }

    /// An actor, and everyone whose place it took.
    pub fn lineage(&self, actor: Slug) -> Result<Vec<Slug>, Failure> {
        let reader = ReadingArguments { bundle: Self { path: self.path.clone() }, replay: false };
        let chain = reader.read(Ask::State(Until::End), &mut |_, _| None::<()>)?.chain;
        let registry = state(&chain)?.registry();
        if !registry.actors().contains_key(&actor) {
            return Err(Failure::unjudged(format!("no actor {actor} on this ledger")));
        }
        let mut all: Vec<Slug> = registry.predecessors(&actor).cloned().collect();
        all.push(actor);
        Ok(all)
    }

    fn failure(&self, trouble: Trouble) -> Failure {
        Failure::from(trouble).hint(self.hint())
    }

    fn hint(&self) -> String {
        format!("candour verify {} --policy FILE names every fault", self.path.display())
    }
}

/// A ledger to read, by the operator's index where that stands beside it.
#[derive(Args)]
pub struct ReadingArguments {
    #[command(flatten)]
    bundle: BundleArgument,
    /// Check every signature and rule, even where the operator's own signed snapshot of the state fits the entries
    #[arg(long)]
    replay: bool,
}

impl ReadingArguments {
    /// The ledger itself.
    pub fn bundle(&self) -> &BundleArgument {
        &self.bundle
    }

    /// Reads it, and picks from the entries that were asked for. At a terminal, says where the operator's snapshot stood
    /// in for a replay.
    pub fn read<T>(
        &self,
        ask: Ask<'_>,
        pick: &mut dyn FnMut(&Link, &Entry) -> Option<T>,
    ) -> Result<Reading<T>, Failure> {
        let beside = !self.replay && !self.bundle.path.to_str().is_some_and(is_url);
        let folder = beside.then_some(self.bundle.path.as_path());
        let bundle = self.bundle.open()?;
        let reading = read(folder, bundle.as_ref(), ask, pick).map_err(|trouble| self.bundle.failure(trouble))?;
        note_unpromised(bundle.as_ref())?;
        if let Basis::Snapshot(size) = reading.basis
            && io::stderr().is_terminal()
        {
            let note =
                format!("the first {size} entries are as the operator's snapshot has them; --replay checks each");
            say_error("note", &note);
        }
        Ok(reading)
    }
}

/// Says so where nothing promises what was read: that is held against a checkpoint, once there is one.
fn note_unpromised(bundle: &dyn Bundle) -> Result<(), Failure> {
    if bundle.open(CHECKPOINT)?.is_none() {
        say_error("note", "no checkpoint was published yet: nothing here shows whether these are all entries");
    }
    Ok(())
}

/// Says so where what is shown, up to that entry, goes beyond what a checkpoint promises. Where there is none, that was said.
pub fn note_beyond(promised: Option<u64>, last: Option<u64>) {
    if let Some(size) = promised.filter(|size| last.is_some_and(|last| last >= *size)) {
        say_error("note", &format!("entries from {size} on are not yet promised by any checkpoint"));
    }
}

/// The state of a ledger that was opened; every ledger that replays was.
pub fn state(chain: &Chain) -> Result<&State, Failure> {
    chain.state().ok_or_else(|| Failure::unjudged("an empty ledger: it was never opened"))
}

/// Whether what a state said can be relied on: part of it may be in a temporary file. To be asked once everything was.
pub fn relied_on(chain: &Chain) -> Result<(), Failure> {
    Ok(Trouble::of_scratch(chain.scratch())?)
}

/// Reads a small file whole.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = read_up_to(path, MAX_SMALL_FILE_BYTES)?;
    if bytes.len() as u64 > MAX_SMALL_FILE_BYTES {
        return Err(Failure::unjudged(format!("{}: more than {MAX_SMALL_FILE_BYTES} bytes", path.display())));
    }
    Ok(bytes)
}

/// Reads a file up to one byte more than the limit, for which what reads it then has a fault of its own.
pub fn read_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| Failure::io(path, error))?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| Failure::io(path, error))?;
    Ok(bytes)
}

/// Reads a policy.
pub fn read_policy(path: &Path) -> Result<Policy, Failure> {
    Ok(read_policy_file(path)?.0)
}

/// Reads a policy, and gives its bytes too.
pub fn read_policy_file(path: &Path) -> Result<(Policy, Vec<u8>), Failure> {
    let bytes = read_file(path)?;
    // A reader's own mistake: nothing is said of the evidence.
    let policy = Policy::parse(&bytes).map_err(|fault| Failure::unjudged(format!("{}: {fault}", path.display())))?;
    Ok((policy, bytes))
}

/// A point in a ledger's history: an entry's index, or a time.
#[derive(Clone, Copy, Debug)]
pub enum Point {
    /// Right after that entry.
    Index(u64),
    /// As of that instant.
    Time(Time),
}

impl Point {
    /// Which entries come until then.
    pub fn until(self) -> Until {
        match self {
            Self::Index(index) => Until::Entry(index),
            Self::Time(time) => Until::Time(time),
        }
    }
}

impl FromStr for Point {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(index) = text.parse() {
            return Ok(Self::Index(index));
        }
        if let Ok(time) = Time::parse(text) {
            return Ok(Self::Time(time));
        }
        Date::parse(text)
            .map(|date| Self::Time(date.start()))
            .map_err(|_| "an index, a time like 2021-10-18T00:00:00Z, or a date like 2021-10-18".to_owned())
    }
}

/// A time, or the first second of a date in UTC.
pub fn parse_as_of(text: &str) -> Result<Time, String> {
    Time::parse(text)
        .or_else(|_| Date::parse(text).map(Date::start))
        .map_err(|_| "a time like 2021-10-18T00:00:00Z, or a date like 2021-10-18".to_owned())
}

/// When an entry was recorded, as tables show it.
pub fn day(recorded_at: Millis) -> String {
    recorded_at.time().to_string()
}
