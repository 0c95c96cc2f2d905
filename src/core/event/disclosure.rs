//! What is disclosed, and what is later said to be wrong with it.

use serde::{Deserialize, Serialize};

use super::observation::{MAX_OBSERVATIONS, Observation};
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::json::{Count, List, Positive, Set};
use crate::core::text::{DocumentId, Label, Slug, Text};
use crate::core::time::{Date, Period};

/// Attachments of a statement, at most.
pub const MAX_ATTACHMENTS: usize = 32;

/// A platform discloses figures, or a regulator those that it collected: inline, or as a table in an attachment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisclosureFiled {
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// The last day on which figures in it that are sealed or suppressed are claimed to be confidential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidential_until: Option<Date>,
    /// What the author calls it.
    pub disclosure: DocumentId,
    /// The figures, where they are few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observations: Option<List<Observation, MAX_OBSERVATIONS>>,
    /// The period that it is a report on.
    pub period: Period,
    /// The service that it is about, or the family of services.
    pub service: Slug,
    /// A line that says what it is about.
    pub subject: Label,
}

/// The author of a disclosure replaces figures in it. What it corrects stays on the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectionFiled {
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Set<Attachment, MAX_ATTACHMENTS>>,
    /// What the author calls it.
    pub correction: DocumentId,
    /// Whether the author holds the change to be material.
    pub material: bool,
    /// What was wrong, in the author's words.
    pub note: Text,
    /// The figures as they should have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observations: Option<List<Observation, MAX_OBSERVATIONS>>,
    /// What kind of thing was wrong.
    pub reason: CorrectionReason,
    /// The disclosure or correction that it corrects.
    pub supersedes: DocumentId,
}

/// Why a figure is corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionReason {
    /// It contradicted another figure.
    Inconsistency,
    /// It was wrong.
    Error,
    /// It is now counted differently.
    MethodologyChange,
    /// Data came in late.
    LateData,
}

/// A file that a statement names by its hash. The file is not in the entry: it is kept beside the entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// What a machine may read in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<Holds>,
    /// Its length in bytes.
    pub length: Count,
    /// Its media type.
    pub media_type: Label,
    /// Its name, for people.
    pub name: Label,
    /// The rows of its table, so that each can be proven by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<Rows>,
    /// Its SHA-256.
    pub sha256: Hash,
}

/// What a machine may read in an attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// A table of observations, as FORMAT.md specifies it.
    Observations,
}

/// The rows of a table: how many, and what they hash to. The leaves of the tree are the lines of the file after the
/// header, without their ends. FORMAT.md, section 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    /// How many.
    pub count: Positive,
    /// The root of the Merkle tree over them.
    pub root: Hash,
}

impl Attachment {
    /// Holds what the statement says of the rows, if it says anything, against those that are in the file.
    ///
    /// # Errors
    /// `attachment-rows-mismatch`.
    pub fn check_rows(&self, found: Rows) -> Result<(), Fault> {
        match self.rows {
            Some(said) if said != found => {
                Err(Fault::new(Code::AttachmentRowsMismatch, said.to_string(), found.to_string()))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn check_shape(&self) -> Result<(), &'static str> {
        if self.holds.is_none() && self.rows.is_some() {
            return Err("rows of an attachment that holds no observations");
        }
        if self.holds.is_some() && self.media_type.as_str() != "text/csv" {
            return Err("a table of observations whose media type is not text/csv");
        }
        Ok(())
    }
}

impl std::fmt::Display for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} rows with root {}", self.count, self.root)
    }
}
