//! A bundle as of one moment. A live ledger's folder gains files while it is read; whoever reads it through this sees
//! neither a new tail beside old bundles, nor a new checkpoint beside an old tail.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::PathBuf;

use super::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};
use super::layout::TAIL;
use crate::core::audit::CHECKPOINT;
use crate::core::note::MAX_NOTE_BYTES;

/// Bytes of a tail, at most: a full entry bundle that a kill left there, and another.
pub const MAX_TAIL_BYTES: u64 = 2 * MAX_ENTRY_BUNDLE_BYTES;
/// How often a folder that changes is looked at again.
const MAX_LOOKS: usize = 16;

/// The names of a bundle's files, and the two files that change, as of one moment. All others never change, though a
/// partial tile may go once the full one is there.
pub struct Frozen<'a> {
    bundle: &'a dyn Bundle,
    names: Vec<String>,
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
                return Ok(Self { bundle, names, kept });
            }
            names = now;
        }
        let source = io::Error::other("it changes faster than it can be read; try again");
        Err(Trouble::io(&bundle.locate(TAIL), source))
    }
}

impl Bundle for Frozen<'_> {
    fn names(&self) -> Result<Vec<String>, Trouble> {
        Ok(self.names.clone())
    }

    fn open(&self, name: &str) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
        match self.kept.get(name) {
            Some(bytes) => Ok(Some(Box::new(bytes.as_slice()))),
            None => self.bundle.open(name),
        }
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
}
