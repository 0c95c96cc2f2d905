//! Files that rot: whatever is damaged, nothing panics, no ledger is shorter in silence, and there is a way back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail so")]

mod damage;
#[cfg(target_os = "linux")]
mod killed;
mod mended;
mod place;
mod tails;
mod taken;
mod ways_back;
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use candour::core::audit::Verdict;
use candour::shell::repair::{How, Repaired, repair};
use candour::shell::restore::restore;
use candour::storage::bundle::{Bundle, Trouble};
use candour::storage::folder_bundle::FolderBundle;

use crate::corpus::property::Random;
use damage::{Damage, Kind, damage};
use world::{READERS, SIZE, World, entries, files, open};

/// How often something is damaged, unless `CANDOUR_ROUNDS` says otherwise: each kind of file in two ways.
const ROUNDS: usize = 22;
/// After how many rounds the commands are asked too.
const COMMANDS_EVERY: usize = 5;

/// Counts of what came of it.
type Tally = BTreeMap<&'static str, usize>;

#[test]
fn nothing_is_lost_in_silence_whatever_rots() {
    let rounds = std::env::var("CANDOUR_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    let (world, mut random, mut tally) = (World::new(), Random::new(), Tally::new());
    let kinds_of_file = kinds_of_file(&world);
    let mut done = 0;
    for round in 0.. {
        if done == rounds {
            break;
        }
        let names = &kinds_of_file[round % kinds_of_file.len()];
        let name = &names[random.below(names.len())];
        let kind = Kind::ALL[(round / kinds_of_file.len() + round) % Kind::ALL.len()];
        let path = world.place("damaged");
        let Some(found) = damage(&mut random, &path, (&world.files, &world.older), name, kind) else { continue };
        let what = format!("round {round}: {:?} {:?}", found.kind, found.files.keys());
        read(&world, &found, &what, &mut tally);
        mend_alone(&world, &found, &what, &mut tally);
        mend_with_copy(&world, &found, &what, &mut tally);
        if done % COMMANDS_EVERY == 0 {
            ask(&world, &found, &what, &mut tally);
        }
        write(&world, &found, &what, &mut tally);
        done += 1;
    }
    eprintln!("{rounds} rounds: {tally:#?}");
}

/// The files of the ledger, by what they are.
fn kinds_of_file(world: &World) -> Vec<Vec<String>> {
    let belongs = |name: &str, kind: &str| match kind {
        "partial entries" => name.starts_with("tile/entries/") && name.contains(".p/"),
        "entries" => name.starts_with("tile/entries/") && !name.contains(".p/"),
        "partial hashes" => !name.starts_with("tile/entries/") && name.contains(".p/"),
        "hashes" => name.starts_with("tile/") && !name.starts_with("tile/entries/") && !name.contains(".p/"),
        kind => name == kind || kind.ends_with('/') && name.starts_with(kind),
    };
    let kinds = [
        "tail",
        "entries",
        "partial entries",
        "hashes",
        "partial hashes",
        "checkpoint",
        "checkpoints/",
        "attachments/",
        "tmp/acknowledged",
        "index/",
        "tail",
    ];
    let of = |kind: &str| world.files.keys().filter(|name| belongs(name, kind)).cloned().collect::<Vec<_>>();
    let all: Vec<_> = kinds.map(of).into();
    assert!(all.iter().all(|names| !names.is_empty()), "{all:?}");
    all
}

fn count(tally: &mut Tally, what: &'static str) {
    *tally.entry(what).or_default() += 1;
}

/// Damages the ledger once more in the same way, in a folder of that name.
fn again(world: &World, found: &Damage, name: &str) -> std::path::PathBuf {
    let path = world.place(name);
    for (name, bytes) in &found.files {
        match bytes {
            Some(bytes) => fs::write(path.join(name), bytes).unwrap(),
            None => fs::remove_file(path.join(name)).unwrap(),
        }
    }
    path
}

/// The auditor says that it is whole, or names a fault. What no checkpoint promises, an audit cannot miss at the end of the
/// tail; nothing else may be missing. Whoever restores from the damaged folder gets a beginning of it that is sealed, or nothing.
fn read(world: &World, found: &Damage, what: &str, tally: &mut Tally) {
    let path = world.path("damaged");
    match world.judge(&path) {
        Ok(report) if report.verdict == Verdict::Verified && report.size == SIZE => {
            assert_eq!(report.root, world.root, "{what}");
            let evidence = |name: &String| !name.starts_with("index/") && !name.starts_with("tmp/");
            let changed = found.files.iter().filter(|(name, _)| evidence(name));
            for (name, bytes) in changed.filter(|(name, bytes)| bytes.is_some() && *name != "checkpoint") {
                let told = report.not_checked.iter().any(|line| line.contains(name.as_str()));
                let older = bytes.as_ref() == world.older.get(name);
                assert!(told || older, "{what}: verified, and not a word of {name}");
            }
            count(tally, "verify: as before");
        }
        Ok(report) if report.verdict == Verdict::Verified => {
            assert!(found.files.contains_key("tail") && report.size >= world.sealed, "{what}: {} entries", report.size);
            count(tally, "verify: what no checkpoint promises is gone");
        }
        Ok(report) => {
            let named =
                report.faults.iter().any(|fault| fault.file.as_ref().is_some_and(|it| found.files.contains_key(it)));
            count(
                tally,
                if named { "verify: fault, names the file" } else { "verify: fault at an entry or another file" },
            );
        }
        Err(Trouble::Faults(_)) => count(tally, "verify: not a bundle"),
        Err(error) => panic!("{what}: {error}"),
    }
    let target = world.path("restored");
    fs::remove_dir_all(&target).ok();
    let damaged = FolderBundle::open(&path).unwrap();
    match restore(&damaged, &target, None, &mut |_, _| {}) {
        Ok(restored) => {
            assert!(restored.size >= world.sealed.min(restored.sealed), "{what}");
            let ledger = open(&target).unwrap();
            assert_eq!(entries(&ledger), world.entries[..restored.size as usize], "{what}");
            count(tally, "restore from the damaged folder: a sealed beginning");
        }
        Err(_) => {
            assert!(!target.exists(), "{what}");
            count(tally, "restore from the damaged folder: refused");
        }
    }
}

/// Opened for writing, it has everything and takes the next statement, or it says why not.
fn write(world: &World, found: &Damage, what: &str, tally: &mut Tally) {
    let path = world.path("damaged");
    let of_index = found.files.keys().all(|name| name.starts_with("index/"));
    match open(&path) {
        Ok(mut ledger) => {
            assert_eq!(entries(&ledger), world.entries, "{what}");
            assert_eq!(ledger.chain().root(), world.root, "{what}");
            match world.write(&mut ledger) {
                Ok(index) => assert_eq!(index, SIZE, "{what}"),
                Err(error) => {
                    assert!(!of_index, "{what}: {error}");
                    count(tally, "write: opened, and the checkpoint is refused");
                }
            }
            drop(ledger);
            let report = world.judge(&path).unwrap();
            assert!(report.size == SIZE + 1 || report.verdict == Verdict::Falsified, "{what}");
            count(tally, "write: all is there");
        }
        Err(error) => {
            assert!(!of_index, "{what}: {error}");
            let words = error.to_string();
            let named = found.files.keys().any(|name| words.contains(name.as_str()));
            assert!(named || words.contains("entry ") || words.contains("damaged"), "{what}: {words}");
            count(
                tally,
                if named { "write: refused, names the file" } else { "write: refused, names an entry or another file" },
            );
        }
    }
}

fn run_repair(path: &Path, copy: Option<&dyn Bundle>, apply: bool, drop: bool) -> Repaired {
    repair(path, How { copy, policy: None, apply, drop, progress: &mut |_, _| {} }).unwrap()
}

/// Without a copy: either everything is there again, or nothing is changed until that is given up which no checkpoint promises.
fn mend_alone(world: &World, found: &Damage, what: &str, tally: &mut Tally) {
    let path = again(world, found, "alone");
    let before = files(&path);
    let said = run_repair(&path, None, false, false);
    assert_eq!(files(&path), before, "{what}: nothing was to be changed");
    let done = run_repair(&path, None, true, false);
    assert_eq!((&done.steps, &done.cut, &done.left), (&said.steps, &said.cut, &said.left), "{what}");
    if !done.applied {
        assert_eq!(files(&path), before, "{what}: nothing was to be changed");
    }
    check_aside(&done, &before, &path, what);
    if done.is_sound() || done.applied && done.left.is_empty() {
        whole(world, &path, what);
        count(tally, "repair alone: all is there");
        return;
    }
    let given_up = run_repair(&path, None, true, true);
    match given_up.cut {
        Some(cut) if given_up.applied => {
            assert!(cut.from >= world.sealed, "{what}: {cut:?}");
            let ledger = open(&path).unwrap();
            assert_eq!(entries(&ledger), world.entries[..cut.from as usize], "{what}");
            count(tally, "repair alone: entries that no checkpoint promises are given up when asked");
        }
        _ => count(tally, "repair alone: not possible, and said so"),
    }
}

/// With a copy: everything is there again, whatever was damaged.
fn mend_with_copy(world: &World, found: &Damage, what: &str, tally: &mut Tally) {
    let path = again(world, found, "mended");
    let before = files(&path);
    let copy = world.copy();
    let done = run_repair(&path, Some(&copy), true, false);
    assert_eq!((&done.cut, done.left.as_slice()), (&None, &[][..]), "{what}: {done:?}");
    check_aside(&done, &before, &path, what);
    whole(world, &path, what);
    count(tally, "repair from a copy: all is there");
}

/// Checks that the ledger is what it was, and goes on.
fn whole(world: &World, path: &Path, what: &str) {
    let report = world.judge(path).unwrap();
    assert_eq!((report.faults, report.size, report.root), (Vec::new(), SIZE, world.root), "{what}");
    assert_eq!(report.sealed, world.sealed, "{what}");
    let mut ledger = open(path).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(entries(&ledger), world.entries, "{what}");
    assert_eq!(world.write(&mut ledger).unwrap(), SIZE, "{what}");
}

/// Checks that what was replaced is kept as it was.
fn check_aside(done: &Repaired, before: &crate::corpus::forge::Files, path: &Path, what: &str) {
    let replaced = done.steps.iter().filter(|step| done.applied && before.contains_key(&step.file));
    let kept = done.aside.as_ref().map(|aside| files(aside)).unwrap_or_default();
    for step in replaced {
        assert_eq!(kept.get(&step.file), before.get(&step.file), "{what}: {}", step.file);
    }
    if let Some(aside) = &done.aside {
        assert!(aside.starts_with(path.canonicalize().unwrap().parent().unwrap()));
        fs::remove_dir_all(aside).unwrap();
    }
}

/// The commands never panic, and what they say is what they said, or an error.
fn ask(world: &World, found: &Damage, what: &str, tally: &mut Tally) {
    let of_index = found.files.keys().all(|name| name.starts_with("index/"));
    let forgotten = found.files.iter().any(|(name, bytes)| name.starts_with("checkpoints/") && bytes.is_none());
    for (words, told) in READERS.iter().zip(&world.told) {
        let output = world.run(words, "damaged");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!error.contains("panicked"), "{what}: {words}: {error}");
        match output.status.code() {
            // Of a checkpoint that nobody has seen, nothing tells that it was ever published; that it came late may show.
            Some(0) if forgotten && words.starts_with("findings") => {}
            Some(0) => assert_eq!(&output.stdout, told, "{what}: {words}"),
            Some(1 | 2) if !of_index => assert!(error.starts_with("error: "), "{what}: {words}: {error}"),
            code => panic!("{what}: {words}: {code:?} {error}"),
        }
        count(tally, if output.status.success() { "commands: as before" } else { "commands: an error" });
    }
    for words in
        ["verify LEDGER --policy policy", "export LEDGER out.zip", "publish LEDGER site", "repair LEDGER --json"]
    {
        let output = world.run(words, "damaged");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!error.contains("panicked"), "{what}: {words}: {error}");
        assert!(matches!(output.status.code(), Some(0..=2)), "{what}: {words}: {error}");
        fs::remove_file(world.path("out.zip")).ok();
        fs::remove_dir_all(world.path("site")).ok();
    }
}
