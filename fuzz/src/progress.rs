//! What is kept between two runs, by an auditor, a monitor, and beside a ledger: whole, as its checksum says, and then of
//! any content.

use std::fs;
use std::sync::LazyLock;

use candour::core::chain::Chain;
use candour::core::hash::Hash;
use candour::core::key::SecretKey;
use candour::core::note::Note;
use candour::core::statement::Rule;
use candour::core::time::Time;
use candour::shell::client;
use candour::shell::findings::Selection;
use candour::shell::memory::{self, Memory};
use candour::shell::monitor::{self, Monitor, Settings};
use candour::storage::index::{Kept, Snapshot};
use candour::storage::memory_bundle::MemoryBundle;
use candour::storage::progress_folder::ProgressFolder;

use crate::bundle;

/// What is kept is a state, of many small parts.
pub const BYTES: usize = 4096;

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(crate::temporary);
static BUNDLE: LazyLock<MemoryBundle> = LazyLock::new(|| MemoryBundle::from_iter(bundle::ledgers()[0].files.clone()));

pub fn run(data: &[u8]) {
    let Some((kind, body)) = data.split_first() else { return };
    match kind % 3 {
        0 => remembered(body),
        1 => monitored(body),
        _ => indexed(body),
    }
}

/// Puts a file there as its keeper does: its checksum is right.
fn put(first_line: &str, body: &[u8]) {
    let folder = ProgressFolder::open(FOLDER.path()).expect("a folder");
    let head = format!("{first_line}\n{}\n", Hash::of(body));
    fs::write(folder.progress(), [head.as_bytes(), body].concat()).expect("room");
}

fn remembered(body: &[u8]) {
    let ledger = &bundle::ledgers()[0];
    put(memory::FIRST_LINE, body);
    match Memory::open(FOLDER.path(), &ledger.text, Rule::Cofactored) {
        Err(error) => crate::bounded_message(&error.to_string()),
        Ok(memory) => {
            let judged = memory.verify(&*BUNDLE, Vec::new(), &mut |_, _| {});
            drop(judged.map(|remembered| memory.keep(remembered)));
        }
    }
}

fn monitored(body: &[u8]) {
    let ledger = &bundle::ledgers()[0];
    put(monitor::FIRST_LINE, body);
    match Monitor::open(FOLDER.path(), &ledger.text, settings()) {
        Err(error) => crate::bounded_message(&error.to_string()),
        Ok(mut monitor) => {
            let polled = monitor.poll(&*BUNDLE, clock(), &mut |_, _| {});
            drop(polled.map(|polled| monitor.keep(polled)));
        }
    }
}

fn settings() -> Settings {
    let selection = Selection { codes: Vec::new(), about: Vec::new(), requests: Vec::new(), at_least: None };
    Settings { selection, max_age: 86_400, from_now: false }
}

fn clock() -> Time {
    Time::parse("2026-01-05T12:00:00Z").expect("a time")
}

/// A snapshot beside a ledger, signed by somebody.
fn indexed(body: &[u8]) {
    let said = serde_json::from_slice::<serde_json::Value>(body).ok();
    let of = |field: &str| said.as_ref().map_or_else(String::new, |said| said["chain"][field].to_string());
    let (origin, size) = (of("origin").replace('"', ""), of("next"));
    let Some(lines) = LINES.as_ref() else { return };
    let [first, made_by, .., root, _] = lines.as_slice() else { return };
    let digest = Hash::of(body).to_base64();
    let text = format!("{first}\n{made_by}\n{origin}\n{size}\n{root}\n{digest}\n");
    let Ok(note) = Note::sign(text, "log.example", &SecretKey::from_seed(&[1; 32])) else { return };
    if let Ok(snapshot) = Snapshot::read(&Kept { note: note.to_string(), bytes: body.to_vec() }) {
        assert_eq!(snapshot.size(), snapshot.chain().size());
        assert!(snapshot.runs().iter().count() <= body.len());
    }
}

/// The lines of an honest snapshot's note.
static LINES: LazyLock<Option<Vec<String>>> = LazyLock::new(|| {
    let note = Note::parse(kept()?.note.as_bytes()).ok()?;
    Some(note.text().lines().map(str::to_owned).collect())
});

/// The snapshot of an honest ledger, its shelves taken out.
fn kept() -> Option<Kept> {
    let mut chain: Chain = client::replayed(&*BUNDLE, &[]).ok()?;
    drop(chain.take_shelves());
    let runs = serde_json::from_str(r#"{"documents":[],"cosigned":[]}"#).ok()?;
    Kept::sign(&chain, &runs, &Default::default(), &SecretKey::from_seed(&[1; 32])).ok()
}

pub fn seeds() -> Vec<Vec<u8>> {
    let ledger = &bundle::ledgers()[0];
    // Open only until the next one opens it.
    let folder = || ProgressFolder::open(FOLDER.path()).expect("a folder");
    let body = || {
        let bytes = fs::read(folder().progress()).expect("it was kept");
        let at = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).expect("two lines").0;
        bytes[at + 1..].to_vec()
    };
    let mut seeds = Vec::new();
    drop(fs::remove_file(folder().progress()));
    let memory = Memory::open(FOLDER.path(), &ledger.text, Rule::Cofactored).expect("an empty folder");
    let remembered = memory.verify(&*BUNDLE, Vec::new(), &mut |_, _| {}).expect("an honest ledger");
    memory.keep(remembered).expect("room");
    seeds.push([&[0][..], &body()].concat());
    drop(fs::remove_file(folder().progress()));
    let mut monitor = Monitor::open(FOLDER.path(), &ledger.text, settings()).expect("an empty folder");
    let polled = monitor.poll(&*BUNDLE, clock(), &mut |_, _| {}).expect("an honest ledger");
    monitor.keep(polled).expect("room");
    drop(monitor);
    seeds.push([&[1][..], &body()].concat());
    seeds.extend(kept().map(|kept| [&[2][..], &kept.bytes].concat()));
    seeds
}
