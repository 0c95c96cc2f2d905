//! Requests: who was asked what by when, and what each addressee said. Overdue, late and silent are not here: they are
//! derived from this when somebody asks.

mod issuing;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Placed;
use crate::core::event::{Answer, Deadline, Item, LegalBasis};
use crate::core::fault::{Code, Fault};
use crate::core::shelf::{Fields, Scratch, Shelf, Stored, put_number};
use crate::core::text::{DocumentId, Label, Slug};
use crate::core::time::{Millis, Time};

/// The requests of a ledger by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requests {
    issued: BTreeMap<DocumentId, Request>,
    /// Where each response is.
    filed: Shelf<DocumentId, Filed>,
}

/// Which request a response answers, for whom, and after how many others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Filed {
    request: DocumentId,
    addressee: Slug,
    after: u64,
}

/// How many others, the bytes of the addressee, it, and the request.
impl Stored for Filed {
    fn put(&self, bytes: &mut Vec<u8>) {
        put_number(bytes, self.after);
        put_number(bytes, self.addressee.as_str().len() as u64);
        self.addressee.put(bytes);
        self.request.put(bytes);
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields::of(bytes);
        let (after, length) = (fields.number()?, fields.number()?);
        let addressee = Slug::take(fields.bytes(usize::try_from(length).ok()?)?)?;
        Some(Self { request: DocumentId::take(fields.bytes(fields.left())?)?, addressee, after })
    }

    fn heap_bytes(&self) -> usize {
        self.request.heap_bytes() + self.addressee.heap_bytes()
    }
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
        self.filed.keep_in(scratch);
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
        // What stands is superseded, and nothing else: the last.
        let superseded = known.responses.last_mut().filter(|known| Some(&known.response) == superseded);
        superseded.into_iter().for_each(|known| known.superseded_by = Some(response.index));
        let name = response.response.clone();
        if known.responses.is_empty() {
            // Most requests get one.
            known.responses.reserve_exact(1);
        }
        let after = known.responses.len() as u64;
        known.responses.push(response);
        self.filed.insert(name, Filed { request: id.clone(), addressee, after });
    }

    /// A response was taken back.
    pub(super) fn retract(&mut self, response: &DocumentId, index: u64) {
        let Some(Filed { request, addressee, after }) = self.filed.find(response) else { return };
        let known = self.issued.get_mut(&request).and_then(|request| request.addressees.get_mut(&addressee));
        let at = usize::try_from(after).unwrap_or(usize::MAX);
        if let Some(response) = known.and_then(|known| known.responses.get_mut(at)) {
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

    /// The response to that version which stands, neither superseded nor retracted: the last to it, or none, since each
    /// supersedes what stood when it was filed, and is to the version of that time.
    pub fn live_response(&self, version: u64) -> Option<&Response> {
        let filed = self.responses.partition_point(|response| response.version <= version);
        let last = self.responses[..filed].last().filter(|response| response.version == version);
        last.filter(|response| response.superseded_by.is_none() && response.retracted_by.is_none())
    }
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
