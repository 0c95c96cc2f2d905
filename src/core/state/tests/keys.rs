//! Keys: added, rotated, revoked.

use crate::core::fault::Code::*;

use super::say::{by, key};
use super::scene::{Scene, Table};

pub(super) fn tables() -> Vec<Table> {
    vec![added_keys(), rotated_keys(), revoked_keys(), last_keys()]
}

fn added_keys() -> Table {
    let scene = Scene::cast()
        .and(by("ofcom").suspends("beta").with(&["arcom"]))
        .and(by("ofcom").retires("iwf").with(&["arcom"]))
        .and(by("alpha").adds("alpha", "alpha#1").with(&["alpha#1"]))
        .and(by("alpha").revokes("alpha", "alpha#1"));
    let both = &["new", "arcom"];
    let rows = vec![
        ("for itself", by("alpha").adds("alpha", "new").with(&["new"]), Ok(())),
        ("for itself, without the new key", by("alpha").adds("alpha", "new"), Err(PossessionMissing)),
        ("for itself, with an authority", by("alpha").adds("alpha", "new").with(both), Err(CosignerNotAllowed)),
        ("an authority for itself, alone", by("ofcom").adds("ofcom", "new").with(&["new"]), Ok(())),
        ("by the authorities", by("ofcom").adds("alpha", "new").with(both), Ok(())),
        ("by the authorities, who lost its own", by("ofcom").adds("beta", "new").with(both), Ok(())),
        ("by one authority", by("ofcom").adds("alpha", "new").with(&["new"]), Err(ThresholdNotMet)),
        (
            "by the authorities, without the new key",
            by("ofcom").adds("alpha", "new").with(&["arcom"]),
            Err(PossessionMissing),
        ),
        ("for another", by("beta").adds("alpha", "new").with(&["new"]), Err(ActorSuspended)),
        ("by another regulator", by("esafety").adds("alpha", "new").with(&["new"]), Err(NotAnAuthority)),
        ("for nobody", by("ofcom").adds("nobody", "new").with(both), Err(ActorUnknown)),
        ("for the operator", by("ofcom").adds("operator", "new").with(both), Err(RoleNotAllowed)),
        ("the operator for itself", by("operator").adds("operator", "new").with(&["new"]), Err(RoleNotAllowed)),
        ("for a retired actor", by("ofcom").adds("iwf", "new").with(both), Err(ActorRetired)),
        ("its own key again", by("alpha").adds("alpha", "alpha"), Err(KeyInUse)),
        ("another's key", by("alpha").adds("alpha", "nspcc").with(&["nspcc"]), Err(KeyInUse)),
        ("a revoked key", by("alpha").adds("alpha", "alpha#1").with(&["alpha#1"]), Err(KeyInUse)),
        ("authority before target", by("nspcc").adds("nobody", "new"), Err(NotAnAuthority)),
        ("target before key", by("ofcom").adds("operator", "alpha"), Err(RoleNotAllowed)),
        ("key before possession", by("ofcom").adds("alpha", "nspcc"), Err(KeyInUse)),
    ];
    Table { scene, rows }
}

