//! What every store must do: one suite, run against each.

use std::io::{self, Read};
use std::ops::ControlFlow;

use super::*;
use crate::core::cosignature::{Cosigner, CosigningKey};
use crate::core::merkle;
use crate::core::note::NoteSignature;
use crate::core::sample;

/// The sizes around which bundles and tiles fill.
pub(crate) const SIZES: [u64; 10] = [0, 1, 2, 255, 256, 257, 511, 512, 513, 700];

/// Runs the suite. `make` makes an empty store.
pub(crate) fn contract<S: Store>(mut make: impl FnMut() -> S) {
    holds_what_was_appended(&mut make);
    refuses_what_does_not_come_next(&mut make());
    publishes(&mut make());
    publishes_an_earlier_size(&mut make());
    refuses_to_publish(&mut make());
    keeps_attachments(&mut make());
}

/// The first entries of the shared ledger.
pub(crate) fn entries(range: std::ops::Range<u64>) -> &'static [Sealed] {
    &sample::shared().entries()[range.start as usize..range.end as usize]
}

/// Checks that the log holds the first `size` entries of the shared ledger, and nothing else, whichever way one looks.
pub(crate) fn check_holds(log: &dyn Log, size: u64) {
    assert_eq!(log.size(), size);
    let (ledger, probes) = (sample::shared(), [0, 1, 254, 255, 256, 257, 511, 512, size.saturating_sub(1), size]);
    for from in probes.into_iter().filter(|from| *from <= size) {
        let mut next = from;
        log.read(from, &mut |index, entry| {
            assert_eq!((index, entry), (next, ledger.entries()[index as usize].bytes()), "reading from {from}");
            next += 1;
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(next, size, "reading from {from}");
        let found = log.entry(from).unwrap();
        assert_eq!(found.as_deref(), entries(0..size).get(from as usize).map(Sealed::bytes), "entry {from}");
    }
    for beyond in [size, size + 1, size + 300, u64::MAX] {
        assert_eq!(log.entry(beyond).unwrap(), None, "entry {beyond} of {size}");
    }
    let tree = ledger.tree(size);
    assert_eq!(merkle::root(size, |level, index| log.node(level, index)).unwrap(), tree.root(), "size {size}");
    for index in probes.into_iter().filter(|index| *index < size) {
        let proof = merkle::inclusion_proof(index, size, |level, index| log.node(level, index)).unwrap();
        let leaf = ledger.entries()[index as usize].link().leaf;
        merkle::verify_inclusion(leaf, index, size, &proof, tree.root()).unwrap();
        let proof = merkle::consistency_proof(index, size, |level, index| log.node(level, index)).unwrap();
        merkle::verify_consistency(index, ledger.tree(index).root(), size, tree.root(), &proof).unwrap();
    }
    for (level, index) in [(0, size), (8, size >> 8), (3, size >> 3), (64, 0), (255, u64::MAX), (0, u64::MAX)] {
        assert_eq!(log.node(level, index).unwrap_err().code(), "proof-invalid", "node {index} of level {level}");
    }
}

fn holds_what_was_appended<S: Store>(make: &mut impl FnMut() -> S) {
    for size in SIZES {
        for batch in [700, 256, 100, 85] {
            let mut store = make();
            append(&mut store, size, batch);
            check_holds(&store, size);
        }
    }
    let mut store = make();
    for size in 0..20 {
        store.append(size, entries(size..size + 1)).unwrap();
        check_holds(&store, size + 1);
    }
    let mut seen = Vec::new();
    let mut stop = |index, _: &[u8]| {
        seen.push(index);
        if index == 7 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    store.read(5, &mut stop).unwrap();
    assert_eq!(seen, [5, 6, 7]);
}

/// Appends up to `size` entries in batches.
pub(crate) fn append(store: &mut impl Store, size: u64, batch: u64) {
    while store.size() < size {
        let (from, to) = (store.size(), size.min(store.size() + batch));
        store.append(from, entries(from..to)).unwrap();
    }
}

fn refuses_what_does_not_come_next(store: &mut impl Store) {
    append(store, 300, 300);
    for after in [0, 299, 301, u64::MAX] {
        let error = store.append(after, entries(300..301)).unwrap_err();
        assert!(matches!(error, StoreError::Taken { size: 300, .. }), "after {after}: {error}");
    }
    store.append(300, &[]).unwrap();
    let gap = [entries(300..301), entries(302..303)].concat();
    let other = sample::Ledger::with(2, 301);
    let refused = [
        ("the entry before", entries(299..300), 300),
        ("the entry after", entries(301..302), 300),
        ("a gap", &gap, 301),
        ("another ledger's", &other.entries()[300..], 300),
    ];
    for (what, entries, at) in refused {
        let error = store.append(300, entries).unwrap_err();
        assert!(matches!(error, StoreError::NotNext { index } if index == at), "{what}: {error}");
    }
    check_holds(store, 300);
    append(store, 301, 1);
    check_holds(store, 301);
}

fn publishes(store: &mut impl Store) {
    assert_eq!((store.checkpoint().unwrap(), store.checkpoints().unwrap()), (None, vec![]));
    let mut published = Vec::new();
    for size in [0, 1, 256, 300, 513] {
        append(store, size, 300);
        let mut checkpoint = sample::shared().checkpoint(size);
        store.publish(&checkpoint).unwrap();
        assert_eq!(store.checkpoint().unwrap().unwrap(), checkpoint.to_string().into_bytes());
        checkpoint.add_signature(cosignature(&checkpoint)).unwrap();
        store.publish(&checkpoint).unwrap();
        published.push((size, checkpoint.to_string().into_bytes()));
        let sizes: Vec<_> = published.iter().map(|(size, _)| *size).collect();
        assert_eq!(store.checkpoints().unwrap(), sizes);
        assert_eq!(store.checkpoint().unwrap().as_ref(), published.last().map(|(_, bytes)| bytes));
        for (size, bytes) in &published {
            assert_eq!(store.checkpoint_at(*size).unwrap().as_ref(), Some(bytes), "at {size}");
        }
        check_holds(store, size);
    }
    assert_eq!(store.checkpoint_at(2).unwrap(), None);
}

/// As with a checkpoint that waited for its witnesses.
fn publishes_an_earlier_size(store: &mut impl Store) {
    append(store, 700, 700);
    for size in [100, 257, 512, 640] {
        store.publish(&sample::shared().checkpoint(size)).unwrap();
        append(store, store.size() + 1, 1);
    }
    check_holds(store, 704);
}

fn cosignature(checkpoint: &SignedCheckpoint) -> NoteSignature {
    let witness = Cosigner::new("witness.example", CosigningKey::Ed25519(sample::shared().key(9))).unwrap();
    witness.cosign(checkpoint, 1_700_000_000).unwrap()
}

fn refuses_to_publish(store: &mut impl Store) {
    let (ledger, other) = (sample::shared(), sample::Ledger::with(2, 20));
    append(store, 20, 20);
    let signed = |origin: &str, size, root| {
        let checkpoint = Checkpoint { origin: origin.to_owned(), size, root };
        SignedCheckpoint::sign(checkpoint, &ledger.operator_key()).unwrap()
    };
    let origin = ledger.checkpoint(10).checkpoint().origin.clone();
    let wrong = |size| signed(&origin, size, ledger.tree(9).root());
    assert_eq!(store.publish(&wrong(20)).unwrap_err().code(), "checkpoint-root-mismatch");
    store.publish(&ledger.checkpoint(10)).unwrap();
    let refused = [
        (ledger.checkpoint(21), "checkpoint-beyond-entries"),
        (ledger.checkpoint(9), "checkpoint-stale"),
        (ledger.checkpoint(0), "checkpoint-stale"),
        (other.checkpoint(20), "checkpoint-origin-mismatch"),
        (signed(&origin, 20, other.tree(20).root()), "checkpoint-root-mismatch"),
        (wrong(15), "checkpoint-root-mismatch"),
        (wrong(10), "checkpoint-root-mismatch"),
    ];
    for (checkpoint, code) in refused {
        assert_eq!(store.publish(&checkpoint).unwrap_err().code(), code);
        assert_eq!(store.checkpoint().unwrap(), Some(ledger.checkpoint(10).to_string().into_bytes()), "{code}");
        assert_eq!(store.checkpoints().unwrap(), [10], "{code}");
    }
    append(store, 21, 1);
    store.publish(&ledger.checkpoint(21)).unwrap();
}

/// Content that cannot be read to its end.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the line is dead"))
    }
}

fn keeps_attachments(store: &mut impl Store) {
    let long: Vec<u8> = (0..PIECE * 3 + 17).map(|i| (i % 251) as u8).collect();
    let held = |store: &dyn Log, hash: &Hash| {
        store.attachment(hash).unwrap().map(|mut content| {
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).unwrap();
            bytes
        })
    };
    for content in [&b""[..], b"a", &long] {
        let (hash, length) = (Hash::of(content), content.len() as u64);
        assert_eq!(held(store, &hash), None);
        let other = [content, b"!"].concat();
        let mut refused = vec![(other.clone(), length), (other.clone(), length + 1), (content.to_vec(), length + 1)];
        if length > 0 {
            refused.push((content[1..].to_vec(), length));
            refused.push((content.to_vec(), length - 1));
        }
        for (bytes, length) in refused {
            let error = store.attach(&hash, length, &mut bytes.as_slice()).unwrap_err();
            assert_eq!(error.code(), "attachment-mismatch", "{} bytes for {length}", bytes.len());
        }
        assert_eq!(store.attach(&hash, length, &mut Broken).unwrap_err().code(), "attachment-unreadable");
        assert_eq!(held(store, &hash), None);
        store.attach(&hash, length, &mut &content[..]).unwrap();
        assert_eq!(held(store, &hash).as_deref(), Some(content));
        // One that is there stays, whatever is refused.
        assert_eq!(store.attach(&hash, length, &mut Broken).unwrap_err().code(), "attachment-unreadable");
        assert_eq!(held(store, &hash).as_deref(), Some(content));
    }
    append(store, 3, 3);
    check_holds(store, 3);
}
