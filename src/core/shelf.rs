//! A shelf: an exact map, in the order of its keys, of small values that may become too many to keep in memory.
//!
//! What was put there last is in a table in memory. When that is full and there is a [`Scratch`], it is written there, in
//! order, as a *run* that is never changed; what is newer wins. Runs of like size are merged, so that there are few of them,
//! and a filter says of most keys that a run has not that it has not. Without a scratch all stays in the table.
//!
//! The bytes of a run are this process's own, and no evidence. A scratch that fails may make every answer a wrong one: it
//! stays failed, and whoever judges by what a shelf says asks [`Scratch::failure`] before it tells anybody.

mod filter;
mod kept;
mod merge;
mod run;
mod scratch;
mod stored;
mod table;
mod wire;

use std::io;
use std::iter::Peekable;
use std::sync::Arc;

pub use kept::{KeptRun, OpenedRun};
pub use scratch::{Scratch, Sheet, Space, TABLE_BYTES};
pub use stored::{Fields, Key, Stored, put_number};
pub(super) use wire::set;

use merge::Merge;
use run::{Run, Writer};
use table::Table;

/// Runs of one size that become one, where each has a filter. Measured with 300,000 keys and tables of 1 MiB: 1.5 us of CPU
/// for a look-up of a new key of 32 bytes in no order and its insertion, merges included; 2.1 us for a document's name.
const FAN_IN: usize = 4;
/// The same of runs that have none: they hardly overlap, so that each is found by its ends, and more of them cost nothing.
/// Measured as above: 0.8 us for an insertion.
const FAN_IN_UNFILTERED: usize = 16;

/// An exact map from keys to small values. Clones share what was written to the scratch.
#[derive(Clone, Debug)]
pub struct Shelf<K, V> {
    /// What was put here since the last run was written; nothing where a key was removed that a run may have.
    table: Table<K, V>,
    /// What the table takes, about.
    bytes: usize,
    /// The oldest first.
    runs: Vec<Arc<Run>>,
    scratch: Scratch,
}

impl<K: Key, V: Stored> Default for Shelf<K, V> {
    fn default() -> Self {
        Self { table: Table::new(), bytes: 0, runs: Vec::new(), scratch: Scratch::default() }
    }
}

impl<K: Key, V: Stored> Shelf<K, V> {
    /// An empty one that has a scratch.
    pub fn kept_in(scratch: &Scratch) -> Self {
        Self { scratch: scratch.clone(), ..Self::default() }
    }

    /// Gives it a scratch, from now on. What is written already stays where it is.
    pub fn keep_in(&mut self, scratch: &Scratch) {
        self.scratch = scratch.clone();
        self.spill();
    }

    /// The value of a key. After [`Scratch::failure`] it may be any.
    pub fn find(&self, key: &K) -> Option<V> {
        if let Some(value) = self.table.get(key) {
            return value.clone();
        }
        if self.runs.is_empty() {
            return None;
        }
        let mut bytes = Vec::new();
        key.put(&mut bytes);
        self.scratch.hear(self.find_in_runs(&bytes)).flatten()
    }

    fn find_in_runs(&self, key: &[u8]) -> io::Result<Option<V>> {
        let hash = filter::hash(key);
        for run in self.runs.iter().rev() {
            if let Some(value) = run.find(key, hash)? {
                return value.map(|bytes| V::take(&bytes).ok_or_else(run::damaged)).transpose();
            }
        }
        Ok(None)
    }

    /// Puts a value there, in place of the one that the key had.
    pub fn insert(&mut self, key: K, value: V) {
        self.put(key, Some(value));
    }

    /// Removes a key, if it is there.
    pub fn remove(&mut self, key: &K) {
        if self.runs.is_empty() {
            if let Some((key, value)) = self.table.remove_entry(key) {
                self.bytes = self.bytes.saturating_sub(Table::weight(&key, value.as_ref()));
            }
        } else {
            self.put(key.clone(), None);
        }
    }

    /// Changes the value of a key, if it has one.
    pub fn change(&mut self, key: &K, change: impl FnOnce(&mut V)) {
        if let Some(Some(value)) = self.table.get_mut(key) {
            // What a value takes beyond its own size is told at its insertion alone.
            return change(value);
        }
        if let Some(mut value) = self.find(key) {
            change(&mut value);
            self.insert(key.clone(), value);
        }
    }

