//! What is answered and disclosed.

use serde_json::json;

use super::{Line, line, reports};

pub(super) fn answering() -> Vec<Line> {
    let answered = json!({"answered": {"disclosures": ["alpha/q4"], "extent": "complete"}});
    let refused =
        json!({"refused": {"detail": "Line one.\nLine two.", "ground": "not_collected", "until": "2027-01-01"}});
    vec![
        line(
            "2026-01-15T09:00:00Z",
            "alpha",
            &[],
            json!({"kind": "disclosure_filed", "disclosure": "alpha/q4", "observations": reports(25_700_000),
                "period": "2025-Q4", "service": "video", "subject": "Reports"}),
            "disclosed \"Reports\" for video, 2025-Q4: 1 observation",
        ),
        line(
            "2026-01-23T09:00:00Z",
            "alpha",
            &[],
            json!({"kind": "response_filed", "items": [{"item": "reports", "outcome": answered}, {"item": "speed",
                "outcome": refused}], "note": "As asked.", "request": "ofcom/notice", "response": "alpha/answer", "version": 2}),
            "responded to version 2 of ofcom/notice: reports answered by alpha/q4 (complete); speed refused, not collected, until \
             2027-01-01, \"Line one. Line two.\"",
        ),
        line(
            "2026-01-24T09:00:00Z",
            "alpha",
            &[],
            json!({"kind": "error_notified", "document": "alpha/q4", "error": "alpha/error", "known_on": "2026-01-20",
                "note": "Counted twice."}),
            "gave notice of an error in alpha/q4, known since 2026-01-20",
        ),
        line(
            "2026-01-25T09:00:00Z",
            "alpha",
            &[],
            json!({"kind": "correction_filed", "correction": "alpha/q4-1", "material": true, "note": "Counted twice.",
                "observations": reports(25_600_000), "reason": "error", "supersedes": "alpha/q4"}),
            "corrected alpha/q4 (error, material): 1 observation",
        ),
        line(
            "2026-01-26T09:00:00Z",
            "alpha",
            &[],
            json!({"kind": "disclosure_filed", "disclosure": "alpha/q4-again", "observations": reports(25_500_000),
                "period": "2025-Q4", "service": "video", "subject": "Reports, again"}),
            "disclosed \"Reports, again\" for video, 2025-Q4: 1 observation",
        ),
        line(
            "2026-01-26T10:00:00Z",
            "alpha",
            &[],
            json!({"kind": "finding_answered", "answer": "alpha/reply", "code": "silent-restatement", "entries": [30, 31],
                "note": "Rounded down."}),
            "replied to a finding of silent-restatement on entries 30 and 31",
        ),
        line(
            "2026-01-27T09:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "document_published", "document": "ofcom/notice", "on": "2026-01-27"}),
            "recorded that ofcom/notice was published on 2026-01-27",
        ),
        line(
            "2026-01-27T10:00:00Z",
            "alpha",
            &[],
            json!({"kind": "document_retracted", "document": "alpha/q4-again", "reason": "Filed by mistake."}),
            "retracted alpha/q4-again",
        ),
        line(
            "2026-01-28T09:00:00Z",
            "alpha",
            &[],
            json!({"kind": "risk_assessment_recorded", "assessment": "alpha/risks", "made_on": "2026-01-20",
                "risks": [{"age_group": "13-17", "content": "grooming", "level": "high"}], "service": "video"}),
            "recorded a risk assessment of video, made on 2026-01-20: \"grooming\" for 13-17: high",
        ),
        line(
            "2026-01-28T10:00:00Z",
            "alpha",
            &[],
            json!({"kind": "research_recorded", "made_on": "2026-01-20", "note": "Found much.", "research": "alpha/study",
                "service": "video", "subject": "A study"}),
            "recorded research on video, made on 2026-01-20: \"A study\"",
        ),
        line(
            "2026-01-28T11:00:00Z",
            "alpha",
            &[],
            json!({"kind": "product_change_recorded", "change": "alpha/new", "made_on": "2026-01-21", "note": "Off by default.",
                "risk": {"age_group": "13-17", "assessment": "alpha/risks", "content": "grooming"}, "service": "video"}),
            "recorded a change to video, made on 2026-01-21, in answer to the risk of \"grooming\" for 13-17 in alpha/risks",
        ),
    ]
}
