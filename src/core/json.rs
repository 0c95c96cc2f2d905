//! Canonical JSON (RFC 8785), restricted to integers within ±(2^53 − 1), and the bounded types that statements use.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};

use super::fault::{Code, Fault};

/// The largest number in a statement, of either sign: what every JSON reader holds exactly (RFC 7493, section 2.2).
pub const MAX_INTEGER: i64 = (1 << 53) - 1;
/// How deep arrays and objects nest in a statement, at most; the statement itself is level 1.
pub const MAX_DEPTH: usize = 16;

/// The canonical encoding of a value.
///
/// # Errors
/// `statement-malformed` if the value cannot be JSON; no type of this crate is such a value.
pub fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, Fault> {
    serde_json_canonicalizer::to_vec(value).map_err(|error| malformed(&error.to_string()))
}

/// Parses bytes that must be exactly the canonical encoding of what they hold.
///
/// # Errors
/// `statement-not-canonical` where the bytes are not canonical JSON, `statement-malformed` where they are, but of
/// something else.
pub fn decode<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, Fault> {
    // The whole check, and all that a sound statement costs. The rest only tells which of the two faults it is.
    let typed = serde_json::from_slice::<T>(bytes);
    if let Ok(value) = &typed
        && encode(value)? == bytes
    {
        return typed.map_err(|error| malformed(&error.to_string()));
    }
    let not_canonical = |found: String| Fault::new(Code::StatementNotCanonical, "canonical json", found);
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| not_canonical(error.to_string()))?;
    check_numbers_and_depth(&value, 1).map_err(|found| not_canonical(found.to_owned()))?;
    let canonical = encode(&value)?;
    if let Some(at) = canonical.iter().zip(bytes).position(|(a, b)| a != b) {
        return Err(not_canonical(format!("another encoding from byte {at}")));
    }
    if canonical.len() != bytes.len() {
        return Err(not_canonical(format!("{} bytes where {} suffice", bytes.len(), canonical.len())));
    }
    match typed {
        Err(error) => Err(malformed(&error.to_string())),
        Ok(_) => Err(malformed("an optional field that is null or empty")),
    }
}

/// How much of what a parser says a message repeats.
const MESSAGE_CHARS: usize = 200;

/// A `statement-malformed` fault.
pub(crate) fn malformed(found: &str) -> Fault {
    Fault::new(
        Code::StatementMalformed,
        "a statement as in FORMAT.md, sections 2 and 3",
        found.chars().take(MESSAGE_CHARS).collect::<String>(),
    )
}

fn check_numbers_and_depth(value: &serde_json::Value, depth: usize) -> Result<(), &'static str> {
    use serde_json::Value;
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(integer) if (-MAX_INTEGER..=MAX_INTEGER).contains(&integer) => Ok(()),
            _ => Err("a number that is not an integer within 2^53 - 1"),
        },
        Value::Array(_) | Value::Object(_) if depth > MAX_DEPTH => Err("more than 16 levels"),
        Value::Array(values) => values.iter().try_for_each(|value| check_numbers_and_depth(value, depth + 1)),
        Value::Object(fields) => fields.values().try_for_each(|value| check_numbers_and_depth(value, depth + 1)),
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
    }
}

/// An integer from `MIN` to [`MAX_INTEGER`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Integer<const MIN: i64>(i64);

/// An integer of either sign.
pub type Signed = Integer<{ -MAX_INTEGER }>;
/// An integer from 0.
pub type Count = Integer<0>;
/// An integer from 1.
pub type Positive = Integer<1>;

impl Count {
    /// None.
    pub const ZERO: Self = Self(0);
}

impl<const MIN: i64> Integer<MIN> {
    /// The integer, if it is in range.
    pub fn new(value: i64) -> Option<Self> {
        (MIN..=MAX_INTEGER).contains(&value).then_some(Self(value))
    }

    /// The number itself.
    pub fn value(self) -> i64 {
        self.0
    }

    /// The number without its sign, for types that have none.
    pub fn unsigned(self) -> u64 {
        self.0.unsigned_abs()
    }
}

impl<const MIN: i64> std::fmt::Display for Integer<MIN> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de, const MIN: i64> Deserialize<'de> for Integer<MIN> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = i64::deserialize(deserializer)?;
        Self::new(value).ok_or_else(|| D::Error::custom(format!("an integer from {MIN} to 2^53 - 1, not {value}")))
    }
}

/// A list of 1 to `MAX` elements. An optional list that is empty is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct List<T, const MAX: usize>(Vec<T>);

