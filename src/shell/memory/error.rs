//! Why there is no verdict with a memory.

use std::path::PathBuf;

use crate::core::fault::Fault;
use crate::storage::bundle::Trouble;
use crate::storage::progress_folder::MAX_PROGRESS_BYTES;
use crate::storage::store::StoreError;

/// Why a memory cannot be used, or a ledger not judged by it.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// Its folder cannot be read or written, or another has it open.
    #[error(transparent)]
    Folder(#[from] StoreError),
    /// The folder is a monitor's, or a later version's.
    #[error("{}: expected a file that begins with {:?}, found another kind or version", path.display(), super::FIRST_LINE)]
    OtherKind {
        /// The file.
        path: PathBuf,
    },
    /// What is to be remembered cannot be written down.
    #[error("the memory cannot be written: {0}")]
    Unwritable(serde_json::Error),
    /// What is to be remembered is too much.
    #[error("expected at most {MAX_PROGRESS_BYTES} bytes to remember, found {length}")]
    TooLarge {
        /// How many bytes it would be.
        length: u64,
    },
    /// The policy is not one.
    #[error("policy: {0}")]
    Policy(Box<Fault>),
    /// The memory is of another ledger.
    #[error("expected the ledger {held} that is remembered, found {found}")]
    OtherLedger {
        /// The origin of the ledger that is remembered.
        held: String,
        /// The one that is shown.
        found: String,
    },
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] Trouble),
}

impl MemoryError {
    /// The stable name of what went wrong.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Folder(error) => error.code(),
            Self::OtherKind { .. } => "memory-of-other-kind",
            Self::Unwritable(_) => "memory-unwritable",
            Self::TooLarge { .. } => "memory-too-large",
            Self::Policy(fault) => fault.code.as_str(),
            Self::OtherLedger { .. } => "other-ledger",
            Self::Ledger(_) => "ledger-unreadable",
        }
    }
}
