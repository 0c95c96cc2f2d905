//! The texts of key files. No I/O but the randomness that encryption takes.

use std::io;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use pkcs8::der;
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::pem::{self, PemLabel};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use pkcs8::{Document, EncryptedPrivateKeyInfoRef, LineEnding, ObjectIdentifier, PrivateKeyInfoRef, SecretDocument};
use zeroize::Zeroizing;

use super::Passphrase;
use super::encryption::{affordable, encryption};
use super::error::{KeyFileProblem as Problem, unencodable};
use crate::core::cosignature::CosigningKey;
use crate::core::fault::Fault;
use crate::core::hash::Hash;
use crate::core::key::{PublicKey, SecretKey, ml_dsa};

/// id-Ed25519 (RFC 8410, section 3).
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// id-ml-dsa-44 (RFC 9881, section 2).
const ML_DSA_44: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.17");

/// What comes before the 32 bytes of a public key in its DER (RFC 8410, section 4).
const PUBLIC_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// What comes before the 1312 bytes of an ML-DSA-44 public key in its DER (RFC 9881, section 4).
const ML_DSA_44_PUBLIC_PREFIX: [u8; 22] = [
    0x30, 0x82, 0x05, 0x32, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11, 0x03, 0x82,
    0x05, 0x21, 0x00,
];

/// What comes before the seed in an Ed25519 private key: an octet string of 32 bytes (RFC 8410, section 7).
const SEED_PREFIX: [u8; 2] = [0x04, 0x20];

/// What comes before the seed in an ML-DSA-44 private key that is the seed alone (RFC 9881, section 6).
const ML_DSA_44_SEED_PREFIX: [u8; 2] = [0x80, 0x20];

/// What comes before the seed, and between it and the expanded key, in one that holds both.
const ML_DSA_44_BOTH_PREFIX: [u8; 6] = [0x30, 0x82, 0x0a, 0x26, 0x04, 0x20];
const ML_DSA_44_EXPANDED_PREFIX: [u8; 4] = [0x04, 0x82, 0x0a, 0x00];

const ED25519_LENGTH: &str = "an Ed25519 private key of another length";
const ONLY_ED25519: &str = "an Ed25519 key (1.3.101.112)";
const EITHER: &str = "an Ed25519 key (1.3.101.112) or an ML-DSA-44 key (2.16.840.1.101.3.4.3.17)";

/// Characters of base64 in a line of PEM (RFC 7468, section 2).
const LINE: usize = 64;

/// A private key, to be written.
#[derive(Clone, Copy)]
pub enum PrivateKey<'a> {
    /// An actor's, or a witness's.
    Ed25519(&'a SecretKey),
    /// A witness's.
    MlDsa44(&'a ml_dsa::SecretKey),
}

impl<'a> From<&'a SecretKey> for PrivateKey<'a> {
    fn from(key: &'a SecretKey) -> Self {
        Self::Ed25519(key)
    }
}

impl<'a> From<&'a CosigningKey> for PrivateKey<'a> {
    fn from(key: &'a CosigningKey) -> Self {
        match key {
            CosigningKey::Ed25519(key) => Self::Ed25519(key),
            CosigningKey::MlDsa44(key) => Self::MlDsa44(key),
        }
    }
}

/// The public key as `openssl pkey -pubout` writes it, line feed at the end included.
pub fn public_pem(key: &PublicKey) -> String {
    public_text(&[PUBLIC_PREFIX.as_slice(), &key.to_bytes()].concat())
}

/// The public half of a witness's key, likewise.
///
/// # Errors
/// As [`SecretKey::public`].
pub fn cosigning_public_pem(key: &CosigningKey) -> Result<String, Fault> {
    Ok(match key {
        CosigningKey::Ed25519(key) => public_pem(&key.public()?),
        CosigningKey::MlDsa44(key) => public_text(&[&ML_DSA_44_PUBLIC_PREFIX[..], &key.public().to_bytes()].concat()),
    })
}

fn public_text(der: &[u8]) -> String {
    let mut text = "-----BEGIN PUBLIC KEY-----".to_owned();
    for (place, character) in BASE64_STANDARD.encode(der).chars().enumerate() {
        if place.is_multiple_of(LINE) {
            text.push('\n');
        }
        text.push(character);
    }
    text + "\n-----END PUBLIC KEY-----\n"
}

