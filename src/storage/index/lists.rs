//! The lists of the index: which entries an actor wrote, which are about a request, which are of a kind.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::core::hash::Hash;
use crate::core::statement::Statement;
use crate::core::text::{DocumentId, Slug};

/// A list of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List<'a> {
    /// Those of this author.
    Actor(&'a Slug),
    /// Those about this request: itself, what changed it, and the responses to it.
    Request(&'a DocumentId),
    /// Those whose event has this wire tag.
    Kind(&'a str),
}

impl List<'_> {
    /// The list's name in the database. None is the beginning of another one followed by a zero.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Actor(actor) => format!("a/{}", actor.as_str()),
            Self::Request(request) => format!("r/{}", request.as_str()),
            Self::Kind(kind) => format!("k/{kind}"),
        }
    }

    /// The lists that a statement belongs to.
    pub(super) fn of(statement: &Statement) -> impl Iterator<Item = List<'_>> {
        let always = [List::Actor(&statement.author), List::Kind(statement.event.kind())];
        always.into_iter().chain(statement.event.request().map(List::Request))
    }
}

/// What every list must come to, so that one with an entry left out, added or moved is noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lists(BTreeMap<String, Digest>);

/// How many entries a list has, and a hash over their indices: of nothing zeros, and with each further one
/// SHA-256(hash ‖ index), the index as 8 bytes, most significant first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Digest {
    count: u64,
    hash: Hash,
}

impl Digest {
    fn of(indices: &[u64]) -> Self {
        let mut digest = Self::default();
        indices.iter().for_each(|index| digest.push(*index));
        digest
    }

    fn push(&mut self, index: u64) {
        self.count = self.count.saturating_add(1);
        self.hash = Hash::of(&[&self.hash.0[..], &index.to_be_bytes()].concat());
    }
}

impl Lists {
    /// Takes in the next entry.
    pub fn push(&mut self, index: u64, statement: &Statement) {
        List::of(statement).for_each(|list| self.0.entry(list.name()).or_default().push(index));
    }

    /// Whether these are all the entries of that list, and no others, in order.
    pub fn confirm(&self, list: &List<'_>, indices: &[u64]) -> bool {
        Digest::of(indices) == self.0.get(&list.name()).copied().unwrap_or_default()
    }

    /// Whether every list, by its name, has its entries and no others.
    pub(super) fn confirm_all<E>(&self, mut indices: impl FnMut(&str) -> Result<Vec<u64>, E>) -> Result<bool, E> {
        for (name, expected) in &self.0 {
            if Digest::of(&indices(name)?) != *expected {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
