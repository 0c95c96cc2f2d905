//! The curves as one SVG: a panel for each quantity over the size. The sizes are in powers of ten, the quantities from 0 on,
//! so that what does not grow with the ledger is a level line.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::Row;
use crate::Result;

/// Pixels of a panel.
const PANEL: (u32, u32) = (300, 210);
/// Panels beside each other.
const ACROSS: usize = 4;

/// Of the curves.
const LINE: RGBColor = RGBColor(31, 78, 140);

/// What a panel shows, its unit included.
type Curve = (&'static str, fn(&Row) -> f64);

const CURVES: [Curve; 12] = [
    ("verify, µs an entry", |row| 1e6 / row.verify_per_second),
    ("append, µs an entry", |row| 1e6 / row.append_per_second),
    ("copy, µs an entry", |row| 1e6 / row.copy_per_second),
    ("publish all, µs an entry", |row| 1e6 / row.first_publish_per_second),
    ("open, s", |row| row.open_seconds),
    ("publish 2,000 more, s", |row| row.publish_seconds),
    ("inclusion proof, µs", |row| row.inclusion_micros),
    ("consistency proof, µs", |row| row.consistency_micros),
    ("peak memory of verify, MB", |row| row.verify_peak_bytes as f64 / 1e6),
    ("peak memory of open, MB", |row| row.open_peak_bytes as f64 / 1e6),
    ("ledger, bytes an entry", |row| row.ledger_bytes_per_entry),
    ("index, bytes an entry", |row| row.index_bytes_per_entry),
];

type Drawn = std::result::Result<(), Box<dyn std::error::Error>>;

pub fn plot(path: &Path, rows: &[Row]) -> Result<()> {
    let down = CURVES.len().div_ceil(ACROSS);
    let area = (PANEL.0 * ACROSS as u32, PANEL.1 * down as u32);
    let root = SVGBackend::new(path, area).into_drawing_area();
    let drawn = || -> Drawn {
        root.fill(&WHITE)?;
        let panels = root.split_evenly((down, ACROSS));
        for ((name, cost), area) in CURVES.iter().zip(&panels) {
            let points: Vec<_> =
                rows.iter().map(|row| (row.entries, cost(row))).filter(|(_, y)| y.is_finite()).collect();
            panel(area, name, &points, &LINE)?;
        }
        Ok(root.present()?)
    };
    drawn().map_err(|error| error.to_string().into())
}

fn panel(area: &DrawingArea<SVGBackend<'_>, Shift>, name: &str, points: &[(u64, f64)], color: &RGBColor) -> Drawn {
    let (Some((first, _)), Some((last, _))) = (points.first(), points.last()) else { return Ok(()) };
    let sizes = (*first as f64 * 0.6..*last as f64 * 1.7).log_scale();
    let top = points.iter().map(|(_, y)| *y).fold(0.0, f64::max);
    let top = if top > 0.0 { top * 1.3 } else { 1.0 };
    let mut chart = ChartBuilder::on(area)
        .margin(8)
        .caption(name, ("sans-serif", 14))
        .x_label_area_size(30)
        .y_label_area_size(48)
        .build_cartesian_2d(sizes, 0.0..top)?;
    chart
        .configure_mesh()
        .x_desc("entries")
        .x_labels(5)
        .y_labels(5)
        .x_label_formatter(&|size| short(*size))
        .y_label_formatter(&|y| short(*y))
        .light_line_style(TRANSPARENT)
        .draw()?;
    let line = || points.iter().map(|(size, y)| (*size as f64, *y));
    chart.draw_series(LineSeries::new(line(), color.stroke_width(2)))?;
    chart.draw_series(line().map(|point| Circle::new(point, 3, color.filled())))?;
    Ok(())
}

/// A number in a few letters.
fn short(number: f64) -> String {
    match number {
        n if n >= 1e6 => format!("{}M", n / 1e6),
        n if n >= 1e4 => format!("{}k", n / 1e3),
        n if n >= 10.0 || n == 0.0 => format!("{n:.0}"),
        n if n >= 0.1 => format!("{n:.1}"),
        n => format!("{n:.3}"),
    }
}
