//! Extending a chain by what a store holds.
//!
//! The rule for signatures is the format's, which an audit follows, and not the stricter one by which the writer admits.
//! What an opening owes is that the ledger goes on from entries that an audit accepts, and that is this rule: its faults
//! are the opening's, one for one. The stricter rule keeps a signature on which libraries disagree from being written; it
//! makes no evidence of one that is there, which only its author's own key can have made, and which
//! `candour verify --strict` names. And it is the one that can be verified many at a time: replaying a ledger without an
//! index takes a multiple of the time with each signature alone.

use std::ops::ControlFlow;

use super::LedgerError;
use super::read_model::scratch_held;
use crate::core::chain::{Chain, Link};
use crate::shell::preparing::{Manner, prepare};
use crate::storage::store::Log;

/// Extends a chain by the entries of a store that it does not have yet, and hands over each with what it became.
///
/// # Errors
/// [`LedgerError::Falsified`] with the first fault, and nothing after the entry before it was handed over;
/// [`LedgerError::Scratch`]; what the store says.
pub(super) fn replay(store: &impl Log, chain: &mut Chain, each: impl FnMut(&[u8], &Link)) -> Result<(), LedgerError> {
    replay_by(Manner::fast(), store, chain, each)
}

pub(super) fn replay_by(
    manner: Manner,
    store: &impl Log,
    chain: &mut Chain,
    mut each: impl FnMut(&[u8], &Link),
) -> Result<(), LedgerError> {
    let (from, mut faults) = (chain.size(), Vec::new());
    let read = prepare(manner, |next| store.read(from, &mut |_, bytes| next(bytes)), &mut |bytes, prepared| {
        let (link, _) = chain.place(prepared, &mut faults);
        if !faults.is_empty() {
            return ControlFlow::Break(());
        }
        each(bytes, &link);
        ControlFlow::Continue(())
    });
    // What was read before the store failed is judged first: a fault in it is what there is to tell.
    if faults.is_empty() {
        read?;
    }
    scratch_held(chain)?;
    faults.into_iter().next().map_or(Ok(()), |fault| Err(LedgerError::Falsified(fault)))
}

#[cfg(test)]
mod tests;
