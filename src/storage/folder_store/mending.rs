//! A ledger's folder that is put right file by file, as [`FolderStore::open`](super::FolderStore::open) would not.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use super::acknowledged::{ACKNOWLEDGED, Acknowledged};
use super::folder::{Folder, TEMPORARY};
use crate::storage::durable;
use crate::storage::lock::Lock;
use crate::storage::plain;
use crate::storage::store::StoreError;

/// The note of how far was acknowledged, by its name in the ledger's folder.
pub(crate) const ACKNOWLEDGED_FILE: &str = "tmp/acknowledged";
/// The policy that every checkpoint must meet, by its name there.
pub(crate) const WITNESSES_FILE: &str = super::folder::WITNESSES;

/// A ledger's folder, to which nobody else writes until this is dropped. Opening it judges nothing and changes nothing.
pub(crate) struct Mending {
    folder: Folder,
    acknowledged: Option<Acknowledged>,
    _lock: Lock,
}

impl Mending {
    /// Takes the folder.
    ///
    /// # Errors
    /// [`StoreError::NotALedger`], [`StoreError::Site`], [`StoreError::Locked`], [`StoreError::Io`].
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let folder = Folder(path.into());
        if !folder.holds_ledger() {
            return Err(StoreError::NotALedger(folder.0));
        }
        let lock = folder.take()?;
        let acknowledged = Acknowledged::read(&folder);
        Ok(Self { folder, acknowledged, _lock: lock })
    }

    /// What was acknowledged at least; none if that is not known.
    pub(crate) fn acknowledged(&self) -> Option<Acknowledged> {
        self.acknowledged
    }

    /// The policy that every checkpoint must meet, as it is kept, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Io`]; [`StoreError::Damaged`] if it is too large.
    pub(crate) fn witnesses(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.folder.witnesses()
    }

    /// Puts a copy of a file in the place of that name. Durable on return; until then the place is as it was.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub(crate) fn replace(&self, name: &str, with: &Path) -> Result<(), StoreError> {
        durable::make_folder(&self.folder.path(TEMPORARY))?;
        let temporary = self.folder.temporary("mended");
        let written = || {
            let mut file = plain::create(&temporary)?;
            io::copy(&mut File::open(with)?, &mut file)?;
            file.sync_all()
        };
        written().map_err(StoreError::io(&temporary))?;
        durable::settle(&temporary, &self.folder.path(name))
    }

    /// Takes the file of that name away. Durable on return.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub(crate) fn remove(&self, name: &str) -> Result<(), StoreError> {
        let path = self.folder.path(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(StoreError::io(&path)(error)),
            _ => durable::sync_folder(path.parent().unwrap_or(&path)),
        }
    }

    /// The note of how far was acknowledged, as it is kept, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Io`]; [`StoreError::Damaged`] if it is too large.
    pub(crate) fn note(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.folder.noted(ACKNOWLEDGED)
    }

    /// Forgets how far was acknowledged, where what was is given up.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub(crate) fn forget(&self) -> Result<(), StoreError> {
        self.remove(ACKNOWLEDGED_FILE)
    }
}
