//! What a map must be beyond its types.

use std::str::FromStr;

use super::{HarmSource, MAX_SKIPS, MAX_VALUES, Map, Skip, Source, kind, status_of};
use crate::core::text::{Jurisdiction, Label, Slug};
use crate::core::time::Period;
use crate::shell::import::error::MapError;
use crate::shell::import::notation::{MAX_SKIPPED_LINES, Numbers, Table};
use crate::shell::import::number::Kind;

impl Map {
    pub(super) fn check(&self) -> Result<(), MapError> {
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
