//! What is asked: requests and their drafts, amendment and withdrawal, and what is to be preserved.

use serde::{Deserialize, Serialize};

use super::deadline::Deadline;
use super::disclosure::{Attachment, MAX_ATTACHMENTS};
use super::measure::Question;
use crate::core::json::{List, Positive, Set};
use crate::core::text::{DocumentId, Label, Slug, Text};
use crate::core::time::Date;

/// Addressees of a request, at most.
pub const MAX_ADDRESSEES: usize = 64;
/// Items of a request or a response, at most.
pub const MAX_ITEMS: usize = 64;

/// A regulator shows what it means to ask, and waits for representations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestDrafted {
    /// Who would be asked.
    pub addressees: Set<Slug, MAX_ADDRESSEES>,
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// What the regulator calls it.
    pub draft: DocumentId,
    /// What would be asked.
    pub items: List<Item, MAX_ITEMS>,
    /// The power under which it would be asked.
    pub legal_basis: LegalBasis,
    /// By when representations are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub representations_by: Option<Deadline>,
    /// A line that says what it is about.
    pub title: Label,
}

/// A regulator or a civil-society actor asks platforms for something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestIssued {
    /// Who is asked.
    pub addressees: Set<Slug, MAX_ADDRESSEES>,
    /// The letter itself, for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// Whether the addressees are bound by law to answer.
    pub compulsory: bool,
    /// By when; a request may have no deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// The issuer's own draft that it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<DocumentId>,
    /// What is asked.
    pub items: List<Item, MAX_ITEMS>,
    /// The power under which it is asked; none for an open letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<LegalBasis>,
    /// What the issuer calls it.
    pub request: DocumentId,
    /// A line that says what it is about.
    pub title: Label,
}

/// One question of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Which of the three questions of the letter of 17 May 2018 it asks, if one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Question>,
    /// What the request calls it.
    pub item: Slug,
    /// The question in full.
    pub question: Text,
}

/// The statute or regulation under which a request is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegalBasis {
    /// The instrument, such as `uk-osa-2023`.
    pub instrument: Slug,
    /// The section or article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provision: Option<Label>,
}

/// The issuer replaced the items of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestAmended {
    /// The request for amendment that it meets, if it meets one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amendment: Option<DocumentId>,
    /// A later deadline for all addressees; absent: it stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// All items from here on.
    pub items: List<Item, MAX_ITEMS>,
    /// Why.
    pub reason: Text,
    /// Which request.
    pub request: DocumentId,
    /// The version that this makes: the current one plus 1.
    pub version: Positive,
}

/// The issuer took a request back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestWithdrawn {
    /// Why.
    pub reason: Text,
    /// Which request.
    pub request: DocumentId,
}

/// A regulator requires that data be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreservationRequired {
    /// Who is to keep it.
    pub addressees: Set<Slug, MAX_ADDRESSEES>,
    /// The power under which it is required.
    pub legal_basis: LegalBasis,
    /// What the regulator calls it.
    pub preservation: DocumentId,
    /// What is to be kept.
    pub subject: Text,
    /// The last day; absent: until told otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}
