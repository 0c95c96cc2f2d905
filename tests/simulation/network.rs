//! The network: whatever is sent arrives later, twice, in another order, or never.

use super::Random;

/// Ticks that a message takes, at most.
const SLOWEST: usize = 6;

/// What is under way, with when it arrives.
pub(super) struct Network<M> {
    messages: Vec<(usize, M)>,
    /// Messages lost, and messages sent twice, in a hundred.
    pub(super) lost: usize,
    pub(super) twice: usize,
}

impl<M: Clone> Network<M> {
    pub(super) fn new(random: &mut Random) -> Self {
        Self { messages: Vec::new(), lost: random.below(30), twice: random.below(20) }
    }

    pub(super) fn send(&mut self, random: &mut Random, now: usize, message: M) {
        if random.chance(self.twice) {
            self.messages.push((now + 1 + random.below(3 * SLOWEST), message.clone()));
        }
        if !random.chance(self.lost) {
            self.messages.push((now + 1 + random.below(SLOWEST), message));
        }
    }

    /// What arrives by now, in no order.
    pub(super) fn arrived(&mut self, random: &mut Random, now: usize) -> Vec<M> {
        let (mut arrived, waiting): (Vec<_>, Vec<_>) = self.messages.drain(..).partition(|(due, _)| *due <= now);
        self.messages = waiting;
        // Fisher-Yates.
        for end in (1..arrived.len()).rev() {
            arrived.swap(end, random.below(end + 1));
        }
        arrived.into_iter().map(|(_, message)| message).collect()
    }
}
