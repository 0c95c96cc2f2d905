mod crash;
#[cfg(unix)]
mod elsewhere;
mod layout;
mod rot;
mod sharing;
mod torn;
mod unfinished;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::folder::LOCK;
use super::*;
use crate::storage::store::tests::{SIZES, append, check_holds, contract};

/// A ledger's folder with all its files, by name.
type Files = BTreeMap<String, Vec<u8>>;

/// An empty folder, and the path in it where a ledger may go.
fn place() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ledger");
    (folder, path)
}

/// A ledger of the first `size` entries of the shared one, and its folder.
fn ledger_of(size: u64) -> (TempDir, PathBuf) {
    let (folder, path) = place();
    append(&mut FolderStore::create(&path).unwrap(), size, 600);
    (folder, path)
}

/// Every file of a ledger but the lock and the note of what was acknowledged.
fn files(path: &Path) -> Files {
    fn walk(root: &Path, folder: &Path, files: &mut Files) {
        for item in fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                walk(root, &path, files);
            } else if ![root.join(LOCK), note(root)].contains(&path) {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut found = Files::new();
    walk(path, path, &mut found);
    found
}

/// Where it is noted what was acknowledged.
fn note(path: &Path) -> PathBuf {
    path.join(TEMPORARY).join(acknowledged::ACKNOWLEDGED)
}

/// Puts files into a folder, as they are.
fn put(path: &Path, files: &Files) {
    for (name, bytes) in files {
        let target = path.join(name);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, bytes).unwrap();
    }
}

#[test]
fn it_keeps_the_contract() {
    let mut folders = Vec::new();
    contract(|| {
        let (folder, path) = place();
        folders.push(folder);
        FolderStore::create(&path).unwrap()
    });
}

#[test]
fn a_ledger_is_the_same_after_it_was_closed() {
    for size in SIZES {
        let (_folder, path) = ledger_of(size);
        let before = files(&path);
        let (mut store, recovery) = FolderStore::open(&path).unwrap();
        assert!(recovery.is_clean(), "{recovery:?}");
        check_holds(&store, size);
        assert_eq!(files(&path), before, "size {size}");
        append(&mut store, size + 30, 7);
        store.publish(&crate::core::sample::shared().checkpoint(size + 30)).unwrap();
        drop(store);
        let (store, recovery) = FolderStore::open(&path).unwrap();
        assert!(recovery.is_clean(), "{recovery:?}");
        check_holds(&store, size + 30);
        assert_eq!(store.checkpoints().unwrap(), [size + 30]);
    }
}

#[test]
fn a_ledger_is_made_where_nothing_is() {
    let (folder, path) = place();
    for open in [|path: &Path| FolderStore::open(path).map(drop), |path: &Path| FolderReader::open(path).map(drop)] {
        assert_eq!(open(&path).unwrap_err().code(), "ledger-not-found");
        assert_eq!(open(folder.path()).unwrap_err().code(), "ledger-not-found");
    }
    fs::create_dir(&path).unwrap();
    fs::write(path.join("letter"), "").unwrap();
    assert_eq!(FolderStore::create(&path).unwrap_err().code(), "ledger-exists");
    fs::remove_file(path.join("letter")).unwrap();
    // What a creation that was interrupted leaves is no ledger yet.
    fs::write(path.join(LOCK), "1\n").unwrap();
    fs::create_dir(path.join(TEMPORARY)).unwrap();
    drop(FolderStore::create(&path).unwrap());
    check_holds(&FolderReader::open(&path).unwrap(), 0);
    // Nor is what has a part of its first entry, whatever stands for the rest of it; a whole one stays.
    let whole = encode([crate::core::sample::shared().entries()[0].bytes()]).unwrap();
    let holed: Vec<u8> = whole.iter().enumerate().map(|(at, byte)| if at < 100 { *byte } else { 0 }).collect();
    for part in [&[0, 9, 1][..], &[0; 600], &holed, &whole[..whole.len() - 1]] {
        fs::write(path.join(TAIL), part).unwrap();
        drop(FolderStore::create(&path).unwrap());
        check_holds(&FolderReader::open(&path).unwrap(), 0);
    }
    let mut store = FolderStore::create(&path).unwrap();
    append(&mut store, 1, 1);
    drop(store);
    assert_eq!(FolderStore::create(&path).unwrap_err().code(), "ledger-exists");
    check_holds(&FolderReader::open(&path).unwrap(), 1);
    // Also where its length is damaged, and nothing says that it was acknowledged.
    let mut tail = fs::read(path.join(TAIL)).unwrap();
    tail[0] = 0xff;
    fs::write(path.join(TAIL), &tail).unwrap();
    fs::remove_dir_all(path.join(TEMPORARY)).unwrap();
    assert_eq!(FolderStore::create(&path).unwrap_err().code(), "ledger-exists");
    assert_eq!(fs::read(path.join(TAIL)).unwrap(), tail);
}
