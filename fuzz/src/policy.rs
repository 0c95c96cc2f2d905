//! A policy: whom the reader trusts.

use candour::core::checkpoint::SignedCheckpoint;
use candour::core::policy::Policy;
use candour::core::witness::Logs;

use crate::fixtures;

/// A line of two bytes may be an item of its own.
pub const BYTES: usize = 256;

pub fn run(data: &[u8]) {
    let Some(policy) = crate::refused(Policy::parse(data)) else { return };
    let tidy = tidied(data);
    assert_eq!(Policy::parse(&tidy), Ok(policy.clone()), "white space and comments say nothing");
    assert!(policy.witnesses_to_deceive() <= policy.witnesses().len());
    assert!(Logs::of(&policy).origins().count() <= policy.logs().len());
    let note = fixtures::text(&CHECKPOINT, "checkpoint");
    let signed = SignedCheckpoint::parse(note.as_bytes()).expect("the vector");
    if let Some(cosignatures) = crate::refused(policy.check(&signed)) {
        assert!(policy.logs().iter().any(|log| signed.signed_by(&log.key) == Ok(true)));
        assert_eq!(policy.quorum(&signed).as_ref(), Ok(&cosignatures));
    }
}

static CHECKPOINT: std::sync::LazyLock<serde_json::Value> = std::sync::LazyLock::new(|| fixtures::vectors("policies"));

/// Each line's items with one space between them, and no comments.
fn tidied(policy: &[u8]) -> Vec<u8> {
    let mut tidy = Vec::new();
    for line in policy.split(|octet| *octet == b'\n') {
        let items: Vec<&[u8]> =
            line.split(|octet| matches!(octet, b' ' | b'\t')).filter(|item| !item.is_empty()).collect();
        if items.first().is_some_and(|first| !first.starts_with(b"#")) {
            tidy.extend(items.join(&b' '));
            tidy.push(b'\n');
        }
    }
    tidy
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = fixtures::field(&CHECKPOINT, "policies", "policy");
    seeds.extend(fixtures::ledgers("").iter().map(|name| fixtures::policy(name)));
    seeds.sort();
    seeds.dedup();
    seeds
}
