//! What platforms know and do about risks: assessments, research, changes to their products.

use serde::{Deserialize, Serialize};

use super::disclosure::{Attachment, MAX_ATTACHMENTS};
use crate::core::json::{List, Set};
use crate::core::text::{DocumentId, Label, Slug, Text};
use crate::core::time::Date;

/// Risks in one assessment, at most.
pub const MAX_RISKS: usize = 128;

/// A platform records a risk assessment of a service: Online Safety Act 2023 (UK), sections 9 and 11; Regulation (EU)
/// 2022/2065, Article 34. An earlier version stays on the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskAssessmentRecorded {
    /// What the platform calls it.
    pub assessment: DocumentId,
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// The day on which it was made.
    pub made_on: Date,
    /// What was assessed, and how high it was found to be.
    pub risks: List<Risk, MAX_RISKS>,
    /// Of which service.
    pub service: Slug,
    /// The platform's assessment of the same service that this one takes the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<DocumentId>,
}

/// The risk of one kind of content for one age group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Risk {
    /// For users of which age; absent: of every age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_group: Option<Label>,
    /// Of which kind of content.
    pub content: Label,
    /// How high.
    pub level: Level,
}

/// How high a risk is: the levels of Ofcom's Risk Assessment Guidance of 16 December 2024.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say themselves")]
pub enum Level {
    Negligible,
    Low,
    Medium,
    High,
}

impl Level {
    /// The level as it is written in a statement.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Negligible => "negligible",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A platform records research that it made or commissioned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResearchRecorded {
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// The day on which it was made.
    pub made_on: Date,
    /// What it found.
    pub note: Text,
    /// What the platform calls it.
    pub research: DocumentId,
    /// On which service.
    pub service: Slug,
    /// A line that says what it is about.
    pub subject: Label,
}

/// A platform records a change to a product or its design.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductChangeRecorded {
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// What the platform calls it.
    pub change: DocumentId,
    /// The day on which it was made.
    pub made_on: Date,
    /// What changed.
    pub note: Text,
    /// The risk that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskAnswered>,
    /// To which service.
    pub service: Slug,
}

/// A risk that a change answers, in an assessment of the platform's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskAnswered {
    /// For users of which age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_group: Option<Label>,
    /// In which assessment.
    pub assessment: DocumentId,
    /// Of which kind of content.
    pub content: Label,
}
