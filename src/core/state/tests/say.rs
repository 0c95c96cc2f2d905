//! A short way to write down who says what.

mod compliance;
mod documents;
mod exchange;
mod services;

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::core::event::Event;
use crate::core::hash::Hash;
use crate::core::json::Count;
use crate::core::key::{KeyId, SecretKey};
use crate::core::statement::Statement;
use crate::core::time::Millis;

pub(crate) const ORIGIN: &str = "candour.example/law";

/// The key of that name. Actors' first keys bear their names; others are like `alpha#1`.
pub(crate) fn secret(name: &str) -> SecretKey {
    SecretKey::from_seed(&Hash::of(name.as_bytes()).0)
}

pub(crate) fn key(name: &str) -> KeyId {
    thread_local!(static KEYS: RefCell<BTreeMap<String, KeyId>> = RefCell::default());
    KEYS.with_borrow_mut(|keys| *keys.entry(name.into()).or_insert_with(|| secret(name).public().unwrap().id()))
}

/// A statement about to be made.
#[derive(Clone, Debug)]
pub(crate) struct Say {
    author: String,
    signers: Vec<String>,
    pub nth: Option<u64>,
    pub at: Option<u64>,
    event: Value,
}

/// By that actor, with its first key.
pub(crate) fn by(author: &str) -> Say {
    Say { author: author.into(), signers: vec![author.into()], nth: None, at: None, event: Value::Null }
}

impl Say {
    /// With another key of the author's.
    pub fn signed(mut self, key: &str) -> Self {
        self.signers[0] = key.into();
        self
    }

    /// With co-signers, by the names of their keys.
    pub fn with(mut self, cosigners: &[&str]) -> Self {
        self.signers.extend(cosigners.iter().map(ToString::to_string));
        self
    }

    /// Under that number; left out: the next one of the key.
    pub fn nth(mut self, nth: u64) -> Self {
        self.nth = Some(nth);
        self
    }

    /// Recorded at that time; left out: a second after the entry before.
    pub fn at(mut self, milliseconds: u64) -> Self {
        self.at = Some(milliseconds);
        self
    }

    /// With another value of a field of the event, named by a JSON pointer.
    pub fn set(mut self, field: &str, value: impl Into<Value>) -> Self {
        let (parent, name) = field.rsplit_once('/').unwrap();
        let parent = self.event.pointer_mut(parent).unwrap();
        match parent {
            Value::Array(list) => list[name.parse::<usize>().unwrap()] = value.into(),
            other => other[name] = value.into(),
        }
        self
    }

    /// With another name for the document that it brings; a correction is then of the one before.
    pub fn named(mut self, nth: u64) -> Self {
        let author = self.author.clone();
        let names = [("disclosure", nth), ("correction", nth), ("supersedes", nth - 1)];
        for (field, nth) in names {
            if let Some(name) = self.event.get_mut(field) {
                *name = format!("{author}/document-{nth}").into();
            }
        }
        self
    }

    /// Without an optional field of the event.
    pub fn without(mut self, field: &str) -> Self {
        self.event.as_object_mut().unwrap().remove(field).unwrap();
        self
    }

    pub fn says(mut self, event: Value) -> Self {
        self.event = event;
        self
    }

    pub fn opens(self, authorities: &[&str], threshold: u64) -> Self {
        let party = |id: &str| json!({"id": id, "key": key(id).to_string(), "name": id});
        self.says(json!({
            "kind": "ledger_opened", "authorities": authorities.iter().map(|id| party(id)).collect::<Vec<_>>(),
            "operator": party("operator"), "rules": {"max_entries": 100, "max_seconds": 86_400}, "threshold": threshold,
        }))
    }

    pub fn enrols(self, actor: &str, role: &str) -> Self {
        let key = key(actor).to_string();
        self.says(json!({"kind": "actor_enrolled", "actor": actor, "key": key, "name": actor, "role": role}))
    }

    fn marks(self, kind: &str, actor: &str) -> Self {
        self.says(json!({"kind": kind, "actor": actor, "reason": "decided"}))
    }

    pub fn suspends(self, actor: &str) -> Self {
        self.marks("actor_suspended", actor)
    }

    pub fn reinstates(self, actor: &str) -> Self {
        self.marks("actor_reinstated", actor)
    }

    pub fn retires(self, actor: &str) -> Self {
        self.marks("actor_retired", actor)
    }

    pub fn adds(self, actor: &str, name: &str) -> Self {
        self.says(json!({"kind": "key_added", "actor": actor, "key": key(name).to_string()}))
    }

    pub fn rotates(self, actor: &str, old: &str, new: &str) -> Self {
        let (old, new) = (key(old).to_string(), key(new).to_string());
        self.says(json!({"kind": "key_rotated", "actor": actor, "new": new, "old": old}))
    }

    pub fn revokes(self, actor: &str, name: &str) -> Self {
        self.says(json!({"kind": "key_revoked", "actor": actor, "key": key(name).to_string(), "reason": "lost"}))
    }

