use std::collections::BTreeMap;

use super::*;

fn leaf(index: u64) -> Hash {
    Hash::leaf(&index.to_be_bytes())
}

#[test]
fn a_path_and_its_tile() {
    let hashes = TileKind::Hashes;
    let paths = [
        ("tile/0/000", hashes(0), 0, 256),
        ("tile/0/999", hashes(0), 999, 256),
        ("tile/0/x001/000", hashes(0), 1000, 256),
        ("tile/0/x001/x234/067", hashes(0), 1_234_067, 256),
        ("tile/0/x001/x234/067.p/17", hashes(0), 1_234_067, 17),
        ("tile/3/000.p/1", hashes(3), 0, 1),
        ("tile/63/999.p/255", hashes(63), 999, 255),
        ("tile/entries/000", TileKind::Entries, 0, 256),
        ("tile/entries/x001/x000/000.p/9", TileKind::Entries, 1_000_000, 9),
        ("tile/entries/x018/x446/x744/x073/x709/x551/615", TileKind::Entries, u64::MAX, 256),
    ];
    for (path, kind, index, width) in paths {
        let tile = Tile { kind, index, width };
        assert_eq!(tile.path(), path);
        assert_eq!(Tile::parse(path), Some(tile), "{path}");
    }
}

#[test]
fn another_spelling_is_no_tile() {
    let refused = [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile//000",
        "tiles/0/000",
        "tile/00/000",
        "tile/+0/000",
        "tile/64/000",
        "tile/256/000",
        "tile/-1/000",
        "tile/data/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/+00",
        "tile/0/x00",
        "tile/0/x000",
        "tile/0/001/000",
        "tile/0/x000/001",
        "tile/0/x001/x000",
        "tile/0/x1000/000",
        "tile/0/xx01/000",
        "tile/0/x001//000",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/+1",
        "tile/0/000.p/256",
        "tile/0/000.p/1.p/1",
        "tile/0/000.p",
        "tile/0/000.q/1",
        "tile/0/000.p/1/",
        "tile/entries/x018/x446/x744/x073/x709/x551/616",
        "tile/0/x001/x000/x000/x000/x000/x000/x000/x000/000",
        "tile/Entries/000",
        "tile/0/٠٠٠",
        "tile/0/\0",
    ];
    for path in refused {
        assert_eq!(Tile::parse(path), None, "{path:?}");
    }
}

