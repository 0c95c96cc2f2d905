//! Work on all cores.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;

/// Entries that a core takes at a time.
pub const PIECE: usize = 4096;

/// How many cores there are.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// How long it takes to do something with every piece of a list, on all cores.
pub fn timed<T: Sync>(list: &[T], work: impl Fn(&[T]) -> Result<()> + Sync) -> Result<Duration> {
    let (next, begun) = (AtomicUsize::new(0), Instant::now());
    thread::scope(|scope| {
        let worker = || -> Result<()> {
            while let Some(piece) = list.chunks(PIECE).nth(next.fetch_add(1, Ordering::Relaxed)) {
                work(piece)?;
            }
            Ok(())
        };
        let workers: Vec<_> = (0..cores()).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a thread panicked")?)
    })?;
    Ok(begun.elapsed())
}

/// The middle one.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
