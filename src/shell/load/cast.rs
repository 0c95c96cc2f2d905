//! Who speaks on a generated ledger, with which keys, and in which words.

use std::sync::Arc;

use super::LoadError;
use super::chance::Chance;
use crate::core::event::observation::{Harm, Observation};
use crate::core::json::Count;
use crate::core::key::{PublicKey, SecretKey};
use crate::core::text::{DocumentId, Jurisdiction, Label, Slug};
use crate::core::time::Period;

/// Authorities that found the ledger.
pub(super) const AUTHORITIES: usize = 3;
/// Charities.
pub(super) const CHARITIES: usize = 8;
/// Of how many platforms one has two keys and files more than the others.
pub(super) const ONE_IN_LARGE: usize = 4;
/// The services of each platform.
pub(super) const SERVICES: [&str; 4] = ["video", "messages", "photos", "groups"];
/// What is counted, and in what: see [`MetricKind`].
pub(super) const METRICS: [(&str, MetricKind); 6] = [
    ("reports", MetricKind::Number),
    ("actioned", MetricKind::Number),
    ("removed", MetricKind::Number),
    ("appeals", MetricKind::Number),
    ("median time to act", MetricKind::Duration),
    ("found before a report", MetricKind::Ratio),
];
/// The taxonomy that an authority registers, and its version.
pub(super) const TAXONOMY: (&str, &str) = ("harms", "1");
/// Its categories.
pub(super) const CATEGORIES: [&str; 8] =
    ["Grooming", "CSAM", "Bullying", "Self-harm", "Violence", "Hate speech", "Drugs", "Eating disorders"];
/// How content is found, where a figure is broken down by it.
pub(super) const DETECTIONS: [&str; 2] = ["proactive", "reported"];
/// The countries that figures are given for.
pub(super) const COUNTRIES: &str = "AT AU BE BG BR CA CH CL CO CY CZ DE DK EE ES FI FR GB GR HR HU ID IE IN IS IT JP KE \
                                    KR LT LU LV MT MX NG NL NO NZ PE PH PL PT RO SE SI SK US ZA";
/// The first year that figures are given for, and how many years: their quarters.
const YEARS: std::ops::Range<u32> = 2011..2021;

/// What the figures of a metric are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MetricKind {
    Number,
    Duration,
    Ratio,
}

/// A key, with what it costs most to know of it.
#[derive(Debug)]
pub(super) struct Key {
    pub secret: SecretKey,
    pub public: PublicKey,
}

/// A key in somebody's hand, with the counter of its next statement.
#[derive(Clone, Debug)]
pub(super) struct Pen {
    pub key: Arc<Key>,
    pub nth: Count,
}

/// Somebody who speaks.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    pub id: Slug,
    pub pens: Vec<Pen>,
    /// How many documents it has named.
    pub documents: u64,
}

/// A platform, and what it needs to remember for what it will say.
#[derive(Clone, Debug)]
pub(super) struct Platform {
    pub actor: Actor,
    /// How many figures it has given of each service.
    pub filed: [u64; SERVICES.len()],
    /// Its last disclosure, unless it was corrected or retracted since.
    pub last: Option<(DocumentId, Observation)>,
}

/// Everybody.
#[derive(Debug)]
pub(super) struct Cast {
    pub operator: Actor,
    pub authorities: Vec<Actor>,
    pub charities: Vec<Actor>,
    pub platforms: Vec<Platform>,
    /// How many keys were made.
    keys: u64,
}

/// The words of figures, each parsed once.
#[derive(Debug)]
pub(super) struct Words {
    pub services: Vec<Slug>,
    pub metrics: Vec<(Label, MetricKind)>,
    pub harms: Vec<Harm>,
    pub detections: Vec<Option<Label>>,
    pub countries: Vec<Jurisdiction>,
    pub periods: Vec<Period>,
    pub subject: Label,
}

impl Actor {
    /// The name of its next document.
    pub fn name(&mut self, kind: char) -> Result<DocumentId, LoadError> {
        self.documents = self.documents.saturating_add(1);
        Ok(format!("{}/{kind}-{}", self.id, self.documents).parse()?)
    }
}

impl Cast {
    /// So many platforms, each with one key until it has more.
    pub fn new(chance: &Chance, platforms: usize) -> Result<Self, LoadError> {
        let mut keys = 0;
        let mut actor = |id: String| -> Result<Actor, LoadError> {
            keys += 1;
            let pen = Pen { key: Arc::new(Key::new(chance.key(keys))?), nth: Count::ZERO };
            Ok(Actor { id: id.parse()?, pens: vec![pen], documents: 0 })
        };
        let operator = actor("operator".to_owned())?;
        let authorities = (1..=AUTHORITIES).map(|n| actor(format!("authority-{n}"))).collect::<Result<_, _>>()?;
        let charities = (1..=CHARITIES).map(|n| actor(format!("charity-{n}"))).collect::<Result<_, _>>()?;
        let platform = |actor| Platform { actor, filed: [0; SERVICES.len()], last: None };
        let platforms =
            (1..=platforms).map(|n| actor(format!("platform-{n}")).map(platform)).collect::<Result<_, _>>()?;
        Ok(Self { operator, authorities, charities, platforms, keys })
    }

    /// One more key.
    pub fn key(&mut self, chance: &Chance) -> Result<Arc<Key>, LoadError> {
        self.keys = self.keys.saturating_add(1);
        Ok(Arc::new(Key::new(chance.key(self.keys))?))
    }
}

impl Key {
    fn new(secret: SecretKey) -> Result<Self, LoadError> {
        let public = secret.public()?;
        Ok(Self { secret, public })
    }
}

impl Words {
    pub fn new() -> Result<Self, LoadError> {
        let harm = |category: &str| -> Result<Harm, LoadError> {
            Ok(Harm { category: category.parse()?, taxonomy: TAXONOMY.0.parse()?, version: TAXONOMY.1.parse()? })
        };
        let quarters = YEARS.flat_map(|year| (1..=4).map(move |quarter| format!("{year}-Q{quarter}")));
        let detections = DETECTIONS.iter().map(|word| word.parse().map(Some));
        Ok(Self {
            services: SERVICES.iter().map(|service| service.parse()).collect::<Result<_, _>>()?,
            metrics: METRICS
                .iter()
                .map(|(metric, kind)| Ok((metric.parse()?, *kind)))
                .collect::<Result<_, LoadError>>()?,
            harms: CATEGORIES.into_iter().map(harm).collect::<Result<_, _>>()?,
            detections: [Ok(None)].into_iter().chain(detections).collect::<Result<_, _>>()?,
            countries: COUNTRIES.split_whitespace().map(str::parse).collect::<Result<_, _>>()?,
            periods: quarters.map(|quarter| Period::parse(&quarter)).collect::<Result<_, _>>()?,
            subject: "Transparency report".parse()?,
        })
    }
}
