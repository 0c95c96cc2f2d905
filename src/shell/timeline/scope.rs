//! Which entries belong to a story.

use std::collections::{BTreeMap, BTreeSet};

use super::Subject;
use crate::core::event::{Event, Outcome};
use crate::core::state::State;
use crate::core::state::documents::Documents;
use crate::core::statement::Statement;
use crate::core::text::{DocumentId, Slug};

/// What a story is about, as far as it is known: it grows with the story.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// The platform, and those whose place it took.
    actors: BTreeSet<Slug>,
    /// The documents of others that the story is about; for a request or an investigation, all of its documents.
    documents: BTreeSet<DocumentId>,
    /// The entries of the story.
    entries: BTreeSet<u64>,
    /// The documents that were known to belong to it before the ledger was read.
    seeds: BTreeSet<DocumentId>,
}

impl Scope {
    pub fn of(subject: &Subject) -> Self {
        let (mut actors, mut seeds) = (BTreeSet::new(), BTreeSet::new());
        match subject {
            Subject::Platform(actor) => drop(actors.insert(actor.clone())),
            Subject::Request(document) | Subject::Investigation(document) => drop(seeds.insert(document.clone())),
        }
        Self { actors, documents: seeds.clone(), entries: BTreeSet::new(), seeds }
    }

    /// Takes an entry with the state after it, and says whether it belongs to the story.
    pub fn takes(&mut self, state: &State, index: u64, statement: &Statement) -> bool {
        let (author, event) = (&statement.author, &statement.event);
        let takes = if self.actors.is_empty() {
            self.is_of_documents(state, event)
        } else {
            self.actors.contains(author) || self.concerns_actors(state, author, event)
        };
        if takes {
            self.entries.insert(index);
            // What the actors say themselves is recognised by its author.
            self.documents.extend(event.names().filter(|name| !self.is_by_actors(name)).cloned());
        }
        takes
    }

    pub fn has_actor(&self, actor: &Slug) -> bool {
        self.actors.contains(actor)
    }

    pub fn has_document(&self, document: &DocumentId) -> bool {
        self.documents.contains(document) || self.is_by_actors(document)
    }

    /// Whether the story has all of these entries, and there are any.
    pub fn has_entries(&self, entries: &[u64]) -> bool {
        !entries.is_empty() && entries.iter().all(|entry| self.entries.contains(entry))
    }

    /// The same story with what only the end of the ledger shows to belong to it, where that is more: whose place the
    /// platform took; which disclosures answer the request, and the draft that it followed.
    pub fn widened(&self, subject: &Subject, state: &State, draft: Option<&DocumentId>) -> Option<Self> {
        let (mut actors, mut seeds) = (self.actors.clone(), self.seeds.clone());
        match subject {
            Subject::Platform(actor) => actors.extend(state.registry().predecessors(actor).cloned()),
            Subject::Request(request) => {
                seeds.extend(draft.cloned());
                seeds.extend(answering(state, request));
            }
            Subject::Investigation(_) => {}
        }
        let more = actors != self.actors || seeds != self.seeds;
        more.then(|| Self { actors, documents: seeds.clone(), entries: BTreeSet::new(), seeds })
    }

    /// The same story from the beginning.
    pub fn again(&self) -> Self {
        Self { documents: self.seeds.clone(), entries: BTreeSet::new(), ..self.clone() }
    }

    fn is_by_actors(&self, document: &DocumentId) -> bool {
        self.actors.iter().any(|actor| actor.as_str() == document.author())
    }

    /// Whether somebody else's statement concerns the actors: it names them; it is about what they said or run; or it
    /// carries on, by the same author or by who took their place, what concerned them before.
    fn concerns_actors(&self, state: &State, author: &Slug, event: &Event) -> bool {
        if let Some(named) = named(state, event) {
            return named.iter().any(|actor| self.actors.contains(actor));
        }
        if let Event::DisclosureFiled(event) = event {
            // What a regulator collected from them.
            let of = |actor: &Slug| format!("{actor}/{}", event.service).parse::<DocumentId>().ok();
            return self.actors.iter().filter_map(of).any(|service| state.services().find(&service).is_some());
        }
        event.about().is_some_and(|about| {
            self.is_by_actors(about)
                || self.documents.contains(about)
                    && (author.as_str() == about.author()
                        || self.actors.iter().any(|actor| state.registry().speaks_for(author, actor.as_str()))
                        || matches!(event, Event::DocumentPublished(_)))
        })
    }