fn rotated_keys() -> Table {
    let scene = Scene::cast()
        .and(by("alpha").adds("alpha", "alpha#1").with(&["alpha#1"]))
        .and(by("alpha").rotates("alpha", "alpha", "alpha#2").with(&["alpha#2"]).signed("alpha#1"))
        .and(by("operator").rotates("operator", "operator", "operator#1").with(&["operator#1", "arcom", "ofcom"]));
    let operator = |key| by("operator").signed(key);
    let rows = vec![
        ("the old key is over", by("alpha").discloses("alpha/d1"), Err(KeyRevoked)),
        ("the new key counts from 0", by("alpha").signed("alpha#2").discloses("alpha/d1").nth(0), Ok(())),
        ("the key that signed it goes on", by("alpha").signed("alpha#1").discloses("alpha/d1").nth(1), Ok(())),
        ("by the key itself", by("beta").rotates("beta", "beta", "new").with(&["new"]), Ok(())),
        ("for another", by("ofcom").rotates("beta", "beta", "new").with(&["new", "arcom"]), Err(AuthorMismatch)),
        ("an unknown key", by("beta").rotates("beta", "stranger", "new").with(&["new"]), Err(KeyUnknown)),
        ("another's key", by("beta").rotates("beta", "nspcc", "new").with(&["new"]), Err(AuthorMismatch)),
        (
            "a key that is over",
            by("alpha").signed("alpha#1").rotates("alpha", "alpha", "new").with(&["new"]),
            Err(KeyRevoked),
        ),
        ("to itself", by("beta").rotates("beta", "beta", "beta"), Err(KeyInUse)),
        ("to another's key", by("beta").rotates("beta", "beta", "nspcc").with(&["nspcc"]), Err(KeyInUse)),
        (
            "back to a key that is over",
            by("alpha").signed("alpha#2").rotates("alpha", "alpha#2", "alpha").with(&["alpha"]),
            Err(KeyInUse),
        ),
        ("without the new key", by("beta").rotates("beta", "beta", "new"), Err(PossessionMissing)),
        (
            "with an authority",
            by("beta").rotates("beta", "beta", "new").with(&["new", "ofcom"]),
            Err(CosignerNotAllowed),
        ),
        ("actor before old", by("ofcom").rotates("beta", "stranger", "new"), Err(AuthorMismatch)),
        ("old before new", by("beta").rotates("beta", "stranger", "nspcc"), Err(KeyUnknown)),
        ("new before possession", by("beta").rotates("beta", "beta", "nspcc"), Err(KeyInUse)),
        (
            "the operator's old key is over",
            operator("operator").rotates("operator", "operator#1", "new"),
            Err(KeyRevoked),
        ),
        (
            "the operator with two authorities",
            operator("operator#1").rotates("operator", "operator#1", "new").with(&["new", "ofcom", "bnetza"]),
            Ok(()),
        ),
        (
            "the operator with one",
            operator("operator#1").rotates("operator", "operator#1", "new").with(&["new", "ofcom"]),
            Err(ThresholdNotMet),
        ),
        (
            "the operator alone",
            operator("operator#1").rotates("operator", "operator#1", "new").with(&["new"]),
            Err(ThresholdNotMet),
        ),
        (
            "the operator with a charity",
            operator("operator#1").rotates("operator", "operator#1", "new").with(&["new", "ofcom", "nspcc"]),
            Err(CosignerNotAllowed),
        ),
        (
            "the operator without the new key",
            operator("operator#1").rotates("operator", "operator#1", "new").with(&["ofcom", "arcom"]),
            Err(PossessionMissing),
        ),
    ];
    Table { scene, rows }
}

