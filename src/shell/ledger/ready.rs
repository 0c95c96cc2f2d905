//! What is done for a statement before its turn comes: everything that needs no ledger, on the filer's own thread.

use std::io::Read;
use std::sync::{PoisonError, RwLock};

use super::{Attachments, LedgerError};
use crate::core::chain::Checked;
use crate::core::event::Attachment;
use crate::core::fault::{Code, Fault};
use crate::core::key::{KeyCache, KeyId, PublicKey};
use crate::core::statement::Envelope;
use crate::shell::attachment;
use crate::storage::bundle::MAX_FILE_BYTES;
use crate::storage::store::{Staged, Staging};

/// A statement that only waits for its place: read, its signatures verified, its attachments on the disk.
pub(super) struct Ready {
    pub(super) checked: Checked,
    /// Its attachments, which get their names once it is admitted.
    pub(super) staged: Vec<Staged>,
}

impl Ready {
    /// Checks a statement and takes in its attachments.
    pub(super) fn make(
        envelope: Envelope,
        keys: &KnownKeys,
        staging: &Staging,
        attachments: &mut Attachments<'_>,
    ) -> Result<Self, LedgerError> {
        let checked = Checked::new(envelope, |key| keys.parse(key))?;
        let named = checked.statement().event.attachments();
        // All of them are judged before any of them takes room.
        named.iter().try_for_each(|attachment| check_attachment(attachment, attachments))?;
        let stage = |named: &Attachment| {
            let mut reader = hand_over(named, attachments)?;
            Ok(staging.take_in(&named.sha256, named.length.unsigned(), &mut reader)?)
        };
        let staged = named.iter().map(stage).collect::<Result<_, LedgerError>>()?;
        Ok(Self { checked, staged })
    }
}

/// The keys of those who filed before, parsed.
#[derive(Default)]
pub(super) struct KnownKeys(RwLock<KeyCache>);

impl KnownKeys {
    fn parse(&self, key: &KeyId) -> Result<PublicKey, Fault> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).known(key);
        known.map_or_else(|| key.parse(), Ok)
    }

    /// Remembers the keys of statements that were filed: only those, lest whoever makes up keys fills the place.
    pub(super) fn remember(&self, keys: impl Iterator<Item = KeyId>) {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let new: Vec<KeyId> = keys.filter(|key| known.known(key).is_none()).collect();
        drop(known);
        for key in new.iter().filter_map(|key| key.parse().ok()) {
            self.0.write().unwrap_or_else(PoisonError::into_inner).remember(key);
        }
    }
}

fn hand_over(named: &Attachment, attachments: &mut Attachments<'_>) -> Result<Box<dyn Read>, LedgerError> {
    attachments(named)
        .ok_or_else(|| LedgerError::AttachmentNotHandedOver { name: named.name.to_string(), sha256: named.sha256 })
}

/// Reads an attachment before the statement that names it is admitted: it must be what the statement says it is.
fn check_attachment(named: &Attachment, attachments: &mut Attachments<'_>) -> Result<(), LedgerError> {
    let unreadable = |source| LedgerError::AttachmentUnreadable { name: named.name.to_string(), source };
    if named.length.unsigned() > MAX_FILE_BYTES {
        let expected = format!("an attachment of at most {MAX_FILE_BYTES} bytes");
        return Err(Fault::new(Code::BundleTooLarge, expected, format!("{} bytes", named.length)).into());
    }
    // Hashed and judged in one reading: the file could be another one the next time.
    let file = hand_over(named, attachments)?;
    let found = attachment::read(file, named.holds.is_some(), |_, _| {}).map_err(unreadable)?;
    Ok(found.check(named)?)
}
