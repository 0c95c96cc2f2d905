//! The facts of the story, compiled in from `fixtures/story/`; its README says what is taken from where.

use candour::core::event::Observation;
use candour::core::event::observation::MAX_OBSERVATIONS;
use candour::core::event::table::{self, TableError};
use candour::core::event::{Attachment, Event};
use candour::core::hash::Hash;
use candour::core::json::{Count, List, Positive};
use candour::core::key::SecretKey;
use candour::core::text::{Label, Origin, Slug};
use candour::core::time::Time;
use serde::Deserialize;

use crate::failure::Failure;

const STORY: &str = include_str!("../../fixtures/story/story.toml");
const SIGNATORIES: &str = include_str!("../../fixtures/story/signatories.csv");
/// The figures by the report that published them.
const FIGURES: [(&str, &str); 2] = [
    ("2021-q2", include_str!("../../fixtures/story/cser-2021-q2.csv")),
    ("2021-q3", include_str!("../../fixtures/story/cser-2021-q3.csv")),
];
/// The files that statements attach.
const FILES: [(&str, &str); 2] = [
    ("2018-letter.txt", include_str!("../../fixtures/story/2018-letter.txt")),
    ("2021-letter.txt", include_str!("../../fixtures/story/2021-letter.txt")),
];

/// Who says what, and when.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    pub origin: Origin,
    /// How many authorities must sign to admit anybody.
    pub threshold: Positive,
    pub max_entries: Positive,
    pub max_seconds: Positive,
    pub operator: Named,
    pub authorities: Vec<Named>,
    pub platforms: Vec<Named>,
    pub chapters: Vec<Chapter>,
    /// Those who sign the letter of 2021.
    #[serde(skip)]
    pub signatories: Vec<Named>,
}

/// An actor of the story.
#[derive(Clone, Deserialize)]
pub struct Named {
    #[serde(alias = "slug")]
    pub id: Slug,
    pub name: Label,
}

/// What happens on one day; a checkpoint ends it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chapter {
    pub title: String,
    /// When the first entry is recorded.
    pub at: Time,
    /// Whether it opens the ledger.
    #[serde(default)]
    pub opens: bool,
    /// Who is admitted.
    #[serde(default)]
    pub enrols: Vec<Slug>,
    /// Whether all those who sign the letter of 2021 are, as far as they are new.
    #[serde(default)]
    pub enrols_signatories: bool,
    pub tells: Vec<String>,
    #[serde(default)]
    pub entries: Vec<Saying>,
}

/// What one actor says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saying {
    pub author: Slug,
    /// Whether all those who sign the letter of 2021 sign it too.
    #[serde(default)]
    pub cosigned_by_signatories: bool,
    /// What its receipt's file is called.
    pub receipt: Slug,
    /// A file of the story to attach.
    pub attach: Option<String>,
    /// The figures to disclose.
    pub figures: Option<String>,
    /// The event, but for figures and attachments.
    pub event: Event,
}

impl Story {
    /// Reads the facts.
    pub fn read() -> Result<Self, Failure> {
        let mut story: Self = toml::from_str(STORY).map_err(|error| broken("story.toml", error.message()))?;
        let rows = csv::Reader::from_reader(SIGNATORIES.as_bytes()).into_deserialize();
        story.signatories = rows.collect::<Result<_, _>>().map_err(|error| broken("signatories.csv", error))?;
        Ok(story)
    }

    /// Everybody who has a key, the operator first.
    pub fn everybody(&self) -> Vec<Named> {
        let others = self.authorities.iter().chain(&self.platforms).chain(&self.signatories);
        [&self.operator].into_iter().chain(others).cloned().collect()
    }
}

/// The key of an actor: it follows from the actor's name, so that everybody has it and the ledger is the same everywhere.
pub fn key_of(actor: &Slug) -> SecretKey {
    SecretKey::from_seed(&Hash::of(format!("candour demo: a public key of {actor}, worth nothing").as_bytes()).0)
}

/// The figures that a report published.
pub fn figures(report: &str) -> Result<List<Observation, MAX_OBSERVATIONS>, Failure> {
    let mut rows = Vec::new();
    let read = table::read(named(&FIGURES, report)?.as_bytes(), |row| {
        rows.push(row);
        Ok(())
    });
    read.map_err(|error: TableError| broken(report, error))?;
    List::new(rows).ok_or_else(|| broken(report, "too many figures for a statement"))
}

/// A file of the story, as a statement names it, and its bytes.
pub fn attachment(name: &str) -> Result<(Attachment, &'static [u8]), Failure> {
    let bytes = named(&FILES, name)?.as_bytes();
    let length = i64::try_from(bytes.len()).ok().and_then(Count::new);
    let attachment = Attachment {
        holds: None,
        length: length.ok_or_else(|| broken(name, "too long"))?,
        media_type: "text/plain".parse().map_err(|error| broken(name, error))?,
        name: name.parse().map_err(|error| broken(name, error))?,
        rows: None,
        sha256: Hash::of(bytes),
    };
    Ok((attachment, bytes))
}

fn named(files: &[(&str, &'static str)], name: &str) -> Result<&'static str, Failure> {
    let file = files.iter().find(|(file, _)| *file == name);
    file.map(|(_, text)| *text).ok_or_else(|| broken(name, "no such file in the story"))
}

/// The facts are compiled in: tests see to it that this is never met.
fn broken(what: &str, error: impl std::fmt::Display) -> Failure {
    Failure::unjudged(format!("the demo's own facts: {what}: {error}"))
}
