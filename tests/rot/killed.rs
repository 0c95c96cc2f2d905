//! A repair that is killed while it puts files in their places.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitStatus};

use candour::core::fault::Code;
use candour::core::note::VerifierKey;
use candour::core::policy::Policy;
use candour::core::statement::Rule;
use candour::shell::verify::{Options, verify};
use candour::storage::folder_bundle::FolderBundle;
use serde_json::json;

use super::place::{Place, whole};
use crate::corpus::forge::{Forger, key};
use crate::corpus::story;
use crate::disk::{self, Event, Plan};
use crate::tools::candour;

/// A ledger of more than a bundle, with attachments that the one behind it does not have.
fn ahead() -> Forger {
    let mut ledger = story::honest();
    ledger.operators = vec![(0, "operator"), (19, "operator-2")];
    ledger.say("bolt", "bolt-2", story::disclosure("bolt/report-1"));
    while ledger.size() < 290 {
        let error = format!("bolt/error-{}", ledger.size());
        let event = json!({"kind": "error_notified", "document": "bolt/report-1", "error": error, "note": "A note."});
        ledger.say("bolt", "bolt-2", event);
    }
    ledger.seal();
    ledger
}

fn mend(place: &Place, log: &Path, plan: Option<Plan>) -> ExitStatus {
    let mut command = Command::new(candour());
    command.args(["repair", "ledger", "--from", "copy", "--apply", "--json"]).current_dir(place.0.path());
    disk::put_under(&mut command, place.0.path(), log, plan);
    command.output().unwrap().status
}

#[test]
fn a_ledger_that_is_behind_verifies_wherever_its_repair_is_killed_and_the_next_finishes_it() {
    let (behind, ahead) = (story::until(5), ahead());
    let verifier = VerifierKey::ed25519(ahead.origin, key("operator").public().unwrap()).unwrap();
    let policy = Policy::parse(format!("log {verifier}\nquorum none\n").as_bytes()).unwrap();
    let place = || {
        let place = Place::of(&behind);
        for (name, bytes) in whole(&ahead) {
            let file = place.0.path().join("copy").join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
        place
    };
    let (first, log) = (place(), tempfile::NamedTempFile::new().unwrap());
    assert!(mend(&first, log.path(), None).success());
    let calls = disk::read_log(log.path());
    let placed = calls.iter().filter(|call| call.name == "rename" && call.path2.starts_with("ledger/"));
    let placed: Vec<_> = placed.map(|call| (call.number, call.path2.as_str())).collect();
    let at = |part: &str| placed.iter().position(|(_, name)| name.contains(part));
    assert!(at("attachments") < at("tile/entries/000") && at("tile/entries/000") < at("tail"), "{placed:?}");
    assert!(placed.len() > 8 && at("attachments").is_some(), "{placed:?}");
    for (at, name) in &placed {
        let (place, log) = (place(), tempfile::NamedTempFile::new().unwrap());
        let killed = mend(&place, log.path(), Some(Plan { event: Event::KillAfter, at: *at, times: 1 }));
        assert_eq!(killed.code(), None, "{name}");
        let options =
            Options { pins: Vec::new(), rule: Rule::Strict, progress: &mut |_, _| {}, as_of: None, watch: &mut () };
        let report = verify(&FolderBundle::open(&place.path()).unwrap(), &policy, options).unwrap();
        // Checkpoints come last, as each needs its entries; until then entries may have seen one that is not there.
        let faults: Vec<_> = report.faults.iter().filter(|fault| fault.code != Code::SeenNotPublished).collect();
        assert!(faults.is_empty(), "killed after {name}: {faults:?}");
        assert!(mend(&place, log.path(), None).success(), "after a kill after {name}");
        assert_eq!(place.entries(), ahead.entries);
    }
}
