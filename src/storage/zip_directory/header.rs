//! The two headers of a member, central and local. The numbers are sections of PKWARE's APPNOTE.TXT, 6.3.10.

use std::io::{self, Read};

use super::record::Fields;
use super::{malformed, refuse};
use crate::core::fault::{Code, Fault};
use crate::storage::bundle::{MAX_FILE_BYTES, carry, too_large};
use crate::storage::name;

const LOCAL: u32 = u32::from_le_bytes(*b"PK\x03\x04");
const CENTRAL: u32 = u32::from_le_bytes(*b"PK\x01\x02");

/// The version needed to extract zip64 (4.4.3.2): the highest that anything here needs.
const ZIP64_VERSION: u16 = 45;

/// Bytes of a local header without its name and extra fields (4.3.7).
const LOCAL_BYTES: u64 = 30;

/// General purpose flags (4.4.4). A data descriptor follows the content.
const STREAMED: u16 = 1 << 3;
/// What changes nothing: hints of the compressor, and that names are UTF-8.
const HARMLESS: u16 = 1 << 1 | 1 << 2 | 1 << 11;
/// Encrypted, strongly encrypted, headers masked.
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;

/// Methods (4.4.5).
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Extra fields: lengths and offsets in eight bytes (4.5.3), and another name for the file (4.6.9).
const EXTRA_ZIP64: u16 = 0x0001;
const EXTRA_NAME: u16 = 0x7075;

/// From this number on, four bytes do not do: the largest of them says that zip64 has the true one.
const FULL: u64 = u32::MAX as u64;

/// External attributes (4.4.15): the folder bit of MS-DOS, and in the upper half, by custom, `st_mode`.
const DOS_FOLDER: u32 = 1 << 4;
const KIND: u32 = 0o170_000;
const KIND_FOLDER: u32 = 0o040_000;
const KIND_FILE: u32 = 0o100_000;
const KIND_LINK: u32 = 0o120_000;

/// Most times its packed size that a file may unpack to. Deflate reaches 1,032.
const MAX_RATIO: u64 = 1_100;

/// Bytes that a file may unpack to whatever the ratio.
const RATIO_FREE_BYTES: u64 = 1 << 20;

/// A header of the central directory, fit for an archive of the one shape. Whether it is fit for a bundle,
/// [`check_kind`](Central::check_kind) and [`check_size`](Central::check_size) say.
pub(super) struct Central {
    pub(super) name: Vec<u8>,
    flags: u16,
    method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) size: u64,
    attributes: u32,
    /// Where the local header starts.
    pub(super) offset: u64,
}

