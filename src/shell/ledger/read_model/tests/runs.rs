//! What a snapshot keeps in runs: that it is what a replay gives, whatever becomes of the files.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::*;
use crate::core::shelf::Scratch;
use crate::core::shelf::tests::Memory;
use crate::core::state::shelves::Shelves;
use crate::shell::load::Load;
use crate::shell::replay::Entries;
use crate::storage::index::tests::files;
use crate::storage::open_bundle;

/// Bytes of a table that holds hardly anything.
const TINY: usize = 150;

fn runs(folder: &Path) -> PathBuf {
    folder.join(INDEX).join("runs")
}

fn names(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(runs(folder)).unwrap().map(|item| item.unwrap().file_name().into_string().unwrap()).collect()
}

/// Takes a snapshot, and reads the chain from it and its runs.
fn there_and_back(index: &mut Index, chain: &mut Chain, key: &SecretKey) -> Chain {
    let scratch = Scratch::with_tables(Memory::default(), TINY);
    index.take_snapshot(chain, key).unwrap();
    let snapshot = Snapshot::read(&index.kept().unwrap()).unwrap();
    let documents = snapshot.chain().state().map(|state| state.documents().iter().count());
    assert_eq!(documents, Some(0), "the snapshot itself grows with documents");
    let mut read = snapshot.chain().clone().with_scratch(&scratch);
    read.put_shelves(Shelves::open(index.runs(&snapshot).unwrap(), &scratch).unwrap());
    read
}

#[test]
fn every_ledger_of_the_corpus_comes_back_from_its_runs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ledgers");
    let (folder, key) = (tempfile::tempdir().unwrap(), sample::shared().key(1));
    let (mut index, mut cases) = (Index::open(folder.path()).unwrap().0, 0);
    for ledger in fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()) {
        let Ok(bundle) = open_bundle(&ledger.join("bundle.zip")) else { continue };
        let Ok(entries) = Entries::of(bundle.as_ref()) else { continue };
        let (mut chain, mut replayed) = (Chain::new(), Chain::new());
        chain = chain.with_scratch(&Scratch::with_tables(Memory::default(), TINY));
        let mut faults = Vec::new();
        let read = entries.read(0, &mut |bytes| {
            chain.extend(bytes, Rule::Cofactored, &mut faults);
            replayed.extend(bytes, Rule::Cofactored, &mut faults);
            if replayed.size() % 16 == 5 && replayed.state().is_some() {
                chain = there_and_back(&mut index, &mut chain, &key);
            }
            Ok(true)
        });
        if read.is_err() || replayed.state().is_none() {
            continue;
        }
        let back = there_and_back(&mut index, &mut chain, &key);
        assert!(back == replayed && chain == replayed, "{}", ledger.display());
        cases += 1;
    }
    assert!(cases > 200, "{cases}");
}

#[test]
fn a_generated_ledger_comes_back_from_its_runs() {
    let mut load = Load::new(3).unwrap();
    let (folder, key) = (tempfile::tempdir().unwrap(), sample::shared().key(1));
    let mut index = Index::open(folder.path()).unwrap().0;
    let mut chain = Chain::new().with_scratch(&Scratch::with_tables(Memory::default(), TINY));
    let (mut replayed, mut most) = (Chain::new(), 0);
    for (envelope, now) in load.sign(700).unwrap() {
        chain.seal(envelope.clone(), now).unwrap();
        replayed.seal(envelope, now).unwrap();
        if replayed.size() % 61 == 0 {
            chain = there_and_back(&mut index, &mut chain, &key);
            most = most.max(names(folder.path()).len());
        }
    }
    assert!(there_and_back(&mut index, &mut chain, &key) == replayed);
    assert!(chain == replayed && chain.scratch().failure().is_none());
    assert!(replayed.state().unwrap().documents().iter().count() > 500);
    assert!((2..8).contains(&most), "{most} runs at most");
}

