//! The cases, by what was done to the ledger.

mod archives;
mod bytes;
mod checkpoints;
mod dealings;
mod documents;
mod honest;
mod order;
mod registry;
mod rewritten;
mod signatures;
mod statements;
mod tiles;
mod witnesses;

use super::case::Case;

/// The one entry bundle of the honest ledger.
const ENTRIES: &str = "tile/entries/000.p/25";
/// Its one hash tile.
const HASHES: &str = "tile/0/000.p/25";

/// Every case.
pub fn all() -> Vec<Case> {
    let groups = [
        honest::cases(),
        bytes::cases(),
        order::cases(),
        statements::cases(),
        signatures::cases(),
        registry::cases(),
        documents::cases(),
        dealings::cases(),
        checkpoints::cases(),
        rewritten::cases(),
        tiles::cases(),
        archives::cases(),
        witnesses::cases(),
    ];
    groups.into_iter().flatten().collect()
}
