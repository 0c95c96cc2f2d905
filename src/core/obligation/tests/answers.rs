//! What keeps an answer, or loses it, and whose answers count for whom.

use super::*;
use crate::core::state::tests::say::items;

#[test]
fn what_keeps_or_loses_an_answer() {
    let d2 = || by("alpha").discloses("alpha/d2");
    let both = || answers().items(&[answered("reports", &["alpha/d1", "alpha/d2"])]);
    let nil = || answers().items(&[json!({"item": "reports", "outcome": {"answered": {"extent": "nil"}}})]);
    let nil_return =
        |by: &str| json!({"item": "reports", "outcome": {"answered": {"disclosures": [by], "extent": "nil"}}});
    let retracts = |document| by("alpha").retracts(document);
    let corrects = || by("alpha").corrects("alpha/c1", "alpha/d1");
    let again = || by("alpha").corrects("alpha/c2", "alpha/c1");
    let thrice = || by("alpha").corrects("alpha/c3", "alpha/c2");
    let cites = |document: &str| answers().items(&[answered("reports", &[document])]);
    let amends = |version| by("nspcc").amends("nspcc/r1", version);
    let reworded = |version| amends(version).set("/items/0/question", "And now?");
    let refuses_in = |version: u64| by("alpha").answers("alpha/a2", "nspcc/r1").set("/version", version);
    let to = |version: u64, response: &str, document: &str| {
        let said = by("alpha").answers(response, "nspcc/r1").set("/version", version);
        said.items(&[answered("reports", &[document])])
    };
    let without = || items(&["outcome"]);
    let turned = || items(&["outcome", "reports"]);
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
        // What was corrected twice, wherever the answer comes in.
        (vec![answers(), corrects(), again()], "answered"),
        (vec![answers(), corrects(), again(), retracts("alpha/c2")], "overdue"),
        (vec![corrects(), again(), answers()], "answered"),
        (vec![corrects(), again(), cites("alpha/c1"), retracts("alpha/c2")], "overdue"),
        (vec![corrects(), again(), cites("alpha/c2"), retracts("alpha/c2")], "overdue"),
        (vec![corrects(), again(), thrice(), cites("alpha/c1")], "answered"),
        (vec![corrects(), again(), thrice(), answers(), retracts("alpha/c3")], "overdue"),
        (vec![corrects(), again(), thrice(), cites("alpha/c1"), retracts("alpha/c3")], "overdue"),
        (vec![d2(), both(), corrects(), again(), retracts("alpha/c2")], "answered in part"),
        (
            vec![d2(), both(), corrects(), by("alpha").corrects("alpha/c3", "alpha/d2"), retracts("alpha/c3")],
            "answered in part",
        ),
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
        // Since the version that asked it in these words, wherever in the list it stands.
        (vec![reworded(2), to(2, "alpha/a2", "alpha/d1"), reworded(3)], "answered"),
        (vec![answers(), reworded(2), reworded(3)], "overdue"),
        (vec![reworded(2), to(2, "alpha/a2", "alpha/d1"), amends(3)], "overdue"),
        (vec![answers(), amends(2).set("/items", turned()), amends(3)], "answered"),
        (vec![answers(), amends(2).set("/items", without()), amends(3)], "overdue"),
        (vec![answers(), amends(2).set("/items", without()), amends(3), to(3, "alpha/a3", "alpha/d1")], "answered"),
        // The latest answer counts of which something is left.
        (vec![answers(), amends(2), refuses_in(2), amends(3)], "refused"),
        (vec![refuses(), amends(2), to(2, "alpha/a2", "alpha/d1"), amends(3)], "answered"),
        (vec![answers(), amends(2), refuses_in(2).items(&[refused("outcome")])], "answered"),
        (vec![d2(), refuses(), amends(2), to(2, "alpha/a2", "alpha/d2"), retracts("alpha/d2")], "refused"),
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
    let amends = || by("nspcc").amends("nspcc/r1", 2);
    let refuses_in_2 = |who: &str| by(who).answers(&format!("{who}/a2"), "nspcc/r1").set("/version", 2);
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
        // Its own answer comes first, also where the other's name does.
        (
            asked().and(by("ofcom").succeeds("beta", "alpha").with(&["arcom"])).and(by("beta").discloses("beta/d1")),
            vec![answers("alpha", "alpha/d1").items(&[refused("reports")]), answers("beta", "beta/d1")],
            ["refused", "answered"],
        ),
        // Its answer to a later version counts before an own one to an earlier.
        (of_beta(), vec![answers("alpha", "alpha/d1"), amends(), refuses_in_2("beta")], ["refused", "refused"]),
        (of_beta(), vec![answers("beta", "beta/d1"), amends(), refuses_in_2("alpha")], ["refused", "answered"]),
        (
            of_beta(),
            vec![answers("alpha", "alpha/d1"), amends(), answers("beta", "beta/d1").set("/version", 2)],
            ["answered", "answered"],
        ),
        (
            of_beta(),
            vec![answers("alpha", "alpha/d1").items(&[refused("speed")]), answers("beta", "beta/d1")],
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

/// Of several who took its place, the first by name counts, where all answered the same version.
#[test]
fn one_after_the_other_took_a_place() {
    let scene = Scene::cast()
        .and(by("ofcom").enrols("gamma", "platform").with(&["gamma", "arcom"]))
        .and(by("nspcc").asks("nspcc/r1").set("/addressees", json!(["alpha", "beta", "gamma"])))
        .and(by("ofcom").succeeds("alpha", "beta").with(&["arcom"]))
        .and(by("ofcom").succeeds("beta", "gamma").with(&["arcom"]))
        .and(by("gamma").discloses("gamma/d1"));
    let refuses = || by("beta").answers("beta/a1", "nspcc/r1");
    let answers = || by("gamma").answers("gamma/a1", "nspcc/r1").items(&[answered("reports", &["gamma/d1"])]);
    let amends = || by("nspcc").amends("nspcc/r1", 2);
    // (what is said, the standings of alpha, beta and gamma)
    let table: Vec<(Vec<Say>, [&str; 3])> = vec![
        (vec![by("gamma").acknowledges("nspcc/r1")], ["overdue", "overdue", "overdue"]),
        (vec![refuses()], ["refused", "refused", "silent"]),
        (vec![refuses().items(&[refused("speed")])], ["overdue", "overdue", "silent"]),
        (vec![answers()], ["answered", "answered", "answered"]),
        (vec![answers(), refuses()], ["refused", "refused", "answered"]),
        (vec![refuses(), amends(), answers().set("/version", 2)], ["answered", "answered", "answered"]),
        (vec![answers(), amends(), refuses().set("/version", 2)], ["refused", "refused", "answered"]),
        (vec![answers(), refuses(), by("gamma").retracts("beta/a1")], ["answered", "answered", "answered"]),
        (vec![answers(), refuses(), by("gamma").retracts("gamma/d1")], ["refused", "refused", "overdue"]),
    ];
    for (story, expected) in table {
        let scene = story.iter().fold(scene.clone(), |scene, say| scene.and(say.clone()));
        let found = ["alpha", "beta", "gamma"].map(|who| standing_of(&scene, who, "reports", DEADLINE).as_str());
        assert_eq!(found, expected, "after {story:?}");
    }
}

#[test]
fn an_answer_for_another_counts_for_who_gave_it() {
    let story = Scene::cast()
        .and(by("ofcom").compels("nspcc/r1").set("/request", "ofcom/r1"))
        .and(by("beta").appeals("beta/l1", "ofcom/r1"))
        .and(by("tribunal").determines("beta/l1", "allowed"))
        .and(by("ofcom").succeeds("alpha", "beta").with(&["arcom"]))
        .and(by("beta").answers("beta/a1", "ofcom/r1"));
    let found = ["alpha", "beta"].map(|who| standing_of(&story, who, "reports", DEADLINE).as_str());
    assert_eq!(found, ["refused", "refused"], "set aside for beta, which then answered as alpha's successor");
}
