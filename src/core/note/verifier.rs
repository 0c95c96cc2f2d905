//! Verifier keys, as signed-note writes them.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::super::fault::Fault;
use super::super::hash::Hash;
use super::super::key::{PublicKey, ml_dsa};
use super::{check_name, malformed, quote};

/// Bytes in the longest verifier key that is read: one of ML-DSA-44 has 1762 and its name.
pub const MAX_VERIFIER_KEY_BYTES: usize = 8192;

const ED25519: u8 = 0x01;
const COSIGNATURE_ED25519: u8 = 0x04;
const COSIGNATURE_ML_DSA_44: u8 = 0x06;

/// A public key with its name and type, as `name+id+base64`: a vkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: u32,
    kind: KeyKind,
}

/// The type of a key, by the identifier bytes of signed-note, and the key itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// 0x01: signs the text of a note.
    Ed25519(PublicKey),
    /// 0x04: cosigns a checkpoint, with a time (tlog-cosignature).
    CosignatureEd25519(PublicKey),
    /// 0x06: cosigns a checkpoint, with a time and its own name (tlog-cosignature).
    CosignatureMlDsa44(ml_dsa::PublicKey),
    /// A type that is read and printed, and by which nothing ever verifies.
    Other {
        /// Its identifier byte.
        kind: u8,
        /// What follows that byte.
        key: Vec<u8>,
    },
}

impl KeyKind {
    /// The identifier byte.
    pub fn byte(&self) -> u8 {
        match self {
            Self::Ed25519(_) => ED25519,
            Self::CosignatureEd25519(_) => COSIGNATURE_ED25519,
            Self::CosignatureMlDsa44(_) => COSIGNATURE_ML_DSA_44,
            Self::Other { kind, .. } => *kind,
        }
    }

    /// The public key's bytes, whatever they are used for.
    pub fn key_bytes(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(key) | Self::CosignatureEd25519(key) => key.to_bytes().to_vec(),
            Self::CosignatureMlDsa44(key) => key.to_bytes().to_vec(),
            Self::Other { key, .. } => key.clone(),
        }
    }

    /// The identifier byte, then the key.
    fn to_bytes(&self) -> Vec<u8> {
        [vec![self.byte()], self.key_bytes()].concat()
    }
}

impl VerifierKey {
    /// A note key, type 0x01.
    ///
    /// # Errors
    /// `note-malformed`: a name that is empty, or has a space or a plus.
    pub fn ed25519(name: &str, key: PublicKey) -> Result<Self, Fault> {
        Self::new(name, KeyKind::Ed25519(key))
    }

    /// A witness's key, type 0x04.
    ///
    /// # Errors
    /// `note-malformed`: a name that is empty, or has a space or a plus.
    pub fn cosignature(name: &str, key: PublicKey) -> Result<Self, Fault> {
        Self::new(name, KeyKind::CosignatureEd25519(key))
    }

    /// A witness's key, type 0x06.
    ///
    /// # Errors
    /// `note-malformed`: a name that is empty, or has a space or a plus.
    pub fn cosignature_ml_dsa_44(name: &str, key: ml_dsa::PublicKey) -> Result<Self, Fault> {
        Self::new(name, KeyKind::CosignatureMlDsa44(key))
    }

    fn new(name: &str, kind: KeyKind) -> Result<Self, Fault> {
        check_name(name)?;
        let hash = Hash::of(&[name.as_bytes(), b"\n", &kind.to_bytes()].concat());
        let [a, b, c, d, ..] = hash.0;
        Ok(Self { name: name.to_owned(), id: u32::from_be_bytes([a, b, c, d]), kind })
    }

    /// Reads a vkey. Printing it gives the same text back.
    ///
    /// # Errors
    /// `note-malformed`: not of that form, or an id that is not its key's; `key-invalid`: no Ed25519 key.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let expected = || malformed("a verifier key, name+id+base64", quote(text));
        if text.len() > MAX_VERIFIER_KEY_BYTES {
            return Err(malformed(format!("at most {MAX_VERIFIER_KEY_BYTES} bytes"), format!("{} bytes", text.len())));
        }
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(hex), Some(base64)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(expected());
        };
        let id = u32::from_str_radix(hex, 16).ok().filter(|id| format!("{id:08x}") == hex).ok_or_else(expected)?;
        let bytes = BASE64_STANDARD.decode(base64).map_err(|_| expected())?;
        let (&kind, key) = bytes.split_first().filter(|(_, key)| !key.is_empty()).ok_or_else(expected)?;
        let kind = match kind {
            ED25519 | COSIGNATURE_ED25519 if key.len() != PublicKey::LENGTH => return Err(expected()),
            ED25519 => KeyKind::Ed25519(PublicKey::parse(key)?),
            COSIGNATURE_ED25519 => KeyKind::CosignatureEd25519(PublicKey::parse(key)?),
            COSIGNATURE_ML_DSA_44 if key.len() != ml_dsa::PublicKey::LENGTH => return Err(expected()),
            COSIGNATURE_ML_DSA_44 => KeyKind::CosignatureMlDsa44(ml_dsa::PublicKey::parse(key)?),
            kind => KeyKind::Other { kind, key: key.to_vec() },
        };
        let key = Self::new(name, kind)?;
        // Of other types it is not known here how they make the id.
        let computed = !matches!(key.kind, KeyKind::Other { .. });
        if computed && id != key.id {
            return Err(malformed(format!("key id {:08x} for {}", key.id, quote(name)), hex));
        }
        Ok(Self { id, ..key })
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key's id, which with its name marks its signatures.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The key's type, and the key.
    pub fn kind(&self) -> &KeyKind {
        &self.kind
    }

    /// The Ed25519 key, if it is a note key (type 0x01).
    pub fn ed25519_key(&self) -> Option<PublicKey> {
        if let KeyKind::Ed25519(key) = self.kind { Some(key) } else { None }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{:08x}+{}", self.name, self.id, BASE64_STANDARD.encode(self.kind.to_bytes()))
    }
}
