//! The tree and the entries as files: hash tiles and entry bundles of C2SP tlog-tiles.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::fault::{Code, Fault};
use super::hash::Hash;
use super::merkle::{self, Frontier};

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// Bytes in the largest entry that a bundle holds: its length is 16 bits.
pub const MAX_ENTRY_BYTES: usize = 65_535;

/// The highest level that a tile's name may give.
pub const MAX_LEVEL: u8 = 63;

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// The roots of complete subtrees of 256^level leaves each.
    Hashes(u8),
    /// Entries: an entry bundle.
    Entries,
}

/// The name of a hash tile or an entry bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// What it holds.
    pub kind: TileKind,
    /// Its place among those of its kind, from 0 at the left.
    pub index: u64,
    /// How many hashes or entries it has, 1 to 256. Below 256 it is partial.
    pub width: u16,
}

impl Tile {
    /// Its path below the ledger's folder, such as `tile/0/x001/x234/067.p/17` or `tile/entries/000`.
    pub fn path(&self) -> String {
        let mut path = match self.kind {
            TileKind::Hashes(level) => format!("tile/{level}/"),
            TileKind::Entries => "tile/entries/".to_owned(),
        };
        let groups = (self.index.max(1).ilog10() / 3) as u8;
        for group in (0..=groups).rev() {
            let digits = self.index / 1000u64.pow(group.into()) % 1000;
            path += &if group > 0 { format!("x{digits:03}/") } else { format!("{digits:03}") };
        }
        if self.width < TILE_WIDTH {
            path += &format!(".p/{}", self.width);
        }
        path
    }

    /// The tile of that path, if it is one that [`Tile::path`] gives: no other spelling is a tile's.
    pub fn parse(path: &str) -> Option<Self> {
        let (kind, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes(level.parse().ok().filter(|&level| level <= MAX_LEVEL)?),
        };
        let (digits, width) = match rest.split_once(".p/") {
            Some((digits, width)) => (digits, width.parse().ok().filter(|width| (1..TILE_WIDTH).contains(width))?),
            None => (rest, TILE_WIDTH),
        };
        let mut index = 0u64;
        for group in digits.split('/') {
            let group: u16 = group.strip_prefix('x').unwrap_or(group).parse().ok()?;
            index = index.checked_mul(1000)?.checked_add(group.into())?;
        }
        let tile = Self { kind, index, width };
        (tile.path() == path).then_some(tile)
    }

    /// Where a tree of that size keeps what a node of [`merkle`] is made of: the tile, and which of its hashes.
    /// [`subtree`] of those is the node. `None` where that subtree is not complete.
    pub fn holding(level: u8, index: u64, size: u64) -> Option<(Self, Range<usize>)> {
        let (tile_level, span) = (level / 8, 1u64 << (level % 8));
        let first = index.checked_mul(span)?;
        let hashes = size.checked_shr(8 * u32::from(tile_level))?;
        if first.checked_add(span)? > hashes {
            return None;
        }
        let (index, start) = (first / u64::from(TILE_WIDTH), (first % u64::from(TILE_WIDTH)) as usize);
        let tile = Self { kind: TileKind::Hashes(tile_level), index, width: width_at(index, hashes) };
        Some((tile, start..start + span as usize))
    }

    /// Reads the hashes of a hash tile.
    ///
    /// # Errors
    /// `tile-mismatch`: not 32 bytes for each.
    pub fn hashes(&self, bytes: &[u8]) -> Result<Vec<Hash>, Fault> {
        let (hashes, rest) = bytes.as_chunks::<{ Hash::LENGTH }>();
        if hashes.len() != usize::from(self.width) || !rest.is_empty() {
            let expected = format!("{} bytes", usize::from(self.width) * Hash::LENGTH);
            return Err(Fault::new(Code::TileMismatch, expected, format!("{} bytes", bytes.len())));
        }
        Ok(hashes.iter().copied().map(Hash).collect())
    }

