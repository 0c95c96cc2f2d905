//! The series of a platform that was restated most, as each report gave it.

use std::collections::BTreeMap;

use crate::core::event::{Observation, Value};
use crate::core::finding::{Figure, Finding, FindingCode};
use crate::core::text::{Jurisdiction, Label, Slug};
use crate::core::time::Period;

/// What a figure is a figure of, whatever its period.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Series {
    service: Slug,
    category: Option<Label>,
    taxonomy: Option<Slug>,
    version: Option<Label>,
    age_band: Option<Label>,
    detection: Option<Label>,
    outcome: Option<Label>,
    jurisdiction: Option<Jurisdiction>,
    metric: Label,
}

/// What an entry says of one period of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Point {
    pub entry: u64,
    pub period: Period,
    /// None where it gives no figure.
    pub value: Option<Value>,
    /// The figure, or the reason why there is none.
    pub said: String,
    /// Whether it is in a correction.
    pub corrects: bool,
}

/// The series, with all that was said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Restated {
    pub series: Series,
    pub points: Vec<Point>,
}

/// Counts restatements by series, or gathers the one that was chosen.
#[derive(Clone, Debug, Default)]
pub(super) struct Figures {
    wanted: bool,
    /// How often each series was restated, by a correction or without one. It grows with those.
    counts: BTreeMap<Series, u64>,
    chosen: Option<Restated>,
}

impl Figures {
    pub fn wanted() -> Self {
        Self { wanted: true, ..Self::default() }
    }

    /// The same, from the beginning.
    pub fn again(&self) -> Self {
        Self { wanted: self.wanted, ..Self::default() }
    }

    /// Gathers the series that was restated most, the first by name of several; none if none was, or one is chosen.
    pub fn chosen(&self) -> Option<Self> {
        if !self.wanted || self.chosen.is_some() {
            return None;
        }
        let most = self.counts.values().max()?;
        let (series, _) = self.counts.iter().find(|(_, count)| *count == most)?;
        let chosen = Some(Restated { series: series.clone(), points: Vec::new() });
        Some(Self { wanted: true, counts: BTreeMap::new(), chosen })
    }

    pub fn restated(self) -> Option<Restated> {
        self.chosen
    }

    pub fn observe(&mut self, entry: u64, corrects: bool, observation: &Observation) {
        match &mut self.chosen {
            Some(chosen) if chosen.series == Series::of(observation) => chosen.points.push(Point {
                entry,
                period: observation.period,
                value: observation.value,
                said: observation
                    .value
                    .map_or_else(|| super::words::plain(observation.status.as_str()), |value| value.to_string()),
                corrects,
            }),
            None if self.wanted && corrects => self.count(Series::of(observation)),
            _ => {}
        }
    }

    pub fn noticed(&mut self, finding: &Finding) {
        if let (true, None, FindingCode::SilentRestatement, Some(figure)) =
            (self.wanted, &self.chosen, finding.code, &finding.figure)
        {
            self.count(Series::of_figure(figure));
        }
    }

    fn count(&mut self, series: Series) {
        let count = self.counts.entry(series).or_default();
        *count = count.saturating_add(1);
    }
}

impl Series {
    pub(super) fn of(observation: &Observation) -> Self {
        let harm = observation.harm.as_ref();
        Self {
            service: observation.service.clone(),
            category: harm.map(|harm| harm.category.clone()),
            taxonomy: harm.map(|harm| harm.taxonomy.clone()),
            version: harm.map(|harm| harm.version.clone()),
            age_band: observation.age_band.clone(),
            detection: observation.detection.clone(),
            outcome: observation.outcome.clone(),
            jurisdiction: observation.jurisdiction.clone(),
            metric: observation.metric.clone(),
        }
    }

    fn of_figure(figure: &Figure) -> Self {
        Self {
            service: figure.service.clone(),
            category: figure.category.clone(),
            taxonomy: figure.taxonomy.clone(),
            version: figure.version.clone(),
            age_band: figure.age_band.clone(),
            detection: figure.detection.clone(),
            outcome: figure.outcome.clone(),
            jurisdiction: figure.jurisdiction.clone(),
            metric: figure.metric.clone(),
        }
    }
}

/// As people read it: `video, Child nudity, GB, 13-17, reports`.
impl std::fmt::Display for Series {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let labels = [&self.category, &self.age_band, &self.detection, &self.outcome];
        let words = labels.into_iter().flatten().map(Label::as_str);
        write!(f, "{}", self.service)?;
        words.chain(self.jurisdiction.as_ref().map(Jurisdiction::as_str)).try_for_each(|word| write!(f, ", {word}"))?;
        write!(f, ", {}", self.metric)
    }
}

impl Restated {
    /// The points by entry, each entry's by period: what each report said.
    pub fn reports(&self) -> Vec<&[Point]> {
        self.points.chunk_by(|one, other| one.entry == other.entry).collect()
    }

    /// For each point the one before, of the same period, if it replaces that by another figure.
    pub fn replaced(&self) -> Vec<Option<&Point>> {
        let mut last: BTreeMap<Period, &Point> = BTreeMap::new();
        let before =
            self.points.iter().map(|point| last.insert(point.period, point).filter(|before| before.differs(point)));
        before.collect()
    }
}

impl Point {
    fn differs(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Some(one), Some(other)) => !one.same_figure(other),
            (None, None) => self.said != other.said,
            _ => true,
        }
    }
}
