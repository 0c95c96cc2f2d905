//! Archives of the right shape with members that are wrong.

use super::*;

#[test]
fn members_that_are_not_files() {
    let mode = |mode: u32| changed(move |member| member.attributes = mode << 16);
    let table = [
        ("a link", mode(0o120_777)),
        ("a link by another system's name", changed(|m| m.attributes = 0o120_777 << 16 | 0x20)),
        ("a pipe", mode(0o010_644)),
        ("a socket", mode(0o140_644)),
        ("a block device", mode(0o060_644)),
        ("a character device", mode(0o020_644)),
        ("a folder by its mode", mode(0o040_755)),
        ("a folder by its attributes", changed(|m| m.attributes |= 0x10)),
    ];
    for (what, bytes) in table {
        refused_unread(what, &bytes, &[(BundleSymlink, Some("checkpoint"))]);
    }
    let link = RawMember { attributes: 0o120_777 << 16, ..stored("a", b"target") };
    let told = [(BundleNameDuplicate, Some("a")), (BundleSymlink, Some("a"))];
    refused_unread("a link whose name clashes", &archive(&[link, stored("A", b"")]), &told);
}

#[test]
fn members_that_no_two_readers_need_read_alike() {
    let lie =
        |crc, packed, size| changed(move |m| m.local_sizes = Some([m.crc + crc, m.packed + packed, m.size + size]));
    let zip64 = |content: &[u8]| extra(1, content);
    let small64 = |m: &mut RawMember| {
        m.extra = extra(1, &[4_u64.to_le_bytes(), 4_u64.to_le_bytes()].concat());
        (m.size, m.packed, m.local_sizes) = (u32::MAX, u32::MAX, Some([m.crc, 4, 4]));
    };
    let local64 = |m: &mut RawMember| {
        m.local_extra = extra(1, &[4_u64.to_le_bytes(), 4_u64.to_le_bytes()].concat());
        m.local_sizes = Some([m.crc, u32::MAX, u32::MAX]);
    };
    let descriptor = |signed| changed(move |m| *m = streamed(m.clone(), signed, true));
    let table = [
        ("a wide data descriptor", descriptor(false)),
        ("a wide, signed data descriptor", descriptor(true)),
        ("encrypted", changed(|m| m.flags |= 1)),
        ("strongly encrypted", changed(|m| m.flags |= 1 << 6)),
        ("masked", changed(|m| m.flags |= 1 << 13)),
        ("a patch", changed(|m| m.flags |= 1 << 5)),
        ("bzip2", changed(|m| m.method = 12)),
        ("AES", changed(|m| m.method = 99)),
        ("on another disk", changed(|m| m.disk = 1)),
        ("other local flags", changed(|m| m.local_flags = Some(1 << 1))),
        ("a data descriptor announced only here", changed(|m| m.local_flags = Some(1 << 3))),
        ("another local name", changed(|m| m.local_name = Some(b"Checkpoint".to_vec()))),
        ("a longer local name", changed(|m| m.local_name = Some(b"checkpoints".to_vec()))),
        ("another name in the extra fields", changed(|m| m.extra = extra(0x7075, b"\x01....x"))),
        ("another local name in the extra fields", changed(|m| m.local_extra = extra(0x7075, b"\x01....x"))),
        ("extra fields cut short", changed(|m| m.extra = extra(9, b"abc")[..6].to_vec())),
        ("a zip64 field that nothing needs", changed(|m| m.extra = zip64(&[0; 8]))),
        ("an empty zip64 field", changed(|m| m.extra = zip64(b""))),
        ("a local zip64 field that nothing needs", changed(|m| m.local_extra = zip64(&[0; 16]))),
        ("zip64 lengths that four bytes hold", changed(small64)),
        ("local zip64 lengths that four bytes hold", changed(local64)),
        (
            "a zip64 offset that four bytes hold",
            changed(|m| (m.extra, m.offset) = (zip64(&[9, 0, 0, 0, 0, 0, 0, 0]), Some(u32::MAX))),
        ),
        ("no zip64 field", changed(|m| (m.size, m.packed) = (u32::MAX, u32::MAX))),
        ("two zip64 fields", changed(|m| m.extra = [zip64(b""), zip64(b"")].concat())),
        ("another local checksum", lie(1, 0, 0)),
        ("another local length, packed", lie(0, 1, 0)),
        ("another local length", lie(0, 0, 1)),
        ("local zeros without a data descriptor", changed(|m| m.local_sizes = Some([0, 0, 0]))),
        ("no data descriptor", changed(|m| m.flags |= 1 << 3)),
        (
            "a data descriptor that lies",
            changed(|m| {
                *m = streamed(m.clone(), true, false);
                m.after[9] ^= 1;
            }),
        ),
        (
            "a data descriptor with another signature",
            changed(|m| {
                *m = streamed(m.clone(), true, false);
                m.after[0] ^= 1;
            }),
        ),
        (
            "a data descriptor with another checksum",
            changed(|m| {
                *m = streamed(m.clone(), true, false);
                m.after[4] ^= 1;
            }),
        ),
        ("bytes after it", changed(|m| m.after = b"hidden".to_vec())),
    ];
    for (what, bytes) in table {
        refused_unread(what, &bytes, &[(BundleMalformed, Some("checkpoint"))]);
    }
    let escaped = RawMember { method: 12, ..stored("a b\0", b"") };
    refused_unread("a name that is none", &archive(&[escaped]), &[(BundleMalformed, Some(r"a b\x00"))]);
    let long = "x".repeat(200);
    let long_name = RawMember { method: 12, ..stored(&long, b"") };
    refused_unread("a long name", &archive(&[long_name]), &[(BundleMalformed, Some(&long))]);
    let private = RawMember { method: 12, ..stored("lock", b"") };
    refused_unread("a private part", &archive(&[private]), &[(BundleMalformed, Some("lock"))]);
    // What is malformed is not read: nothing is said of its names.
    let malformed = RawMember { method: 12, ..stored("a", b"") };
    refused_unread("a bad name too", &archive(&[stored("../x", b""), malformed]), &[(BundleMalformed, Some("a"))]);
}

