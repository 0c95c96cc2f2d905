//! A live ledger with every kind of file, what its readers are told, and a copy of it.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use candour::core::audit::Report;
use candour::core::entry::Entry;
use candour::core::hash::Hash;
use candour::core::policy::Policy;
use candour::core::statement::{Envelope, Rule};
use candour::shell::keyfile;
use candour::shell::ledger::{Ledger, LedgerError};
use candour::shell::restore::restore;
use candour::shell::verify::{Options, verify};
use candour::storage::bundle::Trouble;
use candour::storage::bundle_writer::copy;
use candour::storage::folder_bundle::FolderBundle;
use candour::storage::folder_store::FolderStore;
use candour::storage::memory_bundle::MemoryBundle;
use candour::storage::store::Log as _;
use candour::storage::zip_bundle::ZipBundle;
use candour::storage::zip_writer::{Packing, ZipWriter};
use serde_json::json;
use tempfile::TempDir;

use crate::corpus::forge::{Files, key};
use crate::corpus::story;
use crate::tools::candour;

/// The sizes of the ledger's checkpoints after those of the story.
const SEALS: [u64; 3] = [200, 260, 281];
/// How many entries it has, the last of them in no checkpoint.
pub(super) const SIZE: u64 = 288;

/// What readers ask.
pub(super) const READERS: [&str; 6] = [
    "log LEDGER --json",
    "show LEDGER 283 --json",
    "show LEDGER 3",
    "findings LEDGER --json",
    "status LEDGER --json",
    "replay LEDGER --json",
];

pub(super) struct World {
    folder: TempDir,
    /// The ledger's files, all but the lock.
    pub(super) files: Files,
    /// As they were earlier.
    pub(super) older: Files,
    pub(super) entries: Vec<Vec<u8>>,
    pub(super) root: Hash,
    pub(super) sealed: u64,
    /// What the readers are told.
    pub(super) told: Vec<Vec<u8>>,
    policy: Policy,
    /// A statement that is yet to be filed.
    next: Entry,
}

impl World {
    pub(super) fn new() -> Self {
        let mut forger = story::honest();
        forger.operators = vec![(0, "operator"), (19, "operator-2")];
        forger.say("bolt", "bolt-2", story::disclosure("bolt/report-1"));
        while forger.size() <= SIZE {
            let error = format!("bolt/error-{}", forger.size());
            let event =
                json!({"kind": "error_notified", "document": "bolt/report-1", "error": error, "note": "A note."});
            forger.say("bolt", "bolt-2", event);
            if SEALS.contains(&forger.size()) {
                forger.seal();
            }
        }
        let entries = forger.entries.clone();
        let next = Entry::parse(&entries[SIZE as usize]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        let mut early = forger.clone();
        early.entries.truncate(SEALS[0] as usize);
        early.seals.retain(|size| *size <= SEALS[0]);
        restore(&MemoryBundle::from_iter(early.files()), &path, None, &mut |_, _| {}).unwrap();
        let mut ledger = open(&path).unwrap();
        let operator = key("operator-2");
        ledger.publish(&operator).unwrap();
        let mut older = Files::new();
        for (entry, index) in entries[..SIZE as usize].iter().zip(0u64..).skip(SEALS[0] as usize) {
            file(&mut ledger, &Entry::parse(entry).unwrap()).unwrap();
            if SEALS.contains(&(index + 1)) {
                ledger.publish(&operator).unwrap();
            }
            if [258, 275, 285].contains(&index) {
                // Of each file the last version that is not the present one will do.
                older.extend(files(&path));
            }
        }
        drop(ledger);
        copy(
            &FolderBundle::open(&path).unwrap(),
            ZipWriter::create(&folder.path().join("copy.zip"), Packing::Deflated).unwrap(),
        )
        .unwrap();
        keyfile::write(&folder.path().join("bolt.pem"), &key("bolt-2"), None).unwrap();
        let verifier =
            candour::core::note::VerifierKey::ed25519(forger.origin, key("operator").public().unwrap()).unwrap();
        let text = format!("log {verifier}\nquorum none\n");
        fs::write(folder.path().join("policy"), &text).unwrap();
        let (policy, root) = (Policy::parse(text.as_bytes()).unwrap(), forger.tree(SIZE).root());
        let (files, entries) = (files(&path), entries[..SIZE as usize].to_vec());
        older.retain(|name, bytes| files.get(name).is_some_and(|now| now != bytes));
        let mut world = Self { folder, files, older, entries, root, sealed: SEALS[2], told: Vec::new(), policy, next };
        world.told = READERS.map(|words| world.run(words, "ledger").stdout).into();
        assert!(world.told.iter().all(|told| !told.is_empty()));
        assert_eq!(world.judge(&path).unwrap().faults, []);
        world
    }

    /// The copy.
    pub(super) fn copy(&self) -> ZipBundle {
        ZipBundle::open(&self.folder.path().join("copy.zip")).unwrap()
    }

    /// The ledger once more, in a folder of that name.
    pub(super) fn place(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::remove_dir_all(&path).ok();
        for (name, bytes) in &self.files {
            let target = path.join(name);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::write(target, bytes).unwrap();
        }
        path
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The auditor's verdict.
    pub(super) fn judge(&self, path: &Path) -> Result<Report, Trouble> {
        let options =
            Options { pins: Vec::new(), rule: Rule::Strict, progress: &mut |_, _| {}, as_of: None, watch: &mut () };
        verify(&FolderBundle::open(path)?, &self.policy, options)
    }

    /// Files the next statement, and publishes a checkpoint.
    pub(super) fn write(&self, ledger: &mut Ledger<FolderStore>) -> Result<u64, LedgerError> {
        let index = file(ledger, &self.next)?;
        ledger.publish(&key("operator-2"))?;
        Ok(index)
    }

    /// Runs a command on the ledger in the folder of that name.
    pub(super) fn run(&self, words: &str, name: &str) -> Output {
        let words = words.replace("LEDGER", name);
        Command::new(candour()).args(words.split_whitespace()).current_dir(self.folder.path()).output().unwrap()
    }
}

/// Every file of a folder but the lock, by name.
pub(super) fn files(path: &Path) -> Files {
    let mut found = Files::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(folder).unwrap() {
            let item = item.unwrap().path();
            let name = item.strip_prefix(path).unwrap().to_str().unwrap().to_owned();
            match item.is_dir() {
                true => folders.push(item),
                false if name == "lock" || name == "index/lock" => {}
                false => drop(found.insert(name, fs::read(item).unwrap())),
            }
        }
    }
    found
}

pub(super) fn open(path: &Path) -> Result<Ledger<FolderStore>, LedgerError> {
    Ok(Ledger::open_by_index(FolderStore::open(path)?.0, path)?.0)
}

/// All entries that a ledger has.
pub(super) fn entries(ledger: &Ledger<FolderStore>) -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    let read = ledger.store().read(0, &mut |_, entry| {
        entries.push(entry.to_vec());
        ControlFlow::Continue(())
    });
    read.unwrap();
    entries
}

fn file(ledger: &mut Ledger<FolderStore>, entry: &Entry) -> Result<u64, LedgerError> {
    let envelope = Envelope { payload: entry.payload.clone(), signatures: entry.signatures.clone() };
    Ok(ledger.file(envelope, entry.recorded_at, &mut |_| None)?.index)
}
