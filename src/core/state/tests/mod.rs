//! The law as tables: a row is an attempted statement and the code that it must get, or none.

mod attachments;
mod before;
mod compliance;
mod cosigners;
mod deadlines;
mod disclosures;
mod exchange;
mod keys;
mod matrix;
mod opening;
mod penalties;
mod properties;
mod registry;
mod replay;
mod requests;
mod responses;
mod retractions;
mod risks;
pub(crate) mod say;
pub(crate) mod scene;
mod services;

use std::collections::BTreeSet;

use crate::core::event::Event;
use crate::core::fault::Code;
use scene::Table;

fn tables() -> Vec<Table> {
    [
        before::tables(),
        registry::tables(),
        keys::tables(),
        cosigners::tables(),
        matrix::tables(),
        requests::tables(),
        deadlines::tables(),
        responses::tables(),
        disclosures::tables(),
        attachments::tables(),
        services::tables(),
        exchange::tables(),
        retractions::tables(),
        risks::tables(),
        compliance::tables(),
        penalties::tables(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn every_row() {
    let (mut rows, mut wrong) = (0, Vec::new());
    for table in tables() {
        for (says, say, expected) in &table.rows {
            rows += 1;
            let found = table.scene.attempt(say);
            if found.as_ref().map_err(|fault| fault.code) != expected.as_ref().map_err(|code| *code) {
                wrong.push(format!("{says}: expected {expected:?}, found {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {rows} rows:\n{}", wrong.len(), wrong.join("\n"));
    assert!(rows >= 1400, "only {rows} rows are left");
}

#[test]
fn every_kind_stands_in_a_row_that_passes_and_in_one_that_does_not() {
    let rows: Vec<_> = tables().into_iter().flat_map(|table| table.rows).chain(opening::rows()).collect();
    for kind in Event::KINDS {
        let said = |lawful: bool| rows.iter().any(|(_, say, is)| say.kind() == *kind && is.is_ok() == lawful);
        assert!(said(true) && said(false), "{kind}");
    }
}

#[test]
fn every_code_of_the_law_stands_in_a_row() {
    let rows = tables().into_iter().flat_map(|table| table.rows);
    let hit: BTreeSet<Code> = rows.chain(opening::rows()).filter_map(|(_, _, expected)| expected.err()).collect();
    let law = Code::ALL.iter().filter(|code| (Code::LedgerNotOpened..=Code::ValueOutOfRange).contains(*code));
    // A co-signature given twice takes two statements of the same bytes: see `replay`.
    let missed: Vec<_> = law.filter(|code| !hit.contains(code) && **code != Code::StatementReplayed).collect();
    assert!(missed.is_empty(), "{missed:?}");
}