pub(super) fn private_pem(key: PrivateKey<'_>, passphrase: Option<&Passphrase>) -> Result<Zeroizing<String>, Problem> {
    let (oid, prefix, seed) = match key {
        PrivateKey::Ed25519(key) => (ED25519, SEED_PREFIX, Zeroizing::new(key.as_dalek().to_bytes())),
        PrivateKey::MlDsa44(key) => (ML_DSA_44, ML_DSA_44_SEED_PREFIX, Zeroizing::new(*key.seed())),
    };
    let octets = Zeroizing::new([prefix.as_slice(), &*seed].concat());
    let algorithm = AlgorithmIdentifierRef { oid, parameters: None };
    let info = PrivateKeyInfoRef::new(algorithm, OctetStringRef::new(&octets).map_err(unencodable)?);
    let (label, document) = match passphrase {
        None => (PrivateKeyInfoRef::PEM_LABEL, SecretDocument::encode_msg(&info).map_err(unencodable)?),
        Some(passphrase) => {
            let document = info.encrypt_with_params(encryption()?, passphrase.as_bytes()).map_err(unencodable)?;
            (EncryptedPrivateKeyInfoRef::PEM_LABEL, document)
        }
    };
    document.to_pem(label, LineEnding::LF).map_err(unencodable)
}

pub(super) fn read_private(
    bytes: &[u8],
    passphrase: impl FnOnce() -> io::Result<Passphrase>,
) -> Result<CosigningKey, Problem> {
    let (text, label) = armoured(bytes)?;
    match label {
        PrivateKeyInfoRef::PEM_LABEL => {
            let (_, document) = SecretDocument::from_pem(text).map_err(malformed)?;
            key_of(&document)
        }
        EncryptedPrivateKeyInfoRef::PEM_LABEL => {
            let (_, document) = SecretDocument::from_pem(text).map_err(malformed)?;
            let encrypted = EncryptedPrivateKeyInfoRef::try_from(document.as_bytes()).map_err(unreadable)?;
            let parameters = affordable(&encrypted.encryption_algorithm)?;
            let passphrase = passphrase().map_err(Problem::PassphraseUnavailable)?;
            let plain = parameters.decrypt(passphrase.as_bytes(), encrypted.encrypted_data.as_bytes());
            let plain = plain.map(Zeroizing::new).map_err(|_| Problem::PassphraseWrong)?;
            // One wrong passphrase in 256 yields well-padded noise.
            let document = SecretDocument::try_from(plain.as_slice()).map_err(|_| Problem::PassphraseWrong)?;
            key_of(&document).map_err(|problem| match problem {
                Problem::Malformed(_) => Problem::PassphraseWrong,
                other => other,
            })
        }
        other => Err(kind(PrivateKeyInfoRef::PEM_LABEL, other)),
    }
}

pub(super) fn read_public(bytes: &[u8]) -> Result<PublicKey, Problem> {
    let line = str::from_utf8(bytes).ok().map(|text| text.strip_suffix('\n').unwrap_or(text));
    if let Some(Hash(bytes)) = line.and_then(Hash::from_hex) {
        return public_key(&bytes);
    }
    let (text, label) = armoured(bytes)?;
    if label != SubjectPublicKeyInfoRef::PEM_LABEL {
        return Err(kind(SubjectPublicKeyInfoRef::PEM_LABEL, label));
    }
    let (_, document) = Document::from_pem(text).map_err(malformed)?;
    let info: SubjectPublicKeyInfoRef<'_> = document.decode_msg().map_err(|error: der::Error| malformed(error))?;
    let AlgorithmIdentifierRef { oid: ED25519, parameters } = info.algorithm else {
        return Err(algorithm(ONLY_ED25519, &info.algorithm));
    };
    refuse_parameters(parameters)?;
    public_key(info.subject_public_key.as_bytes().unwrap_or_default())
}

