//! What is put right when a ledger's folder is opened for writing.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{Seek as _, SeekFrom};
use std::path::Path;

use super::acknowledged::{ACKNOWLEDGED, Acknowledged};
use super::folder::{CHECKPOINT, CHECKPOINTS, Folder, TAIL, TEMPORARY, list};
use super::publish;
use super::snapshot::{Snapshot, TailFile};
use super::tail::{LeftBy, Rest, whole_entries};
use super::unfinished;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::tile::{TILE_WIDTH, Tile, TileKind, tiles};
use crate::storage::bundle::PRIVATE;
use crate::storage::durable;
use crate::storage::plain;
use crate::storage::store::{Log as _, StoreError};

/// What was found unfinished at an opening, and finished or dropped. Nothing of it was ever acknowledged: where that cannot be
/// said, the ledger does not open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Bytes at the end of the tail that a write had left which was cut short. They are gone.
    pub dropped_bytes: u64,
    /// Whether the tail still held the entries of a bundle that was full, or there was none: a new one was begun.
    pub renewed_tail: bool,
    /// Full hash tiles that were missing, and made again from the entries.
    pub rewritten_tiles: Vec<Tile>,
    /// The size of a checkpoint that was kept and not yet shown as the latest, or shown and not kept. It is both now, unless
    /// that makes another the latest, which waits for [`Store::finish_publishing`](crate::storage::store::Store).
    pub unfinished_checkpoint: Option<u64>,
    /// Why it cannot be noted how far was acknowledged, if it cannot: entries that a disk loses, and no checkpoint promises,
    /// will then not be missed.
    pub unnoted: Option<String>,
}

impl Recovery {
    /// Whether the ledger was closed in order, with nothing left to do.
    pub fn is_clean(&self) -> bool {
        *self == Self::default()
    }
}

/// A folder that was put right.
pub(super) struct Recovered {
    /// Its tail, open at its end.
    pub(super) tail: File,
    /// Up to which size everybody is shown a checkpoint, where the snapshot's latest replaces a file before it is shown.
    pub(super) shown: Option<u64>,
    pub(super) recovery: Recovery,
}

/// Checks that nothing is in the folder but what an interrupted creation leaves there: of the tail, no more than a part of
/// its first entry.
pub(super) fn check_empty(folder: &Folder) -> Result<(), StoreError> {
    let left = |name: &String| name == TAIL || PRIVATE.contains(&name.as_str());
    let tail = folder.tail()?.unwrap_or_default();
    let acknowledged = Acknowledged::read(folder).is_some_and(|noted| noted.size > 0);
    let begun = !acknowledged && whole_entries(&tail, 0).next().is_none();
    if begun && list(&folder.0)?.iter().all(left) { Ok(()) } else { Err(StoreError::Exists(folder.0.clone())) }
}