    /// All keys in order, with their values. It ends early where the scratch fails.
    pub fn iter(&self) -> Entries<'_, K, V> {
        self.entries(self.table.from(None), None)
    }

    /// The keys from one on, in order, with their values.
    pub fn range_from(&self, from: &K) -> Entries<'_, K, V> {
        let mut bytes = Vec::new();
        from.put(&mut bytes);
        self.entries(self.table.from(Some(from)), Some(&bytes))
    }

    fn entries<'a>(&'a self, table: table::Entries<'a, K, V>, from: Option<&[u8]>) -> Entries<'a, K, V> {
        let merge = (!self.runs.is_empty()).then(|| self.scratch.hear(Merge::of(self.runs.iter().rev(), from)));
        Entries { table: table.peekable(), merge: merge.flatten(), next: None, scratch: &self.scratch }
    }

    fn put(&mut self, key: K, value: Option<V>) {
        let weight = Table::weight(&key, value.as_ref());
        if self.table.insert(key, value) {
            self.bytes = self.bytes.saturating_add(weight);
        }
        self.spill();
    }

    /// Writes the table out if it is full. Where that fails it stays as it is.
    fn spill(&mut self) {
        if !self.scratch.is_exceeded_by(self.bytes) {
            return;
        }
        let written = self.write_out();
        if self.scratch.hear(written).is_none() {
            return;
        }
        if let Some((from, level)) = self.mergeable() {
            self.forget_filters(from);
            let merged = self.merged(from, level);
            if let Some(run) = self.scratch.hear(merged) {
                self.runs.truncate(from);
                self.runs.push(Arc::new(run));
            }
        }
    }

    /// Nothing is looked up while runs become one: what that needs is not kept beside what it will need. A run that a clone
    /// has too keeps its filter; one without says the same, later.
    fn forget_filters(&mut self, from: usize) {
        let merging = self.runs.get_mut(from..).unwrap_or_default();
        merging.iter_mut().filter_map(Arc::get_mut).for_each(|run| run.filter = None);
    }

    /// Turns the table into a run. Where that fails it stays as it is.
    fn write_out(&mut self) -> io::Result<()> {
        let run = self.written()?;
        self.runs.push(Arc::new(run));
        self.table.clear();
        self.bytes = 0;
        Ok(())
    }

    /// The table as a run.
    fn written(&self) -> io::Result<Run> {
        let mut writer = Writer::new(self.scratch.sheet()?, K::FILTERED.then_some(self.table.len() as u64));
        let (mut key, mut value) = (Vec::new(), Vec::new());
        for (k, v) in self.table.from(None) {
            key.clear();
            value.clear();
            k.put(&mut key);
            if let Some(v) = v {
                v.put(&mut value);
            }
            writer.push(&key, v.is_some().then_some(&value))?;
        }
        writer.finish(0)
    }

    /// From which run on they are to become one, and of which level that is: where there are enough of one size, all at once,
    /// where that makes enough of the next.
    fn mergeable(&self) -> Option<(usize, u32)> {
        let fan_in = if K::FILTERED { FAN_IN } else { FAN_IN_UNFILTERED };
        let (mut from, mut level) = (self.runs.len(), 0);
        loop {
            let older = self.runs.get(..from).unwrap_or_default();
            let alike = older.iter().rev().take_while(|run| run.level == level).count();
            // What is merged so far counts as one of its level.
            if alike + usize::from(level > 0) < fan_in {
                break;
            }
            from -= alike;
            level += 1;
        }
        (level > 0).then_some((from, level))
    }

    /// What is in the runs from that one on, as one.
    fn merged(&self, from: usize, level: u32) -> io::Result<Run> {
        let sheet = self.scratch.sheet()?;
        self.merged_from(from, |keys| Writer::new(sheet, keys))?.finish(level)
    }

    /// What is in the runs from that one on, written by a writer that is made for so many keys, if they are filtered.
    fn merged_from(&self, from: usize, writer: impl FnOnce(Option<u64>) -> Writer) -> io::Result<Writer> {
        let merging = self.runs.get(from..).unwrap_or_default();
        let keys = merging.iter().map(|run| run.records).sum();
        let mut writer = writer(K::FILTERED.then_some(keys));
        let mut merge = Merge::of(merging.iter().rev(), None)?;
        while let Some((key, value)) = merge.next()? {
            // What is removed need not be known to be, where nothing is older.
            if value.is_some() || from > 0 {
                writer.push(key, value)?;
            }
        }
        Ok(writer)
    }
}

/// The keys and values of a shelf, in order.
pub struct Entries<'a, K, V> {
    table: Peekable<table::Entries<'a, K, V>>,
    merge: Option<Merge>,
    /// The next of the runs.
    next: Option<(K, Option<V>)>,
    scratch: &'a Scratch,
}

impl<K: Key, V: Stored> Entries<'_, K, V> {
    fn fill(&mut self) -> io::Result<()> {
        let Some(merge) = self.merge.as_mut().filter(|_| self.next.is_none()) else { return Ok(()) };
        match merge.next()? {
            None => self.merge = None,
            Some((key, value)) => {
                let value = value.map(|bytes| V::take(bytes).ok_or_else(run::damaged)).transpose()?;
                self.next = Some((K::take(key).ok_or_else(run::damaged)?, value));
            }
        }
        Ok(())
    }
}

impl<K: Key, V: Stored> Iterator for Entries<'_, K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        loop {
            let filled = self.fill();
            self.scratch.hear(filled)?;
            let newer = match (self.table.peek(), &self.next) {
                (None, None) => return None,
                (Some((key, _)), Some((other, _))) if *key == other => {
                    self.next = None;
                    true
                }
                (Some((key, _)), Some((other, _))) => *key < other,
                (newer, _) => newer.is_some(),
            };
            let (key, value) = if newer {
                self.table.next().map(|(key, value)| (key.clone(), value.clone()))?
            } else {
                self.next.take()?
            };
            if let Some(value) = value {
                return Some((key, value));
            }
        }
    }
}

/// The same keys with the same values, wherever they are kept.
impl<K: Key, V: Stored + PartialEq> PartialEq for Shelf<K, V> {
    fn eq(&self, other: &Self) -> bool {
        if self.runs.is_empty() && other.runs.is_empty() {
            return self.table == other.table;
        }
        self.iter().eq(other.iter())
    }
}

impl<K: Key, V: Stored + Eq> Eq for Shelf<K, V> {}

impl<K: Key, V: Stored> FromIterator<(K, V)> for Shelf<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut shelf = Self::default();
        entries.into_iter().for_each(|(key, value)| shelf.insert(key, value));
        shelf
    }
}

#[cfg(test)]
pub(crate) mod tests;
