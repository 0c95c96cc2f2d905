//! A checkpoint of which it is not said in both places, `checkpoint` and `checkpoints/<size>`, what it is.

use std::cmp::Ordering;

use super::acknowledged::Acknowledged;
use super::folder::{CHECKPOINT, CHECKPOINTS};
use super::publish;
use super::snapshot::{Published, Snapshot};
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::fault::{Code, Fault};
use crate::core::merkle;
use crate::core::tile::Tiler;
use crate::storage::store::{Log as _, StoreError};

/// A checkpoint whose publication was interrupted.
pub(super) struct Unfinished {
    pub(super) published: Published,
    /// Whether to finish it is to replace a file. Then nobody has judged it yet, and what it replaces may be the sound one.
    pub(super) replaces: bool,
}

/// The checkpoint of the greatest size, if it is not both the one shown as the latest and kept under its size. Of two with one
/// text, it is the one that lacks none of the other's signatures.
///
/// What is kept under a greater size than is known to have been published, and is no checkpoint of that size, promises nothing.
pub(super) fn find(snapshot: &Snapshot, acknowledged: Option<Acknowledged>) -> Result<Option<Unfinished>, StoreError> {
    let latest = snapshot.latest.as_ref();
    for size in snapshot.folder.checkpoints()?.into_iter().rev() {
        let newer = latest.map_or(Ordering::Greater, |latest| size.cmp(&latest.checkpoint.size));
        if newer == Ordering::Less {
            break;
        }
        match (kept(snapshot, size), latest) {
            (Err(StoreError::Damaged { .. }), _)
                if newer == Ordering::Greater && acknowledged.is_some_and(|noted| noted.published < size) => {}
            (kept, Some(latest)) if newer == Ordering::Equal => return more_signed(snapshot, latest, kept?),
            (kept, _) => return kept.map(|published| Some(Unfinished { published, replaces: true })),
        }
    }
    Ok(latest.cloned().map(|published| Unfinished { published, replaces: false }))
}

/// Writes what is left of its publication: the partial tiles too, as a copy of the ledger may have come without them.
pub(super) fn finish(snapshot: &Snapshot, published: &Published) -> Result<(), StoreError> {
    let tree = Tiler::resume(published.checkpoint.size, |level, index| snapshot.node(level, index))?;
    publish::write(snapshot, Some(&tree), published)
}

/// The checkpoint that is kept under a size.
fn kept(snapshot: &Snapshot, size: u64) -> Result<Published, StoreError> {
    let path = snapshot.folder.path(CHECKPOINTS).join(size.to_string());
    let damaged = StoreError::damaged(&path);
    let published = Published::parse(snapshot.folder.checkpoint_at(size)?.unwrap_or_default()).map_err(&damaged)?;
    let says = &published.checkpoint;
    if says.size != size {
        let (expected, found) = (format!("size {size}"), format!("size {}", says.size));
        return Err(damaged(Fault::new(Code::CheckpointSizeMismatch, expected, found)));
    }
    if let Some(latest) = snapshot.latest.as_ref().filter(|latest| latest.checkpoint.origin != says.origin) {
        let excerpt = crate::core::text::excerpt;
        let (expected, found) = (excerpt(&latest.checkpoint.origin), excerpt(&says.origin));
        return Err(damaged(Fault::new(Code::CheckpointOriginMismatch, expected, found)));
    }
    Ok(published)
}

/// The one that was published last of two of the same size: cosignatures are added, and none is taken away.
fn more_signed(snapshot: &Snapshot, latest: &Published, kept: Published) -> Result<Option<Unfinished>, StoreError> {
    if latest.bytes == kept.bytes {
        return Ok(None);
    }
    let [shown, named] = [latest, &kept].map(|published| SignedCheckpoint::parse(&published.bytes));
    let (shown, named) = (shown?, named?);
    let same = shown.note().text() == named.note().text();
    let lacks_none = |all: &SignedCheckpoint, some: &SignedCheckpoint| {
        same && some.note().signatures().iter().all(|line| all.note().signatures().contains(line))
    };
    let published = if lacks_none(&named, &shown) {
        kept
    } else if lacks_none(&shown, &named) {
        latest.clone()
    } else {
        let expected = format!("the note of {CHECKPOINTS}/{}, or one with more signatures", latest.checkpoint.size);
        let code = if same { Code::CheckpointSignatureInvalid } else { Code::CheckpointRootMismatch };
        let fault = Fault::new(code, expected, "another");
        return Err(StoreError::damaged(&snapshot.folder.path(CHECKPOINT))(fault));
    };
    Ok(Some(Unfinished { published, replaces: true }))
}

/// Whether the entries have the root that a checkpoint says.
pub(super) fn is_of_entries(snapshot: &Snapshot, published: &Published) -> Result<bool, StoreError> {
    let says = &published.checkpoint;
    Ok(merkle::root(says.size, |level, index| snapshot.node(level, index))? == says.root)
}
