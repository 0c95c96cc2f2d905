//! Tampering without a plan: a few changes one after another, each to whatever is there, and as much made to fit as chance
//! has it.

use std::rc::Rc;

use candour::core::checkpoint::{Checkpoint, SignedCheckpoint};
use candour::core::entry::Entry;
use candour::core::hash::Hash;
use candour::core::json::Positive;
use candour::core::key::SecretKey;
use candour::core::merkle::Frontier;
use candour::core::statement::Envelope;
use candour::shell::load::Load;
use serde_json::{Value, json};

use super::class::{Evidence, Sample};
use super::ledger::Ledger;
use super::world::{WITNESSES, World};
use crate::corpus::forge::{Files, Forger, tiles};
use crate::corpus::property::Random;
use crate::corpus::{dealings, story};

/// An honest ledger: a generated one, or the beginning of one of the two that the corpus has, with whichever checkpoints.
pub fn honest(random: &mut Random) -> World {
    let mut forger: Forger = match random.below(3) {
        0 => return generated(random),
        1 => story::honest(),
        _ => dealings::dealings(),
    };
    let size = 1 + random.below(forger.entries.len());
    forger.entries.truncate(size);
    let kept = |at: &u64| forger.seals.contains(at) || *at == size as u64 || random.below(8) == 0;
    forger.seals = (1..=size as u64).filter(kept).collect();
    World::of_forger(&forger)
}

/// The beginning of a ledger of some seed, of which the operator's key is known.
fn generated(random: &mut Random) -> World {
    let mut load = Load::of_disclosures(random.below(1 << 20) as u64, 1 + random.below(2)).unwrap();
    let size = 1 + random.below(load.opening() + 16) as u64;
    let (mut entries, mut tree, mut files) = (Vec::new(), Frontier::new(), Files::new());
    let mut previous = Hash::ZERO;
    for index in 0..size {
        let (Envelope { payload, signatures }, recorded_at) = load.sign(1).unwrap().remove(0);
        let entry = Entry { index, recorded_at, previous, payload, signatures }.encode().unwrap();
        previous = Hash::leaf(&entry);
        tree.push(previous);
        entries.push(entry);
        if index + 1 == size || random.below(4) == 0 {
            let text = Checkpoint { origin: load.origin().to_string(), size: index + 1, root: tree.root() };
            let checkpoint = SignedCheckpoint::sign(text, load.operator().unwrap()).unwrap().to_string();
            files.insert(format!("checkpoints/{}", index + 1), checkpoint.into());
            load.published(Positive::new(index as i64 + 1).unwrap(), tree.root());
        }
    }
    files.extend(tiles(&entries));
    let operator = load.operator().unwrap();
    let known = (operator.id().0, SecretKey::from_seed(&operator.as_dalek().to_bytes()));
    World::cosigned(&files, Rc::new([known].into()))
}

/// That ledger, tampered with at random, and what its reader holds.
pub fn tampered(world: &World, random: &mut Random) -> Sample {
    let mut ledger = world.ledger.clone();
    ledger.accomplices = WITNESSES[..random.below(4)].to_vec();
    let changes = random.below(4);
    (0..changes).for_each(|_| entries(&mut ledger, random));
    if random.below(3) > 0 {
        ledger.relink();
    }
    if random.below(3) > 0 {
        ledger.promise(ledger.size().max(1));
    }
    let files = ledger.files().unwrap_or_else(|| {
        let mut files = ledger.unsealed();
        let checkpoints = world.files.iter().filter(|(name, _)| name.starts_with("checkpoint"));
        files.extend(checkpoints.map(|(name, bytes)| (name.clone(), bytes.clone())));
        files
    });
    let mut sample = Sample::of("anywhere", files);
    if let Evidence::Bundle(files) = &mut sample.evidence {
        let changes = if changes == 0 { 1 } else { random.below(2) };
        (0..changes).for_each(|_| spoil(files, random));
    }
    sample.witnessed = random.below(3) == 0;
    match random.below(4) {
        0 => sample.pinned(&world.ledger.checkpoint(world.ledger.size()).unwrap()),
        1 => sample.pinned(&world.ledger.receipt(random.below(world.ledger.entries.len()) as u64).unwrap()),
        _ => sample,
    }
}

