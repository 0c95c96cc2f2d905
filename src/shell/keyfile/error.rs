//! What can be wrong with a key file.

use std::io;
use std::path::{Path, PathBuf};

use super::MAX_KEY_FILE_BYTES;

/// What is wrong with which key file. Never repeats anything that the file keeps secret.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", .path.display())]
pub struct KeyFileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: KeyFileProblem,
}

/// What is wrong with a key file.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileProblem {
    /// There is a file of that name.
    #[error("the file exists, and a key file is never written over")]
    Exists,
    /// The system could not write it.
    #[error("cannot be written: {0}")]
    Unwritable(io::Error),
    /// The system has no randomness to give.
    #[error("the system has no randomness to give: {0}")]
    Randomness(io::Error),
    /// The system could not read it.
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
    /// A private key that not only its owner can read.
    #[error("expected a private key that only its owner can read (mode 0600), found mode {mode:04o}")]
    Exposed {
        /// The permission bits of the file.
        mode: u32,
    },
    /// Longer than any key file.
    #[error("expected a key file of at most {MAX_KEY_FILE_BYTES} bytes, found more")]
    TooLarge,
    /// Not PEM, or not what the PEM's label says. What was found is described, not repeated.
    #[error("expected a key file in PEM, found {0}")]
    Malformed(String),
    /// Another kind of PEM file.
    #[error("expected a {expected:?} file, found {found:?}")]
    Kind {
        /// The PEM label that was asked for.
        expected: &'static str,
        /// The PEM label of the file.
        found: String,
    },
    /// A key of another algorithm.
    #[error("expected {expected}, found algorithm {found}")]
    Algorithm {
        /// The algorithms that were asked for.
        expected: &'static str,
        /// The object identifier of the key's own.
        found: String,
    },
    /// A key that no statement and no checkpoint is signed with.
    #[error("expected an Ed25519 key (1.3.101.112), found an ML-DSA-44 key, with which only a witness signs")]
    CosignsOnly,
    /// Encrypted with a method that is weak, unknown, or dearer than the limits allow.
    #[error("expected encryption by AES with scrypt or PBKDF2, found {0}")]
    Encryption(String),
    /// The passphrase could not be asked for, or cannot be one.
    #[error("encrypted, and there is no passphrase: {0}")]
    PassphraseUnavailable(io::Error),
    /// The passphrase does not open the file.
    #[error("the passphrase does not open it, or the file is damaged")]
    PassphraseWrong,
    /// The file names another public key than its private key has.
    #[error("the public key in the file is not that of its private key")]
    PublicKeyMismatch,
    /// A public key that the ledger's rule refuses.
    #[error("expected an Ed25519 public key that is {0}, found another")]
    KeyInvalid(String),
}

impl KeyFileError {
    /// The stable name of the problem.
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }

    /// What the user can do about it, where that is one command.
    pub fn hint(&self) -> Option<String> {
        let path = self.path.display();
        match &self.problem {
            KeyFileProblem::Exposed { .. } => Some(format!("chmod 600 {path}")),
            KeyFileProblem::Encryption(_) => {
                Some(format!("openssl pkcs8 -topk8 -v2 aes-256-cbc -scrypt -in {path} -out NEW_FILE"))
            }
            KeyFileProblem::Kind { found, .. } if matches!(found.as_str(), "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY") => {
                Some(format!("openssl pkey -in {path} -pubout"))
            }
            _ => None,
        }
    }
}

impl KeyFileProblem {
    /// The stable name of the problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Exists => "key-file-exists",
            Self::Unwritable(_) => "key-file-unwritable",
            Self::Randomness(_) => "randomness-unavailable",
            Self::Unreadable(_) => "key-file-unreadable",
            Self::Exposed { .. } => "key-file-exposed",
            Self::TooLarge => "key-file-too-large",
            Self::Malformed(_) => "key-file-malformed",
            Self::Kind { .. } => "key-file-kind",
            Self::Algorithm { .. } | Self::CosignsOnly => "key-file-algorithm",
            Self::Encryption(_) => "key-file-encryption",
            Self::PassphraseUnavailable(_) => "passphrase-unavailable",
            Self::PassphraseWrong => "passphrase-wrong",
            Self::PublicKeyMismatch => "key-file-public-mismatch",
            Self::KeyInvalid(_) => "key-invalid",
        }
    }

    pub(super) fn at(self, path: &Path) -> KeyFileError {
        KeyFileError { path: path.to_owned(), problem: self }
    }
}

/// For no key and no passphrase that the types allow; but the library's signatures say that it could be.
pub(super) fn unencodable(error: impl ToString) -> KeyFileProblem {
    KeyFileProblem::Unwritable(io::Error::other(error.to_string()))
}
