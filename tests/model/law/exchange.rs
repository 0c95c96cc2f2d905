//! Matters, what one side raises and another settles; and what passes between the two sides of a request.

use std::rc::Rc;

use candour::core::event::Event;
use candour::core::fault::Code;

use super::{Law, Ruling, Said, Speech, holds};

impl Law {
    /// Whether the matter that the document of that name raised is settled.
    pub fn is_settled(&self, name: &str) -> bool {
        let settles = |event: &Event| match event {
            Event::RequestIssued(event) => event.draft.as_ref().map(ToString::to_string),
            Event::ClarificationGiven(event) => Some(event.clarification.to_string()),
            Event::RequestExtended(event) => event.extension.as_ref().map(ToString::to_string),
            Event::ExtensionRefused(event) => Some(event.extension.to_string()),
            Event::RequestAmended(event) => event.amendment.as_ref().map(ToString::to_string),
            Event::AmendmentRefused(event) => Some(event.amendment.to_string()),
            Event::InvestigationClosed(event) => Some(event.investigation.to_string()),
            Event::DecisionGiven(event) => Some(event.notice.to_string()),
            Event::AppealDetermined(event) => Some(event.appeal.to_string()),
            Event::OpinionGiven(event) => Some(event.audit.to_string()),
            Event::DiscrepancyAnswered(event) => Some(event.discrepancy.to_string()),
            _ => None,
        };
        self.said.iter().any(|said| settles(&said.event).as_deref() == Some(name))
    }

    /// The parties of a matter.
    fn parties(&self, raised: &Said) -> Vec<String> {
        let issuer = |request| self.request(request).map(|it| it.issuer.to_owned()).into_iter().collect();
        match &raised.event {
            Event::RequestDrafted(event) => event.addressees.iter().map(ToString::to_string).collect(),
            Event::ClarificationRequested(event) => match &event.to {
                Some(to) => vec![to.to_string()],
                None => issuer(&event.request),
            },
            Event::ExtensionRequested(event) => issuer(&event.request),
            Event::AmendmentRequested(event) => issuer(&event.request),
            Event::InvestigationOpened(event) => event.respondents.iter().map(ToString::to_string).collect(),
            Event::ProvisionalNoticeGiven(event) => vec![event.addressee.to_string()],
            Event::AuditEngaged(event) => vec![event.auditee.to_string()],
            Event::DiscrepancyRaised(event) => {
                event.about.to_string().split('/').take(1).map(ToString::to_string).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl<'a> Speech<'a> {
    /// *open*.
    pub fn open(self, name: &impl ToString, kinds: &[&str]) -> Result<&'a Said, Code> {
        let raised = self.law.of_kind(name, kinds)?;
        holds(!self.law.is_settled(&name.to_string()), Code::MatterSettled)?;
        Ok(raised)
    }

    /// *raiser*.
    pub fn raiser(self, raised: &Said) -> Ruling {
        holds(raised.by == self.author, Code::NotIssuer)
    }

    /// *party*.
    pub fn party(self, raised: &Said) -> Ruling {
        holds(self.law.parties(raised).iter().any(|party| self.speaks_for(party)), Code::NotAParty)
    }

    /// The rules of what passes between the two sides of a request.
    pub fn exchange(self, event: &Event) -> Option<Ruling> {
        let party_of = |name, kind| self.open(name, &[kind]).and_then(|raised| self.party(raised));
        Some(match event {
            Event::ClarificationGiven(event) => party_of(&event.clarification, "clarification_requested"),
            Event::ExtensionRefused(event) => party_of(&event.extension, "extension_requested"),
            Event::AmendmentRefused(event) => party_of(&event.amendment, "amendment_requested"),
            Event::RepresentationsMade(event) => self
                .new_document(&event.representations)
                .and_then(|()| self.open(&event.about, &["request_drafted", "provisional_notice_given"]))
                .and_then(|raised| self.party(raised)),
            Event::AmendmentRequested(event) => {
                self.new_document(&event.amendment).and_then(|()| self.addressee(&event.request).map(drop))
            }
            Event::ReceiptAcknowledged(_) | Event::ClarificationRequested(_) | Event::ExtensionRequested(_) => {
                self.of_addressees(event)
            }
            _ => return None,
        })
    }

    fn of_addressees(self, event: &Event) -> Ruling {
        match event {
            Event::ReceiptAcknowledged(event) => {
                let (_, addressee) = self.addressee(&event.request)?;
                let acknowledged = |(at, said): (usize, &Rc<Said>)| match &said.event {
                    Event::ReceiptAcknowledged(old) => {
                        old.request == event.request && self.law.before(at).speaks_for(&said.by, &addressee)
                    }
                    _ => false,
                };
                holds(!self.law.said.iter().enumerate().any(acknowledged), Code::MatterSettled)
            }
            Event::ClarificationRequested(event) => {
                self.new_document(&event.clarification)?;
                let request = self.law.request(&event.request)?;
                holds(!request.is_withdrawn(), Code::RequestWithdrawn)?;
                match &event.to {
                    Some(to) => {
                        holds(request.issuer == self.author, Code::NotIssuer)?;
                        holds(request.addressees().contains(&to.to_string()), Code::NotAddressee)?;
                    }
                    None => drop(self.addressee(&event.request)?),
                }
                let mut items = event.items.iter().flat_map(|items| items.iter());
                holds(items.all(|item| request.has_item(item.as_str())), Code::ItemUnknown)?;
                let Some(deadline) = &event.deadline else { return Ok(()) };
                self.deadline(deadline)?;
                self.ahead(deadline)
            }
            Event::ExtensionRequested(event) => {
                self.new_document(&event.extension)?;
                let (request, addressee) = self.addressee(&event.request)?;
                let deadline = request.deadline(&addressee).ok_or(Code::DeadlineNotLater)?;
                holds(event.until > deadline.date, Code::DeadlineNotLater)?;
                self.ahead(&deadline)
            }
            _ => Ok(()),
        }
    }
}
