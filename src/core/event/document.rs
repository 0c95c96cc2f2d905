//! What is said of a document: that it is wrong, published, or taken back; and a reply to a finding.

use serde::{Deserialize, Serialize};

use crate::core::hash::Hash;
use crate::core::json::{Count, Set};
use crate::core::text::{DocumentId, Slug, Text};
use crate::core::time::Date;

/// Entries that a reply to a finding names, at most.
pub const MAX_ENTRIES: usize = 8;

/// The author says that a document of its own contains an error, before it can say what is right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorNotified {
    /// The document that is wrong.
    pub document: DocumentId,
    /// What the author calls this notice.
    pub error: DocumentId,
    /// The day on which the author came to know of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_on: Option<Date>,
    /// What is known so far.
    pub note: Text,
}

/// A document was made public in full, outside this ledger too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentPublished {
    /// Which.
    pub document: DocumentId,
    /// On which day.
    pub on: Date,
}

/// The author no longer stands by a document. It stays on the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentRetracted {
    /// Which.
    pub document: DocumentId,
    /// Why.
    pub reason: Text,
}

/// Whoever a finding is about replies to it. The reply is shown beside the finding, and settles nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingAnswered {
    /// What the author calls this reply.
    pub answer: DocumentId,
    /// The code of the finding.
    pub code: Slug,
    /// The entries that prove it, in order.
    pub entries: Set<Count, MAX_ENTRIES>,
    /// The id of the one finding that is meant; absent: every finding of that code and those entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<Hash>,
    /// The reply.
    pub note: Text,
}
