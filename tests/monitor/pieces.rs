//! An audit in pieces says what one whole audit says, and reads what is new.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use candour::core::audit::{Carried, Report, Verdict};
use candour::core::finding::Finding;
use candour::core::hash::Hash;
use candour::core::policy::Policy;
use candour::core::statement::Rule;
use candour::core::tile::{self, TILE_WIDTH, Tile, TileKind, Tiler};
use candour::core::time::Time;
use candour::shell::verify::{Continued, Options, Since, Watch, verify, verify_since};
use candour::storage::bundle::{Bundle, Trouble};
use candour::storage::memory_bundle::MemoryBundle;
use candour::storage::open_bundle;

use crate::corpus::disk;
use crate::corpus::story;

/// Keeps what is noticed: with the entries, and at the end.
#[derive(Default)]
struct Noted {
    ending: bool,
    streamed: Vec<Finding>,
    ended: Vec<Finding>,
}

impl Watch for Noted {
    fn finding(&mut self, finding: Finding) {
        if self.ending { self.ended.push(finding) } else { self.streamed.push(finding) }
    }

    fn ending(&mut self, _chain: &candour::core::chain::Chain) {
        self.ending = true;
    }
}

fn options(watch: &mut dyn Watch) -> Options<'_> {
    // Leaked: a few bytes in a test.
    Options { pins: Vec::new(), rule: Rule::Cofactored, progress: Box::leak(Box::new(|_, _| {})), as_of: None, watch }
}

fn whole(bundle: &dyn Bundle, policy: &Policy) -> (Report, Noted) {
    let mut noted = Noted::default();
    (verify(bundle, policy, options(&mut noted)).unwrap(), noted)
}

fn piece(bundle: &dyn Bundle, policy: &Policy, carried: Carried) -> (Continued, Noted) {
    let mut noted = Noted::default();
    let clock = Time::from_unix(0);
    (verify_since(bundle, policy, options(&mut noted), Since { carried, clock }).unwrap(), noted)
}

/// Written down and read again.
fn kept(carried: &Carried) -> Carried {
    serde_json::from_slice(&serde_json::to_vec(carried).unwrap()).unwrap()
}

fn all(bundle: &dyn Bundle) -> Option<MemoryBundle> {
    let names = bundle.names().ok()?;
    names.iter().map(|name| Some((name.clone(), bundle.read(name, 1 << 24).ok()??))).collect()
}

/// The entries that a copy holds, well-formed or not.
fn entries(bundle: &MemoryBundle) -> Vec<Vec<u8>> {
    let split = |bytes: &[u8]| tile::split(bytes).map_while(Result::ok).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let (mut all, mut index) = (Vec::new(), 0);
    let read = |tile: Tile| bundle.read(&tile.path(), 1 << 24).unwrap();
    while let Some(full) = read(Tile { kind: TileKind::Entries, index, width: TILE_WIDTH }) {
        all.extend(split(&full));
        index += 1;
    }
    let partial = |width| read(Tile { kind: TileKind::Entries, index, width });
    let rest = bundle.read("tail", 1 << 24).unwrap().or_else(|| (1..TILE_WIDTH).rev().find_map(partial));
    all.extend(rest.iter().flat_map(|rest| split(rest)));
    all
}

