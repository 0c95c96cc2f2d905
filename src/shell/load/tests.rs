use std::collections::BTreeMap;

use tempfile::TempDir;

use super::*;
use crate::core::entry::Entry;
use crate::core::finding::FindingCode;
use crate::core::statement::Rule;
use crate::shell::verify::{Options, verify};
use crate::storage::folder_bundle::FolderBundle;
use crate::storage::folder_store::FolderStore;
use crate::storage::store::Log as _;

/// Enough for a statement of every kind that is ever made, and for a checkpoint to be seen.
const ENTRIES: u64 = 9_000;

fn written(seed: u64, entries: u64) -> (TempDir, Written) {
    let folder = TempDir::new().unwrap();
    let written = write(folder.path(), seed, entries.try_into().unwrap(), &mut |_, _| {}).unwrap();
    (folder, written)
}

fn root(written: &Written) -> Hash {
    written.checkpoint.checkpoint().root
}

#[test]
fn a_generated_ledger_verifies_and_has_something_to_notice() {
    let (folder, written) = written(1, ENTRIES);
    let bundle = FolderBundle::open(folder.path()).unwrap();
    let policy = Policy::parse(written.policy.as_bytes()).unwrap();
    let options =
        Options { pins: Vec::new(), rule: Rule::Strict, progress: &mut |_, _| {}, as_of: None, watch: &mut () };
    let report = verify(&bundle, &policy, options).unwrap();
    assert_eq!(report.faults, []);
    assert_eq!((report.size, report.sealed, report.root), (ENTRIES, ENTRIES, root(&written)));
    assert_eq!(report.not_checked, Vec::<String>::new());
    assert!(!report.vouched.is_empty(), "somebody saw a checkpoint");
    let expected =
        [FindingCode::SilentRestatement, FindingCode::StatusContradictsValue, FindingCode::NoResponseByDeadline];
    for code in expected {
        assert!(report.findings.contains_key(&code), "{code:?} in {:?}", report.findings);
    }

    let (store, recovery) = FolderStore::open(folder.path()).unwrap();
    assert!(recovery.is_clean(), "{recovery:?}");
    let mut kinds = BTreeMap::<_, u64>::new();
    let mut each = |_, bytes: &[u8]| {
        let statement = Statement::parse(&Entry::parse(bytes).unwrap().payload).unwrap();
        *kinds.entry(statement.event.kind()).or_default() += 1;
        std::ops::ControlFlow::Continue(())
    };
    store.read(0, &mut each).unwrap();
    let kind = |kind| kinds.get(kind).copied().unwrap_or(0);
    assert!(kind("disclosure_filed") > ENTRIES * 9 / 10, "{kinds:?}");
    for other in ["request_issued", "response_filed", "correction_filed", "document_retracted", "key_rotated"] {
        assert!(kind(other) > 0, "{other} in {kinds:?}");
    }
}

#[test]
fn a_seed_has_one_ledger_and_a_shorter_one_is_its_beginning() {
    let (longer, whole) = written(2, 700);
    assert_eq!(root(&whole), root(&written(2, 700).1));
    assert_ne!(root(&whole), root(&written(3, 700).1));
    let (shorter, _) = written(2, 600);
    let read = |folder: &TempDir, name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert_eq!(read(&longer, "tile/entries/001"), read(&shorter, "tile/entries/001"));
    let error = write(longer.path(), 2, 1.try_into().unwrap(), &mut |_, _| {}).unwrap_err();
    assert_eq!(error.code(), "load-io", "the folder is not empty");
}

#[test]
fn disclosures_of_different_platforms_do_not_depend_on_each_other() {
    let mut load = Load::of_disclosures(4, 3).unwrap();
    for _ in 0..load.opening() {
        load.plan().unwrap();
    }
    let mut next = BTreeMap::new();
    for planned in (0..200).map(|_| load.plan().unwrap()) {
        let statement = planned.statement();
        assert_eq!((statement.event.kind(), planned.keys.len()), ("disclosure_filed", 1));
        let key = planned.keys[0].public.id();
        let expected = next.entry(statement.author.clone()).or_insert((key, statement.nth.value()));
        assert_eq!((key, statement.nth.value()), *expected);
        expected.1 += 1;
    }
    assert_eq!(next.len(), 3);
}
