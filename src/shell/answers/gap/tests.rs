use serde_json::json;

use super::*;
use crate::core::event::{Event, Status};
use crate::core::finding::Figure;
use crate::core::state::tests::say::by;
use crate::core::state::tests::scene::{END, Scene};
use crate::core::time::Millis;

/// What is asked of whom, with what is said of it and where.
fn told(scene: &Scene, wanted: &Wanted, answers: &[Answer], wider: &Wider) -> Vec<String> {
    let as_of = Time::from_unix(END / 1000).unwrap();
    let told = |gap: Gap| {
        let service = gap.service.as_ref().map_or("-", Slug::as_str);
        let entry = gap.entry.map_or("-".to_owned(), |entry| entry.to_string());
        let request = gap.request.as_ref().map_or("-", DocumentId::as_str);
        let reason = gap.reason.in_words();
        format!("{} {} {service}: {reason}, {entry}, {request}", gap.platform, gap.question.as_str())
    };
    gaps(&scene.state, wanted, as_of, answers, wider).into_iter().map(told).collect()
}

fn scene() -> Scene {
    let registers = |service: &str| json!({"kind": "service_registered", "name": service, "service": service});
    let item = |item: &str, about: &str| json!({"item": item, "about": about, "question": "How many?"});
    Scene::cast()
        .and(by("alpha").says(registers("alpha/video")))
        .and(by("alpha").says(registers("alpha/chat")))
        .and(by("ofcom").says(registers("ofcom/video")))
        .and(by("alpha").defines("alpha/m1", "reports").set("/question", "reports_received"))
        .and(by("beta").defines("beta/m1", "reports").set("/question", "taken_down"))
        .and(by("ofcom").defines("ofcom/m1", "times").set("/question", "speed"))
        // The last that was issued counts, not the last by name, and of its items the last.
        .and(by("nspcc").asks("nspcc/r2").set("/items", json!([item("a", "reports_received"), item("b", "speed")])))
        .and(
            by("nspcc")
                .asks("nspcc/r1")
                .set("/addressees", json!(["alpha"]))
                .set("/items", json!([item("a", "speed"), item("b", "speed"), {"item": "c", "question": "Why?"}])),
        )
        .and(by("alpha").answers("alpha/a1", "nspcc/r1").set("/items/0/item", "b"))
}

/// A figure of alpha's video that answers a question.
fn answer(question: Question) -> Answer {
    let statement = by("alpha").discloses("alpha/d1").statement(0, Millis::from_unix_ms(0).unwrap());
    let Event::DisclosureFiled(event) = &statement.event else { panic!("no disclosure") };
    Answer {
        question: Some(question),
        platform: "alpha".parse().unwrap(),
        figure: Figure::of(&event.observations.as_ref().unwrap()[0], None),
        status: Status::Given,
        entry: 7,
        retracted: false,
        history: Vec::new(),
    }
}

#[test]
fn every_service_and_question_without_a_figure() {
    let scene = scene();
    let wide = |rows: &[(&str, &str, &str, u64)]| -> Wider {
        let row = |row: &(&str, &str, &str, u64)| {
            ((row.0.parse().unwrap(), row.1.parse().unwrap(), row.2.parse().unwrap()), row.3)
        };
        rows.iter().map(row).collect()
    };
    let wider = wide(&[
        ("alpha", "video", "reports", 95),
        ("alpha", "video", "times", 96),
        ("alpha", "video", "unheard of", 97),
        ("alpha", "live", "reports", 98),
        ("beta", "video", "reports", 99),
        ("beta", "videos", "times", 94),
        ("gamma", "video", "times", 93),
    ]);
    let of = |platform: &str, service: Option<&str>| Wanted {
        platforms: vec![platform.parse().unwrap()],
        service: service.map(|service| service.parse().unwrap()),
        ..Wanted::default()
    };
    let answers = [answer(Question::ReportsReceived)];
    let asked_of_alpha = [
        "alpha reports_received chat: asked, silent, 14, nspcc/r2",
        "alpha speed chat: refused (not collected), 16, nspcc/r1",
        "alpha taken_down chat: not asked on this ledger, -, -",
    ];
    let table: &[(Wanted, &Wider, &[&str])] = &[
        (
            Wanted::default(),
            &wider,
            &[
                asked_of_alpha[0],
                "alpha reports_received live: not broken down by place, 98, nspcc/r2",
                asked_of_alpha[1],
                "alpha speed live: refused (not collected), 16, nspcc/r1",
                "alpha speed video: not broken down by place, 96, nspcc/r1",
                asked_of_alpha[2],
                "alpha taken_down live: not asked on this ledger, -, -",
                "alpha taken_down video: not asked on this ledger, -, -",
                "beta reports_received video: asked, silent, 14, nspcc/r2",
                "beta reports_received videos: asked, silent, 14, nspcc/r2",
                "beta speed video: asked, silent, 14, nspcc/r2",
                "beta speed videos: not broken down by place, 94, nspcc/r2",
                "beta taken_down video: not broken down by place, 99, -",
                "beta taken_down videos: not asked on this ledger, -, -",
            ],
        ),
        (
            of("beta", Some("chat")),
            &wider,
            &[
                "beta reports_received chat: asked, silent, 14, nspcc/r2",
                "beta speed chat: asked, silent, 14, nspcc/r2",
                "beta taken_down chat: not asked on this ledger, -, -",
            ],
        ),
        (
            of("beta", None),
            &Wider::new(),
            &[
                "beta reports_received -: asked, silent, 14, nspcc/r2",
                "beta speed -: asked, silent, 14, nspcc/r2",
                "beta taken_down -: not asked on this ledger, -, -",
            ],
        ),
        (of("alpha", Some("chat")), &wider, &asked_of_alpha),
        (of("ofcom", None), &wider, &[]),
    ];
    for (wanted, wider, expected) in table {
        assert_eq!(told(&scene, wanted, &answers, wider), *expected, "{wanted:?}");
    }
}
