//! The story as one page of HTML that needs nothing else: no network, no script, no font.
//!
//! Texts from the ledger are hostile. Every one goes through the templates, which escape it; what is not escaped is the
//! style sheet and the shapes that the plotting library drew and escaped itself. The page forbids the browser everything
//! but its own styles.

mod rows;
mod verifying;

use std::collections::{BTreeMap, BTreeSet};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::chart::{Chart, answers, days, figures};
use super::words::count;
use super::{Levied, Story, Subject};
use crate::core::finding::{FindingCode, Severity};
use crate::core::penalty::money;
use crate::shell::findings::Noted;

/// What the page allows the browser.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

const FINDING_COLUMNS: [&str; 3] = ["Finding", "Entries", "What was noticed, and what is said of it"];
const PENALTY_COLUMNS: [&str; 4] = ["Penalty", "Entry", "On", "Has come to"];

/// The style sheet.
const STYLE: &str = include_str!("page/style.css");

impl Story {
    /// The story as one HTML page. The same story gives the same bytes.
    pub fn html(&self) -> String {
        let title = match &self.title {
            Some(name) => format!("{} ({name})", self.subject),
            None => self.subject.to_string(),
        };
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { "Timeline of " (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    main {
                        header { h1 { "Timeline of " (title) } (self.provenance()) }
                        (self.summary())
                        (self.charts())
                        (rows::section(self))
                        (self.findings_section())
                        (self.penalties_section())
                        (verifying::section(self))
                    }
                }
            }
        };
        page.into_string()
    }

    /// Of which ledger, as of when.
    fn provenance(&self) -> Markup {
        let sealed = match self.sealed {
            sealed if sealed == self.size => "all of them".to_owned(),
            0 => "none of them yet".to_owned(),
            sealed => format!("the first {sealed}; none promises the rest yet"),
        };
        html! {
            p {
                "Taken from the public ledger " code { (self.origin) } ": what was said, when, by whom, and what came to "
                "pass without being said. Nothing here was written by hand. Times are in UTC."
            }
            dl {
                dt { "Ledger" } dd { code { (self.origin) } }
                dt { "Entries read" } dd { (self.size) }
                dt { "Root of their tree" } dd { code { (self.root) } }
                dt { "Under a valid checkpoint" } dd { (sealed) }
                @if let Some(recorded_at) = self.recorded_at {
                    dt { "Last entry recorded" } dd { (recorded_at.time()) }
                }
                dt { "Judged as of" } dd { (self.as_of) }
            }
        }
    }

    fn summary(&self) -> Markup {
        let severe = |severity| self.findings.iter().filter(|noted| noted.finding.severity() == severity).count();
        let entries = self.rows.iter().filter(|row| row.entry.is_some()).count();
        let came_to: Vec<_> = self.tally.columns().into_iter().filter(|(_, items)| *items > 0).collect();
        html! {
            section #summary {
                h2 { "Summary" }
                ul {
                    li { (count(entries, "entry")) " of the ledger concern " (self.subject) "." }
                    @if self.tally.items() > 0 {
                        li {
                            "Of " (count(self.tally.items(), "item")) " asked for: "
                            @for (place, (name, items)) in came_to.iter().enumerate() {
                                @if place > 0 { ", " } (items) " " (name)
                            }
                            "."
                        }
                    }
                    li {
                        (count(self.findings.len(), "finding")) " (" (severe(Severity::Serious)) " serious, "
                        (severe(Severity::Concern)) " of concern, " (severe(Severity::Note)) " to note). A finding is "
                        "what the replay of the ledger noticed and no rule forbids; it says nothing of why."
                    }
                    @if !self.penalties.is_empty() { li { (count(self.penalties.len(), "penalty")) " imposed." } }
                }
            }
        }
    }

    fn charts(&self) -> Markup {
        let one_request = matches!(self.subject, Subject::Request(_));
        let restated = self.restated.as_ref().and_then(figures);
        let drawn = [restated, answers(&self.asked, one_request), days(&self.asked, one_request, self.as_of)];
        let drawn: Vec<Chart> = drawn.into_iter().flatten().collect();
        html! {
            @if !drawn.is_empty() {
                section #charts {
                    h2 { "Charts" }
                    @for chart in &drawn { (figure(chart)) }
                }
            }
        }
    }

    fn findings_section(&self) -> Markup {
        let mut counts: BTreeMap<FindingCode, u64> = BTreeMap::new();
        self.findings.iter().for_each(|noted| *counts.entry(noted.finding.code).or_default() += 1);
        let known = self.entries();
        html! {
            section #findings {
                h2 { "Findings" }
                @if self.findings.is_empty() {
                    p { "None." }
                } @else {
                    ul {
                        @for (code, number) in &counts {
                            li { (number) " × " code { (code.as_str()) } ": " (code.meaning()) }
                        }
                    }
                    table {
                        thead { tr { @for name in FINDING_COLUMNS { th scope="col" { (name) } } } }
                        tbody { @for noted in &self.findings { (finding(noted, &known)) } }
                    }
                }
            }
        }
    }

    fn penalties_section(&self) -> Markup {
        let known = self.entries();
        html! {
            @if !self.penalties.is_empty() {
                section #penalties {
                    h2 { "Penalties" }
                    table {
                        thead { tr { @for name in PENALTY_COLUMNS { th scope="col" { (name) } } } }
                        tbody { @for levied in &self.penalties { (penalty(levied, &known)) } }
                    }
                }
            }
        }
    }

    /// The entries that have a row.
    fn entries(&self) -> BTreeSet<u64> {
        self.rows.iter().filter_map(|row| row.entry).collect()
    }
}

