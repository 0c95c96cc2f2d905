//! What a monitor has to say, each thing with a stable word for it.

use std::path::PathBuf;

use serde::Serialize;

use crate::core::checkpoint::Checkpoint;
use crate::core::fault::{Fault, Faults};
use crate::core::finding::Finding;
use crate::core::hash::Hash;
use crate::core::text::Slug;
use crate::core::time::Time;

/// Faults that are reported of one look at a ledger, at most.
pub const MAX_FAULTS: usize = 100;

/// Something to say. As JSON, `event` is the word for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The ledger is verified up to a checkpoint.
    Verified {
        /// The ledger's origin.
        origin: String,
        /// The size up to which it was verified before; 0 if it never was.
        from: u64,
        /// The size up to which it is verified now.
        size: u64,
        /// How many entries are new.
        new: u64,
        /// How many entries were read: those that are new, unless everything had to be verified anew.
        read: u64,
        /// The root of the tree of `size` entries.
        root: Hash,
        /// How many new findings are reported.
        findings: u64,
        /// Whether nothing was heard of the ledger for too long.
        quiet: bool,
    },
    /// Something new was noticed.
    Finding {
        /// What.
        #[serde(flatten)]
        finding: Box<Finding>,
        /// Who took the place of whom it is about.
        successor: Option<Slug>,
    },
    /// The copy is not of a sound ledger: a bad mirror, damage, or tampering.
    Falsified {
        /// The faults, the first [`MAX_FAULTS`].
        faults: Vec<Fault>,
        /// How many there are.
        count: u64,
    },
    /// The ledger signed two histories.
    Forked {
        /// The ledger's origin.
        origin: String,
        /// What was verified before.
        first: Promise,
        /// What the ledger promises now.
        second: Promise,
        /// Whether there is a proof of consistency that shows it of checkpoints of different sizes.
        proof: bool,
        /// The folder with the two signed notes, and the proof.
        evidence: PathBuf,
    },
    /// The ledger shows less than it did. A mirror that lags does so too: it convicts nobody.
    Older {
        /// The ledger's origin.
        origin: String,
        /// The size up to which it was verified before.
        verified: u64,
        /// The size that it shows now.
        size: u64,
        /// Whether it is known that the ledger published this checkpoint.
        published: bool,
    },
    /// Too few of the policy's witnesses have cosigned.
    QuorumNotMet {
        /// The ledger's origin.
        origin: String,
        /// The size of the checkpoint.
        size: u64,
        /// Who should have, and who has.
        fault: Fault,
    },
    /// Nothing was heard of the ledger for too long.
    Quiet {
        /// The ledger's origin.
        origin: String,
        /// The last sign of life: an entry, or a witness's cosignature of the latest checkpoint.
        last: Time,
        /// How long ago that is, in seconds.
        age: u64,
    },
    /// It could not be read.
    Unreachable {
        /// Why.
        says: String,
    },
}

/// What a checkpoint promises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Promise {
    /// How many entries.
    pub size: u64,
    /// The root of their tree.
    pub root: Hash,
}

/// What a look at a ledger comes to, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Verified, and nothing to report.
    Verified,
    /// Verified, and something to report.
    News,
    /// It could not be judged.
    Unjudged,
    /// The evidence is bad.
    Bad,
}

impl Event {
    /// What it comes to.
    pub fn standing(&self) -> Standing {
        match self {
            Self::Verified { .. } => Standing::Verified,
            Self::Finding { .. } | Self::Quiet { .. } => Standing::News,
            Self::Older { .. } | Self::Unreachable { .. } => Standing::Unjudged,
            Self::Falsified { .. } | Self::Forked { .. } | Self::QuorumNotMet { .. } => Standing::Bad,
        }
    }

    pub(super) fn falsified(faults: Faults) -> Self {
        let (mut faults, unlisted) = faults.into_parts();
        let count = (faults.len() as u64).saturating_add(unlisted);
        faults.truncate(MAX_FAULTS);
        Self::Falsified { faults, count }
    }
}

impl From<&Checkpoint> for Promise {
    fn from(checkpoint: &Checkpoint) -> Self {
        Self { size: checkpoint.size, root: checkpoint.root }
    }
}
