//! The process ends between two steps.

use super::*;
use crate::core::sample;

/// The files of `after` that `before` lacks or has otherwise, in that order of names; the rest of the steps last.
fn steps(before: &Files, after: &Files, order: &[&str]) -> Vec<(String, Vec<u8>)> {
    let rank = |name: &String| order.iter().position(|first| name.starts_with(first)).unwrap_or(order.len());
    let mut changed: Vec<_> = after
        .iter()
        .filter(|(name, bytes)| before.get(*name) != Some(*bytes))
        .map(|(n, b)| (n.clone(), b.clone()))
        .collect();
    changed.sort_by_key(|(name, _)| rank(name));
    changed
}

#[test]
fn a_bundle_that_fills_is_finished_after_any_step() {
    // From how many entries to how many, and the order in which files appear.
    let two = ["tile/entries/000", "tile/0/000", "tile/entries/001", "tile/0/001", TAIL];
    let three = ["tile/entries/001", "tile/0/001", "tile/entries/002", "tile/0/002", TAIL];
    for (from, to, order) in [(255, 256, two), (250, 300, two), (0, 512, two), (3, 600, two), (300, 799, three)] {
        let (_before, path) = ledger_of(from);
        let before = files(&path);
        let (_after, after) = ledger_of(to);
        let after = files(&after);
        let steps = steps(&before, &after, &order);
        for done in 0..=steps.len() {
            let what = format!("{from} to {to}, {done} of {} steps", steps.len());
            let (_folder, path) = place();
            put(&path, &before);
            put(&path, &steps[..done].iter().cloned().collect());
            // What was being written when the process ended.
            fs::create_dir(path.join(TEMPORARY)).unwrap();
            fs::write(path.join(TEMPORARY).join(TAIL), "half a ta").unwrap();

            let bundles = (0..3).take_while(|n| path.join(format!("tile/entries/00{n}")).exists()).count() as u64;
            let size = if done == steps.len() { to } else { from.max(bundles * 256) };
            let mut reader = FolderReader::open(&path).unwrap();
            check_holds(&reader, size);
            let (mut store, recovery) = FolderStore::open(&path).unwrap();
            check_holds(&store, size);
            let begun = done > 0 && done < steps.len() && from % 256 > 0;
            assert_eq!((recovery.dropped_bytes, recovery.renewed_tail), (0, begun), "{what}");
            let tile_due = done < steps.len() && done % 2 == 1;
            assert_eq!(recovery.rewritten_tiles.len(), usize::from(tile_due), "{what}");
            append(&mut store, to, 40);
            assert_eq!(files(&path), after, "{what}");
            reader.refresh().unwrap();
            check_holds(&reader, to);
        }
    }
}

#[test]
fn a_checkpoint_is_published_or_not_after_any_step() {
    let (_before, path) = ledger_of(700);
    let (mut store, _) = FolderStore::open(&path).unwrap();
    store.publish(&sample::shared().checkpoint(400)).unwrap();
    let before = files(&path);
    let checkpoint = sample::shared().checkpoint(700);
    store.publish(&checkpoint).unwrap();
    let after = files(&path);
    let steps = steps(&before, &after, &["tile/", "checkpoints/", "checkpoint"]);
    assert_eq!(steps.len(), 5, "two partial hash tiles, a partial bundle, the checkpoint twice");
    for done in 0..=steps.len() {
        let (_folder, path) = place();
        put(&path, &before);
        put(&path, &steps[..done].iter().cloned().collect());
        let latest = |log: &dyn Log| *log.checkpoints().unwrap().last().unwrap();
        assert_eq!(latest(&FolderReader::open(&path).unwrap()), if done == 5 { 700 } else { 400 });
        let (mut store, recovery) = FolderStore::open(&path).unwrap();
        assert_eq!(recovery.unfinished_checkpoint, (done == 4).then_some(700), "{done} steps");
        assert_eq!(latest(&store), if done >= 4 { 700 } else { 400 }, "{done} steps");
        assert_eq!(latest(&FolderReader::open(&path).unwrap()), if done == 5 { 700 } else { 400 });
        store.finish_publishing().unwrap();
        assert_eq!(latest(&FolderReader::open(&path).unwrap()), if done >= 4 { 700 } else { 400 });
        store.publish(&checkpoint).unwrap();
        assert_eq!(files(&path), after, "{done} steps");
    }
}

