//! A bundle in one zip archive.
//!
//! Readers of zip archives disagree: on which end record counts, on what two members of one name mean, on whether the
//! local header or the central directory is right. An auditor and a court must not see two ledgers in one file, so only
//! the one shape is read in which nothing is left to disagree on: members from the first byte on, one after another
//! without a gap, then the central directory in the same order, then the end record with no comment, then nothing.
//! Stored or deflated, not encrypted; with or without data descriptors; with zip64 only where a number needs it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::bundle::{Bundle, Trouble, carry};
use super::name;
use super::zip_directory::{self, Member};
use super::zip_section::Section;
use crate::core::fault::{Code, Fault};

/// A bundle in one zip archive, judged as a container when it was opened.
#[derive(Debug)]
pub struct ZipBundle {
    path: PathBuf,
    archive: Section,
    members: Vec<Member>,
}

impl ZipBundle {
    /// Opens the archive: reads and checks its end record, its central directory, every local header, and then what
    /// they say of its files, but no file.
    ///
    /// # Errors
    /// Every fault of the first of these four that has any, of which [`MAX_FAULTS`](super::bundle::MAX_FAULTS) are listed:
    /// `bundle-malformed` of the first three (`bundle-too-large` for far too many members), of the last
    /// `bundle-path-unsafe`, `bundle-name-duplicate`, `bundle-symlink` and `bundle-too-large`. What only the content
    /// tells (a checksum, a length) is found when a file is read, and is `bundle-malformed`.
    pub fn open(path: &Path) -> Result<Self, Trouble> {
        let io = |source| Trouble::io(path, source);
        let file = File::open(path).map_err(io)?;
        let metadata = file.metadata().map_err(io)?;
        if !metadata.is_file() {
            return Err(io(io::Error::new(io::ErrorKind::InvalidInput, "neither a folder nor a file")));
        }
        let archive = Section::new(file, metadata.len());
        let members = zip_directory::read(&archive, path)?;
        Ok(Self { path: path.into(), archive, members })
    }

    fn member(&self, name: &str) -> Option<&Member> {
        let at = self.members.binary_search_by(|member| member.name.as_str().cmp(name)).ok()?;
        self.members.get(at)
    }
}

impl Bundle for ZipBundle {
    fn names(&self) -> Result<Vec<String>, Trouble> {
        Ok(self.members.iter().map(|member| member.name.clone()).collect())
    }

    fn open(&self, name: &str) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
        name::check(name)?;
        let member = self.member(name);
        Ok(member.map(|member| Box::new(Content::of(member, &self.archive)) as Box<dyn Read + Send>))
    }

    /// Of every member.
    fn declared(&self, name: &str) -> Option<u64> {
        self.member(name).map(|member| member.size)
    }

    fn locate(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

/// The content of a member, unpacked: never more than its declared size, and its last byte only if all of it is what
/// was declared.
struct Content<'a> {
    member: &'a Member,
    packed: Packed,
    left: u64,
    crc: Crc,
    judged: bool,
}

enum Packed {
    Stored(Section),
    Deflated(Box<DeflateDecoder<Section>>),
}

impl<'a> Content<'a> {
    fn of(member: &'a Member, archive: &Section) -> Self {
        let section = archive.part(member.start, member.start.saturating_add(member.packed));
        let packed = if member.deflated {
            Packed::Deflated(Box::new(DeflateDecoder::new(section)))
        } else {
            Packed::Stored(section)
        };
        Self { member, packed, left: member.size, crc: Crc::new(), judged: false }
    }

    fn malformed(&self, expected: impl Into<String>, found: impl Into<String>) -> io::Error {
        carry(Fault::new(Code::BundleMalformed, expected, found).in_file(&self.member.name))
    }

    /// The next bytes; what the decoder says against them is a fault, what the system says is not.
    fn pull(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.packed {
            Packed::Stored(section) => section.read(buffer),
            Packed::Deflated(decoder) => decoder.read(buffer),
        };
        read.map_err(|error| match error.raw_os_error() {
            Some(_) => error,
            None => self.malformed("a deflate stream (RFC 1951)", error.to_string()),
        })
    }

    /// Whether the content, all read, is as long as declared, packed and unpacked, and has the declared checksum.
    fn judge(&mut self) -> io::Result<()> {
        if self.pull(&mut [0])? != 0 {
            return Err(self.malformed(format!("{} bytes, as declared", self.member.size), "more"));
        }
        if let Packed::Deflated(decoder) = &self.packed {
            let (expected, found) = (self.member.packed, decoder.total_in());
            if found != expected {
                return Err(self.malformed(format!("{expected} bytes of deflate stream"), format!("{found}")));
            }
        }
        if self.crc.sum() != self.member.crc {
            let (expected, found) = (format!("CRC-32 {:08x}", self.member.crc), format!("{:08x}", self.crc.sum()));
            return Err(self.malformed(expected, found));
        }
        self.judged = true;
        Ok(())
    }
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let buffer = buffer.get_mut(..most).unwrap_or_default();
        let mut read = 0;
        if !buffer.is_empty() {
            read = self.pull(buffer)?;
            if read == 0 {
                let missing = format!("{} fewer", self.left);
                return Err(self.malformed(format!("{} bytes, as declared", self.member.size), missing));
            }
            self.crc.update(buffer.get(..read).unwrap_or_default());
            self.left = self.left.saturating_sub(read as u64);
        }
        if self.left == 0 && !self.judged {
            self.judge()?;
        }
        Ok(read)
    }
}

#[cfg(test)]
mod raw;
#[cfg(test)]
mod tests;
