//! A ledger with an index, honest and damaged. Whatever the index holds, the chain is the one that a replay gives.

mod damage;
mod forged;
mod runs;

use std::path::Path;

use super::*;
use crate::core::chain::Sealed;
use crate::core::entry::Entry;
use crate::core::event::{Event, KeyRotated};
use crate::core::json::Count;
use crate::core::sample;
use crate::core::statement::{Envelope, Rule, Statement};
use crate::core::time::{Millis, Time};
use crate::shell::ledger::{Filed, Ledger};
use crate::storage::index::{INDEX, Rejected};
use crate::storage::memory_store::MemoryStore;
use crate::storage::store::Store as _;

/// Entries of the ledger under test, and of its last two checkpoints. The second one has the snapshot.
const ENTRIES: u64 = 24;
const EARLIER: u64 = 12;
const SEALED: u64 = 18;

fn envelope(sealed: &Sealed) -> (Envelope, Millis) {
    let entry = Entry::parse(sealed.bytes()).unwrap();
    (Envelope { payload: entry.payload, signatures: entry.signatures }, entry.recorded_at)
}

fn file(ledger: &mut Ledger<MemoryStore>, sealed: &Sealed) -> Filed {
    let (envelope, now) = envelope(sealed);
    ledger.file(envelope, now, &mut |_| None).unwrap()
}

/// Files the first entries of a sample, with a checkpoint at each of these sizes.
fn filed(folder: &Path, sample: &sample::Ledger, entries: u64, checkpoints: &[u64]) -> MemoryStore {
    let (mut ledger, _) = Ledger::open_by_index(MemoryStore::new(), folder).unwrap();
    for sealed in &sample.entries()[..entries as usize] {
        file(&mut ledger, sealed);
        if checkpoints.contains(&ledger.chain().size()) {
            ledger.publish(&sample.operator_key()).unwrap();
        }
    }
    ledger.into_store()
}

/// The same in a store alone.
fn stored(sample: &sample::Ledger, entries: u64, checkpoints: &[u64]) -> MemoryStore {
    let mut store = MemoryStore::new();
    store.append(0, &sample.entries()[..entries as usize]).unwrap();
    for size in checkpoints {
        store.publish(&sample.checkpoint(*size)).unwrap();
    }
    store
}

/// The index's database. sled's threads may hold on to it for a moment after it was closed.
fn database(folder: &Path) -> sled::Db {
    let path = folder.join(INDEX).join("sled");
    let wait = || std::thread::sleep(std::time::Duration::from_millis(5));
    (0..100).find_map(|_| sled::open(&path).map_err(|_| wait()).ok()).unwrap()
}

/// Opens a ledger by its index, and holds the chain against that of a full replay. Returns what it rests on.
fn open_and_compare(folder: &Path, store: MemoryStore) -> (Basis, MemoryStore) {
    let (ledger, basis) = Ledger::open_by_index(store, folder).unwrap();
    let chain = ledger.chain().clone();
    let replayed = Ledger::open(ledger.into_store()).unwrap();
    assert!(chain == *replayed.chain(), "a chain that is not the replay's, by {basis:?}");
    (basis, replayed.into_store())
}

#[test]
fn a_ledger_opens_from_its_snapshot() {
    let sample = sample::Ledger::with(1, ENTRIES);
    let folder = tempfile::tempdir().unwrap();
    let store = filed(folder.path(), &sample, ENTRIES, &[1, 2, EARLIER, SEALED]);
    let (basis, store) = open_and_compare(folder.path(), store);
    assert_eq!(basis, Basis::Snapshot(SEALED));
    // Without one, the first opening makes an index, and the next checkpoint a snapshot.
    std::fs::remove_dir_all(folder.path().join(INDEX)).unwrap();
    let (basis, store) = open_and_compare(folder.path(), store);
    assert_eq!(basis, Basis::Replay(Why::Missing));
    let (basis, store) = open_and_compare(folder.path(), store);
    assert_eq!(basis, Basis::Replay(Why::NoSnapshot));
    let (mut ledger, _) = Ledger::open_by_index(store, folder.path()).unwrap();
    ledger.publish(&sample.operator_key()).unwrap();
    let (basis, _) = open_and_compare(folder.path(), ledger.into_store());
    assert_eq!(basis, Basis::Snapshot(ENTRIES));
}

