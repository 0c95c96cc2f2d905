//! Tiles: their names, the hashes and entries in them, a tail, and what is kept of a tree that grows.

use candour::core::tile::{self, Tile, TileKind, Tiler};

use crate::fixtures;

/// As [`crate::statement::BYTES`].
pub const BYTES: usize = 512;

pub fn run(data: &[u8]) {
    let named = str::from_utf8(data).ok().and_then(Tile::parse);
    if let Some(tile) = named {
        assert_eq!(tile.path().as_bytes(), data, "one name for each");
    }
    if let Ok(tiler) = serde_json::from_slice::<Tiler>(data) {
        grown(tiler);
    }
    let Some((place, bytes)) = data.split_first_chunk::<10>() else { return };
    let [kind, width, index @ ..] = *place;
    let kind = if kind > tile::MAX_LEVEL { TileKind::Entries } else { TileKind::Hashes(kind) };
    let tile = Tile { kind, index: u64::from_le_bytes(index), width: u16::from(width) + 1 };
    assert_eq!(Tile::parse(&tile.path()), Some(tile));
    contents(&tile, bytes);
    let (level, size) = (width % 64, tile.index);
    if let Some((holding, range)) = Tile::holding(level, size >> 9, size) {
        assert!(range.end <= usize::from(holding.width) && range.len().is_power_of_two());
    }
    let before = size.saturating_sub(u64::from(width));
    assert!(tile::tiles_since(before, size).take(2_000).all(|tile| (1..=256).contains(&tile.width)));
}

fn contents(tile: &Tile, bytes: &[u8]) {
    if let Some(hashes) = crate::refused(tile.hashes(bytes)) {
        assert!(hashes.iter().flat_map(|hash| &hash.0).eq(bytes), "hashes end to end");
    }
    let whole = crate::refused(tile.entries(bytes));
    let mut entries = tile::split(bytes);
    let read: Vec<&[u8]> = entries.by_ref().map_while(Result::ok).collect();
    assert_eq!(whole.is_some(), entries.rest().is_empty() && read.len() == usize::from(tile.width));
    let mut printed = Vec::new();
    read.iter().for_each(|entry| tile::push_entry(&mut printed, entry).expect("it came from one"));
    printed.extend(entries.rest());
    assert_eq!(printed, bytes, "what parses prints back");
    let overlap = tile::overlap(bytes, u64::from(tile.width));
    assert!(overlap == 0 || overlap == 256 * u64::from(tile.width));
}

fn grown(mut tiler: Tiler) {
    let before = tiler.size();
    let kept = serde_json::to_vec(&tiler).expect("a tree");
    assert_eq!(serde_json::from_slice::<Tiler>(&kept).ok().as_ref(), Some(&tiler));
    for _ in 0..3 {
        let filled = tiler.push(tiler.root());
        assert!(filled.iter().all(|(tile, bytes)| tile.hashes(bytes).is_ok()));
    }
    // At the largest size, a tree grows no more.
    assert!(tiler.size() == before + 3 || before > candour::core::merkle::MAX_SIZE - 3);
    assert!(tiler.partial().all(|(tile, bytes)| tile.hashes(&bytes).is_ok()));
}

pub fn seeds() -> Vec<Vec<u8>> {
    let vectors = fixtures::vectors("tiles");
    let mut seeds = fixtures::field(&vectors, "paths", "path");
    for (name, bytes) in fixtures::unpacked("honest") {
        let Some(tile) = Tile::parse(&name) else { continue };
        let kind = if let TileKind::Hashes(level) = tile.kind { level } else { u8::MAX };
        seeds.push([&[kind, (tile.width - 1) as u8][..], &tile.index.to_le_bytes(), &bytes].concat());
    }
    let mut tiler = Tiler::new();
    for leaf in 0..300_u16 {
        let _full = tiler.push(candour::core::hash::Hash::of(&leaf.to_le_bytes()));
        if matches!(leaf, 0 | 2 | 255 | 299) {
            seeds.extend(serde_json::to_vec(&tiler));
        }
    }
    seeds
}
