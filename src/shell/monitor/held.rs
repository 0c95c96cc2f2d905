//! How far a ledger was followed, as a monitor keeps it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::core::hash::Hash;
use crate::shell::progress::{self, Basis, Progress, Unread};

/// What the file begins with.
pub const FIRST_LINE: &str = "candour monitor v1";

/// How far a ledger was followed, and what was said of it.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub progress: Progress,
    pub reported: Reported,
}

/// What was reported, or not asked for, and is not to be said again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reported {
    /// The findings at the end of the ledger that were current then: their ids.
    pub current: BTreeSet<Hash>,
    /// The last sign of life, in seconds since 1970, at which the ledger was reported to be quiet.
    pub quiet: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    #[serde(flatten)]
    basis: Basis,
    #[serde(flatten)]
    reported: Reported,
}

impl Held {
    /// As it is kept.
    ///
    /// # Errors
    /// That of JSON.
    pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        let header = Header { basis: self.progress.basis.clone(), reported: self.reported.clone() };
        progress::encode(FIRST_LINE, &header, self.progress.carried.as_ref())
    }

    /// Reads what was kept.
    ///
    /// # Errors
    /// [`Unread`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Unread> {
        let (Header { basis, reported }, carried) = progress::decode(FIRST_LINE, bytes)?;
        Ok(Self { progress: Progress::restore(basis, carried)?, reported })
    }

    /// Whether this is of the same checkpoint, by the same version and policy, with the same things said.
    pub fn is_as(&self, other: &Self) -> bool {
        (&self.progress.basis, &self.reported) == (&other.progress.basis, &other.reported)
    }
}
