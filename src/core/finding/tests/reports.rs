//! Reports by their periods, responses, and replies to findings.

use serde_json::json;

use super::{codes, disclosing, figure, noticed, registers, replied, retracts};
use crate::core::finding::FindingCode::{self, AnswerWithoutFigure as Without, NoResponseByDeadline as Silence};
use crate::core::finding::FindingCode::{PeriodLate as Late, PeriodMissing as Missing, PeriodOverlapping as Overlap};
use crate::core::state::tests::say::{Say, answered, by};
use crate::core::state::tests::scene::END;

/// A disclosure with a figure of its own, so that nothing but its period matters.
fn on(period: &str, nth: u64) -> Say {
    let outcome = json!(format!("outcome {nth}"));
    let said = disclosing(&[figure(&[("period", json!(period)), ("outcome", outcome)], nth as i64)]).named(nth);
    said.set("/period", period)
}

fn all(periods: &[&str]) -> Vec<Say> {
    (1..).zip(periods).map(|(nth, period)| on(period, nth)).collect()
}

#[test]
fn gaps_and_overlaps() {
    // (the periods reported on, in order, the findings)
    let table: &[(&[&str], &[FindingCode])] = &[
        (&["2024-Q1", "2024-Q2", "2024-Q3"], &[]),
        (&["2024-Q1", "2024-Q2", "2024-Q4"], &[Missing]),
        (&["2024-Q1", "2024-Q3", "2024-Q4"], &[Missing]),
        (&["2024-Q4", "2024-Q1", "2024-Q2"], &[Missing]),
        (&["2024-Q4", "2024-Q2", "2024-Q1", "2024-Q3"], &[]),
        (&["2024-Q1", "2024-Q2", "2024-Q4", "2025-Q1", "2025-Q3"], &[Missing, Missing]),
        // Two far apart promise nothing.
        (&["2024-Q1", "2024-Q4"], &[]),
        (&["2024"], &[]),
        // A quarterly and an annual report side by side; one that became half-yearly; one that was filled by months.
        (&["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4", "2024"], &[]),
        (&["2024", "2024-Q1", "2024-Q2", "2024-Q4"], &[]),
        (&["2023-Q3", "2023-Q4", "2024-S1", "2024-Q3", "2024-Q4"], &[]),
        (&["2024-Q1", "2024-Q2", "2024-07", "2024-08", "2024-09", "2024-Q4"], &[]),
        (&["2024-Q1", "2024-Q2", "2024-07", "2024-09", "2024-Q4"], &[Missing]),
        // Days, weeks and stretches of any length come as they come.
        (&["2024-W01", "2024-W02", "2024-W09"], &[]),
        (&["2024-01-01", "2024-01-02", "2024-01-09"], &[]),
        (&["2024-01-01/2024-02-15", "2024-02-16/2024-03-31", "2024-08-01/2024-08-31"], &[]),
        (&["2024-01-01/2024-04-15", "2024-Q2"], &[Overlap]),
        (&["2024-01-01/2024-03-31", "2024-Q2"], &[]),
        (&["2024-W05", "2024-01", "2024-02"], &[]),
        (&["2024-Q1", "2024-01-01/2024-04-15", "2024-01-01/2024-04-15"], &[]),
        (&["2024-02-01/2024-04-15", "2024-Q1", "2024-Q1"], &[Overlap]),
    ];
    for (periods, expected) in table {
        assert_eq!(codes(&noticed(&all(periods))), *expected, "{periods:?}");
    }
    let taken_back = [all(&["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"]), vec![retracts(3)]].concat();
    assert_eq!(codes(&noticed(&taken_back)), [Missing], "one of them taken back");
    let elsewhere = on("2024-Q4", 3).set("/service", "chat");
    assert_eq!(noticed(&[all(&["2024-Q1", "2024-Q2"]), vec![elsewhere]].concat()), [], "another service");
}

fn designates(frequency: &str, within_days: u64) -> Vec<Say> {
    let designation = json!({
        "kind": "service_designated", "category": "uk_category_1", "designation": "ofcom/g1",
        "legal_basis": {"instrument": "uk-osa-2023"}, "service": "alpha/video",
        "reports": {"frequency": frequency, "since": "2025-11-15", "within_days": within_days},
    });
    vec![by("alpha").says(registers("alpha/video", None)), by("ofcom").says(designation)]
}

