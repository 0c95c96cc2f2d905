//! Evidence of two histories, tampered with.

use candour::core::evidence::{Breach, Fork, of_checkpoints, of_receipt};
use candour::core::hash::Hash;
use candour::core::note::{VerifierKey, sign};
use serde_json::{Value, json};

use super::Case;
use super::histories::{cosigned, fork, left, operator, receipt, replaced, right, witness};
use crate::corpus::forge::{Forger, key};

const MALFORMED: &str = "evidence-malformed";
const INCONCLUSIVE: &str = "evidence-inconclusive";
const NOTHING: &str = "proof-invalid";

fn parsed(bytes: Vec<u8>) -> Value {
    serde_json::from_slice(&bytes).unwrap()
}

fn two_roots() -> Value {
    parsed(of_checkpoints([&left().checkpoint(15), &right().checkpoint(15)], &[operator()], None).unwrap())
}

fn forked() -> Value {
    let fork = fork(&right(), 15, 17);
    parsed(of_checkpoints([&left().checkpoint(15), &right().checkpoint(17)], &[operator()], Some(fork)).unwrap())
}

fn broken() -> Value {
    let breach = Breach::Replaced(replaced(&right(), 14, 17));
    parsed(of_receipt(&receipt(&left(), 14, 15), &right().checkpoint(17), &[operator()], breach).unwrap())
}

/// The value with one field set; `null` takes it away.
fn with(mut value: Value, field: &str, to: Value) -> Value {
    let fields = value.as_object_mut().unwrap();
    if to.is_null() {
        fields.remove(field)
    } else {
        fields.insert(field.to_owned(), to)
    };
    value
}

fn replace(value: &Value, from: &str, to: &str) -> Value {
    let text = value.to_string();
    assert!(text.contains(from), "{from:?} is there to be replaced");
    serde_json::from_str(&text.replacen(from, to, 1)).unwrap()
}

pub(super) fn cases() -> Vec<Case> {
    [of_form(), of_signers(), of_proofs(), of_receipts()].into_iter().flatten().collect()
}

fn of_form() -> Vec<Case> {
    let sound = two_roots();
    let raw = |name, text: String| Case { name, bytes: text.into_bytes(), expected: Some(MALFORMED) };
    let canonical = String::from_utf8(serde_json_canonicalizer::to_vec(&sound).unwrap()).unwrap();
    vec![
        raw("form-empty", String::new()),
        raw("form-line-feed-at-the-end", format!("{canonical}\n")),
        raw("form-white-space", canonical.replacen(',', ", ", 1)),
        raw("form-field-twice", canonical.replacen("\"kind\"", "\"kind\":\"fork\",\"kind\"", 1)),
        raw("form-escape-that-needs-none", canonical.replacen("candour-evidence", "\\u0063andour-evidence", 1)),
        raw("form-deep", format!("{}{}", "[".repeat(200), "]".repeat(200))),
        Case::bad("form-field-unknown", &with(sound.clone(), "note", json!("x")), MALFORMED),
        Case::bad("form-version-unknown", &with(sound.clone(), "format", json!("candour-evidence/v2")), MALFORMED),
        Case::bad("form-kind-unknown", &with(sound.clone(), "kind", json!("rumour")), MALFORMED),
        Case::bad("form-three-checkpoints", &with(sound.clone(), "checkpoints", json!(["", "", ""])), MALFORMED),
        Case::bad("form-a-number", &with(sound.clone(), "fork", json!(1)), MALFORMED),
        Case::bad("form-a-list", &json!([sound]), MALFORMED),
        raw("form-fork-null", canonical.replacen("\"format\"", "\"fork\":null,\"format\"", 1)),
    ]
}

