//! Statements that an author signed, an operator sealed, and that are none, or not at their place.

use candour::core::time::Millis;
use serde_json::{Value, json};

use super::super::case::Case;
use super::super::forge::{Forger, ORIGIN, START, canonical, sign, time};
use super::super::story::{self, attachment, disclosure, enrolled, opened, request};

/// Cases of statements.
pub fn cases() -> Vec<Case> {
    let mut cases = encodings();
    cases.extend(shapes());
    cases.extend(places());
    cases.extend(sights());
    cases.extend(openings());
    cases
}

/// A short statement to spoil.
fn notice() -> Value {
    json!({"kind": "error_notified", "document": "acme/report-1", "error": "acme/error-2", "note": "Aé"})
}

/// Bytes that are not canonical JSON, signed as they are.
fn encodings() -> Vec<Case> {
    let spelt = |name, says, from: &str, to: &str| {
        Case::sealed(9, name, says, "statement-not-canonical", |ledger| {
            let text = String::from_utf8(canonical(&ledger.statement("acme", "acme", notice()))).unwrap();
            let spelt = text.replacen(from, to, 1);
            assert_ne!(text, spelt, "{name}");
            ledger.place(spelt.clone().into_bytes(), sign(spelt.as_bytes(), "acme"))
        })
    };
    let order = (
        r#"{"document":"acme/report-1","error":"acme/error-2""#,
        r#"{"error":"acme/error-2","document":"acme/report-1""#,
    );
    vec![
        spelt("json-white-space", "a space after a colon", r#""nth":"#, r#""nth": "#),
        spelt("json-order-of-keys", "two fields the other way round", order.0, order.1),
        spelt("json-number-with-fraction", "1.0 for 1", r#""nth":1"#, r#""nth":1.0"#),
        spelt("json-number-too-large", "2^53, which not every reader holds", r#""nth":1"#, r#""nth":9007199254740992"#),
        spelt("json-escape", "an escape where none is needed", "é", r"\u00e9"),
        spelt("json-field-twice", "one field twice", r#""nth":1"#, r#""nth":1,"nth":1"#),
        spelt("json-not-unicode", "a surrogate without its other half", "é", r"\ud800"),
        spelt("json-truncated", "the last brace is not there", r#""nth":1}"#, r#""nth":1"#),
    ]
}

/// Canonical JSON that is no statement.
fn shapes() -> Vec<Case> {
    let shaped = |name, says, change: &dyn Fn(&mut Value)| {
        Case::sealed(9, name, says, "statement-malformed", |ledger| {
            ledger.change_and_say("acme", "acme", notice(), change)
        })
    };
    let mut invalid_key = enrolled("newcomer", "auditor");
    invalid_key["key"] = json!(format!("01{}", "0".repeat(62)));
    vec![
        shaped("unknown-field", "a field that no statement has", &|statement| statement["remark"] = json!("none")),
        shaped("null-for-an-optional-field", "null where the field is left out", &|statement| {
            statement["seen"] = Value::Null;
        }),
        shaped("missing-field", "a field that every statement has is not there", &|statement| {
            drop(statement.as_object_mut().unwrap().remove("issued_at"));
        }),
        shaped("unknown-kind", "a kind of event that there is not", &|statement| {
            statement["event"]["kind"] = json!("error_denied");
        }),
        shaped("no-object", "a statement that is a list", &|statement| *statement = json!([])),
        shaped("text-that-deceives", "a character that turns the direction of the text", &|statement| {
            statement["event"]["note"] = json!("\u{202e}gnorw");
        }),
        shaped("time-that-is-none", "30 February", &|statement| {
            statement["issued_at"] = json!("2026-02-30T00:00:00Z");
        }),
        shaped("empty-optional-list", "an empty list where the field is left out", &|statement| {
            statement["event"] = disclosure("acme/report-3");
            statement["event"]["attachments"] = json!([]);
        }),
        shaped("list-with-duplicates", "one attachment twice", &|statement| {
            let file = attachment("notice.txt", "text/plain", story::DOCUMENT);
            statement["event"] = disclosure("acme/report-3");
            statement["event"]["attachments"] = json!([file, file]);
        }),
        Case::sealed(
            9,
            "enrolled-key-of-small-order",
            "a key that everybody can sign with",
            "statement-malformed",
            |ledger| ledger.say("regulator", "regulator commission", invalid_key),
        ),
    ]
}

/// Statements at the wrong place or time.
fn places() -> Vec<Case> {
    let changed = |name, says, fault, change: &dyn Fn(&mut Value)| {
        Case::sealed(9, name, says, fault, |ledger| ledger.change_and_say("acme", "acme", notice(), change))
    };
    let now = story::until(9).now();
    vec![
        changed("replayed-from-another-ledger", "a statement meant for another ledger", "ledger-mismatch", &|it| {
            it["ledger"] = json!("candour.example/another");
        }),
        changed("issued-in-the-future", "issued 301 seconds after it was recorded", "issued-in-future", &|it| {
            it["issued_at"] = json!(time(now + 301));
        }),
        changed("nth-reused", "a second statement under one number of one key", "nth-reused", &|it| {
            it["nth"] = json!(0);
        }),
        changed("nth-gap", "a statement of that key was left out", "nth-gap", &|it| it["nth"] = json!(2)),
        Case::sealed(9, "time-reversed", "recorded a millisecond before the entry before", "time-reversed", |ledger| {
            let earlier = Millis::from_unix_ms((now - 3600) * 1000 + 249).unwrap();
            let early = |statement: &mut Value| statement["issued_at"] = json!(time(START));
            ledger.change_and_say("acme", "acme", notice(), early);
            ledger.edit(9, |entry| entry.recorded_at = earlier)
        }),
    ]
}

/// What an author says to have seen.
fn sights() -> Vec<Case> {
    let seen = |name, says, fault, size: u64, root: Option<&str>| {
        Case::sealed(9, name, says, fault, |ledger| {
            let root = root.map_or_else(|| ledger.tree(size).root().to_string(), str::to_owned);
            let seen = json!({"root": root, "size": size});
            ledger.change_and_say("acme", "acme", notice(), |statement| statement["seen"] = seen)
        })
    };
    let zeros = "0".repeat(64);
    vec![
        seen("seen-not-published", "seen at a size of which there is no checkpoint", "seen-not-published", 6, None),
        seen("seen-too-early", "seen at a size that includes the entry itself", "seen-not-published", 10, Some(&zeros)),
        seen("seen-mismatch", "seen with another root", "seen-mismatch", 5, Some(&zeros)),
    ]
}

/// First entries, and opening entries elsewhere.
fn openings() -> Vec<Case> {
    let first = |name, says, faults, author: &str, keys: &str, event: Value| {
        let mut ledger = Forger::new(ORIGIN, "operator");
        ledger.say(author, keys, event).seal();
        Case::new(name, says, &ledger.files(), faults).sizes(1, 1)
    };
    let (asked, all) = (request("regulator/notice-1", &["acme"], "2026-03-01"), "operator regulator commission");
    vec![
        first(
            "first-entry-opens-nothing",
            "entry 0 is a request",
            "ledger-not-opened@0",
            "regulator",
            "regulator",
            asked,
        ),
        first(
            "opened-with-too-high-a-threshold",
            "three of two authorities must sign",
            "ledger-not-opened@0 threshold-invalid@0",
            "operator",
            all,
            opened(3),
        ),
        first(
            "opened-without-an-authority",
            "an authority did not sign the opening",
            "ledger-not-opened@0 possession-missing@0",
            "operator",
            "operator regulator",
            opened(2),
        ),
        Case::sealed(9, "opened-twice", "a second opening entry", "ledger-already-opened", |ledger| {
            ledger.say("operator", "operator regulator commission", opened(2))
        }),
    ]
}
