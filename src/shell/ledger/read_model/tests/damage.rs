//! Files of the index removed, cut short and overwritten.

use std::fs;

use super::*;
use crate::storage::index::tests::files;

const SEED: u64 = 0x6361_6e64_6f75_7221;
/// How often each file is cut and overwritten.
const ROUNDS: usize = 24;

/// xorshift64, enough to choose bytes.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

#[test]
fn damage_costs_a_rebuild_and_nothing_else() {
    eprintln!("seed {SEED:#x}");
    let mut random = Random(SEED);
    let sample = sample::Ledger::with(1, ENTRIES);
    let folder = tempfile::tempdir().unwrap();
    let mut store = filed(folder.path(), &sample, ENTRIES, &[EARLIER, SEALED]);
    let replayed = Ledger::open(stored(&sample, ENTRIES, &[EARLIER, SEALED])).unwrap().chain().clone();
    let (index, sound) = (folder.path().join(INDEX), files(&folder.path().join(INDEX)));
    let mut rebuilt = 0;
    for (path, bytes) in &sound {
        for round in 0..=2 * ROUNDS {
            fs::remove_dir_all(&index).unwrap();
            for (path, bytes) in &sound {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, bytes).unwrap();
            }
            let mut damaged = bytes.clone();
            match round {
                0 => fs::remove_file(path).unwrap(),
                round if round <= ROUNDS => damaged.truncate(random.below(bytes.len())),
                _ => {
                    for _ in 0..=random.below(30) {
                        let at = random.below(bytes.len());
                        if let Some(byte) = damaged.get_mut(at) {
                            *byte = random.below(256) as u8;
                        }
                    }
                }
            }
            if round > 0 {
                fs::write(path, damaged).unwrap();
            }
            let case = format!("round {round} of {}", path.display());
            let (ledger, basis) = Ledger::open_by_index(store, folder.path()).unwrap();
            assert!(ledger.chain() == &replayed, "{case}: a chain that is not the replay's, by {basis:?}");
            rebuilt += usize::from(basis != Basis::Snapshot(SEALED));
            // The opening left it whole.
            let (ledger, basis) = Ledger::open_by_index(ledger.into_store(), folder.path()).unwrap();
            assert!(ledger.chain() == &replayed, "{case}: a chain that is not the replay's, by {basis:?}");
            assert!(matches!(basis, Basis::Snapshot(_) | Basis::Replay(Why::NoSnapshot)), "{case}: {basis:?}");
            store = ledger.into_store();
        }
    }
    assert!(rebuilt > ROUNDS, "only {rebuilt} were noticed: nothing was damaged");
}

#[test]
fn a_list_that_lost_an_entry_is_begun_anew() {
    let sample = sample::Ledger::with(1, ENTRIES);
    let folder = tempfile::tempdir().unwrap();
    let store = filed(folder.path(), &sample, SEALED, &[EARLIER, SEALED]);
    let database = database(folder.path());
    let (key, chunk) = database.scan_prefix("a/platform").next().unwrap().unwrap();
    database.insert(key, &[&chunk[..5], &chunk[6..]].concat()[..]).unwrap();
    drop(database);
    let (mut ledger, basis) = Ledger::open_by_index(store, folder.path()).unwrap();
    assert_eq!(basis, Basis::Snapshot(SEALED));
    for sealed in &sample.entries()[SEALED as usize..] {
        file(&mut ledger, sealed);
    }
    ledger.publish(&sample.operator_key()).unwrap();
    assert!(ledger.model.index.is_none());
    let (basis, _) = open_and_compare(folder.path(), ledger.into_store());
    assert_eq!(basis, Basis::Replay(Why::NoSnapshot));
}

#[test]
fn where_nothing_can_be_written_the_ledger_opens_without() {
    let sample = sample::Ledger::with(1, 5);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(INDEX), "a file where the folder belongs").unwrap();
    let (basis, _) = open_and_compare(folder.path(), stored(&sample, 5, &[5]));
    assert!(matches!(basis, Basis::Replay(Why::Unusable(_))), "{basis:?}");
}