#[test]
fn a_statement_filed_again_is_found() {
    let sample = sample::Ledger::with(1, ENTRIES);
    let folder = tempfile::tempdir().unwrap();
    let store = filed(folder.path(), &sample, SEALED, &[EARLIER, SEALED]);
    let (mut ledger, _) = Ledger::open_by_index(store, folder.path()).unwrap();
    for (sealed, index) in sample.entries().iter().zip(0..) {
        let known = index < SEALED;
        assert_eq!(ledger.model.find(&envelope(sealed).0.signatures[0].key, index.saturating_sub(2)).is_some(), known);
        assert_eq!(file(&mut ledger, sealed), Filed { index, again: known });
        assert_eq!(file(&mut ledger, sealed), Filed { index, again: true });
    }
    // Where the index points elsewhere, the log has the last word.
    drop(ledger.model.index.take());
    let database = database(folder.path());
    for item in database.scan_prefix(b"s/") {
        database.insert(item.unwrap().0, &[3]).unwrap();
    }
    drop(database);
    let (mut ledger, _) = Ledger::open_by_index(ledger.into_store(), folder.path()).unwrap();
    for (sealed, index) in sample.entries().iter().zip(0..) {
        assert_eq!(file(&mut ledger, sealed), Filed { index, again: true });
    }
}

#[test]
fn the_snapshot_follows_the_operator_to_its_next_key() {
    let mut sample = sample::Ledger::with(1, 10);
    let folder = tempfile::tempdir().unwrap();
    let (mut ledger, _) = Ledger::open_by_index(filed(folder.path(), &sample, 10, &[10]), folder.path()).unwrap();
    let (old, new) = (sample.operator_key(), sample.key(9));
    let event = Event::KeyRotated(KeyRotated {
        actor: "operator".parse().unwrap(),
        new: new.public().unwrap(),
        old: old.public().unwrap(),
    });
    let statement = Statement {
        author: "operator".parse().unwrap(),
        event,
        issued_at: Time::from_unix(sample.now()).unwrap(),
        ledger: sample.chain().origin().unwrap().clone(),
        nth: Count::new(1).unwrap(),
        seen: None,
    };
    let envelope = Envelope::sign(&statement, [&old, &new, &sample.authority_key()]).unwrap();
    let now = Millis::from_unix_ms(sample.now() * 1000).unwrap();
    ledger.file(envelope, now, &mut |_| None).unwrap();
    drop(sample.next());
    ledger.publish(&new).unwrap();
    let (basis, store) = open_and_compare(folder.path(), ledger.into_store());
    assert_eq!(basis, Basis::Snapshot(11));
    // Who had the key before cannot leave out that it was replaced.
    let (mut ledger, _) = Ledger::open_by_index(store, folder.path()).unwrap();
    let mut index = ledger.model.index.unwrap();
    index.take_snapshot(&mut ledger.chain, &old).unwrap();
    drop(index);
    let (basis, _) = open_and_compare(folder.path(), ledger.store);
    assert_eq!(basis, Basis::Replay(Why::Rejected(Rejected::NotTheOperators)));
}

#[test]
fn a_snapshot_is_taken_when_it_is_due() {
    let sample = sample::Ledger::with(1, 70);
    let folder = tempfile::tempdir().unwrap();
    let store = filed(folder.path(), &sample, 64, &[64]);
    let (mut ledger, _) = Ledger::open_by_index(store, folder.path()).unwrap();
    for (size, expected) in [(65, 64), (66, 66), (67, 66), (68, 68)] {
        file(&mut ledger, &sample.entries()[size as usize - 1]);
        ledger.publish(&sample.operator_key()).unwrap();
        assert_eq!(ledger.model.snapshot, expected, "at {size}");
    }
}

#[test]
fn whoever_comes_second_goes_on_without() {
    let sample = sample::Ledger::with(1, ENTRIES);
    let folder = tempfile::tempdir().unwrap();
    let store = filed(folder.path(), &sample, ENTRIES, &[EARLIER, SEALED]);
    let held = Index::open_as_it_is(folder.path()).unwrap();
    let (basis, store) = open_and_compare(folder.path(), store);
    assert_eq!(basis, Basis::Replay(Why::Busy));
    drop(held);
    // What was filed meanwhile is caught up with.
    let (basis, _) = open_and_compare(folder.path(), store);
    assert_eq!(basis, Basis::Snapshot(SEALED));
}

#[test]
fn an_index_that_is_behind_catches_up() {
    let sample = sample::Ledger::with(1, ENTRIES);
    let folder = tempfile::tempdir().unwrap();
    filed(folder.path(), &sample, SEALED, &[EARLIER, SEALED]);
    let store = stored(&sample, ENTRIES, &[EARLIER, SEALED]);
    let (ledger, basis) = Ledger::open_by_index(store, folder.path()).unwrap();
    assert_eq!(basis, Basis::Snapshot(SEALED));
    let mut index = ledger.model.index.unwrap();
    assert_eq!(index.extent().size, ENTRIES);
    index.commit().unwrap();
    assert!(index.holds().unwrap());
}
