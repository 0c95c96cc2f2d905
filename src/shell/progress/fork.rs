//! Two signed histories of one ledger, told from bytes that belong to neither.

use std::path::PathBuf;

use crate::core::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::core::hash::Hash;
use crate::core::merkle;
use crate::core::policy::Policy;
use crate::storage::bundle::{Bundle, Trouble};
use crate::storage::progress_folder::ProgressFolder;
use crate::storage::store::StoreError;

use super::Progress;
use crate::shell::evidence::{self, Outcome, Side};
use crate::shell::replay::node;

/// What a signed checkpoint is beside the one that was verified last.
#[derive(Debug, PartialEq, Eq)]
pub enum Beside {
    /// Of as many entries or more, as far as the notes alone tell.
    Later,
    /// Of fewer entries; and whether the ledger published one of as many, which is then this one.
    Older {
        /// Whether it did.
        published: bool,
    },
    /// Of another history.
    Fork,
}

/// Holds a checkpoint that the ledger signed against what was verified, by the notes alone. Where it is later, or where
/// nobody known to be the ledger signed it, an audit must judge it.
pub fn beside(held: &Progress, latest: &SignedCheckpoint, policy: &Policy) -> Beside {
    let (before, now) = (held.checkpoint.checkpoint(), latest.checkpoint());
    if now.size > before.size || !held.signed(latest, policy) {
        return Beside::Later;
    }
    if now.size == before.size {
        return if now.root == before.root { Beside::Later } else { Beside::Fork };
    }
    match held.carried.as_ref().and_then(|carried| carried.chain().mark_at(now.size)) {
        Some(mark) if mark.root != now.root => Beside::Fork,
        mark => Beside::Older { published: mark.is_some() },
    }
}

/// The proof, of the bundle's own tiles, that the tree of the later checkpoint is consistent with another tree of as many
/// entries as the earlier one than the one that it promises: so no ledger is an extension of both. None where the tiles
/// do not lead to the later checkpoint, or lead to both.
pub fn proof(bundle: &dyn Bundle, earlier: &Checkpoint, later: &Checkpoint) -> Result<Option<Vec<Hash>>, Trouble> {
    let node = |level, index| node(bundle, later.size, level, index);
    let found = merkle::consistency_proof(earlier.size, later.size, node)
        .and_then(|proof| Ok((merkle::root(earlier.size, node)?, proof)));
    let (root, proof) = match found {
        Ok(found) => found,
        Err(Trouble::Faults(_)) => return Ok(None),
        Err(trouble) => return Err(trouble),
    };
    let leads = merkle::verify_consistency(earlier.size, root, later.size, later.root, &proof).is_ok();
    Ok((leads && root != earlier.root).then_some(proof))
}

/// The root that the tree of so many entries has by the bundle's own tiles, those of a tree of another size: some hashes
/// for each doubling of it, and no entry. None where the tiles do not say.
///
/// # Errors
/// [`Trouble::Io`] where one could not be read.
pub fn root_at(bundle: &dyn Bundle, size: u64, of: u64) -> Result<Option<Hash>, Trouble> {
    match merkle::root(size, |level, index| node(bundle, of, level, index)) {
        Ok(root) => Ok(Some(root)),
        Err(Trouble::Faults(_)) => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// Keeps both signed notes in the folder, with the proof if there is one, and what convicts the key that signed both, where
/// that can be made of the copy by the policy. Returns where.
///
/// # Errors
/// [`StoreError::Io`].
pub fn keep(
    folder: &ProgressFolder,
    held: &Progress,
    latest: &SignedCheckpoint,
    (bundle, policy): (&dyn Bundle, &Policy),
    proof: &[Hash],
) -> Result<PathBuf, StoreError> {
    let (first, second) = (held.checkpoint.to_string(), latest.to_string());
    let (before, now) = (held.checkpoint.checkpoint(), latest.checkpoint());
    // The same two promises are one pair, whoever has cosigned them since.
    let pair = Hash::of(format!("{before}{now}").as_bytes()).to_string();
    let name = format!("{}-{}-{}", before.size, now.size, pair.get(..16).unwrap_or_default());
    let lines: String = proof.iter().map(|hash| hash.to_base64() + "\n").collect();
    let mut files = vec![("first", first.as_bytes()), ("second", second.as_bytes())];
    if !proof.is_empty() {
        files.push(("proof", lines.as_bytes()));
    }
    let convicting = convicting(held, latest, bundle, policy);
    files.extend(convicting.as_deref().map(|bytes| ("evidence.json", bytes)));
    folder.keep_evidence(&name, &files)
}

/// The evidence (FORMAT.md, section 11) that one key signed both checkpoints, for anybody to check. Keys are tried that the
/// copy's entries name and those of the policy, or those of the policy alone where the copy is not sound. None where no
/// one key is known to have signed both, and where the later checkpoint is the smaller one: what it was verified against is
/// no longer at hand.
fn convicting(held: &Progress, latest: &SignedCheckpoint, bundle: &dyn Bundle, policy: &Policy) -> Option<Vec<u8>> {
    let first = Side { name: "first".to_owned(), checkpoint: held.checkpoint.clone(), copy: None };
    [Some(bundle), None].into_iter().find_map(|copy| {
        let second = Side { name: "second".to_owned(), checkpoint: latest.clone(), copy };
        match evidence::checkpoints(&first, &second, Some(policy)) {
            Ok(Outcome::Made(bytes)) => Some(bytes),
            Ok(Outcome::NoConflict(_)) | Err(_) => None,
        }
    })
}
