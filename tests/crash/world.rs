//! Places as they are before each command is disturbed.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::num::NonZeroU64;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use candour::core::hash::Hash;
use candour::core::json::Positive;
use candour::shell::keyfile;
use candour::shell::load::{self, Load};

use super::place::Place;

/// When everything is signed that is signed again: what is said twice is then the same.
pub(super) const THEN: &str = "--issued-at 2026-01-01T00:00:00Z";
const HEADER: &str = "service,metric,jurisdiction,age_band,harm_taxonomy,harm_version,harm_category,detection,outcome,\
                      period,status,value_type,value,value_to,unit,rounded_to";
/// Entries of a bundle.
const WIDTH: u64 = 256;

/// The places. Held until the end of a test: a witness answers meanwhile.
pub(super) struct World {
    /// A small ledger with an entry that no checkpoint covers yet, what has followed it so far, and what is to be filed;
    /// `newer.zip` has a checkpoint of that entry too, and `damaged` had it, and one entry more.
    pub(super) small: Place,
    /// `ledger` is one entry short of a bundle, and `last.json` is that entry's envelope; `filled` has it already.
    pub(super) full: Place,
    /// The small ledger, whose checkpoints a witness must cosign.
    pub(super) witnessed: Place,
    _witness: Witness,
}

/// A witness's process. Killed at the end.
struct Witness(Child);

impl Drop for Witness {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl World {
    /// The one that another test has, if there is one.
    pub(super) fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<World>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let world = Arc::new(Self::new());
            *shared = Arc::downgrade(&world);
            world
        })
    }

    fn new() -> Self {
        let small = small();
        let (witnessed, witness) = witnessed(&small);
        Self { small, full: full(), witnessed, _witness: witness }
    }
}

fn small() -> Place {
    let place = Place::new();
    for key in ["operator", "regulator", "platform", "charity", "stranger", "witness"] {
        place.ok(&format!("key new {key}.pem"));
    }
    let sealed = "--operator-key operator.pem";
    place.ok("init ledger --origin candour.example/test --policy policy --operator office=Office --key operator.pem \
         --authority regulator=Regulator --authority-key regulator.pem");
    let enrol = |name: &str, role: &str| {
        place.ok(&format!(
            "enrol ledger {name} --name N --role {role} --new-key {name}.pem --key regulator.pem {sealed}"
        ));
    };
    enrol("platform", "platform");
    enrol("charity", "civil_society");
    let ask = |name: &str, more: &str| {
        place.ok(&format!(
            "request ledger {name} --key charity.pem --to platform --title T --item a=b {THEN} {more} {sealed}"
        ));
    };
    ask("first", "--deadline 2026-02-01");
    place.ok("publish ledger site");
    place.ok("verify ledger --policy policy --memory memory");
    let followed = place.run("monitor ledger --policy policy --state state --max-age 3650d");
    assert!(matches!(followed.code, Some(0 | 3)), "{}", followed.error);
    let rows: String = (0..300).map(|n| format!("example,Reports,GB,,,,,,,2021-Q2,given,integer,{n},,,\n")).collect();
    fs::write(place.path("figures.csv"), format!("{HEADER}\n{}", &rows[..rows.find('\n').unwrap() + 1])).unwrap();
    fs::write(place.path("page.txt"), "A page.\n".repeat(40_000)).unwrap();
    let disclose = "--attach page.txt --observations figures.csv --service example --period 2021-Q2 --subject S";
    place.ok(&format!("disclose ledger q2 --key platform.pem {THEN} --out envelope.json {disclose}"));
    // Two statements under one number, for one of which a co-signer is sought.
    for (name, again) in [("one", ""), ("other", "--sign-again")] {
        place.ok(&format!(
            "request ledger {name} --key charity.pem --to platform --title T --item a=b {THEN} --out {name}.json {again}"
        ));
    }
    ask("second", "--sign-again");
    // The last entry is not promised yet.
    place.ok(&format!(
        "request ledger third --key regulator.pem --to platform --title T --item a=b {THEN} --deadline 2026-02-01"
    ));
    let newer = place.copied();
    newer.ok("checkpoint ledger --key operator.pem");
    newer.ok("export ledger newer.zip");
    fs::copy(newer.path("newer.zip"), place.path("newer.zip")).unwrap();
    newer.pin("ledger", &["restored", "damaged"]);
    // No copy has this one.
    newer.ok(&format!("request ledger fourth --key regulator.pem --to platform --title T --item a=b {THEN}"));
    newer.damage("ledger");
    for name in ["restored.pin", "damaged.pin"] {
        fs::copy(newer.path(name), place.path(name)).unwrap();
    }
    fs::rename(newer.path("ledger"), place.path("damaged")).unwrap();
    place.pin("ledger", &["ledger", "copy.zip"]);
    place.pin("site", &["site"]);
    place
}

/// A ledger of 255 entries, and of 256, which only the first 255 are promised of.
fn full() -> Place {
    let place = Place::new();
    let written = load::write(&place.path("ledger"), 1, NonZeroU64::new(WIDTH - 1).unwrap(), &mut |_, _| {}).unwrap();
    let mut load = Load::new(1).unwrap();
    load.sign(WIDTH as usize - 1).unwrap();
    let root: Hash = written.checkpoint.checkpoint().root;
    load.published(Positive::new(WIDTH as i64 - 1).unwrap(), root);
    let (envelope, _) = load.sign(1).unwrap().remove(0);
    fs::write(place.path("last.json"), envelope.to_json().unwrap()).unwrap();
    fs::write(place.path("policy"), &written.policy).unwrap();
    keyfile::write(&place.path("operator.pem"), load.operator().unwrap(), None).unwrap();
    let filled = place.copied();
    filled.ok("submit ledger last.json");
    fs::rename(filled.path("ledger"), place.path("filled")).unwrap();
    place.pin("ledger", &["ledger", "site"]);
    place.pin("filled", &["filled", "copy"]);
    place
}

fn witnessed(small: &Place) -> (Place, Witness) {
    let place = small.copied();
    let name = "witness.example/w";
    let words = format!("witness memory-of-witness --name {name} --key witness.pem --logs policy --json");
    // It writes nowhere that is counted or copied.
    let mut child =
        small.command(&format!("{words} --listen 127.0.0.1:0")).stdout(Stdio::piped()).spawn().expect("a witness");
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let witness = Witness(child);
    let started: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?}"));
    let verifier = started["keys"][0].as_str().unwrap();
    let address = started["listening"].as_str().unwrap();
    let lines = format!("witness W {verifier} http://{address}\nquorum W\n");
    fs::write(place.path("ledger/witnesses"), &lines).unwrap();
    let policy = fs::read_to_string(place.path("policy")).unwrap().replace("quorum none\n", &lines);
    fs::write(place.path("policy"), policy).unwrap();
    place.ok("checkpoint ledger --key operator.pem");
    place.pin("ledger", &["ledger"]);
    // The last entry is not promised yet.
    place.ok(&format!("request ledger fourth --key regulator.pem --to platform --title T --item a=b {THEN}"));
    (place, witness)
}
