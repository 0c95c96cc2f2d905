//! What passes between the two sides of a request beside the answer.

use serde_json::json;

use super::{Say, deadline, items};

impl Say {
    /// For both platforms.
    pub fn drafts(self, draft: &str) -> Self {
        self.says(json!({
            "kind": "request_drafted", "addressees": ["alpha", "beta"], "draft": draft, "items": items(&["reports"]),
            "legal_basis": {"instrument": "uk-osa-2023"}, "title": "Reports",
        }))
    }

    pub fn represents(self, representations: &str, about: &str) -> Self {
        self.says(json!({
            "kind": "representations_made", "about": about, "note": "too broad", "representations": representations,
        }))
    }

    pub fn acknowledges(self, request: &str) -> Self {
        self.says(json!({"kind": "receipt_acknowledged", "request": request}))
    }

    /// An addressee asks the issuer; see [`Say::set`] for `to`.
    pub fn inquires(self, clarification: &str, request: &str) -> Self {
        self.says(json!({
            "kind": "clarification_requested", "clarification": clarification, "question": "Of which kind?",
            "request": request,
        }))
    }

    pub fn clarifies(self, clarification: &str) -> Self {
        self.says(json!({"kind": "clarification_given", "answer": "Of every kind.", "clarification": clarification}))
    }

    pub fn needs_time(self, extension: &str, request: &str, until: &str) -> Self {
        self.says(json!({
            "kind": "extension_requested", "extension": extension, "reason": "much to count", "request": request,
            "until": until,
        }))
    }

    pub fn refuses_time(self, extension: &str) -> Self {
        self.says(json!({"kind": "extension_refused", "extension": extension, "reason": "long known"}))
    }

    pub fn needs_change(self, amendment: &str, request: &str) -> Self {
        self.says(json!({
            "kind": "amendment_requested", "amendment": amendment, "ground": "no_access_to_data",
            "reason": "not kept", "request": request,
        }))
    }

    pub fn refuses_change(self, amendment: &str) -> Self {
        self.says(json!({"kind": "amendment_refused", "amendment": amendment, "reason": "it is kept"}))
    }

    /// By both platforms.
    pub fn preserves(self, preservation: &str) -> Self {
        self.says(json!({
            "kind": "preservation_required", "addressees": ["alpha", "beta"], "preservation": preservation,
            "legal_basis": {"instrument": "uk-osa-2023"}, "subject": "All reports.",
        }))
    }

    /// An answer is asked for by that day.
    pub fn by_day(self, field: &str, date: &str) -> Self {
        self.set(field, deadline(date))
    }
}
