//! What is investigated, decided and audited.

use serde_json::json;

use super::{Line, basis, deadline, line};

pub(super) fn enforcing() -> Vec<Line> {
    vec![
        line(
            "2026-02-01T09:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "investigation_opened", "concerns": ["ofcom/notice"], "investigation": "ofcom/inquiry",
                "legal_basis": basis(), "respondents": ["alpha", "beta"], "subject": "Late answers"}),
            "opened an investigation into alpha and beta under uk-osa-2023, section 100: \"Late answers\", about ofcom/notice",
        ),
        line(
            "2026-02-02T09:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "provisional_notice_given", "addressee": "alpha", "investigation": "ofcom/inquiry",
                "notice": "ofcom/provisional", "proposes": "A breach.", "representations_by": deadline("2026-02-10")}),
            "gave alpha provisional notice in ofcom/inquiry; representations by the end of 2026-02-10 (Etc/UTC)",
        ),
        line(
            "2026-02-11T09:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "decision_given", "breach": true, "decision": "ofcom/decision", "notice": "ofcom/provisional",
                "reasons": "It was late."}),
            "decided on ofcom/provisional: a breach",
        ),
        line(
            "2026-02-11T10:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "penalty_imposed", "addressee": "alpha", "currency": "GBP",
                "daily": {"amount": 10_000, "calendar": "Europe/London", "from": "2026-02-12", "max_days": 60},
                "fixed": {"amount": 250_000_000, "less_percent": 25}, "penalty": "ofcom/penalty", "under": "ofcom/decision"}),
            "imposed a penalty on alpha under ofcom/decision: GBP 1,875,000.00 (GBP 2,500,000.00 less 25 percent) and GBP 100.00 a \
             day from 2026-02-12 on (Europe/London), for at most 60 days",
        ),
        line(
            "2026-02-20T09:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "compliance_recorded", "on": "2026-02-18", "penalty": "ofcom/penalty"}),
            "recorded that the breach under ofcom/penalty ended on 2026-02-18",
        ),
        line(
            "2026-02-21T09:00:00Z",
            "alpha",
            &[],
            json!({"kind": "appeal_lodged", "against": "ofcom/decision", "appeal": "alpha/appeal", "grounds": "One day."}),
            "appealed against ofcom/decision",
        ),
        line(
            "2026-02-28T09:00:00Z",
            "tribunal",
            &[],
            json!({"kind": "appeal_determined", "appeal": "alpha/appeal", "outcome": "allowed_in_part", "reasons": "In part."}),
            "determined the appeal alpha/appeal: allowed in part",
        ),
        line(
            "2026-02-28T10:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "investigation_closed", "investigation": "ofcom/inquiry", "reason": "Done."}),
            "closed the investigation ofcom/inquiry",
        ),
    ]
}

pub(super) fn auditing() -> Vec<Line> {
    vec![
        line(
            "2026-03-01T09:00:00Z",
            "auditor",
            &[],
            json!({"kind": "audit_engaged", "audit": "auditor/audit", "auditee": "alpha", "declaration": "Independent.",
                "period": "2025", "services": ["video"]}),
            "took on an audit of alpha for 2025, of video, and declared its independence",
        ),
        line(
            "2026-03-02T09:00:00Z",
            "auditor",
            &[],
            json!({"kind": "audit_finding_recorded", "audit": "auditor/audit", "finding": "auditor/finding", "note": "No log.",
                "recommendation": "Keep one."}),
            "recorded a finding in the audit auditor/audit, with a recommendation",
        ),
        line(
            "2026-03-03T09:00:00Z",
            "auditor",
            &[],
            json!({"kind": "discrepancy_raised", "about": "alpha/q4", "audit": "auditor/audit",
                "discrepancy": "auditor/discrepancy", "note": "The log has fewer."}),
            "raised a discrepancy about alpha/q4, in the audit auditor/audit",
        ),
        line(
            "2026-03-04T09:00:00Z",
            "alpha",
            &[],
            json!({"kind": "discrepancy_answered", "answer": "Corrected since.", "discrepancy": "auditor/discrepancy"}),
            "answered the discrepancy auditor/discrepancy",
        ),
        line(
            "2026-03-05T09:00:00Z",
            "auditor",
            &[],
            json!({"kind": "opinion_given", "audit": "auditor/audit", "opinion": "positive_with_comments", "reasons": "On the whole.",
                "report": "auditor/report"}),
            "gave its opinion in the audit auditor/audit: positive with comments",
        ),
        line(
            "2026-03-06T09:00:00Z",
            "alpha",
            &[],
            json!({"kind": "implementation_reported", "audit": "auditor/audit", "implementation": "alpha/done", "note": "A log is kept."}),
            "reported what it did about the audit auditor/audit",
        ),
    ]
}
