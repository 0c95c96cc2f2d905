use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::PathBuf;
use std::sync::Mutex;

use super::*;
use crate::core::audit::{CHECKPOINT, CHECKPOINTS};
use crate::core::cosignature::{Cosigner, CosigningKey};
use crate::core::fault::Code;
use crate::core::note::VerifierKey;
use crate::core::sample::{Ledger, shared};
use crate::core::tile::{TILE_WIDTH, Tile, TileKind, Tiler, push_entry};
use crate::storage::memory_bundle::MemoryBundle;

/// A bundle as its publisher would write it: the first `size` entries, and the checkpoint of them.
pub(crate) fn bundle(ledger: &Ledger, size: u64) -> MemoryBundle {
    let mut bundle = MemoryBundle::default();
    let mut tree = Tiler::new();
    let mut entries = Vec::new();
    for sealed in ledger.entries().iter().take(size as usize) {
        push_entry(&mut entries, sealed.bytes()).unwrap();
        let full = tree.push(sealed.link().leaf);
        if tree.size().is_multiple_of(256) {
            let number = tree.size() / 256 - 1;
            let tile = Tile { kind: TileKind::Entries, index: number, width: TILE_WIDTH };
            bundle.insert(tile.path(), std::mem::take(&mut entries));
        }
        full.into_iter().for_each(|(tile, bytes)| bundle.insert(tile.path(), bytes));
    }
    tree.partial().for_each(|(tile, bytes)| bundle.insert(tile.path(), bytes));
    if !size.is_multiple_of(256) {
        bundle.insert(partial(size / 256, size % 256), entries.clone());
    }
    bundle.insert(TAIL, entries);
    let checkpoint = ledger.checkpoint(size).to_string();
    bundle.insert(format!("{CHECKPOINTS}{size}"), checkpoint.clone());
    bundle.insert(CHECKPOINT, checkpoint);
    bundle
}

/// What the audit says of a bundle, to a reader who trusts the ledger.
pub(crate) fn judge(ledger: &Ledger, bundle: &dyn Bundle) -> Report {
    let key = ledger.operator_key().public().unwrap();
    let text = Policy::text_for(&VerifierKey::ed25519(ledger.chain().origin().unwrap().as_str(), key).unwrap());
    let policy = Policy::parse(text.as_bytes()).unwrap();
    verify(
        bundle,
        &policy,
        Options { pins: Vec::new(), rule: Rule::Strict, progress: &mut |_, _| {}, as_of: None, watch: &mut () },
    )
    .unwrap()
}

fn codes(report: &Report) -> BTreeSet<(Code, String)> {
    report.faults.iter().map(|fault| (fault.code, fault.file.clone().unwrap_or_default())).collect()
}

fn partial(number: u64, width: u64) -> String {
    Tile { kind: TileKind::Entries, index: number, width: width as u16 }.path()
}

/// So many entries from that one on, as an entry bundle.
fn encoded(indices: impl IntoIterator<Item = usize>) -> Vec<u8> {
    let mut bytes = Vec::new();
    indices.into_iter().for_each(|index| push_entry(&mut bytes, shared().entries()[index].bytes()).unwrap());
    bytes
}

#[test]
fn an_operator_that_cosigns_its_own_checkpoint_is_no_party_besides_it() {
    let ledger = shared();
    let mut signed = ledger.checkpoint(300);
    let mut policy = Policy::text_for(
        &VerifierKey::ed25519(ledger.chain().origin().unwrap().as_str(), ledger.operator_key().public().unwrap())
            .unwrap(),
    );
    for (name, key) in [("own", ledger.operator_key()), ("other", ledger.key(9))] {
        let cosigner = Cosigner::new(name, CosigningKey::Ed25519(key)).unwrap();
        signed.add_signature(cosigner.cosign(&signed, 7).unwrap()).unwrap();
        policy += &format!("witness {name} {}\n", cosigner.verifier());
    }
    let mut bundle = bundle(ledger, 300);
    bundle.insert(format!("{CHECKPOINTS}300"), signed.to_string());
    bundle.insert(CHECKPOINT, signed.to_string());
    let options =
        Options { pins: Vec::new(), rule: Rule::Strict, progress: &mut |_, _| {}, as_of: None, watch: &mut () };
    let report = verify(&bundle, &Policy::parse(policy.as_bytes()).unwrap(), options).unwrap();
    assert_eq!(report.faults, []);
    let names: Vec<_> = report.vouched[0].witnesses.iter().map(|witness| witness.name.as_str()).collect();
    assert_eq!(names, ["other"]);
}

