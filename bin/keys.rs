//! Key files as commands take them.

use std::io::{self, ErrorKind};
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

    /// The passphrase of a key that is made. At the terminal it is asked for twice: a slip would lock the key for good.
    pub fn new_passphrase(&self, key: &Path) -> io::Result<Passphrase> {
        if let Some(file) = &self.passphrase_file {
            return Passphrase::read(file);
        }
        let (once, again) = (ask(&format!("new passphrase of {}", key.display()))?, ask("the same again")?);
        if once == again {
            Ok(once)
        } else {
            Err(io::Error::new(ErrorKind::InvalidInput, "the two passphrases differ"))
        }
    }

    fn passphrase(&self, key: &Path) -> io::Result<Passphrase> {
        match &self.passphrase_file {
            Some(file) => Passphrase::read(file),
            None => ask(&format!("passphrase of {}", key.display())),
        }
    }
}

/// Asks for a passphrase at the terminal, which does not show it.
fn ask(what: &str) -> io::Result<Passphrase> {
    Passphrase::new(rpassword::prompt_password(format!("{what}: "))?)
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
