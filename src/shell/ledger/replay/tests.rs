//! However many threads prepare, an opening says what one thread says that checks one signature at a time.

use std::cell::Cell;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::*;
use crate::core::fault::Code;
use crate::core::hash::Hash;
use crate::core::sample::shared;
use crate::core::statement::Rule;
use crate::shell::load;
use crate::shell::preparing::AT_ONCE;
use crate::shell::replay::Entries;
use crate::storage::bundle::Bundle;
use crate::storage::folder_bundle::FolderBundle;
use crate::storage::store::StoreError;
use crate::storage::zip_bundle::ZipBundle;

/// All that a thread, or the length of a piece, could change.
const MANNERS: [Manner; 6] = [
    Manner { threads: 0, entries: 64, bytes: 1 << 20 },
    Manner { threads: 1, entries: 1, bytes: 1 << 20 },
    Manner { threads: 2, entries: 7, bytes: 1 << 20 },
    Manner { threads: 3, entries: 64, bytes: 5000 },
    Manner { threads: 3, entries: 64, bytes: 1 << 20 },
    Manner { threads: 8, entries: 1024, bytes: 1 << 20 },
];

/// Raw entries, whatever they are, and what becomes of whoever reads beyond them.
#[derive(Default)]
struct Held {
    entries: Vec<Vec<u8>>,
    published: Vec<u64>,
    fails: bool,
    handed_out: Cell<usize>,
}

impl Held {
    fn of(bundle: &dyn Bundle) -> Option<Self> {
        let (entries, mut held) = (Entries::of(bundle).ok()?, Self::default());
        held.published = entries.published().iter().copied().collect();
        let read = entries.read(0, &mut |bytes| {
            held.entries.push(bytes.to_vec());
            Ok(true)
        });
        held.fails = read.is_err();
        Some(held)
    }

    fn sample(size: usize) -> Self {
        let entries = shared().entries()[..size].iter().map(|sealed| sealed.bytes().to_vec()).collect();
        Self { entries, ..Self::default() }
    }

    fn chain(&self) -> Chain {
        let mut chain = Chain::new();
        self.published.iter().for_each(|size| chain.checkpoint_published(*size));
        chain
    }

    fn failure(&self) -> Result<(), StoreError> {
        if self.fails { Err(StoreError::Content(io::Error::other("no such sector"))) } else { Ok(()) }
    }
}

impl Log for Held {
    fn size(&self) -> u64 {
        self.entries.len() as u64
    }
    fn read(&self, from: u64, each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>) -> Result<(), StoreError> {
        for (entry, index) in self.entries.iter().zip(0..).skip(from as usize) {
            self.handed_out.set(index as usize + 1);
            if each(index, entry).is_break() {
                return Ok(());
            }
        }
        self.failure()
    }
    fn entry(&self, _: u64) -> Result<Option<Vec<u8>>, StoreError> {
        unimplemented!("a replay reads")
    }
    fn node(&self, _: u8, _: u64) -> Result<Hash, StoreError> {
        unimplemented!("a replay reads")
    }
    fn checkpoint(&self) -> Result<Option<Vec<u8>>, StoreError> {
        unimplemented!("a replay reads")
    }
    fn checkpoints(&self) -> Result<Vec<u64>, StoreError> {
        unimplemented!("a replay reads")
    }
    fn checkpoint_at(&self, _: u64) -> Result<Option<Vec<u8>>, StoreError> {
        unimplemented!("a replay reads")
    }
    fn attachment(&self, _: &Hash) -> Result<Option<Box<dyn Read + Send + '_>>, StoreError> {
        unimplemented!("a replay reads")
    }
}

/// What came of it, the entries that were handed over, and the chain.
type Outcome = (String, Vec<(u64, Vec<u8>, Hash)>, Chain);

fn replayed(held: &Held, mut chain: Chain, manner: Manner) -> Outcome {
    let mut handed = Vec::new();
    let each = |bytes: &[u8], link: &Link| handed.push((link.index, bytes.to_vec(), link.leaf));
    let done = replay_by(manner, held, &mut chain, each);
    (format!("{done:?}"), handed, chain)
}

