//! A map as it is written: TOML, read strictly. What each key means is said in [`super`].

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

use super::error::MapError;
use super::number::Kind;
use super::period::{Format, MAX_FORMATS};
use super::rows::one_line;
use crate::core::event::observation::Status;
use crate::core::json::Positive;
use crate::core::text::{Jurisdiction, Label, Slug};
use crate::core::time::{Date, Period};

/// Bytes of a map, at most.
pub const MAX_MAP_BYTES: usize = 1 << 20;
/// Bytes of a row of a table, at most.
pub const MAX_ROW_BYTES: usize = 1 << 20;
/// Lines before the header, at most.
pub const MAX_SKIPPED_LINES: u64 = 1_000;
/// Columns of a table, at most.
pub const MAX_COLUMNS: usize = 4_096;
/// Value columns of a map, at most.
pub const MAX_VALUES: usize = 512;
/// Skip rules of a map, at most.
pub const MAX_SKIPS: usize = 256;

/// How a published table becomes observations. See [`super`] for the keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    /// A line for people.
    pub(super) about: Label,
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

/// How the table is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Table {
    pub(super) delimiter: char,
    pub(super) quotes: bool,
    pub(super) skip_lines: u64,
}

/// How its numbers are written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Numbers {
    pub(super) decimal: char,
    pub(super) thousands: Option<char>,
    pub(super) words: BTreeMap<String, Positive>,
}

/// Where a dimension's text comes from.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    pub(super) constant: Option<String>,
    pub(super) columns: Vec<String>,
    pub(super) join: String,
    pub(super) lookup: BTreeMap<String, String>,
    pub(super) otherwise: Otherwise,
    pub(super) default: Option<String>,
    pub(super) fill_down: bool,
    pub(super) under: Vec<String>,
    pub(super) blank: Vec<String>,
    pub(super) formats: Vec<Format>,
}

/// What becomes of a text that the lookup does not list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Otherwise {
    #[default]
    Error,
    Keep,
    Slugify,
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

impl Default for Table {
    fn default() -> Self {
        Self { delimiter: ',', quotes: true, skip_lines: 0 }
    }
}

impl Default for Numbers {
    fn default() -> Self {
        Self { decimal: '.', thousands: None, words: BTreeMap::new() }
    }
}

