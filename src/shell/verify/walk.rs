//! The walk over a bundle's checkpoints and entries: steps 1 and 2 of an audit.

use std::collections::{BTreeMap, VecDeque};

use super::OnEntry;
use super::ahead::{self, Found, Read, Spare};
use super::attachment::{self, Naming};
use super::watch::{Place, Watch};
use crate::core::audit::{Audit, CHECKPOINT, CHECKPOINTS, Carried};
use crate::core::chain::{Link, Prepared, Preparer};
use crate::core::entry::Entry;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::note::MAX_NOTE_BYTES;
use crate::core::tile::{self, TILE_WIDTH, Tile, TileKind};
use crate::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};
use crate::storage::frozen::MAX_TAIL_BYTES;
use crate::storage::layout::{Layout, TAIL};

/// Entries of a file that are prepared together where nothing was read ahead.
const RUN: usize = 1024;

/// An audit, and where it stands in the files.
pub(super) struct Walk<'a> {
    pub bundle: &'a dyn Bundle,
    pub layout: Layout,
    pub audit: Audit<'a>,
    pub preparer: Preparer,
    /// Threads that prepare entries.
    pub threads: usize,
    /// What the entry bundles that were read ahead were read into.
    pub spare: Spare,
    pub current: Current,
    /// The partial entry bundle that was read for its entries, if one was.
    pub widest: Option<Tile>,
    pub progress: &'a mut OnEntry<'a>,
    /// The size that the latest checkpoint promises, once the checkpoints were read.
    pub promised: Option<u64>,
    pub watch: &'a mut dyn Watch,
    /// How many entries were audited before.
    pub from: u64,
    /// The leaf hashes of those that begin the entry bundle in which the first new entry is, as far as they have not been
    /// read again.
    pub known: VecDeque<Hash>,
    /// What there is to carry on from the latest checkpoint, if somebody wants it.
    pub carried: Carry,
}

/// What is to become of the audit's memory.
pub(super) enum Carry {
    /// Nobody wants it.
    Unwanted,
    /// It is to be kept as it is at the latest checkpoint's size, and that was not reached yet.
    Awaited,
    /// As it was there.
    There(Box<Carried>),
}

/// The entries since the last full entry bundle that they make, as a bundle would hold them: whatever files they come from.
#[derive(Default)]
pub(super) struct Current {
    pub number: u64,
    pub bytes: Vec<u8>,
    /// Where each entry ends in the bytes.
    pub ends: Vec<usize>,
}

