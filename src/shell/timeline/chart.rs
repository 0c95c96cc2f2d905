//! Charts as SVG inside a page: no script, no font file, and the reader's own colours.
//!
//! Shapes are drawn in sentinel colours, one for each [`Ink`], which the page's style sheet replaces: so one drawing serves
//! light and dark. What a chart shows stands in words in its description, and in numbers in a table beside it.

mod answers;
mod days;
mod figures;

use maud::{Markup, PreEscaped, html};
use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea as _};
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBColor, TextStyle};

use super::tally::Asked;
use crate::core::time::Time;

pub(super) use answers::answers;
pub(super) use days::days;
pub(super) use figures::figures;

/// Units across a drawing: about as many pixels as a phone has.
const WIDTH: u32 = 400;
/// Units of height of a bar with its label.
const BAR: u32 = 38;
/// Units below the bars, for the scale.
const SCALE: u32 = 34;
/// Bars in one chart, at most: further ones would not be read.
const MAX_BARS: usize = 24;
/// Characters of a label in a chart, at most: about as many as fit.
const MAX_LABEL_CHARS: usize = 52;

/// What a shape means; the number is its sentinel colour, and the style sheet's `--ink-N`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Text = 1,
    Faint = 2,
    InTime = 3,
    Late = 4,
    Refused = 5,
    Silent = 6,
    Open = 7,
    Latest = 8,
    Changed = 9,
    Grid = 10,
}

/// A chart with its words and numbers.
pub(super) struct Chart {
    /// What its elements are called in the page.
    pub id: &'static str,
    pub title: String,
    /// What it shows, in words.
    pub description: String,
    pub legend: Vec<(Ink, &'static str)>,
    /// Its numbers: a header, and rows.
    pub header: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
    height: u32,
    /// The elements inside the drawing, as the plotting library wrote and escaped them.
    shapes: String,
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn std::error::Error>>;

impl Ink {
    fn color(self) -> RGBColor {
        RGBColor(0, 0, self as u8)
    }

    fn text(self, size: i32) -> TextStyle<'static> {
        FontDesc::new(FontFamily::SansSerif, f64::from(size), FontStyle::Normal).color(&self.color())
    }
}

impl Chart {
    /// The drawing, named and described for who does not see it.
    pub fn svg(&self) -> Markup {
        let (title, description) = (format!("{}-title", self.id), format!("{}-description", self.id));
        html! {
            svg viewBox=(format!("0 0 {WIDTH} {}", self.height)) role="img"
                aria-labelledby=(format!("{title} {description}")) {
                title id=(title) { (self.title) }
                desc id=(description) { (self.description) }
                (PreEscaped(&self.shapes))
            }
        }
    }
}

/// Draws, and hands over the elements inside the drawing's own. None where the library could not.
fn shapes(height: u32, draw: impl FnOnce(&Area<'_>) -> Drawn) -> Option<String> {
    let mut drawn = String::new();
    {
        let area = SVGBackend::with_string(&mut drawn, (WIDTH, height)).into_drawing_area();
        draw(&area).ok()?;
        area.present().ok()?;
    }
    let (_, inside) = drawn.split_once('>')?;
    let (inside, _) = inside.rsplit_once("</svg>")?;
    Some(inside.trim().to_owned())
}

/// The beginning of a label, short enough for a chart.
fn short(label: &str) -> String {
    match label.char_indices().nth(MAX_LABEL_CHARS) {
        Some((end, _)) => format!("{}…", label.get(..end).unwrap_or_default()),
        None => label.to_owned(),
    }
}

/// The last of them, where there are more than a chart takes; and what to say of that.
fn last<T>(bars: &[T]) -> (&[T], &'static str) {
    let first = bars.len().saturating_sub(MAX_BARS);
    (
        bars.get(first..).unwrap_or_default(),
        if first > 0 { " Only the last 24 are drawn; the table has all." } else { "" },
    )
}

/// A request in a chart: by its name where the story has several, and by whom it was put to.
fn name_of(asked: &Asked, one_request: bool) -> String {
    if one_request { asked.addressee.to_string() } else { asked.request.to_string() }
}

fn days_between(from: Time, to: Time) -> f64 {
    to.unix().saturating_sub(from.unix()) as f64 / 86_400.0
}
