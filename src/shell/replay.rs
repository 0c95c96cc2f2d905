//! Replaying a bundle: the history up to some point, with every signature and rule checked on the way.
//!
//! For an auditor's verdict there is [`super::verify`]; this is for readers, who need the state, and who are told at
//! the first fault that the copy in their hands is bad, or has other entries, or fewer, than its checkpoint promises.

mod promise;

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::preparing::{Manner, prepare};
use crate::core::audit::CHECKPOINTS;
use crate::core::chain::{Chain, Link};
use crate::core::entry::Entry;
use crate::core::fault::{Code, Fault};
use crate::core::note::MAX_NOTE_BYTES;
use crate::core::tile::{self, TILE_WIDTH, Tile, TileKind};
use crate::core::time::Time;
use crate::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};
use crate::storage::frozen::{Frozen, MAX_TAIL_BYTES};
use crate::storage::layout::{Layout, TAIL};
use crate::storage::scratch_files::ScratchFiles;

pub(super) use promise::{Promise, check_signed, node};

/// How far to replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// To the end.
    End,
    /// To that entry, itself included.
    Entry(u64),
    /// To the last entry recorded before or at that second.
    Time(Time),
}

impl Until {
    fn includes(self, index: u64, entry: &Entry) -> bool {
        match self {
            Self::End => true,
            Self::Entry(last) => index <= last,
            Self::Time(last) => entry.recorded_at.time() <= last,
        }
    }
}

/// Replays a bundle, hands over each entry, and holds what was read against the bundle's latest checkpoint. What was handed
/// over is worth nothing before this returns. Where it stops before the end, what follows is not judged: hash tiles show that
/// the checkpoint promises what was read.
///
/// What is too much for memory is in the system's folder for temporary files:
/// whoever asks the chain for documents asks its scratch afterwards ([`Trouble::of_scratch`]).
///
/// # Errors
/// The faults of the first entry that has any; `tile-missing`: an entry bundle before the last is not there;
/// `ledger-not-opened`: none is; `checkpoint-missing`, but in a ledger's own folder before its first checkpoint;
/// `checkpoint-beyond-entries`, `checkpoint-root-mismatch`, `checkpoint-origin-mismatch`, `checkpoint-unsigned`, and those of
/// parsing a checkpoint; what the bundle says.
pub fn replay(bundle: &dyn Bundle, until: Until, each: &mut dyn FnMut(&Link, &Entry)) -> Result<Chain, Trouble> {
    let entries = Entries::of(bundle)?;
    let promise = Promise::of(&entries)?;
    entries.replay_held(Chain::new().with_scratch(&ScratchFiles::scratch()), &promise, until, each)
}

/// Holds the entries of a bundle against its latest checkpoint by their hashes alone: neither signatures nor rules are checked.
///
/// # Errors
/// As [`replay`].
pub fn check_promised(bundle: &dyn Bundle) -> Result<(), Trouble> {
    let entries = Entries::of(bundle)?;
    Promise::of(&entries)?.hold_by_hashes(&entries)
}

/// The entries of a bundle, as of one moment.
pub(super) struct Entries<'a> {
    bundle: Frozen<'a>,
    layout: Layout,
    /// How many full entry bundles there are before the first that is missing.
    full: u64,
    /// Whether there are others after that one.
    gap: bool,
}

/// Takes an entry's bytes, and says whether to go on.
type Take<'a> = dyn FnMut(&[u8]) -> Result<bool, Trouble> + 'a;

impl<'a> Entries<'a> {
    pub(super) fn of(bundle: &'a dyn Bundle) -> Result<Self, Trouble> {
        let bundle = Frozen::of(bundle)?;
        let layout = bundle.layout().clone();
        let bundles = layout.full_entry_bundles().zip(0..);
        let full = bundles.take_while(|(number, expected)| number == expected).count() as u64;
        let gap = layout.full_entry_bundles().any(|number| number >= full);
        Ok(Self { bundle, layout, full, gap })
    }

    /// The bundle that they are of.
    pub(super) fn bundle(&self) -> &dyn Bundle {
        &self.bundle
    }

    /// How many full entry bundles there are before the first that is missing.
    pub(super) fn full_bundles(&self) -> u64 {
        self.full
    }

    /// The sizes of which the bundle has checkpoints.
    pub(super) fn published(&self) -> &BTreeSet<u64> {
        &self.layout.checkpoints
    }

