//! What an issuer does with its requests: issues, amends, extends and withdraws them.

use super::{Addressee, Request, check_ahead, check_items_differ, not_addressee};
use crate::core::event::{Deadline, RequestAmended, RequestExtended, RequestIssued, RequestWithdrawn, Role};
use crate::core::fault::{Code, Fault};
use crate::core::state::deadlines::check_deadline;
use crate::core::state::documents::Kind;
use crate::core::state::registry::Takes;
use crate::core::state::{Placed, State};
use crate::core::text::{DocumentId, Slug};

impl State {
    pub(in crate::core::state) fn issue_request(
        &mut self,
        placed: &Placed<'_>,
        event: &RequestIssued,
    ) -> Result<(), Fault> {
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

    pub(in crate::core::state) fn amend_request(
        &mut self,
        placed: &Placed<'_>,
        event: &RequestAmended,
    ) -> Result<(), Fault> {
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

    pub(in crate::core::state) fn extend_request(
        &mut self,
        placed: &Placed<'_>,
        event: &RequestExtended,
    ) -> Result<(), Fault> {
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

    pub(in crate::core::state) fn withdraw_request(
        &mut self,
        placed: &Placed<'_>,
        event: &RequestWithdrawn,
    ) -> Result<(), Fault> {
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
