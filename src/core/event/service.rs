//! What platforms run: services, what the law calls them, and who answers for them.

use serde::{Deserialize, Serialize};

use super::request::LegalBasis;
use crate::core::json::Count;
use crate::core::text::{DocumentId, Label, Slug, Text};
use crate::core::time::Date;

/// A provider names a service, or a family of services. Figures name it by the second part of its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceRegistered {
    /// Its name for people.
    pub name: Label,
    /// The author's own service of whose figures its figures are a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<DocumentId>,
    /// What the provider calls it.
    pub service: DocumentId,
}

/// A regulator says what a service is in law, and what reports are due of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceDesignated {
    /// What it is.
    pub category: Category,
    /// What the regulator calls this designation.
    pub designation: DocumentId,
    /// Under which power.
    pub legal_basis: LegalBasis,
    /// The reports that are due of it from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reports: Option<ReportingDuty>,
    /// Which service.
    pub service: DocumentId,
}

/// The category of a service in law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Category 1: Online Safety Act 2023 (UK), section 95(10)(a).
    #[serde(rename = "uk_category_1")]
    UkCategory1,
    /// Category 2A: the same Act, section 95(10)(b).
    #[serde(rename = "uk_category_2a")]
    UkCategory2a,
    /// Category 2B: the same Act, section 95(10)(c).
    #[serde(rename = "uk_category_2b")]
    UkCategory2b,
    /// Very large online platform: Regulation (EU) 2022/2065, Article 33.
    EuVeryLargeOnlinePlatform,
    /// Very large online search engine: Regulation (EU) 2022/2065, Article 33.
    EuVeryLargeOnlineSearchEngine,
}

impl Category {
    /// The category as it is written in a statement.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UkCategory1 => "uk_category_1",
            Self::UkCategory2a => "uk_category_2a",
            Self::UkCategory2b => "uk_category_2b",
            Self::EuVeryLargeOnlinePlatform => "eu_very_large_online_platform",
            Self::EuVeryLargeOnlineSearchEngine => "eu_very_large_online_search_engine",
        }
    }
}

/// Which reports are due of a service: a disclosure for each period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportingDuty {
    /// How often.
    pub frequency: Frequency,
    /// For the periods that begin on this day or later.
    pub since: Date,
    /// Days after the last day of the period.
    pub within_days: Count,
}

/// How often reports are due (SDMX `CL_FREQ`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// Every calendar year (SDMX `A`).
    Annual,
    /// Every half-year (`S`).
    HalfYearly,
    /// Every quarter (`Q`).
    Quarterly,
    /// Every month (`M`).
    Monthly,
}

/// A regulator ended a designation of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DesignationEnded {
    /// Which.
    pub designation: DocumentId,
    /// Why.
    pub reason: Text,
}

/// The authorities recorded that one provider took another's place, by a merger for one: its obligations pass to the
/// successor, who speaks for it from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSucceeded {
    /// Since when, by the instrument that made it so.
    pub effective: Date,
    /// Who was.
    pub predecessor: Slug,
    /// By what instrument.
    pub reason: Text,
    /// Who is.
    pub successor: Slug,
}
