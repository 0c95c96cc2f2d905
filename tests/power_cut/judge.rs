//! What must hold of a house whose power was cut: all that was acknowledged is there, nothing half done shows, and the
//! next of everything works.

use std::fs;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use candour::core::checkpoint::SignedCheckpoint;
use candour::core::key::PublicKey;
use candour::core::statement::Envelope;
use candour::shell::client::Memory;
use candour::shell::findings::Selection;
use candour::shell::keyfile;
use candour::shell::ledger::Ledger;
use candour::shell::monitor::{Monitor, Settings};
use candour::shell::publish::Publisher;
use candour::storage::folder_bundle::FolderBundle;
use candour::storage::folder_store::{FolderReader, FolderStore};
use candour::storage::store::{Log, StoreError};
use serde_json::Value;

use super::audited::{Audited, Known, audit, whole};
use super::children::{body, cosigned, open_witness};
use super::house::{FILERS, House, ORIGIN, SETUP, disclose, filer, init, key, now, succeed};

/// Entries of a ledger that costs next to nothing to judge.
const SMALL: u64 = 64;

/// What was acknowledged so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Claims {
    /// The first so many entries.
    pub entries: u64,
    /// A checkpoint of so many.
    pub checkpoint: u64,
    /// So many are published in `site`.
    pub site: u64,
    /// The witness's latest checkpoint.
    pub cosigned: u64,
    /// How many refusals it keeps as evidence.
    pub refused: u64,
    /// The public half of `new.pem`.
    pub key: Option<String>,
    /// The exports that are done.
    pub exported: Vec<String>,
    /// Whether `out.json` was signed.
    pub signed: bool,
    /// How far the monitor and the auditor have followed: so many entries.
    pub followed: u64,
}

impl Claims {
    /// Takes what was said on standard output.
    pub(super) fn hear(&mut self, said: &str) {
        for line in said.lines() {
            let said: Value = line.find('{').and_then(|at| serde_json::from_str(&line[at..]).ok()).unwrap_or_default();
            let number = |name: &str| said[name].as_u64();
            self.entries = self.entries.max(number("index").map_or(0, |index| index + 1));
            self.checkpoint = self.checkpoint.max(number("sealed").unwrap_or(0));
            if said["published"] == true {
                self.checkpoint = self.checkpoint.max(number("size").unwrap_or(0));
            }
            if said["verifier_key"].is_string() {
                (self.entries, self.checkpoint) = (1, 1);
            }
            if said["files"].is_number() {
                self.site = number("size").unwrap_or(0);
            }
            self.cosigned = self.cosigned.max(number("cosigned").unwrap_or(0));
            self.followed = self.followed.max(number("followed").unwrap_or(0));
            self.refused += u64::from(number("refused").is_some());
            self.exported.extend(said["exported"].as_str().map(str::to_owned));
            self.signed |= line.ends_with("not filed");
            if line.len() == 64 && line.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                self.key = Some(line.to_owned());
            }
        }
    }
}

/// Judges a house. It is changed thereby.
pub(super) fn judge(root: &Path, claims: &Claims, live: &[Vec<u8>], known: &Known) -> Result<(), String> {
    let house = House::at(root);
    let judged = catch_unwind(AssertUnwindSafe(|| {
        new_key(&house, claims)?;
        envelope(&house, claims)?;
        seen(&house)?;
        exports(&house, claims, known)?;
        witness(&house, claims)?;
        followed(&house, claims)?;
        let site = site(&house, claims, known)?;
        ledger(&house, claims, live, known)?;
        if site { known.or("house", root, || next_publication(&house)).map(drop) } else { Ok(()) }
    }));
    judged.unwrap_or_else(|_| Err("it panics".to_owned()))
}

/// The entries of a house's ledger, which is left as it is.
pub(super) fn entries(root: &Path) -> Vec<Vec<u8>> {
    FolderReader::open(&House::at(root).ledger()).map_or(Vec::new(), |ledger| entries_of(&ledger).expect("entries"))
}

fn entries_of(log: &impl Log) -> Result<Vec<Vec<u8>>, String> {
    let mut entries = Vec::new();
    let read = log.read(0, &mut |_, entry| {
        entries.push(entry.to_vec());
        ControlFlow::Continue(())
    });
    read.map(|()| entries).map_err(|error| format!("reading entries: {error}"))
}

