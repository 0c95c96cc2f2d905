//! What a ledger promises of its entries, and the entries held against it: `checkpoint`, and the largest of the checkpoints
//! by their sizes where that is of more. How many entries there are, their root, and the operator's signature, by the key
//! that the entries themselves say is in force there. Whom to trust, witnesses, hash tiles and attachments are for
//! [`crate::shell::verify`].

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::{Entries, Until};
use crate::core::audit::{CHECKPOINT, CHECKPOINTS};
use crate::core::chain::{Chain, Mark};
use crate::core::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::merkle;
use crate::core::note::{MAX_NOTE_BYTES, VerifierKey};
use crate::core::text::excerpt;
use crate::core::tile::{TILE_WIDTH, Tile, subtree};
use crate::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};
use crate::storage::index::{Glance, Rejected, Walk};
use crate::storage::read_ahead;
use crate::storage::scratch_files::ScratchFiles;

/// What a ledger promises.
pub(in crate::shell) struct Promise {
    /// Each with its file.
    checkpoints: Vec<(String, SignedCheckpoint)>,
    /// Whether there is none, and should be.
    missing: bool,
}

impl Promise {
    /// Of the bundle that the entries are of.
    ///
    /// # Errors
    /// Those of parsing, with the file; what the bundle says.
    pub(in crate::shell) fn of(entries: &Entries<'_>) -> Result<Self, Trouble> {
        let bundle = entries.bundle();
        let latest = bundle.read(CHECKPOINT, MAX_NOTE_BYTES as u64)?;
        let missing = latest.is_none() && !(bundle.is_live() && entries.published().is_empty());
        let mut checkpoints = Vec::new();
        let mut take = |name: &str, bytes: Vec<u8>| {
            let signed = SignedCheckpoint::parse(&bytes).map_err(|fault| fault.in_file(name))?;
            let size = signed.checkpoint().size;
            checkpoints.push((name.to_owned(), signed));
            Ok::<_, Fault>(size)
        };
        let latest = latest.map_or(Ok(0), |bytes| take(CHECKPOINT, bytes))?;
        // Its writer has the one by its size first; and `checkpoint` may have been rolled back.
        if let Some(size) = entries.published().last().filter(|size| **size > latest)
            && let Some(bytes) = entries.checkpoint(*size)?
        {
            take(&format!("{CHECKPOINTS}{size}"), bytes)?;
        }
        Ok(Self { checkpoints, missing })
    }

    /// Asks a chain to note what the entries say of the sizes that are promised. Whether it will have noted them all: not
    /// where it has passed one already.
    pub(in crate::shell) fn watch(&self, chain: &mut Chain) -> bool {
        self.sizes().into_iter().fold(true, |noted, size| {
            chain.watch(size);
            noted && (size > chain.size() || chain.mark_at(size).is_some())
        })
    }

    /// Holds the entries of a chain against what is promised: all of them, or, where its reader stopped before the end, those
    /// that it read, which the bundle's hash tiles must lead on from, or else the rest of its entries.
    ///
    /// # Errors
    /// `ledger-not-opened`: there is no entry. `checkpoint-missing`, but in a ledger's own folder before its first one.
    /// `checkpoint-beyond-entries`, `checkpoint-root-mismatch`, `checkpoint-origin-mismatch`, `checkpoint-unsigned`; what the
    /// bundle says.
    pub(in crate::shell) fn hold(&self, entries: &Entries<'_>, chain: &Chain, ended: bool) -> Result<(), Trouble> {
        if chain.size() == 0 {
            return if ended { Err(not_opened().into()) } else { Ok(()) };
        }
        self.present()?;
        for (name, signed) in &self.checkpoints {
            let size = signed.checkpoint().size;
            if size <= chain.size() {
                check_signed(chain, size, signed).map_err(|fault| fault.in_file(name))?;
            } else if ended {
                return Err(beyond(size, chain.size()).in_file(name).into());
            } else if leads_to(entries.bundle(), chain, signed).is_err() {
                return self.hold_by_hashes(entries);
            }
        }
        Ok(())
    }

    /// Holds every entry against what is promised by its hash, and looks only into those that say what the operator's key is.
    ///
    /// # Errors
    /// As [`Promise::hold`]; those of the first entry that has any, where one of the few that are looked into has.
    pub(in crate::shell) fn hold_by_hashes(&self, entries: &Entries<'_>) -> Result<(), Trouble> {
        let Ok(walk) = walk(entries, &self.sizes())? else {
            let chain = Chain::new().with_scratch(&ScratchFiles::scratch());
            return entries.replay_held(chain, self, Until::End, &mut |_, _| {}).map(drop);
        };
        if walk.size() == 0 {
            return Err(not_opened().into());
        }
        self.present()?;
        let origin = walk.origin().map_or("", |origin| origin.as_str());
        for (name, signed) in &self.checkpoints {
            let size = signed.checkpoint().size;
            let checked = if size > walk.size() {
                Err(beyond(size, walk.size()))
            } else {
                let mark = walk.marks().find_map(|(at, mark)| (at == size).then_some(mark));
                check_mark(origin, mark.as_ref(), size, signed)
            };
            checked.map_err(|fault| fault.in_file(name))?;
        }
        Ok(())
    }

