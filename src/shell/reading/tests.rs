//! Reading by the index gives what a replay gives, whatever is asked, and whatever became of index or ledger.

use std::fs;

use super::*;
use crate::core::sample;
use crate::core::statement::Envelope;
use crate::core::time::Time;
use crate::shell::ledger::Ledger;
use crate::storage::folder_bundle::FolderBundle;
use crate::storage::folder_store::FolderStore;
use crate::storage::index::INDEX;

/// More than an entry bundle of entries, and two checkpoints; the second one has the snapshot.
const ENTRIES: u64 = 270;
const SEALED: u64 = 264;

fn filed(folder: &Path) {
    let sample = sample::shared();
    let store = FolderStore::create(folder).unwrap();
    let (mut ledger, _) = Ledger::open_by_index(store, folder).unwrap();
    for sealed in &sample.entries()[..ENTRIES as usize] {
        let entry = Entry::parse(sealed.bytes()).unwrap();
        let envelope = Envelope { payload: entry.payload, signatures: entry.signatures };
        ledger.file(envelope, entry.recorded_at, &mut |_| None).unwrap();
        if [2, SEALED].contains(&ledger.chain().size()) {
            ledger.publish(&sample.operator_key()).unwrap();
        }
    }
}

/// What is read of an entry, enough to tell it from every other.
type Picked = (u64, crate::core::hash::Hash, Option<Statement>, Entry);

fn pick(link: &Link, entry: &Entry) -> Option<Picked> {
    Some((link.index, link.leaf, link.statement.as_deref().cloned(), entry.clone()))
}

fn reading(folder: &Path, by_index: bool, ask: Ask<'_>) -> Result<Reading<Picked>, Trouble> {
    read(by_index.then_some(folder), &FolderBundle::open(folder).unwrap(), ask, &mut pick)
}

/// Reads by the index and by a replay, and compares. Returns what the first one rests on.
fn compare(folder: &Path, ask: Ask<'_>) -> Basis {
    let wanted = |(index, _, statement, _): &Picked| match ask {
        Ask::State(_) => false,
        Ask::Entry(wanted) => *index == wanted,
        Ask::Entries(lists) => lists.iter().all(|list| match (list, statement) {
            (List::Actor(actor), Some(statement)) => statement.author == **actor,
            (List::Request(request), Some(statement)) => statement.event.request() == Some(*request),
            (List::Kind(kind), Some(statement)) => statement.event.kind() == *kind,
            (List::Key(_), Some(_)) | (_, None) => false,
        }),
    };
    let [by_index, by_replay] = [true, false].map(|by_index| reading(folder, by_index, ask).unwrap());
    assert_eq!(by_replay.basis, Basis::Replay(Why::Asked));
    let [found, expected] =
        [by_index.picked, by_replay.picked].map(|picked| picked.into_iter().filter(wanted).collect::<Vec<_>>());
    assert_eq!(found, expected, "{ask:?}");
    if !matches!(ask, Ask::Entry(_)) {
        assert!(by_index.chain == by_replay.chain, "{ask:?}");
    }
    by_index.basis
}

