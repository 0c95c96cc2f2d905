//! A story in which every kind of event happens, with the sentence of each.

mod compliance;
mod disclosures;
mod requests;

use serde_json::{Value, json};

use crate::core::chain::Chain;
use crate::core::event::Event;
use crate::core::json::Count;
use crate::core::state::tests::say::{key, secret};
use crate::core::statement::{Envelope, Statement};
use crate::core::tile::push_entry;
use crate::core::time::{Millis, Time};
use crate::storage::layout::TAIL;
use crate::storage::memory_bundle::MemoryBundle;

pub(super) const ORIGIN: &str = "candour.example/everything";

/// Something said: when, by whom, with which co-signers, and the sentence that it gets. `{name}` in a sentence is the key
/// of that name.
pub(super) struct Line {
    pub at: &'static str,
    pub author: &'static str,
    pub cosigners: &'static [&'static str],
    pub event: Value,
    pub sentence: &'static str,
}

/// Files lines one after another, lawfully. Returns the entries as a bundle that no checkpoint promises yet.
pub(super) fn bundle(lines: &[Line]) -> MemoryBundle {
    let (mut chain, mut tail) = (Chain::new(), Vec::new());
    for line in lines {
        let now = Time::parse(line.at).unwrap();
        let author = key(line.author);
        let nth = chain.state().and_then(|state| state.registry().keys().get(&author)).map_or(0, |key| key.next);
        let statement = Statement {
            author: line.author.parse().unwrap(),
            event: event(line),
            issued_at: now,
            ledger: ORIGIN.parse().unwrap(),
            nth: Count::new(nth as i64).unwrap(),
            seen: None,
        };
        let keys: Vec<_> = [&line.author].into_iter().chain(line.cosigners).map(|name| secret(name)).collect();
        let recorded_at = Millis::from_unix_ms(now.unix() * 1000).unwrap();
        let sealed = chain.seal(Envelope::sign(&statement, &keys).unwrap(), recorded_at);
        push_entry(&mut tail, sealed.unwrap_or_else(|fault| panic!("{}: {fault}", line.event)).bytes()).unwrap();
    }
    MemoryBundle::from_iter([(TAIL, tail)])
}

pub(super) fn event(line: &Line) -> Event {
    serde_json::from_value(line.event.clone()).unwrap_or_else(|error| panic!("{}: {error}", line.event))
}

