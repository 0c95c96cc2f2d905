//! What became of the items of each request.

use std::collections::BTreeMap;

use plotters::prelude::*;

use super::{BAR, Chart, Drawn, Ink, MAX_BARS, SCALE, last, name_of, shapes, short};
use crate::core::time::Time;
use crate::shell::timeline::tally::{Asked, Tally};
use crate::shell::timeline::words::count;

/// Requests that have a bar each, at most; of more, each quarter has one.
const MAX_REQUESTS: usize = MAX_BARS / 2;

/// Items of each request, or of each quarter in which requests were issued, by what became of them.
pub(in crate::shell::timeline) fn answers(asked: &[Asked], one_request: bool) -> Option<Chart> {
    let all = bars(asked, one_request);
    let most = all.iter().map(|(_, tally)| tally.items()).max().filter(|most| *most > 0)?;
    let (bars, left_out) = last(&all);
    let height = bars.len() as u32 * BAR + SCALE;
    let total = asked.iter().fold(BTreeMap::new(), |mut total, asked| {
        asked.tally.columns().into_iter().for_each(|(name, count)| *total.entry(name).or_insert(0) += count);
        total
    });
    let words: Vec<String> = Tally::default()
        .columns()
        .iter()
        .map(|(name, _)| format!("{} {name}", total.get(name).copied().unwrap_or(0)))
        .collect();
    Some(Chart {
        id: "answers",
        title: "What became of what was asked".to_owned(),
        description: format!("Bars of items: {}.{left_out}", words.join(", ")),
        legend: parts(&Tally::default()).into_iter().map(|(ink, name, _)| (ink, name)).collect(),
        header: std::iter::once(if one_request { "addressee" } else { "request" })
            .chain(Tally::default().columns().map(|(name, _)| name))
            .collect(),
        rows: all
            .iter()
            .map(|(name, tally)| {
                let counts = tally.columns().map(|(_, count)| count.to_string());
                std::iter::once(name.clone()).chain(counts).collect()
            })
            .collect(),
        height,
        shapes: shapes(height, |area| draw(area, bars, most))?,
    })
}

fn draw(area: &super::Area<'_>, bars: &[(String, Tally)], most: u64) -> Drawn {
    let rows = bars.len() as f64;
    let mut chart = ChartBuilder::on(area)
        .set_label_area_size(LabelAreaPosition::Bottom, SCALE)
        .margin_right(14)
        .margin_left(6)
        .build_cartesian_2d(0.0..most as f64, 0.0..rows)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .x_labels(5)
        .x_label_formatter(&|x| if x.fract() == 0.0 { format!("{x:.0}") } else { String::new() })
        .x_desc("items")
        .axis_style(Ink::Grid.color())
        .bold_line_style(Ink::Grid.color().stroke_width(1))
        .light_line_style(TRANSPARENT)
        .label_style(Ink::Text.text(14))
        .draw()?;
    for (place, (name, tally)) in bars.iter().enumerate() {
        let top = rows - place as f64;
        chart.draw_series([Text::new(short(name), (0.0, top - 0.1), Ink::Text.text(14))])?;
        let mut from = 0.0;
        for (ink, _, items) in parts(tally) {
            let to = from + items as f64;
            if items > 0 {
                chart.draw_series([Rectangle::new([(from, top - 0.52), (to, top - 0.88)], ink.color().filled())])?;
            }
            from = to;
        }
    }
    Ok(())
}

fn parts(tally: &Tally) -> [(Ink, &'static str, u64); 5] {
    [
        (Ink::InTime, "answered in time", tally.in_time),
        (Ink::Late, "answered late", tally.late),
        (Ink::Refused, "refused", tally.refused),
        (Ink::Silent, "no response by the deadline", tally.silent),
        (Ink::Open, "open or withdrawn", tally.open.saturating_add(tally.withdrawn)),
    ]
}

fn bars(asked: &[Asked], one_request: bool) -> Vec<(String, Tally)> {
    if asked.len() <= MAX_REQUESTS || one_request {
        return asked.iter().map(|asked| (name_of(asked, one_request), asked.tally)).collect();
    }
    let mut quarters: BTreeMap<String, (usize, Tally)> = BTreeMap::new();
    for asked in asked {
        let (requests, tally) = quarters.entry(quarter(asked.issued)).or_default();
        *requests += 1;
        tally.add_all(&asked.tally);
    }
    quarters
        .into_iter()
        .map(|(quarter, (requests, tally))| (format!("{quarter}: {}", count(requests, "request")), tally))
        .collect()
}

/// `2026-Q1`, in UTC.
fn quarter(time: Time) -> String {
    let text = time.to_string();
    let (year, rest) = text.split_once('-').unwrap_or_default();
    let month: u32 = rest.split('-').next().and_then(|month| month.parse().ok()).unwrap_or(1);
    format!("{year}-Q{}", month.saturating_sub(1) / 3 + 1)
}
