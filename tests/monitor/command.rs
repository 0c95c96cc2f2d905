//! The command on copies that grow, lag, fork, break and fall silent.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use candour::core::cosignature::{Cosigner, CosigningKey};
use candour::core::evidence::{self, Role};
use candour::core::note::VerifierKey;
use serde_json::{Value, json};

use super::{NEVER_QUIET, NO_FINDING, Scene, lines, names};
use crate::corpus::disk;
use crate::corpus::forge::{Files, Forger, key};
use crate::corpus::story;

/// Another history after the honest ledger's first nine entries, of so many in all, sealed at these sizes.
pub fn other(size: u64, seals: &[u64]) -> Files {
    let mut ledger = story::until(9);
    while ledger.size() < size {
        let rules = json!({"kind": "checkpoint_rules_set", "rules": {"max_entries": 8, "max_seconds": 86_400}});
        ledger.say("regulator", "regulator commission", rules);
    }
    ledger.seals.retain(|seal| seals.contains(seal));
    ledger.seals = seals.to_vec();
    ledger.files()
}

/// A ledger of 19, 20 or 21 entries, each of them sealed but for the first ones, of which there is something to notice: a
/// request that is not answered and, with the last two entries, figures that change without a correction.
fn noted(size: u64) -> Forger {
    let mut ledger = story::until(19);
    while ledger.size() < size {
        let number = ledger.size();
        let mut report = story::disclosure(&format!("acme/report-{number}"));
        let value = json!({"integer": 30_000 + number});
        report["observations"] = json!([story::observation("items removed", Some(value))]);
        ledger.say("acme", "acme-2", report).seal();
    }
    ledger
}

/// The honest ledger, with a byte of an entry changed: of the last one, or of the first, which was verified before.
pub fn broken(from_end: bool) -> Files {
    let mut files = story::honest().files();
    let bundle = files.get_mut("tile/entries/000.p/25").unwrap();
    let at = if from_end { bundle.len() - 40 } else { 40 };
    bundle[at] ^= 1;
    files
}

/// The honest ledger up to there, with a checkpoint that it never published as the latest.
fn unpublished(size: u64) -> Files {
    let mut ledger = story::until(14);
    ledger.entries.truncate(size as usize);
    ledger.seals = vec![5, 9, size];
    ledger.files()
}

pub fn foreign() -> Files {
    let mut ledger = Forger::new("candour.example/other", "operator");
    ledger.say("operator", "operator regulator commission", story::opened(2)).seal();
    ledger.files()
}

#[test]
fn each_thing_that_can_be_shown_has_a_word_and_an_exit_code() {
    let honest = |size| story::until(size).files();
    let mut hidden = honest(14);
    hidden.remove("checkpoint");
    // What is shown after entry 14 was verified; the words, the exit code, and how many pairs of notes are kept.
    let table: Vec<(&str, Files, &str, i32, usize)> = vec![
        ("the same", honest(14), "verified", 0, 0),
        ("more", honest(25), "verified", 0, 0),
        ("another of as many", other(14, &[5, 9, 14]), "forked", 1, 1),
        ("another of more", other(20, &[5, 9, 14, 20]), "forked", 1, 1),
        ("another of more, of whose sizes one is new", other(20, &[5, 9, 12, 20]), "forked", 1, 1),
        ("less", honest(9), "older", 2, 0),
        ("less, at no size of a checkpoint", unpublished(11), "older", 2, 0),
        ("bytes that no checkpoint promises", broken(true), "falsified", 1, 0),
        ("other bytes of what was verified", broken(false), "falsified", 1, 0),
        ("no checkpoint", hidden, "falsified", 1, 0),
        ("nothing", Files::new(), "unreachable", 2, 0),
    ];
    for (name, files, words, code, kept) in table {
        let scene = Scene::new();
        let first = scene.show(&honest(14)).run(&format!("{NEVER_QUIET} {NO_FINDING}"));
        assert_eq!((first.words().as_str(), first.code), ("verified", Some(0)), "{name}: {}", first.error);
        let before = scene.progress();
        for _ in 0..2 {
            let said = scene.show(&files).run(&format!("{NEVER_QUIET} {NO_FINDING}"));
            assert_eq!(
                (said.words().as_str(), said.code),
                (words, Some(code)),
                "{name}: {:?} {}",
                said.events,
                said.error
            );
        }
        assert_eq!(names(&scene.path("state/evidence")).len(), kept, "{name}");
        if words != "verified" {
            assert!(scene.progress() == before, "{name}: the progress was changed");
        }
        let after = scene.show(&honest(25)).run(&format!("{NEVER_QUIET} {NO_FINDING}"));
        let from = if name == "more" { 25 } else { 14 };
        assert_eq!(after.events[0]["from"], from, "{name}: {:?}", after.events);
        assert_eq!((after.words().as_str(), after.events[0]["new"].as_u64()), ("verified", Some(25 - from)), "{name}");
    }
}

