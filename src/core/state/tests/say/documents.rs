//! What is said of documents, and what platforms know and do about risks.

use serde_json::json;

use super::Say;

impl Say {
    pub fn publishes(self, document: &str) -> Self {
        self.says(json!({"kind": "document_published", "document": document, "on": "2026-01-05"}))
    }

    pub fn retracts(self, document: &str) -> Self {
        self.says(json!({"kind": "document_retracted", "document": document, "reason": "not what we meant"}))
    }

    /// The risk of grooming, on the service `video`.
    pub fn assesses(self, assessment: &str) -> Self {
        self.says(json!({
            "kind": "risk_assessment_recorded", "assessment": assessment, "made_on": "2026-01-05",
            "risks": [{"content": "grooming", "level": "high"}], "service": "video",
        }))
    }

    pub fn researches(self, research: &str) -> Self {
        self.says(json!({
            "kind": "research_recorded", "made_on": "2026-01-05", "note": "One in ten.", "research": research,
            "service": "video", "subject": "Contact by strangers",
        }))
    }

    pub fn redesigns(self, change: &str) -> Self {
        self.says(json!({
            "kind": "product_change_recorded", "change": change, "made_on": "2026-01-05", "note": "Off by default.",
            "service": "video",
        }))
    }

    /// As [`Say::redesigns`], against the risk of grooming.
    pub fn redesigns_for(self, change: &str, assessment: &str) -> Self {
        self.redesigns(change).set("/risk", json!({"assessment": assessment, "content": "grooming"}))
    }

    pub fn replies(self, answer: &str, entries: &[u64]) -> Self {
        self.says(json!({
            "kind": "finding_answered", "answer": answer, "code": "silent-restatement", "entries": entries,
            "note": "rounded anew",
        }))
    }
}
