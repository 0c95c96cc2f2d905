//! The state as of a checkpoint, signed by the operator's key: what lets a ledger be opened without checking every
//! signature again.
//!
//! The bytes are JSON: the [`Chain`] without what grows with every entry, the [`Runs`] that have that, each by the SHA-256
//! of its file, and what the [`Lists`] come to. The note over them, by the operator's key under the ledger's origin, has
//! these lines:
//!
//! ```text
//! candour state snapshot v2
//! <version of candour that made it>
//! <origin>
//! <size>
//! <root, in base64>
//! <SHA-256 of the bytes, in base64>
//! ```
//!
//! No checkpoint reads like that: its second line is a number and its third a hash.

mod walk;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::lists::Lists;
use crate::core::chain::Chain;
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::key::{PublicKey, SecretKey, Signature};
use crate::core::note::{Note, VerifierKey};
use crate::core::shelf::{OpenedRun, Scratch};
use crate::core::state::shelves::{Runs, Shelves};

pub use walk::{Glance, Walk};

/// What the text begins with.
pub const FIRST_LINE: &str = "candour state snapshot v2";
/// Who made it. Another version may come to another state by the same entries, or write it otherwise.
const MADE_BY: &str = env!("CARGO_PKG_VERSION");

/// A snapshot as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The note.
    pub note: String,
    /// What it commits to.
    pub bytes: Vec<u8>,
}

/// Why a snapshot is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Not a note of these lines.
    #[error("no snapshot's note")]
    Malformed,
    /// Made by another version, or in another format.
    #[error("made by another version")]
    OtherVersion,
    /// The bytes are not those that were signed.
    #[error("not the bytes that were signed")]
    Altered,
    /// The files of its runs are not those that were signed, or cannot be read.
    #[error("not the runs that were signed")]
    OtherRuns,
    /// The state does not have the origin, size, root or operator that it should.
    #[error("not the state that its note names")]
    OtherState,
    /// The ledger's entries are not those that led to it.
    #[error("not the state of these entries")]
    OtherEntries,
    /// The ledger published other checkpoints up to there.
    #[error("not the checkpoints of this ledger")]
    OtherCheckpoints,
    /// Not signed by the operator's key that was in force there, or the checkpoint of that size was not.
    #[error("not signed by the operator's key")]
    NotTheOperators,
}

/// A snapshot that was read, and of which nothing is checked but that its bytes are those its note names.
#[derive(Debug)]
pub struct Snapshot {
    note: Note,
    size: u64,
    chain: Chain,
    runs: Runs,
    lists: Lists,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    chain: Chain,
    runs: Runs,
    lists: Lists,
}

#[derive(Serialize)]
struct BodyRef<'a> {
    chain: &'a Chain,
    runs: &'a Runs,
    lists: &'a Lists,
}

impl Kept {
    /// Signs the state as of now: a chain whose shelves were taken out, and the runs that have all of them. The key is the
    /// operator's in force, and a checkpoint of this size was just published.
    ///
    /// # Errors
    /// `ledger-not-opened`: an empty ledger; `note-malformed`.
    pub fn sign(chain: &Chain, runs: &Runs, lists: &Lists, key: &SecretKey) -> Result<Self, Fault> {
        let origin = chain.origin().ok_or_else(|| Fault::new(Code::LedgerNotOpened, "an opened ledger", "none"))?;
        let unwritable = |error: serde_json::Error| Fault::new(Code::NoteMalformed, "a state", error.to_string());
        let bytes = serde_json::to_vec(&BodyRef { chain, runs, lists }).map_err(unwritable)?;
        let note = Note::sign(text(chain, origin.as_str(), Hash::of(&bytes)), origin.as_str(), key)?;
        Ok(Self { note: note.to_string(), bytes })
    }
}

fn text(chain: &Chain, origin: &str, digest: Hash) -> String {
    let (size, root, digest) = (chain.size(), chain.root().to_base64(), digest.to_base64());
    format!("{FIRST_LINE}\n{MADE_BY}\n{origin}\n{size}\n{root}\n{digest}\n")
}

