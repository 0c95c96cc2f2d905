//! What is said to be slow.

use serde_json::{Value, json};

use super::{Story, secret};

/// A story of so many statements, about.
type Tell = fn(u64) -> Story;

/// All of them, by what grows.
pub const ALL: [(&str, Tell); 13] = [
    ("responses, each in place of the last", responses),
    ("definitions of parts of one metric, and rows", parts),
    ("definitions, each taken back", definitions),
    ("taxonomies, and rows of them", taxonomies),
    ("designations, each ended", designations),
    ("designations of services with reports", duties),
    ("keys of an authority, each ended", keys),
    ("penalties, and an appeal against each", penalties),
    ("corrections, each of the last, and cited", corrections),
    ("disclosures of one day each", days),
    ("disclosures, taken back from the last", taken_back),
    ("amendments of 64 items", amendments),
    ("requests of 64 items to 64 platforms", requests),
];

/// Observations in one statement.
const ROWS: u64 = 300;

fn deadline() -> Value {
    json!({"calendar": "Europe/London", "date": "2026-03-31", "ends_at": "2026-03-31T23:00:00Z"})
}

fn items(count: u64) -> Value {
    (0..count).map(|item| json!({"item": format!("item-{item}"), "question": "How many?"})).collect()
}

fn request(name: &str, addressees: &[String], count: u64) -> Value {
    json!({"kind": "request_issued", "addressees": addressees, "compulsory": true, "deadline": deadline(),
        "items": items(count), "legal_basis": {"instrument": "uk-osa-2023"}, "request": name, "title": "All of it"})
}

fn to_alpha(count: u64) -> Value {
    request("office/r", &["alpha".to_owned()], count)
}

fn observation(more: &Value) -> Value {
    let mut observation =
        json!({"metric": "all", "period": "2025", "service": "video", "status": "given", "value": {"integer": 7}});
    let all = observation.as_object_mut().unwrap();
    all.extend(more.as_object().unwrap().clone());
    observation
}

fn disclosure(name: &str, period: &str, observations: &[Value]) -> Value {
    json!({"kind": "disclosure_filed", "disclosure": name, "observations": observations, "period": period,
        "service": "video", "subject": "Reports"})
}

/// So many days, from the first of 1970 on.
fn dates(count: u64) -> impl Iterator<Item = String> {
    let first = candour::core::time::Date::parse("1970-01-01").unwrap();
    std::iter::successors(Some(first), |day| day.next()).take(count as usize).map(|day| format!("{day}/{day}"))
}

fn responses(count: u64) -> Story {
    let mut story = Story::new();
    story.says("office", to_alpha(1));
    for number in 0..count {
        let mut response = json!({"kind": "response_filed", "request": "office/r", "response": format!("alpha/a{number}"),
            "items": [{"item": "item-0", "outcome": {"refused": {"ground": "not_collected"}}}], "version": 1});
        if number > 0 {
            response["supersedes"] = format!("alpha/a{}", number - 1).into();
        }
        story.says("alpha", response);
    }
    story
}

fn metric(definition: String, metric: String) -> Value {
    json!({"kind": "metric_defined", "additive": true, "counting_unit": "report", "definition": definition,
        "meaning": "Reports.", "metric": metric, "unit": "number"})
}

fn parts(count: u64) -> Story {
    let mut story = Story::new();
    for number in 0..count {
        let mut part = metric(format!("alpha/m{number}"), format!("part {number}"));
        part["subset_of"] = "all".into();
        story.says("alpha", part);
    }
    let rows: Vec<_> = (0..count).map(|row| observation(&json!({"service": format!("s{row}")}))).collect();
    for (number, rows) in rows.chunks(ROWS as usize).enumerate() {
        story.says("alpha", disclosure(&format!("alpha/d{number}"), "2025", rows));
    }
    story
}

fn definitions(count: u64) -> Story {
    let mut story = Story::new();
    for number in 0..count / 2 {
        story.says("alpha", metric(format!("alpha/m{number}"), format!("metric {number}")));
        story.says(
            "alpha",
            json!({"kind": "document_retracted", "document": format!("alpha/m{number}"), "reason": "no"}),
        );
    }
    story
}

fn taxonomies(count: u64) -> Story {
    let mut story = Story::new();
    for number in 0..count {
        story.says(
            "alpha",
            json!({"kind": "taxonomy_registered", "categories": ["grooming"], "taxonomy": "harms",
            "registration": format!("alpha/t{number}"), "version": number.to_string()}),
        );
    }
    let harm = |row: u64| json!({"taxonomy": "harms", "version": row.to_string(), "category": "grooming"});
    let rows: Vec<_> = (0..count).map(|row| observation(&json!({"harm": harm(row)}))).collect();
    for (number, rows) in rows.chunks(ROWS as usize).enumerate() {
        story.says("alpha", disclosure(&format!("alpha/d{number}"), "2025", rows));
    }
    story
}

fn designation(number: u64, service: &str, reports: Option<&str>) -> Value {
    let mut event = json!({"kind": "service_designated", "category": "uk_category_1",
        "designation": format!("office/g{number}"), "legal_basis": {"instrument": "uk-osa-2023"}, "service": service});
    if let Some(since) = reports {
        event["reports"] = json!({"frequency": "annual", "since": since, "within_days": 10});
    }
    event
}