pub(super) fn lines() -> Vec<Line> {
    [
        opening(),
        requests::asking(),
        disclosures::answering(),
        compliance::enforcing(),
        compliance::auditing(),
        leaving(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn line(
    at: &'static str,
    author: &'static str,
    cosigners: &'static [&'static str],
    event: Value,
    sentence: &'static str,
) -> Line {
    Line { at, author, cosigners, event, sentence }
}

fn enrolled(actor: &str, role: &str) -> Value {
    json!({"kind": "actor_enrolled", "actor": actor, "key": key(actor).to_string(), "name": format!("The {actor}"), "role": role})
}

fn deadline(date: &str) -> Value {
    json!({"calendar": "Etc/UTC", "date": date, "ends_at": format!("{date}T23:59:59Z")})
}

fn basis() -> Value {
    json!({"instrument": "uk-osa-2023", "provision": "section 100"})
}

fn items(names: &[&str]) -> Value {
    names.iter().map(|name| json!({"item": name, "question": "How many?"})).collect()
}

fn reports(value: i64) -> Value {
    json!([{"metric": "reports", "period": "2025-Q4", "service": "video", "status": "given", "value": {"integer": value}}])
}

fn opening() -> Vec<Line> {
    let party = |id: &str| json!({"id": id, "key": key(id).to_string(), "name": format!("The {id}")});
    vec![
        line(
            "2026-01-05T09:00:00Z",
            "operator",
            &["ofcom", "arcom"],
            json!({"kind": "ledger_opened", "authorities": [party("ofcom"), party("arcom")], "operator": party("operator"),
                "rules": {"max_entries": 1000, "max_seconds": 86_400_000}, "threshold": 1}),
            "opened the ledger with ofcom and arcom as its authorities, of which 1 must sign",
        ),
        line(
            "2026-01-05T09:01:00Z",
            "ofcom",
            &["alpha"],
            enrolled("alpha", "platform"),
            "enrolled alpha (The alpha), platform",
        ),
        line(
            "2026-01-05T09:02:00Z",
            "ofcom",
            &["beta"],
            enrolled("beta", "platform"),
            "enrolled beta (The beta), platform",
        ),
        line(
            "2026-01-05T09:03:00Z",
            "ofcom",
            &["nspcc"],
            enrolled("nspcc", "civil_society"),
            "enrolled nspcc (The nspcc), civil society",
        ),
        line(
            "2026-01-05T09:04:00Z",
            "ofcom",
            &["auditor"],
            enrolled("auditor", "auditor"),
            "enrolled auditor (The auditor), auditor",
        ),
        line(
            "2026-01-05T09:05:00Z",
            "ofcom",
            &["tribunal"],
            enrolled("tribunal", "tribunal"),
            "enrolled tribunal (The tribunal), tribunal",
        ),
        line(
            "2026-01-05T09:06:00Z",
            "ofcom",
            &[],
            json!({"kind": "checkpoint_rules_set", "rules": {"max_entries": 1000, "max_seconds": 1}}),
            "set the ledger's promise: a checkpoint at the latest 1,000 entries or 1 second after an entry",
        ),
        line(
            "2026-01-05T10:00:00Z",
            "alpha",
            &[],
            json!({"kind": "service_registered", "name": "Alpha Video", "service": "alpha/video"}),
            "registered the service alpha/video, \"Alpha Video\"",
        ),
        line(
            "2026-01-05T10:01:00Z",
            "ofcom",
            &[],
            json!({"kind": "service_designated", "category": "uk_category_1", "designation": "ofcom/designation",
                "legal_basis": basis(), "reports": {"frequency": "quarterly", "since": "2026-01-01", "within_days": 30},
                "service": "alpha/video"}),
            "designated the service alpha/video as uk category 1 under uk-osa-2023, section 100; reports due: quarterly, since \
             2026-01-01, within 30 days of the end of each period",
        ),
        line(
            "2026-01-05T10:02:00Z",
            "alpha",
            &[],
            json!({"kind": "taxonomy_registered", "categories": ["Grooming", "Spam"], "registration": "alpha/terms-1",
                "taxonomy": "terms", "version": "1"}),
            "registered version 1 of the taxonomy terms: 2 categories",
        ),
        line(
            "2026-01-05T10:03:00Z",
            "alpha",
            &[],
            json!({"kind": "metric_defined", "additive": true, "counting_unit": "report", "definition": "alpha/reports",
                "meaning": "Reports by users.", "metric": "reports", "unit": "number"}),
            "defined the metric \"reports\", of which one is a \"report\"",
        ),
        line(
            "2026-01-05T10:04:00Z",
            "alpha",
            &[],
            json!({"kind": "methodology_changed", "change": "alpha/change", "effective": "2026-01-01", "metric": "reports",
                "note": "Duplicates are left out.", "services": ["video"]}),
            "changed how \"reports\" is counted from 2026-01-01 on, for video",
        ),
    ]
}

fn leaving() -> Vec<Line> {
    vec![
        line(
            "2026-03-10T09:00:00Z",
            "alpha",
            &["alpha-2"],
            json!({"kind": "key_added", "actor": "alpha", "key": key("alpha-2").to_string()}),
            "added the key {alpha-2} for alpha",
        ),
        line(
            "2026-03-10T10:00:00Z",
            "alpha",
            &["alpha-3"],
            json!({"kind": "key_rotated", "actor": "alpha", "new": key("alpha-3").to_string(), "old": key("alpha-2").to_string()}),
            "replaced the key {alpha-2} of alpha by {alpha-3}",
        ),
        line(
            "2026-03-10T11:00:00Z",
            "alpha",
            &[],
            json!({"kind": "key_revoked", "actor": "alpha", "key": key("alpha-3").to_string(), "reason": "Lost."}),
            "revoked the key {alpha-3} of alpha",
        ),
        line(
            "2026-03-11T09:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "actor_suspended", "actor": "alpha", "reason": "Its key was stolen."}),
            "suspended alpha",
        ),
        line(
            "2026-03-12T09:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "actor_reinstated", "actor": "alpha", "reason": "It has a new one."}),
            "reinstated alpha",
        ),
        line(
            "2026-03-13T09:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "designation_ended", "designation": "ofcom/designation", "reason": "Too small."}),
            "ended the designation ofcom/designation",
        ),
        line(
            "2026-03-14T09:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "provider_succeeded", "effective": "2026-03-01", "predecessor": "alpha", "reason": "A merger.",
                "successor": "beta"}),
            "recorded that beta took the place of alpha, effective 2026-03-01",
        ),
        line(
            "2026-03-15T09:00:00Z",
            "ofcom",
            &[],
            json!({"kind": "actor_retired", "actor": "alpha", "reason": "It is no more."}),
            "retired alpha",
        ),
    ]
}
