//! Evidence, good and spoilt, each with the verdict that it must get from both verifiers.
//!
//! `fixtures/evidence/<case>.json` is the evidence, `fixtures/evidence/verdicts/expected.json` says of each what must be
//! said. All of it is made here, from fixed keys and times; `CANDOUR_BLESS=1 cargo test evidence` writes it anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod command;
mod histories;
mod making;
mod spoilt;
mod statements;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use candour::core::evidence::{MAX_EVIDENCE_BYTES, check};
use serde_json::{Value, json};

use crate::tools::is_missing;

/// Evidence, and what must be said of it: a fault's code, or nothing where it proves what it says.
struct Case {
    name: &'static str,
    bytes: Vec<u8>,
    expected: Option<&'static str>,
}

impl Case {
    fn good(name: &'static str, bytes: Vec<u8>) -> Self {
        Self { name, bytes, expected: None }
    }

    /// Of any value, in its canonical encoding.
    fn bad(name: &'static str, value: &Value, code: &'static str) -> Self {
        Self { name, bytes: serde_json_canonicalizer::to_vec(value).unwrap(), expected: Some(code) }
    }
}

fn cases() -> Vec<Case> {
    [histories::cases(), spoilt::cases(), statements::cases()].into_iter().flatten().collect()
}

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "fixtures/evidence"].iter().collect()
}

/// What this library says, in the words of `expected.json`.
fn said(bytes: &[u8]) -> Value {
    match check(bytes) {
        Ok(proven) => json!({"code": null, "conditional": proven.provided.is_some(), "convicted": proven.convicted}),
        Err(fault) => json!({"code": fault.code.as_str(), "conditional": false, "convicted": []}),
    }
}

#[test]
fn evidence_gets_the_verdict_that_it_must() {
    let mut verdicts = BTreeMap::new();
    let bless = std::env::var_os("CANDOUR_BLESS").is_some();
    for case in cases() {
        let said = said(&case.bytes);
        assert_eq!(said["code"].as_str(), case.expected, "{}: {:?}", case.name, check(&case.bytes));
        let path = folder().join(format!("{}.json", case.name));
        if bless {
            fs::write(&path, &case.bytes).unwrap();
        }
        assert!(fs::read(&path).is_ok_and(|bytes| bytes == case.bytes), "{}: not what is made now", case.name);
        assert_eq!(verdicts.insert(case.name, said), None, "{} twice", case.name);
    }
    let path = folder().join("verdicts/expected.json");
    let made = serde_json::to_string_pretty(&verdicts).unwrap() + "\n";
    if bless {
        fs::write(&path, &made).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), made);
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let files =
        files.filter(|path| path.is_file()).map(|path| path.file_stem().unwrap().to_string_lossy().into_owned());
    let known: BTreeSet<String> = verdicts.keys().map(ToString::to_string).collect();
    assert_eq!(files.collect::<BTreeSet<_>>(), known);
}

#[test]
fn the_python_verifier_says_the_same_of_evidence() {
    if is_missing("python3") {
        return;
    }
    let huge = tempfile::NamedTempFile::new().unwrap();
    fs::write(huge.path(), vec![b' '; MAX_EVIDENCE_BYTES + 1]).unwrap();
    let mut files: Vec<_> = cases().iter().map(|case| folder().join(format!("{}.json", case.name))).collect();
    files.push(huge.path().to_owned());
    let script: PathBuf = [env!("CARGO_MANIFEST_DIR"), "fixtures/verify.py"].iter().collect();
    let mut python = Command::new("python3");
    let mut python = python.arg(script).arg("--batch").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = python.stdin.take().unwrap();
    let requests: String = files.iter().map(|file| json!({"evidence": file}).to_string() + "\n").collect();
    let writer = std::thread::spawn(move || stdin.write_all(requests.as_bytes()));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), files.len());
    for (file, line) in files.iter().zip(text.lines()) {
        let theirs: Value = serde_json::from_str(line).unwrap();
        let code = theirs["faults"].get(0).map_or(Value::Null, |fault| fault["code"].clone());
        let theirs = json!({"code": code, "conditional": theirs["conditional"], "convicted": theirs["convicted"]});
        assert_eq!(theirs, said(&fs::read(file).unwrap()), "{}: {line}", file.display());
    }
}

#[test]
fn no_byte_of_evidence_can_be_changed() {
    for case in cases().iter().filter(|case| case.expected.is_none()) {
        let proven = check(&case.bytes).unwrap();
        // Every so many bytes: a signature check of each change is what takes time.
        for at in (0..case.bytes.len()).step_by(7) {
            let mut bytes = case.bytes.clone();
            bytes[at] ^= 1;
            // What nobody signed and nothing rests on can change: lines of others.
            assert!(check(&bytes).map_or(true, |other| other == proven), "{} at {at}", case.name);
        }
        for end in (0..case.bytes.len()).step_by(101) {
            assert!(check(&case.bytes[..end]).is_err(), "{} cut at {end}", case.name);
        }
    }
}
