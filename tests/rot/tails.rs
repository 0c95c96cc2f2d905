//! A ledger is restored from whatever tail an auditor accepts: of a writer's own folder, as a kill or a disk left it.

use candour::core::policy::Policy;
use candour::core::statement::Rule;
use candour::core::tile::split;
use candour::shell::restore::restore;
use candour::shell::verify::{Options, verify};
use candour::storage::memory_bundle::MemoryBundle;
use serde_json::json;

use super::world::{entries, open};
use crate::corpus::forge::{Files, Forger, bundle};
use crate::corpus::story;

/// A full entry bundle, and some entries after it; of those, the first few are sealed.
const ENTRIES: u64 = 270;
const SEALED: u64 = 260;
const FULL: usize = 256;
/// The entry that is damaged.
const DAMAGED: usize = 264;

fn ledger() -> Forger {
    let mut ledger = story::long(ENTRIES);
    ledger.seals = vec![SEALED];
    ledger
}

/// How many entries an auditor finds who has nothing against the copy, and how many bytes after them.
fn accepted(files: &Files) -> (u64, u64) {
    let options =
        Options { pins: Vec::new(), rule: Rule::Cofactored, progress: &mut |_, _| {}, as_of: None, watch: &mut () };
    let bundle = MemoryBundle::from_iter(files.clone());
    let report = verify(&bundle, &Policy::parse(b"quorum none\n").unwrap(), options).unwrap();
    let codes: Vec<_> = report.faults.iter().map(|fault| fault.code.as_str()).collect();
    assert_eq!(codes, ["checkpoint-untrusted"]);
    let rest = report.not_checked.iter().find_map(|line| line.strip_prefix("tail: ")?.split(' ').next()?.parse().ok());
    (report.size, rest.unwrap_or(0))
}

/// Tails of that ledger, and how many entries there are then.
fn tails(all: &[Vec<u8>]) -> Vec<(&'static str, Vec<u8>, u64)> {
    let new = &all[FULL..];
    let sound = bundle(new);
    // Its length is made another, so that nothing after it forms an entry; and a part of it is lost.
    let at = bundle(&all[FULL..DAMAGED]).len();
    let end = bundle(&all[FULL..=DAMAGED]).len();
    let mut length = sound.clone();
    length[at..at + 2].fill(0xff);
    let mut hole = length.clone();
    hole[at + 2..end].fill(0);
    let and_new =
        |old: &[usize]| [bundle(&old.iter().map(|at| all[*at].clone()).collect::<Vec<_>>()), bundle(new)].concat();
    vec![
        ("as its writer leaves it", sound.clone(), ENTRIES),
        ("a byte more", [&sound[..], &[0]].concat(), ENTRIES),
        ("a part of an entry more", [&sound[..], &bundle(&all[9..10])[..90]].concat(), ENTRIES),
        ("the last entry torn", sound[..sound.len() - 9].to_vec(), ENTRIES - 1),
        ("all that the full bundle holds", bundle(all), ENTRIES),
        ("some of it", bundle(&all[250..]), ENTRIES),
        ("one of it", and_new(&[3]), ENTRIES),
        ("some of it in another order", and_new(&[9, 3, 9]), ENTRIES),
        ("an entry damaged", length, DAMAGED as u64),
        ("an entry lost", hole, DAMAGED as u64),
    ]
}

#[test]
fn a_ledger_is_restored_from_every_tail_that_verifies() {
    let (ledger, folder) = (ledger(), tempfile::tempdir().unwrap());
    let mut cases: Vec<(&str, Files, u64)> = Vec::new();
    for (what, tail, size) in tails(&ledger.entries) {
        let mut files = ledger.files();
        files.insert("tail".into(), tail);
        cases.push((what, files, size));
    }
    let mut unbundled = ledger.files();
    unbundled.remove("tile/entries/000");
    for (what, count) in [("no full bundle", ENTRIES), ("no full bundle, and as many as it has", SEALED)] {
        unbundled.insert("tail".into(), bundle(&ledger.entries[..count as usize]));
        cases.push((what, unbundled.clone(), count));
    }
    let mut long = story::long(600);
    long.seals = vec![580];
    let mut files = long.files();
    files.retain(|name, _| !["tile/entries/000", "tile/entries/001"].contains(&name.as_str()));
    files.insert("tail".into(), [bundle(&long.entries), vec![1, 2, 3]].concat());
    cases.push(("more than two bundles", files, 600));
    let mut wrong = Vec::new();
    for (number, (what, files, size)) in cases.into_iter().enumerate() {
        let (found, rest) = accepted(&files);
        assert_eq!(found, size, "{what}");
        let target = folder.path().join(number.to_string());
        match restore(&MemoryBundle::from_iter(files), &target, None, &mut |_, _| {}) {
            Err(error) => wrong.push(format!("{what}: {error}")),
            Ok(done) => {
                let all = if size > ENTRIES { &long.entries } else { &ledger.entries };
                assert_eq!((done.size, json!(done)["torn"]["bytes"].as_u64()), (size, Some(rest)), "{what}");
                assert_eq!(entries(&open(&target).unwrap()), all[..size as usize], "{what}");
                let tail = std::fs::read(target.join("tail")).unwrap();
                assert_eq!(split(&tail).count() as u64, size % 256, "{what}");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
