//! What is on the ledger under which name, what became of it, and the rules of disclosures and what is said of documents.

use std::rc::Rc;

use candour::core::event::{Attachment, Event, Observation, Risk, Role, Status, Value};
use candour::core::fault::Code;

use super::{Law, Ruling, Said, Speech, holds};

/// Section 3: the field that is a *new document*.
pub fn new_document(event: &Event) -> Option<String> {
    Some(match event {
        Event::ServiceRegistered(event) => event.service.to_string(),
        Event::ServiceDesignated(event) => event.designation.to_string(),
        Event::TaxonomyRegistered(event) => event.registration.to_string(),
        Event::MetricDefined(event) => event.definition.to_string(),
        Event::MethodologyChanged(event) => event.change.to_string(),
        Event::RequestDrafted(event) => event.draft.to_string(),
        Event::RepresentationsMade(event) => event.representations.to_string(),
        Event::RequestIssued(event) => event.request.to_string(),
        Event::ClarificationRequested(event) => event.clarification.to_string(),
        Event::ExtensionRequested(event) => event.extension.to_string(),
        Event::AmendmentRequested(event) => event.amendment.to_string(),
        Event::PreservationRequired(event) => event.preservation.to_string(),
        Event::ResponseFiled(event) => event.response.to_string(),
        Event::DisclosureFiled(event) => event.disclosure.to_string(),
        Event::CorrectionFiled(event) => event.correction.to_string(),
        Event::ErrorNotified(event) => event.error.to_string(),
        Event::RiskAssessmentRecorded(event) => event.assessment.to_string(),
        Event::ResearchRecorded(event) => event.research.to_string(),
        Event::ProductChangeRecorded(event) => event.change.to_string(),
        Event::FindingAnswered(event) => event.answer.to_string(),
        Event::InvestigationOpened(event) => event.investigation.to_string(),
        Event::ProvisionalNoticeGiven(event) => event.notice.to_string(),
        Event::DecisionGiven(event) => event.decision.to_string(),
        Event::PenaltyImposed(event) => event.penalty.to_string(),
        Event::AppealLodged(event) => event.appeal.to_string(),
        Event::AuditEngaged(event) => event.audit.to_string(),
        Event::AuditFindingRecorded(event) => event.finding.to_string(),
        Event::DiscrepancyRaised(event) => event.discrepancy.to_string(),
        Event::OpinionGiven(event) => event.report.to_string(),
        Event::ImplementationReported(event) => event.implementation.to_string(),
        _ => return None,
    })
}

/// What can be retracted.
const RETRACTABLE: &[&str] = &[
    "metric_defined",
    "response_filed",
    "disclosure_filed",
    "correction_filed",
    "error_notified",
    "risk_assessment_recorded",
    "research_recorded",
    "product_change_recorded",
    "finding_answered",
    "audit_finding_recorded",
];

impl Law {
    /// Before the event, 6.
    pub(super) fn attachments(&self, event: &Event) -> Ruling {
        let named = event.attachments();
        for (at, attachment) in named.iter().enumerate() {
            let is_it = |other: &&Attachment| other.sha256 == attachment.sha256;
            let before: Vec<&[Attachment]> = self.said.iter().map(|said| said.event.attachments()).collect();
            let mut same = before.iter().copied().flatten().chain(&named[..at]).filter(is_it);
            holds(same.all(|other| other.length == attachment.length), Code::AttachmentLengthMismatch)?;
            let as_table = |all: &&&[Attachment]| all.iter().filter(is_it).any(|other| other.holds.is_some());
            let namings = before.iter().filter(as_table).count();
            holds(attachment.holds.is_none() || namings < 16, Code::TableOverused)?;
        }
        Ok(())
    }

    /// What was said under that name.
    pub fn document(&self, name: &str) -> Option<&Said> {
        self.said.iter().map(Rc::as_ref).find(|said| new_document(&said.event).as_deref() == Some(name))
    }

    /// The same, if it is of one of those kinds.
    pub fn of_kind(&self, name: &impl ToString, kinds: &[&str]) -> Result<&Said, Code> {
        let document = self.document(&name.to_string());
        document.filter(|said| kinds.contains(&said.event.kind())).ok_or(Code::DocumentUnknown)
    }

    pub fn is_retracted(&self, name: &str) -> bool {
        self.said.iter().any(|said| match &said.event {
            Event::DocumentRetracted(event) => event.document.to_string() == name,
            _ => false,
        })
    }

    pub fn is_superseded(&self, name: &str) -> bool {
        let supersedes = |event: &Event| match event {
            Event::ResponseFiled(event) => event.supersedes.as_ref().map(ToString::to_string),
            Event::CorrectionFiled(event) => Some(event.supersedes.to_string()),
            Event::RiskAssessmentRecorded(event) => event.supersedes.as_ref().map(ToString::to_string),
            _ => None,
        };
        self.said.iter().any(|said| supersedes(&said.event).as_deref() == Some(name))
    }

    pub fn not_retracted(&self, name: &impl ToString) -> Ruling {
        holds(!self.is_retracted(&name.to_string()), Code::DocumentRetracted)
    }

