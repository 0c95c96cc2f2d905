//! A ledger to measure and to test with: lawful, verifiable, and as large as one likes.
//!
//! It says what ledgers say, in shares that are made up: one operator, three authorities, charities that ask, platforms
//! that disclose a figure after the other, and now and then a request with its answers, refusals and silence, a
//! correction, a figure that silently changes, a retraction, a new key. Of one seed there is one ledger, of which every
//! shorter one is the beginning. What is made here is not judged by the law on the way: [`super::verify`] does that.
//!
//! **Its keys follow from the seed.** Whoever knows the seed can sign as everybody on that ledger.

mod cast;
mod chance;
mod opening;
mod plan;
mod write;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::{io, thread};

use crate::core::fault::Fault;
use crate::core::hash::Hash;
use crate::core::json::Positive;
use crate::core::key::SecretKey;
use crate::core::note::VerifierKey;
use crate::core::policy::Policy;
use crate::core::statement::{Envelope, Seen, Statement};
use crate::core::text::{Origin, TextError};
use crate::core::time::{Millis, Time};

use cast::{Cast, Key};
use chance::Chance;
use opening::{Said, opening};
use plan::Plan;

pub use write::{CHECKPOINT_EVERY, Written, write};

/// Platforms, unless it is said otherwise.
const PLATFORMS: usize = 48;
/// When the ledger is opened, in seconds since 1970: the first second of 2021.
const OPENED_AT: u64 = 1_609_459_200;
/// From one entry to the next, at most, in milliseconds; half of that on average.
const PACE_MS: u64 = 30_000;
/// How long before the ledger recorded it an author has signed, at most, in seconds.
const SIGNED_BEFORE: u64 = 120;
/// One in so many statements names a checkpoint that its author has seen.
const ONE_IN_SEES: u64 = 16;

/// Why no ledger could be made.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The generator made something that the format does not allow: an error of its own.
    #[error("the generator made {0} that the format does not allow")]
    Unfit(&'static str),
    /// Likewise, of a text.
    #[error("the generator made a text that the format does not allow: {0}")]
    Text(#[from] TextError),
    /// Likewise, of anything that the core refuses.
    #[error("the generator made what the format does not allow: {0}")]
    Fault(#[from] Fault),
    /// A file or folder could not be written; of kind `AlreadyExists` where the folder is not empty.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl LoadError {
    /// Its name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unfit(_) | Self::Text(_) | Self::Fault(_) => "load-unfit",
            Self::Io { .. } => "load-io",
        }
    }
}

/// What is said on a generated ledger, in order and without end.
#[derive(Debug)]
pub struct Load {
    origin: Origin,
    cast: Cast,
    plan: Plan,
    chance: Chance,
    /// What is left of the opening, the last first.
    opening: Vec<Said>,
    opening_len: usize,
    now: Millis,
    seen: Option<Seen>,
}

/// A statement that its author is about to sign.
#[derive(Debug)]
pub struct Planned {
    statement: Statement,
    keys: Vec<Arc<Key>>,
    recorded_at: Millis,
}

impl Load {
    /// Everything that [the module](self) names.
    ///
    /// # Errors
    /// [`LoadError::Unfit`] and the like: an error of the generator.
    pub fn new(seed: u64) -> Result<Self, LoadError> {
        Self::made(seed, PLATFORMS, false)
    }

    /// After the opening nothing but disclosures, by so many platforms (at least one) of one key each: those of one
    /// platform can be filed beside those of another, in any order.
    ///
    /// # Errors
    /// As [`Load::new`].
    pub fn of_disclosures(seed: u64, platforms: usize) -> Result<Self, LoadError> {
        Self::made(seed, platforms.max(1), true)
    }

    fn made(seed: u64, platforms: usize, only_figures: bool) -> Result<Self, LoadError> {
        let chance = Chance::new(seed);
        let mut cast = Cast::new(&chance, platforms)?;
        let mut opening = opening(&mut cast, &chance, !only_figures)?;
        opening.reverse();
        let now = Millis::from_unix_ms(OPENED_AT * 1000).ok_or(LoadError::Unfit("a time"))?;
        let origin = format!("load.example/{seed}").parse()?;
        let (plan, opening_len) = (Plan::new(only_figures)?, opening.len());
        Ok(Self { origin, cast, plan, chance, opening, opening_len, now, seen: None })
    }

