//! What an audit makes of a ledger that breaks the law: it reports, and goes on.

use crate::core::fault::{Code, Fault};

use super::say::{Say, by, key};
use super::scene::Scene;
use crate::core::state::Placed;
use crate::core::time::Millis;

fn codes(faults: Vec<Fault>) -> Vec<&'static str> {
    faults.into_iter().map(|fault| fault.code.as_str()).collect()
}

fn counter(scene: &Scene, name: &str) -> u64 {
    scene.state.registry().keys()[&key(name)].next
}

fn knows(scene: &Scene, document: &str) -> bool {
    scene.state.documents().find(&document.parse().unwrap()).is_some()
}

#[test]
fn the_counter_after_each_kind_of_breach() {
    let discloses = |document| by("alpha").discloses(document);
    // (what stands in the ledger, the breaches, alpha's counter after it, whether alpha/d1 is on the ledger)
    let table: &[(Say, &[&str], u64, bool)] = &[
        (discloses("alpha/d1"), &[], 3, true),
        (discloses("alpha/d1").nth(1), &["nth-reused"], 2, false),
        (discloses("beta/d1").nth(0), &["nth-reused"], 2, false),
        (discloses("alpha/d1").nth(5), &["nth-gap"], 6, true),
        (discloses("beta/d1").nth(5), &["nth-gap", "document-foreign"], 6, false),
        (discloses("beta/d1"), &["document-foreign"], 3, false),
        (discloses("alpha/d1").with(&["ofcom"]), &["cosigner-not-allowed"], 3, false),
        (discloses("alpha/d1").nth((1 << 53) - 1), &["nth-gap"], 1 << 53, true),
        (by("alpha").asks("alpha/r1"), &["role-not-allowed"], 3, false),
        (by("alpha").opens(&["alpha"], 1), &["ledger-already-opened"], 2, false),
        (by("beta").signed("alpha").discloses("beta/d1"), &["author-mismatch"], 2, false),
        (discloses("alpha/d1").signed("stranger"), &["key-unknown"], 2, false),
    ];
    let scene = Scene::cast().and(discloses("alpha/d8")).and(discloses("alpha/d9"));
    for (say, breaches, next, disclosed) in table {
        let mut scene = scene.clone();
        assert_eq!(codes(scene.replay(say)), *breaches, "{say:?}");
        assert_eq!((counter(&scene, "alpha"), knows(&scene, "alpha/d1")), (*next, *disclosed), "{say:?}");
    }
}

#[test]
fn a_dropped_statement_is_seen_once() {
    let mut scene = Scene::cast();
    assert_eq!(codes(scene.replay(&by("alpha").discloses("alpha/d1").nth(1))), ["nth-gap"]);
    assert_eq!(codes(scene.replay(&by("alpha").discloses("alpha/d2").nth(2))), [""; 0]);
    assert_eq!(codes(scene.replay(&by("alpha").discloses("alpha/d0").nth(0))), ["nth-reused"], "nor comes it back");
}

#[test]
fn a_statement_is_not_placed_twice() {
    let say = by("alpha").discloses("alpha/d1").nth(0);
    let mut scene = Scene::cast().and(say.clone());
    let before = scene.state.clone();
    assert_eq!(codes(scene.replay(&say)), ["nth-reused"]);
    assert_eq!(scene.state, before);
}

#[test]
fn keys_count_apart() {
    let scene = Scene::cast()
        .and(by("alpha").adds("alpha", "alpha#1").with(&["alpha#1"]))
        .and(by("alpha").signed("alpha#1").discloses("alpha/d1").nth(0))
        .and(by("alpha").discloses("alpha/d2").nth(1))
        .and(by("alpha").signed("alpha#1").discloses("alpha/d3").nth(1));
    assert_eq!((counter(&scene, "alpha"), counter(&scene, "alpha#1")), (2, 2));
    assert_eq!(counter(&scene, "beta"), 0, "co-signing its own enrolment counts for nothing");
}

#[test]
fn a_refusal_does_not_count() {
    let mut scene = Scene::cast();
    let refused = scene.attempt(&by("alpha").discloses("beta/d1").nth(0)).unwrap_err();
    assert_eq!(refused.code, Code::DocumentForeign);
    scene = scene.and(by("alpha").discloses("alpha/d1").nth(0));
    assert_eq!(counter(&scene, "alpha"), 1);
}

#[test]
fn a_cosignature_is_given_once() {
    // An authority with several keys files a co-signed suspension, loses the argument, and files the same words, with the
    // same co-signature, under another key whose counter stands where the first one's stood.
    let mut scene = Scene::cast()
        .and(by("ofcom").adds("ofcom", "ofcom-2").with(&["ofcom-2"]))
        .and(by("ofcom").adds("ofcom", "ofcom-3").with(&["ofcom-3"]));
    let suspends = by("ofcom").signed("ofcom-2").suspends("alpha").with(&["arcom"]);
    let now = Millis::from_unix_ms(scene.now + 1000).unwrap();
    let statement = suspends.statement(0, now);
    let file = |scene: &mut Scene, author: &str| {
        let signers = [key(author), key("arcom")];
        let placed = Placed { index: scene.size, recorded_at: now, statement: &statement, signers: &signers };
        scene.size += 1;
        scene.state.apply(&placed).map_err(|fault| fault.code)
    };
    assert_eq!(file(&mut scene, "ofcom-2"), Ok(()));
    let mut scene = scene.and(by("arcom").reinstates("alpha").with(&["bnetza"]));
    assert_eq!(file(&mut scene, "ofcom-3"), Err(Code::StatementReplayed));
}
