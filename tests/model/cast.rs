//! Who takes part: few actors of each role, with few keys each.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use candour::core::key::{KeyId, SecretKey};

use crate::corpus::forge::key;

/// The origin of every ledger here, and another's.
pub const ORIGIN: &str = "candour.example/model";
/// See [`ORIGIN`].
pub const ELSEWHERE: &str = "candour.example/elsewhere";

pub const OPERATOR: &str = "operator";
/// Who may be among the founders.
pub const FOUNDERS: [&str; 3] = ["ofcom", "arcom", "bnetza"];
/// Who may be enrolled later, and as what; the last of them never is at the beginning.
pub const OTHERS: [(&str, &str); 10] = [
    ("alpha", "platform"),
    ("beta", "platform"),
    ("gamma", "platform"),
    ("nspcc", "civil_society"),
    ("esafety", "regulator"),
    ("examiner", "auditor"),
    ("court", "tribunal"),
    ("ccpc", "regulator"),
    ("delta", "platform"),
    ("ghost", "platform"),
];
/// Who of them becomes one of the authorities.
pub const NEW_AUTHORITY: &str = "ccpc";

/// Everybody.
pub fn everybody() -> Vec<&'static str> {
    FOUNDERS.into_iter().chain(OTHERS.map(|(actor, _)| actor)).chain([OPERATOR]).collect()
}

/// The labels of the keys that an actor may come to have.
pub fn labels(actor: &str) -> [String; 3] {
    [actor.to_owned(), format!("{actor}-2"), format!("{actor}-3")]
}

fn keys() -> &'static BTreeMap<String, (SecretKey, KeyId)> {
    static KEYS: OnceLock<BTreeMap<String, (SecretKey, KeyId)>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let labels = everybody().into_iter().flat_map(labels);
        labels.map(|label| (label.clone(), (key(&label), key(&label).id()))).collect()
    })
}

pub fn secret(label: &str) -> &'static SecretKey {
    &keys()[label].0
}

pub fn id(label: &str) -> KeyId {
    keys()[label].1
}

/// The label of a key of theirs.
pub fn label(id: KeyId) -> &'static str {
    keys().iter().find(|(_, (_, other))| *other == id).map(|(label, _)| label).unwrap()
}

/// The public key, in hex.
pub fn public(label: &str) -> String {
    id(label).to_string()
}

/// All labels.
pub fn all_labels() -> Vec<&'static str> {
    keys().keys().map(String::as_str).collect()
}
