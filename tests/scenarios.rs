//! Public cases, date by date: each in `fixtures/scenarios` becomes a ledger, and what the law and the derivations say of
//! it is what the case says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a case that cannot be told is a test that fails")]

mod case;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use candour::core::finding::Finding;
use candour::core::obligation::{Standing, obligations};
use candour::core::penalty::accrued;
use candour::core::time::Date;
use candour::shell::calendar;
use serde_json::Value;

use crate::tools::is_missing;
use case::cases;
use world::World;

#[test]
fn every_step_that_was_taken_is_lawful_and_the_ledger_verifies() {
    for case in cases() {
        for branch in case.branches() {
            World::of(&case, branch);
        }
    }
}

#[test]
fn a_step_that_the_law_forbids_is_refused_there() {
    for case in cases() {
        assert!(!case.refused.is_empty(), "{}", case.name);
        for row in &case.refused {
            let found = World::until(&case, row.branch.as_deref(), &row.after).refusal(row);
            assert_eq!(found.as_deref(), Some(row.code.as_str()), "{}: {}", case.name, row.says);
        }
    }
}

#[test]
fn obligations_stand_as_the_case_says() {
    for case in cases() {
        for row in &case.status {
            let says = format!("{}, {}: {} of {}, as of {}", case.name, row.branch(), row.item, row.request, row.as_of);
            let world = World::of(&case, row.branch.as_deref());
            let owed = obligations(world.state_at(row.as_of), row.as_of)
                .find(|owed| {
                    (owed.request.as_str(), owed.item.as_str(), owed.addressee.as_str())
                        == (&row.request, &row.item, &row.addressee)
                })
                .unwrap_or_else(|| panic!("{says}: not owed"));
            assert_eq!(owed.standing.as_str(), row.standing, "{says}");
            assert_eq!(seconds(&owed.standing), row.seconds, "{says}: seconds");
            assert_eq!(owed.successor.as_ref().map(|it| it.as_str()), row.successor.as_deref(), "{says}: successor");
        }
    }
}

/// How long an answer came after the deadline, or how far from it the time is.
fn seconds(standing: &Standing) -> Option<u64> {
    match standing {
        Standing::Overdue { by, .. } | Standing::Silent { by } => Some(*by),
        Standing::Due { within } => Some(*within),
        _ => standing.late_by(),
    }
}

#[test]
fn penalties_come_to_what_the_case_says() {
    for case in cases() {
        for row in &case.penalty {
            let says = format!("{}, {}: {} on {}", case.name, row.branch(), row.penalty, row.on);
            let world = World::of(&case, row.branch.as_deref());
            let state = row.as_of.map_or(world.state(), |as_of| world.state_at(as_of));
            let mut penalties = state.compliance().penalties();
            let (_, penalty) = penalties.find(|(id, _)| id.as_str() == row.penalty).unwrap_or_else(|| panic!("{says}"));
            let found = accrued(penalty, row.on);
            assert_eq!((found.days, found.total, found.running), (row.days, row.total.into(), row.running), "{says}");
            assert_eq!(penalty.currency.as_str(), row.currency, "{says}");
        }
    }
}

/// Exactly these, and nothing else.
#[test]
fn what_is_noticed_is_what_the_case_says() {
    for case in cases() {
        for branch in case.branches() {
            let world = World::of(&case, branch);
            let rows: Vec<_> = case.finding.iter().filter(|row| row.branch.as_deref() == branch).collect();
            let noticed = world.findings();
            let said: Vec<&str> = noticed.iter().map(|it| it.says.as_str()).collect();
            let says = format!("{}, {branch:?}: {said:#?}", case.name);
            let entries = |row: &case::Finding| row.entries.iter().map(|step| world.index(step)).collect::<Vec<u64>>();
            let expected: BTreeSet<_> = rows.iter().map(|row| (row.code.clone(), entries(row))).collect();
            let found: BTreeSet<_> =
                noticed.iter().map(|it| (it.code.as_str().to_owned(), it.entries.clone())).collect();
            assert_eq!(found, expected, "{says}");
            assert_eq!(noticed.len(), rows.len(), "{says}");
            for row in rows {
                let of = |it: &&Finding| it.code.as_str() == row.code && it.entries == entries(row);
                let it = noticed.iter().find(of).unwrap();
                assert!(row.says.iter().all(|part| it.says.contains(part)), "{row:?}: {says}");
                if let Some(actor) = &row.actor {
                    assert_eq!(it.actor.as_ref().map(|it| it.as_str()), Some(actor.as_str()), "{row:?}: {says}");
                }
            }
        }
    }
}

