//! The structure of a zip archive, read strictly. Why so strict is said in [`super::zip_bundle`].
//!
//! Four stages, each judged before the next: the end record, the central directory, the local headers, and what they
//! say of the files.

use std::io::{self, BufReader};
use std::path::Path;

use super::bundle::{FaultList, MAX_FILES, Trouble, carry, check_count, check_total, is_private, too_many};
use super::name;
use super::zip_section::Section;
use crate::core::fault::{Code, Fault};

mod header;
mod record;

use header::{Central, Local};
use record::{End, Fields};

/// The signature that a data descriptor may start with (4.3.9.3).
const DESCRIPTOR: u32 = u32::from_le_bytes(*b"PK\x07\x08");

/// Most members in the archive: files, and folders and private parts, which are passed over.
const MAX_MEMBERS: u64 = 2 * MAX_FILES;

/// Bytes read at once from the central directory.
const DIRECTORY_BUFFER: usize = 1 << 16;

/// Bytes read at once from a local header; most are shorter.
const LOCAL_BUFFER: usize = 256;

/// A file in the archive.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    /// Where its packed bytes start.
    pub(super) start: u64,
    /// How many they are.
    pub(super) packed: u64,
    /// How many bytes they unpack to.
    pub(super) size: u64,
    pub(super) crc: u32,
    pub(super) deflated: bool,
}

/// The files of the archive, sorted by name.
pub(super) fn read(archive: &Section, path: &Path) -> Result<Vec<Member>, Trouble> {
    let end = End::read(archive).map_err(|error| Trouble::reading(path, error))?;
    if end.members > MAX_MEMBERS {
        return Err(too_many(MAX_MEMBERS, end.members).into());
    }
    let headers = list(archive, path, &end)?;
    let placed = place(archive, path, &end, headers)?;
    let mut members = judge(placed)?;
    members.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(members)
}

/// The central directory: as many headers as the end record says, in just the bytes it says.
fn list(archive: &Section, path: &Path, end: &End) -> Result<Vec<Central>, Trouble> {
    let mut fields = Fields::of(BufReader::with_capacity(DIRECTORY_BUFFER, archive.part(end.start, end.at)));
    let mut faults = FaultList::default();
    let mut headers = Vec::new();
    for _ in 0..end.members {
        match Central::read(&mut fields).map_err(|error| Trouble::reading(path, error))? {
            Ok(header) => headers.push(header),
            Err(fault) => faults.push(fault),
        }
    }
    if !fields.at_end().map_err(|error| Trouble::reading(path, error))? {
        faults.push(malformed(format!("{} members, as the end record says", end.members), "more"));
    }
    faults.finish()?;
    Ok(headers)
}

/// The local headers: each says what the central one says, and the members lie one after another without a gap, in the
/// order of the central directory. What is no folder, with where its packed bytes start.
fn place(archive: &Section, path: &Path, end: &End, headers: Vec<Central>) -> Result<Vec<(Central, u64)>, Trouble> {
    let mut faults = FaultList::default();
    let first = headers.first().map_or(end.start, |header| header.offset);
    if first != 0 {
        faults.push(malformed("an archive that starts with its first member", format!("{first} bytes before it")));
    }
    let mut placed = Vec::with_capacity(headers.len());
    let mut headers = headers.into_iter().peekable();
    while let Some(header) = headers.next() {
        let next = headers.peek().map_or(end.start, |next| next.offset);
        match start(archive, &header, next, end.start) {
            Ok(_) if header.is_folder() => (),
            Ok(start) => placed.push((header, start)),
            Err(error) => match Trouble::reading(path, error) {
                Trouble::Faults(list) => {
                    list.into_iter().for_each(|fault| faults.push(fault.in_file(name::label(&header.name))));
                }
                trouble @ Trouble::Io { .. } => return Err(trouble),
            },
        }
    }
    faults.finish()?;
    Ok(placed)
}

