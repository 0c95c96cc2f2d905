//! Every limit of FORMAT.md, section 1, and of SECURITY.md: kept one below it and at it, refused one above.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod asked;
mod files;
mod program;
mod statements;

use candour::core::event::{compliance, disclosure, document, exchange, measure, observation};
use candour::core::event::{registry, request, response, risk, table};
use candour::core::state::{attachments, registry as actors};
use candour::core::{
    chain, checkpoint, days, evidence, json, merkle, note, policy, receipt, row_proof, statement, text, tile,
};
use candour::storage::{bundle, frozen};

use crate::format::rows;
use files as f;
use statements as s;

/// Whether so many, or so long a one, are taken.
type Takes = fn(u64) -> bool;

/// Each limit, and what is held to it. Where a thing of that very length cannot be made, it is only asked whether what is
/// refused is refused for its length.
fn limits() -> Vec<(&'static str, u64, Takes)> {
    vec![
        ("MAX_ENTRY_BYTES", tile::MAX_ENTRY_BYTES as u64, f::entry),
        ("MAX_SIGNATURES", statement::MAX_SIGNATURES as u64, f::envelope_signatures),
        ("MAX_INTEGER", json::MAX_INTEGER as u64, s::integer),
        ("MAX_DEPTH", json::MAX_DEPTH as u64, s::depth),
        ("MAX_ORIGIN_BYTES", text::MAX_ORIGIN_BYTES as u64, |n| s::letters(n).parse::<text::Origin>().is_ok()),
        ("MAX_SLUG_BYTES", text::MAX_SLUG_BYTES as u64, |n| s::letters(n).parse::<text::Slug>().is_ok()),
        ("MAX_LABEL_BYTES", text::MAX_LABEL_BYTES as u64, |n| s::letters(n).parse::<text::Label>().is_ok()),
        ("MAX_TEXT_BYTES", text::MAX_TEXT_BYTES as u64, |n| s::letters(n).parse::<text::Text>().is_ok()),
        ("MAX_AUTHORITIES", registry::MAX_AUTHORITIES as u64, s::authorities),
        ("MAX_ADDRESSEES", request::MAX_ADDRESSEES as u64, s::addressees),
        ("MAX_ITEMS", request::MAX_ITEMS as u64, s::items),
        ("MAX_COUNTED_DAYS", days::MAX_COUNTED_DAYS, s::counted_days),
        ("MAX_HOLIDAYS", days::MAX_HOLIDAYS as u64, s::holidays),
        ("MAX_WEEKEND_DAYS", days::MAX_WEEKEND_DAYS as u64, s::weekend_days),
        ("MAX_REFERENCES", response::MAX_REFERENCES as u64, s::references),
        ("MAX_OBSERVATIONS", observation::MAX_OBSERVATIONS as u64, s::observations),
        ("MAX_ATTACHMENTS", disclosure::MAX_ATTACHMENTS as u64, s::attachments),
        ("MAX_TABLE_NAMINGS", attachments::MAX_TABLE_NAMINGS, f::table_namings),
        ("MAX_PREDECESSORS", actors::MAX_PREDECESSORS as u64, f::predecessors),
        ("MAX_CATEGORIES", measure::MAX_CATEGORIES as u64, s::categories),
        ("MAX_SERVICES", measure::MAX_SERVICES as u64, s::services),
        ("MAX_ALTERNATIVES", exchange::MAX_ALTERNATIVES as u64, s::alternatives),
        ("MAX_ENTRIES", document::MAX_ENTRIES as u64, s::entries),
        ("MAX_RISKS", risk::MAX_RISKS as u64, s::risks),
        ("MAX_CONCERNS", compliance::MAX_CONCERNS as u64, s::concerns),
        ("MAX_PENALTY_DAYS", compliance::MAX_PENALTY_DAYS, s::penalty_days),
        ("MAX_CLOCK_AHEAD_SECONDS", chain::MAX_CLOCK_AHEAD_SECONDS, f::seconds_ahead),
        ("MAX_FILES", bundle::MAX_FILES, |n| bundle::check_count(n).is_ok()),
        ("MAX_FILE_BYTES", bundle::MAX_FILE_BYTES, f::file),
        ("MAX_TOTAL_BYTES", bundle::MAX_TOTAL_BYTES, |n| bundle::check_total(n).is_ok()),
        ("MAX_ENTRY_BUNDLE_BYTES", bundle::MAX_ENTRY_BUNDLE_BYTES, |n| f::of_ledger("tile/entries/000", n)),
        ("MAX_TAIL_BYTES", frozen::MAX_TAIL_BYTES, |n| f::of_ledger("tail", n)),
        ("MAX_NOTE_BYTES", note::MAX_NOTE_BYTES as u64, f::note),
        ("MAX_NOTE_SIGNATURES", note::MAX_NOTE_SIGNATURES as u64, f::note_signatures),
        ("MAX_POLICY_BYTES", policy::MAX_POLICY_BYTES as u64, f::policy),
        ("MAX_LOGS", policy::MAX_LOGS as u64, f::logs),
        ("MAX_WITNESSES", policy::MAX_WITNESSES as u64, f::witnesses),
        ("MAX_GROUPS", policy::MAX_GROUPS as u64, f::groups),
        ("MAX_COSIGNED_NAME_BYTES", checkpoint::MAX_COSIGNED_NAME_BYTES as u64, f::cosigned_name),
        ("MAX_VERIFIER_KEY_BYTES", note::MAX_VERIFIER_KEY_BYTES as u64, f::verifier_key),
        ("MAX_PROOF", merkle::MAX_PROOF as u64, f::proof),
        ("MAX_RECEIPT_BYTES", receipt::MAX_RECEIPT_BYTES as u64, f::receipt),
        ("MAX_ROW_BYTES", table::MAX_ROW_BYTES as u64, f::row),
        ("MAX_ROW_PROOF_BYTES", row_proof::MAX_ROW_PROOF_BYTES as u64, f::row_proof),
        ("MAX_ENVELOPE_BYTES", statement::MAX_ENVELOPE_BYTES as u64, f::envelope),
        ("MAX_EVIDENCE_BYTES", evidence::MAX_EVIDENCE_BYTES as u64, f::evidence),
        ("MAX_CONVICTED", evidence::MAX_CONVICTED as u64, f::convicted),
    ]
}

#[test]
fn each_is_kept_to_the_last_one() {
    let mut wrong = Vec::new();
    for (name, limit, takes) in limits() {
        for (much, expected) in [(limit - 1, true), (limit, true), (limit + 1, false)] {
            if takes(much) != expected {
                wrong.push(format!("{name}: {much} {}", if expected { "refused" } else { "taken" }));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_limit_of_the_format_is_among_them() {
    let named: Vec<_> = rows("1. Limits").iter().map(|row| row[0].clone()).collect();
    assert_eq!(limits().iter().map(|(name, ..)| (*name).to_owned()).collect::<Vec<_>>(), named);
}
