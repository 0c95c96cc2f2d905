//! Repairing a ledger's folder that does not open, or does not verify: with what is in it, and with a copy where there is one.
//!
//! What holds, whatever is damaged and whatever is asked:
//!
//! - An entry that a checkpoint promises is never given up, nor one that is intact; nor is anything taken from a copy that does
//!   not fit the hash chain, or a signature of this ledger.
//! - The repair is judged before anything is changed: the folder as it would be, by the chain and its law, as in an audit.
//!   Where that does not come to a whole ledger, nothing is changed.
//! - What is replaced or taken away is first kept, durably, in a folder beside the ledger. Each file is then replaced whole
//!   or not at all; interrupted, the repair can be run again.
//! - Entries that were acknowledged, that no checkpoint promises and nothing brings back, are given up only where that is asked
//!   for by name ([`How::drop`]).

mod draft;
mod entries;
mod promises;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::core::audit::CHECKPOINT;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::policy::Policy;
use crate::core::statement::Rule;
use crate::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};
use crate::storage::folder_store::Mending;
use crate::storage::frozen::Frozen;
use crate::storage::store::StoreError;

use super::verify::{Options, verify};
use draft::Draft;

pub use draft::{Done, Step};
pub use entries::Cut;

/// What a repair may do.
pub struct How<'a> {
    /// A copy of the ledger, from which what is damaged may be taken.
    pub copy: Option<&'a dyn Bundle>,
    /// Whether to do it, or only to say what would be done.
    pub apply: bool,
    /// Whether what nothing brings back may be given up: acknowledged entries that no checkpoint promises, or a checkpoint
    /// whose entries are all there.
    pub drop: bool,
    /// Told after each entry how many were judged, and how many there should be, where that is known.
    pub progress: &'a mut dyn FnMut(u64, Option<u64>),
}

/// What a repair found, and did or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Repaired {
    /// How many entries the ledger then has.
    pub size: u64,
    /// How many of them a checkpoint promises.
    pub sealed: u64,
    /// The root of all entries; none where they do not make a ledger.
    pub root: Option<Hash>,
    /// What was or would be done, by the names of files.
    pub steps: Vec<Step>,
    /// What was or would be given up.
    pub cut: Option<Cut>,
    /// What is wrong and stays so.
    pub left: Vec<Fault>,
    /// Whether it was done.
    pub applied: bool,
    /// Where what was replaced is kept.
    pub aside: Option<PathBuf>,
    #[serde(skip)]
    whole: bool,
}

impl Repaired {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.steps.is_empty() && self.cut.is_none() && self.left.is_empty()
    }

    /// Whether what can be done would make a ledger that opens.
    pub fn is_possible(&self) -> bool {
        self.whole
    }
}

/// Why a repair came to nothing. Unless it failed while it was done, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    /// The ledger or the copy could not be read, or the ledger's folder has what no bundle may have.
    #[error(transparent)]
    Trouble(#[from] Trouble),
    /// There is no ledger, somebody else writes to it, or it could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RepairError {
    /// The stable name of what went wrong.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Trouble(Trouble::Faults(faults)) => faults.first().map_or("bundle-malformed", |it| it.code.as_str()),
            Self::Trouble(Trouble::Io { .. }) => "bundle-unreadable",
            Self::Store(error) => error.code(),
        }
    }
}

impl From<Fault> for RepairError {
    fn from(fault: Fault) -> Self {
        Self::Trouble(fault.into())
    }
}

/// Says what is wrong with a ledger's folder and what can be done about it, and does that where it is asked to. Nobody else
/// writes to the ledger meanwhile. Needs room beside the ledger for the files that are made anew.
///
/// # Errors
/// [`RepairError`]; what is wrong with the ledger is told, not an error.
pub fn repair(ledger: &Path, how: How<'_>) -> Result<Repaired, RepairError> {
    let path = &ledger.canonicalize().map_err(|source| Trouble::io(ledger, source))?;
    let mending = Mending::open(path)?;
    let copy = how.copy.map(Frozen::of).transpose()?;
    let copy = copy.as_ref().map(|copy| copy as &dyn Bundle);
    let mut draft = Draft::of(path)?;
    let promised = promises::promised(&draft, &mending)?;
    let entries::Found { cut, mut left } = entries::mend(&mut draft, copy, promised, &mending)?;
    let mut whole = left.is_empty();
    if whole && let Err(faults) = promises::derive(&mut draft, copy)? {
        (whole, left) = (false, faults);
    }
    let Judged { size, sealed, root, faults } = judge(&mut draft, copy, how.progress)?;
    left.extend(faults);
    let noted = mending.acknowledged().unwrap_or_default();
    if whole && noted.published > sealed && !(how.apply && how.drop) {
        let expected = format!("the checkpoint of {} entries that was published", noted.published);
        left.push(Fault::new(Code::CheckpointStale, expected, format!("one of {sealed}")).in_file(CHECKPOINT));
    }
    left.sort();
    left.dedup();
    let steps = draft.steps();
    let forgets = whole && (noted.size > size || noted.published > sealed);
    let mut repaired =
        Repaired { size, sealed, root: whole.then_some(root), steps, cut, left, applied: false, aside: None, whole };
    if !how.apply || !whole || repaired.cut.is_some() && !how.drop {
        return Ok(repaired);
    }
    if !repaired.steps.is_empty() {
        repaired.aside = draft.apply(&mending)?;
        repaired.applied = true;
    }
    if forgets && how.drop {
        mending.forget()?;
        repaired.applied = true;
    }
    Ok(repaired)
}

struct Judged {
    size: u64,
    sealed: u64,
    root: Hash,
    faults: Vec<Fault>,
}

/// Judges the folder as it would be, and takes the attachments that are damaged or missing from the copy, if it has them.
fn judge(
    draft: &mut Draft,
    copy: Option<&dyn Bundle>,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Judged, RepairError> {
    let nobody = Policy::parse(b"quorum none\n")?;
    let options = Options { pins: Vec::new(), rule: Rule::Cofactored, progress, as_of: None, watch: &mut () };
    let view = draft.view()?;
    let report = verify(&view, &nobody, options)?;
    let mut faults = report.faults;
    faults.retain(|fault| fault.code != Code::CheckpointUntrusted);
    let of_attachment = [Code::AttachmentMissing, Code::AttachmentMismatch];
    let mut left = Vec::new();
    for fault in faults {
        let name = fault.file.as_deref().filter(|_| of_attachment.contains(&fault.code));
        match (name, copy) {
            (Some(name), Some(copy)) if draft.has_step(name) || draft.take_attachment(copy, name)? => {}
            _ => left.push(fault),
        }
    }
    Ok(Judged { size: report.size, sealed: report.sealed, root: report.root, faults: left })
}

/// A file of a copy, if it has one that can be read.
fn of_copy(copy: &dyn Bundle, name: &str) -> Result<Option<Vec<u8>>, Trouble> {
    match copy.read(name, MAX_ENTRY_BUNDLE_BYTES) {
        Err(Trouble::Faults(_)) => Ok(None),
        Err(Trouble::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        read => read,
    }
}
