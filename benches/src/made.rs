//! Generated ledgers.

use std::fs;
use std::num::NonZeroU64;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use candour::core::statement::Envelope;
use candour::core::time::Millis;
use candour::shell::ledger::Ledger;
use candour::shell::load::{Load, write};
use candour::storage::folder_store::{FolderReader, FolderStore};
use candour::storage::store::Log as _;

use crate::Result;
use crate::output::Output;

/// The seed of every ledger here.
pub const SEED: u64 = 1;

/// A ledger in a folder, with a policy beside it.
pub struct Made {
    /// The folder.
    pub ledger: PathBuf,
    /// The policy's file.
    pub policy: PathBuf,
}

impl Made {
    /// The ledger of that many entries below a folder: the one that is there whole, or a new one.
    pub fn within(folder: &Path, entries: NonZeroU64, output: &Output) -> Result<Self> {
        let (ledger, policy) = (folder.join(format!("ledger-{entries}")), folder.join(format!("policy-{entries}")));
        if !policy.exists() {
            if ledger.exists() {
                // It was begun, and not finished: the policy is written last.
                fs::remove_dir_all(&ledger)?;
            }
            let begun = Instant::now();
            let written = write(&ledger, SEED, entries, &mut |_, _| {})?;
            output.note(&format!("{entries} entries generated in {:.1} s", begun.elapsed().as_secs_f64()));
            fs::write(&policy, written.policy)?;
        }
        Ok(Self { ledger, policy })
    }

    /// The bytes of its entries.
    pub fn entries(&self) -> Result<Vec<Vec<u8>>> {
        let mut entries = Vec::new();
        FolderReader::open(&self.ledger)?.read(0, &mut |_, bytes| {
            entries.push(bytes.to_vec());
            ControlFlow::Continue(())
        })?;
        Ok(entries)
    }
}

/// A ledger on which everybody is enrolled, and what is to be filed next.
pub struct Opened {
    /// The ledger.
    pub ledger: Ledger<FolderStore>,
    /// Disclosures, in order.
    pub next: Vec<(Envelope, Millis)>,
    /// What made them: it has the operator's key.
    pub load: Load,
}

impl Opened {
    /// In an empty folder, with so many disclosures by so many platforms, signed.
    pub fn within(folder: &Path, count: usize, platforms: usize) -> Result<Self> {
        let mut load = Load::of_disclosures(SEED, platforms)?;
        let mut ledger = Ledger::open(FolderStore::create(folder)?)?;
        for (envelope, recorded_at) in load.sign(load.opening())? {
            ledger.file(envelope, recorded_at, &mut |_| None)?;
        }
        let next = load.sign(count)?;
        Ok(Self { ledger, next, load })
    }
}
