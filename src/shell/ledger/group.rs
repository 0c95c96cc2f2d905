//! Statements that are written together: each is judged by itself, and one wait for the disk serves all that are admitted.

use std::collections::HashMap;
use std::sync::Arc;

use super::read_model::scratch_held;
use super::ready::Ready;
use super::{Filed, Ledger, LedgerError};
use crate::core::chain::Sealed;
use crate::core::key::KeyId;
use crate::core::statement::{Envelope, Statement};
use crate::core::time::Millis;
use crate::storage::store::{Staged, Store, StoreError};

/// What became of the statements of a group.
pub(super) struct Group {
    /// One for each statement, in order.
    pub(super) answers: Vec<Result<Filed, LedgerError>>,
    /// The entries that were appended.
    pub(super) sealed: Vec<Sealed>,
}

/// The statements of a group that were admitted so far. The chain has them already, the store not yet.
#[derive(Default)]
struct Admitted {
    sealed: Vec<Sealed>,
    staged: Vec<Staged>,
    /// Which of them is a key's nth statement, with its signatures, which the entry has as bytes only.
    places: HashMap<(KeyId, u64), (Filed, Envelope)>,
}

impl Admitted {
    /// The entry of the very same statement under the very same signatures, if it is among them.
    fn find(&self, envelope: &Envelope, statement: &Statement) -> Option<Filed> {
        let author = envelope.signatures.first()?.key;
        let (filed, admitted) = self.places.get(&(author, statement.nth.unsigned()))?;
        (admitted == envelope).then_some(Filed { index: filed.index, again: true })
    }
}

impl<S: Store> Ledger<S> {
    /// Files statements in order. What is refused gets its own refusal and changes nothing for the others; what is admitted
    /// is appended as one, durably on return, and where that fails, or the chain's scratch did, none of it is acknowledged.
    /// The index does not have them yet.
    pub(super) fn file_group(&mut self, group: Vec<Ready>, now: Millis) -> Group {
        let mut admitted = Admitted::default();
        let mut answers: Vec<_> = group.into_iter().map(|ready| self.admit(ready, now, &mut admitted)).collect();
        if self.chain.scratch().failure().is_some() {
            return self.unjudged(answers);
        }
        let Admitted { sealed, staged, places } = admitted;
        let Some(first) = sealed.first().map(|sealed| sealed.link().index) else { return Group { answers, sealed } };
        // Until it is written, the chain is ahead of the store; if that fails, it stays so.
        self.stopped = true;
        match self.write(first, &sealed, staged) {
            Ok(()) => {
                self.stopped = false;
                let keys = places.values().flat_map(|(_, envelope)| &envelope.signatures);
                self.keys.remember(keys.map(|signature| signature.key));
                Group { answers, sealed }
            }
            Err(error) => {
                let error = Arc::new(error);
                // What was filed before, in another group, is still where it was.
                for answer in answers.iter_mut().filter(|answer| answer.as_ref().is_ok_and(|said| said.index >= first))
                {
                    *answer = Err(LedgerError::NotWritten(Arc::clone(&error)));
                }
                Group { answers, sealed: Vec::new() }
            }
        }
    }

    /// What the chain said to the statements of a group, admitted or refused, is worth nothing: none of them is written.
    fn unjudged(&mut self, mut answers: Vec<Result<Filed, LedgerError>>) -> Group {
        self.stopped = true;
        let size = self.store.size();
        // What was filed before is where it was.
        let known = |said: &Result<Filed, _>| said.as_ref().is_ok_and(|said| said.again && said.index < size);
        for answer in answers.iter_mut().filter(|answer| !known(answer)) {
            let failure = scratch_held(&self.chain);
            *answer = failure.and(Err(LedgerError::Stopped));
        }
        Group { answers, sealed: Vec::new() }
    }

    /// Tells the index of entries that were appended. Nothing depends on it: whoever filed them can be answered before.
    pub(super) fn index(&mut self, sealed: &[Sealed]) {
        if !sealed.is_empty() {
            self.model.appended(sealed);
        }
    }

    fn admit(&mut self, ready: Ready, now: Millis, admitted: &mut Admitted) -> Result<Filed, LedgerError> {
        let Ready { checked, staged } = ready;
        if let Some(filed) = admitted.find(checked.envelope(), checked.statement()) {
            return Ok(filed);
        }
        if let Some(index) = self.find(checked.envelope(), checked.statement())? {
            return Ok(Filed { index, again: true });
        }
        if self.stopped {
            return Err(LedgerError::Stopped);
        }
        let envelope = checked.envelope().clone();
        let sealed = self.chain.seal_checked(checked, now)?;
        let filed = Filed { index: sealed.link().index, again: false };
        let nth = sealed.link().statement.as_ref().map(|statement| statement.nth.unsigned());
        if let Some((author, nth)) = envelope.signatures.first().map(|author| author.key).zip(nth) {
            admitted.places.insert((author, nth), (filed, envelope));
        }
        admitted.sealed.push(sealed);
        admitted.staged.extend(staged);
        Ok(filed)
    }

    /// Attachments first: an entry that is there has what it names.
    fn write(&mut self, after: u64, sealed: &[Sealed], staged: Vec<Staged>) -> Result<(), StoreError> {
        staged.into_iter().try_for_each(|staged| self.store.settle(staged))?;
        self.store.append(after, sealed)
    }
}
