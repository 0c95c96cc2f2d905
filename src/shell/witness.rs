//! A witness: cosigns a checkpoint only if it extends the last one of its log that it cosigned, and remembers it first.
//!
//! [`Witness`] judges, remembers and signs; [`server`] asks it over HTTP (C2SP tlog-witness).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::PoisonError;

use crate::core::checkpoint::MAX_COSIGNED_NAME_BYTES;
use crate::core::cosignature::Cosigner;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::note::KeyKind;
use crate::core::text::excerpt;
use crate::core::witness::{AddCheckpoint, Logs, Refusal, Submission};
use crate::storage::store::StoreError;
use crate::storage::witness_store::{Exhibit, Kept, WitnessStore};

use super::clock::Clock;

mod event;
pub mod http;
mod memory;
pub mod server;

pub use event::{Event, MAX_EVENTS_WAITING};
pub use memory::Published;

use event::Events;
use memory::{Latest, Memory, Slot};

/// Keys of one witness, at most: with those of its log, each has a line in a note.
pub const MAX_COSIGNERS: usize = 8;

/// A witness. Requests may come from many threads at once; those for one log wait for each other.
pub struct Witness {
    cosigners: Vec<Cosigner>,
    logs: Logs,
    slots: BTreeMap<String, Slot>,
    store: WitnessStore,
    clock: Box<dyn Clock + Send + Sync>,
    events: Events,
}

/// What became of a submission.
enum Decision {
    /// These are the cosignatures' lines; and whether they are new ones.
    Cosigned { lines: String, new: bool },
    /// Not this one, after that one.
    Refused { refusal: Refusal, latest: Option<Latest> },
}

/// Why a witness did not cosign.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// The request is at fault.
    #[error("{0}")]
    Refused(Refusal),
    /// The witness could not remember what it was about to sign, and so did not.
    #[error("the witness cannot remember: {0}")]
    Store(#[from] StoreError),
    /// The witness could not sign.
    #[error("the witness cannot sign: {0}")]
    Sign(Fault),
}

impl From<Refusal> for WitnessError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl WitnessError {
    /// The HTTP status that says it.
    pub fn status(&self) -> u16 {
        match self {
            Self::Refused(refusal) => refusal.status(),
            Self::Store(_) | Self::Sign(_) => 500,
        }
    }
}

impl Witness {
    /// Opens a witness's folder and reads all that it remembers. Also returns where it says what happens; whoever does not
    /// listen misses it, and slows nothing down.
    ///
    /// # Errors
    /// Those of [`WitnessStore::open`]; [`StoreError::Damaged`], naming the file: not a checkpoint of that log which one of
    /// these cosigners cosigned. [`StoreError::Fault`]: no cosigner, too many of them, two of one key, or one that could
    /// never cosign for one of the logs, as its origin is too long for that type of key.
    pub fn open(
        folder: &Path,
        cosigners: Vec<Cosigner>,
        logs: Logs,
        clock: Box<dyn Clock + Send + Sync>,
    ) -> Result<(Self, std::sync::mpsc::Receiver<Event>), StoreError> {
        check_cosigners(&cosigners)?;
        check_origins(&cosigners, &logs)?;
        let store = WitnessStore::open(folder)?;
        let mut known = BTreeMap::new();
        // Logs too that are no longer watched: a damaged folder is better noticed early.
        for hash in store.logs()? {
            known.insert(hash, store.latest(&hash, |bytes| Latest::parse(bytes, &hash, &cosigners))?);
        }
        let slots = logs.origins().map(|origin| {
            let hash = Hash::of(origin.as_bytes());
            let latest = known.remove(&hash).flatten();
            (origin.to_owned(), Slot::new(hash, latest))
        });
        let slots = slots.collect();
        let (events, receiver) = Events::new();
        Ok((Self { cosigners, logs, slots, store, clock, events }, receiver))
    }

    /// The keys that it cosigns with.
    pub fn cosigners(&self) -> &[Cosigner] {
        &self.cosigners
    }

    /// The logs that it knows, by origin and the hash of it, each with what it shows of it.
    pub fn published(&self) -> impl Iterator<Item = (&str, Hash, Published)> {
        self.slots.iter().map(|(origin, slot)| (origin.as_str(), slot.hash, slot.published()))
    }

