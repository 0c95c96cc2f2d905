//! What is done for a statement before its turn comes: everything that needs no ledger, on the filer's own thread.

use std::collections::HashMap;
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

/// Keys that are kept parsed, at most. Parsing one costs as much as verifying a signature; one takes less than 300 bytes.
pub const MAX_KNOWN_KEYS: usize = 4096;

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
        let mut met = KeyCache::of(keys.among(envelope.signatures.iter().map(|signature| signature.key)));
        let checked = Checked::new(envelope, &mut met)?;
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
pub(super) struct KnownKeys(RwLock<HashMap<KeyId, PublicKey>>);

impl KnownKeys {
    /// Those of the keys that are known.
    fn among(&self, ids: impl Iterator<Item = KeyId>) -> Vec<PublicKey> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        ids.filter_map(|id| known.get(&id).copied()).collect()
    }

    /// Remembers the keys of a statement that was filed: only those, lest whoever makes up keys fills the place.
    pub(super) fn remember(&self, ids: impl Iterator<Item = KeyId>) {
        for id in ids {
            if self.0.read().unwrap_or_else(PoisonError::into_inner).contains_key(&id) {
                continue;
            }
            let Ok(key) = id.parse() else { continue };
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MAX_KNOWN_KEYS {
                known.clear();
            }
            known.insert(id, key);
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
