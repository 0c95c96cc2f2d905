//! The texts of key files. No I/O but the randomness that encryption takes.

use std::io;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use pkcs8::der;
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::pem::{self, PemLabel};
use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes2;
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use pkcs8::{Document, EncryptedPrivateKeyInfoRef, LineEnding, ObjectIdentifier, PrivateKeyInfoRef, SecretDocument};
use zeroize::Zeroizing;

use super::Passphrase;
use super::error::KeyFileProblem as Problem;
use crate::core::hash::Hash;
use crate::core::key::{PublicKey, SecretKey};

/// id-Ed25519 (RFC 8410, section 3).
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// What comes before the 32 bytes of a public key in its DER (RFC 8410, section 4).
const PUBLIC_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// What comes before the seed in an Ed25519 private key: an octet string of 32 bytes (RFC 8410, section 7).
const SEED_PREFIX: [u8; 2] = [0x04, 0x20];

/// scrypt as it is written: N = 2^14, r = 8, p = 5, so 16 MiB and about a quarter of a second. More memory than that,
/// OpenSSL refuses by default; p makes up for it.
const SCRYPT_N: u64 = 1 << 14;
const SCRYPT_R: u16 = 8;
const SCRYPT_P: u16 = 5;

/// The most memory that a key file may ask for to be opened, in bytes.
const MAX_SCRYPT_MEMORY: u64 = 256 << 20;

/// The most times that it may ask to fill that memory.
const MAX_SCRYPT_P: u16 = 16;

/// The most iterations of PBKDF2 that a key file may ask for.
const MAX_PBKDF2_ITERATIONS: u32 = 10_000_000;

/// The public key as `openssl pkey -pubout` writes it, line feed at the end included.
pub fn public_pem(key: &PublicKey) -> String {
    let der = [PUBLIC_PREFIX.as_slice(), &key.to_bytes()].concat();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", BASE64_STANDARD.encode(der))
}

pub(super) fn private_pem(key: &SecretKey, passphrase: Option<&Passphrase>) -> Result<Zeroizing<String>, Problem> {
    let seed = Zeroizing::new(key.as_dalek().to_bytes());
    let octets = Zeroizing::new([SEED_PREFIX.as_slice(), &*seed].concat());
    let algorithm = AlgorithmIdentifierRef { oid: ED25519, parameters: None };
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
) -> Result<SecretKey, Problem> {
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
    refuse_other_algorithms(&info.algorithm)?;
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

fn key_of(document: &SecretDocument) -> Result<SecretKey, Problem> {
    let info = PrivateKeyInfoRef::try_from(document.as_bytes()).map_err(malformed)?;
    refuse_other_algorithms(&info.algorithm)?;
    let [tag, length, seed @ ..] = info.private_key.as_bytes() else {
        return Err(malformed("an Ed25519 private key of another length"));
    };
    let seed = seed.try_into().ok().filter(|_| [*tag, *length] == SEED_PREFIX);
    let key = SecretKey::from_seed(seed.ok_or_else(|| malformed("an Ed25519 private key of another length"))?);
    match info.public_key.map(|bits| bits.as_bytes() == Some(key.as_dalek().verifying_key().as_bytes())) {
        Some(false) => Err(Problem::PublicKeyMismatch),
        Some(true) | None => Ok(key),
    }
}

fn public_key(bytes: &[u8]) -> Result<PublicKey, Problem> {
    PublicKey::parse(bytes).map_err(|fault| Problem::KeyInvalid(fault.expected))
}

fn refuse_other_algorithms(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<(), Problem> {
    match algorithm {
        AlgorithmIdentifierRef { oid: ED25519, parameters: None } => Ok(()),
        AlgorithmIdentifierRef { oid: ED25519, parameters: Some(_) } => {
            Err(malformed("an Ed25519 key with parameters, of which it has none"))
        }
        other => Err(Problem::Algorithm(other.oid.to_string())),
    }
}

/// How a key is encrypted: fresh salt and initialisation vector.
fn encryption() -> Result<pbes2::Parameters, Problem> {
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    getrandom::fill(&mut salt).and_then(|()| getrandom::fill(&mut iv)).map_err(|e| Problem::Randomness(e.into()))?;
    let kdf = pbes2::ScryptParams {
        salt: pbes2::Salt::new(salt).map_err(unencodable)?,
        cost_parameter: SCRYPT_N,
        block_size: SCRYPT_R,
        parallelization: SCRYPT_P,
        key_length: None,
    };
    Ok(pbes2::Parameters { kdf: kdf.into(), encryption: pbes2::EncryptionScheme::Aes256Cbc { iv } })
}

/// The parameters, where they are supported and within the limits: a file must not be able to hang its reader.
fn affordable(scheme: &EncryptionScheme) -> Result<&pbes2::Parameters, Problem> {
    let refuse = |found: String| Err(Problem::Encryption(found));
    let Some(parameters) = scheme.pbes2() else {
        return refuse("PBES1".to_owned());
    };
    match &parameters.kdf {
        pbes2::Kdf::Pbkdf2(kdf) if kdf.prf == pbes2::Pbkdf2Prf::HmacWithSha1 => refuse("PBKDF2 with SHA-1".to_owned()),
        pbes2::Kdf::Pbkdf2(kdf) if !(1..=MAX_PBKDF2_ITERATIONS).contains(&kdf.iteration_count) => {
            refuse(format!("PBKDF2 with {} iterations, of at most {MAX_PBKDF2_ITERATIONS}", kdf.iteration_count))
        }
        pbes2::Kdf::Scrypt(kdf) => {
            let (n, r, p) = (kdf.cost_parameter, kdf.block_size, kdf.parallelization);
            let memory = n.saturating_mul(u64::from(r)).saturating_mul(128);
            let affordable = memory <= MAX_SCRYPT_MEMORY && (1..=MAX_SCRYPT_P).contains(&p);
            // The library wants a power of two, and more than one.
            if affordable && r > 0 && n > 1 && n.is_power_of_two() {
                return Ok(parameters);
            }
            let limits = format!("of at most {} MiB and p = {MAX_SCRYPT_P}", MAX_SCRYPT_MEMORY >> 20);
            refuse(format!("scrypt with N = {n}, r = {r}, p = {p}, {limits}"))
        }
        _ => Ok(parameters),
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

/// For no key and no passphrase that the types allow; but the library's signatures say that it could be.
fn unencodable(error: impl ToString) -> Problem {
    Problem::Unwritable(io::Error::other(error.to_string()))
}
