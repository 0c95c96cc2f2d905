//! A row of a table with the proof that its author signed it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use candour::core::row_proof::RowProof;
use candour::core::statement::Statement;
use candour::core::entry::Entry;
use candour::shell::receipts;

use crate::{fixtures, receipt};

pub const BYTES: usize = 64;

/// Proofs of every row of the attached tables.
static PROOFS: LazyLock<Vec<RowProof>> = LazyLock::new(|| {
    let files = fixtures::unpacked("honest-rows");
    let mut proofs = Vec::new();
    for receipt in receipt::known() {
        let statement = Entry::parse(&receipt.entry).and_then(|entry| Statement::parse(&entry.payload)).expect("an entry");
        for named in statement.event.attachments() {
            let Some((_, table)) = files.iter().find(|(name, _)| name.ends_with(&named.sha256.to_string())) else {
                continue;
            };
            let prove = |line| receipts::prove_row(receipt.clone(), table.as_slice(), line).ok();
            proofs.extend((2..66).map_while(prove));
        }
    }
    proofs
});

static ROWS: LazyLock<BTreeSet<(u64, &str)>> =
    LazyLock::new(|| PROOFS.iter().map(|proof| (proof.line, proof.row.as_str())).collect());

pub fn run(data: &[u8]) {
    let Some(proof) = crate::refused(RowProof::parse(data)) else { return };
    assert!(RowProof::is_meant(data));
    assert_eq!(proof.to_string().as_bytes(), data, "what parses prints back");
    let policy = &*POLICY;
    if let Some((checked, attachment, _)) = crate::refused(receipts::check_row(&proof, policy)) {
        assert!(receipt::trusted(&proof.receipt));
        assert!(ROWS.contains(&(proof.line, proof.row.as_str())), "nobody signed {:?}", proof.row);
        assert!(checked.statement.event.attachments().contains(&attachment));
        assert_eq!(attachment.sha256, proof.attachment);
    }
}

static POLICY: LazyLock<candour::core::policy::Policy> =
    LazyLock::new(|| fixtures::parsed(&fixtures::policy("honest-rows")));

pub fn seeds() -> Vec<Vec<u8>> {
    assert!(PROOFS.iter().any(|proof| receipts::check_row(proof, &POLICY).is_ok()), "honest-rows has a table with rows");
    PROOFS.iter().map(|proof| proof.to_string().into_bytes()).collect()
}
