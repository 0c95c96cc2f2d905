//! The honest ledgers that all others are derived from.

use std::sync::OnceLock;

use candour::core::hash::Hash;
use serde_json::{Value, json};

use super::forge::{Forger, ORIGIN, public};

/// How many entries [`honest`] has, all of them sealed.
pub const SIZE: u64 = 25;

/// A document that a request carries.
pub const DOCUMENT: &[u8] = b"Information notice 1.\n\nWhich reports of child sexual abuse material did you receive?\n";

/// A table of observations that a disclosure carries.
pub const TABLE: &[u8] = b"service,metric,jurisdiction,age_band,harm_taxonomy,harm_version,harm_category,detection,outcome,period,status,value_type,value,value_to,unit,rounded_to\n\
video,reports received,GB,under-13,,,,,,2025-S2,given,integer,1200,,,100\n\
video,reports received,GB,,safety-terms,1,grooming,user report,removed,2025-S2,not_collected,,,,,\n";

/// A ledger of 25 entries in which the kinds of event happen that most others rest on, with checkpoints of 5, 9, 14, 19 and 25 entries. From 19 on
/// the operator has another key.
pub fn honest() -> Forger {
    until(SIZE)
}

/// The same, up to one of its checkpoints.
pub fn until(size: u64) -> Forger {
    static LEDGERS: OnceLock<Vec<Forger>> = OnceLock::new();
    let ledgers = LEDGERS.get_or_init(tell);
    ledgers.iter().find(|ledger| ledger.size() == size).unwrap().clone()
}

fn tell() -> Vec<Forger> {
    let mut ledger = Forger::new(ORIGIN, "operator");
    let parts = [open, ask_and_disclose, answer_and_correct, change_keys_and_standing, close];
    let told = parts.map(|part| {
        part(&mut ledger);
        ledger.seal();
        if ledger.size() == 19 {
            ledger.operators = vec![(0, "operator"), (19, "operator-2")];
        }
        ledger.clone()
    });
    assert_eq!(ledger.seals, [5, 9, 14, 19, SIZE]);
    told.into()
}

/// Entries 0 to 4: two founding authorities, both of whom must sign; two platforms, a charity, another authority.
fn open(ledger: &mut Forger) {
    ledger
        .say("operator", "operator regulator commission", opened(2))
        .say("regulator", "regulator acme commission", enrolled("acme", "platform"))
        .say("regulator", "regulator bolt commission", enrolled("bolt", "platform"))
        .say("commission", "commission charity regulator", enrolled("charity", "civil_society"));
    let mut agency = enrolled("agency", "regulator");
    agency["authority"] = json!(true);
    ledger.say("regulator", "regulator agency commission", agency);
}

/// Entries 5 to 8.
fn ask_and_disclose(ledger: &mut Forger) {
    ledger.attachments.push(DOCUMENT.to_vec());
    let mut notice = request("regulator/notice-1", &["acme"], "2026-03-01");
    notice["attachments"] = json!([attachment("notice.txt", "text/plain", DOCUMENT)]);
    notice["compulsory"] = json!(true);
    notice["legal_basis"] = json!({"instrument": "safety-act", "provision": "section 100"});
    ledger
        .say("charity", "charity regulator", request("charity/letter-1", &["acme", "bolt"], "2026-02-01"))
        .say("regulator", "regulator", notice)
        .say_having_seen(5, "acme", "acme", disclosure("acme/report-1"))
        .say(
            "charity",
            "charity",
            json!({"kind": "request_amended", "items": items(), "reason": "One question was not clear.",
                "request": "charity/letter-1", "version": 2}),
        );
}

/// Entries 9 to 13.
fn answer_and_correct(ledger: &mut Forger) {
    ledger.attachments.push(TABLE.to_vec());
    let mut table = attachment("figures.csv", "text/csv", TABLE);
    table["holds"] = json!("observations");
    let mut report = disclosure("acme/report-2");
    report["attachments"] = json!([table]);
    report.as_object_mut().unwrap().remove("observations");
    ledger
        .say("acme", "acme", report)
        .say("acme", "acme", response("acme/answer-1", "charity/letter-1", 2))
        .say(
            "regulator",
            "regulator",
            json!({"kind": "request_extended", "addressees": ["acme"], "deadline": deadline("2026-04-01"),
                "reason": "Asked for by the addressee.", "request": "regulator/notice-1"}),
        )
        .say(
            "acme",
            "acme",
            json!({"kind": "error_notified", "document": "acme/report-1", "error": "acme/error-1",
                "note": "One figure is too high."}),
        )
        .say("acme", "acme", correction("acme/correction-1", "acme/report-1"));
}

/// Entries 14 to 18.
fn change_keys_and_standing(ledger: &mut Forger) {
    ledger
        .say("bolt", "bolt bolt-2", json!({"kind": "key_added", "actor": "bolt", "key": public("bolt-2")}))
        .say("acme", "acme acme-2", rotated("acme", "acme", "acme-2"))
        .say("regulator", "regulator commission", marked("actor_suspended", "bolt"))
        .say("commission", "commission regulator", marked("actor_reinstated", "bolt"))
        .say("operator", "operator operator-2 regulator agency", rotated("operator", "operator", "operator-2"));
}

