//! The names of tiles, what a tree has of them, and their bytes.

use candour::core::hash::Hash;
use candour::core::tile::{Tile, TileKind, Tiler, tiles};
use serde_json::json;

use super::pin;

#[test]
fn paths_and_bytes() {
    let names = [
        (TileKind::Hashes(0), 0, 256),
        (TileKind::Hashes(0), 0, 1),
        (TileKind::Hashes(0), 999, 256),
        (TileKind::Hashes(0), 1_000, 256),
        (TileKind::Hashes(1), 1_234_067, 256),
        (TileKind::Hashes(1), 1_234_067, 255),
        (TileKind::Hashes(7), 0, 17),
        (TileKind::Entries, 0, 256),
        (TileKind::Entries, 0, 3),
        (TileKind::Entries, 1_234_567_890, 256),
    ];
    let names: Vec<_> = names
        .into_iter()
        .map(|(kind, index, width)| {
            let tile = Tile { kind, index, width };
            assert_eq!(Tile::parse(&tile.path()), Some(tile));
            let level = match kind {
                TileKind::Hashes(level) => level.to_string(),
                TileKind::Entries => "entries".to_owned(),
            };
            json!({"index": index, "level": level, "path": tile.path(), "width": width})
        })
        .collect();
    let trees: Vec<_> = [1, 2, 3, 255, 256, 257, 511, 512, 700, 66_000].into_iter().map(tree).collect();
    pin(
        "tiles.json",
        &json!({
            "says": "The paths of tiles; and trees of so many leaves, the leaf numbered n being the leaf hash of the decimal \
                     number n, each with its root, all the tiles that tlog-tiles asks for, and the SHA-256 of its hash tiles.",
            "paths": names,
            "trees": trees,
        }),
    );
}

fn tree(size: u64) -> serde_json::Value {
    let (mut tiler, mut made) = (Tiler::new(), Vec::new());
    (0..size).for_each(|leaf| made.extend(tiler.push(Hash::leaf(leaf.to_string().as_bytes()))));
    made.extend(tiler.partial());
    made.sort();
    let asked: Vec<_> = tiles(size).collect();
    let hashes: Vec<_> = asked.iter().filter(|tile| tile.kind != TileKind::Entries).copied().collect();
    assert_eq!(made.iter().map(|(tile, _)| *tile).collect::<Vec<_>>(), hashes, "a tree of {size}");
    // Of the largest, the first and the last of each level say enough.
    let shown = |place: usize| size < 10_000 || place < 2 || place + 4 > hashes.len();
    let bytes = made
        .iter()
        .enumerate()
        .filter(|(place, _)| shown(*place))
        .map(|(_, (tile, bytes))| json!({"path": tile.path(), "sha256": Hash::of(bytes).to_string()}));
    let mut entries = asked.iter().filter(|tile| tile.kind == TileKind::Entries);
    json!({
        "entry_bundles": entries.clone().count(), "hash_tiles": hashes.len(),
        "last_entry_bundle": entries.next_back().map(Tile::path), "root": tiler.root().to_string(), "size": size,
        "tiles": bytes.collect::<Vec<_>>(),
    })
}
