//! Two verifiers say the same of a ledger whose entry bundles were damaged, whatever its entries say: which bytes are the
//! entries, and what is in its place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use candour::core::audit::{Report, Verdict};
use candour::core::policy::Policy;
use candour::core::statement::Rule;
use candour::core::tile::{TILE_WIDTH, Tile, TileKind, push_entry, split};
use candour::shell::verify::{Options, verify};
use candour::storage::memory_bundle::MemoryBundle;
use serde_json::{Value, json};

use super::both::once;
use super::rounds;
use super::world::World;
use crate::corpus::disk::difference;
use crate::corpus::forge::{Files, bundle, tiles};
use crate::corpus::property::Random;
use crate::corpus::python::ask;
use crate::corpus::zips;

/// How many ledgers are judged by both, unless `CANDOUR_ROUNDS` says otherwise.
const LEDGERS: usize = 120;

/// Most entries: a report lists a thousand faults, and most of these have one or two.
const MOST: usize = 560;

/// Entries of no byte: more than the faults that a verifier keeps.
const EMPTY: usize = 64_100;

/// Entries that say nothing, some of which decode: none is worth a signature, and each has its index.
fn entries(random: &mut Random) -> Vec<Vec<u8>> {
    let size = [1, 255, 256, 257, 300, 511, 512, 513, MOST];
    let size = size[random.below(size.len())];
    let entry = |index: usize, random: &mut Random| {
        let mut entry = (index as u64).to_le_bytes().to_vec();
        entry.resize(if random.below(8) == 0 { 64 } else { 9 + random.below(50) }, 0);
        entry
    };
    (0..size).map(|index| entry(index, random)).collect()
}

/// The files of those entries, with a checkpoint that nobody signed and some tiles of when there were fewer.
fn files(entries: &[Vec<u8>], random: &mut Random) -> Files {
    let mut files = tiles(entries);
    for _ in 0..random.below(4) {
        let fewer = tiles(&entries[..=random.below(entries.len())]);
        files.extend(fewer.into_iter().filter(|(name, _)| name.contains(".p/")));
    }
    let root = STANDARD.encode([7; 32]);
    let note = format!("candour.example/a\n{}\n{root}\n\n— a AAAAAAA=\n", entries.len());
    files.insert("checkpoint".into(), note.into_bytes());
    files
}

/// The name of an entry bundle.
fn name(number: usize, width: usize) -> String {
    Tile { kind: TileKind::Entries, index: number as u64, width: width as u16 }.path()
}

/// The whole entries of a bundle, up to one.
fn some(content: &[u8], random: &mut Random) -> Vec<Vec<u8>> {
    let mut entries: Vec<_> = split(content).map_while(Result::ok).map(<[u8]>::to_vec).collect();
    entries.truncate(random.below(entries.len() + 1));
    entries
}

/// One damage: to the bundle of a number, full or partial, or to the tail.
fn damage(files: &mut Files, entries: &[Vec<u8>], random: &mut Random) {
    let full = usize::from(TILE_WIDTH);
    let number = random.below(entries.len() / full + 2);
    let names: Vec<String> = files.keys().filter(|name| name.starts_with("tile/entries/")).cloned().collect();
    let Some(taken) = names.get(random.below(names.len().max(1))).cloned() else { return };
    let content = files[&taken].clone();
    match random.below(9) {
        // Shortened by whole entries, or anywhere.
        0 => drop(files.insert(taken, bundle(&some(&content, random)))),
        1 => files.get_mut(&taken).unwrap().truncate(random.below(content.len() + 1)),
        // Overlong, by its own entries or by bytes.
        2 => files.get_mut(&taken).unwrap().extend(bundle(&some(&content, random))),
        3 => files.get_mut(&taken).unwrap().extend(vec![0; 1 + random.below(5)]),
        4 => drop(files.remove(&taken)),
        // Under another name.
        5 => drop(files.insert(name(number, 1 + random.below(full)), content)),
        6 => drop(files.insert(name(number, full), content)),
        7 => {
            let bytes = files.get_mut(&taken).unwrap();
            let at = random.below(bytes.len().max(1));
            bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= random.bit());
        }
        _ => drop(files.insert("tail".into(), tail(entries, random))),
    }
}

