//! The sizes that matter, those of checkpoints above all, with what the entries say of each.

pub(super) mod wire;

use std::collections::BTreeSet;

use super::Chain;
use crate::core::hash::Hash;
use crate::core::key::PublicKey;

/// What the entries say of a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The root of the tree of that size.
    pub root: Hash,
    /// The operator's key in force after so many entries; none if the ledger was never opened.
    pub operator: Option<PublicKey>,
}

impl Chain {
    /// Tells the chain that a checkpoint of that size was published: now, or, in an audit, beforehand.
    pub fn checkpoint_published(&mut self, size: u64) {
        self.published.insert(size);
        self.watch(size);
    }

    /// Tells the chain that a checkpoint of a size that it has passed was published, which its keeper has held against the
    /// entries.
    pub fn earlier_checkpoint_published(&mut self, size: u64, mark: Mark) {
        self.published.insert(size);
        self.marks.insert(size, Some(mark));
    }

    /// Asks the chain to note what the entries say of a size, now or when there are as many.
    pub fn watch(&mut self, size: u64) {
        self.marks.entry(size).or_insert(None);
        self.mark();
    }

    /// Forgets what was said of larger sizes than the present one: checkpoints of more entries, and who asked for them.
    pub(in crate::core) fn forget_beyond(&mut self) {
        let beyond = self.size().saturating_add(1);
        drop(self.published.split_off(&beyond));
        drop(self.marks.split_off(&beyond));
    }

    /// Fills in what the entries say of the present size, if somebody asked.
    pub(super) fn mark(&mut self) {
        if self.marks.get(&self.size()) == Some(&None) {
            let operator = self.state().and_then(|state| state.registry().operator_keys().last().copied());
            self.marks.insert(self.size(), Some(Mark { root: self.root(), operator }));
        }
    }

    /// What the entries say of a size that somebody asked for, once there are as many.
    pub fn mark_at(&self, size: u64) -> Option<&Mark> {
        self.marks.get(&size).and_then(Option::as_ref)
    }

    /// The sizes that somebody asked for and that were reached, with what the entries say of each.
    pub fn marks(&self) -> impl Iterator<Item = (u64, Mark)> {
        self.marks.iter().filter_map(|(size, mark)| Some((*size, (*mark)?)))
    }

    /// The sizes at which checkpoints were published.
    pub fn published(&self) -> &BTreeSet<u64> {
        &self.published
    }
}