#[test]
fn content_that_is_not_as_declared() {
    let content = deflated("x", &[7; 8192]);
    let with = |change: &dyn Fn(&mut RawMember)| {
        let mut member = content.clone();
        change(&mut member);
        archive(&[member])
    };
    let table = [
        ("stored in fewer bytes", archive(&[RawMember { size: 2, ..stored("x", b"x") }])),
        ("stored in more bytes", archive(&[RawMember { size: 1, ..stored("x", b"xy") }])),
        ("more than declared", with(&|m| m.size -= 1)),
        ("much more than declared", with(&|m| m.size = 1)),
        ("some where none is declared", with(&|m| m.size = 0)),
        ("less than declared", with(&|m| m.size += 1)),
        ("no deflate stream", with(&|m| m.content.fill(0xff))),
        (
            "bytes after the stream",
            with(&|m| {
                m.content.push(0);
                m.packed += 1;
            }),
        ),
        (
            "a stream cut short",
            with(&|m| {
                m.content.truncate(m.content.len() / 2);
                m.packed = u32::try_from(m.content.len()).unwrap();
            }),
        ),
        ("a wrong checksum", with(&|m| m.crc ^= 1 << 31)),
    ];
    for (what, bytes) in table {
        refused(what, &bytes, &[(BundleMalformed, Some("x"))]);
    }
}

#[test]
fn names_are_judged_all_at_once() {
    let file = |name: &str| stored(name, b"");
    let unsafe_names = ["../x", "/x", "a\\b", "C:x", "a//b", "./x", "index/a b", "lock/../x"].map(file);
    let told = ["../x", "./x", "/x", "C:x", "a//b", r"a\\b", "index/a b", "lock/../x"];
    refused_unread("unsafe names", &archive(&unsafe_names), &told.map(|name| (BundlePathUnsafe, Some(name))));
    for name in ["x/", "lock/", "../"] {
        let full = RawMember { attributes: 0o040_755 << 16, ..stored(name, b"x") };
        refused_unread("a folder with content", &archive(&[full]), &[(BundlePathUnsafe, Some(name))]);
    }

    // (names, the files that clash with another)
    let table: [(&[&str], &[&str]); 5] = [
        (&["checkpoint", "tail", "checkpoint"], &["checkpoint"]),
        (&["a", "A"], &["a"]),
        (&["a", "b", "A/b"], &["a"]),
        (&["a/c", "a", "a/b", "Tile/0", "tile/1"], &["a/b", "a/c", "tile/1"]),
        (&["a", "b", "a", "b"], &["a", "b"]),
    ];
    for (names, files) in table {
        let members: Vec<_> = names.iter().map(|name| stored(name, name.as_bytes())).collect();
        let told: Vec<_> = files.iter().map(|&file| (BundleNameDuplicate, Some(file))).collect();
        refused_unread(&format!("{names:?}"), &archive(&members), &told);
    }
    // In the order of their names, however they come.
    let millions: Vec<_> = (0..1000).rev().map(|n| stored(&format!("../{n:03}"), b"")).collect();
    let faults = unpack(&archive(&millions)).unwrap_err();
    assert_eq!((faults.len(), faults.unlisted()), (MAX_FAULTS, 900));
    assert_eq!(faults[99].file.as_deref(), Some("../099"));
}

