//! Why a ledger is replayed although there is an index.

use super::snapshot::Rejected;

/// Why the index, or its snapshot, is not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// There is none.
    #[error("there is no index")]
    Missing,
    /// Another process has it open.
    #[error("another process has the index open")]
    Busy,
    /// Its folder cannot be written to.
    #[error("the index cannot be opened: {0}")]
    Unusable(String),
    /// The database does not read, or holds what it never should.
    #[error("the index is damaged: {0}")]
    Damaged(String),
    /// It was written by another version.
    #[error("the index has another layout")]
    OtherLayout,
    /// It goes to an entry that the ledger does not have there.
    #[error("the index is of another history")]
    OtherHistory,
    /// It holds no snapshot yet.
    #[error("the index holds no snapshot")]
    NoSnapshot,
    /// Its snapshot is later than what was asked for.
    #[error("the snapshot is of a later entry")]
    Later,
    /// Its snapshot does not hold.
    #[error("the snapshot was rejected: {0}")]
    Rejected(#[from] Rejected),
    /// A replay was asked for.
    #[error("a replay was asked for")]
    Asked,
}
