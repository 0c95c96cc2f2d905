//! What a regulator does about a breach: investigation, provisional notice, decision, penalty; and appeals.
//!
//! The steps are those of the Online Safety Act 2023 (UK), sections 130 to 137 and Schedule 13, and of Regulation (EU)
//! 2022/2065, Articles 66 to 76 and 79; the terms are neutral between them.

use serde::{Deserialize, Serialize};

use super::deadline::Deadline;
use super::disclosure::{Attachment, MAX_ATTACHMENTS};
use super::request::{LegalBasis, MAX_ADDRESSEES};
use crate::core::json::{Count, Positive, Set};
use crate::core::text::{Currency, DocumentId, Label, Slug, Text};
use crate::core::time::Date;

/// Documents that an investigation is about, at most.
pub const MAX_CONCERNS: usize = 64;
/// Days for which a daily penalty accrues, at most: a hundred years.
pub const MAX_PENALTY_DAYS: u64 = 36_525;

/// A regulator opens an investigation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvestigationOpened {
    /// The documents that it is about, a request left unanswered for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concerns: Option<Set<DocumentId, MAX_CONCERNS>>,
    /// What the regulator calls it.
    pub investigation: DocumentId,
    /// Under which power.
    pub legal_basis: LegalBasis,
    /// Into whom.
    pub respondents: Set<Slug, MAX_ADDRESSEES>,
    /// A line that says what it is about.
    pub subject: Label,
}

/// The regulator closes an investigation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvestigationClosed {
    /// Which.
    pub investigation: DocumentId,
    /// With what result.
    pub reason: Text,
}

/// The regulator says what it means to decide, and waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvisionalNoticeGiven {
    /// To whom.
    pub addressee: Slug,
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// In which investigation.
    pub investigation: DocumentId,
    /// What the regulator calls it.
    pub notice: DocumentId,
    /// What it means to decide.
    pub proposes: Text,
    /// Until when the addressee may answer.
    pub representations_by: Deadline,
}

/// The regulator decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionGiven {
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// Whether it finds a breach.
    pub breach: bool,
    /// What the regulator calls it.
    pub decision: DocumentId,
    /// The provisional notice that it follows.
    pub notice: DocumentId,
    /// Why.
    pub reasons: Text,
}

/// The regulator imposes a penalty: an amount, an amount a day, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PenaltyImposed {
    /// On whom.
    pub addressee: Slug,
    /// The currency of every amount.
    pub currency: Currency,
    /// An amount for each day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily: Option<DailyPenalty>,
    /// One amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<FixedPenalty>,
    /// What the regulator calls it.
    pub penalty: DocumentId,
    /// The decision, or the compulsory request, for whose breach it is imposed.
    pub under: DocumentId,
}

/// One amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixedPenalty {
    /// In the currency's minor unit, such as pence.
    pub amount: Positive,
    /// Taken off, in percent of it, for a settlement for one: from 1 to 99.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub less_percent: Option<Positive>,
}

/// An amount for each day that begins in breach, from a day on. The day on which the addressee complies is the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DailyPenalty {
    /// A day, in the currency's minor unit.
    pub amount: Positive,
    /// The calendar of its days: an IANA time zone, such as `Europe/London`.
    pub calendar: Label,
    /// The first day.
    pub from: Date,
    /// For how many days, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_days: Option<Positive>,
}

/// The regulator records that a breach ended, on which day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComplianceRecorded {
    /// On which day, in the penalty's calendar.
    pub on: Date,
    /// For which penalty.
    pub penalty: DocumentId,
}

/// Whom a decision or a penalty is addressed to goes to a tribunal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppealLodged {
    /// The decision, the penalty or the compulsory request.
    pub against: DocumentId,
    /// What the author calls it.
    pub appeal: DocumentId,
    /// On what grounds.
    pub grounds: Text,
}

/// A tribunal determines an appeal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppealDetermined {
    /// Which.
    pub appeal: DocumentId,
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// How.
    pub outcome: AppealOutcome,
    /// Why.
    pub reasons: Text,
}

/// How an appeal was determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppealOutcome {
    /// It fails: what it was against stands.
    Dismissed,
    /// It succeeds: what it was against falls.
    Allowed,
    /// It succeeds in part: what it was against stands until the regulator replaces it.
    AllowedInPart,
    /// The appellant took it back.
    Withdrawn,
}

impl AppealOutcome {
    /// The outcome as it is written in a statement.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dismissed => "dismissed",
            Self::Allowed => "allowed",
            Self::AllowedInPart => "allowed_in_part",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl PenaltyImposed {
    pub(super) fn check_shape(&self) -> Result<(), &'static str> {
        if self.fixed.is_none() && self.daily.is_none() {
            return Err("a penalty of neither an amount nor an amount a day");
        }
        if self.fixed.and_then(|fixed| fixed.less_percent).is_some_and(|percent| percent.unsigned() > 99) {
            return Err("more than 99 percent off");
        }
        let days = self.daily.as_ref().and_then(|daily| daily.max_days).map_or(0, |days| days.unsigned());
        if days > MAX_PENALTY_DAYS { Err("a daily penalty for more than 36525 days") } else { Ok(()) }
    }
}

impl FixedPenalty {
    /// What is to be paid, in the currency's minor unit, rounded down to a whole one.
    pub fn due(&self) -> Count {
        let percent = 100 - self.less_percent.map_or(0, |percent| percent.unsigned().min(99));
        let due = u128::from(self.amount.unsigned()) * u128::from(percent) / 100;
        i64::try_from(due).ok().and_then(Count::new).unwrap_or(Count::ZERO)
    }
}
