//! What a witness is asked, and when it may cosign: C2SP tlog-witness, `add-checkpoint`.
//!
//! A request is judged in two steps. [`Logs::admit`] needs no memory: is it well-formed, of a log that the witness knows,
//! signed by that log? [`Submission::check`] holds it against the latest checkpoint that the witness cosigned, and must be
//! one step with replacing that by the new one.

use std::collections::BTreeMap;
use std::fmt;

use super::checkpoint::{Checkpoint, SignedCheckpoint};
use super::fault::{Code, Fault};
use super::hash::Hash;
use super::merkle::{MAX_SIZE, empty_root, verify_consistency};
use super::note::{VerifierKey, decimal, quote};
use super::policy::Policy;

/// Bytes of the longest body of `add-checkpoint` that is read: room for 16 signatures of post-quantum size and more.
pub const MAX_ADD_CHECKPOINT_BYTES: usize = 1 << 18;

/// Lines of a consistency proof, at most.
pub const MAX_PROOF_LINES: usize = 63;

/// The body of `add-checkpoint`. Well-formed; says nothing of whether anything in it is true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size of the checkpoint that the witness is thought to have cosigned last; 0 if none.
    pub old: u64,
    /// The proof that the checkpoint extends that one.
    pub proof: Vec<Hash>,
    /// The checkpoint to cosign.
    pub checkpoint: SignedCheckpoint,
}

impl AddCheckpoint {
    /// Reads a body. Printing it gives the same bytes back.
    ///
    /// # Errors
    /// `add-checkpoint-malformed`, `note-malformed`, `checkpoint-malformed`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > MAX_ADD_CHECKPOINT_BYTES {
            return Err(malformed(&format!("at most {MAX_ADD_CHECKPOINT_BYTES} bytes"), "more"));
        }
        let end = bytes.windows(2).position(|pair| pair == b"\n\n");
        let (head, checkpoint) = end
            .and_then(|end| Some((bytes.get(..end)?, bytes.get(end.checked_add(2)?..)?)))
            .ok_or_else(|| malformed("an empty line before the checkpoint", "none"))?;
        let head = str::from_utf8(head).map_err(|error| malformed("UTF-8", &error.to_string()))?;
        let (old, proof) = head.split_once('\n').map_or((head, None), |(old, proof)| (old, Some(proof)));
        let size = old.strip_prefix("old ").and_then(decimal).filter(|&size| size <= MAX_SIZE);
        let size = size.ok_or_else(|| malformed("old, a space and a size in decimal, below 2^63", &quote(old)))?;
        let lines = proof.into_iter().flat_map(|proof| proof.split('\n'));
        if lines.clone().count() > MAX_PROOF_LINES {
            return Err(malformed(&format!("at most {MAX_PROOF_LINES} lines of a proof"), "more"));
        }
        let hash = |line| Hash::from_base64(line).map_err(|_| malformed("a hash in base64", &quote(line)));
        let proof = lines.map(hash).collect::<Result<_, _>>()?;
        Ok(Self { old: size, proof, checkpoint: SignedCheckpoint::parse(checkpoint)? })
    }
}

/// The body, byte for byte.
impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", hash.to_base64()))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Why a witness does not cosign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not a body of `add-checkpoint`.
    Malformed(Fault),
    /// The witness does not know the log.
    LogUnknown {
        /// The checkpoint's origin.
        origin: String,
    },
    /// No key of the log signed it, or one did and the signature does not verify.
    Untrusted(Fault),
    /// It would extend a larger tree than it is.
    OldBeyondSize {
        /// The old size.
        old: u64,
        /// The checkpoint's.
        size: u64,
    },
    /// The witness cosigned another checkpoint last.
    Conflict {
        /// The size of that one; 0 if none.
        size: u64,
    },
    /// Not shown to extend the latest checkpoint.
    Inconsistent(Fault),
}

impl Refusal {
    /// The HTTP status that the specification gives it.
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::OldBeyondSize { .. } => 400,
            Self::Untrusted(_) => 403,
            Self::LogUnknown { .. } => 404,
            Self::Conflict { .. } => 409,
            Self::Inconsistent(_) => 422,
        }
    }
}

/// One line, of bounded length.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(fault) | Self::Untrusted(fault) | Self::Inconsistent(fault) => fault.fmt(f),
            Self::LogUnknown { origin } => write!(f, "expected a log that this witness knows, found {}", quote(origin)),
            Self::OldBeyondSize { old, size } => {
                write!(f, "expected an old size of at most the checkpoint's {size}, found {old}")
            }
            Self::Conflict { size } => write!(f, "expected the old size {size}, found another"),
        }
    }
}

/// What a refused checkpoint, which its log did sign, may be evidence of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The log signed two roots for one size: this alone convicts it.
    TwoRoots,
    /// A larger tree that its proof does not show to extend the latest one. A witness cannot tell a fork from a proof that
    /// somebody spoilt; whoever has the ledger can.
    PossibleFork,
    /// A smaller tree than the latest one. So does a client send that is merely late; whoever has the ledger can tell.
    PossibleRollback,
}