/// The copy as its publisher had it at a checkpoint.
fn cut(bundle: &MemoryBundle, entries: &[Vec<u8>], size: u64) -> MemoryBundle {
    let mut cut = MemoryBundle::default();
    let sizes = bundle.names().unwrap().into_iter().filter_map(|name| {
        let size: u64 = name.strip_prefix("checkpoints/")?.parse().ok()?;
        Some((name, size))
    });
    for (name, _) in sizes.filter(|(_, other)| *other <= size) {
        cut.insert(name.clone(), bundle.read(&name, 1 << 20).unwrap().unwrap());
    }
    cut.insert("checkpoint", bundle.read(&format!("checkpoints/{size}"), 1 << 20).unwrap().unwrap());
    let mut tree = Tiler::new();
    let entries = &entries[..(size as usize).min(entries.len())];
    for entry in entries {
        tree.push(Hash::leaf(entry)).into_iter().for_each(|(tile, bytes)| cut.insert(tile.path(), bytes));
    }
    tree.partial().for_each(|(tile, bytes)| cut.insert(tile.path(), bytes));
    for (index, chunk) in (0..).zip(entries.chunks(256)) {
        let mut bytes = Vec::new();
        chunk.iter().for_each(|entry| tile::push_entry(&mut bytes, entry).unwrap());
        cut.insert(Tile { kind: TileKind::Entries, index, width: chunk.len() as u16 }.path(), bytes);
    }
    for name in bundle.names().unwrap().iter().filter(|name| name.starts_with("attachments/")) {
        cut.insert(name.clone(), bundle.read(name, 1 << 24).unwrap().unwrap());
    }
    cut
}

/// Whether the files that are not read again after a checkpoint, full tiles of entries before it, are as they were.
fn is_as_it_was(bundle: &MemoryBundle, before: &MemoryBundle, size: u64) -> bool {
    let is_past = |name: &String| {
        Tile::parse(name).is_some_and(|tile| match tile.kind {
            TileKind::Entries => tile.index < size / 256,
            TileKind::Hashes(level) => tile.index < (size >> (8 * level)) / 256,
        })
    };
    let past = |bundle: &MemoryBundle| {
        let names = bundle.names().unwrap().into_iter().filter(is_past);
        names.map(|name| (bundle.read(&name, 1 << 24).unwrap(), name)).collect::<Vec<_>>()
    };
    past(bundle) == past(before)
}

/// Sizes of its checkpoints.
fn sizes(bundle: &MemoryBundle) -> BTreeSet<u64> {
    let names = bundle.names().unwrap();
    names.iter().filter_map(|name| name.strip_prefix("checkpoints/")?.parse().ok()).collect()
}

/// What a report says, but for who vouches.
fn told(report: &Report) -> String {
    let Report {
        verdict,
        origin,
        size,
        sealed,
        root,
        head,
        recorded_at,
        faults,
        unlisted,
        findings,
        vouched: _,
        witnesses_to_deceive: _,
        not_checked,
    } = report;
    format!(
        "{verdict:?} {origin} {size} {sealed} {root} {head} {recorded_at:?} {faults:#?} {unlisted} {findings:?} \
         {not_checked:?}"
    )
}

/// Holds every way to come to a copy by one earlier look, and by a look at each checkpoint, against one whole audit.
/// Returns how many pieces there were, and how many findings.
fn compare(name: &str, bundle: &MemoryBundle, policy: &Policy) -> (usize, usize) {
    let entries = entries(bundle);
    let (report, noted) = whole(bundle, policy);
    let (mut carried, mut streamed, mut pieces) = (Carried::default(), Vec::new(), 0);
    for size in sizes(bundle) {
        let before = cut(bundle, &entries, size);
        let (first, first_noted) = piece(&before, policy, Carried::default());
        let Some(after) = first.carried.filter(|_| is_as_it_was(bundle, &before, size)) else { continue };
        let (rest, rest_noted) = piece(bundle, policy, kept(&after));
        assert_eq!(told(&rest.report), told(&report), "{name}, from {size} on");
        if rest.from > 0 && report.verdict == Verdict::Verified {
            let both = [first_noted.streamed, rest_noted.streamed].concat();
            assert_eq!(both, noted.streamed, "{name}, from {size} on");
            assert_eq!(rest_noted.ended, noted.ended, "{name}, from {size} on");
        }
        // The same, from checkpoint to checkpoint.
        let (next, next_noted) = piece(&before, policy, carried);
        assert_eq!(told(&next.report), told(&first.report), "{name}, to {size} in steps");
        carried = kept(&next.carried.unwrap());
        assert_eq!(
            serde_json::to_string(&carried).unwrap(),
            serde_json::to_string(&after).unwrap(),
            "{name}, at {size}"
        );
        streamed.extend(next_noted.streamed);
        pieces += 1;
    }
    let (last, last_noted) = piece(bundle, policy, carried);
    assert_eq!(told(&last.report), told(&report), "{name}, in steps");
    if report.verdict == Verdict::Verified && last.from > 0 {
        streamed.extend(last_noted.streamed);
        assert_eq!(streamed, noted.streamed, "{name}, in steps");
    }
    (pieces, noted.streamed.len() + noted.ended.len())
}

