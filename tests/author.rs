//! What an author's own command remembers of a key, held against the ledger.

#![allow(clippy::unwrap_used, reason = "a test may")]

use std::fs;

use crate::command_line::Scene;

fn ask(ledger: &str, name: &str, key: &str) -> String {
    format!(
        "request {ledger} {name} --key {key}.pem --to example --title T --item a=b --issued-at 2026-01-01T00:00:00Z"
    )
}

#[test]
fn an_author_learns_of_what_it_did_not_sign_and_signs_no_number_twice() {
    let scene = Scene::new();
    scene.ok("export ledger before.zip");
    let said =
        |words: &str| String::from_utf8(scene.run(&format!("{words} --operator-key operator.pem")).stderr).unwrap();
    fs::copy(scene.path("charity.pem"), scene.path("stolen.pem")).unwrap();
    assert_eq!(said(&ask("ledger", "by-the-thief", "stolen")), "");
    let note = said(&ask("ledger", "by-the-owner", "charity"));
    assert!(note.contains("up to number 1 on the ledger, 0 is the last that was signed from here"), "{note}");
    assert_eq!(said(&ask("ledger", "by-the-owner-too", "charity")), "", "it is said once");

    // A ledger that lost them, shown to who forgot what it saw: its place 1 is taken, whatever stood there.
    let seen = fs::read_dir(scene.path("")).unwrap().map(|item| item.unwrap().path());
    for path in seen.filter(|path| path.extension().is_some_and(|extension| extension == "seen")) {
        fs::remove_file(path).unwrap();
    }
    let again = format!("{} --out again.json", ask("before.zip", "again", "charity"));
    let refused = scene.fails(&again, 1);
    assert!(refused.contains("this key signed its numbers 1 to 3 before"), "{refused}");
    scene.ok(&format!("{again} --sign-again"));
}
