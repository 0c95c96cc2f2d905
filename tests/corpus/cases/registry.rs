//! Who may speak: statements by the wrong actors, under the wrong keys, with the wrong co-signers.

use serde_json::{Value, json};

use super::super::case::Case;
use super::super::forge::public;
use super::super::story::{SIZE, disclosure, enrolled, marked, request, rotated};

/// Cases of actors, keys and co-signers.
pub fn cases() -> Vec<Case> {
    let mut cases = authors();
    cases.extend(roles());
    cases.extend(cosigners());
    cases.extend(standing());
    cases.extend(keys());
    cases
}

/// The statement of that author with those keys breaks that law.
fn said(
    from: u64,
    name: &'static str,
    says: &'static str,
    fault: &str,
    author: &str,
    keys: &str,
    event: Value,
) -> Case {
    Case::sealed(from, name, says, fault, |ledger| ledger.say(author, keys, event))
}

fn report(actor: &str) -> Value {
    disclosure(&format!("{actor}/report-9"))
}

fn authors() -> Vec<Case> {
    vec![
        said(
            9,
            "author-unknown",
            "an author who was never enrolled",
            "actor-unknown",
            "nobody",
            "nobody",
            report("nobody"),
        ),
        said(
            SIZE,
            "author-retired",
            "an author who was retired",
            "actor-retired",
            "auditor",
            "auditor",
            report("auditor"),
        ),
        said(9, "author-key-unknown", "a key that nobody enrolled", "key-unknown", "acme", "acme-3", report("acme")),
        said(SIZE, "author-key-revoked", "a key that was revoked", "key-revoked", "bolt", "bolt", report("bolt")),
        said(SIZE, "author-key-rotated", "a key that another replaced", "key-revoked", "acme", "acme", report("acme")),
        said(9, "author-key-of-another", "a key of another actor", "author-mismatch", "acme", "bolt", report("acme")),
        Case::sealed(9, "author-suspended", "an author who is suspended", "actor-suspended", |ledger| {
            ledger.say("regulator", "regulator commission", marked("actor_suspended", "bolt"));
            ledger.say("bolt", "bolt", report("bolt"))
        }),
        Case::sealed(
            9,
            "cosignature-given-once",
            "co-signed words filed again under another key",
            "statement-replayed",
            |ledger| {
                let adds = |key: &str| json!({"actor": "regulator", "key": public(key), "kind": "key_added"});
                ledger.say("regulator", "regulator second", adds("second"));
                let suspends = ledger.statement("regulator", "second", marked("actor_suspended", "bolt"));
                ledger.file(&suspends, "second commission");
                ledger.say("regulator", "regulator commission", marked("actor_reinstated", "bolt"));
                ledger.say("regulator", "regulator third", adds("third"));
                ledger.file(&suspends, "third commission")
            },
        ),
    ]
}

fn roles() -> Vec<Case> {
    let asked = request("operator/letter-1", &["acme"], "2026-03-01");
    let newcomer = || enrolled("newcomer", "auditor");
    vec![
        said(
            9,
            "disclosure-by-a-charity",
            "only platforms disclose",
            "role-not-allowed",
            "charity",
            "charity",
            report("charity"),
        ),
        said(
            9,
            "request-by-the-operator",
            "the operator has no voice",
            "role-not-allowed",
            "operator",
            "operator",
            asked,
        ),
        said(
            9,
            "enrolment-by-a-charity",
            "only authorities enrol",
            "not-an-authority",
            "charity",
            "charity newcomer regulator",
            newcomer(),
        ),
        said(
            9,
            "second-operator",
            "nobody is enrolled as operator",
            "role-not-allowed",
            "regulator",
            "regulator newcomer commission",
            enrolled("newcomer", "operator"),
        ),
    ]
}

fn cosigners() -> Vec<Case> {
    let newcomer = || enrolled("newcomer", "auditor");
    let asked = request("charity/letter-2", &["acme"], "2026-03-01");
    vec![
        said(
            9,
            "threshold-not-met",
            "one authority of the two that must sign",
            "threshold-not-met",
            "regulator",
            "regulator newcomer",
            newcomer(),
        ),
        said(
            9,
            "possession-missing",
            "the new key did not sign",
            "possession-missing",
            "regulator",
            "regulator commission",
            newcomer(),
        ),
        said(
            9,
            "cosigner-not-allowed",
            "a platform under a request",
            "cosigner-not-allowed",
            "charity",
            "charity regulator bolt",
            asked,
        ),
        said(
            9,
            "operator-key-rotated-alone",
            "the operator replaced its key without the authorities",
            "threshold-not-met",
            "operator",
            "operator operator-3",
            rotated("operator", "operator", "operator-3"),
        ),
    ]
}

fn standing() -> Vec<Case> {
    let both = "regulator commission";
    let mark = |kind, actor| marked(kind, actor);
    vec![
        said(
            9,
            "reinstated-though-not-suspended",
            "an actor who was not suspended",
            "actor-not-suspended",
            "regulator",
            both,
            mark("actor_reinstated", "bolt"),
        ),
        said(
            SIZE,
            "suspended-though-retired",
            "an actor who was retired",
            "actor-retired",
            "regulator",
            both,
            mark("actor_suspended", "auditor"),
        ),
        said(
            9,
            "operator-suspended",
            "the operator is nobody to suspend",
            "role-not-allowed",
            "regulator",
            both,
            mark("actor_suspended", "operator"),
        ),
        Case::sealed(9, "suspended-twice", "an actor who is suspended already", "actor-suspended", |ledger| {
            ledger.say("regulator", both, mark("actor_suspended", "bolt"));
            ledger.say("regulator", both, mark("actor_suspended", "bolt"))
        }),
        Case::sealed(
            9,
            "too-few-authorities-remain",
            "one authority left where two must sign",
            "threshold-invalid",
            |ledger| {
                ledger.say("regulator", both, mark("actor_retired", "agency"));
                ledger.say("regulator", both, mark("actor_suspended", "commission"))
            },
        ),
    ]
}

fn keys() -> Vec<Case> {
    let mut again = enrolled("acme", "platform");
    again["key"] = json!(public("newcomer"));
    let mut used = enrolled("newcomer", "auditor");
    used["key"] = json!(public("bolt"));
    let revoked =
        json!({"kind": "key_revoked", "actor": "acme", "key": public("bolt"), "reason": "The device was lost."});
    vec![
        said(
            9,
            "enrolled-twice",
            "an actor who was enrolled already",
            "actor-exists",
            "regulator",
            "regulator newcomer commission",
            again,
        ),
        said(
            9,
            "enrolled-with-a-known-key",
            "a key that another actor had",
            "key-in-use",
            "regulator",
            "regulator bolt commission",
            used,
        ),
        said(
            9,
            "rotated-by-another",
            "an authority replaces a platform's key",
            "author-mismatch",
            "regulator",
            "regulator acme-3 commission",
            rotated("acme", "acme", "acme-3"),
        ),
        said(9, "revoked-key-of-another", "a key that is not the actor's", "author-mismatch", "acme", "acme", revoked),
    ]
}
