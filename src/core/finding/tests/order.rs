//! The order of the rows of a document makes no difference, and no row makes anything fail.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{defines, disclosing, finished, noticed, registers};
use crate::core::finding::{Finding, Noticing, Severity};
use crate::core::json::MAX_INTEGER;
use crate::core::state::tests::say::{Say, by};
use crate::core::state::tests::scene::Scene;
use crate::core::time::Millis;

/// SplitMix64: numbers that look random, the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

/// A row out of few words, so that rows meet.
fn row(random: &mut Random) -> Value {
    let mut row = json!({"metric": "reports", "period": "2025-Q4", "service": "video", "status": "given"});
    let mut some = |field: &str, words: &[&str]| {
        if let Some(word) = words.get(random.below(words.len() as u64 * 2) as usize) {
            row[field] = json!(word);
        }
    };
    some("age_band", &["13-17", "18+"]);
    some("jurisdiction", &["GB", "FR"]);
    some("outcome", &["removed"]);
    some("metric", &["removals", "speed"]);
    some("service", &["part", "chat"]);
    some("period", &["2025-Q3", "2025-S2"]);
    if random.below(4) == 0 {
        let category = ["Nudity", "Other"][random.below(2) as usize];
        row["harm"] = json!({"category": category, "taxonomy": "harms", "version": "1"});
    }
    if random.below(4) == 0 {
        let to = [1, 10, MAX_INTEGER][random.below(3) as usize];
        row["precision"] = json!({"rounded_to": to});
    }
    let number = [0, 1, 2, 3, 10, 20, 60, -5, MAX_INTEGER, -MAX_INTEGER][random.below(10) as usize];
    match random.below(8) {
        0 => row["status"] = json!("not_collected"),
        1 => row["value"] = json!({"duration": {"amount": number.abs(), "unit": "hour"}}),
        2 => row["value"] = json!({"range": {"lower": number.min(3), "upper": number.max(3)}}),
        _ => row["value"] = json!({"integer": number}),
    }
    row
}

fn shuffled(rows: &[Value], random: &mut Random) -> Vec<Value> {
    let mut rows = rows.to_vec();
    (1..rows.len()).rev().for_each(|at| rows.swap(at, random.below(at as u64 + 1) as usize));
    rows
}

fn story(documents: &[Vec<Value>]) -> Vec<Say> {
    let mut removals = defines("ofcom/m2", "removals", true);
    removals["subset_of"] = json!("reports");
    let taxonomy = json!({
        "kind": "taxonomy_registered", "categories": ["Nudity"], "registration": "ofcom/t1", "taxonomy": "harms",
        "version": "1",
    });
    let mut said: Vec<Say> = [defines("ofcom/m1", "reports", true), removals, taxonomy]
        .into_iter()
        .map(|event| by("ofcom").says(event))
        .collect();
    said.push(by("alpha").says(registers("alpha/video", None)));
    said.push(by("alpha").says(registers("alpha/part", Some("alpha/video"))));
    said.extend((1..).zip(documents).map(|(nth, rows)| disclosing(rows).named(nth)));
    said
}

fn ids(findings: &[Finding]) -> BTreeSet<String> {
    findings.iter().map(|finding| format!("{} {}", finding.id(), finding.says)).collect()
}

#[test]
fn rows_in_any_order() {
    let mut met = BTreeSet::new();
    for seed in 0..60 {
        println!("seed {seed}");
        let mut random = Random(seed);
        let documents: Vec<Vec<Value>> = (0..3).map(|_| (0..40).map(|_| row(&mut random)).collect()).collect();
        let expected = noticed(&story(&documents));
        let distinct: BTreeSet<_> = expected.iter().map(Finding::id).collect();
        assert_eq!(distinct.len(), expected.len(), "seed {seed}: each finding has an identity of its own");
        let documents: Vec<_> = documents.iter().map(|rows| shuffled(rows, &mut random)).collect();
        assert_eq!(ids(&noticed(&story(&documents))), ids(&expected), "seed {seed}");
        met.extend(expected.iter().map(|finding| finding.code));
    }
    assert!(met.len() >= 8, "the rows meet few rules: {met:?}");
}

/// Words that judge, or that guess at reasons, have no place in a finding.
#[test]
fn findings_are_neutral() {
    let words =
        ["hid", "lie", "false", "mislead", "fail", "refuse to", "suspicious", "tamper", "wrong", "cheat", "manipulat"];
    let mut random = Random(7);
    let documents: Vec<Vec<Value>> = (0..3).map(|_| (0..60).map(|_| row(&mut random)).collect()).collect();
    for finding in noticed(&story(&documents)) {
        let judges = words.iter().find(|word| finding.says.contains(**word) || finding.code.meaning().contains(**word));
        assert_eq!(judges, None, "{}", finding.says);
        assert!(finding.severity() >= Severity::Note && !finding.says.ends_with('.'), "{}", finding.says);
    }
}

/// A document of as many rows as `CANDOUR_OBSERVATIONS` says, all in one block and one whole: it is read in one go, and at
/// the end what it adds up to is known.
#[test]
fn a_long_document() {
    let rows: u64 = std::env::var("CANDOUR_OBSERVATIONS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(20_000);
    let mut scene = Scene::cast().and(by("ofcom").says(defines("ofcom/m1", "reports", true)));
    let total = json!({
        "metric": "reports", "period": "2025-Q4", "service": "video", "status": "given", "value": {"integer": rows},
    });
    let part = json!({
        "age_band": "band 0", "metric": "reports", "period": "2025-Q4", "service": "video", "status": "given",
        "value": {"integer": 1},
    });
    let say = disclosing(&[total, part]);
    let index = scene.size;
    scene = scene.and(say.clone());
    let recorded_at = Millis::from_unix_ms(scene.now).unwrap();
    let (statement, mut noticing) = (say.statement(0, recorded_at), Noticing::default());
    noticing.entry(&scene.state, index, recorded_at, &statement);
    let mut observation = statement.event.observations()[0].clone();
    noticing.observe(&scene.state, &observation);
    observation.value = serde_json::from_value(json!({"integer": 1})).unwrap();
    for nth in 0..=rows {
        observation.age_band = Some(format!("band {nth}").parse().unwrap());
        noticing.observe(&scene.state, &observation);
    }
    let says: Vec<_> = finished(&mut noticing, None, None).into_iter().map(|finding| finding.says).collect();
    assert_eq!(says.len(), 1, "{says:?}");
    assert!(says[0].contains(&format!("{} parts by age band come to {}", rows + 1, rows + 1)), "{says:?}");
}