/// The text and its label, where it is one PEM block from the first byte to the last.
fn armoured(bytes: &[u8]) -> Result<(&str, &str), Problem> {
    let text = str::from_utf8(bytes).map_err(malformed)?;
    if !text.starts_with("-----BEGIN ") {
        let found = if text.is_empty() { "nothing" } else { "something before -----BEGIN, or none" };
        return Err(malformed(found));
    }
    Ok((text, pem::decode_label(bytes).map_err(malformed)?))
}

fn key_of(document: &SecretDocument) -> Result<CosigningKey, Problem> {
    let info = PrivateKeyInfoRef::try_from(document.as_bytes()).map_err(malformed)?;
    let octets = info.private_key.as_bytes();
    let (key, public) = match info.algorithm.oid {
        ED25519 => {
            let key = SecretKey::from_seed(seed(&SEED_PREFIX, octets).ok_or_else(|| malformed(ED25519_LENGTH))?);
            let public = key.as_dalek().verifying_key().as_bytes().to_vec();
            (CosigningKey::Ed25519(key), public)
        }
        ML_DSA_44 => {
            let key = ml_dsa_44(octets)?;
            let public = key.public().to_bytes().to_vec();
            (CosigningKey::MlDsa44(key), public)
        }
        _ => return Err(algorithm(EITHER, &info.algorithm)),
    };
    refuse_parameters(info.algorithm.parameters)?;
    match info.public_key.map(|bits| bits.as_bytes() == Some(public.as_slice())) {
        Some(false) => Err(Problem::PublicKeyMismatch),
        Some(true) | None => Ok(key),
    }
}

/// The key in one of the forms of RFC 9881, section 6, that hold its seed: that alone, or the expanded key beside it.
fn ml_dsa_44(octets: &[u8]) -> Result<ml_dsa::SecretKey, Problem> {
    if let Some(seed) = seed(&ML_DSA_44_SEED_PREFIX, octets) {
        return Ok(ml_dsa::SecretKey::from_seed(seed));
    }
    let both = octets.strip_prefix(&ML_DSA_44_BOTH_PREFIX).and_then(<[u8]>::split_first_chunk);
    let both = both.and_then(|(seed, rest)| Some((seed, rest.strip_prefix(&ML_DSA_44_EXPANDED_PREFIX)?)));
    let (seed, expanded) = both.ok_or_else(|| malformed("an ML-DSA-44 private key without its seed of 32 bytes"))?;
    let key = ml_dsa::SecretKey::from_seed(seed);
    if !key.is_expanded_to(expanded) {
        return Err(malformed("an ML-DSA-44 private key whose expanded form is not that of its seed"));
    }
    Ok(key)
}

/// The seed that follows the prefix, to the end.
fn seed<'a>(prefix: &[u8], octets: &'a [u8]) -> Option<&'a [u8; 32]> {
    octets.strip_prefix(prefix)?.try_into().ok()
}

fn public_key(bytes: &[u8]) -> Result<PublicKey, Problem> {
    PublicKey::parse(bytes).map_err(|fault| Problem::KeyInvalid(fault.expected))
}

fn algorithm(expected: &'static str, found: &AlgorithmIdentifierRef<'_>) -> Problem {
    Problem::Algorithm { expected, found: found.oid.to_string() }
}

fn refuse_parameters(parameters: Option<der::asn1::AnyRef<'_>>) -> Result<(), Problem> {
    match parameters {
        Some(_) => Err(malformed("a key with parameters, of which its algorithm has none")),
        None => Ok(()),
    }
}

fn kind(expected: &'static str, found: &str) -> Problem {
    // No real label is longer, and a file is not a message.
    Problem::Kind { expected, found: found.chars().take(40).collect() }
}

fn malformed(found: impl ToString) -> Problem {
    Problem::Malformed(found.to_string())
}

/// An encrypted key whose frame cannot be read: a method that the library does not know, or no frame at all.
fn unreadable(error: pkcs8::Error) -> Problem {
    let pkcs8::Error::Asn1(error) = error else {
        return malformed(error);
    };
    match error.kind() {
        der::ErrorKind::OidUnknown { oid } => Problem::Encryption(format!("algorithm {oid}")),
        der::ErrorKind::Value { tag: der::Tag::ObjectIdentifier } => Problem::Encryption("another".to_owned()),
        _ => malformed(error),
    }
}
