//! What figures mean: taxonomies of harm, metrics, and changes in how they are counted.

use serde::{Deserialize, Serialize};

use super::disclosure::{Attachment, MAX_ATTACHMENTS};
use crate::core::json::Set;
use crate::core::text::{DocumentId, Label, Slug, Text};
use crate::core::time::Date;

/// Categories of a taxonomy in its registration, at most.
pub const MAX_CATEGORIES: usize = 512;
/// Services that one change of methodology names, at most.
pub const MAX_SERVICES: usize = 64;

/// The categories of one version of a taxonomy of harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxonomyRegistered {
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// Every category, in the taxonomy's own words.
    pub categories: Set<Label, MAX_CATEGORIES>,
    /// What the author calls this registration.
    pub registration: DocumentId,
    /// The taxonomy, as figures name it.
    pub taxonomy: Slug,
    /// Its version, as figures name it.
    pub version: Label,
}

/// What a metric counts, and how its figures relate to each other and to those of another metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricDefined {
    /// Whether its figures for the parts of a whole add up to that for the whole. Shares and durations never do.
    pub additive: bool,
    /// What one of it is: an item of content, an account, a report.
    pub counting_unit: Label,
    /// What the author calls this definition.
    pub definition: DocumentId,
    /// What it means, in full.
    pub meaning: Text,
    /// The metric, as figures name it.
    pub metric: Label,
    /// Which of the three questions of the letter of 17 May 2018 it answers, if one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
    /// The metric of which it counts a part: never more than it, all else alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subset_of: Option<Label>,
    /// What its figures are.
    pub unit: Unit,
}

/// The three questions of the letter of 17 May 2018.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// How many reports are received.
    ReportsReceived,
    /// How quickly they are acted on.
    Speed,
    /// How much content is taken down, and with what outcome.
    TakenDown,
}

impl Question {
    /// The questions, in the order of the letter.
    pub const ALL: [Self; 3] = [Self::ReportsReceived, Self::Speed, Self::TakenDown];

    /// The question as it is written in a statement.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReportsReceived => "reports_received",
            Self::Speed => "speed",
            Self::TakenDown => "taken_down",
        }
    }
}

/// What the figures of a metric are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Numbers of things: integers and ranges of them.
    Number,
    /// Shares: ratios and ranges of them.
    Ratio,
    /// Lengths of time.
    Duration,
}

/// From a day on, a metric is counted in another way. Figures published before stay as they were published: to replace
/// them is a correction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MethodologyChanged {
    /// What the author calls this change.
    pub change: DocumentId,
    /// For the periods that begin on this day or later.
    pub effective: Date,
    /// Which metric.
    pub metric: Label,
    /// What changed.
    pub note: Text,
    /// On which services; absent: on all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub services: Option<Set<Slug, MAX_SERVICES>>,
}
