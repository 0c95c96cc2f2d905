//! Attachments by their hash, as lawful statements name them: each has one length, and a table of observations is named so
//! often and no more. Without that, whoever reads a ledger whole would read a table, or a file under another length, once
//! for each of any number of entries: the time would not be bounded by the ledger's size.

use std::io;

use serde::{Deserialize, Serialize};

use super::Placed;
use crate::core::event::Attachment;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::shelf::{Fields, KeptRun, OpenedRun, Scratch, Shelf, Space, Stored, put_number};

/// Lawful statements that name one attachment as a table of observations, at most: an audit reads it once for each.
pub const MAX_TABLE_NAMINGS: u64 = 16;

/// The attachments that lawful statements named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachments(Shelf<Hash, Named>);

/// What was said of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Named {
    /// Its length in bytes.
    length: u64,
    /// How many statements named it as a table of observations.
    as_table: u64,
}

impl Stored for Named {
    fn put(&self, bytes: &mut Vec<u8>) {
        put_number(bytes, self.length);
        put_number(bytes, self.as_table);
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields::of(bytes);
        let (length, as_table) = (fields.number()?, fields.number()?);
        fields.end(Self { length, as_table })
    }
}

impl Attachments {
    /// Holds what a statement says of its attachments against what was said of them before, in it or in others.
    pub(super) fn check(&self, placed: &Placed<'_>) -> Result<(), Fault> {
        let all = placed.statement.event.attachments();
        for (at, attachment) in all.iter().enumerate() {
            let Attachment { sha256, length, .. } = attachment;
            let before = self.0.find(sha256);
            let beside = all[..at].iter().find(|other| other.sha256 == *sha256).map(|other| other.length.unsigned());
            if let Some(said) = before.map(|before| before.length).or(beside).filter(|said| *said != length.unsigned())
            {
                let expected = format!("{said} bytes, as was said of sha-256 {sha256} before");
                return Err(Fault::new(Code::AttachmentLengthMismatch, expected, format!("{length} bytes")));
            }
            let namings = before.map_or(0, |before| before.as_table);
            if attachment.holds.is_some() && namings >= MAX_TABLE_NAMINGS {
                let expected = format!("a table of observations that fewer than {MAX_TABLE_NAMINGS} statements named");
                return Err(Fault::new(Code::TableOverused, expected, format!("sha-256 {sha256}, named by {namings}")));
            }
        }
        Ok(())
    }

    /// A lawful statement named its attachments. However often it names one, that is one naming.
    pub(super) fn name(&mut self, placed: &Placed<'_>) {
        let all = placed.statement.event.attachments();
        for (at, Attachment { sha256, length, .. }) in all.iter().enumerate() {
            if all[..at].iter().any(|other| other.sha256 == *sha256) {
                continue;
            }
            let table = all.iter().any(|other| other.sha256 == *sha256 && other.holds.is_some());
            let before = self.0.find(sha256).map_or(0, |before| before.as_table);
            self.0.insert(*sha256, Named { length: length.unsigned(), as_table: before + u64::from(table) });
        }
    }

    /// Gives them a scratch.
    pub(super) fn keep_in(&mut self, scratch: &Scratch) {
        self.0.keep_in(scratch);
    }

    /// See [`Shelf::keep`].
    pub(super) fn keep(&mut self, space: &dyn Space) -> io::Result<Vec<KeptRun>> {
        self.0.keep(space)
    }

    /// See [`Shelf::of_kept`].
    pub(super) fn of_kept(runs: Vec<OpenedRun>, scratch: &Scratch) -> io::Result<Self> {
        Shelf::of_kept(runs, scratch).map(Self)
    }
}