fn ledger(house: &House, claims: &Claims, live: &[Vec<u8>], known: &Known) -> Result<(), String> {
    let path = house.ledger();
    if claims.entries > 0 {
        // Whoever reads it now may find an unfinished write, but must not accuse what was acknowledged.
        let found = known.audit(&path).map_err(|why| format!("before it is opened: {why}"))?;
        if found.size < claims.entries || found.accused.is_some_and(|index| index < claims.entries) {
            return Err(format!("before it is opened: {found:?}"));
        }
    }
    let store = match FolderStore::open(&path) {
        Ok((store, _)) => store,
        Err(StoreError::NotALedger(_)) if claims.entries == 0 => {
            succeed(house.command(&init("ledger")));
            return whole(&path, 1, known);
        }
        Err(error) => return Err(format!("opening: {error}")),
    };
    let found = entries_of(&store)?;
    let size = found.len() as u64;
    if size < claims.entries {
        return Err(format!("{} entries were acknowledged, {size} are there", claims.entries));
    }
    if let Some(index) = found.iter().zip(live).position(|(found, live)| found != live) {
        return Err(format!("entry {index} is not what was written"));
    }
    let checkpoint = store.checkpoint().map_err(|error| format!("the checkpoint: {error}"))?;
    let checkpoint = checkpoint.map(|bytes| SignedCheckpoint::parse(&bytes).map_err(|fault| fault.to_string()));
    let sealed = checkpoint.transpose()?.map_or(0, |checkpoint| checkpoint.checkpoint().size);
    if sealed < claims.checkpoint {
        return Err(format!("a checkpoint of {} was acknowledged, the latest is of {sealed}", claims.checkpoint));
    }
    let go_on = || go_on(&path, store, size);
    if size > SMALL { known.or("opened", &path, go_on) } else { go_on() }.map(drop)
}

/// Goes on with a ledger that was opened.
fn go_on(path: &Path, store: FolderStore, size: u64) -> Result<Audited, String> {
    let (mut ledger, _) = Ledger::open_by_index(store, path).map_err(|error| format!("opening: {error}"))?;
    if size < SETUP {
        return Ok(Audited { size, accused: None, faults: String::new() });
    }
    let filed = disclose(&mut ledger, FILERS - 1).map_err(|error| format!("the next append: {error}"))?;
    if filed.index != size {
        return Err(format!("the next entry is {}, not {size}", filed.index));
    }
    ledger.publish(&key("operator")).map_err(|error| format!("the next checkpoint: {error}"))?;
    drop(ledger);
    let after = audit(&FolderBundle::open(path).map_err(|error| error.to_string())?)?;
    if after.accused.is_some() || after.size <= size { Err(format!("after going on: {after:?}")) } else { Ok(after) }
}

/// Whoever is served `site` finds a whole ledger. Returns whether it is there.
fn site(house: &House, claims: &Claims, known: &Known) -> Result<bool, String> {
    let path = house.root().join("site");
    if claims.site == 0 && !path.join("checkpoint").exists() {
        return Ok(path.exists());
    }
    let note = fs::read(path.join("checkpoint")).map_err(|error| format!("site: {error}"))?;
    let size = SignedCheckpoint::parse(&note).map_err(|fault| format!("site: {fault}"))?.checkpoint().size;
    if size < claims.site {
        return Err(format!("site: {} entries were published, {size} are", claims.site));
    }
    whole(&path, size, known).map(|()| true).map_err(|why| format!("site: {why}"))
}

fn next_publication(house: &House) -> Result<Audited, String> {
    let ledger = FolderBundle::open(&house.ledger()).map_err(|error| error.to_string())?;
    let site = house.root().join("site");
    let published = Publisher::new(&site).publish(&ledger).map_err(|error| format!("the next publication: {error}"))?;
    let after = audit(&FolderBundle::open(&site).map_err(|error| error.to_string())?)?;
    if after.accused.is_some() || after.size < published.size {
        Err(format!("published: {after:?}"))
    } else {
        Ok(after)
    }
}

