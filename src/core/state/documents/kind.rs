//! What a document is.

use serde::{Deserialize, Serialize};

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the events that file them are documented")]
pub enum Kind {
    Service,
    Designation,
    Taxonomy,
    Definition,
    MethodologyChange,
    Draft,
    Representations,
    Request,
    Clarification,
    Extension,
    Amendment,
    Preservation,
    Response,
    Disclosure,
    Correction,
    ErrorNotice,
    RiskAssessment,
    Research,
    ProductChange,
    Answer,
    Investigation,
    Notice,
    Decision,
    Penalty,
    Appeal,
    Audit,
    AuditFinding,
    Discrepancy,
    Report,
    Implementation,
}

impl Kind {
    /// All kinds, in the order in which they stand above.
    pub(super) const ALL: [Self; 30] = [
        Self::Service,
        Self::Designation,
        Self::Taxonomy,
        Self::Definition,
        Self::MethodologyChange,
        Self::Draft,
        Self::Representations,
        Self::Request,
        Self::Clarification,
        Self::Extension,
        Self::Amendment,
        Self::Preservation,
        Self::Response,
        Self::Disclosure,
        Self::Correction,
        Self::ErrorNotice,
        Self::RiskAssessment,
        Self::Research,
        Self::ProductChange,
        Self::Answer,
        Self::Investigation,
        Self::Notice,
        Self::Decision,
        Self::Penalty,
        Self::Appeal,
        Self::Audit,
        Self::AuditFinding,
        Self::Discrepancy,
        Self::Report,
        Self::Implementation,
    ];

    /// Whether its author can take such a document back. What somebody else must settle, or has relied on, stays: a request
    /// is withdrawn, a designation ended.
    pub fn can_be_retracted(self) -> bool {
        matches!(
            self,
            Self::Definition
                | Self::Response
                | Self::Disclosure
                | Self::Correction
                | Self::ErrorNotice
                | Self::RiskAssessment
                | Self::Research
                | Self::ProductChange
                | Self::Answer
                | Self::AuditFinding
        )
    }

    /// The kind in a word or two.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Designation => "designation",
            Self::Taxonomy => "taxonomy",
            Self::Definition => "definition",
            Self::MethodologyChange => "change of methodology",
            Self::Draft => "draft",
            Self::Representations => "representations",
            Self::Request => "request",
            Self::Clarification => "request for clarification",
            Self::Extension => "request for more time",
            Self::Amendment => "request for amendment",
            Self::Preservation => "order of preservation",
            Self::Response => "response",
            Self::Disclosure => "disclosure",
            Self::Correction => "correction",
            Self::ErrorNotice => "notice of error",
            Self::RiskAssessment => "risk assessment",
            Self::Research => "research",
            Self::ProductChange => "product change",
            Self::Answer => "answer to a finding",
            Self::Investigation => "investigation",
            Self::Notice => "provisional notice",
            Self::Decision => "decision",
            Self::Penalty => "penalty",
            Self::Appeal => "appeal",
            Self::Audit => "audit",
            Self::AuditFinding => "finding of an audit",
            Self::Discrepancy => "discrepancy",
            Self::Report => "audit report",
            Self::Implementation => "report of implementation",
        }
    }
}
