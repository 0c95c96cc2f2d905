//! The writer's side of the index: opens a ledger by it, keeps it up to date, and never lets it stand in the way.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

use crate::core::chain::{Chain, Link, Sealed};
use crate::core::hash::Hash;
use crate::core::key::{KeyId, SecretKey};
use crate::core::shelf::Scratch;
use crate::core::tile::TILE_WIDTH;
use crate::storage::index::{Glance, Index, Lists, Snapshot, Walk, Why};
use crate::storage::read_ahead;
use crate::storage::store::{Log, StoreError};

use super::LedgerError;
use super::replay::replay;
use crate::shell::reading::Basis;

/// A snapshot is taken at a checkpoint of this much more entries than the last one had: a 32nd of them, and one at
/// least. So writing snapshots costs no more per entry however large the ledger, and an opening replays, beyond the
/// entries after the last checkpoint, at most a 32nd of the ledger.
const SNAPSHOT_SHARE: u64 = 32;

/// The index, as long as it can be used, and what goes into the next snapshot.
#[derive(Default)]
pub(super) struct ReadModel {
    index: Option<Index>,
    /// How many entries led to the last snapshot.
    snapshot: u64,
}

/// Replays a store from its snapshot, or from its start where that does not hold, and brings the index up to date. The chain
/// has that scratch.
pub(super) fn open(
    store: &(impl Log + Sync),
    folder: &Path,
    scratch: &Scratch,
) -> Result<(Chain, ReadModel, Basis), LedgerError> {
    let published: BTreeSet<u64> = store.checkpoints()?.into_iter().collect();
    let mut index = None;
    let resumed = match Index::open(folder) {
        Err(why) => Err(why),
        Ok((opened, Some(why))) => {
            index = Some(opened);
            Err(why)
        }
        Ok((mut opened, None)) => match resume(store, &opened, &published, scratch)? {
            Ok((chain, lists)) => {
                opened.resume(lists, chain.size(), chain.head());
                index = Some(opened);
                Ok(chain)
            }
            Err(why) => {
                index = opened.cleared().ok();
                Err(why)
            }
        },
    };
    let (mut chain, basis) = match resumed {
        Ok(chain) => {
            let basis = Basis::Snapshot(chain.size());
            (chain, basis)
        }
        Err(why) => (Chain::new().with_scratch(scratch), Basis::Replay(why)),
    };
    let mut model = ReadModel { index, snapshot: chain.size() };
    published.iter().for_each(|size| chain.checkpoint_published(*size));
    replay(store, &mut chain, |bytes, link| model.take(bytes, link))?;
    Ok((chain, model, basis))
}

/// Whether what the chain keeps outside memory is as it was: if not, nothing that it said since it was last asked is worth
/// anything.
pub(super) fn scratch_held(chain: &Chain) -> Result<(), LedgerError> {
    chain.scratch().failure().map_or(Ok(()), |error| Err(LedgerError::Scratch(error)))
}

/// The chain of the index's snapshot, checked against every entry up to it.
fn resume(
    store: &(impl Log + Sync),
    index: &Index,
    published: &BTreeSet<u64>,
    scratch: &Scratch,
) -> Result<Result<(Chain, Lists), Why>, StoreError> {
    let opened = index.kept().and_then(|kept| {
        let snapshot = Snapshot::read(&kept)?;
        let files = index.runs(&snapshot)?;
        Ok((snapshot, files))
    });
    let (snapshot, files) = match opened {
        Ok(opened) => opened,
        Err(why) => return Ok(Err(why)),
    };
    let extent = index.extent();
    let last = extent.size.checked_sub(1).map(|last| store.entry(last)).transpose()?.flatten();
    let head = last.map(|bytes| Hash::leaf(&bytes));
    if extent.size < snapshot.size() || head != Some(extent.head) {
        return Ok(Err(Why::OtherHistory));
    }
    let (size, width) = (snapshot.size(), u64::from(TILE_WIDTH));
    let glances = |number: u64| {
        let (mut glances, end) = (Vec::new(), number.saturating_add(1).saturating_mul(width).min(size));
        store.read(number.saturating_mul(width), &mut |index, bytes| {
            glances.push(Glance::of(index, bytes));
            if index.saturating_add(1) < end { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(glances)
    };
    let (mut walk, mut walked) = (Walk::new(published), Ok(Ok(())));
    read_ahead::in_order(0..size.div_ceil(width), glances, |glances: Result<_, StoreError>| {
        walked = glances.map(|glances| glances.iter().try_for_each(|glance| walk.push(glance)));
        if matches!(walked, Ok(Ok(()))) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let walked = walked?;
    let checkpoint = store.checkpoint_at(snapshot.size())?;
    let accepted = walked.and_then(|()| snapshot.accept(walk, checkpoint.as_deref(), published, (files, scratch)));
    Ok(accepted.map_err(Why::from))
}

impl ReadModel {
    /// Runs something on the index, which is let go at the first failure. What is damaged would stay so: the next opening
    /// begins anew.
    fn with<T>(&mut self, work: impl FnOnce(&mut Index) -> Result<T, Why>) -> Option<T> {
        let done = self.index.as_mut().map(work)?;
        if done.is_err() {
            drop(self.index.take().map(Index::cleared));
        }
        done.ok()
    }

    /// Takes in the next entry; it is written with those after it.
    pub(super) fn take(&mut self, bytes: &[u8], link: &Link) {
        self.with(|index| index.push(bytes, link));
    }

    /// Takes in entries that were appended.
    pub(super) fn appended(&mut self, entries: &[Sealed]) {
        entries.iter().for_each(|sealed| self.take(sealed.bytes(), sealed.link()));
    }

    /// Takes a snapshot, if one is due, at the checkpoint that was just published with that key.
    pub(super) fn published(&mut self, chain: &mut Chain, key: &SecretKey) {
        let size = chain.size();
        let due = size.saturating_sub(self.snapshot) >= (size / SNAPSHOT_SHARE).max(1);
        if !due {
            return;
        }
        let kept = self.with(|index| index.take_snapshot(chain, key));
        if kept.is_some() {
            self.snapshot = size;
        }
    }

    /// Where a key's nth statement may be.
    pub(super) fn find(&mut self, key: &KeyId, nth: u64) -> Option<u64> {
        self.with(|index| index.statement(key, nth)).flatten()
    }
}

#[cfg(test)]
mod tests;
