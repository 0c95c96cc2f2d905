//! A bundle in a folder. A live ledger's own folder is one too.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::bundle::{Bundle, FaultList, MAX_FILE_BYTES, Trouble, check_count, is_private, too_large};
use super::layout::TAIL;
use super::name;
use crate::core::fault::{Code, Fault};

/// What a writer locks, and leaves there.
const LOCK: &str = "lock";

/// A bundle in a folder. Links inside it are never followed, and nothing but regular files is opened.
///
/// Nobody but the ledger that lives there is expected to change the folder meanwhile: between the look at a file and
/// its opening, somebody who may write there could put a link in its place.
#[derive(Clone, Debug)]
pub struct FolderBundle {
    root: PathBuf,
}

impl FolderBundle {
    /// Opens the folder, which may itself be reached by a link. Reads nothing yet.
    ///
    /// # Errors
    /// [`Trouble::Io`] if there is no folder at the path.
    pub fn open(root: &Path) -> Result<Self, Trouble> {
        let metadata = root.metadata().map_err(|source| Trouble::io(root, source))?;
        if !metadata.is_dir() {
            return Err(Trouble::io(root, ErrorKind::NotADirectory.into()));
        }
        Ok(Self { root: root.into() })
    }

    /// Lists one folder: files go to `files`, folders to `folders`.
    fn list(&self, folder: &str, found: &mut Found) -> Result<(), Trouble> {
        let path = self.locate(folder);
        let io = |source| Trouble::io(&path, source);
        let items = match path.read_dir() {
            // A live ledger lets go of partial tiles once the full one is there.
            Err(error) if error.kind() == ErrorKind::NotFound && !folder.is_empty() => return Ok(()),
            items => items.map_err(io)?,
        };
        for item in items {
            let item = item.map_err(io)?;
            let kind = item.file_type().map_err(|source| Trouble::io(&item.path(), source))?;
            let segment = item.file_name();
            let mut bytes = folder.as_bytes().to_vec();
            if !folder.is_empty() {
                bytes.push(b'/');
            }
            bytes.extend_from_slice(segment.as_encoded_bytes());
            if folder.is_empty() && segment.to_str().is_some_and(is_private) {
                continue;
            }
            found.seen += u64::from(!kind.is_dir());
            match name::parse(&bytes) {
                Err(fault) => found.faults.push(fault),
                Ok(name) if kind.is_dir() => found.folders.push(name.into()),
                Ok(name) => {
                    if !kind.is_file() {
                        found.faults.push(not_regular(name, kind.is_symlink()));
                    }
                    // Whatever it is, its name may clash with another.
                    found.files.push(name.into());
                }
            }
            check_count(found.seen)?;
        }
        Ok(())
    }

    /// What is at the name, no link followed on the way; `None` if nothing is, or a folder.
    fn look(&self, name: &str) -> Result<Option<Metadata>, Trouble> {
        let ends = name.match_indices('/').map(|(at, _)| at).chain([name.len()]);
        for part in ends.filter_map(|end| name.get(..end)) {
            let path = self.locate(part);
            let metadata = match path.symlink_metadata() {
                Ok(metadata) => metadata,
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                    return Ok(None);
                }
                Err(source) => return Err(Trouble::io(&path, source)),
            };
            if !metadata.is_file() && !metadata.is_dir() {
                return Err(not_regular(part, metadata.is_symlink()).into());
            }
            if part.len() == name.len() {
                return Ok(Some(metadata).filter(Metadata::is_file));
            }
        }
        Ok(None)
    }
}

impl Bundle for FolderBundle {
    fn names(&self) -> Result<Vec<String>, Trouble> {
        let mut found = Found { folders: vec![String::new()], ..Found::default() };
        while let Some(folder) = found.folders.pop() {
            self.list(&folder, &mut found)?;
        }
        let Found { mut files, mut faults, .. } = found;
        faults.push_clashes(files.iter().map(String::as_str));
        faults.finish()?;
        files.sort_unstable();
        Ok(files)
    }

    fn open(&self, name: &str) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
        name::check(name)?;
        if is_private(name) {
            return Ok(None);
        }
        let Some(metadata) = self.look(name)? else { return Ok(None) };
        if metadata.len() > MAX_FILE_BYTES {
            return Err(too_large(MAX_FILE_BYTES, format!("{}", metadata.len())).in_file(name).into());
        }
        let path = self.locate(name);
        match File::open(&path) {
            Ok(file) => Ok(Some(Box::new(file.take(MAX_FILE_BYTES)))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Trouble::io(&path, source)),
        }
    }

    fn is_live(&self) -> bool {
        // A folder that is published into has a lock too, and never a tail.
        let is_file = |name| self.root.join(name).symlink_metadata().is_ok_and(|metadata| metadata.is_file());
        is_file(LOCK) && is_file(TAIL)
    }

    fn open_up_to(&self, name: &str, limit: u64) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
        Ok(self.open(name)?.map(|file| Box::new(file.take(limit)) as _))
    }

    fn locate(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.root.clone() } else { self.root.join(name) }
    }
}

/// What the walk has found so far.
#[derive(Default)]
struct Found {
    files: Vec<String>,
    /// Still to be listed.
    folders: Vec<String>,
    faults: FaultList,
    /// How many there are but for folders.
    seen: u64,
}

fn not_regular(name: &str, link: bool) -> Fault {
    let found = if link { "a symbolic link" } else { "a device, a pipe or a socket" };
    Fault::new(Code::BundleSymlink, "a regular file", found).in_file(name)
}

#[cfg(test)]
mod tests;
