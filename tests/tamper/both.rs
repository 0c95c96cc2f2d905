//! Two verifiers that share no line say the same of whatever was tampered with: verdict, sizes, and every fault's code,
//! index and file.

use std::path::Path;

use serde_json::{Value, json};

use super::class::{Evidence, Sample};
use super::world::World;
use super::{classes, rounds, some, title, wild};
use crate::corpus::disk::difference;
use crate::corpus::property::Random;
use crate::corpus::python::ask;
use crate::corpus::zips;

/// How many ledgers are judged by both, unless `CANDOUR_ROUNDS` says otherwise.
const LEDGERS: usize = 160;
/// How many are handed over at a time.
const BATCH: usize = 80;
/// How many are made of one honest ledger.
const OF_ONE: usize = 8;

/// What both are asked, and what this software said.
struct Asked {
    name: String,
    ours: Value,
    request: Value,
}

/// Writes what a reader holds into a folder, and has this software judge it.
fn asked(folder: &Path, number: usize, name: String, sample: &Sample, world: &World) -> Asked {
    let write = |kind: &str, bytes: &[u8]| {
        let path = folder.join(format!("{number}-{kind}"));
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let policy = write("policy", sample.policy(world).as_bytes());
    let pins: Vec<_> = sample.pins.iter().map(|pin| write("pin", pin)).collect();
    let request = match &sample.evidence {
        Evidence::Bundle(files) => {
            json!({"bundle": write("bundle.zip", &zips::pack(files)), "policy": policy, "pins": pins})
        }
        Evidence::Proof(text) => json!({"receipt": write("receipt", text.as_bytes()), "policy": policy}),
    };
    Asked { name, ours: json!(sample.report(world)), request }
}

/// Has the second verifier judge all that was asked, and tells where it says otherwise.
fn differing(asked: &[Asked]) -> Option<Vec<String>> {
    let requests: Vec<&Value> = asked.iter().map(|asked| &asked.request).collect();
    let said = ask(&requests)?;
    let differing = |(asked, mut theirs): (&Asked, Value)| {
        if asked.request.get("receipt").is_some() {
            // Of a receipt, they tell how large its ledger was; ours is judged without one.
            (theirs["size"], theirs["sealed"]) = (asked.ours["size"].clone(), asked.ours["sealed"].clone());
        }
        difference(&asked.name, &once(&asked.ours), &once(&theirs))
    };
    Some(asked.iter().zip(said).filter_map(differing).collect())
}

/// A verdict in which no code stands twice at one place: how often it does there is a matter of words.
pub fn once(verdict: &Value) -> Value {
    let mut faults: Vec<Value> = Vec::new();
    for fault in verdict["faults"].as_array().unwrap() {
        if !faults.iter().any(|other| ["code", "index", "file"].iter().all(|field| other[field] == fault[field])) {
            faults.push(fault.clone());
        }
    }
    json!({"verdict": verdict["verdict"], "size": verdict["size"], "sealed": verdict["sealed"], "faults": faults})
}

#[test]
fn both_verifiers_say_the_same_of_every_class() {
    let (mut random, world) = (Random::new(), World::of_the_story());
    let folder = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    for class in classes() {
        for sample in some(&class, &world, &mut random, rounds(1).min(4)) {
            let name = format!("{}: {}", title(&class), sample.place);
            all.push(asked(folder.path(), all.len(), name, &sample, &world));
        }
    }
    let Some(wrong) = differing(&all) else { return };
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), all.len(), wrong.join("\n"));
}

#[test]
fn both_verifiers_say_the_same_of_ledgers_tampered_with_at_random() {
    let mut random = Random::new();
    let ledgers = rounds(LEDGERS);
    let (mut done, mut falsified, mut wrong) = (0, 0, Vec::new());
    while done < ledgers {
        let folder = tempfile::tempdir().unwrap();
        let mut batch = Vec::new();
        while batch.len() < BATCH.min(ledgers - done) {
            let world = wild::honest(&mut random);
            for _ in 0..OF_ONE {
                let (number, sample) = (batch.len(), wild::tampered(&world, &mut random));
                batch.push(asked(folder.path(), number, format!("ledger {}", done + number), &sample, &world));
            }
        }
        done += batch.len();
        falsified += batch.iter().filter(|asked| asked.ours["verdict"] == "falsified").count();
        let Some(differing) = differing(&batch) else { return };
        if !differing.is_empty() {
            println!("kept in {}", folder.keep().display());
        }
        wrong.extend(differing);
    }
    println!("{done} ledgers, {falsified} of them falsified");
    assert!(wrong.is_empty(), "{} of {done}\n{}", wrong.len(), wrong.join("\n"));
}
