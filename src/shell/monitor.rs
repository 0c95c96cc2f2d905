//! Following a ledger: each look verifies what is new since the last one, and says what there is to report.
//!
//! [`Monitor::poll`] looks and writes nothing but evidence of a fork; [`Monitor::keep`] writes how far the ledger was
//! verified, once whoever called has done its work with what was reported. A kill in between costs one look, which is then
//! taken again: everything is reported at least once.
//!
//! What is reported of findings: those that the entries made sure, once, when the first checkpoint promises them; those
//! that come with time (silence, lateness, a missing report), once while they last, as of the monitor's clock.

mod error;
mod event;
mod held;
mod watcher;

use std::path::Path;

use crate::core::audit::{CHECKPOINT, Report, Verdict};
use crate::core::chain::MAX_CLOCK_AHEAD_SECONDS;
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::fault::{Code, Faults};
use crate::core::hash::Hash;
use crate::core::note::MAX_NOTE_BYTES;
use crate::core::policy::Policy;
use crate::core::statement::Rule;
use crate::core::time::Time;
use crate::storage::bundle::{Bundle, Trouble};
use crate::storage::frozen::Frozen;
use crate::storage::progress_folder::ProgressFolder;

use super::findings::Selection;
use super::progress::Progress;
use super::progress::fork::{self, Beside};
use super::verify::{Continued, OnEntry, Options, Since, verify, verify_since};

pub use error::MonitorError;
pub use event::{Event, MAX_FAULTS, Promise, Standing};
pub use held::FIRST_LINE;

use held::{Held, Reported};
use watcher::Watcher;

/// What a monitor is asked for.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which findings are reported.
    pub selection: Selection,
    /// After how many seconds without a sign of life a ledger is quiet.
    pub max_age: u64,
    /// Whether the findings that are there at the first look are left out.
    pub from_now: bool,
}

/// Follows one ledger, by one policy.
pub struct Monitor {
    policy: Policy,
    /// The SHA-256 of the policy's bytes.
    digest: Hash,
    settings: Settings,
    folder: ProgressFolder,
    held: Option<Held>,
}

/// What a look came to.
#[derive(Debug)]
pub struct Polled {
    /// What there is to say, in order; never nothing.
    pub events: Vec<Event>,
    /// How far the ledger is verified now, if it is.
    next: Option<Held>,
}

impl Polled {
    fn only(event: Event) -> Self {
        Self { events: vec![event], next: None }
    }

    /// Of a ledger that could not be opened.
    ///
    /// It is falsified where the evidence is bad as a container, and else unreachable.
    pub fn unopened(trouble: Trouble) -> Self {
        Self::only(match trouble {
            Trouble::Faults(faults) => Event::falsified(faults),
            trouble => Event::Unreachable { says: trouble.to_string() },
        })
    }

    /// What it comes to: the worst of what there is to say.
    pub fn standing(&self) -> Standing {
        self.events.iter().map(Event::standing).max().unwrap_or(Standing::Verified)
    }
}

impl Monitor {
    /// Opens the folder in which it keeps its progress; makes it if it is not there.
    ///
    /// # Errors
    /// [`MonitorError::Policy`], [`MonitorError::Folder`], [`MonitorError::Progress`].
    pub fn open(folder: &Path, policy: &[u8], settings: Settings) -> Result<Self, MonitorError> {
        let digest = Hash::of(policy);
        let policy = Policy::parse(policy).map_err(|fault| MonitorError::Policy(Box::new(fault)))?;
        let folder = ProgressFolder::open(folder)?;
        let unread = |why| MonitorError::Progress { path: folder.progress(), why };
        let held = folder.read(FIRST_LINE)?.map(|bytes| Held::decode(&bytes)).transpose().map_err(unread)?;
        Ok(Self { policy, digest, settings, folder, held })
    }

    /// Up to which size the ledger is verified, if it was; and whether the next look goes on from there. It does not after
    /// a change of the policy or of this software: then everything is verified anew, against what was verified before.
    pub fn held(&self) -> Option<(u64, bool)> {
        let held = self.progress()?;
        Some((held.checkpoint.checkpoint().size, held.carried.is_some() && held.basis.policy == self.digest))
    }

