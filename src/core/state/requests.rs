//! Requests: who was asked what by when, and what became of each item. Overdue, late and silent are not here: they are
//! derived from this when somebody asks.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::deadlines::check_deadline;
use super::documents::Kind;
use super::registry::Takes;
use super::{Placed, State};
use crate::core::event::registry::Role;
use crate::core::event::request::Item;
use crate::core::event::response::Outcome;
use crate::core::event::{
    Answer, Deadline, LegalBasis, RequestAmended, RequestExtended, RequestIssued, RequestWithdrawn, ResponseFiled,
};
use crate::core::fault::{Code, Fault};
use crate::core::text::{DocumentId, Label, Slug};
use crate::core::time::Millis;

/// The requests of a ledger by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests(BTreeMap<DocumentId, Request>);

/// A request as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The entry that issued it.
    pub index: u64,
    /// Who issued it.
    pub issuer: Slug,
    /// What it is about.
    pub title: Label,
    /// Whether the addressees are bound to answer.
    pub compulsory: bool,
    /// Under which power.
    pub legal_basis: Option<LegalBasis>,
    /// The items of each version, version 1 first; the last is the current one.
    pub versions: Vec<Vec<Item>>,
    /// Who is asked.
    pub addressees: BTreeMap<Slug, Addressee>,
    /// The entry that withdrew it.
    pub withdrawn: Option<u64>,
}

/// One addressee of a request, and what it said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressee {
    /// By when it is to answer, extensions included.
    pub deadline: Option<Deadline>,
    /// Its responses in order, superseded ones too.
    pub responses: Vec<Response>,
}

/// A response as the law remembers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// Its name.
    pub response: DocumentId,
    /// The entry that it is in.
    pub index: u64,
    /// When it was recorded.
    pub recorded_at: Millis,
    /// The version of the request that it answers.
    pub version: u64,
    /// What it says of each item.
    pub items: Vec<Answer>,
    /// The entry that superseded it.
    pub superseded_by: Option<u64>,
}

impl Requests {
    /// The request of that name.
    pub fn find(&self, id: &DocumentId) -> Option<&Request> {
        self.0.get(id)
    }

    /// All requests by name.
    pub fn iter(&self) -> impl Iterator<Item = (&DocumentId, &Request)> {
        self.0.iter()
    }

    fn find_mut(&mut self, id: &DocumentId) -> Option<&mut Request> {
        self.0.get_mut(id)
    }

    fn known(&self, id: &DocumentId) -> Result<&Request, Fault> {
        self.find(id).ok_or_else(|| Fault::new(Code::RequestUnknown, "a request on this ledger", id.as_str()))
    }

    fn issued_by(&self, id: &DocumentId, author: &Slug) -> Result<&Request, Fault> {
        let request = self.known(id)?;
        if request.issuer != *author {
            return Err(Fault::new(Code::NotIssuer, request.issuer.as_str(), author.as_str()));
        }
        request.check_live(id)?;
        Ok(request)
    }
}

impl Request {
    /// The current version, from 1.
    pub fn version(&self) -> u64 {
        self.versions.len() as u64
    }

    /// The items of the current version.
    pub fn items(&self) -> &[Item] {
        self.versions.last().map_or(&[], |items| items)
    }

    fn check_live(&self, id: &DocumentId) -> Result<(), Fault> {
        match self.withdrawn {
            None => Ok(()),
            Some(index) => {
                let found = format!("{id}, withdrawn by entry {index}");
                Err(Fault::new(Code::RequestWithdrawn, "a request not withdrawn", found))
            }
        }
    }
}

impl Addressee {
    /// The response to that version which nothing supersedes.
    pub fn live_response(&self, version: u64) -> Option<&Response> {
        self.responses.iter().find(|response| response.version == version && response.superseded_by.is_none())
    }
}

impl State {
    pub(super) fn issue_request(&mut self, placed: &Placed<'_>, event: &RequestIssued) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Regulator, Role::CivilSociety])?;
        self.documents.check_new(placed, &event.request)?;
        let issuer = &placed.statement.author;
        if event.compulsory {
            if self.registry.active(issuer)?.role != Role::Regulator {
                return Err(Fault::new(Code::CompulsionNotAllowed, "a regulator to compel", issuer.as_str()));
            }
            if event.legal_basis.is_none() {
                return Err(Fault::new(Code::CompulsionNotAllowed, "a legal basis to compel", "none"));
            }
        }
        for addressee in event.addressees.iter() {
            let role = self.registry.not_retired(addressee)?.role;
            if role != Role::Platform {
                let found = format!("{addressee} ({})", role.as_str());
                return Err(Fault::new(Code::RoleNotAllowed, "platforms as addressees", found));
            }
        }
        check_items_differ(event.items.iter().map(|item| &item.item))?;
        event.deadline.as_ref().map_or(Ok(()), check_deadline)?;
        self.registry.check_cosigners(placed, Takes::supporters())?;
        let addressee = Addressee { deadline: event.deadline.clone(), responses: Vec::new() };
        let request = Request {
            index: placed.index,
            issuer: issuer.clone(),
            title: event.title.clone(),
            compulsory: event.compulsory,
            legal_basis: event.legal_basis.clone(),
            versions: vec![event.items.to_vec()],
            addressees: event.addressees.iter().map(|id| (id.clone(), addressee.clone())).collect(),
            withdrawn: None,
        };
        self.documents.insert(placed, &event.request, Kind::Request);
        self.requests.0.insert(event.request.clone(), request);
        Ok(())
    }

