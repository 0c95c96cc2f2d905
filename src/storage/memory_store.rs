//! A store in memory, for tests and demonstrations. It is as durable as the process.

use std::collections::BTreeMap;
use std::io::Read;
use std::ops::ControlFlow;

use super::store::{self, Log, Staged, Store, StoreError};
use crate::core::chain::Sealed;
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::hash::Hash;
use crate::core::tile::{Tile, Tiler};

/// A store in memory.
#[derive(Default)]
pub struct MemoryStore {
    entries: Vec<Vec<u8>>,
    head: Hash,
    tree: Tiler,
    /// The full hash tiles.
    tiles: BTreeMap<Tile, Vec<u8>>,
    checkpoints: BTreeMap<u64, SignedCheckpoint>,
    attachments: BTreeMap<Hash, Vec<u8>>,
    witnesses: Option<Vec<u8>>,
}

impl MemoryStore {
    /// A ledger without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps the policy that every checkpoint must meet before it is published.
    pub fn keep_witnesses(&mut self, policy: &[u8]) {
        self.witnesses = Some(policy.to_vec());
    }

    fn latest(&self) -> Option<&SignedCheckpoint> {
        self.checkpoints.values().next_back()
    }
}

impl Log for MemoryStore {
    fn size(&self) -> u64 {
        self.tree.size()
    }

    fn read(&self, from: u64, each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>) -> Result<(), StoreError> {
        let start = usize::try_from(from).unwrap_or(usize::MAX);
        for (entry, index) in self.entries.get(start..).unwrap_or_default().iter().zip(from..) {
            if each(index, entry).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn entry(&self, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(usize::try_from(index).ok().and_then(|index| self.entries.get(index)).cloned())
    }

    fn node(&self, level: u8, index: u64) -> Result<Hash, StoreError> {
        store::node(&self.tree, level, index, |tile| {
            let bytes = self.tiles.get(tile).map_or(&[][..], Vec::as_slice);
            Ok(tile.hashes(bytes)?)
        })
    }

    fn checkpoint(&self) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.latest().map(|checkpoint| checkpoint.to_string().into_bytes()))
    }

    fn checkpoints(&self) -> Result<Vec<u64>, StoreError> {
        Ok(self.checkpoints.keys().copied().collect())
    }

    fn checkpoint_at(&self, size: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.checkpoints.get(&size).map(|checkpoint| checkpoint.to_string().into_bytes()))
    }

    fn attachment(&self, sha256: &Hash) -> Result<Option<Box<dyn Read + Send + '_>>, StoreError> {
        Ok(self.attachments.get(sha256).map(|bytes| Box::new(bytes.as_slice()) as Box<dyn Read + Send>))
    }
}

impl Store for MemoryStore {
    fn append(&mut self, after: u64, entries: &[Sealed]) -> Result<(), StoreError> {
        store::check_next(self.size(), self.head, after, entries)?;
        for sealed in entries {
            self.head = sealed.link().leaf;
            self.tiles.extend(self.tree.push(self.head));
            self.entries.push(sealed.bytes().to_vec());
        }
        Ok(())
    }

    fn publish(&mut self, checkpoint: &SignedCheckpoint) -> Result<(), StoreError> {
        let latest = self.latest().map(SignedCheckpoint::checkpoint);
        store::check_publishable(self, &self.tree, latest, checkpoint.checkpoint())?;
        self.checkpoints.insert(checkpoint.checkpoint().size, checkpoint.clone());
        Ok(())
    }

    fn witnesses(&self) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.witnesses.clone())
    }

    fn settle(&mut self, staged: Staged) -> Result<(), StoreError> {
        let mut bytes = Vec::new();
        staged.open()?.read_to_end(&mut bytes).map_err(StoreError::io(staged.path()))?;
        self.attachments.insert(*staged.sha256(), bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_the_contract() {
        store::tests::contract(MemoryStore::new);
    }
}
