//! What each kind of event says, in one line.
//!
//! A line is read after the name of who says it: `ofcom` "asked alpha …". It holds what the fields of the statement say;
//! what the author wrote in its own words stands beside it.

mod compliance;
mod disclosures;
mod registry;
mod requests;

use crate::core::event::Event;
use crate::core::text::Text;

/// A statement in a line, and the author's own words.
pub(super) struct Sentence<'a> {
    pub what: String,
    pub words: Option<&'a Text>,
}

/// The sentence of an event. Every kind is named here, so that a new one does not compile without a sentence.
pub(super) fn sentence(event: &Event) -> Sentence<'_> {
    match event {
        Event::LedgerOpened(event) => registry::ledger_opened(event),
        Event::ActorEnrolled(event) => registry::actor_enrolled(event),
        Event::ActorSuspended(event) => registry::actor_marked("suspended", event),
        Event::ActorReinstated(event) => registry::actor_marked("reinstated", event),
        Event::ActorRetired(event) => registry::actor_marked("retired", event),
        Event::KeyAdded(event) => registry::key_added(event),
        Event::KeyRotated(event) => registry::key_rotated(event),
        Event::KeyRevoked(event) => registry::key_revoked(event),
        Event::CheckpointRulesSet(event) => registry::checkpoint_rules_set(event),
        Event::ProviderSucceeded(event) => registry::provider_succeeded(event),
        Event::ServiceRegistered(event) => registry::service_registered(event),
        Event::ServiceDesignated(event) => registry::service_designated(event),
        Event::DesignationEnded(event) => registry::designation_ended(event),
        Event::TaxonomyRegistered(event) => registry::taxonomy_registered(event),
        Event::MetricDefined(event) => registry::metric_defined(event),
        Event::MethodologyChanged(event) => registry::methodology_changed(event),
        Event::RequestDrafted(event) => requests::request_drafted(event),
        Event::RepresentationsMade(event) => requests::representations_made(event),
        Event::RequestIssued(event) => requests::request_issued(event),
        Event::ReceiptAcknowledged(event) => requests::receipt_acknowledged(event),
        Event::ClarificationRequested(event) => requests::clarification_requested(event),
        Event::ClarificationGiven(event) => requests::clarification_given(event),
        Event::ExtensionRequested(event) => requests::extension_requested(event),
        Event::RequestExtended(event) => requests::request_extended(event),
        Event::ExtensionRefused(event) => requests::extension_refused(event),
        Event::AmendmentRequested(event) => requests::amendment_requested(event),
        Event::AmendmentRefused(event) => requests::amendment_refused(event),
        Event::RequestAmended(event) => requests::request_amended(event),
        Event::RequestWithdrawn(event) => requests::request_withdrawn(event),
        Event::PreservationRequired(event) => requests::preservation_required(event),
        Event::ResponseFiled(event) => disclosures::response_filed(event),
        Event::DisclosureFiled(event) => disclosures::disclosure_filed(event),
        Event::CorrectionFiled(event) => disclosures::correction_filed(event),
        Event::ErrorNotified(event) => disclosures::error_notified(event),
        Event::DocumentPublished(event) => disclosures::document_published(event),
        Event::DocumentRetracted(event) => disclosures::document_retracted(event),
        Event::RiskAssessmentRecorded(event) => disclosures::risk_assessment_recorded(event),
        Event::ResearchRecorded(event) => disclosures::research_recorded(event),
        Event::ProductChangeRecorded(event) => disclosures::product_change_recorded(event),
        Event::FindingAnswered(event) => disclosures::finding_answered(event),
        Event::InvestigationOpened(event) => compliance::investigation_opened(event),
        Event::ProvisionalNoticeGiven(event) => compliance::provisional_notice_given(event),
        Event::DecisionGiven(event) => compliance::decision_given(event),
        Event::PenaltyImposed(event) => compliance::penalty_imposed(event),
        Event::ComplianceRecorded(event) => compliance::compliance_recorded(event),
        Event::AppealLodged(event) => compliance::appeal_lodged(event),
        Event::AppealDetermined(event) => compliance::appeal_determined(event),
        Event::InvestigationClosed(event) => compliance::investigation_closed(event),
        Event::AuditEngaged(event) => compliance::audit_engaged(event),
        Event::AuditFindingRecorded(event) => compliance::audit_finding_recorded(event),
        Event::DiscrepancyRaised(event) => compliance::discrepancy_raised(event),
        Event::DiscrepancyAnswered(event) => compliance::discrepancy_answered(event),
        Event::OpinionGiven(event) => compliance::opinion_given(event),
        Event::ImplementationReported(event) => compliance::implementation_reported(event),
    }
}

/// Nothing in the author's own words.
fn bare(what: String) -> Sentence<'static> {
    Sentence { what, words: None }
}

fn own(what: String, words: &Text) -> Sentence<'_> {
    Sentence { what, words: Some(words) }
}

/// What is said only where there is something to say it of.
fn after<T: std::fmt::Display>(lead: &str, thing: Option<&T>) -> String {
    thing.map(|thing| format!("{lead}{thing}")).unwrap_or_default()
}
