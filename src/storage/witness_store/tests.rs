use std::fs;

use super::*;
use crate::core::witness::tests::Log;
use crate::core::witness::{AddCheckpoint, Evidence};

fn checkpoint(size: u64, branch: u64) -> AddCheckpoint {
    Log::new("log.example/a", 0, branch).request(size, size)
}

#[test]
fn evidence_is_kept_once_and_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let store = WitnessStore::open(folder.path()).unwrap();
    let log = Hash::of(b"log.example/a");
    let latest = checkpoint(5, 0).checkpoint;
    let keep = |kind, branch| {
        let refused = checkpoint(5, branch).checkpoint;
        store.keep(&log, &Exhibit { kind, latest: Some(&latest), refused: &refused, why: "why\n" }).unwrap()
    };
    let Kept::New(path) = keep(Evidence::PossibleFork, 1) else { panic!("it is new") };
    assert_eq!(fs::read_to_string(path.join("latest")).unwrap(), latest.to_string());
    assert_eq!(fs::read_to_string(path.join("refused")).unwrap(), checkpoint(5, 1).checkpoint.to_string());
    assert_eq!(fs::read_to_string(path.join("why")).unwrap(), "why\n");
    assert_eq!(keep(Evidence::PossibleFork, 1), Kept::Already);
    for branch in 2..=MAX_EVIDENCE as u64 {
        assert!(matches!(keep(Evidence::PossibleFork, branch), Kept::New(_)), "{branch}");
    }
    assert_eq!(keep(Evidence::PossibleFork, 99), Kept::Full);
    assert!(matches!(keep(Evidence::TwoRoots, 99), Kept::New(_)), "each kind has its own room");
    // What turned out to be no fork makes room.
    store.clear(&log, &checkpoint(5, 1).checkpoint).unwrap();
    assert!(!path.exists() && matches!(keep(Evidence::PossibleFork, 99), Kept::New(_)));
    store.clear(&log, &checkpoint(5, 99).checkpoint).unwrap();
    assert_eq!(keep(Evidence::TwoRoots, 99), Kept::Already, "proof stays");
}

#[test]
fn large_evidence_is_bounded_in_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let store = WitnessStore::open(folder.path()).unwrap();
    let log = Hash::of(b"log.example/a");
    let why = "x".repeat(MAX_EVIDENCE_BYTES as usize / 2);
    let kept = [1, 2, 3].map(|branch| {
        let refused = checkpoint(5, branch).checkpoint;
        store.keep(&log, &Exhibit { kind: Evidence::TwoRoots, latest: None, refused: &refused, why: &why }).unwrap()
    });
    assert!(matches!(kept, [Kept::New(_), Kept::Full, Kept::Full]));
}

#[test]
fn one_process_at_a_time_and_no_file_of_anybody_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = WitnessStore::open(folder.path()).unwrap();
    let half = folder.path().join("tmp/half");
    fs::write(&half, "half").unwrap();
    assert!(matches!(WitnessStore::open(folder.path()), Err(StoreError::Locked { .. })));
    let log = Hash::of(b"log.example/a");
    assert!(store.latest(&log, |_| Ok(())).unwrap().is_none());
    store.replace(&log, b"one").unwrap();
    store.replace(&log, b"two").unwrap();
    drop(store);
    let store = WitnessStore::open(folder.path()).unwrap();
    assert!(!half.exists(), "what was half written is gone");
    assert_eq!(store.logs().unwrap(), [log]);
    assert_eq!(store.latest(&log, |bytes| Ok(bytes.to_vec())).unwrap().unwrap(), b"two");
    fs::write(folder.path().join("logs/notes"), "").unwrap();
    let error = store.logs().unwrap_err();
    assert!(matches!(&error, StoreError::Damaged { .. }) && error.to_string().contains("logs/notes"), "{error}");
}
