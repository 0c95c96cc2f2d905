//! The three questions, what is owed, and the scorecard, as a case officer asks for them.

use std::fs;

use serde_json::{Value, json};

use crate::command_line::Scene;

const HEADER: &str = "service,metric,jurisdiction,age_band,harm_taxonomy,harm_version,harm_category,detection,outcome,\
                      period,status,value_type,value,value_to,unit,rounded_to";

/// Lines of JSON that a command prints.
fn lines(scene: &Scene, words: &str) -> Vec<Value> {
    let printed = scene.ok(&format!("{words} --json"));
    printed.lines().map(|line| serde_json::from_str(line).expect("a line of json")).collect()
}

fn file(scene: &Scene, name: &str, event: &Value, key: &str) {
    fs::write(scene.path(name), event.to_string()).expect("a file");
    scene.ok(&format!("file ledger {name} --key {key}.pem"));
}

fn disclose(scene: &Scene, name: &str, how: &str, rows: &[&str]) {
    fs::write(scene.path("rows.csv"), format!("{HEADER}\n{}\n", rows.join("\n"))).expect("a table");
    scene.ok(&format!("{how} ledger {name} --key platform.pem --observations rows.csv"));
}

const DISCLOSE: &str = "disclose --service video --period 2021-Q2 --subject Figures";

/// A platform with two services, three metrics of which each answers one question, and figures of all sorts.
fn told() -> Scene {
    let scene = Scene::new();
    for service in ["video", "chat"] {
        let event = json!({"kind": "service_registered", "name": service, "service": format!("example/{service}")});
        file(&scene, "service.json", &event, "platform");
    }
    for (metric, question, unit) in [
        ("Reports received", "reports_received", "number"),
        ("Median time", "speed", "duration"),
        ("Removed", "taken_down", "number"),
    ] {
        let event = json!({
            "kind": "metric_defined", "additive": false, "counting_unit": "item", "meaning": "As it says.",
            "definition": format!("example/{question}").replace('_', "-"), "metric": metric, "question": question, "unit": unit,
        });
        file(&scene, "metric.json", &event, "platform");
    }
    let first = [
        "video,Reports received,GB,13-17,,,,,,2021-Q2,given,integer,1204,,,",
        "video,Reports received,GB,,,,,,,2021-Q2,estimated,integer,5000,,,100",
        "video,Median time,GB,,,,,,,2021-Q2,not_collected,,,,,",
        "video,Removed,,,meta,2021,Child nudity,,removed,2021-Q2,given,integer,25700000,,,",
        "video,Unheard of,GB,,,,,,,2021-Q2,given,integer,3,,,",
    ];
    disclose(&scene, "q2", DISCLOSE, &first);
    disclose(&scene, "q2-again", DISCLOSE, &[&first[0].replace("1204", "1100"), first[1]]);
    let correct = "correct --supersedes example/q2-again --reason error --note Counted-twice";
    disclose(&scene, "q2-corrected", correct, &[&first[0].replace("1204", "1000")]);
    scene
}

fn figures(answers: &[Value]) -> Vec<String> {
    let figures = answers.iter().filter(|line| line.get("no_figure").is_none());
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    figures
        .map(|it| {
            let place = [&it["question"], &it["service"], &it["metric"], &it["age_band"], &it["now"], &it["status"]];
            place.map(text).join(" ")
        })
        .collect()
}

fn gaps(answers: &[Value]) -> Vec<String> {
    let gaps = answers.iter().filter_map(|line| line.get("no_figure"));
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    gaps.map(|gap| [&gap["question"], &gap["service"], &gap["reason"]].map(text).join(" ")).collect()
}

