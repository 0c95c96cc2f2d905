mod answers;

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
