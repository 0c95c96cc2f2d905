//! A ledger's folder, to read only.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

use super::acknowledged::Acknowledged;
use super::folder::Folder;
use super::recovery;
use super::snapshot::Snapshot;
use crate::core::hash::Hash;
use crate::storage::store::{Log, StoreError};

/// A ledger's folder as it stood when it was opened or last refreshed. Takes no lock, changes nothing, and is not
/// disturbed by whoever writes meanwhile.
///
/// It holds the entries that were intact then, which may include some that the writer has not acknowledged yet.
#[derive(Clone, Debug)]
pub struct FolderReader(Snapshot);

impl FolderReader {
    /// Opens the ledger in that folder.
    ///
    /// # Errors
    /// [`StoreError::NotALedger`], [`StoreError::Io`], [`StoreError::Damaged`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Snapshot::take(Folder(path.into()), None).map(|(snapshot, _)| Self(snapshot))
    }

    /// Checks that a ledger's folder has all that its writer noted there to have acknowledged. A folder of which that is not
    /// noted, such as a copy, passes.
    ///
    /// # Errors
    /// As [`FolderStore::open`](super::FolderStore::open), but for the lock.
    pub fn check_whole(path: &Path) -> Result<(), StoreError> {
        let folder = Folder(path.into());
        // Before the tail is read: whoever writes meanwhile acknowledges more.
        let Some(acknowledged) = Acknowledged::read(&folder) else { return Ok(()) };
        let (snapshot, tail) = Snapshot::take(folder, None)?;
        // Checkpoints come one file after the other; that none is forgotten is for the writer to say.
        let acknowledged = Acknowledged { published: 0, ..acknowledged };
        recovery::check_whole(&snapshot, &tail.rest, 0, Some(acknowledged))
    }

    /// Sees what was added since. Costs as much as was added, and the tail.
    ///
    /// # Errors
    /// As [`FolderReader::open`]; then it is as it was.
    pub fn refresh(&mut self) -> Result<(), StoreError> {
        let Snapshot { folder, base, .. } = &self.0;
        self.0 = Snapshot::take(folder.clone(), Some(base.clone()))?.0;
        Ok(())
    }
}

impl Log for FolderReader {
    fn size(&self) -> u64 {
        self.0.size()
    }

    fn read(&self, from: u64, each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.0.read(from, each)
    }

    fn entry(&self, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.entry(index)
    }

    fn node(&self, level: u8, index: u64) -> Result<Hash, StoreError> {
        self.0.node(level, index)
    }

    fn checkpoint(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.checkpoint()
    }

    fn checkpoints(&self) -> Result<Vec<u64>, StoreError> {
        self.0.checkpoints()
    }

    fn checkpoint_at(&self, size: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.checkpoint_at(size)
    }

    fn attachment(&self, sha256: &Hash) -> Result<Option<Box<dyn Read + Send + '_>>, StoreError> {
        self.0.attachment(sha256)
    }
}
