//! Honest ledgers, in the forms in which they may lie, against the policies that a reader may have.

use candour::core::cosignature::{Cosigner, CosigningKey};
use candour::core::note::VerifierKey;

use super::super::case::{Case, policy, policy_with};
use super::super::forge::{Files, Forger, bundle, key};
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
    cases.extend(witnessed(&ledger));
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

/// Cases with witnesses.
fn witnessed(ledger: &Forger) -> Vec<Case> {
    let witness = |label: &str| VerifierKey::cosignature(label, key(label).public().unwrap()).unwrap();
    let quorum = || {
        let witnesses = ["witness.example/a", "witness.example/b", "witness.example/c"];
        let lines = witnesses.iter().zip('A'..).map(|(label, name)| format!("witness {name} {}\n", witness(label)));
        policy_with("operator-2", &format!("{}group two 2 A B C\nquorum two\n", lines.collect::<String>()))
    };
    let cosigner = |label: &str| Cosigner::new(label, CosigningKey::Ed25519(key(label))).unwrap();
    let cosigned = |file: &str, size, labels: &[&str], spoil: bool| {
        let mut checkpoint = ledger.checkpoint(size);
        for (time, label) in (1_767_400_000..).zip(labels) {
            let line = cosigner(label).cosign(&checkpoint, time).unwrap();
            checkpoint.add_signature(line).unwrap();
        }
        let mut text = checkpoint.to_string();
        if spoil {
            // The last cosignature is given the bytes of another.
            let other = cosigner(labels[labels.len() - 1]).cosign(&ledger.checkpoint(18), 1);
            let lines: Vec<&str> = text.lines().collect();
            text = format!("{}\n{}\n", lines[..lines.len() - 1].join("\n"), other.unwrap());
        }
        let mut files = ledger.files();
        files.insert(file.into(), text.into());
        files
    };
    let latest = |labels: &[&str], spoil: bool| cosigned("checkpoint", SIZE, labels, spoil);
    let earlier = |spoil: bool| {
        let mut files = latest(&["witness.example/a", "witness.example/b"], false);
        let name = "checkpoints/19";
        files.extend(cosigned(name, 19, &["witness.example/c"], spoil).remove_entry(name));
        files
    };
    let (a, b) = ("witness.example/a", "witness.example/b");
    vec![
        Case::new(
            "honest-with-cosignatures-and-quorum",
            "two of three witnesses cosigned",
            &latest(&[a, b], false),
            "",
        )
        .policy(quorum()),
        Case::new(
            "quorum-not-met",
            "one of three witnesses cosigned, of the two that the policy asks for",
            &latest(&[a], false),
            "quorum-not-met@checkpoint",
        )
        .policy(quorum()),
        Case::new(
            "cosignature-forged",
            "a witness's cosignature is one of another checkpoint",
            &latest(&[a, b], true),
            "cosignature-invalid@checkpoint",
        )
        .policy(quorum()),
        Case::new(
            "honest-with-an-earlier-cosignature",
            "a witness that is not asked any more cosigned an earlier checkpoint",
            &earlier(false),
            "",
        )
        .policy(quorum()),
        Case::new(
            "cosignature-forged-earlier",
            "a witness's cosignature of an earlier checkpoint is one of another, and the quorum is met without it",
            &earlier(true),
            "cosignature-invalid@checkpoints/19",
        )
        .policy(quorum()),
        Case::new(
            "cosignature-by-unknown-witness",
            "two cosignatures, but one by a witness that the policy does not know",
            &latest(&[a, "witness.example/d"], false),
            "quorum-not-met@checkpoint",
        )
        .policy(quorum()),
    ]
}
