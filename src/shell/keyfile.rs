//! Key files: PKCS#8 in PEM, as `openssl genpkey -algorithm ed25519` writes them (RFC 5958, RFC 7468, RFC 8410), and
//! those of witnesses with ML-DSA-44, as `openssl genpkey -algorithm ML-DSA-44` does from version 3.5 (RFC 9881).
//!
//! A key made here works there, and the other way round. Files are version 1, without the public key, because OpenSSL
//! 3.0 refuses version 2. Of an ML-DSA-44 key the seed is written; beside it, the expanded key is read too, and held
//! against it. With a passphrase they are encrypted by scrypt and AES-256-CBC (PBES2, RFC 8018), at a cost
//! that OpenSSL still accepts by default.
//!
//! A key file is written once, never over another file, and for its owner's eyes only; one that others can read is
//! refused, as ssh does. What is secret is wiped from memory after use and never part of a message.

mod codec;
mod encryption;
mod error;

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::core::cosignature::CosigningKey;
use crate::core::key::{PublicKey, SecretKey, ml_dsa};
use crate::storage::whole_file::WholeFile;

pub use codec::{PrivateKey, cosigning_public_pem, public_pem};
pub use error::{KeyFileError, KeyFileProblem};

/// The longest key file that is read, in bytes. An encrypted one takes some 400, an expanded ML-DSA-44 key some 3,800.
pub const MAX_KEY_FILE_BYTES: usize = 16 * 1024;

/// The longest passphrase, in bytes of UTF-8: as much as openssl reads.
pub const MAX_PASSPHRASE_BYTES: usize = 1024;

/// A passphrase: 1 to [`MAX_PASSPHRASE_BYTES`] bytes. Wiped from memory when dropped; never printed.
#[derive(PartialEq, Eq)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes the text as it is: no trimming, no normalisation.
    ///
    /// # Errors
    /// `InvalidInput`: empty, or too long.
    pub fn new(text: String) -> io::Result<Self> {
        let text = Zeroizing::new(text);
        match text.len() {
            0 => Err(io::Error::new(io::ErrorKind::InvalidInput, "the passphrase is empty")),
            1..=MAX_PASSPHRASE_BYTES => Ok(Self(text)),
            _ => {
                let says = format!("expected a passphrase of at most {MAX_PASSPHRASE_BYTES} bytes, found more");
                Err(io::Error::new(io::ErrorKind::InvalidInput, says))
            }
        }
    }

    /// Reads it from a file, or a pipe: its text, without the line ends after it.
    ///
    /// # Errors
    /// What the system says, and likewise.
    pub fn read(path: &Path) -> io::Result<Self> {
        // With one line end. The buffer is the only copy, is never moved, and is wiped.
        let limit = MAX_PASSPHRASE_BYTES + 2;
        let mut text = Zeroizing::new(String::with_capacity(limit + 1));
        File::open(path)?.take(limit as u64 + 1).read_to_string(&mut text)?;
        if text.len() <= limit {
            let length = text.trim_end_matches(['\r', '\n']).len();
            text.truncate(length);
        }
        Self::new(std::mem::take(&mut text))
    }

    fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

/// A new key, from the operating system's randomness.
///
/// # Errors
/// The system has no randomness to give.
pub fn generate() -> io::Result<SecretKey> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed)?;
    Ok(SecretKey::from_seed(&seed))
}

/// A new key for a witness, from the operating system's randomness.
///
/// # Errors
/// The system has no randomness to give.
pub fn generate_ml_dsa_44() -> io::Result<ml_dsa::SecretKey> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed)?;
    Ok(ml_dsa::SecretKey::from_seed(&seed))
}

