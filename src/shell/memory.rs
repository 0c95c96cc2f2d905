//! What an auditor remembers of a ledger from one verdict to the next, so that the next costs what is new.
//!
//! Relied on are only entries that were verified by the same policy, byte for byte, by the same rule for signatures or a
//! stricter one, and by this version of the software; and only while they are still the ledger's first ones, which the
//! root over the copy's hash tiles says. Otherwise all is verified, with the checkpoint that is remembered as a pin. Nothing
//! takes the place of what is remembered but the checkpoint of a verified copy with as many entries or more.
//!
//! Faults are never relied away: where something is wrong, the verdict is that of a whole audit, and the copy is not
//! remembered as verified, so that the next verdict looks there again; and what was found once is told with every verdict
//! after it, whatever the copy then shown says.
//!
//! What is kept is the state that the entries lead to ([`super::progress`]): it grows with the documents and figures, not with
//! the entries' bytes, is read and written whole, and may have [`MAX_PROGRESS_BYTES`].

mod before;
mod earlier;
mod error;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::core::audit::{CHECKPOINT, Carried, Report, Verdict};
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::fault::{Code, Fault, Faults};
use crate::core::hash::Hash;
use crate::core::note::MAX_NOTE_BYTES;
use crate::core::policy::Policy;
use crate::core::statement::Rule;
use crate::storage::bundle::{Bundle, Trouble};
use crate::storage::frozen::Frozen;
use crate::storage::progress_folder::{MAX_PROGRESS_BYTES, ProgressFolder};

use super::progress::fork::{self, Beside};
use super::progress::{self, Basis, Progress, Unread};
use super::verify::{Continued, OnEntry, Options, Since, verify_since};

pub use before::{Anew, Before, EarlierFault, Promised};
pub use earlier::MAX_EARLIER;
pub use error::MemoryError;

use earlier::{Earlier, is_of_the_bytes};

/// What the file begins with.
pub const FIRST_LINE: &str = "candour memory v1";
/// How the first line of every file begins that this software keeps of a ledger.
const OURS: &[u8] = b"candour ";

/// What is remembered of one ledger, by one policy and one rule.
pub struct Memory {
    policy: Policy,
    /// The SHA-256 of the policy's bytes.
    digest: Hash,
    rule: Rule,
    folder: ProgressFolder,
    held: Option<Progress>,
    earlier: Earlier,
    /// Why what was there could not be read.
    damage: Option<Unread>,
}

/// A verdict, and what was remembered when it was given.
#[derive(Debug)]
pub struct Remembered {
    /// The verdict.
    pub report: Report,
    /// What it rests on beside what was read.
    pub basis: Before,
    /// What is to be remembered now, if that is something else.
    next: Option<Progress>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    verified: Option<Basis>,
    earlier: Earlier,
}

impl Memory {
    /// Opens the folder in which it is kept; makes it if it is not there.
    ///
    /// # Errors
    /// [`MemoryError::Policy`], [`MemoryError::Folder`], [`MemoryError::OtherKind`].
    pub fn open(folder: &Path, policy: &[u8], rule: Rule) -> Result<Self, MemoryError> {
        let digest = Hash::of(policy);
        let policy = Policy::parse(policy).map_err(|fault| MemoryError::Policy(Box::new(fault)))?;
        let folder = ProgressFolder::open(folder)?;
        let (held, earlier, damage) = match folder.read(FIRST_LINE)?.map(|bytes| (decode(&bytes), bytes)) {
            None => Default::default(),
            Some((Ok((held, earlier)), _)) => (held, earlier, None),
            Some((Err(Unread::Other(_)), bytes)) if bytes.starts_with(OURS) => {
                return Err(MemoryError::OtherKind { path: folder.progress() });
            }
            Some((Err(damage), _)) => (None, Earlier::default(), Some(damage)),
        };
        Ok(Self { policy, digest, rule, folder, held, earlier, damage })
    }

