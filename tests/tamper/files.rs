//! What takes no key, of whole files and of checkpoints.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use candour::core::fault::Code;

use super::class::{Class, Sample};
use super::ledger::Ledger;
use super::nobody::class;
use super::world::World;
use crate::corpus::forge::{Files, tiles};

/// Classes of files and checkpoints that take nobody's key.
pub fn classes() -> Vec<Class> {
    let mut classes = files();
    classes.extend(checkpoints());
    classes.extend(rollbacks());
    classes.extend(cosignatures());
    classes
}

fn files() -> Vec<Class> {
    let without = |world: &World, is_meant: fn(&World, &str) -> bool| {
        let meant = world.files.keys().filter(|name| is_meant(world, name));
        let missing = |name: &String| {
            let mut files = world.files.clone();
            files.remove(name);
            (name.clone(), files)
        };
        meant.map(missing).collect::<Vec<_>>()
    };
    let named = |(name, files): (String, Files)| Sample::of(&name, files).in_file(name);
    vec![
        class("a hash tile missing", &[Code::TileMissing], "the file", move |world, _| {
            without(world, |_, name| name.starts_with("tile/0")).into_iter().map(named).collect()
        }),
        class("the entries missing", &[Code::CheckpointBeyondEntries], "each checkpoint", move |world, _| {
            let missing = without(world, |_, name| name.starts_with("tile/entries"));
            let promises = |(name, files)| {
                let sizes = world.ledger.sizes.iter().map(|size| format!("checkpoints/{size}"));
                sizes.fold(Sample::of(name, files).in_file("checkpoint"), |sample, file| sample.and().in_file(file))
            };
            missing.into_iter().map(promises).collect()
        }),
        class("an attachment missing", &[Code::AttachmentMissing], "the file, and the entry", move |world, _| {
            let missing = without(world, World::names_attachment).into_iter();
            missing.map(|(name, files)| Sample::of(&name, files).in_attachment(world, &name)).collect()
        }),
        class("two attachments swapped", &[Code::AttachmentMismatch], "both files, and the entries", |world, _| {
            let names: Vec<&String> = world.files.keys().filter(|name| world.names_attachment(name)).collect();
            let pairs = names.iter().flat_map(|a| names.iter().map(move |b| (*a, *b))).filter(|(a, b)| a != b);
            let swapped = |(a, b): (&String, &String)| {
                let mut files = world.files.clone();
                files.insert(a.clone(), world.files[b].clone());
                files.insert(b.clone(), world.files[a].clone());
                Sample::of(a, files).in_attachment(world, a).and().in_attachment(world, b)
            };
            pairs.map(swapped).collect()
        }),
        class("two rows of a table swapped", &[Code::AttachmentMismatch], "the file, and the entry", |world, _| {
            let tables = world.files.iter().filter(|(name, _)| world.names_attachment(name));
            let swapped = |(name, bytes): (&String, &Vec<u8>)| {
                let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
                (lines.len() > 2 && bytes.starts_with(b"service,")).then(|| {
                    lines.swap(1, 2);
                    let mut files = world.files.clone();
                    files.insert(name.clone(), lines.concat());
                    Sample::of(name, files).in_attachment(world, name)
                })
            };
            tables.filter_map(swapped).collect()
        }),
    ]
}

fn checkpoints() -> Vec<Class> {
    let sizes = |world: &World| world.ledger.sizes.clone();
    let without = |world: &World, size: u64| {
        let mut files = world.files.clone();
        files.remove(&format!("checkpoints/{size}"));
        files
    };
    let seen = |world: &World, size: u64| {
        (0..world.ledger.entries.len()).find(|index| world.ledger.statement(*index)["seen"]["size"] == size)
    };
    vec![
        class("`checkpoint` missing", &[Code::CheckpointMissing], "the file", |world, _| {
            let mut files = world.files.clone();
            files.remove("checkpoint");
            vec![Sample::of("checkpoint", files).in_file("checkpoint")]
        }),
        class(
            "an older checkpoint missing that an author had seen",
            &[Code::SeenNotPublished],
            "that author's entry",
            move |world, _| {
                let named = |size| Some(Sample::of(size, without(world, size)).at(seen(world, size)?));
                sizes(world).into_iter().filter_map(named).collect()
            },
        ),
        class("another older checkpoint missing", &[], "a later one promises the same entries", move |world, _| {
            let unseen = sizes(world).into_iter().filter(|size| seen(world, *size).is_none());
            unseen.map(|size| Sample::of(size, without(world, size))).collect()
        }),
        class("a checkpoint under another's name", &[Code::CheckpointSizeMismatch], "the file", move |world, _| {
            let renamed = |pair: &[u64]| {
                let mut files = world.files.clone();
                let (from, to) = (format!("checkpoints/{}", pair[0]), format!("checkpoints/{}", pair[1]));
                files.insert(to.clone(), world.files[&from].clone());
                Sample::of(&to, files).in_file(to)
            };
            sizes(world).windows(2).map(renamed).collect()
        }),
    ]
}

