//! `candour demo`: what it promises is there, and says what it should.

#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use candour::core::entry::Entry;
use candour::core::receipt::Receipt;
use serde_json::Value;

/// A demo made once, for all tests that only read.
pub(crate) struct Made {
    pub(crate) folder: PathBuf,
    said: Value,
    _temporary: tempfile::TempDir,
}

fn candour<const N: usize>(arguments: [&str; N]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_candour")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The lines of JSON that a command prints; it must end well.
fn json<const N: usize>(arguments: [&str; N]) -> Vec<Value> {
    let output = candour(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("demo");
        let mut said = json(["demo", folder.to_str().unwrap(), "--json"]);
        assert_eq!(said.len(), 1, "one object");
        Made { folder, said: said.remove(0), _temporary: temporary }
    })
}

impl Made {
    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn receipt(&self, name: &str) -> Receipt {
        Receipt::parse(&fs::read(self.path(&format!("receipts/{name}.tlog-proof"))).unwrap()).unwrap()
    }

    /// The exit code of a verification, its verdict and its first fault's code.
    fn verify(&self, bundle: &str, pin: Option<&str>) -> (Option<i32>, String, Option<String>) {
        let (bundle, policy) = (self.path(bundle), self.path("policy"));
        let pin = pin.map(|pin| self.path(pin));
        let output = match &pin {
            None => candour(["verify", &bundle, "--policy", &policy, "--json"]),
            Some(pin) => candour(["verify", &bundle, "--policy", &policy, "--pin", pin, "--json"]),
        };
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let code = report["faults"][0]["code"].as_str().map(str::to_owned);
        (output.status.code(), report["verdict"].as_str().unwrap().to_owned(), code)
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn it_makes_what_it_promises_and_the_ledger_verifies() {
    let made = made();
    for name in ["ledger/checkpoint", "bundle.zip", "policy", "keys/operator.pem", "keys/nspcc.pem"] {
        assert!(made.folder.join(name).is_file(), "{name}");
    }
    for bundle in ["bundle.zip", "ledger"] {
        assert_eq!(made.verify(bundle, None), (Some(0), "verified".to_owned(), None), "{bundle}");
    }
    assert_eq!(made.said["verdict"], "verified");
    assert_eq!(made.said["size"], made.said["sealed"]);
}

#[test]
fn every_receipt_verifies_alone() {
    let made = made();
    let receipts = files(&made.folder.join("receipts"));
    assert_eq!(receipts.len(), made.said["receipts"].as_array().unwrap().len());
    assert!(receipts.len() >= 7);
    for receipt in receipts {
        let output = candour(["check", receipt.to_str().unwrap(), "--policy", &made.path("policy")]);
        assert_eq!(output.status.code(), Some(0), "{}: {}", receipt.display(), text(&output.stderr));
    }
}

#[test]
fn every_tampered_copy_is_named_by_its_first_fault() {
    // (case, first fault)
    let expected = [
        ("attachment-altered", "attachment-mismatch"),
        ("checkpoints-by-another-key", "checkpoint-unsigned"),
        ("entries-swapped", "index-mismatch"),
        ("entry-backdated", "issued-in-future"),
        ("entry-dropped", "index-mismatch"),
        ("figure-edited-in-place", "signature-invalid"),
        ("operator-drops-a-refusal", "seen-not-published"),
        ("operator-drops-a-signature", "seen-mismatch"),
        ("operator-speaks-for-facebook", "author-mismatch"),
        ("path-leads-outside", "bundle-path-unsafe"),
        ("refusal-removed-and-rehashed", "nth-gap"),
    ];
    let made = made();
    let told: Vec<&Value> = made.said["tampered"].as_array().unwrap().iter().collect();
    for (case, code) in expected {
        let (exit, verdict, first) = made.verify(&format!("tampered/{case}.zip"), None);
        assert_eq!((exit, verdict.as_str(), first.as_deref()), (Some(1), "falsified", Some(code)), "{case}");
        let told = told.iter().find(|told| told["case"] == case).unwrap();
        assert_eq!((&told["verdict"], &told["code"]), (&"falsified".into(), &code.into()), "{case}, as told");
    }
    let rewritten = "operator-rewrites-the-ending";
    let names: BTreeSet<String> =
        expected.iter().map(|(case, _)| *case).chain([rewritten]).map(str::to_owned).collect();
    let found = files(&made.folder.join("tampered"));
    let stems = found.iter().map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
    assert_eq!(stems.collect::<BTreeSet<_>>(), names);
}

#[test]
fn a_rewritten_ending_shows_only_to_who_kept_a_receipt() {
    let (made, zip) = (made(), "tampered/operator-rewrites-the-ending.zip");
    assert_eq!(made.verify(zip, None), (Some(0), "verified".to_owned(), None));
    let kept = |receipt| made.verify(zip, Some(receipt));
    let caught = (Some(1), "falsified".to_owned(), Some("pin-mismatch".to_owned()));
    assert_eq!(kept("receipts/2021-letter.tlog-proof"), caught);
    assert_eq!(kept("ledger/checkpoint"), caught);
    assert_eq!(kept("receipts/2021-q2-figures.tlog-proof").0, Some(0), "this one is older than the rewriting");
}

#[test]
fn fifty_nine_sign_the_letter_and_all_are_organisations() {
    let made = made();
    let letter = Entry::parse(&made.receipt("2021-letter").entry).unwrap();
    assert_eq!(letter.signatures.len(), 59);
    let index = letter.index.to_string();
    let shown = json(["show", &made.path("ledger"), &index, "--json"]).remove(0);
    let signed: BTreeSet<&str> =
        shown["signatures"].as_array().unwrap().iter().map(|signature| signature["actor"].as_str().unwrap()).collect();

    let table = include_str!("../fixtures/story/signatories.csv");
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(table.as_bytes()).records().map(Result::unwrap).collect();
    assert_eq!(signed, rows.iter().map(|row| &row[0]).collect());
    // The list has a person where it has no country: there the affiliation stands, or the first letter's coalition.
    for row in &rows {
        let affiliation = row[1].ends_with("(a signatory's affiliation)") || &row[0] == "chis";
        assert_eq!(affiliation, row[2].is_empty(), "{row:?}");
    }
    assert_eq!(rows.iter().filter(|row| row[2].is_empty()).count(), 7);

    let state = json(["replay", &made.path("ledger"), "--json"]).remove(0);
    let actors = state["state"]["registry"]["actors"].as_object().unwrap();
    let others = ["operator", "ofcom", "ico", "facebook", "platform-a", "platform-b"];
    let allowed: BTreeSet<&str> = signed.iter().copied().chain(others).collect();
    assert_eq!(actors.keys().map(String::as_str).collect::<BTreeSet<_>>(), allowed);
}

#[test]
fn no_title_of_a_person_is_anywhere() {
    let titles = ["Professor", "Dr ", "OBE", "FRSA", " MP", "Secretary of State", "Mr ", "Ms "];
    let ledger = files(&made().folder.join("ledger"));
    let story = files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/story")));
    // The README names an office to which the first letter is addressed, and the author of the figures' source.
    let story = story.into_iter().filter(|path| !path.ends_with("README.md"));
    for path in ledger.into_iter().chain(story) {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        for title in titles {
            assert!(!text.contains(title), "{}: {title}", path.display());
        }
    }
}

#[test]
fn status_shows_what_was_refused_and_what_met_with_silence() {
    let made = made();
    let owed = json(["status", &made.path("ledger"), "--as-of", "2021-12-01", "--json"]);
    let standing = |addressee: &str, item: &str| {
        let found = owed.iter().find(|owed| owed["addressee"] == addressee && owed["item"] == item).unwrap();
        let (is, ground) = (&found["standing"]["is"], &found["standing"]["ground"]);
        (is.as_str().unwrap().to_owned(), ground.as_str().unwrap_or_default().to_owned())
    };
    for (addressee, item, is, ground) in [
        ("facebook", "reports", "refused", "not_legally_obliged"),
        ("facebook", "speed", "refused", "not_legally_obliged"),
        ("facebook", "taken-down", "refused", "not_legally_obliged"),
        ("platform-a", "reports", "refused", "not_collected"),
        ("platform-a", "speed", "open", ""),
        ("platform-b", "reports", "refused", "cannot_collate"),
        ("facebook", "risk-assessments", "silent", ""),
        ("facebook", "contribution-to-harm", "silent", ""),
        ("facebook", "design-changes", "silent", ""),
    ] {
        assert_eq!(standing(addressee, item), (is.to_owned(), ground.to_owned()), "{addressee}, {item}");
    }
    let early = json(["status", &made.path("ledger"), "--as-of", "2021-11-01", "--platform", "facebook", "--json"]);
    assert_eq!(early.iter().filter(|owed| owed["standing"]["is"] == "due").count(), 3);
}

#[test]
fn answers_show_the_figure_with_its_history_and_the_refusals() {
    let made = made();
    let answers = json(["answers", &made.path("ledger"), "--platform", "facebook", "--period", "2021-Q2", "--json"]);
    let ours = |it: &&Value| it["category"] == "Child Endangerment: Sexual Exploitation" && it["service"] == "facebook";
    let found = answers.iter().filter(ours).find(|it| it["question"] == "taken_down").expect("the letter's figure");
    let history: Vec<_> = found["history"].as_array().unwrap().iter().map(|it| it["said"].as_str().unwrap()).collect();
    assert_eq!((found["now"].as_str(), history), (Some("25600000"), vec!["25700000", "25600000"]));
    let gaps = || answers.iter().filter_map(|line| line.get("no_figure"));
    assert!(gaps().all(|gap| gap["reason"] == "refused" && gap["ground"] == "not_legally_obliged"));
    let asked: Vec<_> = gaps().map(|gap| gap["question"].as_str().unwrap()).collect();
    assert_eq!(asked, ["reports_received", "reports_received", "speed", "speed"], "on both services");
}

#[test]
fn findings_show_the_figure_that_changed() {
    let made = made();
    let findings = json(["findings", &made.path("ledger"), "--json"]);
    let of = |code: &str| findings.iter().filter(|finding| finding["code"] == code).collect::<Vec<_>>();
    assert_eq!((of("silent-restatement").len(), of("no-response-by-deadline").len()), (5, 3));
    assert_eq!(findings.len(), 8, "and nothing else was noticed");
    let says = of("silent-restatement").into_iter().map(|finding| finding["says"].as_str().unwrap());
    let figure = says.into_iter().find(|says| says.contains("25700000")).unwrap();
    for part in ["facebook, Child Endangerment: Sexual Exploitation, Content Actioned, 2021-Q2", "25600000"] {
        assert!(figure.contains(part), "{figure}");
    }
}

#[test]
fn it_is_the_same_everywhere_and_never_written_over() {
    let made = made();
    let again = tempfile::tempdir().unwrap();
    let folder = again.path().to_str().unwrap();
    let output = candour(["demo", folder]);
    assert!(output.status.success(), "an empty folder will do");
    let told = text(&output.stdout);
    for line in ["Nobody named in it signed anything", "59 signatures", "pin-mismatch", "Try next"] {
        assert!(told.contains(line), "{line}");
    }
    let bytes = |folder: &Path| fs::read(folder.join("bundle.zip")).unwrap();
    assert_eq!(bytes(again.path()), bytes(&made.folder));

    let before = files(again.path());
    let output = candour(["demo", folder]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with(&format!("error: {folder}: not empty\n")), "{}", text(&output.stderr));
    assert_eq!(files(again.path()), before);
}

#[test]
#[cfg(unix)]
fn the_commands_that_it_prints_work() {
    let again = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_candour"))
        .args(["demo", "a demo"])
        .current_dir(again.path())
        .output()
        .unwrap();
    let told = text(&output.stdout);
    let (_, next) = told.split_once("Try next\n").unwrap();
    let commands: Vec<&str> = next.lines().filter_map(|line| line.trim_start().strip_prefix("candour ")).collect();
    assert!(commands.len() >= 10);
    for command in commands {
        let run = format!("'{}' {command}", env!("CARGO_BIN_EXE_candour"));
        let status = Command::new("sh").args(["-c", &run]).current_dir(again.path()).output().unwrap().status;
        let bad = command.contains("figure-edited") || command.contains("--pin") || command.starts_with("diff");
        assert_eq!(status.code(), Some(i32::from(bad)), "{command}");
    }
}
