//! What can be said of an entry, or of an envelope, without a chain: much work, that needs no order.

use super::super::entry::Entry;
use super::super::fault::Fault;
use super::super::hash::Hash;
use super::super::key::{KeyCache, KeyId, PublicKey};
use super::super::statement::{Envelope, Rule, Statement, all_signature_faults, signature_faults};
use super::super::time::Millis;

/// An entry's bytes, decoded, hashed, and their signatures checked: all that a chain needs to place it, and all of it
/// true wherever it stands.
#[derive(Debug)]
pub struct Prepared {
    pub(super) leaf: Hash,
    pub(super) content: Result<Content, Fault>,
}

/// What an entry that could be decoded holds.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) entry: Entry,
    /// What is wrong with the signatures.
    pub(super) signatures: Vec<Fault>,
    /// In a place of its own, for it is large and handed on often.
    pub(super) statement: Result<Box<Statement>, Fault>,
}

impl Prepared {
    /// The entry's leaf hash.
    pub fn leaf(&self) -> Hash {
        self.leaf
    }

    /// The entry, if it could be decoded.
    pub fn entry(&self) -> Option<&Entry> {
        self.content.as_ref().ok().map(|content| &content.entry)
    }
}

/// Prepares entries, by one rule for signatures. One for each thread: it remembers the keys that it met.
#[derive(Clone, Debug)]
pub struct Preparer {
    rule: Rule,
    keys: KeyCache,
    together: bool,
}

impl Preparer {
    /// By that rule.
    pub fn new(rule: Rule) -> Self {
        Self { rule, keys: KeyCache::default(), together: true }
    }

    /// One that verifies each signature by itself: slower, and what any other is held against.
    #[must_use]
    pub fn one_by_one(self) -> Self {
        Self { together: false, ..self }
    }

    /// Prepares one entry.
    pub fn entry(&mut self, bytes: &[u8]) -> Prepared {
        let content = Entry::parse(bytes).map(|entry| Content {
            signatures: signature_faults(&entry.payload, &entry.signatures, self.rule, |key| self.keys.parse(key)),
            statement: Statement::parse(&entry.payload).map(Box::new),
            entry,
        });
        Prepared { leaf: Hash::leaf(bytes), content }
    }

    /// Prepares many entries: each becomes what it would become by itself, at a fraction of the cost. The signatures are
    /// verified now, all together; a statement is read when it is asked for, so that whoever asks finds it near.
    pub fn entries(&mut self, entries: &[&[u8]]) -> impl Iterator<Item = Prepared> + use<> {
        let parsed = entries.iter().map(|bytes| (Hash::leaf(bytes), Entry::parse(bytes)));
        let parsed: Vec<(Hash, Result<Entry, Fault>)> = parsed.collect();
        let signed = parsed.iter().filter_map(|(_, entry)| entry.as_ref().ok());
        let signed: Vec<_> = signed.map(|entry| (&entry.payload[..], &entry.signatures[..])).collect();
        let faults = if self.together {
            all_signature_faults(&signed, self.rule, &mut self.keys)
        } else {
            let (rule, keys) = (self.rule, &mut self.keys);
            let one = |(payload, by)| signature_faults(payload, by, rule, |key| keys.parse(key));
            signed.iter().copied().map(one).collect()
        };
        let mut faults = faults.into_iter();
        parsed.into_iter().map(move |(leaf, entry)| {
            let content = entry.map(|entry| Content {
                signatures: faults.next().unwrap_or_default(),
                statement: Statement::parse(&entry.payload).map(Box::new),
                entry,
            });
            Prepared { leaf, content }
        })
    }
}

/// An envelope with which nothing is wrong by itself: it fits an entry, every signature verifies by the strict rule, and
/// the statement can be read. Whether the statement may be made here and now is the chain's to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub(super) envelope: Envelope,
    pub(super) statement: Statement,
}

impl Checked {
    /// Checks an envelope, with keys as they are parsed by somebody who may remember them.
    ///
    /// # Errors
    /// The first fault that an audit would find in any entry made of it, by the strict rule for signatures.
    pub fn new(envelope: Envelope, parse: impl FnMut(&KeyId) -> Result<PublicKey, Fault>) -> Result<Self, Fault> {
        // Whatever stands in the other fields, the entry is as long.
        let entry = Entry {
            index: 0,
            recorded_at: Millis::EPOCH,
            previous: Hash::ZERO,
            payload: envelope.payload,
            signatures: envelope.signatures,
        };
        let Entry { payload, signatures, .. } = Entry::parse(&entry.encode()?)?;
        if let Some(fault) = signature_faults(&payload, &signatures, Rule::Strict, parse).into_iter().next() {
            return Err(fault);
        }
        let statement = Statement::parse(&payload)?;
        Ok(Self { envelope: Envelope { payload, signatures }, statement })
    }

    /// The envelope.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// What it says.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }
}