#[test]
fn a_bundle_has_one_reading() {
    // (what, entries sealed, what is done to the bundle, the faults)
    type Row<'a> = (&'a str, u64, fn(&mut MemoryBundle), &'a [(Code, &'a str)]);
    let table: [Row<'_>; 8] = [
        ("nothing", 300, |_| {}, &[]),
        ("no tail", 300, |bundle| drop(bundle.remove(TAIL)), &[]),
        ("a tail that repeats a bundle", 300, |bundle| bundle.insert(TAIL, encoded(0..300)), &[]),
        (
            "an empty tail that hides entries in a partial bundle",
            256,
            |bundle| bundle.insert(partial(1, 3), encoded(256..259)),
            &[(Code::FileUnexpected, "tile/entries/001.p/3")],
        ),
        (
            "a tail of old entries that hides new ones in a partial bundle",
            512,
            |bundle| {
                bundle.insert(TAIL, encoded(256..512));
                bundle.insert(partial(2, 1), encoded(512..513));
            },
            &[(Code::FileUnexpected, "tile/entries/002.p/1")],
        ),
        (
            "an old entry among new ones",
            300,
            |bundle| bundle.insert(TAIL, encoded((256..300).chain([3]))),
            &[(Code::IndexMismatch, ""), (Code::PreviousMismatch, ""), (Code::TimeReversed, ""), (Code::NthReused, "")],
        ),
        (
            "a tail that repeats a bundle otherwise",
            300,
            |bundle| {
                let mut tail = encoded(255..300);
                tail[10] ^= 1;
                bundle.insert(TAIL, tail);
            },
            &[(Code::EntryBundleMismatch, TAIL)],
        ),
        (
            "a partial bundle that is none",
            256,
            |bundle| {
                bundle.remove(TAIL);
                bundle.insert(partial(1, 3), [1]);
            },
            &[(Code::EntryBundleMalformed, "tile/entries/001.p/3")],
        ),
    ];
    for (what, size, change, faults) in table {
        let mut bundle = bundle(shared(), size);
        change(&mut bundle);
        let expected = faults.iter().map(|(code, file)| (*code, (*file).to_owned())).collect();
        assert_eq!(codes(&judge(shared(), &bundle)), expected, "{what}");
    }
}

/// Counts how often each file is opened.
struct Counted(MemoryBundle, Mutex<BTreeMap<String, usize>>);

impl Bundle for Counted {
    fn names(&self) -> Result<Vec<String>, Trouble> {
        self.0.names()
    }

    fn open(&self, name: &str) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
        *self.1.lock().unwrap().entry(name.to_owned()).or_default() += 1;
        self.0.open(name)
    }

    fn locate(&self, name: &str) -> PathBuf {
        self.0.locate(name)
    }
}

#[test]
fn a_tail_that_repeats_old_entries_for_ever_costs_no_more_than_its_length() {
    let mut bundle = bundle(shared(), 512);
    // Bytes that are no entries, but say that they are one of bundle 0, and one of bundle 1, in turn.
    let tail: Vec<u8> = (0..1000_u64).flat_map(|i| [&[0, 8][..], &(i % 2 * 256).to_le_bytes()].concat()).collect();
    bundle.insert(TAIL, tail);
    let bundle = Counted(bundle, Mutex::default());
    let report = judge(shared(), &bundle);
    assert_eq!(codes(&report), [(Code::EntryBundleMismatch, TAIL.to_owned())].into());
    let opened = bundle.1.into_inner().unwrap();
    assert!(opened.values().all(|times| *times <= 3), "{opened:?}");
}

#[test]
fn a_ledger_is_sealed_no_further_than_trust_was_judged() {
    let mut bundle = bundle(shared(), 300);
    bundle.insert(CHECKPOINT, shared().checkpoint(260).to_string());
    bundle.insert(partial(1, 4), encoded(256..260));
    for (tile, bytes) in shared().tree(260).partial() {
        bundle.insert(tile.path(), bytes);
    }
    let report = judge(shared(), &bundle);
    assert_eq!((codes(&report), report.size, report.sealed), (BTreeSet::new(), 300, 260));
    assert!(report.not_checked.iter().any(|words| words.starts_with("checkpoints/300: newer")));
}

#[test]
fn faults_without_number_are_counted_and_not_kept() {
    let mut bundle = bundle(shared(), 512);
    // None of these are entries; three for each that the report could list.
    bundle.insert(TAIL, [[0, 1, 7]; 200_000].concat());
    let report = judge(shared(), &bundle);
    assert_eq!(report.faults.len(), crate::core::audit::MAX_FAULTS);
    assert!(
        report.not_checked.contains(&"199000 further faults are not listed".to_owned()),
        "{:?}",
        report.not_checked
    );
}
