//! Services and measures.

use candour::core::event::{Event, Role, Unit};
use candour::core::fault::Code;
use candour::core::text::DocumentId;

use super::{Law, Ruling, Speech, holds};

impl Law {
    fn is_ended(&self, designation: &DocumentId) -> bool {
        self.said.iter().any(|said| match &said.event {
            Event::DesignationEnded(event) => event.designation == *designation,
            _ => false,
        })
    }
}

impl Speech<'_> {
    /// The rules of services and measures.
    pub fn services(self, event: &Event) -> Option<Ruling> {
        Some(match event {
            Event::ServiceRegistered(_) | Event::ServiceDesignated(_) | Event::DesignationEnded(_) => {
                self.of_services(event)
            }
            Event::TaxonomyRegistered(_) | Event::MetricDefined(_) | Event::MethodologyChanged(_) => {
                self.of_measures(event)
            }
            _ => return None,
        })
    }

    fn of_services(self, event: &Event) -> Ruling {
        let law = self.law;
        match event {
            Event::ServiceRegistered(event) => {
                self.role(&[Role::Platform, Role::Regulator])?;
                self.new_document(&event.service)?;
                let Some(whole) = &event.part_of else { return Ok(()) };
                self.own(whole)?;
                law.of_kind(whole, &["service_registered"]).map(drop)
            }
            Event::ServiceDesignated(event) => {
                self.role(&[Role::Regulator])?;
                self.new_document(&event.designation)?;
                law.of_kind(&event.service, &["service_registered"])?;
                let already = law.said.iter().filter(|said| said.by == self.author).any(|said| match &said.event {
                    Event::ServiceDesignated(other) => {
                        let same = other.service == event.service && other.category == event.category;
                        same && !law.is_ended(&other.designation)
                    }
                    _ => false,
                });
                holds(!already, Code::MatterSettled)
            }
            Event::DesignationEnded(event) => {
                let designation = law.of_kind(&event.designation, &["service_designated"])?;
                holds(designation.by == self.author, Code::NotIssuer)?;
                holds(!law.is_ended(&event.designation), Code::MatterSettled)
            }
            _ => Ok(()),
        }
    }

    fn of_measures(self, event: &Event) -> Ruling {
        let own = || self.law.said.iter().filter(|said| said.by == self.author);
        match event {
            Event::TaxonomyRegistered(event) => {
                self.role(&[Role::Platform, Role::Regulator, Role::CivilSociety, Role::Auditor])?;
                self.new_document(&event.registration)?;
                let twice = own().any(|said| match &said.event {
                    Event::TaxonomyRegistered(old) => old.taxonomy == event.taxonomy && old.version == event.version,
                    _ => false,
                });
                holds(!twice, Code::TaxonomyExists)
            }
            Event::MetricDefined(event) => {
                self.role(&[Role::Platform, Role::Regulator])?;
                self.new_document(&event.definition)?;
                let twice = own().any(|said| match &said.event {
                    Event::MetricDefined(old) => {
                        old.metric == event.metric && !self.law.is_retracted(&old.definition.to_string())
                    }
                    _ => false,
                });
                holds(!twice, Code::MetricExists)?;
                holds(!event.additive || event.unit == Unit::Number, Code::MetricInvalid)?;
                holds(event.subset_of.as_ref() != Some(&event.metric), Code::MetricInvalid)
            }
            Event::MethodologyChanged(event) => {
                self.role(&[Role::Platform, Role::Regulator])?;
                self.new_document(&event.change)
            }
            _ => Ok(()),
        }
    }
}
