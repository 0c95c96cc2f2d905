//! Who may speak: actors, their keys, the authorities and their threshold.

pub(super) mod cosigners;
mod keys;
mod succession;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Placed;
use crate::core::event::registry::{ActorEnrolled, ActorMarked, CheckpointRules, LedgerOpened, Party, Role};
use crate::core::fault::{Code, Fault};
use crate::core::key::{KeyId, PublicKey};
use crate::core::text::{Label, Slug};

pub(super) use cosigners::Takes;
use keys::first_signer;
use succession::Successions;
pub use succession::{MAX_PREDECESSORS, Succession};

/// The actors and keys of a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registry {
    operator: Slug,
    /// The operator's keys in the order in which they signed checkpoints.
    operator_keys: Vec<PublicKey>,
    threshold: usize,
    checkpoint_rules: CheckpointRules,
    actors: BTreeMap<Slug, Actor>,
    keys: BTreeMap<KeyId, Key>,
    /// The authorities that can sign: active, with a key in force.
    able: BTreeSet<Slug>,
    successions: Successions,
}

/// An organisation known to the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Its name.
    pub name: Label,
    /// What it is.
    pub role: Role,
    /// Whether it is one of the authorities.
    pub authority: bool,
    /// Whether it may speak.
    pub standing: Standing,
    /// The index of the entry that enrolled it.
    pub enrolled_at: u64,
    /// How many of its keys are in force.
    pub keys_in_force: u64,
}

/// Whether an actor may speak, and since which entry not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It may.
    Active,
    /// Not until it is reinstated.
    Suspended(u64),
    /// Never again.
    Retired(u64),
}

/// A key that the ledger knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Whose it is.
    pub actor: Slug,
    /// The index of the entry that brought it.
    pub since: u64,
    /// The index of the entry that ended it: valid at an index, not at a time.
    pub until: Option<u64>,
    /// The `nth` of its next statement.
    pub next: u64,
}

impl Key {
    /// Whether it still signs.
    fn check_in_force(&self, id: &KeyId) -> Result<(), Fault> {
        match self.until {
            None => Ok(()),
            Some(until) => Err(Fault::new(Code::KeyRevoked, "a key in force", format!("{id}, ended by entry {until}"))),
        }
    }
}

impl Registry {
    pub(super) fn open(placed: &Placed<'_>, event: &LedgerOpened) -> Result<Self, Fault> {
        let statement = placed.statement;
        let operator = &event.operator;
        if statement.author != operator.id {
            return Err(Fault::new(
                Code::AuthorMismatch,
                format!("the operator {}", operator.id),
                statement.author.as_str(),
            ));
        }
        check_first_signer(placed, operator)?;
        if statement.nth.value() != 0 {
            return Err(Fault::new(Code::NthGap, "nth 0", statement.nth.to_string()));
        }
        if event.threshold.unsigned() > event.authorities.len() as u64 {
            let expected = format!("a threshold of at most {}", event.authorities.len());
            return Err(Fault::new(Code::ThresholdInvalid, expected, event.threshold.to_string()));
        }
        for party in event.authorities.iter() {
            if !placed.signers.contains(&party.key.id()) {
                return Err(Fault::new(Code::PossessionMissing, format!("a signature by {}", party.key), "none"));
            }
        }
        for key in placed.signers.iter().skip(1) {
            if !event.authorities.iter().any(|party| party.key.id() == *key) {
                return Err(Fault::new(Code::CosignerNotAllowed, "the authorities as co-signers", key.to_string()));
            }
        }
        let mut registry = Self {
            operator: operator.id.clone(),
            operator_keys: vec![operator.key],
            threshold: event.threshold.unsigned() as usize,
            checkpoint_rules: event.rules,
            actors: BTreeMap::new(),
            keys: BTreeMap::new(),
            able: BTreeSet::new(),
            successions: Successions::default(),
        };
        registry.insert(operator, Role::Operator, false, placed.index);
        for party in event.authorities.iter() {
            registry.insert(party, Role::Regulator, true, placed.index);
        }
        registry.count(placed);
        Ok(registry)
    }

