use super::*;
use crate::core::state::tests::say::{Say, answered, by, refused};
use crate::core::state::tests::scene::{END, Scene};
use serde_json::json;

/// The second at which the deadline passes.
const DEADLINE: u64 = END / 1000;

fn standing_of(scene: &Scene, addressee: &str, item: &str, as_of: u64) -> Standing {
    let mut owed = obligations(&scene.state, Time::from_unix(as_of).unwrap());
    let owed = owed.find(|owed| owed.addressee.as_str() == addressee && owed.item.as_str() == item);
    owed.unwrap_or_else(|| panic!("{addressee} owes no {item}")).standing
}

fn asked() -> Scene {
    Scene::cast().and(by("nspcc").asks("nspcc/r1")).and(by("alpha").discloses("alpha/d1"))
}

fn answers() -> Say {
    by("alpha").answers("alpha/a1", "nspcc/r1").items(&[answered("reports", &["alpha/d1"])])
}

fn refuses() -> Say {
    by("alpha").answers("alpha/a1", "nspcc/r1")
}

#[test]
fn what_became_of_an_item() {
    let index = asked().size;
    let done = |late_by| Standing::Answered { index, extent: Extent::Complete, late_by };
    let no = |late_by| Standing::Refused {
        index,
        ground: Ground::NotCollected,
        known_ground: Some(true),
        until: None,
        late_by,
    };
    let in_part = answers().set("/items/0/outcome/answered/extent", "partial");
    let part = Standing::Answered { index, extent: Extent::Partial, late_by: None };
    let extends = || by("nspcc").extends("nspcc/r1", "2026-04-30").set("/addressees", json!(["alpha"]));
    let again = |at| answers().set("/response", "alpha/a2").set("/supersedes", "alpha/a1").at(at);
    let amends = || by("nspcc").amends("nspcc/r1", 2);
    let withdraws = || by("nspcc").withdraws("nspcc/r1");
    let month = 30 * 24 * 60 * 60;
    // (what happened after the request, which item of alpha's, as of how long after the deadline, its standing)
    let table: Vec<(Vec<Say>, &str, i64, Standing)> = vec![
        (vec![], "reports", -1, Standing::Due { within: 1 }),
        (vec![], "reports", 0, Standing::Silent { by: 0 }),
        (vec![], "reports", 60, Standing::Silent { by: 60 }),
        (vec![answers().at(END - 1)], "reports", 0, done(None)),
        (vec![answers().at(END)], "reports", 0, done(Some(0))),
        (vec![answers().at(END + 999)], "reports", 0, done(Some(0))),
        (vec![answers().at(END + 1000)], "reports", 1, done(Some(1))),
        (vec![in_part], "reports", 0, part),
        (vec![answers()], "speed", -1, Standing::Due { within: 1 }),
        (vec![answers()], "speed", 5, Standing::Overdue { heard: index, by: 5 }),
        (vec![refuses()], "reports", 0, no(None)),
        (vec![refuses().at(END + 2000)], "reports", 2, no(Some(2))),
        (vec![withdraws()], "reports", 9, Standing::Withdrawn { index }),
        (vec![answers(), withdraws()], "reports", 9, done(None)),
        (vec![answers(), withdraws()], "speed", 9, Standing::Withdrawn { index: index + 1 }),
        (vec![extends()], "reports", 0, Standing::Due { within: month }),
        (
            vec![extends(), answers().at(END)],
            "reports",
            0,
            Standing::Answered { index: index + 1, extent: Extent::Complete, late_by: None },
        ),
        // An amendment asks anew what it changes; what was answered and reads the same stays answered.
        (vec![answers(), amends()], "reports", -1, done(None)),
        (vec![answers(), amends()], "outcome", 0, Standing::Overdue { heard: index, by: 0 }),
        (vec![answers(), amends().set("/items/0/question", "And now?")], "reports", -1, Standing::Due { within: 1 }),
        // The response that supersedes is the one that counts, with its time.
        (
            vec![refuses(), again(END - 1)],
            "reports",
            0,
            Standing::Answered { index: index + 1, extent: Extent::Complete, late_by: None },
        ),
        (
            vec![refuses(), again(END)],
            "reports",
            0,
            Standing::Answered { index: index + 1, extent: Extent::Complete, late_by: Some(0) },
        ),
        (
            vec![answers(), again(END - 1).items(&[refused("speed")])],
            "reports",
            0,
            Standing::Overdue { heard: index + 1, by: 0 },
        ),
    ];
    for (story, item, after, expected) in table {
        let scene = story.iter().fold(asked(), |scene, say| scene.and(say.clone()));
        let found = standing_of(&scene, "alpha", item, DEADLINE.checked_add_signed(after).unwrap());
        assert_eq!(found, expected, "{item}, {after} seconds after the deadline, after {story:?}");
    }
}

