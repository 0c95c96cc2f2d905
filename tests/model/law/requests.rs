//! Requests: what became of them, and the rules of those who issue and answer them.

use std::rc::Rc;

use candour::core::event::{
    AppealOutcome, Deadline, Event, Item, Outcome, RequestAmended, RequestExtended, RequestIssued, ResponseFiled, Role,
};
use candour::core::fault::Code;
use candour::core::text::DocumentId;

use super::{Law, Ruling, Said, Speech, holds};

/// A request as it was issued.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    law: &'a Law,
    pub issued: &'a RequestIssued,
    pub issuer: &'a str,
}

impl Law {
    pub fn request(&self, name: &DocumentId) -> Result<Request<'_>, Code> {
        let request = self.said.iter().find_map(|said| match &said.event {
            Event::RequestIssued(issued) if issued.request == *name => {
                Some(Request { law: self, issued, issuer: &said.by })
            }
            _ => None,
        });
        request.ok_or(Code::RequestUnknown)
    }
}

impl<'a> Request<'a> {
    fn amendments(self) -> Vec<&'a RequestAmended> {
        let amendment = |said: &'a Rc<Said>| match &said.event {
            Event::RequestAmended(event) if event.request == self.issued.request => Some(event),
            _ => None,
        };
        self.law.said.iter().filter_map(amendment).collect()
    }

    pub fn version(self) -> u64 {
        1 + self.amendments().len() as u64
    }

    pub fn has_item(self, item: &str) -> bool {
        let items: &[Item] = self.amendments().last().map_or(&self.issued.items, |event| &event.items);
        items.iter().any(|it| it.item.as_str() == item)
    }

    pub fn is_withdrawn(self) -> bool {
        self.law.said.iter().any(|said| match &said.event {
            Event::RequestWithdrawn(event) => event.request == self.issued.request,
            _ => false,
        })
    }

    /// In the order of the bytes of their names.
    pub fn addressees(self) -> Vec<String> {
        let mut addressees: Vec<String> = self.issued.addressees.iter().map(ToString::to_string).collect();
        addressees.sort();
        addressees
    }

    /// The addressees for whom an actor speaks.
    pub fn spoken_for_by(self, actor: &str) -> Vec<String> {
        self.addressees().into_iter().filter(|it| self.law.speaks_for(actor, it)).collect()
    }

    /// The deadline of an addressee.
    pub fn deadline(self, addressee: &str) -> Option<Deadline> {
        let mut deadline = self.issued.deadline.clone();
        for (at, said) in self.law.said.iter().enumerate() {
            match &said.event {
                Event::RequestAmended(event) if event.request == self.issued.request => {
                    deadline = event.deadline.clone().or(deadline);
                }
                Event::RequestExtended(event) if event.request == self.issued.request => {
                    let law = self.law.before(at);
                    if law.request(&event.request).is_ok_and(|it| it.meant(event).iter().any(|it| it == addressee)) {
                        deadline = Some(event.deadline.clone());
                    }
                }
                _ => {}
            }
        }
        deadline
    }

    /// Whom an extension means, in the order in which they are judged.
    fn meant(self, event: &RequestExtended) -> Vec<String> {
        if let Some(addressees) = &event.addressees {
            return addressees.iter().map(ToString::to_string).collect();
        }
        let asked = event.extension.as_ref().and_then(|extension| self.law.document(&extension.to_string()));
        match asked {
            Some(asked) => self.spoken_for_by(&asked.by),
            None => self.addressees(),
        }
    }

    /// Whether a tribunal set it aside for that addressee.
    pub fn is_set_aside(self, addressee: &str) -> bool {
        self.law.said.iter().enumerate().any(|(at, said)| {
            let appeal = self.law.allowed_appeal(said);
            appeal.is_some_and(|(appellant, against)| {
                against == self.issued.request.to_string() && self.law.before(at).speaks_for(&appellant, addressee)
            })
        })
    }
}

impl Law {
    /// Who appealed against what, if this allows the appeal.
    pub fn allowed_appeal(&self, said: &Said) -> Option<(String, String)> {
        let Event::AppealDetermined(event) = &said.event else { return None };
        let appeal = self.document(&event.appeal.to_string())?;
        let Event::AppealLodged(lodged) = &appeal.event else { return None };
        (event.outcome == AppealOutcome::Allowed).then(|| (appeal.by.clone(), lodged.against.to_string()))
    }
}

fn items_differ(items: &[Item]) -> Ruling {
    let twice = |at: usize| items[..at].iter().any(|item| item.item == items[at].item);
    holds(!(0..items.len()).any(twice), Code::ItemDuplicate)
}

impl<'a> Speech<'a> {
    /// The rules of requests and responses.
    pub fn requests(self, event: &Event) -> Option<Ruling> {
        Some(match event {
            Event::RequestDrafted(event) => self.drafted(event),
            Event::RequestIssued(event) => self.issued(event),
            Event::RequestExtended(event) => self.extended(event),
            Event::RequestAmended(event) => self.amended(event),
            Event::RequestWithdrawn(event) => self.live_request(&event.request).map(drop),
            Event::PreservationRequired(event) => self
                .role(&[Role::Regulator])
                .and_then(|()| self.new_document(&event.preservation))
                .and_then(|()| self.platforms(&event.addressees)),
            Event::ResponseFiled(event) => self.responds(event),
            _ => return None,
        })
    }

    fn drafted(self, event: &candour::core::event::RequestDrafted) -> Ruling {
        self.role(&[Role::Regulator])?;
        self.new_document(&event.draft)?;
        self.platforms(&event.addressees)?;
        items_differ(&event.items)?;
        let Some(deadline) = &event.representations_by else { return Ok(()) };
        self.deadline(deadline)?;
        self.ahead(deadline)
    }

