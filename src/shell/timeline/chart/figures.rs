//! The figures of one series, as each report gave them.

use std::collections::{BTreeMap, BTreeSet};

use plotters::prelude::*;

use super::{Chart, Drawn, Ink, WIDTH, shapes};
use crate::core::event::Value;
use crate::core::time::Period;
use crate::shell::timeline::figures::{Point, Restated};
use crate::shell::timeline::words::count;

/// Units of height.
const HEIGHT: u32 = 280;

/// One line for each report of the series, with each value marked that replaced another.
pub(in crate::shell::timeline) fn figures(restated: &Restated) -> Option<Chart> {
    let kind = restated.points.iter().find_map(|point| number(point.value.as_ref()?))?.0;
    let value = |point: &Point| {
        let (of, value) = number(point.value.as_ref()?)?;
        (of == kind).then_some(value)
    };
    let drawn = || restated.points.iter().filter(|point| value(point).is_some());
    let periods: BTreeSet<Period> = drawn().map(|point| point.period).collect();
    let mut periods: Vec<Period> = periods.into_iter().collect();
    periods.sort_by_key(|period| (period.start(), period.end()));
    let places: BTreeMap<Period, usize> = periods.iter().enumerate().map(|(at, period)| (*period, at)).collect();
    let place = |point: &Point| Some((*places.get(&point.period)? as f64, value(point)?));
    let replaced = restated.replaced();
    let lines: Vec<Vec<(f64, f64)>> = restated
        .reports()
        .into_iter()
        .map(|points| {
            let mut line: Vec<(f64, f64)> = points.iter().filter_map(place).collect();
            line.sort_by(|one, other| one.0.total_cmp(&other.0));
            line
        })
        .collect();
    let points = restated.points.iter().zip(&replaced);
    let changed: Vec<(f64, f64)> =
        points.filter(|(_, before)| before.is_some()).filter_map(|(point, _)| place(point)).collect();
    Some(Chart {
        id: "figures",
        title: format!("What was published: {}", restated.series),
        description: format!(
            "Published figures by period, in {kind}: {}, a line each; {} replaced what was said before. The scale need \
             not begin at 0.",
            count(lines.len(), "report"),
            count(replaced.iter().flatten().count(), "value")
        ),
        legend: vec![
            (Ink::Latest, "the last report"),
            (Ink::Faint, "an earlier report"),
            (Ink::Changed, "a value that replaced another"),
        ],
        header: vec!["period", "entry", "said", "said before"],
        rows: rows(restated, &replaced),
        height: HEIGHT,
        shapes: shapes(HEIGHT, |area| draw(area, &periods, &lines, &changed))?,
    })
}

/// What was said, by period and entry, with what it replaced.
fn rows(restated: &Restated, replaced: &[Option<&Point>]) -> Vec<Vec<String>> {
    let mut points: Vec<(&Point, &Option<&Point>)> = restated.points.iter().zip(replaced).collect();
    points.sort_by_key(|(point, _)| (point.period.start(), point.period.end(), point.entry));
    let row = |(point, before): (&Point, &Option<&Point>)| {
        let before = before.map_or_else(String::new, |before| {
            let how = if point.corrects { "by a correction" } else { "without a correction" };
            format!("{} in entry {}; changed {how}", before.said, before.entry)
        });
        vec![point.period.to_string(), point.entry.to_string(), point.said.clone(), before]
    };
    points.into_iter().map(row).collect()
}

fn draw(area: &super::Area<'_>, periods: &[Period], lines: &[Vec<(f64, f64)>], changed: &[(f64, f64)]) -> Drawn {
    let values = || lines.iter().flatten().map(|(_, value)| *value);
    let (least, most) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    let room = if most > least { (most - least) * 0.08 } else { most.abs().max(1.0) * 0.1 };
    let last = periods.len().saturating_sub(1) as f64;
    let period = |x: &f64| {
        let at = (x.fract() == 0.0 && *x >= 0.0).then_some(*x as usize);
        at.and_then(|at| periods.get(at)).map(ToString::to_string).unwrap_or_default()
    };
    let mut chart = ChartBuilder::on(area)
        .margin_top(8)
        .margin_right(24)
        .set_label_area_size(LabelAreaPosition::Left, 52)
        .set_label_area_size(LabelAreaPosition::Bottom, 24)
        .build_cartesian_2d(-0.3..last + 0.3, (least - room)..(most + room))?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(WIDTH as usize / 80)
        .y_labels(5)
        .x_label_formatter(&period)
        .y_label_formatter(&|value| compact(*value))
        .axis_style(Ink::Grid.color())
        .bold_line_style(Ink::Grid.color().stroke_width(1))
        .light_line_style(TRANSPARENT)
        .label_style(Ink::Text.text(14))
        .draw()?;
    let newest = lines.iter().rposition(|line| line.len() > 1).or(lines.len().checked_sub(1));
    let ink = |at: usize| if Some(at) == newest { Ink::Latest } else { Ink::Faint };
    let inks = (0..lines.len()).filter(|at| Some(*at) != newest).chain(newest);
    for (at, line) in inks.filter_map(|at| Some((at, lines.get(at)?))) {
        chart.draw_series(LineSeries::new(line.iter().copied(), ink(at).color().stroke_width(2)))?;
        chart.draw_series(line.iter().map(|point| Circle::new(*point, 3, ink(at).color().filled())))?;
    }
    chart.draw_series(changed.iter().map(|point| Circle::new(*point, 4, Ink::Changed.color().filled())))?;
    Ok(())
}

/// A value on a scale, and of what. None of ranges: the table has them.
fn number(value: &Value) -> Option<(&'static str, f64)> {
    Some(match value {
        Value::Integer(integer) => ("number", integer.value() as f64),
        Value::Ratio { denominator, numerator } => {
            ("percent", numerator.unsigned() as f64 * 100.0 / denominator.unsigned() as f64)
        }
        Value::Duration { amount, unit } => ("hours", amount.unsigned() as f64 * f64::from(unit.seconds()) / 3_600.0),
        Value::Range { .. } | Value::RatioRange { .. } => return None,
    })
}

/// `25.7M`.
fn compact(value: f64) -> String {
    let (scaled, unit) = match value.abs() {
        size if size >= 1e9 => (value / 1e9, "bn"),
        size if size >= 1e6 => (value / 1e6, "M"),
        size if size >= 1e3 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let shown = format!("{scaled:.2}");
    format!("{}{unit}", shown.trim_end_matches('0').trim_end_matches('.'))
}
