//! The audit: a ledger's own bytes in, a verdict out. FORMAT.md, section 6.
//!
//! The caller reads the files and hands them over: first every checkpoint and pin, then the entries in order, each with
//! its attachments. [`Audit::finish`] judges the rest. Nothing is taken on trust but the policy.

mod attachments;
mod carried;
mod promises;
mod report;
mod vouching;

use std::collections::BTreeMap;

use super::chain::{Chain, Link, Prepared, Preparer};
use super::checkpoint::SignedCheckpoint;
use super::entry::Entry;
use super::event::Observation;
use super::fault::{Code, Fault};
use super::finding::{Finding, FindingCode, Noticing};
use super::hash::Hash;
use super::merkle::MAX_SIZE;
use super::policy::Policy;
use super::shelf::{Scratch, Shelf};
use super::statement::Rule;
use super::time::{Millis, Time};

pub use attachments::attachment_name;
pub use carried::Carried;
pub use promises::pinned;
pub use report::{MAX_FAULTS, Report, Verdict};
pub use vouching::{Author, MAX_AUTHORS_NAMED, MAX_STRETCHES, Stretch, Vouched};

use attachments::Known;
use vouching::Vouching;

/// The name under which faults of pins are reported.
pub const PIN: &str = "pin";
/// The latest checkpoint's name in a bundle.
pub const CHECKPOINT: &str = "checkpoint";
/// The folder of all checkpoints in a bundle.
pub const CHECKPOINTS: &str = "checkpoints/";

/// Faults that are kept until the report, at most: a small archive can unpack to millions.
const MAX_FAULTS_KEPT: usize = 64 * MAX_FAULTS;

/// A replay of a whole ledger against a policy.
pub struct Audit<'a> {
    policy: &'a Policy,
    rule: Rule,
    chain: Chain,
    faults: Vec<Fault>,
    /// How many faults there were, those that were not kept included.
    found: u64,
    checkpoints: Vec<Published>,
    pins: Vec<SignedCheckpoint>,
    /// The attachments named.
    attachments: Shelf<Hash, Known>,
    vouching: Vouching,
    noticing: Noticing,
    noticed: BTreeMap<FindingCode, u64>,
    /// As of when things are noticed: what was recorded later is not looked at.
    as_of: Option<Time>,
    /// Whether the end of what is looked at has come.
    ended: bool,
    /// Whether every checkpoint that was published was handed over.
    all_checkpoints: bool,
    /// How many entries were audited before, by whoever carried this on.
    carried: u64,
}

struct Published {
    file: String,
    checkpoint: SignedCheckpoint,
}

impl<'a> Audit<'a> {
    /// Of a ledger of which nothing is known yet.
    pub fn new(policy: &'a Policy, rule: Rule) -> Self {
        Self {
            policy,
            rule,
            chain: Chain::new(),
            faults: Vec::new(),
            found: 0,
            checkpoints: Vec::new(),
            pins: Vec::new(),
            attachments: Shelf::default(),
            vouching: Vouching::default(),
            noticing: Noticing::default(),
            noticed: BTreeMap::new(),
            as_of: None,
            ended: false,
            all_checkpoints: true,
            carried: 0,
        }
    }

    /// With a scratch, so that its memory does not grow with the entries. Whoever gives one asks [`Scratch::failure`] before
    /// relying on the report.
    #[must_use]
    pub fn with_scratch(mut self, scratch: &Scratch) -> Self {
        self.chain = self.chain.with_scratch(scratch);
        self.attachments.keep_in(scratch);
        self.noticing.keep_in(scratch);
        self
    }

    /// Says that more checkpoints may have been published than are handed over: whether they came in time is then not
    /// judged.
    pub fn lacks_checkpoints(&mut self) {
        self.all_checkpoints = false;
    }

    /// Notices things as of a time instead of the last entry: nothing that was recorded later, and silence and lateness as
    /// they were then, or will be.
    #[must_use]
    pub fn as_of(mut self, time: Option<Time>) -> Self {
        self.as_of = time;
        self
    }

