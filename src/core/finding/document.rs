//! The document being read: what is known of it until it has been read as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::agreement::{Agreement, subset};
use super::blocks::Blocks;
use super::figures::{Cell, Figures, Key, is_multiple, rounded_to};
use super::{Figure, Finding, FindingCode};
use crate::core::event::Unit;
use crate::core::event::observation::{Observation, Series, Value};
use crate::core::state::State;
use crate::core::text::{Label, Slug};
use crate::core::time::Date;

/// Different things that a document says of one figure, of which it is remembered that it says them.
pub const MAX_SAID: usize = 8;
/// Figures of one document that are a part of another which it has not given before them, and of which that is remembered.
pub const MAX_AWAITING: usize = 131_072;
/// Categories and metrics of one document that are named for one reason.
pub const MAX_NAMED: usize = 1_024;

/// A disclosure or correction whose observations are being read.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub index: u64,
    pub author: Slug,
    /// The author, and those whose place it took.
    pub speakers: Vec<Slug>,
    /// The bit of the disclosure that it is, or of which it is a correction.
    pub document: u64,
    pub correction: bool,
    /// Whether it says one thing only.
    pub alone: bool,
    /// Until when figures that it withholds are claimed to be confidential.
    pub until: Option<Date>,
    pub agreement: Agreement,
    pub blocks: Blocks,
    /// What stood before, of the figures that it changes.
    pub prior: BTreeMap<Key, Cell>,
    pub disputed: BTreeMap<Key, Said>,
    /// By a figure not given yet, the metrics that count a part of it and were given.
    awaiting: BTreeMap<Key, BTreeSet<Label>>,
    /// How many those are.
    awaited: usize,
    /// Figures that are more than those of which they are a part, with both.
    larger: Vec<(Key, Key, Finding)>,
    /// What was noticed of categories and metrics: once a document is enough, of the least figure.
    named: BTreeMap<(FindingCode, Label), (Figure, Finding)>,
}

/// All that a document says of one figure, where that is not one thing.
#[derive(Clone, Debug)]
pub(super) struct Said {
    /// What stood before.
    pub prior: Option<Cell>,
    figure: Figure,
    cells: Vec<Cell>,
}

impl Said {
    pub fn new(observation: &Observation, prior: Option<Cell>, first: Cell) -> Self {
        Self { prior, figure: Figure::of(observation, None), cells: vec![first] }
    }

    /// Takes another thing said. Returns whether it is new.
    pub fn add(&mut self, now: Cell) -> bool {
        let new = self.cells.len() < MAX_SAID && !self.cells.iter().any(|cell| cell.says_the_same(&now));
        if new {
            self.cells.push(now);
        }
        new
    }
}

impl Open {
    pub fn new(state: &State, index: u64, author: &Slug, document: u64, until: Option<Date>) -> Self {
        let predecessors = state.registry().predecessors(author);
        Self {
            index,
            author: author.clone(),
            speakers: std::iter::once(author).chain(predecessors).cloned().collect(),
            document,
            correction: false,
            alone: false,
            until,
            agreement: Agreement::default(),
            blocks: Blocks::default(),
            prior: BTreeMap::new(),
            disputed: BTreeMap::new(),
            awaiting: BTreeMap::new(),
            awaited: 0,
            larger: Vec::new(),
            named: BTreeMap::new(),
        }
    }

    /// Holds an observation to what its metric, its taxonomy and its precision are said to be.
    pub fn hold_to_definitions(&mut self, state: &State, observation: &Observation) {
        let (index, measures) = (self.index, state.measures());
        if let Some(harm) = &observation.harm
            && let Some(known) = measures.taxonomy(&self.author, &harm.taxonomy, &harm.version)
            && !known.categories.contains(&harm.category)
        {
            let author = &self.author;
            let says = format!(
                "{author}: {} is no category of {} {}, as registered by entry {}",
                harm.category, harm.taxonomy, harm.version, known.index
            );
            let finding = Finding::new(FindingCode::CategoryUnknown, author, [known.index, index], says);
            self.name(&harm.category, observation, finding);
        }
        if let (Some(metric), Some(value)) = (measures.metric(&self.author, &observation.metric), observation.value)
            && unit(value) != metric.unit
        {
            let author = &self.author;
            let says = format!(
                "{author}: {}: {value} is not of the kind that entry {} defines",
                observation.metric, metric.index
            );
            let finding = Finding::new(FindingCode::UnitMismatch, author, [metric.index, index], says);
            self.name(&observation.metric, observation, finding);
        }
        if let (Some(of), Some(value)) = (rounded_to(observation), observation.value)
            && !is_multiple(observation.value, of)
        {
            let author = &self.author;
            let says = format!(
                "{author}: {}: {value} is no multiple of {of}, to which it is said to be rounded",
                observation.metric
            );
            let finding = Finding::new(FindingCode::PrecisionContradictsValue, author, [index], says);
            self.name(&observation.metric, observation, finding);
        }
    }