#[test]
fn a_reading_is_what_a_replay_gives() {
    let folder = tempfile::tempdir().unwrap();
    filed(folder.path());
    let (platform, nobody) = ("platform".parse().unwrap(), "nobody".parse().unwrap());
    let request = "nobody/request".parse().unwrap();
    let recorded = |index: u64| Until::Time(Time::from_unix(sample::OPENED_AT + index).unwrap());
    let (snapshot, later) = (Basis::Snapshot(SEALED), Basis::Replay(Why::Later));
    let table: Vec<(Ask<'_>, &Basis)> = vec![
        (Ask::State(Until::End), &snapshot),
        (Ask::State(Until::Entry(SEALED - 1)), &snapshot),
        (Ask::State(Until::Entry(SEALED - 2)), &later),
        (Ask::State(Until::Entry(SEALED + 2)), &snapshot),
        (Ask::State(recorded(SEALED - 1)), &snapshot),
        (Ask::State(recorded(SEALED - 2)), &later),
        (Ask::State(recorded(ENTRIES)), &snapshot),
        (Ask::Entry(0), &snapshot),
        (Ask::Entry(255), &snapshot),
        (Ask::Entry(SEALED - 1), &snapshot),
        (Ask::Entry(SEALED), &snapshot),
        (Ask::Entry(ENTRIES - 1), &snapshot),
        (Ask::Entry(ENTRIES), &snapshot),
    ];
    for (ask, expected) in table {
        assert_eq!(compare(folder.path(), ask), *expected, "{ask:?}");
    }
    let lists: [&[List<'_>]; 7] = [
        &[],
        &[List::Actor(&platform)],
        &[List::Actor(&nobody)],
        &[List::Request(&request)],
        &[List::Kind("actor_enrolled")],
        &[List::Kind("disclosure_filed"), List::Actor(&platform)],
        &[List::Kind("actor_enrolled"), List::Actor(&platform)],
    ];
    for lists in lists {
        assert_eq!(compare(folder.path(), Ask::Entries(lists)), snapshot, "{lists:?}");
    }
}

#[test]
fn a_list_with_an_entry_left_out_or_added_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    filed(folder.path());
    let platform = "platform".parse().unwrap();
    let lists = [List::Actor(&platform)];
    let damaged = Basis::Replay(Why::Damaged("a list is not complete".to_owned()));
    // The list is 2 and every entry after it: it begins with a 2, and goes on with ones.
    let left_out = |chunk: &[u8]| [&chunk[..100], &[2], &chunk[102..]].concat();
    let added = |chunk: &[u8]| [&[1], &[1], &chunk[1..]].concat();
    let moved = |chunk: &[u8]| [&[1], &chunk[1..]].concat();
    type Change<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;
    let changes: [Change<'_>; 4] = [&left_out, &added, &moved, &|_| Vec::new()];
    for (change, number) in changes.into_iter().zip(0..) {
        let edit = |change: &dyn Fn(&[u8]) -> Vec<u8>| {
            // sled's threads may hold on to the database for a moment.
            let path = folder.path().join(INDEX).join("sled");
            let database = (0..100).find_map(|_| {
                std::thread::sleep(std::time::Duration::from_millis(5));
                sled::open(&path).ok()
            });
            let database = database.unwrap();
            let (key, chunk) = database.scan_prefix("a/platform\0").next().unwrap().unwrap();
            database.insert(key, change(&chunk)).unwrap();
            database.flush().unwrap();
            chunk
        };
        let sound = edit(change);
        assert_eq!(compare(folder.path(), Ask::Entries(&lists)), damaged, "change {number}");
        assert_eq!(compare(folder.path(), Ask::State(Until::End)), Basis::Snapshot(SEALED));
        edit(&|_| sound.to_vec());
        assert_eq!(compare(folder.path(), Ask::Entries(&lists)), Basis::Snapshot(SEALED));
    }
}

#[test]
fn a_fault_in_the_ledger_is_told_as_by_a_replay() {
    let folder = tempfile::tempdir().unwrap();
    filed(folder.path());
    let bundle = folder.path().join("tile/entries/000");
    let sound = fs::read(&bundle).unwrap();
    let mut edited = sound.clone();
    let at = edited.windows(11).position(|window| window == b"\"Reports...").unwrap();
    edited[at + 1] = b'B';
    fs::write(&bundle, edited).unwrap();
    for ask in [Ask::State(Until::End), Ask::Entry(ENTRIES - 1), Ask::Entries(&[])] {
        let [by_index, by_replay] = [true, false].map(|by_index| reading(folder.path(), by_index, ask).unwrap_err());
        assert_eq!(by_index.to_string(), by_replay.to_string(), "{ask:?}");
    }
    assert!(matches!(compare(folder.path(), Ask::Entry(0)), Basis::Replay(Why::Rejected(_))));
    fs::write(&bundle, sound).unwrap();
    fs::remove_file(folder.path().join("checkpoints").join(SEALED.to_string())).unwrap();
    assert!(matches!(compare(folder.path(), Ask::State(Until::End)), Basis::Replay(Why::Rejected(_))));
}

#[test]
fn whoever_writes_holds_up_no_reader() {
    let folder = tempfile::tempdir().unwrap();
    filed(folder.path());
    let (store, _) = FolderStore::open(folder.path()).unwrap();
    let (writer, _) = Ledger::open_by_index(store, folder.path()).unwrap();
    assert_eq!(compare(folder.path(), Ask::State(Until::End)), Basis::Replay(Why::Busy));
    drop(writer);
    assert_eq!(compare(folder.path(), Ask::State(Until::End)), Basis::Snapshot(SEALED));
    fs::remove_dir_all(folder.path().join(INDEX)).unwrap();
    assert_eq!(compare(folder.path(), Ask::State(Until::End)), Basis::Replay(Why::Missing));
    assert!(!folder.path().join(INDEX).exists(), "a reader makes no index");
}
