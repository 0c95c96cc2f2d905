//! The disclosures and corrections on the ledger, as far as findings need to know them.

use serde::{Deserialize, Serialize};

use super::figures::Cell;
use crate::core::shelf::{Fields, Scratch, Shelf, Stored};

/// The disclosures and corrections filed so far, by entry. It grows with them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filed {
    documents: Shelf<u64, Document>,
    disclosures: u64,
    /// Those of which some document was retracted, by their bits.
    retracted: u64,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    /// That of the disclosure that it is, or of which it is a correction.
    bit: u64,
    retracted: bool,
    /// Whether it has a number, or a file in which there may be some.
    numbers: bool,
}

/// Two bits, and the number of the bit: it is one or none.
impl Stored for Document {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(self.retracted) | u8::from(self.numbers) << 1);
        bytes.push(self.bit.trailing_zeros() as u8);
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields::of(bytes);
        let (flags, bit) = (fields.byte()?, fields.byte()?);
        let bit = 1_u64.checked_shl(bit.into()).unwrap_or(0);
        fields.end(Self { bit, retracted: flags & 1 != 0, numbers: flags & 2 != 0 })
    }
}

impl Filed {
    /// Gives it a scratch.
    pub fn keep_in(&mut self, scratch: &Scratch) {
        self.documents.keep_in(scratch);
    }

    /// Takes a disclosure. Returns its bit: disclosures are told apart by their number on the ledger, modulo 64. Where two
    /// are taken for one, less is noticed, never more.
    pub fn disclose(&mut self, index: u64, other_files: bool) -> u64 {
        let bit = 1_u64.checked_shl((self.disclosures % 64) as u32).unwrap_or(1);
        self.disclosures = self.disclosures.saturating_add(1);
        self.documents.insert(index, Document { bit, retracted: false, numbers: other_files });
        bit
    }

    /// Takes a correction of the document in an entry. Returns the bit of the disclosure corrected.
    pub fn correct(&mut self, index: u64, corrected: u64, other_files: bool) -> u64 {
        let bit = self.documents.find(&corrected).map_or(0, |document| document.bit);
        self.documents.insert(index, Document { bit, retracted: false, numbers: other_files });
        bit
    }

    /// Takes that the document in an entry was retracted.
    pub fn retract(&mut self, index: u64) {
        let retracted = &mut self.retracted;
        self.documents.change(&index, |document| {
            document.retracted = true;
            *retracted |= document.bit;
        });
    }

    /// Takes that the document in an entry has a number.
    pub fn number(&mut self, index: u64) {
        if self.has_no_number(index) {
            self.documents.change(&index, |document| document.numbers = true);
        }
    }

    /// Whether the document in an entry is known to have no number.
    pub fn has_no_number(&self, index: u64) -> bool {
        self.documents.find(&index).is_some_and(|document| !document.numbers)
    }

    /// Whether the document in an entry was retracted.
    pub fn is_retracted(&self, index: u64) -> bool {
        self.documents.find(&index).is_some_and(|document| document.retracted)
    }

    /// Whether every document that gave a figure was retracted.
    pub fn has_taken_back(&self, cell: &Cell) -> bool {
        self.is_retracted(cell.last) && self.is_retracted(cell.before) && cell.documents & !self.retracted == 0
    }
}
