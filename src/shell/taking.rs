//! Attachments that a copy has, taken while a ledger is judged: each when a lawful entry that names it is, no more of it than
//! the entry says, and judged as any other is then.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::core::audit::attachment_name;
use crate::core::fault::Fault;
use crate::core::hash::{Hash, Hasher};
use crate::storage::bundle::{Bundle, Trouble};
use crate::storage::folder_bundle::FolderBundle;
use crate::storage::folder_writer::FolderWriter;
use crate::storage::layout::ATTACHMENTS;

/// What there is, where an attachment that is missing or has another hash than its name says comes from a copy when it is
/// opened, if the copy's has that hash.
pub(super) struct Taking<'a> {
    own: &'a dyn Bundle,
    copy: &'a dyn Bundle,
    /// Where it goes.
    fresh: FolderBundle,
    taken: Mutex<Taken<'a>>,
}

struct Taken<'a> {
    writer: &'a mut FolderWriter,
    /// The attachments that have their hash, and whether they are the copy's.
    whole: BTreeMap<Hash, bool>,
    faults: Vec<Fault>,
}

impl<'a> Taking<'a> {
    /// What is taken goes to the writer's folder, where one that turns out to have another hash stays until it is asked for
    /// again.
    pub(super) fn new(
        own: &'a dyn Bundle,
        copy: &'a dyn Bundle,
        writer: &'a mut FolderWriter,
    ) -> Result<Self, Trouble> {
        let fresh = FolderBundle::open(writer.folder())?;
        let taken = Mutex::new(Taken { writer, whole: BTreeMap::new(), faults: Vec::new() });
        Ok(Self { own, copy, fresh, taken })
    }

    /// The names of what was taken; and what was wrong with the first of the copy's attachments that cannot be read, if any
    /// is so.
    pub(super) fn end(self) -> (Vec<String>, Vec<Fault>) {
        let Taken { whole, faults, .. } = self.taken.into_inner().unwrap_or_else(PoisonError::into_inner);
        let taken = whole.iter().filter(|(_, copied)| **copied);
        (taken.map(|(sha256, _)| attachment_name(sha256)).collect(), faults)
    }
}

impl Bundle for Taking<'_> {
    fn names(&self) -> Result<Vec<String>, Trouble> {
        self.own.names()
    }

    fn open(&self, name: &str) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
        self.own.open(name)
    }

    fn open_up_to(&self, name: &str, limit: u64) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
        let Some(sha256) = name.strip_prefix(ATTACHMENTS).and_then(Hash::from_hex) else {
            return self.own.open_up_to(name, limit);
        };
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let copied = match taken.whole.get(&sha256) {
            Some(copied) => *copied,
            None => {
                let own = is_whole(self.own, name, limit, &sha256)?;
                let copied = !own && taken.take(self.copy, name, limit, &sha256)?;
                if own || copied {
                    taken.whole.insert(sha256, copied);
                }
                copied
            }
        };
        if copied { self.fresh.open_up_to(name, limit) } else { self.own.open_up_to(name, limit) }
    }

    fn locate(&self, name: &str) -> PathBuf {
        self.own.locate(name)
    }
}

impl Taken<'_> {
    /// Writes what the copy has of that name. Whether it has that hash.
    fn take(&mut self, copy: &dyn Bundle, name: &str, limit: u64, sha256: &Hash) -> Result<bool, Trouble> {
        // Another entry may have given it another length.
        self.writer.take_back(name)?;
        let written = match copy.open_up_to(name, limit) {
            Ok(Some(content)) => {
                let mut content = Hashing { content: content.take(limit), hasher: Hasher::default() };
                self.writer.supply(name, &mut content).map(|()| content.hasher.finish() == *sha256)
            }
            Ok(None) => Ok(false),
            Err(trouble) => Err(trouble),
        };
        match written {
            Err(Trouble::Faults(faults)) => {
                if self.faults.is_empty() {
                    self.faults = faults.into_iter().map(|fault| fault.in_file(name)).collect();
                }
                Ok(false)
            }
            // A web server does not have it; what that is worth is said when all is judged.
            Err(Trouble::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(false),
            written => written,
        }
    }
}

/// Whether a bundle has an attachment with the hash that its name says, within so many bytes.
fn is_whole(bundle: &dyn Bundle, name: &str, limit: u64, sha256: &Hash) -> Result<bool, Trouble> {
    let read = bundle.open_up_to(name, limit).and_then(|found| {
        let Some(content) = found else { return Ok(false) };
        let mut content = Hashing { content: content.take(limit), hasher: Hasher::default() };
        let read = std::io::copy(&mut content, &mut std::io::sink());
        read.map_err(|error| Trouble::reading(&bundle.locate(name), error))?;
        Ok(content.hasher.finish() == *sha256)
    });
    match read {
        Err(Trouble::Faults(_)) => Ok(false),
        read => read,
    }
}

/// Hashes what is read.
struct Hashing<R> {
    content: R,
    hasher: Hasher,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.content.read(buffer)?;
        self.hasher.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