#[test]
fn reports_that_are_due() {
    // 2025-12 is the first month from the first day on. 31 December has ended everywhere at noon of 1 January.
    const DUE: u64 = 1_767_268_800_000 + 10 * 86_400_000;
    let cast = |at: u64, say: Say| [designates("monthly", 10), vec![say.at(at)]].concat();
    let other = || by("alpha").says(registers("alpha/other", None));
    let ends = || by("ofcom").says(json!({"kind": "designation_ended", "designation": "ofcom/g1", "reason": "moot"}));
    let december = || on("2025-12", 1);
    let two_of = || [cast(DUE - 2, december()), vec![on("2025-12", 2).at(DUE)]].concat();
    let by_beta = |at: u64| by("beta").discloses("beta/d1").set("/period", "2025-12").at(at);
    let table: &[(&str, Vec<Say>, &[FindingCode])] = &[
        ("none, a moment before", cast(DUE - 1, other()), &[]),
        ("none, when it is due", cast(DUE, other()), &[Missing]),
        ("in time", cast(DUE - 1, december()), &[]),
        ("late", cast(DUE, december()), &[Late]),
        ("in time, the same days in other words", cast(DUE - 1, on("2025-12-01/2025-12-31", 1)), &[]),
        ("another month", cast(DUE, on("2025-11", 1)), &[Missing]),
        ("two months later", cast(DUE + 31 * 86_400_000, december()), &[Late, Missing]),
        ("in time, taken back", [cast(DUE - 2, december()), vec![retracts(1).at(DUE)]].concat(), &[Missing]),
        (
            "in time, taken back, and late",
            { [cast(DUE - 2, december()), vec![retracts(1), on("2025-12", 2).at(DUE)]].concat() },
            &[Late],
        ),
        ("two of them", [cast(DUE - 2, december()), vec![on("2025-12", 2).at(DUE)]].concat(), &[]),
        ("the first of two taken back", [two_of(), vec![retracts(1)]].concat(), &[Late]),
        ("the second of two taken back", [two_of(), vec![retracts(2)]].concat(), &[]),
        ("both taken back", [two_of(), vec![retracts(1), retracts(2)]].concat(), &[Missing]),
        ("both, the second first", [two_of(), vec![retracts(2), retracts(1)]].concat(), &[Missing]),
        ("two of three taken back", [two_of(), vec![on("2025-12", 3), retracts(2), retracts(1)]].concat(), &[Late]),
        (
            "both taken back, and one anew",
            [two_of(), vec![retracts(2), retracts(1), on("2025-12", 3)]].concat(),
            &[Late],
        ),
        (
            "in time in other words, and late in these",
            [cast(DUE - 1, on("2025-12-01/2025-12-31", 1)), vec![on("2025-12", 2)]].concat(),
            &[],
        ),
        ("late in other words", [cast(DUE, on("2025-12-01/2025-12-31", 1)), vec![on("2025-12", 2)]].concat(), &[Late]),
        ("by the successor", [cast(DUE - 2, succeeds()), vec![by_beta(DUE - 1)]].concat(), &[]),
        ("by the successor, late", [cast(DUE - 2, succeeds()), vec![by_beta(DUE)]].concat(), &[Late]),
        (
            "by the successor in time, and late",
            [cast(DUE - 2, succeeds()), vec![by_beta(DUE - 1), december().at(DUE)]].concat(),
            &[],
        ),
        ("by somebody else", cast(DUE, by_beta(DUE)), &[Missing]),
        ("the designation ended since", [cast(DUE, ends()), vec![other().at(DUE + 86_400_000)]].concat(), &[Missing]),
        ("another service", cast(DUE, december().set("/service", "chat")), &[Missing]),
    ];
    for (what, said, expected) in table {
        assert_eq!(codes(&noticed(said)), *expected, "{what}");
    }
    let two = noticed(&cast(DUE + 31 * 86_400_000, other()));
    assert_eq!(codes(&two), [Missing, Missing]);
    assert_ne!(two[0].id(), two[1].id(), "two months, two findings");
    assert_eq!(two[0].says, "alpha: video: no disclosure recorded for 2025-12, due by 2026-01-11T12:00:00Z");
}

