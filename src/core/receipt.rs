//! An entry with the proof that the ledger holds it: C2SP tlog-proof, whose extra data is the entry.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::checkpoint::SignedCheckpoint;
use super::entry::Entry;
use super::fault::{Code, Fault};
use super::hash::Hash;
use super::merkle::{self, MAX_PROOF, MAX_SIZE};
use super::note::{MAX_NOTE_BYTES, decimal, quote};
use super::policy::{Cosignature, Policy};
use super::statement::{Rule, Statement, check_signatures};
use super::text::excerpt;
use super::tile::MAX_ENTRY_BYTES;

/// Bytes in the longest receipt that is read: the largest note, entry and proof, and room for the words between.
pub const MAX_RECEIPT_BYTES: usize = MAX_NOTE_BYTES + MAX_ENTRY_BYTES.div_ceil(3) * 4 + MAX_PROOF * 45 + 128;

/// The first line of every receipt.
pub const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// An entry, its place, and the way from it to a checkpoint. Well-formed; says nothing of whether it verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The entry's bytes.
    pub entry: Vec<u8>,
    /// The entry's index.
    pub index: u64,
    /// The proof of inclusion, from the leaf's sibling up to the root's child.
    pub proof: Vec<Hash>,
    /// The checkpoint that holds the root.
    pub checkpoint: SignedCheckpoint,
}

impl Receipt {
    /// Reads a receipt. Printing it gives the same bytes back. The entry stays bytes.
    ///
    /// # Errors
    /// `receipt-malformed`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > MAX_RECEIPT_BYTES {
            let found = format!("{} bytes", bytes.len());
            return Err(malformed(format!("at most {MAX_RECEIPT_BYTES} bytes"), found));
        }
        let text = str::from_utf8(bytes).map_err(|error| malformed("UTF-8", format!("{error}")))?;
        let (proof, checkpoint) = text.split_once("\n\n").ok_or_else(|| malformed("an empty line", "none"))?;
        let mut lines = proof.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(malformed(HEADER, quote(proof)));
        }
        let mut field = |name: &str, form: &str| {
            let line = lines.next().unwrap_or_default();
            let value = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' '));
            value.ok_or_else(|| malformed(format!("{name} {form}"), quote(line)))
        };
        let entry = field("extra", "<entry in base64>")?;
        let index = field("index", "<decimal>")?;
        let entry = BASE64_STANDARD.decode(entry).map_err(|_| malformed("an entry in base64", quote(entry)))?;
        if entry.len() > MAX_ENTRY_BYTES {
            return Err(malformed(format!("an entry of at most {MAX_ENTRY_BYTES} bytes"), entry.len().to_string()));
        }
        let number = decimal(index).filter(|&number| number < MAX_SIZE);
        let index = number.ok_or_else(|| malformed("an index in decimal", quote(index)))?;
        let hash = |line| Hash::from_base64(line).map_err(|_| malformed("a hash in base64", quote(line)));
        let proof: Vec<_> = lines.take(MAX_PROOF + 1).map(hash).collect::<Result<_, _>>()?;
        if proof.len() > MAX_PROOF {
            return Err(malformed(format!("at most {MAX_PROOF} hashes"), "more"));
        }
        let checkpoint = SignedCheckpoint::parse(checkpoint.as_bytes());
        let checkpoint = checkpoint.map_err(|fault| malformed(fault.expected, fault.found))?;
        Ok(Self { entry, index, proof, checkpoint })
    }

    /// Checks that the entry is where it says in the tree of the checkpoint, and that the policy trusts the checkpoint.
    /// Returns the cosignatures. Does not look into the entry, which is for the caller to hold against the index.
    ///
    /// # Errors
    /// `proof-invalid`, and those of [`Policy::check`].
    pub fn verify(&self, policy: &Policy) -> Result<Vec<Cosignature>, Fault> {
        self.check_inclusion()?;
        policy.check(&self.checkpoint)
    }

    /// Checks that the entry is where it says in the tree of the checkpoint, and nothing else.
    ///
    /// # Errors
    /// `proof-invalid`.
    pub fn check_inclusion(&self) -> Result<(), Fault> {
        let checkpoint = self.checkpoint.checkpoint();
        let leaf = Hash::leaf(&self.entry);
        merkle::verify_inclusion(leaf, self.index, checkpoint.size, &self.proof, checkpoint.root)
            .map_err(|fault| fault.at(self.index))
    }

    /// Reads the entry and its statement, and checks them: their encoding, the index, the signatures, the ledger. Whether
    /// the author's key was in force then is for the whole ledger to say.
    ///
    /// # Errors
    /// The first fault, in the order of FORMAT.md, section 6.
    pub fn content(&self) -> Result<(Entry, Statement), Fault> {
        let at = |fault: Fault| fault.at(self.index);
        let entry = Entry::parse(&self.entry).map_err(at)?;
        if entry.index != self.index {
            let (expected, found) = (format!("entry {}", self.index), format!("entry {}", entry.index));
            return Err(at(Fault::new(Code::IndexMismatch, expected, found)));
        }
        let mut faults = Vec::new();
        check_signatures(&entry.payload, &entry.signatures, Rule::Cofactored, &mut faults);
        if let Some(fault) = faults.into_iter().next() {
            return Err(at(fault));
        }
        let statement = Statement::parse(&entry.payload).map_err(at)?;
        let origin = &self.checkpoint.checkpoint().origin;
        if statement.ledger.as_str() != *origin {
            return Err(at(Fault::new(Code::LedgerMismatch, excerpt(origin), statement.ledger.as_str())));
        }
        Ok((entry, statement))
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nextra {}\nindex {}", BASE64_STANDARD.encode(&self.entry), self.index)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", hash.to_base64()))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

