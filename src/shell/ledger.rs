//! The ledger: the one writer over a store.
//!
//! A statement goes in as a signed envelope, and comes out as an entry that is durable before anybody is told. What the
//! chain refuses is not written; what it seals is what an audit will find lawful, because both are the same code.

mod publishing;
mod read_model;

use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

use crate::core::chain::Chain;
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::entry::Entry;
use crate::core::event::Attachment;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::key::KeyId;
use crate::core::merkle;
use crate::core::receipt::Receipt;
use crate::core::statement::{Envelope, Statement};
use crate::core::time::Millis;
use crate::storage::bundle::MAX_FILE_BYTES;
use crate::storage::store::{Log, Store, StoreError};

use super::attachment;
use super::reading::Basis;
use read_model::ReadModel;

pub use publishing::{Unwitnessed, Why, Witnessed};

/// Why the ledger did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// It must not: the first rule that forbids it.
    #[error(transparent)]
    Refused(#[from] Fault),
    /// The ledger's own entries do not verify. Nothing is written to it until that is resolved.
    #[error("this ledger does not verify: {0}")]
    Falsified(Fault),
    /// An attachment that a statement names was not handed over with it.
    #[error("the statement names an attachment {name:?} ({sha256}), which was not handed over")]
    AttachmentNotHandedOver {
        /// Its name in the statement.
        name: String,
        /// Its hash in the statement.
        sha256: Hash,
    },
    /// An attachment could not be read.
    #[error("cannot read the attachment {name:?}: {source}")]
    AttachmentUnreadable {
        /// Its name in the statement.
        name: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The key given is not the operator's, and would sign what nobody accepts.
    #[error("the operator's key is {expected}, not {found}")]
    NotTheOperatorsKey {
        /// The operator's key in force.
        expected: KeyId,
        /// The key given.
        found: KeyId,
    },
    /// No published checkpoint covers the entry yet.
    #[error("entry {index} is not yet covered by a checkpoint")]
    NotYetSealed {
        /// The entry.
        index: u64,
    },
    /// What the store has to say of witnesses is no policy.
    #[error("witnesses: {0}")]
    WitnessesMalformed(Fault),
    /// The ledger has witnesses, who were not asked.
    #[error("this ledger publishes only checkpoints that its witnesses have cosigned")]
    WitnessesNotAsked,
    /// The checkpoint is not published: the witnesses who cosigned it are not enough, or one of them contradicts it.
    #[error(transparent)]
    Unwitnessed(Box<Unwitnessed>),
    /// There is no such entry.
    #[error("no entry {index}: the ledger has {size}")]
    NoSuchEntry {
        /// The entry asked for.
        index: u64,
        /// How many there are.
        size: u64,
    },
    /// The store failed before; what it holds is as it was then.
    #[error("the ledger stopped after a failure; open it again")]
    Stopped,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

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
    /// Whether the chain ran ahead of a store that failed. Nothing more is written until the ledger is opened again.
    stopped: bool,
}

impl<S: Store> Ledger<S> {
    /// Opens a ledger by replaying every entry of its store.
    ///
    /// # Errors
    /// [`LedgerError::Falsified`] at the first fault, or where the entries are not those that the latest checkpoint
    /// promises; what the store says.
    pub fn open(store: S) -> Result<Self, LedgerError> {
        Self::resume(store, Chain::new())
    }

    /// Opens a ledger from a chain up to some entry, by replaying the entries after it.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn resume(store: S, mut chain: Chain) -> Result<Self, LedgerError> {
        for size in store.checkpoints()? {
            chain.checkpoint_published(size);
        }
        read_model::replay(&store, &mut chain, |_, _| {})?;
        check_promise(&store, &chain)?;
        Ok(Self { store, chain, model: ReadModel::default(), stopped: false })
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
        let (chain, model, basis) = read_model::open(&store, folder)?;
        check_promise(&store, &chain)?;
        Ok((Self { store, chain, model, stopped: false }, basis))
    }

    /// Files a statement: checks it, keeps its attachments, and appends it. Durable on return.
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
        if let Some(index) = self.find(&envelope)? {
            return Ok(Filed { index, again: true });
        }
        if self.stopped {
            return Err(LedgerError::Stopped);
        }
        let named = Statement::parse(&envelope.payload).map(|statement| statement.event.attachments().to_vec());
        let named = named.unwrap_or_default();
        named.iter().try_for_each(|attachment| check_attachment(attachment, attachments))?;
        let sealed = self.chain.seal(envelope, now)?;
        // Whatever fails from here on leaves the chain ahead of the store.
        self.stopped = true;
        for attachment in &named {
            let mut reader = hand_over(attachment, attachments)?;
            self.store.attach(&attachment.sha256, attachment.length.unsigned(), &mut reader)?;
        }
        self.store.append(sealed.link().index, std::slice::from_ref(&sealed))?;
        self.stopped = false;
        self.model.take(sealed.bytes(), sealed.link());
        Ok(Filed { index: sealed.link().index, again: false })
    }

    /// The entry that holds exactly this statement under exactly these signatures, if there is one.
    fn find(&mut self, envelope: &Envelope) -> Result<Option<u64>, LedgerError> {
        let (Some(author), Ok(statement)) = (envelope.signatures.first(), Statement::parse(&envelope.payload)) else {
            return Ok(None);
        };
        let nth = statement.nth.unsigned();
        let known = self.chain.state().and_then(|state| state.registry().keys().get(&author.key));
        if known.is_none_or(|key| nth >= key.next) {
            return Ok(None);
        }
        let same = |entry: &Entry| entry.payload == envelope.payload && entry.signatures == envelope.signatures;
        if let Some(index) = self.model.find(&author.key, nth)
            && let Some(Ok(entry)) = self.store.entry(index)?.map(|bytes| Entry::parse(&bytes))
            && entry.index == index
            && same(&entry)
        {
            return Ok(Some(index));
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

fn hand_over(named: &Attachment, attachments: &mut Attachments<'_>) -> Result<Box<dyn Read>, LedgerError> {
    attachments(named)
        .ok_or_else(|| LedgerError::AttachmentNotHandedOver { name: named.name.to_string(), sha256: named.sha256 })
}

/// Reads an attachment before the statement that names it is admitted: it must be what the statement says it is.
fn check_attachment(named: &Attachment, attachments: &mut Attachments<'_>) -> Result<(), LedgerError> {
    let unreadable = |source| LedgerError::AttachmentUnreadable { name: named.name.to_string(), source };
    if named.length.unsigned() > MAX_FILE_BYTES {
        let expected = format!("an attachment of at most {MAX_FILE_BYTES} bytes");
        return Err(Fault::new(Code::BundleTooLarge, expected, format!("{} bytes", named.length)).into());
    }
    // Hashed and judged in one reading: the file could be another one the next time.
    let file = hand_over(named, attachments)?;
    let found = attachment::read(file, named.holds.is_some(), |_, _| {}).map_err(unreadable)?;
    Ok(found.check(named)?)
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

#[cfg(test)]
mod tests;