    pub(super) fn amend_request(&mut self, placed: &Placed<'_>, event: &RequestAmended) -> Result<(), Fault> {
        let request = self.requests.issued_by(&event.request, &placed.statement.author)?;
        let (next, found) = (request.version() + 1, event.version.unsigned());
        if found != next {
            return Err(Fault::new(Code::VersionMismatch, format!("version {next}"), format!("version {found}")));
        }
        check_items_differ(event.items.iter().map(|item| &item.item))?;
        self.registry.check_cosigners(placed, Takes::supporters())?;
        if let Some(request) = self.requests.find_mut(&event.request) {
            request.versions.push(event.items.to_vec());
        }
        Ok(())
    }

    pub(super) fn extend_request(&mut self, placed: &Placed<'_>, event: &RequestExtended) -> Result<(), Fault> {
        let request = self.requests.issued_by(&event.request, &placed.statement.author)?;
        let meant: Vec<Slug> = match &event.addressees {
            None => request.addressees.keys().cloned().collect(),
            Some(addressees) => addressees.to_vec(),
        };
        if let Some(stranger) = meant.iter().find(|id| !request.addressees.contains_key(*id)) {
            return Err(not_addressee(&event.request, stranger));
        }
        check_deadline(&event.deadline)?;
        for addressee in meant.iter().filter_map(|id| request.addressees.get(id)) {
            let later = |found| Fault::new(Code::DeadlineNotLater, "a deadline later than the current one", found);
            let current = addressee.deadline.as_ref().ok_or_else(|| later("no current deadline".to_owned()))?;
            if event.deadline.ends_at <= current.ends_at {
                return Err(later(format!("{} after {}", event.deadline.ends_at, current.ends_at)));
            }
            if placed.recorded_at.time() >= current.ends_at {
                let expected = format!("an extension before {}", current.ends_at);
                return Err(Fault::new(Code::DeadlinePassed, expected, placed.recorded_at.to_string()));
            }
        }
        self.registry.check_cosigners(placed, Takes::supporters())?;
        if let Some(request) = self.requests.find_mut(&event.request) {
            for addressee in request.addressees.iter_mut().filter(|(id, _)| meant.contains(id)).map(|(_, it)| it) {
                addressee.deadline = Some(event.deadline.clone());
            }
        }
        Ok(())
    }

    pub(super) fn withdraw_request(&mut self, placed: &Placed<'_>, event: &RequestWithdrawn) -> Result<(), Fault> {
        self.requests.issued_by(&event.request, &placed.statement.author)?;
        self.registry.check_cosigners(placed, Takes::supporters())?;
        if let Some(request) = self.requests.find_mut(&event.request) {
            request.withdrawn = Some(placed.index);
        }
        Ok(())
    }

    pub(super) fn file_response(&mut self, placed: &Placed<'_>, event: &ResponseFiled) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Platform])?;
        self.documents.check_new(placed, &event.response)?;
        let author = &placed.statement.author;
        let request = self.requests.known(&event.request)?;
        request.check_live(&event.request)?;
        let addressee = request.addressees.get(author).ok_or_else(|| not_addressee(&event.request, author))?;
        let (current, version) = (request.version(), event.version.unsigned());
        if version != current {
            return Err(Fault::new(Code::VersionMismatch, format!("version {current}"), format!("version {version}")));
        }
        self.check_answers(placed, request.items(), &event.items)?;
        let live = addressee.live_response(version).map(|response| &response.response);
        if live != event.supersedes.as_ref() {
            let name = |id: Option<&DocumentId>| id.map_or("nothing".to_owned(), ToString::to_string);
            let expected = format!("a response that supersedes {}", name(live));
            return Err(Fault::new(Code::ResponseNotSuperseding, expected, name(event.supersedes.as_ref())));
        }
        self.registry.check_cosigners(placed, Takes::nobody())?;
        if let Some(superseded) = &event.supersedes {
            self.documents.supersede(superseded, placed.index);
        }
        self.documents.insert(placed, &event.response, Kind::Response);
        let response = Response {
            response: event.response.clone(),
            index: placed.index,
            recorded_at: placed.recorded_at,
            version,
            items: event.items.to_vec(),
            superseded_by: None,
        };
        if let Some(addressee) = self.requests.find_mut(&event.request).and_then(|it| it.addressees.get_mut(author)) {
            let superseded = addressee.responses.iter_mut().find(|it| Some(&it.response) == event.supersedes.as_ref());
            superseded.into_iter().for_each(|it| it.superseded_by = Some(placed.index));
            addressee.responses.push(response);
        }
        Ok(())
    }

    fn check_answers(&self, placed: &Placed<'_>, asked: &[Item], answers: &[Answer]) -> Result<(), Fault> {
        let mut answered = BTreeSet::new();
        for answer in answers {
            if !asked.iter().any(|item| item.item == answer.item) {
                return Err(Fault::new(Code::ItemUnknown, "an item of the request", answer.item.as_str()));
            }
            if !answered.insert(&answer.item) {
                return Err(item_twice(&answer.item));
            }
            if let Outcome::Answered { disclosures, .. } = &answer.outcome {
                disclosures.iter().try_for_each(|id| self.documents.own_disclosure(placed, id).map(drop))?;
            }
        }
        Ok(())
    }
}

fn check_items_differ<'a>(items: impl Iterator<Item = &'a Slug>) -> Result<(), Fault> {
    let mut known = BTreeSet::new();
    items.into_iter().try_for_each(|item| if known.insert(item) { Ok(()) } else { Err(item_twice(item)) })
}

fn item_twice(item: &Slug) -> Fault {
    Fault::new(Code::ItemDuplicate, "each item once", format!("{item} twice"))
}

fn not_addressee(request: &DocumentId, actor: &Slug) -> Fault {
    Fault::new(Code::NotAddressee, format!("an addressee of {request}"), actor.as_str())
}
