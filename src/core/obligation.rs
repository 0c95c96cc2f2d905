//! What is owed: what became of each item of each request, derived from the state at a point in time, never appended.

use serde::Serialize;

use super::event::request::LegalBasis;
use super::event::response::{Extent, Ground, Outcome};
use super::state::State;
use super::state::requests::{Addressee, Request};
use super::text::{DocumentId, Slug};
use super::time::Time;

/// One item of a request, for one addressee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Obligation {
    /// The request.
    pub request: DocumentId,
    /// The entry that issued it.
    pub issued: u64,
    /// Who is asked.
    pub addressee: Slug,
    /// Which item, in the request's current version.
    pub item: Slug,
    /// The first instant that is too late, extensions included.
    pub deadline: Option<Time>,
    /// What became of it.
    pub standing: Standing,
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Standing {
    /// Answered by disclosures.
    Answered {
        /// The response's entry.
        index: u64,
        /// How much of it, by the platform's own account.
        extent: Extent,
        /// Seconds after the deadline at which it was recorded.
        late_by: Option<u64>,
    },
    /// Refused.
    Refused {
        /// The response's entry.
        index: u64,
        /// The ground.
        ground: Ground,
        /// Whether the request's legal basis knows that ground; none where the basis is not one that this software
        /// knows.
        known_ground: Option<bool>,
        /// Seconds after the deadline at which it was recorded.
        late_by: Option<u64>,
    },
    /// The request was withdrawn before it was answered.
    Withdrawn {
        /// The withdrawal's entry.
        index: u64,
    },
    /// Not answered, and the deadline has passed.
    Overdue {
        /// Seconds since the deadline.
        by: u64,
    },
    /// Not answered, and the deadline lies ahead.
    Due {
        /// Seconds to the deadline.
        within: u64,
    },
    /// Not answered, and there is no deadline.
    Open,
}

impl Standing {
    /// The standing in a word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Answered { extent: Extent::Partial, late_by: None, .. } => "answered in part",
            Self::Answered { extent: Extent::Partial, .. } => "answered in part, late",
            Self::Answered { late_by: None, .. } => "answered",
            Self::Answered { .. } => "answered late",
            Self::Refused { .. } => "refused",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Overdue { .. } => "overdue",
            Self::Due { .. } => "due",
            Self::Open => "open",
        }
    }

    /// How late a response was, in seconds.
    pub fn late_by(&self) -> Option<u64> {
        match self {
            Self::Answered { late_by, .. } | Self::Refused { late_by, .. } => *late_by,
            _ => None,
        }
    }
}

/// Every obligation on the ledger as of a point in time, by request, addressee and item.
pub fn obligations(state: &State, as_of: Time) -> impl Iterator<Item = Obligation> {
    state.requests().iter().flat_map(move |(id, request)| {
        request.addressees.iter().flat_map(move |(actor, addressee)| {
            request.items().iter().map(move |item| Obligation {
                request: id.clone(),
                issued: request.index,
                addressee: actor.clone(),
                item: item.item.clone(),
                deadline: addressee.deadline.as_ref().map(|deadline| deadline.ends_at),
                standing: standing(request, addressee, &item.item, as_of),
            })
        })
    })
}

fn standing(request: &Request, addressee: &Addressee, item: &Slug, as_of: Time) -> Standing {
    let deadline = addressee.deadline.as_ref().map(|deadline| deadline.ends_at);
    let answer = addressee.live_response(request.version()).and_then(|response| {
        let answer = response.items.iter().find(|answer| answer.item == *item)?;
        Some((response, &answer.outcome))
    });
    if let Some((response, outcome)) = answer {
        let (index, recorded) = (response.index, response.recorded_at.time());
        let late_by = deadline.filter(|end| recorded >= *end).map(|end| recorded.unix().saturating_sub(end.unix()));
        return match outcome {
            Outcome::Answered { extent, .. } => Standing::Answered { index, extent: *extent, late_by },
            Outcome::Refused { ground, .. } => {
                let known_ground = knows(request.legal_basis.as_ref(), *ground);
                Standing::Refused { index, ground: *ground, known_ground, late_by }
            }
        };
    }
    if let Some(index) = request.withdrawn {
        return Standing::Withdrawn { index };
    }
    match deadline {
        None => Standing::Open,
        Some(end) if as_of >= end => Standing::Overdue { by: as_of.unix().saturating_sub(end.unix()) },
        Some(end) => Standing::Due { within: end.unix().saturating_sub(as_of.unix()) },
    }
}

/// Whether a legal basis knows a ground of refusal. A request without legal basis may be refused on any; of an
/// instrument that is not in this table, nothing is said.
fn knows(basis: Option<&LegalBasis>, ground: Ground) -> Option<bool> {
    use Ground as G;
    let Some(basis) = basis else { return Some(true) };
    // Whoever is asked may always say that it is the wrong one to ask.
    let disputes = matches!(ground, G::AddresseeDisputed | G::JurisdictionDisputed);
    let known = match basis.instrument.as_str() {
        // Online Safety Act 2023, sections 100 to 110.
        "uk-osa-2023" => matches!(ground, G::NotReasonablyPracticable),
        // Freedom of Information Act 2000, sections 12 and 40.
        "uk-foia-2000" => matches!(ground, G::PersonalData | G::DisproportionateCost),
        // Regulation (EU) 2022/2065, Articles 40(5) and 42(5).
        "eu-dsa-2022" => {
            matches!(ground, G::NoAccessToData | G::SecurityOrConfidentiality | G::PublicSecurity | G::HarmToRecipients)
        }
        _ => return None,
    };
    Some(known || disputes)
}

#[cfg(test)]
mod tests;