/// Each designation of a service is held to by itself, in the order of their names.
#[test]
fn several_designations_of_services() {
    // Of December: by noon of 1 January, and so many days later.
    const DUE: u64 = 1_767_268_800_000;
    let designates = |designation: &str, service: &str, within_days: u64| {
        let category = if designation.ends_with('1') { "uk_category_1" } else { "uk_category_2a" };
        by(designation.split('/').next().unwrap()).says(json!({
            "kind": "service_designated", "category": category, "designation": designation,
            "legal_basis": {"instrument": "uk-osa-2023"}, "service": service,
            "reports": {"frequency": "monthly", "since": "2025-12-01", "within_days": within_days},
        }))
    };
    let said = [
        by("alpha").says(registers("alpha/video", None)),
        by("alpha").says(registers("alpha/chat", None)),
        by("ofcom").says(registers("ofcom/video", None)),
        designates("ofcom/g1", "alpha/video", 10),
        designates("esafety/g1", "alpha/video", 5),
        designates("ofcom/g2", "alpha/video", 4),
        designates("arcom/g1", "alpha/chat", 5),
        designates("arcom/g2", "ofcom/video", 5),
        on("2025-12", 1).at(DUE + 5 * 86_400_000),
        by("ofcom").discloses("ofcom/d1").set("/period", "2025-12"),
        on("2026-01", 2).at(DUE + 9 * 86_400_000),
    ];
    let found: Vec<_> = noticed(&said).into_iter().map(|finding| (finding.code, finding.entries)).collect();
    assert_eq!(found, [(Missing, vec![6]), (Late, vec![7, 9]), (Late, vec![4, 8]), (Late, vec![5, 8])]);
}

#[test]
fn answers_without_a_number() {
    let status = |status: &str| {
        let mut it = figure(&[("status", json!(status))], 0);
        it.as_object_mut().unwrap().remove("value");
        it
    };
    let asks = || by("ofcom").compels("ofcom/r1").set("/addressees", json!(["alpha"]));
    let answer = |extent: &str| {
        let answer = by("alpha").answers("alpha/a1", "ofcom/r1").items(&[answered("reports", &["alpha/document-1"])]);
        answer.set("/items/0/outcome/answered/extent", extent)
    };
    let file = json!([{"length": 9, "media_type": "application/pdf", "name": "Report", "sha256": "ab".repeat(32)}]);
    let untold = || disclosing(&[status("not_collected")]);
    let table: &[(&str, Say, &str, &[FindingCode])] = &[
        ("only reasons", untold(), "complete", &[Without]),
        ("only reasons, partly", untold(), "partial", &[]),
        ("only reasons, nil", untold(), "nil", &[]),
        (
            "a number among them",
            disclosing(&[status("refused"), figure(&[("age_band", json!("18+"))], 0)]),
            "complete",
            &[],
        ),
        ("a file", untold().set("/attachments", file), "complete", &[]),
    ];
    for (what, disclosure, extent, expected) in table {
        let said = [asks(), disclosure.clone(), answer(extent)];
        assert_eq!(codes(&noticed(&said)), *expected, "{what}");
    }
}

fn replies(author: &str, nth: u64, code: &str, entries: &[u64]) -> Say {
    let entries: Vec<u64> = entries.iter().map(|entry| entry + 8).collect();
    by(author).says(json!({
        "kind": "finding_answered", "answer": format!("{author}/answer-{nth}"), "code": code, "entries": entries,
        "note": "Counted anew.",
    }))
}

fn succeeds() -> Say {
    by("ofcom").with(&["arcom"]).says(json!({
        "kind": "provider_succeeded", "effective": "2026-01-01", "predecessor": "alpha", "reason": "merged",
        "successor": "beta",
    }))
}