    /// Reads the entries of an entry bundle.
    ///
    /// # Errors
    /// `entry-bundle-malformed`: not as many entries as its width, or bytes that form none.
    pub fn entries<'a>(&self, bytes: &'a [u8]) -> Result<Vec<&'a [u8]>, Fault> {
        // One more than belong there tells too many from enough, and no more are taken in.
        let limit = usize::from(self.width) + 1;
        let entries: Vec<_> = split(bytes).take(limit).collect::<Result<_, _>>()?;
        if entries.len() != usize::from(self.width) {
            let found = if entries.len() == limit { "more".to_owned() } else { entries.len().to_string() };
            return Err(Fault::new(Code::EntryBundleMalformed, format!("{} entries", self.width), found));
        }
        Ok(entries)
    }

    /// What the full tile of its place has of a partial one; all of it where it has less.
    pub fn cut(&self, mut full: Vec<u8>) -> Vec<u8> {
        let end = match self.kind {
            TileKind::Hashes(_) => usize::from(self.width).saturating_mul(Hash::LENGTH),
            TileKind::Entries => {
                let mut entries = split(&full);
                entries.by_ref().take(self.width.into()).for_each(drop);
                full.len().saturating_sub(entries.rest().len())
            }
        };
        full.truncate(end);
        full
    }
}

/// The hash tiles, level by level, and then the entry bundles of a tree of that size: all that tlog-tiles asks for, full
/// and partial.
pub fn tiles(size: u64) -> impl Iterator<Item = Tile> {
    tiles_since(0, size)
}

/// Those [`tiles`] that the tree of the smaller size before did not have, or not in full.
pub fn tiles_since(before: u64, size: u64) -> impl Iterator<Item = Tile> {
    let levels = (0..8).map(TileKind::Hashes);
    levels.chain([TileKind::Entries]).flat_map(move |kind| {
        let at = |size: u64| match kind {
            TileKind::Hashes(level) => size >> (8 * level),
            TileKind::Entries => size,
        };
        let hashes = at(size);
        let (first, count) = (at(before) / u64::from(TILE_WIDTH), hashes.div_ceil(TILE_WIDTH.into()));
        (first..count).map(move |index| Tile { kind, index, width: width_at(index, hashes) })
    })
}

/// The root of a complete subtree, of the hashes that a tile holds of it (see [`Tile::holding`]).
pub fn subtree(hashes: &[Hash]) -> Hash {
    hashes.iter().copied().collect::<Frontier>().root()
}

/// Makes the hash tiles of a tree that grows, and its root. Keeps the rightmost, partial tile of each level: at most 255
/// hashes for each of 8 levels.
///
/// A snapshot that was altered is refused on reading where its size and its tiles' widths disagree; that its hashes are
/// right is for the reader to check against a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Snapshot")]
pub struct Tiler {
    size: u64,
    /// The partial tile of each level up to the highest that has a hash, full or partial.
    levels: Vec<Vec<Hash>>,
}

impl Tiler {
    /// For the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// For a tree that is kept elsewhere, given as its complete subtrees (see [`merkle`]).
    ///
    /// # Errors
    /// Those of `node`.
    pub fn resume<E>(size: u64, mut node: impl FnMut(u8, u64) -> Result<Hash, E>) -> Result<Self, E> {
        let mut levels = Vec::new();
        for level in (0..64).step_by(8).take_while(|level| size >> level > 0) {
            let hashes = size >> level;
            let partial = hashes - hashes % u64::from(TILE_WIDTH)..hashes;
            levels.push(partial.map(|index| node(level, index)).collect::<Result<_, _>>()?);
        }
        Ok(Self { size, levels })
    }

    /// Appends a leaf. Returns the tiles that it filled, lowest level first, with their bytes: mostly none, and every
    /// 256 leaves one or more.
    #[must_use = "a full tile is handed out once"]
    pub fn push(&mut self, leaf: Hash) -> Vec<(Tile, Vec<u8>)> {
        self.size = self.size.saturating_add(1);
        let (mut node, mut full) = (leaf, Vec::new());
        for level in 0..8 {
            let Some(hashes) = self.levels.get_mut(usize::from(level)) else {
                self.levels.push(vec![node]);
                break;
            };
            hashes.push(node);
            if hashes.len() < TILE_WIDTH.into() {
                break;
            }
            let index = self.size.checked_shr(8 * (u32::from(level) + 1)).unwrap_or(0).saturating_sub(1);
            full.push((Tile { kind: TileKind::Hashes(level), index, width: TILE_WIDTH }, bytes(hashes)));
            node = subtree(hashes);
            hashes.clear();
        }
        full
    }