#[test]
fn bombs_are_refused_unread() {
    let declared = |packed: u32, size| RawMember {
        packed,
        size,
        content: vec![0; usize::try_from(packed).unwrap()],
        ..deflated("bomb", b"")
    };
    for (packed, size) in [(1000, 1_100_001), (1, (1 << 20) + 1), (4_000_000, 4_000_000_001)] {
        refused_unread(&size.to_string(), &archive(&[declared(packed, size)]), &[(BundleTooLarge, Some("bomb"))]);
    }
    for (packed, size) in [(1000, 1_100_000), (1, 1 << 20), (4_000_000, 4_000_000_000)] {
        assert!(open(&archive(&[declared(packed, size)])).is_ok(), "{size}");
    }
    let wide = RawMember {
        extra: extra(1, &[0xff; 8]),
        local_extra: extra(1, &[[0xff; 8], 1_u64.to_le_bytes()].concat()),
        local_sizes: Some([0, 1, u32::MAX]),
        ..declared(1, u32::MAX)
    };
    let told = [(BundleTooLarge, None), (BundleTooLarge, Some("bomb"))];
    refused_unread("the largest number", &archive(&[wide]), &told);
    let named = [(BundlePathUnsafe, Some("..")), (BundleTooLarge, Some("bomb"))];
    let bomb = RawMember { packed: 2, size: 4_000_000_001, ..deflated("bomb", b"") };
    refused_unread("a bomb and a bad name", &archive(&[bomb, stored("..", b"")]), &named);

    // What deflate can do at best is no bomb.
    let zeros = vec![0; 8 << 20];
    let unpacked = unpack(&archive(&[deflated("zeros", &zeros)]));
    assert!(unpacked == Ok([("zeros", zeros)].into_iter().collect()));
}

#[test]
fn members_that_overlap_are_refused() {
    let kernel = deflated("a", &[7; 8192]);
    let again = |name: &str| RawMember { offset: Some(0), name: name.into(), ..kernel.clone() };
    let twice = archive(&[kernel.clone(), RawMember { local_name: Some(b"a".to_vec()), ..again("b") }]);
    refused_unread("one content twice", &twice, &[(BundleMalformed, Some("a")), (BundleMalformed, Some("b"))]);

    // One member quotes the header of the next, and so holds it.
    let inner = archive(&[stored("in", b"x")]);
    let inner = &inner[..inner.len() - 22 - 46 - 2];
    let outer = stored("out", inner);
    let quoted = RawMember { offset: Some(33), ..stored("in", b"x") };
    refused_unread("one member in another", &archive(&[outer, quoted]), &[(BundleMalformed, Some("out"))]);
    let outside = RawMember { offset: Some(u32::MAX - 1), ..stored("far", b"x") };
    refused_unread(
        "a member beyond the end",
        &archive(&[stored("a", b""), outside]),
        &[(BundleMalformed, Some("a")), (BundleMalformed, Some("far"))],
    );
}

#[test]
fn the_directory_has_the_order_of_the_members() {
    let (a, b) = (stored("a", b"x"), stored("b", b"x"));
    let swapped = |a: RawMember, b: RawMember| {
        let mut bytes = archive(&[a, b]);
        let start = bytes.len() - 22 - 2 * 47;
        bytes[start..start + 94].rotate_left(47);
        bytes
    };
    let told = [None, Some("a"), Some("b")].map(|file| (BundleMalformed, file));
    refused_unread("another order", &swapped(a, b), &told);
}

#[test]
fn more_members_than_there_may_be_are_refused_uncounted() {
    let said = |members: u64| with_zip64(&sample(), |fields| fields[0] = members);
    let limit = 2 * MAX_FILES;
    // Up to the limit it is looked whether there are as many, which there are not.
    for (members, code) in [
        (limit - 1, BundleMalformed),
        (limit, BundleMalformed),
        (limit + 1, BundleTooLarge),
        (u64::MAX, BundleTooLarge),
    ] {
        refused_unread(&format!("{members} members"), &said(members), &[(code, None)]);
    }
}