/// A key file is whole or not there, and where it is not, it can be made.
fn new_key(house: &House, claims: &Claims) -> Result<(), String> {
    let path = house.root().join("new.pem");
    if claims.key.is_none() && !path.exists() {
        return Ok(());
    }
    let key = keyfile::read(&path, || Err(std::io::ErrorKind::Other.into())).map_err(|error| error.to_string())?;
    let digits = key.public().map(|key: PublicKey| key.to_string()).map_err(|fault| fault.to_string())?;
    if claims.key.as_ref().is_none_or(|said| *said == digits) { Ok(()) } else { Err("another key".to_owned()) }
}

/// What was signed and not filed is there; and if it may have left, its key knows that it signed it.
fn envelope(house: &House, claims: &Claims) -> Result<(), String> {
    let path = house.root().join("out.json");
    let bytes = fs::read(&path).unwrap_or_default();
    let whole = Envelope::parse(&bytes).is_ok();
    if claims.signed && !whole {
        return Err("the envelope that was signed is lost".to_owned());
    }
    let said = Memory::beside(&house.root().join("filer-1.pem"), ORIGIN).said();
    match said.map_err(|error| format!("what the key said: {error}"))? {
        None if whole => Err("an envelope is there of which its key knows nothing".to_owned()),
        _ => Ok(()),
    }
}

/// The checkpoint that a filer's client remembers is one, or it could not file again.
fn seen(house: &House) -> Result<(), String> {
    for filer in (0..FILERS).map(filer) {
        let memory = Memory::beside(&house.root().join(format!("{filer}.pem")), ORIGIN);
        if let Some(bytes) = memory.recall().map_err(|error| format!("what {filer} has seen: {error}"))? {
            SignedCheckpoint::parse(&bytes).map_err(|fault| format!("what {filer} has seen: {fault}"))?;
        }
    }
    Ok(())
}

fn exports(house: &House, claims: &Claims, known: &Known) -> Result<(), String> {
    for name in ["out.zip", "out"] {
        let path = house.root().join(name);
        if path.exists() || claims.exported.iter().any(|exported| exported == name) {
            whole(&path, claims.entries, known).map_err(|why| format!("{name}: {why}"))?;
        }
    }
    Ok(())
}

fn witness(house: &House, claims: &Claims) -> Result<(), String> {
    let path = house.root().join("witness");
    if claims.cosigned == 0 && !path.exists() {
        return Ok(());
    }
    let witness = open_witness(house);
    let seen = cosigned(&witness);
    if seen < claims.cosigned {
        return Err(format!("{} was cosigned, {seen} is remembered", claims.cosigned));
    }
    let mut exhibits = 0;
    for log in fs::read_dir(path.join("evidence")).map_err(|error| error.to_string())? {
        for exhibit in fs::read_dir(log.expect("a folder").path()).map_err(|error| error.to_string())? {
            let exhibit = exhibit.expect("a folder").path();
            for file in ["latest", "refused", "why"] {
                if fs::read(exhibit.join(file)).unwrap_or_default().is_empty() {
                    return Err(format!("half an exhibit: {} is missing", exhibit.join(file).display()));
                }
            }
            exhibits += 1;
        }
    }
    if exhibits < claims.refused {
        return Err(format!("{} exhibits were kept, {exhibits} are there", claims.refused));
    }
    let next = witness.add_checkpoint(body(seen, seen + 1, 0).as_bytes());
    next.map(drop).map_err(|error| format!("the next cosignature: {error}"))
}

/// The monitor remembers what it followed, and goes on.
fn followed(house: &House, claims: &Claims) -> Result<(), String> {
    let path = house.root().join("state");
    if claims.followed == 0 && !path.exists() {
        return Ok(());
    }
    let settings = Settings { selection: Selection::default(), max_age: 7 * 24 * 60 * 60, from_now: false };
    let policy = fs::read(house.root().join("policy")).map_err(|error| error.to_string())?;
    let mut monitor = Monitor::open(&path, &policy, settings).map_err(|error| format!("the monitor: {error}"))?;
    let size = monitor.held().map_or(0, |(size, _)| size);
    if size < claims.followed {
        return Err(format!("{} entries were followed, {size} are remembered", claims.followed));
    }
    let ledger = FolderBundle::open(&house.ledger()).map_err(|error| error.to_string())?;
    let polled = monitor.poll(&ledger, now().time(), &mut |_, _| {}).map_err(|error| error.to_string())?;
    monitor.keep(polled).map_err(|error| format!("the monitor: {error}"))
}