#[test]
fn the_specifications_own_examples() {
    let count = |size, kind, full: bool| {
        let widths: Vec<u16> = tiles(size).filter(|tile| tile.kind == kind).map(|tile| tile.width).collect();
        widths.into_iter().filter(|&width| (width == TILE_WIDTH) == full).collect::<Vec<_>>()
    };
    let hashes = TileKind::Hashes;
    assert_eq!(count(70_000, hashes(0), true).len(), 273);
    assert_eq!(count(70_000, hashes(0), false), [112]);
    assert_eq!(count(70_000, hashes(1), true).len(), 1);
    assert_eq!(count(70_000, hashes(1), false), [17]);
    assert_eq!((count(70_000, hashes(2), true).len(), count(70_000, hashes(2), false)), (0, vec![1]));
    assert_eq!(count(70_000, TileKind::Entries, true).len(), 273);
    assert_eq!(count(70_000, TileKind::Entries, false), [112]);
    assert_eq!(tiles(70_000).count(), 274 + 2 + 1 + 274);

    let paths = |size| tiles(size).map(|tile| tile.path()).collect::<Vec<_>>();
    assert_eq!(paths(0), [""; 0]);
    assert_eq!(paths(1), ["tile/0/000.p/1", "tile/entries/000.p/1"]);
    assert_eq!(paths(256), ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"]);
    assert_eq!(tiles(u64::MAX).next().map(|tile| tile.path()).as_deref(), Some("tile/0/000"));
}

/// All the hash tiles of a tree, by the formula of tlog-tiles and the roots of [`merkle`] rather than by appending.
fn expected_tiles(size: u64) -> BTreeMap<Tile, Vec<u8>> {
    let mth = |start: u64, end: u64| (start..end).map(leaf).collect::<Frontier>().root();
    let hash_tiles = tiles(size).filter(|tile| tile.kind != TileKind::Entries);
    let bytes = |tile: &Tile| {
        let TileKind::Hashes(level) = tile.kind else { unreachable!() };
        let span = 256u64.pow(level.into());
        let first = tile.index * 256;
        (first..first + u64::from(tile.width)).flat_map(|i| mth(i * span, (i + 1) * span).0).collect()
    };
    hash_tiles.map(|tile| (tile, bytes(&tile))).collect()
}

/// What a tiler handed out on the way, with what it holds now.
fn made_tiles(full: &BTreeMap<Tile, Vec<u8>>, tiler: &Tiler) -> BTreeMap<Tile, Vec<u8>> {
    full.clone().into_iter().chain(tiler.partial()).collect()
}

#[test]
fn a_tiler_makes_exactly_the_tiles_of_the_tree() {
    let (mut tiler, mut frontier, mut full) = (Tiler::new(), Frontier::new(), BTreeMap::new());
    assert_eq!(tiler.root(), merkle::empty_root());
    assert_eq!(tiler.partial().count(), 0);
    let checked = [1, 2, 255, 256, 257, 511, 512, 1000, 65_535, 65_536, 65_537, 70_000];
    for size in 1..=70_000 {
        frontier.push(leaf(size - 1));
        for (tile, bytes) in tiler.push(leaf(size - 1)) {
            assert_eq!(tile.width, TILE_WIDTH);
            assert!(full.insert(tile, bytes).is_none(), "{} twice", tile.path());
        }
        if size % 97 == 0 || checked.contains(&size) {
            assert_eq!(tiler.root(), frontier.root(), "size {size}");
        }
        if !checked.contains(&size) {
            continue;
        }
        let made = made_tiles(&full, &tiler);
        assert_eq!(made, expected_tiles(size), "size {size}");
        // What the tiles hold is what it takes to prove, and to go on.
        let node = |level, index| {
            let (tile, range) = Tile::holding(level, index, size).expect("complete");
            let hashes = tile.hashes(&made[&tile])?;
            Ok::<_, Fault>(subtree(&hashes[range]))
        };
        assert_eq!(Tiler::resume(size, node), Ok(tiler.clone()), "size {size}");
        assert_eq!(Frontier::resume(size, node), Ok(frontier.clone()), "size {size}");
        for index in (0..size).step_by(1 + size as usize / 50) {
            let proof = merkle::inclusion_proof(index, size, node).unwrap();
            merkle::verify_inclusion(leaf(index), index, size, &proof, frontier.root()).unwrap();
        }
        let json = serde_json::to_string(&tiler).unwrap();
        assert_eq!(serde_json::from_str::<Tiler>(&json).unwrap(), tiler);
        let altered = json.replace(&format!("\"size\":{size}"), &format!("\"size\":{}", size + 1));
        assert!(serde_json::from_str::<Tiler>(&altered).is_err(), "size {size}");
    }
}

#[test]
fn a_node_is_held_only_where_it_is_complete() {
    let held = |level, index, size| Tile::holding(level, index, size).map(|(tile, range)| (tile.path(), range));
    assert_eq!(held(0, 0, 1), Some(("tile/0/000.p/1".into(), 0..1)));
    assert_eq!(held(0, 1, 1), None);
    assert_eq!(held(7, 1, 256), Some(("tile/0/000".into(), 128..256)));
    assert_eq!(held(8, 0, 256), Some(("tile/1/000.p/1".into(), 0..1)));
    assert_eq!(held(8, 0, 255), None);
    assert_eq!(held(3, 32, 300), Some(("tile/0/001.p/44".into(), 0..8)));
    assert_eq!(held(63, 0, u64::MAX), Some(("tile/7/000.p/255".into(), 0..128)));
    assert_eq!(held(63, u64::MAX, u64::MAX), None);
    assert_eq!(held(255, 0, u64::MAX), None);
}

#[test]
fn a_snapshot_is_checked() {
    let refused = [
        r#"{"size":1,"levels":[]}"#,
        r#"{"size":0,"levels":[[]]}"#,
        r#"{"size":256,"levels":[[]]}"#,
        r#"{"size":9223372036854775808,"levels":[[],[],[],[],[],[],[],[]]}"#,
    ];
    for json in refused {
        assert!(serde_json::from_str::<Tiler>(json).is_err(), "{json}");
    }
}

#[test]
fn a_tile_has_its_width() {
    let tile = Tile { kind: TileKind::Hashes(0), index: 0, width: 2 };
    assert_eq!(tile.hashes(&[7; 64]), Ok(vec![Hash([7; 32]); 2]));
    for length in [0, 32, 63, 65, 96] {
        assert_eq!(tile.hashes(&vec![7; length]).unwrap_err().code, Code::TileMismatch, "{length} bytes");
    }
    let bundle = Tile { kind: TileKind::Entries, index: 0, width: 2 };
    assert_eq!(bundle.entries(b"\0\x01a\0\0"), Ok(vec![&b"a"[..], b""]));
    for bytes in [&b""[..], b"\0\x01a", b"\0\x01a\0", b"\0\x01a\0\x02b", b"\0\0\0\0\0\0", b"\0\0\0\0\0"] {
        assert_eq!(bundle.entries(bytes).unwrap_err().code, Code::EntryBundleMalformed, "{bytes:?}");
    }
}

#[test]
fn entries_round_trip_and_a_torn_one_is_named() {
    let entries: [&[u8]; 4] = [b"one", b"", &[0; MAX_ENTRY_BYTES], b"four"];
    let mut bundle = Vec::new();
    for entry in entries {
        push_entry(&mut bundle, entry).unwrap();
    }
    assert_eq!(split(&bundle).collect::<Result<Vec<_>, _>>(), Ok(entries.to_vec()));
    assert_eq!(push_entry(&mut bundle, &[0; MAX_ENTRY_BYTES + 1]).unwrap_err().code, Code::EntryTooLarge);
    assert_eq!(split(&bundle).count(), 4, "a refused entry leaves the bundle as it was");

    for torn in 1..=5 {
        let mut walk = split(&bundle[..bundle.len() - torn]);
        assert_eq!(walk.by_ref().filter(Result::is_ok).count(), 3);
        assert_eq!(walk.rest().len(), 6 - torn, "{torn} bytes short");
        assert_eq!(walk.next(), None, "a fault ends the walk");
    }
    let fault = split(b"\0").next().unwrap().unwrap_err();
    assert_eq!(fault.code, Code::EntryBundleMalformed);
    assert_eq!(split(b"").next(), None);
}

#[test]
fn a_partial_tile_is_the_beginning_of_the_full_one() {
    let ledger = crate::core::sample::shared();
    let mut full = Vec::new();
    ledger.entries().iter().take(256).for_each(|sealed| push_entry(&mut full, sealed.bytes()).unwrap());
    for width in [1, 17, 255] {
        let entries = Tile { kind: TileKind::Entries, index: 0, width };
        let part = entries.cut(full.clone());
        assert_eq!(entries.entries(&part).unwrap().len(), usize::from(width));
        assert!(full.starts_with(&part));
        let hashes = Tile { kind: TileKind::Hashes(0), index: 0, width };
        assert_eq!(hashes.cut(vec![7; 8192]).len(), usize::from(width) * 32);
        // What has less is handed over as it is, for the audit to judge.
        assert_eq!(hashes.cut(vec![7; 5]), [7; 5]);
    }
}
