//! Requests, responses, disclosures and corrections that the law refuses.

use serde_json::{Value, json};

use super::super::case::Case;
use super::super::story::{
    SIZE, TABLE, attachment, correction, deadline, disclosure, observation, request, response, withdrawn,
};

/// Cases of documents.
pub fn cases() -> Vec<Case> {
    let mut cases = responses();
    cases.extend(requests());
    cases.extend(deadlines());
    cases.extend(corrections());
    cases.extend(disclosures());
    cases.extend(attachments());
    cases
}

/// Acme's statement breaks that law.
fn acme(from: u64, name: &'static str, says: &'static str, fault: &str, event: Value) -> Case {
    Case::sealed(from, name, says, fault, |ledger| ledger.say("acme", "acme", event))
}

/// The regulator's statement does.
fn regulator(name: &'static str, says: &'static str, fault: &str, event: Value) -> Case {
    Case::sealed(9, name, says, fault, |ledger| ledger.say("regulator", "regulator", event))
}

fn changed(mut event: Value, change: impl FnOnce(&mut Value)) -> Value {
    change(&mut event);
    event
}

fn responses() -> Vec<Case> {
    const NOTICE: &str = "regulator/notice-1";
    let to = |request: &str, version| response("acme/answer-3", request, version);
    let item = |item: &'static str| changed(to(NOTICE, 1), |event| event["items"][1]["item"] = json!(item));
    let cites = |document: &'static str| {
        changed(to(NOTICE, 1), |event| event["items"][0]["outcome"]["answered"]["disclosures"] = json!([document]))
    };
    vec![
        acme(
            14,
            "response-to-no-request",
            "a request that there is not",
            "request-unknown",
            to("regulator/notice-9", 1),
        ),
        Case::sealed(SIZE, "response-to-a-withdrawn-request", "a request withdrawn", "request-withdrawn", |ledger| {
            ledger.say("acme", "acme-2", to("charity/letter-1", 2))
        }),
        acme(14, "response-to-another-version", "version 2 of one", "version-mismatch", to(NOTICE, 2)),
        acme(14, "response-to-an-unknown-item", "an item that was not asked", "item-unknown", item("costs")),
        acme(14, "response-to-one-item-twice", "one item answered twice", "item-duplicate", item("reports")),
        acme(
            14,
            "response-citing-nothing",
            "a disclosure that there is not",
            "document-unknown",
            cites("acme/report-9"),
        ),
        acme(
            14,
            "response-citing-a-response",
            "a document that discloses nothing",
            "document-unknown",
            cites("acme/answer-1"),
        ),
        acme(
            14,
            "second-response",
            "a second response that does not name the first",
            "response-not-superseding",
            to("charity/letter-1", 2),
        ),
        Case::sealed(14, "response-by-no-addressee", "a platform that was not asked", "not-addressee", |ledger| {
            ledger.say("bolt", "bolt", response("bolt/answer-1", NOTICE, 1))
        }),
        Case::sealed(14, "response-citing-another", "another platform's disclosure", "document-not-own", |ledger| {
            ledger.say("charity", "charity", request("charity/letter-2", &["bolt"], "2026-06-01"));
            ledger.say("bolt", "bolt", response("bolt/answer-1", "charity/letter-2", 1))
        }),
    ]
}

fn requests() -> Vec<Case> {
    let ask = |addressee: &str| request("regulator/notice-2", &[addressee], "2026-03-01");
    let compulsory = |mut event: Value| {
        event["compulsory"] = json!(true);
        event
    };
    let mut letter = compulsory(request("charity/letter-2", &["acme"], "2026-03-01"));
    letter["legal_basis"] = json!({"instrument": "safety-act"});
    let amended = json!({"kind": "request_amended", "items": ask("acme")["items"], "reason": "One more question.",
        "request": "regulator/notice-1", "version": 3});
    vec![
        regulator("request-to-a-charity", "only platforms are asked", "role-not-allowed", ask("charity")),
        regulator("request-to-nobody", "an addressee who was never enrolled", "actor-unknown", ask("nobody")),
        regulator("compulsion-without-a-basis", "no legal basis", "compulsion-not-allowed", compulsory(ask("acme"))),
        regulator(
            "request-item-twice",
            "one item twice",
            "item-duplicate",
            changed(ask("acme"), |event| event["items"][1]["item"] = json!("reports")),
        ),
        regulator("amendment-skips-a-version", "version 3 after version 1", "version-mismatch", amended),
        regulator("withdrawn-by-another", "a request of another issuer", "not-issuer", withdrawn("charity/letter-1")),
        Case::sealed(9, "compulsion-by-a-charity", "only regulators compel", "compulsion-not-allowed", |ledger| {
            ledger.say("charity", "charity", letter)
        }),
    ]
}

