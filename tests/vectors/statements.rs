//! Statements of every kind, the envelope, and the table of observations.

use std::collections::BTreeSet;

use candour::core::entry::Entry;
use candour::core::event::{Event, table};
use candour::core::hash::Hash;
use candour::core::json::Count;
use candour::core::statement::{Envelope, Statement, pre_authentication_encoding};
use candour::core::time::Time;
use serde_json::{Value, json};

use super::{ORIGIN, key, pin, public};
use crate::corpus::dealings;

/// The statement in its canonical encoding.
pub fn statement(author: &str, nth: i64, event: Value) -> Statement {
    Statement {
        author: author.parse().unwrap(),
        event: serde_json::from_value(event.clone()).unwrap_or_else(|error| panic!("{event}: {error}")),
        issued_at: Time::parse("2026-01-05T12:00:00Z").unwrap(),
        ledger: ORIGIN.parse().unwrap(),
        nth: Count::new(nth).unwrap(),
        seen: None,
    }
}

pub fn opening() -> Value {
    let party = |id: &str, name: &str| json!({"id": id, "key": public(id), "name": name});
    json!({
        "kind": "ledger_opened", "authorities": [party("regulator", "The Regulator")],
        "operator": party("operator", "The Operator"), "rules": {"max_entries": 1000, "max_seconds": 86_400},
        "threshold": 1,
    })
}

pub fn enrolment() -> Value {
    let key = public("platform");
    json!({"kind": "actor_enrolled", "actor": "platform", "key": key, "name": "Plattform – Ünïcode 子", "role": "platform"})
}

fn observation() -> Value {
    json!({
        "metric": "Content actioned", "period": "2021-Q2", "service": "video", "status": "given",
        "value": {"integer": 25_700_000},
    })
}

fn attachment() -> Value {
    json!({
        "length": 7, "media_type": "text/csv", "name": "figures.csv", "holds": "observations",
        "sha256": Hash::of(b"figures").to_string(),
    })
}

pub fn disclosure() -> Value {
    json!({
        "kind": "disclosure_filed", "disclosure": "platform/2021-q2", "observations": [observation()],
        "period": "2021-Q2", "service": "video", "subject": "Child safety, second quarter",
    })
}

