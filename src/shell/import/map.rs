//! A map as it is written: TOML, read strictly. What each key means is said in [`super`].

mod check;
mod source;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::MapError;
use super::notation::{Numbers, Table, one_line};
use super::number::Kind;
use crate::core::event::observation::Status;
use crate::core::json::Positive;
use crate::core::text::{Label, Slug};
use crate::core::time::Date;

pub(super) use source::{Otherwise, Source};

/// Bytes of a map, at most.
pub const MAX_MAP_BYTES: usize = 1 << 20;
/// Value columns of a map, at most.
pub const MAX_VALUES: usize = 512;
/// Skip rules of a map, at most.
pub const MAX_SKIPS: usize = 256;
/// How much of what the parser says an error repeats: it may name any key of the map, and all that it could have been.
const MESSAGE_CHARS: usize = 400;

/// How a published table becomes observations. See [`super`] for the keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    /// A line for people.
    pub(super) about: Label,
    family: Option<Slug>,
    #[serde(default)]
    sources: Vec<String>,
    pub(super) service: Option<Source>,
    pub(super) metric: Option<Source>,
    pub(super) jurisdiction: Option<Source>,
    pub(super) age_band: Option<Source>,
    pub(super) detection: Option<Source>,
    pub(super) outcome: Option<Source>,
    pub(super) period: Option<Source>,
    pub(super) status: Option<Source>,
    pub(super) harm: Option<HarmSource>,
    #[serde(default)]
    pub(super) table: Table,
    #[serde(default)]
    pub(super) numbers: Numbers,
    #[serde(default)]
    pub(super) statuses: BTreeMap<String, Status>,
    #[serde(default)]
    pub(super) marks: BTreeMap<String, Status>,
    #[serde(default)]
    pub(super) skip: Vec<Skip>,
    pub(super) value: Vec<ValueColumn>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HarmSource {
    pub(super) taxonomy: Slug,
    version: Option<Label>,
    #[serde(default)]
    pub(super) versions: Vec<Version>,
    pub(super) category: Source,
}

/// A taxonomy's version, for periods that end by a day.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Version {
    pub(super) version: Label,
    pub(super) until: Option<Date>,
    #[serde(default)]
    pub(super) categories: Vec<String>,
}

/// Rows that are no observations.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Skip {
    pub(super) name: Label,
    pub(super) column: Option<String>,
    #[serde(default)]
    pub(super) is: Vec<String>,
    #[serde(default)]
    pub(super) starts_with: Vec<String>,
    #[serde(default)]
    pub(super) empty: bool,
}

/// A column with figures, and what is said of them alone.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ValueColumn {
    pub(super) column: String,
    pub(super) kind: Source,
    #[serde(default)]
    pub(super) inexact: Inexact,
    #[serde(default)]
    pub(super) skip: Vec<String>,
    pub(super) rounded_to: Option<Positive>,
    pub(super) service: Option<Source>,
    pub(super) metric: Option<Source>,
    pub(super) jurisdiction: Option<Source>,
    pub(super) age_band: Option<Source>,
    pub(super) detection: Option<Source>,
    pub(super) outcome: Option<Source>,
    pub(super) period: Option<Source>,
    pub(super) status: Option<Source>,
    pub(super) harm: Option<HarmSource>,
}

/// What becomes of a number that the format cannot hold exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Inexact {
    #[default]
    Error,
    Round,
}

impl Map {
    /// Reads a map.
    ///
    /// # Errors
    /// `map-malformed`, with the line or the key.
    pub fn parse(text: &str) -> Result<Self, MapError> {
        let unplaced = |says: String| MapError { line: None, key: None, says };
        if text.len() > MAX_MAP_BYTES {
            return Err(unplaced(format!("expected at most {MAX_MAP_BYTES} bytes")));
        }
        let mut map: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.map(|before| before.matches('\n').count() + 1);
            let says = error.message().trim_end().replace('\n', ", ");
            MapError { line, ..unplaced(says.chars().take(MESSAGE_CHARS).collect()) }
        })?;
        map.check()?;
        // As the cells that they are compared with.
        let one_lines = |texts: &mut Vec<String>| texts.iter_mut().for_each(|text| *text = one_line(text));
        map.statuses = map.statuses.into_iter().map(|(text, status)| (one_line(&text), status)).collect();
        map.marks = map.marks.into_iter().map(|(mark, status)| (one_line(&mark), status)).collect();
        map.value.iter_mut().for_each(|value| one_lines(&mut value.skip));
        map.skip.iter_mut().for_each(|skip| one_lines(&mut skip.is));
        for harm in map.harm.iter_mut().chain(map.value.iter_mut().filter_map(|value| value.harm.as_mut())) {
            if let Some(version) = harm.version.take() {
                harm.versions = vec![Version { version, until: None, categories: Vec::new() }];
            }
        }
        Ok(map)
    }

    /// What the map is for, in a line.
    pub fn about(&self) -> &Label {
        &self.about
    }

    /// What a disclosure of several services is about, where the import does not say.
    pub fn family(&self) -> Option<&Slug> {
        self.family.as_ref()
    }

    /// Where its facts are from.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// Whether its table is written with tabs between the cells.
    pub fn is_tabbed(&self) -> bool {
        self.table.delimiter == '\t'
    }
}

pub(super) fn kind(text: &str) -> Option<Kind> {
    serde_json::from_value(text.into()).ok()
}

pub(super) fn status_of(text: &str) -> Option<Status> {
    serde_json::from_value(text.into()).ok()
}

#[cfg(test)]
mod tests;
