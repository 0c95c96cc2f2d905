//! What the tables must say, taken from the library's own types and not by way of its tables.

use std::collections::BTreeMap;
use std::path::Path;

use candour::core::event::table;
use candour::core::event::{Event, Observation};
use candour::core::obligation::obligations;
use candour::core::policy::Policy;
use candour::core::state::State;
use candour::core::statement::Rule;
use candour::core::time::{Millis, Time};
use candour::shell::findings::{Findings, Noted};
use candour::shell::replay::{Until, replay};
use candour::shell::verify::{Options, Place, Seen, Watch, verify};
use candour::storage::open_bundle;
use serde_json::{Value, json};

use super::{AS_OF, Row};

/// The rows of every table.
pub(super) fn tables(ledger: &Path) -> BTreeMap<&'static str, Vec<Row>> {
    let bundle = open_bundle(ledger).unwrap();
    let policy = Policy::parse(b"quorum none\n").unwrap();
    let as_of = Time::parse(AS_OF).unwrap();
    let (mut told, mut findings) = (Told::default(), Findings::as_of(Some(as_of)));
    let watchers: [(Option<Time>, &mut dyn Watch); 2] = [(None, &mut told), (Some(as_of), &mut findings)];
    for (as_of, watch) in watchers {
        let options = Options { pins: Vec::new(), rule: Rule::Cofactored, progress: &mut |_, _| {}, as_of, watch };
        verify(bundle.as_ref(), &policy, options).unwrap();
    }
    let chain = replay(bundle.as_ref(), Until::Time(as_of), &mut |_, _| {}).unwrap();
    let state = chain.state().unwrap();
    BTreeMap::from([
        ("observations", told.observations),
        ("entries", told.entries),
        ("requests", requests(state, &told.recorded, as_of)),
        ("responses", responses(state)),
        ("actors", actors(state)),
        ("findings", findings.into_noted().map(|noted| finding(&noted)).collect()),
    ])
}

#[derive(Default)]
struct Told {
    recorded: Vec<String>,
    entries: Vec<Row>,
    observations: Vec<Row>,
}

impl Watch for Told {
    fn entry(&mut self, seen: &Seen<'_>) {
        let statement = serde_json::to_value(seen.statement).unwrap();
        self.recorded.push(seen.entry.recorded_at.to_string());
        self.entries.push(row(json!({
            "entry": seen.entry.index,
            "recorded_at": seen.entry.recorded_at.to_string(),
            "issued_at": instant(seen.statement.issued_at.unix() * 1000),
            "author": statement["author"],
            "key": seen.entry.signatures[0].key.to_string(),
            "nth": statement["nth"],
            "kind": statement["event"]["kind"],
            "subject": seen.statement.event.subject(),
            "cosigners": seen.entry.signatures.len() - 1,
            "leaf": seen.link.leaf,
        })));
    }

    fn observation(&mut self, seen: &Seen<'_>, place: Place, observation: &Observation) {
        let event = serde_json::to_value(&seen.statement.event).unwrap();
        let (attachment, position) = match place {
            Place::Inline { position } => (Value::Null, position),
            Place::Attached { sha256, line } => (json!(sha256), line),
        };
        let document = match &seen.statement.event {
            Event::DisclosureFiled(event) => &event.disclosure,
            Event::CorrectionFiled(event) => &event.correction,
            other => panic!("{other:?}"),
        };
        let mut said = row(json!({
            "entry": seen.link.index,
            "recorded_at": seen.entry.recorded_at.to_string(),
            "author": seen.statement.author,
            "kind": event["kind"],
            "document": document,
            "supersedes": event["supersedes"],
            "attachment": attachment,
            "position": position,
            "period_start": observation.period.start().to_string(),
            "period_end": observation.period.end().to_string(),
        }));
        // The rest is what an attached table says of it.
        let mut line = Vec::new();
        table::write(&mut line, [observation]).unwrap();
        let fields: BTreeMap<String, String> =
            csv::Reader::from_reader(line.as_slice()).deserialize().next().unwrap().unwrap();
        for (name, field) in fields {
            let number = matches!(name.as_str(), "value" | "value_to" | "rounded_to");
            let cell = match field.as_str() {
                "" => Value::Null,
                field if number => json!(field.parse::<i64>().unwrap()),
                field => json!(field),
            };
            said.insert(name, cell);
        }
        self.observations.push(said);
    }
}

