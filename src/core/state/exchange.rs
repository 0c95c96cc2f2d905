//! What passes between the two sides of a request beside the answer: drafts and representations, receipts,
//! clarifications, more time, other terms, and orders to keep data.

use super::deadlines::check_deadline;
use super::documents::Kind;
use super::matters::Matter;
use super::registry::Takes;
use super::requests::{Addressee, Request, check_ahead, check_items_differ, not_addressee};
use super::{Placed, State};
use crate::core::event::{
    AmendmentRefused, AmendmentRequested, ClarificationGiven, ClarificationRequested, Deadline, ExtensionRefused,
    ExtensionRequested, PreservationRequired, ReceiptAcknowledged, RepresentationsMade, RequestDrafted, Role,
};
use crate::core::fault::{Code, Fault};
use crate::core::text::{DocumentId, Slug};

impl State {
    pub(super) fn draft_request(&mut self, placed: &Placed<'_>, event: &RequestDrafted) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Regulator])?;
        self.documents.check_new(placed, &event.draft)?;
        self.check_platforms(&event.addressees)?;
        check_items_differ(event.items.iter().map(|item| &item.item))?;
        event.representations_by.as_ref().map_or(Ok(()), |deadline| check_time_to_answer(placed, deadline))?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        let until = event.representations_by.as_ref().map(|deadline| deadline.ends_at);
        let parties = event.addressees.to_vec();
        let matter = Matter { parties, until, ..Matter::raised(placed, Kind::Draft) };
        self.raise(placed, &event.draft, matter);
        Ok(())
    }

    pub(super) fn make_representations(
        &mut self,
        placed: &Placed<'_>,
        event: &RepresentationsMade,
    ) -> Result<(), Fault> {
        self.documents.check_new(placed, &event.representations)?;
        let kind = match self.document(&event.about)?.kind {
            kind @ (Kind::Draft | Kind::Notice) => kind,
            _ => {
                let found = event.about.as_str();
                return Err(Fault::new(Code::DocumentUnknown, "a draft or a provisional notice", found));
            }
        };
        let matter = self.matters.open(&event.about, kind)?;
        self.check_party(placed, matter)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.matters.hear(&event.about, placed.index);
        self.documents.insert(placed, &event.representations, Kind::Representations);
        Ok(())
    }

    pub(super) fn acknowledge_receipt(
        &mut self,
        placed: &Placed<'_>,
        event: &ReceiptAcknowledged,
    ) -> Result<(), Fault> {
        let (_, addressee) = self.addressed(placed, &event.request)?;
        let known = self.requests.known(&event.request)?.addressees.get(&addressee).and_then(|it| it.acknowledged);
        if let Some(index) = known {
            let found = format!("{}, acknowledged by entry {index}", event.request);
            return Err(Fault::new(Code::MatterSettled, "a receipt not yet acknowledged", found));
        }
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.hear_addressee(placed, &event.request, |addressee| {
            addressee.acknowledged.get_or_insert(placed.index);
        });
        Ok(())
    }

    pub(super) fn request_clarification(
        &mut self,
        placed: &Placed<'_>,
        event: &ClarificationRequested,
    ) -> Result<(), Fault> {
        self.documents.check_new(placed, &event.clarification)?;
        let request = self.requests.known(&event.request)?;
        request.check_live(&event.request)?;
        let author = &placed.statement.author;
        let party = match &event.to {
            Some(to) if *author != request.issuer => {
                return Err(Fault::new(Code::NotIssuer, request.issuer.as_str(), format!("{author}, asking {to}")));
            }
            Some(to) if !request.addressees.contains_key(to) => return Err(not_addressee(&event.request, to)),
            Some(to) => to.clone(),
            None => self.addressed(placed, &event.request)?.0.issuer.clone(),
        };
        let stranger = |item: &&Slug| !request.items().iter().any(|known| known.item == **item);
        if let Some(item) = event.items.as_deref().unwrap_or_default().iter().find(stranger) {
            return Err(Fault::new(Code::ItemUnknown, "an item of the request", item.as_str()));
        }
        event.deadline.as_ref().map_or(Ok(()), |deadline| check_time_to_answer(placed, deadline))?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.hear_addressee(placed, &event.request, |_| {});
        let matter = Matter {
            about: Some(event.request.clone()),
            parties: vec![party],
            until: event.deadline.as_ref().map(|deadline| deadline.ends_at),
            ..Matter::raised(placed, Kind::Clarification)
        };
        self.raise(placed, &event.clarification, matter);
        Ok(())
    }

    pub(super) fn give_clarification(&mut self, placed: &Placed<'_>, event: &ClarificationGiven) -> Result<(), Fault> {
        let matter = self.matters.open(&event.clarification, Kind::Clarification)?;
        self.check_party(placed, matter)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        if let Some(request) = matter.about.clone() {
            self.hear_addressee(placed, &request, |_| {});
        }
        self.matters.settle(&event.clarification, placed.index);
        Ok(())
    }