/// Puts the folder right. Changes nothing where entries that a checkpoint promises are lost.
///
/// Whatever the page cache held when the last writer ended was read as if it were on the disk; it is made so before anything
/// is built on it.
pub(super) fn recover(snapshot: &mut Snapshot, tail: TailFile) -> Result<Recovered, StoreError> {
    let acknowledged = Acknowledged::read(&snapshot.folder);
    let unfinished = unfinished::find(snapshot, acknowledged)?;
    let latest = unfinished.as_ref().map(|unfinished| &unfinished.published).or(snapshot.latest.as_ref());
    let promised = latest.map_or(0, |latest| latest.checkpoint.size);
    check_whole(snapshot, &tail.rest, promised, acknowledged)?;
    check_partial(snapshot, &tail)?;
    empty_temporary(&snapshot.folder)?;
    // Whoever put the folder there may have been killed before that was durable.
    durable::sync_place(&snapshot.folder.0)?;
    // No hash tile may outlive the entries that it is made of again.
    sync(&snapshot.folder, snapshot.base.bundles, [TileKind::Entries].into_iter())?;
    let rewritten_tiles = rewrite_tiles(&snapshot.folder, snapshot.base.bundles)?;
    sync(&snapshot.folder, snapshot.base.bundles, (0..8).map(TileKind::Hashes))?;
    let renewed_tail = tail.stale > 0 || !tail.exists;
    let in_place = !renewed_tail && is_durable(snapshot, acknowledged);
    let file = if in_place { reopen_tail(snapshot)? } else { renew_tail(snapshot)? };
    let shown = snapshot.latest.as_ref().map_or(0, |latest| latest.checkpoint.size);
    let unfinished_checkpoint = unfinished.as_ref().map(|unfinished| unfinished.published.checkpoint.size);
    let mut replaces = false;
    if let Some(unfinished) = unfinished {
        replaces = unfinished.replaces;
        // Of other entries, it is for whoever opens the ledger to refuse.
        if !replaces && unfinished::is_of_entries(snapshot, &unfinished.published)? {
            unfinished::finish(snapshot, &unfinished.published)?;
        }
        snapshot.latest = Some(unfinished.published);
    }
    if let [.., earlier, later] = snapshot.checkpoints()?.as_slice() {
        publish::prune(&snapshot.folder, *earlier, *later);
    }
    let dropped_bytes = tail.rest.bytes;
    let recovery = Recovery { dropped_bytes, renewed_tail, rewritten_tiles, unfinished_checkpoint, unnoted: None };
    Ok(Recovered { tail: file, shown: replaces.then_some(shown), recovery })
}

/// Checks that the tail has what a partial entry bundle repeats of it: that is written when all of its entries are durable.
fn check_partial(snapshot: &Snapshot, tail: &TailFile) -> Result<(), StoreError> {
    let (folder, intact) = (&snapshot.folder, snapshot.size());
    let widest = folder.widest_partial(snapshot.base.bundles)?.filter(|_| tail.exists);
    match widest.filter(|widest| usize::from(widest.width) > snapshot.tail.len()) {
        Some(widest) => {
            let found = if tail.rest.bytes == 0 { "the end" } else { "something else" };
            let found = format!("{found}, though {} has {} entries", widest.path(), widest.width);
            Err(StoreError::TailBroken { path: folder.path(TAIL), intact, at: tail.rest.at, found })
        }
        None => Ok(()),
    }
}

/// Checks that nothing is missing that was promised or acknowledged.
pub(super) fn check_whole(
    snapshot: &Snapshot,
    rest: &Rest,
    promised: u64,
    acknowledged: Option<Acknowledged>,
) -> Result<(), StoreError> {
    let (folder, intact) = (&snapshot.folder, snapshot.size());
    let broken = |found: String| Err(StoreError::TailBroken { path: folder.path(TAIL), intact, at: rest.at, found });
    match (&rest.left_by, acknowledged) {
        (LeftBy::Damage(found), _) => return broken(found.clone()),
        // Those entries may have been acknowledged.
        (LeftBy::Hole(whole), None) => return broken(format!("zeros, and {whole} whole entries after them")),
        _ if intact < promised => return Err(StoreError::EntriesLost { path: folder.0.clone(), intact, promised }),
        _ => {}
    }
    let Some(Acknowledged { size, head, published }) = acknowledged else { return Ok(()) };
    if intact < size {
        let found = if rest.bytes == 0 { "the end" } else { "something else" };
        return broken(format!("{found}, though {size} entries were acknowledged"));
    }
    if let Some(last) = size.checked_sub(1) {
        let found = snapshot.entry(last)?.map_or(Hash::ZERO, |entry| Hash::leaf(&entry));
        if found != head {
            let (width, index) = (TILE_WIDTH, last / u64::from(TILE_WIDTH));
            let bundle = Tile { kind: TileKind::Entries, index, width };
            let path = if index < snapshot.base.bundles { folder.path(&bundle.path()) } else { folder.path(TAIL) };
            let expected = format!("leaf hash {head}, as acknowledged");
            let fault = Fault::new(Code::EntryBundleMismatch, expected, found.to_string()).at(last);
            return Err(StoreError::damaged(&path)(fault));
        }
    }
    if promised < published {
        let expected = format!("the checkpoint of {published} entries that was published");
        let fault = Fault::new(Code::CheckpointStale, expected, format!("one of {promised}"));
        return Err(StoreError::damaged(&folder.path(CHECKPOINT))(fault));
    }
    Ok(())
}

