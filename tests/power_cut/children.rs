//! What works in a process of its own, so that its power can be cut. It says what it acknowledged, a line of JSON for
//! each. Without `CANDOUR_HOUSE` there is nothing to do.

use std::env;
use std::io::Write as _;
use std::path::PathBuf;
use std::thread;

use candour::core::checkpoint::{Checkpoint, SignedCheckpoint};
use candour::core::cosignature::{Cosigner, CosigningKey};
use candour::core::fault::Fault;
use candour::core::hash::Hash;
use candour::core::merkle::{Frontier, consistency_proof};
use candour::core::witness::{AddCheckpoint, Logs};
use candour::shell::clock::SystemClock;
use candour::shell::ledger::Intake;
use candour::shell::witness::{Published, Witness};
use serde_json::{Value, json};

use super::house::{FILERS, House, ORIGIN, content, disclosure, filer, key, next, policy, sign};

fn say(what: &Value) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{what}").and_then(|()| out.flush()).expect("somebody listens");
}

/// Where, and how often.
fn task() -> Option<(House, u64)> {
    let root = PathBuf::from(env::var_os("CANDOUR_HOUSE")?);
    Some((House::at(&root), env::var("CANDOUR_TIMES").ok()?.parse().ok()?))
}

/// Many who file at once, each so many statements, and an operator who publishes meanwhile.
#[test]
fn filers() {
    let Some((house, times)) = task() else { return };
    let ledger = house.open();
    let begin: Vec<u64> = (0..FILERS).map(|number| next(&ledger, &key(&filer(number)))).collect();
    let (intake, writer) = Intake::start(ledger, SystemClock).expect("a writer");
    thread::scope(|scope| {
        for (number, begin) in (0..FILERS).zip(begin) {
            let intake = intake.clone();
            scope.spawn(move || {
                for nth in begin..begin + times {
                    let name = filer(number);
                    let envelope = sign(&name, nth, disclosure(number, nth), &[key(&name)]);
                    let filed = intake.file(envelope, &mut content).expect("filed");
                    say(&json!({ "index": filed.index }));
                    if number == 0 && nth % 16 == 5 {
                        let published = intake.run(|ledger| ledger.publish(&key("operator")));
                        let published = published.expect("a writer").expect("a checkpoint");
                        say(&json!({ "sealed": published.checkpoint().size }));
                    }
                }
            });
        }
    });
    drop(intake);
    writer.join().expect("a ledger");
}

/// A witness that is shown checkpoints, each of one entry more, and after each one of another history.
#[test]
fn witness() {
    let Some((house, times)) = task() else { return };
    let witness = open_witness(&house);
    let seen = cosigned(&witness);
    for size in seen + 1..=seen + times {
        witness.add_checkpoint(body(size - 1, size, 0).as_bytes()).expect("cosigned");
        say(&json!({ "cosigned": size }));
        if size > 1 {
            let refused = witness.add_checkpoint(body(size, size, size).as_bytes());
            assert!(refused.is_err(), "two histories are cosigned");
            say(&json!({ "refused": size }));
        }
    }
}

/// The witness of the house.
pub(super) fn open_witness(house: &House) -> Witness {
    let cosigner = Cosigner::new("witness.example/w", CosigningKey::Ed25519(key("witness"))).expect("a cosigner");
    let folder = house.root().join("witness");
    Witness::open(&folder, vec![cosigner], Logs::of(&policy()), Box::new(SystemClock)).expect("a witness").0
}

/// The size that it cosigned last.
pub(super) fn cosigned(witness: &Witness) -> u64 {
    match witness.published_of(ORIGIN).expect("a log that it knows") {
        Published::Nothing => 0,
        Published::Checkpoint(text) => SignedCheckpoint::parse(text.as_bytes()).expect("a note").checkpoint().size,
        Published::Unknown => panic!("a witness that does not know what it cosigned"),
    }
}

/// A body of `add-checkpoint`; of each `branch` the last leaf is another.
pub(super) fn body(old: u64, size: u64, branch: u64) -> String {
    let leaf = |index: u64| Hash::leaf(format!("{index} {}", if index + 1 == size { branch } else { 0 }).as_bytes());
    let root = |from, to| (from..to).map(leaf).collect::<Frontier>().root();
    let node = |level: u8, index: u64| Ok::<_, Fault>(root(index << level, (index + 1) << level));
    let proof = consistency_proof(old, size, node).expect("a proof");
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root: root(0, size) };
    let checkpoint = SignedCheckpoint::sign(checkpoint, &key("operator")).expect("a checkpoint");
    AddCheckpoint { old, proof, checkpoint }.to_string()
}
