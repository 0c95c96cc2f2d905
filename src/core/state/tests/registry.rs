//! Actors and authorities.

use serde_json::json;

use crate::core::fault::Code::*;
use crate::core::state::registry::Standing;

use super::say::{by, key};
use super::scene::{Scene, Table};

pub(super) fn tables() -> Vec<Table> {
    vec![enrolment(), standing(), scarce_authorities()]
}

fn enrolment() -> Table {
    let scene = Scene::cast()
        .and(by("alpha").adds("alpha", "alpha#1").with(&["alpha#1"]))
        .and(by("alpha").revokes("alpha", "alpha#1"))
        .and(by("ofcom").retires("iwf").with(&["arcom"]));
    let enrols = |actor, role| by("ofcom").enrols(actor, role);
    let authority = |role| enrols("new", role).set("/authority", true).with(&["arcom", "new"]);
    let with_key = |name: &str| enrols("new", "platform").set("/key", key(name).to_string());
    let rows = vec![
        ("a platform", enrols("new", "platform").with(&["arcom", "new"]), Ok(())),
        ("the new key first", enrols("new", "platform").with(&["new", "arcom"]), Ok(())),
        ("a regulator", enrols("new", "regulator").with(&["arcom", "new"]), Ok(())),
        ("a charity", enrols("new", "civil_society").with(&["arcom", "new"]), Ok(())),
        ("an auditor", enrols("new", "auditor").with(&["arcom", "new"]), Ok(())),
        ("a tribunal", enrols("new", "tribunal").with(&["arcom", "new"]), Ok(())),
        ("a fourth authority", authority("regulator"), Ok(())),
        ("a second operator", enrols("new", "operator").with(&["arcom", "new"]), Err(RoleNotAllowed)),
        ("a platform as authority", authority("platform"), Err(RoleNotAllowed)),
        ("a charity as authority", authority("civil_society"), Err(RoleNotAllowed)),
        ("the operator as authority", authority("operator"), Err(RoleNotAllowed)),
        ("an actor there is", with_key("new").set("/actor", "beta").with(&["arcom", "new"]), Err(ActorExists)),
        ("the operator's name", with_key("new").set("/actor", "operator").with(&["arcom", "new"]), Err(ActorExists)),
        ("a retired actor again", with_key("new").set("/actor", "iwf").with(&["arcom", "new"]), Err(ActorExists)),
        ("another actor's key", with_key("beta").with(&["arcom", "beta"]), Err(KeyInUse)),
        ("the operator's key", with_key("operator").with(&["arcom", "operator"]), Err(KeyInUse)),
        ("the author's own key", with_key("ofcom").with(&["arcom"]), Err(KeyInUse)),
        ("a revoked key", with_key("alpha#1").with(&["arcom", "alpha#1"]), Err(KeyInUse)),
        ("a retired actor's key", with_key("iwf").with(&["arcom", "iwf"]), Err(KeyInUse)),
        ("without the new key", enrols("new", "platform").with(&["arcom"]), Err(PossessionMissing)),
        ("with another new key", enrols("new", "platform").with(&["arcom", "other"]), Err(KeyUnknown)),
        ("without a second authority", enrols("new", "platform").with(&["new"]), Err(ThresholdNotMet)),
        ("authority before role", by("nspcc").enrols("new", "operator"), Err(NotAnAuthority)),
        ("role before name", enrols("beta", "operator"), Err(RoleNotAllowed)),
        ("name before key", enrols("beta", "platform"), Err(ActorExists)),
        ("key before co-signers", with_key("beta").with(&["stranger"]), Err(KeyInUse)),
        ("co-signers before possession", enrols("new", "platform").with(&["alpha#1"]), Err(KeyRevoked)),
        ("possession before threshold", enrols("new", "platform"), Err(PossessionMissing)),
    ];
    Table { scene, rows }
}

