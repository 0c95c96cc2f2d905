//! One byte changed, anywhere in a bundle: it is noticed, or it changed nothing that was verified.

use candour::core::audit::{Report, Verdict};
use candour::core::hash::Hash;
use candour::core::policy::Policy;
use candour::core::statement::Rule;
use candour::shell::replay::{Until, replay};
use candour::shell::verify::{Options, verify};
use candour::storage::bundle::{Bundle, Trouble};
use candour::storage::memory_bundle::MemoryBundle;
use candour::storage::open_bundle;
use serde_json::json;

use super::case;
use super::forge::{Files, Forger, ORIGIN};
use super::story::{TABLE, attachment, disclosure, enrolled, opened};
use super::zips;

/// How many bytes of the archive are changed, one at a time.
const ZIP_POSITIONS: usize = 2_000;

/// Random numbers that depend on a printed seed alone: xorshift64.
pub struct Random(u64);

impl Random {
    /// `CANDOUR_SEED` overrides the seed.
    pub fn new() -> Self {
        let seed = std::env::var("CANDOUR_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0x00c0_ffee);
        // Shown where the test fails.
        eprintln!("CANDOUR_SEED={seed}");
        Self::of(seed)
    }

    /// Those of a seed.
    pub fn of(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// A number below that limit, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    /// A byte with one bit set.
    pub fn bit(&mut self) -> u8 {
        1 << self.below(8)
    }
}

/// The smallest ledger with every kind of file: three sealed entries, a table, and a fourth entry in the tail alone.
fn ledger() -> Forger {
    let mut ledger = Forger::new(ORIGIN, "operator");
    let mut opening = opened(1);
    opening["authorities"].as_array_mut().unwrap().truncate(1);
    let mut report = disclosure("acme/report-1");
    report["attachments"] = json!([attachment("figures.csv", "text/csv", TABLE)]);
    report["attachments"][0]["holds"] = json!("observations");
    report.as_object_mut().unwrap().remove("observations");
    let notice =
        json!({"kind": "error_notified", "document": "acme/report-1", "error": "acme/error-1", "note": "Wrong."});
    ledger.attachments.push(TABLE.to_vec());
    ledger
        .say("operator", "operator regulator", opening)
        .say("regulator", "regulator acme", enrolled("acme", "platform"))
        .seal()
        .say("acme", "acme", report)
        .seal()
        .say_having_seen(3, "acme", "acme", notice);
    ledger
}

fn policy() -> Policy {
    Policy::parse(case::policy("operator").as_bytes()).unwrap()
}

fn audit(bundle: Result<&dyn Bundle, Trouble>, policy: &Policy) -> Report {
    let options =
        Options { pins: Vec::new(), rule: Rule::Cofactored, progress: &mut |_, _| {}, as_of: None, watch: &mut () };
    match bundle.and_then(|bundle| verify(bundle, policy, options)) {
        Ok(report) => report,
        Err(Trouble::Faults(faults)) => Report::unreadable(faults),
        Err(trouble) => panic!("{trouble}"),
    }
}

/// What a report says of the ledger's content.
fn content(report: &Report) -> (u64, u64, Hash, Hash, String) {
    (report.size, report.sealed, report.root, report.head, format!("{:?}", report.findings))
}

/// The index of the entry in whose record a byte of an entry bundle lies.
fn entry_at(bundle: &[u8], at: usize) -> u64 {
    let mut end = 0;
    for index in 0.. {
        end += 2 + usize::from(u16::from_be_bytes([bundle[end], bundle[end + 1]]));
        if at < end {
            return index;
        }
    }
    unreachable!()
}

/// Whether the report on a changed file says what it must, given the report before the change.
fn judge(before: &Report, after: &Report, file: &str, entry: Option<u64>) -> Result<(), String> {
    let of_entry = |index: u64| entry.is_some_and(|entry| (entry..=entry + 1).contains(&index));
    let named =
        after.faults.iter().any(|fault| fault.file.as_deref() == Some(file) || fault.index.is_some_and(of_entry));
    let unread = after.not_checked.iter().any(|line| line.starts_with(&format!("{file}: ")));
    let unsealed = entry.is_some_and(|entry| entry >= before.sealed) && !after.not_checked.is_empty();
    let faults: Vec<String> = after.faults.iter().map(ToString::to_string).collect();
    match after.verdict {
        Verdict::Falsified if named || unread => Ok(()),
        Verdict::Falsified => Err(format!("nothing names {file} or entry {entry:?}: {faults:?}")),
        Verdict::Verified if content(before) == content(after) => Ok(()),
        // What no checkpoint promises may be lost or differ; the report says that it is not promised.
        Verdict::Verified if before.sealed == after.sealed && (unsealed || unread) => Ok(()),
        Verdict::Verified => Err(format!("unnoticed: {:?} became {:?}", content(before), content(after))),
    }
}

#[test]
fn any_byte_of_any_file() {
    let mut random = Random::new();
    let (files, policy) = (ledger().files(), policy());
    let mut bundle: MemoryBundle = files.clone().into_iter().collect();
    let before = audit(Ok(&bundle), &policy);
    assert_eq!((before.verdict, before.size, before.sealed), (Verdict::Verified, 4, 3), "{:?}", before.faults);
    let (mut positions, mut noticed) = (0, 0);
    for (file, sound) in &files {
        // The entries of the partial bundle are in the tail too, so that some positions of it do.
        let (first, step) = if file.starts_with("tile/entries/") { (random.below(4), 4) } else { (0, 1) };
        for at in (first..sound.len()).step_by(step) {
            let bit = random.bit();
            let mut bytes = sound.clone();
            bytes[at] ^= bit;
            bundle.insert(file.clone(), bytes);
            let after = audit(Ok(&bundle), &policy);
            let holds_entries = file == "tail" || file.starts_with("tile/entries/");
            let entry = holds_entries.then(|| entry_at(sound, at));
            let judged = judge(&before, &after, file, entry);
            judged.unwrap_or_else(|error| panic!("bit {bit:#04x} of byte {at} of {file}: {error}"));
            if at % 16 == 0 {
                // For its panics: it stops at the first fault.
                let _ = replay(&bundle, Until::End, &mut |_, _| {});
            }
            positions += 1;
            noticed += usize::from(after.verdict == Verdict::Falsified);
        }
        bundle.insert(file.clone(), sound.clone());
    }
    assert_eq!(content(&audit(Ok(&bundle), &policy)), content(&before), "every byte was put back");
    println!("{noticed} of {positions} changes falsify");
    // All but those in the one entry that is not sealed yet, and not all of those verify.
    let unsealed = ledger().entries[3].len() + 2;
    assert!(noticed >= positions - unsealed, "{noticed} of {positions} noticed");
}

#[test]
fn any_file_missing_or_cut_short() {
    let mut random = Random::new();
    let (files, policy) = (ledger().files(), policy());
    let mut bundle: MemoryBundle = files.clone().into_iter().collect();
    let before = audit(Ok(&bundle), &policy);
    for (file, sound) in &files {
        let lengths: Vec<usize> = (0..8).map(|_| random.below(sound.len())).collect();
        for length in std::iter::once(None).chain(lengths.into_iter().map(Some)) {
            match length {
                None => drop(bundle.remove(file)),
                Some(length) => bundle.insert(file.clone(), &sound[..length]),
            }
            let after = audit(Ok(&bundle), &policy);
            let changed = content(&before) != content(&after);
            // Without the tail, or with a shorter one, there are fewer entries than were sealed, or as many.
            let noticed = after.verdict == Verdict::Falsified
                || file == "tail" && after.sealed == before.sealed && (changed || !after.not_checked.is_empty())
                || file == "checkpoints/2" && !changed;
            assert!(noticed, "{file} of {length:?} bytes: {:?}", content(&after));
        }
        bundle.insert(file.clone(), sound.clone());
    }
}

#[test]
fn any_byte_of_an_archive() {
    let mut random = Random::new();
    let (files, policy) = (ledger().files(), policy());
    let (sound, folder) = (zips::pack(&files), tempfile::tempdir().unwrap());
    let path = folder.path().join("bundle.zip");
    let open = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        match open_bundle(&path) {
            Ok(bundle) => audit(Ok(bundle.as_ref()), &policy),
            Err(trouble) => audit(Err(trouble), &policy),
        }
    };
    let before = open(&sound);
    assert_eq!((before.verdict, before.size, before.sealed), (Verdict::Verified, 4, 3), "{:?}", before.faults);
    for _ in 0..ZIP_POSITIONS {
        let (at, bit) = (random.below(sound.len()), random.bit());
        let mut bytes = sound.clone();
        bytes[at] ^= bit;
        let after = open(&bytes);
        let what = || format!("bit {bit:#04x} of byte {at}: {:?} {:?}", after.faults, content(&after));
        match member_at(&files, at) {
            // The content of a file has a checksum.
            Some(file) => {
                assert!(after.faults.iter().any(|fault| fault.file.as_deref() == Some(file)), "{file}, {}", what());
            }
            None if after.verdict == Verdict::Falsified => assert!(!after.faults.is_empty(), "{}", what()),
            None => {
                assert_eq!(
                    (content(&after), &after.not_checked),
                    (content(&before), &before.not_checked),
                    "{}",
                    what()
                );
            }
        }
    }
}

/// The file in whose content that byte of the archive lies.
fn member_at(files: &Files, at: usize) -> Option<&str> {
    let mut start = 0;
    for (name, content) in files {
        start += 30 + name.len(); // the local header
        if (start..start + content.len()).contains(&at) {
            return Some(name);
        }
        start += content.len();
    }
    None
}
