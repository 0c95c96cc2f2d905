//! A receipt: an entry that verifies alone.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use candour::core::policy::Policy;
use candour::core::receipt::Receipt;
use candour::shell::receipts;
use candour::storage::memory_bundle::MemoryBundle;

use crate::fixtures;

pub const BYTES: usize = 64;

/// Whom to trust, and receipts under that.
struct Known {
    policies: Vec<Policy>,
    receipts: Vec<Receipt>,
    /// What may be promised: where, and what.
    entries: BTreeSet<(u64, Vec<u8>)>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let vector = fixtures::vectors("receipt");
    let mut policies = vec![fixtures::parsed(fixtures::text(&vector, "policy").as_bytes())];
    let parsed = |text: &str| Receipt::parse(text.as_bytes()).expect("the vector");
    let mut receipts = vec![parsed(&fixtures::text(&vector, "receipt"))];
    for ledger in ["honest", "honest-rows", "honest-mixed-quorum"] {
        policies.push(fixtures::parsed(&fixtures::policy(ledger)));
        let bundle = MemoryBundle::from_iter(fixtures::unpacked(ledger));
        receipts.extend((0..64).map_while(|index| receipts::make(&bundle, index).ok()));
    }
    let entries = receipts.iter().map(|receipt| (receipt.index, receipt.entry.clone())).collect();
    Known { policies, receipts, entries }
});

/// Receipts of every entry of an honest ledger, and of the vectors.
pub fn known() -> &'static [Receipt] {
    &KNOWN.receipts
}

/// Whether a policy trusts the receipt. Then the entry is one that the ledger promised.
pub fn trusted(receipt: &Receipt) -> bool {
    let mut policies = KNOWN.policies.iter();
    let checked = policies.find_map(|policy| crate::refused(receipts::check(receipt, policy)));
    let Some(checked) = checked else { return false };
    assert!(KNOWN.entries.contains(&(receipt.index, receipt.entry.clone())), "nobody promised {receipt}");
    assert_eq!(checked.entry.encode().as_ref(), Ok(&receipt.entry));
    assert_eq!(checked.statement.encode().as_ref(), Ok(&checked.entry.payload));
    true
}

pub fn run(data: &[u8]) {
    let Some(receipt) = crate::refused(Receipt::parse(data)) else { return };
    assert_eq!(receipt.to_string().as_bytes(), data, "what parses prints back");
    trusted(&receipt);
}

pub fn seeds() -> Vec<Vec<u8>> {
    assert!(known().iter().all(trusted));
    known().iter().map(|receipt| receipt.to_string().into_bytes()).collect()
}
