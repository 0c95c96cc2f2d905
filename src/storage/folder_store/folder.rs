//! The files of a ledger's folder, by their names in FORMAT.md, section 5.

use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::note::MAX_NOTE_BYTES;
use crate::core::policy::MAX_POLICY_BYTES;
use crate::core::tile::{MAX_ENTRY_BYTES, TILE_WIDTH, Tile, TileKind, push_entry, subtree};
use crate::storage::lock::Lock;
use crate::storage::plain;
use crate::storage::store::StoreError;

/// The latest checkpoint.
pub(super) const CHECKPOINT: &str = "checkpoint";
/// The folder of every checkpoint published.
pub(super) const CHECKPOINTS: &str = "checkpoints";
/// The entries after the last full entry bundle.
pub(super) const TAIL: &str = "tail";
/// What the writer locks. Private.
pub(super) const LOCK: &str = "lock";
/// The folder where files are written before they get their names. Private, and emptied at every opening for writing.
pub(super) const TEMPORARY: &str = "tmp";
/// What a publisher keeps among the temporary files of the folder that it publishes into.
const PUBLISHERS: [&str; 2] = ["history", "runs"];
/// The policy that every checkpoint must meet. Private.
pub(super) const WITNESSES: &str = "witnesses";

/// Bytes of an entry bundle, or of the tail, at most: 256 entries of the greatest size, each with its length.
const MAX_BUNDLE_BYTES: u64 = TILE_WIDTH as u64 * (2 + MAX_ENTRY_BYTES as u64);
/// Bytes of a hash tile.
const MAX_TILE_BYTES: u64 = TILE_WIDTH as u64 * Hash::LENGTH as u64;
/// Bytes of a checkpoint, at most.
const MAX_CHECKPOINT_BYTES: u64 = MAX_NOTE_BYTES as u64;

