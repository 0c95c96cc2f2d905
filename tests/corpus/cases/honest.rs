//! Honest ledgers, in the forms in which they may lie, against the policies that a reader may have.

use super::super::case::{Case, policy};
use super::super::forge::{Files, Forger, bundle};
use super::super::story::{self, SIZE, disclosure};

/// How many entries the long ledger has.
const LONG: u64 = 300;

/// Honest cases.
pub fn cases() -> Vec<Case> {
    let ledger = story::honest();
    let mut with_tail = ledger.files();
    ledger.add_tail(&mut with_tail);
    ledger.seals.iter().for_each(|size| ledger.add_tiles(&mut with_tail, *size));
    let mut with_more = ledger.files();
    for name in ["README.md", "tile.txt", "index/db", "lock", "tmp/x"] {
        with_more.insert(name.into(), b"Nothing of the ledger.\n".to_vec());
    }
    let mut with_attachment = ledger.files();
    let nobodys = format!("attachments/sha256/{}", "0".repeat(64));
    with_attachment.insert(nobodys, b"Nobody names this.\n".to_vec());
    let mut beyond = story::honest();
    beyond.say("bolt", "bolt-2", disclosure("bolt/report-1"));
    let honest = |name, says, files: &Files| Case::new(name, says, files, "");
    let mut cases = vec![
        honest("honest", "a tail, and the partial tiles of every checkpoint", &with_tail),
        honest("honest-without-tail", "the entries are in the partial entry bundle alone", &ledger.files()),
        honest("honest-tail-beyond-checkpoint", "one entry that no checkpoint promises yet", &beyond.files())
            .sizes(SIZE + 1, SIZE),
        honest("honest-extra-file", "files that are no part of a ledger, and those private to a live one", &with_more),
        honest("honest-extra-attachment", "an attachment that no statement names", &with_attachment),
        honest(
            "honest-rotated-operator-with-first-key-in-policy",
            "the policy lists the operator's first key, and the ledger leads from it to the present one",
            &ledger.files(),
        )
        .policy(policy("operator")),
        honest(
            "honest-with-present-key-in-policy",
            "the policy lists the operator's present key alone",
            &ledger.files(),
        )
        .policy(policy("operator-2")),
        honest("honest-with-pin", "the reader kept an older checkpoint", &ledger.files())
            .kept("pin", &ledger.checkpoint(14)),
    ];
    cases.extend(long(&story::long(LONG)));
    cases
}

/// Cases with a full entry bundle, a full tile, and tiles of two levels.
fn long(ledger: &Forger) -> Vec<Case> {
    let mut ledger = ledger.clone();
    ledger.seal();
    let files = |change: &dyn Fn(&mut Files)| {
        let mut files = ledger.files();
        change(&mut files);
        files
    };
    // What a kill leaves between writing the full bundle and starting a new tail.
    let whole = |from: usize| bundle(&ledger.entries[from..]);
    let long = |name, says, files: Files, faults| Case::new(name, says, &files, faults).sizes(LONG, LONG);
    vec![
        long(
            "honest-300-entries",
            "a full entry bundle, and a tail that begins before its end",
            files(&|files| drop(files.insert("tail".into(), whole(250)))),
            "",
        ),
        long(
            "tail-disagrees-with-full-bundle",
            "an entry in the tail is other than in the full entry bundle",
            files(&|files| {
                let mut entries = ledger.entries[250..].to_vec();
                *entries[2].last_mut().unwrap() ^= 1;
                files.insert("tail".into(), bundle(&entries));
            }),
            "entry-bundle-mismatch@252@tail",
        ),
        long(
            "full-tile-altered",
            "one bit of a full hash tile",
            files(&|files| files.get_mut("tile/0/000").unwrap()[77] ^= 1),
            "tile-mismatch@tile/0/000",
        ),
    ]
}
