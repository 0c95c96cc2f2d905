//! Entries dropped, moved, repeated or slipped in.

use super::super::case::Case;
use super::super::forge::{bundle, unbundle};
use super::super::story::{self, SIZE, request};
use super::{ENTRIES, HASHES};

/// What follows where the present checkpoint is of other entries.
const BROKEN: &str = "checkpoint-root-mismatch@checkpoint checkpoint-root-mismatch@checkpoints/25";

/// What follows where it is of more entries than there are.
const FEWER: &str = "checkpoint-beyond-entries@checkpoint checkpoint-beyond-entries@checkpoints/25 \
                     file-unexpected@tile/0/000.p/25";

/// Cases of entries out of order.
pub fn cases() -> Vec<Case> {
    let mut cases = vec![
        moved(
            "dropped-first",
            "the opening entry is not there",
            &format!(
                "index-mismatch@0 previous-mismatch@1 ledger-not-opened@1 seen-mismatch@7 seen-mismatch@24 {FEWER} \
                 checkpoint-root-mismatch@checkpoints/5 checkpoint-root-mismatch@checkpoints/9 \
                 checkpoint-root-mismatch@checkpoints/14 checkpoint-root-mismatch@checkpoints/19"
            ),
            |entries| drop(entries.remove(0)),
        )
        .sizes(SIZE - 1, 0),
        moved(
            "dropped-middle",
            "an entry in the middle is not there",
            &format!(
                "index-mismatch@12 previous-mismatch@13 nth-gap@13 seen-mismatch@24 {FEWER} \
                 checkpoint-root-mismatch@checkpoints/14 checkpoint-root-mismatch@checkpoints/19"
            ),
            |entries| drop(entries.remove(12)),
        )
        .sizes(SIZE - 1, 9),
        moved("dropped-last", "the last entry is not there", FEWER, |entries| drop(entries.pop())).sizes(SIZE - 1, 19),
        moved(
            "duplicated-entry",
            "an entry is there twice",
            &format!("index-mismatch@24 previous-mismatch@23 nth-reused@23 tile-mismatch@{HASHES} {BROKEN}"),
            |entries| entries.insert(24, entries[23].clone()),
        )
        .sizes(SIZE + 1, 19),
        moved(
            "repeated-before-a-rotation",
            "an entry is there twice, so that the operator's key is replaced by an entry that stands a place later than its \
             index says: places count",
            &format!(
                "index-mismatch@11 previous-mismatch@10 nth-reused@10 seen-mismatch@24 tile-mismatch@{HASHES} {BROKEN} \
                 checkpoint-root-mismatch@checkpoints/14 checkpoint-root-mismatch@checkpoints/19 \
                 checkpoint-unsigned@checkpoints/19"
            ),
            |entries| entries.insert(11, entries[10].clone()),
        )
        .sizes(SIZE + 1, 9),
        moved(
            "inserted-entry",
            "an entry that its author signed and the ledger never placed",
            &format!("index-mismatch@25 previous-mismatch@24 tile-mismatch@{HASHES} {BROKEN}"),
            |entries| {
                let mut other = story::honest();
                other.entries.truncate(24);
                other.say("charity", "charity", request("charity/letter-2", &["bolt"], "2026-06-01"));
                entries.insert(24, other.entries[24].clone());
            },
        )
        .sizes(SIZE + 1, 19),
    ];
    cases.push(swapped());
    cases.push(dropped_quietly());
    cases.push(dropped_by_the_operator());
    cases
}

/// The honest ledger with its entries moved about in a bundle that says that it holds 25.
fn moved(name: &'static str, says: &'static str, faults: &str, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Case {
    let mut files = story::honest().files();
    let mut entries = unbundle(&files[ENTRIES]);
    change(&mut entries);
    files.insert(ENTRIES.into(), bundle(&entries));
    Case::new(name, says, &files, &format!("entry-bundle-malformed@{ENTRIES} {faults}"))
}

fn swapped() -> Case {
    let mut files = story::honest().files();
    let mut entries = unbundle(&files[ENTRIES]);
    entries.swap(22, 23);
    files.insert(ENTRIES.into(), bundle(&entries));
    let faults = format!(
        "index-mismatch@22 index-mismatch@23 index-mismatch@24 previous-mismatch@22 previous-mismatch@23 \
         previous-mismatch@24 time-reversed@22 tile-mismatch@{HASHES} {BROKEN}"
    );
    Case::new("swapped-entries", "two entries changed places", &files, &faults).sizes(SIZE, 19)
}

/// Every file but the checkpoints says that there are 24 entries.
fn dropped_quietly() -> Case {
    let ledger = story::honest();
    let mut files = ledger.files();
    [ENTRIES, HASHES].iter().for_each(|name| drop(files.remove(*name)));
    ledger.add_tiles(&mut files, SIZE - 1);
    let faults = "checkpoint-beyond-entries@checkpoint checkpoint-beyond-entries@checkpoints/25";
    Case::new("dropped-last-with-its-tiles", "the last entry is not there, nor its hash in the tile", &files, faults)
        .sizes(SIZE - 1, 19)
}

/// Everything is linked and signed anew, but the authors' counters and what they have seen.
fn dropped_by_the_operator() -> Case {
    let mut ledger = story::honest();
    ledger.entries.remove(12);
    ledger.relink().seals = vec![5, 9, 14, 19, 24];
    Case::new(
        "dropped-by-the-operator",
        "the operator left out an entry and linked, hashed and signed all others anew",
        &ledger.files(),
        "nth-gap@12 seen-mismatch@23",
    )
    .sizes(SIZE - 1, SIZE - 1)
}