/// Every kind, with every optional field and without.
fn events() -> Vec<(&'static str, Value)> {
    let mut full = observation();
    for (field, value) in [
        ("age_band", json!("13-17")),
        ("detection", json!("hash matching")),
        ("harm", json!({"category": "Child Endangerment: \"Nudity\"", "taxonomy": "meta", "version": "2021"})),
        ("jurisdiction", json!("GB-SCT")),
        ("outcome", json!("removed")),
        ("precision", json!({"rounded_to": 100_000})),
    ] {
        full[field] = value;
    }
    let with = |status: &str, value: Value| {
        let mut it = observation();
        it["status"] = status.into();
        it["value"] = value;
        it
    };
    let mut none = observation();
    (none["status"], none["period"]) = ("cannot_be_collated".into(), "2021-04-01/2021-06-30".into());
    none.as_object_mut().unwrap().remove("value");
    let deadline = json!({"calendar": "Europe/London", "date": "2026-03-31", "ends_at": "2026-03-31T23:00:00Z"});
    let items = json!([{"item": "reports", "question": "How many reports?\nBy month."}]);
    let marked = |kind| json!({"kind": kind, "actor": "platform", "reason": "Decided on appeal"});
    let (old, new) = (public("platform"), public("platform 2"));
    vec![
        ("operator", opening()),
        ("regulator", enrolment()),
        (
            "regulator",
            json!({"kind": "actor_enrolled", "actor": "regulator-2", "authority": true, "key": new, "name": "Second", "role": "regulator"}),
        ),
        ("regulator", marked("actor_suspended")),
        ("regulator", marked("actor_reinstated")),
        ("regulator", marked("actor_retired")),
        ("platform", json!({"kind": "key_added", "actor": "platform", "key": new})),
        ("platform", json!({"kind": "key_rotated", "actor": "platform", "new": new, "old": old})),
        ("platform", json!({"kind": "key_revoked", "actor": "platform", "key": old, "reason": "Lost"})),
        ("regulator", json!({"kind": "checkpoint_rules_set", "rules": {"max_entries": 1, "max_seconds": 3_600}})),
        (
            "charity",
            json!({"kind": "request_issued", "addressees": ["platform"], "compulsory": false, "items": items, "request": "charity/letter", "title": "An open letter"}),
        ),
        (
            "regulator",
            json!({
                "kind": "request_issued", "addressees": ["platform", "platform-2"], "attachments": [attachment()], "compulsory": true,
                "deadline": deadline, "items": items, "legal_basis": {"instrument": "uk-osa-2023", "provision": "section 100"},
                "request": "regulator/notice-1", "title": "Information notice",
            }),
        ),
        (
            "regulator",
            json!({"kind": "request_amended", "items": items, "reason": "Clearer", "request": "regulator/notice-1", "version": 2}),
        ),
        (
            "regulator",
            json!({"kind": "request_extended", "deadline": deadline, "reason": "Asked for", "request": "regulator/notice-1"}),
        ),
        (
            "regulator",
            json!({"kind": "request_extended", "addressees": ["platform"], "deadline": deadline, "reason": "Asked for", "request": "regulator/notice-1"}),
        ),
        ("regulator", json!({"kind": "request_withdrawn", "reason": "Moot", "request": "regulator/notice-1"})),
        (
            "platform",
            json!({
                "kind": "response_filed", "items": [{"item": "reports", "outcome": {"refused": {"ground": "not_collected"}}}],
                "request": "regulator/notice-1", "response": "platform/answer-1", "version": 1,
            }),
        ),
        (
            "platform",
            json!({
                "kind": "response_filed", "items": [
                    {"item": "reports", "outcome": {"answered": {"disclosures": ["platform/2021-q2"], "extent": "partial"}}},
                    {"item": "speed", "outcome": {"refused": {"detail": "Not kept.", "ground": "cannot_collate"}}},
                ],
                "note": "See the notes.", "request": "regulator/notice-1", "response": "platform/answer-2",
                "supersedes": "platform/answer-1", "version": 2,
            }),
        ),
        ("platform", disclosure()),
        (
            "platform",
            json!({
                "kind": "disclosure_filed", "attachments": [attachment()], "disclosure": "platform/2021-q2-full",
                "observations": [
                    full, none, with("estimated", json!({"ratio": {"denominator": 1000, "numerator": 995}})),
                    with("provisional", json!({"duration": {"amount": 25, "unit": "hour"}})),
                    with("given", json!({"range": {"lower": -1, "upper": 4}})),
                    with("estimated", json!({"ratio_range": {"denominator": 1000, "lower": 0, "upper": 995}})),
                ],
                "period": "2021-Q2", "service": "video", "subject": "All there is",
            }),
        ),
        (
            "platform",
            json!({
                "kind": "correction_filed", "correction": "platform/2021-q2-c1", "material": true, "note": "Counted twice.",
                "observations": [observation()], "reason": "error", "supersedes": "platform/2021-q2",
            }),
        ),
        (
            "platform",
            json!({"kind": "error_notified", "document": "platform/2021-q2", "error": "platform/2021-q2-e1", "note": "To be checked."}),
        ),
    ]
}

/// Those of the ledger of dealings but for the registry's, each also without what it can do without.
fn dealt() -> Vec<(&'static str, Value)> {
    let said = |bytes: &Vec<u8>| Statement::parse(&Entry::parse(bytes).unwrap().payload).unwrap();
    let registry = ["ledger_opened", "actor_", "key_", "checkpoint_rules_set"];
    let mut dealt = Vec::new();
    for statement in dealings::dealings().entries.iter().map(said) {
        let (author, event) = (statement.author.to_string(), serde_json::to_value(&statement.event).unwrap());
        if registry.iter().any(|prefix| statement.event.kind().starts_with(prefix)) {
            continue;
        }
        let author =
            *["acme", "bolt", "charity", "regulator", "auditor", "court"].iter().find(|it| **it == author).unwrap();
        let bare = bare(&event);
        dealt.extend((bare != event).then_some((author, bare)));
        dealt.push((author, event));
    }
    dealt
}