fn empty_temporary(folder: &Folder) -> Result<(), StoreError> {
    let temporary = folder.path(TEMPORARY);
    durable::make_folder(&temporary)?;
    let io = StoreError::io(&temporary);
    for item in fs::read_dir(&temporary).map_err(&io)? {
        let item = item.map_err(&io)?;
        let (path, kind) = (item.path(), item.file_type().map_err(&io)?);
        let removed = match kind {
            kind if kind.is_file() && item.file_name() == ACKNOWLEDGED => continue,
            kind if kind.is_dir() => fs::remove_dir_all(&path),
            _ => fs::remove_file(&path),
        };
        removed.map_err(StoreError::io(&path))?;
    }
    Ok(())
}

fn rewrite_tiles(folder: &Folder, bundles: u64) -> Result<Vec<Tile>, StoreError> {
    let full = |tile: &Tile| tile.width == TILE_WIDTH && tile.kind != TileKind::Entries;
    let size = bundles.saturating_mul(TILE_WIDTH.into());
    let (mut there, mut missing) = (BTreeMap::new(), Vec::new());
    for tile in tiles(size).filter(full) {
        let there = match there.entry(tile.kind) {
            Entry::Occupied(listed) => listed.into_mut(),
            Entry::Vacant(unlisted) => unlisted.insert(folder.full_tiles(tile.kind)?),
        };
        if !there.contains(&tile.index) {
            missing.push(tile);
        }
    }
    for tile in &missing {
        let bytes: Vec<u8> = folder.hashes(tile)?.iter().flat_map(|hash| hash.0).collect();
        durable::replace(&folder.temporary("tile"), &folder.path(&tile.path()), &bytes)?;
    }
    Ok(missing)
}

/// Makes durable which files of those kinds there are, where the last writer can have left that open, and which checkpoints.
fn sync(folder: &Folder, bundles: u64, kinds: impl Iterator<Item = TileKind>) -> Result<(), StoreError> {
    let size = bundles.saturating_mul(TILE_WIDTH.into());
    let last = |kind| tiles(size).filter(move |tile| tile.kind == kind && tile.width == TILE_WIDTH).last();
    let files = kinds.filter_map(last).map(|tile| folder.path(&tile.path())).chain([folder.path(CHECKPOINT)]);
    let checkpoints = [folder.path(CHECKPOINTS)].into_iter().filter(|path| path.is_dir());
    let mut folders: BTreeSet<_> = checkpoints.collect();
    for file in files {
        let above = file.ancestors().skip(1).take_while(|path| path.starts_with(&folder.0));
        folders.extend(above.map(Path::to_path_buf));
    }
    folders.iter().try_for_each(|path| durable::sync_folder(path))
}

/// Whether the tail's entries are known to be on the disk. Of others, a flush that failed may have left pages that are read
/// and never written: the kernel takes them for written then, and no later flush tries again.
fn is_durable(snapshot: &Snapshot, acknowledged: Option<Acknowledged>) -> bool {
    let exactly = |noted: Acknowledged| (noted.size, noted.head) == (snapshot.tree.size(), snapshot.head);
    snapshot.tail.bytes().is_empty() || acknowledged.is_some_and(exactly)
}

fn renew_tail(snapshot: &Snapshot) -> Result<File, StoreError> {
    let folder = &snapshot.folder;
    durable::replace(&folder.temporary(TAIL), &folder.path(TAIL), snapshot.tail.bytes())
}

fn reopen_tail(snapshot: &Snapshot) -> Result<File, StoreError> {
    let path = snapshot.folder.path(TAIL);
    let reopen = || {
        let mut file = plain::open_as(OpenOptions::new().write(true), &path)?;
        file.set_len(snapshot.tail.bytes().len() as u64)?;
        file.sync_all()?;
        file.seek(SeekFrom::End(0))?;
        Ok(file)
    };
    reopen().map_err(StoreError::io(&path))
}
