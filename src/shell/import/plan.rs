//! A map against a table's header: which cell each dimension comes from.

use std::collections::BTreeSet;

use super::error::{CellCode, ImportError, Wrong};
use super::map::{HarmSource, Map, Otherwise, Skip, Source, ValueColumn};
use super::notation::one_line;
use super::rows::Row;
use crate::core::event::observation::Harm;
use crate::core::text::{Label, excerpt};
use crate::core::time::Period;

/// Columns that a message lists, at most.
const LISTED_COLUMNS: usize = 40;

/// A map whose columns were found.
pub(super) struct Plan<'a> {
    pub(super) map: &'a Map,
    pub(super) width: usize,
    pub(super) every: Dimensions<'a>,
    pub(super) figures: Vec<Figures<'a>>,
    skips: Vec<(&'a Skip, Option<usize>)>,
}

/// What is said of all figures of a table, or of those of one column.
pub(super) struct Dimensions<'a> {
    pub(super) service: Option<Cells<'a>>,
    pub(super) metric: Option<Cells<'a>>,
    pub(super) jurisdiction: Option<Cells<'a>>,
    pub(super) age_band: Option<Cells<'a>>,
    pub(super) detection: Option<Cells<'a>>,
    pub(super) outcome: Option<Cells<'a>>,
    pub(super) period: Option<Cells<'a>>,
    pub(super) status: Option<Cells<'a>>,
    pub(super) harm: Option<HarmCells<'a>>,
}

/// A column with figures.
pub(super) struct Figures<'a> {
    pub(super) of: &'a ValueColumn,
    pub(super) at: usize,
    pub(super) kind: Cells<'a>,
    pub(super) own: Dimensions<'a>,
}

/// Where a harm comes from.
pub(super) struct HarmCells<'a> {
    source: &'a HarmSource,
    pub(super) category: Cells<'a>,
}

/// Where a dimension's text comes from, and what earlier rows said.
pub(super) struct Cells<'a> {
    source: &'a Source,
    at: Vec<usize>,
    /// The last text of each cell that had one.
    above: Vec<String>,
    /// The last text that heads those below it.
    head: Option<String>,
}

/// A text, and the same under its heading.
pub(super) struct Text {
    pub(super) own: String,
    pub(super) whole: String,
}