/// A list of 1 to `MAX` elements, no two alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Set<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> List<T, MAX> {
    /// The list, if its length is in range.
    pub fn new(elements: Vec<T>) -> Option<Self> {
        (1..=MAX).contains(&elements.len()).then_some(Self(elements))
    }
}

impl<T: PartialEq, const MAX: usize> Set<T, MAX> {
    /// The list, if its length is in range and no two elements are alike.
    pub fn new(elements: Vec<T>) -> Option<Self> {
        // MAX is small wherever this is used; a quadratic check needs neither order nor hashes of T.
        let alike = |(i, element)| elements.iter().take(i).any(|other: &T| other == element);
        ((1..=MAX).contains(&elements.len()) && !elements.iter().enumerate().any(alike)).then_some(Self(elements))
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for List<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let elements = Vec::deserialize(deserializer)?;
        Self::new(elements).ok_or_else(|| D::Error::custom(format!("a list of 1 to {MAX} elements")))
    }
}

impl<'de, T: Deserialize<'de> + PartialEq, const MAX: usize> Deserialize<'de> for Set<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let elements = Vec::deserialize(deserializer)?;
        Self::new(elements).ok_or_else(|| D::Error::custom(format!("a list of 1 to {MAX} different elements")))
    }
}

impl<T, const MAX: usize> std::ops::Deref for List<T, MAX> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MAX: usize> std::ops::Deref for Set<T, MAX> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::text::excerpt;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<List<Signed, 2>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    }

    #[test]
    fn canonical_or_refused() {
        use Code::{StatementMalformed as Malformed, StatementNotCanonical as NotCanonical};
        let deep = format!(r#"{{"text":{}{}}}"#, "[".repeat(16), "]".repeat(16));
        let deeper_than_the_parser = "[".repeat(40_000);
        let table: &[(&str, Result<(), Code>)] = &[
            (r#"{"list":[1,-2],"text":"é€\n\u001f\"\\/"}"#, Ok(())),
            (r#"{"list":[9007199254740991,-9007199254740991]}"#, Ok(())),
            (r#"{}"#, Ok(())),
            (r#"{"text":"a","list":[1]}"#, Err(NotCanonical)), // order of fields
            (r#"{"list": [1]}"#, Err(NotCanonical)),
            ("{}\n", Err(NotCanonical)),
            (r#"{"list":[1.0]}"#, Err(NotCanonical)),
            (r#"{"list":[1e0]}"#, Err(NotCanonical)),
            (r#"{"list":[1.5]}"#, Err(NotCanonical)),
            (r#"{"list":[-0]}"#, Err(NotCanonical)),
            (r#"{"list":[01]}"#, Err(NotCanonical)),
            (r#"{"list":[9007199254740992]}"#, Err(NotCanonical)),
            (r#"{"list":[1e400]}"#, Err(NotCanonical)),
            (r#"{"text":"\u00e9"}"#, Err(NotCanonical)), // escapes what needs none
            (r#"{"text":"\/"}"#, Err(NotCanonical)),
            (r#"{"text":"\u001F"}"#, Err(NotCanonical)),
            (r#"{"text":"\ud800"}"#, Err(NotCanonical)), // half a pair
            (r#"{"text":"a","text":"a"}"#, Err(NotCanonical)),
            (&deep, Err(NotCanonical)),
            (&deeper_than_the_parser, Err(NotCanonical)),
            ("", Err(NotCanonical)),
            (r#"{"list":[]}"#, Err(Malformed)),
            (r#"{"list":[1,2,3]}"#, Err(Malformed)),
            (r#"{"list":null}"#, Err(Malformed)),
            (r#"{"other":1}"#, Err(Malformed)),
            (r#"{"text":1}"#, Err(Malformed)),
            (r#"[]"#, Err(Malformed)),
        ];
        for (json, expected) in table {
            let found = decode::<Sample>(json.as_bytes()).map(drop).map_err(|fault| fault.code);
            assert_eq!(found, *expected, "{}", excerpt(json));
        }
        assert_eq!(decode::<Sample>(b"{\"text\":\"\xff\"}").unwrap_err().code, NotCanonical);
    }

    #[test]
    fn a_set_holds_no_two_alike() {
        assert!(Set::<u8, 3>::new(vec![1, 2, 3]).is_some());
        assert!(Set::<u8, 3>::new(vec![1, 2, 1]).is_none());
        assert!(Set::<u8, 3>::new(vec![1, 2, 3, 4]).is_none() && Set::<u8, 3>::new(vec![]).is_none());
    }
}
