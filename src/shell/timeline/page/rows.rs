//! The rows of the story as a table.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::{reference, references};
use crate::shell::timeline::words::{count, plain};
use crate::shell::timeline::{Row, Story};

/// Rows of one kind of finding on one entry that are told each on its own, at most: more are summed up in one row, and
/// each stands among the findings.
const MAX_ALIKE: usize = 3;

pub(super) fn section(story: &Story) -> Markup {
    let known = story.entries();
    let alike = |one: &Row, other: &Row| {
        one.is_finding()
            && one.kind == other.kind
            && one.at == other.at
            && one.refers_to.last() == other.refers_to.last()
    };
    html! {
        section #timeline {
            h2 { "Timeline" }
            p { "A row without an entry is derived: nobody said it, and replaying the ledger shows it." }
            table {
                thead { tr { @for name in ["When", "Entry", "What"] { th scope="col" { (name) } } } }
                tbody {
                    @for group in story.rows.chunk_by(alike) {
                        @if group.len() > MAX_ALIKE { (many(group, &known)) }
                        @else { @for row in group { (one(row, &known)) } }
                    }
                }
            }
        }
    }
}

fn one(row: &Row, known: &BTreeSet<u64>) -> Markup {
    let class = if row.entry.is_some() { "said" } else { "derived" };
    html! {
        tr class=(class) id=[row.entry.map(|entry| format!("entry-{entry}"))] {
            td { (row.at.time()) }
            td {
                @if let Some(entry) = row.entry { (reference(entry, known)) } @else { "derived" }
                br; span.kind { (plain(row.kind)) }
            }
            td {
                @if let Some(who) = row.who.as_ref().filter(|_| !row.is_finding()) {
                    strong { (who) } @if row.entry.is_some() { " " } @else { ": " }
                }
                (row.what)
                @if let Some(words) = &row.words { blockquote { (words) } }
                @for reply in &row.replies {
                    p.reply { (reply.author) " replied in " (reference(reply.index, known)) ":" }
                    blockquote { (reply.note) }
                }
                (proof(row, known))
            }
        }
    }
}

/// What it takes to check the row.
fn proof(row: &Row, known: &BTreeSet<u64>) -> Markup {
    let of = if row.entry.is_some() { "refers to " } else { "derived from " };
    html! {
        p.proof {
            @if let Some(entry) = row.entry {
                @if let Some(document) = &row.document { "document " code { (document) } " · " }
                code { "candour show LEDGER " (entry) } " · " code { "candour prove LEDGER " (entry) } " · "
            }
            @if let Some(leaf) = &row.leaf { "leaf hash " code { (leaf) } }
            @if let Some(key) = &row.key { " · signed with " code { (key) } }
            @if let Some(others) = row.cosigners.filter(|others| *others > 0) {
                " and " (count(others, "co-signature"))
            }
            @if !row.refers_to.is_empty() {
                @if row.entry.is_some() { " · " } (of) (references(&row.refers_to, known))
            }
        }
    }
}

/// Many findings of one kind on one entry.
fn many(rows: &[Row], known: &BTreeSet<u64>) -> Markup {
    html! {
        @if let Some(first) = rows.first() {
            tr.derived {
                td { (first.at.time()) }
                td { "derived" br; span.kind { (first.kind) } }
                td {
                    @if let Some(who) = &first.who { strong { (who) } ": " }
                    (count(rows.len(), "finding")) " of " code { (first.kind) }
                    @if let Some(entry) = first.refers_to.last() { " on " (reference(*entry, known)) }
                    "; each stands under " a href="#findings" { "Findings" } "."
                }
            }
        }
    }
}