/// A source as a table of keys.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    constant: Option<String>,
    column: Option<String>,
    columns: Vec<String>,
    join: Option<String>,
    lookup: BTreeMap<String, String>,
    otherwise: Option<Otherwise>,
    default: Option<String>,
    fill_down: bool,
    under: Vec<String>,
    blank: Vec<String>,
    format: Vec<String>,
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Source;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text that always holds, or a table such as { column = \"Name\" }")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Source, E> {
                Ok(Source { constant: Some(text.to_owned()), ..Source::default() })
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
                let written = Written::deserialize(de::value::MapAccessDeserializer::new(map))?;
                written.source().map_err(de::Error::custom)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl Written {
    fn source(self) -> Result<Source, String> {
        let named = usize::from(self.constant.is_some())
            + usize::from(self.column.is_some())
            + usize::from(!self.columns.is_empty());
        if named != 1 {
            return Err("expected exactly one of constant, column and columns".to_owned());
        }
        let refines = !self.lookup.is_empty()
            || self.otherwise.is_some()
            || self.default.is_some()
            || self.fill_down
            || !self.blank.is_empty();
        if self.constant.is_some() && (refines || !self.under.is_empty() || self.join.is_some()) {
            return Err("expected a column where there is lookup, otherwise, default, blank, fill_down, under or join"
                .to_owned());
        }
        if self.otherwise.is_some() && self.default.is_some() {
            return Err("expected one of otherwise and default, not both".to_owned());
        }
        if self.format.len() > MAX_FORMATS {
            return Err(format!("expected at most {MAX_FORMATS} formats"));
        }
        let format = |written: &String| {
            Format::parse(written).map_err(|expected| format!("format {written:?}: expected {expected}"))
        };
        // Without a lookup nothing can be missing from it.
        let otherwise = if self.lookup.is_empty() { Otherwise::Keep } else { Otherwise::Error };
        Ok(Source {
            constant: self.constant,
            columns: self.column.into_iter().chain(self.columns).collect(),
            join: self.join.unwrap_or_else(|| " ".to_owned()),
            lookup: self.lookup.into_iter().map(|(text, becomes)| (one_line(&text), becomes)).collect(),
            otherwise: self.otherwise.unwrap_or(otherwise),
            default: self.default,
            fill_down: self.fill_down,
            under: self.under,
            blank: self.blank.iter().map(|text| one_line(text)).collect(),
            formats: self.format.iter().map(format).collect::<Result<_, _>>()?,
        })
    }
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
            MapError { line, ..unplaced(error.message().trim_end().replace('\n', ", ")) }
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

    /// Where its facts are from.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// Whether its table is written with tabs between the cells.
    pub fn is_tabbed(&self) -> bool {
        self.table.delimiter == '\t'
    }

    fn check(&self) -> Result<(), MapError> {
        let Table { delimiter, skip_lines, .. } = self.table;
        if !delimiter.is_ascii() || matches!(delimiter, '"' | '\n' | '\r' | '\0') {
            return Err(MapError::at("table.delimiter", "expected one ascii character, such as \";\" or \"\\t\""));
        }
        if skip_lines > MAX_SKIPPED_LINES {
            return Err(MapError::at("table.skip_lines", format!("expected at most {MAX_SKIPPED_LINES}")));
        }
        self.numbers.check()?;
        for (text, status) in &self.statuses {
            if status.carries_value() {
                let says = format!("expected a status without a number, not {}", status.as_str());
                return Err(MapError::at(format!("statuses.{text:?}"), says));
            }
        }
        for (mark, status) in &self.marks {
            if mark.is_empty() || !status.carries_value() {
                let says = "expected a mark after a number, and given, estimated or provisional";
                return Err(MapError::at(format!("marks.{mark:?}"), says));
            }
        }
        if self.skip.len() > MAX_SKIPS {
            return Err(MapError::at("skip", format!("expected at most {MAX_SKIPS} rules")));
        }
        self.skip.iter().enumerate().try_for_each(|(nth, skip)| skip.check(&format!("skip[{nth}]")))?;
        if !(1..=MAX_VALUES).contains(&self.value.len()) {
            return Err(MapError::at("value", format!("expected 1 to {MAX_VALUES} of [[value]]")));
        }
        let every = [&self.service, &self.metric, &self.jurisdiction, &self.age_band, &self.detection, &self.outcome];
        dimensions("", every, &self.period, &self.status, self.harm.as_ref())?;
        self.value.iter().enumerate().try_for_each(|(nth, value)| {
            let key = format!("value[{nth}].");
            if value.metric.is_none() && self.metric.is_none() {
                return Err(MapError::at(format!("{key}metric"), "expected a metric, here or for all of the map"));
            }
            texts(&format!("{key}kind"), Some(&value.kind), |text| {
                kind(text).map(drop).ok_or(Kind::EXPECTED.to_owned())
            })?;
            let own =
                [&value.service, &value.metric, &value.jurisdiction, &value.age_band, &value.detection, &value.outcome];
            dimensions(&key, own, &value.period, &value.status, value.harm.as_ref())
        })
    }
}

impl Numbers {
    fn check(&self) -> Result<(), MapError> {
        let is_separator = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '%' | '/' | ':' | '<');
        if !is_separator(self.decimal) || self.decimal == ' ' {
            return Err(MapError::at("numbers.decimal", "expected a decimal separator, such as \".\" or \",\""));
        }
        if self.thousands.is_some_and(|separator| separator == self.decimal || !is_separator(separator)) {
            let says = "expected another character than numbers.decimal, such as \",\", \".\" or \" \"";
            return Err(MapError::at("numbers.thousands", says));
        }
        match self.words.keys().find(|word| word.is_empty() || word.contains(|c: char| c.is_ascii_digit())) {
            Some(word) => Err(MapError::at(format!("numbers.words.{word:?}"), "expected a word such as \"million\"")),
            None => Ok(()),
        }
    }
}

