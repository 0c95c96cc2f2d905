//! As of when: now, or a time in the past.

use candour::core::chain::Chain;
use candour::core::state::State;
use candour::core::time::{Millis, Time};
use candour::shell::clock::{Clock as _, SystemClock};
use candour::shell::replay::Until;
use candour::shell::tables::AsOf;
use clap::Args;

use crate::bundle::{BundleArgument, parse_as_of, relied_on, state};
use crate::failure::Failure;

/// As of when a ledger is looked at.
#[derive(Args, Clone, Copy)]
pub struct AsOfArgument {
    /// As the ledger was at that time; now if left out
    #[arg(long, value_name = "TIME", value_parser = parse_as_of)]
    as_of: Option<Time>,
}

impl AsOfArgument {
    /// The moment that is meant.
    pub fn moment(self) -> AsOf {
        let now = || Millis::from_unix_ms(SystemClock.now_ms()).map_or(Time::MAX, Millis::time);
        self.as_of.map_or_else(|| AsOf::Now(now()), AsOf::Past)
    }

    /// Hands over the state as it was then, where that is not the one at the end of the ledger. Before it was opened there
    /// was nobody, and nothing was asked.
    pub fn past_state(self, bundle: &BundleArgument, take: impl FnOnce(&State)) -> Result<(), Failure> {
        let Some(time) = self.as_of else { return Ok(()) };
        let chain: Chain = bundle.replay(Until::Time(time), &mut |_, _| {})?;
        if chain.size() > 0 {
            take(state(&chain)?);
            relied_on(&chain)?;
        }
        Ok(())
    }
}