fn revoked_keys() -> Table {
    let scene = Scene::cast()
        .and(by("alpha").adds("alpha", "alpha#1").with(&["alpha#1"]))
        .and(by("alpha").adds("alpha", "alpha#2").with(&["alpha#2"]))
        .and(by("alpha").signed("alpha#2").revokes("alpha", "alpha#2"))
        .and(by("ofcom").suspends("beta").with(&["arcom"]))
        .and(by("ofcom").retires("iwf").with(&["arcom"]));
    let rows = vec![
        ("the key that said so is over", by("alpha").signed("alpha#2").discloses("alpha/d1"), Err(KeyRevoked)),
        ("its own, by another of its own", by("alpha").revokes("alpha", "alpha#1"), Ok(())),
        ("its own, by itself", by("alpha").signed("alpha#1").revokes("alpha", "alpha#1"), Ok(())),
        (
            "its own, with an authority",
            by("alpha").revokes("alpha", "alpha#1").with(&["ofcom"]),
            Err(CosignerNotAllowed),
        ),
        ("a platform's last one", by("nspcc").revokes("nspcc", "nspcc"), Ok(())),
        ("by the authorities", by("ofcom").revokes("alpha", "alpha").with(&["arcom"]), Ok(())),
        ("by the authorities, of who is suspended", by("ofcom").revokes("beta", "beta").with(&["arcom"]), Ok(())),
        ("by one authority", by("ofcom").revokes("alpha", "alpha"), Err(ThresholdNotMet)),
        ("by another", by("nspcc").revokes("alpha", "alpha"), Err(NotAnAuthority)),
        ("of nobody", by("ofcom").revokes("nobody", "alpha").with(&["arcom"]), Err(ActorUnknown)),
        (
            "the operator's, by the authorities",
            by("ofcom").revokes("operator", "operator").with(&["arcom"]),
            Err(RoleNotAllowed),
        ),
        ("the operator's, by itself", by("operator").revokes("operator", "operator"), Err(RoleNotAllowed)),
        ("of a retired actor", by("ofcom").revokes("iwf", "iwf").with(&["arcom"]), Err(ActorRetired)),
        ("an unknown key", by("alpha").revokes("alpha", "stranger"), Err(KeyUnknown)),
        ("another's key", by("alpha").revokes("alpha", "nspcc"), Err(AuthorMismatch)),
        ("twice", by("alpha").revokes("alpha", "alpha#2"), Err(KeyRevoked)),
        ("authority before target", by("nspcc").revokes("nobody", "stranger"), Err(NotAnAuthority)),
        ("target before key", by("ofcom").revokes("operator", "stranger"), Err(RoleNotAllowed)),
        ("key before co-signers", by("alpha").revokes("alpha", "nspcc").with(&["ofcom"]), Err(AuthorMismatch)),
    ];
    Table { scene, rows }
}

/// An authority without a key cannot sign, so it does not remain.
fn last_keys() -> Table {
    let scene = Scene::cast()
        .and(by("ofcom").adds("ofcom", "ofcom#1").with(&["ofcom#1"]))
        .and(by("bnetza").revokes("bnetza", "bnetza"));
    let rows = vec![
        ("the last but one", by("ofcom").revokes("ofcom", "ofcom"), Ok(())),
        ("the last, and too few remain", by("arcom").revokes("arcom", "arcom"), Err(ThresholdInvalid)),
        ("by the authorities", by("ofcom").revokes("arcom", "arcom").with(&["arcom"]), Err(ThresholdInvalid)),
        ("remaining before threshold", by("ofcom").revokes("arcom", "arcom"), Err(ThresholdInvalid)),
        ("suspend one of those with a key", by("ofcom").suspends("arcom").with(&["arcom"]), Err(ThresholdInvalid)),
        ("suspend the one without", by("ofcom").suspends("bnetza").with(&["arcom"]), Ok(())),
        ("give it a key", by("ofcom").adds("bnetza", "bnetza#1").with(&["arcom", "bnetza#1"]), Ok(())),
    ];
    Table { scene, rows }
}

#[test]
fn a_key_is_valid_at_an_index() {
    let scene = Scene::cast().and(by("alpha").rotates("alpha", "alpha", "alpha#1").with(&["alpha#1"]));
    let keys = scene.state.registry().keys();
    let (old, new) = (&keys[&key("alpha")], &keys[&key("alpha#1")]);
    let index = scene.size - 1;
    assert_eq!((old.until, new.since, new.until), (Some(index), index, None), "the rotation itself is of the old key");
    assert_eq!((old.next, new.next), (1, 0));
}

#[test]
fn the_operators_keys_stand_in_order() {
    let turn = |scene: Scene, old: &str, new: &str| {
        scene.and(by("operator").signed(old).rotates("operator", old, new).with(&[new, "ofcom", "arcom"]))
    };
    let scene = turn(turn(Scene::cast(), "operator", "operator#1"), "operator#1", "operator#2");
    let keys: Vec<_> = scene.state.registry().operator_keys().iter().map(|key| key.id()).collect();
    assert_eq!(keys, ["operator", "operator#1", "operator#2"].map(key));
}
