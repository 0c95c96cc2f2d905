//! Repairing a ledger's folder that does not open, or does not verify: with what is in it, and with a copy where there is one.
//!
//! What holds, whatever is damaged and whatever is asked:
//!
//! - An entry that a checkpoint promises, here or in the copy, under the operator's signature, is never given up, nor one that
//!   is intact; nor is anything taken from a copy that does not fit the hash chain, or a signature of this ledger.
//! - The repair is judged before anything is changed: the folder as it would be, by the chain and its law, as in an audit.
//!   Where that does not come to a whole ledger, nothing is changed.
//! - What is replaced or taken away is first kept, durably, in a folder beside the ledger. Each file is then replaced whole
//!   or not at all; interrupted, the repair can be run again.
//! - Entries that were acknowledged, that no checkpoint promises and nothing brings back, are given up only where that is asked
//!   for by name ([`How::drop`]).

mod draft;
mod entries;
mod promises;
mod tail;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::core::audit::CHECKPOINT;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::policy::Policy;
use crate::core::statement::Rule;
use crate::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};
use crate::storage::folder_store::{Mending, WITNESSES_FILE};
use crate::storage::frozen::Frozen;
use crate::storage::layout::Layout;
use crate::storage::store::StoreError;

use super::verify::{OnEntry, Options, verify};
use draft::Draft;
use promises::Terms;

pub use draft::{Done, Step};
pub use entries::Cut;

/// What a repair may do.
pub struct How<'a> {
    /// A copy of the ledger, from which what is damaged may be taken, and entries that follow.
    pub copy: Option<&'a dyn Bundle>,
    /// The policy by which cosignatures are judged, in place of the one that the ledger's next checkpoints must meet.
    pub policy: Option<&'a Policy>,
    /// Whether to do it, or only to say what would be done.
    pub apply: bool,
    /// Whether what nothing brings back may be given up: acknowledged entries that no checkpoint promises, or a checkpoint
    /// whose entries are all there.
    pub drop: bool,
    /// Told after each entry how many were judged, and how many there should be, where that is known.
    pub progress: &'a mut OnEntry<'a>,
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
    /// Who cosigned the latest checkpoint, where nothing in the folder says whom to ask for the next.
    pub unasked: Vec<String>,
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
    let (own, malformed) = match mending.witnesses()?.map(|bytes| Policy::parse(&bytes)).transpose() {
        Ok(own) => (own, None),
        Err(fault) => (None, Some(fault.in_file(WITNESSES_FILE))),
    };
    let policy = how.policy.or(own.as_ref());
    let entries::Found { mut cut, mut left } = entries::mend(&mut draft, copy, &mending)?;
    let mut whole = left.is_empty();
    let published = mending.acknowledged().map(|noted| noted.published);
    let terms = Terms { policy, published, drop: how.apply && how.drop };
    if whole {
        match promises::derive(&mut draft, copy, &terms)? {
            Ok(disputed) => left.extend(disputed),
            Err(faults) => (whole, left, cut) = (false, faults, None),
        }
    }
    let Judged { size, sealed, root, faults } = judge(&mut draft, copy, policy, how.progress)?;
    left.extend(faults);
    let noted = mending.acknowledged().unwrap_or_default();
    // A ledger whose first checkpoint no quorum has cosigned yet is whole.
    if (terms.drop || noted.published == 0)
        && !has_checkpoint(&draft.view()?)?
        && !copy.map_or(Ok(false), has_checkpoint)?
    {
        left.retain(|fault| fault.code != Code::CheckpointMissing);
    }
    let unasked = if own.is_some() || malformed.is_some() { Vec::new() } else { promises::cosigners(&draft)? };
    left.extend(malformed);
    if whole && noted.published > sealed && !(how.apply && how.drop) {
        let expected = format!("the checkpoint of {} entries that was published", noted.published);
        left.push(Fault::new(Code::CheckpointStale, expected, format!("one of {sealed}")).in_file(CHECKPOINT));
    }
    left.sort();
    left.dedup();
    let steps = draft.steps();
    let forgets = whole && (noted.size > size || noted.published > sealed);
    let mut repaired = Repaired {
        size,
        sealed,
        root: whole.then_some(root),
        steps,
        cut,
        left,
        unasked,
        applied: false,
        aside: None,
        whole,
    };
    if !how.apply || !whole || repaired.cut.is_some() && !how.drop {
        return Ok(repaired);
    }
    let forgets = forgets && how.drop;
    if forgets || !repaired.steps.is_empty() {
        repaired.aside = draft.apply(&mending, forgets)?;
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
    policy: Option<&Policy>,
    progress: &mut OnEntry<'_>,
) -> Result<Judged, RepairError> {
    let nobody = Policy::parse(b"quorum none\n")?;
    let options = Options { pins: Vec::new(), rule: Rule::Cofactored, progress, as_of: None, watch: &mut () };
    let view = draft.view()?;
    let policy = policy.unwrap_or(&nobody);
    let (report, taken) = match copy {
        None => (verify(&view, policy, options)?, Vec::new()),
        Some(copy) => {
            let taking = draft.taking(&view, copy)?;
            (verify(&taking, policy, options)?, taking.end().0)
        }
    };
    draft.taken(taken);
    let mut faults = report.faults;
    // The policy of the ledger's own folder lists no log; and a checkpoint may be older than it.
    faults.retain(|fault| ![Code::CheckpointUntrusted, Code::QuorumNotMet].contains(&fault.code));
    Ok(Judged { size: report.size, sealed: report.sealed, root: report.root, faults })
}

/// Whether a bundle has any checkpoint.
fn has_checkpoint(bundle: &dyn Bundle) -> Result<bool, Trouble> {
    let layout = Layout::of(bundle.names()?);
    Ok(layout.checkpoint || !layout.checkpoints.is_empty())
}

/// A file of a copy, if it has one that can be read.
fn of_copy(copy: &dyn Bundle, name: &str) -> Result<Option<Vec<u8>>, Trouble> {
    match copy.read(name, MAX_ENTRY_BUNDLE_BYTES) {
        Err(Trouble::Faults(_)) => Ok(None),
        Err(Trouble::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        read => read,
    }
}
