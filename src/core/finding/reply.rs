//! Replies: what those whom findings are about say of them on the record.

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
    /// Those whose place the author had taken.
    #[serde(skip)]
    predecessors: Vec<Slug>,
    /// The entries that it names, in order.
    #[serde(skip)]
    entries: Vec<u64>,
    /// The one finding that it is about; none: every finding of that code and those entries.
    #[serde(skip)]
    pub finding: Option<Hash>,
    /// The reply.
    pub note: Text,
}

/// The replies of a ledger.
#[derive(Clone, Debug, Default)]
pub struct Replies {
    replies: BTreeMap<u64, Reply>,
    /// The entries of those that name one finding.
    to_one: BTreeMap<(Slug, Hash), Vec<u64>>,
    /// The entries of those that do not, by code and entries.
    to_all: BTreeMap<(Slug, Vec<u64>), Vec<u64>>,
}

impl Replies {
    /// Takes a lawful entry, with the state after it, if it is a reply or takes one back.
    pub fn add(&mut self, state: &State, index: u64, author: &Slug, event: &Event) {
        match event {
            Event::FindingAnswered(event) => {
                let mut entries: Vec<u64> = event.entries.iter().map(|entry| entry.unsigned()).collect();
                entries.sort_unstable();
                let places = match event.finding {
                    Some(id) => self.to_one.entry((event.code.clone(), id)).or_default(),
                    None => self.to_all.entry((event.code.clone(), entries.clone())).or_default(),
                };
                places.push(index);
                let reply = Reply {
                    index,
                    answer: event.answer.clone(),
                    author: author.clone(),
                    predecessors: state.registry().predecessors(author).cloned().collect(),
                    entries,
                    finding: event.finding,
                    note: event.note.clone(),
                };
                self.replies.insert(index, reply);
            }
            Event::DocumentRetracted(event) => {
                if let Some(document) = state.documents().find(&event.document) {
                    self.replies.remove(&document.index);
                }
            }
            _ => {}
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
        let one = self.to_one.get(&(code.clone(), finding.id())).into_iter().flatten();
        let all = self.to_all.get(&(code, entries.clone())).into_iter().flatten();
        let indices: BTreeSet<u64> = one.chain(all).copied().collect();
        let meant = |reply: &&Reply| {
            (reply.author == *actor || reply.predecessors.contains(actor))
                && reply.entries.iter().all(|entry| entries.binary_search(entry).is_ok())
        };
        indices.iter().filter_map(|index| self.replies.get(index)).filter(meant).collect()
    }
}
