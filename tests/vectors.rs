//! The vectors of `fixtures/vectors/`, which pin every type of FORMAT.md. `CANDOUR_BLESS=1` writes them anew: what then
//! changes is a change of the format.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod changes;
mod cosignatures;
mod ledger;
mod notes;
mod refused;
mod signatures;
pub mod statements;
mod tiles;

use std::path::PathBuf;

use candour::core::hash::Hash;
use candour::core::key::SecretKey;
use serde_json::Value;

/// The origin of the ledger of the vectors.
const ORIGIN: &str = "candour.example/vectors";

fn path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "fixtures/vectors", name].iter().collect()
}

/// Holds what was made against the file of that name.
fn pin(name: &str, made: &Value) {
    assert!(made["says"].is_string(), "{name} says what it pins");
    let path = path(name);
    let text = format!("{}\n", serde_json::to_string_pretty(made).unwrap());
    if std::env::var_os("CANDOUR_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let pinned = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if pinned != text {
        let (mut pinned, mut made) = (pinned.lines(), text.lines());
        let line = (1..).find(|_| pinned.next() != made.next()).unwrap_or_default();
        panic!("{name} pins something else than what is made now, from line {line}; CANDOUR_BLESS=1 writes it anew");
    }
}

/// The key of that actor: its seed is the SHA-256 of its name.
pub fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(&Hash::of(name.as_bytes()).0)
}

fn public(name: &str) -> String {
    key(name).public().unwrap().to_string()
}

#[test]
fn each_file_is_pinned_by_a_test() {
    let known = [
        "checkpoint.json",
        "cosignatures.json",
        "ed25519.json", // in core/key/batch, alone and in every company
        "entries.json",
        "envelope.json",
        "keys.json",
        "ml-dsa-44.json",
        "observations.json",
        "policies.json",
        "receipt.json",
        "refused.json",
        "signatures.json",
        "statements.json",
        "tiles.json",
    ];
    let mut found: Vec<_> =
        std::fs::read_dir(path("")).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    found.sort();
    assert_eq!(found, known);
}