/// Entries 19 to 24.
fn close(ledger: &mut Forger) {
    let rules = json!({"kind": "checkpoint_rules_set", "rules": {"max_entries": 8, "max_seconds": 86_400}});
    let revoked =
        json!({"kind": "key_revoked", "actor": "bolt", "key": public("bolt"), "reason": "The device was lost."});
    ledger
        .say("agency", "agency commission", rules)
        .say("bolt", "bolt-2", revoked)
        .say("regulator", "regulator auditor commission", enrolled("auditor", "auditor"))
        .say("commission", "commission regulator", marked("actor_retired", "auditor"))
        .say("charity", "charity", withdrawn("charity/letter-1"))
        .say_having_seen(19, "acme", "acme-2", response("acme/answer-2", "regulator/notice-1", 1));
}

/// A ledger of that many entries, each as short as can be: one authority who sets the checkpoint rules again and again.
pub fn long(size: u64) -> Forger {
    let mut ledger = Forger::new(ORIGIN, "operator");
    let mut event = opened(1);
    event["authorities"].as_array_mut().unwrap().truncate(1);
    ledger.say("operator", "operator regulator", event);
    for entries in 1..size {
        let rules = json!({"kind": "checkpoint_rules_set", "rules": {"max_entries": entries, "max_seconds": 60}});
        ledger.say("regulator", "regulator", rules);
    }
    ledger
}

/// The operator opens the ledger; so many authorities must sign.
pub fn opened(threshold: u64) -> Value {
    let party = |id: &str| json!({"id": id, "key": public(id), "name": format!("The {id}")});
    json!({"kind": "ledger_opened", "authorities": [party("regulator"), party("commission")],
        "operator": party("operator"), "rules": {"max_entries": 10, "max_seconds": 86_400}, "threshold": threshold})
}

/// An actor is enrolled, whose key has the actor's label.
pub fn enrolled(actor: &str, role: &str) -> Value {
    json!({"kind": "actor_enrolled", "actor": actor, "key": public(actor), "name": format!("The {actor}"), "role": role})
}

/// An actor is suspended, reinstated or retired.
pub fn marked(kind: &str, actor: &str) -> Value {
    json!({"kind": kind, "actor": actor, "reason": "By decision 1."})
}

/// A key takes another's place.
pub fn rotated(actor: &str, old: &str, new: &str) -> Value {
    json!({"kind": "key_rotated", "actor": actor, "new": public(new), "old": public(old)})
}

/// A request without compulsion, due at the end of that day in UTC.
pub fn request(request: &str, addressees: &[&str], date: &str) -> Value {
    json!({"kind": "request_issued", "addressees": addressees, "compulsory": false, "deadline": deadline(date),
        "items": items(), "request": request, "title": "Three questions"})
}

/// Two questions.
pub fn items() -> Value {
    json!([{"item": "reports", "question": "How many reports did you receive?"},
        {"item": "speed", "question": "How fast do you act?"}])
}

/// The end of that day in UTC.
pub fn deadline(date: &str) -> Value {
    json!({"calendar": "Etc/UTC", "date": date, "ends_at": format!("{date}T23:59:59Z")})
}

/// A request is withdrawn.
pub fn withdrawn(request: &str) -> Value {
    json!({"kind": "request_withdrawn", "reason": "Answered elsewhere.", "request": request})
}

/// A response that answers the first question with `acme/report-1` and refuses the second.
pub fn response(response: &str, request: &str, version: u64) -> Value {
    let answered = json!({"answered": {"disclosures": ["acme/report-1"], "extent": "partial"}});
    json!({"kind": "response_filed", "items": [{"item": "reports", "outcome": answered},
        {"item": "speed", "outcome": {"refused": {"ground": "not_collected"}}}],
        "request": request, "response": response, "version": version})
}

/// A disclosure with an observation of every type.
pub fn disclosure(disclosure: &str) -> Value {
    let mut refused = observation("moderators", None);
    refused["status"] = json!("refused");
    json!({"kind": "disclosure_filed", "disclosure": disclosure, "observations": [
            observation("items removed", Some(json!({"integer": 25_700}))),
            observation("found by machine", Some(json!({"ratio": {"denominator": 100, "numerator": 97}}))),
            observation("median time", Some(json!({"duration": {"amount": 9, "unit": "hour"}}))),
            observation("accounts closed", Some(json!({"range": {"lower": 100, "upper": 200}}))), refused],
        "period": "2025-Q4", "service": "video", "subject": "Child safety"})
}

/// An observation of the fourth quarter of 2025.
pub fn observation(metric: &str, value: Option<Value>) -> Value {
    let mut observation = json!({"metric": metric, "period": "2025-Q4", "service": "video", "status": "given"});
    if let Some(value) = value {
        observation["value"] = value;
    }
    observation
}

/// A correction of one figure.
pub fn correction(correction: &str, supersedes: &str) -> Value {
    json!({"kind": "correction_filed", "correction": correction, "material": true, "note": "It was counted twice.",
        "observations": [observation("items removed", Some(json!({"integer": 25_600})))], "reason": "error",
        "supersedes": supersedes})
}

/// What a statement says of a file.
pub fn attachment(name: &str, media_type: &str, content: &[u8]) -> Value {
    json!({"length": content.len(), "media_type": media_type, "name": name, "sha256": Hash::of(content)})
}