#[test]
#[cfg(unix)]
fn entries_that_may_not_be_on_the_disk_get_a_new_file() {
    use std::os::unix::fs::MetadataExt as _;
    let (_folder, path) = ledger_of(258);
    let opened_in_place = || {
        let tail = File::open(path.join(TAIL)).unwrap();
        let (store, recovery) = FolderStore::open(&path).unwrap();
        assert!(recovery.is_clean(), "{recovery:?}");
        tail.metadata().unwrap().ino() == store.tail.metadata().unwrap().ino()
    };
    assert!(opened_in_place());
    let behind = fs::read(note(&path)).unwrap();
    append(&mut FolderStore::open(&path).unwrap().0, 259, 1);
    fs::write(note(&path), behind).unwrap();
    assert!(!opened_in_place());
    assert!(opened_in_place());
    fs::remove_file(note(&path)).unwrap();
    assert!(!opened_in_place());
    check_holds(&FolderReader::open(&path).unwrap(), 259);
}

#[test]
fn a_checkpoint_is_out_whatever_becomes_of_what_it_outgrew() {
    let (_folder, path) = ledger_of(100);
    let (mut store, _) = FolderStore::open(&path).unwrap();
    store.publish(&sample::shared().checkpoint(100)).unwrap();
    append(&mut store, 300, 200);
    // A file where the folder of partial tiles was cannot be removed as one.
    let outgrown = path.join("tile/entries/000.p");
    fs::remove_dir_all(&outgrown).unwrap();
    fs::write(&outgrown, "").unwrap();
    store.publish(&sample::shared().checkpoint(300)).unwrap();
    append(&mut store, 301, 1);
    drop(store);
    check_holds(&FolderStore::open(&path).unwrap().0, 301);
}

#[test]
fn a_store_that_failed_to_write_takes_no_more() {
    // A file where a folder belongs, and a tail that cannot be written.
    let (_folder, path) = ledger_of(255);
    let (mut store, _) = FolderStore::open(&path).unwrap();
    fs::write(path.join("tile"), "").unwrap();
    assert_eq!(store.append(255, crate::storage::store::tests::entries(255..258)).unwrap_err().code(), "store-io");
    fs::remove_file(path.join("tile")).unwrap();
    poisoned(store, &path, 255);

    let (mut store, _) = FolderStore::open(&path).unwrap();
    append(&mut store, 300, 45);
    store.tail = File::open(path.join(TAIL)).unwrap();
    assert_eq!(store.append(300, crate::storage::store::tests::entries(300..301)).unwrap_err().code(), "store-io");
    poisoned(store, &path, 300);

    let (mut store, _) = FolderStore::open(&path).unwrap();
    fs::write(path.join("checkpoints"), "").unwrap();
    assert_eq!(store.publish(&sample::shared().checkpoint(300)).unwrap_err().code(), "store-io");
    fs::remove_file(path.join("checkpoints")).unwrap();
    poisoned(store, &path, 300);
}

fn poisoned(mut store: FolderStore, path: &Path, size: u64) {
    let next = crate::storage::store::tests::entries(size..size + 1);
    assert_eq!(store.append(size, next).unwrap_err().code(), "store-poisoned");
    assert_eq!(store.publish(&sample::shared().checkpoint(size)).unwrap_err().code(), "store-poisoned");
    check_holds(&store, size);
    drop(store);
    check_holds(&FolderStore::open(path).unwrap().0, size);
}

#[test]
fn an_attachment_that_was_refused_leaves_nothing() {
    let (_folder, path) = ledger_of(1);
    let (mut store, _) = FolderStore::open(&path).unwrap();
    let hash = Hash::of(b"figures");
    let before = files(&path);
    store.attach(&hash, 7, &mut &b"figurez"[..]).unwrap_err();
    assert_eq!(files(&path), before);
    store.attach(&hash, 7, &mut &b"figures"[..]).unwrap();
    let name = format!("attachments/sha256/{hash}");
    assert_eq!(files(&path)[&name], b"figures");
    // One that was cut is replaced.
    fs::write(path.join(&name), "fig").unwrap();
    store.attach(&hash, 7, &mut &b"figures"[..]).unwrap();
    assert_eq!(files(&path)[&name], b"figures");
    // So is one that rotted.
    fs::write(path.join(&name), "figurez").unwrap();
    store.attach(&hash, 7, &mut &b"figures"[..]).unwrap();
    assert_eq!(files(&path)[&name], b"figures");
}