#[test]
fn what_keeps_or_loses_an_answer() {
    let d2 = || by("alpha").discloses("alpha/d2");
    let both = || answers().items(&[answered("reports", &["alpha/d1", "alpha/d2"])]);
    let nil = || answers().items(&[json!({"item": "reports", "outcome": {"answered": {"extent": "nil"}}})]);
    let nil_return =
        |by: &str| json!({"item": "reports", "outcome": {"answered": {"disclosures": [by], "extent": "nil"}}});
    let retracts = |document| by("alpha").retracts(document);
    let corrects = || by("alpha").corrects("alpha/c1", "alpha/d1");
    let amends = |version| by("nspcc").amends("nspcc/r1", version);
    let reworded = |version| amends(version).set("/items/0/question", "And now?");
    let inquires = || by("alpha").inquires("alpha/q1", "nspcc/r1");
    let late = || answers().at(END + 1000);
    // (what happened after the request, the standing of alpha's item `reports` ten seconds after the deadline)
    let table: Vec<(Vec<Say>, &str)> = vec![
        (vec![], "silent"),
        (vec![by("alpha").acknowledges("nspcc/r1")], "overdue"),
        (vec![inquires()], "overdue"),
        (vec![by("nspcc").inquires("nspcc/q1", "nspcc/r1").set("/to", "alpha")], "silent"),
        (
            vec![by("nspcc").inquires("nspcc/q1", "nspcc/r1").set("/to", "alpha"), by("alpha").clarifies("nspcc/q1")],
            "overdue",
        ),
        (vec![inquires(), by("nspcc").clarifies("alpha/q1")], "overdue"),
        (vec![by("alpha").needs_change("alpha/m1", "nspcc/r1")], "overdue"),
        (vec![by("alpha").needs_time("alpha/x1", "nspcc/r1", "2026-04-30")], "overdue"),
        (vec![by("beta").acknowledges("nspcc/r1")], "silent"),
        (vec![nil()], "nil return"),
        (vec![nil().at(END)], "nil return, late"),
        (vec![answers().items(&[nil_return("alpha/d1")])], "nil return"),
        // A response that was taken back.
        (vec![answers(), retracts("alpha/a1")], "overdue"),
        (vec![answers(), retracts("alpha/a1"), answers().set("/response", "alpha/a2")], "answered"),
        (vec![answers(), retracts("alpha/a1"), answers().set("/response", "alpha/a2").at(END)], "answered late"),
        (vec![refuses(), retracts("alpha/a1")], "overdue"),
        // What an answer rests on was taken back.
        (vec![answers(), retracts("alpha/d1")], "overdue"),
        (vec![answers(), corrects()], "answered"),
        (vec![answers(), corrects(), retracts("alpha/c1")], "overdue"),
        (vec![d2(), both(), retracts("alpha/d1")], "answered in part"),
        (vec![d2(), both(), retracts("alpha/d1"), retracts("alpha/d2")], "overdue"),
        (vec![d2(), answers(), retracts("alpha/d2")], "answered"),
        (vec![answers().items(&[nil_return("alpha/d1")]), retracts("alpha/d1")], "overdue"),
        // An amendment keeps the answer to an item that reads the same in every version since, and no other.
        (vec![answers(), amends(2), amends(3)], "answered"),
        (vec![answers(), reworded(2)], "overdue"),
        (vec![answers(), reworded(2), amends(3)], "overdue"),
        (vec![answers(), amends(2), by("alpha").answers("alpha/a2", "nspcc/r1").set("/version", 2)], "refused"),
        (
            vec![
                answers(),
                amends(2),
                by("alpha").answers("alpha/a2", "nspcc/r1").set("/version", 2),
                retracts("alpha/a2"),
            ],
            "answered",
        ),
        (vec![answers(), amends(2).by_day("/deadline", "2026-04-30")], "answered"),
        (vec![amends(2).by_day("/deadline", "2026-04-30")], "due"),
        (vec![late()], "answered late"),
    ];
    for (story, expected) in table {
        let scene = story.iter().fold(asked(), |scene, say| scene.and(say.clone()));
        assert_eq!(standing_of(&scene, "alpha", "reports", DEADLINE + 10).as_str(), expected, "after {story:?}");
    }
}

