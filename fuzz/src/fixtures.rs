//! The repository's fixtures, as seeds.

use std::fs;
use std::path::{Path, PathBuf};

use candour::core::policy::Policy;
use candour::storage::bundle::{MAX_FILE_BYTES, Trouble};
use candour::storage::open_bundle;
use serde_json::Value;

/// A fixture's path.
pub fn path(name: &str) -> PathBuf {
    crate::root().join("../fixtures").join(name)
}

/// The bytes of a file.
pub fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of a folder, in order, that end like this.
pub fn files(folder: &str, end: &str) -> Vec<PathBuf> {
    let folder = path(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.to_str().is_some_and(|name| name.ends_with(end)));
    files.sort();
    files
}

/// A file of golden vectors.
pub fn vectors(name: &str) -> Value {
    let path = path(&format!("vectors/{name}.json"));
    serde_json::from_slice(&read(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A field of every element of a list in the vectors.
pub fn field(vectors: &Value, list: &str, field: &str) -> Vec<Vec<u8>> {
    let elements = vectors[list].as_array().into_iter().flatten();
    elements.filter_map(|element| Some(element[field].as_str()?.as_bytes().to_vec())).collect()
}

/// A text of the vectors.
pub fn text(vectors: &Value, field: &str) -> String {
    vectors[field].as_str().unwrap_or_default().to_owned()
}

/// Bytes that the vectors write in hexadecimal.
pub fn unhex(text: &[u8]) -> Vec<u8> {
    hex::decode(text).unwrap_or_default()
}

/// The names of the ledgers whose name begins like this.
pub fn ledgers(begins: &str) -> Vec<String> {
    let folders = files("ledgers", "");
    let names = folders.iter().filter(|folder| folder.join("bundle.zip").exists());
    let names = names.filter_map(|folder| Some(folder.file_name()?.to_str()?.to_owned()));
    names.filter(|name| name.starts_with(begins)).collect()
}

/// The files of a ledger's bundle.
pub fn unpacked(ledger: &str) -> Vec<(String, Vec<u8>)> {
    let read = || -> Result<Vec<(String, Vec<u8>)>, Trouble> {
        let bundle = open_bundle(&path(&format!("ledgers/{ledger}/bundle.zip")))?;
        let names = bundle.names()?.into_iter();
        names.map(|name| Ok((name.clone(), bundle.read(&name, MAX_FILE_BYTES)?.unwrap_or_default()))).collect()
    };
    read().unwrap_or_else(|trouble| panic!("{ledger}: {trouble}"))
}

/// The policy under which a ledger is judged: its own, or the one of all.
pub fn policy(ledger: &str) -> Vec<u8> {
    let own = path(&format!("ledgers/{ledger}/policy"));
    read(&if own.exists() { own } else { path("ledgers/policy") })
}

/// A policy that parses.
pub fn parsed(policy: &[u8]) -> Policy {
    Policy::parse(policy).unwrap_or_else(|fault| panic!("{fault}"))
}