    fn progress(&self) -> Option<&Progress> {
        self.held.as_ref().map(|held| &held.progress)
    }

    /// Looks at the ledger, by a clock that stands there.
    ///
    /// # Errors
    /// [`MonitorError::OtherLedger`]; [`MonitorError::Folder`] where evidence of a fork could not be kept.
    pub fn poll(&self, bundle: &dyn Bundle, clock: Time, progress: &mut OnEntry<'_>) -> Result<Polled, MonitorError> {
        match self.look(bundle, clock, progress) {
            Err(MonitorError::Ledger(trouble)) => Ok(Polled::unopened(trouble)),
            looked => looked,
        }
    }

    /// Keeps how far the ledger is verified after a look, durably, if it is.
    ///
    /// # Errors
    /// [`MonitorError::Folder`], [`MonitorError::Unwritable`].
    pub fn keep(&mut self, polled: Polled) -> Result<(), MonitorError> {
        if let Some(next) = polled.next {
            if self.held.as_ref().is_some_and(|held| held.is_as(&next)) {
                return Ok(());
            }
            self.folder.replace(&next.encode().map_err(MonitorError::Unwritable)?)?;
            self.held = Some(next);
        }
        Ok(())
    }

    fn look(&self, bundle: &dyn Bundle, clock: Time, progress: &mut OnEntry<'_>) -> Result<Polled, MonitorError> {
        let frozen = &Frozen::of(bundle)?;
        // One that cannot be read is a fault that the audit tells.
        let bytes = frozen.read(CHECKPOINT, MAX_NOTE_BYTES as u64)?;
        let latest = bytes.and_then(|bytes| SignedCheckpoint::parse(&bytes).ok());
        if let (Some(held), Some(latest)) = (self.progress(), &latest) {
            self.check_origin(held, latest)?;
            let (before, now) = (held.checkpoint.checkpoint(), latest.checkpoint());
            match fork::beside(held, latest, &self.policy) {
                Beside::Later => {}
                Beside::Fork => return self.forked(held, latest, frozen, &[]),
                Beside::Older { published } => {
                    let (origin, verified, size) = (now.origin.clone(), before.size, now.size);
                    return Ok(Polled::only(Event::Older { origin, verified, size, published }));
                }
            }
        }
        let before = self.progress().map(|held| held.checkpoint.checkpoint().size);
        let promised = latest.as_ref().map_or(0, |latest| latest.checkpoint().size);
        let mut watcher = Watcher::new(&self.settings, &self.held, promised);
        let carried = self.progress().filter(|held| held.basis.policy == self.digest);
        let carried = carried.and_then(|held| held.carried.clone()).unwrap_or_default();
        let pins = self.progress().iter().map(|held| held.checkpoint.to_string().into_bytes()).collect();
        let options = Options { pins, rule: Rule::Cofactored, progress, as_of: None, watch: &mut watcher };
        let since = Since { carried, clock: Some(clock) };
        let continued = verify_since(frozen, &self.policy, options, since)?;
        match latest {
            Some(latest) if continued.report.verdict == Verdict::Verified => {
                Ok(self.verified(latest, before.unwrap_or(0), continued, watcher, clock))
            }
            latest => self.not_verified(frozen, latest, continued.report),
        }
    }

    fn check_origin(&self, held: &Progress, latest: &SignedCheckpoint) -> Result<(), MonitorError> {
        let (held, found) = (&held.checkpoint.checkpoint().origin, &latest.checkpoint().origin);
        if held == found {
            return Ok(());
        }
        let found = crate::core::text::excerpt(found).to_string();
        Err(MonitorError::OtherLedger { held: held.clone(), found })
    }

