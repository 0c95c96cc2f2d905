//! Following a ledger: in pieces as in one, at the cost of what is new, and never losing a report.

#![allow(clippy::unwrap_used, reason = "a test may fail so")]

pub mod command;
mod kept;
mod pieces;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::corpus::disk;
use crate::corpus::forge::Files;
use crate::tools::candour;

/// A folder with a ledger's copy `ledger`, followed in `state`.
pub struct Scene(tempfile::TempDir);

/// What one run said.
struct Said {
    code: Option<i32>,
    events: Vec<Value>,
    error: String,
}

/// So long ago that nothing here is quiet.
const NEVER_QUIET: &str = "--max-age 36500d";
/// A code of which these ledgers have no finding.
const NO_FINDING: &str = "--code checkpoint-overdue";

impl Scene {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Shows another copy.
    pub fn show(&self, files: &Files) -> &Self {
        let _ = fs::remove_dir_all(self.path("ledger"));
        for (name, bytes) in files {
            let path = self.path("ledger").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        self
    }

    fn command(&self, words: &str) -> Command {
        let mut command = Command::new(candour());
        command.args(["monitor", "ledger", "--state", "state", "--json"]).args(words.split_whitespace());
        if !words.contains("--policy") {
            command.arg("--policy").arg(disk::root().join("policy"));
        }
        command.current_dir(self.0.path());
        command
    }

    fn run(&self, words: &str) -> Said {
        said(self.command(words).output().unwrap())
    }

    fn progress(&self) -> Vec<u8> {
        fs::read(self.path("state/progress")).unwrap_or_default()
    }
}

fn said(output: Output) -> Said {
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!error.contains("panicked"), "{error}");
    Said { code: output.status.code(), events: lines(&output.stdout), error }
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(bytes).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

impl Said {
    /// The words for what was said.
    fn words(&self) -> String {
        self.events.iter().map(|event| event["event"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
    }

    /// The ids of the findings.
    fn findings(&self) -> Vec<String> {
        let findings = self.events.iter().filter(|event| event["event"] == "finding");
        findings.map(|event| event["id"].as_str().unwrap().to_owned()).collect()
    }
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(found) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<_> = found.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
