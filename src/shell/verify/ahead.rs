//! Entry bundles, read and prepared ahead of the audit, in order.
//!
//! One thread reads. Others prepare what it read, piece by piece, and each hands over its own when it is its turn. What is on
//! the way is bounded: each piece by entries and bytes, and their number.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::core::chain::{Prepared, Preparer};
use crate::core::tile::{self, TILE_WIDTH, Tile, TileKind};
use crate::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};

/// Entry bundles that are prepared together, at most: 2048 signatures in one equation are near the best.
const MAX_BUNDLES: usize = 8;

/// Bytes of them from which on no other joins them.
const MANY_BYTES: usize = 4 * 1024 * 1024;

/// Pieces that were read and are not taken yet, at most.
const READY: usize = 1;

/// Bytes of a buffer that is used again, at most: an entry bundle of entries of two kilobytes.
const MAX_SPARE_BYTES: usize = 512 * 1024;

/// Threads that prepare, at most: judging, which one does at a time, keeps up with no more.
const MAX_THREADS: usize = 8;

/// A full entry bundle that was asked for.
pub(super) struct Read {
    /// Its number.
    pub number: u64,
    /// What its file holds, if it is there.
    pub found: Result<Option<Found>, Trouble>,
}

/// What the file of a full entry bundle holds.
pub(super) enum Found {
    /// As many entries as it should, prepared. In any other there may be anything, and many times as much.
    Whole {
        /// The file.
        bytes: Vec<u8>,
        /// Where each entry ends in it.
        ends: Vec<usize>,
        /// Its entries.
        entries: Vec<Prepared>,
    },
    /// Something else.
    Other(Vec<u8>),
}

/// How the work is done; the verdict is the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// Threads that prepare and judge, beside the one that reads; with none, whoever asks for the entries does it all.
    pub threads: usize,
    /// Whether signatures are verified together.
    pub together: bool,
}

impl Manner {
    /// As fast as this machine can: one thread for each core. With one more, no time was gained, and 20 MB were lost.
    pub fn fast() -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
        Self { threads, together: true }
    }
}

/// Buffers of entry bundles that were read and judged, for those that are read next: the system fills new ones with zeros
/// first, and half of the pages that it filled were these.
#[derive(Clone, Debug, Default)]
pub(super) struct Spare(Arc<Mutex<Vec<Vec<u8>>>>);

impl Spare {
    /// Hands one back. Those that are larger than usual go: a few hostile files would make all of them as large.
    pub fn put(&self, buffer: Vec<u8>) {
        if buffer.capacity() > MAX_SPARE_BYTES {
            return;
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }

    fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}

type Unprepared = Vec<(u64, Result<Option<Vec<u8>>, Trouble>)>;

/// What takes what was read, in order.
type Take<'a> = dyn FnMut(Read) -> Result<(), Trouble> + Send + 'a;

/// Reads the entry bundles of these numbers and hands them over in this order, each on the thread that prepared it: what is
/// judged is then in that processor's cache, and its memory goes back to where it came from.
///
/// # Errors
/// Those of `take`, after which no more is handed over.
pub(super) fn entry_bundles(
    bundle: &dyn Bundle,
    numbers: &[u64],
    preparer: &Preparer,
    (threads, spare): (usize, &Spare),
    take: &mut Take<'_>,
) -> Result<(), Trouble> {
    let mut pieces = pieces(bundle, numbers, spare.clone());
    if threads == 0 {
        let mut preparer = preparer.clone();
        return pieces.try_for_each(|piece| prepare(piece, &mut preparer).into_iter().try_for_each(&mut *take));
    }
    let (pass, passed) = sync_channel(READY);
    // Gone with the last who takes from it, so that whoever reads does not wait for them.
    let (passed, turns) = (Arc::new(Mutex::new((0, passed))), Turns::new(take));
    let work = |passed: Arc<Mutex<_>>| {
        let (mut preparer, _leaving) = (preparer.clone(), Leaving(&turns));
        while let Some((turn, piece)) = next(&passed)
            && turns.take(turn, prepare(piece, &mut preparer)).is_continue()
        {}
    };
    thread::scope(|scope| {
        scope.spawn(move || pieces.try_for_each(|piece| pass.send(piece).ok()));
        for _ in 1..threads {
            let (work, passed) = (&work, passed.clone());
            scope.spawn(move || work(passed));
        }
        work(passed);
    });
    turns.end()
}

/// The next piece, and whose turn it is to hand it over.
fn next(passed: &Mutex<(u64, Receiver<Unprepared>)>) -> Option<(u64, Unprepared)> {
    let (turn, passed) = &mut *passed.lock().unwrap_or_else(PoisonError::into_inner);
    let piece = passed.recv().ok()?;
    *turn += 1;
    Some((*turn - 1, piece))
}

/// Whose turn it is to hand over what was prepared.
struct Turns<'a, 't> {
    now: Mutex<Now<'a, 't>>,
    passed: Condvar,
}

struct Now<'a, 't> {
    take: &'a mut Take<'t>,
    turn: u64,
    /// Whether nothing is taken any more.
    over: bool,
    taken: Result<(), Trouble>,
}

impl<'a, 't> Turns<'a, 't> {
    fn new(take: &'a mut Take<'t>) -> Self {
        Self { now: Mutex::new(Now { take, turn: 0, over: false, taken: Ok(()) }), passed: Condvar::new() }
    }

