//! A row of an attached table with the proof that its author signed it: FORMAT.md, section 12.

use std::fmt;

use super::event::table::{self, HEADER, MAX_ROW_BYTES};
use super::event::{Attachment, Observation};
use super::fault::{Code, Fault};
use super::hash::Hash;
use super::merkle::{self, MAX_PROOF, MAX_SIZE};
use super::note::{decimal, quote};
use super::receipt::{MAX_RECEIPT_BYTES, Receipt};
use super::statement::Statement;

/// The first line of every row proof.
pub const FIRST_LINE: &str = "candour-row-proof/v1";

/// Bytes in the longest row proof that is read: the largest receipt, row and proof, and room for the words between.
pub const MAX_ROW_PROOF_BYTES: usize = MAX_RECEIPT_BYTES + MAX_ROW_BYTES + MAX_PROOF * 45 + 512;

/// The line of a table's first row: the header is line 1.
pub const FIRST_ROW: u64 = 2;

/// A row, its place, and the way from it to what a statement says of its table. Well-formed; says nothing of whether it
/// verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProof {
    /// The table: the SHA-256 of the attachment.
    pub attachment: Hash,
    /// The row's line in it, from [`FIRST_ROW`].
    pub line: u64,
    /// The row as it stands in the table, without the end of its line.
    pub row: String,
    /// The proof of inclusion, from the row's sibling up to the root's child.
    pub proof: Vec<Hash>,
    /// The entry whose statement names the table and its rows.
    pub receipt: Receipt,
}

impl RowProof {
    /// Whether bytes that are one of a receipt and a row proof are meant to be the latter.
    pub fn is_meant(bytes: &[u8]) -> bool {
        bytes.starts_with(FIRST_LINE.as_bytes())
    }

    /// Reads a row proof. Printing it gives the same bytes back.
    ///
    /// # Errors
    /// `row-proof-malformed`; `receipt-malformed` for the receipt in it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > MAX_ROW_PROOF_BYTES {
            let found = format!("{} bytes", bytes.len());
            return Err(malformed(format!("at most {MAX_ROW_PROOF_BYTES} bytes"), found));
        }
        let text = str::from_utf8(bytes).map_err(|error| malformed("UTF-8", error.to_string()))?;
        let (row, receipt) = text.split_once("\n\n").ok_or_else(|| malformed("an empty line", "none"))?;
        let mut lines = row.split('\n');
        let mut next = || lines.next().unwrap_or_default();
        let first = next();
        if first != FIRST_LINE {
            return Err(malformed(FIRST_LINE, quote(first)));
        }
        let field = |name: &str, line: &str| {
            let value = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')).map(str::to_owned);
            value.ok_or_else(|| malformed(format!("a line that begins with {name}"), quote(line)))
        };
        let attachment = field("attachment", next())?;
        let attachment = Hash::from_hex(&attachment).ok_or_else(|| malformed("a hash", quote(&attachment)))?;
        let line = field("line", next())?;
        let line = decimal(&line)
            .filter(|line| (FIRST_ROW..MAX_SIZE).contains(line))
            .ok_or_else(|| malformed("a line from 2", quote(&line)))?;
        let header = next();
        if header.split(',').ne(HEADER) {
            return Err(malformed("the header of FORMAT.md", quote(header)));
        }
        let row = lines.next().ok_or_else(|| malformed("a row", "none"))?;
        if row.len() > MAX_ROW_BYTES {
            return Err(malformed(format!("a row of at most {MAX_ROW_BYTES} bytes"), row.len().to_string()));
        }
        let hash = |line| Hash::from_base64(line).map_err(|_| malformed("a hash in base64", quote(line)));
        let proof: Vec<_> = lines.take(MAX_PROOF + 1).map(hash).collect::<Result<_, _>>()?;
        if proof.len() > MAX_PROOF {
            return Err(malformed(format!("at most {MAX_PROOF} hashes"), "more"));
        }
        let receipt = Receipt::parse(receipt.as_bytes())?;
        Ok(Self { attachment, line, row: row.to_owned(), proof, receipt })
    }

    /// Checks that the statement, which is the receipt's, names the table with its rows, and that the row is where it
    /// says among them. Returns what names it, and the figure that the row is. The receipt is for the caller to verify.
    ///
    /// # Errors
    /// `proof-invalid`; `attachment-malformed` where the row is no observation.
    pub fn check(&self, statement: &Statement) -> Result<(Attachment, Observation), Fault> {
        let at = |fault: Fault| fault.at(self.receipt.index);
        let mut all = statement.event.attachments().iter().filter(|named| named.sha256 == self.attachment);
        let named = all.find_map(|named| named.rows.map(|rows| (named, rows)));
        let (named, rows) = named.ok_or_else(|| {
            at(Fault::new(Code::ProofInvalid, format!("the rows of an attachment {}", self.attachment), "none"))
        })?;
        let index = self.line.saturating_sub(FIRST_ROW);
        let leaf = Hash::leaf(self.row.as_bytes());
        merkle::verify_inclusion(leaf, index, rows.count.unsigned(), &self.proof, rows.root).map_err(at)?;
        let observation = table::row(self.line, self.row.as_bytes()).map_err(at)?;
        Ok((named.clone(), observation))
    }
}

impl fmt::Display for RowProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { attachment, line, row, proof, receipt } = self;
        writeln!(f, "{FIRST_LINE}\nattachment {attachment}\nline {line}\n{}\n{row}", HEADER.join(","))?;
        proof.iter().try_for_each(|hash| writeln!(f, "{}", hash.to_base64()))?;
        write!(f, "\n{receipt}")
    }
}

fn malformed(expected: impl Into<String>, found: impl Into<String>) -> Fault {
    Fault::new(Code::RowProofMalformed, expected, found)
}

#[cfg(test)]
mod tests;
