//! Where a publication goes: files that are there already stay, and are made durable with the rest.

use crate::core::audit::CHECKPOINT;
use crate::core::fault::{Code, Fault};
use crate::core::note::MAX_NOTE_BYTES;
use crate::core::tile::{Tile, TileKind};
use crate::storage::bundle::{Bundle as _, MAX_ENTRY_BUNDLE_BYTES};
use crate::storage::folder_bundle::FolderBundle;
use crate::storage::site::Site;
use crate::storage::store::StoreError;

use super::{PublishError, note};

pub(super) struct Place {
    pub site: Site,
    /// What is in the site.
    pub folder: FolderBundle,
    /// How many files were written.
    pub files: u64,
}

impl Place {
    /// Puts a file in its place.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.site.put(name, bytes)?;
        self.files += 1;
        Ok(())
    }

    /// Puts a note in place of one with the same text and fewer signatures.
    pub fn note(&mut self, name: &str, bytes: &[u8]) -> Result<(), PublishError> {
        let there = self.folder.read(name, MAX_NOTE_BYTES as u64)?;
        let gained = match &there {
            Some(there) if name != CHECKPOINT => note::gains(there, bytes).map_err(|fault| fault.in_file(name))?,
            // That it may follow was judged; an older one is replaced, the same one only where it gained something.
            Some(there) => note::gains(there, bytes).unwrap_or(true),
            None => true,
        };
        if gained {
            return Ok(self.put(name, bytes)?);
        }
        self.site.touch(name);
        Ok(())
    }

    /// Puts a tile in its place, unless it is there.
    pub fn tile(&mut self, tile: Tile, bytes: &[u8]) -> Result<(), PublishError> {
        let name = tile.path();
        match self.folder.read(&name, MAX_ENTRY_BUNDLE_BYTES)? {
            None => self.put(&name, bytes)?,
            Some(there) if there == bytes => self.site.touch(&name),
            Some(_) => {
                let code = if tile.kind == TileKind::Entries { Code::EntryBundleMismatch } else { Code::TileMismatch };
                return Err(Fault::new(code, "what the ledger has", "others, published before").in_file(name).into());
            }
        }
        Ok(())
    }
}
