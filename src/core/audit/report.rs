//! The verdict, and what it rests on.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use super::vouching::Stretch;
use crate::core::chain::Chain;
use crate::core::fault::{Fault, Faults};
use crate::core::finding::FindingCode;
use crate::core::hash::Hash;
use crate::core::time::Millis;

/// Faults that a report lists, at most; how many more there were is said in what was not checked.
pub const MAX_FAULTS: usize = 1_000;

/// What an audit concludes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No fault.
    Verified,
    /// Evidence of tampering, or a broken rule.
    Falsified,
}

/// What an audit found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The conclusion.
    pub verdict: Verdict,
    /// The ledger's origin.
    pub origin: String,
    /// How many entries there are.
    pub size: u64,
    /// How many of them stand under a valid checkpoint.
    pub sealed: u64,
    /// The root of the tree of all entries.
    pub root: Hash,
    /// The leaf hash of the last entry.
    pub head: Hash,
    /// When the last entry was recorded.
    pub recorded_at: Option<Millis>,
    /// The faults, sorted by entry, file and code.
    pub faults: Vec<Fault>,
    /// How many more there are that are not listed.
    pub unlisted: u64,
    /// How many things of each kind were noticed that no rule forbids. The findings themselves were handed over on the way.
    pub findings: BTreeMap<FindingCode, u64>,
    /// Who besides the operator vouches for which entries, in order; all entries are in one of them. Empty if there was a
    /// fault: nobody vouches for a falsified copy.
    pub vouched: Vec<Stretch>,
    /// How many of the policy's witnesses must deceive, with the operator, before another reader of the policy can have
    /// been shown another history: [`crate::core::policy::Policy::witnesses_to_deceive`].
    pub witnesses_to_deceive: usize,
    /// What was not checked, in words.
    pub not_checked: Vec<String>,
}

impl Report {
    pub(super) fn new(
        origin: String,
        chain: &Chain,
        sealed: u64,
        (mut faults, unlisted): (Vec<Fault>, u64),
        findings: BTreeMap<FindingCode, u64>,
    ) -> Self {
        let place = |fault: &Fault| (fault.index.is_none(), fault.index, fault.file.clone(), fault.code.as_str());
        faults.sort_by_cached_key(place);
        faults.dedup();
        let mut report = Self {
            verdict: if faults.is_empty() { Verdict::Verified } else { Verdict::Falsified },
            origin,
            size: chain.size(),
            sealed,
            root: chain.root(),
            head: chain.head(),
            recorded_at: chain.recorded_at(),
            faults,
            unlisted: 0,
            findings,
            vouched: Vec::new(),
            witnesses_to_deceive: 0,
            not_checked: Vec::new(),
        };
        report.unlisted = unlisted.saturating_add(report.faults.len().saturating_sub(MAX_FAULTS) as u64);
        report.faults.truncate(MAX_FAULTS);
        report.not_checked.extend(Faults::further(report.unlisted));
        if sealed < report.size {
            let (first, last) = (sealed, report.size - 1);
            report.not_checked.push(format!("entries {first} to {last}: not yet promised by any valid checkpoint"));
        }
        if chain.state().is_none() {
            report.not_checked.push("the law: the ledger was never opened".to_owned());
        }
        report
    }

    /// Of a bundle that is bad as a container, so that nothing in it was read.
    pub fn unreadable(faults: Faults) -> Self {
        let mut report = Self::new(String::new(), &Chain::new(), 0, faults.into_parts(), BTreeMap::new());
        let unread = "any file, as the bundle is not one that can be read safely".to_owned();
        report.not_checked = Faults::further(report.unlisted).into_iter().chain([unread]).collect();
        report
    }
}

/// The object that `candour verify --json` prints.
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Report", 11)?;
        object.serialize_field("verdict", &self.verdict)?;
        object.serialize_field("origin", &self.origin)?;
        object.serialize_field("size", &self.size)?;
        object.serialize_field("sealed", &self.sealed)?;
        object.serialize_field("root", &self.root)?;
        object.serialize_field("head", &self.head)?;
        object.serialize_field("faults", &self.faults)?;
        object.serialize_field("not_checked", &self.not_checked)?;
        object.serialize_field("findings", &self.findings)?;
        object.serialize_field("vouched", &self.vouched)?;
        object.serialize_field("witnesses_to_deceive", &self.witnesses_to_deceive)?;
        object.end()
    }
}

/// As in every JSON of this software: the fields, and the message that people read.
impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Fault", 6)?;
        object.serialize_field("code", &self.code)?;
        object.serialize_field("index", &self.index)?;
        object.serialize_field("file", &self.file)?;
        object.serialize_field("expected", &self.expected)?;
        object.serialize_field("found", &self.found)?;
        object.serialize_field("message", &self.to_string())?;
        object.end()
    }
}
