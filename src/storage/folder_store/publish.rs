//! How a checkpoint gets into the folder, and what may leave it then.

use std::fs;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::Path;

use super::folder::{CHECKPOINT, CHECKPOINTS, Folder};
use super::snapshot::{Published, Snapshot};
use crate::core::tile::{TILE_WIDTH, Tile, TileKind, Tiler, push_entry};
use crate::storage::durable;
use crate::storage::store::{Log as _, StoreError};

/// Writes a checkpoint, each step durable before the next: the partial tiles that `tree` needs, the checkpoint under its
/// size, and the checkpoint as the latest. So the ledger cannot forget one that somebody has seen.
pub(super) fn write(snapshot: &Snapshot, tree: Option<&Tiler>, published: &Published) -> Result<(), StoreError> {
    let folder = &snapshot.folder;
    let temporary = folder.temporary(CHECKPOINT);
    if let Some(tree) = tree {
        for (tile, bytes) in tree.partial().chain(partial_bundle(snapshot, tree.size())?) {
            durable::replace(&temporary, &folder.path(&tile.path()), &bytes)?;
        }
    }
    let sized = folder.path(CHECKPOINTS).join(published.checkpoint.size.to_string());
    durable::replace(&temporary, &sized, &published.bytes)?;
    durable::replace(&temporary, &folder.path(CHECKPOINT), &published.bytes)?;
    Ok(())
}

/// Removes the partial tiles of an earlier checkpoint that are full in a later one. One that cannot be removed does no harm.
/// Those of the last two are tried again at the next opening.
pub(super) fn prune(folder: &Folder, earlier: u64, later: u64) {
    for tile in outgrown(earlier, later) {
        let _ = remove_widths(&folder.path(&tile.path()));
    }
}

/// The partial tiles and the partial entry bundle of a tree of the earlier size that are full in one of the later.
pub(in crate::storage) fn outgrown(earlier: u64, later: u64) -> impl Iterator<Item = Tile> {
    partial_tiles(earlier).filter(move |tile| hashes(tile.kind, later) / u64::from(TILE_WIDTH) > tile.index)
}

/// Removes a partial tile in all its widths: the full tile stands in for each of them.
pub(in crate::storage) fn remove_widths(partial: &Path) -> Result<(), StoreError> {
    let widths = partial.parent().unwrap_or(partial);
    match fs::remove_dir_all(widths) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(StoreError::io(widths)(error)),
        _ => Ok(()),
    }
}

/// The entry bundle that a tree of that size has beyond the full ones.
fn partial_bundle(snapshot: &Snapshot, size: u64) -> Result<Option<(Tile, Vec<u8>)>, StoreError> {
    let Some(tile) = partial_tile(TileKind::Entries, size) else { return Ok(None) };
    let (mut bytes, mut pushed) = (Vec::new(), Ok(()));
    snapshot.read(size - u64::from(tile.width), &mut |index, entry| {
        if index < size {
            pushed = push_entry(&mut bytes, entry);
        }
        if index < size && pushed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    pushed?;
    Ok(Some((tile, bytes)))
}

/// The partial tiles and the partial entry bundle of a tree of that size.
fn partial_tiles(size: u64) -> impl Iterator<Item = Tile> {
    (0..8).map(TileKind::Hashes).chain([TileKind::Entries]).filter_map(move |kind| partial_tile(kind, size))
}

fn partial_tile(kind: TileKind, size: u64) -> Option<Tile> {
    let (index, width) = (hashes(kind, size) / u64::from(TILE_WIDTH), hashes(kind, size) % u64::from(TILE_WIDTH));
    (width > 0).then_some(Tile { kind, index, width: width as u16 })
}

/// How many hashes or entries a tree of that size has in the tiles of that kind.
fn hashes(kind: TileKind, size: u64) -> u64 {
    match kind {
        TileKind::Hashes(level) => size.checked_shr(8 * u32::from(level)).unwrap_or(0),
        TileKind::Entries => size,
    }
}
