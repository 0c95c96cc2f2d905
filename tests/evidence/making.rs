//! What evidence is made of by the library: copies of a ledger, checkpoints and receipts.

use candour::core::evidence::{Role, check};
use candour::core::policy::Policy;
use candour::shell::evidence::{EvidenceError, Outcome, Side, checkpoints, receipt};
use candour::storage::memory_bundle::MemoryBundle;

use super::histories::{cosigned, left, operator, receipt as receipt_of, right, witness};
use crate::corpus::case::policy_with;
use crate::corpus::forge::Forger;
use crate::corpus::story;

fn copy(ledger: &Forger) -> MemoryBundle {
    ledger.clone().seal().files().into_iter().collect()
}

#[test]
fn no_two_copies_of_one_history_make_evidence() {
    let sizes = [5, 9, 14, 19, 25];
    let copies = sizes.map(|size| copy(&story::until(size)));
    let sides = || copies.iter().map(|copy| Side::of_copy("copy".to_owned(), copy).unwrap());
    for a in sides() {
        for b in sides() {
            let outcome = checkpoints(&a, &b, None).unwrap();
            assert!(matches!(outcome, Outcome::NoConflict(_)), "{outcome:?}");
        }
        for (size, index) in sizes.into_iter().flat_map(|size| (0..size).map(move |index| (size, index))) {
            let covered = index < a.checkpoint.checkpoint().size;
            match receipt(&receipt_of(&story::until(size), index, size), &a, None) {
                Ok(Outcome::NoConflict(_)) => assert!(covered),
                Err(EvidenceError::CopyTooShort { .. }) => assert!(!covered),
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn two_keys_of_one_operator_convict_neither_but_a_witness_of_both() {
    let (left, mut right) = (left(), right());
    right.operators = vec![(0, "operator-2")];
    let (one, two) = (copy(&left), copy(&right));
    let policy = |witnesses: &str| Policy::parse(policy_with("operator operator-2", witnesses).as_bytes()).unwrap();
    let [mut a, mut b] = [&one, &two].map(|copy| Side::of_copy("copy".to_owned(), copy).unwrap());
    let unknown = checkpoints(&a, &b, None).unwrap_err();
    assert!(matches!(unknown, EvidenceError::KeyUnknown { .. }), "{unknown}");
    let neither = checkpoints(&a, &b, Some(&policy("quorum none\n"))).unwrap_err();
    assert!(matches!(neither, EvidenceError::NoKeySignedBoth { .. }), "{neither}");
    (a.checkpoint, b.checkpoint) = (cosigned(a.checkpoint, 9), cosigned(b.checkpoint, 9));
    let policy = policy(&format!("witness W {}\nquorum W\n", witness()));
    let Outcome::Made(bytes) = checkpoints(&a, &b, Some(&policy)).unwrap() else { panic!("no evidence") };
    let convicted = check(&bytes).unwrap().convicted;
    assert_eq!(
        convicted.iter().map(|one| (one.role, one.key.clone())).collect::<Vec<_>>(),
        [(Role::Witness, witness().to_string())]
    );
}

#[test]
fn a_copy_that_is_not_what_its_checkpoint_says_proves_nothing() {
    let mut tampered = right();
    let files = copy(&tampered);
    tampered.edit(16, |entry| entry.payload.push(b' '));
    let mut side = Side::of_copy("copy".to_owned(), &files).unwrap();
    side.checkpoint = tampered.signed(17, tampered.tree(17).root(), "operator");
    let kept = Side { name: "kept".to_owned(), checkpoint: left().checkpoint(15), copy: None };
    assert_eq!(checkpoints(&kept, &side, None).unwrap_err().code(), "checkpoint-root-mismatch");
    side.copy = None;
    assert_eq!(checkpoints(&kept, &side, None).unwrap_err().code(), "copy-needed");
    assert_eq!(operator().name(), kept.checkpoint.checkpoint().origin);
}