fn rollbacks() -> Vec<Class> {
    vec![
        class(
            "`checkpoint` rolled back, the rest left",
            &[Code::TileMissing],
            "a file that the smaller ledger needs",
            move |world, _| {
                let rolled = |(size, files)| Sample::of(size, files).in_file(format!("tile/0/000.p/{size}"));
                rolled_back(world).into_iter().map(rolled).collect()
            },
        ),
        class(
            "`checkpoint` rolled back with the tiles of its size",
            &[],
            "sealed to fewer: the rest is listed as not promised",
            move |world, _| {
                let rolled = |(size, mut files): (u64, Files)| {
                    files.extend(tiles(&world.ledger.entries[..size as usize]));
                    Sample::of(size, files)
                };
                rolled_back(world).into_iter().map(rolled).collect()
            },
        ),
        class("another ledger of the same operator", &[Code::CheckpointUntrusted], "`checkpoint`", |world, _| {
            let other = world.other.as_ref().and_then(Ledger::files);
            other.into_iter().map(|files| Sample::of("whole", files).in_file("checkpoint")).collect()
        }),
    ]
}

/// An older checkpoint as the latest one.
fn rolled_back(world: &World) -> Vec<(u64, Files)> {
    let rolled = |size: &u64| {
        let mut files = world.files.clone();
        files.insert("checkpoint".into(), world.files[&format!("checkpoints/{size}")].clone());
        (*size, files)
    };
    let older = world.ledger.sizes.split_last().map(|(_, older)| older);
    older.into_iter().flatten().map(rolled).collect()
}

fn cosignatures() -> Vec<Class> {
    let witnesses = |class: Class| Class { holds: "witnesses in the policy", ..class };
    let with = |world: &World, change: &mut dyn FnMut(&mut Vec<String>)| {
        let mut files = world.files.clone();
        let text = String::from_utf8(files["checkpoint"].clone()).unwrap();
        let mut lines: Vec<String> = text.lines().map(String::from).collect();
        change(&mut lines);
        files.insert("checkpoint".into(), (lines.join("\n") + "\n").into());
        Sample::of("checkpoint", files).in_file("checkpoint").witnessed()
    };
    vec![
        witnesses(class(
            "a bit of a cosignature",
            &[Code::CosignatureInvalid],
            "`checkpoint`",
            move |world, random| {
                let flipped = |_| {
                    with(world, &mut |lines| {
                        let (start, base64) = lines.last().unwrap().rsplit_once(' ').unwrap();
                        let mut bytes = BASE64_STANDARD.decode(base64).unwrap();
                        let at = 4 + random.below(bytes.len() - 4);
                        bytes[at] ^= random.bit();
                        *lines.last_mut().unwrap() = format!("{start} {}", BASE64_STANDARD.encode(bytes));
                    })
                };
                (0..8).map(flipped).collect()
            },
        )),
        witnesses(class(
            "a cosignature moved from another checkpoint",
            &[Code::CosignatureInvalid],
            "`checkpoint`",
            move |world, _| {
                let older = world.ledger.sizes.iter().rev().skip(1);
                let moved = |size: &u64| {
                    let older = String::from_utf8(world.files[&format!("checkpoints/{size}")].clone()).unwrap();
                    with(world, &mut |lines| *lines.last_mut().unwrap() = older.lines().last().unwrap().to_owned())
                };
                older.map(moved).collect()
            },
        )),
        witnesses(class("cosignatures taken away", &[Code::QuorumNotMet], "`checkpoint`", move |world, _| {
            vec![with(world, &mut |lines| lines.truncate(lines.len() - 2))]
        })),
    ]
}
