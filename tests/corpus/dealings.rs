//! An honest ledger in which every kind of event happens.

pub mod events;

use std::sync::OnceLock;

use serde_json::{Value, json};

use self::events::{
    appeal, assessment, basis, counted, decision, determined, draft, engaged, finding_answered, implemented,
    investigation, metric, more_time, other_words, penalty, provisional_notice, represented, research, retracted,
    succeeded, taxonomy,
};
use super::forge::{Forger, ORIGIN, public};
use super::story::{
    attachment, correction, disclosure, enrolled, items, marked, observation, opened, request, rotated, withdrawn,
};

/// How many entries [`dealings`] has, all of them sealed.
pub const DEALINGS: u64 = 64;

/// A table with a share that is known within bounds.
pub const SHARES: &[u8] = b"service,metric,jurisdiction,age_band,harm_taxonomy,harm_version,harm_category,detection,outcome,period,status,value_type,value,value_to,unit,rounded_to\n\
video,share of reports acted on,,,,,,,,2025-Q4,estimated,ratio_range,90,95,100,\n";

/// A ledger in which every kind of event happens, with checkpoints of 6, 13, 30, 40, 49, 56 and 64 entries. Any one
/// authority may act alone.
pub fn dealings() -> Forger {
    until(DEALINGS)
}

/// The same, up to one of its checkpoints.
pub fn until(size: u64) -> Forger {
    static LEDGERS: OnceLock<Vec<Forger>> = OnceLock::new();
    let tell = || {
        let mut ledger = Forger::new(ORIGIN, "operator");
        ledger.attachments.push(SHARES.to_vec());
        let parts = [open, measure, ask, answer, enforce, audit, close];
        let told = parts.map(|part| part(&mut ledger).seal().clone());
        assert_eq!(ledger.seals, [6, 13, 30, 40, 49, 56, DEALINGS]);
        told.into()
    };
    LEDGERS.get_or_init(tell).iter().find(|ledger| ledger.size() == size).unwrap().clone()
}

