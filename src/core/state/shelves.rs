//! What of a state grows with every entry, apart from the rest.

use std::io;

use serde::{Deserialize, Serialize};

use super::State;
use super::attachments::Attachments;
use super::documents::Documents;
use crate::core::hash::Hash;
use crate::core::shelf::{KeptRun, OpenedRun, Scratch, Shelf, Space};

/// What of a state grows with every entry: the documents, the attachments, and what was co-signed. The rest grows with actors and keys, with
/// what is registered, asked, raised, assessed and decided, and with checkpoints.
#[derive(Debug, Default)]
pub struct Shelves {
    pub(super) documents: Documents,
    pub(super) attachments: Attachments,
    pub(super) cosigned: Shelf<Hash, ()>,
}

/// The kept runs of each shelf, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runs<R = KeptRun> {
    documents: Vec<R>,
    attachments: Vec<R>,
    cosigned: Vec<R>,
}

impl<R> Runs<R> {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &R> {
        self.documents.iter().chain(&self.attachments).chain(&self.cosigned)
    }

    /// The same of something else for each of them.
    ///
    /// # Errors
    /// The first that there is.
    pub fn try_map<S, E>(&self, mut each: impl FnMut(&R) -> Result<S, E>) -> Result<Runs<S>, E> {
        Ok(Runs {
            documents: self.documents.iter().map(&mut each).collect::<Result<_, E>>()?,
            attachments: self.attachments.iter().map(&mut each).collect::<Result<_, E>>()?,
            cosigned: self.cosigned.iter().map(&mut each).collect::<Result<_, E>>()?,
        })
    }
}

impl Shelves {
    /// Sees to it that all of it is in kept runs. On a failure it says the same as before.
    ///
    /// # Errors
    /// What the space or the scratch says.
    pub fn keep(&mut self, space: &dyn Space) -> io::Result<Runs> {
        Ok(Runs {
            documents: self.documents.keep(space)?,
            attachments: self.attachments.keep(space)?,
            cosigned: self.cosigned.keep(space)?,
        })
    }

    /// Of kept runs, each of which is read once and must be what it is known by.
    ///
    /// # Errors
    /// `InvalidData` where one is not; what the system says.
    pub fn open(runs: Runs<OpenedRun>, scratch: &Scratch) -> io::Result<Self> {
        Ok(Self {
            documents: Documents::of_kept(runs.documents, scratch)?,
            attachments: Attachments::of_kept(runs.attachments, scratch)?,
            cosigned: Shelf::of_kept(runs.cosigned, scratch)?,
        })
    }
}

impl State {
    /// Takes the shelves out. Until they are back, the state says that there is no document, and no attachment.
    pub(in crate::core) fn take_shelves(&mut self) -> Shelves {
        Shelves {
            documents: std::mem::take(&mut self.documents),
            attachments: std::mem::take(&mut self.attachments),
            cosigned: std::mem::take(&mut self.cosigned),
        }
    }

    /// Puts shelves in place of those that it has.
    pub(in crate::core) fn put_shelves(&mut self, Shelves { documents, attachments, cosigned }: Shelves) {
        (self.documents, self.attachments, self.cosigned) = (documents, attachments, cosigned);
    }
}
