//! Rules 1 to 4: whatever is said, who says it.

use crate::core::fault::Code::*;

use super::say::by;
use super::scene::{Scene, Table};

pub(super) fn tables() -> Vec<Table> {
    let scene = Scene::cast()
        .and(by("beta").adds("beta", "beta#1").with(&["beta#1"]))
        .and(by("beta").revokes("beta", "beta#1"))
        .and(by("ofcom").suspends("iwf").with(&["arcom"]))
        .and(by("ofcom").retires("tribunal").with(&["arcom"]));
    // Beta's first key has said two things, ofcom's nine.
    let rows = vec![
        ("an actor speaks", by("beta").discloses("beta/d1"), Ok(())),
        ("a stranger", by("stranger").discloses("stranger/d1"), Err(ActorUnknown)),
        ("a retired actor", by("tribunal").asks("tribunal/r1"), Err(ActorRetired)),
        ("a suspended actor", by("iwf").asks("iwf/r1"), Err(ActorSuspended)),
        ("an unknown key", by("beta").signed("stranger").discloses("beta/d1"), Err(KeyUnknown)),
        ("another actor's key", by("beta").signed("alpha").discloses("beta/d1"), Err(AuthorMismatch)),
        ("the operator for an actor", by("beta").signed("operator").discloses("beta/d1"), Err(AuthorMismatch)),
        ("an authority for an actor", by("beta").signed("ofcom").discloses("beta/d1"), Err(AuthorMismatch)),
        ("a revoked key", by("beta").signed("beta#1").discloses("beta/d1"), Err(KeyRevoked)),
        ("a number used before", by("beta").discloses("beta/d1").nth(1), Err(NthReused)),
        ("the first number again", by("beta").discloses("beta/d1").nth(0), Err(NthReused)),
        ("the next number", by("beta").discloses("beta/d1").nth(2), Ok(())),
        ("a number left out", by("beta").discloses("beta/d1").nth(3), Err(NthGap)),
        ("a number far ahead", by("beta").discloses("beta/d1").nth((1 << 53) - 1), Err(NthGap)),
        ("opened again", by("operator").with(&["ofcom"]).opens(&["ofcom"], 1), Err(LedgerAlreadyOpened)),
        // In this order.
        ("opened again before author", by("stranger").opens(&["ofcom"], 1), Err(LedgerAlreadyOpened)),
        ("opened again before nth", by("operator").opens(&["ofcom"], 1).nth(0), Err(LedgerAlreadyOpened)),
        ("author before key", by("stranger").signed("alpha").discloses("stranger/d1"), Err(ActorUnknown)),
        ("retired before key", by("tribunal").signed("stranger").asks("tribunal/r1"), Err(ActorRetired)),
        ("suspended before key", by("iwf").signed("alpha").asks("iwf/r1"), Err(ActorSuspended)),
        ("whose key before in force", by("alpha").signed("beta#1").discloses("alpha/d1"), Err(AuthorMismatch)),
        ("in force before nth", by("beta").signed("beta#1").discloses("beta/d1").nth(9), Err(KeyRevoked)),
        ("unknown key before nth", by("beta").signed("stranger").discloses("beta/d1").nth(9), Err(KeyUnknown)),
        ("gap before role", by("beta").asks("beta/r1").nth(9), Err(NthGap)),
        ("reuse before role", by("beta").asks("beta/r1").nth(0), Err(NthReused)),
        ("role before co-signers", by("beta").asks("beta/r1").with(&["stranger"]), Err(RoleNotAllowed)),
    ];
    vec![Table { scene, rows }]
}
