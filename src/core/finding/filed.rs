//! The disclosures and corrections on the ledger, as far as findings need to know them.

use serde::{Deserialize, Serialize};

use super::figures::Cell;
use crate::core::shelf::{Fields, Scratch, Shelf, Stored, put_number};

/// The disclosures and corrections filed so far, by entry. It grows with them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filed {
    documents: Shelf<u64, Document>,
    /// The last one: it is not among them while it is being read, which changes it.
    last: Option<(u64, Document)>,
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
    /// Of a disclosure, the place among the periods that it is in.
    place: Option<u64>,
}

/// Three bits, the number of the bit, which is one or none, and the place if there is one.
impl Stored for Document {
    fn put(&self, bytes: &mut Vec<u8>) {
        let flags = [self.retracted, self.numbers, self.place.is_some()];
        bytes.push((0..).zip(flags).map(|(bit, flag)| u8::from(flag) << bit).sum());
        bytes.push(self.bit.trailing_zeros() as u8);
        self.place.into_iter().for_each(|place| put_number(bytes, place));
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields::of(bytes);
        let (flags, bit) = (fields.byte()?, fields.byte()?);
        let bit = 1_u64.checked_shl(bit.into()).unwrap_or(0);
        let place = if flags & 4 != 0 { Some(fields.number()?) } else { None };
        fields.end(Self { bit, retracted: flags & 1 != 0, numbers: flags & 2 != 0, place })
    }
}

impl Filed {
    /// Gives it a scratch.
    pub fn keep_in(&mut self, scratch: &Scratch) {
        self.documents.keep_in(scratch);
    }

    /// Takes a disclosure in a place among the periods. Returns its bit: disclosures are told apart by their number on the
    /// ledger, modulo 64. Where two are taken for one, less is noticed, never more.
    pub fn disclose(&mut self, index: u64, place: u64, other_files: bool) -> u64 {
        let bit = 1_u64.checked_shl((self.disclosures % 64) as u32).unwrap_or(1);
        self.disclosures = self.disclosures.saturating_add(1);
        self.file(index, Document { bit, retracted: false, numbers: other_files, place: Some(place) });
        bit
    }

    /// Takes a correction of the document in an entry. Returns the bit of the disclosure corrected.
    pub fn correct(&mut self, index: u64, corrected: u64, other_files: bool) -> u64 {
        let bit = self.find(corrected).map_or(0, |document| document.bit);
        self.file(index, Document { bit, retracted: false, numbers: other_files, place: None });
        bit
    }

    /// Takes that the document in an entry was retracted. Returns the place of the disclosure that it is.
    pub fn retract(&mut self, index: u64) -> Option<u64> {
        let mut document = self.find(index)?;
        document.retracted = true;
        self.retracted |= document.bit;
        match &mut self.last {
            Some((last, known)) if *last == index => *known = document,
            _ => self.documents.insert(index, document),
        }
        document.place
    }

    /// Takes that the last document, which is in that entry, has a number.
    pub fn number(&mut self, index: u64) {
        if let Some((_, document)) = self.last.as_mut().filter(|(last, _)| *last == index) {
            document.numbers = true;
        }
    }

    /// Whether the document in an entry is known to have no number.
    pub fn has_no_number(&self, index: u64) -> bool {
        self.find(index).is_some_and(|document| !document.numbers)
    }

    /// Whether the document in an entry was retracted.
    pub fn is_retracted(&self, index: u64) -> bool {
        self.find(index).is_some_and(|document| document.retracted)
    }

    fn find(&self, index: u64) -> Option<Document> {
        match self.last {
            Some((last, document)) if last == index => Some(document),
            _ => self.documents.find(&index),
        }
    }

    fn file(&mut self, index: u64, document: Document) {
        if let Some((before, document)) = self.last.replace((index, document)) {
            self.documents.insert(before, document);
        }
    }

    /// Whether every document that gave a figure was retracted.
    pub fn has_taken_back(&self, cell: &Cell) -> bool {
        self.is_retracted(cell.last) && self.is_retracted(cell.before) && cell.documents & !self.retracted == 0
    }
}
