//! One row: sixteen fields, and the observation that they are.

use std::borrow::Cow;

use super::super::observation::{DurationUnit, Harm, Observation, Precision, Status, Value};
use super::HEADER;
use crate::core::json::Integer;
use crate::core::time::Period;

/// The fields of a row, borrowed from it but where a doubled quote was undone.
pub(super) type Fields<'a> = [Cow<'a, str>; HEADER.len()];

/// What was expected, and what was found.
pub(super) type RowError = (&'static str, String);

/// The observation that a row is.
pub(super) fn parse(row: &str) -> Result<Observation, RowError> {
    observation(&split(row)?)
}

/// Reads row after row. What a field says is taken from the row before where that had the same: columns repeat.
#[derive(Default)]
pub(super) struct Repeating(Option<Box<Last>>);

/// The row before.
struct Last {
    fields: [String; HEADER.len()],
    observation: Observation,
}

impl Repeating {
    /// The observation that the next row is: what [`parse`] says, fault for fault.
    pub(super) fn next(&mut self, row: &str) -> Result<&Observation, RowError> {
        let fields = split(row)?;
        // What a faulty row leaves is neither that row nor the one before, so it is not put back.
        let last = match self.0.take() {
            None => Box::new(Last { observation: observation(&fields)?, fields: fields.map(Cow::into_owned) }),
            Some(mut last) => {
                last.change(&fields)?;
                last
            }
        };
        Ok(&self.0.insert(last).observation)
    }
}

impl Last {
    /// Judges the fields that are others now, in the order of [`observation`].
    fn change(&mut self, fields: &Fields<'_>) -> Result<(), RowError> {
        let mut changed = [false; HEADER.len()];
        for ((changed, last), field) in changed.iter_mut().zip(&mut self.fields).zip(fields) {
            *changed = last != field;
            if *changed {
                last.clear();
                last.push_str(field);
            }
        }
        let [service, metric, jurisdiction, age_band, taxonomy, version, category, detection, outcome, rest @ ..] =
            fields;
        let [period, status, kind, first, second, unit, rounded_to] = rest;
        let [
            is_service,
            is_metric,
            is_place,
            is_age,
            is_taxonomy,
            is_version,
            is_category,
            is_detection,
            is_outcome,
            is @ ..,
        ] = changed;
        let [is_period, is_status, is_kind, is_first, is_second, is_unit, is_rounded] = is;
        let now = &mut self.observation;
        if is_age {
            now.age_band = optional(age_band)?;
        }
        if is_detection {
            now.detection = optional(detection)?;
        }
        if is_taxonomy || is_version || is_category {
            now.harm = harm(taxonomy, version, category)?;
        }
        if is_place {
            now.jurisdiction = optional(jurisdiction)?;
        }
        if is_metric {
            now.metric = text(metric)?;
        }
        if is_outcome {
            now.outcome = optional(outcome)?;
        }
        if is_period {
            now.period = word(period, |period| Period::parse(period).ok())?;
        }
        if is_rounded {
            now.precision = precision(rounded_to)?;
        }
        if is_service {
            now.service = text(service)?;
        }
        if is_status {
            now.status = word(status, Status::of_word)?;
        }
        if is_kind || is_first || is_second || is_unit {
            now.value = value(kind, first, second, unit)?;
        }
        check(now)
    }
}

/// The fields of a row, borrowed from it where they can be.
fn split(row: &str) -> Result<Fields<'_>, RowError> {
    let (mut fields, mut count) = (Fields::default(), 0_usize);
    let quoted = memchr::memchr(b'"', row.as_bytes()).is_some();
    if !quoted {
        // By its bytes: about half of what `str::split` takes for fields this short.
        let mut begin = 0;
        let ends = row.bytes().enumerate().filter(|(_, byte)| *byte == b',').map(|(at, _)| at);
        for end in ends.chain([row.len()]) {
            if let (Some(place), Some(field)) = (fields.get_mut(count), row.get(begin..end)) {
                *place = Cow::Borrowed(field);
            }
            begin = end.saturating_add(1);
            count += 1;
        }
        return whole(fields, count);
    }
    let mut rest = row;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => unquote(quoted),
            None => plain(rest),
        }
        .ok_or_else(|| ("fields as in rfc 4180", row.to_owned()))?;
        if let Some(place) = fields.get_mut(count) {
            *place = field;
        }
        count += 1;
        if after.is_empty() {
            break;
        }
        rest = after.strip_prefix(',').ok_or_else(|| ("fields as in rfc 4180", row.to_owned()))?;
    }
    whole(fields, count)
}

