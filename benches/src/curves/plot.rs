//! The curves as one SVG: each cost of an entry over the size, both in powers of ten.

use std::path::Path;

use plotters::prelude::*;

use super::Row;
use crate::Result;

/// Pixels.
const AREA: (u32, u32) = (900, 520);

/// A cost of one entry, or of one operation: flat, if size does not matter.
type Curve = (&'static str, fn(&Row) -> f64);

const CURVES: [Curve; 7] = [
    ("verify, us of an entry", |row| 1e6 / row.verify_per_second),
    ("append, us of an entry", |row| 1e6 / row.append_per_second),
    ("export, us of an entry", |row| 1e6 / row.export_per_second),
    ("inclusion proof, us", |row| row.inclusion_micros),
    ("consistency proof, us", |row| row.consistency_micros),
    ("open, ms", |row| row.open_seconds * 1e3),
    ("peak memory of verify, MB", |row| row.verify_peak_bytes as f64 / 1e6),
];

pub fn plot(path: &Path, rows: &[Row]) -> Result<()> {
    let costs = || rows.iter().flat_map(|row| CURVES.iter().map(|(_, cost)| cost(row))).filter(|cost| *cost > 0.0);
    let (low, high) = costs().fold((f64::MAX, f64::MIN), |(low, high), cost| (low.min(cost), high.max(cost)));
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(()) };
    let root = SVGBackend::new(path, AREA).into_drawing_area();
    let drawn = || -> std::result::Result<(), Box<dyn std::error::Error>> {
        root.fill(&WHITE)?;
        let sizes = (first.entries as f64 * 0.8..last.entries as f64 * 1.25).log_scale();
        let mut chart = ChartBuilder::on(&root)
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(64)
            .build_cartesian_2d(sizes, (low * 0.5..high * 2.0).log_scale())?;
        chart.configure_mesh().x_desc("entries").y_desc("cost").light_line_style(TRANSPARENT).draw()?;
        for (number, (name, cost)) in CURVES.iter().enumerate() {
            let color = Palette99::pick(number).to_rgba();
            let points = || rows.iter().map(|row| (row.entries as f64, cost(row))).filter(|(_, cost)| *cost > 0.0);
            chart
                .draw_series(LineSeries::new(points(), color.stroke_width(2)))?
                .label(*name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color.stroke_width(2)));
            chart.draw_series(points().map(|point| Circle::new(point, 3, color.filled())))?;
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK.mix(0.2))
            .draw()?;
        Ok(root.present()?)
    };
    drawn().map_err(|error| error.to_string().into())
}
