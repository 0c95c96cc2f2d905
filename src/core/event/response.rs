//! What is answered: per item, by a disclosure or by a refusal on a ground.

use serde::{Deserialize, Serialize};

use super::request::MAX_ITEMS;
use crate::core::json::{List, Positive, Set};
use crate::core::text::{DocumentId, Slug, Text};
use crate::core::time::Date;

/// Disclosures that answer one item, at most.
pub const MAX_REFERENCES: usize = 64;

/// A platform responds to a request, item by item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseFiled {
    /// What becomes of each item; items may be left for a later response.
    pub items: List<Answer, MAX_ITEMS>,
    /// Anything else that the platform wants to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// Which request.
    pub request: DocumentId,
    /// What the platform calls this response.
    pub response: DocumentId,
    /// The platform's earlier response to this version, which this one replaces whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<DocumentId>,
    /// The version of the request that it answers.
    pub version: Positive,
}

/// What becomes of one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Which item of the request.
    pub item: Slug,
    /// What becomes of it.
    pub outcome: Outcome,
}

/// An answer, or a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// Answered by disclosures on this ledger, or by saying that there is nothing to report.
    Answered {
        /// Which disclosures or corrections; absent in a nil return alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        disclosures: Option<Set<DocumentId, MAX_REFERENCES>>,
        /// How much of what was asked they answer.
        extent: Extent,
    },
    /// Refused on a ground.
    Refused {
        /// The platform's own words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<Text>,
        /// The ground.
        ground: Ground,
        /// The last day on which the ground is claimed: confidential until then, for one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
    },
}

/// How much of what was asked an answer covers, by the platform's own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// All of it.
    Complete,
    /// Some of it.
    Partial,
    /// There is nothing to report.
    Nil,
}

/// Why a platform refuses, in the words of the law or of the letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// "Not legally obliged to publish" (the letter of 17 May 2018).
    NotLegallyObliged,
    /// "Did not collect" (the same letter).
    NotCollected,
    /// "Could not collate" (the same letter).
    CannotCollate,
    /// No access to the data: Regulation (EU) 2022/2065, Article 40(5)(a).
    NoAccessToData,
    /// Security of the service, or confidential information: Regulation (EU) 2022/2065, Article 40(5)(b).
    SecurityOrConfidentiality,
    /// Public security: Regulation (EU) 2022/2065, Article 42(5).
    PublicSecurity,
    /// Harm to recipients: Regulation (EU) 2022/2065, Article 42(5).
    HarmToRecipients,
    /// Personal data: Freedom of Information Act 2000 (UK), section 40.
    PersonalData,
    /// Cost: Freedom of Information Act 2000 (UK), section 12.
    DisproportionateCost,
    /// Not reasonably practicable: Online Safety Act 2023 (UK), section 109(2).
    NotReasonablyPracticable,
    /// The addressee says that it is not the provider.
    AddresseeDisputed,
    /// The addressee says that the issuer has no jurisdiction.
    JurisdictionDisputed,
    /// The answer would incriminate the addressee.
    SelfIncrimination,
}

impl ResponseFiled {
    pub(super) fn check_shape(&self) -> Result<(), &'static str> {
        let bare = |answer: &Answer| match &answer.outcome {
            Outcome::Answered { disclosures, extent } => disclosures.is_none() && *extent != Extent::Nil,
            Outcome::Refused { .. } => false,
        };
        if self.items.iter().any(bare) { Err("an answer by no disclosure that is no nil return") } else { Ok(()) }
    }
}

impl Extent {
    /// The extent as it is written in a statement.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Nil => "nil",
        }
    }
}

impl Ground {
    /// The ground as it is written in a statement.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotLegallyObliged => "not_legally_obliged",
            Self::NotCollected => "not_collected",
            Self::CannotCollate => "cannot_collate",
            Self::NoAccessToData => "no_access_to_data",
            Self::SecurityOrConfidentiality => "security_or_confidentiality",
            Self::PublicSecurity => "public_security",
            Self::HarmToRecipients => "harm_to_recipients",
            Self::PersonalData => "personal_data",
            Self::DisproportionateCost => "disproportionate_cost",
            Self::NotReasonablyPracticable => "not_reasonably_practicable",
            Self::AddresseeDisputed => "addressee_disputed",
            Self::JurisdictionDisputed => "jurisdiction_disputed",
            Self::SelfIncrimination => "self_incrimination",
        }
    }
}
