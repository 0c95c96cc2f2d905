//! The law: one fold over the entries. FORMAT.md, section 7.
//!
//! [`State::apply`] is pure and deterministic. The writer admits a statement with it, the auditor replays with it, and
//! opening a ledger uses it again: the writer cannot write what the auditor would refuse. The rules stand by subject, over
//! the names of [`documents`] and the things raised and settled of [`matters`]; [`registry`] says who may speak. The state
//! grows with actors, documents and requests, never with figures; in memory, where it has a scratch, not with documents.

pub mod attachments;
mod audits;
pub mod compliance;
pub mod deadlines;
mod disclosures;
pub mod documents;
mod exchange;
pub mod matters;
pub mod measures;
pub mod registry;
pub mod requests;
mod responses;
mod risks;
pub mod services;
pub mod shelves;

use serde::{Deserialize, Serialize};

use super::event::Event;
use super::fault::{Code, Fault};
use super::hash::Hash;
use super::key::KeyId;
use super::shelf::{Scratch, Shelf, set};
use super::statement::Statement;
use super::text::Origin;
use super::time::Millis;

use attachments::Attachments;
use compliance::Compliance;
use documents::Documents;
use matters::Matters;
use measures::Measures;
use registry::Registry;
use requests::Requests;
use risks::Assessments;
use services::Services;

/// A statement in its place, with who signed it. The signatures themselves are checked elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    /// The entry's index.
    pub index: u64,
    /// When the ledger recorded it.
    pub recorded_at: Millis,
    /// What is said.
    pub statement: &'a Statement,
    /// Who signed: the author's key first, then the co-signers'.
    pub signers: &'a [KeyId],
}

/// What replaying the entries yields, as far as the rules need it: it grows with actors and documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    origin: Origin,
    registry: Registry,
    documents: Documents,
    services: Services,
    measures: Measures,
    requests: Requests,
    matters: Matters,
    assessments: Assessments,
    compliance: Compliance,
    attachments: Attachments,
    /// The SHA-256 of the payload of every lawful statement that somebody co-signed.
    #[serde(with = "set")]
    cosigned: Shelf<Hash, ()>,
}

impl State {
    /// The state after the first entry, which opens the ledger.
    ///
    /// # Errors
    /// `ledger-not-opened`, or the breach of what `ledger_opened` asks for.
    pub fn open(placed: &Placed<'_>) -> Result<Self, Fault> {
        let Event::LedgerOpened(event) = &placed.statement.event else {
            return Err(Fault::new(Code::LedgerNotOpened, "ledger_opened", placed.statement.event.kind()));
        };
        Ok(Self {
            origin: placed.statement.ledger.clone(),
            registry: Registry::open(placed, event)?,
            documents: Documents::default(),
            services: Services::default(),
            measures: Measures::default(),
            requests: Requests::default(),
            matters: Matters::default(),
            assessments: Assessments::default(),
            compliance: Compliance::default(),
            attachments: Attachments::default(),
            cosigned: Shelf::default(),
        })
    }

    /// Gives what grows with every entry a scratch.
    pub(super) fn keep_in(&mut self, scratch: &Scratch) {
        self.documents.keep_in(scratch);
        self.requests.keep_in(scratch);
        self.attachments.keep_in(scratch);
        self.cosigned.keep_in(scratch);
    }

    /// Admits a statement, or refuses it and changes nothing.
    ///
    /// # Errors
    /// The first breach of the law.
    pub fn apply(&mut self, placed: &Placed<'_>) -> Result<(), Fault> {
        self.check_speaker(placed)?;
        self.registry.check_nth(placed)?;
        self.apply_once(placed)?;
        self.registry.count(placed);
        Ok(())
    }

    /// Replays a statement that stands in a ledger, lawful or not, and hands over each breach that can be told apart.
    /// One that breaks the law changes nothing but its key's counter.
    pub fn replay(&mut self, placed: &Placed<'_>, faults: &mut Vec<Fault>) {
        if let Err(breach) = self.check_speaker(placed) {
            return faults.push(breach);
        }
        match self.registry.check_nth(placed) {
            Ok(()) => {}
            Err(gap) if gap.code == Code::NthGap => faults.push(gap),
            Err(reused) => return faults.push(reused),
        }
        if let Err(breach) = self.apply_once(placed) {
            faults.push(breach);
        }
        self.registry.count(placed);
    }

    /// Rules 1 to 3: a breach of these leaves every counter as it was.
    fn check_speaker(&self, placed: &Placed<'_>) -> Result<(), Fault> {
        if matches!(placed.statement.event, Event::LedgerOpened(_)) {
            return Err(already_opened());
        }
        self.registry.check_author(placed)
    }

    /// Rules 5 and 6, and then the event. A co-signature is over the words alone: an author with a second key could otherwise
    /// file them again under that key's counter.
    fn apply_once(&mut self, placed: &Placed<'_>) -> Result<(), Fault> {
        let words = if placed.signers.len() > 1 { Some(Hash::of(&placed.statement.encode()?)) } else { None };
        if let Some(words) = words.filter(|words| self.cosigned.find(words).is_some()) {
            let found = format!("the words with SHA-256 {words} again");
            return Err(Fault::new(Code::StatementReplayed, "co-signed words not used before", found));
        }
        self.attachments.check(placed)?;
        self.apply_event(placed)?;
        self.attachments.name(placed);
        if let Some(words) = words {
            self.cosigned.insert(words, ());
        }
        Ok(())
    }

