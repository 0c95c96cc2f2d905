//! The table of actors.

use std::collections::BTreeMap;

use super::columns::columns;
use crate::core::state::State;
use crate::core::state::registry::{Actor, Standing};
use crate::core::text::Slug;

/// An actor with its keys.
pub(super) struct Enrolled<'a> {
    id: &'a Slug,
    actor: &'a Actor,
    /// In hexadecimal, those in force.
    keys: Vec<String>,
}

/// Every one that a state knows.
pub(super) fn of(state: &State) -> impl Iterator<Item = Enrolled<'_>> {
    let registry = state.registry();
    let mut keys: BTreeMap<&Slug, Vec<String>> = BTreeMap::new();
    for (id, key) in registry.keys().iter().filter(|(_, key)| key.until.is_none()) {
        keys.entry(&key.actor).or_default().push(id.to_string());
    }
    registry.actors().iter().map(move |(id, actor)| Enrolled { id, actor, keys: keys.remove(id).unwrap_or_default() })
}

columns! { of row: Enrolled<'_> {
    actor: Text, "what the ledger calls it", row.id;
    name: Text, "its name", &row.actor.name;
    role: Text, "its role (section 3)", row.actor.role.as_str();
    authority: Boolean, "whether it is one of the authorities", row.actor.authority;
    standing: Text, "`active`, `suspended` or `retired`", row.standing().0;
    standing_entry: Integer or missing, "index of the entry that suspended or retired it", row.standing().1;
    entry: Integer, "index of the entry that enrolled it", row.actor.enrolled_at;
    keys_in_force: Integer, "how many keys it signs with", row.keys.len() as u64;
    keys: Text or missing, "these keys, joined by spaces", row.joined();
} }

impl Enrolled<'_> {
    fn standing(&self) -> (&'static str, Option<u64>) {
        match self.actor.standing {
            Standing::Active => ("active", None),
            Standing::Suspended(index) => ("suspended", Some(index)),
            Standing::Retired(index) => ("retired", Some(index)),
        }
    }

    fn joined(&self) -> Option<String> {
        (!self.keys.is_empty()).then(|| self.keys.join(" "))
    }
}
