//! The ledger's promise of its size and root: C2SP tlog-checkpoint, with the cosignatures of tlog-cosignature.

use std::collections::BTreeSet;
use std::fmt;

use super::fault::{Code, Fault};
use super::hash::Hash;
use super::key::{PublicKey, SecretKey, Signature};
use super::merkle::MAX_SIZE;
use super::note::{KeyKind, Note, NoteSignature, VerifierKey, decimal, quote};

/// The latest time of a cosignature: 2^63 − 1 seconds after 1970.
pub const MAX_TIMESTAMP: u64 = i64::MAX as u64;

/// Bytes of the longest witness's name and of the longest origin that an ML-DSA-44 cosignature can be about.
pub const MAX_COSIGNED_NAME_BYTES: usize = u8::MAX as usize;

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which ledger it is of.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// The root of the tree of that size.
    pub root: Hash,
}

impl Checkpoint {
    /// Reads the text of a checkpoint's note. Extension lines are let pass, and are no part of what it says here.
    ///
    /// # Errors
    /// `checkpoint-malformed`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let lines = text.strip_suffix('\n').ok_or_else(|| malformed("a newline at the end", text))?;
        let mut lines = lines.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(malformed("three lines: origin, size and root", text));
        };
        if origin.is_empty() || lines.any(str::is_empty) {
            return Err(malformed("no empty line", text));
        }
        let number = decimal(size).filter(|&number| number <= MAX_SIZE);
        Ok(Self {
            origin: origin.to_owned(),
            size: number.ok_or_else(|| malformed("a size in decimal, below 2^63", size))?,
            root: Hash::from_base64(root).map_err(|_| malformed("a root hash in base64", root))?,
        })
    }
}

/// The three lines, each with its newline.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, self.root.to_base64())
    }
}