    /// Verifies a ledger: what is new, where the rest may be relied on. Writes nothing but evidence of a fork.
    ///
    /// # Errors
    /// [`MemoryError::OtherLedger`]; [`MemoryError::Ledger`] where the ledger could not be read;
    /// [`MemoryError::Folder`] where evidence could not be kept.
    pub fn verify(
        &self,
        bundle: &dyn Bundle,
        mut pins: Vec<Vec<u8>>,
        progress: &mut OnEntry<'_>,
    ) -> Result<Remembered, MemoryError> {
        let frozen = match Frozen::of(bundle) {
            Ok(frozen) => frozen,
            Err(Trouble::Faults(faults)) => return Ok(self.unreadable(faults)),
            Err(trouble) => return Err(trouble.into()),
        };
        let latest = frozen.read(CHECKPOINT, MAX_NOTE_BYTES as u64);
        // One that cannot be read is a fault that the audit tells.
        let latest = match latest {
            Err(Trouble::Faults(_)) => None,
            other => other?.and_then(|bytes| SignedCheckpoint::parse(&bytes).ok()),
        };
        let (mut before, carried) = self.before(&frozen, latest.as_ref())?;
        pins.extend(self.held.iter().map(|held| held.checkpoint.to_string().into_bytes()));
        let mut audit = |carried| {
            let (pins, progress) = (pins.clone(), &mut *progress);
            let options = Options { pins, rule: self.rule, progress, as_of: None, watch: &mut () };
            verify_since(&frozen, &self.policy, options, Since { carried, clock: None })
        };
        let wanted = carried.chain().size();
        let mut continued = audit(carried)?;
        if continued.from < wanted {
            before.anew = Some(Anew::OlderFile);
        }
        if continued.from > 0 && continued.report.faults.iter().any(is_of_the_bytes) {
            // What is wrong is said as a whole audit says it, which may find more of it.
            before.anew = Some(Anew::Faults);
            continued = audit(Carried::default())?;
        }
        let Continued { mut report, from, carried } = continued;
        before.relied = from;
        if from > 0 {
            report.not_checked.push(format!(
                "files of entries 0 to {}, as this copy has them (entry bundles, hash tiles, earlier checkpoints, attachments): \
                 only that their tree is the one verified before",
                from.saturating_sub(1)
            ));
            report.not_checked.push("who vouches for the entries: a verdict without a memory says it".to_owned());
        }
        let falsified = report.verdict == Verdict::Falsified;
        if let (true, Some(held), Some(latest)) = (falsified, &self.held, &latest) {
            before.evidence = self.forked(held, latest, &frozen, &report)?;
        }
        let next = latest.zip(carried).and_then(|(latest, carried)| self.next(latest, carried));
        before.earlier = self.earlier.without(&report);
        Ok(Remembered { report, basis: before, next })
    }

    /// The verdict on what is bad as a container.
    pub fn unreadable(&self, faults: Faults) -> Remembered {
        let report = Report::unreadable(faults);
        let mut before = self.known();
        before.earlier = self.earlier.without(&report);
        Remembered { report, basis: before, next: None }
    }

    /// Remembers a verdict, durably. What was there and could not be read is put aside first.
    ///
    /// # Errors
    /// [`MemoryError::Folder`], [`MemoryError::Unwritable`], [`MemoryError::TooLarge`].
    pub fn keep(self, remembered: Remembered) -> Result<(), MemoryError> {
        let Remembered { report, next, .. } = remembered;
        let earlier = self.earlier.with(&report);
        if next.is_none() && earlier == self.earlier {
            return Ok(());
        }
        if self.damage.is_some() {
            self.folder.keep_damaged()?;
        }
        let held = next.or(self.held);
        let header = Header { verified: held.as_ref().map(|held| held.basis.clone()), earlier };
        let carried = held.as_ref().and_then(|held| held.carried.as_ref());
        let bytes = progress::encode(FIRST_LINE, &header, carried).map_err(MemoryError::Unwritable)?;
        let length = bytes.len() as u64;
        if length > MAX_PROGRESS_BYTES {
            return Err(MemoryError::TooLarge { length });
        }
        Ok(self.folder.replace(&bytes)?)
    }

