//! What is remembered of one document, or of one metric, is bounded: each limit one below, at and one above.

use serde_json::{Value, json};

use super::{codes, defines, disclosing, figure, finished, noticed};
use crate::core::event::observation::Observation;
use crate::core::finding::blocks::{Blocks, MAX_NUMBERS, MIN_BLOCK};
use crate::core::finding::document::{MAX_AWAITING, MAX_NAMED, MAX_SAID};
use crate::core::finding::peers::{MAX_HELD, MAX_PEERS};
use crate::core::finding::periods::MAX_DUE;
use crate::core::finding::{Finding, FindingCode, MAX_WHOLES, Noticing};
use crate::core::state::tests::say::{Say, by};
use crate::core::state::tests::scene::Scene;
use crate::core::time::{Millis, Time};

/// What is noticed of documents of so many figures, which no statement could hold: as if they were in attachments.
fn of_documents(before: &[Say], documents: Vec<Box<dyn Iterator<Item = Observation>>>) -> Vec<Finding> {
    let scene = before.iter().fold(Scene::cast(), |scene, say| scene.and(say.clone()));
    let mut noticing = Noticing::default();
    for (index, document) in (scene.size..).zip(documents) {
        let recorded_at = Millis::from_unix_ms(scene.now).unwrap();
        noticing.entry(&scene.state, index, recorded_at, &opens().statement(0, recorded_at));
        document.for_each(|observation| noticing.observe(&scene.state, &observation));
    }
    finished(&mut noticing, None, None)
}

/// Discloses more than one thing, of which nothing is observed here.
fn opens() -> Say {
    disclosing(&super::numbered("2025-Q4", &[1, 2]))
}

/// An observation like this one, with other labels.
fn like(it: &Value) -> Observation {
    serde_json::from_value(it.clone()).unwrap()
}

/// So many observations, each with another label of those fields.
fn many(it: &Value, field: fn(&mut Observation, &str), count: usize) -> impl Iterator<Item = Observation> + use<> {
    let first = like(it);
    (0..count).map(move |nth| {
        let mut it = first.clone();
        field(&mut it, &format!("n{nth}"));
        it
    })
}

fn outcome(it: &mut Observation, label: &str) {
    it.outcome = Some(label.parse().unwrap());
}

fn duration(seconds: i64) -> Value {
    let mut it = figure(&[], 0);
    it["value"] = json!({"duration": {"amount": seconds, "unit": "second"}});
    it
}

/// Holds a limit to a table: one below it and at it something is noticed, one above not.
fn is_limit(limit: usize, is_noticed: impl Fn(usize) -> bool) {
    for (count, expected) in [(limit - 1, true), (limit, true), (limit + 1, false)] {
        assert_eq!(is_noticed(count), expected, "{count}");
    }
}

#[test]
fn wholes_of_one_document() {
    let metric = [by("alpha").says(defines("alpha/m1", "reports", true))];
    is_limit(MAX_WHOLES, |wholes| {
        let of_outcome = figure(&[("outcome", json!("removed"))], 7);
        let age = |it: &mut Observation, label: &str| it.age_band = Some(label.parse().unwrap());
        // Each is a part of all outcomes at that age, and of all ages.
        let parts = many(&of_outcome, age, wholes - 2);
        let last = [like(&figure(&[("outcome", json!("removed")), ("age_band", json!("18+"))], 7))];
        let total = [like(&figure(&[("age_band", json!("18+"))], 6))];
        let found = of_documents(&metric, vec![Box::new(parts.chain(last).chain(total))]);
        codes(&found) == [FindingCode::PartExceedsWhole]
    });
}

#[test]
fn parts_given_before_their_whole() {
    let mut part = defines("alpha/m1", "reports", false);
    part["subset_of"] = json!("posts");
    let metrics = [by("alpha").says(defines("alpha/m2", "posts", false)), by("alpha").says(part)];
    is_limit(MAX_AWAITING, |parts| {
        let of_posts = figure(&[], 7);
        let whole = [like(&figure(&[("metric", json!("posts")), ("outcome", json!(format!("n{}", parts - 1)))], 6))];
        let found = of_documents(&metrics, vec![Box::new(many(&of_posts, outcome, parts).chain(whole))]);
        codes(&found) == [FindingCode::PartExceedsWhole]
    });
}

#[test]
fn metrics_named_for_one_reason() {
    for count in [MAX_NAMED - 1, MAX_NAMED, MAX_NAMED + 1] {
        let mut odd = figure(&[], 7);
        odd["precision"] = json!({"rounded_to": 10});
        let metric = |it: &mut Observation, label: &str| it.metric = label.parse().unwrap();
        let found = of_documents(&[], vec![Box::new(many(&odd, metric, count))]);
        assert_eq!(found.len(), count.min(MAX_NAMED));
        assert!(found.iter().all(|finding| finding.code == FindingCode::PrecisionContradictsValue));
    }
}