    /// Holds what the document says of a figure, for the first time, against what it says of others.
    pub fn hold_to_others(
        &mut self,
        state: &State,
        observation: &Observation,
        (key, now): (Key, &Cell),
        figures: &Figures,
    ) {
        let (index, series) = (self.index, observation.series());
        let metric = state.measures().metric(&self.author, &observation.metric);
        if metric.is_some_and(|metric| metric.additive) {
            self.agreement.add(state, &self.speakers, observation, now);
        }
        let given = |key: Key| figures.find(key).filter(|cell| cell.last == index);
        // Whichever of the two comes later in the document is held against the other.
        if let Some(whole) = metric.and_then(|metric| metric.subset_of.as_ref()) {
            let whole_key = Key::of(&self.author, &Series { metric: whole, ..series });
            if let Some(cell) = given(whole_key) {
                let found = subset(&self.author, index, (&series, now), (whole, &cell));
                self.larger.extend(found.map(|finding| (key, whole_key, finding)));
            } else if self.awaited < MAX_AWAITING {
                self.awaited = self.awaited.saturating_add(1);
                self.awaiting.entry(whole_key).or_default().insert(observation.metric.clone());
            }
        }
        for part in self.awaiting.remove(&key).into_iter().flatten() {
            let series = Series { metric: &part, ..series };
            let part_key = Key::of(&self.author, &series);
            let found = given(part_key)
                .and_then(|cell| subset(&self.author, index, (&series, &cell), (&observation.metric, now)));
            self.larger.extend(found.map(|finding| (part_key, key, finding)));
        }
    }

    /// What is noticed of the document itself, now that it has been read.
    pub fn conflicts(&mut self) -> Vec<Finding> {
        let (author, index) = (&self.author, self.index);
        let disputed = |key: &Key| self.disputed.contains_key(key);
        let larger = std::mem::take(&mut self.larger);
        let larger = larger.into_iter().filter(|(part, whole, _)| !disputed(part) && !disputed(whole));
        let mut findings: Vec<Finding> = larger.map(|(_, _, finding)| finding).collect();
        findings.extend(std::mem::take(&mut self.named).into_values().map(|(figure, finding)| finding.of(figure)));
        for Said { figure, cells, .. } in self.disputed.values() {
            let mut said: Vec<String> = cells.iter().map(Cell::said).collect();
            said.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
            let says = format!("{author}: {figure}: {}, all in entry {index}", said.join(" and "));
            let (before, now) = (said.first().cloned(), said.last().cloned().unwrap_or_default());
            let figure = Figure { before, now, ..figure.clone() };
            findings.push(Finding::new(FindingCode::ConflictingFigures, author, [index], says).of(figure));
        }
        findings
    }

    /// Names a category or a metric, by the least of the figures for which it could be named.
    fn name(&mut self, label: &Label, observation: &Observation, finding: Finding) {
        let (place, figure) = ((finding.code, label.clone()), Figure::of(observation, None));
        if self.named.get(&place).is_none_or(|(known, _)| figure < *known) {
            self.named.insert(place, (figure, finding));
        }
        if self.named.len() > MAX_NAMED {
            self.named.pop_last();
        }
    }
}

/// What kind of figure a value is.
fn unit(value: Value) -> Unit {
    match value {
        Value::Integer(_) | Value::Range { .. } => Unit::Number,
        Value::Ratio { .. } | Value::RatioRange { .. } => Unit::Ratio,
        Value::Duration { .. } => Unit::Duration,
    }
}
