//! Whose story is told.

use std::fmt;

use crate::core::state::State;
use crate::core::state::documents::Kind;
use crate::core::text::{DocumentId, Label, Slug};

/// Whose story it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A platform's, and that of those whose place it took.
    Platform(Slug),
    /// A request's.
    Request(DocumentId),
    /// An investigation's.
    Investigation(DocumentId),
}

/// Why there is no story.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimelineError {
    /// Nobody and nothing of that name.
    #[error("expected {0} on this ledger, found none")]
    Unknown(Subject),
}

impl TimelineError {
    /// The stable name of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "subject-unknown",
        }
    }
}

impl Subject {
    /// Whether there is such a one.
    pub(super) fn is_known(&self, state: &State) -> bool {
        match self {
            Self::Platform(actor) => state.registry().actors().contains_key(actor),
            Self::Request(request) => state.requests().find(request).is_some(),
            Self::Investigation(document) => {
                state.matters().find(document).is_some_and(|matter| matter.kind == Kind::Investigation)
            }
        }
    }

    /// Its name for people.
    pub(super) fn title<'a>(&self, state: &'a State) -> Option<&'a Label> {
        match self {
            Self::Platform(actor) => state.registry().actors().get(actor).map(|actor| &actor.name),
            Self::Request(request) => state.requests().find(request).map(|request| &request.title),
            Self::Investigation(_) => None,
        }
    }
}

/// `the platform acme`.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Platform(actor) => write!(f, "the platform {actor}"),
            Self::Request(request) => write!(f, "the request {request}"),
            Self::Investigation(document) => write!(f, "the investigation {document}"),
        }
    }
}
