use std::collections::HashMap;

use super::*;

/// RFC 6962, section 2.1, as it is written there, over D; remembers what it has hashed.
struct Reference {
    leaves: Vec<Hash>,
    known: HashMap<(usize, usize), Hash>,
}

impl Reference {
    fn new(size: usize) -> Self {
        let leaves = (0..size).map(|i| Hash::leaf(&(i as u32).to_be_bytes())).collect();
        Self { leaves, known: HashMap::new() }
    }

    fn k(n: usize) -> usize {
        (0..).map(|i| 1 << i).take_while(|&k| k < n).last().unwrap()
    }

    fn mth(&mut self, from: usize, to: usize) -> Hash {
        if let Some(&hash) = self.known.get(&(from, to)) {
            return hash;
        }
        let hash = match to - from {
            0 => Hash::of(b""),
            1 => self.leaves[from],
            n => Hash::node(self.mth(from, from + Self::k(n)), self.mth(from + Self::k(n), to)),
        };
        self.known.insert((from, to), hash);
        hash
    }

    fn path(&mut self, m: usize, from: usize, to: usize) -> Vec<Hash> {
        let n = to - from;
        if n == 1 {
            return Vec::new();
        }
        let k = Self::k(n);
        let (mut path, sibling) = if m < k {
            (self.path(m, from, from + k), self.mth(from + k, to))
        } else {
            (self.path(m - k, from + k, to), self.mth(from, from + k))
        };
        path.push(sibling);
        path
    }

    fn subproof(&mut self, m: usize, from: usize, to: usize, whole: bool) -> Vec<Hash> {
        let n = to - from;
        if m == n {
            return if whole { Vec::new() } else { vec![self.mth(from, to)] };
        }
        let k = Self::k(n);
        let (mut proof, other) = if m <= k {
            (self.subproof(m, from, from + k, whole), self.mth(from + k, to))
        } else {
            (self.subproof(m - k, from + k, to, false), self.mth(from, from + k))
        };
        proof.push(other);
        proof
    }

    /// Hands out complete subtrees only, and of the first `size` leaves only.
    fn node(&mut self, size: u64) -> impl FnMut(u8, u64) -> Result<Hash, Fault> {
        move |level, index| {
            let (from, to) = (index << level, (index + 1) << level);
            assert!(to <= size, "node {level}/{index} is not complete in a tree of {size}");
            Ok(self.mth(from as usize, to as usize))
        }
    }
}

const EXHAUSTIVE: usize = 300;

