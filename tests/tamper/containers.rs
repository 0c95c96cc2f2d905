//! Two verifiers say the same of files over their limits, and of members of an archive that are passed over.

use candour::core::hash::Hash;
use candour::core::policy::Policy;
use candour::core::statement::Rule;
use candour::shell::verify::{Options, verify};
use candour::storage::bundle::{MAX_ENTRY_BUNDLE_BYTES, Trouble};
use candour::storage::frozen::MAX_TAIL_BYTES;
use candour::storage::open_bundle;
use serde_json::{Value, json};

use super::both::once;
use super::world::World;
use crate::corpus::disk::difference;
use crate::corpus::forge::Files;
use crate::corpus::python::ask;
use crate::corpus::zips::{ENCRYPTED, Member, archive, members};

/// What this software says of an archive.
fn judge(path: &std::path::Path, policy: &str) -> Value {
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let options =
        Options { pins: Vec::new(), rule: Rule::Cofactored, progress: &mut |_, _| {}, as_of: None, watch: &mut () };
    match open_bundle(path) {
        Ok(bundle) => json!(verify(bundle.as_ref(), &policy, options).unwrap()),
        Err(Trouble::Faults(faults)) => json!(candour::core::audit::Report::unreadable(faults)),
        Err(trouble) => panic!("{trouble}"),
    }
}

/// What it is, the archive, and the code and the file of a fault that it has, unless it is sound.
type Row = (&'static str, Vec<u8>, Option<(&'static str, String)>);

fn archives(files: &Files, size: u64) -> Vec<Row> {
    let with = |more: Member| archive(&[members(files), vec![more]].concat());
    let declaring = |name: &str, size: u32| Member { size, ..Member::deflated(name, b"x") };
    let another_crc = |name: &str| Member { crc: 7, ..Member::deflated(name, b"xyz") };
    let in_place = |member: Member| {
        let mut members = members(files);
        members.retain(|other| other.name != member.name);
        archive(&[members, vec![member]].concat())
    };
    let zeros = |name: &str, bytes: u64| Member::deflated(name, &vec![0; bytes as usize]);
    let long = |name: &str, bytes: u64| in_place(zeros(name, bytes));
    let long_with_another_crc = |name: &str, bytes: u64| in_place(Member { crc: 7, ..zeros(name, bytes) });
    // Packed, these are as many: enough for what is declared.
    let noise: Vec<u8> = (0..2_048_u64).flat_map(|number| Hash::of(&number.to_le_bytes()).0).collect();
    let ends_early = |name: &str, size: u32| in_place(Member { size, ..Member::deflated(name, &noise) });
    let too_large = |name: &str| Some(("bundle-too-large", name.to_owned()));
    let tile = format!("tile/0/000.p/{size}");
    let beyond = "tile/0/001".to_owned();
    vec![
        ("private, of a gigabyte", with(declaring("tmp/x", 1 << 30)), None),
        ("private, of more than any file", with(declaring("index/x", 4_000_000_001)), None),
        ("private, with another checksum", with(another_crc("lock")), None),
        ("no part of the ledger, of a gigabyte", with(declaring("x", 1 << 30)), too_large("x")),
        ("the listing, with another checksum", with(another_crc("checkpoints/sizes")), None),
        (
            "a tile beyond the entries, with another checksum",
            with(another_crc(&beyond)),
            Some(("file-unexpected", beyond)),
        ),
        ("a checkpoint too long", long("checkpoint", (1 << 20) + 1), too_large("checkpoint")),
        ("an old checkpoint too long", long("checkpoints/1", (1 << 20) + 1), too_large("checkpoints/1")),
        ("a tile too long", long(&tile, MAX_ENTRY_BUNDLE_BYTES + 1), too_large(&tile)),
        ("a tail too long", long("tail", MAX_TAIL_BYTES + 1), too_large("tail")),
        (
            "an entry bundle too long",
            long("tile/entries/000", MAX_ENTRY_BUNDLE_BYTES + 1),
            too_large("tile/entries/000"),
        ),
        (
            "a checkpoint too long, with another checksum",
            long_with_another_crc("checkpoint", (1 << 20) + 1),
            too_large("checkpoint"),
        ),
        (
            "a tile too long, with another checksum",
            long_with_another_crc(&tile, MAX_ENTRY_BUNDLE_BYTES + 1),
            too_large(&tile),
        ),
        (
            "a checkpoint that ends early, said to be too long",
            ends_early("checkpoint", 2_000_000),
            too_large("checkpoint"),
        ),
        (
            "an old checkpoint that ends early, said to be too long",
            ends_early("checkpoints/1", 2_000_000),
            too_large("checkpoints/1"),
        ),
        ("a tail that ends early, said to be too long", ends_early("tail", 40_000_000), too_large("tail")),
        (
            "a checkpoint that ends early, said to be as long as any",
            ends_early("checkpoint", 1 << 20),
            Some(("bundle-malformed", "checkpoint".to_owned())),
        ),
        (
            "an entry bundle of as many bytes as any, all of them zeros",
            long("tile/entries/000", MAX_ENTRY_BUNDLE_BYTES),
            Some(("entry-bundle-malformed", "tile/entries/000".to_owned())),
        ),
    ]
}

