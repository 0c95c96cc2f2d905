//! A disk whose power can be cut: ext4 in a file, mounted through a loop device. Copied while it is mounted, the file holds
//! what the disk was given so far, which is what a power cut leaves; what the system still has in memory is not in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::states::memory;
use crate::tools::is_missing;

/// Bytes of a disk.
const BYTES: u64 = 48 << 20;
/// Nothing is written on its own account for so many seconds: a power cut finds all that nobody flushed.
const IDLE: &str = "loop,commit=600";
/// How often a copy is made again of a disk that was written to meanwhile.
const MAX_TRIES: usize = 200;

/// Mounted until it is dropped, however the test ends.
pub(super) struct LoopDisk(TempDir);

impl LoopDisk {
    /// A new one.
    ///
    /// # Errors
    /// Why there can be none here.
    pub(super) fn format() -> Result<Self, String> {
        let folder = tempfile::tempdir_in(memory()).expect("a folder");
        let image = folder.path().join("image");
        fs::File::create(&image).and_then(|file| file.set_len(BYTES)).expect("an image");
        // What is put off is written later on its own account.
        run(Command::new("mkfs.ext4").args(["-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0"]).arg(&image))?;
        Self::mount(folder, IDLE)
    }

    fn mount(folder: TempDir, options: &str) -> Result<Self, String> {
        let root = folder.path().join("root");
        fs::create_dir(&root).expect("a folder");
        run(Command::new("mount").args(["-t", "ext4", "-o", options]).arg(folder.path().join("image")).arg(&root))?;
        Ok(Self(folder))
    }

    /// What is on it.
    pub(super) fn root(&self) -> PathBuf {
        self.0.path().join("root")
    }

    /// Makes all of it durable, once, before anything is tried.
    pub(super) fn settle(&self) {
        run(Command::new("sync").arg("-f").arg(self.root())).expect("sync");
    }

    /// Cuts the power: the disk as it is now, mounted again.
    ///
    /// # Panics
    /// If what is left of it cannot be mounted, or it is written to all the time.
    pub(super) fn cut(&self) -> Self {
        let folder = tempfile::tempdir_in(memory()).expect("a folder");
        let from = self.0.path().join("image");
        for _ in 0..MAX_TRIES {
            let before = self.written();
            let copied = Command::new("cp").arg("--sparse=always").arg(&from).arg(folder.path()).status();
            assert!(copied.expect("cp").success(), "the image cannot be copied");
            // A copy takes its time: only if nothing was written meanwhile is it of one moment.
            if before.is_some() && self.written() == before {
                return Self::mount(folder, "loop").expect("what a power cut left can be mounted");
            }
        }
        panic!("the disk is written to all the time");
    }

    /// How much was written to the device, unless something is on its way.
    fn written(&self) -> Option<String> {
        let mounts = fs::read_to_string("/proc/mounts").expect("what is mounted");
        let root = self.root();
        let mount = mounts.lines().find(|line| line.split(' ').nth(1).map(Path::new) == Some(&root));
        let device = mount.and_then(|line| line.split(' ').next()).expect("a device").replace("/dev/", "/sys/block/");
        let status = fs::read_to_string(format!("{device}/stat")).expect("its figures");
        let figures: Vec<&str> = status.split_whitespace().collect();
        (figures[8] == "0").then(|| figures[4..7].join(" "))
    }
}

impl Drop for LoopDisk {
    fn drop(&mut self) {
        let umount = |flags: &[&str]| run(Command::new("umount").args(flags).arg(self.root()));
        if let Err(why) = umount(&[]).or_else(|_| umount(&["--lazy"])) {
            eprintln!("{why}");
        }
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{command:?}: {}", said.trim_end())) }
}

/// Whether there can be no such disk here. Says so; and where everything must run, that is a failure, unless it is the
/// machine itself that has no loop device to give, or not the right to mount one.
pub(super) fn is_impossible() -> bool {
    let not_run = |why: &str| {
        eprintln!("NOT RUN: {why}, so no power was really cut");
        true
    };
    if !rustix::process::geteuid().is_root() {
        return not_run("a loop device takes root to mount");
    }
    if ["mkfs.ext4", "mount", "umount", "cp"].into_iter().any(is_missing) {
        return true;
    }
    let Err(why) = LoopDisk::format() else { return false };
    let machine = ["loop device", "ermission denied", "not permitted", "unknown filesystem type"];
    let ci = std::env::var("CI").as_deref() == Ok("true");
    assert!(!ci || machine.iter().any(|what| why.contains(what)), "under CI=true every test runs: {why}");
    not_run(&why)
}
