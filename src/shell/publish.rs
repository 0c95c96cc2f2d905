//! Static publishing: a folder in the tlog-tiles layout (FORMAT.md, section 5) that any web server, mirror or bucket can
//! serve, kept up to date with a ledger.
//!
//! What holds at every moment, whatever is interrupted:
//!
//! - Whoever reads the folder finds a whole ledger for its `checkpoint`, the old one or the new one.
//! - Nothing is written before all that is new was judged: by the chain and its law, as in an audit, and against the root
//!   and the operator's signature of every checkpoint that is new.
//! - Each stage is durable before the next: attachments, then entries, each with its hash tiles after it, then the
//!   checkpoints by their sizes, then their listing, then `checkpoint`. Where there is a `checkpoint` already, each new one by
//!   its size comes before entries that may have seen it, so that the folder verifies as files, too, whenever it is read.
//!   Partial tiles go when the full one has been there for that long.
//! - No file is replaced by one that says something else.

mod judge;
mod note;
mod place;
mod round;
mod tiles;

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::core::audit::CHECKPOINT;
use crate::core::chain::Chain;
use crate::core::fault::Fault;
use crate::core::hash::Hash;
use crate::core::note::MAX_NOTE_BYTES;
use crate::storage::bundle::{Bundle, Trouble};
use crate::storage::folder_bundle::FolderBundle;
use crate::storage::layout::TAIL;
use crate::storage::site::{self, Site};
use crate::storage::store::StoreError;

use super::replay::Entries;

use judge::Latest;
use place::Place;
use round::Round;

/// Why nothing, or not everything, was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The ledger, or what the folder holds, is bad or could not be read.
    #[error(transparent)]
    Trouble(#[from] Trouble),
    /// The folder could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder is where a ledger lives.
    #[error("{}: expected a folder to publish into, found a ledger that is written to", .0.display())]
    LiveLedger(PathBuf),
    /// Somebody else published there at the same time.
    #[error("{}: another checkpoint was put there meanwhile; try again", .0.display())]
    Changed(PathBuf),
}

impl PublishError {
    /// The stable name of what went wrong; of evidence that is bad, that of its first fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Trouble(Trouble::Faults(faults)) => faults.first().map_or("bundle-malformed", |it| it.code.as_str()),
            Self::Trouble(Trouble::Io { .. }) => "bundle-unreadable",
            Self::Store(error) => error.code(),
            Self::LiveLedger(_) => "publish-live-ledger",
            Self::Changed(_) => "publish-changed",
        }
    }
}

impl From<Fault> for PublishError {
    fn from(fault: Fault) -> Self {
        Self::Trouble(fault.into())
    }
}

/// What was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Publication {
    /// Which ledger it is of.
    pub origin: String,
    /// The size of the checkpoint that was there before; 0 if there was none.
    pub before: u64,
    /// The size of the checkpoint that is there now.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// How many files were written; 0 if all was up to date.
    pub files: u64,
}

/// Keeps a folder up to date. The first publication of a process starts from what the last one kept in the folder, or, if
/// that is lost, by replaying the ledger; every later one costs as much as is new.
#[derive(Debug)]
pub struct Publisher {
    root: PathBuf,
    /// The folder, once something had to be written.
    site: Option<Site>,
    /// The history up to what is in the folder.
    chain: Option<Chain>,
    /// After how many steps the process is to end.
    #[cfg(test)]
    fuse: Option<u64>,
}

impl Publisher {
    /// Into that folder, which is made when there is something to publish. Nothing is read yet.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.into(),
            site: None,
            chain: None,
            #[cfg(test)]
            fuse: None,
        }
    }

    /// Publishes what the ledger's latest checkpoint promises and the folder does not have.
    ///
    /// # Errors
    /// [`PublishError::Trouble`] with faults: the ledger does not verify, or it is not the one that the folder holds
    /// (`checkpoint-origin-mismatch`), has another history (`checkpoint-root-mismatch`) or is older (`checkpoint-stale`);
    /// then nothing was written. Also where a file in the folder is other than what is to be published. Else the folder
    /// or the ledger could not be read or written; running it again goes on from there.
    pub fn publish(&mut self, ledger: &dyn Bundle) -> Result<Publication, PublishError> {
        let entries = Entries::of(ledger)?;
        let latest = Latest::of(entries.bundle())?;
        let there = self.there()?;
        if let Some(there) = &there {
            there.check_followed_by(&latest)?;
        }
        let known = self.chain.take().or_else(|| judge::kept(&self.root));
        let judged = judge::judge(&entries, &latest, there.as_ref(), known, &site::published(&self.root)?)?;
        let site = match self.site.take() {
            Some(site) => site,
            None => Site::open(&self.root)?,
        };
        #[cfg(test)]
        let site = site.ending_after(self.fuse);
        if self.there()?.map(|now| now.bytes) != there.as_ref().map(|there| there.bytes.clone()) {
            return Err(PublishError::Changed(self.root.clone()));
        }
        let folder = FolderBundle::open(&self.root)?;
        let mut round = Round { place: Place { site, folder, files: 0 }, entries, latest, judged };
        round.run()?;
        let Round { place: Place { site, files, .. }, latest, judged, .. } = round;
        (self.site, self.chain) = (Some(site), Some(judged.chain));
        let before = there.map_or(0, |there| there.checkpoint().size);
        let says = latest.checkpoint();
        Ok(Publication { origin: says.origin.clone(), before, size: says.size, root: says.root, files })
    }

    /// The checkpoint in the folder.
    fn there(&self) -> Result<Option<Latest>, PublishError> {
        if self.root.join(TAIL).exists() {
            return Err(PublishError::LiveLedger(self.root.clone()));
        }
        if !self.root.exists() {
            return Ok(None);
        }
        let bytes = FolderBundle::open(&self.root)?.read(CHECKPOINT, MAX_NOTE_BYTES as u64)?;
        bytes.map(|bytes| Latest::parse(bytes).map_err(PublishError::from)).transpose()
    }
}

#[cfg(test)]
mod tests;
