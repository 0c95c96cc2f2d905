//! What files there are, and what is in them.

use super::*;
use crate::core::entry::Entry;
use crate::core::merkle;
use crate::core::sample;
use crate::core::tile::{Tiler, tiles};
use crate::core::time::Millis;

/// The tiles and entry bundles of the shared ledger at a size, as FORMAT.md has them.
fn expected(size: u64, mut wanted: impl FnMut(&Tile) -> bool) -> Files {
    let (mut tree, mut hashes) = (Tiler::new(), BTreeMap::new());
    for sealed in &sample::shared().entries()[..size as usize] {
        hashes.extend(tree.push(sealed.link().leaf));
    }
    hashes.extend(tree.partial());
    let bytes = |tile: &Tile| match tile.kind {
        TileKind::Hashes(_) => hashes[tile].clone(),
        TileKind::Entries => {
            let entries = sample::shared().entries().iter().skip(tile.index as usize * 256);
            encode(entries.take(tile.width.into()).map(Sealed::bytes)).unwrap()
        }
    };
    tiles(size).filter(|tile| wanted(tile)).map(|tile| (tile.path(), bytes(&tile))).collect()
}

fn tile_files(path: &Path) -> Files {
    files(path).into_iter().filter(|(name, _)| name.starts_with("tile/")).collect()
}

#[test]
fn the_tiles_are_those_of_the_size() {
    for size in SIZES {
        let (_folder, path) = ledger_of(size);
        let full = |tile: &Tile| tile.width == TILE_WIDTH;
        assert_eq!(tile_files(&path), expected(size, full), "appended up to {size}");
        let rest = &sample::shared().entries()[(size - size % 256) as usize..size as usize];
        assert_eq!(files(&path)[TAIL], encode(rest.iter().map(Sealed::bytes)).unwrap());
        let (mut store, _) = FolderStore::open(&path).unwrap();
        store.publish(&sample::shared().checkpoint(size)).unwrap();
        assert_eq!(tile_files(&path), expected(size, |_| true), "published at {size}");
        assert_eq!(files(&path)["checkpoint"], files(&path)[&format!("checkpoints/{size}")]);
        assert!(!files(&path).keys().any(|name| name.starts_with(TEMPORARY)), "size {size}");
    }
}

#[test]
fn a_partial_tile_goes_when_a_checkpoint_needs_the_full_one() {
    let (_folder, path) = ledger_of(0);
    let (mut store, _) = FolderStore::open(&path).unwrap();
    let partial = |size: u64| expected(size, |tile| tile.width < TILE_WIDTH);
    for size in [100, 200, 255] {
        append(&mut store, size, 100);
        store.publish(&sample::shared().checkpoint(size)).unwrap();
    }
    append(&mut store, 600, 300);
    let all = [partial(100), partial(200), partial(255)].into_iter().flatten();
    let full = |size| expected(size, |tile| tile.width == TILE_WIDTH);
    assert_eq!(tile_files(&path), all.chain(full(600)).collect(), "full, but nobody was promised so");
    store.publish(&sample::shared().checkpoint(300)).unwrap();
    assert_eq!(tile_files(&path), partial(300).into_iter().chain(full(600)).collect());
    store.publish(&sample::shared().checkpoint(310)).unwrap();
    let all = [partial(300), partial(310), full(600)].into_iter().flatten();
    assert_eq!(tile_files(&path), all.collect(), "full, but not yet at 310");
    store.publish(&sample::shared().checkpoint(600)).unwrap();
    // The partial tile of level 1 is of width 1 at 310, of width 2 at 600.
    let mut left = expected(600, |_| true);
    left.extend(partial(310).into_iter().filter(|(name, _)| name.starts_with("tile/1/")));
    assert_eq!(tile_files(&path), left);
}

/// A folder's full entry bundles alone, of entries that link to each other, and their tree.
fn bundles_only(path: &Path, size: u64) -> Tiler {
    let (mut tree, mut previous, mut bundle) = (Tiler::new(), Hash::ZERO, Vec::new());
    fs::create_dir_all(path.join("tile/entries")).unwrap();
    for index in 0..size {
        let recorded_at = Millis::from_unix_ms(index).unwrap();
        let entry = Entry { index, recorded_at, previous, payload: Vec::new(), signatures: Vec::new() };
        bundle.push(entry.encode().unwrap());
        previous = Hash::leaf(bundle.last().unwrap());
        let _full = tree.push(previous);
        if bundle.len() == usize::from(TILE_WIDTH) {
            let tile = Tile { kind: TileKind::Entries, index: index / 256, width: TILE_WIDTH };
            fs::write(path.join(tile.path()), encode(bundle.iter().map(Vec::as_slice)).unwrap()).unwrap();
            bundle.clear();
        }
    }
    tree
}

#[test]
fn every_hash_tile_can_be_made_again() {
    const SIZE: u64 = 65_536 + 512;
    let (_folder, path) = place();
    let tree = bundles_only(&path, SIZE);
    let reader = FolderReader::open(&path).unwrap();
    let check = |log: &dyn Log| {
        assert_eq!(merkle::root(SIZE, |level, index| log.node(level, index)).unwrap(), tree.root());
        for index in [0, 255, 256, 65_535, 65_536, SIZE - 1] {
            let proof = merkle::inclusion_proof(index, SIZE, |level, index| log.node(level, index)).unwrap();
            let leaf = Hash::leaf(&log.entry(index).unwrap().unwrap());
            merkle::verify_inclusion(leaf, index, SIZE, &proof, tree.root()).unwrap();
        }
    };
    // Without the tiles a proof takes many bundles.
    assert_eq!(merkle::root(SIZE, |level, index| reader.node(level, index)).unwrap(), tree.root());
    let (store, recovery) = FolderStore::open(&path).unwrap();
    let full: Vec<_> = tiles(SIZE).filter(|tile| tile.width == 256 && tile.kind != TileKind::Entries).collect();
    assert_eq!(full.len(), 258 + 1);
    assert_eq!(recovery, Recovery { rewritten_tiles: full, renewed_tail: true, ..Recovery::default() });
    check(&store);
    drop(store);
    assert!(FolderStore::open(&path).unwrap().1.is_clean());
}

#[test]
fn an_exported_copy_without_a_tail_goes_on() {
    for size in [0u64, 10, 300] {
        let (_folder, path) = ledger_of(size + 2);
        let (mut store, _) = FolderStore::open(&path).unwrap();
        for size in [size, size + 2] {
            store.publish(&sample::shared().checkpoint(size)).unwrap();
        }
        drop(store);
        fs::remove_file(path.join(TAIL)).unwrap();
        check_holds(&FolderReader::open(&path).unwrap(), size + 2);
        let (mut store, recovery) = FolderStore::open(&path).unwrap();
        assert_eq!(recovery, Recovery { renewed_tail: true, ..Recovery::default() });
        append(&mut store, size + 5, 1);
        drop(store);
        check_holds(&FolderStore::open(&path).unwrap().0, size + 5);
    }
}
