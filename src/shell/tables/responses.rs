//! The table of responses, item by item.

use super::columns::columns;
use crate::core::event::{Answer, Outcome};
use crate::core::state::State;
use crate::core::state::requests::Response;
use crate::core::text::{DocumentId, Slug};

/// What a response says of an item.
pub(super) struct Answered<'a> {
    request: &'a DocumentId,
    addressee: &'a Slug,
    response: &'a Response,
    answer: &'a Answer,
}

/// Every one that a state knows.
pub(super) fn of(state: &State) -> impl Iterator<Item = Answered<'_>> {
    state.requests().iter().flat_map(|(request, asked)| {
        asked.addressees.iter().flat_map(move |(addressee, answers)| {
            answers.responses.iter().flat_map(move |response| {
                response.items.iter().map(move |answer| Answered { request, addressee, response, answer })
            })
        })
    })
}

columns! { of row: Answered<'_> {
    response: Text, "name of the response", &row.response.response;
    entry: Integer, "index of the entry that files it", row.response.index;
    recorded_at: Timestamp, "when the ledger recorded that entry", row.response.recorded_at;
    request: Text, "the request that it answers", row.request;
    addressee: Text, "the actor who answers", row.addressee;
    version: Integer, "the version of the request that it answers", row.response.version;
    item: Text, "name of the item", &row.answer.item;
    outcome: Text, "`answered` or `refused`", row.outcome();
    extent: Text or missing, "of an answer: `complete`, `partial` or `nil`", row.extent();
    disclosures: Text or missing, "of an answer: names of the disclosures that answer, joined by spaces",
        row.disclosures();
    ground: Text or missing, "of a refusal: the ground (section 3)", row.refusal().0;
    detail: Text or missing, "of a refusal: the platform's own words", row.refusal().1;
    superseded_by: Integer or missing, "index of the entry that supersedes the response", row.response.superseded_by;
} }

impl<'a> Answered<'a> {
    fn outcome(&self) -> &'static str {
        match self.answer.outcome {
            Outcome::Answered { .. } => "answered",
            Outcome::Refused { .. } => "refused",
        }
    }

    fn extent(&self) -> Option<&'static str> {
        match self.answer.outcome {
            Outcome::Answered { extent, .. } => Some(extent.as_str()),
            Outcome::Refused { .. } => None,
        }
    }

    fn disclosures(&self) -> Option<String> {
        let Outcome::Answered { disclosures, .. } = &self.answer.outcome else { return None };
        Some(disclosures.as_ref()?.iter().map(DocumentId::as_str).collect::<Vec<_>>().join(" "))
    }

    fn refusal(&self) -> (Option<&'static str>, Option<&'a str>) {
        match &self.answer.outcome {
            Outcome::Refused { ground, detail, .. } => {
                (Some(ground.as_str()), detail.as_ref().map(|text| text.as_str()))
            }
            Outcome::Answered { .. } => (None, None),
        }
    }
}
