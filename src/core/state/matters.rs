//! Matters: what one side raises and another is to settle, once. A draft, a question, a request for more time or for other
//! terms, an investigation, a provisional notice, an appeal, an audit, a discrepancy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::documents::Kind;
use super::{Placed, State};
use crate::core::fault::{Code, Fault};
use crate::core::text::{DocumentId, Slug};
use crate::core::time::Time;

/// The matters of a ledger, by the document that raised each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matters(BTreeMap<DocumentId, Matter>);

/// Something raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matter {
    /// What it is.
    pub kind: Kind,
    /// The entry that raised it.
    pub index: u64,
    /// Who raised it.
    pub raised_by: Slug,
    /// The document that it is about.
    pub about: Option<DocumentId>,
    /// Who is to settle it, or, in what its raiser settles, whom it is addressed to.
    pub parties: Vec<Slug>,
    /// The first instant that is too late to be heard.
    pub until: Option<Time>,
    /// The last entry by which a party was heard.
    pub heard: Option<u64>,
    /// The entry that settled it.
    pub settled: Option<u64>,
}

impl Matters {
    /// The matter that a document raised.
    pub fn find(&self, id: &DocumentId) -> Option<&Matter> {
        self.0.get(id)
    }

    /// All matters, by the document that raised each.
    pub fn iter(&self) -> impl Iterator<Item = (&DocumentId, &Matter)> {
        self.0.iter()
    }

    /// The matter of that kind.
    pub(super) fn known(&self, id: &DocumentId, kind: Kind) -> Result<&Matter, Fault> {
        let known = self.find(id).filter(|matter| matter.kind == kind);
        known.ok_or_else(|| {
            Fault::new(Code::DocumentUnknown, format!("a document that is a {}", kind.as_str()), id.as_str())
        })
    }

    /// The matter of that kind, if it is not settled.
    pub(super) fn open(&self, id: &DocumentId, kind: Kind) -> Result<&Matter, Fault> {
        let matter = self.known(id, kind)?;
        match matter.settled {
            None => Ok(matter),
            Some(index) => {
                let found = format!("{id}, settled by entry {index}");
                Err(Fault::new(Code::MatterSettled, format!("a {} not yet settled", kind.as_str()), found))
            }
        }
    }

    pub(super) fn settle(&mut self, id: &DocumentId, index: u64) {
        if let Some(matter) = self.0.get_mut(id) {
            matter.settled = Some(index);
        }
    }

    pub(super) fn hear(&mut self, id: &DocumentId, index: u64) {
        if let Some(matter) = self.0.get_mut(id) {
            matter.heard = Some(index);
        }
    }
}

impl Matter {
    /// Raised by the author of a statement, with nobody to settle it yet.
    pub(super) fn raised(placed: &Placed<'_>, kind: Kind) -> Self {
        Self {
            kind,
            index: placed.index,
            raised_by: placed.statement.author.clone(),
            about: None,
            parties: Vec::new(),
            until: None,
            heard: None,
            settled: None,
        }
    }
}

impl State {
    /// Keeps a matter, and the document that raises it.
    pub(super) fn raise(&mut self, placed: &Placed<'_>, id: &DocumentId, matter: Matter) {
        self.documents.insert(placed, id, matter.kind);
        self.matters.0.insert(id.clone(), matter);
    }

    /// Whether the author is a party to a matter, or succeeded one.
    pub(super) fn check_party(&self, placed: &Placed<'_>, matter: &Matter) -> Result<(), Fault> {
        let author = &placed.statement.author;
        if matter.parties.iter().any(|party| self.registry.speaks_for(author, party.as_str())) {
            return Ok(());
        }
        let parties: Vec<&str> = matter.parties.iter().map(Slug::as_str).collect();
        Err(Fault::new(Code::NotAParty, parties.join(" or "), author.as_str()))
    }

    /// Whether the author raised a matter.
    pub(super) fn check_raiser(&self, placed: &Placed<'_>, matter: &Matter) -> Result<(), Fault> {
        if matter.raised_by == placed.statement.author {
            return Ok(());
        }
        Err(Fault::new(Code::NotIssuer, matter.raised_by.as_str(), placed.statement.author.as_str()))
    }
}
