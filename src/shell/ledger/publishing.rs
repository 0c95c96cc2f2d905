//! How a checkpoint gets out: signed, witnessed where the ledger has witnesses, and only then published.
//!
//! Asking the witnesses takes as long as they do, so it is no part of the ledger: [`Ledger::promise`] signs,
//! [`crate::shell::witnessing::ask`] asks while others file, and [`Ledger::publish_witnessed`] judges and publishes.
//! What was signed and is not published needs no file: signing the same entries again gives the same bytes, so that to
//! a witness asking again is asking the same.

use std::fmt;

use crate::core::chain::Mark;
use crate::core::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::core::fault::{Code, Fault};
use crate::core::key::SecretKey;
use crate::core::merkle;
use crate::core::policy::Policy;
use crate::shell::witnessing::{Pending, Refusal, Reply};
use crate::storage::store::Store;

use super::{Ledger, LedgerError};

/// A checkpoint that is published, with what the witnesses replied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessed {
    /// The latest checkpoint: the one that was pending, or a later one that others published meanwhile.
    pub checkpoint: SignedCheckpoint,
    /// What each witness of the policy replied, in its order.
    pub replies: Vec<Reply>,
}

/// A checkpoint that is not published. Its entries are kept, and the next one covers them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwitnessed {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// Why not.
    pub why: Why,
    /// What each witness of the policy replied, in its order.
    pub replies: Vec<Reply>,
}

/// Why a checkpoint is not published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// `quorum-not-met`.
    QuorumNotMet(Fault),
    /// A witness has a checkpoint under the operator's signature that is not of this history. However many cosigned,
    /// publishing would show the world two histories.
    Contradicted {
        /// The witness, by its name within the policy.
        witness: String,
        /// What it has.
        theirs: Box<SignedCheckpoint>,
    },
}

impl fmt::Display for Unwitnessed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the checkpoint of {} entries is not published: ", self.checkpoint.size)?;
        match &self.why {
            Why::QuorumNotMet(fault) => write!(f, "{fault}")?,
            Why::Contradicted { witness, theirs } => {
                let (size, root) = (theirs.checkpoint().size, theirs.checkpoint().root);
                write!(
                    f,
                    "witness {witness} has the operator's signature on {size} entries with root {root}, which are not \
                     this ledger's: it was restored from an older copy, or forked"
                )?;
            }
        }
        self.replies.iter().try_for_each(|reply| write!(f, "\n  {reply}"))
    }
}

impl std::error::Error for Unwitnessed {}

impl<S: Store> Ledger<S> {
    /// Signs a checkpoint of all entries and publishes it. Durable on return. For ledgers without witnesses; whoever wants to
    /// do without them from now on promises it to a policy that asks for none.
    ///
    /// # Errors
    /// [`LedgerError::WitnessesNotAsked`] where the store says that there are witnesses, [`LedgerError::WitnessesMissing`]
    /// where the latest checkpoint says that there were; [`LedgerError::NotTheOperatorsKey`], [`LedgerError::Stopped`]; what
    /// the store says.
    pub fn publish(&mut self, key: &SecretKey) -> Result<SignedCheckpoint, LedgerError> {
        if self.store.witnesses()?.is_some() {
            return Err(LedgerError::WitnessesNotAsked);
        }
        // A witness that is not asked cannot say that it saw another history.
        let cosigners = self.latest_checkpoint()?.map(|latest| latest.cosigners()).unwrap_or_default();
        if !cosigners.is_empty() {
            return Err(LedgerError::WitnessesMissing { cosigners: cosigners.join(", ") });
        }
        let signed = self.sign_checkpoint(key)?;
        self.put_out(&signed, key)?;
        Ok(signed)
    }

    /// The policy that every checkpoint must meet before it is published, if the store has one.
    ///
    /// # Errors
    /// [`LedgerError::WitnessesMalformed`]; what the store says.
    pub fn witnesses(&self) -> Result<Option<Policy>, LedgerError> {
        let bytes = self.store.witnesses()?;
        bytes.map(|bytes| Policy::parse(&bytes).map_err(LedgerError::WitnessesMalformed)).transpose()
    }

