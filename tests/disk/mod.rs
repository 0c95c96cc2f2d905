//! A disk between the command and its disk: see the top of shim.c, which does the work and says what is in the log.

#![allow(clippy::panic, reason = "a test may")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{fs, process};

/// What a call asked of the disk, and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Counted from 1; 0 for what was written to standard output.
    pub number: u64,
    /// Its name in shim.c.
    pub name: String,
    /// What the kernel returned; an error is negative.
    pub result: i64,
    pub inode: u64,
    pub offset: u64,
    pub length: u64,
    /// What was done to it on purpose: `.` is nothing.
    pub mark: char,
    /// Relative to the root, empty for the root itself, "/" outside of it.
    pub path: String,
    pub path2: String,
    pub data: Vec<u8>,
}

/// What happens at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    KillBefore,
    KillAfter,
    KillHalf,
    Eio,
    Enospc,
    Short,
    Fsync,
    Lie,
}

impl Event {
    fn name(self) -> &'static str {
        match self {
            Self::KillBefore => "kill-before",
            Self::KillAfter => "kill-after",
            Self::KillHalf => "kill-half",
            Self::Eio => "EIO",
            Self::Enospc => "ENOSPC",
            Self::Short => "short",
            Self::Fsync => "fsync",
            Self::Lie => "lie",
        }
    }
}

/// When what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub event: Event,
    /// The number of the first call at which it does.
    pub at: u64,
    /// To how many calls in a row; 0 is all from that one on.
    pub times: u64,
}

/// The library that does it, built once.
///
/// # Panics
/// If there is no C compiler.
pub(crate) fn library() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/disk/shim.c");
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("disk-shim.so");
        // Another process may be loading the one that is there.
        let fresh = target.with_extension(format!("{}.so", process::id()));
        let flags = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", "-o"];
        let built = Command::new("cc").args(flags).arg(&fresh).arg(&source).output();
        let built = built.expect("these tests need cc, a C compiler: install gcc");
        assert!(built.status.success(), "cc {}\n{}", source.display(), String::from_utf8_lossy(&built.stderr));
        fs::rename(&fresh, &target).expect("the library in its place");
        target
    })
}

/// Puts the disk between a command and everything below a folder. What is done there is appended to the log.
pub(crate) fn put_under(command: &mut Command, root: &Path, log: &Path, plan: Option<Plan>) {
    let root = root.canonicalize().expect("the folder");
    command.env("LD_PRELOAD", library()).env("DISK_ROOT", root).env("DISK_LOG", log);
    if let Some(Plan { event, at, times }) = plan {
        command.env("DISK_DO", event.name()).env("DISK_AT", at.to_string()).env("DISK_FOR", times.to_string());
    }
}

/// What was done, in the order of its effects.
pub(crate) fn read_log(log: &Path) -> Vec<Call> {
    let bytes = fs::read(log).unwrap_or_default();
    let (mut rest, mut calls) = (bytes.as_slice(), Vec::new());
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let line = std::str::from_utf8(&rest[..end]).expect("a line of the log");
        rest = &rest[end + 1..];
        let words: Vec<&str> = line.split(' ').collect();
        let [number, name, result, inode, offset, length, mark, lengths @ ..] = words.as_slice() else {
            panic!("not a line of the log: {line}")
        };
        let mut parts = lengths.iter().map(|length| {
            let (part, after) = rest.split_at(length.parse().expect("a length"));
            rest = after;
            part.to_vec()
        });
        let mut text = || String::from_utf8(parts.next().expect("a path")).expect("UTF-8");
        let (path, path2) = (text(), text());
        let data = parts.next().expect("the data");
        rest = rest.strip_prefix(b"\n").expect("the end of a record");
        let number_of = |word: &str| word.parse::<i64>().expect("a number") as u64;
        calls.push(Call {
            number: number_of(number),
            name: (*name).to_owned(),
            result: result.parse().expect("a result"),
            inode: number_of(inode),
            offset: number_of(offset),
            length: number_of(length),
            mark: mark.chars().next().expect("a mark"),
            path,
            path2,
            data,
        });
    }
    calls
}