    /// Takes `checkpoint` or a file of `checkpoints/`, before any entry.
    pub fn checkpoint(&mut self, file: &str, bytes: &[u8]) {
        if let Some(size) = file.strip_prefix(CHECKPOINTS).and_then(checkpoint_size) {
            self.chain.checkpoint_published(size);
        }
        match SignedCheckpoint::parse(bytes) {
            Err(fault) => self.fault(fault.in_file(file)),
            Ok(checkpoint) if checkpoint.checkpoint().size == 0 => {
                self.fault(Fault::new(Code::CheckpointMalformed, "a size from 1", "0").in_file(file));
            }
            Ok(checkpoint) => {
                self.chain.watch(checkpoint.checkpoint().size);
                self.checkpoints.push(Published { file: file.to_owned(), checkpoint });
            }
        }
    }

    /// Takes a pin, before any entry: a checkpoint that the reader kept, or a receipt, whose checkpoint is meant.
    pub fn pin(&mut self, bytes: &[u8]) {
        match pinned(bytes) {
            Err(fault) => self.fault(fault.in_file(PIN)),
            Ok(pin) if pin.checkpoint().size == 0 => {
                self.fault(Fault::new(Code::CheckpointMalformed, "a size from 1", "0").in_file(PIN));
            }
            Ok(pin) => {
                self.chain.watch(pin.checkpoint().size);
                self.pins.push(pin);
            }
        }
    }

    /// Prepares entries by this audit's rule for signatures.
    pub fn preparer(&self) -> Preparer {
        Preparer::new(self.rule)
    }

    /// Takes the next entry, prepared by a [`Audit::preparer`] of this audit. Returns what it became, and the entry if it
    /// could be decoded.
    pub fn entry(&mut self, prepared: Prepared) -> (Link, Option<Entry>) {
        let mut faults = Vec::new();
        let later = |as_of| prepared.entry().is_some_and(|entry| entry.recorded_at.time() > as_of);
        if self.as_of.is_some_and(later) && !std::mem::replace(&mut self.ended, true) {
            // Before the state goes on.
            let mut findings = Vec::new();
            self.noticing.finish(self.chain.state(), self.as_of, &mut |finding| findings.push(finding));
            self.noticing.keep(findings);
        }
        let (link, entry) = self.chain.place(prepared, &mut faults);
        if faults.is_empty() {
            self.vouched(&link);
        }
        faults.into_iter().for_each(|fault| self.fault(fault));
        if let (Some(state), Some(recorded_at), false) = (self.chain.state(), link.recorded_at, self.ended) {
            if let (true, Some(statement)) = (link.lawful, &link.statement) {
                self.noticing.entry(state, link.index, recorded_at, statement);
                for observation in statement.event.observations() {
                    self.noticing.observe(state, observation);
                }
            }
            let published = self.chain.published().contains(&self.chain.size());
            if self.all_checkpoints {
                self.noticing.checkpoint(link.index, recorded_at, state.registry().checkpoint_rules(), published);
            }
        }
        (link, entry)
    }

    /// Takes whose word a faultless entry is for those before it.
    fn vouched(&mut self, link: &Link) {
        let (Some(state), Some(statement)) = (self.chain.state(), &link.statement) else { return };
        if let Some(seen) = statement.seen.filter(|_| statement.author != *state.registry().operator()) {
            self.vouching.author(&statement.author, seen.size.unsigned(), link.index);
        }
    }

    /// The last entry was read whole, with its attachments. What it says as a whole is then noticed now; otherwise with the
    /// next entry, or at the end.
    pub fn entry_read(&mut self) {
        self.noticing.entry_read();
    }

    /// Takes an observation of an attachment that the last entry names, and that holds them.
    pub fn observe(&mut self, observation: &Observation) {
        if let (Some(state), false) = (self.chain.state(), self.ended) {
            self.noticing.observe(state, observation);
        }
    }

    /// Hands over what was noticed since it was last asked. A finding comes as soon as it is sure: with its entry, with
    /// the next one, or by [`Audit::end`].
    pub fn findings(&mut self) -> Vec<Finding> {
        let findings = self.noticing.take();
        for finding in &findings {
            *self.noticed.entry(finding.code).or_default() += 1;
        }
        findings
    }

