//! Key files: PEM, PKCS#8, and what they may ask of whoever opens them.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::LazyLock;

use candour::core::key::SecretKey;
use candour::shell::keyfile::{self, Passphrase, PrivateKey};

use crate::fixtures;

/// What a decryption may take is no matter of the file's length: [`ENCRYPTED`].
pub const BYTES: usize = 64 + (288 << 20) / MIN_ENCRYPTED;

/// Bytes of an encrypted key file, at least; one may ask for 256 MiB to be opened.
const MIN_ENCRYPTED: usize = 200;

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(crate::temporary);

pub fn run(data: &[u8]) {
    let path = FOLDER.path().join("key.pem");
    put(&path, data);
    let passphrase = || Passphrase::new("correct horse".to_owned());
    match keyfile::read_cosigning(&path, passphrase) {
        Err(error) => crate::bounded_message(&error.to_string()),
        Ok(key) => {
            let other = FOLDER.path().join("again.pem");
            drop(fs::remove_file(&other));
            keyfile::write(&other, PrivateKey::from(&key), None).expect("a key can be written");
            let again = keyfile::read_cosigning(&other, passphrase).expect("what was written");
            let public = |key| keyfile::cosigning_public_pem(key).expect("a key");
            assert_eq!(public(&key), public(&again), "the same key");
        }
    }
    match keyfile::read_public(&path) {
        Err(error) => crate::bounded_message(&error.to_string()),
        Ok(key) => {
            put(&path, keyfile::public_pem(&key).as_bytes());
            assert_eq!(keyfile::read_public(&path).ok(), Some(key), "what parses prints back");
        }
    }
}

/// Writes a file that its owner alone can read.
fn put(path: &Path, bytes: &[u8]) {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(bytes)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// The key of [`SEED`], by openssl, under the passphrase above: with PBKDF2 of one iteration, and scrypt of N = 2.
const ENCRYPTED: [&str; 2] = [include_str!("keyfile/pbkdf2.pem"), include_str!("keyfile/scrypt.pem")];

pub fn seeds() -> Vec<Vec<u8>> {
    let vectors = fixtures::vectors("keys");
    let mut seeds = ["private_pem", "public_pem", "public_key"].map(|field| fixtures::field(&vectors, "keys", field)).concat();
    seeds.extend(ENCRYPTED.map(|text| text.as_bytes().to_vec()));
    let folder = crate::temporary();
    let path = folder.path().join("key.pem");
    let cosigning = candour::core::key::ml_dsa::SecretKey::from_seed(&[7; 32]);
    let made = keyfile::write(&path, PrivateKey::MlDsa44(&cosigning), None);
    seeds.extend(made.ok().map(|()| fixtures::read(&path)));
    drop(SecretKey::from_seed(&[7; 32]));
    seeds
}
