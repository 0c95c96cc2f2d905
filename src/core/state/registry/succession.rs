//! Who took another's place, and so speaks for it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Placed, Registry, Role, Takes};
use crate::core::event::ProviderSucceeded;
use crate::core::fault::{Code, Fault};
use crate::core::state::deadlines::check_past;
use crate::core::text::Slug;
use crate::core::time::Date;

/// Actors whose place one actor takes, in one step or several, at most: whoever judges what it says looks at each.
pub const MAX_PREDECESSORS: usize = 64;

/// Who took whose place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Successions {
    by_predecessor: BTreeMap<Slug, Succession>,
    /// All whose place each actor took, in one step or several.
    predecessors: BTreeMap<Slug, BTreeSet<Slug>>,
}

/// That a provider took another's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Succession {
    /// The entry that recorded it.
    pub index: u64,
    /// Who took it.
    pub successor: Slug,
    /// Since when, by the instrument that made it so.
    pub effective: Date,
}

impl Registry {
    pub(in crate::core::state) fn succeed(
        &mut self,
        placed: &Placed<'_>,
        event: &ProviderSucceeded,
    ) -> Result<(), Fault> {
        self.check_authority(placed)?;
        for id in [&event.predecessor, &event.successor] {
            let role = self.enrolled(id)?.role;
            if role != Role::Platform {
                return Err(Fault::new(Code::RoleNotAllowed, "platforms", format!("{id} ({})", role.as_str())));
            }
        }
        self.not_retired(&event.successor)?;
        if let Some(known) = self.succession(&event.predecessor) {
            let found = format!("{}, by entry {}", known.successor, known.index);
            return Err(Fault::new(Code::SuccessorInvalid, "a provider without a successor", found));
        }
        if self.speaks_for(&event.predecessor, event.successor.as_str()) {
            let found = format!("{} itself", event.predecessor);
            return Err(Fault::new(Code::SuccessorInvalid, "another provider as the successor", found));
        }
        let mut above = vec![event.successor.clone()];
        above.extend(self.successors(&event.successor).cloned());
        let last = above.last().unwrap_or(&event.successor);
        let places = 1 + self.predecessors(last).count() + self.predecessors(&event.predecessor).count();
        if places > MAX_PREDECESSORS {
            let expected = format!("at most {MAX_PREDECESSORS} whose place {last} takes");
            return Err(Fault::new(Code::SuccessorInvalid, expected, places.to_string()));
        }
        check_past(placed, event.effective)?;
        self.check_cosigners(placed, Takes::nobody().and_threshold())?;
        let succession =
            Succession { index: placed.index, successor: event.successor.clone(), effective: event.effective };
        let mut taken: BTreeSet<Slug> = self.predecessors(&event.predecessor).cloned().collect();
        taken.insert(event.predecessor.clone());
        for successor in above {
            self.successions.predecessors.entry(successor).or_default().extend(taken.iter().cloned());
        }
        self.successions.by_predecessor.insert(event.predecessor.clone(), succession);
        Ok(())
    }

    /// Whether an actor is another, or took its place, in one step or several.
    pub fn speaks_for(&self, actor: &Slug, other: &str) -> bool {
        actor.as_str() == other || self.predecessors(actor).any(|predecessor| predecessor.as_str() == other)
    }

    /// Who took a provider's place.
    pub fn succession(&self, predecessor: &Slug) -> Option<&Succession> {
        self.successions.by_predecessor.get(predecessor)
    }

    /// Who took an actor's place, one after the other.
    pub fn successors<'a>(&'a self, actor: &'a Slug) -> impl Iterator<Item = &'a Slug> {
        let next = |actor: &&'a Slug| self.succession(actor).map(|succession| &succession.successor);
        // The rules leave no circle, nor a longer way.
        std::iter::successors(next(&actor), next).take(MAX_PREDECESSORS)
    }

    /// Whose place an actor took, in one step or several; at most [`MAX_PREDECESSORS`].
    pub fn predecessors(&self, actor: &Slug) -> impl Iterator<Item = &Slug> {
        self.successions.predecessors.get(actor).into_iter().flatten()
    }
}
