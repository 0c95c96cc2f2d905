//! `candour evidence` as somebody meets it who found two histories.

use std::fs;
use std::process::Output;

use crate::command_line::Scene;
use crate::tools::is_missing;

struct Found(Scene);

impl Found {
    /// A ledger and its secret double, which the operator told something else from entry 4 on; the double has more.
    fn new() -> Self {
        let found = Self(Scene::new());
        found.sh("cp -r ledger double && cp platform.pem platform-2.pem && cp ledger/checkpoint old");
        found.disclose("ledger q1 --key platform.pem --receipt receipt", 5);
        found.disclose("double q1 --key platform-2.pem", 6);
        found.sh("cp double/checkpoint same-size");
        found.disclose("double q2 --key platform-2.pem", 7);
        found
    }

    fn disclose(&self, words: &str, value: u64) {
        let figures = self.0.figures(value);
        self.0.ok(&format!("disclose {words} --operator-key operator.pem {figures}"));
    }

    fn sh(&self, script: &str) {
        let status = std::process::Command::new("sh").args(["-c", script]).current_dir(self.0.path("")).status();
        assert!(status.unwrap().success(), "{script}");
    }

    fn run(&self, words: &str) -> (Option<i32>, String) {
        let Output { status, stdout, stderr } = self.0.command(&format!("evidence {words}")).output().unwrap();
        (status.code(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
    }
}

#[test]
fn whoever_found_two_histories_can_prove_it() {
    let found = Found::new();
    // (what is asked, the exit code, what is said, whether a file is written)
    let table = [
        ("checkpoints ledger double", 0, "the first 5 entries of the larger tree are not the smaller tree", true),
        ("checkpoints double ledger", 0, "convicts    operator candour.example/test", true),
        ("checkpoints receipt double", 0, "convicts    operator", true),
        ("checkpoints ledger same-size", 0, "two checkpoints of 5 entries with different roots", true),
        ("checkpoints ledger/checkpoint same-size", 2, "no key is known", false),
        ("checkpoints ledger/checkpoint same-size --policy policy", 0, "with different roots", true),
        ("checkpoints ledger double/checkpoint", 2, "--copy", false),
        ("checkpoints ledger double/checkpoint --copy double", 0, "convicts", true),
        ("checkpoints ledger double/checkpoint --copy ledger", 1, "checkpoint-beyond-entries", false),
        ("checkpoints ledger ledger", 0, "no conflict: both are checkpoints of the same 5 entries", false),
        ("checkpoints old double", 0, "no conflict: double, of 6 entries, extends old, of 4", false),
        ("checkpoints ledger policy", 1, "note-malformed", false),
        ("checkpoints ledger nowhere", 2, "nowhere", false),
        ("receipt receipt double", 0, "does not honour the receipt", true),
        ("receipt receipt ledger", 0, "no conflict: ledger honours the receipt", false),
        ("statements receipt double#4", 0, "convicts    author example", true),
        ("statements ledger#4 double#4", 0, "number 0 of that key's statements", true),
        ("statements ledger#4 ledger#4", 0, "no conflict: expected two different statements", false),
        ("statements ledger#4 double#5", 0, "no conflict: expected one number", false),
        ("statements ledger#4 double#99", 1, "entry-unknown", false),
    ];
    for (number, (words, code, says, written)) in table.into_iter().enumerate() {
        let out = format!("evidence-{number}.json");
        let (exit, said) = found.run(&format!("{words} --out {out}"));
        assert_eq!((exit, said.contains(says)), (Some(code), true), "{words}\nexpected {says:?} in\n{said}");
        let path = found.0.path(&out);
        assert_eq!(path.exists(), written, "{words}");
        if !written {
            continue;
        }
        let (exit, said) = found.run(&format!("check {out} --policy policy"));
        assert_eq!((exit, said.contains("proven")), (Some(0), true), "{words}\n{said}");
        let bytes = fs::read(&path).unwrap();
        let (exit, said) = found.run(&format!("{words} --out {out}"));
        assert_eq!((exit, said.contains("not written over")), (Some(2), true), "{words}\n{said}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
}

#[test]
fn a_policy_says_whether_it_is_a_key_that_the_reader_trusts() {
    let found = Found::new();
    found.run("checkpoints ledger double --out e.json");
    found.run("statements ledger#4 double#4 --out s.json");
    let policy = fs::read_to_string(found.0.path("policy")).unwrap();
    let other = candour::core::key::SecretKey::from_seed(&[7; 32]).public().unwrap();
    let other = candour::core::note::VerifierKey::ed25519("candour.example/test", other).unwrap();
    fs::write(found.0.path("other"), format!("log {other}\nquorum none\n")).unwrap();
    assert!(!policy.contains(&other.to_string()));
    for (words, code, says) in [
        ("check e.json", 0, "proven"),
        ("check e.json --policy policy", 0, "is in the policy"),
        ("check e.json --policy other", 1, "untrusted"),
        ("check s.json --policy other", 0, "a policy says nothing of authors"),
        ("check policy", 1, "evidence-malformed"),
    ] {
        let (exit, said) = found.run(words);
        assert_eq!((exit, said.contains(says)), (Some(code), true), "{words}\nexpected {says:?} in\n{said}");
        if is_missing("python3") {
            continue;
        }
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/verify.py");
        let words = words.replace("check ", "--evidence ");
        let mut python = std::process::Command::new("python3");
        let python = python.arg(script).args(words.split(' ')).current_dir(found.0.path("")).output().unwrap();
        assert_eq!(python.status.code(), Some(code), "{words}\n{}", String::from_utf8_lossy(&python.stdout));
    }
}
