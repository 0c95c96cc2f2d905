//! Writes that were torn, and files that were damaged.

use super::*;
use crate::core::sample;

/// Opens a folder whose tail is as a power cut left it, and checks that it holds that many entries and takes the next one.
fn opens_with(path: &Path, tail: &[u8], size: u64, what: &str) {
    fs::write(path.join(TAIL), tail).unwrap();
    // Nothing says that more was acknowledged.
    fs::remove_file(note(path)).ok();
    assert_eq!(FolderReader::open(path).unwrap().size(), size, "{what}");
    assert_eq!(fs::read(path.join(TAIL)).unwrap(), tail, "{what}: reading changes nothing");
    let (mut store, recovery) = FolderStore::open(path).unwrap();
    let start = size / 256 * 256;
    let whole = encode(sample::shared().entries()[start as usize..size as usize].iter().map(Sealed::bytes)).unwrap();
    let dropped_bytes = (tail.len() - whole.len()) as u64;
    assert_eq!(recovery, Recovery { dropped_bytes, ..Recovery::default() }, "{what}");
    assert_eq!((store.size(), fs::read(path.join(TAIL)).unwrap()), (size, whole), "{what}");
    append(&mut store, size + 1, 1);
}

/// Checks that nothing is wrong with it any more.
fn is_sound(path: &Path, size: u64) {
    let (store, recovery) = FolderStore::open(path).unwrap();
    assert!(recovery.is_clean(), "{recovery:?}");
    check_holds(&store, size);
}

#[test]
fn a_tail_cut_anywhere_holds_what_is_whole() {
    for size in [3, 258] {
        let (_folder, path) = ledger_of(size);
        let sound = files(&path)[TAIL].clone();
        let start = (size / 256 * 256) as usize;
        let ends: Vec<_> = sample::shared().entries()[start..size as usize]
            .iter()
            .scan(0, |end, sealed| {
                *end += 2 + sealed.bytes().len();
                Some(*end)
            })
            .collect();
        assert_eq!(ends.last(), Some(&sound.len()));
        for length in (0..=sound.len()).rev() {
            // Of the longer ledger, the lengths around an entry's ends and in its header, and some between.
            let near = ends.iter().chain([&0]).any(|end| length.abs_diff(*end) < 12);
            if size == 3 || near || length % 16 == 0 {
                let whole = (ends.iter().filter(|end| **end <= length).count() + start) as u64;
                opens_with(&path, &sound[..length], whole, &format!("{length} of {} bytes", sound.len()));
                if near {
                    is_sound(&path, whole + 1);
                }
            }
        }
    }
}

/// An entry of the shared ledger as the tail holds it.
fn encoded(index: usize) -> Vec<u8> {
    encode([sample::shared().entries()[index].bytes()]).unwrap()
}

#[test]
fn what_a_write_left_that_was_cut_short_is_dropped_and_nothing_else() {
    for size in [3usize, 255, 256, 258] {
        let (_folder, path) = ledger_of(size as u64);
        let before = files(&path);
        let (sound, next) = (&before[TAIL], encoded(size));
        let other = encode([sample::Ledger::with(2, size as u64 + 1).entries()[size].bytes()]).unwrap();
        let hole = |range: std::ops::Range<usize>| {
            let mut bytes = next.clone();
            bytes[range].fill(0);
            bytes
        };
        let end = next.len();
        // Where in what follows a sector ends.
        let sector = tail::SECTOR - sound.len() % tail::SECTOR;
        let torn = [
            ("one byte", vec![0]),
            ("zeros", vec![0; 4096]),
            ("ones", vec![0xff; 4096]),
            ("a part", next[..end - 1].to_vec()),
            ("a part, and zeros", [&next[..end / 2], &[0; 4096]].concat()),
            ("a hole up to where a sector ends", hole(0..sector.min(end))),
            ("a hole from where a sector begins", hole(sector.min(end - 1)..end)),
        ];
        for (what, garbage) in torn {
            opens_with(&path, &[&sound[..], &garbage].concat(), size as u64, &format!("{what} after {size}"));
            is_sound(&path, size as u64 + 1);
            put_back(&path, &before);
        }
        let damage = [
            ("text", b"\0\x05hello\0\0".to_vec(), "something else"),
            ("another ledger's entry", other, "something else"),
            ("the entry after the next", encoded(size + 1), "something else"),
            ("a hole in the index", hole(2..10), "something else"),
            ("a hole in the previous hash", hole(20..30), "something else"),
            ("a hole in the payload", hole(100..130), "something else"),
            ("a hole in the signature", hole(end - 40..end - 1), "something else"),
            (
                "a hole, and the entry after",
                [hole(100..130), encoded(size + 1)].concat(),
                "something else, and 1 whole",
            ),
            (
                "half, and the entry after",
                [&next[..end / 2], &encoded(size + 1)].concat(),
                "something else, and 1 whole",
            ),
            ("a sector of zeros, and the entry after", [hole(0..sector.min(end)), encoded(size + 1)].concat(), "zeros"),
            ("another length", [&[next[0] ^ 0x40], &next[1..]].concat(), "something else, and 1 whole"),
        ];
        for (what, garbage, says) in damage {
            // The first entry of a tail says where the tail begins. If that is elsewhere, nobody knows what is lost.
            if size == 256 && ["a hole in the index", "the entry after the next"].contains(&what) {
                fs::write(path.join(TAIL), &garbage).unwrap();
                assert_eq!(FolderStore::open(&path).unwrap_err().code(), "store-damaged");
                assert_eq!(files(&path)[TAIL], garbage);
                continue;
            }
            fs::write(path.join(TAIL), [&sound[..], &garbage].concat()).unwrap();
            assert_eq!(FolderReader::open(&path).unwrap().size(), size as u64, "{what}");
            match FolderStore::open(&path).unwrap_err() {
                StoreError::TailBroken { intact, at, found, .. } => {
                    assert_eq!((intact, at), (size as u64, sound.len() as u64), "{what} after {size}");
                    assert!(found.starts_with(says), "{what} after {size}: {found}");
                }
                error => panic!("{what} after {size}: {error}"),
            }
            assert_eq!(
                fs::read(path.join(TAIL)).unwrap()[sound.len()..],
                garbage,
                "{what}: refused, and nothing changed"
            );
            put_back(&path, &before);
        }
    }
}