    /// Signs a checkpoint of all entries, for the witnesses of a policy to cosign. The entries are durable; nothing is
    /// published.
    ///
    /// # Errors
    /// As [`Self::publish`].
    pub fn promise(&self, key: &SecretKey, policy: Policy) -> Result<Pending, LedgerError> {
        let signed = self.sign_checkpoint(key)?;
        let operators = self.chain.state().map(|state| state.registry().operator_keys().to_vec());
        Ok(Pending::new(policy, operators.unwrap_or_default(), signed, self.latest_checkpoint()?.as_ref()))
    }

    /// Publishes a checkpoint with the cosignatures that it got, if they meet its policy and no witness contradicts it.
    /// Durable on return. Where it adds nothing to what is published, nothing is written.
    ///
    /// # Errors
    /// [`LedgerError::Unwitnessed`], and nothing is published; as [`Self::publish`].
    pub fn publish_witnessed(
        &mut self,
        pending: &Pending,
        key: &SecretKey,
        replies: Vec<Reply>,
    ) -> Result<Witnessed, LedgerError> {
        let checkpoint = pending.signed().checkpoint().clone();
        let replies: Vec<_> = replies.into_iter().map(|reply| reply.settled(self.chain.size())).collect();
        for reply in &replies {
            let Some(theirs) = reply.said.as_ref().err().and_then(Refusal::theirs) else { continue };
            if self.contradicts(theirs.checkpoint())? {
                let (witness, theirs) = (reply.witness.clone(), Box::new(theirs.clone()));
                let why = Why::Contradicted { witness, theirs };
                return Err(LedgerError::Unwitnessed(Box::new(Unwitnessed { checkpoint, why, replies })));
            }
        }
        let latest = self.latest_checkpoint()?;
        // Others may have published a later one since, which covers these entries too.
        if let Some(latest) = latest.as_ref().filter(|latest| latest.checkpoint().size > checkpoint.size) {
            return Ok(Witnessed { checkpoint: latest.clone(), replies });
        }
        let whole = pending.with(latest.as_ref(), &replies);
        if let Err(fault) = pending.policy().quorum(&whole) {
            let why = Why::QuorumNotMet(fault);
            return Err(LedgerError::Unwitnessed(Box::new(Unwitnessed { checkpoint, why, replies })));
        }
        if latest.as_ref() != Some(&whole) {
            self.put_out(&whole, key)?;
        }
        Ok(Witnessed { checkpoint: whole, replies })
    }

    fn put_out(&mut self, signed: &SignedCheckpoint, key: &SecretKey) -> Result<(), LedgerError> {
        if self.stopped {
            return Err(LedgerError::Stopped);
        }
        self.store.publish(signed)?;
        let says = signed.checkpoint();
        if says.size == self.chain.size() {
            self.chain.checkpoint_published(says.size);
            self.model.published(&mut self.chain, key);
        } else {
            let operator = Some(key.public()?);
            self.chain.earlier_checkpoint_published(says.size, Mark { root: says.root, operator });
        }
        Ok(())
    }

    fn sign_checkpoint(&self, key: &SecretKey) -> Result<SignedCheckpoint, LedgerError> {
        // The chain may have run ahead of the store.
        if self.stopped {
            return Err(LedgerError::Stopped);
        }
        let state = self.chain.state().ok_or_else(|| Fault::new(Code::LedgerNotOpened, "an opened ledger", "none"))?;
        let found = key.id();
        let operator = state.registry().operator_keys().last().map(|key| key.id());
        if let Some(expected) = operator.filter(|expected| *expected != found) {
            return Err(LedgerError::NotTheOperatorsKey { expected, found });
        }
        let checkpoint =
            Checkpoint { origin: state.origin().to_string(), size: self.chain.size(), root: self.chain.root() };
        Ok(SignedCheckpoint::sign(checkpoint, key)?)
    }

    /// Whether a checkpoint of this ledger's name is of another history.
    fn contradicts(&self, theirs: &Checkpoint) -> Result<bool, LedgerError> {
        if theirs.size > self.chain.size() {
            return Ok(true);
        }
        let root: Result<_, LedgerError> =
            merkle::root(theirs.size, |level, index| Ok(self.store.node(level, index)?));
        Ok(root? != theirs.root)
    }
}
