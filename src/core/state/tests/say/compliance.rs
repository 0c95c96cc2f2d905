//! Investigations, decisions, penalties and appeals; and audits.

use serde_json::json;

use super::{Say, deadline};

impl Say {
    /// Into alpha.
    pub fn investigates(self, investigation: &str) -> Self {
        self.says(json!({
            "kind": "investigation_opened", "investigation": investigation, "respondents": ["alpha"],
            "legal_basis": {"instrument": "uk-osa-2023"}, "subject": "Failure to respond",
        }))
    }

    /// To alpha, to be answered by [`super::super::scene::END`].
    pub fn gives_notice(self, notice: &str, investigation: &str) -> Self {
        self.says(json!({
            "kind": "provisional_notice_given", "addressee": "alpha", "investigation": investigation,
            "notice": notice, "proposes": "a penalty", "representations_by": deadline("2026-03-31"),
        }))
    }

    pub fn decides(self, decision: &str, notice: &str) -> Self {
        self.says(json!({
            "kind": "decision_given", "breach": true, "decision": decision, "notice": notice, "reasons": "no answer",
        }))
    }

    /// Alpha, once.
    pub fn fines(self, penalty: &str, under: &str) -> Self {
        self.says(json!({
            "kind": "penalty_imposed", "addressee": "alpha", "currency": "GBP", "fixed": {"amount": 2_000_000},
            "penalty": penalty, "under": under,
        }))
    }

    /// An amount in the minor unit.
    pub fn fixed_at(self, amount: u64) -> Self {
        self.set("/fixed", json!({"amount": amount}))
    }

    /// The same, so many percent off.
    pub fn fixed(self, amount: u64, less_percent: u64) -> Self {
        self.set("/fixed", json!({"amount": amount, "less_percent": less_percent}))
    }

    /// An amount a day in the minor unit, from a day on.
    pub fn daily(self, amount: u64, from: &str) -> Self {
        self.set("/daily", json!({"amount": amount, "calendar": "Europe/London", "from": from}))
    }

    pub fn complied(self, penalty: &str, on: &str) -> Self {
        self.says(json!({"kind": "compliance_recorded", "on": on, "penalty": penalty}))
    }

    pub fn appeals(self, appeal: &str, against: &str) -> Self {
        self.says(json!({"kind": "appeal_lodged", "against": against, "appeal": appeal, "grounds": "no breach"}))
    }

    pub fn determines(self, appeal: &str, outcome: &str) -> Self {
        self.says(json!({
            "kind": "appeal_determined", "appeal": appeal, "outcome": outcome, "reasons": "the words of the Act",
        }))
    }

    pub fn closes(self, investigation: &str) -> Self {
        self.says(json!({"kind": "investigation_closed", "investigation": investigation, "reason": "all is done"}))
    }

    /// Of alpha.
    pub fn engages(self, audit: &str) -> Self {
        self.says(json!({
            "kind": "audit_engaged", "audit": audit, "auditee": "alpha", "declaration": "No other work for it.",
            "period": "2025", "services": ["video"],
        }))
    }

    pub fn finds(self, finding: &str, audit: &str) -> Self {
        self.says(json!({"kind": "audit_finding_recorded", "audit": audit, "finding": finding, "note": "No log."}))
    }

    pub fn raises(self, discrepancy: &str, about: &str) -> Self {
        self.says(json!({
            "kind": "discrepancy_raised", "about": about, "discrepancy": discrepancy, "note": "The sum is another.",
        }))
    }

    pub fn explains(self, discrepancy: &str) -> Self {
        self.says(json!({"kind": "discrepancy_answered", "answer": "Rounding.", "discrepancy": discrepancy}))
    }

    pub fn opines(self, report: &str, audit: &str) -> Self {
        self.says(json!({
            "kind": "opinion_given", "audit": audit, "opinion": "negative", "reasons": "No log.", "report": report,
        }))
    }

    pub fn implements(self, implementation: &str, audit: &str) -> Self {
        self.says(json!({
            "kind": "implementation_reported", "audit": audit, "implementation": implementation, "note": "Logs kept.",
        }))
    }
}
