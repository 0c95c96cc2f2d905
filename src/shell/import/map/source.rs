//! Where a dimension's text comes from, as a map writes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de};

use crate::shell::import::notation::one_line;
use crate::shell::import::period::{Format, MAX_FORMATS};

/// Where a dimension's text comes from.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Source {
    pub(in super::super) constant: Option<String>,
    pub(in super::super) columns: Vec<String>,
    pub(in super::super) join: String,
    pub(in super::super) lookup: BTreeMap<String, String>,
    pub(in super::super) otherwise: Otherwise,
    pub(in super::super) default: Option<String>,
    pub(in super::super) fill_down: bool,
    pub(in super::super) under: Vec<String>,
    pub(in super::super) blank: Vec<String>,
    pub(in super::super) formats: Vec<Format>,
}

/// What becomes of a text that the lookup does not list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Otherwise {
    #[default]
    Error,
    Keep,
    Slugify,
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