/// Makes the folder what it was.
fn put_back(path: &Path, before: &Files) {
    fs::remove_dir_all(path).unwrap();
    put(path, before);
}

#[test]
fn what_a_checkpoint_promises_is_never_dropped() {
    for (size, sealed) in [(5, 3), (5, 5), (260, 258), (260, 260)] {
        for shown in [true, false] {
            let (_folder, path) = ledger_of(size);
            let (mut store, _) = FolderStore::open(&path).unwrap();
            store.publish(&sample::shared().checkpoint(sealed)).unwrap();
            drop(store);
            if !shown {
                fs::remove_file(path.join("checkpoint")).unwrap();
            }
            let sound = files(&path)[TAIL].clone();
            for missing in 1..=size - size / 256 * 256 {
                let whole: usize = (0..missing).map(|back| encoded((size - 1 - back) as usize).len()).sum();
                fs::write(path.join(TAIL), &sound[..sound.len() - whole + 1]).unwrap();
                fs::remove_file(note(&path)).ok();
                fs::write(path.join(TEMPORARY).join("left"), "").unwrap();
                let before = files(&path);
                let intact = size - missing;
                match FolderStore::open(&path) {
                    Ok((store, _)) => assert!(store.size() == intact && intact >= sealed, "{intact} of {size}"),
                    Err(StoreError::EntriesLost { intact: found, promised, .. }) => {
                        assert!(found == intact && promised == sealed && intact < sealed, "{intact} of {size}");
                        assert_eq!(files(&path), before, "refused, and nothing changed");
                    }
                    Err(error) => panic!("{intact} of {size}: {error}"),
                }
            }
        }
    }
}

#[test]
fn damage_that_no_torn_write_explains_is_refused() {
    type Damage = fn(&Path);
    let cases: [(&str, Damage, &str); 7] = [
        ("a bundle is missing", |path| fs::remove_file(path.join("tile/entries/000")).unwrap(), "tile-missing"),
        (
            "the last bundle is missing",
            |path| fs::remove_file(path.join("tile/entries/002")).unwrap(),
            "index-mismatch",
        ),
        ("a bundle is cut", |path| cut(&path.join("tile/entries/002")), "entry-bundle-malformed"),
        ("a hash tile is cut", |path| cut(&path.join("tile/0/001")), "tile-mismatch"),
        ("the checkpoint is cut", |path| cut(&path.join("checkpoint")), "note-malformed"),
        ("the tail is too long", |path| fs::write(path.join(TAIL), vec![0; 17_000_000]).unwrap(), "bundle-too-large"),
        (
            "the tail is another's",
            |path| {
                let other = sample::Ledger::with(2, 3);
                fs::write(path.join(TAIL), encode(other.entries().iter().map(Sealed::bytes)).unwrap()).unwrap();
            },
            "entry-bundle-mismatch",
        ),
    ];
    for (what, damage, code) in cases {
        let (_folder, path) = ledger_of(799);
        let (mut store, _) = FolderStore::open(&path).unwrap();
        store.publish(&sample::shared().checkpoint(750)).unwrap();
        drop(store);
        damage(&path);
        let before = files(&path);
        match FolderStore::open(&path).unwrap_err() {
            StoreError::Damaged { fault, .. } => assert_eq!(fault.code.as_str(), code, "{what}"),
            error => panic!("{what}: {error}"),
        }
        assert_eq!(files(&path), before, "{what}");
    }
}

fn cut(path: &Path) {
    let bytes = fs::read(path).unwrap();
    fs::write(path, &bytes[..bytes.len() - 1]).unwrap();
}
