//! The vocabulary: what can be said. One file per subject; the bytes are specified in FORMAT.md, section 3.
//!
//! The wire tag of a kind is its name in the JSON, never its position in an enum. What an event means is the law's
//! business ([`super::state`]); here is only its shape.

pub mod deadline;
pub mod disclosure;
pub mod observation;
pub mod registry;
pub mod request;
pub mod response;
pub mod table;

use serde::{Deserialize, Serialize};

pub use deadline::{Counted, Deadline};
pub use disclosure::{Attachment, CorrectionFiled, CorrectionReason, DisclosureFiled, ErrorNotified};
pub use observation::{Observation, Status, Value};
pub use registry::{ActorEnrolled, ActorMarked, CheckpointRules, KeyAdded, KeyRevoked, KeyRotated, LedgerOpened, Role};
pub use request::{Item, LegalBasis, RequestAmended, RequestExtended, RequestIssued, RequestWithdrawn};
pub use response::{Answer, Extent, Ground, Outcome, ResponseFiled};

/// What a statement says. The names of the kinds are in the past tense.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each kind is documented at its type")]
pub enum Event {
    LedgerOpened(LedgerOpened),
    ActorEnrolled(ActorEnrolled),
    ActorSuspended(ActorMarked),
    ActorReinstated(ActorMarked),
    ActorRetired(ActorMarked),
    KeyAdded(KeyAdded),
    KeyRotated(KeyRotated),
    KeyRevoked(KeyRevoked),
    CheckpointRulesSet(registry::CheckpointRulesSet),
    RequestIssued(RequestIssued),
    RequestAmended(RequestAmended),
    RequestExtended(RequestExtended),
    RequestWithdrawn(RequestWithdrawn),
    ResponseFiled(ResponseFiled),
    DisclosureFiled(DisclosureFiled),
    CorrectionFiled(CorrectionFiled),
    ErrorNotified(ErrorNotified),
}

impl Event {
    /// The wire tag of the event's kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::LedgerOpened(_) => "ledger_opened",
            Self::ActorEnrolled(_) => "actor_enrolled",
            Self::ActorSuspended(_) => "actor_suspended",
            Self::ActorReinstated(_) => "actor_reinstated",
            Self::ActorRetired(_) => "actor_retired",
            Self::KeyAdded(_) => "key_added",
            Self::KeyRotated(_) => "key_rotated",
            Self::KeyRevoked(_) => "key_revoked",
            Self::CheckpointRulesSet(_) => "checkpoint_rules_set",
            Self::RequestIssued(_) => "request_issued",
            Self::RequestAmended(_) => "request_amended",
            Self::RequestExtended(_) => "request_extended",
            Self::RequestWithdrawn(_) => "request_withdrawn",
            Self::ResponseFiled(_) => "response_filed",
            Self::DisclosureFiled(_) => "disclosure_filed",
            Self::CorrectionFiled(_) => "correction_filed",
            Self::ErrorNotified(_) => "error_notified",
        }
    }

    /// What the types alone do not say of the shape; `Err` names what is wrong.
    pub(crate) fn check_shape(&self) -> Result<(), &'static str> {
        match self {
            Self::LedgerOpened(event) => event.check_shape(),
            Self::DisclosureFiled(event) if event.observations.is_none() && event.attachments.is_none() => {
                Err("a disclosure of neither observation nor attachment")
            }
            Self::CorrectionFiled(event) if event.observations.is_none() && event.attachments.is_none() => {
                Err("a correction with neither observation nor attachment")
            }
            _ => self.attachments().iter().try_for_each(Attachment::check_shape),
        }
    }

    /// What the event is about, in a word or two: an actor, or a document.
    pub fn subject(&self) -> Option<String> {
        match self {
            Self::LedgerOpened(event) => Some(format!("operator {}", event.operator.id)),
            Self::ActorEnrolled(event) => Some(format!("{} ({})", event.actor, event.role.as_str())),
            Self::ActorSuspended(event) | Self::ActorReinstated(event) | Self::ActorRetired(event) => {
                Some(event.actor.to_string())
            }
            Self::KeyAdded(event) => Some(event.actor.to_string()),
            Self::KeyRotated(event) => Some(event.actor.to_string()),
            Self::KeyRevoked(event) => Some(event.actor.to_string()),
            Self::CheckpointRulesSet(_) => None,
            Self::RequestIssued(_) | Self::RequestAmended(_) | Self::RequestExtended(_) | Self::RequestWithdrawn(_) => {
                self.request().map(ToString::to_string)
            }
            Self::ResponseFiled(event) => Some(format!("{} to {}", event.response, event.request)),
            Self::DisclosureFiled(event) => Some(event.disclosure.to_string()),
            Self::CorrectionFiled(event) => Some(format!("{} of {}", event.correction, event.supersedes)),
            Self::ErrorNotified(event) => Some(format!("{} in {}", event.error, event.document)),
        }
    }

    /// The request that the event is about, if it is about one.
    pub fn request(&self) -> Option<&super::text::DocumentId> {
        match self {
            Self::RequestIssued(event) => Some(&event.request),
            Self::RequestAmended(event) => Some(&event.request),
            Self::RequestExtended(event) => Some(&event.request),
            Self::RequestWithdrawn(event) => Some(&event.request),
            Self::ResponseFiled(event) => Some(&event.request),
            _ => None,
        }
    }

    /// The attachments that the event names.
    pub fn attachments(&self) -> &[Attachment] {
        let attachments = match self {
            Self::RequestIssued(event) => event.attachments.as_deref(),
            Self::DisclosureFiled(event) => event.attachments.as_deref(),
            Self::CorrectionFiled(event) => event.attachments.as_deref(),
            _ => None,
        };
        attachments.unwrap_or_default()
    }

    /// The observations that the event holds inline.
    pub fn observations(&self) -> &[Observation] {
        let observations = match self {
            Self::DisclosureFiled(event) => event.observations.as_deref(),
            Self::CorrectionFiled(event) => event.observations.as_deref(),
            _ => None,
        };
        observations.unwrap_or_default()
    }
}
