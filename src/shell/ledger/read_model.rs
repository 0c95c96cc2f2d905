//! The writer's side of the index: opens a ledger by it, keeps it up to date, and never lets it stand in the way.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

use crate::core::chain::{Chain, Link};
use crate::core::hash::Hash;
use crate::core::key::{KeyId, SecretKey};
use crate::core::statement::Rule;
use crate::storage::index::{Index, Kept, Lists, Snapshot, Walk, Why};
use crate::storage::store::{Log, StoreError};

use super::LedgerError;
use crate::shell::reading::Basis;

/// A snapshot is taken at a checkpoint of this much more entries than the last one had: a 32nd of them, and one at
/// least. So writing snapshots costs no more per entry however large the ledger, and an opening replays, beyond the
/// entries after the last checkpoint, at most a 32nd of the ledger.
const SNAPSHOT_SHARE: u64 = 32;

/// The index, as long as it can be used, and what goes into the next snapshot.
#[derive(Default)]
pub(super) struct ReadModel {
    index: Option<Index>,
    lists: Lists,
    /// How many entries led to the last snapshot.
    snapshot: u64,
}

/// Replays a store from its snapshot, or from its start where that does not hold, and brings the index up to date.
pub(super) fn open(store: &impl Log, folder: &Path) -> Result<(Chain, ReadModel, Basis), LedgerError> {
    let published: BTreeSet<u64> = store.checkpoints()?.into_iter().collect();
    let mut index = None;
    let resumed = match Index::open(folder) {
        Err(why) => Err(why),
        Ok((opened, Some(why))) => {
            index = Some(opened);
            Err(why)
        }
        Ok((opened, None)) => {
            let resumed = resume(store, &opened, &published)?;
            index = if resumed.is_ok() { Some(opened) } else { opened.cleared().ok() };
            resumed
        }
    };
    let (mut chain, lists, basis) = match resumed {
        Ok((chain, lists)) => {
            let basis = Basis::Snapshot(chain.size());
            (chain, lists, basis)
        }
        Err(why) => (Chain::new(), Lists::default(), Basis::Replay(why)),
    };
    let mut model = ReadModel { index, lists, snapshot: chain.size() };
    published.iter().for_each(|size| chain.checkpoint_published(*size));
    replay(store, &mut chain, |bytes, link| model.take(bytes, link))?;
    model.with(Index::commit);
    Ok((chain, model, basis))
}

/// Extends a chain by the entries of a store that it does not have yet.
pub(super) fn replay(
    store: &impl Log,
    chain: &mut Chain,
    mut each: impl FnMut(&[u8], &Link),
) -> Result<(), LedgerError> {
    let mut faults = Vec::new();
    store.read(chain.size(), &mut |_, bytes| {
        let link = chain.extend(bytes, Rule::Strict, &mut faults);
        if !faults.is_empty() {
            return ControlFlow::Break(());
        }
        each(bytes, &link);
        ControlFlow::Continue(())
    })?;
    faults.into_iter().next().map_or(Ok(()), |fault| Err(LedgerError::Falsified(fault)))
}

/// The chain of the index's snapshot, checked against every entry up to it.
fn resume(
    store: &impl Log,
    index: &Index,
    published: &BTreeSet<u64>,
) -> Result<Result<(Chain, Lists), Why>, StoreError> {
    let snapshot = match index.kept().and_then(|kept| Ok(Snapshot::read(&kept)?)) {
        Ok(snapshot) => snapshot,
        Err(why) => return Ok(Err(why)),
    };
    let extent = index.extent();
    let last = extent.size.checked_sub(1).map(|last| store.entry(last)).transpose()?.flatten();
    let head = last.map(|bytes| Hash::leaf(&bytes));
    if extent.size < snapshot.size() || head != Some(extent.head) {
        return Ok(Err(Why::OtherHistory));
    }
    let (mut walk, mut walked) = (Walk::new(published), Ok(()));
    store.read(0, &mut |_, bytes| {
        walked = walk.push(bytes).map(drop);
        if walked.is_ok() && walk.size() < snapshot.size() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    let checkpoint = store.checkpoint_at(snapshot.size())?;
    Ok(walked.and_then(|()| snapshot.accept(walk, checkpoint.as_deref(), published)).map_err(Why::from))
}

impl ReadModel {
    /// Runs something on the index, which is let go at the first failure: the next opening finds out what it is worth.
    fn with<T>(&mut self, work: impl FnOnce(&mut Index) -> Result<T, Why>) -> Option<T> {
        let done = self.index.as_mut().map(work)?;
        if done.is_err() {
            self.index = None;
        }
        done.ok()
    }

    /// Takes in the next entry; it is written with those after it.
    fn take(&mut self, bytes: &[u8], link: &Link) {
        if let Some(statement) = &link.statement {
            self.lists.push(link.index, statement);
        }
        self.with(|index| index.push(bytes, link));
    }

    /// Takes in an entry that was appended.
    pub(super) fn appended(&mut self, bytes: &[u8], link: &Link) {
        self.take(bytes, link);
        self.with(Index::commit);
    }

    /// Takes a snapshot, if one is due, at the checkpoint that was just published with that key.
    pub(super) fn published(&mut self, chain: &Chain, key: &SecretKey) {
        let size = chain.size();
        let due = size.saturating_sub(self.snapshot) >= (size / SNAPSHOT_SHARE).max(1);
        let Some(mut index) = self.index.take_if(|_| due) else { return };
        match index.holds(&self.lists) {
            Ok(true) => {
                let kept = Kept::sign(chain, &self.lists, key);
                if kept.is_ok_and(|kept| index.keep(&kept).is_ok()) {
                    (self.index, self.snapshot) = (Some(index), size);
                }
            }
            // What is damaged would stay so: the next opening begins anew.
            Ok(false) => drop(index.cleared()),
            Err(_) => {}
        }
    }

    /// Where a key's nth statement may be.
    pub(super) fn find(&mut self, key: &KeyId, nth: u64) -> Option<u64> {
        self.with(|index| index.statement(key, nth)).flatten()
    }
}

#[cfg(test)]
mod tests;
