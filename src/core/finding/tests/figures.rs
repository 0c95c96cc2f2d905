//! What is said of one figure, in one document and in several.

use serde_json::{Value, json};

use super::{codes, correcting, defines, disclosing, figure, noticed, numbered, retracts};
use crate::core::finding::FindingCode::{self, CorrectionElsewhere as Elsewhere, SilentRestatement as Silent};
use crate::core::finding::FindingCode::{
    BlockRepeated as Block, CategoryUnknown as Category, ConfidentialityExpired as Expired,
    ConflictingFigures as Conflict, PrecisionContradictsValue as Precision, ProvisionalRevised as Revised,
    StatusContradictsValue as Contradicts, UnitMismatch as Mismatch, UnitSuspect as Suspect,
};
use crate::core::state::tests::say::{Say, by};

/// What it is, lengths of time with their units, how many of them stand out.
type Lengths<'a> = (&'a str, Vec<(u64, &'a str)>, usize);
/// What it is, the numbers of one period and of the next, the findings.
type Numbers<'a> = (&'a str, Vec<i64>, Vec<i64>, &'a [FindingCode]);

fn given(value: i64) -> Value {
    figure(&[], value)
}

fn status(status: &str) -> Value {
    let mut it = figure(&[("status", json!(status))], 0);
    it.as_object_mut().unwrap().remove("value");
    it
}

fn called(status: &str, value: i64) -> Value {
    figure(&[("status", json!(status))], value)
}

fn found(said: &[Say]) -> Vec<FindingCode> {
    codes(&noticed(said))
}

#[test]
fn what_was_no_number_becomes_one_and_the_other_way_round() {
    let table: &[(Value, Value, &[FindingCode])] = &[
        (status("not_collected"), given(7), &[Contradicts, Silent]),
        (status("cannot_be_collated"), given(7), &[Contradicts, Silent]),
        (given(7), status("not_collected"), &[Contradicts, Silent]),
        (given(7), status("not_asked"), &[Contradicts, Silent]),
        (given(7), status("sealed"), &[Silent]),
        (status("not_asked"), given(7), &[]),
        (status("not_asked"), status("refused"), &[]),
        (status("sealed"), given(7), &[]),
        (status("suppressed"), given(7), &[]),
        (status("refused"), given(7), &[]),
        (status("refused"), status("suppressed"), &[Silent]),
        (called("provisional", 7), given(8), &[Revised]),
        (called("provisional", 7), given(7), &[]),
        (called("provisional", 7), status("refused"), &[Silent]),
        (given(7), called("provisional", 8), &[Silent]),
        (called("estimated", 7), given(8), &[Silent]),
    ];
    for (before, now, expected) in table {
        let said = [disclosing(std::slice::from_ref(before)), disclosing(std::slice::from_ref(now)).named(2)];
        assert_eq!(found(&said), *expected, "{before}, then {now}");
    }
}

#[test]
fn a_document_that_says_two_things() {
    let table: &[(&str, Vec<Value>, &[FindingCode])] = &[
        ("two", vec![given(7), given(6)], &[Conflict]),
        ("three", vec![given(7), given(6), given(5), given(6)], &[Conflict]),
        ("one, twice", vec![given(7), given(7)], &[]),
        ("a number and a reason", vec![given(7), status("not_collected")], &[Conflict]),
    ];
    for (what, figures, expected) in table {
        assert_eq!(found(&[disclosing(figures)]), *expected, "{what}");
    }
    let seven_and_six = || disclosing(&[given(7), given(6)]).named(2);
    let said = [disclosing(&[given(7)]), seven_and_six()];
    assert_eq!(found(&said), [Silent, Conflict], "and one of them changes what stood");
    let then = |value| [said.clone().to_vec(), vec![disclosing(&[given(value)]).named(3)]].concat();
    assert_eq!(found(&then(7)), [Silent, Conflict], "what stood before stands still");
    assert_eq!(found(&then(6)), [Silent, Conflict, Silent]);
    assert_eq!(found(&[disclosing(&[given(7), given(6)]), disclosing(&[given(5)]).named(2)]), [Conflict]);
}

#[test]
fn corrections_and_retractions() {
    let d = |nth: u64, value| disclosing(&[given(value)]).named(nth);
    let other = |nth: u64| disclosing(&[figure(&[("metric", json!("staff"))], 3)]).named(nth);
    let c = |nth: u64, of: u64, value| correcting(nth, of, &[given(value)]);
    let table: &[(&str, Vec<Say>, &[FindingCode])] = &[
        ("of the document", vec![d(1, 7), c(2, 1, 6)], &[]),
        ("of a correction of it", vec![d(1, 7), c(2, 1, 6), c(3, 2, 5)], &[]),
        ("of a document that said it again", vec![d(1, 7), d(2, 7), c(3, 2, 6)], &[]),
        ("of the first that said it", vec![d(1, 7), d(2, 7), c(3, 1, 6)], &[]),
        ("of the second of three", vec![d(1, 7), d(2, 7), d(3, 7), c(4, 2, 6)], &[]),
        ("of one that said something else", vec![d(1, 7), d(2, 6), c(3, 1, 5)], &[Silent]),
        ("of an unrelated one", vec![d(1, 7), other(2), c(3, 2, 6)], &[Elsewhere]),
        ("of an unrelated one between", vec![d(1, 7), other(2), d(3, 7), c(4, 2, 6)], &[Elsewhere]),
        ("a new figure in a correction", vec![other(1), c(2, 1, 6)], &[]),
        ("and then it is said again", vec![d(1, 7), c(2, 1, 6), d(3, 6)], &[]),
        ("and then what was corrected", vec![d(1, 7), c(2, 1, 6), d(3, 7)], &[Silent]),
        ("taken back, and filed anew", vec![d(1, 7), retracts(1), d(2, 6)], &[]),
        ("one of two taken back", vec![d(1, 7), d(2, 7), retracts(2), d(3, 6)], &[Silent]),
        ("both taken back", vec![d(1, 7), d(2, 7), retracts(1), retracts(2), d(3, 6)], &[]),
        ("the first and last of three", vec![d(1, 7), d(2, 7), d(3, 7), retracts(1), retracts(3), d(4, 6)], &[Silent]),
        (
            "a correction of other figures taken back",
            { vec![d(1, 7), correcting(2, 1, &[figure(&[("metric", json!("staff"))], 3)]), retracts(2), d(3, 6)] },
            &[Silent],
        ),
    ];
    for (what, said, expected) in table {
        assert_eq!(found(said), *expected, "{what}");
    }
}

#[test]
fn what_a_value_is_said_to_be_rounded_to() {
    let rounded = |mut it: Value, to: u64| {
        it["precision"] = json!({"rounded_to": to});
        it
    };
    let range = |lower: i64, upper: i64| figure(&[("value", json!({"range": {"lower": lower, "upper": upper}}))], 0);
    let table = [
        (rounded(given(100), 100), false),
        (rounded(given(101), 100), true),
        (rounded(given(99), 100), true),
        (rounded(given(-200), 100), false),
        (rounded(given(0), 1 << 50), false),
        (rounded(given(7), 1 << 50), true),
        (rounded(range(100, 200), 100), false),
        (rounded(range(100, 201), 100), true),
        (rounded(status("not_collected"), 100), false),
    ];
    for (it, expected) in table {
        let expected: &[FindingCode] = if expected { &[Precision] } else { &[] };
        assert_eq!(found(&[disclosing(&[it.clone(), it.clone()])]), expected, "{it}");
    }
}

#[test]
fn definitions_are_held_to() {
    let of = |value: Value| figure(&[("value", value)], 0);
    let values = [
        ("number", json!({"integer": 7})),
        ("number", json!({"range": {"lower": 7, "upper": 8}})),
        ("ratio", json!({"ratio": {"denominator": 8, "numerator": 7}})),
        ("ratio", json!({"ratio_range": {"denominator": 8, "lower": 6, "upper": 7}})),
        ("duration", json!({"duration": {"amount": 7, "unit": "hour"}})),
    ];
    for unit in ["number", "ratio", "duration"] {
        for (kind, value) in &values {
            let mut event = defines("ofcom/m1", "reports", false);
            event["unit"] = json!(unit);
            let said = [by("ofcom").says(event), disclosing(&[of(value.clone()), of(value.clone())])];
            let expected: &[FindingCode] = if *kind == unit { &[] } else { &[Mismatch] };
            assert_eq!(found(&said), expected, "{value} of {unit}");
        }
    }
    let registered = || {
        by("ofcom").says(json!({
            "kind": "taxonomy_registered", "categories": ["Nudity", "Spam"], "registration": "ofcom/t1",
            "taxonomy": "harms", "version": "1",
        }))
    };
    let harm = |category: &str, version: &str| {
        disclosing(&[figure(&[("harm", json!({"category": category, "taxonomy": "harms", "version": version}))], 7)])
    };
    let table = [("Nudity", "1", false), ("nudity", "1", true), ("Nudities", "1", true), ("Nudities", "2", false)];
    for (category, version, expected) in table {
        let expected: &[FindingCode] = if expected { &[Category] } else { &[] };
        assert_eq!(found(&[registered(), harm(category, version)]), expected, "{category} {version}");
    }
}

#[test]
fn lengths_of_time_and_their_peers() {
    let of = |amount: u64, unit: &str, nth: usize| {
        figure(
            &[("value", json!({"duration": {"amount": amount, "unit": unit}})), ("outcome", json!(format!("o{nth}")))],
            0,
        )
    };
    let table: &[Lengths<'_>] = &[
        ("minutes among hours", vec![(60, "hour"), (61, "hour"), (62, "hour"), (63, "hour"), (62, "minute")], 1),
        ("too few peers", vec![(60, "hour"), (61, "hour"), (62, "hour"), (62, "minute")], 0),
        ("twenty times", vec![(100, "hour"), (100, "hour"), (100, "hour"), (100, "hour"), (5, "hour")], 1),
        ("not quite", vec![(99, "hour"), (99, "hour"), (99, "hour"), (99, "hour"), (5, "hour")], 0),
        ("0", vec![(60, "hour"), (61, "hour"), (62, "hour"), (63, "hour"), (0, "hour")], 0),
        (
            "medians that really differ",
            vec![(2, "minute"), (5, "minute"), (31, "hour"), (13, "hour"), (10, "minute")],
            0,
        ),
        ("in another spelling", vec![(60, "hour"), (60, "hour"), (60, "hour"), (60, "hour"), (3600, "minute")], 0),
    ];
    for (what, lengths, expected) in table {
        let figures: Vec<_> = lengths.iter().enumerate().map(|(nth, (amount, unit))| of(*amount, unit, nth)).collect();
        assert_eq!(found(&[disclosing(&figures)]), vec![Suspect; *expected], "{what}");
        let again = [disclosing(&figures), disclosing(&figures).named(2)];
        assert_eq!(found(&again), vec![Suspect; *expected], "{what}, and reported once more");
    }
}

#[test]
fn blocks_that_repeat() {
    let block = |period: &str, values: &[i64]| -> Vec<Value> { numbered(period, values) };
    let (q3, q4) = ("2025-Q3", "2025-Q4");
    let table: &[Numbers<'_>] = &[
        ("five", vec![1, 2, 3, 4, 5], vec![1, 2, 3, 4, 5], &[Block]),
        ("four", vec![1, 2, 3, 4], vec![1, 2, 3, 4], &[]),
        ("all but one", vec![1, 2, 3, 4, 5], vec![1, 2, 3, 4, 6], &[]),
        ("zeros", vec![0, 0, 0, 0, 0], vec![0, 0, 0, 0, 0], &[]),
        ("two numbers", vec![0, 1, 2, 1, 2], vec![0, 1, 2, 1, 2], &[]),
        ("three numbers", vec![0, 1, 2, 3, 2], vec![0, 1, 2, 3, 2], &[Block]),
        ("a part of what was said before", vec![1, 2, 3, 4, 5, 6], vec![1, 2, 3, 4, 5], &[Block]),
        ("more than was said before", vec![1, 2, 3, 4, 5], vec![1, 2, 3, 4, 5, 6], &[]),
        ("growth", vec![10, 20, 30, 40, 50], vec![11, 22, 33, 44, 55], &[]),
    ];
    for (what, before, now, expected) in table {
        let two = [disclosing(&block(q3, before)), disclosing(&block(q4, now)).named(2)];
        assert_eq!(found(&two), *expected, "{what}, in two documents");
        let one = [disclosing(&[block(q4, now), block(q3, before)].concat())];
        assert_eq!(found(&one), *expected, "{what}, in one, the later period first");
    }
    let entries = |said: &[Say]| noticed(said).into_iter().map(|finding| finding.entries).collect::<Vec<_>>();
    let values = [1, 2, 3, 4, 5];
    let said = [
        disclosing(&block(q3, &values)),
        disclosing(&[block(q3, &values), block(q4, &values)].concat()).named(2),
        disclosing(&[block(q3, &values), block(q4, &values)].concat()).named(3),
    ];
    assert_eq!(entries(&said), [[0, 1]], "once, though history is reported again");
}

#[test]
fn claims_of_confidentiality_run_out() {
    use crate::core::state::tests::scene::OPENED;
    // Entries are recorded seconds after 2026-01-05T12:00:00Z, which is when 2026-01-04 has ended everywhere.
    assert_eq!(OPENED, 1_767_614_400_000);
    let claim = |until: &str| disclosing(&[status("sealed")]).set("/confidential_until", until);
    assert_eq!(found(&[claim("2026-01-04")]), [Expired]);
    assert_eq!(found(&[claim("2026-01-05")]), []);
    assert_eq!(found(&[claim("2026-01-04"), disclosing(&[given(7)]).named(2)]), [], "opened since");
    assert_eq!(found(&[claim("2026-01-04"), retracts(1)]), [], "taken back");
    assert_eq!(found(&[claim("2026-01-04"), claim("2026-01-05").named(2)]), [], "claimed anew");
    assert_eq!(found(&[claim("2026-01-04"), claim("2026-01-03").named(2)]), [Expired], "one claim, the last");
    assert_eq!(found(&[disclosing(&[given(7)]).set("/confidential_until", "2026-01-04")]), [], "nothing withheld");
}
