//! Who there is: opening the ledger, actors and their keys, and the ledger's promise of checkpoints.

use serde::{Deserialize, Serialize};

use crate::core::json::{Positive, Set};
use crate::core::key::PublicKey;
use crate::core::text::{Label, Slug, Text};

/// Authorities of a ledger at its opening, at most.
pub const MAX_AUTHORITIES: usize = 32;

/// What an actor is on the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Keeps the book, and has no voice in it.
    Operator,
    /// Has powers given by law; may compel.
    Regulator,
    /// Is asked, and discloses.
    Platform,
    /// A charity or another organisation of the public; may ask, never compel.
    CivilSociety,
    /// Examines what platforms disclose.
    Auditor,
    /// Decides disputes.
    Tribunal,
}

impl Role {
    /// The role as it is written in a statement.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Regulator => "regulator",
            Self::Platform => "platform",
            Self::CivilSociety => "civil_society",
            Self::Auditor => "auditor",
            Self::Tribunal => "tribunal",
        }
    }
}

/// The first entry: who keeps the book, and who may admit others to it. Signed by the operator and every authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerOpened {
    /// The founding authorities. They have the role of regulators.
    pub authorities: Set<Party, MAX_AUTHORITIES>,
    /// The operator. Its key signs the checkpoints too.
    pub operator: Party,
    /// What the ledger promises of its checkpoints.
    pub rules: CheckpointRules,
    /// How many of the authorities must sign to enrol, suspend or replace anybody.
    pub threshold: Positive,
}

impl LedgerOpened {
    pub(super) fn check_shape(&self) -> Result<(), &'static str> {
        let parties = || self.authorities.iter().chain([&self.operator]);
        let alike =
            |(i, party): (usize, &Party)| parties().take(i).any(|other| other.id == party.id || other.key == party.key);
        if parties().enumerate().any(alike) { Err("two parties with one id or key") } else { Ok(()) }
    }
}

/// An actor named in the opening entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// What the ledger calls it.
    pub id: Slug,
    /// Its first key.
    pub key: PublicKey,
    /// Its name.
    pub name: Label,
}

/// The ledger's promise: a checkpoint at the latest this long after an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointRules {
    /// Entries without a checkpoint, at most.
    pub max_entries: Positive,
    /// Seconds that an entry waits for its checkpoint, at most.
    pub max_seconds: Positive,
}

/// The authorities changed the ledger's promise of checkpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointRulesSet {
    /// The promise from here on.
    pub rules: CheckpointRules,
}

/// The authorities admitted an actor. The new key signs too, as proof of possession.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActorEnrolled {
    /// What the ledger will call it.
    pub actor: Slug,
    /// Present, and true, where the actor becomes one of the authorities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<True>,
    /// Its first key.
    pub key: PublicKey,
    /// Its name.
    pub name: Label,
    /// What it is.
    pub role: Role,
}

/// The value `true`: an optional field that says no by being absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "bool", into = "bool")]
pub struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;
    fn try_from(value: bool) -> Result<Self, Self::Error> {
        if value { Ok(Self) } else { Err("true, or no such field") }
    }
}

impl From<True> for bool {
    fn from(_: True) -> Self {
        true
    }
}

/// The authorities suspended, reinstated or retired an actor: the event's kind says which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActorMarked {
    /// Whom.
    pub actor: Slug,
    /// Why.
    pub reason: Text,
}

/// An actor has one more key. Said by itself, or by the authorities; the new key signs too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyAdded {
    /// Whose.
    pub actor: Slug,
    /// The new key.
    pub key: PublicKey,
}

/// An actor replaced a key. The new key signs too; for the operator's, the authorities as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRotated {
    /// Whose: the author itself.
    pub actor: Slug,
    /// The key from here on.
    pub new: PublicKey,
    /// The key until here.
    pub old: PublicKey,
}

/// A key ended. Said by its actor, or by the authorities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRevoked {
    /// Whose.
    pub actor: Slug,
    /// Which.
    pub key: PublicKey,
    /// Why.
    pub reason: Text,
}
