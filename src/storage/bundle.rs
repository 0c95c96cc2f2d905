//! What every bundle can do, its limits, and what can go wrong.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::name;
use crate::core::fault::{Code, Fault, Faults};
use crate::core::shelf::Scratch;

/// Most files in a bundle, its private parts aside. 25.7 million entries make about 201,000 tiles and entry bundles; the rest is for checkpoints
/// and attachments.
pub const MAX_FILES: u64 = 1 << 22;

/// Most bytes in a member of a zip archive, and in a file of a folder that is read. Just under what a zip archive holds without the zip64 extension, stored or deflated.
pub const MAX_FILE_BYTES: u64 = 4_000_000_000;

/// Most bytes in all files of a zip archive together, unpacked.
pub const MAX_TOTAL_BYTES: u64 = 200_000_000_000;

/// Most bytes that an entry bundle has (C2SP tlog-tiles): 256 entries of 65,535 bytes, each with its length in two.
/// What to read the ledger's own files with; hash tiles and checkpoints are smaller.
pub const MAX_ENTRY_BUNDLE_BYTES: u64 = 256 * (2 + 65_535);

/// Most faults that opening or listing a bundle lists; one hostile archive could hold millions. The others are counted.
pub const MAX_FAULTS: usize = 100;

/// What a live ledger keeps beside its evidence: a database, a lock, files not yet whole, and whom it asks to witness. They
/// are no part of any bundle: not listed, not opened, and in a folder not looked into. In an archive their names must be
/// names.
pub const PRIVATE: [&str; 4] = ["index", "lock", "tmp", "witnesses"];

/// A set of named plain files, read-only. All reading goes through `&self`, from as many threads as one likes.
pub trait Bundle: Send + Sync {
    /// The names of all files, sorted by their bytes.
    ///
    /// # Errors
    /// In a folder: `bundle-path-unsafe`, `bundle-symlink`, `bundle-name-duplicate` and `bundle-too-large`, all that
    /// there are, of which [`MAX_FAULTS`] are listed. An archive was judged when it was opened.
    fn names(&self) -> Result<Vec<String>, Trouble>;

    /// The file of that name, from its start; `None` if there is none. Its reader yields [`MAX_FILE_BYTES`] at most.
    /// Pass an error that it returns to [`Trouble::reading`]: it may be evidence.
    ///
    /// # Errors
    /// `bundle-path-unsafe`, `bundle-symlink`, `bundle-too-large`.
    fn open(&self, name: &str) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble>;

    /// As [`Bundle::open`], for somebody who reads so many bytes at most: where it costs something, no more is fetched.
    ///
    /// # Errors
    /// As [`Bundle::open`].
    fn open_up_to(&self, name: &str, limit: u64) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
        let _ = limit;
        self.open(name)
    }

    /// How many bytes the file of that name declares to have, where a container says so: over a reader's limit, it is not
    /// read.
    fn declared(&self, name: &str) -> Option<u64> {
        let _ = name;
        None
    }

    /// What to call the file of that name in a message.
    fn locate(&self, name: &str) -> PathBuf;

    /// What nobody can check in this bundle, as it cannot show it: lines for a report.
    fn unseen(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whether [`Bundle::names`] has every checkpoint that was published.
    fn lists_checkpoints(&self) -> bool {
        true
    }

    /// Whether this is the folder of a ledger that is written to, by what its writer leaves there: then the first checkpoint
    /// may not be published yet.
    fn is_live(&self) -> bool {
        false
    }

    /// The whole file of that name, of at most `limit` bytes; `None` if there is none.
    ///
    /// # Errors
    /// `bundle-too-large` over the limit; what [`Bundle::open`] and its reader say.
    fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Trouble> {
        self.read_into(name, limit, Vec::new())
    }

    /// As [`Bundle::read`], into a buffer in place of what is in it: a large one that was used before costs less than new.
    ///
    /// # Errors
    /// As [`Bundle::read`].
    fn read_into(&self, name: &str, limit: u64, mut buffer: Vec<u8>) -> Result<Option<Vec<u8>>, Trouble> {
        let Some(file) = self.open(name)? else { return Ok(None) };
        if let Some(declared) = self.declared(name).filter(|declared| *declared > limit) {
            return Err(too_large(limit, declared.to_string()).in_file(name).into());
        }
        buffer.clear();
        file.take(limit.saturating_add(1))
            .read_to_end(&mut buffer)
            .map_err(|error| Trouble::reading(&self.locate(name), error))?;
        if buffer.len() as u64 > limit {
            return Err(too_large(limit, "more").in_file(name).into());
        }
        Ok(Some(buffer))
    }
}

