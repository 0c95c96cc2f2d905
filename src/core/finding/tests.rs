mod agreement;
mod figures;
mod limits;
mod order;
mod periods;
mod reports;

use super::punctuality::Punctuality;
use super::*;
use crate::core::event::CheckpointRules;
use crate::core::json::Positive;
use crate::core::state::State;
use crate::core::state::tests::say::{Say, answered, by, number, observation};
use crate::core::state::tests::scene::{END, OPENED, Scene};
use crate::core::time::Millis;
use serde_json::{Value, json};

/// A finding's code and entries.
type Found = (FindingCode, Vec<u64>);
type Numbers<'a> = &'a [u64];

/// What was noticed of these statements, each said lawfully after the cast was enrolled. Entries are counted from the
/// first of them.
fn noticed(said: &[Say]) -> Vec<Finding> {
    replied(said).into_iter().map(|(finding, _)| finding).collect()
}

/// The same, each with the entries of the replies to it.
fn replied(said: &[Say]) -> Vec<(Finding, Vec<u64>)> {
    let (mut scene, mut noticing, mut replies) = (Scene::cast(), Noticing::default(), Replies::default());
    let first = scene.size;
    for say in said {
        let (index, before) = (scene.size, scene.now);
        scene = scene.and(say.clone());
        let recorded_at = Millis::from_unix_ms(scene.now.max(before)).unwrap();
        let statement = say.statement(0, recorded_at);
        noticing.entry(&scene.state, index, recorded_at, &statement);
        replies.add(&scene.state, index, &statement.author, &statement.event);
        for observation in statement.event.observations() {
            noticing.observe(&scene.state, observation);
        }
    }
    let found = finished(&mut noticing, Some(&scene.state), Some(scene.now));
    let from_first = |mut finding: Finding| {
        let replies = replies.to(&finding).into_iter().map(|reply| reply.index - first).collect();
        finding.entries.iter_mut().for_each(|entry| *entry -= first);
        (finding, replies)
    };
    found.into_iter().map(from_first).collect()
}

/// All that was noticed, and is at the end of the ledger as of a time in milliseconds.
fn finished(noticing: &mut Noticing, state: Option<&State>, as_of: Option<u64>) -> Vec<Finding> {
    let mut found = Vec::new();
    let as_of = as_of.and_then(Millis::from_unix_ms).map(Millis::time);
    noticing.finish(state, as_of, &mut |finding| found.push(finding));
    assert_eq!(noticing.take(), [], "what was handed over is not handed over twice");
    found
}

/// The codes of findings, in order.
fn codes(findings: &[Finding]) -> Vec<FindingCode> {
    findings.iter().map(|finding| finding.code).collect()
}

/// An observation with a whole number, and other fields than usual.
fn figure(fields: &[(&str, Value)], value: i64) -> Value {
    let mut it = observation("given", number(value));
    fields.iter().for_each(|(field, value)| it[*field] = value.clone());
    it
}

/// So many figures of a period, told apart by what became of things.
fn numbered(period: &str, values: &[i64]) -> Vec<Value> {
    let figure = |(nth, value): (usize, &i64)| {
        figure(&[("period", json!(period)), ("outcome", json!(format!("outcome {nth}")))], *value)
    };
    values.iter().enumerate().map(figure).collect()
}

/// The platform discloses that, as its first document; see [`Say::named`].
fn disclosing(figures: &[Value]) -> Say {
    by("alpha").discloses("alpha/document-1").set("/observations", json!(figures))
}

/// A document of the platform corrects another.
fn correcting(nth: u64, of: u64, figures: &[Value]) -> Say {
    let (correction, corrected) = (format!("alpha/document-{nth}"), format!("alpha/document-{of}"));
    by("alpha").corrects(&correction, &corrected).set("/observations", json!(figures))
}

fn retracts(nth: u64) -> Say {
    let document = format!("alpha/document-{nth}");
    by("alpha").says(json!({"kind": "document_retracted", "document": document, "reason": "wrong"}))
}

/// A definition of a metric in numbers.
fn defines(definition: &str, metric: &str, additive: bool) -> Value {
    json!({
        "kind": "metric_defined", "additive": additive, "counting_unit": "report", "definition": definition,
        "meaning": "Reports received", "metric": metric, "unit": "number",
    })
}

fn registers(service: &str, part_of: Option<&str>) -> Value {
    let mut event = json!({"kind": "service_registered", "name": service, "service": service});
    part_of.into_iter().for_each(|whole| event["part_of"] = whole.into());
    event
}