#[test]
fn a_smaller_checkpoint_with_another_root_than_that_size_had_is_a_fork() {
    let scene = Scene::new();
    scene.show(&story::until(14).files()).run(NEVER_QUIET);
    let mut ledger = story::until(5);
    let rules = json!({"kind": "checkpoint_rules_set", "rules": {"max_entries": 8, "max_seconds": 86_400}});
    while ledger.size() < 9 {
        ledger.say("regulator", "regulator commission", rules.clone());
    }
    let said = scene.show(&ledger.seal().files()).run(NEVER_QUIET);
    assert_eq!((said.words().as_str(), said.code), ("forked", Some(1)), "{:?}", said.events);
}

#[test]
fn both_notes_of_a_fork_are_kept_with_the_proof() {
    let scene = Scene::new();
    scene.show(&story::until(14).files()).run(NEVER_QUIET);
    let fork = other(20, &[5, 9, 14, 20]);
    let said = scene.show(&fork).run(NEVER_QUIET);
    let event = &said.events[0];
    assert_eq!(
        (event["proof"].as_bool(), &event["first"]["size"], &event["second"]["size"]),
        (Some(true), &json!(14), &json!(20))
    );
    let folder = scene.path(event["evidence"].as_str().unwrap());
    assert_eq!(names(&folder), ["evidence.json", "first", "proof", "second"]);
    let proven = evidence::check(&fs::read(folder.join("evidence.json")).unwrap()).unwrap();
    assert_eq!((proven.kind, proven.convicted[0].role), ("conflicting_checkpoints", Role::Operator));
    assert_eq!(proven.provided, None);
    assert_eq!(fs::read(folder.join("first")).unwrap(), story::until(14).files()["checkpoint"]);
    assert_eq!(fs::read(folder.join("second")).unwrap(), fork["checkpoint"]);
    // Without the tiles that show it, nothing is proven; nor by tiles that do not lead to what is signed.
    for spoil in [false, true] {
        let mut fork = fork.clone();
        let tile = fork.remove("tile/0/000.p/20").unwrap();
        if spoil {
            fork.insert("tile/0/000.p/20".into(), tile.iter().map(|byte| byte ^ 1).collect());
        }
        let said = scene.show(&fork).run(NEVER_QUIET);
        assert_eq!((said.words().as_str(), said.code), ("falsified", Some(1)), "{:?}", said.events);
    }
}

#[test]
fn two_notes_of_one_size_convict_without_a_sound_copy() {
    let scene = Scene::new();
    scene.show(&story::until(14).files()).run(NEVER_QUIET);
    let mut fork = other(14, &[5, 9, 14]);
    fork.retain(|name, _| !name.starts_with("tile/"));
    let said = scene.show(&fork).run(NEVER_QUIET);
    assert_eq!((said.words().as_str(), said.code), ("forked", Some(1)), "{:?}", said.events);
    let folder = scene.path(said.events[0]["evidence"].as_str().unwrap());
    assert_eq!(names(&folder), ["evidence.json", "first", "second"]);
    evidence::check(&fs::read(folder.join("evidence.json")).unwrap()).unwrap();
}

#[test]
fn another_ledger_is_refused() {
    let scene = Scene::new();
    scene.show(&story::until(14).files()).run(NEVER_QUIET);
    let said = scene.show(&foreign()).run(NEVER_QUIET);
    assert_eq!((said.events.len(), said.code), (0, Some(2)));
    assert!(said.error.contains("candour.example/other"), "{}", said.error);
}

