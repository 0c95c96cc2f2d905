//! Requests: issued, amended, extended, withdrawn.

use serde_json::json;

use crate::core::fault::Code::*;

use super::say::{answered, by, deadline, items};
use super::scene::{END, Scene, Table};

pub(super) fn tables() -> Vec<Table> {
    vec![issued(), amended(), extended(), extended_for_one(), withdrawn()]
}

fn issued() -> Table {
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("alpha").discloses("alpha/d1"))
        .and(by("nspcc").notifies("nspcc/e1", "nspcc/r1"))
        .and(by("ofcom").enrols("gone", "platform").with(&["gone", "arcom"]))
        .and(by("ofcom").retires("gone").with(&["arcom"]))
        .and(by("ofcom").suspends("beta").with(&["arcom"]));
    let asks = || by("nspcc").asks("nspcc/r2");
    let compels = || by("ofcom").compels("ofcom/r2");
    let to = |addressees: &[&str]| asks().set("/addressees", json!(addressees));
    let rows = vec![
        ("a charity asks, and a suspended platform is asked", asks(), Ok(())),
        ("an open letter", asks().with(&["iwf", "esafety", "ofcom"]), Ok(())),
        ("a charity cannot compel", asks().set("/compulsory", true), Err(CompulsionNotAllowed)),
        ("a charity cannot compel under a law", by("nspcc").compels("nspcc/r2"), Err(CompulsionNotAllowed)),
        ("a charity may name a law", asks().set("/legal_basis", json!({"instrument": "uk-foia-2000"})), Ok(())),
        ("a regulator compels", compels(), Ok(())),
        ("a regulator without vote compels", by("esafety").compels("esafety/r2"), Ok(())),
        ("a regulator compels under no law", compels().without("legal_basis"), Err(CompulsionNotAllowed)),
        ("a regulator asks under no law", by("ofcom").asks("ofcom/r2"), Ok(())),
        ("without a deadline", asks().without("deadline"), Ok(())),
        ("under another's name", asks().set("/request", "ofcom/r2"), Err(DocumentForeign)),
        ("under a name that begins with its own", asks().set("/request", "nspcc-2/r2"), Err(DocumentForeign)),
        ("a request's name again", by("nspcc").asks("nspcc/r1"), Err(DocumentExists)),
        ("a notice's name again", by("nspcc").asks("nspcc/e1"), Err(DocumentExists)),
        ("to nobody known", to(&["nobody"]), Err(ActorUnknown)),
        ("to a retired platform", to(&["alpha", "gone"]), Err(ActorRetired)),
        ("to a charity", to(&["iwf"]), Err(RoleNotAllowed)),
        ("to a regulator", to(&["ofcom"]), Err(RoleNotAllowed)),
        ("to the operator", to(&["operator"]), Err(RoleNotAllowed)),
        ("to itself", to(&["nspcc"]), Err(RoleNotAllowed)),
        ("addressees in order: role first", to(&["iwf", "nobody"]), Err(RoleNotAllowed)),
        ("addressees in order: unknown first", to(&["nobody", "iwf"]), Err(ActorUnknown)),
        ("addressees in order: retired first", to(&["gone", "nobody"]), Err(ActorRetired)),
        ("one item twice", asks().set("/items", items(&["reports", "speed", "reports"])), Err(ItemDuplicate)),
        ("role before name", by("alpha").asks("ofcom/r2"), Err(RoleNotAllowed)),
        ("name before compulsion", by("nspcc").compels("nspcc/r1"), Err(DocumentExists)),
        ("foreign before exists", by("iwf").asks("nspcc/r1"), Err(DocumentForeign)),
        ("compulsion before addressees", to(&["nobody"]).set("/compulsory", true), Err(CompulsionNotAllowed)),
        ("addressees before items", to(&["nobody"]).set("/items", items(&["a", "a"])), Err(ActorUnknown)),
        (
            "items before deadline",
            asks().set("/items", items(&["a", "a"])).set("/deadline/date", "2026-05-31"),
            Err(ItemDuplicate),
        ),
        (
            "deadline before co-signers",
            asks().set("/deadline/date", "2026-05-31").with(&["alpha"]),
            Err(DeadlineInvalid),
        ),
        ("a platform's support", asks().with(&["alpha"]), Err(CosignerNotAllowed)),
        ("a suspended supporter", asks().with(&["beta"]), Err(ActorSuspended)),
    ];
    Table { scene, rows }
}