    /// What it shows of the log of that origin. `None`: it knows no such log.
    pub fn published_of(&self, origin: &str) -> Option<Published> {
        self.slots.get(origin).map(Slot::published)
    }

    /// Answers `add-checkpoint`: the lines of the cosignatures, each with its newline.
    ///
    /// # Errors
    /// [`WitnessError`].
    pub fn add_checkpoint(&self, body: &[u8]) -> Result<String, WitnessError> {
        self.cosign(&self.admit(body)?)
    }

    /// The first step of [`Self::add_checkpoint`], which waits for nobody.
    ///
    /// # Errors
    /// [`WitnessError::Refused`].
    pub fn admit(&self, body: &[u8]) -> Result<Submission, WitnessError> {
        let request = AddCheckpoint::parse(body).map_err(|fault| self.refuse(None, Refusal::Malformed(fault)))?;
        let origin = request.checkpoint.checkpoint().origin.clone();
        self.logs.admit(request).map_err(|refusal| {
            let known = !matches!(refusal, Refusal::LogUnknown { .. });
            self.refuse(known.then_some(origin.as_str()), refusal)
        })
    }

    /// The second step: checks it against the latest checkpoint, cosigns it, and remembers it; then answers. Waits for
    /// others of the same log.
    ///
    /// # Errors
    /// [`WitnessError`].
    pub fn cosign(&self, submission: &Submission) -> Result<String, WitnessError> {
        let checkpoint = submission.checkpoint().checkpoint();
        let slot = self.slots.get(&checkpoint.origin);
        let slot = slot.ok_or_else(|| Refusal::LogUnknown { origin: checkpoint.origin.clone() })?;
        let mut memory = slot.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let decided = self.decide(slot, &mut memory, submission);
        slot.publish(&memory);
        drop(memory);
        match decided {
            Ok(Decision::Cosigned { lines, new }) => {
                if new {
                    self.events.cosigned(checkpoint);
                    self.clear(slot, submission);
                }
                Ok(lines)
            }
            Ok(Decision::Refused { refusal, latest }) => {
                self.keep(slot, submission, latest.as_ref(), &refusal);
                Err(self.refuse(Some(&checkpoint.origin), refusal))
            }
            Err(error) => {
                self.events.failed(&checkpoint.origin, &error);
                Err(error)
            }
        }
    }

    /// Under the log's lock.
    fn decide(&self, slot: &Slot, memory: &mut Memory, submission: &Submission) -> Result<Decision, WitnessError> {
        // Until a write has ended well nobody knows what the disk holds, not even after a panic.
        let latest = match std::mem::take(memory) {
            Memory::Known(latest) => latest,
            Memory::Unknown { before } => {
                *memory = Memory::Unknown { before: before.clone() };
                self.read_again(slot, before.as_ref())?
            }
        };
        *memory = Memory::Unknown { before: latest.clone() };
        if let Err(refusal) = submission.check(latest.as_ref().map(Latest::checkpoint)) {
            *memory = Memory::Known(latest.clone());
            return Ok(Decision::Refused { refusal, latest });
        }
        let now = (self.clock.now_ms() / 1000).max(1);
        let now = latest.as_ref().map_or(now, |latest| now.max(latest.timestamp));
        // Cosigned in this very second: there is nothing new to remember, however often somebody asks.
        let again = latest.filter(|latest| latest.is_answer_to(submission, now, &self.cosigners));
        let new = again.is_none();
        let latest = match again {
            Some(latest) => latest,
            None => {
                let latest = self.sign(submission, now).map_err(WitnessError::Sign)?;
                self.store.replace(&slot.hash, latest.signed.to_string().as_bytes())?;
                latest
            }
        };
        let lines = latest.lines(&self.cosigners);
        *memory = Memory::Known(Some(latest));
        Ok(Decision::Cosigned { lines, new })
    }

