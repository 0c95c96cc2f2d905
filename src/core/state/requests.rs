//! Requests: who was asked what by when, and what each addressee said. Overdue, late and silent are not here: they are
//! derived from this when somebody asks.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::deadlines::check_deadline;
use super::documents::Kind;
use super::registry::Takes;
use super::{Placed, State};
use crate::core::event::{
    Answer, Deadline, Item, LegalBasis, RequestAmended, RequestExtended, RequestIssued, RequestWithdrawn, Role,
};
use crate::core::fault::{Code, Fault};
use crate::core::shelf::{Scratch, Shelf};
use crate::core::text::{DocumentId, Label, Slug};
use crate::core::time::{Millis, Time};

/// The requests of a ledger by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requests {
    issued: BTreeMap<DocumentId, Request>,
    /// Which request each response answers, and for whom.
    answered: Shelf<DocumentId, (DocumentId, Slug)>,
}

/// A request as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The entry that issued it.
    pub index: u64,
    /// When that was recorded.
    pub issued_at: Millis,
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
    /// Who is asked. In boxes: a map has room for eleven, and most requests have one.
    pub addressees: BTreeMap<Slug, Box<Addressee>>,
    /// The entry that withdrew it.
    pub withdrawn: Option<u64>,
}

/// One addressee of a request, and what it said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressee {
    /// By when it is to answer, extensions included.
    pub deadline: Option<Deadline>,
    /// By when it was to answer at first, and the last entry that gave it longer.
    pub extended: Option<(Time, u64)>,
    /// The entry in which it acknowledged receipt.
    pub acknowledged: Option<u64>,
    /// The last entry in which it said anything about the request.
    pub heard: Option<u64>,
    /// The entry by which a tribunal set the request aside for it.
    pub set_aside: Option<u64>,
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
    /// The entry in which its author took it back.
    pub retracted_by: Option<u64>,
}

impl Requests {
    /// Gives them a scratch, for what grows with every response.
    pub(super) fn keep_in(&mut self, scratch: &Scratch) {
        self.answered.keep_in(scratch);
    }

    /// The request of that name.
    pub fn find(&self, id: &DocumentId) -> Option<&Request> {
        self.issued.get(id)
    }

    /// All requests by name.
    pub fn iter(&self) -> impl Iterator<Item = (&DocumentId, &Request)> {
        self.issued.iter()
    }

    pub(super) fn find_mut(&mut self, id: &DocumentId) -> Option<&mut Request> {
        self.issued.get_mut(id)
    }

    pub(super) fn known(&self, id: &DocumentId) -> Result<&Request, Fault> {
        self.find(id).ok_or_else(|| Fault::new(Code::RequestUnknown, "a request on this ledger", id.as_str()))
    }

    /// A response was filed, in place of the one that it supersedes.
    pub(super) fn answer(
        &mut self,
        id: &DocumentId,
        addressee: Slug,
        response: Response,
        superseded: Option<&DocumentId>,
    ) {
        let Some(known) = self.find_mut(id).and_then(|request| request.addressees.get_mut(&addressee)) else { return };
        let superseded = known.responses.iter_mut().find(|known| Some(&known.response) == superseded);
        superseded.into_iter().for_each(|known| known.superseded_by = Some(response.index));
        let name = response.response.clone();
        // Most requests get one.
        known.responses.reserve_exact(1);
        known.responses.push(response);
        self.answered.insert(name, (id.clone(), addressee));
    }

