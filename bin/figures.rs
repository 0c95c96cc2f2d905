//! The figures of a disclosure or correction: a table of observations, and files.

use std::path::PathBuf;

use candour::core::event::observation::MAX_OBSERVATIONS;
use candour::core::event::{Attachment, Observation};
use candour::core::json::{self, List};
use clap::Args;

use crate::failure::Failure;
use crate::filing::Files;

/// Bytes of observations that go into a statement; more go into an attachment. Leaves room for the rest of an entry.
const MAX_INLINE_BYTES: usize = 48 * 1024;

/// What is disclosed.
#[derive(Args)]
#[group(required = true, multiple = true)]
pub struct Figures {
    /// The figures: a CSV table of observations (FORMAT.md, section 3). A large one is attached
    #[arg(long, value_name = "CSV")]
    observations: Option<PathBuf>,
    /// A file to attach; may be repeated
    #[arg(long, value_name = "FILE")]
    attach: Vec<PathBuf>,
}

/// Observations for the statement itself, attachments, and where those are.
pub type Read = (Option<List<Observation, MAX_OBSERVATIONS>>, Vec<Attachment>, Files);

impl Figures {
    /// Reads the table, and names the files.
    pub fn read(&self) -> Result<Read, Failure> {
        let mut files = Files::default();
        let mut attachments: Vec<_> =
            self.attach.iter().map(|path| files.attach(path, None)).collect::<Result<_, _>>()?;
        let Some(path) = &self.observations else { return Ok((None, attachments, files)) };
        let (mut rows, mut table) = (Vec::new(), Files::default());
        let named = table.attach_table(path, |row| {
            if rows.len() <= MAX_OBSERVATIONS {
                rows.push(row.clone());
            }
        })?;
        if json::encode(&rows)?.len() <= MAX_INLINE_BYTES
            && let Some(rows) = List::new(rows)
        {
            return Ok((Some(rows), attachments, files));
        }
        attachments.push(named);
        files.extend(table);
        Ok((None, attachments, files))
    }
}
