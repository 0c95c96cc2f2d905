//! Keys: whose they are, since when and until when, and the number of the next statement.

use super::cosigners::Takes;
use super::{Key, Placed, Registry, Standing};
use crate::core::event::registry::{KeyAdded, KeyRevoked, KeyRotated};
use crate::core::fault::{Code, Fault};
use crate::core::key::{KeyId, PublicKey};
use crate::core::text::Slug;

impl Registry {
    /// Whether the author may speak, with this key.
    pub(in crate::core::state) fn check_author(&self, placed: &Placed<'_>) -> Result<(), Fault> {
        self.active(&placed.statement.author)?;
        let signer = first_signer(placed)?;
        let key = self.known_key(signer)?;
        check_owner(signer, key, &placed.statement.author)?;
        key.check_in_force(signer)
    }

    /// Whether the statement is the next one of its key.
    pub(in crate::core::state) fn check_nth(&self, placed: &Placed<'_>) -> Result<(), Fault> {
        let signer = first_signer(placed)?;
        let (nth, next) = (placed.statement.nth.unsigned(), self.known_key(signer)?.next);
        match nth.cmp(&next) {
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Less => Err(Fault::new(Code::NthReused, format!("nth {next}"), format!("nth {nth}"))),
            std::cmp::Ordering::Greater => Err(Fault::new(Code::NthGap, format!("nth {next}"), format!("nth {nth}"))),
        }
    }

    /// Counts the statement for its key.
    pub(in crate::core::state) fn count(&mut self, placed: &Placed<'_>) {
        if let Some(key) = placed.signers.first().and_then(|signer| self.keys.get_mut(signer)) {
            key.next = placed.statement.nth.unsigned().saturating_add(1);
        }
    }

    pub(in crate::core::state) fn add_key(&mut self, placed: &Placed<'_>, event: &KeyAdded) -> Result<(), Fault> {
        let by_itself = self.check_self_or_authority(placed, &event.actor)?;
        self.target(&event.actor)?;
        self.check_new_key(&event.key)?;
        let takes = Takes::possession(&event.key);
        self.check_cosigners(placed, if by_itself { takes } else { takes.and_threshold() })?;
        self.insert_key(&event.actor, &event.key, placed.index);
        Ok(())
    }

    pub(in crate::core::state) fn rotate_key(&mut self, placed: &Placed<'_>, event: &KeyRotated) -> Result<(), Fault> {
        if placed.statement.author != event.actor {
            return Err(Fault::new(Code::AuthorMismatch, event.actor.as_str(), placed.statement.author.as_str()));
        }
        self.check_own_key(&event.old, &event.actor)?;
        self.check_new_key(&event.new)?;
        let of_operator = event.actor == self.operator;
        let takes = Takes::possession(&event.new);
        self.check_cosigners(placed, if of_operator { takes.and_threshold() } else { takes })?;
        self.end_key(&event.old, &event.actor, placed.index);
        self.insert_key(&event.actor, &event.new, placed.index);
        if of_operator {
            self.operator_keys.push(event.new);
        }
        Ok(())
    }

    pub(in crate::core::state) fn revoke_key(&mut self, placed: &Placed<'_>, event: &KeyRevoked) -> Result<(), Fault> {
        let by_itself = self.check_self_or_authority(placed, &event.actor)?;
        let target = self.target(&event.actor)?;
        self.check_own_key(&event.key, &event.actor)?;
        if target.authority && target.standing == Standing::Active && target.keys_in_force == 1 {
            self.check_enough_remain(&event.actor)?;
        }
        let takes = Takes::nobody();
        self.check_cosigners(placed, if by_itself { takes } else { takes.and_threshold() })?;
        self.end_key(&event.key, &event.actor, placed.index);
        Ok(())
    }

    pub(super) fn insert_key(&mut self, actor: &Slug, key: &PublicKey, index: u64) {
        self.keys.insert(key.id(), Key { actor: actor.clone(), since: index, until: None, next: 0 });
        self.change(actor, |actor| actor.keys_in_force = actor.keys_in_force.saturating_add(1));
    }

    fn end_key(&mut self, key: &PublicKey, actor: &Slug, index: u64) {
        if let Some(key) = self.keys.get_mut(&key.id()) {
            key.until = Some(index);
            self.change(actor, |actor| actor.keys_in_force = actor.keys_in_force.saturating_sub(1));
        }
    }

    pub(super) fn check_new_key(&self, key: &PublicKey) -> Result<(), Fault> {
        match self.keys.get(&key.id()) {
            None => Ok(()),
            Some(known) => Err(Fault::new(Code::KeyInUse, "a new key", format!("a key of {}", known.actor))),
        }
    }

    fn check_own_key(&self, key: &PublicKey, actor: &Slug) -> Result<(), Fault> {
        let id = key.id();
        let known = self.known_key(&id)?;
        check_owner(&id, known, actor)?;
        known.check_in_force(&id)
    }

    pub(super) fn known_key(&self, key: &KeyId) -> Result<&Key, Fault> {
        self.keys.get(key).ok_or_else(|| Fault::new(Code::KeyUnknown, "an enrolled key", key.to_string()))
    }
}

pub(super) fn first_signer<'a>(placed: &Placed<'a>) -> Result<&'a KeyId, Fault> {
    placed.signers.first().ok_or_else(|| Fault::new(Code::KeyUnknown, "an enrolled key", "no signature"))
}

fn check_owner(id: &KeyId, key: &Key, actor: &Slug) -> Result<(), Fault> {
    if key.actor == *actor {
        return Ok(());
    }
    Err(Fault::new(Code::AuthorMismatch, format!("a key of {actor}"), format!("{id} of {}", key.actor)))
}
