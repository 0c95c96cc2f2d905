//! How far the writer has acknowledged, noted beside the evidence.
//!
//! A torn write and a lost one look alike: the tail ends too soon. The note tells them apart. It is written after each
//! acknowledgement and waited for by nobody, so that a kill leaves it exact, and a power cut leaves it exact or behind, never
//! ahead. It is no evidence: where it is missing or damaged, the ledger opens without it.

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, Write as _};

use super::folder::Folder;
use super::snapshot::Snapshot;
use crate::core::hash::Hash;
use crate::storage::durable;
use crate::storage::plain;
use crate::storage::store::StoreError;

/// The note's name among the temporary files, where it stays.
pub(super) const ACKNOWLEDGED: &str = "acknowledged";

/// What was acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    /// How many entries.
    pub(crate) size: u64,
    /// The leaf hash of the last of them; zeros if there is none. Nothing else vouches for when that one was recorded.
    pub(crate) head: Hash,
    /// Up to which size checkpoints were published.
    pub(crate) published: u64,
}

impl Acknowledged {
    /// How far a ledger is acknowledged of which nothing is in doubt, but for a latest checkpoint where everybody is still shown
    /// one of that smaller size.
    pub(super) fn of(snapshot: &Snapshot, shown: Option<u64>) -> Self {
        let latest = snapshot.latest.as_ref().map_or(0, |latest| latest.checkpoint.size);
        Self { size: snapshot.tree.size(), head: snapshot.head, published: shown.unwrap_or(latest) }
    }

    /// What is noted in a folder, if the note is whole.
    pub(super) fn read(folder: &Folder) -> Option<Self> {
        let bytes = folder.noted(ACKNOWLEDGED).ok()??;
        let mut words = str::from_utf8(&bytes).ok()?.split(' ');
        let mut number = || words.next()?.parse().ok();
        let (size, published) = (number()?, number()?);
        let found = Self { size, published, head: Hash::from_hex(words.next()?)? };
        (found.line().as_bytes() == bytes).then_some(found)
    }

    /// All of it, and the hash of that; always of one length.
    fn line(self) -> String {
        let says = format!("{:020} {:020} {}", self.size, self.published, self.head);
        format!("{says} {}\n", Hash::of(says.as_bytes()))
    }
}

/// The note, open.
pub(super) struct Note(Option<File>);

impl Note {
    /// Opens the note, and makes it say that, durably unless it says it already. A disk on which it cannot be kept takes no harm: then nothing is noted,
    /// and why is the second value.
    pub(super) fn open(folder: &Folder, says: Acknowledged) -> (Self, Option<StoreError>) {
        let path = folder.temporary(ACKNOWLEDGED);
        let opened = if Acknowledged::read(folder) == Some(says) {
            plain::open_as(OpenOptions::new().write(true), &path).map_err(StoreError::io(&path))
        } else {
            durable::replace(&folder.temporary("note"), &path, says.line().as_bytes())
        };
        match opened {
            Ok(file) => (Self(Some(file)), None),
            Err(error) => (Self(None), Some(error)),
        }
    }

    /// Notes what was just acknowledged. One that is not kept whole is as good as none.
    pub(super) fn say(&mut self, says: Acknowledged) {
        let line = says.line();
        let said = |file: &mut File| file.rewind().and_then(|()| file.write_all(line.as_bytes()));
        if self.0.as_mut().is_some_and(|file| said(file).is_err()) {
            self.0 = None;
        }
    }
}
