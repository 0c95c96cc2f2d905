//! Who there is, with which keys, and who stands in whose place.

use std::rc::Rc;

use candour::core::event::{ActorMarked, Event, Role};
use candour::core::fault::Code;
use candour::core::key::{KeyId, PublicKey};

use super::{Cosigners, Law, Ruling, Said, Speech, holds};

/// An actor as it stands.
pub struct Actor {
    pub id: String,
    pub role: Role,
    pub authority: bool,
    pub suspended: bool,
    pub retired: bool,
}

/// A key that the ledger knows.
pub struct Key {
    pub id: KeyId,
    pub owner: String,
    pub in_force: bool,
}

impl Actor {
    fn new(id: &impl ToString, role: Role, authority: bool) -> Self {
        Self { id: id.to_string(), role, authority, suspended: false, retired: false }
    }
}

impl Key {
    fn new(owner: &impl ToString, key: PublicKey) -> Self {
        Self { id: key.id(), owner: owner.to_string(), in_force: true }
    }
}

impl Law {
    /// All actors, in the order of their enrolment.
    pub fn actors(&self) -> Vec<Actor> {
        let mut actors: Vec<Actor> = Vec::new();
        for said in &self.said {
            match &said.event {
                Event::LedgerOpened(event) => {
                    actors.push(Actor::new(&event.operator.id, Role::Operator, false));
                    actors.extend(event.authorities.iter().map(|it| Actor::new(&it.id, Role::Regulator, true)));
                }
                Event::ActorEnrolled(event) => {
                    actors.push(Actor::new(&event.actor, event.role, event.authority.is_some()));
                }
                Event::ActorSuspended(event) => find(&mut actors, event).suspended = true,
                Event::ActorReinstated(event) => find(&mut actors, event).suspended = false,
                Event::ActorRetired(event) => find(&mut actors, event).retired = true,
                _ => {}
            }
        }
        actors
    }

    /// All keys, in the order in which they came.
    pub fn keys(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = Vec::new();
        for said in &self.said {
            match &said.event {
                Event::LedgerOpened(event) => {
                    keys.push(Key::new(&event.operator.id, event.operator.key));
                    keys.extend(event.authorities.iter().map(|party| Key::new(&party.id, party.key)));
                }
                Event::ActorEnrolled(event) => keys.push(Key::new(&event.actor, event.key)),
                Event::KeyAdded(event) => keys.push(Key::new(&event.actor, event.key)),
                Event::KeyRotated(event) => {
                    keys.iter_mut().filter(|key| key.id == event.old.id()).for_each(|key| key.in_force = false);
                    keys.push(Key::new(&event.actor, event.new));
                }
                Event::KeyRevoked(event) => {
                    keys.iter_mut().filter(|key| key.id == event.key.id()).for_each(|key| key.in_force = false);
                }
                _ => {}
            }
        }
        keys
    }

    pub fn actor(&self, id: &str) -> Option<Actor> {
        self.actors().into_iter().find(|actor| actor.id == id)
    }

    pub fn key(&self, id: KeyId) -> Option<Key> {
        self.keys().into_iter().find(|key| key.id == id)
    }

    /// The key that signs checkpoints after this history.
    pub fn operator(&self) -> Option<KeyId> {
        let operator = self.actors().into_iter().find(|actor| actor.role == Role::Operator)?;
        self.keys().into_iter().find(|key| key.owner == operator.id && key.in_force).map(|key| key.id)
    }

    /// How many authorities it takes.
    pub fn threshold(&self) -> u64 {
        let opened = |said: &Rc<Said>| match &said.event {
            Event::LedgerOpened(event) => Some(event.threshold.unsigned()),
            _ => None,
        };
        self.said.iter().find_map(opened).unwrap_or(0)
    }

    /// *speaks for*.
    pub fn speaks_for(&self, actor: &str, whom: &str) -> bool {
        let took = |said: &Rc<Said>| match &said.event {
            Event::ProviderSucceeded(event) if event.successor.as_str() == actor => {
                self.speaks_for(event.predecessor.as_str(), whom)
            }
            _ => false,
        };
        actor == whom || self.said.iter().any(took)
    }

    /// What had been said before that.
    pub fn before(&self, count: usize) -> Self {
        Self { said: self.said[..count].to_vec(), ..Self::default() }
    }

    /// *enough remain*.
    fn enough_remain(&self, without: &str) -> Ruling {
        let in_force = |actor: &&Actor| self.keys().iter().any(|key| key.owner == actor.id && key.in_force);
        let counts = |actor: &&Actor| actor.authority && !actor.retired && !actor.suspended && actor.id != without;
        let left = self.actors().iter().filter(counts).filter(in_force).count();
        holds(left as u64 >= self.threshold(), Code::ThresholdInvalid)
    }
}

fn find<'a>(actors: &'a mut [Actor], marked: &ActorMarked) -> &'a mut Actor {
    actors.iter_mut().find(|actor| actor.id == marked.actor.as_str()).expect("who was enrolled")
}

