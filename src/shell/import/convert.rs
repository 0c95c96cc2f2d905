//! Rows into observations.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::str::FromStr;

use super::error::{CellCode, CellError, ImportError, MAX_REPORTED, Wrong};
use super::map::{Inexact, Map, kind, status_of};
use super::notation::Contradictions;
use super::period;
use super::plan::{Cells, Figures, Plan, cell};
use super::repeats::{Before, Repeats};
use super::rows::{Row, Rows};
use crate::core::event::Observation;
use crate::core::event::observation::{Precision, Status, Value};
use crate::core::json::Positive;
use crate::core::text::{Slug, TextError};
use crate::core::time::Period;

/// What whoever imports says, where the map and the table do not.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The service that the figures are of.
    pub service: Option<Slug>,
    /// The period that they are about.
    pub period: Option<Period>,
}

/// What became of a table.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Rows read, without the header and blank lines.
    pub rows: u64,
    /// Observations made.
    pub observations: u64,
    /// Of them, by their status.
    pub by_status: BTreeMap<Status, u64>,
    /// Rows that each skip rule matched, by its name; blank lines; and cells that a value column's `skip` lists.
    pub skipped: Vec<(String, u64)>,
    /// Columns that the map reads nothing from.
    pub unread: Vec<String>,
    /// Observations whose value was rounded to what the format can hold.
    pub rounded: u64,
    /// Observations that say again what an earlier row said.
    pub repeated: u64,
    /// Observations that say something else than an earlier row, where the map keeps both.
    pub contradicted: u64,
    /// Observations of which it is not known whether an earlier row said something else.
    pub not_compared: u64,
    /// The only service; none where there are several.
    pub service: Option<Slug>,
    /// The period that ends last, and of those the one that began last.
    pub latest: Option<Period>,
}

/// Reads a table by a map, and hands over each observation. Once a cell is wrong, nothing more is handed over, and the
/// table is read on only to say what else is wrong.
///
/// # Errors
/// What is wrong with the table, or what `each` says.
pub fn convert(
    map: &Map,
    given: &Given,
    table: impl Read,
    each: impl FnMut(&Observation) -> io::Result<()>,
) -> Result<Summary, ImportError> {
    let (header, mut rows) = Rows::open(table, &map.table)?;
    let mut plan = Plan::new(map, &header)?;
    for (dimension, said) in [
        ("service", given.service.is_some() || plan.says(|dimensions| dimensions.service.is_some())),
        ("period", given.period.is_some() || plan.says(|dimensions| dimensions.period.is_some())),
    ] {
        if !said {
            return Err(ImportError::NotSaid { dimension });
        }
    }
    let mut work = Work {
        given,
        summary: Summary { unread: plan.unread(&header), ..Summary::default() },
        skipped_rows: vec![0; map.skip.len()],
        skipped_cells: vec![0; map.value.len()],
        several: false,
        contradictions: map.table.contradictions,
        repeats: Repeats::default(),
        errors: Vec::new(),
        header: header.cells,
        each,
    };
    while let Some(row) = rows.next()? {
        work.summary.rows += 1;
        plan.remember(&row);
        work.row(&plan, &row)?;
        if work.errors.len() >= MAX_REPORTED {
            break;
        }
    }
    work.finish(map, rows.blank)
}

/// A table on its way.
struct Work<'a, E> {
    given: &'a Given,
    header: Vec<String>,
    summary: Summary,
    skipped_rows: Vec<u64>,
    skipped_cells: Vec<u64>,
    several: bool,
    contradictions: Contradictions,
    repeats: Repeats,
    errors: Vec<CellError>,
    each: E,
}

/// What is wrong, and in which column.
type Placed = (Option<usize>, Wrong);

