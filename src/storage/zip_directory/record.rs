//! The end of a zip archive, and how fields are read. The numbers are sections of PKWARE's APPNOTE.TXT, 6.3.10.

use std::io::{self, Read};

use super::refuse;
use crate::storage::zip_section::Section;

const END: u32 = u32::from_le_bytes(*b"PK\x05\x06");
const END64: u32 = u32::from_le_bytes(*b"PK\x06\x06");
const LOCATOR64: u32 = u32::from_le_bytes(*b"PK\x06\x07");

/// Bytes of an end record without a comment (4.3.16), of a zip64 end record without extensions (4.3.14), and of its
/// locator (4.3.15).
const END_BYTES: u64 = 22;
const END64_BYTES: u64 = 56;
const LOCATOR64_BYTES: u64 = 20;

/// The largest numbers that the end record can hold, of members and of bytes.
const MAX_MEMBERS: u64 = u16::MAX as u64;
const MAX_BYTES: u64 = u32::MAX as u64;

/// The little-endian fields of a record, one after another. Where the bytes end too early is `bundle-malformed`.
pub(super) struct Fields<R>(R);

impl<R: Read> Fields<R> {
    pub(super) fn of(reader: R) -> Self {
        Self(reader)
    }

    pub(super) fn u16(&mut self) -> io::Result<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> io::Result<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> io::Result<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn bytes(&mut self, length: u16) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length.into()];
        self.0.read_exact(&mut bytes).map_err(cut_short)?;
        Ok(bytes)
    }

    pub(super) fn skip(&mut self, length: u16) -> io::Result<()> {
        let skipped = io::copy(&mut self.0.by_ref().take(length.into()), &mut io::sink())?;
        if skipped == u64::from(length) { Ok(()) } else { Err(cut_short(io::ErrorKind::UnexpectedEof.into())) }
    }

    /// Whether there is nothing more.
    pub(super) fn at_end(&mut self) -> io::Result<bool> {
        Ok(io::copy(&mut self.0.by_ref().take(1), &mut io::sink())? == 0)
    }

    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.0.read_exact(&mut bytes).map_err(cut_short)?;
        Ok(bytes)
    }
}

fn cut_short(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => refuse("a whole record", "one cut short"),
        _ => error,
    }
}

/// Where the central directory is, and how many headers it has.
pub(super) struct End {
    pub(super) members: u64,
    pub(super) start: u64,
    /// Its end, where the end records start.
    pub(super) at: u64,
}

/// What an end record says of the central directory.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Extent {
    members: u64,
    length: u64,
    start: u64,
}

impl End {
    /// The end record, which must be the last bytes of the archive, and the zip64 one before it, if one is needed.
    pub(super) fn read(archive: &Section) -> io::Result<Self> {
        let whole = archive.len();
        let at = whole.checked_sub(END_BYTES);
        let at = at.ok_or_else(|| refuse("an archive of at least 22 bytes", whole.to_string()))?;
        let mut fields = Fields::of(archive.part(at, whole));
        if fields.u32()? != END {
            return Err(refuse("an end record, without a comment, in the last 22 bytes", "something else"));
        }
        let narrow = Extent::read(&mut fields)?;
        if fields.u16()? != 0 {
            return Err(refuse("an end record without a comment", "one that announces a comment"));
        }
        let wide = if narrow.is_full() { Extent::read64(archive, at)? } else { None };
        if wide.is_some_and(|wide| !wide.is_full() || !narrow.agrees(wide)) {
            let expected = "a zip64 end record of what the end record cannot hold, and which agrees with it";
            return Err(refuse(expected, "one that does not"));
        }
        let at = if wide.is_some() { at.saturating_sub(LOCATOR64_BYTES + END64_BYTES) } else { at };
        let Extent { members, length, start } = wide.unwrap_or(narrow);
        if start.checked_add(length) != Some(at) {
            let found = format!("{length} bytes from byte {start}");
            return Err(refuse(format!("a central directory that ends at byte {at}"), found));
        }
        Ok(Self { members, start, at })
    }
}

impl Extent {
    /// The fields of the end record, after its signature (4.4.19 to 4.4.24).
    fn read(fields: &mut Fields<impl Read>) -> io::Result<Self> {
        let disks = (fields.u16()?, fields.u16()?);
        let (here, members) = (fields.u16()?, fields.u16()?);
        one_part(disks == (0, 0) && here == members)?;
        Ok(Self { members: members.into(), length: fields.u32()?.into(), start: fields.u32()?.into() })
    }

    /// The zip64 end record and its locator, right before `end`. `None` if there is no locator: then the end record
    /// means what it says, as one of exactly 65,535 members may.
    fn read64(archive: &Section, end: u64) -> io::Result<Option<Self>> {
        let Some(at) = end.checked_sub(LOCATOR64_BYTES + END64_BYTES) else { return Ok(None) };
        let mut fields = Fields::of(archive.part(end.saturating_sub(LOCATOR64_BYTES), end));
        if fields.u32()? != LOCATOR64 {
            return Ok(None);
        }
        if (fields.u32()?, fields.u64()?, fields.u32()?) != (0, at, 1) {
            return Err(refuse(format!("a zip64 end record at byte {at}"), "a locator that says otherwise"));
        }
        let mut fields = Fields::of(archive.part(at, end));
        if (fields.u32()?, fields.u64()?) != (END64, END64_BYTES - 12) {
            return Err(refuse("a zip64 end record without extensions", "something else"));
        }
        fields.skip(4)?;
        let disks = (fields.u32()?, fields.u32()?);
        let (here, members) = (fields.u64()?, fields.u64()?);
        one_part(disks == (0, 0) && here == members)?;
        Ok(Some(Self { members, length: fields.u64()?, start: fields.u64()? }))
    }

    /// Whether a number fills its field of the end record, or is too large for it.
    fn is_full(self) -> bool {
        self.members >= MAX_MEMBERS || self.length >= MAX_BYTES || self.start >= MAX_BYTES
    }

    /// Whether the end record says the same as the zip64 one, or refers to it. Where one number needs zip64, some
    /// writers refer to it for the others too.
    fn agrees(self, wide: Self) -> bool {
        let agrees = |narrow, full, wide| narrow == full || narrow == wide;
        agrees(self.members, MAX_MEMBERS, wide.members)
            && agrees(self.length, MAX_BYTES, wide.length)
            && agrees(self.start, MAX_BYTES, wide.start)
    }
}

fn one_part(is: bool) -> io::Result<()> {
    if is { Ok(()) } else { Err(refuse("an archive in one part", "one in several")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zip64_is_needed_from_the_largest_number_on_that_a_field_holds() {
        let none = Extent { members: 0, length: 0, start: 0 };
        type Made = fn(u64) -> Extent;
        let table: [(u64, Made); 3] = [
            (MAX_MEMBERS, |members| Extent { members, length: 0, start: 0 }),
            (MAX_BYTES, |length| Extent { members: 0, length, start: 0 }),
            (MAX_BYTES, |start| Extent { members: 0, length: 0, start }),
        ];
        for (limit, extent) in table {
            for (number, full) in [(limit - 1, false), (limit, true), (limit + 1, true)] {
                assert_eq!(extent(number).is_full(), full, "{number}");
            }
            // A full field refers to zip64; any other says the same.
            assert!(extent(limit).agrees(extent(limit + 1)) && !extent(limit - 1).agrees(extent(limit + 1)));
            assert!(extent(limit - 1).agrees(extent(limit - 1)) && !none.agrees(extent(limit + 1)));
        }
    }
}