fn standing() -> Table {
    let scene = Scene::cast()
        .and(by("ofcom").suspends("beta").with(&["arcom"]))
        .and(by("ofcom").retires("iwf").with(&["arcom"]))
        .and(by("ofcom").suspends("auditor").with(&["arcom"]))
        .and(by("arcom").reinstates("auditor").with(&["ofcom"]));
    let both = &["arcom"];
    let rows = vec![
        ("suspend", by("ofcom").suspends("alpha").with(both), Ok(())),
        ("suspend again after reinstating", by("ofcom").suspends("auditor").with(both), Ok(())),
        ("suspend nobody", by("ofcom").suspends("nobody").with(both), Err(ActorUnknown)),
        ("suspend the operator", by("ofcom").suspends("operator").with(both), Err(RoleNotAllowed)),
        ("suspend a retired actor", by("ofcom").suspends("iwf").with(both), Err(ActorRetired)),
        ("suspend twice", by("ofcom").suspends("beta").with(both), Err(ActorSuspended)),
        ("suspend alone", by("ofcom").suspends("alpha"), Err(ThresholdNotMet)),
        ("suspend an authority", by("ofcom").suspends("bnetza").with(both), Ok(())),
        ("an authority suspends itself", by("ofcom").suspends("ofcom").with(both), Ok(())),
        ("reinstate", by("ofcom").reinstates("beta").with(both), Ok(())),
        ("reinstate nobody", by("ofcom").reinstates("nobody").with(both), Err(ActorUnknown)),
        ("reinstate the operator", by("ofcom").reinstates("operator").with(both), Err(RoleNotAllowed)),
        ("reinstate a retired actor", by("ofcom").reinstates("iwf").with(both), Err(ActorRetired)),
        ("reinstate who is not suspended", by("ofcom").reinstates("alpha").with(both), Err(ActorNotSuspended)),
        ("reinstate twice", by("ofcom").reinstates("auditor").with(both), Err(ActorNotSuspended)),
        ("reinstate alone", by("ofcom").reinstates("beta"), Err(ThresholdNotMet)),
        ("retire", by("ofcom").retires("alpha").with(both), Ok(())),
        ("retire who is suspended", by("ofcom").retires("beta").with(both), Ok(())),
        ("retire nobody", by("ofcom").retires("nobody").with(both), Err(ActorUnknown)),
        ("retire the operator", by("ofcom").retires("operator").with(both), Err(RoleNotAllowed)),
        ("retire twice", by("ofcom").retires("iwf").with(both), Err(ActorRetired)),
        ("retire alone", by("ofcom").retires("alpha"), Err(ThresholdNotMet)),
        ("retire an authority", by("ofcom").retires("bnetza").with(both), Ok(())),
        ("promise other checkpoints", by("ofcom").promises(5).with(both), Ok(())),
        ("promise alone", by("ofcom").promises(5), Err(ThresholdNotMet)),
        ("promise by the operator", by("operator").promises(5).with(&["ofcom", "arcom"]), Err(NotAnAuthority)),
        ("authority before target", by("nspcc").suspends("nobody"), Err(NotAnAuthority)),
        ("target before suspended", by("ofcom").reinstates("nobody"), Err(ActorUnknown)),
        ("suspended before threshold", by("ofcom").suspends("beta"), Err(ActorSuspended)),
        ("not suspended before threshold", by("ofcom").reinstates("alpha"), Err(ActorNotSuspended)),
    ];
    Table { scene, rows }
}

/// Two of three authorities must sign, and only two are left.
fn scarce_authorities() -> Table {
    let scene = Scene::cast().and(by("ofcom").suspends("bnetza").with(&["arcom"]));
    let rows = vec![
        ("suspend a second of three", by("ofcom").suspends("arcom").with(&["arcom"]), Err(ThresholdInvalid)),
        ("suspend itself", by("ofcom").suspends("ofcom").with(&["arcom"]), Err(ThresholdInvalid)),
        ("retire a second of three", by("ofcom").retires("arcom").with(&["arcom"]), Err(ThresholdInvalid)),
        ("retire the suspended one", by("ofcom").retires("bnetza").with(&["arcom"]), Ok(())),
        ("suspend a regulator without vote", by("ofcom").suspends("esafety").with(&["arcom"]), Ok(())),
        ("remaining before threshold", by("ofcom").suspends("arcom"), Err(ThresholdInvalid)),
        ("target before remaining", by("ofcom").retires("nobody"), Err(ActorUnknown)),
        ("the suspended one speaks", by("bnetza").promises(5).with(&["arcom"]), Err(ActorSuspended)),
        ("the suspended one co-signs", by("ofcom").promises(5).with(&["bnetza"]), Err(ActorSuspended)),
        ("reinstate it", by("ofcom").reinstates("bnetza").with(&["arcom"]), Ok(())),
    ];
    Table { scene, rows }
}

#[test]
fn what_the_authorities_change() {
    let scene = Scene::cast()
        .and(by("ofcom").enrols("cnil", "regulator").set("/authority", json!(true)).with(&["arcom", "cnil"]))
        .and(by("cnil").promises(5).with(&["bnetza"]))
        .and(by("cnil").suspends("alpha").with(&["arcom"]))
        .and(by("cnil").retires("beta").with(&["arcom"]));
    let registry = scene.state.registry();
    let actor = |id: &str| &registry.actors()[&id.parse().unwrap()];
    assert_eq!(registry.checkpoint_rules().max_entries.value(), 5);
    assert_eq!(actor("alpha").standing, Standing::Suspended(scene.size - 2));
    assert_eq!(actor("beta").standing, Standing::Retired(scene.size - 1));
    assert!(actor("cnil").authority && actor("cnil").enrolled_at == scene.size - 4);
    let scene = scene.and(by("cnil").reinstates("alpha").with(&["arcom"])).and(by("alpha").discloses("alpha/d1"));
    assert_eq!(scene.state.registry().actors()[&"alpha".parse().unwrap()].standing, Standing::Active);
}
