//! `candour import`: a platform discloses a published table by a map: its figures, and the file as it was.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use candour::core::audit::CHECKPOINT;
use candour::core::event::{CorrectionFiled, CorrectionReason, DisclosureFiled, Event};
use candour::core::json::Set;
use candour::core::text::{DocumentId, Label, Slug, Text};
use candour::shell::import::slug;
use candour::storage::open_bundle;
use clap::Args;

use super::correct::parse_reason;
use crate::failure::Failure;
use crate::filing::{Files, Filing, document};
use crate::importing::{Importing, say};
use crate::output::Output;

/// Import a table.
#[derive(Args)]
pub struct Import {
    #[command(flatten)]
    filing: Filing,
    /// The table: CSV, or whatever delimiter the map names
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    importing: Importing,
    /// What you call it; its full name will be YOU/NAME. From the file's name if left out
    #[arg(long)]
    name: Option<Slug>,
    /// A line that says what it is about; what the map is about if left out
    #[arg(long, conflicts_with = "supersedes")]
    subject: Option<Label>,
    /// Also write the observations here
    #[arg(long, value_name = "CSV")]
    observations: Option<PathBuf>,
    /// File it as a correction of this disclosure or correction
    #[arg(long, value_name = "DOCUMENT", requires_all = ["reason", "note"])]
    supersedes: Option<DocumentId>,
    /// Why it is corrected: inconsistency, error, `methodology_change` or `late_data`
    #[arg(long, value_parser = parse_reason, requires = "supersedes")]
    reason: Option<CorrectionReason>,
    /// You hold the change to be material
    #[arg(long, requires = "supersedes")]
    material: bool,
    /// What was wrong, in your words
    #[arg(long, requires = "supersedes")]
    note: Option<Text>,
}

impl Import {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        if is_ledger(&self.file) {
            let words = format!("{}: expected a table, found a copy of a ledger", self.file.display());
            return Err(
                Failure::unjudged(words).hint("candour restore BUNDLE LEDGER makes a ledger's folder from a copy")
            );
        }
        let map = self.importing.map()?;
        let name = self.name()?;
        let folder = tempfile::tempdir().map_err(Failure::unjudged)?;
        let made = folder.path().join(format!("{name}-observations.csv"));
        let summary = self.importing.convert(&map, &self.file, &made)?;
        if let Some(path) = &self.observations {
            std::fs::copy(&made, path).map_err(|error| Failure::io(path, error))?;
        }
        let mut files = Files::default();
        let media_type = if map.is_tabbed() { "text/tab-separated-values" } else { "text/csv" };
        let original = files.attach(&self.file, Some(media_type))?;
        let observations = files.attach_table(&made, |_| {})?;
        let ledger = self.filing.open()?;
        let author = self.filing.author(ledger.chain())?;
        let document = document(&author, &name)?;
        let attachments = Set::new(vec![original, observations]);
        let event = match (&self.supersedes, self.reason, &self.note) {
            (Some(supersedes), Some(reason), Some(note)) => Event::CorrectionFiled(CorrectionFiled {
                attachments,
                correction: document,
                material: self.material,
                note: note.clone(),
                observations: None,
                reason,
                supersedes: supersedes.clone(),
            }),
            _ => Event::DisclosureFiled(DisclosureFiled {
                confidential_until: None,
                attachments,
                disclosure: document,
                observations: None,
                period: self.importing.period.or(summary.latest).ok_or_else(|| Failure::unjudged("no period"))?,
                // Of a table about several, the map names the family; else it is the author's.
                service: self
                    .importing
                    .service
                    .clone()
                    .or(summary.service.clone())
                    .unwrap_or_else(|| map.family().cloned().unwrap_or(author)),
                subject: self.subject.clone().unwrap_or_else(|| map.about().clone()),
            }),
        };
        say(output, &summary, self.observations.as_ref());
        self.filing.file(output, ledger, event, &files, &[])?;
        Ok(ExitCode::SUCCESS)
    }

    fn name(&self) -> Result<Slug, Failure> {
        if let Some(name) = &self.name {
            return Ok(name.clone());
        }
        let stem = self.file.file_stem().map(|stem| slug(&stem.to_string_lossy())).unwrap_or_default();
        stem.parse().map_err(|error| Failure::unjudged(error).hint("name it with --name"))
    }
}

/// Whether what is to be imported is a ledger rather than a table: a folder or an archive with a checkpoint.
fn is_ledger(path: &Path) -> bool {
    let bundle = open_bundle(path);
    bundle.is_ok_and(|bundle| bundle.open(CHECKPOINT).is_ok_and(|checkpoint| checkpoint.is_some()))
}
