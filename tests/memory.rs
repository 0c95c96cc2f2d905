//! `candour verify --memory`: what it relies on, when it does not, and what it never forgets.

#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::fs;
use std::process::Command;

use candour::core::hash::Hash;
use serde_json::Value;

use crate::corpus::disk;
use crate::corpus::forge::Files;
use crate::corpus::story;
use crate::monitor::Scene;
use crate::monitor::command::{broken, foreign, other};
use crate::tools::candour;

/// What happens to a memory.
type Change<'a> = &'a dyn Fn(&Scene);

/// A verdict: the exit code, and the JSON.
struct Said(Option<i32>, Value);

impl Said {
    fn relied(&self) -> u64 {
        self.1["memory"]["relied"].as_u64().unwrap()
    }

    fn anew(&self) -> &str {
        self.1["memory"]["anew"].as_str().unwrap_or("")
    }

    fn codes(&self) -> Vec<&str> {
        self.1["faults"].as_array().unwrap().iter().map(|fault| fault["code"].as_str().unwrap()).collect()
    }

    fn earlier(&self) -> Vec<&str> {
        let earlier = self.1["memory"]["earlier"].as_array().unwrap();
        earlier.iter().map(|fault| fault["code"].as_str().unwrap()).collect()
    }
}

fn command(scene: &Scene, words: &str) -> Command {
    let mut command = Command::new(candour());
    command.args(["verify", "ledger"]).args(words.split_whitespace()).current_dir(scene.path(""));
    if !words.contains("--policy") {
        command.arg("--policy").arg(disk::root().join("policy"));
    }
    command
}

/// The verdict on what is shown, without a memory where the words name none.
fn judge(scene: &Scene, words: &str) -> Said {
    let output = command(scene, words).arg("--json").output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!error.contains("panicked"), "{error}");
    Said(output.status.code(), serde_json::from_slice(&output.stdout).expect(&error))
}

const WITH: &str = "--memory memory";

/// A folder in which the ledger was verified up to entry 14.
fn remembered() -> Scene {
    let scene = Scene::new();
    let first = judge(scene.show(&story::until(14).files()), WITH);
    assert_eq!((first.0, first.relied(), first.anew()), (Some(0), 0, ""), "{}", first.1);
    assert_eq!(first.1["memory"]["verified"], Value::Null);
    scene
}

/// The memory, with what every version reads changed, and the checksum right.
fn rewrite(scene: &Scene, from: &str, to: &str) {
    let text = fs::read_to_string(scene.path("memory/progress")).unwrap();
    let mut lines = text.splitn(3, '\n');
    let (first, body) = (lines.next().unwrap(), lines.nth(1).unwrap());
    assert!(body.contains(from), "{from}");
    let body = body.replacen(from, to, 1);
    fs::write(scene.path("memory/progress"), format!("{first}\n{}\n{body}", Hash::of(body.as_bytes()))).unwrap();
}

