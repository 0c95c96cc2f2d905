//! A ledger's folder as a repair would leave it: what is in it, with the files that are made anew in place of theirs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::core::audit::{CHECKPOINT, CHECKPOINTS};
use crate::shell::taking::Taking;
use crate::storage::bundle::{Bundle, Trouble};
use crate::storage::bundle_writer::BundleWriter as _;
use crate::storage::folder_bundle::FolderBundle;
use crate::storage::folder_store::{ACKNOWLEDGED_FILE, Mending};
use crate::storage::folder_writer::FolderWriter;
use crate::storage::layout::{ATTACHMENTS, TAIL};

use super::RepairError;

/// What is done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// It is made again from the entries.
    MadeAgain,
    /// It is taken from the copy.
    TakenFromCopy,
    /// It is taken from the ledger's other copy of the same checkpoint.
    TakenFromTwin,
    /// It is made of what is intact in it, in the partial entry bundle beside it, and in the copy.
    Filled,
    /// It is cut after its last intact entry.
    Cut,
    /// It is taken away, as the ledger's entries lead to no such file.
    TakenAway,
}

/// A file, and what is done with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its name in the ledger's folder.
    pub file: String,
    /// What is done.
    pub done: Done,
}

pub(super) struct Draft {
    path: PathBuf,
    /// Where what is replaced will be kept.
    aside: PathBuf,
    /// How the names of folders begin that are not finished.
    prefix: String,
    fresh: FolderWriter,
    steps: BTreeMap<String, Done>,
}

/// The folder as it would be, to read.
pub(super) struct View {
    ledger: FolderBundle,
    fresh: FolderBundle,
    fresh_names: BTreeSet<String>,
    gone: BTreeSet<String>,
}

impl Draft {
    /// Of the ledger's folder, which is an absolute path. What a repair of it left that was killed is removed.
    pub(super) fn of(path: &Path) -> Result<Self, Trouble> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let beside = |n: u32| path.with_file_name(format!("{name}.damaged-{n}"));
        let free = (1..).map(beside).find(|aside| aside.symlink_metadata().is_err());
        let aside = free.unwrap_or_else(|| beside(0));
        // Not as others name what they write there, and no other repair of this ledger runs.
        let prefix = format!(".candour-repair-{name}-");
        FolderWriter::remove_unfinished(&aside, &prefix)?;
        let fresh = FolderWriter::create_as(&aside, &prefix)?;
        Ok(Self { path: path.into(), aside, prefix, fresh, steps: BTreeMap::new() })
    }

    /// The folder as it would be now.
    pub(super) fn view(&self) -> Result<View, Trouble> {
        let of = |gone: bool| {
            let steps = self.steps.iter().filter(move |(_, done)| (**done == Done::TakenAway) == gone);
            steps.map(|(name, _)| name.clone()).collect()
        };
        let (ledger, fresh) = (FolderBundle::open(&self.path)?, FolderBundle::open(self.fresh.folder())?);
        Ok(View { ledger, fresh, fresh_names: of(false), gone: of(true) })
    }

    /// Whether something is done with that file.
    pub(super) fn has_step(&self, name: &str) -> bool {
        self.steps.contains_key(name)
    }

    pub(super) fn steps(&self) -> Vec<Step> {
        self.steps.iter().map(|(file, done)| Step { file: file.clone(), done: *done }).collect()
    }

    /// Puts a file in the place of that name, once.
    pub(super) fn put(&mut self, name: &str, mut bytes: &[u8], done: Done) -> Result<(), Trouble> {
        self.fresh.supply(name, &mut bytes)?;
        self.steps.insert(name.to_owned(), done);
        Ok(())
    }

    /// Leaves a file out.
    pub(super) fn take_away(&mut self, name: &str) {
        self.steps.insert(name.to_owned(), Done::TakenAway);
    }

    /// The folder as it would be, which takes the attachments from a copy that are damaged or missing while it is judged.
    pub(super) fn taking<'a>(&'a mut self, view: &'a View, copy: &'a dyn Bundle) -> Result<Taking<'a>, Trouble> {
        Taking::new(view, copy, &mut self.fresh)
    }

    /// Notes what was taken so.
    pub(super) fn taken(&mut self, names: Vec<String>) {
        self.steps.extend(names.into_iter().map(|name| (name, Done::TakenFromCopy)));
    }

    /// Keeps what is replaced, then replaces it: attachments, then the entries that name them, then what is made of entries,
    /// and what promises them last, so that a ledger that was sound and only behind lacks nothing meanwhile but checkpoints. Then forgets how far
    /// was acknowledged, if it is to. Gives back where it is kept, if anything is.
    pub(super) fn apply(self, mending: &Mending, forgets: bool) -> Result<Option<PathBuf>, RepairError> {
        let ledger = FolderBundle::open(&self.path)?;
        let mut aside = FolderWriter::create_as(&self.aside, &self.prefix)?;
        let mut kept = false;
        for name in self.steps.keys() {
            if let Some(mut content) = ledger.open(name)? {
                aside.add(name, &mut content)?;
                kept = true;
            }
        }
        if forgets && let Some(note) = mending.note()? {
            aside.supply(ACKNOWLEDGED_FILE, &mut note.as_slice())?;
            kept = true;
        }
        if kept {
            aside.finish()?;
        }
        let rank = |name: &str| match name {
            name if name.starts_with(ATTACHMENTS) => 0,
            name if name.starts_with("tile/entries/") && !name.contains(".p/") => 1,
            TAIL => 2,
            CHECKPOINT => 5,
            name if name.starts_with(CHECKPOINTS) => 4,
            _ => 3,
        };
        let mut steps: Vec<_> = self.steps.iter().collect();
        steps.sort_by_key(|(name, _)| rank(name));
        for (name, done) in steps {
            match done {
                Done::TakenAway => mending.remove(name)?,
                _ => mending.replace(name, &self.fresh.folder().join(name))?,
            }
        }
        if forgets {
            mending.forget()?;
        }
        Ok(kept.then_some(self.aside))
    }
}

impl View {
    fn at<'a>(&'a self, name: &str) -> &'a FolderBundle {
        if self.fresh_names.contains(name) { &self.fresh } else { &self.ledger }
    }
}

impl Bundle for View {
    fn names(&self) -> Result<Vec<String>, Trouble> {
        let mut names: BTreeSet<String> = self.ledger.names()?.into_iter().collect();
        names.extend(self.fresh_names.iter().cloned());
        Ok(names.into_iter().filter(|name| !self.gone.contains(name)).collect())
    }

    fn open(&self, name: &str) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
        if self.gone.contains(name) { Ok(None) } else { self.at(name).open(name) }
    }

    fn locate(&self, name: &str) -> PathBuf {
        self.at(name).locate(name)
    }
}