/// The same, of silent restatements alone, each statement's document under a name of its own.
fn figures(said: &[Say]) -> Vec<Finding> {
    let named = (1..).zip(said).map(|(nth, say)| say.clone().named(nth)).collect::<Vec<_>>();
    noticed(&named).into_iter().filter(|finding| finding.code == FindingCode::SilentRestatement).collect()
}

fn discloses(observation: Value) -> Say {
    by("alpha").discloses("alpha/d1").set("/observations", json!([observation]))
}

fn corrects(observation: Value) -> Say {
    by("alpha").corrects("alpha/c1", "alpha/d1").set("/observations", json!([observation]))
}

fn given(value: i64) -> Value {
    observation("given", number(value))
}

#[test]
fn a_value_changes_in_silence() {
    let ratio =
        |numerator: i64, denominator: i64| json!({"ratio": {"denominator": denominator, "numerator": numerator}});
    let bare = |status| observation(status, Value::Null);
    let of = |field: &str, value: &str| {
        let mut it = given(6);
        it[field] = value.into();
        it
    };
    // (what entry 0 discloses, what entry 1 does, whether that is a silent restatement)
    let table = [
        (given(7), given(7), false),
        (given(7), given(6), true),
        (given(7), given(0), true),
        (given(7), observation("estimated", number(7)), false),
        (given(7), observation("estimated", number(6)), true),
        (given(7), bare("suppressed"), true),
        (bare("not_collected"), bare("not_collected"), false),
        (bare("not_collected"), bare("refused"), true),
        (bare("not_collected"), given(7), true),
        (given(7), observation("given", json!({"range": {"lower": 7, "upper": 7}})), true),
        (observation("given", ratio(1, 2)), observation("given", ratio(2, 4)), false),
        (observation("given", ratio(1, 2)), observation("given", ratio(2, 5)), true),
        // The same days in another spelling.
        (given(7), of("period", "2025-10-01/2025-12-31"), true),
        // Other figures, so nothing changed.
        (given(7), of("metric", "removals"), false),
        (given(7), of("period", "2025-Q3"), false),
        (given(7), of("period", "2025-10-01/2025-12-30"), false),
        (given(7), of("service", "chat"), false),
        (given(7), of("jurisdiction", "GB"), false),
        (given(7), of("age_band", "13-17"), false),
        (given(7), of("detection", "hashes"), false),
        (given(7), of("outcome", "removed"), false),
    ];
    for (before, now, silent) in table {
        let found = figures(&[discloses(before.clone()), discloses(now.clone())]);
        let codes: Vec<_> = found.iter().map(|finding| (finding.code, finding.entries.as_slice())).collect();
        let expected: &[(_, &[u64])] = if silent { &[(FindingCode::SilentRestatement, &[0, 1])] } else { &[] };
        assert_eq!(codes, expected, "{before} and then {now}");
        assert_eq!(figures(&[discloses(before.clone()), corrects(now.clone())]), [], "{before}, corrected to {now}");
    }
}

#[test]
fn rounding_is_no_restatement() {
    let mut rounded = given(7);
    rounded["precision"] = json!({"rounded_to": 1});
    assert_eq!(figures(&[discloses(given(7)), discloses(rounded)]), []);
}

#[test]
fn each_change_is_noticed_once_and_by_its_author() {
    let entries = |said: &[Say]| figures(said).into_iter().map(|finding| finding.entries).collect::<Vec<_>>();
    let another = |value| by("beta").discloses("beta/d1").set("/observations", json!([given(value)]));
    let [seven, six] = [|| discloses(given(7)), || discloses(given(6))];
    assert_eq!(entries(&[seven(), six(), six()]), [[0, 1]]);
    assert_eq!(entries(&[seven(), six(), seven()]), [[0, 1], [1, 2]]);
    assert_eq!(entries(&[seven(), another(6), seven()]), [[0; 0]; 0]);
    assert_eq!(entries(&[seven(), corrects(given(6)), six()]), [[0; 0]; 0], "what a correction said is what stands");
    assert_eq!(entries(&[seven(), corrects(given(6)), seven()]), [[1, 2]], "and going back is a change");
}

