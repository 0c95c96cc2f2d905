//! When one note may stand in for another.

use crate::core::checkpoint::SignedCheckpoint;
use crate::core::fault::{Code, Fault};
use crate::core::note::NoteSignature;

/// Whether a note has signatures that the one published before lacks, and everything that it has. A witness that
/// cosigned again has another signature under the same key; that is the same or more.
///
/// # Errors
/// `checkpoint-root-mismatch`, `checkpoint-malformed`: it says something else; what either note is at fault for.
pub(super) fn gains(before: &[u8], now: &[u8]) -> Result<bool, Fault> {
    if before == now {
        return Ok(false);
    }
    let (before, now) = (SignedCheckpoint::parse(before)?, SignedCheckpoint::parse(now)?);
    if before.note().text() != now.note().text() {
        let (before, now) = (before.checkpoint(), now.checkpoint());
        let (expected, found) = (format!("root {} at size {}", before.root, before.size), now.root.to_string());
        let code = if before.root == now.root { Code::CheckpointMalformed } else { Code::CheckpointRootMismatch };
        return Err(Fault::new(code, format!("{expected}, as published before"), found));
    }
    let keys = |note: &SignedCheckpoint| {
        let key = |line: &NoteSignature| (line.name().to_owned(), line.id());
        note.note().signatures().iter().map(key).collect::<Vec<_>>()
    };
    let now = keys(&now);
    Ok(keys(&before).iter().all(|key| now.contains(key)))
}
