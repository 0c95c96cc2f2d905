//! What takes no key, of bits and entries: a disk, a mirror, or a forger without any.

use candour::core::fault::Code;

use super::class::{Class, Found, Sample, promise_of};
use super::ledger::Ledger;
use super::world::World;
use crate::corpus::forge::{Files, bundle};
use crate::corpus::property::Random;

/// How many bits of each entry or checkpoint are tried: what one comes to is up to chance.
const BITS: usize = 8;
/// Where the payload of an entry begins.
const PAYLOAD: usize = 56;

/// Classes of bits and entries that take nobody's key.
pub fn classes() -> Vec<Class> {
    let mut classes = bits();
    classes.extend(entries_as_they_lie());
    classes.extend(entries_linked_anew());
    classes
}

/// A class that takes nobody's key; without a code, it is not found.
pub fn class(
    what: &'static str,
    codes: &'static [Code],
    names: &'static str,
    make: impl Fn(&World, &mut Random) -> Vec<Sample> + 'static,
) -> Class {
    let found = if codes.is_empty() { Found::Never } else { Found::By(codes) };
    Class { what, who: "nobody", holds: "—", found, names, make: Box::new(make) }
}

/// The honest files with other entries in the bundle that holds them, and all else left.
fn holding(world: &World, entries: &[Vec<u8>]) -> Files {
    let mut files = world.files.clone();
    files.insert(bundle_name(world), bundle(entries));
    files
}

fn bundle_name(world: &World) -> String {
    format!("tile/entries/000.p/{}", world.ledger.size())
}

/// A bit between two places of each entry, wherever those are.
fn bit(world: &World, random: &mut Random, range: fn(&Ledger, usize) -> (usize, usize)) -> Vec<(usize, Files)> {
    let flipped = |index: usize| {
        let (from, to) = range(&world.ledger, index);
        let mut entries = world.ledger.entries.clone();
        entries[index][from + random.below(to - from)] ^= random.bit();
        (index, holding(world, &entries))
    };
    (0..world.ledger.entries.len() * BITS).map(|number| number / BITS).map(flipped).collect()
}

fn bits() -> Vec<Class> {
    let in_entries = |world: &World, random: &mut Random, range| {
        bit(world, random, range).into_iter().map(|(index, files)| Sample::of(index, files).at(index)).collect()
    };
    vec![
        class("a bit of a statement", &[Code::SignatureInvalid], "the entry", move |world, random| {
            in_entries(world, random, |ledger, index| (PAYLOAD, PAYLOAD + ledger.entry(index).payload.len()))
        }),
        class("a bit of a signature", &[Code::SignatureInvalid], "the entry", move |world, random| {
            in_entries(world, random, |ledger, index| (ledger.entries[index].len() - 64, ledger.entries[index].len()))
        }),
        class(
            "a bit of a signer's key",
            &[Code::KeyInvalid, Code::SignatureInvalid],
            "the entry",
            move |world, random| {
                in_entries(world, random, |ledger, index| {
                    (ledger.entries[index].len() - 96, ledger.entries[index].len() - 64)
                })
            },
        ),
        class("a bit of an entry's link", &[Code::PreviousMismatch], "the entry", move |world, random| {
            in_entries(world, random, |_, _| (16, 48))
        }),
        class(
            "a bit of when an entry was recorded",
            &[Code::PreviousMismatch, Code::CheckpointRootMismatch],
            "the next entry; of the last, the checkpoint",
            |world, random| {
                let named = |(index, files): (usize, Files)| match index + 1 < world.ledger.entries.len() {
                    true => Sample::of(index, files).at(index + 1).from(index),
                    false => Sample::of(index, files).in_file("checkpoint").from(index),
                };
                bit(world, random, |_, _| (8, 16)).into_iter().map(named).collect()
            },
        ),
        class("a bit of a hash tile", &[Code::TileMismatch], "the file", |world, random| {
            let named = |(name, files): (String, Files)| Sample::of(&name, files).in_file(name);
            in_files(world, random, |_, name| name.starts_with("tile/0")).map(named).collect()
        }),
        class("a bit of an attachment", &[Code::AttachmentMismatch], "the file, and the entry", |world, random| {
            let named = |(name, files): (String, Files)| Sample::of(&name, files).in_attachment(world, &name);
            in_files(world, random, World::names_attachment).map(named).collect()
        }),
        class(
            "a bit of a checkpoint, up to the operator's signature",
            &[
                Code::CheckpointSignatureInvalid,
                Code::CheckpointUnsigned,
                Code::CheckpointMalformed,
                Code::NoteMalformed,
            ],
            "the file",
            checkpoint_bits,
        ),
    ]
}

/// Each of those files with a bit of it changed.
fn in_files(
    world: &World,
    random: &mut Random,
    is_meant: fn(&World, &str) -> bool,
) -> impl Iterator<Item = (String, Files)> {
    let meant = world.files.iter().filter(move |(name, bytes)| is_meant(world, name) && !bytes.is_empty());
    meant.map(|(name, _)| {
        let mut files = world.files.clone();
        let bytes = files.get_mut(name).unwrap();
        let at = random.below(bytes.len());
        bytes[at] ^= random.bit();
        (name.clone(), files)
    })
}

