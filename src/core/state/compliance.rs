//! Investigations, provisional notices, decisions, penalties and appeals.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::deadlines::check_past;
use super::documents::Kind;
use super::exchange::{check_time_to_answer, set_aside};
use super::matters::Matter;
use super::registry::Takes;
use super::requests::{Addressee, not_addressee};
use super::{Placed, State};
use crate::core::event::{
    AppealDetermined, AppealLodged, AppealOutcome, ComplianceRecorded, DecisionGiven, InvestigationClosed,
    InvestigationOpened, PenaltyImposed, ProvisionalNoticeGiven, Role,
};
use crate::core::event::{DailyPenalty, FixedPenalty};
use crate::core::fault::{Code, Fault};
use crate::core::text::{Currency, DocumentId, Slug};
use crate::core::time::Date;

/// The decisions and penalties of a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compliance {
    decisions: BTreeMap<DocumentId, Decision>,
    penalties: BTreeMap<DocumentId, Penalty>,
    /// The penalties for breach of each document, by whom they were imposed on, but for those that fell with it.
    resting: BTreeMap<DocumentId, BTreeMap<Slug, Vec<DocumentId>>>,
}

/// A decision as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The entry that gave it.
    pub index: u64,
    /// Who gave it.
    pub regulator: Slug,
    /// To whom.
    pub addressee: Slug,
    /// Whether it finds a breach.
    pub breach: bool,
    /// The entry that set it aside.
    pub set_aside: Option<u64>,
}

/// A penalty as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Penalty {
    /// The entry that imposed it.
    pub index: u64,
    /// Who imposed it.
    pub regulator: Slug,
    /// On whom.
    pub addressee: Slug,
    /// The decision or request for whose breach it was imposed.
    pub under: DocumentId,
    /// The currency of every amount.
    pub currency: Currency,
    /// One amount.
    pub fixed: Option<FixedPenalty>,
    /// An amount for each day.
    pub daily: Option<DailyPenalty>,
    /// The day on which the breach ended, and the entry that says so.
    pub complied: Option<(Date, u64)>,
    /// The entry that set it aside.
    pub set_aside: Option<u64>,
}

impl Compliance {
    /// All decisions by name.
    pub fn decisions(&self) -> impl Iterator<Item = (&DocumentId, &Decision)> {
        self.decisions.iter()
    }

    /// All penalties by name.
    pub fn penalties(&self) -> impl Iterator<Item = (&DocumentId, &Penalty)> {
        self.penalties.iter()
    }
}

impl State {
    pub(super) fn open_investigation(&mut self, placed: &Placed<'_>, event: &InvestigationOpened) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Regulator])?;
        self.documents.check_new(placed, &event.investigation)?;
        self.check_platforms(&event.respondents)?;
        event.concerns.as_deref().unwrap_or_default().iter().try_for_each(|id| self.document(id).map(drop))?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        let parties = event.respondents.to_vec();
        self.raise(placed, &event.investigation, Matter { parties, ..Matter::raised(placed, Kind::Investigation) });
        Ok(())
    }

    pub(super) fn close_investigation(
        &mut self,
        placed: &Placed<'_>,
        event: &InvestigationClosed,
    ) -> Result<(), Fault> {
        let matter = self.matters.open(&event.investigation, Kind::Investigation)?;
        self.check_raiser(placed, matter)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.matters.settle(&event.investigation, placed.index);
        Ok(())
    }

    pub(super) fn give_notice(&mut self, placed: &Placed<'_>, event: &ProvisionalNoticeGiven) -> Result<(), Fault> {
        self.documents.check_new(placed, &event.notice)?;
        let investigation = self.matters.open(&event.investigation, Kind::Investigation)?;
        self.check_raiser(placed, investigation)?;
        self.check_is_or_succeeds(&event.investigation, &event.addressee, &investigation.parties)?;
        check_time_to_answer(placed, &event.representations_by)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        let matter = Matter {
            about: Some(event.investigation.clone()),
            parties: vec![event.addressee.clone()],
            until: Some(event.representations_by.ends_at),
            ..Matter::raised(placed, Kind::Notice)
        };
        self.raise(placed, &event.notice, matter);
        Ok(())
    }