/// A ledger's folder. Reading through it changes nothing.
#[derive(Clone, Debug)]
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    /// Takes the folder for writing, by nobody else until the lock is dropped.
    ///
    /// # Errors
    /// [`StoreError::Locked`]; [`StoreError::Site`]; [`StoreError::Io`], also where its private parts are elsewhere.
    pub(super) fn take(&self) -> Result<Lock, StoreError> {
        let temporary = self.path(TEMPORARY);
        plain::check_folder(&temporary).map_err(StoreError::io(&temporary))?;
        if list(&temporary)?.iter().any(|name| PUBLISHERS.contains(&name.as_str())) {
            return Err(StoreError::Site(self.0.clone()));
        }
        Lock::acquire(&self.path(LOCK))
    }

    /// The path of a file, by its name in the bundle.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The path of a file that is being written.
    pub(super) fn temporary(&self, name: &str) -> PathBuf {
        self.0.join(TEMPORARY).join(name)
    }

    /// A small file among the temporary ones.
    pub(super) fn noted(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(&format!("{TEMPORARY}/{name}"), MAX_CHECKPOINT_BYTES)
    }

    /// The path of an attachment.
    pub(super) fn attachment(&self, sha256: &Hash) -> PathBuf {
        self.path(&format!("attachments/sha256/{sha256}"))
    }

    /// Whether there is a ledger in it.
    pub(super) fn holds_ledger(&self) -> bool {
        [TAIL, "tile", CHECKPOINT].iter().any(|name| self.path(name).exists())
    }

    /// The tail's bytes, if there is a tail.
    pub(super) fn tail(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(TAIL, MAX_BUNDLE_BYTES)
    }

    /// The bytes of the policy that every checkpoint must meet, if there is one.
    pub(super) fn witnesses(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(WITNESSES, MAX_POLICY_BYTES as u64)
    }

    /// The latest checkpoint's bytes.
    pub(super) fn checkpoint(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(CHECKPOINT, MAX_CHECKPOINT_BYTES)
    }

    /// The bytes of the checkpoint of that size.
    pub(super) fn checkpoint_at(&self, size: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(&format!("{CHECKPOINTS}/{size}"), MAX_CHECKPOINT_BYTES)
    }

    /// The sizes of all checkpoints, ascending.
    pub(super) fn checkpoints(&self) -> Result<Vec<u64>, StoreError> {
        let sized = |name: &String| name.parse().ok().filter(|size: &u64| size.to_string() == *name);
        let mut sizes: Vec<_> = list(&self.path(CHECKPOINTS))?.iter().filter_map(sized).collect();
        sizes.sort_unstable();
        Ok(sizes)
    }

    /// Whether there is a full tile of that name.
    pub(super) fn has(&self, tile: &Tile) -> bool {
        self.path(&tile.path()).is_file()
    }

    /// Which full tiles of a kind there are: by listing folders, of which there are few, not by asking for each file.
    pub(super) fn full_tiles(&self, kind: TileKind) -> Result<BTreeSet<u64>, StoreError> {
        let first = Tile { kind, index: 0, width: TILE_WIDTH }.path();
        let folder = first.rsplit_once('/').map_or("", |(folder, _)| folder);
        let (mut found, mut folders) = (BTreeSet::new(), vec![folder.to_owned()]);
        while let Some(folder) = folders.pop() {
            for item in list(&self.path(&folder))? {
                let name = format!("{folder}/{item}");
                match Tile::parse(&name) {
                    Some(Tile { width: TILE_WIDTH, index, .. }) => drop(found.insert(index)),
                    None if item.starts_with('x') => folders.push(name),
                    _ => {}
                }
            }
        }
        Ok(found)
    }

    /// How many full entry bundles there are.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if one is missing before the last.
    pub(super) fn count_bundles(&self) -> Result<u64, StoreError> {
        let bundles = self.full_tiles(TileKind::Entries)?;
        let (count, beyond) = (bundles.len() as u64, bundles.last().map_or(0, |last| last.saturating_add(1)));
        if beyond > count {
            let path = self.path("tile/entries");
            let found = format!("{count} of {beyond}");
            return Err(StoreError::damaged(&path)(Fault::new(Code::TileMissing, "every full entry bundle", found)));
        }
        Ok(count)
    }

    /// The widest partial entry bundle of that index, if there is one.
    pub(super) fn widest_partial(&self, index: u64) -> Result<Option<Tile>, StoreError> {
        let partial = |width| Tile { kind: TileKind::Entries, index, width };
        let path = partial(1).path();
        let folder = path.strip_suffix("/1").unwrap_or(&path);
        let named = |name: &String| Tile::parse(&format!("{folder}/{name}"));
        Ok(list(&self.path(folder))?.iter().filter_map(named).max())
    }

    /// The bytes of the widest partial entry bundle of that index, if there is one.
    pub(super) fn partial(&self, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(widest) = self.widest_partial(index)? else { return Ok(None) };
        let bytes = self.read(&widest.path(), MAX_BUNDLE_BYTES)?.unwrap_or_default();
        widest.entries(&bytes).map_err(StoreError::damaged(&self.path(&widest.path())))?;
        Ok(Some(bytes))
    }

    /// The bytes of a full entry bundle, which are those of 256 entries.
    pub(super) fn bundle(&self, index: u64) -> Result<Bundle, StoreError> {
        let tile = Tile { kind: TileKind::Entries, index, width: TILE_WIDTH };
        let bytes = self.tile(&tile, MAX_BUNDLE_BYTES)?;
        Ok(Bundle { path: self.path(&tile.path()), tile, bytes })
    }

    /// The hashes of a full tile. One that was never written, as the writer ended before, is made of what is below it.
    pub(super) fn hashes(&self, tile: &Tile) -> Result<Vec<Hash>, StoreError> {
        if self.has(tile) {
            let bytes = self.tile(tile, MAX_TILE_BYTES)?;
            return tile.hashes(&bytes).map_err(StoreError::damaged(&self.path(&tile.path())));
        }
        match tile.kind {
            TileKind::Entries => Ok(Vec::new()),
            TileKind::Hashes(0) => Ok(self.bundle(tile.index)?.entries()?.into_iter().map(Hash::leaf).collect()),
            TileKind::Hashes(level) => {
                let width = u64::from(TILE_WIDTH);
                let first = tile.index.saturating_mul(width);
                (first..first.saturating_add(width)).map(|index| self.tile_root(level - 1, index)).collect()
            }
        }
    }

    /// The hash of all that a full tile holds.
    pub(super) fn tile_root(&self, level: u8, index: u64) -> Result<Hash, StoreError> {
        let hashes = self.hashes(&Tile { kind: TileKind::Hashes(level), index, width: TILE_WIDTH })?;
        Ok(subtree(&hashes))
    }

    fn tile(&self, tile: &Tile, limit: u64) -> Result<Vec<u8>, StoreError> {
        let name = tile.path();
        let missing = || Fault::new(Code::TileMissing, "a full tile or entry bundle", "none");
        self.read(&name, limit)?.ok_or_else(|| StoreError::damaged(&self.path(&name))(missing()))
    }

    fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.path(name);
        let file = match plain::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let fault = plain::other(&error).map(|found| Fault::new(Code::BundleSymlink, "a regular file", found));
                return Err(fault.map_or_else(|| StoreError::io(&path)(error), StoreError::damaged(&path)));
            }
        };
        let mut bytes = Vec::new();
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(StoreError::io(&path))?;
        if bytes.len() as u64 > limit {
            let fault = Fault::new(Code::BundleTooLarge, format!("at most {limit} bytes"), "more");
            return Err(StoreError::damaged(&path)(fault));
        }
        Ok(Some(bytes))
    }
}

/// A full entry bundle that was read.
pub(super) struct Bundle {
    path: PathBuf,
    tile: Tile,
    bytes: Vec<u8>,
}

impl Bundle {
    /// Its entries.
    pub(super) fn entries(&self) -> Result<Vec<&[u8]>, StoreError> {
        self.tile.entries(&self.bytes).map_err(StoreError::damaged(&self.path))
    }

    /// The index of its first entry, and where it is kept.
    pub(super) fn start(&self) -> u64 {
        self.tile.index.saturating_mul(TILE_WIDTH.into())
    }

    /// Where it is kept.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// The encoding of these entries as an entry bundle.
pub(super) fn encode<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, Fault> {
    let mut bundle = Vec::new();
    entries.into_iter().try_for_each(|entry| push_entry(&mut bundle, entry))?;
    Ok(bundle)
}

/// The names in a folder; none where there is no folder.
pub(super) fn list(folder: &Path) -> Result<Vec<String>, StoreError> {
    let io = StoreError::io(folder);
    let items = match fs::read_dir(folder) {
        Ok(items) => items,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io(error)),
    };
    items.map(|item| Ok(item.map_err(&io)?.file_name().to_string_lossy().into_owned())).collect()
}
