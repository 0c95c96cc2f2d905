//! The limits on what is said. Each statement is one of `fixtures/vectors/statements.json`, with one part of it changed.

use std::fs;

use candour::core::days::{CountKind, last_day};
use candour::core::fault::Code;
use candour::core::json;
use candour::core::key::SecretKey;
use candour::core::statement::Statement;
use candour::core::time::Date;
use serde_json::{Value, json};

/// So many letters: an origin, a slug, a label and a text, if they may be that long.
pub fn letters(count: u64) -> String {
    "a".repeat(count as usize)
}

/// Whether a statement of that kind is taken with that there.
fn said(kind: &str, pointer: &str, value: Value) -> bool {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vectors/statements.json");
    let vectors: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let of_kind = vectors["statements"].as_array().unwrap().iter().filter(|vector| vector["kind"] == kind);
    let mut statements = of_kind.map(|vector| serde_json::from_str(vector["statement"].as_str().unwrap()).unwrap());
    // Where the part is optional, and no vector has it, it is put there.
    let (within, part) = pointer.rsplit_once('/').unwrap();
    let mut statement: Value = statements.rfind(|it: &Value| it["event"].pointer(within).is_some()).unwrap();
    Statement::parse(&json::encode(&statement).unwrap()).unwrap();
    statement["event"].pointer_mut(within).unwrap()[part] = value;
    Statement::parse(&json::encode(&statement).unwrap()).is_ok()
}

/// The list of so many, no two alike.
fn list(count: u64, each: impl FnMut(u64) -> Value) -> Value {
    (0..count).map(each).collect()
}

/// Whether it is canonical JSON, though no statement.
fn is_canonical(text: &str) -> bool {
    Statement::parse(text.as_bytes()).unwrap_err().code == Code::StatementMalformed
}

pub fn integer(most: u64) -> bool {
    let taken = |text: String| is_canonical(&text);
    let both = [taken(format!("[{most}]")), taken(format!("[-{most}]"))];
    assert_eq!(both[0], both[1], "{most}");
    both[0]
}

pub fn depth(levels: u64) -> bool {
    let nested = |open: &str, close: &str| [open.repeat(levels as usize), close.repeat(levels as usize)].concat();
    let objects = format!("{}{{}}{}", r#"{"a":"#.repeat(levels as usize - 1), "}".repeat(levels as usize - 1));
    let both = [nested("[", "]"), objects].map(|text| is_canonical(&text));
    assert_eq!(both[0], both[1], "{levels}");
    both[0]
}

pub fn authorities(count: u64) -> bool {
    let key = |n: u64| SecretKey::from_seed(&[n as u8; 32]).public().unwrap().to_string();
    let party = |n| json!({"id": format!("regulator-{n}"), "key": key(n), "name": "A Regulator"});
    said("ledger_opened", "/authorities", list(count, party))
}

pub fn addressees(count: u64) -> bool {
    said("request_issued", "/addressees", list(count, |n| format!("platform-{n}").into()))
}

pub fn items(count: u64) -> bool {
    let asked = said("request_issued", "/items", list(count, |n| json!({"item": format!("i{n}"), "question": "?"})));
    let refused = json!({"refused": {"ground": "not_collected"}});
    let answered = list(count, |n| json!({"item": format!("i{n}"), "outcome": refused}));
    assert_eq!(said("response_filed", "/items", answered), asked, "{count}");
    asked
}

pub fn counted_days(count: u64) -> bool {
    last_day(CountKind::Calendar, count, Date::parse("2026-01-01").unwrap(), &[], |_| false).is_ok()
}

pub fn holidays(count: u64) -> bool {
    let first = Date::parse("2026-01-01").unwrap();
    let days: Vec<_> = std::iter::successors(first.next(), |date| date.next()).take(count as usize).collect();
    let listed = list(count, |n| days[n as usize].to_string().into());
    let listed = said("request_issued", "/deadline/counted/holidays", listed);
    assert_eq!(last_day(CountKind::Working, 1, first, &[], |date| days.contains(&date)).is_ok(), listed, "{count}");
    listed
}

pub fn weekend_days(count: u64) -> bool {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    said("request_issued", "/deadline/counted/weekend", list(count, |n| days[n as usize].into()))
}

pub fn references(count: u64) -> bool {
    let documents = list(count, |n| format!("platform/d{n}").into());
    said("response_filed", "/items/0/outcome", json!({"answered": {"disclosures": documents, "extent": "partial"}}))
}

pub fn observations(count: u64) -> bool {
    let each = |n| json!({"metric": "reports", "period": "2026", "service": "video", "status": "given", "value": {"integer": n}});
    let filed = said("disclosure_filed", "/observations", list(count, each));
    assert_eq!(said("correction_filed", "/observations", list(count, each)), filed, "{count}");
    filed
}

pub fn attachments(count: u64) -> bool {
    let each =
        |n| json!({"length": 7, "media_type": "text/plain", "name": format!("f{n}"), "sha256": format!("{n:064x}")});
    said("request_issued", "/attachments", list(count, each))
}

pub fn categories(count: u64) -> bool {
    said("taxonomy_registered", "/categories", list(count, |n| format!("c{n}").into()))
}

pub fn services(count: u64) -> bool {
    let services = || list(count, |n| format!("s{n}").into());
    let changed = said("methodology_changed", "/services", services());
    assert_eq!(said("audit_engaged", "/services", services()), changed, "{count}");
    changed
}

pub fn alternatives(count: u64) -> bool {
    said("amendment_requested", "/alternatives", list(count, |n| format!("By way {n}.").into()))
}

pub fn entries(count: u64) -> bool {
    said("finding_answered", "/entries", list(count, Into::into))
}

pub fn risks(count: u64) -> bool {
    let each = |n| json!({"content": format!("c{n}"), "level": "low"});
    said("risk_assessment_recorded", "/risks", list(count, each))
}

pub fn concerns(count: u64) -> bool {
    said("investigation_opened", "/concerns", list(count, |n| format!("platform/d{n}").into()))
}

pub fn penalty_days(count: u64) -> bool {
    said("penalty_imposed", "/daily/max_days", count.into())
}
