//! The attachments that lawful statements name: which are to be read, and what was found of each. Step 7.

use serde::{Deserialize, Serialize};

use super::Audit;
use crate::core::chain::Link;
use crate::core::event::Attachment;
use crate::core::event::disclosure::Rows;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::shelf::{Fields, Stored, put_number};

/// What is known of an attachment that a lawful statement named.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Known {
    /// The first entry to name it.
    first: u64,
    /// Whether nothing is wrong with it so far.
    sound: bool,
}

impl Stored for Known {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.push(self.sound.into());
        put_number(bytes, self.first);
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields::of(bytes);
        let (sound, first) = (fields.byte()? == 1, fields.number()?);
        fields.end(Self { first, sound })
    }
}

impl Audit<'_> {
    /// The attachments that the caller is to read for an entry: none where the law refused it; of those that were named
    /// before, the ones that hold observations, as the entry says these again; and none that is known to be bad.
    pub fn attachments_of<'l>(&self, link: &'l Link) -> Vec<&'l Attachment> {
        let named = match &link.statement {
            Some(statement) if link.lawful => statement.event.attachments(),
            _ => &[],
        };
        let mut wanted: Vec<&Attachment> = Vec::new();
        for named in named {
            let known = self.attachments.find(&named.sha256);
            let mut beside = wanted.iter().filter(|other| other.sha256 == named.sha256).peekable();
            let again = known.is_some() || beside.peek().is_some();
            let told = beside.any(|other| other.holds.is_some());
            let sound = known.is_none_or(|known| known.sound);
            if !again || (named.holds.is_some() && sound && !told) {
                wanted.push(named);
            }
        }
        wanted
    }

    /// Takes what the caller found of an attachment: its length and hash, or nothing where it is not there; and, where it
    /// was read as a table, its rows, or what is wrong with it. It is at fault once, whoever names it; rows that are not
    /// its rows are the fault of each entry that says so.
    pub fn attachment(
        &mut self,
        link: &Link,
        named: &Attachment,
        found: Option<(u64, Hash)>,
        table: Option<Result<Rows, Fault>>,
    ) {
        let known = self.attachments.find(&named.sha256);
        let expected = || format!("{} bytes with sha-256 {}", named.length, named.sha256);
        let (rows, malformed) = match table {
            Some(Ok(rows)) => (Some(rows), None),
            Some(Err(fault)) => (None, Some(fault)),
            None => (None, None),
        };
        let fault = match found {
            _ if known.is_some_and(|known| !known.sound) => None,
            None => Some(Fault::new(Code::AttachmentMissing, expected(), "no such file")),
            Some((length, hash)) if length != named.length.unsigned() || hash != named.sha256 => {
                // Of a longer one, the caller may have read no more than shows that it is.
                let found = match length > named.length.unsigned() {
                    true => "more bytes".to_owned(),
                    false => format!("{length} bytes with sha-256 {hash}"),
                };
                Some(Fault::new(Code::AttachmentMismatch, expected(), found))
            }
            Some(_) => malformed,
        };
        let first = known.map_or(link.index, |known| known.first);
        let sound = known.is_none_or(|known| known.sound) && fault.is_none();
        self.attachments.insert(named.sha256, Known { first, sound });
        if let Some(fault) = fault {
            self.fault(fault.at(first).in_file(attachment_name(&named.sha256)));
        }
        if let Some(rows) = rows.filter(|_| sound) {
            self.check_rows(link, named, rows);
        }
    }

    /// Holds all that an entry says of the rows of one attachment, which it may name more than once, against these.
    fn check_rows(&mut self, link: &Link, named: &Attachment, rows: Rows) {
        let all = link.statement.as_ref().map_or(&[][..], |statement| statement.event.attachments());
        let of_it = all.iter().filter(|other| other.sha256 == named.sha256);
        for fault in of_it.filter_map(|named| named.check_rows(rows).err()) {
            self.fault(fault.at(link.index).in_file(attachment_name(&named.sha256)));
        }
    }

    /// Whether a lawful statement named the attachment with that hash.
    pub fn names_attachment(&self, sha256: &Hash) -> bool {
        self.attachments.find(sha256).is_some()
    }
}

/// The name in a bundle of the attachment with that hash.
pub fn attachment_name(sha256: &Hash) -> String {
    format!("attachments/sha256/{sha256}")
}
