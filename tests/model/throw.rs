//! Throws histories: most of what is said is lawful, much of the rest lawful but for one thing.
//!
//! What is said next is drawn up from what the model says is there, and put to the model: where it says no, something
//! else is drawn up, a few times. Now and then it is then spoilt.

mod again;
mod clock;
mod dealings;
mod facts;
mod registry;
mod requests;

use std::rc::Rc;

use candour::core::fault::Code;
use candour::core::hash::Hash;
use serde_json::{Value, json};

use super::cast::{FOUNDERS, OPERATOR, OTHERS, label, public};
use super::law::{Law, Said};
use super::step::{Nth, Seen, Step};
use crate::corpus::property::Random;

pub use dealings::FILES;
pub use facts::unix;

/// When histories begin, in seconds since 1970: 2026-01-05T00:00:00Z, a Monday.
const START: u64 = 1_767_571_200;
const DAY: u64 = 86_400;
/// How often something else is drawn up, at most, where it is not lawful.
const TRIES: usize = 6;
/// How many sorts of things there are to say.
const SORTS: usize = 21;

/// What an author means to say.
pub struct Draft {
    author: String,
    event: Value,
    /// The key whose possession is shown.
    possession: Option<String>,
}

/// Throws one history.
pub struct Thrower {
    random: Random,
    pub law: Law,
    /// In milliseconds since 1970.
    now: u64,
    /// The sorts of things that are said.
    sorts: Vec<usize>,
    steps: Vec<Step>,
    /// What was placed, numbered as it was.
    placed: Vec<Step>,
}

fn draft(author: &str, event: Value) -> Option<Draft> {
    Some(Draft { author: author.to_owned(), event, possession: None })
}

