//! A witness's word: "at that time, this was the largest tree that I had seen of this ledger, and it extends those
//! before". C2SP tlog-cosignature.

use super::checkpoint::{MAX_TIMESTAMP, SignedCheckpoint};
use super::fault::{Code, Fault};
use super::key::SecretKey;
use super::note::{NoteSignature, VerifierKey};

/// What a witness signs with.
pub enum CosigningKey {
    /// Key type 0x04: a cosignature/v1.
    Ed25519(SecretKey),
}

/// A witness's name and key.
pub struct Cosigner {
    verifier: VerifierKey,
    key: CosigningKey,
}

impl Cosigner {
    /// Of a name, which is best a URL without its scheme. One Ed25519 key serves one name: what it signs does not say it.
    ///
    /// # Errors
    /// `note-malformed`: the name is no key's.
    pub fn new(name: &str, key: CosigningKey) -> Result<Self, Fault> {
        let verifier = match &key {
            CosigningKey::Ed25519(key) => VerifierKey::cosignature(name, key.public()?)?,
        };
        Ok(Self { verifier, key })
    }

    /// The key that its cosignatures verify by.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Cosigns a checkpoint at a time in seconds since 1970, which is for the caller to have checked; see
    /// [`SignedCheckpoint::add_signature`].
    ///
    /// # Errors
    /// `cosignature-invalid`: no time, or one after [`MAX_TIMESTAMP`].
    pub fn cosign(&self, checkpoint: &SignedCheckpoint, timestamp: u64) -> Result<NoteSignature, Fault> {
        if timestamp == 0 || timestamp > MAX_TIMESTAMP {
            return Err(Fault::new(Code::CosignatureInvalid, "a time from 1, below 2^63", timestamp.to_string()));
        }
        let signature = match &self.key {
            CosigningKey::Ed25519(key) => key.sign(&checkpoint.cosigned_message(timestamp)).0.to_vec(),
        };
        Ok(NoteSignature::new(&self.verifier, [timestamp.to_be_bytes().as_slice(), &signature].concat()))
    }
}
