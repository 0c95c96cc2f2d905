//! A folder that a web server serves. Each file gets there whole or not at all.
//!
//! Beside what is served are the private names of [`super::bundle::PRIVATE`]: `lock`, and `tmp`, with what is not yet in
//! its place and what only the publisher needs.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write as _};
use std::path::{Path, PathBuf};

use super::durable;
use super::folder_store::{outgrown, remove_widths};
use super::lock::Lock;
use super::plain;
use super::run_files::RunFiles;
use super::store::{self, StoreError};
use crate::core::audit::{CHECKPOINTS, attachment_name, checkpoint_size};
use crate::core::hash::Hash;

/// Bytes of a file that is kept and not served, at most.
pub const MAX_KEPT_BYTES: u64 = 1 << 30;
/// The folder of what is not served.
const TEMPORARY: &str = "tmp";

/// A folder that is published into, by nobody else until it is dropped.
#[derive(Debug)]
pub struct Site {
    root: PathBuf,
    /// The folders whose new files are not durable yet.
    touched: BTreeSet<PathBuf>,
    _lock: Lock,
    /// How many more steps succeed.
    #[cfg(test)]
    fuse: Option<u64>,
}

impl Site {
    /// Takes the folder, and makes it if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::Io`].
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        durable::make_folder(root)?;
        let lock = Lock::acquire(&root.join("lock"))?;
        durable::make_own_folder(&root.join(TEMPORARY))?;
        Ok(Self {
            root: root.into(),
            touched: BTreeSet::new(),
            _lock: lock,
            #[cfg(test)]
            fuse: None,
        })
    }

    /// Lets only so many more steps succeed, as if the process were then killed.
    #[cfg(test)]
    pub(crate) fn ending_after(self, steps: Option<u64>) -> Self {
        Self { fuse: steps, ..self }
    }

    /// Counts a step that changes the disk.
    fn step(&mut self) -> Result<(), StoreError> {
        #[cfg(test)]
        if let Some(left) = &mut self.fuse {
            *left = left
                .checked_sub(1)
                .ok_or_else(|| StoreError::io(&self.root)(std::io::Error::other("this is where it was to end")))?;
        }
        Ok(())
    }

    /// Puts a file in its place, where it replaces any other. Its place is durable after [`Site::settle`].
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.fill(name, |file, path| file.write_all(bytes).map_err(StoreError::io(path)))
    }

    /// Puts an attachment in its place, piece by piece.
    ///
    /// # Errors
    /// [`StoreError::Fault`] with `attachment-mismatch` if the content has another length or hash;
    /// [`StoreError::Content`] if it could not be read; [`StoreError::Io`].
    pub fn attach(&mut self, sha256: &Hash, length: u64, content: &mut dyn Read) -> Result<(), StoreError> {
        self.fill(&attachment_name(sha256), |file, path| {
            store::take_in(sha256, length, content, |piece| file.write_all(piece).map_err(StoreError::io(path)))
        })
    }

    fn fill(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut File, &Path) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let (temporary, target) = (self.root.join(TEMPORARY).join("file"), self.root.join(name));
        self.step()?;
        let mut file = plain::create(&temporary).map_err(StoreError::io(&temporary))?;
        write(&mut file, &temporary)?;
        file.sync_all().map_err(StoreError::io(&temporary))?;
        let folder = target.parent().unwrap_or(&self.root);
        durable::make_folder(folder)?;
        self.touched.insert(folder.into());
        self.step()?;
        fs::rename(&temporary, &target).map_err(StoreError::io(&target))
    }

    /// Notes that a file is in its place already, which may not be durable yet.
    pub fn touch(&mut self, name: &str) {
        let target = self.root.join(name);
        self.touched.insert(target.parent().unwrap_or(&self.root).into());
    }

    /// Makes the places of all files durable. What is put afterwards is never there without what was put before.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn settle(&mut self) -> Result<(), StoreError> {
        self.touched.iter().try_for_each(|folder| durable::sync_folder(folder))?;
        self.touched.clear();
        Ok(())
    }

    /// Removes the partial tiles of an earlier checkpoint that are full in a later one, as tlog-tiles allows.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn prune(&mut self, earlier: u64, later: u64) -> Result<(), StoreError> {
        for tile in outgrown(earlier, later) {
            self.step()?;
            remove_widths(&self.root.join(tile.path()))?;
        }
        Ok(())
    }

    /// Keeps a file that is not served.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn keep(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.put(&format!("{TEMPORARY}/{name}"), bytes)
    }

    /// Where runs are kept that are not served.
    pub fn runs(&self) -> RunFiles {
        runs(&self.root)
    }
}

/// What was kept of that name, if it begins like that and can be read. Of anything else no more is read.
pub fn kept(root: &Path, name: &str, begins: &str) -> Option<Vec<u8>> {
    let mut file = plain::open(&root.join(TEMPORARY).join(name)).ok()?;
    let mut bytes = vec![0; begins.len()];
    file.read_exact(&mut bytes).ok()?;
    if bytes != begins.as_bytes() || file.metadata().ok()?.len() > MAX_KEPT_BYTES {
        return None;
    }
    file.take(MAX_KEPT_BYTES).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The same of a folder that is only read.
pub fn runs(root: &Path) -> RunFiles {
    RunFiles::within(&root.join(TEMPORARY))
}

/// The sizes of the checkpoints that are in a folder's `checkpoints/`, without a look at anything else in the folder.
///
/// # Errors
/// [`StoreError::Io`].
pub fn published(root: &Path) -> Result<BTreeSet<u64>, StoreError> {
    let folder = root.join(CHECKPOINTS);
    let io = StoreError::io(&folder);
    let items = match folder.read_dir() {
        Ok(items) => items,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(io(error)),
    };
    let mut sizes = BTreeSet::new();
    for item in items {
        sizes.extend(item.map_err(&io)?.file_name().to_str().and_then(checkpoint_size));
    }
    Ok(sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_read_if_it_begins_as_it_should_and_within_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let mut site = Site::open(folder.path()).unwrap();
        site.keep("x", b"1 one").unwrap();
        let read = |begins: &str| kept(folder.path(), "x", begins);
        assert_eq!((read("1 ").as_deref(), read("2 "), read("1 one, two")), (Some(&b"1 one"[..]), None, None));
        let file = File::options().write(true).open(folder.path().join("tmp/x")).unwrap();
        file.set_len(MAX_KEPT_BYTES + 1).unwrap();
        assert_eq!(read("1 "), None);
    }
}