    fn now(&self) -> MutexGuard<'_, Now<'a, 't>> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for its turn, and has it all taken.
    fn take(&self, turn: u64, reads: Vec<Read>) -> ControlFlow<()> {
        let mut now = self.now();
        // By hand: `wait_while` asks nothing any more once somebody has panicked.
        while now.turn != turn && !now.over && !self.now.is_poisoned() {
            now = self.passed.wait(now).unwrap_or_else(PoisonError::into_inner);
        }
        if now.over || self.now.is_poisoned() {
            return ControlFlow::Break(());
        }
        now.taken = reads.into_iter().try_for_each(&mut *now.take);
        (now.turn, now.over) = (turn + 1, now.taken.is_err());
        self.passed.notify_all();
        if now.over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn end(self) -> Result<(), Trouble> {
        self.now.into_inner().unwrap_or_else(PoisonError::into_inner).taken
    }
}

/// Whoever leaves in a panic leaves nobody waiting for a turn that will not pass.
struct Leaving<'a, 'b, 't>(&'a Turns<'b, 't>);

impl Drop for Leaving<'_, '_, '_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.now().over = true;
            self.0.passed.notify_all();
        }
    }
}

/// Reads the bundles, some at a time, up to the first that stops the audit.
fn pieces<'a>(
    bundle: &'a dyn Bundle,
    numbers: &'a [u64],
    spare: Spare,
) -> impl Iterator<Item = Unprepared> + Send + 'a {
    let (mut numbers, mut stopped) = (numbers.iter(), false);
    std::iter::from_fn(move || {
        let (mut piece, mut bytes) = (Vec::new(), 0);
        while piece.len() < MAX_BUNDLES && bytes < MANY_BYTES && !stopped {
            let Some(number) = numbers.next() else { break };
            let tile = Tile { kind: TileKind::Entries, index: *number, width: TILE_WIDTH };
            let found = bundle.read_into(&tile.path(), MAX_ENTRY_BUNDLE_BYTES, spare.take());
            bytes += found.as_ref().map_or(0, |found| found.as_ref().map_or(0, Vec::len));
            stopped = matches!(found, Err(Trouble::Io { .. }));
            piece.push((*number, found));
        }
        (!piece.is_empty()).then_some(piece)
    })
}

/// Prepares the entries of a piece, the signatures of all together.
fn prepare(piece: Unprepared, preparer: &mut Preparer) -> Vec<Read> {
    let ends: Vec<Option<Vec<usize>>> = piece.iter().map(|(_, found)| ends(found.as_ref().ok()?.as_ref()?)).collect();
    let whole = piece.iter().zip(&ends).filter(|(_, ends)| ends.is_some());
    let whole = whole.filter_map(|((_, found), _)| found.as_ref().ok()?.as_deref());
    let whole: Vec<&[u8]> = whole.flat_map(|bytes| tile::split(bytes).map_while(Result::ok)).collect();
    let mut entries = preparer.entries(&whole);
    let read = piece.into_iter().zip(ends).map(|((number, found), ends)| {
        let found = found.map(|bytes| {
            bytes.map(|bytes| match ends {
                Some(ends) => Found::Whole { bytes, entries: entries.by_ref().take(ends.len()).collect(), ends },
                None => Found::Other(bytes),
            })
        });
        Read { number, found }
    });
    read.collect()
}

/// Where each entry of a full entry bundle ends, if it is one.
fn ends(bytes: &[u8]) -> Option<Vec<usize>> {
    let mut entries = tile::split(bytes);
    let mut ends = Vec::with_capacity(TILE_WIDTH.into());
    while let Some(entry) = entries.next() {
        if entry.is_err() || ends.len() == usize::from(TILE_WIDTH) {
            return None;
        }
        ends.push(bytes.len() - entries.rest().len());
    }
    (ends.len() == usize::from(TILE_WIDTH)).then_some(ends)
}
