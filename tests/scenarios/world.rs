//! A case on a ledger of its own: written by the one writer, at the case's own times, with keys that follow from names.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use candour::core::audit::Report;
use candour::core::finding::Finding;
use candour::core::note::VerifierKey;
use candour::core::policy::Policy;
use candour::core::state::State;
use candour::core::statement::{Envelope, Rule};
use candour::core::time::{Millis, Time};
use candour::shell::ledger::{Ledger, LedgerError};
use candour::shell::verify::{Options, Watch, verify};
use candour::storage::memory_bundle::MemoryBundle;
use candour::storage::memory_store::MemoryStore;
use candour::storage::store::Log as _;
use serde_json::{Value, json};

use super::case::{Case, Refused, Step};
use crate::corpus::forge::{Files, Forger, canonical, key, public, sign};

const ORIGIN: &str = "candour.example/scenarios";
const OPERATOR: &str = "office";

/// A case, or a branch of it, or its beginning.
pub struct World {
    ledger: Ledger<MemoryStore>,
    /// The state after each step, with its name and time.
    after: Vec<(String, Time, State)>,
    /// The next `nth` of each actor.
    nth: BTreeMap<String, u64>,
    as_of: Time,
    says: String,
}

impl World {
    /// What happened, or a branch. The ledger verifies.
    pub fn of(case: &Case, branch: Option<&str>) -> Self {
        let mut world = Self::until(case, branch, "");
        world.ledger.publish(&key(OPERATOR)).unwrap();
        let report = world.report(&mut ());
        assert!(report.faults.is_empty(), "{}: {:?}", world.says, report.faults);
        assert_eq!((report.size, report.sealed), (world.ledger.chain().size(), report.size), "{}", world.says);
        world
    }

    /// Up to the step of that name, itself included; with no such name, all of it.
    pub fn until(case: &Case, branch: Option<&str>, last: &str) -> Self {
        let (steps, as_of) = case.story(branch);
        let says = format!("{}, {}", case.name, branch.unwrap_or("as it happened"));
        let ledger = Ledger::open(MemoryStore::new()).unwrap();
        let mut world = Self { ledger, after: Vec::new(), nth: BTreeMap::new(), as_of, says };
        world.open(case);
        for step in steps {
            world.take(step);
            if step.name == last {
                return world;
            }
        }
        assert!(last.is_empty(), "{}: no step {last}", world.says);
        world
    }

    /// Opens the ledger and enrols who has a part in the case.
    fn open(&mut self, case: &Case) {
        let party = |id: &str, name: &str| json!({"id": id, "key": public(id), "name": name});
        let authority = &case.authority;
        assert_eq!(authority.role, "regulator");
        let opened = json!({"kind": "ledger_opened", "operator": party(OPERATOR, "The Ledger Office"), "threshold": 1,
            "authorities": [party(&authority.id, &authority.name)],
            // One checkpoint, at the end: when they come is not what is told here.
            "rules": {"max_entries": 1_000, "max_seconds": 1_000_000_000}});
        self.file(OPERATOR, &format!("{OPERATOR} {}", authority.id), case.opened_at, &opened).unwrap();
        for actor in &case.actor {
            let enrolled = json!({"kind": "actor_enrolled", "actor": actor.id, "name": actor.name, "role": actor.role,
                "key": public(&actor.id)});
            let keys = format!("{} {}", authority.id, actor.id);
            self.file(&authority.id, &keys, case.opened_at, &enrolled).unwrap();
        }
    }

    /// Takes a step, which is lawful.
    fn take(&mut self, step: &Step) {
        let says = format!("{}: {}", self.says, step.name);
        let last = self.ledger.chain().recorded_at().unwrap().time();
        assert!(step.at >= last, "{says}: at {}, after {last}", step.at);
        assert!(self.after.iter().all(|(name, ..)| *name != step.name), "{says}: twice");
        if let Err(error) = self.file(&step.author, &step.author, step.at, &step.event) {
            panic!("{says}: {error}");
        }
        self.after.push((step.name.clone(), step.at, self.ledger.chain().state().unwrap().clone()));
    }

    fn file(&mut self, author: &str, keys: &str, at: Time, event: &Value) -> Result<u64, LedgerError> {
        let nth = self.nth.get(author).copied().unwrap_or(0);
        let statement = json!({"author": author, "event": event, "issued_at": at, "ledger": ORIGIN, "nth": nth});
        let payload = canonical(&statement);
        let signatures = sign(&payload, keys);
        let now = Millis::from_unix_ms(at.unix() * 1000).unwrap();
        let filed = self.ledger.file(Envelope { payload, signatures }, now, &mut |_| None)?;
        self.nth.insert(author.to_owned(), nth + 1);
        Ok(filed.index)
    }

    /// The code with which the law refuses a step that comes next; none where it admits it.
    pub fn refusal(&mut self, row: &Refused) -> Option<String> {
        assert!(row.at >= self.ledger.chain().recorded_at().unwrap().time(), "{}: {}", self.says, row.says);
        match self.file(&row.author, &row.author, row.at, &row.event) {
            Ok(_) => None,
            Err(LedgerError::Refused(fault)) => Some(fault.code.as_str().to_owned()),
            Err(error) => panic!("{}: {}: {error}", self.says, row.says),
        }
    }

    /// The state at the end.
    pub fn state(&self) -> &State {
        self.ledger.chain().state().unwrap()
    }

    /// The state as it stood at that second.
    pub fn state_at(&self, as_of: Time) -> &State {
        let found = self.after.iter().rfind(|(_, at, _)| *at <= as_of);
        &found.unwrap_or_else(|| panic!("{}: nothing yet at {as_of}", self.says)).2
    }

    /// The index of a step's entry.
    pub fn index(&self, step: &str) -> u64 {
        let found = self.after.iter().rposition(|(name, ..)| name == step);
        let place = found.unwrap_or_else(|| panic!("{}: no step {step}", self.says));
        self.ledger.chain().size() - (self.after.len() - place) as u64
    }

    /// All that is noticed.
    pub fn findings(&self) -> Vec<Finding> {
        struct Noticed(Vec<Finding>);
        impl Watch for Noticed {
            fn finding(&mut self, finding: Finding) {
                self.0.push(finding);
            }
        }
        let mut noticed = Noticed(Vec::new());
        self.report(&mut noticed);
        noticed.0
    }

    /// What an audit says of the sealed ledger.
    fn report(&self, watch: &mut dyn Watch) -> Report {
        let policy = Policy::parse(policy().as_bytes()).unwrap();
        let as_of = Some(self.as_of);
        let options = Options { pins: Vec::new(), rule: Rule::Strict, progress: &mut |_, _| {}, as_of, watch };
        let bundle: MemoryBundle = self.files().into_iter().collect();
        verify(&bundle, &policy, options).unwrap()
    }

    /// The files that an auditor is handed.
    pub fn files(&self) -> Files {
        let mut copy = Forger::new(ORIGIN, OPERATOR);
        let mut take = |_, bytes: &[u8]| {
            copy.entries.push(bytes.to_vec());
            ControlFlow::Continue(())
        };
        self.ledger.store().read(0, &mut take).unwrap();
        copy.seal();
        copy.files()
    }
}

/// Whom an auditor trusts: the operator.
pub fn policy() -> String {
    Policy::text_for(&VerifierKey::ed25519(ORIGIN, key(OPERATOR).public().unwrap()).unwrap())
}
