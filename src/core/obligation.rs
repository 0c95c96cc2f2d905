//! What is owed: what became of each item of each request, derived from the state at a point in time, never appended.

mod figures;

use serde::Serialize;

use super::event::{Extent, Ground, Item, LegalBasis, Outcome, Question};
use super::state::State;
use super::state::requests::{Addressee, Request, Response};
use super::text::{DocumentId, Slug};
use super::time::{Date, Time};
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
        let figures = figures.clone();
        request.addressees.iter().flat_map(move |(actor, addressee)| {
            let asked = Asked { state, figures: figures.clone(), request, actor, addressee };
            let successor = successor(state, actor);
            request.items().iter().map(move |item| Obligation {
                request: id.clone(),
                issued: request.index,
                issued_at: request.issued_at.time(),
                compulsory: request.compulsory,
                legal_basis: request.legal_basis.clone(),
                addressee: actor.clone(),
                successor: successor.cloned(),
                item: item.item.clone(),
                about: item.about,
                extended: addressee.extended,
                deadline: addressee.deadline.as_ref().map(|deadline| deadline.ends_at),
                standing: asked.standing(item, as_of),
            })
        })
    })
}

/// Who speaks for an actor now, if another took its place.
pub fn successor<'a>(state: &'a State, actor: &'a Slug) -> Option<&'a Slug> {
    let next = |actor: &&'a Slug| state.registry().succession(actor).map(|succession| &succession.successor);
    std::iter::successors(next(&actor), next).last()
}

/// One addressee of a request.
struct Asked<'a> {
    state: &'a State,
    figures: Figures<'a>,
    request: &'a Request,
    actor: &'a Slug,
    addressee: &'a Addressee,
}

impl<'a> Asked<'a> {
    fn standing(&self, item: &Item, as_of: Time) -> Standing {
        if let Some(said) = self.answer(item) {
            return said;
        }
        if let Some(index) = self.request.withdrawn.or(self.addressee.set_aside) {
            return Standing::Withdrawn { index };
        }
        match (self.deadline(), self.heard()) {
            (None, _) => Standing::Open,
            (Some(end), _) if as_of < end => Standing::Due { within: end.unix().saturating_sub(as_of.unix()) },
            (Some(end), None) => Standing::Silent { by: as_of.unix().saturating_sub(end.unix()) },
            (Some(end), Some(heard)) => Standing::Overdue { heard, by: as_of.unix().saturating_sub(end.unix()) },
        }
    }

    fn deadline(&self) -> Option<Time> {
        self.addressee.deadline.as_ref().map(|deadline| deadline.ends_at)
    }

    /// What is said of an item of the current version: in the response to that version, else in the latest to an earlier
    /// one, as long as the item reads the same ever since.
    fn answer(&self, item: &Item) -> Option<Standing> {
        let versions = (1..=self.request.version()).rev().zip(self.request.versions.iter().rev());
        let mut unchanged = versions.take_while(|(_, items)| items.contains(item));
        unchanged.find_map(|(version, _)| {
            self.responses(version).find_map(|response| {
                let answer = response.items.iter().find(|answer| answer.item == item.item)?;
                self.said(response, &answer.outcome)
            })
        })
    }

    /// What a response makes of an item; nothing, if nothing is left of its answer.
    fn said(&self, response: &Response, outcome: &Outcome) -> Option<Standing> {
        let (index, recorded) = (response.index, response.recorded_at.time());
        let end = self.deadline().filter(|end| recorded >= *end);
        let late_by = end.map(|end| recorded.unix().saturating_sub(end.unix()));
        Some(match outcome {
            Outcome::Answered { disclosures, extent } => {
                let extent = self.extent(disclosures.as_deref(), *extent)?;
                Standing::Answered { index, extent, late_by }
            }
            Outcome::Refused { ground, until, .. } => {
                let known_ground = knows(self.request.legal_basis.as_ref(), *ground);
                Standing::Refused { index, ground: *ground, known_ground, until: *until, late_by }
            }
        })
    }

    /// The responses to a version that stand for the addressee: its own, then those that whoever took its place filed as
    /// another addressee, or for another whose place it took too.
    fn responses(&self, version: u64) -> impl Iterator<Item = &'a Response> {
        let others = self.request.addressees.iter().filter(|(actor, _)| *actor != self.actor);
        let others = others.filter_map(move |(_, other)| other.live_response(version));
        let by_successor = others.filter(|response| {
            let author = response.response.author().parse::<Slug>();
            author.is_ok_and(|author| self.state.registry().speaks_for(&author, self.actor.as_str()))
        });
        self.addressee.live_response(version).into_iter().chain(by_successor)
    }

    /// How much of an answer is left: none of it, once every disclosure that it rests on was taken back, and no more than a
    /// part, once one was.
    fn extent(&self, disclosures: Option<&[DocumentId]>, claimed: Extent) -> Option<Extent> {
        let Some(disclosures) = disclosures else { return Some(claimed) };
        let stands = |id: &&DocumentId| self.state.documents().find(id).is_some_and(|it| self.figures.stand(it));
        match disclosures.iter().filter(stands).count() {
            0 => None,
            left if left < disclosures.len() => Some(Extent::Partial),
            _ => Some(claimed),
        }
    }

    /// The last entry in which the addressee, or whoever took its place, said anything about the request.
    fn heard(&self) -> Option<u64> {
        let speaks = |other: &Slug| self.state.registry().speaks_for(other, self.actor.as_str());
        self.request.addressees.iter().filter(|(other, _)| speaks(other)).filter_map(|(_, it)| it.heard).max()
    }
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