#[test]
fn each_figure_with_its_status_entry_and_history() {
    let scene = told();
    let answers = lines(&scene, "answers ledger --platform example --jurisdiction GB --period 2021-Q2");
    let expected = [
        "reports_received video Reports received - 5000 estimated",
        "reports_received video Reports received 13-17 1000 given",
        "speed video Median time - not collected not_collected",
        "- video Unheard of - 3 given",
    ];
    assert_eq!(figures(&answers), expected);
    let history: Vec<_> = answers[1]["history"].as_array().expect("a history").iter().collect();
    let told: Vec<_> =
        history.iter().map(|it| (it["said"].as_str().unwrap(), it["corrected"].as_bool().unwrap())).collect();
    assert_eq!(told, [("1204", false), ("1100", false), ("1000", true)]);
    let entries: Vec<_> = history.iter().map(|it| it["entry"].as_u64().unwrap()).collect();
    assert!(entries.is_sorted() && answers[1]["entry"].as_u64() == entries.last().copied());
    assert!(answers[0].get("history").is_none(), "a figure that was never restated has none");
    // It was said again, unchanged: the entry is the last that says it.
    assert!(answers[0]["entry"].as_u64() > answers[2]["entry"].as_u64());
    let shown = scene.ok("answers ledger --platform example --jurisdiction GB --period 2021-Q2");
    for words in ["How many reports were received?", "1204 in entry", "1000 in entry", "(correction)", "not collected"]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}

#[test]
fn filters_leave_out_what_is_not_asked_for() {
    let scene = told();
    let count = |words: &str| figures(&lines(&scene, &format!("answers ledger {words}"))).len();
    let table = [
        ("", 5),
        ("--jurisdiction GB", 4),
        ("--jurisdiction IE", 0),
        ("--period 2021-Q2", 5),
        ("--period 2021-04-01/2021-06-30", 5),
        ("--period 2021", 0),
        ("--service video", 5),
        ("--service chat", 0),
        ("--as-of 2020-01-01", 0),
    ];
    for (words, expected) in table {
        assert_eq!(count(words), expected, "{words}");
    }
    let failed = scene.command("answers ledger --platform nobody").output().expect("the command runs");
    assert_eq!(failed.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&failed.stderr).contains("no actor nobody on this ledger"));
}

#[test]
fn where_there_is_no_figure_it_says_why() {
    let scene = told();
    let now = |words: &str| gaps(&lines(&scene, &format!("answers ledger --platform example {words}")));
    let never = ["reports_received chat not_asked", "speed chat not_asked"];
    assert_eq!(now("")[..1], never[..1]);
    assert!(now("").contains(&never[1].to_owned()));
    // A figure for the whole world is none for Great Britain.
    assert!(now("--jurisdiction GB --service video").contains(&"taken_down video not_broken_down".to_owned()));
    let ask = |name: &str, when: &str| {
        scene.ok(&format!(
            "request ledger {name} --key charity.pem --to example --title T --item it=How? {when} --about it=speed"
        ));
    };
    let speed = || now("--service chat").into_iter().find(|gap| gap.starts_with("speed")).expect("a gap");
    ask("zero", "");
    assert_eq!(speed(), "speed chat open");
    ask("one", "--deadline 2099-01-01");
    assert_eq!(speed(), "speed chat awaited");
    ask("two", "--deadline 2021-11-30");
    assert_eq!(speed(), "speed chat silent");
    let acknowledged = json!({"kind": "receipt_acknowledged", "request": "charity/two"});
    file(&scene, "receipt.json", &acknowledged, "platform");
    assert_eq!(speed(), "speed chat overdue");
    scene.ok("respond ledger r2 --key platform.pem --to charity/two --refuse it=not_collected");
    assert_eq!(speed(), "speed chat refused");
    ask("three", "--deadline 2021-11-30");
    scene.ok("respond ledger r3 --key platform.pem --to charity/three --answer it=example/q2");
    assert_eq!(speed(), "speed chat answered_without_figure");
    ask("four", "--deadline 2021-11-30");
    let withdrawn = json!({"kind": "request_withdrawn", "reason": "moot", "request": "charity/four"});
    file(&scene, "withdrawn.json", &withdrawn, "charity");
    assert_eq!(speed(), "speed chat withdrawn");
    // As it was before anybody asked.
    assert!(gaps(&lines(&scene, "answers ledger --as-of 2020-01-01")).is_empty());
}

#[test]
fn a_retracted_document_says_so() {
    let scene = told();
    let retract = json!({"kind": "document_retracted", "document": "example/q2-corrected", "reason": "wrong file"});
    file(&scene, "retract.json", &retract, "platform");
    let answers = lines(&scene, "answers ledger");
    let retracted: Vec<_> = answers.iter().filter(|it| it["retracted"] == true).map(|it| it["now"].clone()).collect();
    assert_eq!(retracted, ["1000"]);
}

