//! A small ledger in memory, with witnesses.

use std::time::Duration;

use candour::core::checkpoint::SignedCheckpoint;
use candour::core::key::SecretKey;
use candour::core::note::VerifierKey;
use candour::core::policy::Policy;
use candour::core::statement::Envelope;
use candour::core::time::Millis;
use candour::shell::clock::ManualClock;
use candour::shell::ledger::{Ledger, LedgerError, Unwitnessed, Witnessed};
use candour::shell::witnessing::{Reply, Waiting, ask};
use candour::storage::memory_store::MemoryStore;
use candour::storage::store::Log as _;
use serde_json::{Value, json};

use super::fake::{Fake, NOW, vkey};
use crate::corpus::forge::{canonical, key, public, sign};

pub const ORIGIN: &str = "candour.example/witnessed";

/// So patient that whatever can answer does, however slow the machine.
pub const PATIENT: Waiting =
    Waiting { whole: Duration::from_secs(60), question: Duration::from_secs(30), grace: Duration::from_secs(30) };

/// A ledger and its operator.
pub struct World {
    pub ledger: Ledger<MemoryStore>,
    pub clock: ManualClock,
    /// What its later entries say: ledgers of other branches are of other histories.
    branch: &'static str,
}

impl World {
    /// With so many entries, the first two of which are the same in every branch.
    pub fn new(entries: u64, branch: &'static str) -> Self {
        let ledger = Ledger::open(MemoryStore::new()).unwrap();
        let mut world = Self { ledger, clock: ManualClock::at(NOW * 1000), branch };
        (0..entries).for_each(|_| world.grow());
        world
    }

    /// Files one more entry.
    pub fn grow(&mut self) {
        let size = self.ledger.chain().size();
        let actor = if size < 2 { format!("a{size}") } else { format!("{}{size}", self.branch) };
        let party = |id: &str| json!({"id": id, "key": public(id), "name": id});
        let enrolled =
            json!({"kind": "actor_enrolled", "actor": actor, "name": "A", "role": "platform", "key": public(&actor)});
        let opened = json!({"kind": "ledger_opened", "operator": party("office"), "threshold": 1,
            "authorities": [party("regulator")], "rules": {"max_entries": 1_000, "max_seconds": 1_000_000_000}});
        match size {
            0 => self.file("office", "office regulator", 0, &opened),
            _ => self.file("regulator", &format!("regulator {actor}"), size - 1, &enrolled),
        }
    }

    fn file(&mut self, author: &str, keys: &str, nth: u64, event: &Value) {
        let statement = json!({"author": author, "event": event, "issued_at": "2023-01-01T00:00:00Z", "ledger": ORIGIN, "nth": nth});
        let payload = canonical(&statement);
        let signatures = sign(&payload, keys);
        let now = Millis::from_unix_ms(NOW * 1000).unwrap();
        self.ledger.file(Envelope { payload, signatures }, now, &mut |_| None).unwrap();
    }

    /// Signs, asks and publishes.
    pub fn publish(&mut self, policy: &Policy, waiting: Waiting) -> Result<Witnessed, Box<Unwitnessed>> {
        let pending = self.ledger.promise(&operator(), policy.clone()).unwrap();
        let replies = ask(&pending, self.ledger.store(), waiting, &self.clock).unwrap();
        match self.ledger.publish_witnessed(&pending, &operator(), replies) {
            Ok(witnessed) => Ok(witnessed),
            Err(LedgerError::Unwitnessed(unwitnessed)) => Err(unwitnessed),
            Err(error) => panic!("{error}"),
        }
    }

    /// The same ledger, by what its store holds.
    pub fn opened_anew(self) -> Self {
        Self { ledger: Ledger::open(self.ledger.into_store()).unwrap(), ..self }
    }

    /// The latest checkpoint.
    pub fn published(&self) -> Option<SignedCheckpoint> {
        self.ledger.store().checkpoint().unwrap().map(|bytes| SignedCheckpoint::parse(&bytes).unwrap())
    }
}

/// The operator's key.
pub fn operator() -> SecretKey {
    key("office")
}

/// The policy that trusts the ledger, names these witnesses, and goes on like that.
pub fn policy(witnesses: &[(&str, &Fake)], rest: &str) -> Policy {
    let log = VerifierKey::ed25519(ORIGIN, operator().public().unwrap()).unwrap();
    let lines = witnesses.iter().map(|(name, fake)| format!("witness {name} {} {}\n", vkey(name), fake.url));
    Policy::parse(format!("log {log}\n{}{rest}", lines.collect::<String>()).as_bytes()).unwrap()
}

/// What each witness came to: `ok`, `kept`, or the code of its refusal.
pub fn came_to(replies: &[Reply]) -> Vec<&'static str> {
    let words = replies.iter().map(|reply| match &reply.said {
        Ok(cosigned) => ["ok", "kept"][usize::from(cosigned.kept)],
        Err(refusal) => refusal.code(),
    });
    words.collect()
}