#[test]
fn a_run_that_is_not_what_was_signed_costs_a_rebuild() {
    type Damage = Box<dyn Fn(&Path, &[PathBuf])>;
    let damages: [(&str, Damage); 6] = [
        ("removed", Box::new(|_, paths| fs::remove_file(&paths[0]).unwrap())),
        ("cut", Box::new(|_, paths| fs::write(&paths[0], &fs::read(&paths[0]).unwrap()[1..]).unwrap())),
        (
            "lengthened",
            Box::new(|_, paths| fs::write(&paths[0], [fs::read(&paths[0]).unwrap(), vec![0]].concat()).unwrap()),
        ),
        (
            "a folder",
            Box::new(|_, paths| {
                fs::remove_file(&paths[0]).unwrap();
                fs::create_dir(&paths[0]).unwrap();
            }),
        ),
        ("another in its place", Box::new(|_, paths| assert!(fs::copy(&paths[1], &paths[0]).is_ok()))),
        ("all gone", Box::new(|folder, _| fs::remove_dir_all(runs(folder)).unwrap())),
    ];
    let sample = sample::Ledger::with(1, ENTRIES);
    let folder = tempfile::tempdir().unwrap();
    let mut store = filed(folder.path(), &sample, ENTRIES, &[4, 5, EARLIER, SEALED]);
    let sound = files(&folder.path().join(INDEX));
    let put_back = || {
        fs::remove_dir_all(folder.path().join(INDEX)).unwrap();
        for (path, bytes) in &sound {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    };
    let paths: Vec<PathBuf> =
        sound.iter().map(|(path, _)| path.clone()).filter(|path| path.starts_with(runs(folder.path()))).collect();
    let length = |path: &PathBuf| fs::metadata(path).unwrap().len();
    let mut orders = vec![paths.clone(), paths.iter().rev().cloned().collect()];
    orders.retain(|paths: &Vec<_>| paths.len() > 1);
    assert!(!orders.is_empty(), "one run cannot stand for another");
    for (what, damage) in &damages {
        for paths in &orders {
            put_back();
            damage(folder.path(), paths);
            let (basis, replayed) = open_and_compare(folder.path(), store);
            assert!(matches!(basis, Basis::Replay(_)), "{what}: {basis:?}");
            store = replayed;
        }
    }
    for path in &paths {
        put_back();
        for at in (0..length(path) as usize).step_by(5) {
            put_back();
            let mut bytes = fs::read(path).unwrap();
            bytes[at] ^= 1 << (at % 8);
            fs::write(path, bytes).unwrap();
            let (ledger, basis) = Ledger::open_by_index(store, folder.path()).unwrap();
            assert_eq!(basis, Basis::Replay(Why::Rejected(Rejected::OtherRuns)), "byte {at} of {}", path.display());
            store = ledger.into_store();
        }
    }
    put_back();
    assert_eq!(open_and_compare(folder.path(), store).0, Basis::Snapshot(SEALED));
}

#[test]
fn runs_without_a_snapshot_are_removed_and_so_are_those_of_the_snapshot_before() {
    let sample = sample::Ledger::with(1, ENTRIES);
    let (folder, later) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = filed(folder.path(), &sample, ENTRIES, &[EARLIER]);
    filed(later.path(), &sample, ENTRIES, &[EARLIER, SEALED]);
    let before = names(folder.path());
    // A kill after the runs of the next snapshot were written, and while another was.
    for name in names(later.path()) {
        fs::copy(runs(later.path()).join(&name), runs(folder.path()).join(&name)).unwrap();
    }
    fs::write(runs(folder.path()).join("tmp-0"), "half a run").unwrap();
    assert!(names(folder.path()).len() > before.len() + 1);
    let (basis, store) = open_and_compare(folder.path(), store);
    assert_eq!(basis, Basis::Snapshot(EARLIER));
    let (mut ledger, _) = Ledger::open_by_index(store, folder.path()).unwrap();
    ledger.publish(&sample.operator_key()).unwrap();
    let index = ledger.model.index.as_ref().unwrap();
    let snapshot = Snapshot::read(&index.kept().unwrap()).unwrap();
    let named: BTreeSet<_> = snapshot.runs().iter().map(|run| run.sha256.to_string()).collect();
    assert_eq!(names(folder.path()), named);
    let (basis, _) = open_and_compare(folder.path(), ledger.into_store());
    assert_eq!(basis, Basis::Snapshot(ENTRIES));
}

#[test]
fn a_scratch_that_fails_stops_the_writer_and_admits_and_refuses_nothing() {
    let sample = sample::Ledger::with(1, 2 * ENTRIES);
    let sound = Memory::default();
    // Files what comes after the snapshot, and says how often it was told to, and what the store has then.
    let file_all = |memory: &Memory| {
        let folder = tempfile::tempdir().unwrap();
        let store = filed(folder.path(), &sample, ENTRIES, &[EARLIER, SEALED]);
        let scratch = Scratch::with_tables(memory.clone(), TINY);
        let opened = Ledger::open_by_index_in(store, folder.path(), &scratch);
        let mut ledger = match opened {
            Err(error) => {
                assert_eq!(error.code(), "scratch-failed");
                return 0;
            }
            Ok((ledger, _)) => ledger,
        };
        let mut filed = 0;
        for (sealed, index) in sample.entries().iter().zip(0..).skip(ENTRIES as usize) {
            let (envelope, now) = envelope(sealed);
            match ledger.file(envelope, now, &mut |_| None) {
                Ok(said) => assert_eq!(said, Filed { index, again: false }),
                Err(error) => {
                    assert_eq!(error.code(), "scratch-failed");
                    assert!(scratch.failure().is_some(), "{error}");
                    assert!(
                        ledger.publish(&sample.operator_key()).is_err(),
                        "nothing is promised by a chain that may be wrong"
                    );
                    break;
                }
            }
            filed += 1;
            assert_eq!(ledger.store().size(), index + 1);
        }
        assert!(Ledger::open(ledger.into_store()).is_ok(), "what was written is lawful");
        filed
    };
    assert_eq!(file_all(&sound), ENTRIES);
    let calls = sound.calls();
    assert!(calls > 100, "{calls}");
    let mut stopped = std::collections::BTreeSet::new();
    for fails in (1..calls).step_by((calls / 40) as usize) {
        stopped.insert(file_all(&Memory::failing(fails)));
    }
    assert!(stopped.len() > 5 && stopped.iter().all(|filed| *filed < ENTRIES), "{stopped:?}");
}
