//! What an audit remembers of the entries that it has seen, so that another can go on after them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::attachments::Known;
use super::{Audit, pinned};
use crate::core::chain::Chain;
use crate::core::finding::{FindingCode, Noticing};
use crate::core::hash::Hash;
use crate::core::policy::Policy;
use crate::core::shelf::Shelf;
use crate::core::statement::Rule;

/// What is remembered of a ledger's first entries, all that an audit needs in order to go on. It grows with the actors, the
/// documents, the figures and the checkpoints, not with how often they are spoken of.
///
/// It is the auditor's own: whoever can change it decides what the next audit says. What is written down has no version;
/// whoever keeps it sees to it that no other version reads it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carried {
    chain: Chain,
    /// The attachments named so far.
    attachments: Shelf<Hash, Known>,
    noticing: Noticing,
    /// What was noticed so far, but for what is noticed at the end of a ledger: that is noticed anew each time.
    noticed: BTreeMap<FindingCode, u64>,
}

impl Carried {
    /// The chain after the entries.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Whether an audit that goes on from here can judge a checkpoint of that size in `checkpoints/`, or has done so: it
    /// is one that was known when so many entries were read, or of more entries.
    pub fn judges(&self, size: u64) -> bool {
        size > self.chain.size() || self.chain.published().contains(&size)
    }

    /// Whether an audit that goes on from here can hold a pin against the entries: as [`Carried::judges`], or it is of as many
    /// entries, or of a size that was asked for before.
    pub fn judges_pin(&self, pin: &[u8]) -> bool {
        let held = |size| size >= self.chain.size() || self.chain.mark_at(size).is_some();
        // One that is no pin is a fault wherever the audit begins.
        pinned(pin).map_or(true, |pin| held(pin.checkpoint().size))
    }
}

impl<'a> Audit<'a> {
    /// Of a ledger of whose first entries an earlier audit, by the same rule, remembers these. The caller hands over the
    /// entries after them, and the checkpoints of that size or more: those of fewer entries cannot be judged here
    /// ([`Carried::judges`]).
    pub fn resume(policy: &'a Policy, rule: Rule, carried: Carried) -> Self {
        let size = carried.chain.size();
        let Carried { chain, attachments, noticing, noticed } = carried;
        Self { chain, attachments, noticing, noticed, carried: size, ..Self::new(policy, rule) }
    }

    /// What there is to remember of the entries so far, the last of them read whole and [`Audit::end`] not yet called.
    /// It is of use only if the verdict becomes that the ledger is verified.
    pub fn carry(&mut self) -> Carried {
        let (noticing, pending) = self.noticing.carried();
        let mut noticed = self.noticed.clone();
        pending.iter().for_each(|finding| *noticed.entry(finding.code).or_default() += 1);
        let mut chain = self.chain.clone();
        chain.forget_beyond();
        Carried { chain, attachments: self.attachments.clone(), noticing, noticed }
    }
}