#[test]
fn who_took_a_place_answers_for_it() {
    let merged = |predecessors: &[&str]| {
        let scene = asked().and(by("ofcom").enrols("gamma", "platform").with(&["gamma", "arcom"]));
        let succeeds = |id: &&str| by("ofcom").succeeds(id, "gamma").with(&["arcom"]);
        predecessors.iter().map(succeeds).fold(scene, Scene::and)
    };
    let of_beta = || {
        let scene = asked().and(by("ofcom").succeeds("alpha", "beta").with(&["arcom"]));
        scene.and(by("beta").discloses("beta/d1"))
    };
    let answers = |who: &str, by_disclosure: &str| {
        by(who).answers(&format!("{who}/a1"), "nspcc/r1").items(&[answered("reports", &[by_disclosure])])
    };
    let retires = |who| by("ofcom").retires(who).with(&["arcom"]);
    // (the story, and what is said then; alpha's standing and beta's)
    let table: Vec<(Scene, Vec<Say>, [&str; 2])> = vec![
        (merged(&["alpha"]), vec![answers("gamma", "alpha/d1")], ["answered", "silent"]),
        (merged(&["alpha"]), vec![by("gamma").acknowledges("nspcc/r1")], ["overdue", "silent"]),
        (merged(&["alpha"]), vec![answers("alpha", "alpha/d1")], ["answered", "silent"]),
        (
            merged(&["alpha"]),
            vec![answers("alpha", "alpha/d1"), by("gamma").retracts("alpha/a1")],
            ["overdue", "silent"],
        ),
        (merged(&["alpha"]), vec![retires("alpha")], ["silent", "silent"]),
        (merged(&["alpha"]), vec![retires("alpha"), answers("gamma", "alpha/d1")], ["answered", "silent"]),
        (merged(&["alpha", "beta"]), vec![answers("gamma", "alpha/d1")], ["answered", "answered"]),
        (merged(&["alpha", "beta"]), vec![by("gamma").acknowledges("nspcc/r1")], ["overdue", "overdue"]),
        (
            merged(&["alpha", "beta"]),
            vec![answers("beta", "alpha/d1").items(&[refused("reports")])],
            ["silent", "refused"],
        ),
        // Both are asked, and one took the other's place.
        (of_beta(), vec![answers("beta", "beta/d1")], ["answered", "answered"]),
        (of_beta(), vec![answers("alpha", "alpha/d1")], ["answered", "silent"]),
        (
            of_beta(),
            vec![answers("alpha", "alpha/d1"), answers("beta", "beta/d1").items(&[refused("reports")])],
            ["answered", "refused"],
        ),
        (of_beta(), vec![by("beta").acknowledges("nspcc/r1")], ["overdue", "overdue"]),
        (
            of_beta(),
            vec![answers("alpha", "alpha/d1"), by("alpha").retracts("alpha/d1"), answers("beta", "beta/d1")],
            ["answered", "answered"],
        ),
        (asked(), vec![retires("alpha")], ["silent", "silent"]),
    ];
    for (scene, story, expected) in table {
        let scene = story.iter().fold(scene, |scene, say| scene.and(say.clone()));
        let found = ["alpha", "beta"].map(|who| standing_of(&scene, who, "reports", DEADLINE).as_str());
        assert_eq!(found, expected, "after {story:?}");
    }
    let owed = obligations(&merged(&["alpha"]).state, Time::from_unix(DEADLINE).unwrap()).next().unwrap();
    assert_eq!((owed.addressee.as_str(), owed.successor.as_ref().map(Slug::as_str)), ("alpha", Some("gamma")));
}

