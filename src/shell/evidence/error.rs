//! Why no evidence could be made.

use crate::core::fault::Fault;
use crate::core::text::excerpt;
use crate::storage::bundle::Trouble;

/// Why no evidence could be made, where that is not because nothing contradicts.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The checkpoints are of different ledgers.
    #[error("expected one ledger, found {} and {}", excerpt(a), excerpt(b))]
    TwoLedgers {
        /// One origin.
        a: String,
        /// The other.
        b: String,
    },
    /// The sizes differ, and nobody brought the entries that the larger checkpoint is of.
    #[error("{name} is a checkpoint of {size} entries: a copy of the ledger with these entries is needed to compare")]
    CopyNeeded {
        /// The larger checkpoint.
        name: String,
        /// How many entries it has.
        size: u64,
    },
    /// A copy that ends before the receipt's entry.
    #[error("the copy's checkpoint is of {size} entries: it says nothing of entry {index}, and may just be older")]
    CopyTooShort {
        /// The entries under its checkpoint.
        size: u64,
        /// The receipt's index.
        index: u64,
    },
    /// The histories differ, and nothing here says by which key both would be signed.
    #[error("the histories differ, but no key is known here that signed both for {}", excerpt(origin))]
    KeyUnknown {
        /// The ledger's origin.
        origin: String,
    },
    /// The histories differ, and are signed by different keys.
    #[error("the histories differ, but no one key signed both for {}: this convicts nobody by itself", excerpt(origin))]
    NoKeySignedBoth {
        /// The ledger's origin.
        origin: String,
    },
    /// What was brought is itself at fault.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// A copy is at fault, or could not be read.
    #[error(transparent)]
    Copy(#[from] Trouble),
}

impl EvidenceError {
    /// The stable name of what is wrong.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TwoLedgers { .. } => "two-ledgers",
            Self::CopyNeeded { .. } => "copy-needed",
            Self::CopyTooShort { .. } => "copy-too-short",
            Self::KeyUnknown { .. } => "key-unknown",
            Self::NoKeySignedBoth { .. } => "no-key-signed-both",
            Self::Fault(fault) => fault.code.as_str(),
            Self::Copy(Trouble::Faults(faults)) => faults.first().map_or("unreadable", |fault| fault.code.as_str()),
            Self::Copy(Trouble::Io { .. }) => "unreadable",
        }
    }
}
