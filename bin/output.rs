//! Printing: text for people, JSON for programs, progress for whoever waits at a terminal.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use candour::core::text::deceives;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// How to print.
pub struct Output {
    /// As JSON.
    pub json: bool,
}

/// Good news.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Bad news.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// What stands aside.
pub const FAINT: Style = Style::new().dimmed();

impl Output {
    /// Prints a value as JSON, on one line each.
    pub fn json(&self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(json) => self.line(json),
            Err(error) => say_error("error", &error.to_string()),
        }
    }

    /// Prints a line. Nobody reads after a closed pipe, and that is no failure.
    pub fn line(&self, text: impl AsRef<str>) {
        let _ = writeln!(anstream::stdout(), "{}", text.as_ref());
    }

    /// Prints a table with a header.
    pub fn table<const N: usize>(&self, header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) {
        let mut table = Table::new();
        table.load_style(NOTHING).set_header(header.map(|name| name.to_uppercase()));
        table.add_rows(rows.into_iter().map(|row| row.map(|cell| printable(&cell))));
        table.column_iter_mut().for_each(|column| {
            column.set_padding((0, 2));
        });
        for line in table.to_string().lines() {
            self.line(line.trim_end());
        }
    }

    /// A progress bar over entries, on a terminal only, and only once the work takes long.
    pub fn progress(&self) -> impl FnMut(u64, Option<u64>) + use<> {
        let visible = !self.json && io::stderr().is_terminal();
        let bar = if visible { ProgressBar::new(0) } else { ProgressBar::hidden() };
        if let Ok(style) =
            ProgressStyle::with_template("{bar:32} {human_pos} of {human_len} entries, {per_sec}, {eta} left")
        {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        move |done, total| {
            if let Some(total) = total {
                bar.set_length(total);
            }
            bar.set_position(done);
            if total.is_some_and(|total| done >= total) {
                bar.finish_and_clear();
            }
        }
    }
}

/// A line on standard error, after its label.
pub fn say_error(label: &str, text: &str) {
    let style = if label == "error" { BAD } else { Style::new().bold() };
    let _ = writeln!(anstream::stderr(), "{style}{label}:{style:#} {text}");
}

/// A text from outside, with what would deceive a terminal or the eye made visible.
pub fn printable(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, c| {
        if c != '\n' && deceives(c) {
            shown.extend(c.escape_unicode())
        } else {
            shown.push(c)
        }
        shown
    })
}
