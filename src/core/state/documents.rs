//! Documents by name: what was filed, by whom, and what superseded it.

mod kind;

use std::io;

use serde::{Deserialize, Serialize};

use super::deadlines::check_past;
use super::registry::Takes;
use super::{Placed, State};
use crate::core::event::{DocumentPublished, DocumentRetracted, ErrorNotified, FindingAnswered, Role};
use crate::core::fault::{Code, Fault};
use crate::core::shelf::{Fields, KeptRun, OpenedRun, Scratch, Shelf, Space, Stored, put_number};
use crate::core::text::DocumentId;

pub use kind::Kind;

/// The documents of a ledger. A document's author is the first part of its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documents(Shelf<DocumentId, Document>);

/// What the ledger knows of a document; the rest stands in its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What it is.
    pub kind: Kind,
    /// The entry that it is in.
    pub index: u64,
    /// The entry that superseded it.
    pub superseded_by: Option<u64>,
    /// The entry of the document that it superseded.
    pub supersedes: Option<u64>,
    /// The entry in which its author took it back.
    pub retracted_by: Option<u64>,
}

/// The kind, which of the others there are, and the numbers.
impl Stored for Document {
    fn put(&self, bytes: &mut Vec<u8>) {
        let others = [self.superseded_by, self.supersedes, self.retracted_by];
        bytes.push(self.kind as u8);
        bytes.push((0..).zip(others).map(|(bit, other)| u8::from(other.is_some()) << bit).sum());
        std::iter::once(self.index).chain(others.into_iter().flatten()).for_each(|number| put_number(bytes, number));
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields::of(bytes);
        let kind = *Kind::ALL.get(usize::from(fields.byte()?))?;
        let others = fields.byte()?;
        let index = fields.number()?;
        let mut other = |bit: u8| if others >> bit & 1 == 1 { fields.number().map(Some) } else { Some(None) };
        let (superseded_by, supersedes, retracted_by) = (other(0)?, other(1)?, other(2)?);
        fields.end(Self { kind, index, superseded_by, supersedes, retracted_by })
    }
}

impl Documents {
    /// The document of that name.
    pub fn find(&self, id: &DocumentId) -> Option<Document> {
        self.0.find(id)
    }

    /// All documents by name.
    pub fn iter(&self) -> impl Iterator<Item = (DocumentId, Document)> {
        self.0.iter()
    }

    /// Gives them a scratch.
    pub(super) fn keep_in(&mut self, scratch: &Scratch) {
        self.0.keep_in(scratch);
    }

    /// See [`Shelf::keep`].
    pub(super) fn keep(&mut self, space: &dyn Space) -> io::Result<Vec<KeptRun>> {
        self.0.keep(space)
    }

    /// See [`Shelf::of_kept`].
    pub(super) fn of_kept(runs: Vec<OpenedRun>, scratch: &Scratch) -> io::Result<Self> {
        Shelf::of_kept(runs, scratch).map(Self)
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

    pub(super) fn insert(&mut self, placed: &Placed<'_>, id: &DocumentId, kind: Kind) {
        let document =
            Document { kind, index: placed.index, superseded_by: None, supersedes: None, retracted_by: None };
        self.0.insert(id.clone(), document);
    }

    /// A document, inserted before, took the place of another.
    pub(super) fn supersede(&mut self, superseded: &DocumentId, by: &DocumentId) {
        let Some(later) = self.find(by).map(|document| document.index) else { return };
        let Some(document) = self.find(superseded) else { return };
        self.0.insert(superseded.clone(), Document { superseded_by: Some(later), ..document });
        self.0.change(by, |later| later.supersedes = Some(document.index));
    }
}

impl Document {
    /// The last word on its subject: neither superseded nor retracted.
    pub(super) fn check_stands(&self, id: &DocumentId) -> Result<(), Fault> {
        if let Some(index) = self.superseded_by {
            let found = format!("{id}, superseded by entry {index}");
            return Err(Fault::new(Code::DocumentSuperseded, "a document not yet superseded", found));
        }
        self.check_not_retracted(id)
    }

    pub(super) fn check_not_retracted(&self, id: &DocumentId) -> Result<(), Fault> {
        match self.retracted_by {
            None => Ok(()),
            Some(index) => {
                let found = format!("{id}, retracted by entry {index}");
                Err(Fault::new(Code::DocumentRetracted, "a document not retracted", found))
            }
        }
    }
}

impl State {
    /// A document on this ledger.
    pub(super) fn document(&self, id: &DocumentId) -> Result<Document, Fault> {
        self.documents.find(id).ok_or_else(|| unknown("a document on this ledger", id))
    }

    /// A document of the author's, or of one whose place it took, of any kind.
    pub(super) fn own(&self, placed: &Placed<'_>, id: &DocumentId) -> Result<Document, Fault> {
        let document = self.document(id)?;
        if self.registry.speaks_for(&placed.statement.author, id.author()) {
            return Ok(document);
        }
        let expected = format!("a document of {}", placed.statement.author);
        Err(Fault::new(Code::DocumentNotOwn, expected, id.as_str()))
    }

    /// A disclosure or correction of the author's that was not retracted.
    pub(super) fn own_disclosure(&self, placed: &Placed<'_>, id: &DocumentId) -> Result<Document, Fault> {
        let document = self.own(placed, id)?;
        if !matches!(document.kind, Kind::Disclosure | Kind::Correction) {
            return Err(unknown("a disclosure or correction", id));
        }
        document.check_not_retracted(id)?;
        Ok(document)
    }

    pub(super) fn publish_document(&mut self, placed: &Placed<'_>, event: &DocumentPublished) -> Result<(), Fault> {
        if self.check_role(placed, &[Role::Regulator]).is_ok() {
            self.document(&event.document)?;
        } else {
            self.own(placed, &event.document)?;
        }
        check_past(placed, event.on)?;
        self.registry.check_cosigners(placed, Takes::nobody())
    }

    pub(super) fn retract_document(&mut self, placed: &Placed<'_>, event: &DocumentRetracted) -> Result<(), Fault> {
        let id = &event.document;
        let document = self.own(placed, id)?;
        if !document.kind.can_be_retracted() {
            return Err(unknown("a document that its author can take back", id));
        }
        document.check_stands(id)?;
        let kind = document.kind;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.0.change(id, |document| document.retracted_by = Some(placed.index));
        match kind {
            Kind::Response => self.requests.retract(id, placed.index),
            Kind::Definition => self.measures.forget(id),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn notify_error(&mut self, placed: &Placed<'_>, event: &ErrorNotified) -> Result<(), Fault> {
        self.documents.check_new(placed, &event.error)?;
        self.own(placed, &event.document)?;
        event.known_on.map_or(Ok(()), |day| check_past(placed, day))?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.error, Kind::ErrorNotice);
        Ok(())
    }

    pub(super) fn answer_finding(&mut self, placed: &Placed<'_>, event: &FindingAnswered) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Platform, Role::Regulator])?;
        self.documents.check_new(placed, &event.answer)?;
        if let Some(entry) = event.entries.iter().find(|entry| entry.unsigned() >= placed.index) {
            let expected = format!("an entry below {}", placed.index);
            return Err(Fault::new(Code::EntryUnknown, expected, format!("entry {entry}")));
        }
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.answer, Kind::Answer);
        Ok(())
    }
}

fn unknown(expected: &str, id: &DocumentId) -> Fault {
    Fault::new(Code::DocumentUnknown, expected, id.as_str())
}
