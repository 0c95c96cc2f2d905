//! What is judged by itself: receipts, and proofs of single rows; and receipts of a second history.

use candour::core::fault::Code;
use candour::core::hash::Hash;
use candour::core::receipt::Receipt;
use candour::shell::receipts;

use super::class::{Class, Sample};
use super::nobody;
use super::operator::{another, filed};
use super::world::World;
use crate::corpus::story::TABLE;

/// Classes of receipts and proofs.
pub fn classes() -> Vec<Class> {
    let mut classes = altered();
    classes.extend(rows());
    classes.extend(forks());
    classes
}

fn class(
    what: &'static str,
    codes: &'static [Code],
    names: &'static str,
    make: impl Fn(&World) -> Vec<Sample> + 'static,
) -> Class {
    Class { holds: "that receipt alone", ..nobody::class(what, codes, names, move |world, _| make(world)) }
}

/// Every entry's receipt, changed.
fn each(world: &World, change: impl Fn(&mut Receipt)) -> Vec<Sample> {
    let changed = |index: usize| {
        let mut receipt = world.ledger.receipt(index as u64)?;
        change(&mut receipt);
        Some(Sample::of_proof(index, receipt.to_string()).at(index))
    };
    (0..world.ledger.entries.len()).filter_map(changed).collect()
}

fn altered() -> Vec<Class> {
    vec![
        class("a statement in a receipt altered", &[Code::SignatureInvalid], "the entry", |world| {
            each(world, |receipt| receipt.entry[100] ^= 1)
        }),
        class("another time of recording in a receipt", &[Code::ProofInvalid], "the entry", |world| {
            each(world, |receipt| receipt.entry[8] ^= 1)
        }),
        class("another hash in its proof", &[Code::ProofInvalid], "the entry", |world| {
            each(world, |receipt| receipt.proof[0] = Hash::ZERO)
        }),
        class("an older checkpoint under it", &[Code::ProofInvalid], "the entry", |world| {
            let older = world.ledger.sizes.iter().rev().nth(1).and_then(|size| world.ledger.checkpoint(*size));
            let Some(older) = older else { return Vec::new() };
            each(world, |receipt| receipt.checkpoint = older.clone())
        }),
    ]
}

fn rows() -> Vec<Class> {
    vec![Class {
        holds: "that proof alone",
        ..class("a figure in the proof of a row altered", &[Code::ProofInvalid], "the proof", |world| {
            let table = Hash::of(TABLE);
            let proof = |index: usize| {
                let receipt = world.ledger.receipt(index as u64)?;
                let proof = receipts::prove_row(receipt, TABLE, 2).ok()?.to_string();
                let altered = proof.replacen(",1200,", ",1201,", 1);
                (altered != proof).then(|| Sample::of_proof(index, altered))
            };
            let named = |index: &usize| world.ledger.statement(*index).to_string().contains(&table.to_string());
            (0..world.ledger.entries.len()).filter(named).filter_map(proof).collect()
        })
    }]
}

/// A receipt of a statement that one side of a fork has and the other does not.
fn fork(world: &World) -> Vec<(usize, Receipt)> {
    let forked = |index: usize| {
        let mut ledger = world.ledger.clone();
        let (statement, by) = another(&ledger, index)?;
        let cut = ledger.entries.len() - 1;
        ledger.entries.truncate(cut);
        let place = filed(&mut ledger, &statement, &by)?;
        ledger.relink();
        ledger.promise(ledger.size());
        Some((place, ledger.receipt(place as u64)?))
    };
    (0..world.ledger.entries.len()).filter_map(forked).collect()
}

fn forks() -> Vec<Class> {
    const WHAT: &str = "a receipt of a second history";
    let operator = |class: Class| Class { who: "the operator", ..class };
    vec![
        operator(class(WHAT, &[], "it is the operator's promise, and evidence beside any other copy", |world| {
            fork(world).into_iter().map(|(place, receipt)| Sample::of_proof(place, receipt.to_string())).collect()
        })),
        operator(Class {
            holds: "it, and witnesses in the policy",
            ..class(WHAT, &[Code::QuorumNotMet], "the receipt", |world| {
                let proof = |(place, receipt): (usize, Receipt)| Sample::of_proof(place, receipt.to_string());
                fork(world).into_iter().map(|one| proof(one).witnessed()).collect()
            })
        }),
        operator(Class {
            holds: "it, and a copy of the first",
            ..class(WHAT, &[Code::PinMismatch], "`pin`", |world| {
                let beside = |(place, receipt): (usize, Receipt)| {
                    Sample::of(place, world.files.clone()).in_file("pin").pinned(&receipt).from(place)
                };
                fork(world).into_iter().map(beside).collect()
            })
        }),
    ]
}