fn designations(count: u64) -> Story {
    let mut story = Story::new();
    story.says("alpha", json!({"kind": "service_registered", "name": "Video", "service": "alpha/video"}));
    for number in 0..count / 2 {
        story.says("office", designation(number, "alpha/video", Some("2025-01-01")));
        story.says(
            "office",
            json!({"kind": "designation_ended", "designation": format!("office/g{number}"), "reason": "no"}),
        );
    }
    story
}

fn duties(count: u64) -> Story {
    let mut story = Story::new();
    for number in 0..count / 3 {
        let service = format!("alpha/s{number}");
        story.says("alpha", json!({"kind": "service_registered", "name": "Video", "service": service}));
        story.says("office", designation(number, &service, Some("2025-01-01")));
        let mut report = disclosure(&format!("alpha/d{number}"), "2025", &[observation(&json!({}))]);
        report["service"] = format!("s{number}").into();
        story.says("alpha", report);
    }
    story
}

fn keys(count: u64) -> Story {
    let mut story = Story::new();
    for number in 0..count / 2 {
        let name = format!("key {number}");
        let key = secret(&name).public().unwrap().to_string();
        story.signed("office", &[&name], json!({"kind": "key_added", "actor": "office", "key": key}));
        story.says("office", json!({"kind": "key_revoked", "actor": "office", "key": key, "reason": "no"}));
    }
    story
}

fn penalties(count: u64) -> Story {
    let mut story = Story::new();
    story.says(
        "office",
        json!({"kind": "investigation_opened", "investigation": "office/i", "respondents": ["alpha"],
            "legal_basis": {"instrument": "uk-osa-2023"}, "subject": "No answer"}),
    );
    story.says(
        "office",
        json!({"kind": "provisional_notice_given", "addressee": "alpha", "investigation": "office/i", "notice": "office/n",
            "proposes": "a penalty", "representations_by": deadline()}),
    );
    story.says(
        "alpha",
        json!({"kind": "representations_made", "about": "office/n", "note": "no", "representations": "alpha/r"}),
    );
    story.says(
        "office",
        json!({"kind": "decision_given", "breach": true, "decision": "office/d", "notice": "office/n", "reasons": "none"}),
    );
    for number in 0..count / 3 {
        story.says(
            "office",
            json!({"kind": "penalty_imposed", "addressee": "alpha", "currency": "GBP", "fixed": {"amount": 1000},
                "penalty": format!("office/p{number}"), "under": "office/d"}),
        );
    }
    for number in 0..count / 3 {
        let (appeal, against) = (format!("alpha/l{number}"), format!("office/p{number}"));
        story.says("alpha", json!({"kind": "appeal_lodged", "against": against, "appeal": appeal, "grounds": "no"}));
        story.says(
            "court",
            json!({"kind": "appeal_determined", "appeal": appeal, "outcome": "allowed", "reasons": "yes"}),
        );
    }
    story
}

fn correction(number: u64) -> Value {
    let supersedes = if number == 0 { "alpha/d".to_owned() } else { format!("alpha/c{}", number - 1) };
    json!({"kind": "correction_filed", "correction": format!("alpha/c{number}"), "material": true, "note": "again",
        "observations": [observation(&json!({"value": {"integer": number}}))], "reason": "error", "supersedes": supersedes})
}

fn corrections(count: u64) -> Story {
    let mut story = Story::new();
    story.says("office", to_alpha(64));
    story.says("alpha", disclosure("alpha/d", "2025", &[observation(&json!({}))]));
    (0..count).for_each(|number| story.says("alpha", correction(number)));
    let cited: Vec<_> = (0..64).map(|number| format!("alpha/c{number}")).collect();
    let answers: Vec<_> = (0..64)
        .map(|item| json!({"item": format!("item-{item}"), "outcome": {"answered": {"disclosures": cited, "extent": "complete"}}}))
        .collect();
    story.says(
        "alpha",
        json!({"kind": "response_filed", "request": "office/r", "response": "alpha/a", "items": answers,
        "version": 1}),
    );
    story
}

fn days(count: u64) -> Story {
    let mut story = Story::new();
    for (number, period) in dates(count).enumerate() {
        story.says(
            "alpha",
            disclosure(&format!("alpha/d{number}"), &period, &[observation(&json!({"period": period}))]),
        );
    }
    story
}

fn taken_back(count: u64) -> Story {
    let mut story = days(count / 2);
    for number in (0..count / 2).rev() {
        story.says(
            "alpha",
            json!({"kind": "document_retracted", "document": format!("alpha/d{number}"), "reason": "no"}),
        );
    }
    story
}

fn amendments(count: u64) -> Story {
    let mut story = Story::new();
    story.says("office", to_alpha(64));
    for version in 2..2 + count / 10 {
        story.says(
            "office",
            json!({"kind": "request_amended", "items": items(64), "reason": "clearer", "request": "office/r",
            "version": version}),
        );
    }
    story
}

fn requests(count: u64) -> Story {
    let mut story = Story::new();
    let all: Vec<_> = std::iter::once("alpha".to_owned()).chain((1..64).map(|number| format!("p{number}"))).collect();
    (0..count / 100).for_each(|number| story.says("office", request(&format!("office/r{number}"), &all, 64)));
    story
}
