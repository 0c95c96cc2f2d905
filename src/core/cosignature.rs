//! A witness's word: "at that time, this was the largest tree that I had seen of this ledger, and it extends those
//! before". C2SP tlog-cosignature.

use super::checkpoint::{MAX_COSIGNED_NAME_BYTES, MAX_TIMESTAMP, SignedCheckpoint};
use super::fault::{Code, Fault};
use super::key::{SecretKey, ml_dsa};
use super::note::{NoteSignature, VerifierKey, quote};
use super::time::Time;

/// A cosignature's time as it is shown: RFC 3339, or plain seconds after the year 9999.
pub fn shown_time(seconds: u64) -> String {
    Time::from_unix(seconds).map_or_else(|| format!("{seconds} seconds after 1970"), |time| time.to_string())
}

/// What a witness signs with.
pub enum CosigningKey {
    /// Key type 0x04: a cosignature/v1.
    Ed25519(SecretKey),
    /// Key type 0x06: a subtree/v1, of the whole tree. What tlog-cosignature recommends.
    MlDsa44(ml_dsa::SecretKey),
}

impl CosigningKey {
    /// The key that cosignatures by that name verify by.
    ///
    /// # Errors
    /// `note-malformed`: the name is no key's.
    pub fn verifier(&self, name: &str) -> Result<VerifierKey, Fault> {
        match self {
            Self::Ed25519(key) => VerifierKey::cosignature(name, key.public()?),
            Self::MlDsa44(key) => VerifierKey::cosignature_ml_dsa_44(name, key.public()),
        }
    }
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
    /// `note-malformed`: the name is no key's, or with an ML-DSA-44 key, longer than [`MAX_COSIGNED_NAME_BYTES`].
    pub fn new(name: &str, key: CosigningKey) -> Result<Self, Fault> {
        if matches!(key, CosigningKey::MlDsa44(_)) && name.len() > MAX_COSIGNED_NAME_BYTES {
            let expected = format!("a witness's name of at most {MAX_COSIGNED_NAME_BYTES} bytes");
            return Err(Fault::new(Code::NoteMalformed, expected, quote(name)));
        }
        let verifier = key.verifier(name)?;
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
    /// `cosignature-invalid`: no time, or one after [`MAX_TIMESTAMP`]; with an ML-DSA-44 key, an origin longer than
    /// [`MAX_COSIGNED_NAME_BYTES`].
    pub fn cosign(&self, checkpoint: &SignedCheckpoint, timestamp: u64) -> Result<NoteSignature, Fault> {
        if timestamp == 0 || timestamp > MAX_TIMESTAMP {
            return Err(Fault::new(Code::CosignatureInvalid, "a time from 1, below 2^63", timestamp.to_string()));
        }
        let signature = match &self.key {
            CosigningKey::Ed25519(key) => key.sign(&checkpoint.cosigned_message(timestamp)).0.to_vec(),
            CosigningKey::MlDsa44(key) => checkpoint
                .cosigned_tree_message(self.verifier.name(), timestamp)
                .and_then(|message| key.sign(&message))
                .ok_or_else(|| {
                    let expected = format!("an origin of at most {MAX_COSIGNED_NAME_BYTES} bytes");
                    Fault::new(Code::CosignatureInvalid, expected, quote(&checkpoint.checkpoint().origin))
                })?,
        };
        Ok(NoteSignature::new(&self.verifier, [timestamp.to_be_bytes().as_slice(), &signature].concat()))
    }
}