    pub fn promises(self, max_entries: u64) -> Self {
        let rules = json!({"max_entries": max_entries, "max_seconds": 3_600});
        self.says(json!({"kind": "checkpoint_rules_set", "rules": rules}))
    }

    /// Asks both platforms for two items, voluntarily, by [`super::scene::END`].
    pub fn asks(self, request: &str) -> Self {
        self.says(json!({
            "kind": "request_issued", "addressees": ["alpha", "beta"], "compulsory": false,
            "deadline": deadline("2026-03-31"), "items": items(&["reports", "speed"]), "request": request,
            "title": "Reports and speed",
        }))
    }

    /// The same, as a regulator that may compel.
    pub fn compels(self, request: &str) -> Self {
        self.asks(request).set("/compulsory", true).set("/legal_basis", json!({"instrument": "uk-osa-2023"}))
    }

    pub fn amends(self, request: &str, version: u64) -> Self {
        let items = items(&["reports", "outcome"]);
        self.says(json!({
            "kind": "request_amended", "items": items, "reason": "clearer", "request": request, "version": version,
        }))
    }

    pub fn extends(self, request: &str, date: &str) -> Self {
        let deadline = deadline(date);
        self.says(json!({"kind": "request_extended", "deadline": deadline, "reason": "more", "request": request}))
    }

    pub fn withdraws(self, request: &str) -> Self {
        self.says(json!({"kind": "request_withdrawn", "reason": "moot", "request": request}))
    }

    /// Refuses the item `reports` in version 1; see [`Say::items`].
    pub fn answers(self, response: &str, request: &str) -> Self {
        let items = [refused("reports")];
        self.says(json!({
            "kind": "response_filed", "items": items, "request": request, "response": response, "version": 1,
        }))
    }

    pub fn items(self, items: &[Value]) -> Self {
        self.set("/items", items)
    }

    pub fn discloses(self, disclosure: &str) -> Self {
        self.says(json!({
            "kind": "disclosure_filed", "disclosure": disclosure, "observations": [observation("given", number(7))],
            "period": "2025-Q4", "service": "video", "subject": "Reports",
        }))
    }

    pub fn corrects(self, correction: &str, supersedes: &str) -> Self {
        self.says(json!({
            "kind": "correction_filed", "correction": correction, "material": true, "note": "counted twice",
            "observations": [observation("given", number(6))], "reason": "error", "supersedes": supersedes,
        }))
    }

    pub fn notifies(self, error: &str, document: &str) -> Self {
        self.says(json!({"kind": "error_notified", "document": document, "error": error, "note": "to be checked"}))
    }

    /// The statement, and who signs it.
    pub fn statement(&self, nth: u64, at: Millis) -> Statement {
        let event: Event = serde_json::from_value(self.event.clone()).expect("the event is well-formed");
        event.check_shape().expect("the event is well-formed");
        Statement {
            author: self.author.parse().unwrap(),
            event,
            issued_at: at.time(),
            ledger: ORIGIN.parse().unwrap(),
            nth: Count::new(nth as i64).unwrap(),
            seen: None,
        }
    }

    /// Who says it.
    pub fn author(&self) -> &str {
        &self.author
    }

    /// The wire tag of what is said.
    pub fn kind(&self) -> &str {
        self.event["kind"].as_str().unwrap()
    }

    /// What is said, well-formed or not.
    pub fn event(&self) -> &Value {
        &self.event
    }

    /// The field that names the document which the event brings, if it brings one.
    pub fn naming_field(&self) -> Option<String> {
        let event: Event = serde_json::from_value(self.event.clone()).expect("the event is well-formed");
        let name = event.names()?.as_str();
        let fields = self.event.as_object().unwrap();
        fields.iter().find(|(_, value)| value.as_str() == Some(name)).map(|(field, _)| format!("/{field}"))
    }

    pub fn signers(&self) -> &[String] {
        &self.signers
    }
}

pub(crate) fn deadline(date: &str) -> Value {
    json!({"calendar": "Europe/London", "date": date, "ends_at": format!("{date}T23:00:00Z")})
}

pub(crate) fn items(items: &[&str]) -> Value {
    items.iter().map(|item| json!({"item": item, "question": "How many?"})).collect()
}

pub(crate) fn refused(item: &str) -> Value {
    json!({"item": item, "outcome": {"refused": {"ground": "not_collected"}}})
}

pub(crate) fn answered(item: &str, disclosures: &[&str]) -> Value {
    json!({"item": item, "outcome": {"answered": {"disclosures": disclosures, "extent": "complete"}}})
}

pub(crate) fn number(value: i64) -> Value {
    json!({"integer": value})
}

/// An observation; without a value if that is null.
pub(crate) fn observation(status: &str, value: Value) -> Value {
    let mut observation = json!({"metric": "reports", "period": "2025-Q4", "service": "video", "status": status});
    if !value.is_null() {
        observation["value"] = value;
    }
    observation
}