#[test]
fn the_status_of_all_that_is_owed() {
    let scene = Scene::new();
    let status = || scene.ok("status ledger");
    assert!(status().contains("silent") && status().contains("nothing recorded"), "{}", status());
    scene.ok("request ledger notice --key regulator.pem --to example --title T --item it=How? --deadline 2099-01-31 \
              --calendar UTC --compulsory --instrument uk-osa-2023 --provision s.100");
    assert!(status().contains("uk-osa-2023 s.100, compulsory"), "{}", status());
    let more = json!({
        "kind": "extension_requested", "extension": "example/more", "reason": "x", "request": "regulator/notice",
        "until": "2099-02-28",
    });
    file(&scene, "more.json", &more, "platform");
    assert!(status().contains("request for more time"), "{}", status());
    assert_eq!(lines(&scene, "status ledger --matters").len(), 1);
    let granted = json!({
        "kind": "request_extended", "extension": "example/more", "reason": "x", "request": "regulator/notice",
        "deadline": {"calendar": "UTC", "date": "2099-02-28", "ends_at": "2099-03-01T00:00:00Z"},
    });
    file(&scene, "granted.json", &granted, "regulator");
    assert!(status().contains("2099-03-01T00:00:00Z (by entry"), "{}", status());
    assert!(status().contains("at first 2099-02-01T00:00:00Z"), "{}", status());
    assert_eq!(lines(&scene, "status ledger --matters").len(), 0);
    let penalty = json!({
        "kind": "penalty_imposed", "addressee": "example", "currency": "GBP", "penalty": "regulator/fine",
        "daily": {"amount": 10_000, "calendar": "Europe/London", "from": "2025-10-14", "max_days": 60},
        "fixed": {"amount": 2_000_000}, "under": "regulator/old",
    });
    scene.ok("request ledger old --key regulator.pem --to example --title T --item it=How? --deadline 2021-11-30 \
              --compulsory --instrument uk-osa-2023");
    file(&scene, "penalty.json", &penalty, "regulator");
    let come_to = &lines(&scene, "status ledger --penalties")[0];
    assert_eq!(come_to["come_to"]["days"], 60, "{come_to}");
    assert!(status().contains("GBP 26,000.00"), "{}", status());
}

#[test]
fn a_scorecard_counts_by_time() {
    let scene = told();
    scene.ok("respond ledger answer --key platform.pem --to charity/letter --answer a=example/q2");
    let cards = lines(&scene, "status ledger --scorecard --by year");
    let of = |period: &str| cards.iter().find(|card| card["period"] == period).expect("a card")["score"].clone();
    let asked = of("2021");
    assert_eq!(
        (&asked["asked"], &asked["answered"], &asked["late"], &asked["overdue"]),
        (&json!(2), &json!(1), &json!(1), &json!(1))
    );
    let filed = cards.iter().find(|card| card["period"] != "2021").expect("this year's")["score"].clone();
    assert_eq!((&filed["silent_restatements"], &filed["corrections"]), (&json!(1), &json!(1)));
    let shown = scene.ok("status ledger --scorecard --platform example");
    assert!(shown.contains("2021-Q4") && shown.to_lowercase().contains("silent restatements"), "{shown}");
    assert_eq!(lines(&scene, "status ledger --scorecard --platform charity").len(), 0);
}

#[test]
fn figures_that_read_alike_and_are_not_stay_apart() {
    let scene = Scene::new();
    let row = |version: &str, value: u64| {
        format!("video,Removed,,,harms,{version},Grooming,,,2021-Q2,given,integer,{value},,,")
    };
    disclose(&scene, "both", DISCLOSE, &[&row("2021", 1), &row("2022", 2)]);
    let answers = lines(&scene, "answers ledger");
    let told: Vec<_> = answers.iter().filter(|it| it.get("now").is_some()).collect();
    let versions: Vec<_> =
        told.iter().map(|it| (it["version"].as_str().unwrap(), it["now"].as_str().unwrap())).collect();
    assert_eq!(versions, [("2021", "1"), ("2022", "2")]);
    assert!(told.iter().all(|it| it.get("history").is_none()), "neither restates the other");
}

#[test]
fn a_request_recorded_after_its_own_deadline_says_so() {
    let scene = Scene::new();
    let findings = scene.ok("findings ledger --as-of 2099-01-01 --code no-response-by-deadline");
    assert!(findings.contains("which had passed when the request was recorded"), "{findings}");
}
