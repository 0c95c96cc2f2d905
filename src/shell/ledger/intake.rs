//! The intake: where many file at once, and share the wait for the disk.
//!
//! Each filer checks his own statement on his own thread: its form, its signatures, its attachments. One thread has the
//! ledger. It takes whatever waits, in the order of arrival, admits each statement by the law or refuses it, appends what
//! it admitted with one write and one flush, and answers everybody. Nobody is waited for: a lone statement is written at
//! once, and a group is what came while the last one was being written.
//!
//! Whoever is refused gets his own refusal, and it changes nothing for the others. Where the store fails, nobody of the
//! group is acknowledged, and the ledger has stopped.

use std::iter;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::ready::{KnownKeys, Ready};
use super::{Attachments, Filed, Ledger, LedgerError};
use crate::core::statement::Envelope;
use crate::core::time::Millis;
use crate::shell::clock::Clock;
use crate::storage::store::{Staging, Store};

/// Statements that wait for the writer at most, and so the most in a group: 64 MiB, were all of the greatest size.
pub const MAX_WAITING: usize = 1024;
/// How long a filer waits for a place among them, before the ledger is called busy.
pub const MAX_WAIT: Duration = Duration::from_secs(2);

/// A handle for filing, for any number of threads: clones are of the same intake. The writer ends with the last of them.
pub struct Intake<S> {
    turns: SyncSender<Turn<S>>,
    desk: Arc<Desk>,
}

/// The thread that has the ledger.
pub struct Writer<S>(JoinHandle<Ledger<S>>);

/// What all filers share beside the queue.
struct Desk {
    keys: Arc<KnownKeys>,
    staging: Staging,
    wait: Duration,
    /// What a filer waits on who found no place.
    room: (Mutex<()>, Condvar),
}

/// What is done with the ledger between two groups.
type Work<S> = dyn FnOnce(&mut Ledger<S>) + Send;

/// What the writer does next.
enum Turn<S> {
    File(Box<Ready>, SyncSender<Result<Filed, LedgerError>>),
    Work(Box<Work<S>>),
}

impl<S: Store + Send + 'static> Intake<S> {
    /// Hands a ledger to a thread of its own, which records entries at the times of that clock.
    ///
    /// # Errors
    /// [`LedgerError::Thread`] where the system has no thread to give.
    pub fn start(ledger: Ledger<S>, clock: impl Clock + Send + 'static) -> Result<(Self, Writer<S>), LedgerError> {
        Self::start_with(ledger, clock, MAX_WAITING, MAX_WAIT)
    }

    fn start_with(
        ledger: Ledger<S>,
        clock: impl Clock + Send + 'static,
        waiting: usize,
        wait: Duration,
    ) -> Result<(Self, Writer<S>), LedgerError> {
        let (turns, queue) = sync_channel(waiting);
        let (keys, staging) = (Arc::clone(&ledger.keys), ledger.store.staging());
        let desk = Arc::new(Desk { keys, staging, wait, room: Default::default() });
        let room = Arc::clone(&desk);
        let writer = thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || write(ledger, &queue, waiting, &room, &clock))
            .map_err(LedgerError::Thread)?;
        Ok((Self { turns, desk }, Writer(writer)))
    }

    /// Files a statement, as [`Ledger::file`] does. Durable on return. The statement filed by two at once is one entry.
    ///
    /// # Errors
    /// [`LedgerError::Busy`] where there was no place in the queue for [`MAX_WAIT`], and [`LedgerError::Refused`], and
    /// nothing was written. [`LedgerError::NotWritten`] where the store failed, and from then on
    /// [`LedgerError::Stopped`]: whether it was written shows when the ledger is opened again.
    pub fn file(&self, envelope: Envelope, attachments: &mut Attachments<'_>) -> Result<Filed, LedgerError> {
        let ready = Ready::make(envelope, &self.desk.keys, &self.desk.staging, attachments)?;
        let (answer, answered) = sync_channel(1);
        self.queue(Turn::File(Box::new(ready), answer))?;
        answered.recv().map_err(|_| LedgerError::Stopped)?
    }

    /// Does something with the ledger between two groups, such as publishing a checkpoint, and gives back what came of it.
    /// Everybody waits meanwhile.
    ///
    /// # Errors
    /// [`LedgerError::Busy`]; [`LedgerError::Stopped`] where the writer ended by a panic.
    pub fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Ledger<S>) -> T + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (answer, answered) = sync_channel(1);
        // Whoever asked may be gone.
        let work = move |ledger: &mut Ledger<S>| drop(answer.send(work(ledger)));
        self.queue(Turn::Work(Box::new(work)))?;
        answered.recv().map_err(|_| LedgerError::Stopped)
    }

    /// Puts something into the queue, and waits for a place if need be, but not for ever.
    fn queue(&self, turn: Turn<S>) -> Result<(), LedgerError> {
        let try_queue = |turn| match self.turns.try_send(turn) {
            Ok(()) => Ok(None),
            Err(TrySendError::Full(turn)) => Ok(Some(turn)),
            Err(TrySendError::Disconnected(_)) => Err(LedgerError::Stopped),
        };
        let Some(mut turn) = try_queue(turn)? else { return Ok(()) };
        let until = Instant::now() + self.desk.wait;
        let (room, freed) = &self.desk.room;
        let mut guard = room.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            // Tried under the lock: the writer takes it after it made room, so that no waking is missed.
            turn = match try_queue(turn)? {
                Some(turn) => turn,
                None => return Ok(()),
            };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(LedgerError::Busy);
            }
            guard = freed.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl<S> Clone for Intake<S> {
    fn clone(&self) -> Self {
        Self { turns: self.turns.clone(), desk: Arc::clone(&self.desk) }
    }
}

impl<S> Writer<S> {
    /// Waits until the last handle is dropped and all that was handed in is done, and gives the ledger back.
    ///
    /// # Errors
    /// [`LedgerError::Stopped`] if the writer ended by a panic.
    pub fn join(self) -> Result<Ledger<S>, LedgerError> {
        self.0.join().map_err(|_| LedgerError::Stopped)
    }
}

/// The writer's life.
fn write<S: Store>(
    mut ledger: Ledger<S>,
    queue: &Receiver<Turn<S>>,
    most: usize,
    desk: &Desk,
    clock: &impl Clock,
) -> Ledger<S> {
    while let Ok(first) = queue.recv() {
        let (mut group, mut filers, mut work) = (Vec::new(), Vec::new(), None);
        for turn in iter::once(first).chain(queue.try_iter()).take(most) {
            match turn {
                Turn::File(ready, filer) => {
                    group.push(*ready);
                    filers.push(filer);
                }
                Turn::Work(next) => {
                    work = Some(next);
                    break;
                }
            }
        }
        drop(desk.room.0.lock().unwrap_or_else(PoisonError::into_inner));
        desk.room.1.notify_all();
        let now = Millis::from_unix_ms(clock.now_ms()).unwrap_or(Millis::MAX);
        let done = ledger.file_group(group, now);
        for (filer, answer) in filers.iter().zip(done.answers) {
            // A filer who is gone needs no answer.
            drop(filer.send(answer));
        }
        ledger.index(&done.sealed);
        if let Some(work) = work {
            work(&mut ledger);
        }
    }
    ledger
}

#[cfg(test)]
mod tests;