    /// The partial tiles, lowest level first, with their bytes. With the full ones that were handed out they are all the
    /// hash tiles of the tree.
    pub fn partial(&self) -> impl Iterator<Item = (Tile, Vec<u8>)> {
        self.levels.iter().zip(0u8..).filter(|(hashes, _)| !hashes.is_empty()).map(|(hashes, level)| {
            let index = self.size.checked_shr(8 * (u32::from(level) + 1)).unwrap_or(0);
            (Tile { kind: TileKind::Hashes(level), index, width: hashes.len() as u16 }, bytes(hashes))
        })
    }

    /// The leaves of the partial tile of level 0.
    pub fn partial_leaves(&self) -> &[Hash] {
        self.levels.first().map_or(&[], Vec::as_slice)
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The tree's root.
    pub fn root(&self) -> Hash {
        let root =
            self.levels.iter().fold(None, |rest, hashes| hashes.iter().copied().collect::<Frontier>().fold(rest));
        root.unwrap_or_else(merkle::empty_root)
    }
}

#[derive(Deserialize)]
struct Snapshot {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

impl TryFrom<Snapshot> for Tiler {
    type Error = String;

    fn try_from(Snapshot { size, levels }: Snapshot) -> Result<Self, String> {
        let widths = (0..64).step_by(8).map(|level| size >> level).take_while(|&hashes| hashes > 0);
        let widths = widths.map(|hashes| (hashes % u64::from(TILE_WIDTH)) as usize);
        if size > merkle::MAX_SIZE || !widths.eq(levels.iter().map(Vec::len)) {
            return Err(format!("the partial tiles are not those of a tree of {size} leaves"));
        }
        Ok(Self { size, levels })
    }
}

/// Appends an entry to an entry bundle: its length as 16 bits, most significant byte first, and its bytes.
///
/// # Errors
/// `entry-too-large`: over [`MAX_ENTRY_BYTES`]; the bundle is as it was.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), Fault> {
    let length = u16::try_from(entry.len()).map_err(|_| {
        let expected = format!("at most {MAX_ENTRY_BYTES} bytes");
        Fault::new(Code::EntryTooLarge, expected, format!("{} bytes", entry.len()))
    })?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// The entries of an entry bundle, however many there are.
pub fn split(bundle: &[u8]) -> Entries<'_> {
    Entries { rest: bundle, torn: false }
}

/// The entries of a bundle, in order. Where the last bytes form no whole entry, the last item is
/// `entry-bundle-malformed`, and [`Entries::rest`] is those bytes.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    rest: &'a [u8],
    torn: bool,
}

impl<'a> Entries<'a> {
    /// The bytes after the last entry that was taken. At the end: the record that was torn, or nothing.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn take_entry(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.rest.split_first_chunk()?;
        let (entry, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        self.rest = rest;
        Some(entry)
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<&'a [u8], Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.torn || self.rest.is_empty() {
            return None;
        }
        let entry = self.take_entry();
        self.torn = entry.is_none();
        let found = || format!("{} bytes that form none", self.rest.len());
        Some(entry.ok_or_else(|| Fault::new(Code::EntryBundleMalformed, "a whole entry", found())))
    }
}

/// Below which index the entries of a tail are those of the full entry bundles once more: 0, unless its first entry is
/// one of them. A kill between writing a bundle and starting a new tail leaves such a tail.
pub fn overlap(tail: &[u8], full_bundles: u64) -> u64 {
    let in_bundles = full_bundles.saturating_mul(TILE_WIDTH.into());
    let first = split(tail).next().and_then(Result::ok);
    if first.is_some_and(|first| index_below(first, in_bundles).is_some()) { in_bundles } else { 0 }
}

/// The index that an entry's first bytes say, if it is below that one.
pub fn index_below(entry: &[u8], below: u64) -> Option<u64> {
    entry.first_chunk().map(|index| u64::from_le_bytes(*index)).filter(|index| *index < below)
}

/// The width of a tile in a level with that many hashes.
fn width_at(index: u64, hashes: u64) -> u16 {
    let left = hashes.saturating_sub(index.saturating_mul(TILE_WIDTH.into()));
    left.min(TILE_WIDTH.into()) as u16
}

fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

#[cfg(test)]
mod tests;
