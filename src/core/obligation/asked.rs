//! What became of the items of one request.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::figures::Figures;
use super::{Obligation, Standing, knows};
use crate::core::event::{self, Extent, Item, Outcome};
use crate::core::state::State;
use crate::core::state::requests::{Addressee, Request, Response};
use crate::core::text::{DocumentId, Slug};
use crate::core::time::Time;

/// A request, and what was answered. All of it is gone through once, whatever the number of its addressees and items.
pub(super) struct Asked<'a> {
    state: &'a State,
    id: &'a DocumentId,
    request: &'a Request,
    /// By who filed it, and then by item.
    given: BTreeMap<&'a str, Given<'a>>,
}

/// Of each item what was said in response to the latest version of which something is left.
type Given<'a> = BTreeMap<&'a Slug, Vec<Answer<'a>>>;

/// An answer to one item, of which something is left.
struct Answer<'a> {
    addressee: &'a Slug,
    response: &'a Response,
    /// What it makes of the item, but for how late.
    said: Standing,
}

impl<'a> Asked<'a> {
    pub fn of(state: &'a State, figures: &Figures<'_>, id: &'a DocumentId, request: &'a Request) -> Self {
        let mut asked = Self { state, id, request, given: BTreeMap::new() };
        let since = unchanged(request);
        for (addressee, said) in &request.addressees {
            live_responses(said).for_each(|response| asked.take(figures, &since, addressee, response));
        }
        asked
    }

    /// Takes what a response says of the items that read the same ever since.
    fn take(
        &mut self,
        figures: &Figures<'_>,
        since: &BTreeMap<&Slug, u64>,
        addressee: &'a Slug,
        response: &'a Response,
    ) {
        let given = self.given.entry(response.response.author()).or_default();
        let of_now = |answer: &&event::Answer| since.get(&answer.item).is_some_and(|since| *since <= response.version);
        for answer in response.items.iter().filter(of_now) {
            let answers = given.entry(&answer.item).or_default();
            let known = answers.first().map_or(0, |known| known.response.version);
            if response.version < known {
                continue;
            }
            let Some(said) = said(self.state, figures, self.request, response.index, &answer.outcome) else { continue };
            if response.version > known {
                answers.clear();
            }
            answers.push(Answer { addressee, response, said });
        }
    }

    /// What an addressee owes, by item.
    pub fn owed_by(&self, actor: &Slug, addressee: &Addressee, as_of: Time) -> Vec<Obligation> {
        let mut speakers = vec![actor];
        speakers.extend(self.state.registry().successors(actor));
        let heard = speakers.iter().filter_map(|it| self.request.addressees.get(*it)?.heard).max();
        let successor = speakers.get(1..).and_then(<[_]>::last);
        let speakers: BTreeSet<&str> = speakers.iter().map(|actor| actor.as_str()).collect();
        let given: Vec<_> = self.given.iter().filter(|(author, _)| speakers.contains(*author)).collect();
        let unanswered = self.unanswered(addressee, heard, as_of);
        let of_item = |item: &Item| {
            let answers = given.iter().filter_map(|(_, given)| given.get(&item.item)).flatten();
            first(answers, actor).map(|answer| answer.by(addressee)).unwrap_or_else(|| unanswered.clone())
        };
        let items = self.request.items().iter();
        items
            .map(|item| Obligation {
                request: self.id.clone(),
                issued: self.request.index,
                issued_at: self.request.issued_at.time(),
                compulsory: self.request.compulsory,
                legal_basis: self.request.legal_basis.clone(),
                addressee: actor.clone(),
                successor: successor.map(|successor| (*successor).clone()),
                item: item.item.clone(),
                about: item.about,
                extended: addressee.extended,
                deadline: deadline(addressee),
                standing: of_item(item),
            })
            .collect()
    }

