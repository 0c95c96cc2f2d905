//! Reading ahead: several threads prepare numbered pieces, and one takes them in order.

use std::ops::{ControlFlow, Range};
use std::sync::mpsc::sync_channel;
use std::thread;

/// Pieces that each thread has ready, at most, beside the one that it prepares.
const READY: usize = 2;
/// Threads, at most: more do not make a disk faster.
const MAX_THREADS: usize = 16;

/// Prepares the pieces of those numbers on all cores, and hands them over in order, until told to stop. A few pieces for
/// each core are in memory at a time.
pub fn in_order<T: Send>(
    numbers: Range<u64>,
    prepare: impl Fn(u64) -> T + Sync,
    mut take: impl FnMut(T) -> ControlFlow<()>,
) {
    let cores = thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
    let threads = usize::try_from(numbers.end.saturating_sub(numbers.start)).map_or(cores, |pieces| cores.min(pieces));
    thread::scope(|scope| {
        let each = |first: usize| {
            let (sender, receiver) = sync_channel(READY);
            let (numbers, prepare) = (numbers.clone(), &prepare);
            scope.spawn(move || {
                // Nobody takes what is sent once there is enough.
                let _ = numbers.skip(first).step_by(threads).try_for_each(|number| sender.send(prepare(number)));
            });
            receiver
        };
        let receivers: Vec<_> = (0..threads).map(each).collect();
        for receiver in receivers.iter().cycle() {
            let Ok(piece) = receiver.recv() else { break };
            if take(piece).is_break() {
                break;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_them_in_order_or_as_many_as_are_wanted() {
        for (numbers, wanted) in [(0..0, 9), (0..1, 9), (3..5, 9), (0..1000, 5000), (7..1000, 1), (7..1000, 500)] {
            let mut taken = Vec::new();
            in_order(
                numbers.clone(),
                |number| (number, vec![0; 100]),
                |(number, _)| {
                    taken.push(number);
                    if taken.len() < wanted { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
                },
            );
            assert_eq!(taken, numbers.take(wanted).collect::<Vec<_>>());
        }
    }
}
