//! Archives that readers disagree on, or that harm them.

use candour::core::hash::Hash;

use super::super::case::Case;
use super::super::forge::Files;
use super::super::story::{self, SIZE};
use super::super::zips::{ENCRYPTED, LINK, Member, archive, members, pack};
use super::{ENTRIES, HASHES};

/// Cases of archives.
pub fn cases() -> Vec<Case> {
    let (few, files) = (story::until(5).files(), story::honest().files());
    let mut cases = names(&few);
    cases.extend(bytes(&few));
    cases.extend(checksums(&files));
    cases.extend(bombs(&files));
    cases.push(
        Case::new(
            "empty",
            "an archive without a file",
            &Files::new(),
            "checkpoint-missing@checkpoint ledger-not-opened@0",
        )
        .sizes(0, 0),
    );
    cases
}

/// The honest files and one more member.
fn with(files: &Files, member: Member) -> Vec<u8> {
    archive(&[members(files), vec![member]].concat())
}

fn names(files: &Files) -> Vec<Case> {
    let case = |name, says, member: &str, faults: &str| {
        Case::of_archive(name, says, with(files, Member::stored(member, b"x\n")), faults)
    };
    let (twice, deep) = (files["checkpoint"].clone(), vec!["d"; 17].join("/"));
    vec![
        case("zip-path-traversal", "a name that leads out of the bundle", "../tail", "bundle-path-unsafe@../tail"),
        case("zip-absolute-path", "a name that begins at the root", "/tail", "bundle-path-unsafe@/tail"),
        case("zip-drive-letter", "a name that some systems take for a disk", "C:tail", "bundle-path-unsafe@C:tail"),
        case("zip-deep-name", "a name of 17 segments", &deep, &format!("bundle-path-unsafe@{deep}")),
        case(
            "zip-names-but-for-case",
            "two names that are one on some disks",
            "Checkpoint",
            "bundle-name-duplicate@checkpoint",
        ),
        case("zip-file-and-folder", "a name that is also a folder", "tile/0", "bundle-name-duplicate@tile/0/000.p/5"),
        Case::of_archive(
            "zip-name-twice",
            "two files of one name",
            with(files, Member::stored("checkpoint", &twice)),
            "bundle-name-duplicate@checkpoint",
        ),
        Case::of_archive(
            "zip-symlink",
            "a link where a file belongs",
            with(files, Member { mode: LINK, ..Member::stored("tail", b"/etc/passwd") }),
            "bundle-symlink@tail",
        ),
        Case::of_archive(
            "zip-encrypted",
            "a member that says it is encrypted",
            with(files, Member { flags: ENCRYPTED, ..Member::stored("note", b"x\n") }),
            "bundle-malformed@note",
        ),
        Case::of_archive(
            "zip-other-method",
            "a member packed by another method",
            with(files, Member { method: 12, ..Member::stored("note", b"x\n") }),
            "bundle-malformed@note",
        ),
    ]
}

fn bytes(files: &Files) -> Vec<Case> {
    let sound = pack(files);
    let case = |name, says, bytes: Vec<u8>| Case::of_archive(name, says, bytes, "bundle-malformed");
    let mut commented = sound.clone();
    let end = commented.len();
    commented[end - 2] = 1;
    commented.push(b'!');
    vec![
        case("zip-truncated", "the last byte is not there", sound[..sound.len() - 1].to_vec()),
        case("zip-half", "half of the archive", sound[..sound.len() / 2].to_vec()),
        case("zip-prefixed", "bytes before the first member", [b"#!/bin/sh\n", &sound[..]].concat()),
        case("zip-trailing-bytes", "bytes after the end record", [&sound[..], b"\n"].concat()),
        case("zip-comment", "a comment at the end", commented),
        case("zip-empty-file", "no byte at all", Vec::new()),
        case("zip-not-one", "text", b"This is no archive.\n".to_vec()),
    ]
}

