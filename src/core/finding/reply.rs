//! Replies: what those whom findings are about say of them on the record.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Finding;
use crate::core::event::Event;
use crate::core::hash::Hash;
use crate::core::state::State;
use crate::core::text::{DocumentId, Slug, Text};

/// A reply to a finding, or to several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// Its entry.
    pub index: u64,
    /// Its name.
    pub answer: DocumentId,
    /// Who replies.
    pub author: Slug,
    /// Those for whom it is: the author, and those whose place it had taken.
    #[serde(skip)]
    speaks_for: Vec<Slug>,
    /// What findings it is about.
    #[serde(skip)]
    about: About,
    /// The entries that it names, in order.
    #[serde(skip)]
    entries: Vec<u64>,
    /// The one finding that it is about; none: every finding of that code and those entries.
    #[serde(skip)]
    pub finding: Option<Hash>,
    /// The reply.
    pub note: Text,
}

/// Which findings a reply is about, whomever they are about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    /// The one of that code and identity.
    One(Slug, Hash),
    /// Every one of that code and these entries.
    All(Slug, Vec<u64>),
}

/// The replies of a ledger.
#[derive(Clone, Debug, Default)]
pub struct Replies {
    replies: BTreeMap<u64, Reply>,
    /// The entries of those that were not retracted, by what they are about and whom. A finding meets no other.
    places: BTreeMap<(About, Slug), BTreeSet<u64>>,
}

impl Replies {
    /// Takes a lawful entry, with the state after it, if it is a reply or takes one back.
    pub fn add(&mut self, state: &State, index: u64, author: &Slug, event: &Event) {
        match event {
            Event::FindingAnswered(event) => {
                let mut entries: Vec<u64> = event.entries.iter().map(|entry| entry.unsigned()).collect();
                entries.sort_unstable();
                let about = match event.finding {
                    Some(id) => About::One(event.code.clone(), id),
                    None => About::All(event.code.clone(), entries.clone()),
                };
                let predecessors = state.registry().predecessors(author);
                let speaks_for: Vec<Slug> = std::iter::once(author).chain(predecessors).cloned().collect();
                // Where two entries of a faulty ledger bear one index, the last counts.
                self.retract(index);
                for actor in &speaks_for {
                    self.places.entry((about.clone(), actor.clone())).or_default().insert(index);
                }
                let reply = Reply {
                    index,
                    answer: event.answer.clone(),
                    author: author.clone(),
                    speaks_for,
                    about,
                    entries,
                    finding: event.finding,
                    note: event.note.clone(),
                };
                self.replies.insert(index, reply);
            }
            Event::DocumentRetracted(event) => {
                if let Some(document) = state.documents().find(&event.document) {
                    self.retract(document.index);
                }
            }
            _ => {}
        }
    }

    fn retract(&mut self, index: u64) {
        let Some(Reply { speaks_for, about, .. }) = self.replies.remove(&index) else { return };
        for actor in speaks_for {
            if let Entry::Occupied(mut place) = self.places.entry((about.clone(), actor)) {
                place.get_mut().remove(&index);
                if place.get().is_empty() {
                    place.remove();
                }
            }
        }
    }

    /// The replies to a finding by whom it is about, or by who had taken its place, that were not retracted; in the order
    /// of their entries.
    pub fn to(&self, finding: &Finding) -> Vec<&Reply> {
        let (Some(actor), Ok(code)) = (&finding.actor, finding.code.as_str().parse::<Slug>()) else {
            return Vec::new();
        };
        let mut entries = finding.entries.clone();
        entries.sort_unstable();
        let about = [About::One(code.clone(), finding.id()), About::All(code, entries.clone())];
        let indices = about.into_iter().filter_map(|about| self.places.get(&(about, actor.clone()))).flatten();
        let indices: BTreeSet<u64> = indices.copied().collect();
        let meant = |reply: &&Reply| reply.entries.iter().all(|entry| entries.binary_search(entry).is_ok());
        indices.iter().filter_map(|index| self.replies.get(index)).filter(meant).collect()
    }
}