#[test]
fn a_tribunal_relieves_who_appealed() {
    let story = Scene::cast()
        .and(by("ofcom").compels("nspcc/r1").set("/request", "ofcom/r1"))
        .and(by("alpha").appeals("alpha/l1", "ofcom/r1"))
        .and(by("tribunal").determines("alpha/l1", "allowed"));
    let index = story.size - 1;
    assert_eq!(standing_of(&story, "alpha", "reports", DEADLINE), Standing::Withdrawn { index });
    assert_eq!(standing_of(&story, "beta", "reports", DEADLINE), Standing::Silent { by: 0 });
}

#[test]
fn without_a_deadline_nothing_is_late() {
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1").without("deadline"))
        .and(by("alpha").discloses("alpha/d1"))
        .and(answers().at(END + 1000));
    assert_eq!(standing_of(&scene, "alpha", "speed", DEADLINE + 1), Standing::Open);
    assert_eq!(standing_of(&scene, "alpha", "reports", DEADLINE + 1).late_by(), None);
}

#[test]
fn each_addressee_owes_each_item() {
    let scene = asked().and(answers());
    let owed: Vec<_> = obligations(&scene.state, Time::from_unix(DEADLINE).unwrap()).collect();
    let listed: Vec<_> =
        owed.iter().map(|it| (it.addressee.as_str(), it.item.as_str(), it.standing.as_str())).collect();
    let expected = [
        ("alpha", "reports", "answered"),
        ("alpha", "speed", "overdue"),
        ("beta", "reports", "silent"),
        ("beta", "speed", "silent"),
    ];
    assert_eq!(listed, expected);
    assert!(owed.iter().all(|it| it.deadline.unwrap().unix() == DEADLINE && it.issued == scene.size - 3));
}

#[test]
fn which_grounds_a_law_knows() {
    use Ground as G;
    let all = [
        G::NotLegallyObliged,
        G::NotCollected,
        G::CannotCollate,
        G::NoAccessToData,
        G::SecurityOrConfidentiality,
        G::PublicSecurity,
        G::HarmToRecipients,
        G::PersonalData,
        G::DisproportionateCost,
        G::NotReasonablyPracticable,
        G::AddresseeDisputed,
        G::JurisdictionDisputed,
        G::SelfIncrimination,
    ];
    let disputes = [G::AddresseeDisputed, G::JurisdictionDisputed, G::SelfIncrimination];
    let table: [(&str, &[Ground]); 3] = [
        ("uk-osa-2023", &[G::NotReasonablyPracticable]),
        ("uk-foia-2000", &[G::PersonalData, G::DisproportionateCost]),
        ("eu-dsa-2022", &[G::NoAccessToData, G::SecurityOrConfidentiality, G::PublicSecurity, G::HarmToRecipients]),
    ];
    let basis = |instrument: &str| LegalBasis { instrument: instrument.parse().unwrap(), provision: None };
    for ground in all {
        for (instrument, listed) in table {
            let known = listed.contains(&ground) || disputes.contains(&ground);
            assert_eq!(knows(Some(&basis(instrument)), ground), Some(known), "{instrument}: {}", ground.as_str());
        }
        assert_eq!(knows(None, ground), Some(true), "without a law, any");
        assert_eq!(knows(Some(&basis("another-law")), ground), None, "of a law unknown here, nothing is said");
    }
}

#[test]
fn a_standing_in_words() {
    let answered = |extent, late_by| Standing::Answered { index: 1, extent, late_by };
    let refused =
        Standing::Refused { index: 1, ground: Ground::PersonalData, known_ground: None, until: None, late_by: Some(3) };
    let table = [
        (answered(Extent::Complete, None), "answered", None),
        (answered(Extent::Complete, Some(0)), "answered late", Some(0)),
        (answered(Extent::Partial, None), "answered in part", None),
        (answered(Extent::Partial, Some(7)), "answered in part, late", Some(7)),
        (refused, "refused late", Some(3)),
        (Standing::Withdrawn { index: 1 }, "withdrawn", None),
        (Standing::Overdue { heard: 1, by: 1 }, "overdue", None),
        (Standing::Silent { by: 1 }, "silent", None),
        (answered(Extent::Nil, None), "nil return", None),
        (answered(Extent::Nil, Some(1)), "nil return, late", Some(1)),
        (Standing::Due { within: 1 }, "due", None),
        (Standing::Open, "open", None),
    ];
    for (standing, words, late_by) in table {
        assert_eq!((standing.as_str(), standing.late_by()), (words, late_by));
    }
}
