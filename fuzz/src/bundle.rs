//! A whole ledger: an honest one, edited, and judged.

use std::sync::LazyLock;

use arbitrary::Unstructured;
use candour::core::hash::Hash;
use candour::storage::memory_bundle::MemoryBundle;

use crate::ledger::{self, Ledger};

/// An edit of a few bytes may copy the longest file.
pub const BYTES: usize = 1 << 16;

/// The ledgers that are edited: with and without a tail, quorums, tables, dealings, and a key that was replaced.
static LEDGERS: LazyLock<Vec<Ledger>> = LazyLock::new(|| NAMES.map(Ledger::honest).into());

const NAMES: [&str; 9] = [
    "honest",
    "honest-rows",
    "honest-without-tail",
    "honest-mixed-quorum",
    "honest-with-cosignatures-and-quorum",
    "honest-tail-beyond-checkpoint",
    "honest-rotated-operator-with-first-key-in-policy",
    "honest-dealings",
    "honest-300-entries",
];

/// The honest ledgers.
pub fn ledgers() -> &'static [Ledger] {
    &LEDGERS
}

pub fn run(data: &[u8]) {
    let [which, from, edits @ ..] = data else { return };
    let [ledger, other] = [chosen(*which), chosen(*from)];
    let files = ledger::edited(ledger, other, &mut Unstructured::new(edits));
    ledger.hold(&MemoryBundle::from_iter(files));
}

/// The last ledger, which takes ten times as long as the others, is chosen by one byte alone.
fn chosen(which: u8) -> &'static Ledger {
    let last = LEDGERS.len() - 1;
    &LEDGERS[if which == u8::MAX { last } else { usize::from(which) % last }]
}

pub fn seeds() -> Vec<Vec<u8>> {
    let ledgers = (0..NAMES.len() as u8 - 1).chain([u8::MAX]);
    let edits = (0..14_u8).map(|edit| [edit, 3, edit, 40, 7, 1, 200, 9]);
    let few = edits.zip(ledgers.cycle()).map(|(edits, which)| [&[which, which / 2][..], &edits].concat());
    // Several edits each, of no plan: long inputs are tried sooner where some are there.
    let many = (0..16_u8).map(|which| (0..4).flat_map(|part| Hash::of(&[which, part]).0).collect());
    few.chain(many).collect()
}
