//! Two at one ledger: writers exclude each other, readers are not disturbed.

use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::core::chain::Chain;
use crate::core::sample;
use crate::core::statement::Rule;
use crate::storage::store::tests::entries;

#[test]
fn there_is_one_writer() {
    let (_folder, path) = ledger_of(3);
    let (store, _) = FolderStore::open(&path).unwrap();
    let error = FolderStore::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Locked { pid: Some(pid), .. } if pid == std::process::id()), "{error}");
    let pid = format!("locked by process {}", std::process::id());
    assert!(error.to_string().ends_with(&pid), "{error}");
    check_holds(&FolderReader::open(&path).unwrap(), 3);
    drop(store);
    drop(FolderStore::open(&path).unwrap());
}

#[test]
#[cfg(unix)]
fn there_is_one_writer_whoever_removes_the_lock() {
    let (_folder, path) = ledger_of(3);
    let (mut store, _) = FolderStore::open(&path).unwrap();
    fs::remove_file(path.join(LOCK)).unwrap();
    for _ in 0..2 {
        let error = FolderStore::open(&path).unwrap_err();
        assert!(matches!(error, StoreError::Locked { pid: None, .. }), "{error}");
    }
    append(&mut store, 4, 1);
    drop(store);
    check_holds(&FolderStore::open(&path).unwrap().0, 4);
}

#[test]
fn a_reader_sees_a_sound_beginning_at_every_moment() {
    const END: u64 = 780;
    let (_folder, path) = ledger_of(0);
    let acknowledged = AtomicU64::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (mut store, _) = FolderStore::open(&path).unwrap();
            // Batches of all sizes around a bundle, from a fixed sequence.
            for batch in (1..).map(|n: u64| n * n * 7 % 90 + 1) {
                let (from, to) = (store.size(), END.min(store.size() + batch));
                store.append(from, entries(from..to)).unwrap();
                acknowledged.store(to, Ordering::SeqCst);
                if batch % 2 == 0 {
                    store.publish(&sample::shared().checkpoint(to)).unwrap();
                }
                if to == END {
                    break;
                }
            }
        });
        let (mut chain, mut faults) = (Chain::new(), Vec::new());
        let mut kept = FolderReader::open(&path).unwrap();
        let (mut rounds, mut sealed) = (0, 0);
        while chain.size() < END {
            let before = acknowledged.load(Ordering::SeqCst);
            kept.refresh().unwrap();
            let fresh = FolderReader::open(&path).unwrap();
            assert!(kept.size() >= before && fresh.size() >= kept.size());
            for (reader, from) in [(&kept, chain.size()), (&fresh, 0)] {
                let mut next = from;
                reader
                    .read(from, &mut |index, entry| {
                        assert_eq!((index, entry), (next, entries(index..index + 1)[0].bytes()));
                        next += 1;
                        ControlFlow::Continue(())
                    })
                    .unwrap();
                assert_eq!(next, reader.size());
                if let Some(bytes) = reader.checkpoint().unwrap() {
                    let size = SignedCheckpoint::parse(&bytes).unwrap().checkpoint().size;
                    assert!(size >= sealed && size <= reader.size());
                    sealed = size;
                }
            }
            kept.read(chain.size(), &mut |_, entry| {
                chain.extend(entry, Rule::Strict, &mut faults);
                ControlFlow::Continue(())
            })
            .unwrap();
            assert_eq!(faults, []);
            assert_eq!(chain.root(), crate::core::merkle::root(kept.size(), |l, i| kept.node(l, i)).unwrap());
            rounds += 1;
        }
        assert!(rounds > 1 && sealed > 0, "{rounds} rounds while it was written");
    });
}
