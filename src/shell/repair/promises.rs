//! What the entries lead to: hash tiles, which are made again, and checkpoints, which are held against them.

use std::collections::BTreeSet;

use crate::core::audit::{CHECKPOINT, CHECKPOINTS};
use crate::core::chain::{Chain, Preparer};
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::fault::Fault;
use crate::core::note::MAX_NOTE_BYTES;
use crate::core::statement::Rule;
use crate::core::tile::Tile;
use crate::shell::derived::Derived;
use crate::shell::publish::check_signed;
use crate::shell::replay::Entries;
use crate::storage::bundle::{Bundle, Trouble};
use crate::storage::folder_store::Mending;
use crate::storage::layout::Layout;
use crate::storage::scratch_files::ScratchFiles;

use super::draft::{Done, Draft, View};
use super::of_copy;

/// How many entries are promised, by any file that says so.
pub(super) fn promised(draft: &Draft, mending: &Mending) -> Result<u64, Trouble> {
    let view = draft.view()?;
    let sizes = Layout::of(view.names()?).checkpoints;
    let latest = checkpoint(&view, CHECKPOINT)?.map_or(0, |latest| latest.checkpoint().size);
    let published = mending.acknowledged().map_or(0, |noted| noted.published);
    Ok(sizes.last().copied().unwrap_or(0).max(latest).max(published))
}

/// A checkpoint that can be read, from that file.
fn checkpoint(bundle: &dyn Bundle, name: &str) -> Result<Option<SignedCheckpoint>, Trouble> {
    let bytes = match bundle.read(name, MAX_NOTE_BYTES as u64) {
        Err(Trouble::Faults(_)) => None,
        read => read?,
    };
    Ok(bytes.and_then(|bytes| SignedCheckpoint::parse(&bytes).ok()))
}

/// Replays the entries, makes what follows from them again where that is damaged, and mends the checkpoints; what is wrong with
/// one that cannot be mended is left for the audit to say. The faults of the first entry that has any, if one has.
pub(super) fn derive(draft: &mut Draft, copy: Option<&dyn Bundle>) -> Result<Result<(), Vec<Fault>>, Trouble> {
    let view = draft.view()?;
    let layout = Layout::of(view.names()?);
    let copied = copy.map_or(Ok(Layout::default()), |copy| copy.names().map(Layout::of))?;
    let latest = latest_of(&view)?;
    let theirs = copy.map_or(Ok(None), latest_of)?;
    let sizes: BTreeSet<u64> =
        layout.checkpoints.iter().chain(&copied.checkpoints).copied().chain(latest).chain(theirs).collect();
    let mut chain = Chain::new().with_scratch(&ScratchFiles::scratch());
    sizes.iter().for_each(|size| chain.checkpoint_published(*size));
    let (mut preparer, mut faults) = (Preparer::new(Rule::Cofactored), Vec::new());
    let mut derived = Derived::of(&view, &layout);
    let mut put = |tile: &Tile, bytes: Option<&[u8]>| match bytes {
        Some(bytes) => draft.put(&tile.path(), bytes, Done::MadeAgain),
        None => {
            draft.take_away(&tile.path());
            Ok(())
        }
    };
    Entries::of(&view)?.read(0, &mut |bytes| {
        let _placed = chain.place(preparer.entry(bytes), &mut faults);
        derived.entry(bytes, &mut put)?;
        Ok(faults.is_empty())
    })?;
    Trouble::of_scratch(chain.scratch())?;
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let due = layout.checkpoints.last().copied();
    let mended = Checkpoints { view: &view, copy, chain: &chain, sizes, latest, theirs, due }.mend()?;
    derived.end(mended.size, &mut put)?;
    for (name, bytes, done) in mended.files {
        draft.put(&name, &bytes, done)?;
    }
    Ok(Ok(()))
}

/// The size of the latest checkpoint of a bundle, if it can be read.
fn latest_of(bundle: &dyn Bundle) -> Result<Option<u64>, Trouble> {
    Ok(checkpoint(bundle, CHECKPOINT)?.map(|latest| latest.checkpoint().size))
}

/// The checkpoints of a ledger whose entries are whole.
struct Checkpoints<'a> {
    view: &'a View,
    copy: Option<&'a dyn Bundle>,
    chain: &'a Chain,
    /// The sizes of which the ledger or the copy has any.
    sizes: BTreeSet<u64>,
    /// The size of the latest one, and of the copy's, by themselves.
    latest: Option<u64>,
    theirs: Option<u64>,
    /// The greatest size of which the ledger has a file.
    due: Option<u64>,
}

/// What becomes of the checkpoints.
#[derive(Default)]
struct Mended {
    /// The size of the latest one.
    size: u64,
    files: Vec<(String, Vec<u8>, Done)>,
}

impl Checkpoints<'_> {
    fn mend(&self) -> Result<Mended, Trouble> {
        let mut mended = Mended { size: self.latest.unwrap_or(0), files: Vec::new() };
        let latest = self.latest.map_or(Ok(None), |size| self.sound(self.view, CHECKPOINT, size))?;
        let mut greatest = None;
        for size in self.sizes.iter().copied() {
            let name = format!("{CHECKPOINTS}{size}");
            let found = match self.sound(self.view, &name, size)? {
                Some(bytes) => Some((bytes, None)),
                None => match latest.clone().filter(|_| self.latest == Some(size)) {
                    Some(twin) => Some((twin, Some(Done::TakenFromTwin))),
                    None => self.of_copy(&name, size)?.map(|bytes| (bytes, Some(Done::TakenFromCopy))),
                },
            };
            let Some((bytes, done)) = found else { continue };
            if let Some(done) = done {
                mended.files.push((name, bytes.clone(), done));
            }
            greatest = Some((size, bytes, done.unwrap_or(Done::TakenFromTwin)));
        }
        // Where one of more entries is damaged, that is not to be forgotten for an older one.
        if let Some((size, bytes, done)) = greatest.filter(|(size, ..)| Some(*size) >= self.due)
            && (latest.is_none() || self.latest != Some(size))
        {
            mended.size = size;
            mended.files.push((CHECKPOINT.to_owned(), bytes, done));
        }
        Ok(mended)
    }

    /// The bytes of a checkpoint that is the operator's, and of these entries.
    fn sound(&self, bundle: &dyn Bundle, name: &str, size: u64) -> Result<Option<Vec<u8>>, Trouble> {
        let bytes = of_copy(bundle, name)?;
        let signed = |bytes: &[u8]| check_signed(self.chain, size, &SignedCheckpoint::parse(bytes)?);
        Ok(bytes.filter(|bytes| signed(bytes).is_ok()))
    }

    fn of_copy(&self, name: &str, size: u64) -> Result<Option<Vec<u8>>, Trouble> {
        let Some(copy) = self.copy else { return Ok(None) };
        match self.sound(copy, name, size)? {
            None if self.theirs == Some(size) => self.sound(copy, CHECKPOINT, size),
            found => Ok(found),
        }
    }
}