fn checkpoint_bits(world: &World, random: &mut Random) -> Vec<Sample> {
    let names = world.files.keys().filter(|name| name.starts_with("checkpoint"));
    let names = names.flat_map(|name| [name; BITS]);
    let flipped = |name: &String| {
        let mut files = world.files.clone();
        let bytes = files.get_mut(name).unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let signed = text.find("\n\n").unwrap() + 2 + text.split_once("\n\n").unwrap().1.find('\n').unwrap();
        bytes[random.below(signed)] ^= random.bit();
        Sample::of(name, files).in_file(name)
    };
    names.map(flipped).collect()
}

fn entries_as_they_lie() -> Vec<Class> {
    let each = |world: &World, from: usize, until: usize, change: &dyn Fn(&mut Vec<Vec<u8>>, usize)| {
        let changed = |index: usize| {
            let mut entries = world.ledger.entries.clone();
            change(&mut entries, index);
            (index, holding(world, &entries))
        };
        (from..world.ledger.entries.len() - until).map(changed).collect::<Vec<_>>()
    };
    vec![
        class(
            "an entry dropped",
            &[Code::IndexMismatch, Code::CheckpointBeyondEntries],
            "the place; of the last, the checkpoint",
            move |world, _| {
                let named = |(index, files)| match index + 1 < world.ledger.entries.len() {
                    true => Sample::of(index, files).at(index),
                    false => Sample::of(index, files).in_file("checkpoint").from(index),
                };
                each(world, 0, 0, &|entries, index| drop(entries.remove(index))).into_iter().map(named).collect()
            },
        ),
        class(
            "an entry repeated",
            &[Code::NthReused, Code::LedgerAlreadyOpened, Code::KeyRevoked],
            "the entry",
            move |world, _| {
                each(world, 0, 0, &|entries, index| entries.insert(index + 1, entries[index].clone()))
                    .into_iter()
                    .map(|(index, files)| Sample::of(index, files).at(index))
                    .collect()
            },
        ),
        class("two neighbours swapped", &[Code::IndexMismatch], "the first place", move |world, _| {
            each(world, 0, 1, &|entries, index| entries.swap(index, index + 1))
                .into_iter()
                .map(|(index, files)| Sample::of(index, files).at(index))
                .collect()
        }),
        class("an entry replaced by another of the ledger", &[Code::IndexMismatch], "the place", |world, random| {
            let count = world.ledger.entries.len();
            let replaced = |index: usize| {
                let other = (index + 1 + random.below(count - 1)) % count;
                let mut entries = world.ledger.entries.clone();
                entries[index] = entries[other].clone();
                Sample::of(format!("{index} by {other}"), holding(world, &entries)).at(index).from(index.min(other))
            };
            (0..count).map(replaced).collect()
        }),
        class("an entry inserted from another ledger", &[Code::LedgerMismatch], "the entry", |world, _| {
            let Some(other) = &world.other else { return Vec::new() };
            let inserted = |index: usize| {
                let mut entries = world.ledger.entries.clone();
                entries.insert(index, other.entries[index].clone());
                Sample::of(index, holding(world, &entries)).at(index)
            };
            (1..other.entries.len()).map(inserted).collect()
        }),
    ]
}

/// Everything made to fit that takes no key: indices, links and tiles. What is left are the checkpoints.
fn entries_linked_anew() -> Vec<Class> {
    const OTHER: &[Code] = &[Code::CheckpointRootMismatch, Code::CheckpointBeyondEntries];
    let each = |world: &World, until: usize, change: &dyn Fn(&mut Ledger, usize)| {
        let changed = |index: usize| {
            let mut ledger = world.ledger.clone();
            change(&mut ledger, index);
            ledger.relink();
            let mut files = ledger.unsealed();
            let checkpoints = world.files.iter().filter(|(name, _)| name.starts_with("checkpoint"));
            files.extend(checkpoints.map(|(name, bytes)| (name.clone(), bytes.clone())));
            Sample::of(index, files).in_file(promise_of(world, index)).from(index)
        };
        (0..world.ledger.entries.len() - until).map(changed).collect::<Vec<_>>()
    };
    let first = "the first checkpoint that covers it";
    vec![
        class("an entry dropped, the rest linked and hashed anew", OTHER, first, move |world, _| {
            each(world, 0, &|ledger, index| drop(ledger.entries.remove(index)))
        }),
        class("two neighbours swapped, likewise", &[Code::CheckpointRootMismatch], first, move |world, _| {
            each(world, 1, &|ledger, index| ledger.entries.swap(index, index + 1))
        }),
        class("another time of recording, likewise", &[Code::CheckpointRootMismatch], first, move |world, _| {
            each(world, 0, &|ledger, index| ledger.record(index, ledger.entry(index).recorded_at.unix_ms() + 1000))
        }),
        class("a signature left out, likewise", &[Code::CheckpointRootMismatch], first, move |world, _| {
            each(world, 0, &|ledger, index| {
                ledger.edit(index, |entry| entry.signatures.truncate(entry.signatures.len().saturating_sub(1)))
            })
        }),
    ]
}
