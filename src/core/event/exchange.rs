//! What passes between the two sides of a request: receipts, clarifications, more time, other terms.

use serde::{Deserialize, Serialize};

use super::deadline::Deadline;
use super::disclosure::{Attachment, MAX_ATTACHMENTS};
use super::request::{MAX_ADDRESSEES, MAX_ITEMS};
use super::response::Ground;
use crate::core::json::{List, Set};
use crate::core::text::{DocumentId, Slug, Text};
use crate::core::time::Date;

/// Alternatives that an addressee proposes, at most.
pub const MAX_ALTERNATIVES: usize = 8;

/// The other side of a draft request or of a provisional notice says what it thinks of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepresentationsMade {
    /// The draft, or the notice.
    pub about: DocumentId,
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// What is said.
    pub note: Text,
    /// What the author calls them.
    pub representations: DocumentId,
}

/// An addressee has a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptAcknowledged {
    /// Which request.
    pub request: DocumentId,
}

/// An addressee asks what a request means, or its issuer what a response means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClarificationRequested {
    /// What the author calls it.
    pub clarification: DocumentId,
    /// By when the answer is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// About which items; absent: about the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Set<Slug, MAX_ITEMS>>,
    /// What is not clear.
    pub question: Text,
    /// In which request.
    pub request: DocumentId,
    /// Of whom the issuer asks it; absent where an addressee asks the issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Slug>,
}

/// Who was asked for a clarification gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClarificationGiven {
    /// The answer.
    pub answer: Text,
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// To which question.
    pub clarification: DocumentId,
}

/// An addressee asks for more time, before its time is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtensionRequested {
    /// What the author calls it.
    pub extension: DocumentId,
    /// Why.
    pub reason: Text,
    /// For which request.
    pub request: DocumentId,
    /// The last day that it asks for.
    pub until: Date,
}

/// The issuer gives more time, asked or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestExtended {
    /// For whom; absent: for all, or, with `extension`, for who asked. Never beside it: time given to another would settle
    /// the request of one who got none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addressees: Option<Set<Slug, MAX_ADDRESSEES>>,
    /// The deadline from here on.
    pub deadline: Deadline,
    /// Who had asked, where somebody had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<DocumentId>,
    /// Why.
    pub reason: Text,
    /// Which request.
    pub request: DocumentId,
}

impl RequestExtended {
    pub(super) fn check_shape(&self) -> Result<(), &'static str> {
        if self.addressees.is_some() && self.extension.is_some() {
            return Err("an extension for who asked and for others at once");
        }
        Ok(())
    }
}

/// The issuer does not give the time asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtensionRefused {
    /// Which request for more time.
    pub extension: DocumentId,
    /// Why.
    pub reason: Text,
}

/// An addressee asks for a request to be changed, on a ground: Regulation (EU) 2022/2065, Article 40(5) and (6), for one,
/// where it is to propose alternatives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AmendmentRequested {
    /// What it could give instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternatives: Option<List<Text, MAX_ALTERNATIVES>>,
    /// What the author calls it.
    pub amendment: DocumentId,
    /// The ground.
    pub ground: Ground,
    /// In its own words.
    pub reason: Text,
    /// Which request.
    pub request: DocumentId,
}

/// The issuer leaves the request as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AmendmentRefused {
    /// Which request for amendment.
    pub amendment: DocumentId,
    /// Why.
    pub reason: Text,
}