    pub(super) fn request_extension(&mut self, placed: &Placed<'_>, event: &ExtensionRequested) -> Result<(), Fault> {
        self.documents.check_new(placed, &event.extension)?;
        let (request, addressee) = self.addressed(placed, &event.request)?;
        let deadline = request.addressees.get(&addressee).and_then(|addressee| addressee.deadline.as_ref());
        let later = |found| Fault::new(Code::DeadlineNotLater, "a day later than the current deadline", found);
        let current = deadline.ok_or_else(|| later("no current deadline".to_owned()))?;
        if event.until <= current.date {
            return Err(later(format!("{} after {}", event.until, current.date)));
        }
        check_ahead(placed, current)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.raise_with_issuer(placed, &event.extension, Kind::Extension, &event.request);
        Ok(())
    }

    pub(super) fn refuse_extension(&mut self, placed: &Placed<'_>, event: &ExtensionRefused) -> Result<(), Fault> {
        self.settle_as_issuer(placed, &event.extension, Kind::Extension)
    }

    pub(super) fn request_amendment(&mut self, placed: &Placed<'_>, event: &AmendmentRequested) -> Result<(), Fault> {
        self.documents.check_new(placed, &event.amendment)?;
        self.addressed(placed, &event.request)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.raise_with_issuer(placed, &event.amendment, Kind::Amendment, &event.request);
        Ok(())
    }

    pub(super) fn refuse_amendment(&mut self, placed: &Placed<'_>, event: &AmendmentRefused) -> Result<(), Fault> {
        self.settle_as_issuer(placed, &event.amendment, Kind::Amendment)
    }

    pub(super) fn require_preservation(
        &mut self,
        placed: &Placed<'_>,
        event: &PreservationRequired,
    ) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Regulator])?;
        self.documents.check_new(placed, &event.preservation)?;
        self.check_platforms(&event.addressees)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.preservation, Kind::Preservation);
        Ok(())
    }

    /// A request not withdrawn, and the addressee of it for whom the author speaks: itself, else the first, by name, whose
    /// place it took. One for which the request was set aside is passed over.
    pub(super) fn addressed(&self, placed: &Placed<'_>, id: &DocumentId) -> Result<(&Request, Slug), Fault> {
        let request = self.requests.known(id)?;
        request.check_live(id)?;
        let author = &placed.statement.author;
        let spoken_for = request.addressees.iter().filter(|(it, _)| self.registry.speaks_for(author, it.as_str()));
        let (mut first, mut fallen) = (None, None);
        for (addressee, known) in spoken_for {
            match known.set_aside {
                Some(index) => fallen = Some(index),
                None if addressee == author => return Ok((request, addressee.clone())),
                None => first = first.or(Some(addressee)),
            }
        }
        match (first, fallen) {
            (Some(addressee), _) => Ok((request, addressee.clone())),
            (None, Some(index)) => Err(set_aside(id, author, index)),
            (None, None) => Err(not_addressee(id, author)),
        }
    }

    /// The author said something about a request: so did every addressee for whom it speaks, and to each the act is done.
    pub(super) fn hear_addressee(&mut self, placed: &Placed<'_>, id: &DocumentId, act: impl Fn(&mut Addressee)) {
        let (author, registry) = (&placed.statement.author, &self.registry);
        let Some(request) = self.requests.find_mut(id) else { return };
        for (_, addressee) in request.addressees.iter_mut().filter(|(it, _)| registry.speaks_for(author, it.as_str())) {
            addressee.heard = Some(placed.index);
            act(addressee);
        }
    }

    /// Addressees are platforms that were not retired.
    pub(super) fn check_platforms(&self, addressees: &[Slug]) -> Result<(), Fault> {
        for addressee in addressees {
            let role = self.registry.not_retired(addressee)?.role;
            if role != Role::Platform {
                let found = format!("{addressee} ({})", role.as_str());
                return Err(Fault::new(Code::RoleNotAllowed, "platforms as addressees", found));
            }
        }
        Ok(())
    }

    fn raise_with_issuer(&mut self, placed: &Placed<'_>, id: &DocumentId, kind: Kind, request: &DocumentId) {
        let parties = self.requests.find(request).map(|request| request.issuer.clone()).into_iter().collect();
        self.hear_addressee(placed, request, |_| {});
        self.raise(placed, id, Matter { about: Some(request.clone()), parties, ..Matter::raised(placed, kind) });
    }

    fn settle_as_issuer(&mut self, placed: &Placed<'_>, id: &DocumentId, kind: Kind) -> Result<(), Fault> {
        let matter = self.matters.open(id, kind)?;
        self.check_party(placed, matter)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.matters.settle(id, placed.index);
        Ok(())
    }
}

/// Who is asked to answer by a day can still do so.
pub(super) fn check_time_to_answer(placed: &Placed<'_>, deadline: &Deadline) -> Result<(), Fault> {
    check_deadline(deadline)?;
    check_ahead(placed, deadline)
}

pub(super) fn set_aside(request: &DocumentId, addressee: &Slug, index: u64) -> Fault {
    let found = format!("{request}, set aside for {addressee} by entry {index}");
    Fault::new(Code::RequestWithdrawn, "a request not withdrawn", found)
}
