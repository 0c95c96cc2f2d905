//! Reading a ledger's folder with the help of its index: what a replay would give, without checking every signature
//! again, where the operator's signed snapshot fits the entries. See [`crate::storage::index`] for what that is worth.

use std::ops::ControlFlow;
use std::path::Path;

use crate::core::chain::{Chain, Link};
use crate::core::entry::Entry;
use crate::core::shelf::{OpenedRun, Scratch};
use crate::core::state::shelves::Runs;
use crate::core::statement::Statement;
use crate::core::tile::TILE_WIDTH;
use crate::storage::bundle::{Bundle, Trouble};
use crate::storage::index::{Glance, Index, Lists, Rejected, Snapshot, Walk, Why};
use crate::storage::read_ahead;
use crate::storage::scratch_files::ScratchFiles;

pub use crate::storage::index::List;

use super::replay::{Entries, Promise, Until};

/// What is wanted of a ledger.
#[derive(Clone, Copy, Debug)]
pub enum Ask<'a> {
    /// The state as of some point.
    State(Until),
    /// One entry, and a state that knows whoever signed it.
    Entry(u64),
    /// The entries that are in each of these lists, or every entry where there is no list, and the state after them.
    Entries(&'a [List<'a>]),
}

/// What a state rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The snapshot of so many entries, and a replay of those after it.
    Snapshot(u64),
    /// A replay of every entry, for this reason.
    Replay(Why),
}

/// What was read.
#[derive(Debug)]
pub struct Reading<T> {
    /// The history as far as it was read.
    pub chain: Chain,
    /// What was picked, in the order of the entries.
    pub picked: Vec<T>,
    /// What that rests on.
    pub basis: Basis,
    /// How many of the ledger's first entries a checkpoint promises; nothing before its first one.
    pub promised: Option<u64>,
}

/// Reads a ledger by the index in its folder, or by a replay wherever that does not hold, or no folder is given. `pick`
/// is asked about each
/// entry that was wanted, and perhaps about others.
///
/// # Errors
/// As [`super::replay::replay`].
pub fn read<T>(
    folder: Option<&Path>,
    bundle: &dyn Bundle,
    ask: Ask<'_>,
    pick: &mut dyn FnMut(&Link, &Entry) -> Option<T>,
) -> Result<Reading<T>, Trouble> {
    // The index first: it must not know of a checkpoint that the look at the bundle is too early to see.
    let hints = hints(folder, ask);
    let (entries, scratch) = (Entries::of(bundle)?, ScratchFiles::scratch());
    let promise = Promise::of(&entries)?;
    let resumed = hints.and_then(|hints| {
        let (mut chain, picked) = resume(&entries, hints, &scratch, pick)?;
        let noted = promise.watch(&mut chain);
        if noted { Ok((chain, picked)) } else { Err(Rejected::OtherCheckpoints.into()) }
    });
    let (chain, mut picked, basis) = match resumed {
        Ok((chain, picked)) => {
            let basis = Basis::Snapshot(chain.size());
            (chain, picked, basis)
        }
        Err(why) => (Chain::new().with_scratch(&scratch), Vec::new(), Basis::Replay(why)),
    };
    let until = match ask {
        Ask::State(until) => until,
        Ask::Entry(index) => Until::Entry(index),
        Ask::Entries(_) => Until::End,
    };
    let chain = entries.replay_held(chain, &promise, until, &mut |link, entry| picked.extend(pick(link, entry)))?;
    Ok(Reading { chain, picked, basis, promised: promise.size() })
}

/// What the index says, before anything of it is checked.
struct Hints {
    snapshot: Snapshot,
    files: Runs<OpenedRun>,
    /// In ascending order.
    wanted: Vec<u64>,
    /// Where every entry is wanted.
    all: bool,
}

