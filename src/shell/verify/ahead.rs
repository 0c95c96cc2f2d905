//! Entry bundles, read and prepared ahead of the audit, in order.
//!
//! One thread reads, others prepare what it read, and the caller takes it in the order in which it was asked for. What is
//! on the way is bounded: each piece by entries and bytes, and their number.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::core::chain::{Prepared, Preparer};
use crate::core::tile::{self, TILE_WIDTH, Tile, TileKind};
use crate::storage::bundle::{Bundle, MAX_ENTRY_BUNDLE_BYTES, Trouble};

/// Entry bundles that are prepared together, at most: 2048 signatures in one equation are near the best.
const MAX_BUNDLES: usize = 8;

/// Bytes of them from which on no other joins them.
const MANY_BYTES: usize = 4 * 1024 * 1024;

/// Entry bundles of a piece that are ready and not taken yet, at most: what is taken soon is still in the processor's cache.
const READY: usize = 1;

/// Bytes of a buffer that is used again, at most: an entry bundle of entries of two kilobytes.
const MAX_SPARE_BYTES: usize = 512 * 1024;

/// Threads that prepare, at most: linking and judging, on one thread, keeps up with no more.
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
    /// Threads that prepare, beside the one that reads; with none, whoever asks for the entries does both.
    pub threads: usize,
    /// Whether signatures are verified together.
    pub together: bool,
}

impl Manner {
    /// As fast as this machine can.
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
type Job = (Unprepared, SyncSender<Read>);

/// Reads the entry bundles of these numbers and hands them over in this order.
///
/// # Errors
/// Those of `take`, after which no more is handed over.
pub(super) fn entry_bundles(
    bundle: &dyn Bundle,
    numbers: &[u64],
    preparer: &Preparer,
    (threads, spare): (usize, &Spare),
    mut take: impl FnMut(Read) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let mut pieces = pieces(bundle, numbers, spare.clone());
    if threads == 0 {
        let mut preparer = preparer.clone();
        return pieces.try_for_each(|piece| {
            let mut taken = Ok(());
            prepare(piece, &mut preparer, |read| {
                taken = take(read);
                if taken.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            taken
        });
    }
    thread::scope(|scope| {
        let (jobs, todo) = sync_channel::<Job>(threads);
        let (promises, promised) = sync_channel(threads);
        let todo = Arc::new(Mutex::new(todo));
        for _ in 0..threads {
            let (todo, mut preparer) = (todo.clone(), preparer.clone());
            scope.spawn(move || {
                while let Some((piece, done)) = next(&todo) {
                    // Nobody waits for it any more if the audit stopped.
                    prepare(piece, &mut preparer, |read| match done.send(read) {
                        Ok(()) => ControlFlow::Continue(()),
                        Err(_) => ControlFlow::Break(()),
                    });
                }
            });
        }
        drop(todo);
        scope.spawn(move || {
            for piece in pieces {
                let (done, promise) = sync_channel(READY);
                if promises.send(promise).is_err() || jobs.send((piece, done)).is_err() {
                    return;
                }
            }
        });
        // A promise that is kept in part is of a thread that panicked, which the scope passes on.
        promised.into_iter().flat_map(|promise: Receiver<Read>| promise).try_for_each(take)
    })
}

fn next(todo: &Mutex<Receiver<Job>>) -> Option<Job> {
    todo.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
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

/// Prepares the entries of a piece, the signatures of all together, and hands over one entry bundle after the other, as long
/// as they are taken.
fn prepare(piece: Unprepared, preparer: &mut Preparer, mut take: impl FnMut(Read) -> ControlFlow<()>) {
    let ends: Vec<Option<Vec<usize>>> = piece.iter().map(|(_, found)| ends(found.as_ref().ok()?.as_ref()?)).collect();
    let whole = piece.iter().zip(&ends).filter(|(_, ends)| ends.is_some());
    let whole = whole.filter_map(|((_, found), _)| found.as_ref().ok()?.as_deref());
    let whole: Vec<&[u8]> = whole.flat_map(|bytes| tile::split(bytes).map_while(Result::ok)).collect();
    let mut entries = preparer.entries(&whole);
    for ((number, found), ends) in piece.into_iter().zip(ends) {
        let found = found.map(|bytes| {
            bytes.map(|bytes| match ends {
                Some(ends) => Found::Whole { bytes, entries: entries.by_ref().take(ends.len()).collect(), ends },
                None => Found::Other(bytes),
            })
        });
        if take(Read { number, found }).is_break() {
            return;
        }
    }
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
