//! Zip archives, byte by byte: honest ones whose bytes depend on no library, and those that no library would write.
//! The numbers are sections of PKWARE's APPNOTE.TXT, 6.3.10.

use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use super::forge::Files;

/// The general purpose flag of an encrypted member (4.4.4).
pub const ENCRYPTED: u16 = 1;
/// The mode of a regular file, and of a symbolic link, readable by all.
pub const FILE: u32 = 0o100_644;
/// See [`FILE`].
pub const LINK: u32 = 0o120_777;

/// A member of an archive, with whatever its headers are to say of it.
#[derive(Clone)]
pub struct Member {
    /// Its name in both headers.
    pub name: Vec<u8>,
    /// Its packed bytes.
    pub packed: Vec<u8>,
    /// What they unpack to, in bytes.
    pub size: u32,
    /// The checksum of that.
    pub crc: u32,
    /// 0, stored, or 8, deflated.
    pub method: u16,
    /// The general purpose flags.
    pub flags: u16,
    /// `st_mode`.
    pub mode: u32,
}

impl Member {
    /// A file stored as it is.
    pub fn stored(name: &str, content: &[u8]) -> Self {
        let (size, packed) = (content.len() as u32, content.to_vec());
        Self { name: name.into(), packed, size, crc: crc(content), method: 0, flags: 0, mode: FILE }
    }

    /// A file deflated. No more than the tests may rest on the packed bytes: they are the compressor's.
    pub fn deflated(name: &str, content: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        Self { packed: encoder.finish().unwrap(), method: 8, ..Self::stored(name, content) }
    }

    /// What both headers say: version needed (2.0) to extra field length, without the comment and all after it.
    fn fields(&self) -> Vec<u8> {
        const DATE: u16 = 1 << 5 | 1; // 1980-01-01 (4.4.6)
        let numbers = [20, self.flags, self.method, 0, DATE];
        let lengths = [self.crc, self.packed.len() as u32, self.size];
        let mut bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        bytes.extend(lengths.iter().flat_map(|number| number.to_le_bytes()));
        bytes.extend([self.name.len() as u16, 0].iter().flat_map(|number| number.to_le_bytes()));
        bytes
    }
}

/// The archive of those members: their local headers and contents (4.3.7), the central directory (4.3.12), the end
/// record (4.3.16).
pub fn archive(members: &[Member]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let offset = bytes.len() as u32;
        for part in [&b"PK\x03\x04"[..], &member.fields(), &member.name, &member.packed] {
            bytes.extend_from_slice(part);
        }
        directory.extend_from_slice(b"PK\x01\x02");
        directory.extend(0x0314_u16.to_le_bytes()); // made on Unix, by version 2.0
        directory.extend(member.fields());
        directory.extend([0; 6]); // no comment, the first disk, no internal attributes
        directory.extend((member.mode << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend_from_slice(&member.name);
    }
    let (start, count) = (bytes.len() as u32, members.len() as u16);
    bytes.extend_from_slice(&directory);
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count, count].iter().flat_map(|number| number.to_le_bytes()));
    bytes.extend([directory.len() as u32, start].iter().flat_map(|number| number.to_le_bytes()));
    bytes.extend([0, 0]); // no comment
    bytes
}

/// The files of a bundle as members, stored, in the order of their names.
pub fn members(files: &Files) -> Vec<Member> {
    files.iter().map(|(name, content)| Member::stored(name, content)).collect()
}

/// The files of a bundle as an archive.
pub fn pack(files: &Files) -> Vec<u8> {
    archive(&members(files))
}

fn crc(content: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(content);
    crc.sum()
}
