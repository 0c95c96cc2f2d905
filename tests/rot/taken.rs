//! What is taken from a copy, how much of it, and how it is judged.

use std::fs;
use std::process::Command;

use candour::core::fault::Code;
use candour::core::hash::Hash;
use candour::shell::repair::Done;
use candour::shell::restore::restore;
use candour::storage::http_bundle::HttpBundle;
use candour::storage::memory_bundle::MemoryBundle;
use serde_json::json;

use super::place::{Place, codes, sealed, steps, whole};
use crate::corpus::forge::Forger;
use crate::corpus::story::{self, DOCUMENT, SIZE};
use crate::http::server::{Odd, Server};
use crate::tools::candour;

fn name_of(content: &[u8]) -> String {
    format!("attachments/sha256/{}", Hash::of(content))
}

#[test]
fn an_attachment_that_no_entry_names_stays_in_the_copy() {
    let folder = tempfile::tempdir().unwrap();
    let (target, unnamed) = (folder.path().join("ledger"), name_of(b"unnamed"));
    let mut copy = story::honest().files();
    copy.insert(unnamed.clone(), b"anything".to_vec());
    let restored = restore(&MemoryBundle::from_iter(copy), &target, None, &mut |_, _| {}).unwrap();
    assert_eq!((restored.left, restored.missing), (vec![unnamed.clone()], Vec::new()));
    assert!(!target.join(unnamed).exists() && target.join(name_of(DOCUMENT)).exists());
}

#[test]
fn of_a_mirrors_attachment_a_repair_takes_no_more_than_its_entry_says() {
    let (ledger, name) = (story::honest(), name_of(DOCUMENT));
    let place = Place::of(&ledger);
    for (damaged, code) in [(None, Code::AttachmentMissing), (Some("rotten"), Code::AttachmentMismatch)] {
        place.remove(&[&name]);
        damaged.iter().for_each(|bytes| fs::write(place.at(&name), bytes).unwrap());
        for odd in [Odd::Endless, Odd::Bytes(b"another".to_vec()), Odd::Status(404)] {
            let server = Server::with(whole(&ledger), &name, odd);
            let done = place.mend_from(Some(&HttpBundle::open(&server.url()).unwrap()), None, true, false);
            assert_eq!((codes(&done), done.applied), (vec![code], false));
        }
        let server = Server::of(whole(&ledger));
        let done = place.mend_from(Some(&HttpBundle::open(&server.url()).unwrap()), None, true, false);
        assert_eq!((steps(&done), codes(&done)), (vec![(name.as_str(), Done::TakenFromCopy)], Vec::new()));
        assert_eq!(fs::read(place.at(&name)).unwrap(), DOCUMENT);
        assert_eq!(done.aside.is_some(), damaged.is_some());
    }
}

/// The first five entries of the story, and what the charity asks, with an attachment of which these things are said.
fn asking(content: &[u8], lengths: &[usize]) -> Forger {
    let mut ledger = story::until(5);
    ledger.attachments.push(content.to_vec());
    for (length, nth) in lengths.iter().zip(1..) {
        let mut event = story::request(&format!("charity/letter-{nth}"), &["acme"], "2026-03-01");
        let mut named = story::attachment("notice.txt", "text/plain", content);
        named["length"] = json!(length);
        event["attachments"] = json!([named]);
        ledger.say("charity", "charity", event);
    }
    ledger.seal();
    ledger
}

#[test]
fn an_attachment_is_taken_by_the_entry_that_gives_it_its_length() {
    let ledger = asking(DOCUMENT, &[5, DOCUMENT.len(), 500]);
    let (place, name) = (Place::of(&ledger), name_of(DOCUMENT));
    place.remove(&[&name]);
    let done = place.mend(Some(&ledger), None, true, false);
    assert_eq!(steps(&done), [(name.as_str(), Done::TakenFromCopy)]);
    // What the others say of it is wrong, and stays so.
    let told: Vec<_> = done.left.iter().map(|fault| (fault.index, fault.code)).collect();
    assert_eq!(told, [(Some(5), Code::AttachmentMissing), (Some(7), Code::AttachmentMismatch)]);
    assert_eq!(fs::read(place.at(&name)).unwrap(), DOCUMENT);
}

#[test]
fn what_is_taken_is_judged_as_a_table_where_it_is_said_to_be_one() {
    let content = b"no table\n";
    let mut ledger = story::until(9);
    ledger.attachments.push(content.to_vec());
    let (mut report, mut table) =
        (story::disclosure("acme/report-2"), story::attachment("figures.csv", "text/csv", content));
    table["holds"] = json!("observations");
    report["attachments"] = json!([table]);
    report.as_object_mut().unwrap().remove("observations");
    ledger.say("acme", "acme", report).seal();
    let (place, name) = (Place::of(&ledger), name_of(content));
    place.remove(&[&name]);
    let done = place.mend(Some(&ledger), None, true, false);
    assert_eq!(
        (steps(&done), codes(&done)),
        (vec![(name.as_str(), Done::TakenFromCopy)], vec![Code::AttachmentMalformed])
    );
}

#[test]
fn what_a_mirror_lists_and_does_not_have_keeps_nobody_from_repairing() {
    let ledger = sealed(5, &[2, 5]);
    let place = Place::of(&ledger);
    for missing in ["checkpoints/2", "tile/entries/000.p/5"] {
        let mut served = whole(&ledger);
        served.insert("checkpoints/sizes".into(), b"2\n5\n".to_vec());
        assert!(served.remove(missing).is_some(), "{missing}");
        let server = Server::of(served);
        let mirror = HttpBundle::open(&server.url()).unwrap();
        assert!(place.mend_from(Some(&mirror), None, false, false).is_sound(), "{missing}");
    }
}

#[test]
fn the_entries_of_a_mirror_are_asked_for_once() {
    let ledger = story::honest();
    let mut served = ledger.files();
    served.insert(
        "checkpoints/sizes".into(),
        ledger.seals.iter().map(|size| format!("{size}\n")).collect::<String>().into(),
    );
    let server = Server::of(served);
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new(candour()).args(["restore", &server.url(), "ledger"]).current_dir(folder.path()).output();
    assert!(done.unwrap().status.success());
    assert!(folder.path().join("ledger").join(name_of(DOCUMENT)).exists());
    assert_eq!(server.asked_for(&format!("tile/entries/000.p/{SIZE}")), 1);
}
