//! A folder in which commands run, and what came of one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::disk::{self, Call, Plan};
use crate::tools::candour;

/// A folder of its own, with the log of the disk beside it.
pub(super) struct Place(tempfile::TempDir);

/// What a command came to.
#[derive(Debug)]
pub(super) struct Ran {
    /// Nothing where it was killed.
    pub(super) code: Option<i32>,
    pub(super) out: String,
    pub(super) error: String,
}

impl Place {
    pub(super) fn new() -> Self {
        let place = Self(tempfile::tempdir().expect("a temporary folder"));
        fs::create_dir_all(place.path("scratch")).expect("a folder");
        place
    }

    /// A place with the same files.
    pub(super) fn copied(&self) -> Self {
        let place = Self(tempfile::tempdir().expect("a temporary folder"));
        copy(&self.root(), &place.root());
        place
    }

    pub(super) fn root(&self) -> PathBuf {
        self.0.path().join("in")
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// A command with nothing between it and the disk.
    pub(super) fn command(&self, words: &str) -> Command {
        let mut command = Command::new(candour());
        command.args(words.split_whitespace()).current_dir(self.root());
        command.env("TMPDIR", self.path("scratch")).env_remove("CANDOUR_OPERATOR_KEY");
        command
    }

    /// A command on a disk that counts, and perhaps does more.
    pub(super) fn disturbed(&self, words: &str, plan: Option<Plan>) -> Command {
        let mut command = self.command(words);
        disk::put_under(&mut command, &self.root(), &self.log(), plan);
        command
    }

    pub(super) fn run(&self, words: &str) -> Ran {
        Ran::of(self.command(words).output().expect("the command runs"))
    }

    /// Runs a command that succeeds. Returns what it prints.
    pub(super) fn ok(&self, words: &str) -> String {
        let ran = self.run(words);
        assert_eq!(ran.code, Some(0), "candour {words}\n{}", ran.error);
        ran.out
    }

    /// Keeps a ledger's latest checkpoint, which those ledgers must have too.
    pub(super) fn pin(&self, ledger: &str, ledgers: &[&str]) {
        for other in ledgers {
            fs::copy(self.path(ledger).join("checkpoint"), self.path(&format!("{other}.pin"))).expect("a pin");
        }
    }

    /// Changes a byte in the middle of every file of a folder.
    pub(super) fn damage(&self, folder: &str) {
        for item in self.path(folder).read_dir().expect("a folder") {
            let path = item.expect("a name").path();
            if path.is_dir() {
                self.damage(path.to_str().expect("UTF-8"));
                continue;
            }
            let mut bytes = fs::read(&path).expect("bytes");
            let middle = bytes.len() / 2;
            if let Some(byte) = bytes.get_mut(middle) {
                *byte ^= 1;
            }
            fs::write(&path, bytes).expect("written");
        }
    }

    /// What the disk has done.
    pub(super) fn calls(&self) -> Vec<Call> {
        disk::read_log(&self.log())
    }

    pub(super) fn log(&self) -> PathBuf {
        self.0.path().join("log")
    }
}

impl Ran {
    pub(super) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code(), out: text(output.stdout), error: text(output.stderr) }
    }

    /// The end of a process that was started with pipes.
    pub(super) fn end_of(child: Child) -> Self {
        Self::of(child.wait_with_output().expect("its end"))
    }
}

/// Starts a command, with its output in pipes.
pub(super) fn start(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a process")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder");
    for item in from.read_dir().expect("a folder") {
        let item = item.expect("a name");
        let target = to.join(item.file_name());
        match item.file_type().expect("its type") {
            kind if kind.is_dir() => copy(&item.path(), &target),
            _ => drop(fs::copy(item.path(), target).expect("a copy")),
        }
    }
}