    fn insert(&mut self, party: &Party, role: Role, authority: bool, index: u64) {
        let name = party.name.clone();
        let actor = Actor { name, role, authority, standing: Standing::Active, enrolled_at: index, keys_in_force: 0 };
        self.actors.insert(party.id.clone(), actor);
        self.insert_key(&party.id, &party.key, index);
    }

    pub(super) fn enrol(&mut self, placed: &Placed<'_>, event: &ActorEnrolled) -> Result<(), Fault> {
        self.check_authority(placed)?;
        let authority = event.authority.is_some();
        if event.role == Role::Operator || (authority && event.role != Role::Regulator) {
            let expected = if authority { "an authority to be a regulator" } else { "any role but operator" };
            return Err(Fault::new(Code::RoleNotAllowed, expected, event.role.as_str()));
        }
        if self.actors.contains_key(&event.actor) {
            return Err(Fault::new(Code::ActorExists, "an actor not yet enrolled", event.actor.as_str()));
        }
        self.check_new_key(&event.key)?;
        self.check_cosigners(placed, Takes::possession(&event.key).and_threshold())?;
        let party = Party { id: event.actor.clone(), key: event.key, name: event.name.clone() };
        self.insert(&party, event.role, authority, placed.index);
        Ok(())
    }

    pub(super) fn suspend(&mut self, placed: &Placed<'_>, event: &ActorMarked) -> Result<(), Fault> {
        self.check_authority(placed)?;
        let target = self.target(&event.actor)?;
        if matches!(target.standing, Standing::Suspended(_)) {
            return Err(Fault::new(Code::ActorSuspended, "an actor not suspended", event.actor.as_str()));
        }
        self.check_enough_remain(&event.actor)?;
        self.check_cosigners(placed, Takes::nobody().and_threshold())?;
        self.set_standing(&event.actor, Standing::Suspended(placed.index));
        Ok(())
    }

    pub(super) fn reinstate(&mut self, placed: &Placed<'_>, event: &ActorMarked) -> Result<(), Fault> {
        self.check_authority(placed)?;
        if !matches!(self.target(&event.actor)?.standing, Standing::Suspended(_)) {
            return Err(Fault::new(Code::ActorNotSuspended, "a suspended actor", event.actor.as_str()));
        }
        self.check_cosigners(placed, Takes::nobody().and_threshold())?;
        self.set_standing(&event.actor, Standing::Active);
        Ok(())
    }

    pub(super) fn retire(&mut self, placed: &Placed<'_>, event: &ActorMarked) -> Result<(), Fault> {
        self.check_authority(placed)?;
        self.target(&event.actor)?;
        self.check_enough_remain(&event.actor)?;
        self.check_cosigners(placed, Takes::nobody().and_threshold())?;
        self.set_standing(&event.actor, Standing::Retired(placed.index));
        Ok(())
    }

    fn set_standing(&mut self, actor: &Slug, standing: Standing) {
        self.change(actor, |actor| actor.standing = standing);
    }

    /// Changes an actor, and with it whether it is an authority that can sign.
    fn change(&mut self, id: &Slug, change: impl FnOnce(&mut Actor)) {
        let Some(actor) = self.actors.get_mut(id) else { return };
        change(actor);
        if actor.authority && actor.standing == Standing::Active && actor.keys_in_force > 0 {
            self.able.insert(id.clone());
        } else {
            self.able.remove(id);
        }
    }

    pub(super) fn set_checkpoint_rules(&mut self, placed: &Placed<'_>, rules: CheckpointRules) -> Result<(), Fault> {
        self.check_authority(placed)?;
        self.check_cosigners(placed, Takes::nobody().and_threshold())?;
        self.checkpoint_rules = rules;
        Ok(())
    }

