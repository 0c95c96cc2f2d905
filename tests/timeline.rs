//! `candour timeline`, run as a reader runs it.

#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::corpus::story;
use crate::tools::candour;

/// The moment at which silence is judged.
const AS_OF: &str = "2026-04-15T00:00:00Z";

fn run(folder: &Path, words: &str) -> Output {
    Command::new(candour()).args(words.split_whitespace()).current_dir(folder).output().unwrap()
}

fn ok(folder: &Path, words: &str) -> String {
    let output = run(folder, words);
    assert_eq!(output.status.code(), Some(0), "candour {words}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(folder: &Path, words: &str) -> (Option<i32>, String) {
    let output = run(folder, words);
    assert!(output.stdout.is_empty(), "candour {words}");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn rows(folder: &Path, words: &str) -> Vec<Value> {
    ok(folder, words).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The honest ledger in a folder of its own.
fn scene() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in story::honest().files() {
        let path = folder.path().join("ledger").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

#[test]
fn the_story_of_the_demo() {
    let folder = tempfile::tempdir().unwrap();
    ok(folder.path(), "demo story");
    let as_of = "--as-of 2021-11-10T00:00:00Z";
    let rows = rows(folder.path(), &format!("timeline story/bundle.zip --platform facebook {as_of} --json"));
    let told: Vec<(Option<u64>, &str)> =
        rows.iter().map(|row| (row["entry"].as_u64(), row["kind"].as_str().unwrap())).collect();
    let mut expected = vec![
        (Some(1), "actor_enrolled"),
        (Some(5), "request_issued"),
        (Some(6), "response_filed"),
        (Some(9), "disclosure_filed"),
        (Some(68), "request_issued"),
        (None, "deadline_passed"),
        (Some(69), "disclosure_filed"),
    ];
    expected.extend([(None, "silent-restatement"); 5]);
    expected.push((None, "no_response"));
    assert_eq!(told, expected);
    assert!(rows.iter().any(|row| row["what"].as_str().unwrap().contains("25700000 in entry 9, 25600000 in entry 69")));
    let silent = rows.last().unwrap();
    assert_eq!(
        silent["what"],
        "1 day after the deadline of nspcc/2021-letter, no response to 3 of 3 items recorded on this ledger"
    );
    assert_eq!(silent["at"], "2021-11-10T00:00:00.000Z");
}

#[test]
fn a_report_is_the_same_whichever_copy_it_is_made_of() {
    let folder = scene();
    ok(folder.path(), "export ledger copy.zip");
    for subject in ["--platform acme", "--request regulator/notice-1"] {
        let said = ok(folder.path(), &format!("timeline ledger {subject} --as-of {AS_OF} --html a.html"));
        assert!(said.starts_with("a.html: "), "{said}");
        ok(folder.path(), &format!("timeline copy.zip {subject} --as-of {AS_OF} --html b.html"));
        let (a, b) = (fs::read(folder.path().join("a.html")).unwrap(), fs::read(folder.path().join("b.html")).unwrap());
        assert!(a == b && a.starts_with(b"<!DOCTYPE html>"), "{subject}");
    }
}

#[test]
fn a_table_is_for_people() {
    let folder = scene();
    let said = ok(folder.path(), &format!("timeline ledger --request regulator/notice-1 --as-of {AS_OF}"));
    let mut lines = said.lines();
    assert_eq!(
        lines.next(),
        Some("the request regulator/notice-1, as of 2026-04-15T00:00:00Z, after 25 entries of candour.example/corpus")
    );
    assert!(lines.next().unwrap().starts_with("WHEN "), "{said}");
    assert!(said.contains("gave acme more time for regulator/notice-1: by the end of 2026-04-01 (Etc/UTC)"), "{said}");
}

#[test]
fn what_cannot_be_told_is_not_told() {
    let folder = scene();
    let at = folder.path();
    let (code, said) = refused(at, "timeline ledger --platform nobody");
    assert_eq!(code, Some(2));
    assert!(said.contains("expected the platform nobody on this ledger, found none"), "{said}");
    for words in ["timeline ledger", "timeline ledger --platform acme --request regulator/notice-1"] {
        assert_eq!(refused(at, words).0, Some(2), "{words}");
    }
    let tile = at.join("ledger/tile/0/000.p/25");
    fs::write(&tile, vec![0; fs::read(&tile).unwrap().len()]).unwrap();
    for words in ["", "--json", "--html report.html"] {
        let (code, said) = refused(at, &format!("timeline ledger --platform acme {words}"));
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("tile-mismatch") || said.contains("tile"), "{said}");
    }
    assert!(!at.join("report.html").exists());
}
