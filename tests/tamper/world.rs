//! An honest ledger that witnesses cosigned, and what its readers hold.

use std::rc::Rc;

use candour::core::key::KeyId;
use candour::core::note::VerifierKey;
use serde_json::{Value, json};

use super::ledger::{Ledger, Ring, cosigner, ring};
use crate::corpus::forge::{Files, Forger, tiles};
use crate::corpus::story::{self, TABLE};

/// The witnesses of the policy, two of whom it asks for.
pub const WITNESSES: [&str; 3] = ["witness.example/a", "witness.example/b", "witness.example/c"];

/// Everybody who has a key.
const LABELS: &str = "operator operator-2 regulator commission agency acme acme-2 bolt bolt-2 charity charity-2 \
                      auditor court";

/// An honest ledger, and whom its readers trust.
pub struct World {
    /// The ledger.
    pub ledger: Ledger,
    /// Its files.
    pub files: Files,
    /// A policy that asks for no witness.
    pub policy: String,
    /// A policy that asks for two of three.
    pub witnessed: String,
    /// Another ledger of the same parties.
    pub other: Option<Ledger>,
}

impl World {
    /// The story, with a table under one root, a letter with a co-signature that the law does not need, and nobody who has
    /// seen either.
    pub fn of_the_story() -> Self {
        let mut forger = story::honest();
        let rows = candour::core::merkle::Frontier::from_iter(rows().map(candour::core::hash::Hash::leaf));
        let mut report = story::disclosure("acme/report-3");
        report["attachments"] = json!([story::attachment("figures.csv", "text/csv", TABLE)]);
        report["attachments"][0]["holds"] = json!("observations");
        report["attachments"][0]["rows"] = json!({"count": rows.size(), "root": rows.root()});
        forger
            .say("acme", "acme-2", report)
            .say("charity", "charity regulator", story::request("charity/letter-2", &["acme"], "2026-06-01"))
            .say("bolt", "bolt-2", story::disclosure("bolt/report-1"))
            .seal();
        let mut world = Self::of_forger(&forger);
        world.other = Some(elsewhere(&forger));
        world
    }

    /// Of a ledger made by hand, which the witnesses cosign here.
    pub fn of_forger(forger: &Forger) -> Self {
        Self::cosigned(&forger.files(), ring(LABELS))
    }

    /// Of a ledger that nobody cosigned yet: the witnesses do here.
    pub fn cosigned(files: &Files, keys: Rc<Ring>) -> Self {
        let mut ledger = Ledger::of(files, Rc::clone(&keys)).unwrap().forgetting();
        ledger.accomplices = WITNESSES.to_vec();
        Self::of(&ledger.files().unwrap(), keys).unwrap()
    }

    /// Of any bundle, and whichever keys are known.
    pub fn of(files: &Files, keys: Rc<Ring>) -> Option<Self> {
        let ledger = Ledger::of(files, keys)?;
        let log = |(_, key): (u64, [u8; 32])| {
            Some(format!("log {}\n", VerifierKey::ed25519(&ledger.origin, KeyId(key).parse().ok()?).ok()?))
        };
        let logs: String = ledger.operators().into_iter().map(log).collect::<Option<_>>()?;
        let policy = format!("{logs}quorum none\n");
        let lines = WITNESSES.iter().zip('A'..);
        let lines = lines.map(|(label, name)| format!("witness {name} {}\n", cosigner(label).verifier()));
        let witnesses = format!("{}group two 2 A B C\nquorum two\n", lines.collect::<String>());
        let witnessed = logs + &witnesses;
        let (mut files, needed) = (files.clone(), tiles(&ledger.entries));
        // What is there twice hides what is done to one of the two: older tiles, and the entries in `tail`.
        files.retain(|name, _| name != "tail" && (!name.starts_with("tile/") || needed.contains_key(name)));
        Some(Self { ledger, files, policy, witnessed, other: None })
    }

    /// Whether the key of an entry's author signs a later statement, and which is the first.
    pub fn speaks_again(&self, index: usize) -> Option<usize> {
        let author = self.ledger.author(index);
        (index + 1..self.ledger.entries.len()).find(|later| self.ledger.author(*later) == author)
    }

    /// The first entry whose author had seen a checkpoint that covers this one.
    pub fn seen_by(&self, index: usize) -> Option<usize> {
        let covers = |later: &usize| self.ledger.statement(*later)["seen"]["size"].as_u64() > Some(index as u64);
        (index + 1..self.ledger.entries.len()).find(covers)
    }

    /// Whether a statement names that attachment.
    pub fn names_attachment(&self, file: &str) -> bool {
        self.first_to_name(file).is_some()
    }

    /// The first entry that names an attachment.
    pub fn first_to_name(&self, file: &str) -> Option<usize> {
        let hash = file.strip_prefix("attachments/sha256/")?;
        let text = |index: usize| self.ledger.statement(index).to_string();
        (0..self.ledger.entries.len()).find(|index| text(*index).contains(hash))
    }

    /// Whether anything that an entry names, or the key of its author, turns up in a later one.
    pub fn rests_on(&self, index: usize) -> bool {
        let mut named = Vec::new();
        names(&self.ledger.statement(index)["event"], &mut named);
        (index + 1..self.ledger.entries.len()).any(|later| {
            let entry = self.ledger.entry(later);
            let text = String::from_utf8_lossy(&entry.payload).into_owned();
            let keys: Vec<String> = entry.signatures.iter().map(|keyed| hex::encode(keyed.key.0)).collect();
            named.iter().any(|name| text.contains(&format!("\"{name}\"")) || keys.contains(name))
        })
    }
}

/// Every document, key and actor that an event names.
fn names(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| names(item, into)),
        Value::Object(fields) => {
            let telling = fields.iter().filter(|(field, _)| {
                !["kind", "reason", "note", "calendar", "date", "ends_at", "question", "title"]
                    .contains(&field.as_str())
            });
            telling.for_each(|(_, value)| names(value, into));
        }
        _ => {}
    }
}

/// The rows of the table, without its header.
pub fn rows() -> impl Iterator<Item = &'static [u8]> {
    TABLE.split(|byte| *byte == b'\n').skip(1).filter(|line| !line.is_empty())
}

/// The same parties, saying the same elsewhere.
fn elsewhere(forger: &Forger) -> Ledger {
    let mut other = Ledger::of(&forger.files(), ring(LABELS)).unwrap().forgetting();
    other.origin = "candour.example/another".into();
    for index in 0..other.entries.len() {
        let origin = other.origin.clone();
        other.say_again(index, |statement| statement["ledger"] = origin.into()).unwrap();
    }
    other.see_again().unwrap();
    other
}