fn of_signers() -> Vec<Case> {
    let (sound, left, right) = (two_roots(), left(), right());
    let note = |ledger: &Forger, label| ledger.signed(15, ledger.tree(15).root(), label).to_string();
    let pair = |a: String, b: String| with(sound.clone(), "checkpoints", json!([a, b]));
    let keys = |value: &Value, keys: Vec<String>| with(value.clone(), "keys", json!(keys));
    let mallory = VerifierKey::ed25519(operator().name(), key("mallory").public().unwrap()).unwrap();
    let mut elsewhere = right.clone();
    elsewhere.origin = "candour.example/another";
    let (seen, seen_too) = (cosigned(left.checkpoint(15), 9), cosigned(right.checkpoint(15), 8));
    let both_seen = keys(&pair(seen.to_string(), seen_too.to_string()), vec![witness().to_string()]);
    let other_name = VerifierKey::cosignature("w2.example", key("witness").public().unwrap()).unwrap();
    let nickname = VerifierKey::ed25519("nickname", key("operator").public().unwrap()).unwrap();
    let under_nickname = |ledger: &Forger| {
        let mut checkpoint = ledger.checkpoint(15);
        checkpoint.add_signature(sign(checkpoint.note().text(), "nickname", &key("operator")).unwrap()).unwrap();
        checkpoint.to_string()
    };
    let text = operator().to_string();
    let witnesses = |count: u64| {
        let one = |i: u64| VerifierKey::cosignature("w", key(&format!("w{i}")).public().unwrap()).unwrap().to_string();
        (0..count).map(one).collect::<Vec<_>>()
    };
    let wrong_time = replace(&both_seen, "witness.example/w", "witness.example/w");
    let forged = seen_too.to_string().replacen(&right.tree(15).root().to_base64(), &Hash::ZERO.to_base64(), 1);
    vec![
        Case::bad("signed-by-another-key", &keys(&sound, vec![mallory.to_string()]), "checkpoint-unsigned"),
        Case::bad(
            "second-signed-by-another-key",
            &pair(note(&left, "operator"), note(&right, "mallory")),
            "checkpoint-unsigned",
        ),
        Case::bad(
            "signed-by-two-keys-one-each",
            &keys(&pair(note(&left, "operator"), note(&right, "mallory")), vec![text.clone(), mallory.to_string()]),
            "checkpoint-unsigned",
        ),
        Case::bad(
            "a-witness-who-saw-one",
            &keys(&pair(seen.to_string(), note(&right, "operator")), vec![witness().to_string()]),
            "checkpoint-unsigned",
        ),
        Case::bad(
            "a-cosignature-of-something-else",
            &with(wrong_time, "checkpoints", json!([seen.to_string(), forged])),
            "cosignature-invalid",
        ),
        Case::bad(
            "of-another-ledger",
            &pair(note(&left, "operator"), note(&elsewhere, "operator")),
            "checkpoint-unsigned",
        ),
        Case::bad(
            "of-two-ledgers-by-one-witness",
            &keys(
                &pair(seen.to_string(), cosigned(elsewhere.checkpoint(15), 7).to_string()),
                vec![witness().to_string()],
            ),
            INCONCLUSIVE,
        ),
        Case::bad(
            "under-another-name",
            &keys(&pair(under_nickname(&left), under_nickname(&right)), vec![nickname.to_string()]),
            MALFORMED,
        ),
        Case::bad(
            "one-key-under-two-names",
            &keys(&both_seen, vec![witness().to_string(), other_name.to_string()]),
            MALFORMED,
        ),
        Case::bad("one-key-twice", &keys(&sound, vec![text.clone(), text.clone()]), MALFORMED),
        Case::bad("no-key", &keys(&sound, vec![]), MALFORMED),
        Case::bad("66-keys", &keys(&sound, witnesses(66)), MALFORMED),
        Case::bad("65-keys", &keys(&sound, witnesses(65)), "checkpoint-unsigned"),
        Case::bad("a-key-id-that-is-not-its-keys", &keys(&sound, vec![text.replacen('+', "+0", 1)]), MALFORMED),
        Case::bad("a-key-of-no-known-type", &keys(&sound, vec!["x+00000000+dwAA".to_owned()]), MALFORMED),
        Case::bad("size-edited", &replace(&sound, "\\n15\\n", "\\n16\\n"), "checkpoint-signature-invalid"),
        Case::bad("no-note", &pair(note(&left, "operator"), "hello".to_owned()), "note-malformed"),
        Case::bad("no-checkpoint", &replace(&sound, "\\n15\\n", "\\nfifteen\\n"), "checkpoint-malformed"),
        Case::bad(
            "no-entries",
            &pair(right.signed(0, Hash::ZERO, "operator").to_string(), note(&left, "operator")),
            "checkpoint-malformed",
        ),
    ]
}

