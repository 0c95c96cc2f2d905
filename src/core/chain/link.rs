//! What an entry became in the chain.

use crate::core::hash::Hash;
use crate::core::statement::Statement;
use crate::core::tile::Tile;
use crate::core::time::Millis;

/// An entry that the chain has placed: the only thing that a store appends.
#[derive(Clone, Debug)]
pub struct Sealed {
    pub(super) link: Link,
    pub(super) bytes: Vec<u8>,
}

/// What an entry became in the chain.
#[derive(Clone, Debug)]
pub struct Link {
    /// Its index.
    pub index: u64,
    /// When it was recorded; none if it could not be decoded.
    pub recorded_at: Option<Millis>,
    /// Its leaf hash.
    pub leaf: Hash,
    /// Its statement, if it could be read.
    pub statement: Option<Box<Statement>>,
    /// Whether the law allowed it.
    pub lawful: bool,
    /// The tiles that it filled, with their bytes.
    pub tiles: Vec<(Tile, Vec<u8>)>,
}

impl Sealed {
    /// The entry's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it became in the chain.
    pub fn link(&self) -> &Link {
        &self.link
    }
}