fn whole(fields: Fields<'_>, count: usize) -> Result<Fields<'_>, RowError> {
    if count == HEADER.len() { Ok(fields) } else { Err(("16 fields", count.to_string())) }
}

/// A field that does not begin with a quote, and what follows it.
fn plain(rest: &str) -> Option<(Cow<'_, str>, &str)> {
    let end = rest.bytes().position(|byte| matches!(byte, b',' | b'"')).unwrap_or(rest.len());
    let (field, after) = rest.split_at_checked(end)?;
    (!after.starts_with('"')).then_some((Cow::Borrowed(field), after))
}

/// A field after its first quote, and what follows its last.
fn unquote(quoted: &str) -> Option<(Cow<'_, str>, &str)> {
    let (text, mut after) = until_quote(quoted)?;
    let mut field = Cow::Borrowed(text);
    while let Some(more) = after.strip_prefix('"') {
        let (text, next) = until_quote(more)?;
        let owned = field.to_mut();
        owned.push('"');
        owned.push_str(text);
        after = next;
    }
    Some((field, after))
}

fn until_quote(text: &str) -> Option<(&str, &str)> {
    let at = memchr::memchr(b'"', text.as_bytes())?;
    Some((text.get(..at)?, text.get(at.saturating_add(1)..)?))
}

fn observation(fields: &Fields<'_>) -> Result<Observation, RowError> {
    let [service, metric, jurisdiction, age_band, taxonomy, version, category, detection, outcome, rest @ ..] = fields;
    let [period, status, value_type, first, second, unit, rounded_to] = rest;
    let observation = Observation {
        age_band: optional(age_band)?,
        detection: optional(detection)?,
        harm: harm(taxonomy, version, category)?,
        jurisdiction: optional(jurisdiction)?,
        metric: text(metric)?,
        outcome: optional(outcome)?,
        period: word(period, |period| Period::parse(period).ok())?,
        precision: precision(rounded_to)?,
        service: text(service)?,
        status: word(status, Status::of_word)?,
        value: value(value_type, first, second, unit)?,
    };
    check(&observation)?;
    Ok(observation)
}

fn check(observation: &Observation) -> Result<(), RowError> {
    observation.check().map_err(|fault| ("an observation within the rules", fault.to_string()))
}

fn harm(taxonomy: &str, version: &str, category: &str) -> Result<Option<Harm>, RowError> {
    if taxonomy.is_empty() && version.is_empty() && category.is_empty() {
        return Ok(None);
    }
    Ok(Some(Harm { category: text(category)?, taxonomy: text(taxonomy)?, version: text(version)? }))
}

fn precision(multiple: &str) -> Result<Option<Precision>, RowError> {
    if multiple.is_empty() { Ok(None) } else { Ok(Some(Precision { rounded_to: integer(multiple)? })) }
}

fn value(kind: &str, value: &str, to: &str, unit: &str) -> Result<Option<Value>, RowError> {
    let value = match (kind, to, unit) {
        ("", "", "") if value.is_empty() => return Ok(None),
        ("integer", "", "") => Value::Integer(integer(value)?),
        ("ratio", _, "") => Value::Ratio { numerator: integer(value)?, denominator: integer(to)? },
        ("duration", "", _) => Value::Duration { amount: integer(value)?, unit: word(unit, DurationUnit::of_word)? },
        ("range", _, "") => Value::Range { lower: integer(value)?, upper: integer(to)? },
        ("ratio_range", _, _) => {
            Value::RatioRange { denominator: integer(unit)?, lower: integer(value)?, upper: integer(to)? }
        }
        _ => return Err(("a value of its type", format!("{kind} {value} {to} {unit}"))),
    };
    Ok(Some(value))
}

fn text<T: std::str::FromStr>(field: &str) -> Result<T, RowError>
where
    T::Err: std::fmt::Display,
{
    field.parse().map_err(|error: T::Err| ("a text of its type", error.to_string()))
}

fn optional<T: std::str::FromStr>(field: &str) -> Result<Option<T>, RowError>
where
    T::Err: std::fmt::Display,
{
    if field.is_empty() { Ok(None) } else { text(field).map(Some) }
}

/// A word as the statements spell it.
fn word<T>(field: &str, of_word: impl Fn(&str) -> Option<T>) -> Result<T, RowError> {
    of_word(field).ok_or_else(|| ("a word of the format", field.to_owned()))
}

/// A decimal integer, in the one spelling.
fn integer<const MIN: i64>(field: &str) -> Result<Integer<MIN>, RowError> {
    let digits = field.strip_prefix('-').unwrap_or(field).as_bytes();
    let canonical = match digits {
        [b'0'] => field.len() == 1,
        [first, ..] => matches!(first, b'1'..=b'9'),
        [] => false,
    };
    let number = if canonical { field.parse().ok() } else { None };
    number.and_then(Integer::new).ok_or_else(|| ("an integer in its range", field.to_owned()))
}

/// The fields of the row that an observation becomes.
pub(super) fn fields(observation: &Observation) -> [String; HEADER.len()] {
    let optional = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let harm = observation.harm.as_ref();
    let (kind, value, to, unit) = match observation.value {
        None => ("", String::new(), String::new(), String::new()),
        Some(Value::Integer(integer)) => ("integer", integer.to_string(), String::new(), String::new()),
        Some(Value::Ratio { numerator, denominator }) => {
            ("ratio", numerator.to_string(), denominator.to_string(), String::new())
        }
        Some(Value::Duration { amount, unit }) => {
            ("duration", amount.to_string(), String::new(), unit.as_str().to_owned())
        }
        Some(Value::Range { lower, upper }) => ("range", lower.to_string(), upper.to_string(), String::new()),
        Some(Value::RatioRange { denominator, lower, upper }) => {
            ("ratio_range", lower.to_string(), upper.to_string(), denominator.to_string())
        }
    };
    [
        observation.service.to_string(),
        observation.metric.to_string(),
        optional(observation.jurisdiction.as_ref().map(|text| text.as_str())),
        optional(observation.age_band.as_ref().map(|text| text.as_str())),
        optional(harm.map(|harm| harm.taxonomy.as_str())),
        optional(harm.map(|harm| harm.version.as_str())),
        optional(harm.map(|harm| harm.category.as_str())),
        optional(observation.detection.as_ref().map(|text| text.as_str())),
        optional(observation.outcome.as_ref().map(|text| text.as_str())),
        observation.period.to_string(),
        observation.status.as_str().to_owned(),
        kind.to_owned(),
        value,
        to,
        unit,
        observation.precision.map_or_else(String::new, |precision| precision.rounded_to.to_string()),
    ]
}