#[test]
fn replies_stand_beside_their_findings() {
    let silent = || [disclosing(&[figure(&[], 7)]), disclosing(&[figure(&[], 6)]).named(2)];
    let code = "silent-restatement";
    let other = replied(&silent())[0].0.id().to_string();
    // Entries are counted from the first after the cast here, and from the first of all in an identity.
    let mut finding = replied(&silent()).remove(0).0;
    finding.entries.iter_mut().for_each(|entry| *entry += 8);
    let id = finding.id().to_string();
    let again = |id: &str| replies("alpha", 2, code, &[0]).set("/finding", id);
    let named = |id: String| replies("alpha", 1, code, &[0]).set("/finding", id);
    let retracted = |author: &str| {
        let document = format!("{author}/answer-1");
        by(author).says(json!({"kind": "document_retracted", "document": document, "reason": "moot"}))
    };
    let takes_back = || retracted("alpha");
    let table: &[(&str, Vec<Say>, &[u64])] = &[
        ("by whom it is about", vec![replies("alpha", 1, code, &[0, 1])], &[2]),
        ("in another order", vec![replies("alpha", 1, code, &[1, 0])], &[2]),
        ("two of them", vec![replies("alpha", 1, code, &[0, 1]), replies("alpha", 2, code, &[0, 1])], &[2, 3]),
        ("taken back", vec![replies("alpha", 1, code, &[0, 1]), takes_back()], &[]),
        (
            "one of two taken back",
            vec![replies("alpha", 1, code, &[0, 1]), replies("alpha", 2, code, &[0, 1]), takes_back()],
            &[3],
        ),
        ("one of two that name it", vec![named(id.clone()), again(&id), takes_back()], &[3]),
        ("by its id and by its entries", vec![replies("alpha", 1, code, &[0, 1]), again(&id)], &[2, 3]),
        ("by its id, of another entry", vec![named(id.clone()).set("/entries", json!([8, 7]))], &[]),
        ("by its id, by somebody else", vec![replies("beta", 1, code, &[0]).set("/finding", id.clone())], &[]),
        (
            "by its id, by the successor",
            vec![succeeds(), replies("beta", 1, code, &[0]).set("/finding", id.clone())],
            &[3],
        ),
        (
            "by the successor, taken back",
            vec![succeeds(), replies("beta", 1, code, &[0, 1]), replies("alpha", 1, code, &[0, 1]), retracted("beta")],
            &[4],
        ),
        ("by somebody else", vec![replies("beta", 1, code, &[0, 1])], &[]),
        ("by a regulator", vec![replies("ofcom", 1, code, &[0, 1])], &[]),
        ("of another code", vec![replies("alpha", 1, "total-mismatch", &[0, 1])], &[]),
        ("of some of the entries", vec![replies("alpha", 1, code, &[1])], &[]),
        ("by its id", vec![named(id.clone())], &[2]),
        ("by another id", vec![named(other)], &[]),
        ("by the successor", vec![succeeds(), replies("beta", 1, code, &[0, 1])], &[3]),
        ("by the successor, too early", vec![replies("beta", 1, code, &[0, 1]), succeeds()], &[]),
        ("by the predecessor still", vec![succeeds(), replies("alpha", 1, code, &[0, 1])], &[3]),
    ];
    for (what, said, expected) in table {
        let found = replied(&[silent().to_vec(), said.clone()].concat());
        assert_eq!(found.len(), 1, "{what}");
        assert_eq!(found[0].1, *expected, "{what}");
    }
}

/// A finding stays itself while the ledger goes on: otherwise a reply to it would be lost.
#[test]
fn a_finding_keeps_its_identity() {
    let items = json!([{"item": "reports", "question": "How many?"}]);
    let asks = || by("ofcom").compels("ofcom/r1").set("/addressees", json!(["alpha"])).set("/items", items.clone());
    let acknowledges = |author: &str| by(author).says(json!({"kind": "receipt_acknowledged", "request": "ofcom/r1"}));
    let later = || by("ofcom").says(registers("ofcom/later", None)).at(END);
    let first = noticed(&[asks(), later()]);
    assert_eq!(codes(&first), [Silence]);
    for more in [acknowledges("alpha"), succeeds(), replies("alpha", 1, "no-response-by-deadline", &[0])] {
        let found = replied(&[asks(), later(), more.clone()]);
        assert_eq!(found.iter().map(|(finding, _)| finding.id()).collect::<Vec<_>>(), [first[0].id()], "{more:?}");
    }
    let said =
        [asks(), later(), replies("alpha", 1, "no-response-by-deadline", &[0]), succeeds(), acknowledges("beta")];
    assert_eq!(replied(&said)[0].1, [2], "a reply outlives what comes after it");
}

#[test]
fn nothing_is_owed_of_a_request_that_was_set_aside() {
    let asks = by("ofcom").compels("ofcom/r1").set("/addressees", json!(["alpha", "beta"]));
    let appeals = by("alpha").says(json!({
        "kind": "appeal_lodged", "against": "ofcom/r1", "appeal": "alpha/p1", "grounds": "Not the provider.",
    }));
    let determines = |outcome: &str| {
        by("tribunal").says(json!({
            "kind": "appeal_determined", "appeal": "alpha/p1", "outcome": outcome, "reasons": "As argued.",
        }))
    };
    for (outcome, expected) in [("allowed", &["beta"][..]), ("dismissed", &["alpha", "beta"])] {
        let found = noticed(&[asks.clone(), appeals.clone(), determines(outcome).at(END)]);
        assert!(found.iter().all(|finding| finding.code == Silence), "{outcome}");
        let about: std::collections::BTreeSet<_> =
            found.iter().filter_map(|finding| finding.actor.as_ref()).map(|actor| actor.as_str()).collect();
        assert_eq!(about.into_iter().collect::<Vec<_>>(), expected, "{outcome}");
    }
}