#[test]
fn different_things_said_of_one_figure() {
    for count in [MAX_SAID - 1, MAX_SAID, MAX_SAID + 1] {
        let figures: Vec<Value> = (1..=count as i64).map(|value| figure(&[], value)).collect();
        let found = noticed(&[disclosing(&figures)]);
        assert_eq!(codes(&found), [FindingCode::ConflictingFigures]);
        assert_eq!(found[0].says.matches(" and ").count(), count.min(MAX_SAID) - 1, "{}", found[0].says);
    }
}

/// Long ones far from short ones are too many for the short ones to agree, but for the last short one, or two.
#[test]
fn peers_that_are_remembered() {
    // (peers, of them long, how many stand out later together)
    let table = [(MAX_PEERS - 1, 255, 1, true), (MAX_PEERS, 253, 4, true), (MAX_PEERS + 1, 254, 3, false)];
    for (peers, long, later, expected) in table {
        let late = |it: &mut Observation, label: &str| it.detection = Some(label.parse().unwrap());
        let stands_out = many(&duration(30), late, later);
        let known = many(&duration(1_000), late, long).chain(many(&duration(1), outcome, peers - long));
        let found = of_documents(&[], vec![Box::new(known), Box::new(stands_out.map(next_period))]);
        let last = found.iter().filter(|finding| finding.figure.as_ref().unwrap().now == "30 seconds").count();
        assert_eq!(last, if expected { later } else { 0 }, "{peers}");
        let without = many(&duration(1_000), late, long).chain(many(&duration(1), outcome, peers - long - 1));
        let found =
            of_documents(&[], vec![Box::new(without), Box::new(many(&duration(30), late, later).map(next_period))]);
        assert!(found.iter().all(|finding| finding.figure.as_ref().unwrap().now != "30 seconds"), "it takes the last");
    }
}

fn next_period(mut it: Observation) -> Observation {
    it.period = it.period.following().unwrap();
    it
}

#[test]
fn durations_judged_together() {
    is_limit(MAX_HELD, |count| {
        let other = |it: &mut Observation, label: &str| {
            outcome(it, label);
            it.metric = "others".parse().unwrap();
        };
        let peers = many(&duration(1), outcome, 4);
        let all = [like(&duration(30))].into_iter().chain(many(&duration(1), other, count - 5)).chain(peers);
        codes(&of_documents(&[], vec![Box::new(all)])) == [FindingCode::UnitSuspect]
    });
}

#[test]
fn periods_of_a_designation() {
    let designation = json!({
        "kind": "service_designated", "category": "uk_category_1", "designation": "ofcom/g1",
        "legal_basis": {"instrument": "uk-osa-2023"}, "service": "alpha/video",
        "reports": {"frequency": "monthly", "since": "2025-12-01", "within_days": 10},
    });
    let registers = |service| by("alpha").says(super::registers(service, None));
    // When so many months have ended, and ten days.
    let table = [("2125-11-20", MAX_DUE - 1), ("2125-12-20", MAX_DUE), ("2126-01-20", MAX_DUE)];
    for (day, expected) in table {
        let now = Time::parse(&format!("{day}T00:00:00Z")).unwrap().unix() as u64 * 1000;
        let found = noticed(&[
            registers("alpha/video"),
            by("ofcom").says(designation.clone()),
            registers("alpha/other").at(now),
        ]);
        assert_eq!(found.len(), expected, "{day}");
    }
}

/// Of a block of which some numbers were not remembered nothing is noticed.
#[test]
fn numbers_of_one_document() {
    is_limit(MAX_NUMBERS, |numbers| {
        let values: Vec<i64> = (1..=MIN_BLOCK as i64).collect();
        let block = |period: &str| super::numbered(period, &values).iter().map(like).collect::<Vec<_>>();
        let (scene, mut noticing) = (Scene::cast(), Noticing::default());
        for (index, period) in (scene.size..).zip(["2025-Q3", "2025-Q4"]) {
            let recorded_at = Millis::from_unix_ms(scene.now).unwrap();
            noticing.entry(&scene.state, index, recorded_at, &opens().statement(0, recorded_at));
            if period == "2025-Q4" {
                noticing.open.as_mut().unwrap().blocks = Blocks::with_numbers(numbers - MIN_BLOCK);
            }
            block(period).iter().for_each(|observation| noticing.observe(&scene.state, observation));
        }
        codes(&finished(&mut noticing, None, None)) == [FindingCode::BlockRepeated]
    });
}