/// Writes the key to a new file with mode 0600, encrypted where a passphrase is given. The file is on the disk when
/// this returns; where it fails, none is left behind.
///
/// # Errors
/// `key-file-exists` where there is a file of that name already, even a dangling link; `key-file-unwritable`;
/// `randomness-unavailable`.
pub fn write<'a>(
    path: &Path,
    key: impl Into<PrivateKey<'a>>,
    passphrase: Option<&Passphrase>,
) -> Result<(), KeyFileError> {
    let text = codec::private_pem(key.into(), passphrase).map_err(|problem| problem.at(path))?;
    // Said before a key is written anywhere; what comes there meanwhile is not written over either.
    if path.symlink_metadata().is_ok() {
        return Err(KeyFileProblem::Exists.at(path));
    }
    let unwritten = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => KeyFileProblem::Exists.at(path),
        _ => KeyFileProblem::Unwritable(error).at(path),
    };
    let mut whole = WholeFile::begin_private(path).map_err(unwritten)?;
    whole.file().write_all(text.as_bytes()).map_err(unwritten)?;
    whole.create().map_err(unwritten)
}

/// Reads a private key that signs statements and checkpoints: Ed25519. Asks for the passphrase only where the file is
/// encrypted, and once.
///
/// PKCS#8 of version 1 or 2; in version 2, the public key inside must be the key's own.
///
/// # Errors
/// Every [`KeyFileProblem`] but those of writing; `key-file-algorithm` of a key that only cosigns, too.
pub fn read(path: &Path, passphrase: impl FnOnce() -> io::Result<Passphrase>) -> Result<SecretKey, KeyFileError> {
    match read_cosigning(path, passphrase)? {
        CosigningKey::Ed25519(key) => Ok(key),
        CosigningKey::MlDsa44(_) => Err(KeyFileProblem::CosignsOnly.at(path)),
    }
}

/// Reads a private key that a witness cosigns with: Ed25519 or ML-DSA-44. Otherwise as [`read`].
///
/// # Errors
/// Every [`KeyFileProblem`] but those of writing.
pub fn read_cosigning(
    path: &Path,
    passphrase: impl FnOnce() -> io::Result<Passphrase>,
) -> Result<CosigningKey, KeyFileError> {
    let read = || {
        let file = File::open(path).map_err(KeyFileProblem::Unreadable)?;
        refuse_exposed(&file)?;
        codec::read_private(&bounded(file)?, passphrase)
    };
    read().map_err(|problem: KeyFileProblem| problem.at(path))
}

/// Reads a public key: a PEM file as `openssl pkey -pubout` writes it, or 64 lower-case hexadecimal digits on one line.
///
/// # Errors
/// `key-file-unreadable`, `key-file-too-large`, `key-file-malformed`, `key-file-kind` (a private key, say),
/// `key-file-algorithm`, `key-invalid`.
pub fn read_public(path: &Path) -> Result<PublicKey, KeyFileError> {
    let read = || {
        let file = File::open(path).map_err(KeyFileProblem::Unreadable)?;
        codec::read_public(&bounded(file)?)
    };
    read().map_err(|problem: KeyFileProblem| problem.at(path))
}

/// Asked of the open file, not of its name, which could lead elsewhere by now.
fn refuse_exposed(file: &File) -> Result<(), KeyFileProblem> {
    #[cfg(unix)]
    {
        let metadata = file.metadata().map_err(KeyFileProblem::Unreadable)?;
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFileProblem::Exposed { mode });
        }
    }
    Ok(())
}

fn bounded(file: File) -> Result<Zeroizing<Vec<u8>>, KeyFileProblem> {
    let limit = MAX_KEY_FILE_BYTES + 1;
    // Room for everything at once: a buffer that grows leaves copies behind that nobody wipes.
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit + 1));
    file.take(limit as u64).read_to_end(&mut bytes).map_err(KeyFileProblem::Unreadable)?;
    if bytes.len() < limit { Ok(bytes) } else { Err(KeyFileProblem::TooLarge) }
}

#[cfg(test)]
mod ml_dsa_tests;
#[cfg(test)]
mod openssl_tests;
#[cfg(test)]
mod tests;