/// A checkpoint and the note that carries it. Well-formed; says nothing of whether any signature verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Reads a checkpoint with its signatures. Printing it gives the same bytes back, extension lines included.
    ///
    /// # Errors
    /// `note-malformed`, `checkpoint-malformed`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let note = Note::parse(bytes)?;
        Ok(Self { checkpoint: Checkpoint::parse(note.text())?, note })
    }

    /// Signs a checkpoint as its ledger. The key's name is the origin.
    ///
    /// # Errors
    /// `checkpoint-malformed`, `note-malformed`: an origin that is no line, or no key's name.
    pub fn sign(checkpoint: Checkpoint, key: &SecretKey) -> Result<Self, Fault> {
        let text = checkpoint.to_string();
        if Checkpoint::parse(&text)? != checkpoint {
            return Err(malformed("an origin of one line", &checkpoint.origin));
        }
        let note = Note::sign(text, &checkpoint.origin, key)?;
        Ok(Self { checkpoint, note })
    }

    /// What it says.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note, with every signature.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// The names on the signature lines that are not its ledger's own, each once and sorted: who is said to have cosigned
    /// it. Nothing is verified.
    pub fn cosigners(&self) -> Vec<String> {
        let names = self.note.signatures().iter().map(NoteSignature::name);
        let others: BTreeSet<&str> = names.filter(|name| *name != self.checkpoint.origin).collect();
        others.into_iter().map(str::to_owned).collect()
    }

    /// Whether that key signed it; one of a witness's type signs as it cosigns. False where no line has the key's name
    /// and id, and of a type of key that nothing verifies here ([`KeyKind::Other`]).
    ///
    /// # Errors
    /// `checkpoint-signature-invalid`: there is such a line, and it does not verify.
    pub fn signed_by(&self, key: &VerifierKey) -> Result<bool, Fault> {
        let mut signed = false;
        for line in self.note.signatures_of(key) {
            let verifies = match key.kind() {
                KeyKind::Ed25519(public) => verifies(public, self.note.text().as_bytes(), line.bytes()),
                KeyKind::CosignatureEd25519(_) | KeyKind::CosignatureMlDsa44(_) => {
                    self.cosignature_time(key, line.bytes()).is_some()
                }
                KeyKind::Other { .. } => return Ok(false),
            };
            if !verifies {
                return Err(invalid(Code::CheckpointSignatureInvalid, key));
            }
            signed = true;
        }
        Ok(signed)
    }

    /// When that witness cosigned it, in seconds since 1970: the latest time, should there be several. `None` where no
    /// line has the key's name and id, and of a type of key that is no witness's.
    ///
    /// 0 is no time: tlog-cosignature lets a witness say by it that the tree agrees with every other that it saw, but not
    /// that it was the largest. Such a line verifies, and counts for a quorum, which is there to show that all see one
    /// history; it dates nothing. tlog-proof passes the time over in the same way, and torchwood, which has only the
    /// Ed25519 type, takes a 0 there too. tlog-witness forbids its witnesses to write it, and `Cosigner` refuses to.
    ///
    /// # Errors
    /// `cosignature-invalid`: there is such a line, and it does not verify.
    pub fn cosigned_by(&self, key: &VerifierKey) -> Result<Option<u64>, Fault> {
        if !matches!(key.kind(), KeyKind::CosignatureEd25519(_) | KeyKind::CosignatureMlDsa44(_)) {
            return Ok(None);
        }
        let mut latest = None;
        for line in self.note.signatures_of(key) {
            let time = self.cosignature_time(key, line.bytes());
            latest = latest.max(Some(time.ok_or_else(|| invalid(Code::CosignatureInvalid, key))?));
        }
        Ok(latest)
    }

    /// Whether no library could refuse what that key signed here: each line of its name and id verifies by the strict rule
    /// of [`super::key`] too. True where there is none, and of types of key that have one rule only.
    ///
    /// Whatever is published must pass: a reader whose library refuses one line of a known key refuses the whole note
    /// (signed-note).
    pub fn is_undisputed(&self, key: &VerifierKey) -> bool {
        let strict = |public: &PublicKey, message: &[u8], signature: &[u8]| {
            signature.try_into().is_ok_and(|signature| public.verify_strict(message, &Signature(signature)))
        };
        self.note.signatures_of(key).all(|line| match (key.kind(), line.bytes().split_first_chunk()) {
            (KeyKind::Ed25519(public), _) => strict(public, self.note.text().as_bytes(), line.bytes()),
            (KeyKind::CosignatureEd25519(public), Some((timestamp, signature))) => {
                strict(public, &self.cosigned_message(u64::from_be_bytes(*timestamp)), signature)
            }
            (KeyKind::CosignatureEd25519(_), None) => false,
            (KeyKind::CosignatureMlDsa44(_) | KeyKind::Other { .. }, _) => true,
        })
    }

    /// Adds a signature line, in place of any of the same name and key id. It is not verified.
    ///
    /// # Errors
    /// `note-malformed`: the note is full.
    pub fn add_signature(&mut self, signature: NoteSignature) -> Result<(), Fault> {
        self.note.add(signature)
    }

    /// The time of a timestamped signature over this checkpoint, if it verifies by that witness's key.
    fn cosignature_time(&self, key: &VerifierKey, bytes: &[u8]) -> Option<u64> {
        let (timestamp, signature) = bytes.split_first_chunk()?;
        let timestamp = u64::from_be_bytes(*timestamp);
        if timestamp > MAX_TIMESTAMP {
            return None;
        }
        let verifies = match key.kind() {
            KeyKind::CosignatureEd25519(public) => verifies(public, &self.cosigned_message(timestamp), signature),
            KeyKind::CosignatureMlDsa44(public) => {
                public.verify(&self.cosigned_tree_message(key.name(), timestamp)?, signature)
            }
            KeyKind::Ed25519(_) | KeyKind::Other { .. } => false,
        };
        verifies.then_some(timestamp)
    }

    /// What an Ed25519 cosignature at that time signs: the whole text of the note.
    pub(super) fn cosigned_message(&self, timestamp: u64) -> Vec<u8> {
        format!("cosignature/v1\ntime {timestamp}\n{}", self.note.text()).into_bytes()
    }

    /// What an ML-DSA-44 cosignature by that name and at that time signs: origin, size and root, but no extension line.
    /// `None` where a name is too long to be written: such a line never verifies.
    pub(super) fn cosigned_tree_message(&self, cosigner: &str, timestamp: u64) -> Option<Vec<u8>> {
        let Checkpoint { origin, size, root } = &self.checkpoint;
        let mut message = b"subtree/v1\n\0".to_vec();
        push_name(&mut message, cosigner)?;
        message.extend(timestamp.to_be_bytes());
        push_name(&mut message, origin)?;
        // A checkpoint's tree has every leaf from 0 to its size.
        message.extend([0_u64.to_be_bytes(), size.to_be_bytes()].concat());
        message.extend(root.0);
        Some(message)
    }
}

/// A name as `opaque name<1..2^8-1>` (RFC 8446, section 3.4): its length in one byte, then itself. `None` where it is
/// longer than [`MAX_COSIGNED_NAME_BYTES`]; empty is no name.
fn push_name(message: &mut Vec<u8>, name: &str) -> Option<()> {
    message.push(u8::try_from(name.len()).ok().filter(|&length| length > 0)?);
    message.extend(name.as_bytes());
    Some(())
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.note, f)
    }
}

fn verifies(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    signature.try_into().is_ok_and(|signature| key.verify(message, &Signature(signature)))
}

fn malformed(expected: &str, found: &str) -> Fault {
    Fault::new(Code::CheckpointMalformed, expected, quote(found))
}

fn invalid(code: Code, key: &VerifierKey) -> Fault {
    let expected = format!("a signature by {} with key id {:08x}", quote(key.name()), key.id());
    Fault::new(code, expected, "one that does not verify")
}

#[cfg(test)]
mod cosignature_tests;
#[cfg(test)]
pub(super) mod tests;
