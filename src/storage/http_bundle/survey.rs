//! What the entries of a ledger say of its other files.

use std::collections::{BTreeMap, BTreeSet};

use super::{HttpBundle, MAX_HTTP_CHECKPOINTS, MAX_HTTP_FILES, trouble};
use crate::core::entry::Entry;
use crate::core::hash::Hash;
use crate::core::statement::Statement;
use crate::core::tile::{self, TILE_WIDTH, Tile, TileKind};
use crate::storage::bundle::Trouble;

/// The files that entries name. Nothing is checked here.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The sizes of the checkpoints that authors saw, of those that an author can have seen.
    pub sizes: BTreeSet<u64>,
    /// With the longest length that any entry gives each.
    pub attachments: BTreeMap<Hash, u64>,
}

impl Survey {
    /// Of all entries up to the checkpoint.
    pub fn of(bundle: &HttpBundle) -> Result<Self, Trouble> {
        let mut survey = Self::default();
        for tile in tile::tiles(bundle.size).filter(|tile| tile.kind == TileKind::Entries) {
            survey.take(&tile, &bundle.tile(&tile)?);
            if !survey.is_within_limits() {
                let words = "its entries name more checkpoints or attachments than are read over HTTP";
                return Err(trouble(&bundle.base, words));
            }
        }
        Ok(survey)
    }

    /// Whether it names no more than is read.
    pub(super) fn is_within_limits(&self) -> bool {
        self.sizes.len() <= MAX_HTTP_CHECKPOINTS && self.attachments.len() as u64 <= MAX_HTTP_FILES
    }

    /// Takes the entries of an entry bundle.
    pub fn take(&mut self, tile: &Tile, bytes: &[u8]) {
        let first = tile.index.saturating_mul(TILE_WIDTH.into());
        let entries = tile::split(bytes).map_while(Result::ok).take(tile.width.into());
        for (entry, index) in entries.zip(first..) {
            let statement = Entry::parse(entry).and_then(|entry| Statement::parse(&entry.payload));
            let Ok(statement) = statement else { continue };
            let seen = statement.seen.map(|seen| seen.size.unsigned());
            // More than stand before it, nobody can have seen.
            self.sizes.extend(seen.filter(|size| (1..=index).contains(size)));
            for named in statement.event.attachments() {
                let longest = self.attachments.entry(named.sha256).or_default();
                *longest = named.length.unsigned().max(*longest);
            }
        }
    }
}
