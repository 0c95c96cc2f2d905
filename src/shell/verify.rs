//! The auditor's walk over a bundle: reads its files and hands them to the [`Audit`], in bounded memory.

mod attachment;
mod watch;

use std::collections::{BTreeMap, BTreeSet};

use crate::core::audit::{Audit, CHECKPOINT, CHECKPOINTS, Report, attachment_name};
use crate::core::chain::Link;
use crate::core::entry::Entry;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::note::MAX_NOTE_BYTES;
use crate::core::policy::Policy;
use crate::core::statement::Rule;
use crate::core::tile::{self, TILE_WIDTH, Tile, TileKind};
use crate::core::time::Time;
use crate::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};
use crate::storage::frozen::{Frozen, MAX_TAIL_BYTES};
use crate::storage::layout::{Layout, TAIL};

use attachment::Naming;

pub use watch::{Place, Seen, Watch};

/// What an audit is asked beyond the bundle and the policy.
pub struct Options<'a> {
    /// Checkpoints or receipts that the reader kept.
    pub pins: Vec<Vec<u8>>,
    /// How strict to be with signatures.
    pub rule: Rule,
    /// Called after each entry with how many were checked, and how many there should be, where that is known.
    pub progress: &'a mut dyn FnMut(u64, Option<u64>),
    /// As of when things are noticed; the time of the last entry if left out.
    pub as_of: Option<Time>,
    /// Who watches the entries and observations go by; `&mut ()` is nobody.
    pub watch: &'a mut dyn Watch,
}

/// Verifies a whole ledger.
///
/// # Errors
/// [`Trouble::Io`] where a file could not be read, so that nothing can be judged. Everything that is wrong with the
/// evidence is in the report.
pub fn verify(bundle: &dyn Bundle, policy: &Policy, options: Options<'_>) -> Result<Report, Trouble> {
    let frozen = match Frozen::of(bundle) {
        Ok(frozen) => frozen,
        Err(Trouble::Faults(faults)) => return Ok(Report::unreadable(faults)),
        Err(trouble) => return Err(trouble),
    };
    let audit = Audit::new(policy, options.rule).as_of(options.as_of);
    let (current, malformed) = (Current::default(), BTreeSet::new());
    let layout = Layout::of(frozen.names()?);
    let Options { pins, progress, watch, .. } = options;
    let mut walk = Walk { bundle: &frozen, layout, audit, current, malformed, progress, watch };
    if !frozen.lists_checkpoints() {
        walk.audit.lacks_checkpoints();
    }
    walk.checkpoints()?;
    pins.iter().for_each(|pin| walk.audit.pin(pin));
    let rest = walk.entries()?;
    walk.rest_of_tiles()?;
    walk.unexpected_files();
    walk.audit.end();
    walk.noticed();
    walk.watch.end(walk.audit.chain());
    let unknown = std::mem::take(&mut walk.layout.unknown);
    let mut report = walk.audit.finish();
    if rest > 0 {
        report.not_checked.push(format!("{TAIL}: {rest} bytes at its end that form no whole entry"));
    }
    report.not_checked.extend(frozen.unseen());
    report.not_checked.extend(unknown.into_iter().map(|name| format!("{name}: no part of this ledger")));
    Ok(report)
}

struct Walk<'a> {
    bundle: &'a dyn Bundle,
    layout: Layout,
    audit: Audit<'a>,
    current: Current,
    /// Entry bundles that are at fault already.
    malformed: BTreeSet<Tile>,
    progress: &'a mut dyn FnMut(u64, Option<u64>),
    watch: &'a mut dyn Watch,
}

/// The entries of the entry bundle that is being read, as the bundle would hold them.
#[derive(Default)]
struct Current {
    number: u64,
    bytes: Vec<u8>,
    /// Where each entry ends in the bytes.
    ends: Vec<usize>,
}

