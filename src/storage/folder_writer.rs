//! Writes a bundle as a folder.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::bundle::Trouble;
use super::bundle_writer::{BundleWriter, Written, parent, pump, sync_folder};
use super::name;

/// How the name of a folder ends that is not finished, and how many random characters stand before that.
const UNFINISHED: &str = ".partial";
const RANDOM: usize = 6;

/// Writes a bundle as a folder.
pub struct FolderWriter {
    target: PathBuf,
    folder: TempDir,
    /// Every folder made, by its path; a folder sorts before what is in it.
    folders: BTreeSet<PathBuf>,
    written: Written,
}

impl FolderWriter {
    /// Starts a folder beside the target.
    ///
    /// # Errors
    /// [`Trouble::Io`], of kind `AlreadyExists` if there is anything at the target but an empty folder.
    pub fn create(target: &Path) -> Result<Self, Trouble> {
        Self::create_as(target, ".candour-")
    }

    /// The same, where the folder's name begins like that until it is finished.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub(crate) fn create_as(target: &Path, prefix: &str) -> Result<Self, Trouble> {
        let io = |source| Trouble::io(target, source);
        if target.symlink_metadata().is_ok() {
            let empty =
                target.symlink_metadata().map_err(io)?.is_dir() && target.read_dir().map_err(io)?.next().is_none();
            if !empty {
                return Err(io(io::ErrorKind::AlreadyExists.into()));
            }
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(prefix).suffix(UNFINISHED).rand_bytes(RANDOM);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755));
        let folder = builder.tempdir_in(parent(target)).map_err(io)?;
        Ok(Self { target: target.into(), folder, folders: BTreeSet::new(), written: Written::default() })
    }

    /// Removes what writers left beside a target that were killed, whose folders' names began like that. Nobody else may be
    /// writing such a one.
    ///
    /// # Errors
    /// [`Trouble::Io`].
    pub(crate) fn remove_unfinished(target: &Path, prefix: &str) -> Result<(), Trouble> {
        let folder = parent(target);
        let io = |source| Trouble::io(folder, source);
        for item in folder.read_dir().map_err(io)? {
            let item = item.map_err(io)?;
            let name = item.file_name().to_string_lossy().into_owned();
            let random = name.strip_prefix(prefix).and_then(|name| name.strip_suffix(UNFINISHED));
            let random = random.is_some_and(|it| it.len() == RANDOM && it.chars().all(char::is_alphanumeric));
            if random && item.file_type().map_err(io)?.is_dir() {
                fs::remove_dir_all(item.path()).map_err(|source| Trouble::io(&item.path(), source))?;
            }
        }
        Ok(())
    }

    /// Where it is written meanwhile.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Adds a file that what was added led to, in any order.
    ///
    /// # Errors
    /// As [`BundleWriter::add`]; [`Trouble::Io`] where there is a file of that name.
    pub fn supply(&mut self, name: &str, content: &mut dyn Read) -> Result<(), Trouble> {
        name::check(name)?;
        self.write(name, content)
    }

    /// Takes a file back that was supplied, if one was.
    ///
    /// # Errors
    /// `bundle-path-unsafe`; [`Trouble::Io`].
    pub(crate) fn take_back(&mut self, name: &str) -> Result<(), Trouble> {
        name::check(name)?;
        let path = self.folder.path().join(name);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(Trouble::io(&path, source)),
            _ => Ok(()),
        }
    }

    fn write(&mut self, name: &str, content: &mut dyn Read) -> Result<(), Trouble> {
        let path = self.folder.path().join(name);
        let io = |source| Trouble::io(&path, source);
        if self.folders.insert(parent(&path).into()) {
            fs::create_dir_all(parent(&path)).map_err(io)?;
            let above = parent(&path).ancestors().take_while(|above| above.starts_with(self.folder.path()));
            self.folders.extend(above.map(PathBuf::from));
        }
        let mut file = File::create_new(&path).map_err(io)?;
        pump(name, content, &mut file, &path)?;
        // On Linux, all of them at once at the end: waiting for each takes longer than writing it.
        #[cfg(not(target_os = "linux"))]
        file.sync_all().map_err(io)?;
        Ok(())
    }
}

impl BundleWriter for FolderWriter {
    fn add(&mut self, name: &str, content: &mut dyn Read) -> Result<(), Trouble> {
        self.written.push(name, &self.target)?;
        self.write(name, content)?;
        self.written.complete();
        Ok(())
    }

    fn finish(mut self) -> Result<(), Trouble> {
        self.written.finish(&self.target)?;
        #[cfg(target_os = "linux")]
        sync_disk(self.folder.path())?;
        #[cfg(not(target_os = "linux"))]
        for folder in self.folders.iter().rev() {
            sync_folder(folder)?;
        }
        // Renaming replaces an empty folder, and fails on anything else that has come to be there.
        fs::rename(self.folder.path(), &self.target).map_err(|source| Trouble::io(&self.target, source))?;
        self.folder.disable_cleanup(true);
        sync_folder(parent(&self.target))
    }
}

/// Makes everything durable that was written to the disk on which a folder is. That it could not be written is said since
/// Linux 5.8.
#[cfg(target_os = "linux")]
fn sync_disk(folder: &Path) -> Result<(), Trouble> {
    let synced = File::open(folder).and_then(|folder| Ok(rustix::fs::syncfs(folder)?));
    synced.map_err(|source| Trouble::io(folder, source))
}
