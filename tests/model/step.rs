//! One thing that is said, by whoever signs it, at some time: as it is thrown, and as it is placed.

use std::fmt;

use candour::core::hash::Hash;
use candour::core::key::Signature;
use candour::core::statement::{Envelope, KeyedSignature, Statement, pre_authentication_encoding};
use candour::core::time::Time;
use serde_json::{Value, json};

use super::cast::{ELSEWHERE, ORIGIN, id, secret};
use super::law::{Entry, Law};
use crate::corpus::forge::canonical;

/// One thing that is said.
#[derive(Clone, PartialEq)]
pub struct Step {
    pub author: String,
    /// The labels of the keys, the author's first.
    pub keys: Vec<String>,
    pub event: Value,
    pub nth: Nth,
    pub seen: Option<Seen>,
    /// In seconds since 1970.
    pub issued_at: u64,
    /// In milliseconds.
    pub recorded_at: u64,
    /// Whether it was meant for another ledger.
    pub elsewhere: bool,
    /// Whether the last signature is over something else.
    pub forged: bool,
    /// Whether a checkpoint is published after it.
    pub publishes: bool,
}

/// The statement's number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Nth {
    /// So far from the one that is next for the key.
    Next(i64),
    /// That one, whatever is next.
    Exactly(u64),
}

/// What its author had seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Seen {
    /// The checkpoint so many before the last one, if there is one.
    Published(usize),
    /// That one, with another root.
    Otherwise(usize),
    /// A checkpoint of that size, whether or not there is one.
    OfSize(u64),
}

impl Step {
    /// The statement and its bytes, after that history.
    ///
    /// None where it is not a statement: the vocabulary refuses it before the law is asked.
    pub fn statement(&self, law: &Law) -> Option<(Statement, Vec<u8>)> {
        let nth = match self.nth {
            Nth::Exactly(nth) => nth,
            Nth::Next(offset) => {
                let next = self.keys.first().and_then(|label| law.counters.get(&id(label))).copied().unwrap_or(0);
                next.saturating_add_signed(offset)
            }
        };
        let ledger = if self.elsewhere { ELSEWHERE } else { ORIGIN };
        let issued_at = Time::from_unix(self.issued_at)?.to_string();
        let mut statement =
            json!({"author": self.author, "event": self.event, "issued_at": issued_at, "ledger": ledger, "nth": nth});
        if let Some((size, root)) = self.seen(law) {
            statement["seen"] = json!({"root": root, "size": size});
        }
        let payload = canonical(&statement);
        Some((Statement::parse(&payload).ok()?, payload))
    }

    fn seen(&self, law: &Law) -> Option<(u64, Hash)> {
        let placed = law.roots.len() as u64;
        let there: Vec<u64> = law.published.iter().copied().filter(|size| *size <= placed).collect();
        let size = |back: usize| Some(there[there.len().checked_sub(1 + back)?]);
        match self.seen? {
            Seen::OfSize(size) => Some((size, Hash::ZERO)),
            Seen::Otherwise(back) => Some((size(back)?, Hash::ZERO)),
            Seen::Published(back) => size(back).map(|size| (size, law.roots[size as usize - 1])),
        }
    }

    /// As the law judges it, after that history.
    pub fn entry(&self, law: &Law) -> Option<Entry> {
        let (statement, payload) = self.statement(law)?;
        let signers = self.keys.iter().map(|label| id(label)).collect();
        let verifies = !self.forged || self.keys.is_empty();
        Some(Entry { statement, payload, signers, verifies, recorded_at: self.recorded_at })
    }

    /// That statement, signed.
    pub fn signed(&self, payload: Vec<u8>) -> Envelope {
        let message = pre_authentication_encoding(&payload);
        let sign = |label: &String| KeyedSignature { key: id(label), signature: secret(label).sign(&message) };
        let mut signatures: Vec<KeyedSignature> = self.keys.iter().map(sign).collect();
        if let Some(last) = signatures.last_mut().filter(|_| self.forged) {
            last.signature = Signature(secret(&self.keys[0]).sign(b"something else").0);
        }
        Envelope { payload, signatures }
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}) at {} ms", self.author, self.keys.join(" "), self.recorded_at)?;
        if self.issued_at * 1000 > self.recorded_at {
            write!(f, ", issued at {} s", self.issued_at)?;
        }
        if self.nth != Nth::Next(0) {
            write!(f, ", {:?}", self.nth)?;
        }
        if let Some(seen) = self.seen {
            write!(f, ", seen {seen:?}")?;
        }
        for (word, holds) in [("elsewhere", self.elsewhere), ("forged", self.forged), ("publishes", self.publishes)] {
            if holds {
                write!(f, ", {word}")?;
            }
        }
        write!(f, ": {}", self.event)
    }
}
