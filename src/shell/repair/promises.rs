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

/// Replays the entries, makes what follows from them again where that is damaged, and mends the checkpoints. Gives back what
/// is wrong with those that cannot be mended; or the faults of the first entry that has any.
pub(super) fn derive(draft: &mut Draft, copy: Option<&dyn Bundle>) -> Result<Result<Vec<Fault>, Vec<Fault>>, Trouble> {
    let view = draft.view()?;
    let layout = Layout::of(view.names()?);
    let latest = checkpoint(&view, CHECKPOINT)?.map(|latest| latest.checkpoint().size);
    let mut sizes: BTreeSet<u64> = layout.checkpoints.iter().copied().chain(latest).collect();
    if let Some(copy) = copy {
        sizes.extend(Layout::of(copy.names()?).checkpoints);
    }
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
    let mended = Checkpoints { view: &view, copy, chain: &chain, sizes: &layout.checkpoints, latest }.mend()?;
    derived.end(mended.size, &mut put)?;
    for (name, bytes, done) in mended.files {
        draft.put(&name, &bytes, done)?;
    }
    Ok(Ok(mended.left))
}

/// The checkpoints of a ledger whose entries are whole.
struct Checkpoints<'a> {
    view: &'a View,
    copy: Option<&'a dyn Bundle>,
    chain: &'a Chain,
    /// The sizes of which there are files.
    sizes: &'a BTreeSet<u64>,
    /// The size of the latest one, by itself.
    latest: Option<u64>,
}

/// What becomes of the checkpoints.
#[derive(Default)]
struct Mended {
    /// The size of the latest one.
    size: u64,
    files: Vec<(String, Vec<u8>, Done)>,
    left: Vec<Fault>,
}

impl Checkpoints<'_> {
    fn mend(&self) -> Result<Mended, Trouble> {
        let mut mended = Mended::default();
        let latest = match self.latest {
            Some(size) => self.sound(self.view, CHECKPOINT, size)?,
            None => None,
        };
        let mut greatest = None;
        for size in self.sizes.iter().copied().chain(self.latest.filter(|_| latest.is_some())).collect::<BTreeSet<_>>()
        {
            let name = format!("{CHECKPOINTS}{size}");
            let twin = latest.clone().filter(|_| self.latest == Some(size));
            let (bytes, done) = match (self.sound(self.view, &name, size)?, twin) {
                (Some(bytes), _) => (Some(bytes), None),
                (None, Some(bytes)) => (Some(bytes), Some(Done::TakenFromTwin)),
                (None, None) => (self.of_copy(&name, size)?, Some(Done::TakenFromCopy)),
            };
            match (&bytes, done) {
                (Some(bytes), Some(done)) => mended.files.push((name, bytes.clone(), done)),
                (Some(_), None) => {}
                // The audit says what is wrong with it.
                (None, _) => {}
            }
            greatest = Some((size, bytes));
        }
        match (latest, greatest) {
            (Some(_), _) => mended.size = self.latest.unwrap_or(0),
            (None, Some((size, Some(bytes)))) => {
                mended.size = size;
                mended.files.push((CHECKPOINT.to_owned(), bytes, Done::TakenFromTwin));
            }
            (None, greatest) => {
                if let Some(bytes) = self.newest_of_copy(greatest.map_or(1, |(size, _)| size))? {
                    mended.size = SignedCheckpoint::parse(&bytes)?.checkpoint().size;
                    mended.files.push((CHECKPOINT.to_owned(), bytes, Done::TakenFromCopy));
                }
            }
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
        self.copy.map_or(Ok(None), |copy| self.sound(copy, name, size))
    }

    /// The copy's latest checkpoint, if it is of that size or more.
    fn newest_of_copy(&self, least: u64) -> Result<Option<Vec<u8>>, Trouble> {
        let Some(copy) = self.copy else { return Ok(None) };
        let size = checkpoint(copy, CHECKPOINT)?.map_or(0, |latest| latest.checkpoint().size);
        if size < least { Ok(None) } else { self.sound(copy, CHECKPOINT, size) }
    }
}