/// A chart with its legend, and its numbers.
fn figure(chart: &Chart) -> Markup {
    html! {
        figure {
            figcaption { (chart.title) }
            (chart.svg())
            ul.legend {
                @for (ink, name) in &chart.legend { li { span class={ "swatch ink-" (*ink as u8) } {} (name) } }
            }
            p.description { (chart.description) }
            details {
                summary { "The numbers" }
                table {
                    thead { tr { @for name in &chart.header { th scope="col" { (name) } } } }
                    tbody {
                        @for row in &chart.rows {
                            tr {
                                @for (cell, name) in row.iter().zip(&chart.header) { td data-label=(name) { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn finding(noted: &Noted, known: &BTreeSet<u64>) -> Markup {
    let Noted { finding, replies, .. } = noted;
    html! {
        tr id=(format!("finding-{}", finding.id())) {
            td data-label="Finding" { code { (finding.code.as_str()) } br; (finding.severity().as_str()) }
            td data-label="Entries" { (references(&finding.entries, known)) }
            td {
                (finding.says)
                @for reply in replies {
                    p.reply { (reply.author) " replied in " (reference(reply.index, known)) ":" }
                    blockquote { (reply.note) }
                }
                p.proof { "finding " code { (finding.id()) } }
            }
        }
    }
}

fn penalty(levied: &Levied, known: &BTreeSet<u64>) -> Markup {
    let Levied { id, penalty, by, accrued } = levied;
    let total = money(&penalty.currency, accrued.total);
    html! {
        tr {
            td data-label="Penalty" { code { (id) } " under " code { (penalty.under) } }
            td data-label="Entry" { (reference(penalty.index, known)) }
            td data-label="On" { (penalty.addressee) }
            td data-label="Has come to" {
                @if let Some(entry) = penalty.set_aside {
                    "nothing: set aside by " (reference(entry, known))
                } @else {
                    (total) " by " (by)
                    @if penalty.daily.is_some() {
                        ", of which " (money(&penalty.currency, accrued.daily)) " for " (count(accrued.days, "day"))
                    }
                    @if accrued.running { "; each day adds to it" }
                }
            }
        }
    }
}

/// An entry by its number: a link where the page has its row.
fn reference(entry: u64, known: &BTreeSet<u64>) -> Markup {
    html! {
        @if known.contains(&entry) { a href=(format!("#entry-{entry}")) { "entry " (entry) } }
        @else { "entry " (entry) }
    }
}

fn references(entries: &[u64], known: &BTreeSet<u64>) -> Markup {
    html! { @for (place, entry) in entries.iter().enumerate() { @if place > 0 { ", " } (reference(*entry, known)) } }
}
