//! Why nothing is proven.

use crate::core::event::table::TableError;
use crate::core::fault::Fault;
use crate::storage::bundle::Trouble;

/// Why there is no receipt of an entry, or no proof of a row.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The copy is bad, or could not be read.
    #[error(transparent)]
    Copy(#[from] Trouble),
    /// The table is not the one that the entry names, or could not be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Nothing promises such an entry.
    #[error("no entry {index} is promised: the checkpoint is of {size} entries")]
    NoEntry {
        /// The index that was asked for.
        index: u64,
        /// How many entries the latest checkpoint promises.
        size: u64,
    },
    /// The table that the entry names has no such line.
    #[error("no row in line {line}: the table has {lines} lines")]
    NoLine {
        /// The line that was asked for, from 1.
        line: u64,
        /// How many lines there are, the header's included.
        lines: u64,
    },
}

impl ProveError {
    /// The stable name of what went wrong; of evidence that is bad, that of its first fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Copy(Trouble::Faults(faults)) => faults.first().map_or("bundle-malformed", |it| it.code.as_str()),
            Self::Copy(Trouble::Io { .. }) => "bundle-unreadable",
            Self::Table(TableError::Fault(fault)) => fault.code.as_str(),
            Self::Table(TableError::Io(_)) => "table-unreadable",
            Self::NoEntry { .. } => "prove-no-entry",
            Self::NoLine { .. } => "prove-no-line",
        }
    }
}

impl From<Fault> for ProveError {
    fn from(fault: Fault) -> Self {
        Self::Copy(fault.into())
    }
}
