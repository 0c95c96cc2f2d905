//! Entries prepared on all cores, by the format's rule for signatures, and handed over in order: what every reader does who
//! replays a history and is told at the first fault. The auditor's walk has its own ([`super::verify`]).

use std::mem;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Builder, Scope};

use crate::core::chain::{Prepared, Preparer};
use crate::core::statement::Rule;

/// Threads that prepare, at most: what is done in order, on one thread, keeps up with no more.
const MAX_THREADS: usize = 8;

/// Pieces that each thread has at a time, at most: the one that it prepares, and one that waits for it or is ready.
pub(super) const AT_ONCE: usize = 2;

/// How the work is done; what comes of it is the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// Threads that prepare; with none, whoever takes does both.
    pub threads: usize,
    /// Entries that are prepared together, at most.
    pub entries: usize,
    /// Bytes of them from which on no other joins them.
    pub bytes: usize,
}

impl Manner {
    /// As fast as this machine can: with a thousand signatures in one equation little is gained by more, and a few pieces
    /// of a mebibyte are on the way for each core.
    pub fn fast() -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
        Self { threads, entries: 1024, bytes: 1024 * 1024 }
    }
}

/// Has entries prepared on all cores, and hands over each with its bytes, in the order in which they are read, until somebody
/// has enough. Those that were read before a failure are handed over first.
///
/// # Errors
/// What reading says.
pub(super) fn prepare<E>(
    manner: Manner,
    read: impl FnOnce(&mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Result<(), E>,
    take: &mut dyn FnMut(&[u8], Prepared) -> ControlFlow<()>,
) -> Result<(), E> {
    let mut take_piece = |Ready { piece, entries }: Ready| {
        piece.entries().zip(entries).try_for_each(|(bytes, prepared)| take(bytes, prepared))
    };
    thread::scope(|scope| {
        let (mut line, mut piece, mut going) = (Line::new(scope, manner), Piece::default(), ControlFlow::Continue(()));
        let read = read(&mut |bytes| {
            piece.push(bytes);
            if piece.ends.len() >= manner.entries || piece.bytes.len() >= manner.bytes {
                line.start();
                going = line.pass(mem::take(&mut piece), &mut take_piece);
            }
            going
        });
        if going.is_continue() {
            line.end(piece, &mut take_piece);
        }
        read
    })
}

/// Entries that follow each other.
#[derive(Default)]
struct Piece {
    bytes: Vec<u8>,
    /// Where each entry ends in the bytes.
    ends: Vec<usize>,
}

impl Piece {
    fn push(&mut self, entry: &[u8]) {
        self.bytes.extend_from_slice(entry);
        self.ends.push(self.bytes.len());
    }

    fn entries(&self) -> impl Iterator<Item = &[u8]> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.bytes.get(start..*end).unwrap_or_default())
    }
}

/// A piece and its entries, prepared.
struct Ready {
    piece: Piece,
    entries: Vec<Prepared>,
}

impl Ready {
    fn new(piece: Piece, preparer: &mut Preparer) -> Self {
        let entries = preparer.entries(&piece.entries().collect::<Vec<_>>()).collect();
        Self { piece, entries }
    }
}

/// What takes the pieces that are ready, in order, until it has enough.
type Take<'a> = dyn FnMut(Ready) -> ControlFlow<()> + 'a;

/// The threads that prepare, each of which gets its turn, and gives back what it got in order.
struct Line<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
    manner: Manner,
    preparer: Preparer,
    threads: Vec<(SyncSender<Piece>, Receiver<Ready>)>,
    passed: usize,
    taken: usize,
}

impl<'scope, 'env> Line<'scope, 'env> {
    fn new(scope: &'scope Scope<'scope, 'env>, manner: Manner) -> Self {
        let preparer = Preparer::new(Rule::Cofactored);
        Self { scope, manner, preparer, threads: Vec::new(), passed: 0, taken: 0 }
    }

    /// Starts the threads, with the first piece that is full: few entries need none. What the system
    /// does not give is done without.
    fn start(&mut self) {
        if self.passed > 0 {
            return;
        }
        for _ in 0..self.manner.threads {
            let ((pieces, todo), (done, ready)) = (sync_channel::<Piece>(AT_ONCE), sync_channel(AT_ONCE));
            let mut preparer = self.preparer.clone();
            let work = move || {
                // Nobody takes what is ready once there was a fault.
                todo.into_iter().try_for_each(|piece| done.send(Ready::new(piece, &mut preparer)).ok());
            };
            if Builder::new().spawn_scoped(self.scope, work).is_ok() {
                self.threads.push((pieces, ready));
            }
        }
    }

    /// Has a piece prepared, and takes the earliest if there are as many on the way as may be.
    fn pass(&mut self, piece: Piece, take: &mut Take<'_>) -> ControlFlow<()> {
        if self.passed - self.taken >= self.threads.len() * AT_ONCE && !self.threads.is_empty() {
            self.take(take)?;
        }
        let turn = self.passed.checked_rem(self.threads.len());
        self.passed += 1;
        match turn.and_then(|turn| self.threads.get(turn)) {
            // A thread that is gone has panicked, which the scope passes on.
            Some((pieces, _)) => pieces.send(piece).map_or(ControlFlow::Break(()), ControlFlow::Continue),
            None => {
                self.taken += 1;
                take(Ready::new(piece, &mut self.preparer))
            }
        }
    }

    fn take(&mut self, take: &mut Take<'_>) -> ControlFlow<()> {
        let turn = self.taken.checked_rem(self.threads.len());
        self.taken += 1;
        match turn.and_then(|turn| self.threads.get(turn)).map(|(_, ready)| ready.recv()) {
            Some(Ok(ready)) => take(ready),
            Some(Err(_)) | None => ControlFlow::Break(()),
        }
    }

    /// Has the last piece prepared, and takes all that are on the way.
    fn end(mut self, last: Piece, take: &mut Take<'_>) {
        let mut going = self.pass(last, take);
        while going.is_continue() && self.taken < self.passed {
            going = self.take(take);
        }
    }
}