    /// What is remembered, whatever is shown.
    fn known(&self) -> Before {
        let verified = self.held.as_ref().map(|held| held.checkpoint.checkpoint());
        Before {
            verified: verified.map(|says| Promised { size: says.size, root: says.root }),
            relied: 0,
            anew: self.damage.map(|_| Anew::Damaged),
            other_root: None,
            earlier: Vec::new(),
            more_earlier: self.earlier.more,
            evidence: None,
        }
    }

    /// What is remembered of the copy's ledger, and what of it may be relied on.
    fn before(&self, bundle: &dyn Bundle, latest: Option<&SignedCheckpoint>) -> Result<(Before, Carried), MemoryError> {
        let mut before = self.known();
        let (Some(held), Some(latest)) = (&self.held, latest) else { return Ok((before, Carried::default())) };
        let (says, now) = (held.checkpoint.checkpoint(), latest.checkpoint());
        if says.origin != now.origin {
            let found = crate::core::text::excerpt(&now.origin).to_string();
            return Err(MemoryError::OtherLedger { held: says.origin.clone(), found });
        }
        if now.size < says.size {
            before.anew = Some(Anew::Fewer);
            return Ok((before, Carried::default()));
        }
        let root = fork::root_at(bundle, says.size, now.size)?;
        before.other_root = root.filter(|root| *root != says.root);
        before.anew = if root != Some(says.root) {
            Some(Anew::NoPrefix)
        } else if held.basis.policy != self.digest {
            Some(Anew::OtherPolicy)
        } else if self.rule == Rule::Strict && !held.basis.strict {
            Some(Anew::LaxerRule)
        } else {
            held.carried.is_none().then_some(Anew::OtherVersion)
        };
        let carried = held.carried.clone().filter(|_| before.anew.is_none());
        Ok((before, carried.unwrap_or_default()))
    }

    /// What a verified copy gives to remember: nothing where that is no more than is remembered.
    fn next(&self, latest: SignedCheckpoint, carried: Carried) -> Option<Progress> {
        let next = Progress::new(latest, carried, self.digest, self.rule);
        let Some(held) = &self.held else { return Some(next) };
        let (before, now) = (held.checkpoint.checkpoint().size, next.checkpoint.checkpoint().size);
        let as_good = held.carried.is_some()
            && held.basis.policy == self.digest
            && (held.basis.strict || self.rule == Rule::Cofactored);
        (now > before || (now == before && !as_good)).then_some(next)
    }

    /// Keeps both notes where the ledger signed another history than the one that is remembered.
    fn forked(
        &self,
        held: &Progress,
        latest: &SignedCheckpoint,
        bundle: &dyn Bundle,
        report: &Report,
    ) -> Result<Option<PathBuf>, MemoryError> {
        let proof = match fork::beside(held, latest, &self.policy) {
            Beside::Fork => Vec::new(),
            Beside::Older { .. } => return Ok(None),
            Beside::Later => {
                // With a key that is known, or one to which that history leads, being sound but for not being this one.
                let only = |fault: &Fault| matches!(fault.code, Code::PinMismatch | Code::QuorumNotMet);
                let signed = held.signed(latest, &self.policy) || report.faults.iter().all(only);
                match fork::proof(bundle, held.checkpoint.checkpoint(), latest.checkpoint())? {
                    Some(proof) if signed => proof,
                    _ => return Ok(None),
                }
            }
        };
        Ok(Some(fork::keep(&self.folder, held, latest, (bundle, &self.policy), &proof)?))
    }
}

fn decode(bytes: &[u8]) -> Result<(Option<Progress>, Earlier), Unread> {
    let (Header { verified, earlier }, carried) = progress::decode(FIRST_LINE, bytes)?;
    let held = verified.map(|basis| Progress::restore(basis, carried)).transpose()?;
    Ok((held, earlier))
}
