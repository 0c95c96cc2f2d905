//! What can be said of an entry by its place in the chain, before the law: steps 2.1 to 2.10.

use super::prepared::Content;
use super::{Chain, MAX_CLOCK_AHEAD_SECONDS};
use crate::core::entry::Entry;
use crate::core::fault::{Code, Fault};
use crate::core::statement::Statement;

impl Chain {
    /// Hands over what is wrong with the entry by itself and in this place, in the order of the steps. Changes nothing.
    pub(super) fn examine(&self, content: &mut Content, faults: &mut Vec<Fault>) {
        let entry = &content.entry;
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
        faults.append(&mut content.signatures);
        match &content.statement {
            Err(fault) => faults.push(fault.clone()),
            Ok(statement) => self.check_statement(entry, statement, faults),
        }
    }

    pub(super) fn check_statement(&self, entry: &Entry, statement: &Statement, faults: &mut Vec<Fault>) {
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
