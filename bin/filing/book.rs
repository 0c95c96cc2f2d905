//! The ledger as an author has it before signing: the very folder that takes what is filed, or a copy of it, which only
//! says what came before.

use std::path::Path;

use candour::core::audit::CHECKPOINT;
use candour::core::chain::Chain;
use candour::core::checkpoint::SignedCheckpoint;
use candour::core::note::MAX_NOTE_BYTES;
use candour::core::statement::Seen;
use candour::shell::client::{Memory, extends, replayed, vouch};
use candour::shell::ledger::{Ledger, LedgerError};
use candour::storage::folder_store::FolderStore;
use candour::storage::open_bundle;

use super::open_store;
use crate::failure::Failure;

/// A ledger to sign for.
pub enum Book {
    /// The folder.
    Live(Box<Ledger<FolderStore>>),
    /// A copy: a folder, a zip, or what a web server serves.
    Copy {
        /// Its history, replayed.
        chain: Box<Chain>,
        /// Its latest checkpoint.
        latest: Option<SignedCheckpoint>,
    },
}

impl Book {
    /// Opens the folder by replaying all of it: an author takes nobody's word for what was said before, not even the
    /// operator's signed snapshot.
    pub fn live(path: &Path) -> Result<Self, LedgerError> {
        Ok(Self::Live(Box::new(Ledger::open(open_store(path)?)?)))
    }

    /// Replays a copy, for somebody who signs with that key, perhaps what another has seen already.
    pub fn copy(path: &Path, key: &Path, seen: Option<Seen>) -> Result<Self, Failure> {
        let bundle = open_bundle(path)?;
        let latest = bundle.read(CHECKPOINT, MAX_NOTE_BYTES as u64)?;
        let latest = latest.map(|bytes| SignedCheckpoint::parse(&bytes)).transpose()?;
        // A web server may not list every checkpoint; these are to be held against the entries whether it does or not.
        let mut sizes: Vec<u64> = seen.map(|seen| seen.size.unsigned()).into_iter().collect();
        if let Some(says) = latest.as_ref().map(SignedCheckpoint::checkpoint) {
            let memory = Memory::beside(key, &says.origin);
            let remembered = memory.recall().map_err(|error| Failure::io(memory.path(), error))?;
            let remembered = remembered.and_then(|bytes| SignedCheckpoint::parse(&bytes).ok());
            sizes.extend(remembered.map(|remembered| remembered.checkpoint().size));
            sizes.push(says.size);
        }
        Ok(Self::Copy { chain: Box::new(replayed(bundle.as_ref(), &sizes)?), latest })
    }

    /// The history.
    pub fn chain(&self) -> &Chain {
        match self {
            Self::Live(ledger) => ledger.chain(),
            Self::Copy { chain, .. } => chain,
        }
    }

    /// The latest checkpoint, if there is one.
    pub fn latest_checkpoint(&self) -> Result<Option<SignedCheckpoint>, LedgerError> {
        match self {
            Self::Live(ledger) => ledger.latest_checkpoint(),
            Self::Copy { latest, .. } => Ok(latest.clone()),
        }
    }

    /// Verifies what the ledger shows against what the key's owner saw before, and remembers it. Returns what to vouch for.
    pub fn look(&self, key: &Path) -> Result<Option<Seen>, Failure> {
        let latest = self.latest_checkpoint()?;
        // By the origin that is signed for: one that a checkpoint claims could make the client forget.
        let origin = self.chain().origin().map_or("", |origin| origin.as_str());
        let memory = Memory::beside(key, origin);
        let remembered = memory.recall().map_err(|error| Failure::io(memory.path(), error))?;
        let seen = match &latest {
            Some(latest) => vouch(self.chain(), remembered.as_deref(), latest),
            None => extends(self.chain(), remembered.as_deref()).map(|()| None),
        };
        let seen = seen.map_err(|fault| {
            let hint = format!(
                "nothing was signed; keep {} and this copy of the ledger: together they are evidence",
                memory.path().display()
            );
            Failure::from(fault).hint(hint)
        })?;
        let Some(latest) = latest else { return Ok(None) };
        memory.keep(&latest).map_err(|error| Failure::io(memory.path(), error))?;
        Ok(seen)
    }
}
