//! What time it is: the one thing that the core never asks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A source of the time at which the ledger records an entry.
///
/// It promises nothing: a machine's clock jumps, backwards too. The writer sees to it that a ledger's time does not.
pub trait Clock {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now_ms(&self) -> u64;
}

/// The machine's clock. A machine that believes to be before 1970 is at 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

/// A clock that stands still until it is set: for stories that take months to happen, and for tests.
#[derive(Debug)]
pub struct ManualClock(AtomicU64);

impl ManualClock {
    /// A clock that stands at this many milliseconds since 1970-01-01T00:00:00Z.
    pub fn at(ms: u64) -> Self {
        Self(AtomicU64::new(ms))
    }

    /// Sets it, backwards too.
    pub fn set(&self, ms: u64) {
        self.0.store(ms, Ordering::Relaxed);
    }

    /// Moves it forward by so many milliseconds, at most to the end of what it can show.
    pub fn advance(&self, ms: u64) {
        // The closure never declines, so there is no error to look at.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| Some(now.saturating_add(ms)));
    }
}

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl<C: Clock + ?Sized> Clock for &C {
    fn now_ms(&self) -> u64 {
        (**self).now_ms()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_stands_still_until_it_is_set() {
        let clock = ManualClock::at(1000);
        assert_eq!((clock.now_ms(), clock.now_ms()), (1000, 1000));
        clock.advance(234);
        assert_eq!(clock.now_ms(), 1234);
        clock.set(7);
        assert_eq!((&clock as &dyn Clock).now_ms(), 7);
        clock.advance(u64::MAX);
        assert_eq!(clock.now_ms(), u64::MAX);
    }

    #[test]
    fn the_systems_clock_counts_milliseconds() {
        // Between 2020 and 2500: neither seconds nor microseconds.
        assert!((1_577_836_800_000..16_725_225_600_000).contains(&SystemClock.now_ms()));
    }
}
