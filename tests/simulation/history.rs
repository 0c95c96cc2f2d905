//! Histories: what an operator has appended, in one branch or more.

use candour::core::checkpoint::Checkpoint;
use candour::core::fault::Fault;
use candour::core::hash::Hash;
use candour::core::merkle::{self, Frontier, empty_root};
use candour::core::tile::subtree;

/// Branches of entries, each beginning as another did.
#[derive(Default)]
pub(super) struct Histories {
    branches: Vec<Branch>,
}

#[derive(Clone, Default)]
struct Branch {
    entries: Vec<Vec<u8>>,
    leaves: Vec<Hash>,
    /// The root at each size, from 0.
    roots: Vec<Hash>,
    frontier: Frontier,
}

impl Branch {
    fn append(&mut self, entry: Vec<u8>) {
        self.leaves.push(Hash::leaf(&entry));
        self.frontier.push(Hash::leaf(&entry));
        self.roots.push(self.frontier.root());
        self.entries.push(entry);
    }
}

impl Histories {
    /// One branch, without entries.
    pub(super) fn new() -> Self {
        Self { branches: vec![Branch { roots: vec![empty_root()], ..Branch::default() }] }
    }

    pub(super) fn count(&self) -> usize {
        self.branches.len()
    }

    /// A new branch, which has the first entries of another.
    pub(super) fn fork(&mut self, branch: usize, size: usize) -> usize {
        let entries = self.branches[branch].entries[..size].to_vec();
        let mut forked = Branch { roots: vec![empty_root()], ..Branch::default() };
        entries.into_iter().for_each(|entry| forked.append(entry));
        self.branches.push(forked);
        self.branches.len() - 1
    }

    pub(super) fn append(&mut self, branch: usize, entry: Vec<u8>) {
        self.branches[branch].append(entry);
    }

    pub(super) fn size(&self, branch: usize) -> u64 {
        self.branches[branch].leaves.len() as u64
    }

    pub(super) fn entry(&self, branch: usize, index: u64) -> &[u8] {
        &self.branches[branch].entries[index as usize]
    }

    pub(super) fn root(&self, branch: usize, size: u64) -> Hash {
        self.branches[branch].roots[size as usize]
    }

    pub(super) fn consistency(&self, branch: usize, old: u64, new: u64) -> Vec<Hash> {
        merkle::consistency_proof::<Fault>(old, new, |level, index| Ok(self.node(branch, level, index))).unwrap()
    }

    pub(super) fn inclusion(&self, branch: usize, index: u64, size: u64) -> Vec<Hash> {
        merkle::inclusion_proof::<Fault>(index, size, |level, index| Ok(self.node(branch, level, index))).unwrap()
    }

    fn node(&self, branch: usize, level: u8, index: u64) -> Hash {
        let (start, width) = ((index << level) as usize, 1 << level);
        subtree(&self.branches[branch].leaves[start..start + width])
    }

    /// Whether some one branch has both.
    pub(super) fn agree(&self, a: &Checkpoint, b: &Checkpoint) -> bool {
        let has = |branch: usize, checkpoint: &Checkpoint| {
            checkpoint.size <= self.size(branch) && self.root(branch, checkpoint.size) == checkpoint.root
        };
        (0..self.count()).any(|branch| has(branch, a) && has(branch, b))
    }
}
