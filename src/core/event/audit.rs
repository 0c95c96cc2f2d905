//! What auditors say of a platform, and what it does about it: Regulation (EU) 2022/2065, Article 37, and Delegated
//! Regulation (EU) 2024/436.

use serde::{Deserialize, Serialize};

use super::disclosure::{Attachment, MAX_ATTACHMENTS};
use super::measure::MAX_SERVICES;
use crate::core::json::Set;
use crate::core::text::{DocumentId, Slug, Text};
use crate::core::time::Period;

/// An auditor takes an audit on, and declares its independence (Article 37(3)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditEngaged {
    /// What the auditor calls it.
    pub audit: DocumentId,
    /// Who is audited.
    pub auditee: Slug,
    /// The declaration of independence, of which the report holds one of interests (Article 37(4)(c)).
    pub declaration: Text,
    /// For which period.
    pub period: Period,
    /// Which services.
    pub services: Set<Slug, MAX_SERVICES>,
}

/// The auditor records what it found (Article 37(4)(e)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditFindingRecorded {
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// In which audit.
    pub audit: DocumentId,
    /// What the auditor calls it.
    pub finding: DocumentId,
    /// What it found.
    pub note: Text,
    /// What it recommends (Article 37(4)(h)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommendation: Option<Text>,
}

/// Somebody holds that a document does not agree with another source. Its author may answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscrepancyRaised {
    /// Which document.
    pub about: DocumentId,
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// The author's audit in which it came up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<DocumentId>,
    /// What the author calls it.
    pub discrepancy: DocumentId,
    /// What does not agree with what.
    pub note: Text,
}

/// The author of a document answers a discrepancy raised about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscrepancyAnswered {
    /// The answer.
    pub answer: Text,
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// Which discrepancy.
    pub discrepancy: DocumentId,
}

/// The auditor gives its opinion, once (Article 37(4)(g) and (5)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpinionGiven {
    /// Files that belong to it: the report itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// In which audit.
    pub audit: DocumentId,
    /// The opinion.
    pub opinion: Opinion,
    /// Why.
    pub reasons: Text,
    /// What the auditor calls its report.
    pub report: DocumentId,
}

/// An auditor's opinion: the three of Article 37(4)(g), and none at all, which Article 37(5) allows with reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say themselves")]
pub enum Opinion {
    Positive,
    PositiveWithComments,
    Negative,
    Disclaimed,
}

impl Opinion {
    /// The opinion as it is written in a statement.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::PositiveWithComments => "positive_with_comments",
            Self::Negative => "negative",
            Self::Disclaimed => "disclaimed",
        }
    }
}

/// Whoever was audited reports what it did about it (Article 37(6)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImplementationReported {
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// After which audit.
    pub audit: DocumentId,
    /// What the author calls this report.
    pub implementation: DocumentId,
    /// What it did, and what not and why.
    pub note: Text,
}
