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
    /// Each version of each taxonomy, by whoever registered it.
    taxonomies: BTreeMap<Slug, BTreeMap<Label, Meanings<Taxonomy>>>,
    metrics: BTreeMap<Label, Meanings<Metric>>,
    /// Whose each definition is that was not taken back, and of which metric.
    defined: BTreeMap<DocumentId, (Slug, Label)>,
}

/// What each author says that something means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Meanings<M> {
    by: BTreeMap<Slug, M>,
    /// Those of them who are regulators, whose word holds for others too, by the order in which they said it. That is the
    /// ledger's, whatever index an entry claims.
    regulators: BTreeMap<u64, Slug>,
    /// The place of each of them there.
    order: BTreeMap<Slug, u64>,
}

/// One version of a taxonomy of harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taxonomy {
    /// The entry that registered it.
    pub index: u64,
    /// Its categories.
    pub categories: BTreeSet<Label>,
}

/// What a metric counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    /// The entry that defined it.
    pub index: u64,
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
        self.metrics.get(metric)?.to(author)
    }

    /// The categories that an author's figures may name in a taxonomy, if somebody registered that version of it.
    pub fn taxonomy(&self, author: &Slug, taxonomy: &Slug, version: &Label) -> Option<&Taxonomy> {
        self.taxonomies.get(taxonomy)?.get(version)?.to(author)
    }

    /// Forgets a definition that was taken back.
    pub(super) fn forget(&mut self, definition: &DocumentId) {
        let Some((author, metric)) = self.defined.remove(definition) else { return };
        let Some(known) = self.metrics.get_mut(&metric) else { return };
        known.forget(&author);
        if known.by.is_empty() {
            self.metrics.remove(&metric);
        }
    }
}

impl<M> Default for Meanings<M> {
    fn default() -> Self {
        Self { by: BTreeMap::new(), regulators: BTreeMap::new(), order: BTreeMap::new() }
    }
}

impl<M> Meanings<M> {
    /// What it means to an author: what it said itself, or else what a regulator was the first to say.
    fn to(&self, author: &Slug) -> Option<&M> {
        self.by.get(author).or_else(|| self.by.get(self.regulators.values().next()?))
    }

    fn say(&mut self, author: &Slug, role: Role, meaning: M) {
        self.by.insert(author.clone(), meaning);
        if role == Role::Regulator {
            let next = self.regulators.last_key_value().map_or(0, |(last, _)| last.saturating_add(1));
            self.regulators.insert(next, author.clone());
            self.order.insert(author.clone(), next);
        }
    }

    fn forget(&mut self, author: &Slug) {
        self.by.remove(author);
        self.order.remove(author).and_then(|place| self.regulators.remove(&place));
    }
}

impl State {
    pub(super) fn register_taxonomy(&mut self, placed: &Placed<'_>, event: &TaxonomyRegistered) -> Result<(), Fault> {
        let role = self.check_role(placed, &[Role::Platform, Role::Regulator, Role::CivilSociety, Role::Auditor])?;
        self.documents.check_new(placed, &event.registration)?;
        let author = &placed.statement.author;
        let known = self.measures.taxonomies.get(&event.taxonomy).and_then(|versions| versions.get(&event.version));
        if let Some(known) = known.and_then(|known| known.by.get(author)) {
            let found = format!("{} {}, registered by entry {}", event.taxonomy, event.version, known.index);
            return Err(Fault::new(Code::TaxonomyExists, "a version not yet registered", found));
        }
        self.registry.check_cosigners(placed, Takes::nobody())?;
        self.documents.insert(placed, &event.registration, Kind::Taxonomy);
        let versions = self.measures.taxonomies.entry(event.taxonomy.clone()).or_default();
        let taxonomy = Taxonomy { index: placed.index, categories: event.categories.iter().cloned().collect() };
        versions.entry(event.version.clone()).or_default().say(author, role, taxonomy);
        Ok(())
    }

    pub(super) fn define_metric(&mut self, placed: &Placed<'_>, event: &MetricDefined) -> Result<(), Fault> {
        let role = self.check_role(placed, &[Role::Platform, Role::Regulator])?;
        self.documents.check_new(placed, &event.definition)?;
        let author = &placed.statement.author;
        if let Some(known) = self.measures.metrics.get(&event.metric).and_then(|known| known.by.get(author)) {
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
        let metric = Metric {
            index: placed.index,
            additive: event.additive,
            unit: event.unit,
            question: event.question,
            subset_of: event.subset_of.clone(),
        };
        self.measures.metrics.entry(event.metric.clone()).or_default().say(author, role, metric);
        self.measures.defined.insert(event.definition.clone(), (author.clone(), event.metric.clone()));
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
