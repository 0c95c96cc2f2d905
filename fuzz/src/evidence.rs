//! Evidence: what convicts a key, and may convict no other.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use candour::core::evidence::check;
use candour::core::json;
use serde_json::Value;

use crate::fixtures;

/// As [`crate::statement::BYTES`].
pub const BYTES: usize = 512;

/// The keys that the fixtures convict.
static CONVICTED: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let proven = evidence().into_iter().filter_map(|seed| check(&seed).ok());
    proven.flat_map(|proven| proven.convicted).map(|convicted| convicted.key).collect()
});

pub fn run(data: &[u8]) {
    let Some(proven) = crate::refused(check(data)) else { return };
    let value: Value = serde_json::from_slice(data).expect("evidence is JSON");
    assert_eq!(json::encode(&value).as_deref(), Ok(data), "in one spelling");
    assert!(!proven.convicted.is_empty());
    for convicted in &proven.convicted {
        assert!(CONVICTED.contains(&convicted.key), "{convicted:?} is innocent");
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    assert!(!CONVICTED.is_empty());
    evidence()
}

fn evidence() -> Vec<Vec<u8>> {
    fixtures::files("evidence", ".json").iter().map(|file| fixtures::read(file)).collect()
}
