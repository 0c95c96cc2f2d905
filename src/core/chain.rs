//! The chain: entries linked, hashed into the tree, and judged by the law, one after the other.
//!
//! An entry is prepared, and then placed. [`Preparer`] does what needs no chain, and so no order: decoding, hashing, and
//! the signatures, which are most of the work. [`Chain::place`] does the rest and hands over every fault, as
//! [`Chain::extend`] does with both in one: it is the audit's step 2 (FORMAT.md, section 6). [`Chain::seal`] makes the
//! next entry of an envelope, by the same checks; a [`Sealed`] entry can come from nowhere else, and a store takes
//! nothing else.

mod examine;
mod link;
mod marks;
mod prepared;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::entry::Entry;
use super::fault::{Code, Fault};
use super::hash::Hash;
use super::key::KeyId;
use super::shelf::Scratch;
use super::state::shelves::Shelves;
use super::state::{Placed, State};
use super::statement::{Envelope, Rule, Statement};
use super::text::Origin;
use super::tile::Tiler;
use super::time::Millis;

use prepared::Content;

pub use link::{Link, Sealed};
pub use marks::Mark;
pub use prepared::{Checked, Prepared, Preparer};

/// How far a statement's `issued_at` may lie after the entry's `recorded_at`, in seconds: clocks differ.
pub const MAX_CLOCK_AHEAD_SECONDS: u64 = 300;

/// A ledger's history up to some entry, as far as the next one needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    origin: Option<Origin>,
    next: u64,
    head: Hash,
    recorded_at: Option<Millis>,
    tree: Tiler,
    /// The sizes at which checkpoints were published.
    published: BTreeSet<u64>,
    /// The sizes that matter, with what the entries say of each once there are as many.
    #[serde(with = "marks::wire")]
    marks: BTreeMap<u64, Option<Mark>>,
    law: Law,
    #[serde(skip)]
    scratch: Scratch,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Law {
    /// No entry yet.
    #[default]
    Awaited,
    /// The first entry did not open the ledger: nobody may speak, and nothing can be said of anybody.
    NeverOpened,
    /// It did.
    Open(Box<State>),
}

impl Chain {
    /// A ledger without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a scratch for what grows with every entry. Whoever gives one asks [`Scratch::failure`] before relying on what
    /// the chain says.
    #[must_use]
    pub fn with_scratch(mut self, scratch: &Scratch) -> Self {
        self.scratch = scratch.clone();
        if let Law::Open(state) = &mut self.law {
            state.keep_in(scratch);
        }
        self
    }

    /// Its scratch.
    pub fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    /// Takes out what grows with every entry. Until it is back, the chain says that there is no document.
    pub fn take_shelves(&mut self) -> Shelves {
        if let Law::Open(state) = &mut self.law { state.take_shelves() } else { Shelves::default() }
    }

    /// Puts it in place of what the chain has of that.
    pub fn put_shelves(&mut self, shelves: Shelves) {
        if let Law::Open(state) = &mut self.law {
            state.put_shelves(shelves);
        }
    }

    /// Makes an envelope the next entry, at a time by the ledger's clock (or the time of the entry before, should the
    /// clock stand behind it). On a refusal the chain is as it was.
    ///
    /// # Errors
    /// The first fault that an audit would find in the entry, by the strict rule for signatures.
    pub fn seal(&mut self, envelope: Envelope, now: Millis) -> Result<Sealed, Fault> {
        self.seal_checked(Checked::new(envelope, KeyId::parse)?, now)
    }

    /// As [`Chain::seal`], of an envelope that was checked: on whose thread, the chain need not know.
    ///
    /// # Errors
    /// The first fault that an audit would find in the entry by its place, or the law's refusal.
    pub fn seal_checked(&mut self, checked: Checked, now: Millis) -> Result<Sealed, Fault> {
        let Checked { envelope: Envelope { payload, signatures }, statement } = checked;
        let recorded_at = self.recorded_at.map_or(now, |last| last.max(now));
        let entry = Entry { index: self.next, recorded_at, previous: self.head, payload, signatures };
        let bytes = entry.encode()?;
        let (index, signers) = (entry.index, signers(&entry));
        let mut faults = Vec::new();
        self.check_statement(&entry, &statement, &mut faults);
        if let Some(fault) = faults.into_iter().next() {
            return Err(fault);
        }
        let placed = Placed { index, recorded_at, statement: &statement, signers: &signers };
        match &mut self.law {
            Law::Open(state) => state.apply(&placed)?,
            Law::Awaited | Law::NeverOpened => self.open(State::open(&placed)?),
        }
        let link = self.advance(Hash::leaf(&bytes), index, Some(recorded_at), Some(Box::new(statement)), true);
        Ok(Sealed { link, bytes })
    }

