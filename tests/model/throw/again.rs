//! What was said before, once more.

use super::Thrower;
use crate::model::cast::{id, labels};
use crate::model::law::new_document;
use crate::model::step::{Nth, Step};

impl Thrower {
    /// The same words once more, by another key of their author, and co-signed.
    pub fn replay(&mut self) -> Option<()> {
        let keys = self.law.keys();
        let mut found = Vec::new();
        for said in self.placed.iter().filter(|said| said.seen.is_none()) {
            let Nth::Exactly(nth) = said.nth else { continue };
            let next = |label: &str| self.law.counters.get(&id(label)).copied().unwrap_or(0);
            let other = labels(&said.author).into_iter().find(|label| {
                let in_force = keys.iter().any(|key| key.id == id(label) && key.in_force);
                in_force && *label != said.keys[0] && next(label) == nth
            });
            found.extend(other.map(|other| (said.clone(), other)));
        }
        let (mut said, other) = if found.is_empty() { return None } else { found.swap_remove(self.below(found.len())) };
        said.keys[0] = other;
        if said.keys.len() == 1 {
            let other = self.active(&["regulator", "civil_society"], |_| true);
            said.keys.push(self.key_of(&other));
        }
        said.recorded_at = self.now;
        self.push(said);
        Some(())
    }

    /// What was said before once more, under another name.
    pub fn again(&mut self) -> Option<()> {
        let count = self.placed.len().max(1);
        let at = self.below(count).max(self.below(count));
        let said = self.placed.get(at)?.clone();
        let (statement, _) = said.statement(&self.law)?;
        let mut event = said.event.to_string();
        if let Some(name) = new_document(&statement.event) {
            event = event.replace(&format!("{name:?}"), &format!("{:?}", self.name(&said.author)));
        }
        let keys = said.keys;
        let step = self.unsigned(&said.author, serde_json::from_str(&event).ok()?);
        self.push(Step { keys, ..step });
        Some(())
    }
}
