//! Disclosures, corrections and notices of error. Whether a number is plausible is no rule: the ledger must be able to
//! hold a wrong one.

use super::documents::Kind;
use super::registry::Takes;
use super::{Placed, State};
use crate::core::event::registry::Role;
use crate::core::event::{CorrectionFiled, DisclosureFiled, ErrorNotified, Observation};
use crate::core::fault::{Code, Fault};

impl State {
    pub(super) fn file_disclosure(&mut self, placed: &Placed<'_>, event: &DisclosureFiled) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Platform])?;
        self.documents.check_new(placed, &event.disclosure)?;
        check_observations(placed)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.disclosure, Kind::Disclosure);
        Ok(())
    }

    pub(super) fn file_correction(&mut self, placed: &Placed<'_>, event: &CorrectionFiled) -> Result<(), Fault> {
        self.documents.check_new(placed, &event.correction)?;
        let target = self.documents.own_disclosure(placed, &event.supersedes)?;
        if let Some(index) = target.superseded_by {
            let found = format!("{}, superseded by entry {index}", event.supersedes);
            return Err(Fault::new(Code::DocumentSuperseded, "a document not yet superseded", found));
        }
        check_observations(placed)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.supersede(&event.supersedes, placed.index);
        self.documents.insert(placed, &event.correction, Kind::Correction);
        Ok(())
    }

    pub(super) fn notify_error(&mut self, placed: &Placed<'_>, event: &ErrorNotified) -> Result<(), Fault> {
        self.documents.check_new(placed, &event.error)?;
        self.documents.own(placed, &event.document)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.error, Kind::ErrorNotice);
        Ok(())
    }

    /// Whether the author's role is one of those that may say this.
    pub(super) fn check_role(&self, placed: &Placed<'_>, roles: &[Role]) -> Result<(), Fault> {
        let role = self.registry.active(&placed.statement.author)?.role;
        if roles.contains(&role) {
            return Ok(());
        }
        let names: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
        let found = format!("{} ({})", placed.statement.author, role.as_str());
        Err(Fault::new(Code::RoleNotAllowed, names.join(" or "), found))
    }
}

fn check_observations(placed: &Placed<'_>) -> Result<(), Fault> {
    placed.statement.event.observations().iter().try_for_each(Observation::check)
}