impl<E: FnMut(&Observation) -> io::Result<()>> Work<'_, E> {
    fn row(&mut self, plan: &Plan<'_>, row: &Row) -> Result<(), ImportError> {
        if let Some(count) = plan.skips(row).and_then(|rule| self.skipped_rows.get_mut(rule)) {
            *count += 1;
            return Ok(());
        }
        if row.cells.len() != plan.width {
            let expected = format!("{} cells as in the header, or a [[skip]] rule", plan.width);
            let first = cell(row, 0);
            let mut wrong = Wrong::new(CellCode::RowLength, expected, first);
            wrong.found = format!("{}, the first of them {}", row.cells.len(), wrong.found);
            self.errors.push(wrong.at(row.line, None));
            return Ok(());
        }
        for (nth, figures) in plan.figures.iter().enumerate() {
            if figures.of.skip.iter().any(|text| text == cell(row, figures.at)) {
                self.skipped_cells.get_mut(nth).into_iter().for_each(|count| *count += 1);
                continue;
            }
            match self.observation(plan, figures, row) {
                Ok((observation, rounded)) => self.take(row.line, figures, &observation, rounded)?,
                Err((at, wrong)) => {
                    let column = at.and_then(|at| self.header.get(at)).map(String::as_str);
                    let error = wrong.at(row.line, column);
                    // A word that the map does not know is said once, so that the others are seen as well.
                    if !self.errors.iter().any(|before| before.says_again(&error)) {
                        self.errors.push(error);
                    }
                }
            }
            if self.errors.len() >= MAX_REPORTED {
                break;
            }
        }
        Ok(())
    }

    fn observation(&self, plan: &Plan<'_>, figures: &Figures<'_>, row: &Row) -> Result<(Observation, bool), Placed> {
        let (own, every) = (&figures.own, &plan.every);
        macro_rules! said {
            ($name:ident) => {
                own.$name.as_ref().or(every.$name.as_ref())
            };
        }
        let service = text(said!(service), row)?.or_else(|| self.given.service.clone());
        let service = service.ok_or_else(|| empty(said!(service), "a service, or one given with the import"))?;
        let metric = text(said!(metric), row)?.ok_or_else(|| empty(said!(metric), "a metric"))?;
        let period = period_of(said!(period), row)?.or(self.given.period);
        let period = period.ok_or_else(|| empty(said!(period), "a period, or one given with the import"))?;
        let harm = said!(harm).map(|harm| harm.harm(row, period).map_err(|wrong| (harm.category.column(), wrong)));
        let (status, value, rounded) = figure(plan.map, figures, said!(status), row)?;
        let rounded_to = figures.of.rounded_to.or_else(|| Positive::new(1).filter(|_| rounded));
        let observation = Observation {
            age_band: text(said!(age_band), row)?,
            detection: text(said!(detection), row)?,
            harm: harm.transpose()?.flatten(),
            jurisdiction: text(said!(jurisdiction), row)?,
            metric,
            outcome: text(said!(outcome), row)?,
            period,
            precision: rounded_to.filter(|_| value.is_some()).map(|rounded_to| Precision { rounded_to }),
            service,
            status,
            value,
        };
        observation.check().map_err(|fault| {
            let wrong = Wrong::new(CellCode::NumberOutOfRange, fault.expected, cell(row, figures.at));
            (Some(figures.at), wrong)
        })?;
        Ok((observation, rounded))
    }

    fn take(
        &mut self,
        line: u64,
        figures: &Figures<'_>,
        observation: &Observation,
        rounded: bool,
    ) -> Result<(), ImportError> {
        match self.repeats.meet(line, observation) {
            Before::Nothing => {}
            Before::Same => self.summary.repeated += 1,
            Before::Unknown => self.summary.not_compared += 1,
            Before::Other { .. } if self.contradictions == Contradictions::Keep => self.summary.contradicted += 1,
            Before::Other { line: before, said } => {
                let now = observation.value.map_or_else(|| observation.status.as_str().to_owned(), |it| it.to_string());
                let expected = format!(
                    "{said} as in line {before}, which has the same service, metric, period and so on; is there a \
                     column that tells them apart? if the table itself contradicts itself, set table.contradictions = \
                     \"keep\""
                );
                let column = self.header.get(figures.at).map(String::as_str);
                self.errors.push(Wrong::new(CellCode::SeriesContradicted, expected, &now).at(line, column));
            }
        }
        if !self.errors.is_empty() {
            return Ok(());
        }
        (self.each)(observation).map_err(ImportError::Write)?;
        let summary = &mut self.summary;
        summary.observations += 1;
        *summary.by_status.entry(observation.status).or_default() += 1;
        summary.rounded += u64::from(rounded);
        let later = |latest: Period| (observation.period.end(), observation.period) > (latest.end(), latest);
        if summary.latest.is_none_or(later) {
            summary.latest = Some(observation.period);
        }
        match &summary.service {
            Some(service) => self.several |= *service != observation.service,
            None => summary.service = Some(observation.service.clone()),
        }
        Ok(())
    }

    fn finish(self, map: &Map, blank: u64) -> Result<Summary, ImportError> {
        let Self { mut summary, skipped_rows, skipped_cells, several, errors, .. } = self;
        if !errors.is_empty() {
            return Err(ImportError::Cells { cells: errors });
        }
        if summary.observations == 0 {
            return Err(ImportError::Nothing { rows: summary.rows });
        }
        if several {
            summary.service = None;
        }
        let rows = map.skip.iter().map(|skip| format!("rows: {}", skip.name)).zip(skipped_rows);
        let cells = map.value.iter().map(|value| format!("cells of {:?}", value.column)).zip(skipped_cells);
        let blank = ("blank lines".to_owned(), blank);
        summary.skipped = rows.chain(cells).chain([blank]).filter(|(_, count)| *count > 0).collect();
        Ok(summary)
    }
}