impl Walk<'_> {
    /// Reads a file, or notes what is wrong with it: it is then as if it were not there.
    fn read(&mut self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Trouble> {
        match self.bundle.read(name, limit) {
            Err(Trouble::Faults(faults)) => {
                faults.into_iter().for_each(|fault| self.audit.fault(fault.in_file(name)));
                self.layout.remove(name);
                Ok(None)
            }
            other => other,
        }
    }

    fn checkpoints(&mut self) -> Result<(), Trouble> {
        let latest = self.layout.checkpoint.then(|| CHECKPOINT.to_owned());
        let sizes = self.layout.checkpoints.iter().map(|size| format!("{CHECKPOINTS}{size}"));
        for name in latest.into_iter().chain(sizes).collect::<Vec<_>>() {
            if let Some(bytes) = self.read(&name, MAX_NOTE_BYTES as u64)? {
                self.audit.checkpoint(&name, &bytes);
            }
        }
        if !self.layout.checkpoint {
            self.audit.fault(Fault::new(Code::CheckpointMissing, "a checkpoint", "no such file").in_file(CHECKPOINT));
        }
        Ok(())
    }

    /// Step 2. Returns how many bytes at the end of the tail form no whole entry.
    fn entries(&mut self) -> Result<u64, Trouble> {
        let tail = self.read(TAIL, MAX_TAIL_BYTES)?;
        let full: Vec<u64> = self.layout.full_entry_bundles().collect();
        let mut next = 0;
        for number in full {
            let tile = Tile { kind: TileKind::Entries, index: number, width: TILE_WIDTH };
            let Some(bytes) = self.read(&tile.path(), MAX_ENTRY_BUNDLE_BYTES)? else { continue };
            if number > next {
                // One fault for the gap, however wide a hostile name makes it.
                self.audit.fault(missing(&Tile { kind: TileKind::Entries, index: next, width: TILE_WIDTH }));
                self.start_bundle(number)?;
            }
            self.bundle_of_entries(&tile, &bytes)?;
            self.start_bundle(number.saturating_add(1))?;
            next = number.saturating_add(1);
        }
        let rest = match tail {
            Some(tail) => self.tail(&tail, next)?,
            None => {
                self.widest_bundle(next)?;
                0
            }
        };
        // Where the tail has nothing new, the number is still that of a bundle of which no entry was read.
        if !self.current.ends.is_empty() {
            self.start_bundle(self.current.number.saturating_add(1))?;
        }
        Ok(rest)
    }

    /// The entries of the widest partial entry bundle of that number that can be read.
    fn widest_bundle(&mut self, index: u64) -> Result<(), Trouble> {
        for width in self.layout.widths(TileKind::Entries, index).rev().collect::<Vec<_>>() {
            let tile = Tile { kind: TileKind::Entries, index, width };
            if let Some(bytes) = self.read(&tile.path(), MAX_ENTRY_BUNDLE_BYTES)? {
                return self.bundle_of_entries(&tile, &bytes);
            }
        }
        Ok(())
    }

    fn bundle_of_entries(&mut self, tile: &Tile, bytes: &[u8]) -> Result<(), Trouble> {
        let name = tile.path();
        let mut found = 0_u64;
        for entry in tile::split(bytes) {
            match entry {
                Ok(entry) => self.entry(entry)?,
                Err(fault) => {
                    self.audit.fault(fault.in_file(&name));
                    self.malformed.insert(*tile);
                    return Ok(());
                }
            }
            found += 1;
        }
        if found != u64::from(tile.width) {
            let fault = Fault::new(Code::EntryBundleMalformed, format!("{} entries", tile.width), found.to_string());
            self.audit.fault(fault.in_file(&name));
            self.malformed.insert(*tile);
        }
        Ok(())
    }

    fn tail(&mut self, bytes: &[u8], full_bundles: u64) -> Result<u64, Trouble> {
        let overlap = tile::overlap(bytes, full_bundles);
        let (mut entries, mut twice) = (tile::split(bytes), BTreeMap::<u64, Vec<(u64, &[u8])>>::new());
        for entry in entries.by_ref().map_while(Result::ok) {
            match tile::index_below(entry, overlap) {
                Some(index) => twice.entry(index / u64::from(TILE_WIDTH)).or_default().push((index, entry)),
                None => self.entry(entry)?,
            }
        }
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

    fn entry(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let link = self.audit.entry(bytes);
        for (tile, hashes) in &link.tiles {
            self.compare_hashes(tile, hashes)?;
        }
        self.figures(bytes, &link)?;
        self.noticed();
        if tile::push_entry(&mut self.current.bytes, bytes).is_ok() {
            self.current.ends.push(self.current.bytes.len());
        }
        if self.current.ends.len() == usize::from(TILE_WIDTH) {
            self.start_bundle(self.current.number.saturating_add(1))?;
        }
        (self.progress)(self.audit.chain().size(), self.audit.latest_size());
        Ok(())
    }

    /// Hands over what was noticed.
    fn noticed(&mut self) {
        self.audit.findings().into_iter().for_each(|finding| self.watch.finding(finding));
    }

    /// Hands over what a lawful entry says, and reads what it names.
    fn figures(&mut self, bytes: &[u8], link: &Link) -> Result<(), Trouble> {
        // What the law allowed could be read, and can be read again.
        let (Some(statement), true, Ok(entry)) = (&link.statement, link.lawful, Entry::parse(bytes)) else {
            return Ok(());
        };
        let by = Naming { link, entry: &entry, statement };
        self.watch.entry(&by.seen(&self.audit));
        for (position, observation) in (1..).zip(statement.event.observations()) {
            self.watch.observation(&by.seen(&self.audit), Place::Inline { position }, observation);
        }
        for named in self.audit.attachments_of(link) {
            attachment::check(self.bundle, &mut self.audit, self.watch, &by, named)?;
        }
        Ok(())
    }

    /// Holds the files of the entry bundle just read against its entries, unless none was read, and goes on to another.
    fn start_bundle(&mut self, number: u64) -> Result<(), Trouble> {
        if self.current.ends.is_empty() {
            self.current.number = number;
            return Ok(());
        }
        let done = std::mem::replace(&mut self.current, Current { number, ..Current::default() });
        for width in self.layout.widths(TileKind::Entries, done.number).collect::<Vec<_>>() {
            let tile = Tile { kind: TileKind::Entries, index: done.number, width };
            if self.malformed.contains(&tile) {
                continue;
            }
            let name = tile.path();
            let end = usize::from(width).checked_sub(1).and_then(|last| done.ends.get(last));
            let Some(expected) = end.and_then(|end| done.bytes.get(..*end)) else {
                self.audit.fault(unexpected(name));
                continue;
            };
            let Some(found) = self.read(&name, MAX_ENTRY_BUNDLE_BYTES)? else { continue };
            if found != expected {
                let fault = Fault::new(Code::EntryBundleMismatch, "the entries that other files hold", "others");
                self.audit.fault(fault.in_file(name));
            }
        }
        Ok(())
    }

    /// Step 3: holds every file of a hash tile against what the entries hash to.
    fn compare_hashes(&mut self, tile: &Tile, hashes: &[u8]) -> Result<(), Trouble> {
        for width in self.layout.widths(tile.kind, tile.index).collect::<Vec<_>>() {
            let name = Tile { width, ..*tile }.path();
            let Some(expected) = hashes.get(..usize::from(width) * Hash::LENGTH) else {
                self.audit.fault(unexpected(name));
                continue;
            };
            let Some(found) = self.read(&name, MAX_ENTRY_BUNDLE_BYTES)? else { continue };
            if found != expected {
                let at = expected.iter().zip(&found).take_while(|(a, b)| a == b).count();
                let found = format!("others from byte {at} on");
                self.audit.fault(Fault::new(Code::TileMismatch, "the hashes of the entries", found).in_file(name));
            }
        }
        Ok(())
    }

    fn rest_of_tiles(&mut self) -> Result<(), Trouble> {
        for (tile, hashes) in self.audit.chain().tree().partial().collect::<Vec<_>>() {
            self.compare_hashes(&tile, &hashes)?;
        }
        let size = self.audit.chain().size();
        for tile in self.audit.latest_size().filter(|latest| *latest <= size).into_iter().flat_map(tile::tiles) {
            // A missing full entry bundle was noticed when the entries were read.
            let noticed = tile.kind == TileKind::Entries && tile.width == TILE_WIDTH;
            if !noticed && !self.layout.has(&tile) {
                self.audit.fault(missing(&tile));
            }
        }
        Ok(())
    }

    fn unexpected_files(&mut self) {
        let size = self.audit.chain().size();
        let beyond = |kind: TileKind, index: u64| match kind {
            TileKind::Entries => index >= self.current.number,
            TileKind::Hashes(level) => {
                let hashes = size.checked_shr(8 * u32::from(level)).unwrap_or(0);
                index >= hashes.div_ceil(u64::from(TILE_WIDTH))
            }
        };
        let tiles = self.layout.tiles.iter().filter(|((kind, index), _)| beyond(*kind, *index));
        let tiles = tiles.flat_map(|((kind, index), widths)| {
            widths.iter().map(|width| Tile { kind: *kind, index: *index, width: *width })
        });
        let tiles = tiles.filter(|tile| !self.malformed.contains(tile)).map(|tile| tile.path());
        let names: Vec<String> = tiles.chain(self.layout.unexpected.iter().cloned()).collect();
        names.into_iter().for_each(|name| self.audit.fault(unexpected(name)));
        // A kill between keeping an attachment and appending its entry leaves one that nothing names.
        let unnamed = self.layout.attachments.iter().filter(|hash| !self.audit.names_attachment(hash));
        self.layout.unknown.extend(unnamed.map(attachment_name));
    }
}

fn missing(tile: &Tile) -> Fault {
    Fault::new(Code::TileMissing, "a file that the ledger's size needs", "no such file").in_file(tile.path())
}

fn unexpected(name: String) -> Fault {
    Fault::new(Code::FileUnexpected, "a file of this ledger", "one that the ledger does not have").in_file(name)
}

#[cfg(test)]
pub(super) mod tests;