/// Why a bundle could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The evidence is bad: exit code 1. Never empty.
    #[error("{0}")]
    Faults(Faults),
    /// Could not judge: exit code 2.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder that could not be read or written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Trouble {
    /// The system's error at a path.
    pub fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }

    /// Whether what a scratch keeps is as it was: if not, nothing is worth anything that was said by it since it was last
    /// asked.
    ///
    /// # Errors
    /// [`Trouble::Io`].
    pub fn of_scratch(scratch: &Scratch) -> Result<(), Self> {
        scratch.failure().map_or(Ok(()), |error| Err(Self::io(&std::env::temp_dir(), error)))
    }

    /// What an error means that the reader of a file in a bundle returned: the fault that it carries, if it does.
    pub fn reading(path: &Path, error: io::Error) -> Self {
        match error.downcast::<Fault>() {
            Ok(fault) => fault.into(),
            Err(source) => Self::io(path, source),
        }
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        vec![fault].into()
    }
}

impl From<Vec<Fault>> for Trouble {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Faults(faults.into())
    }
}

/// A fault as the error of a reader; [`Trouble::reading`] takes it out again.
pub(super) fn carry(fault: Fault) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, fault)
}

/// Whether a bundle may have so many files.
///
/// # Errors
/// `bundle-too-large`: more than [`MAX_FILES`].
pub fn check_count(files: u64) -> Result<(), Fault> {
    if files > MAX_FILES { Err(too_many(MAX_FILES, files)) } else { Ok(()) }
}

/// Whether the files of an archive may unpack to so many bytes together.
///
/// # Errors
/// `bundle-too-large`: more than [`MAX_TOTAL_BYTES`].
pub fn check_total(bytes: u64) -> Result<(), Fault> {
    let found = || format!("{bytes} in all files together");
    if bytes > MAX_TOTAL_BYTES { Err(too_large(MAX_TOTAL_BYTES, found())) } else { Ok(()) }
}

pub(super) fn too_many(limit: u64, found: u64) -> Fault {
    Fault::new(Code::BundleTooLarge, format!("at most {limit} files"), found.to_string())
}

pub(super) fn too_large(limit: u64, found: impl Into<String>) -> Fault {
    Fault::new(Code::BundleTooLarge, format!("at most {limit} bytes"), found)
}

/// Whether the name is one of [`PRIVATE`], or in a folder of that name.
pub(crate) fn is_private(name: &str) -> bool {
    name.split('/').next().is_some_and(|first| PRIVATE.contains(&first))
}

/// The faults met on the way, in their own order; folders list their files in none. Of more than [`MAX_FAULTS`], the first
/// ones, and how many others were met: one of those that is met twice counts twice.
#[derive(Default)]
pub(super) struct FaultList {
    first: BTreeSet<Fault>,
    more: u64,
}

impl FaultList {
    pub(super) fn push(&mut self, fault: Fault) {
        self.first.insert(fault);
        if self.first.len() > MAX_FAULTS {
            self.first.pop_last();
            self.more = self.more.saturating_add(1);
        }
    }

    /// Adds the clashes among names that passed the grammar.
    pub(super) fn push_clashes<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        name::clashes(names).for_each(|fault| self.push(fault));
    }

    /// The end of a stage: all is well, or the faults so far.
    pub(super) fn finish(self) -> Result<(), Trouble> {
        let faults = Faults::and_more(self.first.into_iter().collect(), self.more);
        if faults.is_empty() { Ok(()) } else { Err(Trouble::Faults(faults)) }
    }
}
