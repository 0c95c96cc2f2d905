//! What was known before a verdict, as it is told with it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::core::hash::Hash;

/// What was known of a ledger before a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Before {
    /// The checkpoint up to which it was verified.
    pub verified: Option<Promised>,
    /// How many of the first entries were not read again for this verdict.
    pub relied: u64,
    /// Why all were read, where something was remembered, or should have been.
    pub anew: Option<Anew>,
    /// The root that this copy has at the size of that checkpoint, where it is another one.
    pub other_root: Option<Hash>,
    /// The faults of copies that were shown before, but for those that this one has.
    pub earlier: Vec<EarlierFault>,
    /// Whether there were more than are remembered.
    pub more_earlier: bool,
    /// Where both signed notes were kept, if the ledger signed two histories.
    pub evidence: Option<PathBuf>,
}

/// What a checkpoint says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Promised {
    /// How many entries.
    pub size: u64,
    /// The root of their tree.
    pub root: Hash,
}

/// Why all entries were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anew {
    /// What was remembered cannot be read. It was put aside.
    Damaged,
    /// It was verified by another policy.
    OtherPolicy,
    /// It was verified by a rule for signatures that refuses less.
    LaxerRule,
    /// It was verified by another version of this software.
    OtherVersion,
    /// The copy promises fewer entries than were verified.
    Fewer,
    /// The copy's tree does not begin with the entries that were verified.
    NoPrefix,
    /// A checkpoint, a pin or a partial tile of fewer entries turned up, which only those can judge.
    OlderFile,
    /// There are faults, which a whole audit tells in full.
    Faults,
}

impl Anew {
    /// The reason, in words that go on after "all was read, as".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Damaged => "what was remembered is damaged",
            Self::OtherPolicy => "what was remembered was verified by another policy",
            Self::LaxerRule => "what was remembered was verified by a laxer rule for signatures",
            Self::OtherVersion => "what was remembered was verified by another version of this software",
            Self::Fewer => "this copy promises fewer entries than were verified before",
            Self::NoPrefix => "this copy does not begin with the entries that were verified before",
            Self::OlderFile => "a checkpoint, a pin or a partial tile turned up that only the first entries can judge",
            Self::Faults => "there are faults, which a whole audit tells in full",
        }
    }
}

/// A fault of a copy that was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlierFault {
    /// Its stable code.
    pub code: String,
    /// The fault in words.
    pub message: String,
    /// How many entries the copy had.
    pub size: u64,
    /// The root of their tree.
    pub root: Hash,
}
