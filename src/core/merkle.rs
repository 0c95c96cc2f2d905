//! The Merkle tree of RFC 6962, section 2.1, over leaf hashes: its root, and proofs of inclusion and consistency.
//!
//! Nothing here stores a tree. [`Frontier`] keeps just enough to append; proofs are put together from the hashes of
//! complete subtrees, which somebody else keeps: node (`level`, `index`) is the root over the 2^`level` leaves from
//! `index` × 2^`level` on. Verification follows RFC 9162, sections 2.1.3.2 and 2.1.4.2.

mod prover;

use serde::{Deserialize, Serialize};

use super::fault::{Code, Fault};
use super::hash::Hash;

pub use prover::Prover;

/// The most leaves that a tree may have: 2^63 − 1, as in every C2SP implementation with signed integers.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// The most hashes in a proof of inclusion: the height of a tree of [`MAX_SIZE`] leaves.
pub const MAX_PROOF: usize = 63;

/// What it takes to append to a tree and to know its root: the roots of its largest complete subtrees, at most 64.
///
/// A snapshot that was altered is refused on reading where its size and its number of hashes disagree; that its hashes
/// are right is for the reader to check against a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Snapshot")]
pub struct Frontier {
    size: u64,
    /// One for each bit that is set in the size, the largest subtree first.
    hashes: Vec<Hash>,
}

impl Frontier {
    /// Of the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Of a tree that is kept elsewhere.
    ///
    /// # Errors
    /// Those of `node`.
    pub fn resume<E>(size: u64, mut node: impl FnMut(u8, u64) -> Result<Hash, E>) -> Result<Self, E> {
        let (mut hashes, mut rest) = (Vec::new(), size);
        while let Some((level, index)) = take_last(0, &mut rest) {
            hashes.push(node(level, index)?);
        }
        hashes.reverse();
        Ok(Self { size, hashes })
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.push_watched(leaf, |_, _, _| {});
    }

    /// Appends a leaf, and tells of each two complete subtrees that become one: the left one's place, and both.
    fn push_watched(&mut self, leaf: Hash, mut joined: impl FnMut((u8, u64), Hash, Hash)) {
        let mut node = leaf;
        for level in 0..self.size.trailing_ones() as u8 {
            let Some(left) = self.hashes.pop() else { break };
            joined((level, (self.size >> level) - 1), left, node);
            node = Hash::node(left, node);
        }
        self.hashes.push(node);
        self.size = self.size.saturating_add(1);
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root: MTH of RFC 6962, section 2.1. Of the empty tree, SHA-256 of nothing.
    pub fn root(&self) -> Hash {
        self.fold(None).unwrap_or_else(empty_root)
    }

    /// The root when `rest`, smaller than any subtree here, stands to the right of them all.
    pub(super) fn fold(&self, rest: Option<Hash>) -> Option<Hash> {
        self.hashes.iter().rev().copied().fold(rest, |right, left| Some(join(left, right)))
    }
}

impl FromIterator<Hash> for Frontier {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let mut frontier = Self::new();
        leaves.into_iter().for_each(|leaf| frontier.push(leaf));
        frontier
    }
}

#[derive(Deserialize)]
struct Snapshot {
    size: u64,
    hashes: Vec<Hash>,
}

impl TryFrom<Snapshot> for Frontier {
    type Error = String;

    fn try_from(Snapshot { size, hashes }: Snapshot) -> Result<Self, String> {
        if size > MAX_SIZE || hashes.len() != size.count_ones() as usize {
            return Err(format!("a frontier of {size} leaves does not have {} hashes", hashes.len()));
        }
        Ok(Self { size, hashes })
    }
}

/// The root of the empty tree: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Hash::of(&[])
}

/// The root of the tree's first `size` leaves.
///
/// # Errors
/// Those of `node`.
pub fn root<E>(size: u64, mut node: impl FnMut(u8, u64) -> Result<Hash, E>) -> Result<Hash, E> {
    range(0, size, &mut node)
}

