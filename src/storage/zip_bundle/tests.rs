use std::io::Write as _;

use tempfile::NamedTempFile;

use super::raw::{RawMember, archive, deflated, end, folder, stored, streamed, with_zip64};
use super::*;
use crate::core::fault::Code::{
    self, BundleMalformed, BundleNameDuplicate, BundlePathUnsafe, BundleSymlink, BundleTooLarge,
};
use crate::core::fault::Faults;
use crate::storage::bundle::{MAX_FAULTS, MAX_FILES};
use crate::storage::memory_bundle::MemoryBundle;

mod members;

/// Every fault of one table: what it is, and in which file.
type Told<'a> = &'a [(Code, Option<&'a str>)];

/// All files of an archive, read; or the faults that opening it, or reading the first bad file, told.
fn unpack(bytes: &[u8]) -> Result<MemoryBundle, Faults> {
    let read = |bundle: ZipBundle| {
        let names = bundle.names()?.into_iter();
        names.map(|name| Ok((name.clone(), bundle.read(&name, 1 << 32)?.unwrap()))).collect()
    };
    match open(bytes).and_then(read) {
        Ok(files) => Ok(files),
        Err(Trouble::Faults(faults)) => Err(faults),
        Err(trouble) => panic!("{trouble}"),
    }
}

/// The archive, opened and not read.
fn open(bytes: &[u8]) -> Result<ZipBundle, Trouble> {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    ZipBundle::open(file.path())
}

#[track_caller]
fn refused_unread(what: &str, bytes: &[u8], told: Told) {
    assert!(open(bytes).is_err(), "{what}");
    refused(what, bytes, told);
}

#[track_caller]
fn refused(what: &str, bytes: &[u8], told: Told) {
    let faults = unpack(bytes).expect_err(what);
    let found: Vec<_> = faults.iter().map(|fault| (fault.code, fault.file.as_deref())).collect();
    assert_eq!(found, told, "{what}: {faults:?}");
}

fn sample() -> Vec<RawMember> {
    vec![
        deflated("tile/0/000", &[7; 8192]),
        folder("attachments/"),
        stored("checkpoint", b"note"),
        stored("empty", b""),
        deflated("empty-too", b""),
    ]
}

fn files() -> MemoryBundle {
    let files: [(&str, &[u8]); 4] =
        [("checkpoint", b"note"), ("empty", b""), ("empty-too", b""), ("tile/0/000", &[7; 8192])];
    files.into_iter().collect()
}

fn changed(change: impl Fn(&mut RawMember)) -> Vec<u8> {
    let mut members = sample();
    change(&mut members[2]);
    archive(&members)
}

fn extra(id: u16, content: &[u8]) -> Vec<u8> {
    [&id.to_le_bytes(), &u16::try_from(content.len()).unwrap().to_le_bytes(), content].concat()
}

fn reversed() -> Vec<RawMember> {
    sample().into_iter().rev().collect()
}

/// So many that they need zip64.
fn many() -> Vec<RawMember> {
    (0..=u16::MAX).map(|n| stored(&n.to_string(), b"")).collect()
}

#[test]
fn archives_that_are_read() {
    let streams = |signed| archive(&sample().into_iter().map(|m| streamed(m, signed, false)).collect::<Vec<_>>());
    let link = RawMember { attributes: 0o120_777 << 16, crc: 1, size: 0, ..stored("lock", b"x") };
    let giant = RawMember { size: u32::MAX - 1, ..deflated("tmp/x", b"x") };
    let private = [stored("index/db", b"x"), stored("index/DB", b""), link, giant];
    let folders = ["tile/", "a b/", "../", "/", "checkpoint/", "lock/", "tile/"].map(folder);
    let odd = [RawMember { attributes: 0o120_777 << 16, ..folder("link/") }, deflated("deflated/", b"")];
    let with = |more: Vec<RawMember>| archive(&[more, sample()].concat());
    let table = [
        ("plain", archive(&sample())),
        ("in another order", archive(&reversed())),
        ("with data descriptors", streams(false)),
        ("with signed data descriptors", streams(true)),
        ("with other extra fields", changed(|m| (m.extra, m.local_extra) = (extra(0x5455, b"time"), extra(9, b"")))),
        ("with a comment on a file", changed(|m| m.comment = b"hello".to_vec())),
        ("without a mode", changed(|m| m.attributes = 0)),
        ("with flags that change nothing", changed(|m| m.flags = 0x0806)),
        ("with private parts", with(private.into())),
        ("with folders", with(folders.into())),
        ("with folders of other kinds", with(odd.into())),
    ];
    for (what, bytes) in table {
        assert_eq!(unpack(&bytes), Ok(files()), "{what}");
    }
    assert_eq!(unpack(&archive(&[])), Ok(MemoryBundle::default()));
    assert_eq!(open(&with_zip64(&many(), |_| ())).unwrap().names().unwrap().len(), 65_536);
}

#[test]
fn archives_that_are_not_of_the_one_shape() {
    let plain = archive(&sample());
    let patched = |from_end: usize, byte: u8| {
        let mut bytes = plain.clone();
        let at = bytes.len() - from_end;
        bytes[at] = byte;
        bytes
    };
    let comment = [&patched(2, 3)[..], b"abc"].concat();
    let many = many();
    let changed64 = |change: &dyn Fn(&mut [u64; 4])| with_zip64(&many, change);
    let mut disagreeing = changed64(&|_| ());
    let length = disagreeing.len() - 10;
    disagreeing[length] ^= 1;
    let mut needless = with_zip64(&sample(), |_| ());
    let counts = needless.len() - 14;
    needless[counts..counts + 4].fill(0xff);
    let table = [
        ("nothing", Vec::new()),
        ("not an archive", b"<html>not found</html>".to_vec()),
        ("a prefix", [b"#!/bin/sh\n", &plain[..]].concat()),
        ("trailing bytes", [&plain[..], b"\0"].concat()),
        ("another archive after it", [&plain[..], &plain[..]].concat()),
        ("a comment", comment),
        ("an announced comment", patched(2, 1)),
        ("several disks", patched(18, 1)),
        ("fewer members here than in all", patched(14, 1)),
        ("a wrong start", patched(6, 0)),
        ("a wrong length", patched(10, 0)),
        ("an empty directory where there is one", [&plain[..], &end(0, 0, 0)].concat()),
        ("a directory at the end of its own", [&plain[..], &end(0, 0, u32::try_from(plain.len()).unwrap())].concat()),
        ("a zip64 record that nothing needs", with_zip64(&sample(), |_| ())),
        ("a zip64 record that nothing needs, used", needless),
        ("no zip64 record", archive(&many)),
        ("a zip64 record elsewhere", changed64(&|fields| fields[3] -= 1)),
        ("a zip64 record far away", changed64(&|fields| fields[3] += i64::MAX as u64)),
        ("a zip64 directory elsewhere", changed64(&|fields| fields[2] += 1)),
        ("a zip64 directory that overflows", changed64(&|fields| fields[2] = u64::MAX)),
        ("end records that disagree", disagreeing),
        ("a member too many", changed64(&|fields| fields[0] += 1)),
        ("a member too few", changed64(&|fields| fields[0] -= 1)),
    ];
    for (what, bytes) in table {
        refused_unread(what, &bytes, &[(BundleMalformed, None)]);
    }
    // What a tool thinks that it is too old for, it passes over: 4 bytes in, and 6 in the central directory.
    let first_header = plain.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    for (what, at) in [("locally", 4), ("centrally", first_header + 6)] {
        for version in [46_u16, 99, 3 << 8 | 20] {
            let mut bytes = plain.clone();
            bytes[at..at + 2].copy_from_slice(&version.to_le_bytes());
            let faults = unpack(&bytes).expect_err(what);
            assert!(faults.iter().all(|fault| fault.code == BundleMalformed), "{what}, {version}: {faults:?}");
        }
    }
    let endless = changed64(&|fields| fields[0] = u64::MAX);
    refused_unread("a member count from nowhere", &endless, &[(BundleTooLarge, None)]);
}

#[test]
fn every_archive_cut_short_is_refused() {
    let whole = archive(&sample());
    for length in 0..whole.len() {
        let faults = unpack(&whole[..length]).expect_err("a whole archive");
        assert!(faults.iter().all(|fault| fault.code == BundleMalformed), "{length}: {faults:?}");
    }
}

#[test]
fn every_flipped_bit_is_told_or_changes_nothing() {
    let members = sample().into_iter().map(|member| streamed(member, true, false));
    let mut refusals = [0, 0];
    for (i, whole) in [archive(&sample()), archive(&members.collect::<Vec<_>>())].iter().enumerate() {
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            match unpack(&bytes) {
                Ok(read) => assert!(read == files(), "bit {bit}"),
                Err(_) => refusals[i] += 1,
            }
        }
    }
    assert!(refusals.iter().all(|&count| count > 1000), "{refusals:?}");
}

#[test]
fn a_missing_file_could_not_be_judged_and_another_is_none() {
    let folder = tempfile::TempDir::new().unwrap();
    assert!(matches!(ZipBundle::open(&folder.path().join("missing.zip")), Err(Trouble::Io { .. })));
    let path = folder.path().join("ledger.zip");
    std::fs::write(&path, archive(&sample())).unwrap();
    let bundle = crate::storage::open_bundle(&path).unwrap();
    assert_eq!(bundle.names().unwrap(), ["checkpoint", "empty", "empty-too", "tile/0/000"]);
    for absent in ["missing", "attachments", "tile", "index/db", "lock"] {
        assert!(bundle.read(absent, 1).unwrap().is_none(), "{absent}");
    }
    let too_large = |result| matches!(result, Err(Trouble::Faults(faults)) if faults[0].code == BundleTooLarge);
    assert!(too_large(bundle.read("tile/0/000", 8191)));
    assert!(bundle.read("tile/0/000", 8192).unwrap().is_some());
    let folder = crate::storage::open_bundle(folder.path()).unwrap();
    assert_eq!(folder.names().unwrap(), ["ledger.zip"]);
}

#[test]
fn many_threads_read_one_archive() {
    let members: Vec<_> = (0..16_u8).map(|n| deflated(&format!("{n}"), &vec![n; 100_000])).collect();
    let bundle = open(&archive(&members)).unwrap();
    std::thread::scope(|scope| {
        for n in 0..16_u8 {
            let bundle = &bundle;
            scope.spawn(move || assert_eq!(bundle.read(&format!("{n}"), 100_000).unwrap().unwrap(), vec![n; 100_000]));
        }
    });
}

#[test]
fn exactly_65535_members_need_no_zip64() {
    let members: Vec<_> = (0..u16::MAX).map(|n| stored(&n.to_string(), b"")).collect();
    assert_eq!(unpack(&archive(&members)).unwrap().names().unwrap().len(), 65_535);
}
