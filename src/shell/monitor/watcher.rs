//! What a monitor picks from the findings that go by.

use std::collections::BTreeSet;

use crate::core::chain::Chain;
use crate::core::finding::Finding;
use crate::core::hash::Hash;
use crate::core::text::Slug;
use crate::shell::findings::Selection;
use crate::shell::verify::{Seen, Watch};

use super::Settings;
use super::held::Held;

/// A finding, and who took the place of whom it is about.
type Found = (Box<Finding>, Option<Slug>);

/// Keeps the new findings that are wanted.
pub(super) struct Watcher<'a> {
    selection: &'a Selection,
    /// Findings of entries from the first size on and below the second are new, and promised.
    new: (u64, u64),
    /// Those at the end of the ledger that were current before.
    known: Option<&'a BTreeSet<Hash>>,
    /// Whether none of them is wanted.
    nothing: bool,
    /// How many entries went by.
    size: u64,
    ending: bool,
    /// Those at the end of the ledger that are current now.
    current: BTreeSet<Hash>,
    found: Vec<Found>,
}

impl<'a> Watcher<'a> {
    /// Of a look at a ledger whose latest checkpoint promises so many entries.
    pub fn new(settings: &'a Settings, held: &'a Option<Held>, promised: u64) -> Self {
        let from = held.as_ref().map_or(0, |held| held.progress.checkpoint.checkpoint().size);
        Self {
            selection: &settings.selection,
            new: (from, promised),
            known: held.as_ref().map(|held| &held.reported.current),
            nothing: held.is_none() && settings.from_now,
            size: 0,
            ending: false,
            current: BTreeSet::new(),
            found: Vec::new(),
        }
    }

    /// What is new and wanted; and the ids of what is current at the end of the ledger, wanted or not.
    pub fn into_found(self) -> (Vec<Found>, BTreeSet<Hash>) {
        (self.found, self.current)
    }

    fn is_new(&mut self, finding: &Finding) -> bool {
        if self.ending {
            let id = finding.id();
            self.current.insert(id);
            return self.known.is_none_or(|known| !known.contains(&id));
        }
        let (from, promised) = self.new;
        from < self.size && self.size <= promised
    }
}

impl Watch for Watcher<'_> {
    fn entry(&mut self, seen: &Seen<'_>) {
        self.size = seen.chain.size();
    }

    fn finding(&mut self, finding: Finding) {
        // Who it is about is looked at once it is known who took whose place.
        let asked = Selection { about: Vec::new(), ..self.selection.clone() };
        if self.is_new(&finding) && !self.nothing && asked.wants(&finding, None) {
            self.found.push((Box::new(finding), None));
        }
    }

    fn ending(&mut self, _chain: &Chain) {
        self.ending = true;
    }

    fn end(&mut self, chain: &Chain) {
        for (finding, successor) in &mut self.found {
            *successor =
                chain.state().and_then(|state| state.registry().successors(finding.actor.as_ref()?).last().cloned());
        }
        let selection = self.selection;
        self.found.retain(|(finding, successor)| selection.wants(finding, successor.as_ref()));
    }
}
