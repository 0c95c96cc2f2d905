//! What is asked, and what passes between the two sides.

use serde_json::json;

use super::{Line, basis, deadline, items, line};

pub(super) fn asking() -> Vec<Line> {
    vec![
        line(
            "2026-01-06T09:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "request_drafted", "addressees": ["alpha"], "draft": "ofcom/draft", "items": items(&["reports"]),
                "legal_basis": basis(), "representations_by": deadline("2026-01-07"), "title": "A draft"}),
            "drafted a request to alpha for 1 item (reports) under uk-osa-2023, section 100: \"A draft\"; representations by the \
             end of 2026-01-07 (Etc/UTC)",
        ),
        line(
            "2026-01-06T10:00:00Z",
            "alpha",
            &[],
            json!({"kind": "representations_made", "about": "ofcom/draft", "note": "Too broad.", "representations": "alpha/views"}),
            "made representations on ofcom/draft",
        ),
        line(
            "2026-01-08T09:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "request_issued", "addressees": ["alpha", "beta"], "compulsory": true,
                "deadline": deadline("2026-01-20"), "draft": "ofcom/draft", "items": items(&["reports", "speed"]),
                "legal_basis": basis(), "request": "ofcom/notice", "title": "Reports and speed"}),
            "asked alpha and beta for 2 items (reports and speed) under uk-osa-2023, section 100, compulsory, by the end of \
             2026-01-20 (Etc/UTC): \"Reports and speed\", as drafted in ofcom/draft",
        ),
        line(
            "2026-01-08T10:00:00Z",
            "alpha",
            &[],
            json!({"kind": "receipt_acknowledged", "request": "ofcom/notice"}),
            "acknowledged receipt of ofcom/notice",
        ),
        line(
            "2026-01-09T09:00:00Z",
            "alpha",
            &[],
            json!({"kind": "clarification_requested", "clarification": "alpha/question", "items": ["speed"],
                "question": "Median or mean?", "request": "ofcom/notice"}),
            "asked its issuer for a clarification of ofcom/notice, speed",
        ),
        line(
            "2026-01-09T10:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "clarification_given", "answer": "Median.", "clarification": "alpha/question"}),
            "gave the clarification that alpha/question asks for",
        ),
        line(
            "2026-01-10T09:00:00Z",
            "alpha",
            &[],
            json!({"kind": "extension_requested", "extension": "alpha/more", "reason": "Holidays.", "request": "ofcom/notice",
                "until": "2026-01-31"}),
            "asked for more time for ofcom/notice, until 2026-01-31",
        ),
        line(
            "2026-01-10T10:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "extension_refused", "extension": "alpha/more", "reason": "No."}),
            "refused the time that alpha/more asks for",
        ),
        line(
            "2026-01-10T11:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "request_extended", "addressees": ["alpha"], "deadline": deadline("2026-01-22"), "reason": "Two days.",
                "request": "ofcom/notice"}),
            "gave alpha more time for ofcom/notice: by the end of 2026-01-22 (Etc/UTC)",
        ),
        line(
            "2026-01-11T09:00:00Z",
            "alpha",
            &[],
            json!({"kind": "amendment_requested", "alternatives": ["The mean."], "amendment": "alpha/other",
                "ground": "no_access_to_data", "reason": "No median.", "request": "ofcom/notice"}),
            "asked for ofcom/notice to be amended, on the ground \"no access to data\", and proposed 1 alternative",
        ),
        line(
            "2026-01-11T10:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "amendment_refused", "amendment": "alpha/other", "reason": "No."}),
            "refused the amendment that alpha/other asks for",
        ),
        line(
            "2026-01-12T09:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "request_amended", "items": items(&["reports", "speed"]), "reason": "Clearer.",
                "request": "ofcom/notice", "version": 2}),
            "amended ofcom/notice: version 2 asks for 2 items (reports and speed)",
        ),
        line(
            "2026-01-12T10:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "preservation_required", "addressees": ["alpha"], "legal_basis": basis(),
                "preservation": "ofcom/keep", "subject": "All logs.", "until": "2027-01-01"}),
            "required alpha to preserve data under uk-osa-2023, section 100, until 2027-01-01",
        ),
        line(
            "2026-01-12T11:00:00Z",
            "nspcc",
            &[],
            json!({"kind": "request_issued", "addressees": ["alpha"], "compulsory": false, "items": items(&["reports"]),
                "request": "nspcc/letter", "title": "A letter"}),
            "asked alpha for 1 item (reports), voluntary, without a deadline: \"A letter\"",
        ),
        line(
            "2026-01-12T12:00:00Z",
            "nspcc",
            &[],
            json!({"kind": "request_withdrawn", "reason": "Asked by others.", "request": "nspcc/letter"}),
            "withdrew nspcc/letter",
        ),
    ]
}
