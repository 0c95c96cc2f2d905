//! Why the ledger did not do what it was asked.

use std::io;
use std::sync::Arc;

use super::intake::MAX_WAITING;
use super::publishing::Unwitnessed;
use crate::core::fault::Fault;
use crate::core::hash::Hash;
use crate::core::key::KeyId;
use crate::core::text::excerpt;
use crate::storage::store::StoreError;

/// Why the ledger did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// It must not: the first rule that forbids it.
    #[error(transparent)]
    Refused(#[from] Fault),
    /// The ledger's own entries do not verify. Nothing is written to it until that is resolved.
    #[error("this ledger does not verify: {0}")]
    Falsified(Fault),
    /// An attachment that a statement names was not handed over with it.
    #[error("the statement names an attachment {name:?} ({sha256}), which was not handed over")]
    AttachmentNotHandedOver {
        /// Its name in the statement.
        name: String,
        /// Its hash in the statement.
        sha256: Hash,
    },
    /// An attachment could not be read.
    #[error("cannot read the attachment {name:?}: {source}")]
    AttachmentUnreadable {
        /// Its name in the statement.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The key given is not the operator's, and would sign what nobody accepts.
    #[error("the operator's key is {expected}, not {found}")]
    NotTheOperatorsKey {
        /// The operator's key in force.
        expected: KeyId,
        /// The key given.
        found: KeyId,
    },
    /// No published checkpoint covers the entry yet.
    #[error("entry {index} is not yet covered by a checkpoint")]
    NotYetSealed {
        /// The entry.
        index: u64,
    },
    /// What the store has to say of witnesses is no policy.
    #[error("witnesses: {0}")]
    WitnessesMalformed(Fault),
    /// The ledger has witnesses, who were not asked.
    #[error("this ledger publishes only checkpoints that its witnesses have cosigned")]
    WitnessesNotAsked,
    /// The latest checkpoint is cosigned, and the store does not say any more which witnesses to ask, as after a restore.
    #[error(
        "the latest checkpoint is cosigned by {}, and the ledger's folder has no `witnesses` that says whom to ask for the \
         next",
        excerpt(cosigners)
    )]
    WitnessesMissing {
        /// The names on the cosignatures.
        cosigners: String,
    },
    /// The checkpoint is not published: the witnesses who cosigned it are not enough, or one of them contradicts it.
    #[error(transparent)]
    Unwitnessed(Box<Unwitnessed>),
    /// There is no such entry.
    #[error("no entry {index}: the ledger has {size}")]
    NoSuchEntry {
        /// The entry asked for.
        index: u64,
        /// How many there are.
        size: u64,
    },
    /// The store failed before; what it holds is as it was then.
    #[error("the ledger stopped after a failure; open it again")]
    Stopped,
    /// As many statements wait to be written as may.
    #[error("the ledger is busy: {MAX_WAITING} statements wait to be written; try again")]
    Busy,
    /// The store failed for one of the statements that were written together, so none of them is acknowledged.
    #[error("not written: {0}")]
    NotWritten(Arc<StoreError>),
    /// The system gave no thread for the writer.
    #[error("cannot start the ledger's writer: {0}")]
    Thread(io::Error),
    /// What is too much for memory was not kept, or not given back as it was. Nothing is written until the ledger is opened
    /// again.
    #[error("cannot rely on what was kept outside memory: {0}")]
    Scratch(io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LedgerError {
    /// The stable name of what went wrong.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(fault) => fault.code.as_str(),
            Self::Falsified(_) => "ledger-falsified",
            Self::AttachmentNotHandedOver { .. } => "attachment-not-handed-over",
            Self::AttachmentUnreadable { .. } => "attachment-unreadable",
            Self::NotTheOperatorsKey { .. } => "not-the-operators-key",
            Self::NotYetSealed { .. } => "not-yet-sealed",
            Self::WitnessesMalformed(_) => "witnesses-malformed",
            Self::WitnessesNotAsked => "witnesses-not-asked",
            Self::WitnessesMissing { .. } => "witnesses-missing",
            Self::Unwitnessed(_) => "checkpoint-unwitnessed",
            Self::NoSuchEntry { .. } => "no-such-entry",
            Self::Stopped => "ledger-stopped",
            Self::Busy => "ledger-busy",
            Self::NotWritten(error) => error.code(),
            Self::Thread(_) => "no-thread",
            Self::Scratch(_) => "scratch-failed",
            Self::Store(error) => error.code(),
        }
    }
}
