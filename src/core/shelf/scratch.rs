//! Where shelves write what is too much for memory. The core does no I/O: storage implements it.

use std::fmt::Debug;
use std::io;
use std::sync::{Arc, OnceLock};

use crate::core::hash::Hash;

/// What the table of one shelf takes of memory, at most, where there is a scratch: about.
pub const TABLE_BYTES: usize = 8 << 20;

/// Where sheets come from.
pub trait Space: Debug + Send + Sync {
    /// An empty sheet. Of a scratch, its bytes are gone once it is dropped.
    ///
    /// # Errors
    /// What the system says.
    fn sheet(&self) -> io::Result<Box<dyn Sheet>>;
}

/// Bytes that are written once, from the first to the last, and then read anywhere.
pub trait Sheet: Debug + Send + Sync {
    /// Writes after what is there.
    ///
    /// # Errors
    /// What the system says.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Told that all is written, and its SHA-256, where it is to be kept beyond this process. A scratch keeps nothing.
    ///
    /// # Errors
    /// What the system says.
    fn settle(&mut self, _sha256: &Hash) -> io::Result<()> {
        Ok(())
    }

    /// Reads as many bytes as there is room for, from the byte of that number on.
    ///
    /// # Errors
    /// What the system says; `UnexpectedEof` where there are fewer.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()>;
}

/// Space that shelves share, or none. All clones are one.
#[derive(Clone, Debug, Default)]
pub struct Scratch(Option<Arc<Shared>>);

#[derive(Debug)]
struct Shared {
    space: Box<dyn Space>,
    table_bytes: usize,
    failure: OnceLock<io::Error>,
}

impl Scratch {
    /// Of a space, for tables of [`TABLE_BYTES`].
    pub fn new(space: impl Space + 'static) -> Self {
        Self::with_tables(space, TABLE_BYTES)
    }

    /// Of a space, for tables of so many bytes, about.
    pub fn with_tables(space: impl Space + 'static, table_bytes: usize) -> Self {
        Self(Some(Arc::new(Shared { space: Box::new(space), table_bytes, failure: OnceLock::new() })))
    }

    /// What went wrong first. From then on nothing that a shelf with this scratch says, or said since it was last asked,
    /// can be relied on.
    pub fn failure(&self) -> Option<io::Error> {
        let failure = self.0.as_ref()?.failure.get()?;
        Some(io::Error::new(failure.kind(), failure.to_string()))
    }

    /// Whether a table of so many bytes is to be written out; after a failure none is.
    pub(super) fn is_exceeded_by(&self, bytes: usize) -> bool {
        self.0.as_ref().is_some_and(|shared| bytes > shared.table_bytes && shared.failure.get().is_none())
    }

    /// Whether there is none: then nobody would hear of a failure.
    pub(super) fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// An empty sheet.
    pub(super) fn sheet(&self) -> io::Result<Box<dyn Sheet>> {
        let shared = self.0.as_ref().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no scratch"))?;
        shared.space.sheet()
    }

    /// What was read or written; a failure is kept.
    pub(super) fn hear<T>(&self, outcome: io::Result<T>) -> Option<T> {
        match (outcome, &self.0) {
            (Ok(value), _) => Some(value),
            (Err(error), Some(shared)) => {
                shared.failure.get_or_init(|| error);
                None
            }
            // There are no runs without a scratch.
            (Err(_), None) => None,
        }
    }
}

/// Where something is kept is no part of what it is: all are equal.
impl PartialEq for Scratch {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Scratch {}
