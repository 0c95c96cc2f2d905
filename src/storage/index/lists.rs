//! The lists of the index: which entries an actor wrote, which are about a request, which are of a kind, and which a key
//! signed first.
//!
//! A list is kept as chunks of `CHUNK_ENTRIES`, packed; the last one may be open. What its chunks must be is in the
//! snapshot, as a digest of each list.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::chunk::{CHUNK_ENTRIES, Chunk};
use crate::core::hash::Hash;
use crate::core::key::KeyId;
use crate::core::statement::Statement;
use crate::core::text::{DocumentId, Slug};

/// Into how many lists requests are sorted, by the hash of their names: as many lists as requests would outgrow every
/// other part of the index, and of the snapshot.
const REQUEST_LISTS: u16 = 4096;

/// A list of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List<'a> {
    /// Those of this author.
    Actor(&'a Slug),
    /// Those about this request: itself, what changed it, and the responses to it. About some others too, which share
    /// its list.
    Request(&'a DocumentId),
    /// Those whose event has this wire tag.
    Kind(&'a str),
    /// Those of this key's author: the nth entry holds the nth statement.
    Key(&'a KeyId),
}

impl List<'_> {
    /// The list's name in the database. None is the beginning of another one followed by a zero.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Actor(actor) => format!("a/{}", actor.as_str()),
            Self::Request(request) => {
                let [high, low, ..] = Hash::of(request.as_str().as_bytes()).0;
                format!("r/{}", u16::from_be_bytes([high, low]) % REQUEST_LISTS)
            }
            Self::Kind(kind) => format!("k/{kind}"),
            Self::Key(key) => format!("s/{key}"),
        }
    }

    /// The lists that a statement belongs to.
    pub(super) fn of<'a>(statement: &'a Statement, key: Option<&'a KeyId>) -> impl Iterator<Item = List<'a>> {
        let always = [List::Actor(&statement.author), List::Kind(statement.event.kind())];
        always.into_iter().chain(statement.event.request().map(List::Request)).chain(key.map(List::Key))
    }
}

/// What every list must come to, so that one with an entry left out, added or moved is noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lists(pub(super) BTreeMap<String, Digest>);

/// How many entries a list has, and what commits to all of them, in order: a hash over its full chunks (of none, zeros;
/// with each further one SHA-256(hash ‖ chunk)), and the SHA-256 of its open one, or zeros where that is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Digest {
    pub(super) count: u64,
    full: Hash,
    open: Hash,
}

impl Digest {
    /// Takes in the chunk that the list now ends with, of which all but the last entry may have been taken in before.
    pub(super) fn close(&mut self, chunk: &Chunk) {
        self.full = Hash::of(&[&self.full.0[..], chunk.packed()].concat());
        self.open = Hash::ZERO;
    }

    /// Takes note of what the open chunk has become.
    pub(super) fn leave_open(&mut self, chunk: &Chunk) {
        self.open = Hash::of(chunk.packed());
    }

    /// How many full chunks there are.
    pub(super) fn full_chunks(&self) -> u64 {
        self.count / CHUNK_ENTRIES
    }

    /// How many entries the open chunk has.
    pub(super) fn in_open(&self) -> u64 {
        self.count % CHUNK_ENTRIES
    }

    /// Whether this is the open chunk.
    pub(super) fn is_open(&self, chunk: &Chunk) -> bool {
        Hash::of(chunk.packed()) == self.open
    }

    /// Whether the chunks of that list, each by its number and how many entries of it belong to the list, are those that
    /// it must have. Hands over each; they are worth nothing before this returns.
    pub(super) fn confirm<E>(
        &self,
        mut chunk: impl FnMut(u64, u64) -> Result<Option<Chunk>, E>,
        mut each: impl FnMut(&Chunk),
    ) -> Result<bool, E> {
        let mut found = Self { count: self.count, ..Self::default() };
        for number in 0..self.full_chunks() {
            let Some(chunk) = chunk(number, CHUNK_ENTRIES)? else { return Ok(false) };
            found.close(&chunk);
            each(&chunk);
        }
        if self.in_open() > 0 {
            let Some(chunk) = chunk(self.full_chunks(), self.in_open())? else { return Ok(false) };
            found.leave_open(&chunk);
            each(&chunk);
        }
        Ok(found == *self)
    }
}

impl Lists {
    /// What a list comes to, by its name; nothing where no entry is in it.
    pub(super) fn digest(&self, name: &str) -> Digest {
        self.0.get(name).copied().unwrap_or_default()
    }
}
