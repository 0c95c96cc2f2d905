//! Disclosures and corrections. Whether a number is plausible is no rule: the ledger must be able to
//! hold a wrong one.

use super::documents::Kind;
use super::registry::Takes;
use super::{Placed, State};
use crate::core::event::registry::Role;
use crate::core::event::{CorrectionFiled, DisclosureFiled, Observation};
use crate::core::fault::{Code, Fault};

impl State {
    pub(super) fn file_disclosure(&mut self, placed: &Placed<'_>, event: &DisclosureFiled) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Platform, Role::Regulator])?;
        self.documents.check_new(placed, &event.disclosure)?;
        check_observations(placed)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.disclosure, Kind::Disclosure);
        Ok(())
    }

    pub(super) fn file_correction(&mut self, placed: &Placed<'_>, event: &CorrectionFiled) -> Result<(), Fault> {
        self.documents.check_new(placed, &event.correction)?;
        self.own_disclosure(placed, &event.supersedes)?.check_stands(&event.supersedes)?;
        check_observations(placed)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.correction, Kind::Correction);
        self.documents.supersede(&event.supersedes, &event.correction);
        Ok(())
    }

    /// The author's role, if it is one of those that may say this.
    pub(super) fn check_role(&self, placed: &Placed<'_>, roles: &[Role]) -> Result<Role, Fault> {
        let role = self.registry.active(&placed.statement.author)?.role;
        if roles.contains(&role) {
            return Ok(role);
        }
        let names: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
        let found = format!("{} ({})", placed.statement.author, role.as_str());
        Err(Fault::new(Code::RoleNotAllowed, names.join(" or "), found))
    }
}

fn check_observations(placed: &Placed<'_>) -> Result<(), Fault> {
    placed.statement.event.observations().iter().try_for_each(Observation::check)
}