#[test]
fn without_its_quorum_nothing_is_verified() {
    let scene = Scene::new();
    let witness = VerifierKey::cosignature("witness.example/a", key("witness.example/a").public().unwrap()).unwrap();
    let logs = fs::read_to_string(disk::root().join("policy")).unwrap().replace("quorum none\n", "");
    fs::write(scene.path("policy"), format!("{logs}witness a {witness}\nquorum a\n")).unwrap();
    let words = format!("--policy policy {NO_FINDING} --max-age 7d");
    let said = scene.show(&story::until(14).files()).run(&words);
    assert_eq!((said.words().as_str(), said.code), ("quorum-not-met", Some(1)), "{:?}", said.events);
    assert!(scene.progress().is_empty());
    // The ledger's entries are old; a cosignature of now shows that it lives, one of the future shows nothing.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    for (time, words_said, code) in [(now, "verified", 0), (now + 86_400, "verified quiet", 3)] {
        let mut files = story::until(14).files();
        let mut checkpoint = story::until(14).checkpoint(14);
        let cosigner = Cosigner::new("witness.example/a", CosigningKey::Ed25519(key("witness.example/a"))).unwrap();
        let line = cosigner.cosign(&checkpoint, time).unwrap();
        checkpoint.add_signature(line).unwrap();
        files.insert("checkpoint".into(), checkpoint.to_string().into());
        let said = scene.show(&files).run(&words);
        assert_eq!((said.words().as_str(), said.code), (words_said, Some(code)), "{:?}", said.events);
    }
}

#[test]
fn a_quiet_ledger_is_reported_once_until_it_lives_again() {
    let scene = Scene::new();
    for (size, words, code) in
        [(9, "verified quiet", 3), (9, "verified", 0), (14, "verified quiet", 3), (14, "verified", 0)]
    {
        let said = scene.show(&story::until(size).files()).run(&format!("--max-age 36h {NO_FINDING}"));
        assert_eq!((said.words().as_str(), said.code), (words, Some(code)), "{:?}", said.events);
        assert_eq!(said.events[0]["quiet"], true);
    }
}

#[test]
fn every_finding_is_reported_once() {
    let sizes = [5, 9, 14, 19, 20, 21];
    let mut whole = Scene::new().show(&noted(21).files()).run(NEVER_QUIET).findings();
    let scene = Scene::new();
    let mut found = Vec::new();
    for size in sizes {
        let said = scene.show(&if size < 19 { story::until(size) } else { noted(size) }.files()).run(NEVER_QUIET);
        assert_eq!(said.code, Some(if said.findings().is_empty() { 0 } else { 3 }), "{}", said.error);
        found.extend(said.findings());
        assert_eq!(scene.run(NEVER_QUIET).findings(), [""; 0], "again at {size}");
    }
    assert!(whole.len() > 2, "{whole:?}");
    // What was owed at some time and is not any more is reported too.
    found.sort();
    whole.sort();
    assert!(whole.iter().all(|id| found.contains(id)), "{whole:?}\n{found:?}");
    let distinct: std::collections::BTreeSet<_> = found.iter().collect();
    assert_eq!(distinct.len(), found.len(), "{found:?}");
    let from_now = Scene::new();
    assert_eq!(from_now.show(&noted(21).files()).run(&format!("{NEVER_QUIET} --from-now")).findings(), [""; 0]);
    assert_eq!(from_now.run(NEVER_QUIET).findings(), [""; 0]);
}

#[test]
fn only_what_was_asked_for_is_reported() {
    let all = Scene::new().show(&noted(21).files()).run(NEVER_QUIET);
    let field = |event: &Value, name: &str| event[name].as_str().unwrap_or_default().to_owned();
    let findings: Vec<&Value> = all.events.iter().filter(|event| event["event"] == "finding").collect();
    let mut rows = BTreeMap::new();
    for finding in &findings {
        for (option, name) in [("--code", "code"), ("--platform", "actor"), ("--request", "request")] {
            if !field(finding, name).is_empty() {
                rows.insert((option, field(finding, name)), name);
            }
        }
    }
    assert!(rows.len() >= 3, "{rows:?}");
    for ((option, value), name) in rows {
        let said = Scene::new().show(&noted(21).files()).run(&format!("{NEVER_QUIET} {option} {value}"));
        let expected = findings.iter().filter(|finding| field(finding, name) == value).count();
        assert_eq!(said.findings().len(), expected, "{option} {value}");
        assert_eq!(said.events[0]["findings"], expected);
    }
}

