//! Whether the figures of one document agree with each other: parts with their whole, totals with their parts.
//!
//! Only figures of metrics that are defined are held against each other, and only whole numbers of things. A value that
//! was rounded to a multiple of n may be off by half of n.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::figures::{Cell, Figures, Key};
use super::{Figure, Finding, FindingCode};
use crate::core::event::observation::{Observation, Series};
use crate::core::state::State;
use crate::core::text::{Label, Slug};

/// Wholes of one document whose parts are added up; of any more nothing is noticed.
pub const MAX_WHOLES: usize = 131_072;

/// What the parts of totals come to, in the document being read.
#[derive(Clone, Debug, Default)]
pub(super) struct Agreement {
    wholes: BTreeMap<(Key, Whole), Parts>,
    /// The service of which each is registered as a part.
    parents: BTreeMap<Slug, Option<Slug>>,
}

/// By what a whole is divided into parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Whole {
    AgeBand,
    Detection,
    /// Categories of one version of one taxonomy.
    Harm(Slug, Label),
    /// Countries. That they are all of them nobody says: so they may come to less.
    Jurisdiction,
    Outcome,
    Service(Slug),
}

/// The parts of one whole.
#[derive(Clone, Debug, Default)]
struct Parts {
    sum: i128,
    /// Twice what rounding allows the sum to be off by.
    slack: u128,
    /// The same of parts that were rounded to 0: they can only be more.
    slack_of_zeros: u128,
    count: u64,
    /// How many of them are numbers.
    numbers: u64,
    negative: bool,
    /// Whether the document says two things of one of them.
    disputed: bool,
    /// The largest part; of several, that of the least figure.
    largest: Option<Part>,
}

#[derive(Clone, Debug)]
struct Part {
    value: i64,
    rounded_to: u64,
    figure: Arc<Figure>,
}

impl Agreement {
    /// Takes what a document says, for the first time, of a figure of a metric that adds up.
    pub fn add(&mut self, state: &State, speakers: &[Slug], observation: &Observation, cell: &Cell) {
        let wholes = self.wholes_of(state, speakers, observation);
        if wholes.is_empty() {
            return;
        }
        let value = cell.integer();
        let figure = Arc::new(Figure::of(observation, None));
        for place in wholes {
            if self.wholes.len() >= MAX_WHOLES && !self.wholes.contains_key(&place) {
                continue;
            }
            let parts = self.wholes.entry(place).or_default();
            parts.count = parts.count.saturating_add(1);
            if let Some(value) = value {
                parts.add(Part { value, rounded_to: cell.rounded_to, figure: Arc::clone(&figure) });
            }
        }
    }

    /// The document says another thing of a part: its wholes cannot be judged.
    pub fn dispute(&mut self, state: &State, speakers: &[Slug], observation: &Observation) {
        for place in self.wholes_of(state, speakers, observation) {
            if let Some(parts) = self.wholes.get_mut(&place) {
                parts.disputed = true;
            }
        }
    }

    /// Holds the parts against the totals that the same document gives.
    pub fn settle(self, figures: &Figures, author: &Slug, index: u64) -> Vec<Finding> {
        let judge = |((total, whole), parts): ((Key, Whole), Parts)| {
            let cell = figures.find(total).filter(|cell| cell.last == index && !parts.disputed)?;
            let (value, largest) = (cell.integer()?, parts.largest.as_ref()?);
            let negative = parts.negative || value < 0;
            if !negative && exceeds(largest.value, largest.rounded_to, value, cell.rounded_to) {
                return Some(larger(author, index, &whole, largest, value));
            }
            parts.mismatch(cell.rounded_to, value, whole.is_closed()).then(|| {
                let figure = Figure { now: value.to_string(), ..whole.figure(&largest.figure, parts.sum) };
                let says = format!(
                    "{author}: {figure}: {} parts {} come to {}, their total is given as {value}",
                    parts.numbers,
                    whole.words(),
                    parts.sum,
                );
                Finding::new(FindingCode::TotalMismatch, author, [index], says).of(figure)
            })
        };
        self.wholes.into_iter().filter_map(judge).collect()
    }

    /// The wholes of which an observation gives a part.
    fn wholes_of(&mut self, state: &State, speakers: &[Slug], observation: &Observation) -> Vec<(Key, Whole)> {
        let (Some(author), series) = (speakers.first(), observation.series()) else { return Vec::new() };
        let parent =
            self.parents.entry(series.service.clone()).or_insert_with(|| parent(state, speakers, series.service));
        let wholes = wholes(&series, parent.as_ref());
        wholes.into_iter().map(|(whole, total)| (Key::of(author, &total), whole)).collect()
    }
}

impl Parts {
    fn add(&mut self, part: Part) {
        self.numbers = self.numbers.saturating_add(1);
        self.negative |= part.value < 0;
        self.sum = self.sum.saturating_add(part.value.into());
        let slack = if part.value == 0 { &mut self.slack_of_zeros } else { &mut self.slack };
        *slack = slack.saturating_add(part.rounded_to.into());
        let larger = |known: &Part| (part.value, &*known.figure) > (known.value, &*part.figure);
        if self.largest.as_ref().is_none_or(larger) {
            self.largest = Some(part);
        }
    }

