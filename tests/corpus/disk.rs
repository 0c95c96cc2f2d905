//! The corpus on disk: that it is what is made here, and that an audit says of each case what it must.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use candour::core::audit::Report;
use candour::core::chain::Chain;
use candour::core::entry::Entry;
use candour::core::event::Event;
use candour::core::fault::{Code, Fault};
use candour::core::policy::Policy;
use candour::core::statement::{Envelope, Rule};
use candour::shell::verify::{Options, verify};
use candour::storage::bundle::Trouble;
use candour::storage::open_bundle;
use serde_json::{Value, json};

use super::case::{self, Place};
use super::forge::Forger;
use super::{cases, dealings, story};

/// The corpus.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ledgers")
}

/// A case as it lies on disk.
pub struct Found {
    pub name: String,
    pub bundle: PathBuf,
    pub policy: PathBuf,
    /// Checkpoints and receipts that the reader kept.
    pub pins: Vec<PathBuf>,
    pub expected: Value,
}

/// Every case, by name.
pub fn found() -> Vec<Found> {
    let folders = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let mut found: Vec<Found> = folders.map(|folder| read(&folder)).collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn read(folder: &Path) -> Found {
    let file = |name: &str| folder.join(name);
    let policy = Some(file("policy")).filter(|policy| policy.exists());
    Found {
        name: folder.file_name().unwrap().to_string_lossy().into_owned(),
        bundle: file("bundle.zip"),
        policy: policy.unwrap_or_else(|| root().join("policy")),
        pins: ["pin", "receipt"].map(file).into_iter().filter(|path| path.exists()).collect(),
        expected: serde_json::from_slice(&fs::read(file("expected.json")).unwrap()).unwrap(),
    }
}

/// What can be compared of a verdict: verdict, size, sealed, faults.
pub fn comparable(verdict: &Value) -> (String, Value, Value, Vec<Place>) {
    let mut faults: Vec<Place> = verdict["faults"].as_array().unwrap().iter().map(case::read).collect();
    faults.sort();
    (verdict["verdict"].as_str().unwrap().to_owned(), verdict["size"].clone(), verdict["sealed"].clone(), faults)
}

/// The differences between what was expected of a case and what was said.
pub fn difference(name: &str, expected: &Value, said: &Value) -> Option<String> {
    let (expected, said) = (comparable(expected), comparable(said));
    let (missing, surplus): (Vec<_>, Vec<_>) = (
        expected.3.iter().filter(|fault| !said.3.contains(fault)).map(brief).collect(),
        said.3.iter().filter(|fault| !expected.3.contains(fault)).map(brief).collect(),
    );
    (expected != said).then(|| {
        format!(
            "{name}: expected {} {}/{}, said {} {}/{}\n  not said:     {}\n  not expected: {}",
            expected.0,
            expected.1,
            expected.2,
            said.0,
            said.1,
            said.2,
            missing.join(" "),
            surplus.join(" ")
        )
    })
}

fn brief((_, index, file, code): &Place) -> String {
    let index = index.map_or_else(String::new, |index| format!("@{index}"));
    let file = file.as_ref().map_or_else(String::new, |file| format!("@{file}"));
    format!("{code}{index}{file}")
}

/// What this software says of a case.
fn audit(case: &Found) -> Value {
    let policy = match Policy::parse(&fs::read(&case.policy).unwrap()) {
        Ok(policy) => policy,
        Err(fault) => return unjudged(fault),
    };
    let pins = case.pins.iter().map(|pin| fs::read(pin).unwrap()).collect();
    let options = Options { pins, rule: Rule::Cofactored, progress: &mut |_, _| {}, as_of: None, watch: &mut () };
    let report = open_bundle(&case.bundle).and_then(|bundle| verify(bundle.as_ref(), &policy, options));
    match report {
        Ok(report) => json!(report),
        Err(Trouble::Faults(faults)) => json!(Report::unreadable(faults)),
        Err(trouble) => panic!("{}: {trouble}", case.name),
    }
}

fn unjudged(fault: Fault) -> Value {
    json!({"verdict": "unjudged", "size": 0, "sealed": 0, "faults": [fault.in_file("policy")]})
}

#[test]
fn the_corpus_is_what_is_made_here() {
    let mut made = BTreeMap::from([("policy".to_owned(), case::policy("operator operator-2").into_bytes())]);
    for case in cases::all() {
        let name = case.name;
        for (file, bytes) in case.files() {
            assert!(made.insert(format!("{name}/{file}"), bytes).is_none(), "{name} is there twice");
        }
    }
    if std::env::var_os("CANDOUR_BLESS").is_some() {
        let _ = fs::remove_dir_all(root());
        for (name, bytes) in &made {
            fs::create_dir_all(root().join(name).parent().unwrap()).unwrap();
            fs::write(root().join(name), bytes).unwrap();
        }
    }
    let on_disk: BTreeSet<String> = list(&root()).into_iter().collect();
    let made_here: BTreeSet<String> = made.keys().cloned().collect();
    let differing: Vec<&String> = on_disk.symmetric_difference(&made_here).collect();
    assert!(differing.is_empty(), "made here and not on disk, or the other way round: {differing:?}");
    for (name, bytes) in &made {
        assert!(fs::read(root().join(name)).unwrap() == *bytes, "{name} is other than what is made here");
    }
}

fn list(folder: &Path) -> Vec<String> {
    let inside = |path: PathBuf| if path.is_dir() { list(&path) } else { vec![relative(&path)] };
    fs::read_dir(folder).unwrap().flat_map(|entry| inside(entry.unwrap().path())).collect()
}

fn relative(path: &Path) -> String {
    let segments = path.strip_prefix(root()).unwrap().iter();
    segments.map(|segment| segment.to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[test]
fn an_audit_says_of_each_case_what_it_must() {
    let cases = found();
    assert!(cases.len() >= 70, "{} cases", cases.len());
    let wrong: Vec<String> =
        cases.iter().filter_map(|case| difference(&case.name, &case.expected, &audit(case))).collect();
    assert!(wrong.is_empty(), "{} of {} cases\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn every_code_that_an_audit_can_give_has_a_case() {
    // An entry of over 65,535 bytes does not fit its bundle; the others are of envelopes, receipts, rows, the strict rule,
    // clients that remember, what witnesses are asked, and evidence.
    let elsewhere = [
        Code::CheckpointStale,
        Code::EntryTooLarge,
        Code::EnvelopeMalformed,
        Code::SignatureNotStrict,
        Code::ReceiptMalformed,
        Code::RowProofMalformed,
        Code::ProofInvalid,
        Code::AddCheckpointMalformed,
        Code::EvidenceMalformed,
        Code::EvidenceInconclusive,
    ];
    let told: BTreeSet<String> =
        found().iter().flat_map(|case| comparable(&case.expected).3).map(|(_, _, _, code)| code).collect();
    let missing = Code::ALL.iter().filter(|code| !told.contains(code.as_str()) && !elsewhere.contains(code));
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&Code>::new());
}

#[test]
fn the_writer_makes_the_same_honest_entries() {
    assert_eq!(kinds_written(&story::honest()).len(), 17);
    let (written, every) = (kinds_written(&dealings::dealings()), Event::KINDS.iter().copied().collect());
    let missing: Vec<_> = BTreeSet::difference(&every, &written).collect();
    assert_eq!(missing, Vec::<&&str>::new(), "every kind of event happens");
}

/// Has the writer write the ledger's entries, and tells their kinds.
fn kinds_written(ledger: &Forger) -> BTreeSet<&'static str> {
    let mut chain = Chain::new();
    for bytes in &ledger.entries {
        chain.checkpoint_published(chain.size());
        let Entry { payload, signatures, recorded_at, .. } = Entry::parse(bytes).unwrap();
        let sealed = chain.seal(Envelope { payload, signatures }, recorded_at).unwrap();
        assert!(sealed.bytes() == bytes, "entry {}", sealed.link().index);
    }
    assert_eq!(chain.root(), ledger.tree(ledger.size()).root());
    ledger.entries.iter().map(|bytes| kind(bytes)).collect()
}

fn kind(entry: &[u8]) -> &'static str {
    let payload = Entry::parse(entry).unwrap().payload;
    candour::core::statement::Statement::parse(&payload).unwrap().event.kind()
}
