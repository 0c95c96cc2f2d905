//! The events that the ledger of dealings and its cases are made of.

use serde_json::{Value, json};

use super::super::story::{deadline, items};

/// A legal basis.
pub fn basis() -> Value {
    json!({"instrument": "safety-act", "provision": "section 100"})
}

/// The end of that day in UTC, as counted from 1 January 2026, a Thursday.
pub fn counted(kind: &str, days: u64, date: &str, more: Value) -> Value {
    let mut deadline = deadline(date);
    let mut count = more;
    (count["days"], count["from"], count["kind"]) = (json!(days), json!("2026-01-01"), json!(kind));
    deadline["counted"] = count;
    deadline
}

/// A taxonomy of two categories.
pub fn taxonomy(registration: &str) -> Value {
    json!({"kind": "taxonomy_registered", "categories": ["grooming", "images"], "registration": registration,
        "taxonomy": "harms", "version": "1"})
}

/// A definition of something that adds up.
pub fn metric(definition: &str, metric: &str, unit: &str) -> Value {
    json!({"kind": "metric_defined", "additive": true, "counting_unit": "report", "definition": definition,
        "meaning": "Each report that a user made.", "metric": metric, "question": "reports_received", "unit": unit})
}

/// A draft of a request to both platforms, on which they may speak until 5 January 2026.
pub fn draft(draft: &str) -> Value {
    json!({"kind": "request_drafted", "addressees": ["acme", "bolt"], "draft": draft, "items": items(),
        "legal_basis": basis(), "representations_by": deadline("2026-01-05"), "title": "Three questions"})
}

/// Representations.
pub fn represented(representations: &str, about: &str) -> Value {
    json!({"kind": "representations_made", "about": about, "note": "Less would do.", "representations": representations})
}

/// More time is asked for, until 29 January 2026.
pub fn more_time(extension: &str) -> Value {
    json!({"kind": "extension_requested", "extension": extension, "reason": "Many logs.",
        "request": "regulator/notice-1", "until": "2026-01-29"})
}

/// Other words are asked for.
pub fn other_words(amendment: &str) -> Value {
    json!({"kind": "amendment_requested", "alternatives": ["By quarter.", "By year."], "amendment": amendment,
        "ground": "cannot_collate", "reason": "The logs are of quarters.", "request": "regulator/notice-1"})
}

/// An assessment of two risks.
pub fn assessment(assessment: &str, service: &str) -> Value {
    json!({"kind": "risk_assessment_recorded", "assessment": assessment, "made_on": "2026-01-01", "service": service,
        "risks": [{"age_group": "under-13", "content": "grooming", "level": "medium"},
            {"content": "grooming", "level": "low"}]})
}

/// Research made on that day.
pub fn research(made_on: &str) -> Value {
    json!({"kind": "research_recorded", "made_on": made_on, "note": "A survey of users.",
        "research": "acme/research-1", "service": "video", "subject": "Contact by strangers"})
}

/// Acme answers a finding about that entry.
pub fn finding_answered(entry: u64) -> Value {
    json!({"kind": "finding_answered", "answer": "acme/reply-1", "code": "silent-restatement", "entries": [entry],
        "note": "It was rounded."})
}

/// A document is taken back.
pub fn retracted(document: &str) -> Value {
    json!({"kind": "document_retracted", "document": document, "reason": "Filed by mistake."})
}

/// The regulator looks into acme.
pub fn investigation() -> Value {
    json!({"kind": "investigation_opened", "investigation": "regulator/case-1", "legal_basis": basis(),
        "respondents": ["acme"], "subject": "Late answers"})
}

/// A notice to acme, on which it may speak until 20 January 2026.
pub fn provisional_notice() -> Value {
    json!({"kind": "provisional_notice_given", "addressee": "acme", "investigation": "regulator/case-1",
        "notice": "regulator/provisional-1", "proposes": "A penalty.", "representations_by": deadline("2026-01-20")})
}

/// What became of the notice.
pub fn decision(breach: bool) -> Value {
    json!({"kind": "decision_given", "breach": breach, "decision": "regulator/decision-1",
        "notice": "regulator/provisional-1", "reasons": "As proposed."})
}

/// A penalty of both kinds on acme.
pub fn penalty(under: &str) -> Value {
    json!({"kind": "penalty_imposed", "addressee": "acme", "currency": "GBP", "penalty": "regulator/penalty-1",
        "daily": {"amount": 100, "calendar": "Etc/UTC", "from": "2026-01-02", "max_days": 100},
        "fixed": {"amount": 10_001, "less_percent": 30}, "under": under})
}

/// Acme appeals.
pub fn appeal(against: &str) -> Value {
    json!({"kind": "appeal_lodged", "against": against, "appeal": "acme/appeal-1", "grounds": "Too high."})
}

/// What became of the appeal.
pub fn determined(outcome: &str) -> Value {
    json!({"kind": "appeal_determined", "appeal": "acme/appeal-1", "outcome": outcome, "reasons": "As the law is."})
}

/// The auditor is engaged by acme.
pub fn engaged() -> Value {
    json!({"kind": "audit_engaged", "audit": "auditor/audit-1", "auditee": "acme", "declaration": "No other ties.",
        "period": "2025", "services": ["video"]})
}

/// Whoever says it did what the audit asked for.
pub fn implemented(actor: &str) -> Value {
    json!({"kind": "implementation_reported", "audit": "auditor/audit-1",
        "implementation": format!("{actor}/implementation-1"), "note": "Each is counted once."})
}

/// One provider takes another's place.
pub fn succeeded(predecessor: &str, successor: &str) -> Value {
    json!({"kind": "provider_succeeded", "effective": "2026-01-01", "predecessor": predecessor, "reason": "It was sold.",
        "successor": successor})
}