fn flip(scene: &Scene) {
    let mut bytes = fs::read(scene.path("memory/progress")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(scene.path("memory/progress"), bytes).unwrap();
}

/// The policy with a line that means nothing: another policy all the same.
fn other_policy(scene: &Scene) {
    let policy = fs::read_to_string(disk::root().join("policy")).unwrap();
    fs::write(scene.path("policy"), format!("# mine\n{policy}")).unwrap();
}

#[test]
fn each_copy_gets_the_verdict_of_a_whole_audit_with_what_is_remembered_as_a_pin() {
    let honest = |size| story::until(size).files();
    let mut hidden = honest(14);
    hidden.remove("checkpoint");
    // What is shown; the exit code; how many entries were relied on, or why none; whether another root is named, and
    // whether two signed histories are kept.
    let table: Vec<(&str, Files, i32, u64, &str, bool, bool)> = vec![
        ("the same", honest(14), 0, 14, "", false, false),
        ("more", honest(25), 0, 14, "", false, false),
        ("another of as many", other(14, &[5, 9, 14]), 1, 0, "no-prefix", true, true),
        ("another of more", other(20, &[5, 9, 14, 20]), 1, 0, "no-prefix", true, true),
        ("less", honest(9), 1, 0, "fewer", false, false),
        ("new bytes that no checkpoint promises", broken(true), 1, 0, "faults", false, false),
        ("other bytes of what was verified", broken(false), 1, 0, "faults", false, false),
        ("no checkpoint", hidden, 1, 0, "", false, false),
    ];
    for (name, files, exit, relied, anew, other_root, evidence) in table {
        let scene = remembered();
        let memory = |name: &str| fs::read(scene.path("memory").join(name)).unwrap();
        let pin = fs::read(scene.path("ledger/checkpoint")).unwrap();
        fs::write(scene.path("pin"), &pin).unwrap();
        let before = memory("progress");
        let said = judge(scene.show(&files), WITH);
        assert_eq!((said.0, said.relied(), said.anew()), (Some(exit), relied, anew), "{name}: {}", said.1);
        let known = &said.1["memory"];
        assert_eq!((known["other_root"].is_null(), known["evidence"].is_null()), (!other_root, !evidence), "{name}");
        assert_eq!(known["verified"]["size"], 14, "{name}");
        assert_eq!(scene.path("memory/evidence").exists(), evidence, "{name}");
        let whole = judge(&scene, "--pin pin");
        assert_eq!(said.0, whole.0, "{name}");
        for field in ["verdict", "origin", "size", "sealed", "root", "head", "findings"] {
            assert_eq!(said.1[field], whole.1[field], "{name}: {field}");
        }
        if relied == 0 {
            assert_eq!(said.1["faults"], whole.1["faults"], "{name}");
        }
        if other_root {
            let roots = |text: &str| ["root", "other_root"].iter().filter(|_| text.contains("pin-mismatch")).count();
            assert_eq!(roots(&said.1.to_string()), 2, "{name}");
            let human = String::from_utf8(command(&scene, WITH).output().unwrap().stdout).unwrap();
            for root in [&known["verified"]["root"], &known["other_root"]] {
                assert!(human.contains(root.as_str().unwrap()), "{name}: {human}");
            }
        }
        // A bad copy leaves how far was verified as it was, and is told of for ever.
        let after = judge(scene.show(&honest(25)), WITH);
        let from = if name == "more" { 25 } else { 14 };
        assert_eq!((after.0, after.relied()), (Some(0), from), "{name}: {}", after.1);
        assert_eq!(after.earlier(), said.codes(), "{name}");
        if exit == 0 && name == "the same" {
            assert!(before != memory("progress"), "the copy of 25 is remembered");
        }
        let again = judge(&scene, WITH);
        assert_eq!((again.0, again.relied(), again.earlier()), (Some(0), 25, said.codes()), "{name}");
    }
}

#[test]
fn nothing_is_relied_on_that_was_made_under_other_terms() {
    let made_by = format!("\"made_by\":\"{}\"", env!("CARGO_PKG_VERSION"));
    let version = |scene: &Scene| rewrite(scene, &made_by, "\"made_by\":\"0.0.9\"");
    let unread = |scene: &Scene| rewrite(scene, "{\"chain\"", "{\"x\":1,\"chain\"");
    // What happens to the memory; what the command is told; how many entries are relied on, or why none.
    let table: [(&str, Change<'_>, &str, u64, &str); 6] = [
        ("as it was", &|_| {}, "", 14, ""),
        ("a byte changed", &flip, "", 0, "damaged"),
        ("an unknown field", &unread, "", 0, "damaged"),
        ("another version", &version, "", 0, "other-version"),
        ("another policy", &other_policy, "--policy policy", 0, "other-policy"),
        ("a stricter rule", &|_| {}, "--strict", 0, "laxer-rule"),
    ];
    for (name, change, words, relied, anew) in table {
        let scene = remembered();
        change(&scene);
        let words = format!("{WITH} {words}");
        let said = judge(scene.show(&story::honest().files()), &words);
        assert_eq!((said.0, said.relied(), said.anew()), (Some(0), relied, anew), "{name}: {}", said.1);
        // Then it is remembered on those terms.
        let again = judge(&scene, &words);
        assert_eq!((again.0, again.relied(), again.anew()), (Some(0), 25, ""), "{name}: {}", again.1);
        // What was there and could not be read is put aside.
        assert_eq!(scene.path("memory/evidence").exists(), anew == "damaged", "{name}");
    }
}

#[test]
fn a_stricter_memory_is_relied_on_and_what_is_added_to_it_is_not_stricter_than_it_was_made() {
    let scene = Scene::new();
    scene.show(&story::until(14).files());
    // What was asked for, in turn; how many entries were relied on, of 14, 14, 25, 25.
    let strict = "--memory memory --strict";
    assert_eq!(judge(&scene, strict).relied(), 0);
    assert_eq!(judge(&scene, WITH).relied(), 14);
    assert_eq!(judge(&scene, strict).relied(), 14, "nothing new was remembered by the laxer rule");
    scene.show(&story::honest().files());
    assert_eq!(judge(&scene, WITH).relied(), 14);
    let said = judge(&scene, strict);
    assert_eq!((said.0, said.relied(), said.anew()), (Some(0), 0, "laxer-rule"));
}

#[test]
fn a_pin_that_the_memory_cannot_judge_is_judged_by_the_entries() {
    let checkpoint = |files: &Files| files.get("checkpoint").unwrap().clone();
    // The pin; the exit code; and how many entries were relied on.
    let mut unpublished = story::until(14);
    unpublished.entries.truncate(11);
    unpublished.seals = vec![5, 9, 11];
    let mut forked = story::until(9);
    forked.entries.truncate(8);
    forked.seals = vec![5, 8];
    forked.say(
        "regulator",
        "regulator commission",
        serde_json::json!({"kind": "checkpoint_rules_set",
        "rules": {"max_entries": 8, "max_seconds": 86_400}}),
    );
    let table = [
        ("one that was published", checkpoint(&story::until(9).files()), 0, 14),
        ("one that was not, of these entries", checkpoint(&unpublished.files()), 0, 0),
        ("one of another history", checkpoint(&other(12, &[5, 9, 12])), 1, 0),
        ("another of a size that was published", checkpoint(&forked.seal().files()), 1, 0),
    ];
    for (name, pin, exit, relied) in table {
        let scene = remembered();
        fs::write(scene.path("pin"), pin).unwrap();
        let said = judge(&scene, "--memory memory --pin pin");
        assert_eq!((said.0, said.relied()), (Some(exit), relied), "{name}: {}", said.1);
        assert_eq!(said.codes().contains(&"pin-mismatch"), exit == 1, "{name}");
    }
}

#[test]
fn a_memory_of_something_else_is_left_alone() {
    let scene = remembered();
    let before = fs::read(scene.path("memory/progress")).unwrap();
    assert_eq!(judge(scene.show(&foreign()), WITH).0, Some(2));
    assert!(fs::read(scene.path("memory/progress")).unwrap() == before);
    scene.show(&story::until(14).files());
    let monitors = String::from_utf8_lossy(&before).replacen("candour memory v1", "candour monitor v1", 1).into_bytes();
    let later = String::from_utf8_lossy(&before).replacen("memory v1", "memory v2", 1).into_bytes();
    for bytes in [monitors, later] {
        fs::write(scene.path("memory/progress"), &bytes).unwrap();
        let said = judge(&scene, WITH);
        assert_eq!((said.0, said.1["verdict"].as_str()), (Some(2), Some("unjudged")));
        assert!(fs::read(scene.path("memory/progress")).unwrap() == bytes);
    }
}

#[test]
fn the_verdict_for_people_says_what_was_not_read_again() {
    let scene = remembered();
    let human = |scene: &Scene| String::from_utf8(command(scene, WITH).output().unwrap().stdout).unwrap();
    let same = human(&scene);
    assert!(same.contains("14 entries were verified before") && same.contains("nothing is new"), "{same}");
    let more = human(scene.show(&story::honest().files()));
    for words in
        ["from entry 14 on", "not checked  files of entries 0 to 13", "hash tiles", "who vouches", "and not read again"]
    {
        assert!(more.contains(words), "{words}: {more}");
    }
    flip(&scene);
    let anew = human(&scene);
    assert!(anew.contains("what was remembered is damaged") && anew.contains("every signature"), "{anew}");
}

/// An honest copy has hardly any of these: nothing says whether they were there when the rest was verified.
#[test]
fn a_partial_tile_of_what_was_verified_is_held_against_the_full_one() {
    let mut ledger = story::long(600);
    ledger.seal();
    let sound = ledger.files();
    let cut = |name: &str, bytes: usize| sound[name][..bytes].to_vec();
    let first = 2 + usize::from(u16::from_be_bytes(*sound["tile/entries/001"].first_chunk().unwrap()));
    // The file, what is in it, and what a whole audit says of it.
    let table = [
        ("tile/0/000.p/7", cut("tile/0/000", 7 * 32), None),
        ("tile/0/000.p/7", vec![7; 7 * 32], Some("tile-mismatch")),
        ("tile/0/001.p/255", cut("tile/0/000", 255 * 32), Some("tile-mismatch")),
        ("tile/entries/001.p/1", cut("tile/entries/001", first), None),
        ("tile/entries/001.p/1", cut("tile/entries/001", first - 1), Some("entry-bundle-malformed")),
        ("tile/entries/001.p/2", cut("tile/entries/001", first), Some("entry-bundle-mismatch")),
    ];
    for (name, bytes, code) in table {
        let scene = Scene::new();
        assert_eq!(judge(scene.show(&sound), WITH).0, Some(0));
        let mut files = sound.clone();
        files.insert(name.to_owned(), bytes);
        let (whole, said) = (judge(scene.show(&files), ""), judge(&scene, WITH));
        assert_eq!(whole.codes(), Vec::from_iter(code), "{name}");
        assert_eq!((said.0, &said.1["faults"]), (whole.0, &whole.1["faults"]), "{name}: {}", said.1);
        let relied = if code.is_none() { (600, "") } else { (0, "older-file") };
        assert_eq!((said.relied(), said.anew()), relied, "{name}");
    }
}
