//! Steps 3 and 5 of an audit: every tile and entry bundle that a bundle has is held against the entries, and those that
//! it should have are missed.

use super::walk::{Current, Walk, missing};
use crate::core::audit::attachment_name;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::tile::{self, TILE_WIDTH, Tile, TileKind};
use crate::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};
use crate::storage::layout::Layout;

impl Walk<'_> {
    /// Holds the files of an entry bundle against the entries in its place, and goes on to the next.
    pub(super) fn next_bundle(&mut self) -> Result<(), Trouble> {
        let number = self.current.number.saturating_add(1);
        let done = std::mem::replace(&mut self.current, Current { number, ..Current::default() });
        for width in self.layout.widths(TileKind::Entries, done.number).collect::<Vec<_>>() {
            let tile = Tile { kind: TileKind::Entries, index: done.number, width };
            if self.is_read_for_entries(&tile) {
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
                let torn = tile::split(&found).find_map(Result::err);
                let others = || Fault::new(Code::EntryBundleMismatch, "the entries that other files hold", "others");
                self.audit.fault(torn.unwrap_or_else(others).in_file(name));
            }
        }
        self.spare.put(done.bytes);
        Ok(())
    }

    /// Whether it was read for its entries: every full bundle is.
    fn is_read_for_entries(&self, tile: &Tile) -> bool {
        tile.kind == TileKind::Entries && (tile.width == TILE_WIDTH || self.widest == Some(*tile))
    }

    /// Step 3: holds every file of a hash tile against what the entries hash to.
    pub(super) fn compare_hashes(&mut self, tile: &Tile, hashes: &[u8]) -> Result<(), Trouble> {
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

    pub(super) fn rest_of_tiles(&mut self) -> Result<(), Trouble> {
        for (tile, hashes) in self.audit.chain().tree().partial().collect::<Vec<_>>() {
            self.compare_hashes(&tile, &hashes)?;
        }
        let (size, from) = (self.audit.chain().size(), self.from);
        let since = |size| tile::tiles_since(from, size);
        for tile in self.audit.latest_size().filter(|latest| *latest <= size).into_iter().flat_map(since) {
            // A missing full entry bundle was noticed when the entries were read.
            let noticed = tile.kind == TileKind::Entries && tile.width == TILE_WIDTH;
            if !noticed && !self.layout.has(&tile) {
                self.audit.fault(missing(&tile));
            }
        }
        Ok(())
    }

    pub(super) fn unexpected_files(&mut self) {
        let size = self.audit.chain().size();
        let beyond = |kind: TileKind| match kind {
            TileKind::Entries => self.current.number,
            TileKind::Hashes(level) => {
                let hashes = size.checked_shr(8 * u32::from(level)).unwrap_or(0);
                hashes.div_ceil(u64::from(TILE_WIDTH))
            }
        };
        let tiles = self.layout.tiles_from(beyond).into_iter();
        let tiles = tiles.filter(|tile| !self.is_read_for_entries(tile)).map(|tile| tile.path());
        let names: Vec<String> = tiles.chain(self.layout.unexpected.iter().cloned()).collect();
        names.into_iter().for_each(|name| self.audit.fault(unexpected(name)));
        // A kill between keeping an attachment and appending its entry leaves one that nothing names.
        let unnamed = self.layout.attachments.iter().filter(|hash| !self.audit.names_attachment(hash));
        self.layout.unknown.extend(unnamed.map(attachment_name));
    }
}

/// Whether the partial hash tiles and entry bundles of the first so many entries are what the full ones begin with, where
/// those are full. They may have come since the full ones were held against the entries, and an honest bundle has few.
pub(super) fn partials_repeat(bundle: &dyn Bundle, layout: &Layout, size: u64) -> Result<bool, Trouble> {
    let read = |tile: &Tile| match bundle.read(&tile.path(), MAX_ENTRY_BUNDLE_BYTES) {
        // What is wrong with it is for an audit to say.
        Err(Trouble::Faults(_)) => Ok(None),
        found => found,
    };
    for (kind, index, widths) in layout.partial() {
        let count = match kind {
            TileKind::Entries => size,
            TileKind::Hashes(level) => size.checked_shr(8 * u32::from(level)).unwrap_or(0),
        };
        if index >= count / u64::from(TILE_WIDTH) {
            continue;
        }
        let full = read(&Tile { kind, index, width: TILE_WIDTH })?;
        for tile in widths.iter().map(|width| Tile { kind, index, width: *width }) {
            let expected = full.clone().map(|full| tile.cut(full));
            if expected.is_none() || read(&tile)? != expected {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn unexpected(name: String) -> Fault {
    Fault::new(Code::FileUnexpected, "a file of this ledger", "one that the ledger does not have").in_file(name)
}