    pub fn not_superseded(&self, name: &impl ToString) -> Ruling {
        holds(!self.is_superseded(&name.to_string()), Code::DocumentSuperseded)
    }
}

impl Speech<'_> {
    /// The rules of what is disclosed, and of what is said of documents.
    pub fn documents(self, event: &Event) -> Option<Ruling> {
        Some(match event {
            Event::DisclosureFiled(_) | Event::CorrectionFiled(_) => self.disclosed(event),
            Event::RiskAssessmentRecorded(_) | Event::ResearchRecorded(_) | Event::ProductChangeRecorded(_) => {
                self.of_risks(event)
            }
            Event::ErrorNotified(_)
            | Event::DocumentPublished(_)
            | Event::DocumentRetracted(_)
            | Event::FindingAnswered(_) => self.of_documents(event),
            _ => return None,
        })
    }

    fn disclosed(self, event: &Event) -> Ruling {
        match event {
            Event::DisclosureFiled(event) => {
                self.role(&[Role::Platform, Role::Regulator])?;
                self.new_document(&event.disclosure)?;
                event.observations.iter().flat_map(|list| list.iter()).try_for_each(observation)
            }
            Event::CorrectionFiled(event) => {
                self.new_document(&event.correction)?;
                self.own(&event.supersedes)?;
                self.law.of_kind(&event.supersedes, &["disclosure_filed", "correction_filed"])?;
                self.law.not_retracted(&event.supersedes)?;
                self.law.not_superseded(&event.supersedes)?;
                event.observations.iter().flat_map(|list| list.iter()).try_for_each(observation)
            }
            _ => Ok(()),
        }
    }

    fn of_documents(self, event: &Event) -> Ruling {
        let law = self.law;
        match event {
            Event::ErrorNotified(event) => {
                self.new_document(&event.error)?;
                self.own(&event.document)?;
                event.known_on.map_or(Ok(()), |date| self.day_come(date))
            }
            Event::DocumentPublished(event) => {
                holds(law.document(&event.document.to_string()).is_some(), Code::DocumentUnknown)?;
                if self.role(&[Role::Regulator]).is_err() {
                    self.own(&event.document)?;
                }
                self.day_come(event.on)
            }
            Event::DocumentRetracted(event) => {
                self.own(&event.document)?;
                law.of_kind(&event.document, RETRACTABLE)?;
                law.not_superseded(&event.document)?;
                law.not_retracted(&event.document)
            }
            Event::FindingAnswered(event) => {
                self.role(&[Role::Platform, Role::Regulator])?;
                self.new_document(&event.answer)?;
                holds(event.entries.iter().all(|entry| entry.unsigned() < self.index), Code::EntryUnknown)
            }
            _ => Ok(()),
        }
    }

    fn of_risks(self, event: &Event) -> Ruling {
        self.role(&[Role::Platform])?;
        let law = self.law;
        match event {
            Event::RiskAssessmentRecorded(event) => {
                self.new_document(&event.assessment)?;
                self.day_come(event.made_on)?;
                let of = |risk: &Risk| (risk.content.clone(), risk.age_group.clone());
                let twice = |at: usize| event.risks[..at].iter().any(|risk| of(risk) == of(&event.risks[at]));
                holds(!(0..event.risks.len()).any(twice), Code::ItemDuplicate)?;
                let Some(superseded) = &event.supersedes else { return Ok(()) };
                self.own(superseded)?;
                let old = law.of_kind(superseded, &["risk_assessment_recorded"])?;
                law.not_superseded(superseded)?;
                law.not_retracted(superseded)?;
                let same = matches!(&old.event, Event::RiskAssessmentRecorded(old) if old.service == event.service);
                holds(same, Code::SeriesMismatch)
            }
            Event::ResearchRecorded(event) => {
                self.new_document(&event.research)?;
                self.day_come(event.made_on)
            }
            Event::ProductChangeRecorded(event) => {
                self.new_document(&event.change)?;
                self.day_come(event.made_on)?;
                let Some(risk) = &event.risk else { return Ok(()) };
                self.own(&risk.assessment)?;
                let assessment = law.of_kind(&risk.assessment, &["risk_assessment_recorded"])?;
                law.not_retracted(&risk.assessment)?;
                let Event::RiskAssessmentRecorded(assessment) = &assessment.event else { return Ok(()) };
                let this = |it: &Risk| it.content == risk.content && it.age_group == risk.age_group;
                holds(assessment.risks.iter().any(this), Code::ItemUnknown)
            }
            _ => Ok(()),
        }
    }
}

/// *observations*, one of them.
fn observation(observation: &Observation) -> Ruling {
    let carries = matches!(observation.status, Status::Given | Status::Estimated | Status::Provisional);
    holds(observation.value.is_some() == carries, Code::ValueStatusMismatch)?;
    let in_range = match observation.value {
        None | Some(Value::Integer(_) | Value::Duration { .. }) => true,
        Some(Value::Ratio { denominator, numerator }) => numerator.value() <= denominator.value(),
        Some(Value::Range { lower, upper }) => lower.value() <= upper.value(),
        Some(Value::RatioRange { denominator, lower, upper }) => {
            lower.value() <= upper.value() && upper.value() <= denominator.value()
        }
    };
    holds(in_range, Code::ValueOutOfRange)
}
