//! How a snapshot is taken, kept and found again.

use super::snapshot::{Kept, Rejected, Snapshot};
use super::{Index, Why, incomplete};
use crate::core::chain::Chain;
use crate::core::key::SecretKey;
use crate::core::shelf::OpenedRun;
use crate::core::state::shelves::Runs;

impl Index {
    /// Takes a snapshot of a chain whose entries were all taken in, in place of the one before, with the operator's key. What
    /// the chain has on its shelves is in this folder then, and read from there; whatever happens, the chain says the same as
    /// before.
    ///
    /// # Errors
    /// [`Why::Damaged`], [`Why::Unusable`].
    pub fn take_snapshot(&mut self, chain: &mut Chain, key: &SecretKey) -> Result<(), Why> {
        if let Some(error) = chain.scratch().failure() {
            return Err(Why::Unusable(error.to_string()));
        }
        self.commit()?;
        if !self.holds()? {
            return Err(incomplete());
        }
        let mut shelves = chain.take_shelves();
        let runs = shelves.keep(&self.runs).map_err(|error| Why::Unusable(error.to_string()));
        let kept = runs.and_then(|runs| {
            let kept = Kept::sign(chain, &runs, &self.lists, key);
            Ok((runs, kept.map_err(|fault| Why::Damaged(fault.to_string()))?))
        });
        chain.put_shelves(shelves);
        let (runs, kept) = kept?;
        self.keep(&kept)?;
        // Until here, the runs of the snapshot before were there.
        self.runs.remove_others(runs.iter());
        Ok(())
    }

    /// Opens the files of the runs that a snapshot names, of which nothing is checked but that they are there. They can be
    /// read though the index is closed and has another snapshot.
    ///
    /// # Errors
    /// [`Why::Damaged`].
    pub fn runs(&self, snapshot: &Snapshot) -> Result<Runs<OpenedRun>, Why> {
        self.runs.open(snapshot.runs()).map_err(|error| Why::Damaged(format!("a run of the snapshot: {error}")))
    }

    /// Keeps a snapshot whose runs are there, in place of the one before.
    ///
    /// # Errors
    /// [`Why::Damaged`].
    pub fn keep(&mut self, kept: &Kept) -> Result<(), Why> {
        self.commit()?;
        self.database.keep(kept.note.as_bytes(), &kept.bytes)
    }

    /// The snapshot.
    ///
    /// # Errors
    /// [`Why::NoSnapshot`], [`Why::Rejected`], [`Why::Damaged`].
    pub fn kept(&self) -> Result<Kept, Why> {
        let (note, bytes) = self.database.kept()?.ok_or(Why::NoSnapshot)?;
        Ok(Kept { note: String::from_utf8(note).map_err(|_| Rejected::Malformed)?, bytes })
    }
}