impl Skip {
    fn check(&self, key: &str) -> Result<(), MapError> {
        let texts = !self.is.is_empty() || !self.starts_with.is_empty();
        if self.empty != self.column.is_none() || self.empty == texts {
            let says = "expected empty = true, or a column with the texts that it is or starts_with";
            return Err(MapError::at(key, says));
        }
        if self.starts_with.iter().any(String::is_empty) {
            return Err(MapError::at(key, "expected a text in starts_with: every cell starts with nothing"));
        }
        Ok(())
    }
}

/// Checks the texts that a map gives itself, each for its dimension.
fn dimensions(
    key: &str,
    [service, metric, jurisdiction, age_band, detection, outcome]: [&Option<Source>; 6],
    period: &Option<Source>,
    status: &Option<Source>,
    harm: Option<&HarmSource>,
) -> Result<(), MapError> {
    texts(&format!("{key}service"), service.as_ref(), is::<Slug>)?;
    texts(&format!("{key}metric"), metric.as_ref(), is::<Label>)?;
    texts(&format!("{key}jurisdiction"), jurisdiction.as_ref(), is::<Jurisdiction>)?;
    for (name, source) in [("age_band", age_band), ("detection", detection), ("outcome", outcome)] {
        texts(&format!("{key}{name}"), source.as_ref(), is::<Label>)?;
    }
    let is_period = |text: &str| Period::parse(text).map(drop).map_err(|fault| fault.to_string());
    texts(&format!("{key}period"), period.as_ref(), is_period)?;
    let is_status = |text: &str| {
        status_of(text).map(drop).ok_or_else(|| format!("expected a status of FORMAT.md, section 3, not {text:?}"))
    };
    texts(&format!("{key}status"), status.as_ref(), is_status)?;
    let Some(harm) = harm else { return Ok(()) };
    texts(&format!("{key}harm.category"), Some(&harm.category), is::<Label>)?;
    if harm.version.is_some() != harm.versions.is_empty() {
        return Err(MapError::at(format!("{key}harm"), "expected a version, or a list of versions"));
    }
    let (last, earlier) = match harm.versions.split_last() {
        Some((last, earlier)) => (Some(last), earlier),
        None => (None, [].as_slice()),
    };
    let ordered = earlier.iter().zip(earlier.iter().skip(1)).all(|(a, b)| a.until < b.until);
    if last.is_some_and(|last| last.until.is_some()) || earlier.iter().any(|it| it.until.is_none()) || !ordered {
        let says = "expected every version but the last to say until when, in the order of time";
        return Err(MapError::at(format!("{key}harm.versions"), says));
    }
    Ok(())
}

fn texts(key: &str, source: Option<&Source>, check: impl Fn(&str) -> Result<(), String>) -> Result<(), MapError> {
    let Some(source) = source else { return Ok(()) };
    if !source.formats.is_empty() && !key.ends_with("period") {
        return Err(MapError::at(format!("{key}.format"), "expected a format of a period only"));
    }
    let given = source.constant.iter().chain(&source.default).chain(source.lookup.values().filter(|it| !it.is_empty()));
    given.into_iter().try_for_each(|text| check(text).map_err(|says| MapError::at(key, says)))
}

fn is<T: FromStr>(text: &str) -> Result<(), String>
where
    T::Err: std::fmt::Display,
{
    text.parse::<T>().map(drop).map_err(|error| error.to_string())
}

pub(super) fn kind(text: &str) -> Option<Kind> {
    serde_json::from_value(text.into()).ok()
}

pub(super) fn status_of(text: &str) -> Option<Status> {
    serde_json::from_value(text.into()).ok()
}

#[cfg(test)]
mod tests;