#[test]
fn an_audit_in_pieces_says_what_a_whole_one_says() {
    let (mut pieces, mut findings, mut falsified) = (0, 0, 0);
    for case in disk::found() {
        let Ok(policy) = Policy::parse(&fs::read(&case.policy).unwrap()) else { continue };
        let Some(bundle) = open_bundle(&case.bundle).ok().and_then(|bundle| all(bundle.as_ref())) else { continue };
        let (of_case, found) = compare(&case.name, &bundle, &policy);
        pieces += of_case;
        findings += found;
        falsified += usize::from(case.expected["verdict"] == "falsified" && of_case > 0);
    }
    println!("{pieces} pieces, {findings} findings, {falsified} falsified after a sound beginning");
    assert!(pieces > 200 && findings > 20 && falsified > 100, "{pieces} pieces, {findings}, {falsified}");
}

#[test]
fn so_does_one_of_the_letters_story() {
    let made = crate::demo::made();
    let bundle = all(open_bundle(&made.folder.join("ledger")).unwrap().as_ref()).unwrap();
    let policy = Policy::parse(&fs::read(made.folder.join("policy")).unwrap()).unwrap();
    let (pieces, findings) = compare("demo", &bundle, &policy);
    assert!(pieces > 5 && findings > 5, "{pieces} pieces, {findings} findings");
}

/// Counts the files that are opened, and their bytes.
struct Counted(MemoryBundle, Mutex<(Vec<String>, usize)>);

impl Bundle for Counted {
    fn names(&self) -> Result<Vec<String>, Trouble> {
        self.0.names()
    }

    fn open(&self, name: &str) -> Result<Option<Box<dyn Read + Send + '_>>, Trouble> {
        let mut count = self.1.lock().unwrap();
        count.0.push(name.to_owned());
        count.1 += self.0.read(name, u64::MAX - 1)?.map_or(0, |bytes| bytes.len());
        self.0.open(name)
    }

    fn locate(&self, name: &str) -> PathBuf {
        Path::new(name).into()
    }
}

#[test]
fn what_is_new_is_what_is_read() {
    const ALL: u64 = 2_003;
    let mut ledger = story::long(ALL);
    ledger.seals = vec![100, 700, 1_500, ALL - 3, ALL];
    let bundle: MemoryBundle = ledger.files().into_iter().collect();
    let policy = Policy::parse(&fs::read(disk::root().join("policy")).unwrap()).unwrap();
    let (first, _) = piece(&cut(&bundle, &ledger.entries, ALL - 3), &policy, Carried::default());
    let counted = Counted(bundle, Mutex::default());
    let (second, _) = piece(&counted, &policy, kept(&first.carried.unwrap()));
    assert_eq!((second.report.verdict, second.from, second.report.size), (Verdict::Verified, ALL - 3, ALL));
    let (files, bytes) = counted.1.into_inner().unwrap();
    let total: usize = ledger.entries.iter().map(Vec::len).sum();
    println!("{} files, {bytes} bytes of {total}: {files:?}", files.len());
    assert!(files.len() <= 12, "{files:?}");
    // The last entry bundle, read twice, and what is small.
    assert!(bytes < total / 3, "{bytes} of {total} bytes");
}