#[test]
fn roots_of_the_certificate_transparency_reference() {
    let leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::new();
    assert_eq!(frontier.root().to_string(), roots[0]);
    for (leaf, root) in leaves.iter().zip(&roots[1..]) {
        frontier.push(Hash::leaf(&hex::decode(leaf).unwrap()));
        assert_eq!(frontier.root().to_string(), *root, "{} leaves", frontier.size());
    }
    // A proof of the same reference: leaf 5 of 8.
    let proof = [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    let proof = proof.map(|hash| Hash::from_hex(hash).unwrap());
    let leaf = Hash::leaf(&hex::decode(leaves[5]).unwrap());
    verify_inclusion(leaf, 5, 8, &proof, Hash::from_hex(roots[8]).unwrap()).unwrap();
}

#[test]
fn every_root_and_frontier_up_to_300() {
    let mut reference = Reference::new(EXHAUSTIVE);
    let mut frontier = Frontier::new();
    for size in 0..=EXHAUSTIVE {
        let expected = reference.mth(0, size);
        assert_eq!(frontier.root(), expected, "size {size}");
        assert_eq!(root(size as u64, reference.node(size as u64)), Ok(expected), "size {size}");
        assert_eq!(Frontier::resume(size as u64, reference.node(size as u64)), Ok(frontier.clone()));
        assert!(frontier.hashes.len() <= 9);
        if size < EXHAUSTIVE {
            frontier.push(reference.leaves[size]);
        }
    }
}

#[test]
fn every_inclusion_up_to_300() {
    let mut reference = Reference::new(EXHAUSTIVE);
    for size in 1..=EXHAUSTIVE {
        let root = reference.mth(0, size);
        for index in 0..size {
            let expected = reference.path(index, 0, size);
            let (i, n) = (index as u64, size as u64);
            assert_eq!(inclusion_proof(i, n, reference.node(n)), Ok(expected.clone()), "{index} of {size}");
            assert_eq!(verify_inclusion(reference.leaves[index], i, n, &expected, root), Ok(()), "{index} of {size}");
        }
    }
}

#[test]
fn every_consistency_up_to_300() {
    let mut reference = Reference::new(EXHAUSTIVE);
    for new in 0..=EXHAUSTIVE {
        let new_root = reference.mth(0, new);
        for old in 0..=new {
            let expected = if old == 0 { Vec::new() } else { reference.subproof(old, 0, new, true) };
            let old_root = reference.mth(0, old);
            let (m, n) = (old as u64, new as u64);
            assert_eq!(consistency_proof(m, n, reference.node(n)), Ok(expected.clone()), "{old} to {new}");
            assert_eq!(verify_consistency(m, old_root, n, new_root, &expected), Ok(()), "{old} to {new}");
        }
    }
}

/// Each way of spoiling a proof: a bit of each hash in turn, one hash short at either end, one too many at either end.
fn spoilt(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let mut all = Vec::new();
    for i in 0..proof.len() {
        let mut flipped = proof.to_vec();
        flipped[i].0[i % 32] ^= 1 << (i % 8);
        all.push(flipped);
    }
    if let [_, tail @ ..] = proof {
        all.push(tail.to_vec());
        all.push(proof[..proof.len() - 1].to_vec());
    }
    let extra = Hash::leaf(b"extra");
    all.push([proof, &[extra]].concat());
    all.push([&[extra], proof].concat());
    all
}

fn refused(result: Result<(), Fault>, what: &str) {
    assert_eq!(result.expect_err(what).code, Code::ProofInvalid, "{what}");
}

#[test]
fn a_wrong_inclusion_is_refused() {
    let mut reference = Reference::new(EXHAUSTIVE);
    let flipped = |mut hash: Hash| {
        hash.0[31] ^= 1;
        hash
    };
    for size in (1..40).chain([63, 64, 65, 129, 256, EXHAUSTIVE]) {
        let (root, n) = (reference.mth(0, size), size as u64);
        for index in 0..size {
            let (leaf, proof, i) = (reference.leaves[index], reference.path(index, 0, size), index as u64);
            let at = format!("{index} of {size}");
            for proof in spoilt(&proof) {
                refused(verify_inclusion(leaf, i, n, &proof, root), &at);
            }
            refused(verify_inclusion(leaf, i, n, &proof, flipped(root)), &at);
            refused(verify_inclusion(flipped(leaf), i, n, &proof, root), &at);
            refused(verify_inclusion(leaf, n, n, &proof, root), &at);
            refused(verify_inclusion(leaf, u64::MAX, n, &proof, root), &at);
            let near = if size < 40 { 0..size } else { index.saturating_sub(1)..(index + 2).min(size) };
            for wrong in near.filter(|&wrong| wrong != index) {
                refused(verify_inclusion(leaf, wrong as u64, n, &proof, root), &format!("{at} as {wrong}"));
            }
            // Twice the size has one level more.
            refused(verify_inclusion(leaf, i, n * 2, &proof, root), &at);
        }
    }
    refused(verify_inclusion(Hash::ZERO, 0, 0, &[], empty_root()), "a leaf of the empty tree");
}

#[test]
fn a_wrong_consistency_is_refused() {
    let mut reference = Reference::new(EXHAUSTIVE);
    for new in (1..40).chain([63, 64, 65, 129, 256, EXHAUSTIVE]) {
        let (new_root, n) = (reference.mth(0, new), new as u64);
        for old in 1..=new {
            let (old_root, m) = (reference.mth(0, old), old as u64);
            let proof = reference.subproof(old, 0, new, true);
            let at = format!("{old} to {new}");
            for proof in spoilt(&proof) {
                refused(verify_consistency(m, old_root, n, new_root, &proof), &at);
            }
            refused(verify_consistency(m, Hash::leaf(b"other"), n, new_root, &proof), &at);
            refused(verify_consistency(m, old_root, n, Hash::leaf(b"other"), &proof), &at);
            refused(verify_consistency(n + 1, old_root, n, new_root, &proof), &at);
            refused(verify_consistency(m - 1, old_root, n, new_root, &proof), &at);
            if old < new {
                refused(verify_consistency(m, old_root, n * 2, new_root, &proof), &at);
            }
        }
        refused(verify_consistency(0, new_root, n, new_root, &[]), "from an empty tree with a root of its own");
        refused(verify_consistency(0, empty_root(), n, new_root, &[new_root]), "a hash too many from 0");
    }
    refused(verify_consistency(0, empty_root(), 0, Hash::ZERO, &[]), "an empty tree with another root");
}

#[test]
fn numbers_out_of_range_are_faults() {
    let node = |_, _| Ok::<_, Fault>(Hash::ZERO);
    assert_eq!(inclusion_proof(0, 0, node).unwrap_err().code, Code::ProofInvalid);
    assert_eq!(inclusion_proof(7, 7, node).unwrap_err().code, Code::ProofInvalid);
    assert_eq!(consistency_proof(8, 7, node).unwrap_err().code, Code::ProofInvalid);
    assert_eq!(consistency_proof(0, 7, node), Ok(vec![]));
    assert_eq!(consistency_proof(7, 7, node), Ok(vec![]));
    // The largest numbers there are do not overflow.
    assert_eq!(inclusion_proof(MAX_SIZE - 1, MAX_SIZE, node).unwrap().len(), 62);
    assert_eq!(inclusion_proof(0, MAX_SIZE, node).unwrap().len(), MAX_PROOF);
    assert_eq!(inclusion_proof(u64::MAX - 1, u64::MAX, node).unwrap().len(), 63);
    assert!(consistency_proof(u64::MAX - 1, u64::MAX, node).is_ok());
    assert!(root(u64::MAX, node).is_ok());
    refused(verify_inclusion(Hash::ZERO, u64::MAX - 1, u64::MAX, &[Hash::ZERO; 100], Hash::ZERO), "100 hashes");
    refused(verify_consistency(u64::MAX - 1, Hash::ZERO, u64::MAX, Hash::ZERO, &[Hash::ZERO; 200]), "200 hashes");
}

#[test]
fn a_snapshot_is_checked() {
    let frontier: Frontier = Reference::new(13).leaves.into_iter().collect();
    let json = serde_json::to_string(&frontier).unwrap();
    assert_eq!(serde_json::from_str::<Frontier>(&json).unwrap(), frontier);
    for (from, to) in [("\"size\":13", "\"size\":12"), ("\"size\":13", "\"size\":9223372036854775815"), ("[", "[[")] {
        assert!(serde_json::from_str::<Frontier>(&json.replace(from, to)).is_err(), "{to}");
    }
}

#[test]
fn a_proof_is_made_while_the_leaves_go_by() {
    let mut reference = Reference::new(70);
    for size in 1..=70 {
        for index in 0..size {
            let mut prover = Prover::new(index as u64);
            reference.leaves[..size].iter().for_each(|leaf| prover.push(*leaf));
            assert_eq!(prover.tree().root(), reference.mth(0, size));
            let expected = (reference.leaves[index], reference.path(index, 0, size));
            assert_eq!(prover.finish(), Ok(expected), "leaf {index} of {size}");
        }
        let mut prover = Prover::new(size as u64);
        reference.leaves[..size].iter().for_each(|leaf| prover.push(*leaf));
        assert_eq!(prover.finish().unwrap_err().code, Code::ProofInvalid);
    }
}