    fn verified(
        &self,
        latest: SignedCheckpoint,
        from: u64,
        continued: Continued,
        watcher: Watcher<'_>,
        clock: Time,
    ) -> Polled {
        let Continued { report, from: read_from, carried } = continued;
        let says = latest.checkpoint().clone();
        let (found, current) = watcher.into_found();
        let last = last_sign(&report, &latest, &self.policy, clock);
        let age = clock.unix().saturating_sub(last);
        let quiet = age > self.settings.max_age;
        let mut events = vec![Event::Verified {
            origin: says.origin.clone(),
            from,
            size: says.size,
            new: says.size.saturating_sub(from),
            read: report.size.saturating_sub(read_from),
            root: says.root,
            findings: found.len() as u64,
            quiet,
        }];
        events.extend(found.into_iter().map(|(finding, successor)| Event::Finding { finding, successor }));
        let told = self.held.as_ref().and_then(|held| held.reported.quiet);
        if let (true, Some(time)) = (quiet && told != Some(last), Time::from_unix(last)) {
            events.push(Event::Quiet { origin: says.origin, last: time, age });
        }
        let quiet = quiet.then_some(last);
        let reported = Reported { current, quiet };
        let progress = carried.map(|carried| Progress::new(latest, carried, self.digest, Rule::Cofactored));
        let next = progress.map(|progress| Held { progress, reported });
        Polled { events, next }
    }

    fn not_verified(
        &self,
        bundle: &dyn Bundle,
        latest: Option<SignedCheckpoint>,
        report: Report,
    ) -> Result<Polled, MonitorError> {
        if let Some(latest) = &latest {
            if let [fault] = report.faults.as_slice()
                && fault.code == Code::QuorumNotMet
            {
                let (origin, size) = (report.origin, latest.checkpoint().size);
                return Ok(Polled::only(Event::QuorumNotMet { origin, size, fault: fault.clone() }));
            }
            if let Some(held) = self.progress()
                && let Some(proof) = fork::proof(bundle, held.checkpoint.checkpoint(), latest.checkpoint())?
                && self.is_of_the_ledger(held, latest, bundle)?
            {
                return self.forked(held, latest, bundle, &proof);
            }
        }
        Ok(Polled::only(Event::falsified(Faults::and_more(report.faults, report.unlisted))))
    }

    /// Whether the ledger signed a checkpoint of another history: with a key that is known, or with one to which that
    /// history leads from such a key, being sound but for not being the one that was verified.
    fn is_of_the_ledger(
        &self,
        held: &Progress,
        latest: &SignedCheckpoint,
        bundle: &dyn Bundle,
    ) -> Result<bool, MonitorError> {
        if held.signed(latest, &self.policy) {
            return Ok(true);
        }
        let pins = vec![held.checkpoint.to_string().into_bytes()];
        let progress = &mut |_, _| {};
        let options = Options { pins, rule: Rule::Cofactored, progress, as_of: None, watch: &mut () };
        let report = verify(bundle, &self.policy, options)?;
        Ok(report.faults.iter().all(|fault| matches!(fault.code, Code::PinMismatch | Code::QuorumNotMet)))
    }

    /// Keeps both signed notes, and what convicts the key that signed both, where that can be made.
    fn forked(
        &self,
        held: &Progress,
        latest: &SignedCheckpoint,
        bundle: &dyn Bundle,
        proof: &[Hash],
    ) -> Result<Polled, MonitorError> {
        let (before, now) = (held.checkpoint.checkpoint(), latest.checkpoint());
        let evidence = fork::keep(&self.folder, held, latest, (bundle, &self.policy), proof)?;
        Ok(Polled::only(Event::Forked {
            origin: now.origin.clone(),
            first: before.into(),
            second: now.into(),
            proof: !proof.is_empty(),
            evidence,
        }))
    }
}

/// The last sign of life, in seconds since 1970: the last entry, or a known witness's cosignature of the latest
/// checkpoint. What claims to come from the future says nothing about when it was made, and does not count.
fn last_sign(report: &Report, latest: &SignedCheckpoint, policy: &Policy, clock: Time) -> u64 {
    let cosignatures = policy.cosignatures(latest).unwrap_or_default();
    let signs = cosignatures.into_iter().map(|cosignature| cosignature.timestamp);
    let signs = signs.chain(report.recorded_at.map(|recorded_at| recorded_at.time().unix()));
    let latest_possible = clock.unix().saturating_add(MAX_CLOCK_AHEAD_SECONDS);
    signs.filter(|sign| *sign <= latest_possible).max().unwrap_or(0)
}
