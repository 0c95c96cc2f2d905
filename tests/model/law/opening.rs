//! `ledger_opened`: the first row of the table.

use candour::core::event::Event;
use candour::core::fault::Code;
use candour::core::key::KeyId;

use super::{Entry, Ruling, holds};

pub fn opens(entry: &Entry) -> Ruling {
    let Event::LedgerOpened(event) = &entry.statement.event else { return Err(Code::LedgerNotOpened) };
    holds(entry.statement.author == event.operator.id, Code::AuthorMismatch)?;
    holds(entry.signers[0] == event.operator.key.id(), Code::AuthorMismatch)?;
    holds(entry.statement.nth.unsigned() == 0, Code::NthGap)?;
    holds(event.threshold.unsigned() <= event.authorities.len() as u64, Code::ThresholdInvalid)?;
    let (others, keys) = (&entry.signers[1..], event.authorities.iter().map(|party| party.key.id()));
    let keys: Vec<KeyId> = keys.collect();
    holds(keys.iter().all(|key| others.contains(key)), Code::PossessionMissing)?;
    holds(others.iter().all(|key| keys.contains(key)), Code::CosignerNotAllowed)
}