    pub(super) fn give_decision(&mut self, placed: &Placed<'_>, event: &DecisionGiven) -> Result<(), Fault> {
        self.documents.check_new(placed, &event.decision)?;
        let notice = self.matters.open(&event.notice, Kind::Notice)?;
        self.check_raiser(placed, notice)?;
        notice.about.as_ref().map_or(Ok(()), |id| self.matters.open(id, Kind::Investigation).map(drop))?;
        let recorded = placed.recorded_at.time();
        if let Some(until) = notice.until.filter(|until| notice.heard.is_none() && recorded < *until) {
            let expected = format!("representations, or {until} to have come");
            return Err(Fault::new(Code::RepresentationsPending, expected, recorded.to_string()));
        }
        self.registry.check_cosigners(placed, Takes::nobody())?;
        let decision = Decision {
            index: placed.index,
            regulator: placed.statement.author.clone(),
            addressee: notice.parties.first().unwrap_or(&placed.statement.author).clone(),
            breach: event.breach,
            set_aside: None,
        };
        self.matters.settle(&event.notice, placed.index);
        self.documents.insert(placed, &event.decision, Kind::Decision);
        self.compliance.decisions.insert(event.decision.clone(), decision);
        Ok(())
    }

    pub(super) fn impose_penalty(&mut self, placed: &Placed<'_>, event: &PenaltyImposed) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Regulator])?;
        self.documents.check_new(placed, &event.penalty)?;
        let (regulator, addressees) = self.breached(&event.under)?;
        if *regulator != placed.statement.author {
            return Err(Fault::new(Code::NotIssuer, regulator.as_str(), placed.statement.author.as_str()));
        }
        self.check_is_or_succeeds(&event.under, &event.addressee, &addressees)?;
        self.check_overdue(placed, &event.under, &event.addressee)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.penalty, Kind::Penalty);
        let penalty = Penalty {
            index: placed.index,
            regulator: placed.statement.author.clone(),
            addressee: event.addressee.clone(),
            under: event.under.clone(),
            currency: event.currency.clone(),
            fixed: event.fixed,
            daily: event.daily.clone(),
            complied: None,
            set_aside: None,
        };
        self.compliance.penalties.insert(event.penalty.clone(), penalty);
        let resting = self.compliance.resting.entry(event.under.clone()).or_default();
        resting.entry(event.addressee.clone()).or_default().push(event.penalty.clone());
        Ok(())
    }

    pub(super) fn record_compliance(&mut self, placed: &Placed<'_>, event: &ComplianceRecorded) -> Result<(), Fault> {
        let id = &event.penalty;
        let penalty = self.compliance.penalties.get(id);
        let penalty = penalty.ok_or_else(|| Fault::new(Code::DocumentUnknown, "a penalty", id.as_str()))?;
        if penalty.regulator != placed.statement.author {
            return Err(Fault::new(Code::NotIssuer, penalty.regulator.as_str(), placed.statement.author.as_str()));
        }
        if let Some(index) = penalty.complied.map(|(_, index)| index).or(penalty.set_aside) {
            let found = format!("{id}, ended by entry {index}");
            return Err(Fault::new(Code::MatterSettled, "a penalty in force", found));
        }
        check_past(placed, event.on)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        if let Some(penalty) = self.compliance.penalties.get_mut(id) {
            penalty.complied = Some((event.on, placed.index));
        }
        Ok(())
    }

    pub(super) fn lodge_appeal(&mut self, placed: &Placed<'_>, event: &AppealLodged) -> Result<(), Fault> {
        self.documents.check_new(placed, &event.appeal)?;
        let author = &placed.statement.author;
        let addressees = self.appealable(&event.against)?.into_iter();
        let standing: Vec<Option<u64>> = addressees
            .filter_map(|(addressee, fallen)| self.registry.speaks_for(author, addressee.as_str()).then_some(fallen))
            .collect();
        if standing.is_empty() {
            return Err(not_addressee(&event.against, author));
        }
        if let Some(index) =
            standing.into_iter().collect::<Option<Vec<u64>>>().and_then(|fallen| fallen.last().copied())
        {
            return Err(fallen(&event.against, index));
        }
        self.registry.check_cosigners(placed, Takes::nobody())?;
        let about = Some(event.against.clone());
        self.raise(placed, &event.appeal, Matter { about, ..Matter::raised(placed, Kind::Appeal) });
        Ok(())
    }

    pub(super) fn determine_appeal(&mut self, placed: &Placed<'_>, event: &AppealDetermined) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Tribunal])?;
        let appeal = self.matters.open(&event.appeal, Kind::Appeal)?;
        let (appellant, against) = (appeal.raised_by.clone(), appeal.about.clone());
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.matters.settle(&event.appeal, placed.index);
        if let Some(against) = against.filter(|_| event.outcome == AppealOutcome::Allowed) {
            self.set_aside(&against, &appellant, placed.index);
        }
        Ok(())
    }

    /// A decision or penalty falls, a request for the addressees for whom the appellant speaks, and with it every penalty
    /// that rests on it.
    fn set_aside(&mut self, id: &DocumentId, appellant: &Slug, index: u64) {
        let (registry, compliance) = (&self.registry, &mut self.compliance);
        let decided =
            compliance.decisions.get_mut(id).map(|decision| decision.set_aside.get_or_insert(index)).is_some();
        let mut relieved = Vec::new();
        for (addressee, known) in self.requests.find_mut(id).into_iter().flat_map(|request| &mut request.addressees) {
            if registry.speaks_for(appellant, addressee.as_str()) {
                known.set_aside.get_or_insert(index);
                relieved.push(addressee.as_str());
            }
        }
        let rests = |on: &Slug| decided || relieved.iter().any(|it| registry.speaks_for(on, it));
        let resting = compliance.resting.remove(id).unwrap_or_default();
        let (fallen, resting): (BTreeMap<_, _>, _) = resting.into_iter().partition(|(on, _)| rests(on));
        if !resting.is_empty() {
            compliance.resting.insert(id.clone(), resting);
        }
        let fallen = fallen.into_values().flatten();
        for name in fallen.chain([id.clone()]) {
            if let Some(penalty) = compliance.penalties.get_mut(&name) {
                penalty.set_aside.get_or_insert(index);
            }
        }
    }

    /// A penalty under a request is for a time that is over: the request was not withdrawn or set aside, and a deadline of
    /// whom it is imposed on has passed. Whether what came by then was enough is the regulator's to say.
    fn check_overdue(&self, placed: &Placed<'_>, id: &DocumentId, addressee: &Slug) -> Result<(), Fault> {
        let Some(request) = self.requests.find(id) else { return Ok(()) };
        request.check_live(id)?;
        let spoken_for = || {
            let speaks = |it: &Slug| self.registry.speaks_for(addressee, it.as_str());
            request.addressees.iter().filter(move |(it, _)| speaks(it)).map(|(_, known)| known.as_ref())
        };
        let fallen = spoken_for().map(|it| it.set_aside).collect::<Option<Vec<u64>>>();
        if let Some(index) = fallen.and_then(|fallen| fallen.last().copied()) {
            return Err(set_aside(id, addressee, index));
        }
        let recorded = placed.recorded_at.time();
        let overdue = |it: &Addressee| {
            it.set_aside.is_none() && it.deadline.as_ref().is_some_and(|deadline| recorded >= deadline.ends_at)
        };
        if spoken_for().any(overdue) {
            return Ok(());
        }
        Err(Fault::new(Code::BreachMissing, format!("a deadline of {addressee} that has passed"), recorded.to_string()))
    }

    /// Whose breach of what a penalty can be for: a decision that found one and stands, or a compulsory request.
    fn breached(&self, id: &DocumentId) -> Result<(&Slug, Vec<Slug>), Fault> {
        if let Some(decision) = self.compliance.decisions.get(id) {
            if !decision.breach {
                return Err(Fault::new(Code::BreachMissing, "a decision that found a breach", id.as_str()));
            }
            if let Some(index) = decision.set_aside {
                return Err(fallen(id, index));
            }
            return Ok((&decision.regulator, vec![decision.addressee.clone()]));
        }
        let unknown = || Fault::new(Code::DocumentUnknown, "a decision or a request", id.as_str());
        let request = self.requests.find(id).ok_or_else(unknown)?;
        if !request.compulsory {
            return Err(Fault::new(Code::CompulsionNotAllowed, "a compulsory request", id.as_str()));
        }
        Ok((&request.issuer, request.addressees.keys().cloned().collect()))
    }

    /// Who can appeal against a document, and by which entry it was set aside for each.
    fn appealable(&self, id: &DocumentId) -> Result<Vec<(Slug, Option<u64>)>, Fault> {
        if let Some(decision) = self.compliance.decisions.get(id) {
            return Ok(vec![(decision.addressee.clone(), decision.set_aside)]);
        }
        if let Some(penalty) = self.compliance.penalties.get(id) {
            return Ok(vec![(penalty.addressee.clone(), penalty.set_aside)]);
        }
        let request = self.requests.find(id).filter(|request| request.compulsory);
        let unknown =
            || Fault::new(Code::DocumentUnknown, "a decision, a penalty or a compulsory request", id.as_str());
        Ok(request.ok_or_else(unknown)?.addressees.iter().map(|(id, it)| (id.clone(), it.set_aside)).collect())
    }

    /// Whether an actor is one of those, or took the place of one.
    fn check_is_or_succeeds(&self, of: &DocumentId, actor: &Slug, parties: &[Slug]) -> Result<(), Fault> {
        if parties.iter().any(|party| self.registry.speaks_for(actor, party.as_str())) {
            return Ok(());
        }
        Err(not_addressee(of, actor))
    }
}

fn fallen(id: &DocumentId, index: u64) -> Fault {
    Fault::new(Code::MatterSettled, "a document that stands", format!("{id}, set aside by entry {index}"))
}