#[test]
fn what_the_program_did_not_take_is_reported_again() {
    let scene = Scene::new();
    scene.show(&noted(21).files());
    let run = |script: &str| {
        let mut command = scene.command(NEVER_QUIET);
        command.args(["--run", "sh", "--with", "-c", "--with", script]);
        super::said(command.output().unwrap())
    };
    let first = run("cat > taken; exit 7");
    assert_eq!(first.code, Some(2), "{}", first.error);
    assert!(first.error.contains("reported again"), "{}", first.error);
    assert!(scene.progress().is_empty());
    let nowhere = super::said(scene.command(&format!("{NEVER_QUIET} --run ./nowhere")).output().unwrap());
    assert_eq!((nowhere.code, scene.progress().is_empty()), (Some(2), true));
    // Killed when the work is done and the progress not yet written.
    let killed = run("cat > taken; kill -9 $PPID");
    assert_eq!((killed.code, scene.progress().is_empty()), (None, true));
    let second = run("cat > taken");
    assert_eq!((second.code, second.findings()), (Some(3), first.findings()), "{}", second.error);
    let taken = lines(&fs::read(scene.path("taken")).unwrap());
    assert_eq!(taken, second.events[1..], "all that is reported, and not that it is verified");
    fs::remove_file(scene.path("taken")).unwrap();
    // Where there is nothing to report it is not run.
    assert_eq!(run("cat > taken").code, Some(0));
    assert!(!scene.path("taken").exists());
    // One that does not read to the end says itself whether it has seen enough.
    scene.show(&other(30, &[5, 9, 14, 30]));
    assert_eq!(run("exit 0").code, Some(1));
}

#[test]
fn it_looks_again_until_it_is_told_to_stop() {
    let scene = Scene::new();
    let mut command = scene.command(&format!("{NEVER_QUIET} {NO_FINDING} --every 1"));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map(|line| {
        let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
        event
    });
    // It is said once that nothing is there.
    assert_eq!(said.next().unwrap()["event"], "unreachable");
    scene.show(&story::until(14).files());
    // A copy that is not whole yet is falsified.
    let verified = |event: &Value| event["event"] == "verified";
    assert_eq!(said.find(verified).unwrap()["new"], 14);
    assert_eq!(said.next().unwrap()["new"], 0);
    let term = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(term.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(scene.run(&format!("{NEVER_QUIET} {NO_FINDING}")).events[0]["from"], 14);
}

#[test]
fn while_it_looks_on_too_what_the_program_did_not_take_is_reported_again() {
    let scene = Scene::new();
    scene.show(&noted(21).files());
    let mut command = scene.command(&format!("{NEVER_QUIET} {NO_FINDING}"));
    assert_eq!(super::said(command.output().unwrap()).code, Some(0));
    scene.show(&other(30, &[5, 9, 14, 30]));
    let mut command = scene.command(&format!("{NEVER_QUIET} {NO_FINDING} --every 1"));
    // It fails once, then takes it, then stops the monitor.
    let script = "echo >> asked; test $(wc -l < asked) -gt 1 && cat > taken && kill -TERM $PPID";
    command.args(["--run", "sh", "--with", "-c", "--with", script]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let (lines_out, out) = (BufReader::new(child.stdout.take().unwrap()).lines(), mpsc::channel());
    thread::spawn(move || lines_out.map_while(Result::ok).try_for_each(|line| out.0.send(line)));
    let said: Vec<_> = (0..2).map_while(|_| out.1.recv_timeout(Duration::from_secs(30)).ok()).collect();
    if said.len() < 2 {
        child.kill().unwrap();
    }
    assert!(said.len() == 2 && said[1].contains("\"forked\""), "{said:?}");
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(lines(&fs::read(scene.path("taken")).unwrap())[0]["event"], "forked");
}

#[test]
fn another_ledger_in_its_place_for_a_while_does_not_stop_it() {
    let scene = Scene::new();
    scene.show(&story::until(14).files());
    let mut command = scene.command(&format!("{NEVER_QUIET} {NO_FINDING} --every 1"));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(said.next().unwrap().contains("\"new\":14"));
    scene.show(&foreign());
    assert!(errors.any(|line| line.contains("candour.example/other")));
    scene.show(&story::honest().files());
    let verified = said.any(|line| line.contains("\"new\":11"));
    let term = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!((verified, !verified || term.success()) == (true, true));
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_was_reported_is_not_reported_again_when_all_is_verified_anew() {
    let policy = fs::read_to_string(disk::root().join("policy")).unwrap();
    let second = |mark: &str| {
        let scene = Scene::new();
        let words = format!("{NEVER_QUIET} --policy policy");
        fs::write(scene.path("policy"), &policy).unwrap();
        let first = scene.show(&noted(20).files()).run(&words).findings();
        fs::write(scene.path("policy"), format!("{mark}{policy}")).unwrap();
        (first, scene.show(&noted(21).files()).run(&words))
    };
    let ((first, follows), (_, anew)) = (second(""), second("# mine\n"));
    assert_eq!((follows.events[0]["read"].as_u64(), anew.events[0]["read"].as_u64()), (Some(1), Some(21)));
    assert_eq!(anew.findings(), follows.findings());
    assert!(!first.is_empty() && !follows.findings().is_empty(), "{first:?}, {:?}", follows.findings());
    assert!(follows.findings().iter().all(|id| !first.contains(id)));
}