impl<'a> Plan<'a> {
    /// Finds the columns that the map names.
    pub(super) fn new(map: &'a Map, header: &Row) -> Result<Self, ImportError> {
        let at = |key: String, column: &str| find(header, key, column);
        let cells = |key: &str, source: &'a Source| {
            let columns = source.columns.iter().map(|column| at(key.to_owned(), column));
            let at = columns.collect::<Result<Vec<_>, _>>()?;
            Ok::<_, ImportError>(Cells { source, above: vec![String::new(); at.len()], at, head: None })
        };
        macro_rules! dimensions {
            ($of:expr, $prefix:expr, $($name:ident)+) => {
                Dimensions {
                    $($name: match &$of.$name {
                        Some(source) => Some(cells(&format!("{}{}", $prefix, stringify!($name)), source)?),
                        None => None,
                    },)+
                    harm: match &$of.harm {
                        Some(source) => {
                            let category = cells(&format!("{}harm.category", $prefix), &source.category)?;
                            Some(HarmCells { source, category })
                        }
                        None => None,
                    },
                }
            };
            ($of:expr, $prefix:expr) => {
                dimensions!($of, $prefix, service metric jurisdiction age_band detection outcome period status)
            };
        }
        let mut figures = Vec::with_capacity(map.value.len());
        for (nth, of) in map.value.iter().enumerate() {
            let prefix = format!("value[{nth}].");
            figures.push(Figures {
                of,
                at: at(format!("{prefix}column"), &of.column)?,
                kind: cells(&format!("{prefix}kind"), &of.kind)?,
                own: dimensions!(of, prefix),
            });
        }
        let mut skips = Vec::with_capacity(map.skip.len());
        for (nth, skip) in map.skip.iter().enumerate() {
            let column = skip.column.as_ref().map(|column| at(format!("skip[{nth}].column"), column));
            skips.push((skip, column.transpose()?));
        }
        Ok(Self { map, width: header.cells.len(), every: dimensions!(map, ""), figures, skips })
    }

    /// Whether this is said of every figure.
    pub(super) fn says(&self, said: impl Fn(&Dimensions<'a>) -> bool) -> bool {
        said(&self.every) || self.figures.iter().all(|figures| said(&figures.own))
    }

    /// The columns that the map reads nothing from, by their header.
    pub(super) fn unread(&mut self, header: &Row) -> Vec<String> {
        let skips: Vec<usize> = self.skips.iter().filter_map(|(_, at)| *at).collect();
        let mut used: BTreeSet<usize> = self.figures.iter().map(|figures| figures.at).chain(skips).collect();
        self.cells().for_each(|cells| used.extend(&cells.at));
        let unread = header.cells.iter().enumerate().filter(|(at, _)| !used.contains(at));
        unread.map(|(at, name)| if name.is_empty() { format!("#{}", at + 1) } else { name.clone() }).collect()
    }

    fn cells(&mut self) -> impl Iterator<Item = &mut Cells<'a>> {
        let Self { every, figures, .. } = self;
        let own = figures.iter_mut().flat_map(|figures| figures.own.all().chain([&mut figures.kind]));
        every.all().chain(own)
    }

    /// Keeps what later rows may refer to.
    pub(super) fn remember(&mut self, row: &Row) {
        self.cells().for_each(|cells| cells.remember(row));
    }

    /// The first rule that says to skip the row, by its number.
    pub(super) fn skips(&self, row: &Row) -> Option<usize> {
        self.skips.iter().position(|(rule, at)| match at {
            None => row.cells.iter().all(String::is_empty),
            Some(at) => {
                let cell = cell(row, *at);
                rule.is.iter().any(|text| text == cell)
                    || rule.starts_with.iter().any(|text| cell.starts_with(text.as_str()))
            }
        })
    }
}

impl<'a> Dimensions<'a> {
    fn all(&mut self) -> impl Iterator<Item = &mut Cells<'a>> {
        let Self { service, metric, jurisdiction, age_band, detection, outcome, period, status, harm } = self;
        let plain = [service, metric, jurisdiction, age_band, detection, outcome, period, status];
        plain.into_iter().flatten().chain(harm.as_mut().map(|harm| &mut harm.category))
    }
}

impl Cells<'_> {
    /// The number of the column that a message can name, from 0.
    pub(super) fn column(&self) -> Option<usize> {
        self.at.first().copied()
    }

    /// The formats of a period.
    pub(super) fn formats(&self) -> &[super::period::Format] {
        &self.source.formats
    }

    fn remember(&mut self, row: &Row) {
        if self.source.fill_down {
            for (above, at) in self.above.iter_mut().zip(&self.at) {
                match unless_blank(&self.source.blank, cell(row, *at)) {
                    "" => {}
                    text => text.clone_into(above),
                }
            }
        }
        let raw = self.raw(row);
        if self.source.under.iter().any(|start| raw.starts_with(start.as_str())) {
            self.head = Some(self.becomes(&raw).unwrap_or(raw));
        }
    }

    fn raw(&self, row: &Row) -> String {
        let texts =
            self.at.iter().zip(&self.above).map(|(at, above)| match unless_blank(&self.source.blank, cell(row, *at)) {
                "" if self.source.fill_down => above,
                text => text,
            });
        one_line(&texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(&self.source.join))
    }

    /// What a text becomes by the lookup; none where that does not say.
    fn becomes(&self, raw: &str) -> Option<String> {
        let listed = self.source.lookup.get(raw).or(self.source.default.as_ref());
        listed.cloned().or_else(|| match self.source.otherwise {
            Otherwise::Error => None,
            Otherwise::Keep => Some(raw.to_owned()),
            Otherwise::Slugify => Some(slug(raw)),
        })
    }

    /// The text for a row; empty where it says nothing.
    pub(super) fn text(&self, row: &Row) -> Result<Text, Wrong> {
        if let Some(constant) = &self.source.constant {
            return Ok(Text { own: constant.clone(), whole: constant.clone() });
        }
        let raw = self.raw(row);
        let own = self.becomes(&raw).ok_or_else(|| {
            let known: Vec<_> = self.source.lookup.keys().take(8).map(|text| format!("{text:?}")).collect();
            let more = if self.source.lookup.len() > known.len() { ", …" } else { "" };
            let expected = format!("a text that the lookup lists ({}{more})", known.join(", "));
            Wrong::new(CellCode::CellUnknown, expected, &raw)
        })?;
        let whole = match &self.head {
            Some(head) if !own.is_empty() && *head != own => format!("{head} / {own}"),
            _ => own.clone(),
        };
        Ok(Text { own, whole })
    }
}

