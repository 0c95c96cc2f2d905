//! Replaying a bundle: the history up to some point, with every signature and rule checked on the way.
//!
//! For an auditor's verdict there is [`super::verify`]; this is for readers, who need the state, and who are told at
//! the first fault that the copy in their hands is bad.

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

/// Replays a bundle and hands over each entry. What is too much for memory is in the system's folder for temporary files:
/// whoever asks the chain for documents asks its scratch afterwards ([`Trouble::of_scratch`]).
///
/// # Errors
/// The faults of the first entry that has any; what the bundle says.
pub fn replay(bundle: &dyn Bundle, until: Until, each: &mut dyn FnMut(&Link, &Entry)) -> Result<Chain, Trouble> {
    Entries::of(bundle)?.replay(Chain::new().with_scratch(&ScratchFiles::scratch()), until, each)
}

/// The entries of a bundle, as of one moment.
pub(super) struct Entries<'a> {
    bundle: Frozen<'a>,
    layout: Layout,
    /// How many full entry bundles there are before the first that is missing.
    full: u64,
}

/// Takes an entry's bytes, and says whether to go on.
type Take<'a> = dyn FnMut(&[u8]) -> Result<bool, Trouble> + 'a;

impl<'a> Entries<'a> {
    pub(super) fn of(bundle: &'a dyn Bundle) -> Result<Self, Trouble> {
        let bundle = Frozen::of(bundle)?;
        let layout = Layout::of(bundle.names()?);
        let bundles = layout.full_entry_bundles().zip(0..);
        let full = bundles.take_while(|(number, expected)| number == expected).count() as u64;
        Ok(Self { bundle, layout, full })
    }

    /// The bundle that they are of.
    pub(super) fn bundle(&self) -> &dyn Bundle {
        &self.bundle
    }

    /// The sizes of which the bundle has checkpoints.
    pub(super) fn published(&self) -> &BTreeSet<u64> {
        &self.layout.checkpoints
    }

    /// The checkpoint of that size, as the bundle has it.
    pub(super) fn checkpoint(&self, size: u64) -> Result<Option<Vec<u8>>, Trouble> {
        self.bundle.read(&format!("{CHECKPOINTS}{size}"), MAX_NOTE_BYTES as u64)
    }

    /// Replays the entries after those that led to a chain.
    pub(super) fn replay(
        &self,
        mut chain: Chain,
        until: Until,
        each: &mut dyn FnMut(&Link, &Entry),
    ) -> Result<Chain, Trouble> {
        self.published().iter().for_each(|size| chain.checkpoint_published(*size));
        let (from, mut outcome) = (chain.size(), Ok(()));
        let read = |next: &mut dyn FnMut(&[u8]) -> ControlFlow<()>| {
            self.read(from, &mut |bytes| Ok(next(bytes).is_continue()))
        };
        let read = prepare(Manner::fast(), read, &mut |bytes, prepared| {
            let mut faults = Vec::new();
            match Entry::parse(bytes) {
                Ok(entry) if !until.includes(chain.size(), &entry) => return ControlFlow::Break(()),
                Ok(entry) => {
                    let (link, _) = chain.place(prepared, &mut faults);
                    if faults.is_empty() {
                        each(&link, &entry);
                        return ControlFlow::Continue(());
                    }
                }
                Err(fault) => faults.push(fault.at(chain.size())),
            }
            outcome = Trouble::of_scratch(chain.scratch()).and(Err(Trouble::Faults(faults)));
            ControlFlow::Break(())
        });
        // What was read before the bundle failed is judged first.
        outcome.and(read)?;
        Trouble::of_scratch(chain.scratch())?;
        Ok(chain)
    }

    /// Hands over the entries in order from one on, until told to stop.
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
        let missing = || Fault::new(Code::TileMissing, "an entry bundle", "no such file").in_file(&name);
        let bytes = self.bundle.read(&name, MAX_ENTRY_BUNDLE_BYTES)?.ok_or_else(missing)?;
        for entry in tile.entries(&bytes).map_err(|fault| fault.in_file(&name))? {
            if !take(entry)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