    /// Up to how many entries the ledger promises; nothing before its first checkpoint.
    pub(in crate::shell) fn size(&self) -> Option<u64> {
        self.sizes().pop_last()
    }

    fn sizes(&self) -> BTreeSet<u64> {
        self.checkpoints.iter().map(|(_, signed)| signed.checkpoint().size).collect()
    }

    fn present(&self) -> Result<(), Fault> {
        let fault = || Fault::new(Code::CheckpointMissing, "a checkpoint", "no such file").in_file(CHECKPOINT);
        if self.missing { Err(fault()) } else { Ok(()) }
    }
}

fn not_opened() -> Fault {
    Fault::new(Code::LedgerNotOpened, "a lawful ledger_opened as entry 0", "no entry")
}

fn beyond(size: u64, found: u64) -> Fault {
    Fault::new(Code::CheckpointBeyondEntries, format!("{size} entries"), found.to_string())
}

/// Checks by the hash tiles, without reading further, that a checkpoint extends a chain, and by the key that is in force at
/// the chain's end that the operator signed it.
fn leads_to(bundle: &dyn Bundle, chain: &Chain, signed: &SignedCheckpoint) -> Result<(), Trouble> {
    let says = signed.checkpoint();
    let node = |level, index| node(bundle, says.size, level, index);
    let proof = merkle::consistency_proof(chain.size(), says.size, node)?;
    merkle::verify_consistency(chain.size(), chain.root(), says.size, says.root, &proof)?;
    let origin = chain.origin().map_or("", |origin| origin.as_str());
    let operator = chain.state().and_then(|state| state.registry().operator_keys().last().copied());
    let mark = Mark { root: says.root, operator };
    Ok(check_mark(origin, Some(&mark), says.size, signed)?)
}

/// Walks every entry by its hash, on all cores.
fn walk(entries: &Entries<'_>, sizes: &BTreeSet<u64>) -> Result<Result<Walk, Rejected>, Trouble> {
    let width = u64::from(TILE_WIDTH);
    let glances = |number: u64| {
        let (mut index, mut glances) = (number.saturating_mul(width), Vec::new());
        let end = index.saturating_add(width);
        entries.read(index, &mut |bytes| {
            glances.push(Glance::of(index, bytes));
            index = index.saturating_add(1);
            Ok(index < end)
        })?;
        Ok(glances)
    };
    let (mut walk, mut walked) = (Walk::new(sizes), Ok(Ok(())));
    read_ahead::in_order(0..entries.full, glances, |glances: Result<Vec<_>, Trouble>| {
        walked = glances.map(|glances| glances.iter().try_for_each(|glance| walk.push(glance)));
        if matches!(walked, Ok(Ok(()))) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let (mut walked, mut index) = (walked?, entries.full.saturating_mul(width));
    if walked.is_ok() {
        // What stands after the full bundles may be many times as much as one of them.
        entries.read(index, &mut |bytes| {
            walked = walk.push(&Glance::of(index, bytes));
            index = index.saturating_add(1);
            Ok(walked.is_ok())
        })?;
    }
    Ok(walked.map(|()| walk))
}

/// Step 4 of FORMAT.md, section 6, for one checkpoint.
pub(in crate::shell) fn check_signed(chain: &Chain, size: u64, signed: &SignedCheckpoint) -> Result<(), Fault> {
    check_mark(chain.origin().map_or("", |origin| origin.as_str()), chain.mark_at(size), size, signed)
}

/// The same, by what the entries say of that size.
fn check_mark(origin: &str, mark: Option<&Mark>, size: u64, signed: &SignedCheckpoint) -> Result<(), Fault> {
    let Checkpoint { origin: name, size: found, root } = signed.checkpoint();
    if *found != size {
        let (expected, found) = (format!("size {size}"), format!("size {found}"));
        return Err(Fault::new(Code::CheckpointSizeMismatch, expected, found));
    }
    if name != origin {
        return Err(Fault::new(Code::CheckpointOriginMismatch, origin, excerpt(name)));
    }
    let unsigned = || Fault::new(Code::CheckpointUnsigned, format!("a signature by the operator of {origin}"), "none");
    let mark = mark.ok_or_else(unsigned)?;
    if mark.root != *root {
        let expected = format!("root {} at size {size}", mark.root);
        return Err(Fault::new(Code::CheckpointRootMismatch, expected, format!("root {root}")));
    }
    let key = VerifierKey::ed25519(origin, mark.operator.ok_or_else(unsigned)?)?;
    if signed.signed_by(&key)? { Ok(()) } else { Err(unsigned()) }
}

/// A node of the tree of that size, of a bundle's hash tiles.
pub(in crate::shell) fn node(bundle: &dyn Bundle, size: u64, level: u8, index: u64) -> Result<Hash, Trouble> {
    let missing = || Fault::new(Code::TileMissing, "a tile of the tree", "none");
    let (tile, range) = Tile::holding(level, index, size).ok_or_else(missing)?;
    let full = Tile { width: TILE_WIDTH, ..tile };
    for tile in [tile, full] {
        if let Some(bytes) = bundle.read(&tile.path(), MAX_ENTRY_BUNDLE_BYTES)? {
            let hashes = tile.hashes(&bytes)?;
            return Ok(subtree(hashes.get(range).ok_or_else(missing)?));
        }
    }
    Err(missing().into())
}