    /// There are no more entries to look at: hands over, one by one, what was noticed since it was last asked, what is owed
    /// and what is missing. As of the last entry, or by a clock, unless it stands behind that.
    pub fn end(&mut self, clock: Option<Time>, each: &mut dyn FnMut(Finding)) {
        if std::mem::replace(&mut self.ended, true) {
            return self.findings().into_iter().for_each(each);
        }
        let last = self.chain.recorded_at().map(Millis::time);
        let as_of = self.as_of.or_else(|| last.map(|last| clock.map_or(last, |clock| clock.max(last))));
        let noticed = &mut self.noticed;
        self.noticing.finish(self.chain.state(), as_of, &mut |finding| {
            *noticed.entry(finding.code).or_default() += 1;
            each(finding);
        });
    }

    /// Takes a fault that the caller found: in a file, or in a tile that it held against the chain's.
    pub fn fault(&mut self, fault: Fault) {
        self.found = self.found.saturating_add(1);
        if self.faults.len() < MAX_FAULTS_KEPT {
            self.faults.push(fault);
        }
    }

    /// The chain so far.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The size that the file `checkpoint` promises, if it could be read.
    pub fn latest_size(&self) -> Option<u64> {
        let latest = self.checkpoints.iter().find(|published| published.file == CHECKPOINT);
        latest.map(|published| published.checkpoint.checkpoint().size)
    }

    /// Judges checkpoints, trust and pins, and gives the verdict.
    pub fn finish(mut self) -> Report {
        if self.chain.size() == 0 {
            self.fault(Fault::new(Code::LedgerNotOpened, "a lawful ledger_opened as entry 0", "no entry").at(0));
        }
        let origin = self.origin();
        // Trust and quorum are judged of `checkpoint` alone: what only a newer one promises is not sealed to this reader.
        let judged = self.latest_size().unwrap_or(0);
        let checkpoints = std::mem::take(&mut self.checkpoints);
        let (mut sealed, mut newer) = (0, 0);
        for published in &checkpoints {
            let (before, size) = (self.found, published.checkpoint.checkpoint().size);
            self.check_checkpoint(&origin, published);
            self.check_cosignatures(published, self.found == before);
            match size <= judged {
                true if self.found == before => sealed = size.max(sealed),
                true => {}
                false => newer = size.max(newer),
            }
        }
        let latest = checkpoints.iter().find(|published| published.file == CHECKPOINT);
        if let Some(latest) = latest {
            self.check_trust(&origin, latest);
        }
        for pin in std::mem::take(&mut self.pins) {
            self.check_pin(&origin, &pin);
        }
        self.findings();
        let unlisted = self.found.saturating_sub(self.faults.len() as u64);
        // Who vouched for what was audited before was said then.
        let vouched =
            if self.found == 0 && self.carried == 0 { self.vouching.stretches(self.chain.size()) } else { Vec::new() };
        let mut report = Report::new(origin, &self.chain, sealed, (self.faults, unlisted), self.noticed);
        report.vouched = vouched;
        report.witnesses_to_deceive = self.policy.witnesses_to_deceive();
        if newer > 0 {
            let words = format!("{CHECKPOINTS}{newer}: newer than {CHECKPOINT}, of which trust and quorum were judged");
            report.not_checked.push(words);
        }
        report
    }

    /// The ledger's origin; where no statement could be read, that of the latest checkpoint, whatever it is worth.
    fn origin(&self) -> String {
        // `checkpoint` comes first, if it is there.
        let latest = || self.checkpoints.first();
        match self.chain.origin() {
            Some(origin) => origin.to_string(),
            None => latest().map_or_else(String::new, |latest| latest.checkpoint.checkpoint().origin.clone()),
        }
    }
}

/// The size that the name of a file in `checkpoints/` says: a number from 1 in decimal, without leading zeros.
pub fn checkpoint_size(name: &str) -> Option<u64> {
    name.parse().ok().filter(|size: &u64| (1..=MAX_SIZE).contains(size) && size.to_string() == name)
}
