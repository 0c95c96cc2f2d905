//! The vocabulary: what can be said. One file per subject; the bytes are specified in FORMAT.md, section 3.
//!
//! The wire tag of a kind is its name in the JSON, never its position in an enum. What an event means is the law's
//! business ([`super::state`]); here is only its shape.

pub mod audit;
pub mod compliance;
pub mod deadline;
pub mod disclosure;
pub mod document;
pub mod exchange;
mod kinds;
pub mod measure;
pub mod observation;
mod reading;
pub mod registry;
pub mod request;
pub mod response;
pub mod risk;
pub mod service;
pub mod table;

use serde::de::{Error as _, MapAccess};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text::DocumentId;

pub use audit::*;
pub use compliance::*;
pub use deadline::{Counted, Deadline};
pub use disclosure::*;
pub use document::*;
pub use exchange::*;
pub use measure::*;
pub use observation::{Observation, Status, Value};
pub use registry::*;
pub use request::*;
pub use response::*;
pub use risk::*;
pub use service::*;

macro_rules! kinds {
    ($($kind:ident($type:ident) $tag:literal)+) => {
        /// What a statement says. The names of the kinds are in the past tense.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each kind is documented at its type")]
        pub enum Event {
            $($kind($type),)+
        }

        impl Event {
            /// The wire tag of every kind, in the order of FORMAT.md.
            pub const KINDS: &[&str] = &[$($tag),+];

            /// The wire tag of the event's kind.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$kind(_) => $tag,)+ }
            }

            /// Reads one of that kind.
            fn of_kind<'de, M: MapAccess<'de>>(kind: &str, fields: reading::Tagged<M>) -> Result<Self, M::Error> {
                match kind {
                    $($tag => $type::deserialize(fields).map(Self::$kind),)+
                    _ => Err(M::Error::unknown_variant(kind, Self::KINDS)),
                }
            }
        }

        impl Serialize for Event {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $(Self::$kind(event) => kinds::serialize(serializer, $tag, event),)+ }
            }
        }

        impl<'de> Deserialize<'de> for Event {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                reading::deserialize(deserializer)
            }
        }
    };
}

kinds! {
    // Registry.
    LedgerOpened(LedgerOpened) "ledger_opened"
    ActorEnrolled(ActorEnrolled) "actor_enrolled"
    ActorSuspended(ActorMarked) "actor_suspended"
    ActorReinstated(ActorMarked) "actor_reinstated"
    ActorRetired(ActorMarked) "actor_retired"
    KeyAdded(KeyAdded) "key_added"
    KeyRotated(KeyRotated) "key_rotated"
    KeyRevoked(KeyRevoked) "key_revoked"
    CheckpointRulesSet(CheckpointRulesSet) "checkpoint_rules_set"
    // Services.
    ProviderSucceeded(ProviderSucceeded) "provider_succeeded"
    ServiceRegistered(ServiceRegistered) "service_registered"
    ServiceDesignated(ServiceDesignated) "service_designated"
    DesignationEnded(DesignationEnded) "designation_ended"
    TaxonomyRegistered(TaxonomyRegistered) "taxonomy_registered"
    MetricDefined(MetricDefined) "metric_defined"
    MethodologyChanged(MethodologyChanged) "methodology_changed"
    // Requests.
    RequestDrafted(RequestDrafted) "request_drafted"
    RepresentationsMade(RepresentationsMade) "representations_made"
    RequestIssued(RequestIssued) "request_issued"
    ReceiptAcknowledged(ReceiptAcknowledged) "receipt_acknowledged"
    ClarificationRequested(ClarificationRequested) "clarification_requested"
    ClarificationGiven(ClarificationGiven) "clarification_given"
    ExtensionRequested(ExtensionRequested) "extension_requested"
    RequestExtended(RequestExtended) "request_extended"
    ExtensionRefused(ExtensionRefused) "extension_refused"
    AmendmentRequested(AmendmentRequested) "amendment_requested"
    AmendmentRefused(AmendmentRefused) "amendment_refused"
    RequestAmended(RequestAmended) "request_amended"
    RequestWithdrawn(RequestWithdrawn) "request_withdrawn"
    PreservationRequired(PreservationRequired) "preservation_required"
    // Responses.
    ResponseFiled(ResponseFiled) "response_filed"
    DisclosureFiled(DisclosureFiled) "disclosure_filed"
    CorrectionFiled(CorrectionFiled) "correction_filed"
    ErrorNotified(ErrorNotified) "error_notified"
    DocumentPublished(DocumentPublished) "document_published"
    DocumentRetracted(DocumentRetracted) "document_retracted"
    RiskAssessmentRecorded(RiskAssessmentRecorded) "risk_assessment_recorded"
    ResearchRecorded(ResearchRecorded) "research_recorded"
    ProductChangeRecorded(ProductChangeRecorded) "product_change_recorded"
    FindingAnswered(FindingAnswered) "finding_answered"
    // Compliance.
    InvestigationOpened(InvestigationOpened) "investigation_opened"
    ProvisionalNoticeGiven(ProvisionalNoticeGiven) "provisional_notice_given"
    DecisionGiven(DecisionGiven) "decision_given"
    PenaltyImposed(PenaltyImposed) "penalty_imposed"
    ComplianceRecorded(ComplianceRecorded) "compliance_recorded"
    AppealLodged(AppealLodged) "appeal_lodged"
    AppealDetermined(AppealDetermined) "appeal_determined"
    InvestigationClosed(InvestigationClosed) "investigation_closed"
    // Audit.
    AuditEngaged(AuditEngaged) "audit_engaged"
    AuditFindingRecorded(AuditFindingRecorded) "audit_finding_recorded"
    DiscrepancyRaised(DiscrepancyRaised) "discrepancy_raised"
    DiscrepancyAnswered(DiscrepancyAnswered) "discrepancy_answered"
    OpinionGiven(OpinionGiven) "opinion_given"
    ImplementationReported(ImplementationReported) "implementation_reported"
}