fn amended() -> Table {
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("nspcc").amends("nspcc/r1", 2))
        .and(by("nspcc").asks("nspcc/r2"))
        .and(by("nspcc").withdraws("nspcc/r2"))
        .and(by("alpha").discloses("alpha/d1"));
    let amends = |version| by("nspcc").amends("nspcc/r1", version);
    let rows = vec![
        ("the next version", amends(3), Ok(())),
        ("with support", amends(3).with(&["iwf"]), Ok(())),
        ("the same version", amends(2), Err(VersionMismatch)),
        ("a version left out", amends(4), Err(VersionMismatch)),
        ("one item twice", amends(3).set("/items", items(&["a", "a"])), Err(ItemDuplicate)),
        ("no such request", by("nspcc").amends("nspcc/r9", 2), Err(RequestUnknown)),
        ("a document that is no request", by("alpha").amends("alpha/d1", 2), Err(RequestUnknown)),
        ("another's request", by("iwf").amends("nspcc/r1", 3), Err(NotIssuer)),
        ("an addressee", by("alpha").amends("nspcc/r1", 3), Err(NotIssuer)),
        ("a withdrawn request", by("nspcc").amends("nspcc/r2", 2), Err(RequestWithdrawn)),
        ("unknown before issuer", by("iwf").amends("nspcc/r9", 2), Err(RequestUnknown)),
        ("issuer before withdrawn", by("iwf").amends("nspcc/r2", 2), Err(NotIssuer)),
        ("withdrawn before version", by("nspcc").amends("nspcc/r2", 9), Err(RequestWithdrawn)),
        ("version before items", amends(2).set("/items", items(&["a", "a"])), Err(VersionMismatch)),
        ("items before co-signers", amends(3).set("/items", items(&["a", "a"])).with(&["alpha"]), Err(ItemDuplicate)),
        ("a platform's support", amends(3).with(&["alpha"]), Err(CosignerNotAllowed)),
    ];
    Table { scene, rows }
}

fn extended() -> Table {
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("nspcc").asks("nspcc/r2"))
        .and(by("nspcc").withdraws("nspcc/r2"))
        .and(by("nspcc").asks("nspcc/r3").without("deadline"));
    let extends = |date| by("nspcc").extends("nspcc/r1", date);
    let a_second_later = json!({"calendar": "UTC", "date": "2026-03-31", "ends_at": "2026-03-31T23:00:01Z"});
    let to = |addressee: &str| extends("2026-04-30").set("/addressees", json!([addressee]));
    let rows = vec![
        ("for all", extends("2026-04-30"), Ok(())),
        ("for one", to("alpha"), Ok(())),
        ("with support", extends("2026-04-30").with(&["iwf"]), Ok(())),
        ("a millisecond before the end", extends("2026-04-30").at(END - 1), Ok(())),
        ("at the end", extends("2026-04-30").at(END), Err(DeadlinePassed)),
        ("a millisecond after the end", extends("2026-04-30").at(END + 1), Err(DeadlinePassed)),
        ("by a second", extends("2026-03-31").set("/deadline", a_second_later), Ok(())),
        ("by nothing", extends("2026-03-31"), Err(DeadlineNotLater)),
        ("by less than nothing", extends("2026-03-30"), Err(DeadlineNotLater)),
        ("of no deadline", by("nspcc").extends("nspcc/r3", "2026-04-30"), Err(DeadlineNotLater)),
        ("for a stranger", to("nobody"), Err(NotAddressee)),
        ("for the issuer", to("nspcc"), Err(NotAddressee)),
        ("to no day's end", extends("2026-04-30").set("/deadline/date", "2026-05-30"), Err(DeadlineInvalid)),
        ("no such request", by("nspcc").extends("nspcc/r9", "2026-04-30"), Err(RequestUnknown)),
        ("another's request", by("iwf").extends("nspcc/r1", "2026-04-30"), Err(NotIssuer)),
        ("a withdrawn request", by("nspcc").extends("nspcc/r2", "2026-04-30"), Err(RequestWithdrawn)),
        (
            "issuer before addressees",
            by("iwf").extends("nspcc/r1", "2026-04-30").set("/addressees", json!(["nobody"])),
            Err(NotIssuer),
        ),
        ("addressees before deadline", to("nobody").set("/deadline/date", "2026-05-30"), Err(NotAddressee)),
        (
            "deadline before later",
            by("nspcc").extends("nspcc/r3", "2026-04-30").set("/deadline/date", "2026-05-30"),
            Err(DeadlineInvalid),
        ),
        ("later before passed", extends("2026-03-31").at(END), Err(DeadlineNotLater)),
        ("passed before co-signers", extends("2026-04-30").at(END).with(&["alpha"]), Err(DeadlinePassed)),
        ("a platform's support", extends("2026-04-30").with(&["alpha"]), Err(CosignerNotAllowed)),
    ];
    Table { scene, rows }
}