fn malformed(expected: impl Into<String>, found: impl Into<String>) -> Fault {
    Fault::new(Code::ReceiptMalformed, expected, found)
}

#[cfg(test)]
mod tests {
    use super::super::checkpoint::Checkpoint;
    use super::super::cosignature::{Cosigner, CosigningKey};
    use super::super::key::SecretKey;
    use super::super::note::VerifierKey;
    use super::*;

    const ORIGIN: &str = "example.com/log";

    fn entry(index: u64) -> Vec<u8> {
        format!("entry {index}").into_bytes()
    }

    /// A receipt of that entry in a tree of that size, with a cosignature, and the policy that trusts it.
    fn made(index: u64, size: u64) -> (Receipt, Policy) {
        let node = |level: u8, index: u64| {
            let leaves = (index << level)..((index + 1) << level);
            Ok::<_, Fault>(leaves.map(|leaf| Hash::leaf(&entry(leaf))).collect::<merkle::Frontier>().root())
        };
        let (log, witness) = (SecretKey::from_seed(&[1; 32]), SecretKey::from_seed(&[2; 32]));
        let root = merkle::root(size, node).unwrap();
        let mut checkpoint = SignedCheckpoint::sign(Checkpoint { origin: ORIGIN.into(), size, root }, &log).unwrap();
        let witness_key = VerifierKey::cosignature("w.example", witness.public().unwrap()).unwrap();
        let witness = Cosigner::new("w.example", CosigningKey::Ed25519(witness)).unwrap();
        checkpoint.add_signature(witness.cosign(&checkpoint, 1000).unwrap()).unwrap();
        let proof = merkle::inclusion_proof(index, size, node).unwrap();
        let log = VerifierKey::ed25519(ORIGIN, log.public().unwrap()).unwrap();
        let policy = Policy::parse(format!("log {log}\nwitness W {witness_key}\nquorum W\n").as_bytes()).unwrap();
        (Receipt { entry: entry(index), index, proof, checkpoint }, policy)
    }

    #[test]
    fn a_receipt_round_trips_and_verifies() {
        for (index, size) in [(0, 1), (0, 2), (1, 2), (2, 3), (77, 200), (199, 200), (255, 256), (256, 257)] {
            let (receipt, policy) = made(index, size);
            let text = receipt.to_string();
            let read = Receipt::parse(text.as_bytes()).unwrap();
            assert_eq!((&read, read.to_string()), (&receipt, text));
            let cosignatures = read.verify(&policy).unwrap();
            assert_eq!(cosignatures, [Cosignature { name: "w.example".into(), timestamp: 1000 }], "{index} of {size}");
        }
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let (receipt, policy) = made(77, 200);
        let fault = |change: &dyn Fn(&mut Receipt)| {
            let mut receipt = receipt.clone();
            change(&mut receipt);
            receipt.verify(&policy).unwrap_err()
        };
        let other = made(77, 201).0.checkpoint;
        let altered = receipt.checkpoint.to_string().replace("\n200\n", "\n199\n");
        let bare = receipt.checkpoint.to_string();
        let bare = bare.split_inclusive('\n').filter(|line| !line.contains("w.example")).collect::<String>();
        let unknown = bare.replace(ORIGIN, "example.com/other");
        let [altered, bare, unknown] =
            [altered, bare, unknown].map(|text| SignedCheckpoint::parse(text.as_bytes()).unwrap());
        type Change<'a> = &'a dyn Fn(&mut Receipt);
        let cases: [(Code, Change); 9] = [
            (Code::ProofInvalid, &|receipt| receipt.entry.push(0)),
            (Code::ProofInvalid, &|receipt| receipt.index = 78),
            (Code::ProofInvalid, &|receipt| receipt.index = 200),
            (Code::ProofInvalid, &|receipt| receipt.proof.truncate(7)),
            (Code::ProofInvalid, &|receipt| receipt.proof.reverse()),
            (Code::ProofInvalid, &|receipt| receipt.checkpoint = other.clone()),
            (Code::CheckpointSignatureInvalid, &|receipt| receipt.checkpoint = altered.clone()),
            (Code::QuorumNotMet, &|receipt| receipt.checkpoint = bare.clone()),
            (Code::CheckpointUntrusted, &|receipt| receipt.checkpoint = unknown.clone()),
        ];
        for (expected, change) in cases {
            let fault = fault(change);
            assert_eq!(fault.code, expected, "{fault}");
            assert_eq!(fault.index.is_some(), expected == Code::ProofInvalid, "{fault}");
        }
    }

