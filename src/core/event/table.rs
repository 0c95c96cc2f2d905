//! Observations as a table: the CSV attachment for disclosures too large for one statement. FORMAT.md, section 3.

use std::io::{BufRead as _, BufReader, Read, Write};

use super::observation::{DurationUnit, Harm, Observation, Precision, Status, Value};
use crate::core::fault::{Code, Fault};
use crate::core::json::Integer;
use crate::core::text::excerpt;

/// The header line, field by field.
pub const HEADER: [&str; 16] = [
    "service",
    "metric",
    "jurisdiction",
    "age_band",
    "harm_taxonomy",
    "harm_version",
    "harm_category",
    "detection",
    "outcome",
    "period",
    "status",
    "value_type",
    "value",
    "value_to",
    "unit",
    "rounded_to",
];

/// Why a table could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// It is not such a table: `attachment-malformed`, or the code of the rule that an observation breaks.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Its bytes could not be read.
    #[error("cannot read a table: {0}")]
    Io(std::io::Error),
}

/// Bytes of a row, its end included, at most: no row is longer whose fields are within their limits, however quoted.
pub const MAX_ROW_BYTES: usize = 8 * 1024;

/// Reads a table row by row, in bounded memory, and hands each observation over. Returns the number of rows.
///
/// No field may hold a line break, so a line is a row; and of RFC 4180 there is one reading only: no byte-order mark, no
/// empty line, no quote but around a whole field.
///
/// # Errors
/// `attachment-malformed` with the line; whatever `each` returns; or what the reader says.
pub fn read(reader: impl Read, mut each: impl FnMut(Observation) -> Result<(), TableError>) -> Result<u64, TableError> {
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    let mut line = 0_u64;
    loop {
        bytes.clear();
        let limit = MAX_ROW_BYTES as u64 + 1;
        reader.by_ref().take(limit).read_until(b'\n', &mut bytes).map_err(TableError::Io)?;
        if bytes.is_empty() {
            break;
        }
        line += 1;
        if bytes.len() > MAX_ROW_BYTES {
            return Err(malformed(line, "a line of at most 8192 bytes", "more").into());
        }
        let row = match bytes.strip_suffix(b"\n") {
            Some(row) => row.strip_suffix(b"\r").unwrap_or(row),
            None => &bytes,
        };
        let row = str::from_utf8(row).map_err(|_| malformed(line, "utf-8", "other bytes"))?;
        if line > 1 {
            let fields = split(row).ok_or_else(|| malformed(line, "fields as in rfc 4180", row))?;
            each(observation(&fields).map_err(|(expected, found)| malformed(line, expected, &found))?)?;
        } else if row.split(',').ne(HEADER) {
            return Err(malformed(line, "the header of FORMAT.md", row).into());
        }
    }
    match line {
        0 | 1 => Err(malformed(line, "a header and at least one row", "neither row").into()),
        _ => Ok(line - 1),
    }
}

/// The fields of a row; none where it is not of the one form.
fn split(row: &str) -> Option<Vec<String>> {
    let (mut fields, mut rest) = (Vec::with_capacity(HEADER.len()), row);
    loop {
        let mut field = String::new();
        if let Some(mut quoted) = rest.strip_prefix('"') {
            loop {
                let (text, after) = quoted.split_once('"')?;
                field.push_str(text);
                rest = after;
                let Some(more) = after.strip_prefix('"') else { break };
                field.push('"');
                quoted = more;
            }
        } else {
            let (text, after) = rest.split_at(rest.find(',').unwrap_or(rest.len()));
            if text.contains('"') {
                return None;
            }
            field.push_str(text);
            rest = after;
        }
        fields.push(field);
        if rest.is_empty() {
            return Some(fields);
        }
        rest = rest.strip_prefix(',')?;
    }
}

/// Writes a table.
///
/// # Errors
/// What the writer says.
pub fn write<'a>(writer: impl Write, observations: impl IntoIterator<Item = &'a Observation>) -> std::io::Result<()> {
    let mut writer = TableWriter::new(writer)?;
    observations.into_iter().try_for_each(|observation| writer.push(observation))?;
    writer.finish()
}

/// Writes a table row by row.
pub struct TableWriter<W: Write>(csv::Writer<W>);

impl<W: Write> TableWriter<W> {
    /// Begins a table with its header.
    ///
    /// # Errors
    /// What the writer says.
    pub fn new(writer: W) -> std::io::Result<Self> {
        let mut writer = csv::Writer::from_writer(writer);
        writer.write_record(HEADER)?;
        Ok(Self(writer))
    }

    /// Adds a row.
    ///
    /// # Errors
    /// What the writer says.
    pub fn push(&mut self, observation: &Observation) -> std::io::Result<()> {
        Ok(self.0.write_record(fields(observation))?)
    }

    /// Ends the table.
    ///
    /// # Errors
    /// What the writer says.
    pub fn finish(mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

fn malformed(line: u64, expected: &str, found: &str) -> Fault {
    Fault::new(Code::AttachmentMalformed, expected, format!("{:?} in line {line}", excerpt(found)))
}

type RowError = (&'static str, String);

fn observation(record: &[String]) -> Result<Observation, RowError> {
    if record.len() != HEADER.len() {
        return Err(("16 fields", record.len().to_string()));
    }
    let field = |name: &str| {
        let at = HEADER.iter().position(|field| *field == name);
        at.and_then(|at| record.get(at)).map_or("", String::as_str)
    };
    let observation = Observation {
        age_band: optional(field("age_band"))?,
        detection: optional(field("detection"))?,
        harm: match (field("harm_taxonomy"), field("harm_version"), field("harm_category")) {
            ("", "", "") => None,
            (taxonomy, version, category) => {
                Some(Harm { category: text(category)?, taxonomy: text(taxonomy)?, version: text(version)? })
            }
        },
        jurisdiction: optional(field("jurisdiction"))?,
        metric: text(field("metric"))?,
        outcome: optional(field("outcome"))?,
        period: word(field("period"))?,
        precision: match field("rounded_to") {
            "" => None,
            multiple => Some(Precision { rounded_to: integer(multiple)? }),
        },
        service: text(field("service"))?,
        status: word::<Status>(field("status"))?,
        value: value(field("value_type"), field("value"), field("value_to"), field("unit"))?,
    };
    observation.check().map_err(|fault| ("an observation within the rules", fault.to_string()))?;
    Ok(observation)
}

fn value(kind: &str, value: &str, to: &str, unit: &str) -> Result<Option<Value>, RowError> {
    let value = match (kind, to, unit) {
        ("", "", "") if value.is_empty() => return Ok(None),
        ("integer", "", "") => Value::Integer(integer(value)?),
        ("ratio", _, "") => Value::Ratio { numerator: integer(value)?, denominator: integer(to)? },
        ("duration", "", _) => Value::Duration { amount: integer(value)?, unit: word::<DurationUnit>(unit)? },
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
fn word<T: serde::de::DeserializeOwned>(field: &str) -> Result<T, RowError> {
    serde_json::from_value(field.into()).map_err(|_| ("a word of the format", field.to_owned()))
}

fn integer<const MIN: i64>(field: &str) -> Result<Integer<MIN>, RowError> {
    let number = field.parse().ok().filter(|number: &i64| number.to_string() == field);
    number.and_then(Integer::new).ok_or_else(|| ("an integer in its range", field.to_owned()))
}

fn fields(observation: &Observation) -> [String; HEADER.len()] {
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

#[cfg(test)]
mod tests;
