//! The ledger: the one writer over a store.
//!
//! A statement goes in as a signed envelope, and comes out as an entry that is durable before anybody is told. What the
//! chain refuses is not written; what it seals is what an audit will find lawful, because both are the same code.

mod error;
mod group;
pub mod intake;
mod publishing;
mod read_model;
mod ready;
mod replay;

use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use crate::core::audit::{CHECKPOINT, CHECKPOINTS};
use crate::core::chain::Chain;
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::entry::Entry;
use crate::core::event::Attachment;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::merkle;
use crate::core::note::VerifierKey;
use crate::core::policy::Policy;
use crate::core::receipt::Receipt;
use crate::core::shelf::Scratch;
use crate::core::statement::{Envelope, Statement};
use crate::core::time::Millis;
use crate::storage::scratch_files::ScratchFiles;
use crate::storage::store::{Log, Store};

use super::reading::Basis;
use read_model::ReadModel;
use ready::{KnownKeys, Ready};

pub use error::LedgerError;
pub use intake::Intake;
pub use publishing::{Unwitnessed, Why, Witnessed};

/// Where the files are that a statement names: asked for each of them, by what the statement says of it.
pub type Attachments<'a> = dyn FnMut(&Attachment) -> Option<Box<dyn Read>> + 'a;

/// What became of a statement that was filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filed {
    /// Its entry.
    pub index: u64,
    /// Whether the ledger had it already: the same statement filed again is the same entry.
    pub again: bool,
}

/// A ledger that can be written to.
pub struct Ledger<S> {
    store: S,
    chain: Chain,
    model: ReadModel,
    keys: Arc<KnownKeys>,
    /// Whether the chain ran ahead of a store that failed. Nothing more is written until the ledger is opened again.
    stopped: bool,
}

impl<S: Store> Ledger<S> {
    /// Opens a ledger by replaying every entry of its store.
    ///
    /// # Errors
    /// [`LedgerError::Falsified`] at the first fault, or where the entries are not those that the latest checkpoint
    /// promises; [`LedgerError::Scratch`]; what the store says.
    pub fn open(store: S) -> Result<Self, LedgerError> {
        Self::resume(store, Chain::new())
    }