/// Archives of which several members are at fault, and how many of those each stage tells.
fn several(files: &Files) -> Vec<(&'static str, Vec<u8>, usize)> {
    let sound = members(files);
    let plain = archive(&sound);
    let all = sound.len();
    // The version that is needed to extract: in the central directory, and in the local headers.
    let central = replaced(&plain, b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\x2e");
    let local = replaced(&plain, b"PK\x03\x04\x14", b"PK\x03\x04\x2e");
    let flagged = |flags: u16| {
        let some =
            sound.iter().enumerate().map(|(at, member)| Member { flags: flags * u16::from(at < 3), ..member.clone() });
        archive(&some.collect::<Vec<_>>())
    };
    let (mut more, mut broken) = (central.clone(), central.clone());
    let last = broken.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    broken[last + 3] = 3;
    let end = more.len() - 22;
    more.insert(end, 0);
    let length = u32::from_le_bytes(*more[end + 13..].first_chunk().unwrap());
    more[end + 13..end + 17].copy_from_slice(&(length + 1).to_le_bytes());
    vec![
        ("all of a later version, in the directory", central, all),
        ("all of a later version, in their own headers", local.clone(), all),
        ("both", replaced(&local, b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\x2e"), all),
        ("three encrypted", flagged(ENCRYPTED), 3),
        ("all of a later version, and a byte after them", more, all + 1),
        ("a directory that breaks off after them", broken, 1),
    ]
}

/// The bytes with every such part replaced by another of as many.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for at in 0..bytes.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
    }
    bytes
}

#[test]
fn both_verifiers_name_every_member_that_is_malformed() {
    let (world, folder) = (World::of_the_story(), tempfile::tempdir().unwrap());
    let (policy, mut wrong) = (folder.path().join("policy"), Vec::new());
    std::fs::write(&policy, &world.policy).unwrap();
    for (what, bytes, count) in several(&world.files) {
        let path = folder.path().join("several.zip");
        std::fs::write(&path, &bytes).unwrap();
        let ours = judge(&path, &world.policy);
        assert_eq!(ours["faults"].as_array().unwrap().len(), count, "{what}: {ours}");
        let theirs = ask(&[json!({"bundle": path, "policy": policy, "pins": []})]);
        wrong.extend(theirs.and_then(|theirs| difference(what, &once(&ours), &once(&theirs[0]))));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_wrong_with_a_container_and_not_listed_is_counted() {
    let (world, folder) = (World::of_the_story(), tempfile::tempdir().unwrap());
    let (path, policy) = (folder.path().join("many.zip"), folder.path().join("policy"));
    std::fs::write(&policy, &world.policy).unwrap();
    let unsafe_names = (0..150).map(|n| Member::stored(&format!("../{n}"), b""));
    std::fs::write(&path, archive(&unsafe_names.collect::<Vec<_>>())).unwrap();
    let said = judge(&path, &world.policy);
    assert_eq!(said["faults"].as_array().unwrap().len(), 100);
    assert_eq!(said["not_checked"][0], "50 further faults are not listed", "{said}");
    if let Some(theirs) = ask(&[json!({"bundle": path, "policy": policy, "pins": []})]) {
        assert_eq!(theirs[0]["faults"].as_array().unwrap().len(), 150);
    }
}

#[test]
fn both_verifiers_pass_over_the_same_and_read_no_more_than_the_limits() {
    let (world, folder) = (World::of_the_story(), tempfile::tempdir().unwrap());
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("policy"), &world.policy).unwrap();
    let archives = archives(&world.files, world.ledger.size());
    let mut wrong = Vec::new();
    let judged = archives.iter().enumerate().map(|(at, (what, bytes, expected))| {
        let path = path(&format!("{at}.zip"));
        std::fs::write(&path, bytes).unwrap();
        let said = judge(&path, &world.policy);
        let faults = said["faults"].as_array().unwrap();
        let told = match expected {
            Some((code, file)) => faults.iter().any(|fault| fault["code"] == *code && fault["file"] == *file),
            None => faults.is_empty(),
        };
        if !told {
            wrong.push(format!("{what}: {said}"));
        }
        (json!({"bundle": path, "policy": folder.path().join("policy"), "pins": []}), said)
    });
    let (requests, ours): (Vec<Value>, Vec<Value>) = judged.unzip();
    if let Some(theirs) = ask(&requests) {
        let said = archives.iter().zip(ours.iter().zip(&theirs));
        wrong.extend(said.filter_map(|((what, ..), (ours, theirs))| difference(what, &once(ours), &once(theirs))));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
