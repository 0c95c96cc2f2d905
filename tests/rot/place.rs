//! A ledger's folder that is damaged and mended.

use std::fs;
use std::path::{Path, PathBuf};

use candour::core::fault::Code;
use candour::core::policy::Policy;
use candour::core::tile::split;
use candour::shell::repair::{Done, How, Repaired, repair};
use candour::storage::bundle::Bundle;
use candour::storage::memory_bundle::MemoryBundle;
use tempfile::TempDir;

use super::world::{entries, files, open};
use crate::corpus::forge::{Files, Forger, tiles};
use crate::corpus::story;

/// A ledger's folder.
pub(super) struct Place(pub(super) TempDir);

impl Place {
    /// A live ledger, which its writer has opened and closed.
    pub(super) fn of(forger: &Forger) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for (name, bytes) in whole(forger) {
            fs::create_dir_all(place.at(&name).parent().unwrap()).unwrap();
            fs::write(place.at(&name), bytes).unwrap();
        }
        open(&place.path()).unwrap();
        place
    }

    pub(super) fn path(&self) -> PathBuf {
        self.0.path().join("ledger")
    }

    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(super) fn remove(&self, names: &[&str]) {
        names.iter().for_each(|name| fs::remove_file(self.at(name)).unwrap());
    }

    /// What is in the ledger but for its index, which its writer mends.
    pub(super) fn files(&self) -> Files {
        files(&self.path()).into_iter().filter(|(name, _)| !name.starts_with("index/")).collect()
    }

    pub(super) fn mend(&self, copy: Option<&Forger>, policy: Option<&Policy>, apply: bool, drop: bool) -> Repaired {
        let copy = copy.map(|copy| MemoryBundle::from_iter(whole(copy)));
        self.mend_from(copy.as_ref().map(|copy| copy as &dyn Bundle), policy, apply, drop)
    }

    pub(super) fn mend_from(
        &self,
        copy: Option<&dyn Bundle>,
        policy: Option<&Policy>,
        apply: bool,
        drop: bool,
    ) -> Repaired {
        let before = self.files();
        let done = repair(&self.path(), How { copy, policy, apply, drop, progress: &mut |_, _| {} }).unwrap();
        assert!(done.applied || self.files() == before, "{done:?}");
        done
    }

    pub(super) fn entries(&self) -> Vec<Vec<u8>> {
        entries(&open(&self.path()).unwrap())
    }
}

/// Every file that a ledger of these entries has.
pub(super) fn whole(forger: &Forger) -> Files {
    let full = tiles(&forger.entries).into_iter().filter(|(name, _)| !name.contains(".p/"));
    full.chain(forger.files()).collect()
}

pub(super) fn sealed(size: u64, seals: &[u64]) -> Forger {
    let mut ledger = story::long(size);
    ledger.seals = seals.to_vec();
    ledger
}

/// Changes a byte of the n-th entry of a tail, that of its payload or of its signature.
pub(super) fn spoil_entry(path: &Path, n: usize) {
    let mut tail = fs::read(path).unwrap();
    let before: usize = split(&tail).take(n + 1).map(|entry| entry.unwrap().len() + 2).sum();
    tail[before - 20] ^= 4;
    fs::write(path, tail).unwrap();
}

/// Changes a character of the last signature of a note.
pub(super) fn spoil_note(path: &Path) {
    let mut note = fs::read(path).unwrap();
    let at = note.len() - 20;
    note[at] = if note[at] == b'A' { b'B' } else { b'A' };
    fs::write(path, note).unwrap();
}

pub(super) fn steps(done: &Repaired) -> Vec<(&str, Done)> {
    done.steps.iter().map(|step| (step.file.as_str(), step.done)).collect()
}

pub(super) fn codes(done: &Repaired) -> Vec<Code> {
    done.left.iter().map(|fault| fault.code).collect()
}