    /// Opens a ledger from a chain up to some entry, by replaying the entries after it. What is too much for memory is in the
    /// system's folder for temporary files from then on.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn resume(store: S, chain: Chain) -> Result<Self, LedgerError> {
        Self::resume_in(store, chain, &ScratchFiles::scratch())
    }

    fn resume_in(mut store: S, chain: Chain, scratch: &Scratch) -> Result<Self, LedgerError> {
        let mut chain = chain.with_scratch(scratch);
        for size in store.checkpoints()? {
            chain.checkpoint_published(size);
        }
        replay::replay(&store, &mut chain, |_, _| {})?;
        finish_publishing(&mut store, &chain)?;
        Ok(Self::new(store, chain, ReadModel::default()))
    }

    /// Opens a ledger by the index in its folder: by its snapshot, where that holds, and the entries after it; else by
    /// replaying every entry. Either way the state is the same, and the index is then up to date.
    ///
    /// # Errors
    /// As [`Self::open`]; never the index's.
    pub fn open_by_index(store: S, folder: &Path) -> Result<(Self, Basis), LedgerError>
    where
        S: Sync,
    {
        Self::open_by_index_in(store, folder, &ScratchFiles::scratch())
    }

    fn open_by_index_in(mut store: S, folder: &Path, scratch: &Scratch) -> Result<(Self, Basis), LedgerError>
    where
        S: Sync,
    {
        let (chain, model, basis) = read_model::open(&store, folder, scratch)?;
        finish_publishing(&mut store, &chain)?;
        Ok((Self::new(store, chain, model), basis))
    }

    fn new(store: S, chain: Chain, model: ReadModel) -> Self {
        Self { store, chain, model, keys: Arc::default(), stopped: false }
    }

    /// Files a statement: checks it, keeps its attachments, and appends it. Durable on return. Where many file at once,
    /// an [`Intake`] has them share the wait for the disk.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] with the first rule that forbids it, and nothing is written; what the store says, and then
    /// [`LedgerError::Stopped`] until the ledger is opened again.
    pub fn file(
        &mut self,
        envelope: Envelope,
        now: Millis,
        attachments: &mut Attachments<'_>,
    ) -> Result<Filed, LedgerError> {
        if let Ok(statement) = Statement::parse(&envelope.payload)
            && let Some(index) = self.find(&envelope, &statement)?
        {
            return Ok(Filed { index, again: true });
        }
        if self.stopped {
            return Err(LedgerError::Stopped);
        }
        let ready = Ready::make(envelope, &self.keys, &self.store.staging(), attachments)?;
        let mut group = self.file_group(vec![ready], now);
        self.index(&group.sealed);
        group.answers.pop().unwrap_or(Err(LedgerError::Stopped))
    }

    /// The entry that holds exactly this statement under exactly these signatures, if there is one.
    fn find(&mut self, envelope: &Envelope, statement: &Statement) -> Result<Option<u64>, LedgerError> {
        let Some(author) = envelope.signatures.first() else { return Ok(None) };
        let nth = statement.nth.unsigned();
        let known = self.chain.state().and_then(|state| state.registry().keys().get(&author.key));
        if known.is_none_or(|key| nth >= key.next) {
            return Ok(None);
        }
        let same = |entry: &Entry| entry.payload == envelope.payload && entry.signatures == envelope.signatures;
        if let Some(index) = self.model.find(&author.key, nth)
            && let Some(Ok(entry)) = self.store.entry(index)?.map(|bytes| Entry::parse(&bytes))
            && entry.index == index
        {
            if same(&entry) {
                return Ok(Some(index));
            }
            let by_author = entry.signatures.first().is_some_and(|first| first.key == author.key);
            // The law lets a key use a number once, so there is no other to look for.
            if by_author && Statement::parse(&entry.payload).is_ok_and(|entry| entry.nth == statement.nth) {
                return Ok(None);
            }
        }
        let mut found = None;
        self.store.read(0, &mut |index, bytes| {
            found = Entry::parse(bytes).is_ok_and(|entry| same(&entry)).then_some(index);
            if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(found)
    }

    /// The receipt of an entry, under the latest checkpoint.
    ///
    /// # Errors
    /// As [`receipt`].
    pub fn receipt(&self, index: u64) -> Result<Receipt, LedgerError> {
        receipt(&self.store, index)
    }

    /// The latest checkpoint, if one was published.
    ///
    /// # Errors
    /// [`LedgerError::Falsified`] where it is none; what the store says.
    pub fn latest_checkpoint(&self) -> Result<Option<SignedCheckpoint>, LedgerError> {
        let bytes = self.store.checkpoint()?;
        bytes.map(|bytes| SignedCheckpoint::parse(&bytes).map_err(LedgerError::Falsified)).transpose()
    }

    /// The history so far.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Where it is kept.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Gives the store back.
    pub fn into_store(self) -> S {
        self.store
    }
}

/// The receipt of an entry, under the store's latest checkpoint.
///
/// # Errors
/// [`LedgerError::NotYetSealed`], [`LedgerError::NoSuchEntry`]; [`LedgerError::Falsified`] where the store's tiles do not
/// lead to the checkpoint's root; what the store says.
pub fn receipt(store: &impl Log, index: u64) -> Result<Receipt, LedgerError> {
    let size = store.size();
    if index >= size {
        return Err(LedgerError::NoSuchEntry { index, size });
    }
    let Some(checkpoint) = store.checkpoint()? else { return Err(LedgerError::NotYetSealed { index }) };
    let checkpoint = SignedCheckpoint::parse(&checkpoint).map_err(LedgerError::Falsified)?;
    let (size, root) = (checkpoint.checkpoint().size, checkpoint.checkpoint().root);
    if index >= size {
        return Err(LedgerError::NotYetSealed { index });
    }
    let entry = store.entry(index)?.ok_or(LedgerError::NoSuchEntry { index, size })?;
    let proof = merkle::inclusion_proof::<LedgerError>(index, size, |level, index| Ok(store.node(level, index)?))?;
    // Tiles are hints: a receipt that does not verify is not handed out.
    merkle::verify_inclusion(Hash::leaf(&entry), index, size, &proof, root).map_err(LedgerError::Falsified)?;
    Ok(Receipt { entry, index, proof, checkpoint })
}

/// Checks that the latest checkpoint is of this ledger and of these entries. Whoever changes the files without having the
/// key, or restores older ones, must not get the next checkpoint: the operator would have signed two histories.
fn check_promise(store: &impl Log, chain: &Chain) -> Result<(), LedgerError> {
    let Some(bytes) = store.checkpoint()? else { return Ok(()) };
    let latest = SignedCheckpoint::parse(&bytes).map_err(LedgerError::Falsified)?;
    let says = latest.checkpoint();
    let origin = chain.origin().map_or("", |origin| origin.as_str());
    if says.origin != origin {
        let found = crate::core::text::excerpt(&says.origin);
        return Err(LedgerError::Falsified(Fault::new(Code::CheckpointOriginMismatch, origin, found)));
    }
    let root = match chain.mark_at(says.size) {
        Some(mark) => mark.root,
        None => merkle::root(says.size, |level, index| store.node(level, index))?,
    };
    if root != says.root {
        let expected = format!("root {root} at size {}", says.size);
        let found = format!("root {}", says.root);
        return Err(LedgerError::Falsified(Fault::new(Code::CheckpointRootMismatch, expected, found)));
    }
    Ok(())
}

/// Finishes the publication of the latest checkpoint where that was interrupted. The file that it replaces may be sound: so it
/// must be of these entries, and no signature on it spoilt that can be checked here, be it the operator's or a witness's.
fn finish_publishing(store: &mut impl Store, chain: &Chain) -> Result<(), LedgerError> {
    check_promise(store, chain)?;
    let Some(bytes) = store.checkpoint()?.filter(|_| store.is_unfinished()) else { return Ok(()) };
    let latest = SignedCheckpoint::parse(&bytes).map_err(LedgerError::Falsified)?;
    let size = latest.checkpoint().size;
    let kept = store.checkpoint_at(size)?.is_some_and(|kept| kept == bytes);
    let file = if kept { format!("{CHECKPOINTS}{size}") } else { CHECKPOINT.to_owned() };
    let policy = store.witnesses()?.and_then(|policy| Policy::parse(&policy).ok());
    check_signatures(chain, &latest, policy.as_ref()).map_err(|fault| LedgerError::Falsified(fault.in_file(file)))?;
    Ok(store.finish_publishing()?)
}

fn check_signatures(chain: &Chain, latest: &SignedCheckpoint, policy: Option<&Policy>) -> Result<(), Fault> {
    let origin = latest.checkpoint().origin.as_str();
    let unsigned = || Fault::new(Code::CheckpointUnsigned, format!("a signature by the operator of {origin}"), "none");
    let mark = chain.mark_at(latest.checkpoint().size).and_then(|mark| mark.operator);
    let last = || chain.state().and_then(|state| state.registry().operator_keys().last().copied());
    let operator = VerifierKey::ed25519(origin, mark.or_else(last).ok_or_else(unsigned)?)?;
    if !latest.signed_by(&operator)? {
        return Err(unsigned());
    }
    let witnesses = policy.map_or(&[][..], Policy::witnesses);
    witnesses.iter().try_for_each(|witness| latest.cosigned_by(&witness.key).map(drop))
}

#[cfg(test)]
mod tests;