fn requests(state: &State, recorded: &[String], as_of: Time) -> Vec<Row> {
    let rows = obligations(state, as_of).map(|owed| {
        let request = state.requests().find(&owed.request).unwrap();
        let standing = serde_json::to_value(&owed.standing).unwrap();
        let deadline = request.addressees[&owed.addressee].deadline.as_ref();
        let basis = serde_json::to_value(&request.legal_basis).unwrap();
        let question = request.items().iter().find(|item| item.item == owed.item).unwrap().question.as_str();
        row(json!({
            "request": owed.request, "entry": owed.issued, "recorded_at": recorded[owed.issued as usize],
            "issuer": request.issuer, "title": request.title, "compulsory": request.compulsory,
            "instrument": basis["instrument"], "provision": basis["provision"], "addressee": owed.addressee,
            "version": request.versions.len(), "item": owed.item, "question": question,
            "deadline": owed.deadline.map(|time| instant(time.unix() * 1000)),
            "deadline_date": deadline.map(|deadline| deadline.date),
            "calendar": deadline.map(|deadline| deadline.calendar.as_str()),
            "as_of": instant(as_of.unix() * 1000),
            "standing": standing["is"], "standing_entry": standing["index"], "extent": standing["extent"],
            "late_by_seconds": standing["late_by"], "overdue_by_seconds": standing["by"],
            "due_within_seconds": standing["within"], "ground": standing["ground"],
            "known_ground": standing["known_ground"],
        }))
    });
    rows.collect()
}

fn responses(state: &State) -> Vec<Row> {
    let mut rows = Vec::new();
    for (request, asked) in state.requests().iter() {
        for (addressee, response) in
            asked.addressees.iter().flat_map(|(id, it)| it.responses.iter().map(move |r| (id, r)))
        {
            for answer in &response.items {
                let answer = serde_json::to_value(answer).unwrap();
                let outcome = answer["outcome"].as_object().unwrap();
                let (name, outcome) = outcome.iter().next().unwrap();
                let names = outcome["disclosures"]
                    .as_array()
                    .map(|names| names.iter().map(|name| name.as_str().unwrap()).collect::<Vec<_>>().join(" "));
                rows.push(row(json!({
                    "response": response.response, "entry": response.index,
                    "recorded_at": response.recorded_at.to_string(), "request": request, "addressee": addressee,
                    "version": response.version, "item": answer["item"], "outcome": name,
                    "extent": outcome.get("extent"), "disclosures": names, "ground": outcome.get("ground"),
                    "detail": outcome.get("detail"), "superseded_by": response.superseded_by,
                })));
            }
        }
    }
    rows
}

fn actors(state: &State) -> Vec<Row> {
    let registry = state.registry();
    let rows = registry.actors().iter().map(|(id, actor)| {
        let keys = registry.keys().iter().filter(|(_, key)| key.actor == *id && key.until.is_none());
        let keys: Vec<String> = keys.map(|(key, _)| key.to_string()).collect();
        let standing = serde_json::to_value(actor.standing).unwrap();
        let (standing, since) = match standing.as_object() {
            None => (standing.clone(), Value::Null),
            Some(marked) => marked.iter().next().map(|(word, index)| (json!(word), index.clone())).unwrap(),
        };
        row(json!({
            "actor": id, "name": actor.name, "role": actor.role, "authority": actor.authority, "standing": standing,
            "standing_entry": since, "entry": actor.enrolled_at, "keys_in_force": keys.len(),
            "keys": (!keys.is_empty()).then(|| keys.join(" ")),
        }))
    });
    rows.collect()
}

fn finding(noted: &Noted) -> Row {
    let said = serde_json::to_value(noted).unwrap();
    let entries: Vec<String> = noted.finding.entries.iter().map(ToString::to_string).collect();
    let figure = |field: &str| said["figure"][field].clone();
    let report = |field: &str| if said["figure"].is_null() { said[field].clone() } else { figure(field) };
    let reply = noted.replies.last();
    row(json!({
        "id": said["id"], "code": said["code"], "severity": said["severity"], "actor": said["actor"],
        "entry": noted.finding.entries.last(), "entries": entries.join(" "), "service": report("service"),
        "metric": figure("metric"), "jurisdiction": figure("jurisdiction"), "age_band": figure("age_band"),
        "harm_taxonomy": figure("taxonomy"), "harm_version": figure("version"), "harm_category": figure("category"),
        "detection": figure("detection"), "outcome": figure("outcome"), "period": report("period"),
        "by": figure("by"), "before": figure("before"), "now": figure("now"), "request": said["request"],
        "item": said["item"], "says": said["says"], "reply": reply.map(|reply| reply.note.as_str()),
        "reply_entry": reply.map(|reply| reply.index),
    }))
}

fn row(value: Value) -> Row {
    value.as_object().unwrap().clone()
}

/// An instant as tables write it.
pub(super) fn instant(ms: u64) -> String {
    Millis::from_unix_ms(ms).unwrap().to_string()
}

/// The date so many days after 1970-01-01.
pub(super) fn date(days: i32) -> String {
    instant(days.unsigned_abs() as u64 * 86_400_000).split_once('T').unwrap().0.to_owned()
}
