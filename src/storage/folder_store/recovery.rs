//! What is put right when a ledger's folder is opened for writing.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{Seek as _, SeekFrom};
use std::path::Path;

use super::acknowledged::{ACKNOWLEDGED, Acknowledged};
use super::folder::{CHECKPOINT, CHECKPOINTS, Folder, TAIL, TEMPORARY, list};
use super::publish;
use super::snapshot::{Published, Snapshot, TailFile};
use super::tail::{LeftBy, Rest};
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::tile::{TILE_WIDTH, Tile, TileKind, tiles};
use crate::storage::durable;
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
    /// The size of a checkpoint that was kept and not yet shown as the latest, or shown and not kept. It is both now.
    pub finished_checkpoint: Option<u64>,
}

impl Recovery {
    /// Whether the ledger was closed in order, with nothing left to do.
    pub fn is_clean(&self) -> bool {
        *self == Self::default()
    }
}

/// Puts the folder right and returns its tail, open at its end. Changes nothing where entries that a checkpoint promises
/// are lost.
///
/// Whatever the page cache held when the last writer was killed was read as if it were on the disk; it is made so
/// before anything is built on it.
pub(super) fn recover(snapshot: &mut Snapshot, tail: TailFile) -> Result<(File, Recovery), StoreError> {
    let unfinished = unfinished_checkpoint(snapshot)?;
    let promised = unfinished.as_ref().or(snapshot.latest.as_ref()).map_or(0, |latest| latest.checkpoint.size);
    check_whole(snapshot, &tail.rest, promised, Acknowledged::read(&snapshot.folder))?;
    empty_temporary(&snapshot.folder)?;
    let rewritten_tiles = rewrite_tiles(&snapshot.folder, snapshot.base.bundles)?;
    sync(&snapshot.folder, snapshot.base.bundles)?;
    let renewed_tail = tail.stale > 0 || !tail.exists;
    let file = if renewed_tail { renew_tail(snapshot)? } else { reopen_tail(snapshot)? };
    let finished_checkpoint = unfinished.as_ref().map(|published| published.checkpoint.size);
    if let Some(published) = unfinished {
        publish::write(snapshot, None, &published)?;
        snapshot.latest = Some(published);
    }
    if let [.., earlier, later] = snapshot.checkpoints()?.as_slice() {
        publish::prune(&snapshot.folder, *earlier, *later)?;
    }
    Ok((file, Recovery { dropped_bytes: tail.rest.bytes, renewed_tail, rewritten_tiles, finished_checkpoint }))
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

/// The checkpoint of the greatest size, if it is not both the one shown as the latest and kept under its size.
fn unfinished_checkpoint(snapshot: &Snapshot) -> Result<Option<Published>, StoreError> {
    let (folder, latest) = (&snapshot.folder, snapshot.latest.as_ref());
    let Some(size) = folder.checkpoints()?.pop() else { return Ok(latest.cloned()) };
    if latest.is_some_and(|latest| latest.checkpoint.size > size) {
        return Ok(latest.cloned());
    }
    let bytes = folder.checkpoint_at(size)?.unwrap_or_default();
    if latest.is_some_and(|latest| latest.checkpoint.size == size && latest.bytes == bytes) {
        return Ok(None);
    }
    let path = folder.path(CHECKPOINTS).join(size.to_string());
    let published = Published::parse(bytes).map_err(StoreError::damaged(&path))?;
    if published.checkpoint.size != size {
        let found = format!("size {}", published.checkpoint.size);
        let fault = Fault::new(Code::CheckpointSizeMismatch, format!("size {size}"), found);
        return Err(StoreError::damaged(&path)(fault));
    }
    Ok(Some(published))
}

fn empty_temporary(folder: &Folder) -> Result<(), StoreError> {
    let temporary = folder.path(TEMPORARY);
    durable::make_folder(&temporary)?;
    for name in list(&temporary)?.into_iter().filter(|name| name != ACKNOWLEDGED) {
        let path = temporary.join(name);
        fs::remove_file(&path).map_err(StoreError::io(&path))?;
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

/// Makes durable which files there are, where the last writer can have left that open.
fn sync(folder: &Folder, bundles: u64) -> Result<(), StoreError> {
    let size = bundles.saturating_mul(TILE_WIDTH.into());
    let last = |kind| tiles(size).filter(move |tile| tile.kind == kind && tile.width == TILE_WIDTH).last();
    let kinds = (0..8).map(TileKind::Hashes).chain([TileKind::Entries]);
    let files = kinds.filter_map(last).map(|tile| folder.path(&tile.path())).chain([folder.path(CHECKPOINT)]);
    let checkpoints = [folder.path(CHECKPOINTS)].into_iter().filter(|path| path.is_dir());
    let mut folders: BTreeSet<_> = checkpoints.collect();
    for file in files {
        let above = file.ancestors().skip(1).take_while(|path| path.starts_with(&folder.0));
        folders.extend(above.map(Path::to_path_buf));
    }
    folders.iter().try_for_each(|path| durable::sync_folder(path))
}

fn renew_tail(snapshot: &Snapshot) -> Result<File, StoreError> {
    let folder = &snapshot.folder;
    durable::replace(&folder.temporary(TAIL), &folder.path(TAIL), snapshot.tail.bytes())
}

fn reopen_tail(snapshot: &Snapshot) -> Result<File, StoreError> {
    let path = snapshot.folder.path(TAIL);
    let reopen = || {
        let mut file = OpenOptions::new().write(true).open(&path)?;
        file.set_len(snapshot.tail.bytes().len() as u64)?;
        file.sync_all()?;
        file.seek(SeekFrom::End(0))?;
        Ok(file)
    };
    reopen().map_err(StoreError::io(&path))
}
