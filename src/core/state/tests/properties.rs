//! What holds of every history.

mod choices;
mod invariants;

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;

use crate::core::chain::Chain;
use crate::core::event::Event;
use crate::core::state::State;
use crate::core::statement::{Envelope, Rule};
use crate::core::time::Millis;

use super::matrix;
use super::say::{Say, answered, by, key, secret};
use super::scene::{END, OPENED, Scene};

/// The seed of all cases, unless the variable `CANDOUR_SEED` holds another number.
const SEED: u64 = 2018;

fn runner(cases: u32) -> TestRunner {
    let seed = std::env::var("CANDOUR_SEED").map_or(SEED, |seed| seed.parse().expect("CANDOUR_SEED is a number"));
    eprintln!("CANDOUR_SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// Four numbers: what is said, by whom, about what, and who signs too.
type Choice = (u8, u8, u8, u8);

const ACTORS: [&str; 8] = ["ofcom", "arcom", "bnetza", "esafety", "alpha", "beta", "nspcc", "operator"];

/// How many sorts of things are said.
const KINDS: u8 = 20 + 1 + choices::KINDS;

/// Something that an actor might say, lawful more often than not.
fn say((what, who, which, cosigners): Choice, scene: &Scene) -> Say {
    let pick = |from: &[&str], number: u8| from[usize::from(number) % from.len()].to_owned();
    let (authority, platform) = (pick(&ACTORS[..3], who), pick(&ACTORS[4..6], who));
    let (issuer, anyone) = (pick(&["ofcom", "esafety", "nspcc"], who), pick(&ACTORS, who));
    let target = pick(&["alpha", "beta", "nspcc", "bnetza", "esafety"], which);
    let number = which % 3;
    let (request, disclosure) = (format!("{issuer}/r{number}"), format!("{platform}/d{number}"));
    // The key of an actor that is in force, by whichever of its names.
    let known = scene.state.registry().keys();
    let of = |actor: &str| {
        let names = [actor.to_owned(), format!("{actor}#1"), format!("{actor}#2")];
        let mut in_force = names.iter().filter(|name| known.get(&key(name)).is_some_and(|key| key.until.is_none()));
        in_force.next().cloned().unwrap_or_else(|| actor.to_owned())
    };
    let fresh = |actor: &str| format!("{actor}#{}", which % 2 + 1);
    let by = |actor: &str| by(actor).signed(&of(actor));
    let cosigns = |bit: usize| cosigners >> bit & 1 == 1 && ACTORS[bit] != authority;
    let others: Vec<_> = (0..ACTORS.len()).filter(|bit| cosigns(*bit)).take(1).map(|bit| of(ACTORS[bit])).collect();
    let others: Vec<_> = others.iter().map(String::as_str).collect();
    match what % KINDS {
        0 => {
            by(&authority).enrols(&format!("new-{number}"), "platform").with(&[&*format!("new-{number}")]).with(&others)
        }
        1 => by(&authority).suspends(&target).with(&others),
        2 | 3 => by(&authority).reinstates(&target).with(&others),
        4 if which < 8 => by(&authority).retires(&target).with(&others),
        4 | 5 => by(&anyone).adds(&anyone, &fresh(&anyone)).with(&[&*fresh(&anyone)]),
        6 => by(&anyone).rotates(&anyone, &of(&anyone), &fresh(&anyone)).with(&[&*fresh(&anyone)]).with(&others),
        7 if which % 4 == 0 => by(&anyone).revokes(&anyone, &of(&anyone)),
        7 => by(&authority).promises(u64::from(which) + 1).with(&others),
        8 | 9 => by(&issuer).asks(&request),
        10 => by(&issuer).amends(&request, u64::from(who % 3) + 2),
        11 => by(&issuer).extends(&request, &format!("2026-0{}-15", 4 + which % 6)),
        12 if which % 4 == 0 => by(&issuer).withdraws(&request),
        12..=14 => {
            let version = scene.state.requests().find(&request.parse().unwrap()).map_or(1, |it| it.version());
            let response = format!("{platform}/a{which}");
            let says = by(&platform).answers(&response, &request).set("/version", version);
            if which % 2 == 0 { says } else { says.items(&[answered("reports", &[&*disclosure])]) }
        }
        15 | 16 => by(&platform).discloses(&disclosure),
        17 | 18 => by(&platform).corrects(&format!("{platform}/c{which}"), &disclosure),
        19 => by(&platform).notifies(&format!("{platform}/e{which}"), &disclosure).set("/note", json!("to be checked")),
        20 => by("ofcom")
            .signed(&of("ofcom"))
            .succeeds(&platform, &pick(&["alpha", "beta"], which))
            .with(&[&*of("arcom")]),
        what => choices::say(what, pick(&["ofcom", "ofcom", "esafety"], who), platform, which, by),
    }
}

#[test]
fn what_was_admitted_replays_to_the_same_state() {
    let lawful = RefCell::new(BTreeSet::new());
    let refused = RefCell::new(BTreeSet::new());
    let cast = matrix::story();
    let choices = vec(proptest::arbitrary::any::<Choice>(), 0..80);
    let result = runner(300).run(&choices, |choices| {
        let (mut scene, mut said) = (cast.clone(), Vec::new());
        for choice in choices {
            let say = say(choice, &scene);
            // Now and then, a deadline passes.
            let say = if choice.3 > 250 { say.at(END.max(scene.now + 1000)) } else { say };
            match scene.attempt(&say) {
                Ok(()) => {
                    let before = scene.state.clone();
                    lawful.borrow_mut().insert(say.kind().to_owned());
                    scene = scene.and(say.clone());
                    invariants::check(&before, &scene.state);
                    said.push(say);
                }
                Err(fault) => drop(refused.borrow_mut().insert(fault.code)),
            }
        }
        let mut replayed = cast.clone();
        for say in &said {
            assert_eq!(replayed.replay(say), [], "{say:?}");
        }
        assert_eq!(replayed.state, scene.state);
        let written = serde_json::to_vec(&scene.state).unwrap();
        assert_eq!(serde_json::from_slice::<State>(&written).unwrap(), scene.state);
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
    let lawful = lawful.into_inner();
    let never: Vec<_> = Event::KINDS.iter().filter(|kind| !lawful.contains(**kind)).collect();
    assert_eq!(never, [&"ledger_opened"], "all the rest was admitted at some time");
    assert!(refused.borrow().len() >= 29, "only {:?} was refused", refused.borrow());
}

#[test]
fn a_chain_replays_resumes_and_reads_back() {
    let opening = || by("operator").with(&ACTORS[..3]).opens(&ACTORS[..3], 2);
    let choices = vec(proptest::arbitrary::any::<Choice>(), 0..25);
    let result = runner(40).run(&choices, |choices| {
        let (mut scene, mut chain, mut entries) = (Scene::opened(&ACTORS[..3], 2), Chain::new(), Vec::new());
        let mut seal = |chain: &mut Chain, say: &Say, nth: u64, now: u64| {
            let now = Millis::from_unix_ms(now).unwrap();
            let keys: Vec<_> = say.signers().iter().map(|name| secret(name)).collect();
            let envelope = Envelope::sign(&say.statement(nth, now), &keys).ok()?;
            Some(chain.seal(envelope, now).map(|sealed| entries.push(sealed.bytes().to_vec())))
        };
        assert_eq!(seal(&mut chain, &opening(), 0, OPENED), Some(Ok(())));
        let enrolments = [("alpha", "platform"), ("beta", "platform"), ("nspcc", "civil_society")]
            .map(|(actor, role)| by("ofcom").enrols(actor, role).with(&["arcom", actor]));
        for index in 0..enrolments.len() + choices.len() {
            let say = enrolments.get(index).cloned().unwrap_or_else(|| say(choices[index - enrolments.len()], &scene));
            let known = scene.state.registry().keys().get(&key(&say.signers()[0]));
            let nth = known.map_or(0, |key| key.next);
            let before = chain.clone();
            match (seal(&mut chain, &say, nth, scene.now + 1000), scene.attempt(&say)) {
                (Some(Ok(())), Ok(())) => scene = scene.and(say),
                (Some(Err(found)), Err(expected)) => assert_eq!((found.code, &chain), (expected.code, &before)),
                // A key that would sign twice is not even signed with.
                (None, _) => {}
                (found, expected) => panic!("{say:?}: the chain says {found:?}, the law {expected:?}"),
            }
        }
        assert_eq!(chain.state(), Some(&scene.state));
        let (mut replayed, mut faults) = (Chain::new(), Vec::new());
        for (index, entry) in entries.iter().enumerate() {
            if index == entries.len() / 2 {
                // Put away and taken up again.
                replayed = serde_json::from_slice(&serde_json::to_vec(&replayed).unwrap()).unwrap();
            }
            assert!(replayed.extend(entry, Rule::Strict, &mut faults).lawful);
        }
        assert_eq!((faults, &replayed), (Vec::new(), &chain));
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
