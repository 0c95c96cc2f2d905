//! Findings: what the replay noticed that no rule forbids. FORMAT.md, section 8.
//!
//! They are worded neutrally and carry the indices that prove them. They never make a verdict false: the ledger must be
//! able to hold a wrong number. [`Noticing`] takes the entries and observations in order and hands findings over as they
//! arise; what it remembers grows with the figures and the documents published, not with how often they are, and goes to a
//! [`Scratch`](super::shelf::Scratch) where it has one.

mod agreement;
mod blocks;
mod claims;
mod code;
mod document;
mod figures;
mod filed;
mod noticing;
mod obligations;
mod peers;
mod periods;
mod punctuality;
mod reply;

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use super::event::observation::{Observation, Series};
use super::hash::Hash;
use super::json;
use super::text::{DocumentId, Jurisdiction, Label, Slug};
use super::time::Period;

pub use agreement::MAX_WHOLES;
pub use blocks::{MAX_NUMBERS, MIN_BLOCK, MIN_DIFFERENT};
pub use code::{FindingCode, Severity};
pub use document::{MAX_AWAITING, MAX_NAMED, MAX_SAID};
pub use noticing::Noticing;
pub use peers::{MAX_HELD, MAX_PEERS, MIN_PEERS, UNIT_FACTOR};
pub use periods::{EVERYWHERE_SECONDS, MAX_DUE, MAX_PERIODS};
pub use reply::{Replies, Reply};

/// Something noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub code: FindingCode,
    /// Whom it is about: who may reply to it.
    pub actor: Option<Slug>,
    /// The entries that prove it, in order.
    pub entries: Vec<u64>,
    /// The figure it is about.
    pub figure: Option<Box<Figure>>,
    /// The request and the item it is about.
    pub item: Option<Box<(DocumentId, Slug)>>,
    /// The service and the period of the reports that it is about.
    pub report: Option<Box<(Slug, Period)>>,
    /// What was noticed, in neutral words.
    pub says: String,
}

/// The figure that a finding is about, and what was said of it, as people read it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[allow(missing_docs, reason = "the fields of an observation")]
pub struct Figure {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_band: Option<Label>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Label>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detection: Option<Label>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jurisdiction: Option<Jurisdiction>,
    pub metric: Label,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Label>,
    pub period: Period,
    pub service: Slug,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxonomy: Option<Slug>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Label>,
    /// What was expected, or said before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Where parts are held against a whole: the dimension by which it is divided, or the metric of which they count a
    /// part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What was said.
    pub now: String,
}

impl Finding {
    fn new(code: FindingCode, actor: &Slug, entries: impl Into<Vec<u64>>, says: String) -> Self {
        Self { code, actor: Some(actor.clone()), entries: entries.into(), figure: None, item: None, report: None, says }
    }

    fn on(mut self, service: &Slug, period: Period) -> Self {
        self.report = Some(Box::new((service.clone(), period)));
        self
    }

    fn of(mut self, figure: Figure) -> Self {
        self.figure = Some(Box::new(figure));
        self
    }

    /// How much it matters.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// What tells it from every other finding on the ledger, whatever its wording: the SHA-256 of the canonical JSON of its
    /// `actor`, `code`, `entries`, `figure`, `item`, `period`, `request` and `service`, those that it has.
    pub fn id(&self) -> Hash {
        #[derive(Serialize)]
        struct Identity<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            actor: Option<&'a Slug>,
            code: FindingCode,
            entries: &'a [u64],
            #[serde(skip_serializing_if = "Option::is_none")]
            figure: Option<&'a Figure>,
            #[serde(skip_serializing_if = "Option::is_none")]
            item: Option<&'a Slug>,
            #[serde(skip_serializing_if = "Option::is_none")]
            period: Option<&'a Period>,
            #[serde(skip_serializing_if = "Option::is_none")]
            request: Option<&'a DocumentId>,
            #[serde(skip_serializing_if = "Option::is_none")]
            service: Option<&'a Slug>,
        }
        let (request, item) = self.item.as_deref().map(|(request, item)| (request, item)).unzip();
        let (service, period) = self.report.as_deref().map(|(service, period)| (service, period)).unzip();
        let identity = Identity {
            actor: self.actor.as_ref(),
            code: self.code,
            entries: &self.entries,
            figure: self.figure.as_deref(),
            item,
            period,
            request,
            service,
        };
        json::encode(&identity).map_or(Hash::ZERO, |bytes| Hash::of(&bytes))
    }
}

impl Figure {
    /// Of an observation, and what it says.
    pub fn of(observation: &Observation, before: Option<String>) -> Self {
        Self::of_series(&observation.series(), before, said(observation))
    }

    fn of_series(series: &Series<'_>, before: Option<String>, now: String) -> Self {
        Self {
            age_band: series.age_band.cloned(),
            category: series.harm.map(|harm| harm.category.clone()),
            detection: series.detection.cloned(),
            jurisdiction: series.jurisdiction.cloned(),
            metric: series.metric.clone(),
            outcome: series.outcome.cloned(),
            period: *series.period,
            service: series.service.clone(),
            taxonomy: series.harm.map(|harm| harm.taxonomy.clone()),
            version: series.harm.map(|harm| harm.version.clone()),
            before,
            by: None,
            now,
        }
    }
}

/// As people read it: `video, Child nudity, GB, 13-17, reports, 2025-Q4`.
impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let jurisdiction = self.jurisdiction.as_ref().map(Jurisdiction::as_str);
        let labels = [&self.category, &self.age_band, &self.detection, &self.outcome];
        let labels = labels.into_iter().flatten().map(Label::as_str);
        write!(f, "{}", self.service)?;
        labels.chain(jurisdiction).try_for_each(|word| write!(f, ", {word}"))?;
        write!(f, ", {}, {}", self.metric, self.period)
    }
}

/// What an observation says: its value, or the reason why there is none.
fn said(observation: &Observation) -> String {
    observation.value.map_or_else(|| observation.status.as_str().replace('_', " "), |value| value.to_string())
}

/// As in every JSON of this software: the fields, and the message that people read.
impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (request, item) = self.item.as_deref().map(|(request, item)| (request, item)).unzip();
        let (service, period) = self.report.as_deref().map(|(service, period)| (service, period)).unzip();
        let mut object = serializer.serialize_struct("Finding", 11)?;
        object.serialize_field("id", &self.id())?;
        object.serialize_field("code", &self.code)?;
        object.serialize_field("severity", &self.severity())?;
        object.serialize_field("actor", &self.actor)?;
        object.serialize_field("entries", &self.entries)?;
        object.serialize_field("figure", &self.figure)?;
        object.serialize_field("request", &request)?;
        object.serialize_field("item", &item)?;
        object.serialize_field("service", &service)?;
        object.serialize_field("period", &period)?;
        object.serialize_field("says", &self.says)?;
        object.end()
    }
}

#[cfg(test)]
mod tests;