/// Alpha has until the end of April, beta until that of March.
fn extended_for_one() -> Table {
    let for_alpha = by("nspcc").extends("nspcc/r1", "2026-04-30").set("/addressees", json!(["alpha"]));
    let scene = Scene::cast().and(by("nspcc").asks("nspcc/r1")).and(for_alpha);
    let extends = |date| by("nspcc").extends("nspcc/r1", date);
    let for_only = |date, addressee: &str| extends(date).set("/addressees", json!([addressee]));
    let rows = vec![
        ("for all, beyond both", extends("2026-05-31"), Ok(())),
        ("for all, between the two", extends("2026-04-15"), Err(DeadlineNotLater)),
        ("for beta, between the two", for_only("2026-04-15", "beta"), Ok(())),
        ("for alpha, between the two", for_only("2026-04-15", "alpha"), Err(DeadlineNotLater)),
        ("for alpha, after beta's end", for_only("2026-05-31", "alpha").at(END), Ok(())),
        ("for beta, after beta's end", for_only("2026-05-31", "beta").at(END), Err(DeadlinePassed)),
        ("for all, after beta's end", extends("2026-05-31").at(END), Err(DeadlinePassed)),
        ("alpha answers", by("alpha").answers("alpha/a1", "nspcc/r1").at(END + 1), Ok(())),
    ];
    Table { scene, rows }
}

fn withdrawn() -> Table {
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("alpha").answers("alpha/a1", "nspcc/r1"))
        .and(by("nspcc").asks("nspcc/r2"))
        .and(by("nspcc").withdraws("nspcc/r2"));
    let rows = vec![
        ("after an answer", by("nspcc").withdraws("nspcc/r1"), Ok(())),
        ("after the deadline", by("nspcc").withdraws("nspcc/r1").at(END + 1), Ok(())),
        ("with support", by("nspcc").withdraws("nspcc/r1").with(&["iwf"]), Ok(())),
        ("twice", by("nspcc").withdraws("nspcc/r2"), Err(RequestWithdrawn)),
        ("no such request", by("nspcc").withdraws("nspcc/r9"), Err(RequestUnknown)),
        ("another's request", by("ofcom").withdraws("nspcc/r1"), Err(NotIssuer)),
        ("issuer before withdrawn", by("ofcom").withdraws("nspcc/r2"), Err(NotIssuer)),
        ("withdrawn before co-signers", by("nspcc").withdraws("nspcc/r2").with(&["alpha"]), Err(RequestWithdrawn)),
        ("a platform's support", by("nspcc").withdraws("nspcc/r1").with(&["alpha"]), Err(CosignerNotAllowed)),
        ("its name is used up", by("nspcc").asks("nspcc/r2"), Err(DocumentExists)),
        ("an answer to it", by("alpha").answers("alpha/a2", "nspcc/r2"), Err(RequestWithdrawn)),
    ];
    Table { scene, rows }
}

#[test]
fn what_becomes_of_a_request() {
    let for_alpha = by("nspcc").extends("nspcc/r1", "2026-04-30").set("/addressees", json!(["alpha"]));
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("alpha").discloses("alpha/d1"))
        .and(by("alpha").answers("alpha/a1", "nspcc/r1").items(&[answered("reports", &["alpha/d1"])]))
        .and(for_alpha)
        .and(by("nspcc").amends("nspcc/r1", 2))
        .and(by("nspcc").withdraws("nspcc/r1"));
    let request = scene.state.requests().find(&"nspcc/r1".parse().unwrap()).unwrap();
    let names = |version: usize| request.versions[version].iter().map(|item| item.item.as_str()).collect::<Vec<_>>();
    assert_eq!((request.version(), names(0), names(1)), (2, vec!["reports", "speed"], vec!["reports", "outcome"]));
    assert_eq!(request.items(), request.versions[1]);
    assert_eq!(
        (request.issuer.as_str(), request.compulsory, request.withdrawn),
        ("nspcc", false, Some(scene.size - 1))
    );
    let [alpha, beta] = ["alpha", "beta"].map(|id| &request.addressees[&id.parse().unwrap()]);
    let until = |date| serde_json::from_value(deadline(date)).unwrap();
    assert_eq!((&alpha.deadline, &beta.deadline), (&Some(until("2026-04-30")), &Some(until("2026-03-31"))));
    assert!(alpha.live_response(1).is_some() && alpha.live_response(2).is_none() && beta.responses.is_empty());
}