    /// The ledger's origin.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How many statements open the ledger, enrol everybody and define what is counted.
    pub fn opening(&self) -> usize {
        self.opening_len
    }

    /// The operator's key, which signs the checkpoints.
    ///
    /// # Errors
    /// As [`Load::new`].
    pub fn operator(&self) -> Result<&SecretKey, LoadError> {
        self.cast.operator.pens.first().map(|pen| &pen.key.secret).ok_or(LoadError::Unfit("an operator"))
    }

    /// The text of a policy that trusts the ledger, and asks for no witness.
    ///
    /// # Errors
    /// As [`Load::new`].
    pub fn policy(&self) -> Result<String, LoadError> {
        Ok(Policy::text_for(&VerifierKey::ed25519(self.origin.as_str(), self.operator()?.public()?)?))
    }

    /// A checkpoint was published: some authors will say that they have seen it, until they hear of another. Without one,
    /// nobody sees any.
    pub fn published(&mut self, size: Positive, root: Hash) {
        self.seen = Some(Seen { root, size });
    }

    /// The next statement.
    ///
    /// # Errors
    /// As [`Load::new`].
    pub fn plan(&mut self) -> Result<Planned, LoadError> {
        let later = self.now.unix_ms().saturating_add(self.chance.below(PACE_MS + 1));
        self.now = Millis::from_unix_ms(later).ok_or(LoadError::Unfit("a time"))?;
        let said = match self.opening.pop() {
            Some(said) => said,
            None => self.plan.next(&mut self.cast, &mut self.chance, self.now)?,
        };
        let seconds = self.now.time().unix().saturating_sub(self.chance.below(SIGNED_BEFORE + 1));
        let sees = self.chance.below(ONE_IN_SEES) == 0;
        let statement = Statement {
            author: said.author,
            event: said.event,
            issued_at: Time::from_unix(seconds).ok_or(LoadError::Unfit("a time"))?,
            ledger: self.origin.clone(),
            nth: said.pen.nth,
            seen: self.seen.filter(|_| sees),
        };
        let keys = [said.pen.key].into_iter().chain(said.cosigners).collect();
        Ok(Planned { statement, keys, recorded_at: self.now })
    }

    /// The next so many statements, signed on all cores.
    ///
    /// # Errors
    /// As [`Load::new`].
    pub fn sign(&mut self, count: usize) -> Result<Vec<(Envelope, Millis)>, LoadError> {
        let planned = (0..count).map(|_| self.plan()).collect::<Result<Vec<_>, _>>()?;
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let sign = |part: &[Planned]| part.iter().map(Planned::sign).collect::<Result<Vec<_>, _>>();
        let parts: Vec<_> = thread::scope(|scope| {
            let parts = planned.chunks(count.div_ceil(cores).max(1));
            let threads: Vec<_> = parts.map(|part| scope.spawn(move || sign(part))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or(Err(LoadError::Unfit("a statement")))).collect()
        });
        let mut signed = Vec::with_capacity(count);
        for part in parts {
            signed.extend(part?);
        }
        Ok(signed.into_iter().zip(planned.iter().map(|planned| planned.recorded_at)).collect())
    }
}

impl Planned {
    /// What is said.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// When the ledger is to record it.
    pub fn recorded_at(&self) -> Millis {
        self.recorded_at
    }

    /// The statement, signed by its author and then by the co-signers.
    ///
    /// # Errors
    /// As [`Load::new`].
    pub fn sign(&self) -> Result<Envelope, LoadError> {
        Ok(Envelope::sign(&self.statement, self.keys.iter().map(|key| &key.secret))?)
    }
}

fn positive(number: i64) -> Result<Positive, LoadError> {
    Positive::new(number).ok_or(LoadError::Unfit("a number"))
}

#[cfg(test)]
mod tests;
