//! What an author's own side does before signing: it remembers the last checkpoint that it verified, refuses to sign for
//! a ledger whose history no longer extends it, and vouches for the latest one.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::core::chain::Chain;
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::json::Positive;
use crate::core::note::VerifierKey;
use crate::core::statement::{Seen, Statement};
use crate::storage::bundle::{Bundle, Trouble};
use crate::storage::scratch_files::ScratchFiles;
use crate::storage::whole_file;

use super::replay::Entries;

/// Where an author's client keeps the last checkpoint that it verified of one ledger: in a file beside the key.
pub struct Memory(PathBuf);

impl Memory {
    /// Beside that key file, of the ledger with that origin.
    pub fn beside(key: &Path, origin: &str) -> Self {
        // An origin may hold slashes; the beginning of its hash names the file.
        let ledger: String = Hash::of(origin.as_bytes()).to_string().chars().take(16).collect();
        let mut name = OsString::from(key);
        name.push(format!(".{ledger}.seen"));
        Self(PathBuf::from(name))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What the key signed last and gave out of its owner's hands, if that is known: its number and the payload's hash.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::InvalidData`] where the file says something else.
    pub fn said(&self) -> io::Result<Option<(u64, Hash)>> {
        let text = match fs::read_to_string(self.said_path()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        let said =
            text.trim_end().split_once(' ').and_then(|(nth, hash)| Some((nth.parse().ok()?, Hash::from_hex(hash)?)));
        let malformed = || io::Error::new(io::ErrorKind::InvalidData, "expected a number and a hash");
        said.ok_or_else(malformed).map(Some)
    }

    /// Remembers what the key signed, before it leaves its owner's hands.
    ///
    /// # Errors
    /// What the system says.
    pub fn say(&self, nth: u64, payload: &[u8]) -> io::Result<()> {
        whole_file::replace(&self.said_path(), format!("{nth} {}\n", Hash::of(payload)).as_bytes())
    }

    /// The file of [`Memory::said`].
    pub fn said_path(&self) -> PathBuf {
        self.0.with_extension("said")
    }

    /// The bytes of the checkpoint, if there is one.
    ///
    /// # Errors
    /// What the system says.
    pub fn recall(&self) -> io::Result<Option<Vec<u8>>> {
        match fs::read(&self.0) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps a checkpoint in place of the one before, durably.
    ///
    /// # Errors
    /// What the system says.
    pub fn keep(&self, checkpoint: &SignedCheckpoint) -> io::Result<()> {
        whole_file::replace(&self.0, checkpoint.to_string().as_bytes())
    }
}

/// Replays a copy of a ledger, and holds its entries against checkpoints of those sizes too, which it may not list.
///
/// # Errors
/// The faults of the first entry that has any; what the bundle says.
pub fn replayed(bundle: &dyn Bundle, sizes: &[u64]) -> Result<Chain, Trouble> {
    let mut chain = Chain::new().with_scratch(&ScratchFiles::scratch());
    sizes.iter().for_each(|size| chain.watch(*size));
    Entries::of(bundle)?.replay(chain)
}

/// Checks that a replayed history extends what its author saw before, and says what to write into `seen`: the latest
/// checkpoint, if the operator signed it and the replay leads to it.
///
/// # Errors
/// Those of [`extends`] and of parsing; `checkpoint-origin-mismatch`, `checkpoint-unsigned`,
/// `checkpoint-signature-invalid`, `checkpoint-root-mismatch`: the latest one is not this ledger's, not the operator's,
/// or not of this history.
pub fn vouch(chain: &Chain, remembered: Option<&[u8]>, latest: &SignedCheckpoint) -> Result<Option<Seen>, Fault> {
    extends(chain, remembered)?;
    let says = latest.checkpoint();
    check_origin(chain, latest)?;
    let mark = chain.mark_at(says.size).filter(|mark| mark.root == says.root).ok_or_else(|| {
        Fault::new(Code::CheckpointRootMismatch, "a checkpoint of this history", format!("root {}", says.root))
    })?;
    if let Some(operator) = mark.operator
        && !latest.signed_by(&VerifierKey::ed25519(&says.origin, operator)?)?
    {
        return Err(Fault::new(Code::CheckpointUnsigned, format!("a signature by {operator}"), "none"));
    }
    let size = i64::try_from(says.size).ok().and_then(Positive::new);
    Ok(size.map(|size| Seen { root: says.root, size }))
}

/// Checks that a replayed history extends what its author saw before, if anything. To be asked before every signature,
/// even where the ledger shows no checkpoint: whoever hides them must not get one either.
///
/// # Errors
/// `pin-mismatch`: the history does not extend the remembered checkpoint; `checkpoint-origin-mismatch`; those of parsing.
pub fn extends(chain: &Chain, remembered: Option<&[u8]>) -> Result<(), Fault> {
    let Some(remembered) = remembered else { return Ok(()) };
    let remembered = SignedCheckpoint::parse(remembered)?;
    check_origin(chain, &remembered)?;
    let says = remembered.checkpoint();
    let now = chain.mark_at(says.size).map(|mark| mark.root);
    if now == Some(says.root) {
        return Ok(());
    }
    let expected = format!("a history with root {} at size {}, as this key's owner saw", says.root, says.size);
    let found =
        now.map_or_else(|| format!("{} entries without that checkpoint", chain.size()), |root| root.to_string());
    Err(Fault::new(Code::PinMismatch, expected, found))
}

/// Checks that another's statement is of this ledger, and what it has `seen` of this history, before it is signed too.
///
/// # Errors
/// `ledger-mismatch`; `seen-mismatch`: the history has another root at that size, or is not as long.
pub fn agrees(chain: &Chain, statement: &Statement) -> Result<(), Fault> {
    if let Some(origin) = chain.origin().filter(|origin| **origin != statement.ledger) {
        return Err(Fault::new(Code::LedgerMismatch, origin.as_str(), statement.ledger.as_str()));
    }
    let Some(seen) = statement.seen else { return Ok(()) };
    let (size, root) = (seen.size.unsigned(), chain.mark_at(seen.size.unsigned()).map(|mark| mark.root));
    if root == Some(seen.root) {
        return Ok(());
    }
    let found = root.map_or_else(|| format!("{} entries", chain.size()), |root| format!("root {root}"));
    Err(Fault::new(Code::SeenMismatch, format!("a history with root {} at size {size}", seen.root), found))
}

fn check_origin(chain: &Chain, checkpoint: &SignedCheckpoint) -> Result<(), Fault> {
    let (ours, theirs) = (chain.origin().map_or("", |origin| origin.as_str()), &checkpoint.checkpoint().origin);
    if ours == theirs {
        return Ok(());
    }
    Err(Fault::new(Code::CheckpointOriginMismatch, ours, crate::core::text::excerpt(theirs)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::checkpoint::Checkpoint;
    use crate::core::sample::shared;

    /// The shared ledger's chain, which published checkpoints of these sizes.
    fn chain(sizes: &[u64]) -> Chain {
        let mut chain = Chain::new();
        sizes.iter().for_each(|size| chain.checkpoint_published(*size));
        for sealed in &shared().entries()[..9] {
            chain.extend(sealed.bytes(), crate::core::statement::Rule::Cofactored, &mut Vec::new());
        }
        chain
    }

    #[test]
    fn a_client_vouches_only_for_what_extends_what_it_saw() {
        let (root, origin) = (shared().tree(9).root(), shared().chain().origin().unwrap().to_string());
        let signed = |origin: &str, size, root, key| {
            SignedCheckpoint::sign(Checkpoint { origin: origin.to_owned(), size, root }, &key).unwrap()
        };
        let (latest, seen) = (shared().checkpoint(9), shared().checkpoint(5));
        let operator = || shared().operator_key();
        let other = signed(&origin, 5, root, operator());
        // (published, remembered, latest, what comes of it)
        let table = [
            (&[9][..], None, latest.clone(), None),
            (&[5, 9], Some(&seen), latest.clone(), None),
            (&[5, 9], Some(&other), latest.clone(), Some(Code::PinMismatch)),
            (&[9], Some(&seen), latest.clone(), Some(Code::PinMismatch)),
            (&[9], None, signed(&origin, 9, root, shared().key(9)), Some(Code::CheckpointUnsigned)),
            (&[9], None, signed(&origin, 9, other.checkpoint().root, operator()), None),
            (&[9], None, signed(&origin, 9, seen.checkpoint().root, operator()), Some(Code::CheckpointRootMismatch)),
            // Under another name, nothing would be remembered of it.
            (&[9], None, signed("candour.example/2", 9, root, operator()), Some(Code::CheckpointOriginMismatch)),
        ];
        for (row, (published, remembered, latest, expected)) in table.into_iter().enumerate() {
            let remembered = remembered.map(ToString::to_string);
            let found = vouch(&chain(published), remembered.as_deref().map(str::as_bytes), &latest);
            assert_eq!(found.as_ref().err().map(|fault| fault.code), expected, "row {row}");
            let vouched = found.ok().map(|seen| seen.map(|seen| (seen.size.value(), seen.root)));
            assert_eq!(vouched, expected.is_none().then_some(Some((9, root))), "row {row}");
        }
        let remembered = seen.to_string();
        assert_eq!(extends(&chain(&[]), Some(remembered.as_bytes())).unwrap_err().code, Code::PinMismatch);
    }
}
