//! Two statements under one number of one key, good and spoilt.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use candour::core::evidence::of_statements;
use candour::core::statement::Envelope;
use serde_json::{Value, json};

use super::Case;
use crate::corpus::forge::{Forger, ORIGIN, canonical, key, public, sign};
use crate::corpus::story;

const INCONCLUSIVE: &str = "evidence-inconclusive";

/// A statement as it stands in evidence, signed by the keys of those labels.
fn signed(statement: &Value, keys: &str) -> Value {
    of_bytes(canonical(statement), keys)
}

fn of_bytes(payload: Vec<u8>, keys: &str) -> Value {
    let signatures = sign(&payload, keys);
    serde_json::from_str(&Envelope { payload, signatures }.to_json().unwrap()).unwrap()
}

fn evidence(one: &Value, two: &Value) -> Value {
    json!({"format": "candour-evidence/v1", "kind": "conflicting_statements", "statements": [one, two]})
}

fn said(author: &str, keys: &str, event: Value) -> Value {
    Forger::new(ORIGIN, "operator").statement(author, keys, event)
}

fn with(mut statement: Value, field: &str, to: Value) -> Value {
    statement[field] = to;
    statement
}

pub(super) fn cases() -> Vec<Case> {
    let (one, two) =
        (said("acme", "acme", story::disclosure("acme/a")), said("acme", "acme", story::disclosure("acme/b")));
    let (a, b) = (signed(&one, "acme"), signed(&two, "acme"));
    let bad = |name, second: &Value, code| Case::bad(name, &evidence(&a, second), code);
    let changed = |field: &str, to: Value| signed(&with(two.clone(), field, to), "acme");
    let asked = |name: &str| said("charity", "charity", story::request(name, &["acme"], "2026-03-01"));
    let parse = |value: &Value| Envelope::parse(value.to_string().as_bytes()).unwrap();
    let (letter, other) = (signed(&asked("charity/a"), "charity agency"), signed(&asked("charity/b"), "charity"));
    let later = said("acme", "acme-2", story::disclosure("acme/c"));
    let rotation = said("acme", "acme", story::rotated("acme", "acme", "acme-2"));
    let opening = said("operator", "operator", story::opened(1));
    let mut reopening = opening.clone();
    reopening["issued_at"] = json!("2026-01-02T00:00:00Z");
    let mut forged = b.clone();
    forged["payload"] = json!(BASE64_STANDARD.encode(canonical(&with(two.clone(), "nth", json!(7)))));
    let spaced = String::from_utf8(canonical(&two)).unwrap().replacen(',', ", ", 1);
    let enrolled = |issued: &str| {
        with(said("regulator", "regulator", story::enrolled("acme", "platform")), "issued_at", json!(issued))
    };
    let (enrol, again) = (enrolled("2026-01-01T00:00:00Z"), enrolled("2026-01-01T00:00:01Z"));
    let revoked = |actor: &str| {
        let event = json!({"actor": actor, "key": public(actor), "kind": "key_revoked", "reason": "Lost."});
        said("regulator", "regulator", event)
    };
    let good = |name, one: &Value, two: &Value| Case::good(name, of_statements([&parse(one), &parse(two)]).unwrap());
    vec![
        good("two-statements", &a, &b),
        good(
            "two-statements-of-one-event",
            &a,
            &signed(&with(one.clone(), "issued_at", json!("2026-01-01T00:00:01Z")), "acme"),
        ),
        good("two-requests", &letter, &other),
        good("two-openings", &signed(&opening, "operator regulator"), &signed(&reopening, "operator")),
        good("two-rotations-by-the-old-key", &signed(&rotation, "acme acme-2"), &a),
        good("two-enrolments-by-an-authority", &signed(&enrol, "regulator"), &signed(&again, "regulator")),
        good("two-rotations-by-a-third-key", &signed(&rotation, "acme-3"), &signed(&two, "acme-3")),
        good(
            "two-revocations-by-an-authority",
            &signed(&revoked("acme"), "regulator"),
            &signed(&revoked("bolt"), "regulator"),
        ),
        good(
            "two-revocations-of-its-own",
            &signed(&revoked("regulator"), "regulator"),
            &signed(&revoked("acme"), "regulator"),
        ),
        bad("statement-twice", &a, INCONCLUSIVE),
        bad("statements-of-two-ledgers", &changed("ledger", json!("candour.example/another")), INCONCLUSIVE),
        bad("statements-of-two-numbers", &changed("nth", json!(1)), INCONCLUSIVE),
        bad("statements-of-two-authors", &changed("author", json!("bolt")), INCONCLUSIVE),
        bad("statements-of-two-keys", &signed(&two, "mallory"), INCONCLUSIVE),
        bad("statement-unsigned", &with(b.clone(), "signatures", json!([])), "evidence-malformed"),
        bad("statement-with-a-cosigner", &signed(&two, "acme charity"), "evidence-malformed"),
        bad("statement-of-another-type", &with(b.clone(), "payloadType", json!("text/plain")), "evidence-malformed"),
        bad("statement-forged", &forged, "signature-invalid"),
        bad(
            "statement-by-no-key",
            &serde_json::from_str(&b.to_string().replacen(&public("acme"), &"0".repeat(64), 1)).unwrap(),
            "key-invalid",
        ),
        bad("statement-not-canonical", &of_bytes(spaced.into_bytes(), "acme"), "statement-not-canonical"),
        bad("statement-that-is-none", &of_bytes(b"{}".to_vec(), "acme"), "statement-malformed"),
        // The new key signs its own enrolment, rotation or addition: to show that somebody has it, and as nobody's author.
        Case::bad(
            "statement-that-the-new-key-cosigned",
            &evidence(&signed(&rotation, "acme-2"), &signed(&later, "acme-2")),
            INCONCLUSIVE,
        ),
        Case::bad(
            "statement-that-the-enrolled-key-cosigned",
            &evidence(&signed(&enrol, "acme"), &signed(&again, "acme")),
            INCONCLUSIVE,
        ),
        Case::bad(
            "opening-that-an-authority-cosigned",
            &evidence(&signed(&opening, "regulator"), &signed(&reopening, "regulator")),
            INCONCLUSIVE,
        ),
    ]
}

/// The labels of these keys are names of actors; the story's helpers name keys so.
#[test]
fn the_keys_are_those_of_the_story() {
    assert_eq!(story::enrolled("acme", "platform")["key"], json!(key("acme").public().unwrap()));
}
