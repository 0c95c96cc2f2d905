//! The law, written a second time from FORMAT.md alone, in the plainest way: what is lawful is kept in one list, and
//! whatever a rule asks is found by reading that list from its beginning. Nothing is kept beside it but the counters, which
//! unlawful statements move too.

mod compliance;
mod documents;
mod exchange;
mod opening;
mod registry;
mod requests;
mod services;
mod times;

use std::collections::BTreeMap;
use std::rc::Rc;

use candour::core::event::{Event, Role};
use candour::core::fault::Code;
use candour::core::hash::Hash;
use candour::core::key::KeyId;
use candour::core::statement::Statement;

pub use documents::new_document;
pub use registry::Actor;

/// What a rule says: nothing, or the code of the breach.
pub type Ruling = Result<(), Code>;

/// An entry, as far as it is judged here.
#[derive(Clone)]
pub struct Entry {
    /// Its statement, and the bytes of that.
    pub statement: Statement,
    /// See above.
    pub payload: Vec<u8>,
    /// Who signed, in order.
    pub signers: Vec<KeyId>,
    /// Whether every signature verifies.
    pub verifies: bool,
    /// In milliseconds since 1970.
    pub recorded_at: u64,
}

/// A statement that the law allowed.
pub struct Said {
    /// By whom.
    pub by: String,
    /// What.
    pub event: Event,
    payload: Vec<u8>,
    cosigned: bool,
}

/// A ledger's history so far.
#[derive(Clone, Default)]
pub struct Law {
    /// What was lawful, in order.
    pub said: Vec<Rc<Said>>,
    /// The sizes of the checkpoints that the bundle has.
    pub published: Vec<u64>,
    /// The roots of the trees of 1, 2, … entries, as far as they were placed: of hashes nothing is known here.
    pub roots: Vec<Hash>,
    /// The next `nth` of each key.
    pub counters: BTreeMap<KeyId, u64>,
    origin: Option<String>,
    recorded_at: Option<u64>,
    opened: Option<bool>,
}

/// Whose co-signatures a kind of event takes.
#[derive(Clone, Copy, Default)]
pub struct Cosigners {
    possession: Option<KeyId>,
    threshold: bool,
    supporters: bool,
}

/// Breached, unless that holds.
pub fn holds(that: bool, code: Code) -> Ruling {
    if that { Ok(()) } else { Err(code) }
}

impl Law {
    /// The next entry of a bundle: every fault, in the order of section 6, step 2.
    pub fn entry(&mut self, entry: &Entry) -> Vec<Code> {
        let mut faults = self.place(entry);
        self.recorded_at = Some(entry.recorded_at);
        self.origin.get_or_insert_with(|| entry.statement.ledger.to_string());
        faults.extend(if self.opened.is_none() { self.first(entry) } else { self.judge(entry) });
        faults
    }

    /// A statement that is to become the next entry: admitted, or refused with the first fault, and then nothing happened.
    /// Where the clock went back, it is recorded when the entry before was.
    pub fn admit(&mut self, entry: &Entry) -> Ruling {
        let mut after = self.clone();
        let recorded_at = entry.recorded_at.max(self.recorded_at.unwrap_or_default());
        match after.entry(&Entry { recorded_at, ..entry.clone() }).first() {
            Some(code) => Err(*code),
            None => {
                *self = after;
                Ok(())
            }
        }
    }

    /// Whose ledger it is, once there is an entry.
    pub fn origin(&self) -> &str {
        self.origin.as_deref().unwrap_or_default()
    }

    /// Steps 2.4 to 2.10.
    fn place(&self, entry: &Entry) -> Vec<Code> {
        let mut faults = Vec::new();
        let mut check = |that: bool, code: Code| {
            if !that {
                faults.push(code);
            }
        };
        let Entry { statement, signers, recorded_at, .. } = entry;
        check(self.recorded_at.is_none_or(|last| *recorded_at >= last), Code::TimeReversed);
        check(!signers.is_empty(), Code::SignatureMissing);
        check((1..signers.len()).all(|at| !signers[..at].contains(&signers[at])), Code::SignatureDuplicate);
        check(entry.verifies, Code::SignatureInvalid);
        check(self.origin.as_deref().is_none_or(|origin| origin == statement.ledger.as_str()), Code::LedgerMismatch);
        check(statement.issued_at.unix() * 1000 <= recorded_at + 300_000, Code::IssuedInFuture);
        if let Some(seen) = statement.seen {
            let size = seen.size.unsigned();
            let root = self.roots.get(size as usize - 1).filter(|_| self.published.contains(&size));
            check(root.is_some(), Code::SeenNotPublished);
            check(root.is_none_or(|root| *root == seen.root), Code::SeenMismatch);
        }
        faults
    }

    /// Step 2.11 for the first entry.
    fn first(&mut self, entry: &Entry) -> Vec<Code> {
        let ruling = if entry.signers.is_empty() { Err(Code::LedgerNotOpened) } else { opening::opens(entry) };
        self.opened = Some(ruling.is_ok());
        match ruling {
            Ok(()) => {
                self.counters.insert(entry.signers[0], 1);
                self.keep(entry);
                Vec::new()
            }
            Err(Code::LedgerNotOpened) => vec![Code::LedgerNotOpened],
            Err(breach) => vec![breach, Code::LedgerNotOpened],
        }
    }

