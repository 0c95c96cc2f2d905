//! Investigations, penalties, appeals and audits.

use candour::core::event::{AppealLodged, DecisionGiven, Event, PenaltyImposed, Role};
use candour::core::fault::Code;
use candour::core::text::DocumentId;

use super::requests::Request;
use super::{Law, Ruling, Said, Speech, holds};

impl Law {
    /// Whom the decision of that name is addressed to.
    fn addressee_of_decision(&self, decision: &DecisionGiven) -> Option<String> {
        match &self.document(&decision.notice.to_string())?.event {
            Event::ProvisionalNoticeGiven(event) => Some(event.addressee.to_string()),
            _ => None,
        }
    }

    /// Whether a tribunal set that decision or penalty aside, as such or with what it rests on.
    fn is_set_aside(&self, name: &str) -> bool {
        self.said.iter().enumerate().any(|(at, said)| {
            let appeal = self.allowed_appeal(said);
            appeal.is_some_and(|(by, against)| against == name || self.before(at).falls(name, &by, &against))
        })
    }

    /// Whether that is a penalty which falls with what this actor appealed against.
    fn falls(&self, name: &str, appellant: &str, against: &str) -> bool {
        let Some(Said { event: Event::PenaltyImposed(penalty), .. }) = self.document(name) else { return false };
        let request = self.request(&penalty.under).ok();
        let of_those = |request: Request<'_>| {
            request.spoken_for_by(appellant).iter().any(|it| self.speaks_for(penalty.addressee.as_str(), it))
        };
        penalty.under.to_string() == against && request.is_none_or(of_those)
    }
}

impl<'a> Speech<'a> {
    /// The rules of this file.
    pub fn compliance(self, event: &Event) -> Option<Ruling> {
        Some(match event {
            Event::InvestigationOpened(_) | Event::InvestigationClosed(_) | Event::ProvisionalNoticeGiven(_) => {
                self.investigates(event)
            }
            Event::DecisionGiven(event) => self.decides(event),
            Event::PenaltyImposed(event) => self.penalises(event),
            Event::ComplianceRecorded(_) => self.complied(event),
            Event::AppealLodged(event) => self.appeals(event),
            Event::AppealDetermined(event) => {
                self.role(&[Role::Tribunal]).and_then(|()| self.open(&event.appeal, &["appeal_lodged"]).map(drop))
            }
            Event::AuditEngaged(_)
            | Event::AuditFindingRecorded(_)
            | Event::DiscrepancyRaised(_)
            | Event::DiscrepancyAnswered(_)
            | Event::OpinionGiven(_)
            | Event::ImplementationReported(_) => self.audits(event),
            _ => return None,
        })
    }

