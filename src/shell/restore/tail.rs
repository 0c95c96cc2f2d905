//! The tail of a ledger that is restored, as its writer leaves it.
//!
//! An auditor takes the whole entries of a tail for what they are, however many, passes over those that full entry bundles
//! hold too, and over bytes that form no entry. Whoever goes on with a ledger stops at any of that, as acknowledged entries may
//! be lost there. Of a copy that verifies, the whole entries are what there is to restore; the rest stays in the copy, and is
//! told.

use crate::core::tile::{TILE_WIDTH, Tile, TileKind, push_entry, split};
use crate::storage::bundle::{Bundle as _, Trouble};
use crate::storage::folder_bundle::FolderBundle;
use crate::storage::folder_store::whole_entries;
use crate::storage::folder_writer::FolderWriter;
use crate::storage::frozen::MAX_TAIL_BYTES;
use crate::storage::layout::TAIL;

use super::Torn;
use crate::shell::replay::Entries;

/// Makes full entry bundles of the tail's entries where there are as many, and a tail of the others, where it is not one yet.
/// What was written must verify. Returns what of the tail stays behind.
pub(super) fn settle(writer: &mut FolderWriter) -> Result<Torn, Trouble> {
    let bundle = FolderBundle::open(writer.folder())?;
    let Some(tail) = bundle.read(TAIL, MAX_TAIL_BYTES)? else { return Ok(Torn::default()) };
    let entries = Entries::of(&bundle)?;
    let width = u64::from(TILE_WIDTH);
    let (mut made, mut next) = (Vec::new(), entries.full_bundles().saturating_mul(width));
    entries.read(next, &mut |entry| {
        push_entry(&mut made, entry)?;
        next = next.saturating_add(1);
        if next.is_multiple_of(width) {
            let full = Tile { kind: TileKind::Entries, index: (next / width).saturating_sub(1), width: TILE_WIDTH };
            writer.supply(&full.path(), &mut std::mem::take(&mut made).as_slice())?;
        }
        Ok(true)
    })?;
    if made != tail {
        writer.take_back(TAIL)?;
        writer.supply(TAIL, &mut made.as_slice())?;
    }
    let mut whole = split(&tail);
    whole.by_ref().map_while(Result::ok).for_each(drop);
    let rest = whole.rest();
    Ok(Torn { bytes: rest.len() as u64, whole_entries: whole_entries(rest, next).count() as u64 })
}