impl Forger {
    /// Each author says something, signed by the author's first key alone.
    pub fn tell(&mut self, said: impl IntoIterator<Item = (&'static str, Value)>) -> &mut Self {
        for (author, event) in said {
            self.say(author, author, event);
        }
        self
    }
}

/// Entries 0 to 5.
fn open(ledger: &mut Forger) -> &mut Forger {
    ledger.say("operator", "operator regulator commission", opened(1));
    let actors = [
        ("acme", "platform"),
        ("bolt", "platform"),
        ("charity", "civil_society"),
        ("auditor", "auditor"),
        ("court", "tribunal"),
    ];
    for (actor, role) in actors {
        ledger.say("regulator", &format!("regulator {actor}"), enrolled(actor, role));
    }
    ledger
}

/// Entries 6 to 12.
fn measure(ledger: &mut Forger) -> &mut Forger {
    let mut report = disclosure("acme/report-1");
    let share = json!({"ratio_range": {"denominator": 100, "lower": 90, "upper": 95}});
    report["observations"] = json!([observation("share of reports acted on", Some(share))]);
    report["attachments"] = json!([attachment("shares.csv", "text/csv", SHARES)]);
    report["attachments"][0]["holds"] = json!("observations");
    report["confidential_until"] = json!("2026-02-01");
    ledger.tell([
        ("acme", json!({"kind": "service_registered", "name": "Acme Video", "service": "acme/video"})),
        (
            "acme",
            json!({"kind": "service_registered", "name": "Acme Shorts", "part_of": "acme/video", "service": "acme/shorts"}),
        ),
        (
            "regulator",
            json!({"kind": "service_designated", "category": "uk_category_1", "designation": "regulator/large-1",
                "legal_basis": basis(), "service": "acme/video",
                "reports": {"frequency": "annual", "since": "2026-01-01", "within_days": 60}}),
        ),
        ("charity", taxonomy("charity/taxonomy-1")),
        ("acme", metric("acme/definition-1", "reports received", "number")),
        (
            "acme",
            json!({"kind": "methodology_changed", "change": "acme/method-1", "effective": "2026-01-01",
                "metric": "reports received", "note": "Duplicates are no longer counted.", "services": ["video"]}),
        ),
        ("acme", report),
    ])
}

/// Entries 13 to 29.
fn ask(ledger: &mut Forger) -> &mut Forger {
    let mut notice = request("regulator/notice-1", &["acme", "bolt"], "2026-01-16");
    (notice["compulsory"], notice["legal_basis"]) = (json!(true), basis());
    notice["draft"] = json!("regulator/draft-1");
    notice["deadline"] = counted("working", 10, "2026-01-16", json!({"holidays": ["2026-01-02"]}));
    let by = counted("calendar_rolling", 2, "2026-01-06", json!({"holidays": ["2026-01-05"]}));
    let until = counted("calendar", 28, "2026-01-29", json!({}));
    ledger.tell([
        ("regulator", draft("regulator/draft-1")),
        ("acme", represented("acme/comment-1", "regulator/draft-1")),
        ("regulator", notice),
        ("acme", json!({"kind": "receipt_acknowledged", "request": "regulator/notice-1"})),
        (
            "acme",
            json!({"kind": "clarification_requested", "clarification": "acme/question-1", "deadline": by,
                "items": ["speed"], "question": "In hours?", "request": "regulator/notice-1"}),
        ),
        ("regulator", json!({"kind": "clarification_given", "answer": "Yes.", "clarification": "acme/question-1"})),
        ("acme", more_time("acme/time-1")),
        ("bolt", more_time("bolt/time-1")),
        (
            "regulator",
            json!({"kind": "request_extended", "deadline": until, "extension": "acme/time-1",
                "reason": "Asked for.", "request": "regulator/notice-1"}),
        ),
        ("regulator", json!({"kind": "extension_refused", "extension": "bolt/time-1", "reason": "Time enough."})),
        ("acme", other_words("acme/words-1")),
        ("acme", other_words("acme/words-2")),
        ("regulator", json!({"kind": "amendment_refused", "amendment": "acme/words-2", "reason": "Said before."})),
        (
            "regulator",
            json!({"kind": "request_amended", "amendment": "acme/words-1", "items": items(), "reason": "Clearer.",
                "request": "regulator/notice-1", "version": 2}),
        ),
        (
            "regulator",
            json!({"kind": "preservation_required", "addressees": ["acme"], "legal_basis": basis(),
                "preservation": "regulator/keep-1", "subject": "Logs of moderation.", "until": "2026-12-31"}),
        ),
        ("charity", request("charity/letter-1", &["acme"], "2026-02-01")),
        ("charity", withdrawn("charity/letter-1")),
    ])
}

/// Entries 30 to 39.
fn answer(ledger: &mut Forger) -> &mut Forger {
    let refused = json!({"refused": {"ground": "not_collected", "until": "2026-06-30"}});
    let answers = json!([{"item": "reports", "outcome": {"answered": {"extent": "nil"}}},
        {"item": "speed", "outcome": refused}]);
    let mut second = assessment("acme/risks-2", "video");
    second["supersedes"] = json!("acme/risks-1");
    ledger.tell([
        (
            "acme",
            json!({"kind": "response_filed", "items": answers, "request": "regulator/notice-1",
                "response": "acme/answer-1", "version": 2}),
        ),
        (
            "acme",
            json!({"kind": "error_notified", "document": "acme/report-1", "error": "acme/error-1",
                "known_on": "2026-01-01", "note": "One figure is too high."}),
        ),
        ("acme", correction("acme/correction-1", "acme/report-1")),
        ("acme", json!({"kind": "document_published", "document": "acme/report-1", "on": "2026-01-02"})),
        ("acme", assessment("acme/risks-1", "video")),
        ("acme", second),
        ("acme", research("2026-01-01")),
        (
            "acme",
            json!({"kind": "product_change_recorded", "change": "acme/change-1", "made_on": "2026-01-02",
                "note": "Strangers cannot write first.", "service": "video",
                "risk": {"age_group": "under-13", "assessment": "acme/risks-2", "content": "grooming"}}),
        ),
        ("acme", finding_answered(12)),
        ("acme", retracted("acme/research-1")),
    ])
}

/// Entries 40 to 48.
fn enforce(ledger: &mut Forger) -> &mut Forger {
    ledger.tell([
        ("regulator", investigation()),
        ("regulator", provisional_notice()),
        ("acme", represented("acme/comment-2", "regulator/provisional-1")),
        ("regulator", decision(true)),
        ("regulator", penalty("regulator/decision-1")),
        ("regulator", json!({"kind": "compliance_recorded", "on": "2026-01-02", "penalty": "regulator/penalty-1"})),
        ("acme", appeal("regulator/penalty-1")),
        ("court", determined("dismissed")),
        (
            "regulator",
            json!({"kind": "investigation_closed", "investigation": "regulator/case-1", "reason": "Decided."}),
        ),
    ])
}

/// Entries 49 to 55: from 54 on, bolt speaks for acme.
fn audit(ledger: &mut Forger) -> &mut Forger {
    ledger.tell([
        ("auditor", engaged()),
        (
            "auditor",
            json!({"kind": "audit_finding_recorded", "audit": "auditor/audit-1", "finding": "auditor/finding-1",
                "note": "Some reports are counted twice.", "recommendation": "Count each once."}),
        ),
        (
            "auditor",
            json!({"kind": "discrepancy_raised", "about": "acme/report-1", "audit": "auditor/audit-1",
                "discrepancy": "auditor/discrepancy-1", "note": "The logs say 89."}),
        ),
        (
            "acme",
            json!({"kind": "discrepancy_answered", "answer": "They begin later.", "discrepancy": "auditor/discrepancy-1"}),
        ),
        (
            "auditor",
            json!({"kind": "opinion_given", "audit": "auditor/audit-1", "opinion": "positive_with_comments",
                "reasons": "But for one count.", "report": "auditor/report-1"}),
        ),
        ("regulator", succeeded("acme", "bolt")),
        ("bolt", implemented("bolt")),
    ])
}

/// Entries 56 to 63.
fn close(ledger: &mut Forger) -> &mut Forger {
    let revoked = json!({"kind": "key_revoked", "actor": "bolt", "key": public("bolt"), "reason": "It was lost."});
    ledger
        .tell([
            ("regulator", json!({"kind": "designation_ended", "designation": "regulator/large-1", "reason": "Sold."})),
            ("regulator", json!({"kind": "checkpoint_rules_set", "rules": {"max_entries": 8, "max_seconds": 86_400}})),
        ])
        .say("bolt", "bolt bolt-2", json!({"kind": "key_added", "actor": "bolt", "key": public("bolt-2")}))
        .say("bolt", "bolt-2", revoked)
        .say("charity", "charity charity-2", rotated("charity", "charity", "charity-2"))
        .tell([
            ("regulator", marked("actor_suspended", "auditor")),
            ("regulator", marked("actor_reinstated", "auditor")),
            ("regulator", marked("actor_retired", "acme")),
        ])
}
