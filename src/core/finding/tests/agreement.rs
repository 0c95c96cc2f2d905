//! Parts and wholes, each rule one below, at and above its threshold.

use serde_json::{Value, json};

use super::{codes, defines, disclosing, figure, noticed, registers};
use crate::core::finding::FindingCode::{self, PartExceedsWhole as Exceeds, PrecisionContradictsValue as Precision};
use crate::core::finding::FindingCode::{ConflictingFigures as Conflict, TotalMismatch as Mismatch};
use crate::core::json::MAX_INTEGER;
use crate::core::state::tests::say::by;

/// A figure with a value for one dimension and, if not 0, a rounding.
fn part(field: &str, name: &str, value: i64, rounded_to: u64) -> Value {
    let mut it = figure(&[(field, json!(name))], value);
    if rounded_to > 0 {
        it["precision"] = json!({"rounded_to": rounded_to});
    }
    it
}

fn total(value: i64, rounded_to: u64) -> Value {
    let mut it = figure(&[], value);
    if rounded_to > 0 {
        it["precision"] = json!({"rounded_to": rounded_to});
    }
    it
}

fn missing(field: &str, name: &str, status: &str) -> Value {
    let mut it = figure(&[(field, json!(name)), ("status", json!(status))], 0);
    it.as_object_mut().unwrap().remove("value");
    it
}

#[test]
fn totals_and_their_parts() {
    let ages = |a: i64, b: i64, n: u64| [part("age_band", "13-17", a, n), part("age_band", "18+", b, n)];
    let countries = |a, b| [part("jurisdiction", "GB", a, 0), part("jurisdiction", "FR", b, 0)];
    let with = |parts: [Value; 2], rest: &[Value]| [&parts[..], rest].concat();
    // (what it is, the figures of one document, the findings)
    let table: &[(&str, Vec<Value>, &[FindingCode])] = &[
        ("they add up", with(ages(40, 60, 0), &[total(100, 0)]), &[]),
        ("one more", with(ages(40, 61, 0), &[total(100, 0)]), &[Mismatch]),
        ("one less", with(ages(40, 59, 0), &[total(100, 0)]), &[Mismatch]),
        ("the total first", [&[total(100, 0)][..], &ages(40, 61, 0)].concat(), &[Mismatch]),
        ("no total", ages(40, 61, 0).to_vec(), &[]),
        ("zeros", with(ages(0, 0, 0), &[total(0, 0)]), &[]),
        ("off by as much as rounding allows", with(ages(40, 70, 10), &[total(120, 20)]), &[]),
        ("as much, but for one", with(ages(40, 70, 10), &[total(131, 0)]), &[Mismatch]),
        ("as much, to one", with(ages(40, 70, 10), &[total(120, 0)]), &[]),
        ("as Meta rounds", with(ages(25_600_000, 1_300_000, 100_000), &[total(27_000_000, 100_000)]), &[]),
        (
            "more than Meta rounds",
            with(ages(25_600_000, 1_300_000, 100_000), &[total(27_100_000, 100_000)]),
            &[Mismatch],
        ),
        ("rounded to 0: they can have been more", with(ages(40, 0, 20), &[total(50, 0)]), &[]),
        ("rounded to 0: they cannot have been less", with(ages(60, 0, 20), &[total(49, 0)]), &[Exceeds]),
        (
            "a claim to great roundness hides nothing",
            with(ages(40, 61, 1 << 50), &[total(100, 0)]),
            &[Precision, Mismatch],
        ),
        (
            "a 0 of great roundness hides no excess",
            { with(ages(60, 60, 0), &[part("age_band", "0-12", 0, 1 << 50), total(100, 0)]) },
            &[Mismatch],
        ),
        (
            "a part not collected: less",
            with(ages(40, 50, 0), &[missing("age_band", "0-12", "not_collected"), total(100, 0)]),
            &[],
        ),
        (
            "a part not collected: more",
            with(ages(40, 61, 0), &[missing("age_band", "0-12", "not_collected"), total(100, 0)]),
            &[Mismatch],
        ),
        ("one part alone", vec![part("age_band", "13-17", 40, 0), total(100, 0)], &[]),
        ("one part, the whole", vec![part("age_band", "13-17", 100, 0), total(100, 0)], &[]),
        ("one part, more than the whole", vec![part("age_band", "13-17", 101, 0), total(100, 0)], &[Exceeds]),
        ("more by half of what both were rounded to", vec![part("age_band", "13-17", 110, 10), total(100, 10)], &[]),
        ("more than that", vec![part("age_band", "13-17", 120, 10), total(109, 0)], &[Exceeds]),
        ("countries: some of many", with(countries(40, 50), &[total(100, 0)]), &[]),
        ("countries: too many", with(countries(40, 61), &[total(100, 0)]), &[Mismatch]),
        (
            "the EU and the world are no countries",
            {
                vec![
                    part("jurisdiction", "EU", 80, 0),
                    part("jurisdiction", "001", 100, 0),
                    part("jurisdiction", "GB-SCT", 90, 0),
                    total(100, 0),
                ]
            },
            &[],
        ),
        ("what is negative is no larger part", with(ages(-40, 140, 0), &[total(100, 0)]), &[]),
        ("negative, and off", with(ages(-40, 141, 0), &[total(100, 0)]), &[Mismatch]),
        ("a row twice counts once", with(ages(40, 60, 0), &[part("age_band", "18+", 60, 0), total(100, 0)]), &[]),
        (
            "a part of which two things are said",
            with(ages(40, 60, 0), &[part("age_band", "18+", 70, 0), total(100, 0)]),
            &[Conflict],
        ),
        (
            "the largest numbers there are",
            with(ages(MAX_INTEGER, MAX_INTEGER, 0), &[total(MAX_INTEGER, 0)]),
            &[Mismatch],
        ),
        (
            "and the least",
            with(ages(-MAX_INTEGER, -MAX_INTEGER, MAX_INTEGER as u64), &[total(MAX_INTEGER, 0)]),
            &[Mismatch],
        ),
    ];
    for (what, figures, expected) in table {
        for additive in [true, false] {
            let said = [by("ofcom").says(defines("ofcom/m1", "reports", additive)), disclosing(figures)];
            let mut expected = expected.to_vec();
            expected.retain(|code| additive || !matches!(code, Exceeds | Mismatch));
            assert_eq!(codes(&noticed(&said)), expected, "{what}, additive: {additive}");
        }
        assert!(
            !codes(&noticed(&[disclosing(figures)])).contains(&Mismatch),
            "{what}, of a metric that nobody defined"
        );
    }
}