impl Speech<'_> {
    /// The rules of kinds that take the authorities' threshold or show a key.
    pub fn registry(self, event: &Event) -> Option<Result<Cosigners, Code>> {
        Some(match event {
            Event::LedgerOpened(_) => Err(Code::LedgerAlreadyOpened),
            Event::KeyAdded(_) | Event::KeyRotated(_) | Event::KeyRevoked(_) => self.of_keys(event),
            Event::ActorEnrolled(_)
            | Event::ActorSuspended(_)
            | Event::ActorReinstated(_)
            | Event::ActorRetired(_)
            | Event::CheckpointRulesSet(_)
            | Event::ProviderSucceeded(_) => self.of_authorities(event),
            _ => return None,
        })
    }

    /// What the authorities alone say.
    fn of_authorities(self, event: &Event) -> Result<Cosigners, Code> {
        self.authority()?;
        let law = self.law;
        let mut possession = None;
        match event {
            Event::ActorEnrolled(event) => {
                holds(event.role != Role::Operator, Code::RoleNotAllowed)?;
                holds(event.authority.is_none() || event.role == Role::Regulator, Code::RoleNotAllowed)?;
                holds(law.actor(event.actor.as_str()).is_none(), Code::ActorExists)?;
                holds(law.key(event.key.id()).is_none(), Code::KeyInUse)?;
                possession = Some(event.key.id());
            }
            Event::ActorSuspended(event) => {
                let target = self.target(event.actor.as_str())?;
                holds(!target.suspended, Code::ActorSuspended)?;
                law.enough_remain(&target.id)?;
            }
            Event::ActorReinstated(event) => {
                holds(self.target(event.actor.as_str())?.suspended, Code::ActorNotSuspended)?;
            }
            Event::ActorRetired(event) => law.enough_remain(&self.target(event.actor.as_str())?.id)?,
            Event::ProviderSucceeded(event) => {
                self.succeeds(event.predecessor.as_str(), event.successor.as_str())?;
                self.day_come(event.effective)?;
            }
            _ => {}
        }
        Ok(Cosigners { possession, threshold: true, supporters: false })
    }

    fn succeeds(self, predecessor: &str, successor: &str) -> Ruling {
        for id in [predecessor, successor] {
            let actor = self.law.actor(id).ok_or(Code::ActorUnknown)?;
            holds(actor.role == Role::Platform, Code::RoleNotAllowed)?;
        }
        holds(self.law.actor(successor).is_some_and(|actor| !actor.retired), Code::ActorRetired)?;
        let has_one = |said: &Rc<Said>| match &said.event {
            Event::ProviderSucceeded(other) => other.predecessor.as_str() == predecessor,
            _ => false,
        };
        holds(!self.law.said.iter().any(has_one), Code::SuccessorInvalid)?;
        holds(!self.law.speaks_for(predecessor, successor), Code::SuccessorInvalid)?;
        // Whoever would speak for both, itself not counted.
        let actors = self.law.actors();
        let speaks_for_so_many = |by: &Actor| {
            actors
                .iter()
                .filter(|it| self.law.speaks_for(&by.id, &it.id) || self.law.speaks_for(predecessor, &it.id))
                .count()
        };
        let mut above = actors.iter().filter(|by| self.law.speaks_for(&by.id, successor));
        holds(above.all(|by| speaks_for_so_many(by) <= 1 + 64), Code::SuccessorInvalid)
    }

    fn of_keys(self, event: &Event) -> Result<Cosigners, Code> {
        let (law, none) = (self.law, Cosigners::default());
        match event {
            Event::KeyAdded(event) => {
                let itself = self.itself_or_authority(event.actor.as_str())?;
                self.target(event.actor.as_str())?;
                holds(law.key(event.key.id()).is_none(), Code::KeyInUse)?;
                Ok(Cosigners { possession: Some(event.key.id()), threshold: !itself, ..none })
            }
            Event::KeyRotated(event) => {
                holds(event.actor.as_str() == self.author, Code::AuthorMismatch)?;
                let old = law.key(event.old.id()).ok_or(Code::KeyUnknown)?;
                holds(old.owner == self.author, Code::AuthorMismatch)?;
                holds(old.in_force, Code::KeyRevoked)?;
                holds(law.key(event.new.id()).is_none(), Code::KeyInUse)?;
                let operator = law.actor(self.author).is_some_and(|actor| actor.role == Role::Operator);
                Ok(Cosigners { possession: Some(event.new.id()), threshold: operator, ..none })
            }
            Event::KeyRevoked(event) => {
                let itself = self.itself_or_authority(event.actor.as_str())?;
                let target = self.target(event.actor.as_str())?;
                let key = law.key(event.key.id()).ok_or(Code::KeyUnknown)?;
                holds(key.owner == target.id, Code::AuthorMismatch)?;
                holds(key.in_force, Code::KeyRevoked)?;
                let in_force = law.keys().iter().filter(|key| key.owner == target.id && key.in_force).count();
                if in_force == 1 && target.authority && !target.suspended {
                    law.enough_remain(&target.id)?;
                }
                Ok(Cosigners { threshold: !itself, ..none })
            }
            _ => Ok(none),
        }
    }

    fn authority(self) -> Ruling {
        holds(self.law.actor(self.author).is_some_and(|actor| actor.authority), Code::NotAnAuthority)
    }

    /// Whether the author is the actor itself; if not, it is an authority.
    fn itself_or_authority(self, actor: &str) -> Result<bool, Code> {
        if actor == self.author { Ok(true) } else { self.authority().map(|()| false) }
    }

    /// *target*.
    fn target(self, id: &str) -> Result<Actor, Code> {
        let actor = self.law.actor(id).ok_or(Code::ActorUnknown)?;
        holds(actor.role != Role::Operator, Code::RoleNotAllowed)?;
        holds(!actor.retired, Code::ActorRetired)?;
        Ok(actor)
    }
}
