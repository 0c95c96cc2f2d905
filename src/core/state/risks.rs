//! Risk assessments, research, and changes to products.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::deadlines::check_past;
use super::documents::Kind;
use super::registry::Takes;
use super::{Placed, State};
use crate::core::event::{ProductChangeRecorded, ResearchRecorded, Risk, RiskAssessmentRecorded, Role};
use crate::core::fault::{Code, Fault};
use crate::core::text::{DocumentId, Slug};

/// The risk assessments of a ledger by name, superseded ones too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessments(BTreeMap<DocumentId, Assessment>);

/// A risk assessment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// The entry that recorded it.
    pub index: u64,
    /// Of which service of its author's.
    pub service: Slug,
    /// What was assessed.
    pub risks: Vec<Risk>,
}

impl Assessments {
    fn find(&self, id: &DocumentId) -> Option<&Assessment> {
        self.0.get(id)
    }
}

impl State {
    pub(super) fn record_assessment(
        &mut self,
        placed: &Placed<'_>,
        event: &RiskAssessmentRecorded,
    ) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Platform])?;
        self.documents.check_new(placed, &event.assessment)?;
        check_past(placed, event.made_on)?;
        check_risks_differ(&event.risks)?;
        if let Some(superseded) = &event.supersedes {
            let document = self.own(placed, superseded)?;
            let earlier = self.own_assessment(superseded)?;
            document.check_stands(superseded)?;
            if earlier.service != event.service {
                let expected = format!("an assessment of {}", event.service);
                return Err(Fault::new(Code::SeriesMismatch, expected, format!("one of {}", earlier.service)));
            }
        }
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.assessment, Kind::RiskAssessment);
        if let Some(superseded) = &event.supersedes {
            self.documents.supersede(superseded, &event.assessment);
        }
        let assessment =
            Assessment { index: placed.index, service: event.service.clone(), risks: event.risks.to_vec() };
        self.assessments.0.insert(event.assessment.clone(), assessment);
        Ok(())
    }

    pub(super) fn record_research(&mut self, placed: &Placed<'_>, event: &ResearchRecorded) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Platform])?;
        self.documents.check_new(placed, &event.research)?;
        check_past(placed, event.made_on)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.research, Kind::Research);
        Ok(())
    }

    pub(super) fn record_product_change(
        &mut self,
        placed: &Placed<'_>,
        event: &ProductChangeRecorded,
    ) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Platform])?;
        self.documents.check_new(placed, &event.change)?;
        check_past(placed, event.made_on)?;
        if let Some(answered) = &event.risk {
            let document = self.own(placed, &answered.assessment)?;
            let assessment = self.own_assessment(&answered.assessment)?;
            document.check_not_retracted(&answered.assessment)?;
            let same = |risk: &&Risk| risk.content == answered.content && risk.age_group == answered.age_group;
            if !assessment.risks.iter().any(|risk| same(&risk)) {
                let expected = format!("a risk of {}", answered.assessment);
                return Err(Fault::new(Code::ItemUnknown, expected, answered.content.as_str()));
            }
        }
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.change, Kind::ProductChange);
        Ok(())
    }

    fn own_assessment(&self, id: &DocumentId) -> Result<&Assessment, Fault> {
        let found = self.assessments.find(id);
        found.ok_or_else(|| Fault::new(Code::DocumentUnknown, "a risk assessment", id.as_str()))
    }
}

fn check_risks_differ(risks: &[Risk]) -> Result<(), Fault> {
    let mut known = std::collections::BTreeSet::new();
    match risks.iter().find(|risk| !known.insert((&risk.content, &risk.age_group))) {
        None => Ok(()),
        Some(twice) => {
            let found = format!("{} twice", twice.content);
            Err(Fault::new(Code::ItemDuplicate, "each kind of content and age group once", found))
        }
    }
}