impl Evidence {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::TwoRoots, Self::PossibleFork, Self::PossibleRollback];

    /// The stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::TwoRoots => "two-roots",
            Self::PossibleFork => "possible-fork",
            Self::PossibleRollback => "possible-rollback",
        }
    }

    /// What it says, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::TwoRoots => "the log signed two roots for one size",
            Self::PossibleFork => "the log signed a larger tree that the proof sent with it does not lead to",
            Self::PossibleRollback => "the log signed a smaller tree, which came after the larger one",
        }
    }
}

/// The logs that a witness knows, each by its origin, with the keys that may sign for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Logs(BTreeMap<String, Vec<VerifierKey>>);

impl Logs {
    /// Those of a policy. A key's name is its log's origin.
    pub fn of(policy: &Policy) -> Self {
        let mut logs = Self::default();
        for log in policy.logs() {
            logs.0.entry(log.key.name().to_owned()).or_default().push(log.key.clone());
        }
        logs
    }

    /// Their origins, in order.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Takes a checkpoint that its log signed.
    ///
    /// # Errors
    /// [`Refusal::LogUnknown`], [`Refusal::Untrusted`].
    pub fn admit(&self, request: AddCheckpoint) -> Result<Submission, Refusal> {
        let AddCheckpoint { old, proof, checkpoint } = request;
        let origin = &checkpoint.checkpoint().origin;
        let Some(keys) = self.0.get(origin) else { return Err(Refusal::LogUnknown { origin: origin.clone() }) };
        let mut signed = Vec::new();
        for key in keys {
            if checkpoint.signed_by(key).map_err(Refusal::Untrusted)? {
                // What this witness shows of the log is for every library to accept.
                if !checkpoint.is_undisputed(key) {
                    let expected = format!("a signature by {} that every library accepts", quote(origin));
                    let fault = Fault::new(Code::CheckpointSignatureInvalid, expected, "one that some refuse");
                    return Err(Refusal::Untrusted(fault));
                }
                signed.extend(checkpoint.note().signatures_of(key).next());
            }
        }
        if signed.is_empty() {
            let expected = format!("a signature by a key of {} that this witness knows", quote(origin));
            return Err(Refusal::Untrusted(Fault::new(Code::CheckpointUntrusted, expected, "none")));
        }
        // What others signed is nothing that this witness could vouch for.
        let lines: String = signed.into_iter().map(|line| format!("{line}\n")).collect();
        let note = format!("{}\n{lines}", checkpoint.note().text());
        let checkpoint = SignedCheckpoint::parse(note.as_bytes()).map_err(Refusal::Malformed)?;
        Ok(Submission { old, proof, checkpoint })
    }
}

/// A checkpoint that its log signed, and how it is said to extend the latest one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    old: u64,
    proof: Vec<Hash>,
    checkpoint: SignedCheckpoint,
}

impl Submission {
    /// The checkpoint, with the verified signatures of its log and no others.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Whether it may be cosigned after `latest`, the checkpoint of this log that was cosigned last.
    ///
    /// # Errors
    /// [`Refusal::OldBeyondSize`], [`Refusal::Conflict`], [`Refusal::Inconsistent`]; the first that applies, in this
    /// order.
    pub fn check(&self, latest: Option<&Checkpoint>) -> Result<(), Refusal> {
        let new = self.checkpoint.checkpoint();
        if self.old > new.size {
            return Err(Refusal::OldBeyondSize { old: self.old, size: new.size });
        }
        let (size, root) = latest.map_or_else(|| (0, empty_root()), |latest| (latest.size, latest.root));
        if self.old != size {
            return Err(Refusal::Conflict { size });
        }
        // With an old size of 0 this also holds a new tree without leaves to its one root.
        verify_consistency(size, root, new.size, new.root, &self.proof).map_err(Refusal::Inconsistent)
    }

    /// What it is evidence of, where [`Self::check`] gave that refusal. A client that is merely behind leaves none.
    pub fn evidence(&self, latest: Option<&Checkpoint>, refusal: &Refusal) -> Option<Evidence> {
        let new = self.checkpoint.checkpoint();
        // An empty tree has one root, whether or not the witness ever cosigned it.
        if new.size == 0 && new.root != empty_root() {
            return Some(Evidence::TwoRoots);
        }
        let latest = latest?;
        if new.size < latest.size {
            return Some(Evidence::PossibleRollback);
        }
        if new.size == latest.size {
            return (new.root != latest.root).then_some(Evidence::TwoRoots);
        }
        (latest.size > 0 && matches!(refusal, Refusal::Inconsistent(_))).then_some(Evidence::PossibleFork)
    }
}

fn malformed(expected: &str, found: &str) -> Fault {
    Fault::new(Code::AddCheckpointMalformed, expected, found)
}

#[cfg(test)]
pub(crate) mod tests;
