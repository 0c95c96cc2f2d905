//! What a witness remembers of each log, and shows of it.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::core::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::core::cosignature::Cosigner;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::witness::Submission;

/// What a witness shows of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// It never cosigned a checkpoint of it.
    Nothing,
    /// The latest checkpoint that it cosigned, with the log's signatures and its own.
    Checkpoint(Arc<str>),
    /// A write failed, and what the disk holds was not read since.
    Unknown,
}

/// What there is of one log.
pub(super) struct Slot {
    pub(super) hash: Hash,
    /// Checking, signing and remembering are one step under this lock.
    pub(super) memory: Mutex<Memory>,
    /// What anybody may read, without waiting for a writer.
    published: RwLock<Published>,
}

/// What the witness knows of the latest checkpoint of a log.
pub(super) enum Memory {
    /// It is this one, or there is none.
    Known(Option<Latest>),
    /// A write failed, or never ended: what the disk holds is to be read. It was this one before.
    Unknown { before: Option<Latest> },
}

impl Default for Memory {
    fn default() -> Self {
        Self::Unknown { before: None }
    }
}

/// A checkpoint that was cosigned, with its log's signatures and the witness's.
#[derive(Clone)]
pub(super) struct Latest {
    pub(super) signed: SignedCheckpoint,
    /// Seconds since 1970; the latest of its cosignatures.
    pub(super) timestamp: u64,
}

impl Slot {
    pub(super) fn new(hash: Hash, latest: Option<Latest>) -> Self {
        let published = RwLock::new(Published::of(latest.as_ref()));
        Self { hash, memory: Mutex::new(Memory::Known(latest)), published }
    }

    pub(super) fn published(&self) -> Published {
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn publish(&self, memory: &Memory) {
        let published = match memory {
            Memory::Known(latest) => Published::of(latest.as_ref()),
            Memory::Unknown { .. } => Published::Unknown,
        };
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = published;
    }
}

impl Published {
    fn of(latest: Option<&Latest>) -> Self {
        latest.map_or(Self::Nothing, |latest| Self::Checkpoint(latest.signed.to_string().into()))
    }
}

impl Latest {
    /// Reads what the witness remembers of a log: only what it signed itself.
    pub(super) fn parse(bytes: &[u8], log: &Hash, cosigners: &[Cosigner]) -> Result<Self, Fault> {
        let signed = SignedCheckpoint::parse(bytes)?;
        let origin = Hash::of(signed.checkpoint().origin.as_bytes());
        if origin != *log {
            let expected = format!("a checkpoint whose origin hashes to {log}");
            return Err(Fault::new(Code::CheckpointOriginMismatch, expected, origin.to_string()));
        }
        let mut timestamp = None;
        for cosigner in cosigners {
            timestamp = timestamp.max(signed.cosigned_by(cosigner.verifier())?);
        }
        match timestamp {
            Some(timestamp) => Ok(Self { signed, timestamp }),
            None => Err(Fault::new(Code::CosignatureInvalid, "a cosignature by a key of this witness", "none")),
        }
    }

    pub(super) fn checkpoint(&self) -> &Checkpoint {
        self.signed.checkpoint()
    }

    /// The witness's own lines.
    pub(super) fn lines(&self, cosigners: &[Cosigner]) -> String {
        let own = cosigners.iter().flat_map(|cosigner| self.signed.note().signatures_of(cosigner.verifier()));
        own.map(|line| format!("{line}\n")).collect()
    }

    /// Whether signing the submission at that time would say nothing else.
    pub(super) fn is_answer_to(&self, submission: &Submission, timestamp: u64, cosigners: &[Cosigner]) -> bool {
        let text = submission.checkpoint().note().text();
        let by_all =
            cosigners.iter().all(|cosigner| self.signed.note().signatures_of(cosigner.verifier()).count() == 1);
        self.timestamp == timestamp && self.signed.note().text() == text && by_all
    }
}