    /// After a failed write: what the disk holds, and durably so. Nothing that was answered for may be missing.
    fn read_again(&self, slot: &Slot, before: Option<&Latest>) -> Result<Option<Latest>, WitnessError> {
        let latest = self.store.latest(&slot.hash, |bytes| Latest::parse(bytes, &slot.hash, &self.cosigners))?;
        let size = |latest: &Latest| latest.checkpoint().size;
        if latest.as_ref().map(size) < before.map(size) {
            let expected = format!("the checkpoint of size {} that was cosigned", before.map_or(0, size));
            let found = latest.as_ref().map_or("none".to_owned(), |latest| format!("size {}", size(latest)));
            return Err(self.store.damaged(&slot.hash, Fault::new(Code::CheckpointStale, expected, found)).into());
        }
        if let Some(latest) = &latest {
            // Once syncing has failed, syncing the same file again proves nothing; a new file does.
            self.store.replace(&slot.hash, latest.signed.to_string().as_bytes())?;
        }
        Ok(latest)
    }

    fn sign(&self, submission: &Submission, timestamp: u64) -> Result<Latest, Fault> {
        let mut signed = submission.checkpoint().clone();
        for cosigner in &self.cosigners {
            signed.add_signature(cosigner.cosign(submission.checkpoint(), timestamp)?)?;
        }
        Ok(Latest { signed, timestamp })
    }

    fn refuse(&self, origin: Option<&str>, refusal: Refusal) -> WitnessError {
        self.events.refused(origin, &refusal);
        refusal.into()
    }

    /// Lets go of what a checkpoint was suspected of and is not. If that fails, only room is lost.
    fn clear(&self, slot: &Slot, submission: &Submission) {
        if let Err(error) = self.store.clear(&slot.hash, submission.checkpoint()) {
            self.events.not_kept(&submission.checkpoint().checkpoint().origin, &error);
        }
    }

    /// Keeps what was refused, where it is evidence. Service goes on whether or not that works.
    fn keep(&self, slot: &Slot, submission: &Submission, latest: Option<&Latest>, refusal: &Refusal) {
        let Some(kind) = submission.evidence(latest.map(Latest::checkpoint), refusal) else { return };
        let why = format!("{}: {}\n{} {refusal}\n", kind.code(), kind.meaning(), refusal.status());
        let latest = latest.map(|latest| &latest.signed);
        let exhibit = Exhibit { kind, latest, refused: submission.checkpoint(), why: &why };
        let origin = &submission.checkpoint().checkpoint().origin;
        match self.store.keep(&slot.hash, &exhibit) {
            Ok(Kept::New(path)) => self.events.kept(origin, kind, path),
            Ok(Kept::Already | Kept::Full) => {}
            Err(error) => self.events.not_kept(origin, &error),
        }
    }
}

fn check_cosigners(cosigners: &[Cosigner]) -> Result<(), StoreError> {
    if cosigners.is_empty() || cosigners.len() > MAX_COSIGNERS {
        let expected = format!("1 to {MAX_COSIGNERS} keys of a witness");
        return Err(Fault::new(Code::KeyInvalid, expected, cosigners.len().to_string()).into());
    }
    for (index, cosigner) in cosigners.iter().enumerate() {
        let key = cosigner.verifier();
        if cosigners
            .iter()
            .skip(index + 1)
            .any(|other| (other.verifier().name(), other.verifier().id()) == (key.name(), key.id()))
        {
            return Err(Fault::new(Code::KeyInvalid, "keys that differ", format!("{:08x} twice", key.id())).into());
        }
    }
    Ok(())
}

fn check_origins(cosigners: &[Cosigner], logs: &Logs) -> Result<(), StoreError> {
    let short = cosigners.iter().any(|cosigner| matches!(cosigner.verifier().kind(), KeyKind::CosignatureMlDsa44(_)));
    match logs.origins().find(|origin| short && origin.len() > MAX_COSIGNED_NAME_BYTES) {
        None => Ok(()),
        Some(origin) => {
            let expected = format!("an origin of at most {MAX_COSIGNED_NAME_BYTES} bytes, for an ML-DSA-44 key");
            Err(Fault::new(Code::KeyInvalid, expected, format!("{:?}", excerpt(origin))).into())
        }
    }
}

#[cfg(test)]
mod tests;
