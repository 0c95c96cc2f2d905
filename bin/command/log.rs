//! `candour log`: the entries, one line each.

use std::process::ExitCode;

use candour::core::chain::Link;
use candour::core::entry::Entry;
use candour::core::text::{DocumentId, Slug};
use candour::core::time::Millis;
use candour::shell::reading::{Ask, List, Reading};
use clap::Args;
use serde::Serialize;

use crate::bundle::{ReadingArguments, day, note_beyond};
use crate::failure::Failure;
use crate::output::Output;

/// List the entries of a ledger.
#[derive(Args)]
pub struct Log {
    #[command(flatten)]
    ledger: ReadingArguments,
    /// Only what this actor said
    #[arg(long)]
    actor: Option<Slug>,
    /// Only what is about this request
    #[arg(long)]
    request: Option<DocumentId>,
    /// Only events of this kind, such as `disclosure_filed`
    #[arg(long)]
    kind: Option<String>,
}

#[derive(Serialize)]
struct Line {
    index: u64,
    recorded_at: Millis,
    author: Slug,
    kind: &'static str,
    about: Option<String>,
    cosigners: usize,
    /// Whether a checkpoint promises it.
    promised: bool,
}

impl Log {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let lists = [
            self.actor.as_ref().map(List::Actor),
            self.request.as_ref().map(List::Request),
            self.kind.as_deref().map(List::Kind),
        ];
        let lists: Vec<_> = lists.into_iter().flatten().collect();
        let read = self.ledger.read(Ask::Entries(&lists), &mut |link, entry| self.line(link, entry))?;
        let Reading { picked: mut lines, promised, .. } = read;
        lines.iter_mut().for_each(|line| line.promised = promised.is_some_and(|size| line.index < size));
        if output.json {
            lines.iter().for_each(|line| output.json(line));
            return Ok(ExitCode::SUCCESS);
        }
        note_beyond(promised, lines.last().map(|line| line.index));
        output.table(
            ["entry", "recorded", "author", "kind", "about", "co-signers"],
            lines.into_iter().map(|line| {
                let cosigners = if line.cosigners == 0 { String::new() } else { line.cosigners.to_string() };
                let about = line.about.unwrap_or_default();
                [
                    line.index.to_string(),
                    day(line.recorded_at),
                    line.author.to_string(),
                    line.kind.to_owned(),
                    about,
                    cosigners,
                ]
            }),
        );
        Ok(ExitCode::SUCCESS)
    }

    /// The entry's line, if it was asked for.
    fn line(&self, link: &Link, entry: &Entry) -> Option<Line> {
        let statement = link.statement.as_ref()?;
        let event = &statement.event;
        let wanted = self.actor.as_ref().is_none_or(|actor| *actor == statement.author)
            && self.request.as_ref().is_none_or(|request| Some(request) == event.request())
            && self.kind.as_ref().is_none_or(|kind| kind == event.kind());
        wanted.then(|| Line {
            index: link.index,
            recorded_at: entry.recorded_at,
            author: statement.author.clone(),
            kind: event.kind(),
            about: event.subject(),
            cosigners: entry.signatures.len().saturating_sub(1),
            promised: false,
        })
    }
}