/// A text of its type; none where the cell is empty or nothing is said.
fn text<T: FromStr<Err = TextError>>(cells: Option<&Cells<'_>>, row: &Row) -> Result<Option<T>, Placed> {
    let Some(cells) = cells else { return Ok(None) };
    let whole = cells.text(row).map_err(|wrong| (cells.column(), wrong))?.whole;
    if whole.is_empty() {
        return Ok(None);
    }
    let wrong = |error: TextError| (cells.column(), Wrong::text(&error, &whole));
    whole.parse().map(Some).map_err(wrong)
}

fn period_of(cells: Option<&Cells<'_>>, row: &Row) -> Result<Option<Period>, Placed> {
    let Some(cells) = cells else { return Ok(None) };
    let placed = |wrong| (cells.column(), wrong);
    let whole = cells.text(row).map_err(placed)?.whole;
    if whole.is_empty() {
        return Ok(None);
    }
    // What the map itself says is written as the ledger writes it.
    if let Ok(period) = Period::parse(&whole) {
        return Ok(Some(period));
    }
    period::read(&whole, cells.formats()).map(Some).map_err(placed)
}

fn empty(cells: Option<&Cells<'_>>, expected: &str) -> Placed {
    (cells.and_then(Cells::column), Wrong::new(CellCode::CellEmpty, expected, ""))
}

/// The status and value of a cell, and whether the value was rounded.
fn figure(
    map: &Map,
    figures: &Figures<'_>,
    status: Option<&Cells<'_>>,
    row: &Row,
) -> Result<(Status, Option<Value>, bool), Placed> {
    let said = status.map(|cells| {
        let text = cells.text(row).map_err(|wrong| (cells.column(), wrong))?.whole;
        let expected = "a status of FORMAT.md, section 3; list the table's own words in status.lookup";
        let wrong = || (cells.column(), Wrong::new(CellCode::TextInvalid, expected, &text));
        if text.is_empty() { Ok(Status::Given) } else { status_of(&text).ok_or_else(wrong) }
    });
    let said = said.transpose()?.unwrap_or(Status::Given);
    let written = cell(row, figures.at);
    let here = |code, expected: String| (Some(figures.at), Wrong::new(code, expected, written));
    let listed = map.statuses.get(written);
    match (said.carries_value(), listed) {
        (true, Some(status)) => return Ok((*status, None, false)),
        (false, _) if written.is_empty() || listed.is_some() => return Ok((said, None, false)),
        (false, _) => {
            return Err(here(CellCode::StatusContradicted, format!("no number, as it is {}", said.as_str())));
        }
        (true, None) => {}
    }
    if written.is_empty() {
        let expected = "a number; say what an empty cell means with \"\" = … in [statuses], or in the column's skip";
        return Err(here(CellCode::CellEmpty, expected.to_owned()));
    }
    let marks = map.marks.iter().filter_map(|(mark, status)| {
        let number = written.strip_suffix(mark.as_str()).or_else(|| written.strip_prefix(mark.as_str()))?;
        Some((number.trim(), *status))
    });
    let (number, status) = marks.min_by_key(|(number, _)| number.len()).unwrap_or((written, said));
    let kinds = &figures.kind;
    let name = kinds.text(row).map_err(|wrong| (kinds.column(), wrong))?.whole;
    let expected = format!("{}; list the table's own words in the kind's lookup", super::number::Kind::EXPECTED);
    let kind = kind(&name).ok_or_else(|| (kinds.column(), Wrong::new(CellCode::TextInvalid, expected, &name)))?;
    let read = kind.read(number, &map.numbers, figures.of.inexact == Inexact::Round);
    let read = read.map_err(|wrong| (Some(figures.at), wrong))?;
    Ok((status, Some(read.value), read.rounded))
}