    /// Takes the next entry of a ledger as it stands, faulty or not, and hands over every fault that can be told apart,
    /// each with the entry's index.
    pub fn extend(&mut self, bytes: &[u8], rule: Rule, faults: &mut Vec<Fault>) -> Link {
        self.place(Preparer::new(rule).entry(bytes), faults).0
    }

    /// As [`Chain::extend`], of an entry that was prepared, by the rule for signatures that its preparer had. Returns the
    /// entry as well, if it could be decoded.
    pub fn place(&mut self, prepared: Prepared, faults: &mut Vec<Fault>) -> (Link, Option<Entry>) {
        let mut found = Vec::new();
        let (expected, leaf) = (self.next, prepared.leaf);
        let (link, entry) = match prepared.content {
            Err(fault) => {
                found.push(fault);
                self.not_opened("an entry that cannot be read", &mut found);
                (self.advance(leaf, expected, None, None, false), None)
            }
            Ok(mut content) => {
                self.examine(&mut content, &mut found);
                let Content { entry, statement, .. } = content;
                let (index, recorded_at, signers) = (entry.index, entry.recorded_at, signers(&entry));
                let statement = statement.ok();
                let lawful = match &statement {
                    None => {
                        self.not_opened("a statement that cannot be read", &mut found);
                        false
                    }
                    Some(_) if signers.is_empty() => {
                        self.not_opened("a statement that nobody signed", &mut found);
                        false
                    }
                    Some(statement) => {
                        self.judge(&Placed { index, recorded_at, statement, signers: &signers }, &mut found)
                    }
                };
                (self.advance(leaf, index, Some(recorded_at), statement, lawful), Some(entry))
            }
        };
        let at = |fault: Fault| {
            let index = if fault.code == Code::IndexMismatch { expected } else { link.index };
            fault.at(index)
        };
        faults.extend(found.into_iter().map(at));
        (link, entry)
    }

    /// Step 2.11. Returns whether the law allows the statement.
    fn judge(&mut self, placed: &Placed<'_>, faults: &mut Vec<Fault>) -> bool {
        let before = faults.len();
        match &mut self.law {
            Law::Open(state) => state.replay(placed, faults),
            Law::NeverOpened => return false,
            Law::Awaited => match State::open(placed) {
                Ok(state) => self.open(state),
                Err(breach) => {
                    if breach.code != Code::LedgerNotOpened {
                        faults.push(breach);
                    }
                    self.not_opened(placed.statement.event.kind(), faults);
                }
            },
        }
        faults.iter().skip(before).all(|fault| fault.code == Code::NthGap)
    }

    fn open(&mut self, mut state: State) {
        state.keep_in(&self.scratch);
        self.law = Law::Open(Box::new(state));
    }

    fn not_opened(&mut self, found: &str, faults: &mut Vec<Fault>) {
        if self.law == Law::Awaited {
            self.law = Law::NeverOpened;
            faults.push(Fault::new(Code::LedgerNotOpened, "a lawful ledger_opened as entry 0", found));
        }
    }

    fn advance(
        &mut self,
        leaf: Hash,
        index: u64,
        recorded_at: Option<Millis>,
        statement: Option<Box<Statement>>,
        lawful: bool,
    ) -> Link {
        if self.origin.is_none() {
            self.origin = statement.as_ref().map(|statement| statement.ledger.clone());
        }
        self.next = index.saturating_add(1);
        self.head = leaf;
        self.recorded_at = recorded_at.or(self.recorded_at);
        let tiles = self.tree.push(leaf);
        self.mark();
        Link { index, recorded_at, leaf, statement, lawful, tiles }
    }

    /// The ledger's origin, once a statement was read.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// How many entries there are.
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// The root of their tree.
    pub fn root(&self) -> Hash {
        self.tree.root()
    }

    /// The leaf hash of the last one; zeros if there is none.
    pub fn head(&self) -> Hash {
        self.head
    }

    /// When the last one was recorded.
    pub fn recorded_at(&self) -> Option<Millis> {
        self.recorded_at
    }

    /// The tree.
    pub fn tree(&self) -> &Tiler {
        &self.tree
    }

    /// The state, if the ledger was opened.
    pub fn state(&self) -> Option<&State> {
        if let Law::Open(state) = &self.law { Some(state) } else { None }
    }
}

fn signers(entry: &Entry) -> Vec<KeyId> {
    entry.signatures.iter().map(|signature| signature.key).collect()
}

#[cfg(test)]
mod tests;