/// What is left when the archive is of the one shape: names, kinds and limits. A private part needs only a name.
fn judge(placed: Vec<(Central, u64)>) -> Result<Vec<Member>, Trouble> {
    let mut faults = FaultList::default();
    let mut members = Vec::with_capacity(placed.len());
    for (header, start) in placed {
        let name = match name::parse(&header.name) {
            Ok(name) if is_private(name) => continue,
            Ok(name) => name.to_owned(),
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        let checks = [header.check_kind(), header.check_size()];
        checks.into_iter().filter_map(Result::err).for_each(|fault| faults.push(fault.in_file(&name)));
        let deflated = header.is_deflated();
        let Central { packed, size, crc, .. } = header;
        members.push(Member { name, start, packed, size, crc, deflated });
    }
    let total = members.iter().fold(0, |sum: u64, member| sum.saturating_add(member.size));
    let checks = [check_count(members.len() as u64), check_total(total)];
    checks.into_iter().filter_map(Result::err).for_each(|fault| faults.push(fault));
    faults.push_clashes(members.iter().map(|member| member.name.as_str()));
    faults.finish()?;
    Ok(members)
}

/// Where the packed bytes of a member start. They, and its data descriptor if it has one, must end at `next`.
fn start(archive: &Section, header: &Central, next: u64, end: u64) -> io::Result<u64> {
    let section = archive.part(header.offset, end);
    let mut fields = Fields::of(BufReader::with_capacity(LOCAL_BUFFER, section));
    let local = Local::read(&mut fields)?;
    if local.name != header.name {
        let expected = format!("{} in the local header too", name::label(&header.name));
        return Err(refuse(expected, name::shown(&local.name)));
    }
    if !local.agrees(header) {
        return Err(refuse("a local header that agrees with the central directory", "one that does not"));
    }
    let start = header.offset.saturating_add(local.length);
    let gap = next.checked_sub(start.saturating_add(header.packed));
    let gap =
        gap.ok_or_else(|| refuse(format!("a member that ends by byte {next}"), "one that overlaps what follows"))?;
    if header.is_streamed() {
        check_descriptor(archive, header, next, gap)?;
    } else if gap != 0 {
        return Err(refuse("members without a gap", format!("{gap} bytes after this one")));
    }
    Ok(start)
}

/// Checks the data descriptor in the `gap` bytes before `next`: the checksum and both lengths once more, in four bytes,
/// or in eight if one needs them, with or without a signature.
fn check_descriptor(archive: &Section, header: &Central, next: u64, gap: u64) -> io::Result<()> {
    let mut fields = Fields::of(archive.part(next.saturating_sub(gap), next));
    let plain = if header.is_wide() { 20 } else { 12 };
    let signed = gap == plain + 4;
    let length = |fields: &mut Fields<_>| if header.is_wide() { fields.u64() } else { fields.u32().map(u64::from) };
    let agrees = (signed || gap == plain)
        && (!signed || fields.u32()? == DESCRIPTOR)
        && fields.u32()? == header.crc
        && length(&mut fields)? == header.packed
        && length(&mut fields)? == header.size;
    if agrees {
        return Ok(());
    }
    Err(refuse("a data descriptor that agrees with the central directory", format!("{gap} other bytes")))
}

fn malformed(expected: impl Into<String>, found: impl Into<String>) -> Fault {
    Fault::new(Code::BundleMalformed, expected, found)
}

fn refuse(expected: impl Into<String>, found: impl Into<String>) -> io::Error {
    carry(malformed(expected, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header of that name, of a file of that size, deflated to a thousandth.
    fn header(name: &str, size: u32) -> Central {
        let mut bytes = b"PK\x01\x02\0\0\0\0\0\0\x08\0\0\0\0\0\0\0\0\0".to_vec();
        [size / 1000, size].iter().for_each(|number| bytes.extend(number.to_le_bytes()));
        bytes.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        bytes.resize(46, 0);
        bytes.extend(name.as_bytes());
        Central::read(&mut Fields::of(bytes.as_slice())).unwrap().unwrap()
    }

    #[test]
    fn all_files_together_are_limited() {
        let files = |count: u32, folder: &str| {
            let placed = (0..count).map(|n| (header(&format!("{folder}{n}"), 4_000_000_000), 0));
            judge(placed.chain([(header("last", 0), 0)]).collect())
        };
        assert_eq!(files(50, "").unwrap().len(), 51);
        assert_eq!(files(51, "tmp/").unwrap().len(), 1);
        let Err(Trouble::Faults(faults)) = files(51, "") else { panic!("more than the limit was accepted") };
        let found: Vec<_> = faults.iter().map(|fault| (fault.code, fault.file.as_deref())).collect();
        assert_eq!(found, [(Code::BundleTooLarge, None)]);
    }
}