    fn apply_event(&mut self, placed: &Placed<'_>) -> Result<(), Fault> {
        match &placed.statement.event {
            Event::LedgerOpened(_) => Err(already_opened()),
            Event::ActorEnrolled(event) => self.registry.enrol(placed, event),
            Event::ActorSuspended(event) => self.registry.suspend(placed, event),
            Event::ActorReinstated(event) => self.registry.reinstate(placed, event),
            Event::ActorRetired(event) => self.registry.retire(placed, event),
            Event::KeyAdded(event) => self.registry.add_key(placed, event),
            Event::KeyRotated(event) => self.registry.rotate_key(placed, event),
            Event::KeyRevoked(event) => self.registry.revoke_key(placed, event),
            Event::CheckpointRulesSet(event) => self.registry.set_checkpoint_rules(placed, event.rules),
            Event::ProviderSucceeded(event) => self.registry.succeed(placed, event),
            Event::ServiceRegistered(event) => self.register_service(placed, event),
            Event::ServiceDesignated(event) => self.designate_service(placed, event),
            Event::DesignationEnded(event) => self.end_designation(placed, event),
            Event::TaxonomyRegistered(event) => self.register_taxonomy(placed, event),
            Event::MetricDefined(event) => self.define_metric(placed, event),
            Event::MethodologyChanged(event) => self.change_methodology(placed, event),
            Event::RequestDrafted(event) => self.draft_request(placed, event),
            Event::RepresentationsMade(event) => self.make_representations(placed, event),
            Event::RequestIssued(event) => self.issue_request(placed, event),
            Event::ReceiptAcknowledged(event) => self.acknowledge_receipt(placed, event),
            Event::ClarificationRequested(event) => self.request_clarification(placed, event),
            Event::ClarificationGiven(event) => self.give_clarification(placed, event),
            Event::ExtensionRequested(event) => self.request_extension(placed, event),
            Event::RequestExtended(event) => self.extend_request(placed, event),
            Event::ExtensionRefused(event) => self.refuse_extension(placed, event),
            Event::AmendmentRequested(event) => self.request_amendment(placed, event),
            Event::AmendmentRefused(event) => self.refuse_amendment(placed, event),
            Event::RequestAmended(event) => self.amend_request(placed, event),
            Event::RequestWithdrawn(event) => self.withdraw_request(placed, event),
            Event::PreservationRequired(event) => self.require_preservation(placed, event),
            Event::ResponseFiled(event) => self.file_response(placed, event),
            Event::DisclosureFiled(event) => self.file_disclosure(placed, event),
            Event::CorrectionFiled(event) => self.file_correction(placed, event),
            Event::ErrorNotified(event) => self.notify_error(placed, event),
            Event::DocumentPublished(event) => self.publish_document(placed, event),
            Event::DocumentRetracted(event) => self.retract_document(placed, event),
            Event::RiskAssessmentRecorded(event) => self.record_assessment(placed, event),
            Event::ResearchRecorded(event) => self.record_research(placed, event),
            Event::ProductChangeRecorded(event) => self.record_product_change(placed, event),
            Event::FindingAnswered(event) => self.answer_finding(placed, event),
            Event::InvestigationOpened(event) => self.open_investigation(placed, event),
            Event::ProvisionalNoticeGiven(event) => self.give_notice(placed, event),
            Event::DecisionGiven(event) => self.give_decision(placed, event),
            Event::PenaltyImposed(event) => self.impose_penalty(placed, event),
            Event::ComplianceRecorded(event) => self.record_compliance(placed, event),
            Event::AppealLodged(event) => self.lodge_appeal(placed, event),
            Event::AppealDetermined(event) => self.determine_appeal(placed, event),
            Event::InvestigationClosed(event) => self.close_investigation(placed, event),
            Event::AuditEngaged(event) => self.engage_audit(placed, event),
            Event::AuditFindingRecorded(event) => self.record_audit_finding(placed, event),
            Event::DiscrepancyRaised(event) => self.raise_discrepancy(placed, event),
            Event::DiscrepancyAnswered(event) => self.answer_discrepancy(placed, event),
            Event::OpinionGiven(event) => self.give_opinion(placed, event),
            Event::ImplementationReported(event) => self.report_implementation(placed, event),
        }
    }

    /// The ledger's origin.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The actors and their keys.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The documents by name.
    pub fn documents(&self) -> &Documents {
        &self.documents
    }

    /// The services and what they are in law.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// The taxonomies and metrics.
    pub fn measures(&self) -> &Measures {
        &self.measures
    }

    /// What was raised, and whether it was settled.
    pub fn matters(&self) -> &Matters {
        &self.matters
    }

    /// The decisions and penalties.
    pub fn compliance(&self) -> &Compliance {
        &self.compliance
    }

    /// The requests and what became of them.
    pub fn requests(&self) -> &Requests {
        &self.requests
    }
}

fn already_opened() -> Fault {
    Fault::new(Code::LedgerAlreadyOpened, "any event but ledger_opened", "ledger_opened")
}

#[cfg(test)]
pub(crate) mod tests;
