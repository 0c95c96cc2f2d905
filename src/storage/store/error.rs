//! What can go wrong in a store.

use std::io;
use std::path::{Path, PathBuf};

use crate::core::fault::Fault;

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else appended first.
    #[error("entry {after} is not the next one, as there are {size}")]
    Taken {
        /// After how many entries was to be appended.
        after: u64,
        /// How many there are.
        size: u64,
    },
    /// An entry that was sealed for another place, or another ledger.
    #[error("expected an entry that links to the {index} before it, found another")]
    NotNext {
        /// The index of the place it was meant to take.
        index: u64,
    },
    /// The system could not read or write.
    #[error("{}: {source}", path.display())]
    Io {
        /// What could not be read or written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An attachment's content could not be read from where it comes from.
    #[error("the attachment's content cannot be read: {0}")]
    Content(io::Error),
    /// An earlier failure to write left it open what is on the disk.
    #[error("an earlier write failed; open the ledger anew")]
    Poisoned,
    /// A file of the store is not what only the store could have made it.
    #[error("{}: {fault}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: Box<Fault>,
    },
    /// Fewer intact entries than a checkpoint promises. Nothing was changed.
    #[error("{}: expected the {promised} entries that a checkpoint promises, found {intact} intact", path.display())]
    EntriesLost {
        /// The ledger's folder.
        path: PathBuf,
        /// How many entries are intact.
        intact: u64,
        /// The size of the largest checkpoint.
        promised: u64,
    },
    /// The tail has something else where entries were acknowledged, which no write that was cut short explains. Nothing was
    /// changed.
    #[error("{}: expected entry {intact} at byte {at}, found {found}", path.display())]
    TailBroken {
        /// The tail's file.
        path: PathBuf,
        /// How many entries of the ledger are intact.
        intact: u64,
        /// Where in the file they end.
        at: u64,
        /// What stands there.
        found: String,
    },
    /// Another process writes to the ledger, or another handle of this one.
    #[error("{}: locked by {}", path.display(), pid.map_or("another process".to_owned(), |pid| format!("process {pid}")))]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// Who holds it, if it says so.
        pid: Option<u32>,
    },
    /// A new ledger was to be made where there is something already.
    #[error("{}: expected nothing, or an empty folder", .0.display())]
    Exists(PathBuf),
    /// There is no ledger.
    #[error("{}: expected a ledger's folder, found none", .0.display())]
    NotALedger(PathBuf),
    /// What is there is no ledger's folder, but one that is published into.
    #[error("{}: expected a ledger's folder, found one that is published into", .0.display())]
    Site(PathBuf),
    /// What the core refuses.
    #[error(transparent)]
    Fault(Box<Fault>),
}

impl StoreError {
    /// The stable name of what went wrong.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Taken { .. } => "size-taken",
            Self::NotNext { .. } => "entry-not-next",
            Self::Io { .. } => "store-io",
            Self::Content(_) => "attachment-unreadable",
            Self::Poisoned => "store-poisoned",
            Self::Damaged { .. } => "store-damaged",
            Self::EntriesLost { .. } => "entries-lost",
            Self::TailBroken { .. } => "tail-broken",
            Self::Locked { .. } => "ledger-locked",
            Self::Exists(_) => "ledger-exists",
            Self::NotALedger(_) => "ledger-not-found",
            Self::Site(_) => "ledger-published-into",
            Self::Fault(fault) => fault.code.as_str(),
        }
    }

    /// The system's error at a path.
    pub(in crate::storage) fn io(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        |source| Self::Io { path: path.into(), source }
    }

    /// A file of the store with a fault in it.
    pub(in crate::storage) fn damaged(path: &Path) -> impl Fn(Fault) -> Self + '_ {
        |fault| Self::Damaged { path: path.into(), fault: Box::new(fault) }
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}
