//! Where somebody who follows a ledger keeps how far it was followed, and evidence of what went wrong: a folder with one
//! file that is replaced as a whole, `progress`, and a folder `evidence` of what is never replaced.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Take};
use std::path::{Path, PathBuf};

use super::durable;
use super::lock::Lock;
use super::plain;
use super::store::StoreError;
use crate::core::hash::Hasher;

/// Bytes of the file `progress` that are read, at most.
pub const MAX_PROGRESS_BYTES: u64 = 4_000_000_000;
/// What was verified so far.
pub const PROGRESS: &str = "progress";
/// The folder of evidence.
pub const EVIDENCE: &str = "evidence";
/// What is locked by whoever has the folder open.
const LOCK: &str = "lock";
/// What is not yet in its place.
const TEMPORARY: &str = "tmp";

/// The folder, open, by nobody else until it is dropped or the process ends.
#[derive(Debug)]
pub struct ProgressFolder {
    path: PathBuf,
    _lock: Lock,
}

impl ProgressFolder {
    /// Opens it; makes it if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::Io`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        durable::make_folder(path)?;
        let lock = Lock::acquire(&path.join(LOCK))?;
        Ok(Self { path: path.into(), _lock: lock })
    }

    /// Where the file `progress` is.
    pub fn progress(&self) -> PathBuf {
        self.path.join(PROGRESS)
    }

    /// What was last kept; nothing where nothing was. More than [`MAX_PROGRESS_BYTES`] are cut, and where its first line is
    /// another, all after as many bytes. What is returned would survive a power cut.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn read(&self, first_line: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.progress();
        let io = StoreError::io(&path);
        let Some(mut file) = self.open_progress()? else { return Ok(None) };
        let (begins, mut bytes) = (format!("{first_line}\n"), Vec::new());
        file.by_ref().take(begins.len() as u64).read_to_end(&mut bytes).map_err(&io)?;
        if bytes == begins.as_bytes() {
            file.read_to_end(&mut bytes).map_err(&io)?;
        }
        // A kill right after it got there may have come before that was durable.
        durable::sync_folder(&self.path)?;
        Ok(Some(bytes))
    }

    fn open_progress(&self) -> Result<Option<Take<File>>, StoreError> {
        let path = self.progress();
        match plain::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io(&path)(error)),
            Ok(file) => Ok(Some(file.take(MAX_PROGRESS_BYTES))),
        }
    }

    /// Keeps something in place of what was kept before, whole or not at all. Durable on return.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn replace(&self, bytes: &[u8]) -> Result<(), StoreError> {
        durable::replace(&self.path.join(TEMPORARY), &self.progress(), bytes).map(drop)
    }

    /// Keeps files in a folder of that name under `evidence`, all or none, unless it is there: evidence is never
    /// replaced. Durable on return. Returns the folder.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn keep_evidence(&self, name: &str, files: &[(&str, &[u8])]) -> Result<PathBuf, StoreError> {
        let mut files = files.to_vec();
        self.keep_files(name, files.iter_mut().map(|(name, bytes)| (*name, bytes as &mut dyn Read)))
    }

    /// Keeps what was last kept, whatever it is, under `evidence` too, in a folder named for its hash. Durable on return.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn keep_damaged(&self) -> Result<(), StoreError> {
        let Some(mut file) = self.open_progress()? else { return Ok(()) };
        let (mut hasher, mut buffer, path) = (Hasher::default(), vec![0; 1 << 16], self.progress());
        loop {
            let read = match file.read(&mut buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                read => read.map_err(StoreError::io(&path))?,
            };
            match buffer.get(..read) {
                None | Some([]) => break,
                Some(bytes) => hasher.update(bytes),
            }
        }
        let digest = hasher.finish().to_string();
        let name = format!("damaged-{}", digest.get(..16).unwrap_or_default());
        let Some(mut file) = self.open_progress()? else { return Ok(()) };
        self.keep_files(&name, [(PROGRESS, &mut file as &mut dyn Read)]).map(drop)
    }

    fn keep_files<'f>(
        &self,
        name: &str,
        files: impl IntoIterator<Item = (&'f str, &'f mut dyn Read)>,
    ) -> Result<PathBuf, StoreError> {
        let kept = self.path.join(EVIDENCE);
        plain::check_folder(&kept).map_err(StoreError::io(&kept))?;
        let target = kept.join(name);
        if target.is_dir() {
            // A kill right after it got there may have come before that was durable.
            durable::sync_folder(&kept)?;
            return Ok(target);
        }
        let temporary = self.path.join(format!("{EVIDENCE}-{TEMPORARY}"));
        match fs::remove_dir_all(&temporary) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(StoreError::io(&temporary)(error)),
            _ => durable::make_folder(&temporary)?,
        }
        for (name, content) in files {
            let path = temporary.join(name);
            let mut file = plain::create(&path).map_err(StoreError::io(&path))?;
            io::copy(content, &mut file).and_then(|_| file.sync_all()).map_err(StoreError::io(&path))?;
        }
        durable::sync_folder(&temporary)?;
        durable::settle(&temporary, &target)?;
        Ok(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_whole_or_not_at_all() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("a/b");
        let folder = ProgressFolder::open(&path).unwrap();
        assert_eq!(ProgressFolder::open(&path).unwrap_err().code(), "ledger-locked");
        assert_eq!(folder.read("v1").unwrap(), None);
        folder.replace(b"v1\none").unwrap();
        // What a kill leaves of a write is written over, and never read.
        fs::write(path.join(TEMPORARY), "torn and longer").unwrap();
        assert_eq!(folder.read("v1").unwrap().unwrap(), b"v1\none");
        folder.replace(b"v1\ntwo").unwrap();
        drop(folder);
        assert_eq!(ProgressFolder::open(&path).unwrap().read("v1").unwrap().unwrap(), b"v1\ntwo");
    }

    #[test]
    fn of_another_file_no_more_is_read_than_shows_it() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = ProgressFolder::open(temporary.path()).unwrap();
        folder.replace(b"v2\none").unwrap();
        assert_eq!(folder.read("v1").unwrap().unwrap(), b"v2\n");
        // Nothing but its length.
        File::create(folder.progress()).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(folder.read("v1").unwrap().unwrap(), [0; 3]);
    }

    #[test]
    fn evidence_is_kept_once() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = ProgressFolder::open(temporary.path()).unwrap();
        fs::create_dir(temporary.path().join("evidence-tmp")).unwrap();
        fs::write(temporary.path().join("evidence-tmp/torn"), "").unwrap();
        let kept = folder.keep_evidence("x", &[("first", b"1"), ("second", b"2")]).unwrap();
        assert_eq!(folder.keep_evidence("x", &[("first", b"other")]).unwrap(), kept);
        assert_eq!(fs::read(kept.join("first")).unwrap(), b"1");
        assert_eq!(fs::read_dir(&kept).unwrap().count(), 2);
    }
}
