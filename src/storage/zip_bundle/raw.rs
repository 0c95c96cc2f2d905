//! Zip archives made by hand, to be wrong in every way one likes.

use std::io::Write as _;

use flate2::{Compression, Crc, write::DeflateEncoder};

/// A member, as both headers describe it. Change a field to lie.
#[derive(Clone)]
pub(super) struct RawMember {
    pub(super) name: Vec<u8>,
    /// The local header's name, where it is another.
    pub(super) local_name: Option<Vec<u8>>,
    pub(super) content: Vec<u8>,
    pub(super) flags: u16,
    /// The local header's flags, where they are others.
    pub(super) local_flags: Option<u16>,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u32,
    pub(super) size: u32,
    pub(super) attributes: u32,
    pub(super) disk: u16,
    pub(super) local_extra: Vec<u8>,
    pub(super) extra: Vec<u8>,
    pub(super) comment: Vec<u8>,
    /// What the local header says of checksum and lengths, where it is something else.
    pub(super) local_sizes: Option<[u32; 3]>,
    /// What follows the content: a data descriptor, or what has no business there.
    pub(super) after: Vec<u8>,
    /// The offset in the central directory, where it is not the true one; then the member itself is not written.
    pub(super) offset: Option<u32>,
}

/// A file, stored.
pub(super) fn stored(name: &str, content: &[u8]) -> RawMember {
    let length = u32::try_from(content.len()).unwrap();
    RawMember {
        name: name.into(),
        local_name: None,
        content: content.into(),
        flags: 0,
        local_flags: None,
        method: 0,
        crc: crc(content),
        packed: length,
        size: length,
        attributes: 0o100_644 << 16,
        disk: 0,
        local_extra: Vec::new(),
        extra: Vec::new(),
        comment: Vec::new(),
        local_sizes: None,
        after: Vec::new(),
        offset: None,
    }
}

/// A file, deflated.
pub(super) fn deflated(name: &str, content: &[u8]) -> RawMember {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    let packed = encoder.finish().unwrap();
    RawMember { method: 8, packed: u32::try_from(packed.len()).unwrap(), content: packed, ..stored(name, content) }
}

/// A folder.
pub(super) fn folder(name: &str) -> RawMember {
    RawMember { attributes: 0o040_755 << 16 | 0x10, ..stored(name, b"") }
}

/// A file whose lengths follow its content, with or without a signature, in four bytes or in eight.
pub(super) fn streamed(member: RawMember, signed: bool, wide: bool) -> RawMember {
    let mut after = if signed { b"PK\x07\x08".to_vec() } else { Vec::new() };
    after.extend(member.crc.to_le_bytes());
    for length in [member.packed, member.size] {
        after.extend(length.to_le_bytes());
        after.extend(if wide { &[0; 4] } else { &[][..] });
    }
    RawMember { flags: member.flags | 1 << 3, local_sizes: Some([0, 0, 0]), after, ..member }
}

/// The archive of these members.
pub(super) fn archive(members: &[RawMember]) -> Vec<u8> {
    let (mut bytes, mut central) = (Vec::new(), Vec::new());
    for member in members {
        let offset = member.offset.unwrap_or(u32::try_from(bytes.len()).unwrap());
        if member.offset.is_none() {
            local_header(member, &mut bytes);
        }
        central_header(member, offset, &mut central);
    }
    let start = u32::try_from(bytes.len()).unwrap();
    bytes.extend(&central);
    bytes.extend(end(u16::try_from(members.len()).unwrap_or(u16::MAX), u32::try_from(central.len()).unwrap(), start));
    bytes
}

/// An end record.
pub(super) fn end(members: u16, length: u32, start: u32) -> Vec<u8> {
    let mut bytes = b"PK\x05\x06\0\0\0\0".to_vec();
    put16(&mut bytes, &[members, members]);
    put32(&mut bytes, &[length, start]);
    put16(&mut bytes, &[0]);
    bytes
}

/// The archive of these members with a zip64 end record, which starts at `at` by its locator, and an end record of what
/// four bytes can hold.
pub(super) fn with_zip64(members: &[RawMember], change: impl Fn(&mut [u64; 4])) -> Vec<u8> {
    let mut bytes = archive(members);
    let end = bytes.split_off(bytes.len() - 22);
    let number =
        |range: std::ops::Range<usize>| end[range].iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte));
    let mut fields = [members.len() as u64, number(12..16), number(16..20), bytes.len() as u64];
    change(&mut fields);
    let [members, length, start, at] = fields;
    bytes.extend(b"PK\x06\x06");
    bytes.extend(44_u64.to_le_bytes());
    put16(&mut bytes, &[45, 45]);
    put32(&mut bytes, &[0, 0]);
    [members, members, length, start].iter().for_each(|number| bytes.extend(number.to_le_bytes()));
    bytes.extend(b"PK\x06\x07\0\0\0\0");
    bytes.extend(at.to_le_bytes());
    put32(&mut bytes, &[1]);
    let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    bytes.extend(self::end(u16::try_from(members).unwrap_or(u16::MAX), narrow(length), narrow(start)));
    bytes
}

fn local_header(member: &RawMember, bytes: &mut Vec<u8>) {
    let name = member.local_name.as_ref().unwrap_or(&member.name);
    bytes.extend(b"PK\x03\x04");
    put16(bytes, &[20, member.local_flags.unwrap_or(member.flags), member.method, 0, 0x21]);
    put32(bytes, &member.local_sizes.unwrap_or([member.crc, member.packed, member.size]));
    put16(bytes, &[length16(name), length16(&member.local_extra)]);
    for part in [name, &member.local_extra, &member.content, &member.after] {
        bytes.extend(part);
    }
}

fn central_header(member: &RawMember, offset: u32, bytes: &mut Vec<u8>) {
    bytes.extend(b"PK\x01\x02");
    put16(bytes, &[3 << 8 | 20, 20, member.flags, member.method, 0, 0x21]);
    put32(bytes, &[member.crc, member.packed, member.size]);
    put16(bytes, &[length16(&member.name), length16(&member.extra), length16(&member.comment), member.disk, 0]);
    put32(bytes, &[member.attributes, offset]);
    for part in [&member.name, &member.extra, &member.comment] {
        bytes.extend(part);
    }
}

fn crc(content: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(content);
    crc.sum()
}

fn length16(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).unwrap()
}

fn put16(bytes: &mut Vec<u8>, numbers: &[u16]) {
    numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
}

fn put32(bytes: &mut Vec<u8>, numbers: &[u32]) {
    numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
}
