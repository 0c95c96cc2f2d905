//! What is owed: what became of each item of each request, derived from the state at a point in time, never appended.

mod asked;
mod figures;

use serde::Serialize;

use super::event::{Extent, Ground, LegalBasis, Question};
use super::state::State;
use super::text::{DocumentId, Slug};
use super::time::{Date, Time};
use asked::Asked;
use figures::Figures;

/// One item of a request, for one addressee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Obligation {
    /// The request.
    pub request: DocumentId,
    /// The entry that issued it.
    pub issued: u64,
    /// When it was issued.
    pub issued_at: Time,
    /// Whether the addressee is bound by law to answer.
    pub compulsory: bool,
    /// Under which power it is asked.
    pub legal_basis: Option<LegalBasis>,
    /// Who is asked.
    pub addressee: Slug,
    /// Who took its place, and owes it now.
    pub successor: Option<Slug>,
    /// Which item, in the request's current version.
    pub item: Slug,
    /// Which of the three questions it asks, if one.
    pub about: Option<Question>,
    /// The first instant that is too late, extensions included.
    pub deadline: Option<Time>,
    /// That instant as it was at first, and the last entry that gave longer.
    pub extended: Option<(Time, u64)>,
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
        /// The last day on which the ground is claimed.
        until: Option<Date>,
        /// Seconds after the deadline at which it was recorded.
        late_by: Option<u64>,
    },
    /// The request was withdrawn before it was answered, or set aside for the addressee by a tribunal.
    Withdrawn {
        /// The entry that did.
        index: u64,
    },
    /// Not answered, and the deadline has passed, though the addressee said something about the request.
    Overdue {
        /// The last entry in which it did.
        heard: u64,
        /// Seconds since the deadline.
        by: u64,
    },
    /// The deadline has passed, and the addressee has said nothing at all about the request.
    Silent {
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
            Self::Answered { extent: Extent::Nil, late_by: None, .. } => "nil return",
            Self::Answered { extent: Extent::Nil, .. } => "nil return, late",
            Self::Answered { late_by: None, .. } => "answered",
            Self::Answered { .. } => "answered late",
            Self::Refused { late_by: None, .. } => "refused",
            Self::Refused { .. } => "refused late",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Overdue { .. } => "overdue",
            Self::Silent { .. } => "silent",
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
    let figures = Figures::of(state);
    state.requests().iter().flat_map(move |(id, request)| {
        let asked = Asked::of(state, &figures, id, request);
        request.addressees.iter().flat_map(move |(actor, addressee)| asked.owed_by(actor, addressee, as_of))
    })
}

/// Whether a legal basis knows a ground of refusal. A request without legal basis may be refused on any; of an
/// instrument that is not in this table, nothing is said. FORMAT.md, section 8, has the table.
pub fn knows(basis: Option<&LegalBasis>, ground: Ground) -> Option<bool> {
    use Ground as G;
    let Some(basis) = basis else { return Some(true) };
    // Whoever is asked may always say that it is the wrong one to ask, or that it need not accuse itself.
    let always = matches!(ground, G::AddresseeDisputed | G::JurisdictionDisputed | G::SelfIncrimination);
    let known = match basis.instrument.as_str() {
        // Online Safety Act 2023, section 109(2).
        "uk-osa-2023" => matches!(ground, G::NotReasonablyPracticable),
        // Freedom of Information Act 2000, sections 12 and 40.
        "uk-foia-2000" => matches!(ground, G::PersonalData | G::DisproportionateCost),
        // Regulation (EU) 2022/2065, Articles 40(5) and 42(5).
        "eu-dsa-2022" => {
            matches!(ground, G::NoAccessToData | G::SecurityOrConfidentiality | G::PublicSecurity | G::HarmToRecipients)
        }
        _ => return None,
    };
    Some(known || always)
}

#[cfg(test)]
mod tests;
