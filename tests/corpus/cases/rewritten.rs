//! Histories that an operator wrote anew: everything linked, hashed and signed as it should be.

use candour::core::receipt::Receipt;
use candour::core::time::Millis;
use candour::shell::receipts;
use candour::storage::memory_bundle::MemoryBundle;

use super::super::case::Case;
use super::super::forge::{Forger, START, STEP};
use super::super::story::{self, SIZE};

/// Cases of rewritten histories.
pub fn cases() -> Vec<Case> {
    let honest = story::honest();
    let (silenced, split) = (silenced(), recorded_later(22));
    let caught = "pin-mismatch@pin";
    vec![
        Case::new(
            "rewritten-uncatchable",
            "the operator left out a statement that its author never followed up: this verifies, as nothing that anybody \
             kept is held against it",
            &silenced.files(),
            "",
        )
        .sizes(24, 24),
        Case::new("rewritten-caught-by-pin", "the same, against a checkpoint kept", &silenced.files(), caught)
            .sizes(24, 24)
            .kept("pin", &honest.checkpoint(SIZE)),
        Case::new("rewritten-caught-by-receipt", "the same, against a receipt kept", &silenced.files(), caught)
            .sizes(24, 24)
            .kept("receipt", &receipt(&honest, 23)),
        Case::new(
            "rewritten-caught-by-seen",
            "the operator wrote that an entry was recorded later than it was; two later authors had seen the history",
            &recorded_later(3).files(),
            "seen-mismatch@7 seen-mismatch@24",
        ),
        Case::new("split-view", "a second history of the same length, against a pin of the first", &split.files(), caught)
            .kept("pin", &honest.checkpoint(SIZE)),
        Case::new("split-view-unseen", "the same without a pin: this verifies", &split.files(), ""),
        Case::new(
            "pin-of-another-ledger",
            "the pin is another ledger's checkpoint",
            &honest.files(),
            "checkpoint-origin-mismatch@pin checkpoint-unsigned@pin pin-mismatch@pin",
        )
        .kept("pin", &another().checkpoint(1)),
        Case::new(
            "pin-by-a-foreign-key",
            "the pin is signed by somebody else",
            &honest.files(),
            "checkpoint-unsigned@pin",
        )
        .kept("pin", &honest.signed(14, honest.tree(14).root(), "mallory")),
        Case::new("pin-malformed", "the pin is no checkpoint", &honest.files(), "note-malformed@pin")
            .kept("pin", &"nothing"),
    ]
}

/// Without entry 23, the charity's last word.
fn silenced() -> Forger {
    let mut ledger = story::honest();
    ledger.entries.remove(23);
    ledger.relink().seals = vec![5, 9, 14, 19, 24];
    ledger
}

/// With that entry recorded a second later.
fn recorded_later(index: usize) -> Forger {
    let mut ledger = story::honest();
    let later = Millis::from_unix_ms((START + index as u64 * STEP) * 1000 + 1250).unwrap();
    ledger.edit(index, |entry| entry.recorded_at = later).relink();
    ledger
}

fn another() -> Forger {
    let mut ledger = Forger::new("candour.example/another", "operator");
    ledger.say("operator", "operator regulator commission", story::opened(2)).seal();
    ledger
}

fn receipt(ledger: &Forger, index: u64) -> Receipt {
    let bundle: MemoryBundle = ledger.files().into_iter().collect();
    receipts::make(&bundle, index).unwrap()
}
