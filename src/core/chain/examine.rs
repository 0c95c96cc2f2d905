//! What can be said of an entry before the law: steps 2.1 to 2.10.

use super::{Chain, MAX_CLOCK_AHEAD_SECONDS};
use crate::core::entry::Entry;
use crate::core::fault::{Code, Fault};
use crate::core::key::KeyId;
use crate::core::statement::{Rule, Statement, check_signatures};

/// An entry under examination: all that can be said of it before the law.
pub(super) struct Examined {
    pub(super) entry: Entry,
    pub(super) signers: Vec<KeyId>,
    pub(super) statement: Option<Statement>,
}

impl Chain {
    /// Steps 2.1 to 2.10: whatever can be said of the entry before the law. Changes nothing.
    pub(super) fn examine(&self, bytes: &[u8], rule: Rule, faults: &mut Vec<Fault>) -> Option<Examined> {
        let entry = Entry::parse(bytes).map_err(|fault| faults.push(fault)).ok()?;
        if entry.index != self.next {
            faults.push(Fault::new(
                Code::IndexMismatch,
                format!("entry {}", self.next),
                format!("entry {}", entry.index),
            ));
        }
        if entry.previous != self.head {
            let (expected, found) = (self.head.to_string(), entry.previous.to_string());
            faults.push(Fault::new(Code::PreviousMismatch, expected, found));
        }
        if let Some(last) = self.recorded_at.filter(|last| entry.recorded_at < *last) {
            let (expected, found) = (format!("{last} or later"), entry.recorded_at.to_string());
            faults.push(Fault::new(Code::TimeReversed, expected, found));
        }
        check_signatures(&entry.payload, &entry.signatures, rule, faults);
        let statement = Statement::parse(&entry.payload).map_err(|fault| faults.push(fault)).ok();
        if let Some(statement) = &statement {
            self.check_statement(&entry, statement, faults);
        }
        let signers = entry.signatures.iter().map(|signature| signature.key).collect();
        Some(Examined { entry, signers, statement })
    }

    fn check_statement(&self, entry: &Entry, statement: &Statement, faults: &mut Vec<Fault>) {
        if let Some(origin) = self.origin.as_ref().filter(|origin| **origin != statement.ledger) {
            faults.push(Fault::new(Code::LedgerMismatch, origin.as_str(), statement.ledger.as_str()));
        }
        let latest = entry.recorded_at.unix_ms().saturating_add(MAX_CLOCK_AHEAD_SECONDS * 1000);
        if statement.issued_at.unix().saturating_mul(1000) > latest {
            let expected = format!("at most {MAX_CLOCK_AHEAD_SECONDS} seconds after {}", entry.recorded_at);
            faults.push(Fault::new(Code::IssuedInFuture, expected, statement.issued_at.to_string()));
        }
        let Some(seen) = statement.seen else { return };
        let size = seen.size.unsigned();
        // A mark of a published size is there once so many entries are.
        match self.mark_at(size).filter(|_| self.published.contains(&size)) {
            None => {
                let expected = "a checkpoint that the ledger published before";
                faults.push(Fault::new(Code::SeenNotPublished, expected, format!("size {size}")));
            }
            Some(mark) if mark.root != seen.root => {
                let expected = format!("root {} at size {size}", mark.root);
                faults.push(Fault::new(Code::SeenMismatch, expected, seen.root.to_string()));
            }
            Some(_) => {}
        }
    }
}
