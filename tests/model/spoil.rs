//! One thing made wrong.

use candour::core::time::Time;
use serde_json::{Value, json};

use super::cast::{all_labels, everybody, public};
use super::law::new_document;
use super::step::{Nth, Seen, Step};
use super::throw::{Thrower, unix};

/// Words of the vocabulary of which one may stand where another does.
const WORDS: [&[&str]; 8] = [
    &["operator", "regulator", "platform", "civil_society", "auditor", "tribunal"],
    &["given", "provisional", "not_collected", "sealed"],
    &["number", "ratio", "duration"],
    &["calendar", "calendar_rolling", "working"],
    &["allowed", "dismissed"],
    &["reports", "speed", "removals"],
    &["uk_category_1", "uk_category_2a"],
    &["app", "site"],
];

impl Thrower {
    /// The step with something wrong, as far as one knows.
    pub fn spoil(&mut self, sound: &Step) -> Step {
        let mut step = sound.clone();
        match self.below(70) {
            0..=2 => {
                step.author = self.anybody();
                step.keys[0] = self.key_of(&step.author.clone());
                // What it names is then the new author's, as a rule.
                let (from, to) = (format!("{}/", sound.author), format!("{}/", step.author));
                let named = sound.statement(&self.law).and_then(|(statement, _)| new_document(&statement.event));
                if let Some(name) = named.filter(|_| self.chance(80)) {
                    let event = step
                        .event
                        .to_string()
                        .replace(&format!("{name:?}"), &format!("{:?}", name.replace(&from, &to)));
                    step.event = serde_json::from_str(&event).unwrap();
                }
            }
            3 => step.author = self.anybody(),
            4 | 5 => step.keys[0] = self.any_key(),
            6..=8 if step.keys.len() > 1 => drop(step.keys.remove(1 + self.below(sound.keys.len() - 1))),
            6..=9 => step.keys.push(self.any_key()),
            10 => step.keys.push(sound.keys[self.below(sound.keys.len())].clone()),
            11 if self.chance(30) => step.keys.clear(),
            12 | 13 => step.nth = Nth::Next([-1, 1, -2, 5][self.below(4)]),
            14 => step.seen = Some([Seen::Otherwise(0), Seen::OfSize(self.below(60) as u64 + 1)][self.below(2)]),
            15 => step.issued_at = (step.recorded_at + 299_000 + self.below(3000) as u64) / 1000,
            16 => step.recorded_at -= [1, 1000, 7_000_000][self.below(3)],
            17 => step.elsewhere = true,
            18 => step.forged = true,
            _ => {
                for _ in 0..8 {
                    let mut event = sound.event.clone();
                    self.change(&mut event);
                    step.event = event;
                    if step.event != sound.event && step.statement(&self.law).is_some() {
                        return step;
                    }
                }
                step.event = sound.event.clone();
            }
        }
        step
    }

    fn any_key(&mut self) -> String {
        if self.chance(50) {
            let keys = self.law.keys();
            if !keys.is_empty() {
                return super::cast::label(keys[self.below(keys.len())].id).to_owned();
            }
        }
        self.pick(&all_labels()).to_owned()
    }

    /// Changes one field of the event, wherever it is.
    fn change(&mut self, event: &mut Value) {
        let mut places = Vec::new();
        collect(event, &mut String::new(), &mut places);
        if places.is_empty() {
            return;
        }
        let place = places[self.below(places.len())].clone();
        if self.chance(10) {
            let (parent, field) = place.rsplit_once('/').unwrap_or_default();
            match event.pointer_mut(parent) {
                Some(Value::Object(fields)) => drop(fields.remove(field)),
                Some(Value::Array(items)) => items.push(items[0].clone()),
                _ => {}
            }
            return;
        }
        let Some(value) = event.pointer_mut(&place) else { return };
        *value = match value.clone() {
            Value::Bool(word) => json!(!word),
            Value::Number(number) => json!(number.as_i64().unwrap_or(0) + [-1, 1, 3][self.below(3)]),
            Value::String(text) => json!(self.word(&text)),
            other => other,
        };
    }

    /// Another text of that kind.
    fn word(&mut self, text: &str) -> String {
        if let Some(at) = unix(text) {
            let by = [-86_400, -1, 1, 3_600, -3_600, 86_400, 10 * 86_400][self.below(7)];
            return Time::from_unix(at.saturating_add_signed(by)).map_or_else(String::new, |time| time.to_string());
        }
        if text.len() == 10 && text.as_bytes()[4] == b'-' {
            let days = [-1, 0, 1, 2, -40, 40][self.below(6)];
            return self.date(days);
        }
        if text.len() == 64 {
            return public(&self.any_key());
        }
        if text.contains('/') {
            // One of the same kind, rather than any.
            let kind = self.law.document(text).map(|said| said.event.kind());
            if kind.is_none() && self.chance(80) {
                return text.to_owned();
            }
            let kind = kind.filter(|_| self.chance(60));
            return match self.any(kind.as_slice()) {
                Some((name, _)) if self.chance(85) => name,
                _ => format!("{}/d{}", self.anybody(), self.below(40)),
            };
        }
        if everybody().contains(&text) {
            return self.anybody();
        }
        let words = WORDS.iter().find(|words| words.contains(&text));
        words.map_or_else(|| text.to_owned(), |words| self.pick(words).to_owned())
    }
}

/// The places of all fields and elements but `kind`, as JSON pointers.
fn collect(value: &Value, place: &mut String, places: &mut Vec<String>) {
    let fields: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), field)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect(),
        _ => return,
    };
    for (name, field) in fields {
        if place.is_empty() && name == "kind" {
            continue;
        }
        let length = place.len();
        place.push('/');
        place.push_str(&name);
        places.push(place.clone());
        collect(field, place, places);
        place.truncate(length);
    }
}
