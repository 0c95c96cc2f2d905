//! Responses: what an addressee says of each item of a request.

use std::collections::BTreeSet;

use super::documents::Kind;
use super::registry::Takes;
use super::requests::{Response, item_twice};
use super::{Placed, State};
use crate::core::event::{Answer, Item, Outcome, ResponseFiled, Role};
use crate::core::fault::{Code, Fault};
use crate::core::text::DocumentId;

impl State {
    pub(super) fn file_response(&mut self, placed: &Placed<'_>, event: &ResponseFiled) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Platform])?;
        self.documents.check_new(placed, &event.response)?;
        let (request, addressee) = self.addressed(placed, &event.request)?;
        let (current, version) = (request.version(), event.version.unsigned());
        if version != current {
            return Err(Fault::new(Code::VersionMismatch, format!("version {current}"), format!("version {version}")));
        }
        self.check_answers(placed, request.items(), &event.items)?;
        let responses = request.addressees.get(&addressee);
        let live = responses.and_then(|it| it.live_response(version)).map(|response| &response.response);
        if live != event.supersedes.as_ref() {
            let name = |id: Option<&DocumentId>| id.map_or("nothing".to_owned(), ToString::to_string);
            let expected = format!("a response that supersedes {}", name(live));
            return Err(Fault::new(Code::ResponseNotSuperseding, expected, name(event.supersedes.as_ref())));
        }
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.response, Kind::Response);
        if let Some(superseded) = &event.supersedes {
            self.documents.supersede(superseded, &event.response);
        }
        self.hear_addressee(placed, &event.request, |_| {});
        let response = Response {
            response: event.response.clone(),
            index: placed.index,
            recorded_at: placed.recorded_at,
            version,
            items: event.items.to_vec(),
            superseded_by: None,
            retracted_by: None,
        };
        self.requests.answer(&event.request, addressee, response, event.supersedes.as_ref());
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
                let mut disclosures = disclosures.as_deref().unwrap_or_default().iter();
                disclosures.try_for_each(|id| self.own_disclosure(placed, id).map(drop))?;
            }
        }
        Ok(())
    }
}
