//! What readers see while a copy is verified: every lawful entry and every observation, in order, as they stream by.

use crate::core::chain::{Chain, Link};
use crate::core::entry::Entry;
use crate::core::event::Observation;
use crate::core::finding::Finding;
use crate::core::hash::Hash;
use crate::core::statement::Statement;

/// Somebody who watches an audit go by. Every method does nothing unless it is given a body; `()` watches nothing.
///
/// What is handed over is what the files say, at the moment at which they are read: only the report, at the end, says
/// whether they are sound. So a reader keeps back what it makes of it until the report holds no fault that matters to
/// it. Nothing is kept for the watcher: its memory is its own affair.
///
/// An entry that cannot be read, or whose statement the law refused, is not handed over, nor are its observations: it is
/// a fault, and no copy that has one is for reading.
pub trait Watch: Send {
    /// A lawful entry, before its observations.
    fn entry(&mut self, _seen: &Seen<'_>) {}

    /// An observation of the entry last handed over: first those in the statement, then those of each attachment that
    /// holds them, attachment by attachment and line by line. An attachment is read again for every entry that names it,
    /// and once for each, so that a table that is filed twice is seen twice.
    fn observation(&mut self, _seen: &Seen<'_>, _place: Place, _observation: &Observation) {}

    /// What was noticed: as soon as it is sure, which is with the entry, with one after it, or at the end.
    fn finding(&mut self, _finding: Finding) {}

    /// All entries were handed over, and what they made sure: findings from here on are of what is owed and missing now.
    fn ending(&mut self, _chain: &Chain) {}

    /// The end of the ledger, after the last finding: the chain after its last entry, lawful or not.
    fn end(&mut self, _chain: &Chain) {}
}

impl Watch for () {}

/// A lawful entry as a watcher sees it.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// What it became in the chain.
    pub link: &'a Link,
    /// The entry itself, with its signatures.
    pub entry: &'a Entry,
    /// What it says.
    pub statement: &'a Statement,
    /// The chain after it.
    pub chain: &'a Chain,
}

/// Where an observation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the statement.
    Inline {
        /// Its place in the list, from 1.
        position: u64,
    },
    /// In an attachment that holds observations.
    Attached {
        /// The attachment.
        sha256: Hash,
        /// Its line in the file, from 2: the first is the header.
        line: u64,
    },
}

#[cfg(test)]
mod tests;
