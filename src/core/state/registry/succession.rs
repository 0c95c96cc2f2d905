//! Who took another's place, and so speaks for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Placed, Registry, Role, Takes};
use crate::core::event::ProviderSucceeded;
use crate::core::fault::{Code, Fault};
use crate::core::state::deadlines::check_past;
use crate::core::text::Slug;
use crate::core::time::Date;

/// Who took whose place, by the predecessor.
pub(super) type Successions = BTreeMap<Slug, Succession>;

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
        if let Some(known) = self.successions.get(&event.predecessor) {
            let found = format!("{}, by entry {}", known.successor, known.index);
            return Err(Fault::new(Code::SuccessorInvalid, "a provider without a successor", found));
        }
        if self.speaks_for(&event.predecessor, event.successor.as_str()) {
            let found = format!("{} itself", event.predecessor);
            return Err(Fault::new(Code::SuccessorInvalid, "another provider as the successor", found));
        }
        check_past(placed, event.effective)?;
        self.check_cosigners(placed, Takes::nobody().and_threshold())?;
        let succession =
            Succession { index: placed.index, successor: event.successor.clone(), effective: event.effective };
        self.successions.insert(event.predecessor.clone(), succession);
        Ok(())
    }

    /// Whether an actor is another, or took its place, in one step or several.
    pub fn speaks_for(&self, actor: &Slug, other: &str) -> bool {
        let mut at = other;
        loop {
            if at == actor.as_str() {
                return true;
            }
            // The rules leave no circle, so this ends.
            match self.successions.iter().find(|(predecessor, _)| predecessor.as_str() == at) {
                Some((_, succession)) => at = succession.successor.as_str(),
                None => return false,
            }
        }
    }

    /// Who took a provider's place.
    pub fn succession(&self, predecessor: &Slug) -> Option<&Succession> {
        self.successions.get(predecessor)
    }

    /// Whose place an actor took, in one step or several.
    pub fn predecessors<'a>(&'a self, actor: &'a Slug) -> impl Iterator<Item = &'a Slug> {
        self.successions.keys().filter(move |other| *other != actor && self.speaks_for(actor, other.as_str()))
    }
}
