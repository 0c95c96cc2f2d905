//! Who may say what: every kind of event by every role.

use crate::core::fault::Code::{self, *};

use super::say::{Say, by};
use super::scene::{Row, Scene, Table};

/// Each actor attempts each event on the same story, with the co-signers that the event needs.
const GRID: &str = "
                       operator ofcom esafety alpha nspcc auditor tribunal
ledger_opened          opened   opened opened opened opened opened opened
actor_enrolled         noauth   ok    noauth  noauth noauth noauth noauth
actor_suspended        noauth   ok    noauth  noauth noauth noauth noauth
actor_reinstated       noauth   ok    noauth  noauth noauth noauth noauth
actor_retired          noauth   ok    noauth  noauth noauth noauth noauth
key_added/own          role     ok    ok      ok    ok    ok      ok
key_added/other        noauth   ok    noauth  noauth noauth noauth noauth
key_rotated/own        few      ok    ok      ok    ok    ok      ok
key_rotated/other      author   author author author author author author
key_revoked/own        role     ok    ok      ok    ok    ok      ok
key_revoked/other      noauth   ok    noauth  noauth noauth noauth noauth
checkpoint_rules_set   noauth   ok    noauth  noauth noauth noauth noauth
request_issued         role     ok    ok      role  ok    role    role
request_issued/bound   role     ok    ok      role  force role    role
request_amended        issuer   ok    issuer  issuer issuer issuer issuer
request_extended       issuer   ok    issuer  issuer issuer issuer issuer
request_withdrawn      issuer   ok    issuer  issuer issuer issuer issuer
response_filed         role     role  role    ok    role  role    role
disclosure_filed       role     role  role    ok    role  role    role
correction_filed       own      own   own     ok    own   own     own
error_notified         own      own   own     ok    own   own     own
error_notified/request own      ok    own     own   own   own     own
";

pub(super) fn tables() -> Vec<Table> {
    let scene = Scene::cast()
        .and(by("ofcom").asks("ofcom/r1"))
        .and(by("alpha").discloses("alpha/d1"))
        .and(by("ofcom").suspends("iwf").with(&["arcom"]));
    let mut lines = GRID.trim().lines().map(str::split_whitespace);
    let authors: Vec<_> = lines.next().unwrap().collect();
    let mut rows: Vec<Row> = Vec::new();
    for mut line in lines {
        let kind = line.next().unwrap();
        let verdicts: Vec<_> = line.collect();
        assert_eq!(verdicts.len(), authors.len(), "{kind}");
        rows.extend(authors.iter().zip(verdicts).map(|(author, verdict)| (kind, says(author, kind), meaning(verdict))));
    }
    vec![Table { scene, rows }]
}

fn says(author: &str, kind: &str) -> Say {
    let own = |name: &str| format!("{author}/{name}");
    let say = by(author);
    match kind {
        "ledger_opened" => say.opens(&["ofcom"], 1),
        "actor_enrolled" => say.enrols("new", "platform").with(&["new", "arcom", "bnetza"]),
        "actor_suspended" => say.suspends("beta").with(&["arcom", "bnetza"]),
        "actor_reinstated" => say.reinstates("iwf").with(&["arcom", "bnetza"]),
        "actor_retired" => say.retires("beta").with(&["arcom", "bnetza"]),
        "key_added/own" => say.adds(author, "new").with(&["new"]),
        "key_added/other" => say.adds("beta", "new").with(&["new", "arcom", "bnetza"]),
        "key_rotated/own" => say.rotates(author, author, "new").with(&["new"]),
        "key_rotated/other" => say.rotates("beta", "beta", "new").with(&["new"]),
        "key_revoked/own" => say.revokes(author, author),
        "key_revoked/other" => say.revokes("beta", "beta").with(&["arcom", "bnetza"]),
        "checkpoint_rules_set" => say.promises(5).with(&["arcom", "bnetza"]),
        "request_issued" => say.asks(&own("r2")),
        "request_issued/bound" => say.compels(&own("r2")),
        "request_amended" => say.amends("ofcom/r1", 2),
        "request_extended" => say.extends("ofcom/r1", "2026-04-30"),
        "request_withdrawn" => say.withdraws("ofcom/r1"),
        "response_filed" => say.answers(&own("a1"), "ofcom/r1"),
        "disclosure_filed" => say.discloses(&own("d2")),
        "correction_filed" => say.corrects(&own("c1"), "alpha/d1"),
        "error_notified" => say.notifies(&own("e1"), "alpha/d1"),
        "error_notified/request" => say.notifies(&own("e1"), "ofcom/r1"),
        other => panic!("{other}"),
    }
}

fn meaning(verdict: &str) -> Result<(), Code> {
    Err(match verdict {
        "ok" => return Ok(()),
        "opened" => LedgerAlreadyOpened,
        "noauth" => NotAnAuthority,
        "role" => RoleNotAllowed,
        "few" => ThresholdNotMet,
        "author" => AuthorMismatch,
        "force" => CompulsionNotAllowed,
        "issuer" => NotIssuer,
        "own" => DocumentNotOwn,
        other => panic!("{other}"),
    })
}