/// One change of the entries.
fn entries(ledger: &mut Ledger, random: &mut Random) {
    let count = ledger.entries.len();
    if count == 0 {
        return;
    }
    let (at, other) = (random.below(count), random.below(count));
    let readable =
        Entry::parse(&ledger.entries[at]).is_ok_and(|entry| serde_json::from_slice::<Value>(&entry.payload).is_ok());
    match random.below(12) {
        0 => drop(ledger.entries.remove(at)),
        1 => ledger.entries.insert(at, ledger.entries[other].clone()),
        2 => ledger.entries.swap(at, other),
        3 => ledger.entries.truncate(at + 1),
        4 if readable => {
            let time = ledger.entry(at).recorded_at.unix_ms() + random.below(10_000_000) as u64;
            ledger.record(at, time.saturating_sub(5_000_000));
        }
        5 if readable => ledger.edit(at, |entry| entry.signatures.truncate(entry.signatures.len().saturating_sub(1))),
        6 if readable => ledger.edit(at, |entry| {
            let again = entry.signatures.first().copied();
            entry.signatures.extend(again);
        }),
        7 if readable => {
            let (from, signatures) = (ledger.entry(other % count), &mut Vec::new());
            signatures.clone_from(&from.signatures);
            ledger.edit(at, |entry| entry.signatures.append(signatures));
        }
        _ if readable => {
            let value = word(&ledger.clone(), random);
            let mut place = random.below(60);
            // Whoever signed it signs again, as far as the keys are there.
            let _ = ledger.say_again(at, |statement| change(statement, &mut place, &value, 0));
        }
        _ => {}
    }
}

/// A value that some statement has somewhere, or that none should have.
fn word(ledger: &Ledger, random: &mut Random) -> Option<Value> {
    let rare = [
        json!(0),
        json!(-1),
        json!(null),
        json!(true),
        json!(""),
        json!([]),
        json!({}),
        json!("acme"),
        json!(9_007_199_254_740_991_i64),
    ];
    match random.below(4) {
        0 => None,
        1 => Some(rare[random.below(rare.len())].clone()),
        _ => {
            let at = random.below(ledger.entries.len());
            let entry = Entry::parse(&ledger.entries[at]).ok()?;
            let mut leaves = Vec::new();
            collect(&serde_json::from_slice(&entry.payload).ok()?, &mut leaves);
            Some(leaves.swap_remove(random.below(leaves.len().max(1)).min(leaves.len().checked_sub(1)?)))
        }
    }
}

fn collect(value: &Value, into: &mut Vec<Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, into)),
        leaf => into.push(leaf.clone()),
    }
}

/// Puts the value at the place that is reached when so many were passed; without one, takes out what stands there.
fn change(value: &mut Value, place: &mut usize, new: &Option<Value>, depth: usize) {
    let Some(fields) = value.as_object_mut() else {
        if let Some(item) = value.as_array_mut().and_then(|items| items.first_mut()) {
            change(item, place, new, depth + 1);
        }
        return;
    };
    for name in fields.keys().cloned().collect::<Vec<_>>() {
        if *place == 0 {
            match new {
                Some(new) => drop(fields.insert(name, new.clone())),
                None => drop(fields.remove(&name)),
            }
            *place = usize::MAX;
            return;
        }
        *place -= 1;
        change(&mut fields[&name], place, new, depth + 1);
        if *place == usize::MAX {
            return;
        }
    }
    if depth == 0 {
        // It was not that long: then its number.
        fields.insert("nth".into(), json!(*place));
        *place = usize::MAX;
    }
}

/// One change of the files.
fn spoil(files: &mut Files, random: &mut Random) {
    let names: Vec<String> = files.keys().cloned().collect();
    let (name, other) = (&names[random.below(names.len())], &names[random.below(names.len())]);
    match random.below(7) {
        0 => drop(files.remove(name)),
        1 => drop(files.insert(name.clone(), files[other].clone())),
        2 => {
            let to =
                ["checkpoints/3", "tile/0/001", "tile/x", "tail", "tile/entries/000", "notes.txt", "checkpoints/x"];
            files.insert(to[random.below(to.len())].into(), files[name].clone());
        }
        3 => {
            let bytes = files.get_mut(name).unwrap();
            bytes.truncate(random.below(bytes.len().max(1)));
        }
        4 => files.get_mut(name).unwrap().push(random.below(256) as u8),
        _ => {
            let bytes = files.get_mut(name).unwrap();
            let at = random.below(bytes.len().max(1));
            bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= random.bit());
        }
    }
}
