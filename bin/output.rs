//! Printing: text for people, JSON for programs, progress for whoever waits at a terminal.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use candour::core::text::deceives;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// How to print.
pub struct Output {
    /// As JSON.
    pub json: bool,
}

/// Of so many entries the progress bar shows one: to show each takes as long as to look up a name.
const SHOWN_EVERY: u64 = 64;

/// Good news.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Bad news.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// What stands aside.
pub const FAINT: Style = Style::new().dimmed();

impl Output {
    /// Prints a value as JSON, on one line each.
    pub fn json(&self, value: &impl Serialize) {
        match to_json(value) {
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
            let ended = total.is_some_and(|total| done >= total);
            if !ended && done % SHOWN_EVERY != 0 {
                return;
            }
            if let Some(total) = total {
                bar.set_length(total);
            }
            bar.set_position(done);
            if ended {
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

/// A value as JSON on one line, in which what would deceive a terminal or the eye is escaped: to a program it is the same.
pub fn to_json(value: &impl Serialize) -> serde_json::Result<String> {
    let mut json = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut json, Visible))?;
    String::from_utf8(json).map_err(serde::ser::Error::custom)
}

/// Writes texts in JSON with such characters escaped.
struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut units = [0; 2];
        for part in fragment.split_inclusive(deceives) {
            let hidden = part.chars().next_back().filter(|c| deceives(*c));
            let seen = hidden.and_then(|c| part.strip_suffix(c)).unwrap_or(part);
            writer.write_all(seen.as_bytes())?;
            for unit in hidden.iter().flat_map(|c| c.encode_utf16(&mut units).to_vec()) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_shows_what_would_deceive_and_stays_the_same_value() {
        for text in ["\u{9b}31m", "a\u{202e}b\u{2066}", "\u{200b}", "\u{e0041}é\u{7f}", "\n\"\\ plain é 😀", ""] {
            let json = to_json(&[text]).unwrap();
            assert!(!json.contains(deceives), "{json:?}");
            assert_eq!(serde_json::from_str::<[String; 1]>(&json).unwrap(), [text], "{json:?}");
        }
        assert_eq!(to_json(&"\u{e0041}é😀").unwrap(), "\"\\udb40\\udc41é😀\"");
    }
}