    /// The standing of what was not answered. An addressee was heard of if it said anything about the request, or whoever
    /// took its place.
    fn unanswered(&self, addressee: &Addressee, heard: Option<u64>, as_of: Time) -> Standing {
        if let Some(index) = self.request.withdrawn.or(addressee.set_aside) {
            return Standing::Withdrawn { index };
        }
        match (deadline(addressee), heard) {
            (None, _) => Standing::Open,
            (Some(end), _) if as_of < end => Standing::Due { within: end.unix().saturating_sub(as_of.unix()) },
            (Some(end), None) => Standing::Silent { by: as_of.unix().saturating_sub(end.unix()) },
            (Some(end), Some(heard)) => Standing::Overdue { heard, by: as_of.unix().saturating_sub(end.unix()) },
        }
    }
}

impl Answer<'_> {
    /// Its standing, for an addressee for whom it counts.
    fn by(&self, addressee: &Addressee) -> Standing {
        let recorded = self.response.recorded_at.time();
        let end = deadline(addressee).filter(|end| recorded >= *end);
        let late = end.map(|end| recorded.unix().saturating_sub(end.unix()));
        let mut said = self.said.clone();
        if let Standing::Answered { late_by, .. } | Standing::Refused { late_by, .. } = &mut said {
            *late_by = late;
        }
        said
    }
}

/// What counts of answers to an item by those who speak for an actor: what responds to the current version, else to the
/// latest before; its own first, then what whoever took its place filed as another addressee, or for another whose place it
/// took too.
fn first<'b, 'a: 'b>(answers: impl Iterator<Item = &'b Answer<'a>>, actor: &Slug) -> Option<&'b Answer<'a>> {
    answers.min_by_key(|answer| (Reverse(answer.response.version), answer.addressee != actor, answer.addressee))
}

fn deadline(addressee: &Addressee) -> Option<Time> {
    addressee.deadline.as_ref().map(|deadline| deadline.ends_at)
}

/// The responses that stand, to the latest version first.
fn live_responses(addressee: &Addressee) -> impl Iterator<Item = &Response> {
    let versions = addressee.responses.chunk_by(|one, other| one.version == other.version).rev();
    versions.filter_map(|of_one| addressee.live_response(of_one.first()?.version))
}

/// The items of the current version, each with the version since which it reads the same; no further back than there are
/// responses.
fn unchanged(request: &Request) -> BTreeMap<&Slug, u64> {
    let current = request.version();
    let mut since: BTreeMap<&Slug, u64> = request.items().iter().map(|item| (&item.item, current)).collect();
    let responses = request.addressees.values().filter_map(|addressee| addressee.responses.first());
    let Some(first) = responses.map(|response| response.version).min() else { return since };
    let mut same: Vec<&Item> = request.items().iter().collect();
    let earlier = (first..current).rev().zip(request.versions.iter().rev().skip(1));
    for (version, items) in earlier {
        let items: BTreeMap<&Slug, &Item> = items.iter().map(|item| (&item.item, item)).collect();
        same.retain(|item| items.get(&item.item) == Some(item));
        if same.is_empty() {
            break;
        }
        since.extend(same.iter().map(|item| (&item.item, version)));
    }
    since
}

/// What a response makes of an item, but for how late; nothing, if nothing is left of its answer.
fn said(state: &State, figures: &Figures<'_>, request: &Request, index: u64, outcome: &Outcome) -> Option<Standing> {
    Some(match outcome {
        Outcome::Answered { disclosures, extent } => {
            let extent = left(state, figures, disclosures.as_deref(), *extent)?;
            Standing::Answered { index, extent, late_by: None }
        }
        Outcome::Refused { ground, until, .. } => {
            let known_ground = knows(request.legal_basis.as_ref(), *ground);
            Standing::Refused { index, ground: *ground, known_ground, until: *until, late_by: None }
        }
    })
}

/// How much of an answer is left: none of it, once every disclosure that it rests on was taken back, and no more than a
/// part, once one was.
fn left(state: &State, figures: &Figures<'_>, disclosures: Option<&[DocumentId]>, claimed: Extent) -> Option<Extent> {
    let Some(disclosures) = disclosures else { return Some(claimed) };
    let stands = |id: &&DocumentId| state.documents().find(id).is_some_and(|it| figures.stand(it));
    match disclosures.iter().filter(stands).count() {
        0 => None,
        left if left < disclosures.len() => Some(Extent::Partial),
        _ => Some(claimed),
    }
}