    /// The actors by id.
    pub fn actors(&self) -> &BTreeMap<Slug, Actor> {
        &self.actors
    }

    /// The keys, those that ended too.
    pub fn keys(&self) -> &BTreeMap<KeyId, Key> {
        &self.keys
    }

    /// The operator's id.
    pub fn operator(&self) -> &Slug {
        &self.operator
    }

    /// The operator's keys, the first first. The last one signs checkpoints now.
    pub fn operator_keys(&self) -> &[PublicKey] {
        &self.operator_keys
    }

    /// How many authorities must sign to admit, suspend or replace anybody.
    pub fn threshold(&self) -> usize {
        self.threshold
    }

    /// What the ledger promises of its checkpoints.
    pub fn checkpoint_rules(&self) -> CheckpointRules {
        self.checkpoint_rules
    }

    /// The actor, who may speak.
    pub(super) fn active(&self, id: &Slug) -> Result<&Actor, Fault> {
        let actor = self.enrolled(id)?;
        match actor.standing {
            Standing::Active => Ok(actor),
            Standing::Suspended(index) => Err(Fault::new(
                Code::ActorSuspended,
                "an actor not suspended",
                format!("{id}, suspended by entry {index}"),
            )),
            Standing::Retired(index) => Err(retired(id, index)),
        }
    }

    /// The actor, who was not retired.
    pub(super) fn not_retired(&self, id: &Slug) -> Result<&Actor, Fault> {
        let actor = self.enrolled(id)?;
        if let Standing::Retired(index) = actor.standing { Err(retired(id, index)) } else { Ok(actor) }
    }

    fn enrolled(&self, id: &Slug) -> Result<&Actor, Fault> {
        self.actors.get(id).ok_or_else(|| Fault::new(Code::ActorUnknown, "an enrolled actor", id.as_str()))
    }

    /// The actor of which an event of the authorities, or about a key, speaks.
    fn target(&self, id: &Slug) -> Result<&Actor, Fault> {
        let actor = self.enrolled(id)?;
        if actor.role == Role::Operator {
            return Err(Fault::new(Code::RoleNotAllowed, "any actor but the operator", id.as_str()));
        }
        self.not_retired(id)
    }

    fn check_authority(&self, placed: &Placed<'_>) -> Result<(), Fault> {
        let author = &placed.statement.author;
        if self.active(author)?.authority {
            return Ok(());
        }
        Err(Fault::new(Code::NotAnAuthority, "an authority", author.as_str()))
    }

    /// Whether the author speaks of itself. Otherwise it must be an authority.
    fn check_self_or_authority(&self, placed: &Placed<'_>, actor: &Slug) -> Result<bool, Fault> {
        let by_itself = placed.statement.author == *actor;
        if !by_itself {
            self.check_authority(placed)?;
        }
        Ok(by_itself)
    }

    /// Whether the authorities can still meet their threshold without that actor. One without a key cannot sign.
    fn check_enough_remain(&self, without: &Slug) -> Result<(), Fault> {
        let remaining = self.able.len() - usize::from(self.able.contains(without));
        if remaining >= self.threshold {
            return Ok(());
        }
        let expected = format!("{} authorities to remain", self.threshold);
        Err(Fault::new(Code::ThresholdInvalid, expected, remaining.to_string()))
    }
}

fn check_first_signer(placed: &Placed<'_>, party: &Party) -> Result<(), Fault> {
    let signer = first_signer(placed)?;
    if *signer == party.key.id() {
        return Ok(());
    }
    Err(Fault::new(Code::AuthorMismatch, format!("a signature by {}", party.key), signer.to_string()))
}

fn retired(id: &Slug, index: u64) -> Fault {
    Fault::new(Code::ActorRetired, "an actor not retired", format!("{id}, retired by entry {index}"))
}