impl HarmCells<'_> {
    /// The harm that a row is about, in the taxonomy's version for that period.
    pub(super) fn harm(&self, row: &Row, period: Period) -> Result<Option<Harm>, Wrong> {
        let Text { own, whole } = self.category.text(row)?;
        if own.is_empty() {
            return Ok(None);
        }
        let versions = &self.source.versions;
        let version = versions.iter().find(|version| version.until.is_none_or(|until| period.end() <= until));
        let Some(version) = version else { return Ok(None) };
        if !version.categories.is_empty() && !version.categories.contains(&own) {
            let of = format!("a category of {} {} ({period})", self.source.taxonomy, version.version);
            let other = versions.iter().find(|other| other.categories.contains(&own));
            let other = other.map_or_else(String::new, |other| format!("; it is one of version {}", other.version));
            return Err(Wrong::new(CellCode::CategoryUnknown, of + &other, &own));
        }
        let category = whole.parse::<Label>();
        let category = category.map_err(|error| Wrong::text(&error, &whole))?;
        Ok(Some(Harm { category, taxonomy: self.source.taxonomy.clone(), version: version.version.clone() }))
    }
}

/// A cell of a row, as if a short row had empty ones at its end.
pub(super) fn cell(row: &Row, at: usize) -> &str {
    row.cells.get(at).map_or("", String::as_str)
}

/// A text, or nothing where it stands for nothing.
fn unless_blank<'t>(blank: &[String], text: &'t str) -> &'t str {
    if blank.iter().any(|blank| blank == text) { "" } else { text }
}

/// Finds a column by its header, or by its number as `#3`.
fn find(header: &Row, key: String, column: &str) -> Result<usize, ImportError> {
    let wanted = one_line(column);
    let named: Vec<usize> =
        header.cells.iter().enumerate().filter(|(_, name)| **name == wanted).map(|(at, _)| at).collect();
    match named.as_slice() {
        [at] => return Ok(*at),
        [first, second, ..] => {
            let column = column.to_owned();
            return Err(ImportError::ColumnAmbiguous { key, column, first: first + 1, second: second + 1 });
        }
        [] => {}
    }
    let number = wanted.strip_prefix('#').and_then(|number| number.parse::<usize>().ok());
    if let Some(at) = number.and_then(|number| number.checked_sub(1)).filter(|at| *at < header.cells.len()) {
        return Ok(at);
    }
    let names = header.cells.iter().take(LISTED_COLUMNS).map(|name| format!("{:?}", excerpt(name)));
    let mut names = names.collect::<Vec<_>>().join(", ");
    if header.cells.len() > LISTED_COLUMNS {
        names.push_str(", …");
    }
    Err(ImportError::ColumnMissing { key, column: column.to_owned(), header: names, line: header.line })
}

/// A text as a slug: letters and digits of ASCII in lower case, and one hyphen for whatever is between them.
pub fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}
