//! The second verifier, in another language, says the same of every case.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::disk::{Found, difference, found};
use crate::tools::is_missing;

#[test]
fn the_python_verifier_says_of_each_case_what_it_must() {
    let Some(said) = judge(&found()) else { return };
    let wrong: Vec<String> =
        found().iter().zip(&said).filter_map(|(case, said)| difference(&case.name, &case.expected, said)).collect();
    assert!(wrong.is_empty(), "{} of {} cases\n{}", wrong.len(), said.len(), wrong.join("\n"));
}

#[test]
fn the_python_verifier_reads_the_vectors_as_they_are_meant() {
    if is_missing("python3") {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut python = Command::new("python3");
    let output = python.arg(root.join("tests/read_vectors.py")).arg(root.join("fixtures")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let (differences, read) = said.trim_end().rsplit_once('\n').unwrap_or(("", said.trim_end()));
    assert_eq!(differences, "");
    assert!(read.parse::<u64>().unwrap() >= 300, "{read} vectors");
}

#[test]
fn the_python_verifier_passes_its_own_test() {
    if is_missing("python3") {
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/verify.py");
    let output = Command::new("python3").arg(script).arg("--self-test").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// What `fixtures/verify.py` says of each case; nothing where there is no python3, which is a failure in CI alone.
fn judge(cases: &[Found]) -> Option<Vec<Value>> {
    let request = |case: &Found| json!({"bundle": case.bundle, "policy": case.policy, "pins": case.pins});
    ask(&cases.iter().map(request).collect::<Vec<_>>())
}

/// What it says to each request, all of them in one process.
pub fn ask(requests: &[impl ToString]) -> Option<Vec<Value>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/verify.py");
    if is_missing("python3") {
        return None;
    }
    let mut python = Command::new("python3");
    python.arg(script).arg("--batch").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut python = python.spawn().unwrap();
    let lines: String = requests.iter().map(|request| request.to_string() + "\n").collect();
    let mut stdin = python.stdin.take().unwrap();
    // Written from another thread, so that neither side waits for the other with its pipe full.
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let said: Vec<Value> = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    assert_eq!(said.len(), requests.len(), "a verdict for each case");
    Some(said)
}