impl Central {
    /// The next header. The outer error says that there is none, so that nothing can be read after it; the inner one
    /// says that this one is malformed.
    pub(super) fn read(fields: &mut Fields<impl Read>) -> io::Result<Result<Self, Fault>> {
        if fields.u32()? != CENTRAL {
            return Err(refuse("a header of the central directory", "something else"));
        }
        fields.skip(2)?;
        let (version, flags, method) = (fields.u16()?, fields.u16()?, fields.u16()?);
        fields.skip(4)?;
        let (crc, packed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let (name, extra, comment, disk) = (fields.u16()?, fields.u16()?, fields.u16()?, fields.u16()?);
        fields.skip(2)?;
        let (attributes, offset) = (fields.u32()?, fields.u32()?);
        let (name, extra) = (fields.bytes(name)?, fields.bytes(extra)?);
        fields.skip(comment)?;
        let checked = check_version(version).and_then(|()| check_flags(flags)).and_then(|()| check_method(method));
        let checked = checked.and_then(|()| check_disk(disk));
        let numbers = checked.and_then(|()| widen(&extra, [size, packed, offset]));
        let label = name::label(&name);
        let header =
            |[size, packed, offset]: [u64; 3]| Self { name, flags, method, crc, packed, size, attributes, offset };
        Ok(numbers.map(header).map_err(|fault| fault.in_file(label)))
    }

    /// Whether it is a folder's, which a bundle passes over whatever else it says.
    pub(super) fn is_folder(&self) -> bool {
        self.name.ends_with(b"/") && self.size == 0
    }

    pub(super) fn is_deflated(&self) -> bool {
        self.method == DEFLATED
    }

    /// Whether a data descriptor follows the content.
    pub(super) fn is_streamed(&self) -> bool {
        self.flags & STREAMED != 0
    }

    /// Whether a length needs eight bytes.
    pub(super) fn is_wide(&self) -> bool {
        self.packed.max(self.size) >= FULL
    }

    /// Whether the attributes, whatever system they say they are of, are a regular file's.
    pub(super) fn check_kind(&self) -> Result<(), Fault> {
        let found = match (self.attributes >> 16) & KIND {
            KIND_LINK => "a symbolic link",
            KIND_FOLDER => "a folder under the name of a file",
            0 | KIND_FILE if self.attributes & DOS_FOLDER != 0 => "a folder under the name of a file",
            0 | KIND_FILE => return Ok(()),
            _ => "a device, a pipe or a socket",
        };
        Err(Fault::new(Code::BundleSymlink, "a regular file", found))
    }

    /// Whether it declares no more than a file may have, nor than its packed bytes can hold.
    pub(super) fn check_size(&self) -> Result<(), Fault> {
        let Self { size, packed, .. } = *self;
        if size > MAX_FILE_BYTES {
            return Err(too_large(MAX_FILE_BYTES, size.to_string()));
        }
        if size > RATIO_FREE_BYTES && size > packed.saturating_mul(MAX_RATIO) {
            return Err(too_large(packed.saturating_mul(MAX_RATIO), format!("{size} out of {packed}")));
        }
        Ok(())
    }
}

/// A local header. It says twice what the central directory says, and must not say anything else.
pub(super) struct Local {
    pub(super) name: Vec<u8>,
    /// Bytes of the whole header.
    pub(super) length: u64,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
}

impl Local {
    pub(super) fn read(fields: &mut Fields<impl Read>) -> io::Result<Self> {
        if fields.u32()? != LOCAL {
            return Err(refuse("a local header where the central directory says", "something else"));
        }
        check_version(fields.u16()?).map_err(carry)?;
        let (flags, method) = (fields.u16()?, fields.u16()?);
        fields.skip(4)?;
        let (crc, packed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let (name, extra) = (fields.u16()?, fields.u16()?);
        let length = LOCAL_BYTES.saturating_add(name.into()).saturating_add(extra.into());
        let (name, extra) = (fields.bytes(name)?, fields.bytes(extra)?);
        let [size, packed] = widen_both(&extra, [size, packed]).map_err(carry)?;
        Ok(Self { name, length, flags, method, crc, packed, size })
    }

    /// Whether it says the same as the central header. With a data descriptor, which says them again, it may leave the
    /// checksum and the lengths at 0.
    pub(super) fn agrees(&self, central: &Central) -> bool {
        let (here, there) = ((self.crc, self.packed, self.size), (central.crc, central.packed, central.size));
        (self.flags, self.method) == (central.flags, central.method)
            && (here == there || central.is_streamed() && here == (0, 0, 0))
    }
}

/// Tools pass over a member that they think they are too old for.
fn check_version(version: u16) -> Result<(), Fault> {
    if version > ZIP64_VERSION {
        return Err(malformed(format!("version {ZIP64_VERSION} or less needed"), version.to_string()));
    }
    Ok(())
}

fn check_flags(flags: u16) -> Result<(), Fault> {
    if flags & ENCRYPTED != 0 {
        return Err(malformed("a file that is not encrypted", "an encrypted one"));
    }
    if flags & !(HARMLESS | STREAMED) != 0 {
        return Err(malformed("a file without unknown flags", format!("flags {flags:#06x}")));
    }
    Ok(())
}

fn check_method(method: u16) -> Result<(), Fault> {
    if matches!(method, STORED | DEFLATED) {
        return Ok(());
    }
    Err(malformed("a file stored (0) or deflated (8)", format!("method {method}")))
}

fn check_disk(disk: u16) -> Result<(), Fault> {
    if disk == 0 { Ok(()) } else { Err(malformed("an archive in one part", "one in several")) }
}

/// The numbers of a central header, in the order of the zip64 extra field, with those that fill their four bytes taken
/// from it. It must hold these and no others, each of them too large for four bytes.
fn widen(extra: &[u8], narrow: [u32; 3]) -> Result<[u64; 3], Fault> {
    let mut left = zip64(extra, narrow.iter().filter(|&&number| number == u32::MAX).count())?.into_iter();
    let wide = narrow.map(|number| if number == u32::MAX { left.next().unwrap_or_default() } else { number.into() });
    let needless = |(narrow, wide): (&u32, &u64)| *narrow == u32::MAX && *wide < FULL;
    if narrow.iter().zip(&wide).any(needless) {
        return Err(malformed("zip64 only where a number needs it", "a smaller one"));
    }
    Ok(wide)
}

/// The lengths of a local header: where one of them needs eight bytes, the zip64 extra field has both (4.5.3).
fn widen_both(extra: &[u8], narrow: [u32; 2]) -> Result<[u64; 2], Fault> {
    let full = narrow.contains(&u32::MAX);
    let numbers = zip64(extra, if full { 2 } else { 0 })?;
    let &[size, packed] = numbers.as_slice() else { return Ok(narrow.map(u64::from)) };
    let agrees = |narrow: u32, wide: u64| narrow == u32::MAX || u64::from(narrow) == wide;
    if size.max(packed) >= FULL && agrees(narrow[0], size) && agrees(narrow[1], packed) {
        return Ok([size, packed]);
    }
    Err(malformed("zip64 only where a number needs it, and in agreement", "something else"))
}

/// The numbers in the zip64 extra field, which must be just so many; if none, there must be no such field. Nor may there
/// be another name for the file.
fn zip64(mut extra: &[u8], count: usize) -> Result<Vec<u64>, Fault> {
    let mut zip64: Option<&[u8]> = None;
    while !extra.is_empty() {
        let (id, content, rest) = split_extra(extra).ok_or_else(|| malformed("extra fields", "one cut short"))?;
        if id == EXTRA_NAME {
            return Err(malformed("one name", "another in the extra fields"));
        }
        if id == EXTRA_ZIP64 && zip64.replace(content).is_some() {
            return Err(malformed("one zip64 extra field", "two"));
        }
        extra = rest;
    }
    let Some(content) = zip64 else {
        return if count == 0 { Ok(Vec::new()) } else { Err(malformed("a zip64 extra field", "none")) };
    };
    let (numbers, rest) = content.as_chunks();
    if count == 0 || numbers.len() != count || !rest.is_empty() {
        let found = format!("one of {} bytes", content.len());
        return Err(malformed(format!("a zip64 extra field of the {count} numbers that need it"), found));
    }
    Ok(numbers.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect())
}

/// The first extra field: its number, its content, and what follows (4.5.1).
fn split_extra(extra: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (id, rest) = extra.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (content, rest) = rest.split_at_checked(u16::from_le_bytes(*length).into())?;
    Some((u16::from_le_bytes(*id), content, rest))
}