/// A tail from anywhere on, some of its entries repeated, altered or too short to have an index.
fn tail(entries: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut tail = Vec::new();
    let from = (entries.len() - 1).saturating_sub(random.below(40));
    for at in from..entries.len() {
        let mut entry = entries[at].clone();
        match random.below(12) {
            0 => entry = entries[random.below(entries.len())].clone(),
            1 => entry.truncate(random.below(16)),
            2 => entry.push(7),
            _ => {}
        }
        push_entry(&mut tail, &entry).unwrap();
    }
    tail.extend(vec![0xff; random.below(3)]);
    tail
}

fn judge(files: &Files) -> Report {
    judge_by("quorum none\n", files)
}

fn judge_by(policy: &str, files: &Files) -> Report {
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let options =
        Options { pins: Vec::new(), rule: Rule::Cofactored, progress: &mut |_, _| {}, as_of: None, watch: &mut () };
    verify(&files.clone().into_iter().collect::<MemoryBundle>(), &policy, options).unwrap()
}

#[test]
fn both_verifiers_say_the_same_of_damaged_entry_bundles() {
    let (mut random, folder) = (Random::new(), tempfile::tempdir().unwrap());
    let policy = folder.path().join("policy");
    std::fs::write(&policy, "quorum none\n").unwrap();
    let (mut requests, mut ours): (Vec<Value>, Vec<Value>) = Default::default();
    while ours.len() < rounds(LEDGERS) {
        let entries = entries(&mut random);
        let mut files = files(&entries, &mut random);
        (0..=random.below(3)).for_each(|_| damage(&mut files, &entries, &mut random));
        let report = judge(&files);
        assert_eq!((report.verdict, report.sealed), (Verdict::Falsified, 0), "ledger {}", ours.len());
        if report.not_checked.iter().any(|line| line.contains("further faults")) {
            continue;
        }
        let path = folder.path().join(format!("{}.zip", ours.len()));
        std::fs::write(&path, zips::pack(&files)).unwrap();
        requests.push(json!({"bundle": path, "policy": policy, "pins": []}));
        ours.push(json!(report));
    }
    let Some(theirs) = ask(&requests) else { return };
    let both = ours.iter().zip(&theirs).enumerate();
    let wrong: Vec<String> = both
        .filter_map(|(at, (ours, theirs))| difference(&format!("ledger {at}"), &once(ours), &once(theirs)))
        .collect();
    if !wrong.is_empty() {
        println!("kept in {}", folder.keep().display());
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), ours.len(), wrong.join("\n"));
}

/// What a verdict says beyond its list: the size, how much of it is sealed, which entries nothing promises, and how many
/// faults there are, those that are not listed included.
fn summary(verdict: &Value) -> (u64, u64, Vec<String>, u64) {
    let lines = || verdict["not_checked"].as_array().unwrap().iter().map(|line| line.as_str().unwrap());
    let unpromised = lines().filter(|line| line.starts_with("entries ")).filter_map(|line| line.split(':').next());
    let further = lines().find_map(|line| line.strip_suffix(" further faults are not listed"));
    let listed = verdict["faults"].as_array().unwrap().len() as u64;
    let number = |field: &str| verdict[field].as_u64().unwrap();
    let unpromised = unpromised.map(str::to_owned).collect();
    (number("size"), number("sealed"), unpromised, listed + further.map_or(0, |further| further.parse().unwrap()))
}

#[test]
fn a_fault_that_is_no_longer_kept_keeps_a_checkpoint_from_sealing() {
    let (world, folder) = (World::of_the_story(), tempfile::tempdir().unwrap());
    let (policy, zip) = (folder.path().join("policy"), folder.path().join("ledger.zip"));
    let (mut entries, mut files) = (world.ledger.entries.clone(), world.files.clone());
    entries.resize(entries.len() + EMPTY, Vec::new());
    files.insert("tail".into(), bundle(&entries));
    // The earlier ones in `checkpoints/` are as good as they were.
    let (size, root) = (entries.len() as u64, STANDARD.encode([7; 32]));
    let bad = format!("{}\n{size}\n{root}\n\n— a AAAAAAA=\n", world.ledger.origin);
    files.insert("checkpoint".into(), bad.into());
    let report = judge_by(&world.policy, &files);
    assert_eq!((report.size, report.sealed), (size, world.ledger.size()));
    let ours = summary(&json!(report));
    assert!(ours.3 > EMPTY as u64, "{ours:?}");
    std::fs::write(&policy, &world.policy).unwrap();
    std::fs::write(&zip, zips::pack(&files)).unwrap();
    let Some(theirs) = ask(&[json!({"bundle": zip, "policy": policy, "pins": []})]) else { return };
    assert_eq!(ours, summary(&theirs[0]));
}
