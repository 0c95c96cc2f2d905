//! A bundle as of one moment. A live ledger's folder gains files while it is read; whoever reads it through this sees
//! neither a new tail beside old bundles, nor a new checkpoint beside an old tail.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::path::PathBuf;

use super::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};
use super::layout::{Layout, TAIL};
use crate::core::audit::CHECKPOINT;
use crate::core::note::MAX_NOTE_BYTES;
use crate::core::tile::{TILE_WIDTH, Tile};

/// Bytes of a tail, at most: a full entry bundle that a kill left there, and another.
pub const MAX_TAIL_BYTES: u64 = 2 * MAX_ENTRY_BUNDLE_BYTES;
/// How often a folder that changes is looked at again.
const MAX_LOOKS: usize = 16;

/// A file that was opened, if it is there.
type Opened<'a> = Result<Option<Box<dyn Read + Send + 'a>>, Trouble>;

/// The names of a bundle's files, and the two files that change, as of one moment. All others never change. A partial tile
/// may go once the full one is there, which has the same in front: that stands in for it.
pub struct Frozen<'a> {
    bundle: &'a dyn Bundle,
    layout: Layout,
    kept: BTreeMap<&'static str, Vec<u8>>,
}

impl<'a> Frozen<'a> {
    /// Looks at a bundle until it holds still.
    ///
    /// # Errors
    /// What the bundle says; [`Trouble::Io`] if it never holds still.
    pub fn of(bundle: &'a dyn Bundle) -> Result<Self, Trouble> {
        let mut names = bundle.names()?;
        for _ in 0..MAX_LOOKS {
            let mut kept = BTreeMap::new();
            for (name, limit) in [(CHECKPOINT, MAX_NOTE_BYTES as u64), (TAIL, MAX_TAIL_BYTES)] {
                match bundle.read(name, limit) {
                    Ok(Some(bytes)) => drop(kept.insert(name, bytes)),
                    // What is wrong with it will be told again to whoever opens it.
                    Ok(None) | Err(Trouble::Faults(_)) => {}
                    Err(trouble) => return Err(trouble),
                }
            }
            let now = bundle.names()?;
            // Whatever changes the one or the other for good changes the names as well.
            if now == names {
                return Ok(Self { bundle, layout: Layout::of(names), kept });
            }
            names = now;
        }
        let source = io::Error::other("it changes faster than it can be read; try again");
        Err(Trouble::io(&bundle.locate(TAIL), source))
    }
}

impl Frozen<'_> {
    /// Which files the bundle has.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    fn open_with<'s>(&'s self, name: &str, open: &dyn Fn() -> Opened<'s>) -> Opened<'s> {
        if let Some(bytes) = self.kept.get(name) {
            return Ok(Some(Box::new(bytes.as_slice())));
        }
        // One that came meanwhile is of another moment.
        if (name == CHECKPOINT && !self.layout.checkpoint) || (name == TAIL && !self.layout.tail) {
            return Ok(None);
        }
        match open()? {
            None => self.stand_in(name),
            opened => Ok(opened),
        }
    }

    /// Of a partial tile that has gone, what the full one has of it.
    fn stand_in(&self, name: &str) -> Opened<'_> {
        let listed = |tile: &Tile| self.layout.widths(tile.kind, tile.index).any(|width| width == tile.width);
        let gone = Tile::parse(name).filter(|tile| tile.width < TILE_WIDTH && listed(tile));
        let Some(tile) = gone else { return Ok(None) };
        let full = Tile { width: TILE_WIDTH, ..tile };
        let bytes = self.bundle.read(&full.path(), MAX_ENTRY_BUNDLE_BYTES)?;
        Ok(bytes.map(|bytes| Box::new(Cursor::new(tile.cut(bytes))) as _))
    }
}

impl Bundle for Frozen<'_> {
    fn names(&self) -> Result<Vec<String>, Trouble> {
        Ok(self.layout.names())
    }

    fn open(&self, name: &str) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
        self.open_with(name, &|| self.bundle.open(name))
    }

    fn open_up_to(&self, name: &str, limit: u64) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
        self.open_with(name, &|| self.bundle.open_up_to(name, limit))
    }

    fn declared(&self, name: &str) -> Option<u64> {
        if self.kept.contains_key(name) { None } else { self.bundle.declared(name) }
    }

    fn locate(&self, name: &str) -> PathBuf {
        self.bundle.locate(name)
    }

    fn unseen(&self) -> Vec<String> {
        self.bundle.unseen()
    }

    fn lists_checkpoints(&self) -> bool {
        self.bundle.lists_checkpoints()
    }

    fn is_live(&self) -> bool {
        self.bundle.is_live()
    }
}

#[cfg(test)]
mod tests;
