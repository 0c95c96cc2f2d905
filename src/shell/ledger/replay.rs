//! Extending a chain by what a store holds: entries are prepared on all cores, and placed in order on one.
//!
//! The rule for signatures is the format's, which an audit follows, and not the stricter one by which the writer admits.
//! What an opening owes is that the ledger goes on from entries that an audit accepts, and that is this rule: its faults
//! are the opening's, one for one. The stricter rule keeps a signature on which libraries disagree from being written; it
//! makes no evidence of one that is there, which only its author's own key can have made, and which
//! `candour verify --strict` names. And it is the one that can be verified many at a time: replaying a ledger without an
//! index takes a multiple of the time with each signature alone.

use std::mem;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Builder, Scope};

use super::LedgerError;
use super::read_model::scratch_held;
use crate::core::chain::{Chain, Link, Prepared, Preparer};
use crate::core::fault::Fault;
use crate::core::statement::Rule;
use crate::storage::store::Log;

/// Threads that prepare, at most: placing, on one thread, keeps up with no more.
const MAX_THREADS: usize = 8;

/// Pieces that each thread has at a time, at most: the one that it prepares, and one that waits for it or is ready.
const AT_ONCE: usize = 2;

/// How the work is done; what comes of it is the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// Threads that prepare; with none, whoever places does both.
    pub threads: usize,
    /// Entries that are prepared together, at most.
    pub entries: usize,
    /// Bytes of them from which on no other joins them.
    pub bytes: usize,
}

impl Manner {
    /// As fast as this machine can: with a thousand signatures in one equation little is gained by more, and a few pieces
    /// of a mebibyte are on the way for each core.
    fn fast() -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
        Self { threads, entries: 1024, bytes: 1024 * 1024 }
    }
}

/// Extends a chain by the entries of a store that it does not have yet, and hands over each with what it became.
///
/// # Errors
/// [`LedgerError::Falsified`] with the first fault, and nothing after the entry before it was handed over;
/// [`LedgerError::Scratch`]; what the store says.
pub(super) fn replay(store: &impl Log, chain: &mut Chain, each: impl FnMut(&[u8], &Link)) -> Result<(), LedgerError> {
    replay_by(Manner::fast(), store, chain, each)
}

pub(super) fn replay_by(
    manner: Manner,
    store: &impl Log,
    chain: &mut Chain,
    each: impl FnMut(&[u8], &Link),
) -> Result<(), LedgerError> {
    let from = chain.size();
    let mut placing = Placing { chain, each, faults: Vec::new() };
    let read = thread::scope(|scope| {
        let (mut line, mut piece) = (Line::new(scope, manner), Piece::default());
        let read = store.read(from, &mut |_, bytes| {
            piece.push(bytes);
            if piece.ends.len() < manner.entries && piece.bytes.len() < manner.bytes {
                return ControlFlow::Continue(());
            }
            line.start();
            line.pass(mem::take(&mut piece), &mut |ready| placing.place(ready))
        });
        // What was read before the store failed is judged first: a fault in it is what there is to tell.
        if placing.faults.is_empty() {
            line.end(piece, &mut |ready| placing.place(ready));
        }
        read
    });
    let Placing { chain, faults, .. } = placing;
    if faults.is_empty() {
        read?;
    }
    scratch_held(chain)?;
    faults.into_iter().next().map_or(Ok(()), |fault| Err(LedgerError::Falsified(fault)))
}

/// The chain, and what is done with each entry.
struct Placing<'a, F> {
    chain: &'a mut Chain,
    each: F,
    faults: Vec<Fault>,
}

impl<F: FnMut(&[u8], &Link)> Placing<'_, F> {
    /// Places the entries of a piece, up to the first with a fault.
    fn place(&mut self, Ready { piece, entries }: Ready) -> ControlFlow<()> {
        for (bytes, prepared) in piece.entries().zip(entries) {
            let (link, _) = self.chain.place(prepared, &mut self.faults);
            if !self.faults.is_empty() {
                return ControlFlow::Break(());
            }
            (self.each)(bytes, &link);
        }
        ControlFlow::Continue(())
    }
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

    /// Starts the threads, with the first piece that is full: the few entries after a snapshot need none. What the system
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

#[cfg(test)]
mod tests;