    /// *open*, *raiser*.
    fn own_open(self, name: &DocumentId, kind: &str) -> Result<&'a Said, Code> {
        let raised = self.open(name, &[kind])?;
        self.raiser(raised).map(|()| raised)
    }

    fn on_the_ledger(self, name: &DocumentId) -> Ruling {
        holds(self.law.document(&name.to_string()).is_some(), Code::DocumentUnknown)
    }

    fn investigates(self, event: &Event) -> Ruling {
        match event {
            Event::InvestigationOpened(event) => {
                self.role(&[Role::Regulator])?;
                self.new_document(&event.investigation)?;
                self.platforms(&event.respondents)?;
                event.concerns.iter().flat_map(|list| list.iter()).try_for_each(|name| self.on_the_ledger(name))
            }
            Event::InvestigationClosed(event) => self.own_open(&event.investigation, "investigation_opened").map(drop),
            Event::ProvisionalNoticeGiven(event) => {
                self.new_document(&event.notice)?;
                let raised = self.own_open(&event.investigation, "investigation_opened")?;
                let Event::InvestigationOpened(investigation) = &raised.event else { return Ok(()) };
                let addressee = event.addressee.as_str();
                let speaks = investigation.respondents.iter().any(|it| self.law.speaks_for(addressee, it.as_str()));
                holds(speaks, Code::NotAddressee)?;
                self.deadline(&event.representations_by)?;
                self.ahead(&event.representations_by)
            }
            _ => Ok(()),
        }
    }

    fn decides(self, event: &DecisionGiven) -> Ruling {
        self.new_document(&event.decision)?;
        let raised = self.own_open(&event.notice, "provisional_notice_given")?;
        let Event::ProvisionalNoticeGiven(notice) = &raised.event else { return Ok(()) };
        holds(!self.law.is_settled(&notice.investigation.to_string()), Code::MatterSettled)?;
        let heard = self.law.said.iter().any(|said| match &said.event {
            Event::RepresentationsMade(made) => made.about == event.notice,
            _ => false,
        });
        holds(heard || !self.is_ahead(&notice.representations_by), Code::RepresentationsPending)
    }

    fn penalises(self, event: &PenaltyImposed) -> Ruling {
        self.role(&[Role::Regulator])?;
        self.new_document(&event.penalty)?;
        let under = self.law.of_kind(&event.under, &["decision_given", "request_issued"])?;
        let law = self.law;
        let addressee = event.addressee.as_str();
        match &under.event {
            Event::DecisionGiven(decision) => {
                holds(decision.breach, Code::BreachMissing)?;
                holds(!law.is_set_aside(&event.under.to_string()), Code::MatterSettled)?;
                holds(under.by == self.author, Code::NotIssuer)?;
                let of_decision = law.addressee_of_decision(decision);
                holds(of_decision.is_some_and(|it| law.speaks_for(addressee, &it)), Code::NotAddressee)
            }
            _ => {
                let request = law.request(&event.under)?;
                holds(request.issued.compulsory, Code::CompulsionNotAllowed)?;
                holds(request.issuer == self.author, Code::NotIssuer)?;
                let mut those = request.spoken_for_by(addressee);
                holds(!those.is_empty(), Code::NotAddressee)?;
                those.retain(|it| !request.is_set_aside(it));
                holds(!request.is_withdrawn() && !those.is_empty(), Code::RequestWithdrawn)?;
                let passed = |it: &String| request.deadline(it).is_some_and(|deadline| !self.is_ahead(&deadline));
                holds(those.iter().any(passed), Code::BreachMissing)
            }
        }
    }

    fn complied(self, event: &Event) -> Ruling {
        let Event::ComplianceRecorded(event) = event else { return Ok(()) };
        let penalty = self.law.of_kind(&event.penalty, &["penalty_imposed"])?;
        holds(penalty.by == self.author, Code::NotIssuer)?;
        let recorded = self.law.said.iter().any(|said| match &said.event {
            Event::ComplianceRecorded(other) => other.penalty == event.penalty,
            _ => false,
        });
        holds(!recorded && !self.law.is_set_aside(&event.penalty.to_string()), Code::MatterSettled)?;
        self.day_come(event.on)
    }

    fn appeals(self, event: &AppealLodged) -> Ruling {
        self.new_document(&event.appeal)?;
        let law = self.law;
        let against = law.of_kind(&event.against, &["decision_given", "penalty_imposed", "request_issued"])?;
        let name = event.against.to_string();
        let addressee = match &against.event {
            Event::DecisionGiven(decision) => law.addressee_of_decision(decision),
            Event::PenaltyImposed(penalty) => Some(penalty.addressee.to_string()),
            _ => {
                let request = law.request(&event.against)?;
                holds(request.issued.compulsory, Code::DocumentUnknown)?;
                let mut those = request.spoken_for_by(self.author);
                holds(!those.is_empty(), Code::NotAddressee)?;
                those.retain(|it| !request.is_set_aside(it));
                return holds(!those.is_empty(), Code::MatterSettled);
            }
        };
        holds(addressee.is_some_and(|it| self.speaks_for(&it)), Code::NotAddressee)?;
        holds(!law.is_set_aside(&name), Code::MatterSettled)
    }

    fn audits(self, event: &Event) -> Ruling {
        match event {
            Event::AuditEngaged(event) => {
                self.role(&[Role::Auditor])?;
                self.new_document(&event.audit)?;
                self.platforms(&[&event.auditee])
            }
            Event::AuditFindingRecorded(event) => {
                self.new_document(&event.finding)?;
                self.own_open(&event.audit, "audit_engaged").map(drop)
            }
            Event::DiscrepancyRaised(event) => {
                self.role(&[Role::Auditor, Role::Regulator, Role::CivilSociety])?;
                self.new_document(&event.discrepancy)?;
                self.on_the_ledger(&event.about)?;
                let Some(audit) = &event.audit else { return Ok(()) };
                self.own_open(audit, "audit_engaged").map(drop)
            }
            Event::DiscrepancyAnswered(event) => {
                let raised = self.open(&event.discrepancy, &["discrepancy_raised"])?;
                self.party(raised)
            }
            Event::OpinionGiven(event) => {
                self.new_document(&event.report)?;
                self.own_open(&event.audit, "audit_engaged").map(drop)
            }
            Event::ImplementationReported(event) => {
                self.new_document(&event.implementation)?;
                let audit = self.law.of_kind(&event.audit, &["audit_engaged"])?;
                self.party(audit)?;
                holds(self.law.is_settled(&event.audit.to_string()), Code::OpinionMissing)
            }
            _ => Ok(()),
        }
    }
}