    fn issued(self, event: &RequestIssued) -> Ruling {
        self.role(&[Role::Regulator, Role::CivilSociety])?;
        self.new_document(&event.request)?;
        let compels = self.role(&[Role::Regulator]).is_ok() && event.legal_basis.is_some();
        holds(!event.compulsory || compels, Code::CompulsionNotAllowed)?;
        self.platforms(&event.addressees)?;
        items_differ(&event.items)?;
        if let Some(deadline) = &event.deadline {
            self.deadline(deadline)?;
        }
        let Some(draft) = &event.draft else { return Ok(()) };
        let draft = self.open(draft, &["request_drafted"])?;
        self.raiser(draft)
    }

    /// *live request*.
    fn live_request(self, name: &DocumentId) -> Result<Request<'a>, Code> {
        let request = self.law.request(name)?;
        holds(request.issuer == self.author, Code::NotIssuer)?;
        holds(!request.is_withdrawn(), Code::RequestWithdrawn)?;
        Ok(request)
    }

    /// *addressee*: the request, and which of its addressees it is.
    pub fn addressee(self, name: &DocumentId) -> Result<(Request<'a>, String), Code> {
        let request = self.law.request(name)?;
        holds(!request.is_withdrawn(), Code::RequestWithdrawn)?;
        let mut those = request.spoken_for_by(self.author);
        holds(!those.is_empty(), Code::NotAddressee)?;
        those.retain(|addressee| !request.is_set_aside(addressee));
        let itself = those.iter().find(|addressee| *addressee == self.author);
        let addressee = itself.or(those.first()).ok_or(Code::RequestWithdrawn)?;
        Ok((request, addressee.clone()))
    }

    fn extended(self, event: &RequestExtended) -> Ruling {
        let request = self.live_request(&event.request)?;
        if let Some(extension) = &event.extension {
            let extension = self.open(extension, &["extension_requested"])?;
            let about = match &extension.event {
                Event::ExtensionRequested(extension) => extension.request == event.request,
                _ => false,
            };
            holds(about, Code::DocumentUnknown)?;
        }
        let addressees = request.addressees();
        let named: Vec<String> =
            event.addressees.iter().flat_map(|list| list.iter()).map(ToString::to_string).collect();
        holds(named.iter().all(|name| addressees.contains(name)), Code::NotAddressee)?;
        self.deadline(&event.deadline)?;
        for addressee in request.meant(event) {
            let current = request.deadline(&addressee).ok_or(Code::DeadlineNotLater)?;
            holds(event.deadline.ends_at > current.ends_at, Code::DeadlineNotLater)?;
            self.ahead(&current)?;
        }
        Ok(())
    }

    fn amended(self, event: &RequestAmended) -> Ruling {
        let request = self.live_request(&event.request)?;
        holds(event.version.unsigned() == request.version() + 1, Code::VersionMismatch)?;
        items_differ(&event.items)?;
        let current: Vec<Deadline> = request.addressees().iter().filter_map(|it| request.deadline(it)).collect();
        match &event.deadline {
            Some(deadline) => {
                self.deadline(deadline)?;
                let later = current.iter().all(|it| deadline.ends_at > it.ends_at);
                holds(later, Code::DeadlineNotLater)?;
                self.ahead(deadline)?;
            }
            None => current.iter().try_for_each(|deadline| self.ahead(deadline))?,
        }
        let Some(amendment) = &event.amendment else { return Ok(()) };
        let about = match &self.open(amendment, &["amendment_requested"])?.event {
            Event::AmendmentRequested(amendment) => amendment.request == event.request,
            _ => false,
        };
        holds(about, Code::DocumentUnknown)
    }

    fn responds(self, event: &ResponseFiled) -> Ruling {
        self.role(&[Role::Platform])?;
        self.new_document(&event.response)?;
        let (request, addressee) = self.addressee(&event.request)?;
        holds(event.version.unsigned() == request.version(), Code::VersionMismatch)?;
        for (at, answer) in event.items.iter().enumerate() {
            holds(request.has_item(answer.item.as_str()), Code::ItemUnknown)?;
            holds(event.items[..at].iter().all(|other| other.item != answer.item), Code::ItemDuplicate)?;
            let Outcome::Answered { disclosures: Some(disclosures), .. } = &answer.outcome else { continue };
            for disclosure in disclosures.iter() {
                self.own(disclosure)?;
                self.law.of_kind(disclosure, &["disclosure_filed", "correction_filed"])?;
                self.law.not_retracted(disclosure)?;
            }
        }
        let standing = self.standing_response(event, &addressee);
        holds(standing == event.supersedes.as_ref().map(ToString::to_string), Code::ResponseNotSuperseding)
    }

    /// The addressee's response to that version that is neither superseded nor retracted.
    fn standing_response(self, event: &ResponseFiled, addressee: &str) -> Option<String> {
        let law = self.law;
        let standing = |(at, said): (usize, &Rc<Said>)| match &said.event {
            Event::ResponseFiled(old) if old.request == event.request && old.version == event.version => {
                let before = law.before(at);
                let spoke = Speech { law: &before, author: &said.by, ..self };
                let is_theirs = spoke.addressee(&old.request).is_ok_and(|(_, it)| it == addressee);
                let name = old.response.to_string();
                (is_theirs && !law.is_superseded(&name) && !law.is_retracted(&name)).then_some(name)
            }
            _ => None,
        };
        law.said.iter().enumerate().find_map(standing)
    }
}