/// A deadline carries its instant, so that no verifier has to know a time zone. Here each is held to its calendar.
#[test]
fn every_deadline_ends_when_its_day_ends_in_its_calendar() {
    fn check(event: &Value, says: &str, found: &mut usize) {
        match event {
            Value::Object(fields) => {
                if let (Some(date), Some(ends_at)) = (fields.get("date"), fields.get("ends_at")) {
                    let date = Date::parse(date.as_str().unwrap()).unwrap();
                    let end = calendar::end_of(date, fields["calendar"].as_str().unwrap()).unwrap();
                    assert_eq!(end.to_string(), ends_at.as_str().unwrap(), "{says}");
                    *found += 1;
                }
                fields.values().for_each(|value| check(value, says, found));
            }
            Value::Array(values) => values.iter().for_each(|value| check(value, says, found)),
            _ => {}
        }
    }
    let mut found = 0;
    for case in cases() {
        let branched = case.branch.iter().flat_map(|branch| &branch.step);
        for step in case.step.iter().chain(branched) {
            check(&step.event, &format!("{}: {}", case.name, step.name), &mut found);
        }
        let sound = case.refused.iter().filter(|row| row.code != "deadline-invalid");
        sound.for_each(|row| check(&row.event, &row.says, &mut found));
    }
    assert!(found > 10, "{found} deadlines");
}

/// The other verifier, which shares no line with this one, says the same of what happened.
#[test]
fn the_python_verifier_verifies_each() {
    if is_missing("python3") {
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/verify.py");
    let temporary = tempfile::tempdir().unwrap();
    let policy = temporary.path().join("policy");
    fs::write(&policy, world::policy()).unwrap();
    for case in cases() {
        let bundle = temporary.path().join(&case.name);
        for (name, bytes) in World::of(&case, None).files() {
            let path = bundle.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let output = Command::new("python3").arg(&script).arg(&bundle).arg("--policy").arg(&policy).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{}: {said}", case.name);
    }
}

/// What happened has a source, or is said to be the fixture's own, in part or in whole. What did not happen has neither.
#[test]
fn every_fact_names_its_source() {
    for case in cases() {
        let known: BTreeMap<&str, &str> =
            case.source.iter().map(|source| (source.id.as_str(), source.what.as_str())).collect();
        let mut used = BTreeSet::new();
        for step in &case.step {
            assert!(!step.sources.is_empty() || step.own.is_some(), "{}: {}", case.name, step.name);
            for source in &step.sources {
                assert!(known.contains_key(source.as_str()), "{}: {}: {source}", case.name, step.name);
                used.insert(source.as_str());
            }
        }
        let unused: Vec<_> = known.keys().filter(|id| !used.contains(*id)).collect();
        assert!(unused.is_empty(), "{}: {unused:?}", case.name);
        for step in case.branch.iter().flat_map(|branch| &branch.step) {
            assert!(step.sources.is_empty(), "{}: {} did not happen", case.name, step.name);
        }
        assert!(known.values().all(|what| !what.is_empty()));
        assert!(case.source.iter().all(|source| source.url.starts_with("https://") || source.url.is_empty()));
    }
}
