//! How long answers took, beside how long they were given.

use plotters::prelude::*;

use super::{BAR, Chart, Drawn, Ink, SCALE, days_between, last, name_of, shapes, short};
use crate::core::time::Time;
use crate::shell::timeline::tally::Asked;

/// One bar: how many days passed, what it ended with, and where the deadline stood.
struct Bar {
    name: String,
    days: f64,
    ink: Ink,
    ended: &'static str,
    deadline: Option<f64>,
}

/// The days from each request to the last response that counts, or to the end of the story, against the deadline.
pub(in crate::shell::timeline) fn days(asked: &[Asked], one_request: bool, as_of: Time) -> Option<Chart> {
    let all: Vec<Bar> = asked.iter().map(|asked| bar(asked, one_request, as_of)).collect();
    let (bars, left_out) = last(&all);
    let most = bars.iter().flat_map(|bar| [Some(bar.days), bar.deadline]).flatten().fold(1.0, f64::max);
    let height = bars.len() as u32 * BAR + SCALE;
    let legend = [
        (Ink::InTime, "answered in time"),
        (Ink::Late, "answered late"),
        (Ink::Refused, "refused in whole"),
        (Ink::Silent, "incomplete past the deadline"),
        (Ink::Open, "open, or ended"),
        (Ink::Text, "deadline"),
    ];
    (!bars.is_empty()).then_some(())?;
    Some(Chart {
        id: "days",
        title: "Days to answer, and the deadline".to_owned(),
        description: format!(
            "A bar for each request and addressee, as long as the days from the request to the last response, or to \
             {as_of} where an item has none; a mark stands at the deadline.{left_out}"
        ),
        legend: legend.into(),
        header: vec![if one_request { "addressee" } else { "request" }, "days", "ended with", "days to the deadline"],
        rows: all
            .iter()
            .map(|bar| {
                let deadline = bar.deadline.map_or_else(|| "no deadline".to_owned(), |days| format!("{days:.1}"));
                vec![bar.name.clone(), format!("{:.1}", bar.days), bar.ended.to_owned(), deadline]
            })
            .collect(),
        height,
        shapes: shapes(height, |area| draw(area, bars, most))?,
    })
}

fn bar(asked: &Asked, one_request: bool, as_of: Time) -> Bar {
    let tally = asked.tally;
    let (end, ink, ended) = match (asked.answered, asked.ended) {
        _ if tally.silent > 0 && asked.ended.is_none() => (as_of, Ink::Silent, "items without a response"),
        (_, Some(ended)) => (ended, Ink::Open, "withdrawn or set aside"),
        _ if tally.open > 0 => (as_of, Ink::Open, "open"),
        (Some(answered), None) if asked.deadline.is_some_and(|deadline| answered >= deadline) => {
            (answered, Ink::Late, "a response after the deadline")
        }
        (Some(answered), None) if tally.refused == asked.items => (answered, Ink::Refused, "a refusal of every item"),
        (Some(answered), None) => (answered, Ink::InTime, "a response in time"),
        (None, None) => (as_of, Ink::Open, "open"),
    };
    let deadline = asked.deadline.map(|deadline| days_between(asked.issued, deadline));
    Bar { name: name_of(asked, one_request), days: days_between(asked.issued, end), ink, ended, deadline }
}

fn draw(area: &super::Area<'_>, bars: &[Bar], most: f64) -> Drawn {
    let rows = bars.len() as f64;
    let mut chart = ChartBuilder::on(area)
        .set_label_area_size(LabelAreaPosition::Bottom, SCALE)
        .margin_right(14)
        .margin_left(6)
        .build_cartesian_2d(0.0..most * 1.02, 0.0..rows)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .x_labels(5)
        .x_label_formatter(&|x| format!("{x:.0}"))
        .x_desc("days since the request")
        .axis_style(Ink::Grid.color())
        .bold_line_style(Ink::Grid.color().stroke_width(1))
        .light_line_style(TRANSPARENT)
        .label_style(Ink::Text.text(14))
        .draw()?;
    for (place, bar) in bars.iter().enumerate() {
        let top = rows - place as f64;
        chart.draw_series([Text::new(short(&bar.name), (0.0, top - 0.1), Ink::Text.text(14))])?;
        chart.draw_series([Rectangle::new([(0.0, top - 0.58), (bar.days, top - 0.82)], bar.ink.color().filled())])?;
        if let Some(deadline) = bar.deadline {
            let mark = [(deadline, top - 0.48), (deadline, top - 0.92)];
            chart.draw_series([PathElement::new(mark, Ink::Text.color().stroke_width(3))])?;
        }
    }
    Ok(())
}
