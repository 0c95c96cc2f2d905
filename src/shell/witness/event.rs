//! What happens at a witness, for whoever watches over it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use serde::Serialize;

use crate::core::checkpoint::Checkpoint;
use crate::core::hash::Hash;
use crate::core::witness::{Evidence, Refusal};

/// Events that wait to be heard of, at most. Any more are counted and not told.
pub const MAX_EVENTS_WAITING: usize = 1024;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A checkpoint was cosigned.
    Cosigned {
        /// Of which log.
        origin: String,
        /// Its size.
        size: u64,
        /// Its root.
        root: Hash,
    },
    /// A request was refused.
    Refused {
        /// Of which log, if of one that the witness knows.
        #[serde(skip_serializing_if = "Option::is_none")]
        origin: Option<String>,
        /// The HTTP status.
        status: u16,
        /// Why.
        why: String,
    },
    /// Evidence against a log was kept.
    EvidenceKept {
        /// Which log.
        origin: String,
        /// The evidence's stable name.
        kind: &'static str,
        /// What it says.
        meaning: &'static str,
        /// The folder it is in.
        path: PathBuf,
    },
    /// The witness itself could not do its work.
    Failed {
        /// For which log.
        origin: String,
        /// What could not be done, and why.
        why: String,
    },
    /// More happened than could be told.
    Untold {
        /// How many events.
        count: u64,
    },
}

/// Tells what happens, and never waits for whoever listens.
pub(super) struct Events {
    sender: SyncSender<Event>,
    untold: AtomicU64,
}

impl Events {
    pub(super) fn new() -> (Self, Receiver<Event>) {
        let (sender, receiver) = sync_channel(MAX_EVENTS_WAITING);
        (Self { sender, untold: AtomicU64::new(0) }, receiver)
    }

    pub(super) fn cosigned(&self, checkpoint: &Checkpoint) {
        let Checkpoint { origin, size, root } = checkpoint.clone();
        self.tell(Event::Cosigned { origin, size, root });
    }

    pub(super) fn refused(&self, origin: Option<&str>, refusal: &Refusal) {
        let origin = origin.map(str::to_owned);
        self.tell(Event::Refused { origin, status: refusal.status(), why: refusal.to_string() });
    }

    pub(super) fn kept(&self, origin: &str, kind: Evidence, path: PathBuf) {
        let (kind, meaning) = (kind.code(), kind.meaning());
        self.tell(Event::EvidenceKept { origin: origin.to_owned(), kind, meaning, path });
    }

    pub(super) fn failed(&self, origin: &str, why: &dyn std::error::Error) {
        self.tell(Event::Failed { origin: origin.to_owned(), why: why.to_string() });
    }

    pub(super) fn not_kept(&self, origin: &str, why: &dyn std::error::Error) {
        self.tell(Event::Failed { origin: origin.to_owned(), why: format!("evidence: {why}") });
    }

    fn tell(&self, event: Event) {
        let untold = self.untold.swap(0, Ordering::Relaxed);
        if untold > 0 && self.sender.try_send(Event::Untold { count: untold }).is_err() {
            self.untold.fetch_add(untold.saturating_add(1), Ordering::Relaxed);
        } else if self.sender.try_send(event).is_err() {
            self.untold.fetch_add(1, Ordering::Relaxed);
        }
    }
}