/// The transparency notices of the eSafety Commissioner: the services listed come to seven more than the total stated; one
/// service had no reports, two did not count them.
#[test]
fn what_esafety_was_told() {
    let service = |name: &str, value: i64| figure(&[("service", json!(name))], value);
    let untold = |name: &str| {
        let mut it = figure(&[("service", json!(name)), ("status", json!("not_collected"))], 0);
        it.as_object_mut().unwrap().remove("value");
        it
    };
    let told = |total: i64| {
        let mut said = vec![by("ofcom").says(defines("ofcom/m1", "reports", true))];
        said.push(by("alpha").says(registers("alpha/whole", None)));
        let names = ["one", "two", "three", "four", "five"];
        said.extend(names.map(|name| by("alpha").says(registers(&format!("alpha/{name}"), Some("alpha/whole")))));
        let (one, two) = (service("one", 11_000_000), service("two", 458_976));
        said.push(disclosing(&[
            one,
            two,
            service("three", 0),
            untold("four"),
            untold("five"),
            service("whole", total),
        ]));
        noticed(&said)
    };
    let found = told(11_458_969);
    assert_eq!(codes(&found), [Mismatch]);
    let finding = &found[0];
    assert_eq!(finding.entries, [7], "the document alone proves it");
    let says = "alpha: whole, reports, 2025-Q4: 3 parts by service come to 11458976, their total is given as 11458969";
    assert_eq!(finding.says, says);
    let figure = finding.figure.as_deref().unwrap();
    assert_eq!((figure.before.as_deref(), figure.now.as_str()), (Some("11458976"), "11458969"));
    assert_eq!(told(11_458_976), [], "they come to the total");
    assert_eq!(told(11_458_977), [], "two that were not counted may be what is missing");
}

#[test]
fn a_metric_that_is_a_part_of_another() {
    let removals = |value: i64| figure(&[("metric", json!("removals"))], value);
    let in_gb = |value: i64| figure(&[("metric", json!("removals")), ("jurisdiction", json!("GB"))], value);
    let defined = || {
        by("ofcom").says({
            let mut event = defines("ofcom/m1", "removals", false);
            event["subset_of"] = json!("reports");
            event
        })
    };
    let table: &[(&str, Vec<Value>, &[FindingCode])] = &[
        ("less", vec![removals(99), total(100, 0)], &[]),
        ("as many", vec![removals(100), total(100, 0)], &[]),
        ("more", vec![removals(101), total(100, 0)], &[Exceeds]),
        ("more, the other way round", vec![total(100, 0), removals(101)], &[Exceeds]),
        ("more, said twice", vec![removals(101), total(100, 0), removals(101), total(100, 0)], &[Exceeds]),
        ("more, but disputed", vec![removals(101), total(100, 0), total(200, 0)], &[Conflict]),
        ("of another breakdown", vec![in_gb(101), total(100, 0)], &[]),
        ("of a negative number", vec![removals(-1), total(-2, 0)], &[]),
    ];
    for (what, figures, expected) in table {
        assert_eq!(codes(&noticed(&[defined(), disclosing(figures)])), *expected, "{what}");
    }
    let apart = [defined(), disclosing(&[removals(101)]), disclosing(&[total(100, 0)]).named(2)];
    assert_eq!(codes(&noticed(&apart)), [], "in two documents");
}