impl Event {
    /// What the types alone do not say of the shape; `Err` names what is wrong.
    pub(crate) fn check_shape(&self) -> Result<(), &'static str> {
        match self {
            Self::LedgerOpened(event) => event.check_shape()?,
            Self::RequestExtended(event) => event.check_shape()?,
            Self::ResponseFiled(event) => event.check_shape()?,
            Self::PenaltyImposed(event) => event.check_shape()?,
            Self::DisclosureFiled(event) if event.observations.is_none() && event.attachments.is_none() => {
                return Err("a disclosure of neither observation nor attachment");
            }
            Self::CorrectionFiled(event) if event.observations.is_none() && event.attachments.is_none() => {
                return Err("a correction with neither observation nor attachment");
            }
            _ => {}
        }
        self.attachments().iter().try_for_each(Attachment::check_shape)
    }

    /// The document that the event brings onto the ledger, if it brings one.
    pub fn names(&self) -> Option<&DocumentId> {
        Some(match self {
            Self::ServiceRegistered(event) => &event.service,
            Self::ServiceDesignated(event) => &event.designation,
            Self::TaxonomyRegistered(event) => &event.registration,
            Self::MetricDefined(event) => &event.definition,
            Self::MethodologyChanged(event) => &event.change,
            Self::RequestDrafted(event) => &event.draft,
            Self::RepresentationsMade(event) => &event.representations,
            Self::RequestIssued(event) => &event.request,
            Self::ClarificationRequested(event) => &event.clarification,
            Self::ExtensionRequested(event) => &event.extension,
            Self::AmendmentRequested(event) => &event.amendment,
            Self::PreservationRequired(event) => &event.preservation,
            Self::ResponseFiled(event) => &event.response,
            Self::DisclosureFiled(event) => &event.disclosure,
            Self::CorrectionFiled(event) => &event.correction,
            Self::ErrorNotified(event) => &event.error,
            Self::RiskAssessmentRecorded(event) => &event.assessment,
            Self::ResearchRecorded(event) => &event.research,
            Self::ProductChangeRecorded(event) => &event.change,
            Self::FindingAnswered(event) => &event.answer,
            Self::InvestigationOpened(event) => &event.investigation,
            Self::ProvisionalNoticeGiven(event) => &event.notice,
            Self::DecisionGiven(event) => &event.decision,
            Self::PenaltyImposed(event) => &event.penalty,
            Self::AppealLodged(event) => &event.appeal,
            Self::AuditEngaged(event) => &event.audit,
            Self::AuditFindingRecorded(event) => &event.finding,
            Self::DiscrepancyRaised(event) => &event.discrepancy,
            Self::OpinionGiven(event) => &event.report,
            Self::ImplementationReported(event) => &event.implementation,
            _ => return None,
        })
    }

    /// The document that the event is about, if it is about one.
    pub fn about(&self) -> Option<&DocumentId> {
        match self {
            Self::ServiceRegistered(event) => event.part_of.as_ref(),
            Self::ServiceDesignated(event) => Some(&event.service),
            Self::DesignationEnded(event) => Some(&event.designation),
            Self::RepresentationsMade(event) => Some(&event.about),
            Self::RequestIssued(event) => event.draft.as_ref(),
            Self::ReceiptAcknowledged(event) => Some(&event.request),
            Self::ClarificationRequested(event) => Some(&event.request),
            Self::ClarificationGiven(event) => Some(&event.clarification),
            Self::ExtensionRequested(event) => Some(&event.request),
            Self::RequestExtended(event) => Some(&event.request),
            Self::ExtensionRefused(event) => Some(&event.extension),
            Self::AmendmentRequested(event) => Some(&event.request),
            Self::AmendmentRefused(event) => Some(&event.amendment),
            Self::RequestAmended(event) => Some(&event.request),
            Self::RequestWithdrawn(event) => Some(&event.request),
            Self::ResponseFiled(event) => Some(&event.request),
            Self::CorrectionFiled(event) => Some(&event.supersedes),
            Self::ErrorNotified(event) => Some(&event.document),
            Self::DocumentPublished(event) => Some(&event.document),
            Self::DocumentRetracted(event) => Some(&event.document),
            Self::RiskAssessmentRecorded(event) => event.supersedes.as_ref(),
            Self::ProvisionalNoticeGiven(event) => Some(&event.investigation),
            Self::DecisionGiven(event) => Some(&event.notice),
            Self::PenaltyImposed(event) => Some(&event.under),
            Self::ComplianceRecorded(event) => Some(&event.penalty),
            Self::AppealLodged(event) => Some(&event.against),
            Self::AppealDetermined(event) => Some(&event.appeal),
            Self::InvestigationClosed(event) => Some(&event.investigation),
            Self::AuditFindingRecorded(event) => Some(&event.audit),
            Self::DiscrepancyRaised(event) => Some(&event.about),
            Self::DiscrepancyAnswered(event) => Some(&event.discrepancy),
            Self::OpinionGiven(event) => Some(&event.audit),
            Self::ImplementationReported(event) => Some(&event.audit),
            _ => None,
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
            Self::ProviderSucceeded(event) => Some(format!("{} after {}", event.successor, event.predecessor)),
            _ => match (self.names(), self.about()) {
                (Some(name), Some(about)) => Some(format!("{name} about {about}")),
                (Some(one), None) | (None, Some(one)) => Some(one.to_string()),
                (None, None) => None,
            },
        }
    }

    /// The request that the event names as its own subject, if it does.
    pub fn request(&self) -> Option<&DocumentId> {
        match self {
            Self::RequestIssued(event) => Some(&event.request),
            Self::ReceiptAcknowledged(event) => Some(&event.request),
            Self::ClarificationRequested(event) => Some(&event.request),
            Self::ExtensionRequested(event) => Some(&event.request),
            Self::RequestExtended(event) => Some(&event.request),
            Self::AmendmentRequested(event) => Some(&event.request),
            Self::RequestAmended(event) => Some(&event.request),
            Self::RequestWithdrawn(event) => Some(&event.request),
            Self::ResponseFiled(event) => Some(&event.request),
            _ => None,
        }
    }

    /// The attachments that the event names.
    pub fn attachments(&self) -> &[Attachment] {
        let attachments = match self {
            Self::TaxonomyRegistered(event) => &event.attachments,
            Self::RequestDrafted(event) => &event.attachments,
            Self::RepresentationsMade(event) => &event.attachments,
            Self::RequestIssued(event) => &event.attachments,
            Self::ClarificationGiven(event) => &event.attachments,
            Self::DisclosureFiled(event) => &event.attachments,
            Self::CorrectionFiled(event) => &event.attachments,
            Self::RiskAssessmentRecorded(event) => &event.attachments,
            Self::ResearchRecorded(event) => &event.attachments,
            Self::ProductChangeRecorded(event) => &event.attachments,
            Self::ProvisionalNoticeGiven(event) => &event.attachments,
            Self::DecisionGiven(event) => &event.attachments,
            Self::AppealDetermined(event) => &event.attachments,
            Self::AuditFindingRecorded(event) => &event.attachments,
            Self::DiscrepancyRaised(event) => &event.attachments,
            Self::DiscrepancyAnswered(event) => &event.attachments,
            Self::OpinionGiven(event) => &event.attachments,
            Self::ImplementationReported(event) => &event.attachments,
            _ => return &[],
        };
        attachments.as_deref().unwrap_or_default()
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

#[cfg(test)]
mod tests;
