//! Checkpoints of which not both files say the same.

use super::*;
use crate::core::cosignature::{Cosigner, CosigningKey};
use crate::core::sample;
use crate::core::tile::tiles;

/// A checkpoint that so many witnesses cosigned.
fn cosigned(size: u64, witnesses: u8) -> SignedCheckpoint {
    let mut checkpoint = sample::shared().checkpoint(size);
    for number in 0..witnesses {
        let key = CosigningKey::Ed25519(sample::shared().key(20 + number));
        let witness = Cosigner::new(&format!("witness.example/{number}"), key).unwrap();
        checkpoint.add_signature(witness.cosign(&checkpoint, 1_700_000_000).unwrap()).unwrap();
    }
    checkpoint
}

/// The same, with the last byte of its last signature changed.
fn spoilt(checkpoint: &SignedCheckpoint) -> String {
    let text = checkpoint.to_string();
    let (rest, end) = text.split_at(text.len() - 6);
    rest.to_owned() + &end.replace(|letter: char| letter.is_ascii_alphanumeric(), "A")
}

/// A ledger of five entries with that as `checkpoint` and that as `checkpoints/<size>`; and what it was before.
fn ledger(latest: &str, size: u64, kept: &str) -> (TempDir, PathBuf, Files) {
    let (folder, path) = ledger_of(5);
    FolderStore::open(&path).unwrap().0.publish(&cosigned(3, 2)).unwrap();
    fs::write(path.join("checkpoint"), latest).unwrap();
    fs::write(path.join(format!("checkpoints/{size}")), kept).unwrap();
    let before = files(&path);
    (folder, path, before)
}

#[test]
fn of_two_notes_the_one_with_more_signatures_stands_and_none_that_lacks_one_replaces_another() {
    let [none, one, two] = [0, 1, 2].map(|witnesses| cosigned(3, witnesses).to_string());
    let rotten = spoilt(&cosigned(3, 2));
    let others_root = SignedCheckpoint::sign(
        crate::core::checkpoint::Checkpoint { root: Hash::ZERO, ..cosigned(3, 0).checkpoint().clone() },
        &sample::shared().operator_key(),
    );
    let others_root = others_root.unwrap().to_string();
    let cases = [
        ("the same", &two, &two, Ok(&two)),
        ("kept with more", &one, &two, Ok(&two)),
        ("kept with the only ones", &none, &two, Ok(&two)),
        ("shown with more", &two, &one, Ok(&two)),
        ("kept and rotten", &two, &rotten, Err("checkpoint-signature-invalid")),
        ("shown and rotten", &rotten, &two, Err("checkpoint-signature-invalid")),
        ("kept with another root", &two, &others_root, Err("checkpoint-root-mismatch")),
        ("shown with another root", &others_root, &two, Err("checkpoint-root-mismatch")),
    ];
    for (what, latest, kept, expected) in cases {
        let (_folder, path, before) = ledger(latest, 3, kept);
        match (FolderStore::open(&path), expected) {
            (Ok((mut store, recovery)), Ok(expected)) => {
                assert_eq!(store.checkpoint().unwrap().unwrap(), expected.as_bytes(), "{what}");
                assert_eq!(files(&path), before, "{what}: nobody has judged it");
                assert_eq!(recovery.unfinished_checkpoint, (latest != kept).then_some(3), "{what}");
                assert_eq!(store.is_unfinished(), latest != kept, "{what}");
                store.finish_publishing().unwrap();
                let now = files(&path);
                let both = ["checkpoint", "checkpoints/3"].map(|name| now[name].as_slice());
                assert_eq!(both, [expected.as_bytes(); 2], "{what}");
                drop(store);
                assert!(FolderStore::open(&path).unwrap().1.is_clean(), "{what}");
            }
            (Err(StoreError::Damaged { fault, .. }), Err(code)) => {
                assert_eq!(fault.code.as_str(), code, "{what}");
                assert_eq!(files(&path), before, "{what}: refused, and nothing changed");
            }
            (opened, _) => panic!("{what}: {opened:?}"),
        }
    }
}

#[test]
fn what_no_checkpoint_is_promises_nothing_where_it_is_known_that_it_was_not_published() {
    let (latest, other) = (cosigned(3, 2).to_string(), sample::Ledger::with(2, 9).checkpoint(9).to_string());
    let strays = [
        (99, "junk", "note-malformed"),
        (4, latest.as_str(), "checkpoint-size-mismatch"),
        (9, other.as_str(), "checkpoint-origin-mismatch"),
    ];
    for (size, stray, code) in strays {
        let (_folder, path, before) = ledger(&latest, size, stray);
        let (store, recovery) = FolderStore::open(&path).unwrap();
        assert!(recovery.is_clean() && !store.is_unfinished(), "{size}: {recovery:?}");
        assert_eq!(store.checkpoints().unwrap(), [3]);
        drop(store);
        assert_eq!(files(&path), before, "{size}");
        // Where nothing is known, it may be what is left of a checkpoint that somebody has seen.
        fs::remove_file(note(&path)).unwrap();
        match FolderStore::open(&path).unwrap_err() {
            StoreError::Damaged { fault, .. } => assert_eq!(fault.code.as_str(), code, "{size}"),
            error => panic!("{size}: {error}"),
        }
        assert_eq!(files(&path), before, "{size}");
    }
    // A promise is one, shown or not.
    let (_folder, path, _) = ledger(&latest, 9, &sample::shared().checkpoint(9).to_string());
    assert_eq!(FolderStore::open(&path).unwrap_err().code(), "entries-lost");
}

#[test]
fn what_waits_to_be_shown_is_not_noted_as_published() {
    let (_folder, path, _) = ledger(&cosigned(3, 2).to_string(), 5, &sample::shared().checkpoint(5).to_string());
    let noted = || Acknowledged::read(&Folder(path.clone())).unwrap().published;
    let (mut store, _) = FolderStore::open(&path).unwrap();
    append(&mut store, 6, 1);
    assert_eq!(noted(), 3);
    store.finish_publishing().unwrap();
    assert_eq!(noted(), 5);
}

#[test]
fn a_publication_is_finished_with_the_tiles_that_a_copy_of_the_ledger_came_without() {
    let (_folder, path, before) = ledger(&cosigned(3, 2).to_string(), 5, &sample::shared().checkpoint(5).to_string());
    let lacks = |files: &Files| tiles(5).filter(|tile| !files.contains_key(&tile.path())).count();
    assert!(lacks(&before) > 0);
    FolderStore::open(&path).unwrap().0.finish_publishing().unwrap();
    let (_other, sound) = ledger_of(5);
    FolderStore::open(&sound).unwrap().0.publish(&sample::shared().checkpoint(5)).unwrap();
    let (now, sound) = (files(&path), files(&sound));
    assert_eq!(lacks(&now), 0);
    assert!(tiles(5).all(|tile| now[&tile.path()] == sound[&tile.path()]));
}
