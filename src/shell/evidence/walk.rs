//! One pass over a copy's entries, for the hashes of its tree and the keys that it names.

use std::collections::BTreeMap;

use super::super::replay::Entries;
use crate::core::audit::CHECKPOINT;
use crate::core::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::core::entry::Entry;
use crate::core::event::Event;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::merkle::{self, Frontier};
use crate::core::note::{MAX_NOTE_BYTES, VerifierKey};
use crate::core::statement::Statement;
use crate::core::text::Slug;
use crate::storage::bundle::{Bundle, Trouble};

/// Keys of the operator that are kept of a copy, at most: the first ones.
const MAX_KEYS: usize = 64;

/// What a copy's first entries come to. Its size does not grow with theirs.
pub(super) struct Walk {
    /// The root of the first `old` entries; of none, where nobody asked.
    pub(super) old_root: Hash,
    /// The leaf hash at `index`.
    pub(super) leaf: Hash,
    /// The operator's keys, by the entries' own words: the first entry's, and those that the operator added later. Nobody
    /// checked that the law allowed it: a key convicts by what it signed, whoever named it.
    pub(super) keys: Vec<VerifierKey>,
    /// The nodes that the proofs are made of, by level and index.
    nodes: BTreeMap<(u8, u64), Frontier>,
    operator: Option<Slug>,
}

impl Walk {
    /// Through as many entries as the checkpoint is of, for the proofs of consistency from `old` and of inclusion of
    /// `index`.
    ///
    /// # Errors
    /// `checkpoint-beyond-entries`, `checkpoint-root-mismatch`: the entries are not those of the checkpoint; what the
    /// bundle says.
    pub(super) fn through(
        copy: &dyn Bundle,
        checkpoint: &Checkpoint,
        old: Option<u64>,
        index: Option<u64>,
    ) -> Result<Self, Trouble> {
        let mut walk = Self {
            old_root: merkle::empty_root(),
            leaf: Hash::ZERO,
            keys: Vec::new(),
            nodes: nodes(checkpoint.size, old, index)?,
            operator: None,
        };
        let mut tree = Frontier::new();
        if checkpoint.size > 0 {
            Entries::of(copy)?.read(0, &mut |bytes| {
                let (at, leaf) = (tree.size(), Hash::leaf(bytes));
                tree.push(leaf);
                walk.nodes.iter_mut().filter(|((level, node), _)| at >> level == *node).for_each(|(_, frontier)| {
                    frontier.push(leaf);
                });
                if index == Some(at) {
                    walk.leaf = leaf;
                }
                if old == Some(tree.size()) {
                    walk.old_root = tree.root();
                }
                walk.take_keys(bytes, &checkpoint.origin);
                Ok(tree.size() < checkpoint.size)
            })?;
        }
        let fault = if tree.size() < checkpoint.size {
            Fault::new(Code::CheckpointBeyondEntries, format!("{} entries", checkpoint.size), tree.size().to_string())
        } else if tree.root() != checkpoint.root {
            Fault::new(
                Code::CheckpointRootMismatch,
                format!("root {}", checkpoint.root),
                format!("root {}", tree.root()),
            )
        } else {
            return Ok(walk);
        };
        Err(fault.in_file(CHECKPOINT).into())
    }

    /// A node of the proofs.
    pub(super) fn node(&self, level: u8, index: u64) -> Result<Hash, Fault> {
        let missing = || Fault::new(Code::ProofInvalid, format!("node {index} of level {level}"), "none");
        self.nodes.get(&(level, index)).map(Frontier::root).ok_or_else(missing)
    }

    fn take_keys(&mut self, entry: &[u8], origin: &str) {
        let Ok(entry) = Entry::parse(entry) else { return };
        let Ok(statement) = Statement::parse(&entry.payload) else { return };
        let key = match statement.event {
            Event::LedgerOpened(event) if self.operator.is_none() => {
                self.operator = Some(event.operator.id);
                event.operator.key
            }
            Event::KeyRotated(event) if self.operator.as_ref() == Some(&event.actor) => event.new,
            Event::KeyAdded(event) if self.operator.as_ref() == Some(&event.actor) => event.key,
            _ => return,
        };
        if let Ok(key) = VerifierKey::ed25519(origin, key)
            && self.keys.len() < MAX_KEYS
        {
            self.keys.push(key);
        }
    }
}

/// The nodes that the proofs will ask for.
fn nodes(size: u64, old: Option<u64>, index: Option<u64>) -> Result<BTreeMap<(u8, u64), Frontier>, Fault> {
    let mut nodes = BTreeMap::new();
    let mut ask = |level, index| {
        nodes.insert((level, index), Frontier::new());
        Ok::<_, Fault>(Hash::ZERO)
    };
    if let Some(old) = old {
        merkle::consistency_proof(old, size, &mut ask)?;
    }
    if let Some(index) = index {
        merkle::inclusion_proof(index, size, &mut ask)?;
    }
    Ok(nodes)
}

/// The latest checkpoint of a copy.
pub(super) fn checkpoint_of(copy: &dyn Bundle) -> Result<SignedCheckpoint, Trouble> {
    let missing = || Fault::new(Code::CheckpointMissing, "a checkpoint", "no such file").in_file(CHECKPOINT);
    let bytes = copy.read(CHECKPOINT, MAX_NOTE_BYTES as u64)?.ok_or_else(missing)?;
    Ok(SignedCheckpoint::parse(&bytes).map_err(|fault| fault.in_file(CHECKPOINT))?)
}

/// The bytes of the entry at that place of a copy, whatever they are.
///
/// # Errors
/// `entry-unknown`: there are not so many; what the bundle says.
pub fn entry_at(copy: &dyn Bundle, index: u64) -> Result<Vec<u8>, Trouble> {
    let (mut at, mut found) = (0_u64, None);
    Entries::of(copy)?.read(0, &mut |bytes| {
        if at == index {
            found = Some(bytes.to_vec());
        }
        at = at.saturating_add(1);
        Ok(found.is_none())
    })?;
    let missing = || Fault::new(Code::EntryUnknown, format!("entry {index}"), format!("{at} entries"));
    Ok(found.ok_or_else(missing)?)
}
