//! Attachments that are taken in before their statement is admitted, on any thread, without the store.

use std::fs::File;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempPath};

use super::{StoreError, take_in};
use crate::core::hash::Hash;

/// Where attachments wait for their names: a folder that is no evidence, best on the store's own disk.
#[derive(Clone, Debug)]
pub struct Staging(PathBuf);

/// An attachment that is what it should be, and durable, but not yet in its place. Dropped, it is gone.
#[derive(Debug)]
pub struct Staged {
    sha256: Hash,
    length: u64,
    file: TempPath,
}

impl Staging {
    /// In that folder.
    pub(in crate::storage) fn within(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Takes in an attachment.
    ///
    /// # Errors
    /// As [`super::Store::attach`].
    pub fn take_in(&self, sha256: &Hash, length: u64, content: &mut dyn Read) -> Result<Staged, StoreError> {
        let made = Builder::new().prefix("attachment-").make_in(&self.0, |path| File::create_new(path));
        let (mut file, path) = made.map_err(StoreError::io(&self.0))?.into_parts();
        take_in(sha256, length, content, |piece| file.write_all(piece).map_err(StoreError::io(&path)))?;
        file.sync_all().map_err(StoreError::io(&path))?;
        Ok(Staged { sha256: *sha256, length, file: path })
    }
}

impl Staged {
    /// Its hash.
    pub fn sha256(&self) -> &Hash {
        &self.sha256
    }

    /// Bytes in it.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Where it waits.
    pub(in crate::storage) fn path(&self) -> &Path {
        &self.file
    }

    /// Its bytes.
    pub(in crate::storage) fn open(&self) -> Result<File, StoreError> {
        File::open(&self.file).map_err(StoreError::io(&self.file))
    }
}