impl Walk<'_> {
    /// Reads a file, or notes what is wrong with it: it is then as if it were not there.
    pub(super) fn read(&mut self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Trouble> {
        let found = self.bundle.read(name, limit);
        self.heed(name, found)
    }

    /// Notes what is wrong with a file that was read: it is then as if it were not there.
    fn heed<T>(&mut self, name: &str, found: Result<Option<T>, Trouble>) -> Result<Option<T>, Trouble> {
        match found {
            Err(Trouble::Faults(faults)) => {
                faults.into_iter().for_each(|fault| self.audit.fault(fault.in_file(name)));
                self.layout.remove(name);
                Ok(None)
            }
            other => other,
        }
    }

    pub(super) fn checkpoints(&mut self) -> Result<(), Trouble> {
        let latest = self.layout.checkpoint.then(|| CHECKPOINT.to_owned());
        // Those of fewer entries were judged before; the one of as many may have gained cosignatures.
        let sizes = self.layout.checkpoints.range(self.from..).map(|size| format!("{CHECKPOINTS}{size}"));
        for name in latest.into_iter().chain(sizes).collect::<Vec<_>>() {
            if let Some(bytes) = self.read(&name, MAX_NOTE_BYTES as u64)? {
                self.audit.checkpoint(&name, &bytes);
            }
        }
        self.promised = self.audit.latest_size();
        if !self.layout.checkpoint {
            self.audit.fault(Fault::new(Code::CheckpointMissing, "a checkpoint", "no such file").in_file(CHECKPOINT));
        }
        Ok(())
    }

    /// Step 2. Returns how many bytes at the end of the tail form no whole entry.
    pub(super) fn entries(&mut self) -> Result<u64, Trouble> {
        let tail = self.read(TAIL, MAX_TAIL_BYTES)?;
        let mut next = self.from / u64::from(TILE_WIDTH);
        let full: Vec<u64> = self.layout.full_entry_bundles().filter(|number| *number >= next).collect();
        self.current.number = next;
        let (bundle, preparer, threads, spare) = (self.bundle, self.preparer.clone(), self.threads, self.spare.clone());
        ahead::entry_bundles(bundle, &full, &preparer, (threads, &spare), &mut |read| {
            self.full_bundle(read, &mut next)
        })?;
        let rest = match tail {
            Some(tail) => self.tail(&tail, next)?,
            None => {
                self.widest_bundle(next)?;
                0
            }
        };
        if !self.current.ends.is_empty() {
            self.next_bundle()?;
        }
        if !self.known.is_empty() {
            let found = format!("{} fewer", self.known.len());
            let fault =
                Fault::new(Code::CheckpointBeyondEntries, format!("the {} entries verified before", self.from), found);
            self.audit.fault(fault);
        }
        Ok(rest)
    }

    /// The entries of a full bundle, where the next one is of that number.
    fn full_bundle(&mut self, read: Read, next: &mut u64) -> Result<(), Trouble> {
        let Read { number, found } = read;
        let tile = Tile { kind: TileKind::Entries, index: number, width: TILE_WIDTH };
        let Some(found) = self.heed(&tile.path(), found)? else { return Ok(()) };
        if number > *next {
            // One fault for the gap, however wide a hostile name makes it.
            self.audit.fault(missing(&Tile { kind: TileKind::Entries, index: *next, width: TILE_WIDTH }));
            self.known.clear();
        }
        match found {
            Found::Whole { bytes, ends, entries } if self.current.ends.is_empty() => {
                entries.into_iter().try_for_each(|entry| self.entry(entry))?;
                self.scratch_held()?;
                self.current = Current { number: self.current.number, bytes, ends };
                self.next_bundle()?;
            }
            // Its entries are in other places than its number says.
            Found::Whole { bytes, entries, .. } => {
                for (entry, bytes) in entries.into_iter().zip(tile::split(&bytes).map_while(Result::ok)) {
                    self.entry(entry)?;
                    self.placed(bytes)?;
                }
            }
            Found::Other(bytes) => self.bundle_of_entries(&tile, &bytes)?,
        }
        *next = number.saturating_add(1);
        self.scratch_held()
    }

    /// The entries of the widest partial entry bundle of that number that can be read.
    fn widest_bundle(&mut self, index: u64) -> Result<(), Trouble> {
        for width in self.layout.widths(TileKind::Entries, index).rev().collect::<Vec<_>>() {
            let tile = Tile { kind: TileKind::Entries, index, width };
            if let Some(bytes) = self.read(&tile.path(), MAX_ENTRY_BUNDLE_BYTES)? {
                self.widest = Some(tile);
                return self.bundle_of_entries(&tile, &bytes);
            }
        }
        Ok(())
    }

    fn bundle_of_entries(&mut self, tile: &Tile, bytes: &[u8]) -> Result<(), Trouble> {
        let (name, mut torn) = (tile.path(), None);
        let mut entries = tile::split(bytes);
        let whole = entries.by_ref().map_while(|entry| entry.map_err(|fault| torn = Some(fault)).ok());
        // What is beyond the entries of a full bundle has no place: it may be millions of nothing.
        let found = self.run(whole.take(TILE_WIDTH.into()))?;
        if torn.is_none() && (found != u64::from(tile.width) || !entries.rest().is_empty()) {
            let more = if entries.rest().is_empty() { "" } else { ", and more" };
            let (expected, found) = (format!("{} entries", tile.width), format!("{found}{more}"));
            torn = Some(Fault::new(Code::EntryBundleMalformed, expected, found));
        }
        if let Some(fault) = torn {
            self.audit.fault(fault.in_file(&name));
        }
        Ok(())
    }

    fn tail(&mut self, bytes: &[u8], full_bundles: u64) -> Result<u64, Trouble> {
        let overlap = tile::overlap(bytes, full_bundles);
        let (mut entries, mut twice) = (tile::split(bytes), BTreeMap::<u64, Vec<(u64, &[u8])>>::new());
        self.run(entries.by_ref().map_while(Result::ok).filter(|entry| {
            let index = tile::index_below(entry, overlap);
            index.map(|index| twice.entry(index / u64::from(TILE_WIDTH)).or_default().push((index, entry))).is_none()
        }))?;
        // By bundle, so that each is read once, however often and in whatever order a hostile tail repeats its entries.
        twice.into_iter().try_for_each(|(number, entries)| self.held_twice(number, &entries))?;
        Ok(entries.rest().len() as u64)
    }

    /// Entries of the tail that a full bundle holds too must be the same there.
    fn held_twice(&mut self, number: u64, entries: &[(u64, &[u8])]) -> Result<(), Trouble> {
        let name = Tile { kind: TileKind::Entries, index: number, width: TILE_WIDTH }.path();
        let bundle = self.read(&name, MAX_ENTRY_BUNDLE_BYTES)?.unwrap_or_default();
        let known: Vec<&[u8]> = tile::split(&bundle).map_while(Result::ok).take(TILE_WIDTH.into()).collect();
        for (index, entry) in entries {
            if known.get((index % u64::from(TILE_WIDTH)) as usize) != Some(entry) {
                let fault = Fault::new(Code::EntryBundleMismatch, format!("the entry of {name}"), "another");
                self.audit.fault(fault.at(*index).in_file(TAIL));
            }
        }
        Ok(())
    }

    /// Entries that are not read ahead. Returns how many there were.
    fn run<'e>(&mut self, entries: impl Iterator<Item = &'e [u8]>) -> Result<u64, Trouble> {
        let (mut entries, mut count) = (entries.fuse(), 0);
        loop {
            let run: Vec<&[u8]> = entries.by_ref().take(RUN).collect();
            if run.is_empty() {
                return Ok(count);
            }
            for (prepared, bytes) in self.preparer.entries(&run).zip(run) {
                self.entry(prepared)?;
                self.placed(bytes)?;
                count += 1;
            }
        }
    }

    /// The next entry: held against what was verified before, or linked, judged and told.
    fn entry(&mut self, prepared: Prepared) -> Result<(), Trouble> {
        if let Some(leaf) = self.known.pop_front() {
            let index = self.from.saturating_sub(self.known.len() as u64 + 1);
            if prepared.leaf() != leaf {
                let fault = Fault::new(Code::EntryBundleMismatch, "the entry that was verified before", "another");
                self.audit.fault(fault.at(index));
            }
            return Ok(());
        }
        let (link, entry) = self.audit.entry(prepared);
        for (tile, hashes) in &link.tiles {
            self.compare_hashes(tile, hashes)?;
        }
        self.figures(&link, entry.as_ref())?;
        self.audit.entry_read();
        self.noticed();
        self.carry();
        (self.progress)(self.audit.chain().size(), self.promised);
        Ok(())
    }

    /// Keeps what there is to carry on, where the latest checkpoint's size is reached.
    pub(super) fn carry(&mut self) {
        if matches!(self.carried, Carry::Awaited) && self.promised == Some(self.audit.chain().size()) {
            self.carried = Carry::There(Box::new(self.audit.carry()));
        }
    }

    /// An entry has been read: it is in its place in the bundle that it belongs to.
    fn placed(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        if tile::push_entry(&mut self.current.bytes, bytes).is_ok() {
            self.current.ends.push(self.current.bytes.len());
        }
        if self.current.ends.len() == usize::from(TILE_WIDTH) {
            self.scratch_held()?;
            self.next_bundle()?;
        }
        Ok(())
    }

    /// Whether everything that was remembered is as it was: if not, nothing that was found since it was last asked is worth
    /// anything.
    pub(super) fn scratch_held(&self) -> Result<(), Trouble> {
        Trouble::of_scratch(self.audit.chain().scratch())
    }

    /// Hands over what was noticed.
    pub(super) fn noticed(&mut self) {
        self.audit.findings().into_iter().for_each(|finding| self.watch.finding(finding));
    }

    /// Hands over what a lawful entry says, and reads what it names.
    fn figures(&mut self, link: &Link, entry: Option<&Entry>) -> Result<(), Trouble> {
        let (Some(statement), Some(entry), true) = (&link.statement, entry, link.lawful) else { return Ok(()) };
        let by = Naming { link, entry, statement };
        self.watch.entry(&by.seen(&self.audit));
        for (position, observation) in (1..).zip(statement.event.observations()) {
            self.watch.observation(&by.seen(&self.audit), Place::Inline { position }, observation);
        }
        for named in self.audit.attachments_of(link) {
            attachment::check(self.bundle, &mut self.audit, self.watch, &by, named)?;
        }
        Ok(())
    }
}

pub(super) fn missing(tile: &Tile) -> Fault {
    Fault::new(Code::TileMissing, "a file that the ledger's size needs", "no such file").in_file(tile.path())
}