/// The proof that a leaf is in the tree of the first `size` leaves: PATH of RFC 6962, section 2.1.1, from the leaf's
/// sibling up to the root's child.
///
/// # Errors
/// `proof-invalid` where the tree has no leaf of that index; else those of `node`.
pub fn inclusion_proof<E: From<Fault>>(
    index: u64,
    size: u64,
    mut node: impl FnMut(u8, u64) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    check_index(index, size)?;
    let (mut start, mut end, mut proof) = (0, size, Vec::new());
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(range(middle, end, &mut node)?);
            end = middle;
        } else {
            proof.push(range(start, middle, &mut node)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that the tree of `new` leaves extends that of `old`: PROOF of RFC 6962, section 2.1.2. Empty where `old` is
/// 0 or equal to `new`; see [`verify_consistency`].
///
/// # Errors
/// `proof-invalid` where `old` is larger than `new`; else those of `node`.
pub fn consistency_proof<E: From<Fault>>(
    old: u64,
    new: u64,
    mut node: impl FnMut(u8, u64) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    check_sizes(old, new)?;
    if old == 0 {
        return Ok(Vec::new());
    }
    let (mut start, mut end, mut proof) = (0, new, Vec::new());
    while old < end {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(range(middle, end, &mut node)?);
            end = middle;
        } else {
            proof.push(range(start, middle, &mut node)?);
            start = middle;
        }
    }
    // At 0 this is the whole old tree, whose root the verifier has.
    if start > 0 {
        proof.push(range(start, end, &mut node)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Checks that the leaf hash is at that index of the tree of that size and root (RFC 9162, section 2.1.3.2).
///
/// # Errors
/// `proof-invalid`: the index is not below the size, the proof has not exactly the hashes it needs, or it leads to
/// another root.
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: Hash) -> Result<(), Fault> {
    check_index(index, size)?;
    let mut climb = Climb { node: index, last: size - 1 };
    let mut hash = leaf;
    for &sibling in proof {
        match climb.step() {
            Some(Side::Left) => hash = Hash::node(sibling, hash),
            Some(Side::Right) => hash = Hash::node(hash, sibling),
            None => return Err(wrong_length(proof.len(), &format!("leaf {index} of {size}"))),
        }
    }
    if climb.last != 0 {
        return Err(wrong_length(proof.len(), &format!("leaf {index} of {size}")));
    }
    check_root(root, hash)
}

/// Checks that the new tree extends the old one (RFC 9162, section 2.1.4.2).
///
/// The RFCs and Go's `tlog` define no proof from 0. Here, as with the witnesses of C2SP tlog-witness, every tree extends
/// the empty one by an empty proof, if the old root is the empty tree's. Trees of one size are consistent by an empty
/// proof if their roots are equal.
///
/// # Errors
/// `proof-invalid`: the old tree is larger, the proof has not exactly the hashes it needs, or it leads to other roots.
pub fn verify_consistency(
    old_size: u64,
    old_root: Hash,
    new_size: u64,
    new_root: Hash,
    proof: &[Hash],
) -> Result<(), Fault> {
    check_sizes(old_size, new_size)?;
    let length = || wrong_length(proof.len(), &format!("size {old_size} to {new_size}"));
    if old_size == 0 {
        check_root(empty_root(), old_root)?;
    }
    if old_size == 0 || old_size == new_size {
        return match (proof, old_size == new_size) {
            ([], true) => check_root(old_root, new_root),
            ([], false) => Ok(()),
            _ => Err(length()),
        };
    }
    // The old tree ends with a complete subtree; where that is the whole of it, its hash is not repeated in the proof.
    let (first, siblings) = match proof {
        _ if old_size.is_power_of_two() => (old_root, proof),
        [first, siblings @ ..] => (*first, siblings),
        [] => return Err(length()),
    };
    let level = old_size.trailing_zeros();
    let mut climb = Climb { node: (old_size - 1) >> level, last: (new_size - 1) >> level };
    let (mut old, mut new) = (first, first);
    for &sibling in siblings {
        match climb.step() {
            Some(Side::Left) => (old, new) = (Hash::node(sibling, old), Hash::node(sibling, new)),
            Some(Side::Right) => new = Hash::node(new, sibling),
            None => return Err(length()),
        }
    }
    if climb.last != 0 {
        return Err(length());
    }
    check_root(old_root, old)?;
    check_root(new_root, new)
}

/// On which side the next sibling stands.
enum Side {
    Left,
    Right,
}

/// The way from a node to the root: its index in its level, and that of the level's last node (`fn` and `sn` of
/// RFC 9162).
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    /// To the next level at which the node has a sibling. `None` at the root.
    fn step(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        let side = if self.node & 1 == 1 || self.node == self.last { Side::Left } else { Side::Right };
        if self.node == self.last {
            // The last node of an odd level has no sibling and moves up as it is.
            let lone = self.node.trailing_zeros();
            self.node >>= lone;
            self.last >>= lone;
        }
        self.node >>= 1;
        self.last >>= 1;
        Some(side)
    }
}

/// MTH(D\[start:end\]). The start is a multiple of a power of two that is no less than the range is long.
fn range<E>(start: u64, end: u64, node: &mut impl FnMut(u8, u64) -> Result<Hash, E>) -> Result<Hash, E> {
    let (mut hash, mut rest) = (None, end - start);
    while let Some((level, index)) = take_last(start, &mut rest) {
        hash = Some(join(node(level, index)?, hash));
    }
    Ok(hash.unwrap_or_else(empty_root))
}

/// Takes the last, and smallest, of the complete subtrees that the `rest` leaves from `start` on consist of.
fn take_last(start: u64, rest: &mut u64) -> Option<(u8, u64)> {
    let level = rest.trailing_zeros();
    *rest &= rest.checked_sub(1)?;
    Some((level as u8, (start + *rest) >> level))
}

fn join(left: Hash, right: Option<Hash>) -> Hash {
    right.map_or(left, |right| Hash::node(left, right))
}

/// The largest power of two below `n`, which is 2 or more.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

fn check_index(index: u64, size: u64) -> Result<(), Fault> {
    if index < size {
        return Ok(());
    }
    Err(Fault::new(Code::ProofInvalid, format!("an index below the size {size}"), format!("index {index}")))
}

fn check_sizes(old: u64, new: u64) -> Result<(), Fault> {
    if old <= new {
        return Ok(());
    }
    Err(Fault::new(Code::ProofInvalid, format!("a tree of {old} leaves or more"), format!("{new} leaves")))
}

fn check_root(expected: Hash, found: Hash) -> Result<(), Fault> {
    if expected == found {
        return Ok(());
    }
    Err(Fault::new(Code::ProofInvalid, format!("root {expected}"), format!("root {found}")))
}

fn wrong_length(found: usize, what: &str) -> Fault {
    Fault::new(
        Code::ProofInvalid,
        format!("the hashes of a proof for {what}, neither more nor fewer"),
        found.to_string(),
    )
}

#[cfg(test)]
mod tests;
