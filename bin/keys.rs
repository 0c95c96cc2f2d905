//! Key files as commands take them.

use std::path::{Path, PathBuf};

use candour::core::cosignature::CosigningKey;
use candour::core::key::{PublicKey, SecretKey};
use candour::shell::keyfile::{self, KeyFileError, Passphrase};
use clap::Args;

use crate::failure::Failure;

/// How to get at encrypted key files.
#[derive(Args)]
pub struct PassphraseArguments {
    /// A file that holds the passphrase of the key files; asked for at the terminal if left out
    #[arg(long, value_name = "FILE", env = "CANDOUR_PASSPHRASE_FILE")]
    passphrase_file: Option<PathBuf>,
}

impl PassphraseArguments {
    /// Reads a signing key.
    pub fn read_key(&self, path: &Path) -> Result<SecretKey, Failure> {
        Ok(keyfile::read(path, || self.passphrase(path))?)
    }

    /// Reads a key that a witness may cosign with.
    pub fn read_cosigning_key(&self, path: &Path) -> Result<CosigningKey, Failure> {
        Ok(keyfile::read_cosigning(path, || self.passphrase(path))?)
    }

    /// The passphrase: of the file named, or from the terminal.
    pub fn passphrase(&self, key: &Path) -> std::io::Result<Passphrase> {
        match &self.passphrase_file {
            Some(file) => Passphrase::read(file),
            None => Passphrase::new(rpassword::prompt_password(format!("passphrase of {}: ", key.display()))?),
        }
    }
}

/// Reads a public key: a PEM file of a public key, or its 64 digits in a file.
pub fn read_public(path: &Path) -> Result<PublicKey, Failure> {
    Ok(keyfile::read_public(path)?)
}

impl From<KeyFileError> for Failure {
    fn from(error: KeyFileError) -> Self {
        let failure = Self::unjudged(&error);
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