    /// A response was taken back.
    pub(super) fn retract(&mut self, response: &DocumentId, index: u64) {
        let Some((request, addressee)) = self.answered.find(response) else { return };
        let known = self.issued.get_mut(&request).and_then(|request| request.addressees.get_mut(&addressee));
        let mut responses = known.into_iter().flat_map(|known| &mut known.responses);
        if let Some(response) = responses.find(|known| known.response == *response) {
            response.retracted_by = Some(index);
        }
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

    pub(super) fn check_live(&self, id: &DocumentId) -> Result<(), Fault> {
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
    fn give_longer(&mut self, deadline: &Deadline, by: u64) {
        let first = self.extended.map(|(first, _)| first).or(self.deadline.as_ref().map(|deadline| deadline.ends_at));
        self.extended = first.map(|first| (first, by));
        self.deadline = Some(deadline.clone());
    }

    /// The response to that version which stands: neither superseded nor retracted.
    pub fn live_response(&self, version: u64) -> Option<&Response> {
        let stands = |response: &&Response| response.superseded_by.is_none() && response.retracted_by.is_none();
        self.responses.iter().filter(|response| response.version == version).find(stands)
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
        self.check_platforms(&event.addressees)?;
        check_items_differ(event.items.iter().map(|item| &item.item))?;
        event.deadline.as_ref().map_or(Ok(()), check_deadline)?;
        if let Some(draft) = &event.draft {
            self.check_raiser(placed, self.matters.open(draft, Kind::Draft)?)?;
        }
        self.registry.check_cosigners(placed, Takes::supporters())?;
        event.draft.iter().for_each(|draft| self.matters.settle(draft, placed.index));
        let addressee = Addressee { deadline: event.deadline.clone(), ..Addressee::default() };
        let request = Request {
            index: placed.index,
            issued_at: placed.recorded_at,
            issuer: issuer.clone(),
            title: event.title.clone(),
            compulsory: event.compulsory,
            legal_basis: event.legal_basis.clone(),
            versions: vec![event.items.to_vec()],
            addressees: event.addressees.iter().map(|id| (id.clone(), Box::new(addressee.clone()))).collect(),
            withdrawn: None,
        };
        self.documents.insert(placed, &event.request, Kind::Request);
        self.requests.issued.insert(event.request.clone(), request);
        Ok(())
    }

    pub(super) fn amend_request(&mut self, placed: &Placed<'_>, event: &RequestAmended) -> Result<(), Fault> {
        let request = self.requests.issued_by(&event.request, &placed.statement.author)?;
        let (next, found) = (request.version() + 1, event.version.unsigned());
        if found != next {
            return Err(Fault::new(Code::VersionMismatch, format!("version {next}"), format!("version {found}")));
        }
        check_items_differ(event.items.iter().map(|item| &item.item))?;
        check_time_left(placed, request, event.deadline.as_ref())?;
        if let Some(amendment) = &event.amendment {
            self.check_concerns(amendment, Kind::Amendment, &event.request)?;
        }
        self.registry.check_cosigners(placed, Takes::supporters())?;
        event.amendment.iter().for_each(|amendment| self.matters.settle(amendment, placed.index));
        if let Some(request) = self.requests.find_mut(&event.request) {
            request.versions.push(event.items.to_vec());
            if let Some(deadline) = &event.deadline {
                request.addressees.values_mut().for_each(|it| it.give_longer(deadline, placed.index));
            }
        }
        Ok(())
    }

    pub(super) fn extend_request(&mut self, placed: &Placed<'_>, event: &RequestExtended) -> Result<(), Fault> {
        let request = self.requests.issued_by(&event.request, &placed.statement.author)?;
        let asked = match &event.extension {
            None => None,
            Some(extension) => Some(self.check_concerns(extension, Kind::Extension, &event.request)?),
        };
        let meant: Vec<Slug> = match (asked, &event.addressees) {
            (Some(by), _) => {
                let spoken_for = |id: &&Slug| self.registry.speaks_for(by, id.as_str());
                request.addressees.keys().filter(spoken_for).cloned().collect()
            }
            (None, Some(addressees)) => addressees.to_vec(),
            (None, None) => request.addressees.keys().cloned().collect(),
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
            check_ahead(placed, current)?;
        }
        self.registry.check_cosigners(placed, Takes::supporters())?;
        event.extension.iter().for_each(|extension| self.matters.settle(extension, placed.index));
        if let Some(request) = self.requests.find_mut(&event.request) {
            for addressee in request.addressees.iter_mut().filter(|(id, _)| meant.contains(id)).map(|(_, it)| it) {
                addressee.give_longer(&event.deadline, placed.index);
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

    /// A matter of that kind, not settled, about that request. Returns who raised it.
    fn check_concerns(&self, id: &DocumentId, kind: Kind, request: &DocumentId) -> Result<&Slug, Fault> {
        let matter = self.matters.open(id, kind)?;
        if matter.about.as_ref() == Some(request) {
            return Ok(&matter.raised_by);
        }
        Err(Fault::new(Code::DocumentUnknown, format!("a {} about {request}", kind.as_str()), id.as_str()))
    }
}

/// What is asked anew can still be answered in time: a new deadline is later than every current one and lies ahead; with
/// none, no current one has passed.
fn check_time_left(placed: &Placed<'_>, request: &Request, deadline: Option<&Deadline>) -> Result<(), Fault> {
    let mut current = request.addressees.values().filter_map(|addressee| addressee.deadline.as_ref());
    if let Some(deadline) = deadline {
        check_deadline(deadline)?;
        if let Some(current) = current.find(|current| deadline.ends_at <= current.ends_at) {
            let found = format!("{} after {}", deadline.ends_at, current.ends_at);
            return Err(Fault::new(Code::DeadlineNotLater, "a deadline later than the current one", found));
        }
        return check_ahead(placed, deadline);
    }
    current.try_for_each(|current| check_ahead(placed, current))
}

/// The deadline has not passed when the statement is recorded.
pub(super) fn check_ahead(placed: &Placed<'_>, deadline: &Deadline) -> Result<(), Fault> {
    if placed.recorded_at.time() < deadline.ends_at {
        return Ok(());
    }
    let expected = format!("a deadline that lies ahead, or this before {}", deadline.ends_at);
    Err(Fault::new(Code::DeadlinePassed, expected, placed.recorded_at.to_string()))
}

pub(super) fn check_items_differ<'a>(items: impl Iterator<Item = &'a Slug>) -> Result<(), Fault> {
    let mut known = BTreeSet::new();
    items.into_iter().try_for_each(|item| if known.insert(item) { Ok(()) } else { Err(item_twice(item)) })
}

pub(super) fn item_twice(item: &Slug) -> Fault {
    Fault::new(Code::ItemDuplicate, "each item once", format!("{item} twice"))
}

pub(super) fn not_addressee(request: &DocumentId, actor: &Slug) -> Fault {
    Fault::new(Code::NotAddressee, format!("an addressee of {request}"), actor.as_str())
}