    /// Whether the parts do not come to a total, beyond rounding. Where some are not numbers, or others may not be listed,
    /// they can only come to more than they should.
    fn mismatch(&self, rounded_to: u64, total: i64, closed: bool) -> bool {
        let more = self.sum > total.into();
        let complete = closed && self.count > 1 && self.numbers == self.count;
        if !complete && (!more || self.negative || total < 0) {
            return false;
        }
        let zeros = if more && !self.negative { 0 } else { self.slack_of_zeros };
        let slack = self.slack.saturating_add(zeros).saturating_add(rounded_to.into());
        self.sum.abs_diff(total.into()).saturating_mul(2) > slack
    }
}

fn larger(author: &Slug, index: u64, whole: &Whole, part: &Part, total: i64) -> Finding {
    let value = part.value;
    let (now, before) = (value.to_string(), Some(total.to_string()));
    let figure = Figure { now, before, by: Some(whole.by()), ..Figure::clone(&part.figure) };
    let says = format!("{author}: {figure}: {value} is more than the {total} of its whole {}", whole.words());
    Finding::new(FindingCode::PartExceedsWhole, author, [index], says).of(figure)
}

/// Whether a number is more than another, however each was rounded.
fn exceeds(part: i64, part_rounded_to: u64, whole: i64, whole_rounded_to: u64) -> bool {
    let more = i128::from(part) - i128::from(whole);
    more > 0 && more * 2 > i128::from(part_rounded_to) + i128::from(whole_rounded_to)
}

/// A figure counts a part of what another counts, and is more than it.
pub(super) fn subset(author: &Slug, index: u64, part: (&Series<'_>, &Cell), whole: (&Label, &Cell)) -> Option<Finding> {
    let (series, cell) = part;
    let (metric, other) = whole;
    let (value, most) = (cell.integer()?, other.integer()?);
    if most < 0 || !exceeds(value, cell.rounded_to, most, other.rounded_to) {
        return None;
    }
    let by = Some(metric.to_string());
    let figure = Figure { by, ..Figure::of_series(series, Some(most.to_string()), value.to_string()) };
    let says =
        format!("{author}: {figure}: {value} is more than the {most} of {metric}, of which it is defined to be a part");
    Some(Finding::new(FindingCode::PartExceedsWhole, author, [index], says).of(figure))
}

/// The series of each whole of which a series is a part.
fn wholes<'a>(series: &Series<'a>, parent: Option<&'a Slug>) -> Vec<(Whole, Series<'a>)> {
    let country = series.jurisdiction.is_some_and(|place| place.as_str().len() == 2 && place.as_str() != "EU");
    let parts = [
        series.age_band.map(|_| (Whole::AgeBand, Series { age_band: None, ..*series })),
        series.detection.map(|_| (Whole::Detection, Series { detection: None, ..*series })),
        series
            .harm
            .map(|harm| (Whole::Harm(harm.taxonomy.clone(), harm.version.clone()), Series { harm: None, ..*series })),
        country.then_some((Whole::Jurisdiction, Series { jurisdiction: None, ..*series })),
        series.outcome.map(|_| (Whole::Outcome, Series { outcome: None, ..*series })),
        parent.map(|service| (Whole::Service(service.clone()), Series { service, ..*series })),
    ];
    parts.into_iter().flatten().collect()
}

/// The service of which a service is registered as a part, by the author or by those whose place it took, as figures name
/// it.
fn parent(state: &State, speakers: &[Slug], service: &Slug) -> Option<Slug> {
    let known = |speaker: &Slug| state.services().find(&format!("{speaker}/{service}").parse().ok()?);
    speakers.iter().find_map(known)?.part_of.as_ref()?.name().parse().ok()
}

impl Whole {
    /// Whether the parts that are listed are all that there are.
    fn is_closed(&self) -> bool {
        *self != Self::Jurisdiction
    }

    /// The whole's own figure, from that of a part.
    fn figure(&self, part: &Figure, sum: i128) -> Figure {
        let mut figure = Figure { before: Some(sum.to_string()), by: Some(self.by()), ..part.clone() };
        match self {
            Self::AgeBand => figure.age_band = None,
            Self::Detection => figure.detection = None,
            Self::Harm(..) => (figure.category, figure.taxonomy, figure.version) = (None, None, None),
            Self::Jurisdiction => figure.jurisdiction = None,
            Self::Outcome => figure.outcome = None,
            Self::Service(whole) => figure.service = whole.clone(),
        }
        figure
    }

    /// The field of an observation by which it is divided; of a harm, with its taxonomy and version.
    fn by(&self) -> String {
        match self {
            Self::AgeBand => "age_band".to_owned(),
            Self::Detection => "detection".to_owned(),
            Self::Harm(taxonomy, version) => format!("harm {taxonomy} {version}"),
            Self::Jurisdiction => "jurisdiction".to_owned(),
            Self::Outcome => "outcome".to_owned(),
            Self::Service(_) => "service".to_owned(),
        }
    }

    fn words(&self) -> &'static str {
        match self {
            Self::AgeBand => "by age band",
            Self::Detection => "by detection",
            Self::Harm(..) => "by category of harm",
            Self::Jurisdiction => "by country",
            Self::Outcome => "by outcome",
            Self::Service(_) => "by service",
        }
    }
}