/// Reads the index, and closes it at once: others may be waiting to open it.
fn hints(folder: Option<&Path>, ask: Ask<'_>) -> Result<Hints, Why> {
    let index = Index::open_as_it_is(folder.ok_or(Why::Asked)?)?;
    let snapshot = Snapshot::read(&index.kept()?)?;
    let (chain, size) = (snapshot.chain(), snapshot.size());
    let later = match ask {
        Ask::State(Until::Entry(last)) => last < size.saturating_sub(1),
        Ask::State(Until::Time(last)) => chain.recorded_at().is_some_and(|at| at.time() > last),
        Ask::State(Until::End) | Ask::Entry(_) | Ask::Entries(_) => false,
    };
    if later {
        return Err(Why::Later);
    }
    let wanted = match ask {
        Ask::State(_) => Vec::new(),
        Ask::Entry(index) => vec![index],
        Ask::Entries(lists) => in_each(&index, snapshot.lists(), lists)?,
    };
    let files = index.runs(&snapshot)?;
    Ok(Hints { snapshot, files, wanted, all: matches!(ask, Ask::Entries([])) })
}

/// The entries that are in each of the lists, of which none may lack one.
fn in_each(index: &Index, kept: &Lists, lists: &[List<'_>]) -> Result<Vec<u64>, Why> {
    let mut wanted: Option<Vec<u64>> = None;
    for list in lists {
        let mut found = index.list(list, kept)?.ok_or_else(|| Why::Damaged("a list is not complete".to_owned()))?;
        if let Some(wanted) = wanted {
            found.retain(|index| wanted.binary_search(index).is_ok());
        }
        wanted = Some(found);
    }
    Ok(wanted.unwrap_or_default())
}

/// Checks a snapshot against every entry up to it, and picks the wanted ones on the way.
fn resume<T>(
    entries: &Entries<'_>,
    hints: Hints,
    scratch: &Scratch,
    pick: &mut dyn FnMut(&Link, &Entry) -> Option<T>,
) -> Result<(Chain, Vec<T>), Why> {
    let Hints { snapshot, files, wanted, all } = hints;
    let (size, width) = (snapshot.size(), u64::from(TILE_WIDTH));
    let glances = |number: u64| {
        let (mut index, mut glances) = (number.saturating_mul(width), Vec::new());
        let end = index.saturating_add(width).min(size);
        entries.read(index, &mut |bytes| {
            let glance = Glance::of(index, bytes);
            let wanted = all || wanted.binary_search(&index).is_ok();
            let entry = wanted.then(|| Entry::parse(bytes).ok()).flatten();
            let placed = entry.map(|entry| (link(&entry, glance.leaf()), entry));
            glances.push((glance, placed));
            index = index.saturating_add(1);
            Ok(index < end)
        })?;
        Ok(glances)
    };
    let (mut walk, mut picked, mut walked) = (Walk::new(entries.published()), Vec::new(), Ok(()));
    read_ahead::in_order(0..size.div_ceil(width), glances, |glances: Result<_, Trouble>| {
        // Whatever cannot be read, the replay names.
        walked = glances.map_err(|_| Rejected::OtherEntries).and_then(|glances: Vec<_>| {
            glances.into_iter().try_for_each(|(glance, placed)| {
                walk.push(&glance)?;
                picked.extend(placed.and_then(|(link, entry)| pick(&link, &entry)));
                Ok(())
            })
        });
        if walked.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    walked?;
    let checkpoint = entries.checkpoint(snapshot.size()).ok().flatten();
    let (chain, _) = snapshot.accept(walk, checkpoint.as_deref(), entries.published(), (files, scratch))?;
    Ok((chain, picked))
}

/// What an entry became in a chain that leads to an accepted snapshot, in which every entry is lawful.
fn link(entry: &Entry, leaf: crate::core::hash::Hash) -> Link {
    Link {
        index: entry.index,
        recorded_at: Some(entry.recorded_at),
        leaf,
        statement: Statement::parse(&entry.payload).ok().map(Box::new),
        lawful: true,
        tiles: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
