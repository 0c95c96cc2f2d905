//! What was acknowledged and is not there, or not as it was.

use super::acknowledged::Acknowledged;
use super::folder::Folder;
use super::*;
use crate::core::sample;

/// Why a folder is not opened, which changes nothing in it.
fn refusal(path: &Path) -> StoreError {
    let before = files(path);
    let error = FolderStore::open(path).unwrap_err();
    assert_eq!(files(path), before, "{error}");
    error
}

#[test]
fn a_tail_that_lost_what_was_acknowledged_does_not_open() {
    for size in [3, 258, 511] {
        let (_folder, path) = ledger_of(size);
        let sound = fs::read(path.join(TAIL)).unwrap();
        let last = encode([sample::shared().entries()[size as usize - 1].bytes()]).unwrap().len();
        for cut in [1, last - 1, last, last + 1, sound.len()] {
            fs::write(path.join(TAIL), &sound[..sound.len() - cut]).unwrap();
            let error = refusal(&path);
            assert_eq!(error.code(), "tail-broken", "{cut} of {size}");
            assert!(error.to_string().ends_with(&format!("though {size} entries were acknowledged")), "{error}");
        }
        fs::remove_file(path.join(TAIL)).unwrap();
        let code = if size < 256 { "ledger-not-found" } else { "tail-broken" };
        assert_eq!(refusal(&path).code(), code, "no tail of {size}");
        // What was never acknowledged, as far as anybody knows, is a write that was cut short.
        for damaged in [&b""[..], b"0 0", b"00000000000000000003 00000000000000000000 0\n"] {
            fs::write(note(&path), damaged).unwrap();
            fs::write(path.join(TAIL), &sound[..sound.len() - last]).unwrap();
            assert_eq!(FolderStore::open(&path).unwrap().0.size(), size - 1);
        }
    }
}

#[test]
fn any_byte_that_changes_in_a_tail_is_noticed() {
    let (_folder, path) = ledger_of(3);
    let sound = fs::read(path.join(TAIL)).unwrap();
    for noted in [true, false] {
        let last = sound.len() - encode([sample::shared().entries()[2].bytes()]).unwrap().len();
        // Nothing but the note vouches for when the last entry was recorded.
        let recorded_at = last + 2 + 8..last + 2 + 16;
        for at in (0..sound.len()).filter(|at| noted || at % 2 == 0 && !recorded_at.contains(at)) {
            let mut tail = sound.clone();
            tail[at] ^= 1 << (at % 8);
            fs::write(path.join(TAIL), tail).unwrap();
            let code = refusal(&path).code();
            assert!(["tail-broken", "store-damaged"].contains(&code), "byte {at}: {code}");
        }
        if noted {
            fs::remove_file(note(&path)).unwrap();
        }
    }
}

#[test]
fn the_note_is_never_ahead_and_a_hole_counts_as_torn_only_by_it() {
    let (_folder, path) = ledger_of(0);
    let (mut store, _) = FolderStore::open(&path).unwrap();
    let noted = || Acknowledged::read(&Folder(path.clone())).unwrap();
    for size in [1, 100, 256, 300, 520] {
        append(&mut store, size, 1000);
        assert_eq!(noted().size, size);
    }
    assert_eq!(noted().published, 0);
    store.publish(&sample::shared().checkpoint(400)).unwrap();
    let head = sample::shared().entries()[519].link().leaf;
    assert_eq!(noted(), Acknowledged { size: 520, published: 400, head });
    drop(store);
    // Two entries in one write, of which the first lost a sector.
    let (tail, kept) = (fs::read(path.join(TAIL)).unwrap(), fs::read(note(&path)).unwrap());
    let mut torn =
        [&tail[..], &encode(sample::shared().entries()[520..522].iter().map(Sealed::bytes)).unwrap()].concat();
    let next = tail.len().next_multiple_of(tail::SECTOR);
    torn[tail.len()..next].fill(0);
    fs::write(path.join(TAIL), &torn).unwrap();
    fs::remove_file(note(&path)).unwrap();
    assert_eq!(refusal(&path).code(), "tail-broken");
    fs::write(note(&path), kept).unwrap();
    let (store, recovery) = FolderStore::open(&path).unwrap();
    assert_eq!((store.size(), recovery.dropped_bytes), (520, (torn.len() - tail.len()) as u64));
}

#[test]
fn a_checkpoint_that_was_published_is_not_forgotten() {
    let (_folder, path) = ledger_of(300);
    let (mut store, _) = FolderStore::open(&path).unwrap();
    for size in [100, 300] {
        store.publish(&sample::shared().checkpoint(size)).unwrap();
    }
    drop(store);
    let before = files(&path);
    fs::remove_file(path.join("checkpoints/300")).unwrap();
    fs::copy(path.join("checkpoints/100"), path.join("checkpoint")).unwrap();
    assert_eq!(refusal(&path).to_string().split(": ").nth(1), Some("checkpoint-stale"));
    // One that is shown is kept under its size too.
    fs::write(path.join("checkpoint"), &before["checkpoint"]).unwrap();
    assert_eq!(FolderStore::open(&path).unwrap().1.unfinished_checkpoint, Some(300));
    assert_eq!(files(&path), before);
}

#[test]
fn entries_that_a_partial_bundle_has_are_missed() {
    for (size, bundle) in [(5, "tile/entries/000.p/5"), (261, "tile/entries/001.p/5")] {
        let (_folder, path) = ledger_of(size);
        FolderStore::open(&path).unwrap().0.publish(&sample::shared().checkpoint(size)).unwrap();
        // Nothing else says that there were as many.
        fs::remove_dir_all(path.join("checkpoints")).unwrap();
        fs::remove_file(path.join("checkpoint")).unwrap();
        let sound = fs::read(path.join(TAIL)).unwrap();
        let last = encode([sample::shared().entries()[size as usize - 1].bytes()]).unwrap().len();
        for (cut, found) in [(last, "the end"), (last - 13, "something else")] {
            fs::write(path.join(TAIL), &sound[..sound.len() - cut]).unwrap();
            fs::remove_file(note(&path)).ok();
            let error = refusal(&path);
            assert_eq!(error.code(), "tail-broken");
            assert!(error.to_string().ends_with(&format!("found {found}, though {bundle} has 5 entries")), "{error}");
        }
    }
}

#[test]
fn a_bundle_that_changed_is_named_and_not_the_tail_after_it() {
    let (_folder, path) = ledger_of(600);
    let bundle = path.join("tile/entries/001");
    let sound = fs::read(&bundle).unwrap();
    let mut damaged = sound.clone();
    *damaged.last_mut().unwrap() ^= 1;
    for bytes in [damaged, fs::read(path.join("tile/entries/000")).unwrap()] {
        fs::write(&bundle, bytes).unwrap();
        let error = refusal(&path);
        assert!(error.to_string().contains("tile/entries/001: entry 511: entry-bundle-mismatch"), "{error}");
    }
}
