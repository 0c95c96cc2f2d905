//! Documents by name: what was filed, by whom, and what superseded it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Placed;
use crate::core::fault::{Code, Fault};
use crate::core::text::DocumentId;

/// The documents of a ledger. A document's author is the first part of its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documents(BTreeMap<DocumentId, Document>);

/// What the ledger knows of a document; the rest stands in its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What it is.
    pub kind: Kind,
    /// The entry that it is in.
    pub index: u64,
    /// The entry that superseded it.
    pub superseded_by: Option<u64>,
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the events that file them are documented")]
pub enum Kind {
    Request,
    Response,
    Disclosure,
    Correction,
    ErrorNotice,
}

impl Kind {
    /// The kind in a word or two.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
            Self::Disclosure => "disclosure",
            Self::Correction => "correction",
            Self::ErrorNotice => "notice of error",
        }
    }
}

impl Documents {
    /// The document of that name.
    pub fn find(&self, id: &DocumentId) -> Option<&Document> {
        self.0.get(id)
    }

    /// All documents by name.
    pub fn iter(&self) -> impl Iterator<Item = (&DocumentId, &Document)> {
        self.0.iter()
    }

    /// A new name must be the author's own, and free.
    pub(super) fn check_new(&self, placed: &Placed<'_>, id: &DocumentId) -> Result<(), Fault> {
        let author = placed.statement.author.as_str();
        if id.author() != author {
            return Err(Fault::new(Code::DocumentForeign, format!("a name that begins with {author}/"), id.as_str()));
        }
        match self.find(id) {
            None => Ok(()),
            Some(known) => {
                let found = format!("{id}, named by entry {}", known.index);
                Err(Fault::new(Code::DocumentExists, "a name not yet used", found))
            }
        }
    }

    /// A document of the author's, of any kind.
    pub(super) fn own(&self, placed: &Placed<'_>, id: &DocumentId) -> Result<&Document, Fault> {
        let document = self.find(id).ok_or_else(|| unknown("a document on this ledger", id))?;
        if id.author() != placed.statement.author.as_str() {
            let expected = format!("a document of {}", placed.statement.author);
            return Err(Fault::new(Code::DocumentNotOwn, expected, id.as_str()));
        }
        Ok(document)
    }

    /// A disclosure or correction of the author's.
    pub(super) fn own_disclosure(&self, placed: &Placed<'_>, id: &DocumentId) -> Result<&Document, Fault> {
        let document = self.own(placed, id)?;
        if matches!(document.kind, Kind::Disclosure | Kind::Correction) {
            return Ok(document);
        }
        Err(unknown("a disclosure or correction", id))
    }

    pub(super) fn insert(&mut self, placed: &Placed<'_>, id: &DocumentId, kind: Kind) {
        self.0.insert(id.clone(), Document { kind, index: placed.index, superseded_by: None });
    }

    pub(super) fn supersede(&mut self, id: &DocumentId, by: u64) {
        if let Some(document) = self.0.get_mut(id) {
            document.superseded_by = Some(by);
        }
    }
}

fn unknown(expected: &str, id: &DocumentId) -> Fault {
    Fault::new(Code::DocumentUnknown, expected, id.as_str())
}