/// One after the other, each signature alone.
fn one_by_one(held: &Held, mut chain: Chain, rule: Rule) -> Outcome {
    let (mut faults, mut handed) = (Vec::new(), Vec::new());
    for bytes in held.entries.iter().skip(chain.size() as usize) {
        let link = chain.extend(bytes, rule, &mut faults);
        if !faults.is_empty() {
            break;
        }
        handed.push((link.index, bytes.clone(), link.leaf));
    }
    let done = match faults.into_iter().next() {
        Some(fault) => Err(LedgerError::Falsified(fault)),
        None => held.failure().map_err(LedgerError::from),
    };
    (format!("{done:?}"), handed, chain)
}

fn check(what: &dyn std::fmt::Debug, held: &Held, chain: &Chain) -> Outcome {
    let expected = one_by_one(held, chain.clone(), Rule::Cofactored);
    for manner in MANNERS {
        assert!(replayed(held, chain.clone(), manner) == expected, "{what:?} {manner:?}, not {}", expected.0);
    }
    expected
}

#[test]
fn every_ledger_of_the_corpus_opens_as_one_by_one() {
    let ledgers = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/ledgers");
    let (mut cases, mut faults, mut laxer) = (0, 0, 0);
    for folder in fs::read_dir(&ledgers).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let Ok(bundle) = ZipBundle::open(&folder.join("bundle.zip")) else { continue };
        let Some(held) = Held::of(&bundle) else { continue };
        let (said, ..) = check(&folder, &held, &held.chain());
        // The writer's rule says the same of all but what only it refuses.
        let (strictly, ..) = one_by_one(&held, held.chain(), Rule::Strict);
        if strictly != said {
            assert!(strictly.contains(&format!("{:?}", Code::SignatureNotStrict)), "{folder:?}: {strictly}, {said}");
            laxer += 1;
        }
        cases += 1;
        faults += usize::from(said.contains("Falsified"));
    }
    println!("{cases} cases, {faults} with faults, {laxer} that only the writer refuses");
    assert!(cases > 150 && faults > 80 && laxer > 0, "{cases} cases, {faults} with faults, {laxer}");
}

fn generated(folder: &Path, entries: u64) -> Held {
    load::write(folder, 1, entries.try_into().unwrap(), &mut |_, _| {}).unwrap();
    Held::of(&FolderBundle::open(folder).unwrap()).unwrap()
}

#[test]
fn a_generated_ledger_opens_as_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut held = generated(folder.path(), 1500);
    let whole = check(&"sound", &held, &held.chain());
    assert_eq!((whole.0.as_str(), whole.1.len()), ("Ok(())", 1500));
    // From any entry on, as after a snapshot.
    for from in [1, 700, 1499, 1500] {
        let beginning =
            Held { entries: held.entries[..from].to_vec(), published: held.published.clone(), ..Held::default() };
        let (said, _, chain) = one_by_one(&beginning, held.chain(), Rule::Cofactored);
        assert_eq!(said, "Ok(())");
        assert!(check(&from, &held, &chain).2 == whole.2, "from {from}");
    }
    // A disk that fails, alone and after a fault.
    held.fails = true;
    assert!(check(&"a bad disk", &held, &held.chain()).0.contains("no such sector"));
    *held.entries[1498].last_mut().unwrap() ^= 1;
    assert!(check(&"a bad disk after a fault", &held, &held.chain()).0.contains("Falsified"));
}

#[test]
fn the_first_of_many_faults_is_told_and_reading_stops_soon() {
    const SIZE: usize = 700;
    for bad in [0, 1, 6, 7, 63, 64, 300, SIZE - 1] {
        let mut held = Held::sample(SIZE);
        for entry in &mut held.entries[bad..] {
            *entry.last_mut().unwrap() ^= 1;
        }
        let (said, handed, _) = check(&bad, &held, &held.chain());
        assert!(said.contains("Falsified") && handed.len() == bad, "{bad}: {said}");
        for manner in MANNERS {
            drop(replayed(&held, held.chain(), manner));
            let on_the_way = manner.entries * (manner.threads * AT_ONCE + 1);
            assert!(held.handed_out.get() <= bad + on_the_way + 1, "{bad} {manner:?}: {}", held.handed_out.get());
        }
    }
}