    /// Step 2.11 for the others: section 7.
    fn judge(&mut self, entry: &Entry) -> Vec<Code> {
        let Some(key) = entry.signers.first().filter(|_| self.opened == Some(true)) else { return Vec::new() };
        if let Err(breach) = self.may_speak(entry, *key) {
            return vec![breach];
        }
        let (counter, nth) = (self.counters.get(key).copied().unwrap_or(0), entry.statement.nth.unsigned());
        if nth < counter {
            return vec![Code::NthReused];
        }
        self.counters.insert(*key, nth + 1);
        let mut faults = Vec::new();
        if nth > counter {
            faults.push(Code::NthGap);
        }
        match self.rules(entry) {
            Ok(()) => self.keep(entry),
            Err(breach) => faults.push(breach),
        }
        faults
    }

    fn keep(&mut self, entry: &Entry) {
        let Statement { author, event, .. } = entry.statement.clone();
        let (payload, cosigned) = (entry.payload.clone(), entry.signers.len() > 1);
        self.said.push(Rc::new(Said { by: author.to_string(), event, payload, cosigned }));
    }

    /// Before the event, 1 to 3.
    fn may_speak(&self, entry: &Entry, key: KeyId) -> Ruling {
        let author = entry.statement.author.as_str();
        holds(!matches!(entry.statement.event, Event::LedgerOpened(_)), Code::LedgerAlreadyOpened)?;
        let actor = self.actor(author).ok_or(Code::ActorUnknown)?;
        holds(!actor.retired, Code::ActorRetired)?;
        holds(!actor.suspended, Code::ActorSuspended)?;
        let key = self.key(key).ok_or(Code::KeyUnknown)?;
        holds(key.owner == author, Code::AuthorMismatch)?;
        holds(key.in_force, Code::KeyRevoked)
    }

    /// Before the event, 5 and 6; the rules of the kind; the co-signers.
    fn rules(&self, entry: &Entry) -> Ruling {
        let again =
            entry.signers.len() > 1 && self.said.iter().any(|said| said.cosigned && said.payload == entry.payload);
        holds(!again, Code::StatementReplayed)?;
        self.attachments(&entry.statement.event)?;
        let speech = Speech {
            law: self,
            author: entry.statement.author.as_str(),
            now: entry.recorded_at,
            index: self.roots.len() as u64,
        };
        let takes = speech.rules_of_kind(&entry.statement.event)?;
        self.cosigned(entry, takes)
    }

    fn cosigned(&self, entry: &Entry, takes: Cosigners) -> Ruling {
        let mut authorities = vec![entry.statement.author.to_string()];
        authorities.retain(|author| self.actor(author).is_some_and(|actor| actor.authority));
        for key in &entry.signers[1..] {
            if takes.possession == Some(*key) {
                continue;
            }
            let key = self.key(*key).ok_or(Code::KeyUnknown)?;
            holds(key.in_force, Code::KeyRevoked)?;
            let actor = self.actor(&key.owner).ok_or(Code::ActorUnknown)?;
            holds(!actor.retired, Code::ActorRetired)?;
            holds(!actor.suspended, Code::ActorSuspended)?;
            let supports = matches!(actor.role, Role::Regulator | Role::CivilSociety);
            if takes.threshold && actor.authority {
                if !authorities.contains(&actor.id) {
                    authorities.push(actor.id);
                }
            } else {
                holds(takes.supporters && supports, Code::CosignerNotAllowed)?;
            }
        }
        let possessed = takes.possession.is_none_or(|key| entry.signers[1..].contains(&key));
        holds(possessed, Code::PossessionMissing)?;
        holds(!takes.threshold || authorities.len() as u64 >= self.threshold(), Code::ThresholdNotMet)
    }
}

/// Somebody speaks, after a history, at a time and as the entry of an index.
#[derive(Clone, Copy)]
struct Speech<'a> {
    law: &'a Law,
    author: &'a str,
    now: u64,
    index: u64,
}

impl Speech<'_> {
    /// The table of section 7. What is not named takes no co-signer.
    fn rules_of_kind(self, event: &Event) -> Result<Cosigners, Code> {
        let (none, supporters) = (Cosigners::default(), Cosigners { supporters: true, ..Cosigners::default() });
        if let Some(takes) = self.registry(event) {
            return takes;
        }
        let rulings = [
            self.services(event),
            self.requests(event),
            self.exchange(event),
            self.documents(event),
            self.compliance(event),
        ];
        let [ruling] = rulings.iter().flatten().collect::<Vec<_>>()[..] else {
            panic!("one rule for {}", event.kind())
        };
        (*ruling)?;
        Ok(match event {
            Event::RequestIssued(_) | Event::RequestExtended(_) | Event::RequestAmended(_) => supporters,
            Event::RequestWithdrawn(_) => supporters,
            _ => none,
        })
    }

    fn role(self, roles: &[Role]) -> Ruling {
        let allowed = self.law.actor(self.author).is_some_and(|actor| roles.contains(&actor.role));
        holds(allowed, Code::RoleNotAllowed)
    }

    /// Whether the author speaks for that actor.
    fn speaks_for(self, whom: &str) -> bool {
        self.law.speaks_for(self.author, whom)
    }

    fn new_document(self, name: &impl ToString) -> Ruling {
        let name = name.to_string();
        holds(name.split('/').next() == Some(self.author), Code::DocumentForeign)?;
        holds(self.law.document(&name).is_none(), Code::DocumentExists)
    }

    /// *own*.
    fn own(self, name: &impl ToString) -> Ruling {
        let name = name.to_string();
        holds(self.law.document(&name).is_some(), Code::DocumentUnknown)?;
        holds(self.speaks_for(name.split('/').next().unwrap_or_default()), Code::DocumentNotOwn)
    }

    fn platforms(self, named: &[impl ToString]) -> Ruling {
        for name in named {
            let actor = self.law.actor(&name.to_string()).ok_or(Code::ActorUnknown)?;
            holds(!actor.retired, Code::ActorRetired)?;
            holds(actor.role == Role::Platform, Code::RoleNotAllowed)?;
        }
        Ok(())
    }
}