impl Thrower {
    pub fn new(seed: u64) -> Self {
        let mut random = Random::of(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        (0..8).for_each(|_| {
            random.below(2);
        });
        // Few sorts of things in one history meet each other more often.
        let count = 2 + random.below(2 * SORTS);
        let sorts = (0..count).map(|_| random.below(SORTS)).collect();
        let (law, now) = (Law::default(), START * 1000);
        Self { random, law, now, sorts, steps: Vec::new(), placed: Vec::new() }
    }

    /// An opening, enrolments, and at most so many steps.
    pub fn history(mut self, most: usize) -> Vec<Step> {
        self.open();
        let enrolled: Vec<(&str, &str)> = OTHERS[..9].iter().copied().filter(|_| self.chance(85)).collect();
        for (actor, role) in enrolled {
            let author = self.active(&["regulator"], |actor| actor.authority);
            let draft = registry::enrolment(&author, actor, role, actor);
            self.say(draft);
        }
        for _ in 0..1 + self.below(most).max(self.below(most)) {
            self.step();
        }
        self.steps
    }

    fn open(&mut self) {
        loop {
            let founders = &FOUNDERS[..1 + self.below(3)];
            let party = |id: &str| json!({"id": id, "key": public(id), "name": format!("The {id}")});
            let parties: Vec<Value> = founders.iter().map(|id| party(id)).collect();
            let beyond = usize::from(self.chance(3));
            let threshold = 1 + self.below(founders.len() + beyond);
            let event = json!({"kind": "ledger_opened", "authorities": parties, "operator": party(OPERATOR),
                "rules": {"max_entries": 20, "max_seconds": 9000}, "threshold": threshold});
            let mut step = self.unsigned(OPERATOR, event);
            step.keys = [OPERATOR].iter().chain(founders).map(ToString::to_string).collect();
            if self.chance(3) {
                step.event = json!({"kind": "checkpoint_rules_set", "rules": {"max_entries": 5, "max_seconds": 600}});
            } else if self.chance(5) {
                step = self.spoil(&step);
            }
            if self.push(step) {
                return;
            }
        }
    }

    /// What comes next: something lawful if it is found, spoilt now and then.
    fn step(&mut self) {
        self.pass_time();
        if self.chance(3) && self.replay().is_some() {
            return;
        }
        if self.chance(8) && self.again().is_some() {
            return;
        }
        let (mut step, mut left) = (None, if self.chance(40) { 1 } else { TRIES });
        // Of some things there is nothing to say yet.
        for _ in 0..10 * TRIES {
            let Some(draft) = self.draft() else { continue };
            let drawn = self.sign(draft);
            let lawful = self.judged(&drawn).is_none();
            (step, left) = (Some(drawn), left - 1);
            if lawful || left == 0 {
                break;
            }
        }
        let Some(mut step) = step else { return };
        if self.chance(30) {
            step = self.spoil(&step);
        }
        self.push(step);
    }

    fn say(&mut self, draft: Option<Draft>) {
        if let Some(draft) = draft {
            self.now += 1000;
            let step = self.sign(draft);
            self.push(step);
        }
    }

    /// Puts a step at the end, and places it if the model admits it.
    fn push(&mut self, step: Step) -> bool {
        let Some(entry) = step.entry(&self.law) else { return false };
        let admitted = self.law.admit(&entry).is_ok();
        if admitted {
            self.law.roots.push(Hash::of(&self.law.roots.len().to_le_bytes()));
            if step.publishes {
                self.law.published.push(self.law.roots.len() as u64);
            }
            self.placed.push(Step { nth: Nth::Exactly(entry.statement.nth.unsigned()), ..step.clone() });
        }
        self.steps.push(step);
        admitted
    }

    /// What the model says of a step.
    fn judged(&self, step: &Step) -> Option<Code> {
        let entry = step.entry(&self.law)?;
        self.law.clone().admit(&entry).err()
    }

    fn sort(&mut self) -> usize {
        let at = self.below(self.sorts.len());
        self.sorts[at]
    }

    /// Something that somebody might say, of a sort that this history has.
    fn draft(&mut self) -> Option<Draft> {
        match self.sort() {
            0 => self.of_registry(0..14),
            1 => self.of_registry(11..14),
            2 => self.of_services(0..12),
            3 => self.of_services(2..5),
            4 => self.of_requests(),
            5 => self.request_issued(),
            6 => self.by_issuer(),
            7 => self.by_addressee(),
            8 => self.extended(),
            9 => self.settled(),
            10 => self.response_filed(),
            11 => self.representations(),
            12 => self.of_dealings(),
            13 => self.disclosed(0..12),
            14 => self.of_risks(),
            15 => self.of_compliance(0..12),
            16 => self.of_compliance(2..12),
            17 => self.of_compliance(6..10),
            18 => self.of_audits(0..12),
            19 => self.disclosed(0..7),
            _ => self.decided(),
        }
    }

    /// Without signatures, by the clock as it is.
    fn unsigned(&mut self, author: &str, event: Value) -> Step {
        let behind = self.below(3) as u64;
        let seen = match self.below(40) {
            0..=5 => Some(Seen::Published(self.below(2))),
            6 if self.chance(12) => Some(Seen::Otherwise(0)),
            7 if self.chance(12) => Some(Seen::OfSize(1 + self.below(self.law.roots.len() + 2) as u64)),
            _ => None,
        };
        Step {
            author: author.to_owned(),
            keys: Vec::new(),
            event,
            nth: Nth::Next(0),
            seen,
            issued_at: self.now / 1000 - behind,
            recorded_at: self.now,
            elsewhere: false,
            forged: false,
            publishes: self.chance(12),
        }
    }

    /// Signed by the author and by whoever it takes besides, as a rule.
    fn sign(&mut self, draft: Draft) -> Step {
        let mut step = self.unsigned(&draft.author, draft.event);
        step.keys.push(self.key_of(&draft.author));
        step.keys.extend(draft.possession);
        let kind = step.event["kind"].as_str().unwrap_or_default().to_owned();
        let itself = step.event["actor"] == draft.author.as_str() && draft.author != OPERATOR;
        let takes_threshold = kind.starts_with("actor_")
            || kind.starts_with("key_") && !itself
            || matches!(kind.as_str(), "provider_succeeded" | "checkpoint_rules_set");
        let takes_supporters = kind.starts_with("request_") && kind != "request_drafted";
        if takes_threshold {
            let mut others = self.all_active(&["regulator"], |actor| actor.authority);
            others.retain(|other| *other != draft.author);
            while step.keys.len() < 6 && !others.is_empty() && self.chance(90) {
                let other = others.swap_remove(self.below(others.len()));
                step.keys.push(self.key_of(&other));
            }
        } else if takes_supporters && self.chance(20) {
            let supporter = self.active(&["regulator", "civil_society"], |_| true);
            let key = self.key_of(&supporter);
            if !step.keys.contains(&key) {
                step.keys.push(key);
            }
        }
        step
    }

    /// A key in force of that actor, if it has one.
    pub fn key_of(&mut self, actor: &str) -> String {
        let keys: Vec<_> = self.law.keys().into_iter().filter(|key| key.owner == actor && key.in_force).collect();
        if keys.is_empty() { actor.to_owned() } else { label(keys[self.below(keys.len())].id).to_owned() }
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.random.below(limit)
    }

    /// One of those numbers.
    fn within(&mut self, which: std::ops::Range<usize>) -> usize {
        which.start + self.below(which.len())
    }

    /// Whether something comes about that does so that often in a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn said(&self) -> impl Iterator<Item = &Rc<Said>> {
        self.law.said.iter()
    }
}
