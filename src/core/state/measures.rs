//! What figures mean: taxonomies, and the definitions of metrics. Definitions are looked up for an author: its own first,
//! then the earliest by a regulator.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::documents::Kind;
use super::registry::Takes;
use super::{Placed, State};
use crate::core::event::{MethodologyChanged, MetricDefined, Question, Role, TaxonomyRegistered, Unit};
use crate::core::fault::{Code, Fault};
use crate::core::text::{DocumentId, Label, Slug};

/// The taxonomies and metrics of a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measures {
    taxonomies: Vec<Taxonomy>,
    metrics: BTreeMap<Label, Vec<Metric>>,
}

/// One version of a taxonomy of harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taxonomy {
    /// The entry that registered it.
    pub index: u64,
    /// Who registered it.
    pub author: Slug,
    /// Whether that is a regulator, whose word holds for others too.
    pub regulator: bool,
    /// Its name.
    pub taxonomy: Slug,
    /// Its version.
    pub version: Label,
    /// Its categories.
    pub categories: BTreeSet<Label>,
}

/// What a metric counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    /// The entry that defined it.
    pub index: u64,
    /// The document that defines it.
    pub definition: DocumentId,
    /// Who defined it.
    pub author: Slug,
    /// Whether that is a regulator, whose word holds for others too.
    pub regulator: bool,
    /// Whether parts add up to the whole.
    pub additive: bool,
    /// What its figures are.
    pub unit: Unit,
    /// The question that it answers.
    pub question: Option<Question>,
    /// The metric of which it counts a part.
    pub subset_of: Option<Label>,
}

impl Measures {
    /// What an author's figures of a metric mean, if somebody said so.
    pub fn metric(&self, author: &Slug, metric: &Label) -> Option<&Metric> {
        let known = self.metrics.get(metric)?;
        let own = known.iter().find(|metric| metric.author == *author);
        own.or_else(|| known.iter().find(|metric| metric.regulator))
    }

    /// The categories that an author's figures may name in a taxonomy, if somebody registered that version of it.
    pub fn taxonomy(&self, author: &Slug, taxonomy: &Slug, version: &Label) -> Option<&Taxonomy> {
        let known = || self.taxonomies.iter().filter(|known| known.taxonomy == *taxonomy && known.version == *version);
        known().find(|known| known.author == *author).or_else(|| known().find(|known| known.regulator))
    }

    /// Forgets a definition that was taken back.
    pub(super) fn forget(&mut self, definition: &DocumentId) {
        self.metrics.values_mut().for_each(|known| known.retain(|metric| metric.definition != *definition));
    }
}

impl State {
    pub(super) fn register_taxonomy(&mut self, placed: &Placed<'_>, event: &TaxonomyRegistered) -> Result<(), Fault> {
        let role = self.check_role(placed, &[Role::Platform, Role::Regulator, Role::CivilSociety, Role::Auditor])?;
        self.documents.check_new(placed, &event.registration)?;
        let author = &placed.statement.author;
        let same = |known: &&Taxonomy| {
            known.author == *author && known.taxonomy == event.taxonomy && known.version == event.version
        };
        if let Some(known) = self.measures.taxonomies.iter().find(same) {
            let found = format!("{} {}, registered by entry {}", event.taxonomy, event.version, known.index);
            return Err(Fault::new(Code::TaxonomyExists, "a version not yet registered", found));
        }
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.registration, Kind::Taxonomy);
        self.measures.taxonomies.push(Taxonomy {
            index: placed.index,
            author: author.clone(),
            regulator: role == Role::Regulator,
            taxonomy: event.taxonomy.clone(),
            version: event.version.clone(),
            categories: event.categories.iter().cloned().collect(),
        });
        Ok(())
    }

    pub(super) fn define_metric(&mut self, placed: &Placed<'_>, event: &MetricDefined) -> Result<(), Fault> {
        let role = self.check_role(placed, &[Role::Platform, Role::Regulator])?;
        self.documents.check_new(placed, &event.definition)?;
        let author = &placed.statement.author;
        let known = self.measures.metrics.get(&event.metric).into_iter().flatten();
        if let Some(known) = known.into_iter().find(|metric| metric.author == *author) {
            let found = format!("{}, defined by entry {}", event.metric, known.index);
            return Err(Fault::new(Code::MetricExists, "a metric that the author has not defined", found));
        }
        if event.additive && event.unit != Unit::Number {
            return Err(Fault::new(Code::MetricInvalid, "numbers of things, where they add up", "shares or durations"));
        }
        if event.subset_of.as_ref() == Some(&event.metric) {
            return Err(Fault::new(Code::MetricInvalid, "a part of another metric", event.metric.as_str()));
        }
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.definition, Kind::Definition);
        self.measures.metrics.entry(event.metric.clone()).or_default().push(Metric {
            index: placed.index,
            definition: event.definition.clone(),
            author: author.clone(),
            regulator: role == Role::Regulator,
            additive: event.additive,
            unit: event.unit,
            question: event.question,
            subset_of: event.subset_of.clone(),
        });
        Ok(())
    }

    pub(super) fn change_methodology(&mut self, placed: &Placed<'_>, event: &MethodologyChanged) -> Result<(), Fault> {
        self.check_role(placed, &[Role::Platform, Role::Regulator])?;
        self.documents.check_new(placed, &event.change)?;
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.change, Kind::MethodologyChange);
        Ok(())
    }
}
