//! Audits: engaged, then found, then an opinion; and discrepancies, which anyone with a duty to look may raise.

use super::documents::Kind;
use super::matters::Matter;
use super::registry::Takes;
use super::{Placed, State};
use crate::core::event::{
    AuditEngaged, AuditFindingRecorded, DiscrepancyAnswered, DiscrepancyRaised, ImplementationReported, OpinionGiven,
    Role,
};
use crate::core::fault::{Code, Fault};

impl State {
    pub(super) fn engage_audit(&mut self, placed: &Placed<'_>, event: &AuditEngaged) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Auditor])?;
        self.documents.check_new(placed, &event.audit)?;
        self.check_platforms(std::slice::from_ref(&event.auditee))?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        let parties = vec![event.auditee.clone()];
        self.raise(placed, &event.audit, Matter { parties, ..Matter::raised(placed, Kind::Audit) });
        Ok(())
    }

    pub(super) fn record_audit_finding(
        &mut self,
        placed: &Placed<'_>,
        event: &AuditFindingRecorded,
    ) -> Result<(), Fault> {
        self.documents.check_new(placed, &event.finding)?;
        let audit = self.matters.open(&event.audit, Kind::Audit)?;
        self.check_raiser(placed, audit)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.finding, Kind::AuditFinding);
        Ok(())
    }

    pub(super) fn raise_discrepancy(&mut self, placed: &Placed<'_>, event: &DiscrepancyRaised) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Auditor, Role::Regulator, Role::CivilSociety])?;
        self.documents.check_new(placed, &event.discrepancy)?;
        self.document(&event.about)?;
        if let Some(audit) = &event.audit {
            self.check_raiser(placed, self.matters.open(audit, Kind::Audit)?)?;
        }
        let author = event.about.author().parse();
        let parties = vec![author.map_err(|_| Fault::new(Code::DocumentUnknown, "a document", event.about.as_str()))?];
        self.registry.check_cosigners(placed, Takes::nobody())?;
        let about = Some(event.about.clone());
        self.raise(placed, &event.discrepancy, Matter { about, parties, ..Matter::raised(placed, Kind::Discrepancy) });
        Ok(())
    }

    pub(super) fn answer_discrepancy(&mut self, placed: &Placed<'_>, event: &DiscrepancyAnswered) -> Result<(), Fault> {
        let matter = self.matters.open(&event.discrepancy, Kind::Discrepancy)?;
        self.check_party(placed, matter)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.matters.settle(&event.discrepancy, placed.index);
        Ok(())
    }

    pub(super) fn give_opinion(&mut self, placed: &Placed<'_>, event: &OpinionGiven) -> Result<(), Fault> {
        self.documents.check_new(placed, &event.report)?;
        let audit = self.matters.open(&event.audit, Kind::Audit)?;
        self.check_raiser(placed, audit)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.matters.settle(&event.audit, placed.index);
        self.documents.insert(placed, &event.report, Kind::Report);
        Ok(())
    }

    pub(super) fn report_implementation(
        &mut self,
        placed: &Placed<'_>,
        event: &ImplementationReported,
    ) -> Result<(), Fault> {
        self.documents.check_new(placed, &event.implementation)?;
        let audit = self.matters.known(&event.audit, Kind::Audit)?;
        self.check_party(placed, audit)?;
        if audit.settled.is_none() {
            return Err(Fault::new(Code::OpinionMissing, "an audit whose opinion was given", event.audit.as_str()));
        }
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.implementation, Kind::Implementation);
        Ok(())
    }
}