fn of_proofs() -> Vec<Case> {
    let (left, right, sound, same) = (left(), right(), forked(), two_roots());
    let roots = |a: String, b: String| with(same.clone(), "checkpoints", json!([a, b]));
    let forks = |to: Fork| with(sound.clone(), "fork", json!(to));
    let theirs = fork(&right, 15, 17);
    let cut = Fork { proof: theirs.proof[1..].to_vec(), root: theirs.root };
    let more = |count| Fork { proof: vec![Hash::ZERO; count], root: theirs.root };
    let honest = with(
        with(sound.clone(), "checkpoints", json!([left.checkpoint(15).to_string(), left.checkpoint(17).to_string()])),
        "fork",
        json!(fork(&left, 15, 17)),
    );
    let claimed = with(honest.clone(), "fork", json!(fork(&right, 15, 17)));
    let extended = |ledger: &Forger| {
        // The same three lines, and one more that the operator signed too.
        let text = format!("{}extra line\n", ledger.checkpoint(15).checkpoint());
        let line = sign(&text, operator().name(), &key("operator")).unwrap();
        format!("{text}\n{line}\n")
    };
    vec![
        Case::bad(
            "roots-equal",
            &roots(left.checkpoint(15).to_string(), left.checkpoint(15).to_string()),
            INCONCLUSIVE,
        ),
        Case::bad(
            "roots-equal-of-different-signers",
            &roots(left.checkpoint(15).to_string(), cosigned(left.checkpoint(15), 1).to_string()),
            INCONCLUSIVE,
        ),
        Case::bad(
            "roots-equal-but-for-an-extension",
            &roots(left.checkpoint(15).to_string(), extended(&left)),
            INCONCLUSIVE,
        ),
        Case::bad("sizes-equal-with-a-fork", &with(same.clone(), "fork", json!(theirs)), MALFORMED),
        Case::bad("sizes-differ-without-a-fork", &with(sound.clone(), "fork", Value::Null), MALFORMED),
        Case::bad("fork-that-is-none", &honest, INCONCLUSIVE),
        Case::bad("fork-of-another-tree", &claimed, NOTHING),
        Case::bad("fork-with-an-invented-root", &forks(Fork { root: Hash::ZERO, ..theirs.clone() }), NOTHING),
        Case::bad("fork-with-the-smaller-root", &forks(Fork { root: left.tree(15).root(), ..theirs.clone() }), NOTHING),
        Case::bad("fork-with-a-hash-less", &forks(cut), NOTHING),
        Case::bad("fork-without-proof", &forks(more(0)), NOTHING),
        Case::bad("fork-with-63-hashes", &forks(more(63)), NOTHING),
        Case::bad("fork-with-64-hashes", &forks(more(64)), MALFORMED),
    ]
}

fn of_receipts() -> Vec<Case> {
    let (left, right, sound) = (left(), right(), broken());
    let kept = receipt(&left, 14, 15);
    let receipts = |text: String| with(sound.clone(), "receipt", json!(text));
    let replaces = |to: Value| with(sound.clone(), "replaced", to);
    let other_index = replaced(&right, 15, 17);
    let honoured = with(replaces(json!(replaced(&left, 14, 17))), "checkpoint", json!(left.checkpoint(17).to_string()));
    let extended = with(with(honoured.clone(), "replaced", Value::Null), "fork", json!(fork(&left, 15, 17)));
    let unsigned =
        with(sound.clone(), "checkpoint", json!(right.signed(17, right.tree(17).root(), "operator-2").to_string()));
    let mut stolen = left.clone();
    stolen.edit(14, |entry| entry.payload.push(b' '));
    let mut elsewhere = left.clone();
    elsewhere.change_and_say("acme", "acme", crate::corpus::story::disclosure("acme/x"), |statement| {
        statement["ledger"] = json!("candour.example/another");
    });
    vec![
        Case::bad("receipt-that-is-honoured", &honoured, INCONCLUSIVE),
        Case::bad("receipt-that-is-honoured-by-an-extension", &extended, INCONCLUSIVE),
        Case::bad("receipt-replaced-at-another-index", &replaces(json!(other_index)), NOTHING),
        Case::bad(
            "receipt-of-another-proof",
            &receipts(kept.to_string().replacen("index 14", "index 13", 1)),
            "index-mismatch",
        ),
        Case::bad(
            "receipt-of-a-statement-nobody-signed",
            &receipts(receipt(&stolen, 14, 15).to_string()),
            "signature-invalid",
        ),
        Case::bad("receipt-of-another-ledger", &receipts(receipt(&elsewhere, 17, 18).to_string()), "ledger-mismatch"),
        Case::bad("receipt-of-no-promise", &receipts(kept.to_string().replacen("\n15\n", "\n16\n", 1)), NOTHING),
        Case::bad("receipt-that-is-none", &receipts("hello".to_owned()), "receipt-malformed"),
        Case::bad(
            "receipt-with-fork-and-replaced",
            &with(sound.clone(), "fork", json!(fork(&right, 15, 17))),
            MALFORMED,
        ),
        Case::bad("receipt-with-neither", &replaces(Value::Null), MALFORMED),
        Case::bad("receipt-against-another-key", &unsigned, "checkpoint-unsigned"),
    ]
}
