//! What one more lawful statement can never do, and what holds after each.

use std::collections::BTreeMap;

use crate::core::state::State;

/// Panics where a state breaks an invariant, or where it does not follow from the one before.
pub(super) fn check(before: &State, after: &State) {
    documents(before, after);
    requests(before, after);
    matters(before, after);
    compliance(before, after);
    let registry = after.registry();
    for one in registry.actors().keys() {
        for other in registry.actors().keys().filter(|other| *other != one) {
            let both = registry.speaks_for(one, other.as_str()) && registry.speaks_for(other, one.as_str());
            assert!(!both, "{one} and {other} took each other's place");
        }
    }
}

/// Nothing is erased, and each line of documents has one end.
fn documents(before: &State, after: &State) {
    let by_entry: BTreeMap<u64, _> = after.documents().iter().map(|(_, it)| (it.index, it)).collect();
    for (id, known) in before.documents().iter() {
        let now = after.documents().find(&id).expect("a document stays");
        assert_eq!((known.kind, known.index, known.supersedes), (now.kind, now.index, now.supersedes), "{id}");
        assert!(known.superseded_by.is_none() || known.superseded_by == now.superseded_by, "{id} forks");
        assert!(known.retracted_by.is_none() || known.retracted_by == now.retracted_by, "{id}");
    }
    for (id, document) in after.documents().iter() {
        assert!(document.superseded_by.is_none() || document.retracted_by.is_none(), "{id}");
        let Some(later) = document.superseded_by else { continue };
        assert!(later > document.index, "{id} is superseded by what came before");
        assert_eq!(by_entry[&later].supersedes, Some(document.index), "{id}");
        assert_eq!(by_entry[&later].kind.can_be_retracted(), document.kind.can_be_retracted(), "{id}");
    }
}

/// Time is never taken away, items and answers never vanish, and one response at most stands.
fn requests(before: &State, after: &State) {
    for (id, request) in before.requests().iter() {
        let now = after.requests().find(id).expect("a request stays");
        assert!(now.versions.starts_with(&request.versions), "{id}");
        assert!(request.withdrawn.is_none() || request.withdrawn == now.withdrawn, "{id}");
        for (actor, known) in &request.addressees {
            let later = &now.addressees[actor];
            let ends = |it: &crate::core::state::requests::Addressee| it.deadline.as_ref().map(|it| it.ends_at);
            assert!(ends(later) >= ends(known), "{id} leaves {actor} less time");
            assert!(later.responses.len() >= known.responses.len() && later.heard >= known.heard, "{id}: {actor}");
            for version in 1..=now.version() {
                let stands = later
                    .responses
                    .iter()
                    .filter(|it| it.version == version && it.superseded_by.is_none() && it.retracted_by.is_none());
                assert!(stands.count() <= 1, "{id}: {actor} answers version {version} twice");
            }
        }
    }
}

/// What was settled stays settled, by the same entry.
fn matters(before: &State, after: &State) {
    for (id, matter) in before.matters().iter() {
        let now = after.matters().find(id).expect("a matter stays");
        assert!(matter.settled.is_none() || matter.settled == now.settled, "{id} was settled twice");
        assert!(matter.parties == now.parties && matter.until == now.until && matter.heard <= now.heard, "{id}");
    }
}

/// What fell does not rise, and a breach ends once.
fn compliance(before: &State, after: &State) {
    let now: BTreeMap<_, _> = after.compliance().penalties().collect();
    for (id, penalty) in before.compliance().penalties() {
        let later = now[id];
        assert!(penalty.complied.is_none() || penalty.complied == later.complied, "{id}");
        assert!(penalty.set_aside.is_none() || penalty.set_aside == later.set_aside, "{id}");
        assert_eq!((&penalty.fixed, &penalty.daily), (&later.fixed, &later.daily), "{id}");
    }
    let now: BTreeMap<_, _> = after.compliance().decisions().collect();
    for (id, decision) in before.compliance().decisions() {
        assert!(decision.set_aside.is_none() || decision.set_aside == now[id].set_aside, "{id}");
    }
    for (id, penalty) in after.compliance().penalties() {
        let under = now.get(&penalty.under);
        assert!(under.is_none_or(|it| it.breach), "{id} is for no breach");
        assert!(
            under.is_none_or(|it| it.set_aside.is_none() || penalty.set_aside.is_some()),
            "{id} outlives its decision"
        );
    }
}