    /// The checkpoint of that size, as the bundle has it.
    pub(super) fn checkpoint(&self, size: u64) -> Result<Option<Vec<u8>>, Trouble> {
        self.bundle.read(&format!("{CHECKPOINTS}{size}"), MAX_NOTE_BYTES as u64)
    }

    /// Replays all entries after those that led to a chain.
    pub(super) fn replay(&self, chain: Chain) -> Result<Chain, Trouble> {
        self.replay_until(chain, Until::End, &mut |_, _| {}).map(|(chain, _)| chain)
    }

    /// Replays the entries after those that led to a chain, and holds all of them against what is promised.
    pub(super) fn replay_held(
        &self,
        mut chain: Chain,
        promise: &Promise,
        until: Until,
        each: &mut dyn FnMut(&Link, &Entry),
    ) -> Result<Chain, Trouble> {
        promise.watch(&mut chain);
        let (chain, ended) = self.replay_until(chain, until, each)?;
        promise.hold(self, &chain, ended)?;
        Ok(chain)
    }

    /// Whether it came to the end is the second value.
    fn replay_until(
        &self,
        mut chain: Chain,
        until: Until,
        each: &mut dyn FnMut(&Link, &Entry),
    ) -> Result<(Chain, bool), Trouble> {
        self.published().iter().for_each(|size| chain.checkpoint_published(*size));
        let (from, mut outcome, mut ended) = (chain.size(), Ok(()), true);
        let read = |next: &mut dyn FnMut(&[u8]) -> ControlFlow<()>| {
            self.read(from, &mut |bytes| Ok(next(bytes).is_continue()))
        };
        let read = prepare(Manner::fast(), read, &mut |bytes, prepared| {
            let mut faults = Vec::new();
            match Entry::parse(bytes) {
                Ok(entry) if !until.includes(chain.size(), &entry) => {
                    ended = false;
                    return ControlFlow::Break(());
                }
                Ok(entry) => {
                    let (link, _) = chain.place(prepared, &mut faults);
                    if faults.is_empty() {
                        each(&link, &entry);
                        return ControlFlow::Continue(());
                    }
                }
                Err(fault) => faults.push(fault.at(chain.size())),
            }
            outcome = Trouble::of_scratch(chain.scratch()).and(Err(faults.into()));
            ControlFlow::Break(())
        });
        // What was read before the bundle failed is judged first, and what was not wanted is not judged.
        outcome?;
        if ended {
            read?;
        }
        Trouble::of_scratch(chain.scratch())?;
        Ok((chain, ended))
    }

    /// Hands over the entries in order from one on, until told to stop. Those after a gap are no part of them.
    ///
    /// # Errors
    /// `tile-missing`: a gap; what the bundle says.
    pub(super) fn read(&self, from: u64, take: &mut Take<'_>) -> Result<(), Trouble> {
        let full = self.full;
        let mut left = from % u64::from(TILE_WIDTH);
        let mut after = |bytes: &[u8]| {
            let skipped = left > 0;
            left = left.saturating_sub(1);
            if skipped { Ok(true) } else { take(bytes) }
        };
        let first = (from / u64::from(TILE_WIDTH)).min(full);
        for index in first..full {
            if !self.read_bundle(&Tile { kind: TileKind::Entries, index, width: TILE_WIDTH }, &mut after)? {
                return Ok(());
            }
        }
        if self.gap {
            let tile = Tile { kind: TileKind::Entries, index: full, width: TILE_WIDTH };
            return Err(missing(&tile).into());
        }
        if let Some(tail) = self.bundle.read(TAIL, MAX_TAIL_BYTES)? {
            let overlap = tile::overlap(&tail, full);
            let whole = tile::split(&tail).map_while(Result::ok);
            for entry in whole.filter(|entry| tile::index_below(entry, overlap).is_none()) {
                if !after(entry)? {
                    return Ok(());
                }
            }
        } else if let Some(width) = self.layout.widths(TileKind::Entries, full).next_back() {
            self.read_bundle(&Tile { kind: TileKind::Entries, index: full, width }, &mut after)?;
        }
        Ok(())
    }

    fn read_bundle(&self, tile: &Tile, take: &mut Take<'_>) -> Result<bool, Trouble> {
        let name = tile.path();
        let bytes = self.bundle.read(&name, MAX_ENTRY_BUNDLE_BYTES)?.ok_or_else(|| missing(tile))?;
        for entry in tile.entries(&bytes).map_err(|fault| fault.in_file(&name))? {
            if !take(entry)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn missing(tile: &Tile) -> Fault {
    Fault::new(Code::TileMissing, "an entry bundle", "no such file").in_file(tile.path())
}
