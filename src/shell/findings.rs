//! Findings with the replies to them, gathered while a copy is verified.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::core::event::Event;
use crate::core::finding::{Finding, FindingCode, Replies, Reply, Severity};
use crate::core::text::{DocumentId, Slug};
use crate::core::time::Time;

use super::verify::{Seen, Watch};

/// A watcher that keeps every finding. It grows with them.
#[derive(Debug, Default)]
pub struct Findings {
    /// As of when it listens: what was recorded later, it does not hear.
    as_of: Option<Time>,
    found: Vec<Finding>,
    replies: Replies,
    successors: BTreeMap<Slug, Slug>,
}

/// A finding, and what those whom it is about say of it on the record.
#[derive(Debug, Serialize)]
pub struct Noted {
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
    /// Who took the place of whom it is about.
    pub successor: Option<Slug>,
    /// The replies, in the order of their entries.
    pub replies: Vec<Reply>,
}

/// Which findings somebody wants: those that meet everything that is asked; where nothing is asked, all.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// One of these codes.
    pub codes: Vec<FindingCode>,
    /// About one of these actors, or about one whose place it took.
    pub about: Vec<Slug>,
    /// About one of these requests.
    pub requests: Vec<DocumentId>,
    /// At least of this severity.
    pub at_least: Option<Severity>,
}

impl Selection {
    /// Whether a finding is wanted, given who took the place of whom it is about.
    pub fn wants(&self, finding: &Finding, successor: Option<&Slug>) -> bool {
        let actors = [finding.actor.as_ref(), successor];
        (self.codes.is_empty() || self.codes.contains(&finding.code))
            && (self.about.is_empty() || actors.into_iter().flatten().any(|actor| self.about.contains(actor)))
            && self.at_least.is_none_or(|severity| finding.severity() >= severity)
            && (self.requests.is_empty()
                || finding.item.as_deref().is_some_and(|(request, _)| self.requests.contains(request)))
    }
}

impl Findings {
    /// What there was to find, and to say of it, at a time; at the end of the ledger if that is left out. The audit must be
    /// asked as of the same time.
    pub fn as_of(time: Option<Time>) -> Self {
        Self { as_of: time, ..Self::default() }
    }

    /// All that was noticed, once the ledger has ended, each with the replies to it.
    pub fn into_noted(self) -> impl Iterator<Item = Noted> {
        let Self { found, replies, successors, .. } = self;
        found.into_iter().map(move |finding| {
            let next = |actor: &Slug| successors.get(actor).cloned();
            let successor = std::iter::successors(finding.actor.as_ref().and_then(next), next).last();
            let replies = replies.to(&finding).into_iter().cloned().collect();
            Noted { finding, successor, replies }
        })
    }
}

impl Watch for Findings {
    fn entry(&mut self, seen: &Seen<'_>) {
        let Some(state) =
            seen.chain.state().filter(|_| self.as_of.is_none_or(|as_of| seen.entry.recorded_at.time() <= as_of))
        else {
            return;
        };
        let event = &seen.statement.event;
        self.replies.add(state, seen.link.index, &seen.statement.author, event);
        if let Event::ProviderSucceeded(event) = event {
            self.successors.insert(event.predecessor.clone(), event.successor.clone());
        }
    }

    fn finding(&mut self, finding: Finding) {
        self.found.push(finding);
    }
}