#[test]
fn a_restatement_in_words() {
    let mut before = given(25_700_000);
    before["harm"] = json!({"category": "Child nudity", "taxonomy": "meta", "version": "2021"});
    let mut now = before.clone();
    now["value"] = number(25_600_000);
    let says = &figures(&[discloses(before), discloses(now)])[0].says;
    let expected = "alpha: video, Child nudity, reports, 2025-Q4: 25700000 in entry 8, 25600000 in entry 9, with no \
                    correction recorded";
    assert_eq!(says, expected);
}

#[test]
fn what_the_state_shows_at_the_end() {
    use FindingCode::{AnsweredLate as Late, GroundOutsideBasis as Ground, NoResponseByDeadline as Silent};
    let answers = || by("alpha").answers("alpha/a1", "ofcom/r1").items(&[answered("reports", &["alpha/d1"])]);
    let refuses = || by("alpha").answers("alpha/a1", "ofcom/r1");
    let on = |ground: &str| refuses().set("/items/0/outcome/refused/ground", ground);
    let scene = Scene::cast()
        .and(
            by("ofcom")
                .compels("ofcom/r1")
                .set("/addressees", json!(["alpha"]))
                .set("/items", json!([{"item": "reports", "question": "How many?"}])),
        )
        .and(by("alpha").discloses("alpha/d1"));
    let issued = scene.size - 2;
    let response = scene.size;
    // (what happened, the last entry's time, the findings)
    let table: Vec<(Option<Say>, u64, Vec<Found>)> = vec![
        (None, END - 1, vec![]),
        (None, END, vec![(Silent, vec![issued])]),
        (Some(answers().at(END - 1)), END, vec![]),
        (Some(answers().at(END)), END, vec![(Late, vec![issued, response])]),
        (Some(on("not_reasonably_practicable")), END, vec![]),
        (Some(on("jurisdiction_disputed")), END, vec![]),
        (Some(on("not_collected")), END, vec![(Ground, vec![issued, response])]),
        (Some(on("not_reasonably_practicable").at(END)), END, vec![(Late, vec![issued, response])]),
        (Some(refuses().at(END)), END, vec![(Late, vec![issued, response]), (Ground, vec![issued, response])]),
        (Some(by("ofcom").withdraws("ofcom/r1").at(END)), END, vec![]),
    ];
    for (say, end, expected) in table {
        let scene = say.iter().fold(scene.clone(), |scene, say| scene.and(say.clone()));
        let found = finished(&mut Noticing::default(), Some(&scene.state), Some(end)).into_iter();
        let found: Vec<_> = found.map(|finding| (finding.code, finding.entries)).collect();
        assert_eq!(found, expected, "{say:?} as of {end}");
    }
    assert_eq!(finished(&mut Noticing::default(), Some(&scene.state), None), [], "a ledger whose time is not known");
}

#[test]
fn checkpoints_come_as_promised() {
    let rules = CheckpointRules { max_entries: Positive::new(3).unwrap(), max_seconds: Positive::new(10).unwrap() };
    // (when each entry is recorded, in milliseconds; after which ones a checkpoint is published; the findings)
    let table: [(Numbers<'_>, Numbers<'_>, &[[u64; 2]]); 12] = [
        (&[0], &[], &[]),
        (&[0, 0, 0], &[], &[]),
        (&[0, 0, 0, 0], &[], &[[0, 3]]),
        (&[0, 0, 0, 0], &[2], &[]),
        (&[0, 0, 0, 0, 0, 0, 0], &[], &[[0, 3], [3, 6]]),
        (&[0, 0, 0, 0, 0, 0], &[2, 5], &[]),
        (&[0, 10_000], &[], &[]),
        (&[0, 10_999], &[], &[]),
        (&[0, 11_000], &[], &[[0, 1]]),
        (&[0, 11_000], &[0], &[]),
        (&[0, 11_000], &[1], &[[0, 1]]),
        (&[0, 9_000, 12_000, 18_000, 30_000], &[1], &[[2, 4]]),
    ];
    for (times, published, expected) in table {
        let (mut punctuality, mut found) = (Punctuality::default(), Vec::new());
        for (index, at) in (0..).zip(times) {
            let at = Millis::from_unix_ms(OPENED + at).unwrap();
            found.extend(punctuality.entry(index, at, rules, published.contains(&index)));
        }
        assert!(found.iter().all(|finding| finding.code == FindingCode::CheckpointOverdue));
        let found: Vec<_> = found.into_iter().map(|finding| finding.entries).collect();
        assert_eq!(found, expected, "entries at {times:?}, checkpoints after {published:?}");
    }
}
