//! The pipeline says what one thread says that verifies one signature at a time.

use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::ahead::Spare;
use super::tests::bundle;
use super::*;
use crate::core::chain::Preparer;
use crate::core::note::VerifierKey;
use crate::core::sample::shared;
use crate::core::tile::{self, TILE_WIDTH, Tile, TileKind};
use crate::storage::memory_bundle::MemoryBundle;
use crate::storage::zip_bundle::ZipBundle;

const REFERENCE: Manner = Manner { threads: 0, together: false };
/// All that a thread more or less could change.
const OTHERS: [Manner; 3] = [
    Manner { threads: 0, together: true },
    Manner { threads: 1, together: true },
    Manner { threads: 3, together: true },
];

/// The whole report as JSON and, byte for byte, whatever was told on the way.
fn said(bundle: &dyn Bundle, policy: &Policy, pins: &[Vec<u8>], rule: Rule, manner: Manner) -> String {
    let mut told = Vec::new();
    let progress = &mut |size, of| told.push((size, of));
    let options = Options { pins: pins.to_vec(), rule, progress, as_of: None, watch: &mut () };
    let report = walk(bundle, policy, options, None, &Scratch::default(), manner).map(|done| done.report);
    let report = report.map_or_else(|trouble| trouble.to_string(), |report| serde_json::to_string(&report).unwrap());
    format!("{report}\n{told:?}")
}

fn kept(folder: &Path, name: &str) -> Option<Vec<u8>> {
    fs::read(folder.join(name)).ok()
}

#[test]
fn of_every_case_of_the_corpus() {
    let ledgers = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/ledgers");
    let mut cases = 0;
    for folder in fs::read_dir(&ledgers).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let Ok(bundle) = ZipBundle::open(&folder.join("bundle.zip")) else { continue };
        let policy = kept(&folder, "policy").or_else(|| kept(&ledgers, "policy")).unwrap();
        let Ok(policy) = Policy::parse(&policy) else { continue };
        let pins: Vec<_> = ["pin", "receipt"].iter().filter_map(|name| kept(&folder, name)).collect();
        for rule in [Rule::Cofactored, Rule::Strict] {
            let expected = said(&bundle, &policy, &pins, rule, REFERENCE);
            for manner in OTHERS {
                assert_eq!(said(&bundle, &policy, &pins, rule, manner), expected, "{folder:?} {rule:?} {manner:?}");
            }
        }
        cases += 1;
    }
    assert!(cases > 200, "{cases} cases");
}

fn policy() -> Policy {
    let key = shared().operator_key().public().unwrap();
    let key = VerifierKey::ed25519(shared().chain().origin().unwrap().as_str(), key).unwrap();
    Policy::parse(Policy::text_for(&key).as_bytes()).unwrap()
}

fn full(number: u64) -> String {
    Tile { kind: TileKind::Entries, index: number, width: TILE_WIDTH }.path()
}

#[test]
fn of_bundles_with_bad_ones_among_them() {
    type Change = fn(&mut Vec<u8>);
    let changes: [(&str, u64, Change); 7] = [
        ("nothing", 0, |_| {}),
        ("a bad signature at the end of an entry", 1, |bytes| *bytes.last_mut().unwrap() ^= 1),
        ("many bad ones", 1, |bytes| {
            let lengths: Vec<usize> = tile::split(bytes).map(|entry| entry.unwrap().len() + 2).collect();
            let ends = lengths.iter().scan(0, |end, length| {
                *end += length;
                Some(*end)
            });
            ends.step_by(2).for_each(|end| bytes[end - 40] ^= 1);
        }),
        ("an entry too few", 0, |bytes| {
            let first = tile::split(bytes).next().unwrap().unwrap().len() + 2;
            drop(bytes.drain(..first));
        }),
        ("an entry too many", 1, |bytes| bytes.extend([0, 1, 7])),
        ("a torn one", 0, |bytes| bytes.truncate(bytes.len() - 1)),
        ("nothing at all", 1, Vec::clear),
    ];
    for (what, number, change) in changes {
        let mut changed: MemoryBundle = bundle(shared(), 600.min(shared().entries().len() as u64));
        let mut bytes = changed.read(&full(number), u64::MAX).unwrap().unwrap();
        change(&mut bytes);
        changed.insert(full(number), bytes);
        let expected = said(&changed, &policy(), &[], Rule::Cofactored, REFERENCE);
        assert_eq!(expected.contains(r#""verdict":"verified""#), what == "nothing", "{what}: {expected}");
        for manner in OTHERS {
            assert_eq!(said(&changed, &policy(), &[], Rule::Cofactored, manner), expected, "{what}, {manner:?}");
        }
        changed.remove(&full(0));
        let expected = said(&changed, &policy(), &[], Rule::Cofactored, REFERENCE);
        assert!(expected.contains("tile-missing"), "{what}: {expected}");
        for manner in OTHERS {
            assert_eq!(said(&changed, &policy(), &[], Rule::Cofactored, manner), expected, "{what}, {manner:?}");
        }
    }
}

/// A bundle of which one file cannot be read.
struct Broken<'a>(&'a MemoryBundle, String);

impl Bundle for Broken<'_> {
    fn names(&self) -> Result<Vec<String>, Trouble> {
        self.0.names()
    }

    fn open(&self, name: &str) -> Result<Option<Box<dyn io::Read + Send + '_>>, Trouble> {
        let error = || Trouble::Io { path: name.into(), source: io::Error::other("no such sector") };
        if name == self.1 { Err(error()) } else { self.0.open(name) }
    }

    fn locate(&self, name: &str) -> PathBuf {
        self.0.locate(name)
    }
}

#[test]
fn of_a_disk_that_cannot_be_read() {
    let sound = bundle(shared(), 512);
    for broken in [full(0), full(1), "tile/0/000".to_owned()] {
        let bundle = Broken(&sound, broken);
        let expected = said(&bundle, &policy(), &[], Rule::Cofactored, REFERENCE);
        assert!(expected.starts_with(&format!("{}: no such sector", bundle.1)), "{expected}");
        for manner in OTHERS {
            assert_eq!(said(&bundle, &policy(), &[], Rule::Cofactored, manner), expected, "{manner:?}");
        }
    }
}

#[test]
fn a_panic_is_passed_on_and_leaves_nobody_waiting() {
    let bundle = bundle(shared(), TILE_WIDTH.into());
    let (numbers, preparer) = ([0; 40], Preparer::new(Rule::Cofactored));
    for (threads, taken_before) in [(1, 0), (3, 0), (3, 9), (3, 39)] {
        let mut taken = 0;
        let mut take = |_| {
            assert!(taken < taken_before, "on purpose");
            taken += 1;
            Ok(())
        };
        let run = || ahead::entry_bundles(&bundle, &numbers, &preparer, (threads, &Spare::default()), &mut take);
        assert!(catch_unwind(AssertUnwindSafe(run)).is_err(), "{threads} threads, {taken_before}");
        assert_eq!(taken, taken_before, "{threads} threads");
    }
}