fn deadlines() -> Vec<Case> {
    let extended = |request: &str, date: &str| json!({"kind": "request_extended", "deadline": deadline(date), "reason": "Asked for.", "request": request});
    let mut elsewhere = request("regulator/notice-2", &["acme"], "2026-03-01");
    elsewhere["deadline"]["ends_at"] = json!("2026-03-02T12:00:01Z");
    vec![
        regulator(
            "deadline-not-on-its-date",
            "a second after the date has ended everywhere",
            "deadline-invalid",
            elsewhere,
        ),
        regulator(
            "extension-that-shortens",
            "a deadline before the present one",
            "deadline-not-later",
            extended("regulator/notice-1", "2026-02-28"),
        ),
        Case::sealed(9, "extension-after-the-deadline", "the deadline had passed", "deadline-passed", |ledger| {
            ledger.say("regulator", "regulator", request("regulator/notice-2", &["acme"], "2025-12-31"));
            ledger.say("regulator", "regulator", extended("regulator/notice-2", "2026-06-01"))
        }),
    ]
}

fn corrections() -> Vec<Case> {
    let of = |document: &str| correction("acme/correction-2", document);
    let notice =
        json!({"kind": "error_notified", "document": "acme/report-9", "error": "acme/error-2", "note": "Wrong."});
    vec![
        acme(9, "correction-of-nothing", "a document that there is not", "document-unknown", of("acme/report-9")),
        acme(14, "correction-of-a-response", "a document without figures", "document-unknown", of("acme/answer-1")),
        acme(
            14,
            "correction-of-the-superseded",
            "a disclosure corrected before",
            "document-superseded",
            of("acme/report-1"),
        ),
        acme(9, "error-in-nothing", "an error in a document that there is not", "document-unknown", notice),
        Case::sealed(14, "correction-of-another", "another platform's disclosure", "document-not-own", |ledger| {
            ledger.say("bolt", "bolt", correction("bolt/correction-1", "acme/report-2"))
        }),
    ]
}

fn disclosures() -> Vec<Case> {
    let figure = |metric, status: &str, value: Option<Value>| {
        let mut event = disclosure("acme/report-3");
        event["observations"] = json!([changed(observation(metric, value), |it| it["status"] = json!(status))]);
        event
    };
    let (number, ratio) = (json!({"integer": 0}), json!({"ratio": {"denominator": 2, "numerator": 3}}));
    let range = json!({"range": {"lower": 2, "upper": 1}});
    let mismatch = "value-status-mismatch";
    vec![
        acme(
            9,
            "document-of-another",
            "a document under another's name",
            "document-foreign",
            disclosure("bolt/report-1"),
        ),
        acme(9, "document-twice", "a name used before", "document-exists", disclosure("acme/report-1")),
        acme(9, "refused-with-a-number", "0 for a refusal", mismatch, figure("reports", "refused", Some(number))),
        acme(9, "given-without-a-number", "no number where one is given", mismatch, figure("reports", "given", None)),
        acme(9, "ratio-above-one", "3 of 2", "value-out-of-range", figure("reports", "given", Some(ratio))),
        acme(9, "range-upside-down", "2 to 1", "value-out-of-range", figure("reports", "given", Some(range))),
    ]
}

/// Entry 9 named the table first.
fn attachments() -> Vec<Case> {
    let names = |number: usize, change: &dyn Fn(&mut Value)| {
        changed(disclosure(&format!("acme/named-{number}")), |event| {
            event["attachments"] = json!([attachment("figures.csv", "text/csv", TABLE)]);
            change(&mut event["attachments"][0]);
        })
    };
    let as_table = |table: &mut Value| table["holds"] = json!("observations");
    let longer = names(1, &|table| table["length"] = json!(TABLE.len() + 1));
    let overused = Case::sealed(14, "table-named-once-too-often", "the 17th time", "table-overused", |ledger| {
        (1..17).fold(ledger, |ledger, number| ledger.say("acme", "acme", names(number, &as_table)))
    });
    vec![
        acme(14, "attachment-of-another-length", "one byte more than before", "attachment-length-mismatch", longer),
        overused,
    ]
}
