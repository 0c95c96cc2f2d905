//! A proof of inclusion from one passage over the leaves, with no tree kept anywhere.

use super::{Frontier, check_index, join, take_last};
use crate::core::fault::Fault;
use crate::core::hash::Hash;

/// Makes the proof of one leaf while all of them go by, however many these will be, and keeps no more than 127 hashes.
pub struct Prover {
    index: u64,
    leaf: Option<Hash>,
    tree: Frontier,
    /// The siblings of the leaf, and of the subtrees that it is in, so far.
    proof: Vec<Hash>,
}

impl Prover {
    /// Of the leaf with that index.
    pub fn new(index: u64) -> Self {
        Self { index, leaf: None, tree: Frontier::new(), proof: Vec::new() }
    }

    /// Takes the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        let (index, proof) = (self.index, &mut self.proof);
        if self.tree.size() == index {
            self.leaf = Some(leaf);
        }
        self.tree.push_watched(leaf, |(level, at), left, right| match index >> level {
            place if place == at => proof.push(right),
            place if place == at + 1 => proof.push(left),
            _ => {}
        });
    }

    /// The tree of the leaves so far.
    pub fn tree(&self) -> &Frontier {
        &self.tree
    }

    /// The leaf, and its proof of inclusion in the tree of the leaves that went by: as [`super::inclusion_proof`] makes it.
    ///
    /// # Errors
    /// `proof-invalid` where there were too few.
    pub fn finish(mut self) -> Result<(Hash, Vec<Hash>), Fault> {
        check_index(self.index, self.tree.size)?;
        let (mut later, mut size, mut found) = (None, self.tree.size, false);
        for &hash in self.tree.hashes.iter().rev() {
            let Some((level, at)) = take_last(0, &mut size) else { break };
            if found {
                self.proof.push(hash);
            } else if self.index >> level == at {
                found = true;
                self.proof.extend(later);
            } else {
                later = Some(join(hash, later));
            }
        }
        Ok((self.leaf.unwrap_or_default(), self.proof))
    }
}
