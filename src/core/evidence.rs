//! Evidence: one small file in which a key contradicts itself, and which anybody can check alone. FORMAT.md, section 11.
//!
//! Whatever is checked here holds for every key: that an honest one never signs both things. Whose a key is, no file can
//! say that brings the key along; that is for the reader's policy, or the ledger itself.

use serde::{Deserialize, Serialize};

use super::checkpoint::SignedCheckpoint;
use super::fault::{Code, Fault};
use super::hash::Hash;
use super::json::{self, Set};
use super::note::{MAX_VERIFIER_KEY_BYTES, VerifierKey};
use super::receipt::Receipt;
use super::statement::Envelope;

mod history;
mod statements;

use history::{Checkpoints, Promise};
pub use statements::takes_cosigner;

use statements::Statements;

/// Bytes in the longest evidence that is read: two checkpoints and a receipt of any size fit.
pub const MAX_EVIDENCE_BYTES: usize = 5 << 20;

/// Keys that one piece of evidence convicts, at most: the operator's, and those of all witnesses of a policy.
pub const MAX_CONVICTED: usize = 65;

/// Two things that no honest key signs both. Of the right form; says nothing of whether any signature verifies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Evidence {
    #[serde(rename = "conflicting_checkpoints")]
    Checkpoints(Checkpoints),
    #[serde(rename = "dishonoured_receipt")]
    Receipt(Box<Promise>),
    #[serde(rename = "conflicting_statements")]
    Statements(Statements),
}

/// The value of `format`: what the file is, and by which version of its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Format {
    #[serde(rename = "candour-evidence/v1")]
    V1,
}

/// Of checkpoints of two sizes: what the tree of the larger one has at the smaller size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fork {
    /// The consistency proof from `root` at the smaller size to the root of the larger checkpoint.
    pub proof: Vec<Hash>,
    /// The root of the larger tree's first entries, as many as the smaller one has.
    pub root: Hash,
}

/// What another tree has in a receipt's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replaced {
    /// The leaf hash of the entry there.
    pub leaf: Hash,
    /// Its proof of inclusion at the receipt's index.
    pub proof: Vec<Hash>,
}

/// How a checkpoint contradicts that of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// They are of one size, and have different roots.
    Roots,
    /// They are of two sizes, and the larger tree does not extend the smaller.
    Fork(Fork),
    /// Another entry stands in the receipt's place.
    Replaced(Replaced),
}

/// What evidence proves, once every signature and proof of it held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proven {
    /// The evidence's `kind`.
    pub kind: &'static str,
    /// The origin of the ledger that it is about.
    pub ledger: String,
    /// Whom it convicts; at least one.
    pub convicted: Vec<Convicted>,
    /// What it proves, in a sentence.
    pub proves: String,
    /// The condition under which alone it convicts, where there is one: a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provided: Option<String>,
    /// What it does not prove, however it may look.
    pub not_proven: Vec<&'static str>,
}

/// A key that contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Convicted {
    /// As what it signed.
    pub role: Role,
    /// What it is called: an operator's key by the ledger's origin, which it signed; an author's by the statement, which it
    /// signed; a witness's by the evidence alone.
    pub name: String,
    /// The key: a verifier key (signed-note), or of an author 64 hexadecimal digits.
    pub key: String,
}

/// As what a key signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It signs a ledger's checkpoints.
    Operator,
    /// It cosigns them.
    Witness,
    /// It signs statements.
    Author,
}

impl Role {
    /// The word, as in FORMAT.md.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Witness => "witness",
            Self::Author => "author",
        }
    }
}

/// Checks evidence: every signature and proof, and that what they are of cannot all be honest.
///
/// # Errors
/// The first fault, in the order of FORMAT.md, section 11: `evidence-malformed`, those of what it is made of, and
/// `evidence-inconclusive` where all of it holds and convicts nobody.
pub fn check(bytes: &[u8]) -> Result<Proven, Fault> {
    if bytes.len() > MAX_EVIDENCE_BYTES {
        return Err(malformed(format!("at most {MAX_EVIDENCE_BYTES} bytes"), format!("{} bytes", bytes.len())));
    }
    let evidence: Evidence = json::decode(bytes).map_err(|fault| match fault.code {
        Code::StatementNotCanonical => malformed(fault.expected, fault.found),
        _ => malformed("evidence as in FORMAT.md, section 11", fault.found),
    })?;
    match evidence {
        Evidence::Checkpoints(evidence) => evidence.check(),
        Evidence::Receipt(evidence) => evidence.check(),
        Evidence::Statements(evidence) => evidence.check(),
    }
}

/// The evidence that those keys signed two checkpoints that contradict each other; with a fork, if the sizes differ.
///
/// # Errors
/// As [`check`].
pub fn of_checkpoints(
    checkpoints: [&SignedCheckpoint; 2],
    keys: &[VerifierKey],
    fork: Option<Fork>,
) -> Result<Vec<u8>, Fault> {
    encode(&Evidence::Checkpoints(Checkpoints::new(checkpoints, names(keys)?, fork)))
}

/// The evidence that those keys signed the checkpoint of a receipt, and another one that breaks what it promises.
///
/// # Errors
/// As [`check`].
pub fn of_receipt(
    receipt: &Receipt,
    checkpoint: &SignedCheckpoint,
    keys: &[VerifierKey],
    breach: Breach,
) -> Result<Vec<u8>, Fault> {
    encode(&Evidence::Receipt(Box::new(Promise::new(receipt, checkpoint, names(keys)?, breach))))
}

/// The evidence that one author signed two statements under one number. Of each, only the author's signature is kept.
///
/// # Errors
/// As [`check`].
pub fn of_statements(statements: [&Envelope; 2]) -> Result<Vec<u8>, Fault> {
    encode(&Evidence::Statements(Statements::new(statements)))
}

/// The bytes, checked: nothing is made that does not convict.
fn encode(evidence: &Evidence) -> Result<Vec<u8>, Fault> {
    let bytes = json::encode(evidence)?;
    check(&bytes)?;
    Ok(bytes)
}

/// Verifier keys as they are written, no two alike.
type Keys = Set<String, MAX_CONVICTED>;

fn names(keys: &[VerifierKey]) -> Result<Keys, Fault> {
    let expected = || malformed(format!("1 to {MAX_CONVICTED} different keys"), format!("{} keys", keys.len()));
    Set::new(keys.iter().map(ToString::to_string).collect()).ok_or_else(expected)
}

const _: () = assert!(MAX_EVIDENCE_BYTES > MAX_CONVICTED * MAX_VERIFIER_KEY_BYTES);

fn malformed(expected: impl Into<String>, found: impl Into<String>) -> Fault {
    Fault::new(Code::EvidenceMalformed, expected, found)
}

fn inconclusive(expected: impl Into<String>, found: impl Into<String>) -> Fault {
    Fault::new(Code::EvidenceInconclusive, expected, found)
}

#[cfg(test)]
mod tests;
