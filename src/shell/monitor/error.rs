//! Why a ledger could not be followed.

use std::path::PathBuf;

use crate::core::fault::Fault;
use crate::shell::progress::Unread;
use crate::storage::bundle::Trouble;
use crate::storage::store::StoreError;

/// Why a monitor cannot work, or a look could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum MonitorError {
    /// Its folder cannot be read or written, or another has it open.
    #[error(transparent)]
    Folder(#[from] StoreError),
    /// What it kept cannot be read.
    #[error("{}: {why}", path.display())]
    Progress {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: Unread,
    },
    /// What is to be kept cannot be written down.
    #[error("the progress cannot be written: {0}")]
    Unwritable(serde_json::Error),
    /// The policy is not one.
    #[error("policy: {0}")]
    Policy(Box<Fault>),
    /// The folder is of one who follows another ledger.
    #[error("expected the ledger {held} that was followed so far, found {found}")]
    OtherLedger {
        /// The origin of the ledger that was followed.
        held: String,
        /// The one that is shown.
        found: String,
    },
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] Trouble),
}

impl MonitorError {
    /// The stable name of what went wrong.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Folder(error) => error.code(),
            Self::Progress { .. } => "progress-unreadable",
            Self::Unwritable(_) => "progress-unwritable",
            Self::Policy(fault) => fault.code.as_str(),
            Self::OtherLedger { .. } => "other-ledger",
            Self::Ledger(_) => "ledger-unreadable",
        }
    }
}