fn checksums(files: &Files) -> Vec<Case> {
    let spoilt = |files: &Files, name: &str| {
        let mut members = members(files);
        members.iter_mut().filter(|member| member.name == name.as_bytes()).for_each(|member| member.crc ^= 1);
        archive(&members)
    };
    let document = format!("attachments/sha256/{}", Hash::of(story::DOCUMENT));
    let mut with_tail = files.clone();
    story::honest().add_tail(&mut with_tail);
    vec![
        Case::of_archive(
            "zip-checksum-of-a-checkpoint",
            "a file with another checksum than declared",
            spoilt(files, "checkpoints/9"),
            "bundle-malformed@checkpoints/9",
        )
        .sizes(SIZE, SIZE),
        Case::of_archive(
            "zip-checksum-of-a-seen-checkpoint",
            "a checkpoint that an author had seen cannot be read: it is as if it were not there",
            spoilt(files, "checkpoints/19"),
            "bundle-malformed@checkpoints/19 seen-not-published@24",
        )
        .sizes(SIZE, SIZE),
        Case::of_archive(
            "zip-checksum-of-the-checkpoint",
            "the latest checkpoint cannot be read",
            spoilt(files, "checkpoint"),
            "bundle-malformed@checkpoint checkpoint-missing@checkpoint",
        )
        .sizes(SIZE, 0),
        Case::of_archive(
            "zip-checksum-of-a-tile",
            "a hash tile cannot be read",
            spoilt(files, HASHES),
            &format!("bundle-malformed@{HASHES} tile-missing@{HASHES}"),
        )
        .sizes(SIZE, SIZE),
        Case::of_archive(
            "zip-checksum-of-an-attachment",
            "an attachment cannot be read",
            spoilt(files, &document),
            &format!("bundle-malformed@{document} attachment-missing@6@{document}"),
        )
        .sizes(SIZE, SIZE),
        Case::of_archive(
            "zip-checksum-of-the-entries",
            "the entry bundle cannot be read, and there is no other",
            spoilt(files, ENTRIES),
            &format!(
                "bundle-malformed@{ENTRIES} ledger-not-opened@0 file-unexpected@{HASHES} \
                 checkpoint-beyond-entries@checkpoint checkpoint-beyond-entries@checkpoints/5 \
                 checkpoint-beyond-entries@checkpoints/9 checkpoint-beyond-entries@checkpoints/14 \
                 checkpoint-beyond-entries@checkpoints/19 checkpoint-beyond-entries@checkpoints/25"
            ),
        ),
        Case::of_archive(
            "zip-checksum-of-the-tail",
            "the tail cannot be read: the entry bundle is read instead",
            spoilt(&with_tail, "tail"),
            "bundle-malformed@tail",
        )
        .sizes(SIZE, SIZE),
    ]
}

fn bombs(files: &Files) -> Vec<Case> {
    // Deflate packs a thousand to one; what says that it is more lies.
    let zeros = Member::deflated("zeros", &[0; 1 << 16]);
    let declared = Member { size: 1 << 30, ..zeros.clone() };
    let more = Member { name: b"tail".to_vec(), size: 1 << 10, ..zeros.clone() };
    let fewer = Member { name: b"tail".to_vec(), size: 1 << 17, ..zeros };
    vec![
        Case::of_archive(
            "zip-bomb-declared",
            "a file that says that it unpacks to a million times its size",
            with(files, declared),
            "bundle-too-large@zeros",
        ),
        Case::of_archive(
            "zip-bomb-undeclared",
            "a tail that unpacks to more than it declares",
            with(files, more),
            "bundle-malformed@tail",
        )
        .sizes(SIZE, SIZE),
        Case::of_archive(
            "zip-unpacks-to-less",
            "a tail that unpacks to less than it declares",
            with(files, fewer),
            "bundle-malformed@tail",
        )
        .sizes(SIZE, SIZE),
    ]
}
