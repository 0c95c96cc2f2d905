//! Printing.

use std::error::Error;
use std::io::Write as _;

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde::Serialize;

use crate::machine::Machine;

/// How to print.
pub struct Output {
    /// As JSON.
    pub json: bool,
    /// Tables in Markdown, to paste.
    pub markdown: bool,
}

impl Output {
    /// The machine, then a title, what was measured as a table, or all of it as one line of JSON.
    pub fn measured<T: Serialize, const N: usize>(
        &self,
        title: &str,
        measured: &T,
        header: [&str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) {
        let machine = Machine::this();
        if self.json {
            let all = serde_json::json!({ "title": title, "machine": machine, "measured": measured });
            return self.line(&all.to_string());
        }
        self.line(&machine.to_string());
        self.line(title);
        if self.markdown {
            self.line("");
            self.line(&format!("| {} |", header.join(" | ")));
            self.line(&format!("|{}", "---|".repeat(N)));
            rows.into_iter().for_each(|row| self.line(&format!("| {} |", row.join(" | "))));
            return;
        }
        let mut table = Table::new();
        table.load_style(NOTHING).set_header(header.map(str::to_uppercase));
        table.add_rows(rows);
        for line in table.to_string().lines() {
            self.line(line.trim_end());
        }
    }

    /// A line.
    pub fn line(&self, text: &str) {
        let _ = writeln!(anstream::stdout(), "{text}");
    }

    /// A line on standard error: what is going on, or was left out.
    pub fn note(&self, text: &str) {
        let _ = writeln!(anstream::stderr(), "{text}");
    }

    /// What went wrong.
    pub fn error(&self, error: &dyn Error) {
        self.note(&format!("error: {error}"));
    }
}

/// So many a second.
pub fn rate(count: usize, seconds: f64) -> f64 {
    if seconds > 0.0 { count as f64 / seconds } else { 0.0 }
}