impl Snapshot {
    /// Reads a snapshot.
    ///
    /// # Errors
    /// [`Rejected::Malformed`], [`Rejected::OtherVersion`], [`Rejected::Altered`], [`Rejected::OtherState`].
    pub fn read(kept: &Kept) -> Result<Self, Rejected> {
        let note = Note::parse(kept.note.as_bytes()).map_err(|_| Rejected::Malformed)?;
        let lines: Vec<_> = note.text().lines().collect();
        let &[first, made_by, _, _, _, digest] = lines.as_slice() else { return Err(Rejected::Malformed) };
        if (first, made_by) != (FIRST_LINE, MADE_BY) {
            return Err(Rejected::OtherVersion);
        }
        if Hash::from_base64(digest) != Ok(Hash::of(&kept.bytes)) {
            return Err(Rejected::Altered);
        }
        let Body { chain, runs, lists } = serde_json::from_slice(&kept.bytes).map_err(|_| Rejected::OtherState)?;
        let origin = chain.origin().ok_or(Rejected::OtherState)?;
        if note.text() != text(&chain, origin.as_str(), Hash::of(&kept.bytes)) {
            return Err(Rejected::OtherState);
        }
        Ok(Self { size: chain.size(), note, chain, runs, lists })
    }

    /// How many entries led to it.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The chain that it says those led to, without its shelves.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// What it says the lists come to.
    pub fn lists(&self) -> &Lists {
        &self.lists
    }

    /// The runs that have the shelves.
    pub fn runs(&self) -> &Runs {
        &self.runs
    }

    /// Accepts the snapshot, after a walk over all of its entries as the ledger has them, with the files of its runs, each
    /// of which is read and held against its SHA-256. The chain has that scratch, and its shelves are read from those files.
    ///
    /// # Errors
    /// [`Rejected::OtherEntries`], [`Rejected::OtherState`], [`Rejected::OtherCheckpoints`],
    /// [`Rejected::NotTheOperators`], [`Rejected::OtherRuns`].
    pub fn accept(
        self,
        walk: Walk,
        checkpoint: Option<&[u8]>,
        published: &BTreeSet<u64>,
        (files, scratch): (Runs<OpenedRun>, &Scratch),
    ) -> Result<(Chain, Lists), Rejected> {
        let chain = &self.chain;
        if walk.tree() != chain.tree() || walk.head() != chain.head() {
            return Err(Rejected::OtherEntries);
        }
        let operator = *walk.operator().ok_or(Rejected::OtherEntries)?;
        let claimed = chain.state().and_then(|state| state.registry().operator_keys().last());
        if claimed != Some(&operator) || walk.origin() != chain.origin() {
            return Err(Rejected::OtherState);
        }
        if !published.range(..=self.size).eq(chain.published()) {
            return Err(Rejected::OtherCheckpoints);
        }
        // What a client remembers is held against these; an operator who forges them would show a fork as extending it.
        if !walk.marks().eq(chain.marks()) {
            return Err(Rejected::OtherState);
        }
        let checkpoint = checkpoint.and_then(|bytes| SignedCheckpoint::parse(bytes).ok());
        let checkpoint = checkpoint.ok_or(Rejected::OtherCheckpoints)?;
        let says = checkpoint.checkpoint();
        let origin = chain.origin().map_or("", |origin| origin.as_str());
        if (says.origin.as_str(), says.size, says.root) != (origin, self.size, chain.root()) {
            return Err(Rejected::OtherCheckpoints);
        }
        let key = VerifierKey::ed25519(origin, operator).map_err(|_| Rejected::NotTheOperators)?;
        if checkpoint.signed_by(&key) != Ok(true) || !signed_by(&self.note, &key, &operator) {
            return Err(Rejected::NotTheOperators);
        }
        if !files.iter().map(|(run, _)| run).eq(self.runs.iter()) {
            return Err(Rejected::OtherRuns);
        }
        let shelves = Shelves::open(files, scratch).map_err(|_| Rejected::OtherRuns)?;
        let mut chain = self.chain.with_scratch(scratch);
        chain.put_shelves(shelves);
        Ok((chain, self.lists))
    }
}

fn signed_by(note: &Note, key: &VerifierKey, public: &PublicKey) -> bool {
    let text = note.text().as_bytes();
    let mut lines = note.signatures_of(key).map(|line| <[u8; Signature::LENGTH]>::try_from(line.bytes()));
    lines.any(|signature| signature.is_ok_and(|signature| public.verify(text, &Signature(signature))))
}
