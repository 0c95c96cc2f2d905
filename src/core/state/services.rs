//! Services: who runs them, what they are in law, and what reports are due of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::documents::Kind;
use super::registry::Takes;
use super::{Placed, State};
use crate::core::event::{Category, DesignationEnded, ReportingDuty, Role, ServiceDesignated, ServiceRegistered};
use crate::core::fault::{Code, Fault};
use crate::core::text::{DocumentId, Label, Slug};

/// The services of a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Services {
    services: BTreeMap<DocumentId, Service>,
    designations: BTreeMap<DocumentId, Designation>,
    /// The designations in force of each service, by who made them.
    in_force: BTreeMap<DocumentId, BTreeMap<Slug, BTreeMap<Category, DocumentId>>>,
}

/// A service as it was registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The entry that registered it.
    pub index: u64,
    /// Its name for people.
    pub name: Label,
    /// The service of which it is a part.
    pub part_of: Option<DocumentId>,
}

/// What a service is in law, by a regulator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Designation {
    /// The entry that made it.
    pub index: u64,
    /// Who made it.
    pub regulator: Slug,
    /// Of which service.
    pub service: DocumentId,
    /// What it is.
    pub category: Category,
    /// The reports that are due.
    pub reports: Option<ReportingDuty>,
    /// The entry that ended it.
    pub ended: Option<u64>,
}

impl Services {
    /// The service of that name.
    pub fn find(&self, id: &DocumentId) -> Option<&Service> {
        self.services.get(id)
    }

    /// All services by name.
    pub fn iter(&self) -> impl Iterator<Item = (&DocumentId, &Service)> {
        self.services.iter()
    }

    /// All designations by name, those that ended too.
    pub fn designations(&self) -> impl Iterator<Item = (&DocumentId, &Designation)> {
        self.designations.iter()
    }

    fn known(&self, id: &DocumentId) -> Result<&Service, Fault> {
        self.find(id).ok_or_else(|| Fault::new(Code::DocumentUnknown, "a registered service", id.as_str()))
    }
}

impl State {
    pub(super) fn register_service(&mut self, placed: &Placed<'_>, event: &ServiceRegistered) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Platform, Role::Regulator])?;
        self.documents.check_new(placed, &event.service)?;
        if let Some(whole) = &event.part_of {
            self.own(placed, whole)?;
            self.services.known(whole)?;
        }
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.service, Kind::Service);
        let service = Service { index: placed.index, name: event.name.clone(), part_of: event.part_of.clone() };
        self.services.services.insert(event.service.clone(), service);
        Ok(())
    }

    pub(super) fn designate_service(&mut self, placed: &Placed<'_>, event: &ServiceDesignated) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Regulator])?;
        self.documents.check_new(placed, &event.designation)?;
        self.services.known(&event.service)?;
        let regulator = &placed.statement.author;
        let in_force =
            self.services.in_force.get(&event.service).and_then(|by| by.get(regulator)?.get(&event.category));
        if let Some(known) = in_force.and_then(|id| self.services.designations.get(id)) {
            let found = format!("{} as {}, by entry {}", event.service, event.category.as_str(), known.index);
            return Err(Fault::new(Code::MatterSettled, "a category that the service is not in yet", found));
        }
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.designation, Kind::Designation);
        let designation = Designation {
            index: placed.index,
            regulator: regulator.clone(),
            service: event.service.clone(),
            category: event.category,
            reports: event.reports,
            ended: None,
        };
        self.services.designations.insert(event.designation.clone(), designation);
        let of_service = self.services.in_force.entry(event.service.clone()).or_default();
        of_service.entry(regulator.clone()).or_default().insert(event.category, event.designation.clone());
        Ok(())
    }

    pub(super) fn end_designation(&mut self, placed: &Placed<'_>, event: &DesignationEnded) -> Result<(), Fault> {
        let id = &event.designation;
        let known = self.services.designations.get(id);
        let known = known.ok_or_else(|| Fault::new(Code::DocumentUnknown, "a designation", id.as_str()))?;
        if known.regulator != placed.statement.author {
            return Err(Fault::new(Code::NotIssuer, known.regulator.as_str(), placed.statement.author.as_str()));
        }
        if let Some(index) = known.ended {
            return Err(Fault::new(
                Code::MatterSettled,
                "a designation in force",
                format!("{id}, ended by entry {index}"),
            ));
        }
        self.registry.check_cosigners(placed, Takes::nobody())?;
        if let Some(known) = self.services.designations.get_mut(id) {
            known.ended = Some(placed.index);
            let of_service = self.services.in_force.get_mut(&known.service);
            let of_regulator = of_service.and_then(|by| by.get_mut(&known.regulator));
            of_regulator.and_then(|designated| designated.remove(&known.category));
        }
        Ok(())
    }
}