    #[test]
    fn texts_are_read_strictly() {
        let (receipt, _) = made(1, 3);
        let text = receipt.to_string();
        let hash = receipt.proof[0].to_base64() + "\n";
        let extra = format!("extra {}\n", BASE64_STANDARD.encode(entry(1)));
        // (what is replaced, once, by what)
        let spoilt = [
            ("c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v2\n"),
            ("c2sp.org/tlog-proof@v1\n", ""),
            ("c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\r\n"),
            ("c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\n\n"),
            (&extra, ""),
            (&extra, "extra\n"),
            (&extra, "extra ZW50cnkgMQ\n"),
            (&extra, "extra ZW50cnkgMR==\n"),
            (&extra, "extra  ZW50cnkgMQ==\n"),
            (&extra, "extra ZW50cnkgMQ== \n"),
            (&extra, "Extra ZW50cnkgMQ==\n"),
            (&extra, "extra ZW50cnkgMQ==\nextra ZW50cnkgMQ==\n"),
            ("index 1\n", ""),
            ("index 1\n", "index\n"),
            ("index 1\n", "index 01\n"),
            ("index 1\n", "index +1\n"),
            ("index 1\n", "index -1\n"),
            ("index 1\n", "index  1\n"),
            ("index 1\n", "index 1 \n"),
            ("index 1\n", "index 9223372036854775807\n"),
            ("index 1\n", "index 1\nindex 1\n"),
            (&hash, "\n"),
            (&hash, "AAAA\n"),
            (&hash, "not a hash\n"),
            ("\n\nexample", "\nexample"),
            ("\n\nexample", "\n\n\nexample"),
            ("\n3\n", "\n03\n"),
            ("\n\n— ", "\n— "),
            ("— example.com/log ", "- example.com/log "),
        ];
        for (from, to) in spoilt {
            let text = text.replacen(from, to, 1);
            assert_ne!(text, receipt.to_string(), "{from:?} is there to be replaced");
            let fault = Receipt::parse(text.as_bytes()).expect_err(&text);
            assert_eq!(fault.code, Code::ReceiptMalformed, "{from:?} to {to:?}: {fault}");
        }
        for end in 0..text.len() {
            // Whole lines may be cut from the end: a signature fewer is still a note.
            let whole = text.as_bytes()[..end].ends_with(b"\n") && text[..end].contains("\n— ");
            assert_eq!(Receipt::parse(&text.as_bytes()[..end]).is_ok(), whole, "cut at {end}");
        }
    }

    #[test]
    fn limits() {
        let (mut receipt, _) = made(0, 1);
        receipt.entry = vec![7; MAX_ENTRY_BYTES];
        receipt.proof = vec![Hash::ZERO; MAX_PROOF];
        receipt.index = MAX_SIZE - 1;
        assert_eq!(Receipt::parse(receipt.to_string().as_bytes()).as_ref(), Ok(&receipt));
        let mut more = receipt.clone();
        more.proof.push(Hash::ZERO);
        let mut larger = receipt.clone();
        larger.entry.push(7);
        let long = "x".repeat(MAX_RECEIPT_BYTES + 1);
        for text in [more.to_string(), larger.to_string(), long] {
            assert_eq!(Receipt::parse(text.as_bytes()).unwrap_err().code, Code::ReceiptMalformed);
        }
    }
}