    /// Whether a statement is of the documents of the story: it is one of them, or about one.
    fn is_of_documents(&self, state: &State, event: &Event) -> bool {
        let known = |document: &DocumentId| self.documents.contains(document);
        if event.names().is_some_and(known) || event.about().is_some_and(known) || event.request().is_some_and(known) {
            return true;
        }
        match event {
            Event::InvestigationOpened(event) => event.concerns.iter().flat_map(|it| it.iter()).any(known),
            Event::FindingAnswered(event) => {
                let entries: Vec<u64> = event.entries.iter().map(|entry| entry.unsigned()).collect();
                self.has_entries(&entries)
            }
            // An addressee's place was taken.
            Event::ProviderSucceeded(event) => self
                .documents
                .iter()
                .filter_map(|document| state.requests().find(document))
                .flat_map(|request| request.addressees.keys())
                .any(|addressee| state.registry().speaks_for(&event.predecessor, addressee.as_str())),
            _ => false,
        }
    }
}

/// Whom a statement is addressed to or about, where it names them; none where it names documents alone.
fn named<'a>(state: &'a State, event: &'a Event) -> Option<Vec<&'a Slug>> {
    Some(match event {
        Event::ActorEnrolled(event) => vec![&event.actor],
        Event::ActorSuspended(event) | Event::ActorReinstated(event) | Event::ActorRetired(event) => {
            vec![&event.actor]
        }
        Event::KeyAdded(event) => vec![&event.actor],
        Event::KeyRotated(event) => vec![&event.actor],
        Event::KeyRevoked(event) => vec![&event.actor],
        Event::ProviderSucceeded(event) => vec![&event.predecessor, &event.successor],
        Event::RequestDrafted(event) => event.addressees.iter().collect(),
        Event::RequestIssued(event) => event.addressees.iter().collect(),
        Event::ClarificationRequested(event) => vec![event.to.as_ref()?],
        Event::RequestExtended(event) => match (&event.addressees, &event.extension) {
            (Some(addressees), _) => addressees.iter().collect(),
            (None, Some(extension)) => vec![&state.matters().find(extension)?.raised_by],
            (None, None) => return None,
        },
        Event::PreservationRequired(event) => event.addressees.iter().collect(),
        Event::InvestigationOpened(event) => event.respondents.iter().collect(),
        Event::ProvisionalNoticeGiven(event) => vec![&event.addressee],
        Event::PenaltyImposed(event) => vec![&event.addressee],
        Event::AuditEngaged(event) => vec![&event.auditee],
        _ => return None,
    })
}

/// The disclosures that answer a request, with what they corrected and what corrects them.
fn answering(state: &State, request: &DocumentId) -> Vec<DocumentId> {
    let Some(request) = state.requests().find(request) else { return Vec::new() };
    let responses = request.addressees.values().flat_map(|addressee| &addressee.responses);
    let mut cited: Vec<DocumentId> = Vec::new();
    for answer in responses.flat_map(|response| &response.items) {
        if let Outcome::Answered { disclosures: Some(disclosures), .. } = &answer.outcome {
            cited.extend(disclosures.iter().cloned());
        }
    }
    let entries = chain(state.documents(), &cited);
    cited.extend(state.documents().iter().filter(|(_, it)| entries.contains(&it.index)).map(|(id, _)| id));
    cited
}

/// The entries of documents, and of those that they supersede, in one step or several.
fn chain(documents: &Documents, cited: &[DocumentId]) -> BTreeSet<u64> {
    let mut wanted: BTreeSet<u64> =
        cited.iter().filter_map(|id| documents.find(id)).filter_map(|document| document.supersedes).collect();
    if wanted.is_empty() {
        return wanted;
    }
    let supersedes: BTreeMap<u64, u64> =
        documents.iter().filter_map(|(_, document)| Some((document.index, document.supersedes?))).collect();
    let mut next: Vec<u64> = wanted.iter().copied().collect();
    while let Some(entry) = next.pop() {
        next.extend(supersedes.get(&entry).filter(|earlier| wanted.insert(**earlier)));
    }
    wanted
}