/// The event without those of its own fields that are optional, as far as it is still an event.
fn bare(event: &Value) -> Value {
    let mut bare = event.clone();
    for field in event.as_object().unwrap().keys() {
        let mut less = bare.clone();
        drop(less.as_object_mut().unwrap().remove(field));
        let text = json!({"author": "platform", "event": less, "issued_at": "2026-01-05T12:00:00Z", "ledger": ORIGIN, "nth": 0});
        if Statement::parse(&serde_json_canonicalizer::to_vec(&text).unwrap()).is_ok() {
            bare = less;
        }
    }
    bare
}

/// A request with a deadline that was counted over a holiday, where Friday and Saturday are the weekend.
pub fn counted() -> Value {
    let deadline = json!({
        "calendar": "Asia/Kuwait", "date": "2025-02-27", "ends_at": "2025-02-27T21:00:00Z",
        "counted": {"days": 2, "from": "2025-02-24", "holidays": ["2025-02-25"], "kind": "working", "weekend": ["friday", "saturday"]},
    });
    json!({
        "kind": "request_issued", "addressees": ["platform"], "compulsory": false, "deadline": deadline,
        "items": [{"about": "reports_received", "item": "reports", "question": "How many?"}], "request": "charity/letter-2", "title": "An open letter",
    })
}

#[test]
fn statements_of_every_kind() {
    let mut kinds = BTreeSet::new();
    let statements: Vec<_> = (0..)
        .zip([events(), vec![("charity", counted())], dealt()].concat())
        .map(|(nth, (author, event))| {
            let mut made = statement(author, nth, event);
            if nth % 2 == 1 {
                made.seen =
                    serde_json::from_value(json!({"root": Hash::of(b"root").to_string(), "size": nth})).unwrap();
            }
            kinds.insert(made.event.kind());
            let payload = made.encode().unwrap();
            assert_eq!(Statement::parse(&payload).unwrap(), made);
            json!({
                "kind": made.event.kind(), "pae_sha256": Hash::of(&pre_authentication_encoding(&payload)).to_string(),
                "statement": String::from_utf8(payload).unwrap(),
            })
        })
        .collect();
    assert_eq!(kinds, Event::KINDS.iter().copied().collect());
    pin(
        "statements.json",
        &json!({
            "says": "A statement of every kind in its canonical encoding, and the SHA-256 of the bytes that are signed.",
            "statements": statements,
        }),
    );
}

#[test]
fn an_envelope() {
    let made = statement("regulator", 0, enrolment());
    let envelope = Envelope::sign(&made, &[key("regulator"), key("platform")]).unwrap();
    let text = envelope.to_json().unwrap();
    assert_eq!(Envelope::parse(text.as_bytes()).unwrap(), envelope);
    let signed = pre_authentication_encoding(&envelope.payload);
    let seeds = ["regulator", "platform"].map(|name| Hash::of(name.as_bytes()).to_string());
    pin(
        "envelope.json",
        &json!({
            "says": "A statement signed by its author and a co-signer, with the bytes that both sign. Each seed is the \
                     SHA-256 of the actor's name.",
            "envelope": text,
            "seeds": seeds,
            "signed": String::from_utf8(signed).unwrap(),
            "statement": String::from_utf8(envelope.payload).unwrap(),
        }),
    );
}

#[test]
fn a_table_of_observations() {
    let full = events().into_iter().find(|(_, event)| event["disclosure"] == "platform/2021-q2-full").unwrap().1;
    let event: Event = serde_json::from_value(full).unwrap();
    let mut csv = Vec::new();
    table::write(&mut csv, event.observations()).unwrap();
    let mut read = Vec::new();
    let rows = table::read(csv.as_slice(), |row| {
        read.push(row);
        Ok(())
    });
    assert_eq!((rows.unwrap(), read.as_slice()), (6, event.observations()));
    pin(
        "observations.json",
        &json!({
            "says": "Observations as a statement holds them, and the same as a table.",
            "observations": event.observations(),
            "table": String::from_utf8(csv).unwrap(),
        }),
    );
}
