//! Responses to requests, item by item.

use crate::core::fault::Code::*;

use super::say::{answered, by, refused};
use super::scene::{END, Scene, Table};

pub(super) fn tables() -> Vec<Table> {
    vec![first(), second(), after_an_amendment()]
}

fn first() -> Table {
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("nspcc").asks("nspcc/r2"))
        .and(by("nspcc").withdraws("nspcc/r2"))
        .and(by("ofcom").enrols("gamma", "platform").with(&["gamma", "arcom"]))
        .and(by("alpha").discloses("alpha/d1"))
        .and(by("alpha").corrects("alpha/c1", "alpha/d1"))
        .and(by("alpha").notifies("alpha/e1", "alpha/d1"))
        .and(by("beta").discloses("beta/d1"));
    let answers = || by("alpha").answers("alpha/a1", "nspcc/r1");
    let with = |disclosures: &[&str]| answers().items(&[answered("reports", disclosures)]);
    let rows = vec![
        ("a refusal", answers(), Ok(())),
        ("an answer", with(&["alpha/d1"]), Ok(())),
        ("an answer by a correction", with(&["alpha/c1"]), Ok(())),
        ("an answer by both", with(&["alpha/d1", "alpha/c1"]), Ok(())),
        ("an answer and a refusal", answers().items(&[answered("reports", &["alpha/d1"]), refused("speed")]), Ok(())),
        ("in another order", answers().items(&[refused("speed"), refused("reports")]), Ok(())),
        ("after the deadline", answers().at(END + 1), Ok(())),
        ("superseding nothing there is", answers().set("/supersedes", "alpha/a0"), Err(ResponseNotSuperseding)),
        ("superseding a disclosure", answers().set("/supersedes", "alpha/d1"), Err(ResponseNotSuperseding)),
        ("under another's name", by("alpha").answers("beta/a1", "nspcc/r1"), Err(DocumentForeign)),
        ("a name used before", by("alpha").answers("alpha/d1", "nspcc/r1"), Err(DocumentExists)),
        ("to no request", by("alpha").answers("alpha/a1", "nspcc/r9"), Err(RequestUnknown)),
        ("to a disclosure", by("alpha").answers("alpha/a1", "beta/d1"), Err(RequestUnknown)),
        ("to a withdrawn request", by("alpha").answers("alpha/a1", "nspcc/r2"), Err(RequestWithdrawn)),
        ("by a platform that was not asked", by("gamma").answers("gamma/a1", "nspcc/r1"), Err(NotAddressee)),
        ("by the issuer", by("nspcc").answers("nspcc/a1", "nspcc/r1"), Err(RoleNotAllowed)),
        ("to a version to come", answers().set("/version", 2), Err(VersionMismatch)),
        ("an item nobody asked for", answers().items(&[refused("outcome")]), Err(ItemUnknown)),
        ("an item twice", answers().items(&[refused("reports"), refused("reports")]), Err(ItemDuplicate)),
        ("by a disclosure not on the ledger", with(&["alpha/d9"]), Err(DocumentUnknown)),
        ("by another's disclosure", with(&["beta/d1"]), Err(DocumentNotOwn)),
        ("by another's that is not there", with(&["beta/d9"]), Err(DocumentUnknown)),
        ("by a notice of error", with(&["alpha/e1"]), Err(DocumentUnknown)),
        ("by the request", with(&["nspcc/r1"]), Err(DocumentNotOwn)),
        ("by itself", with(&["alpha/a1"]), Err(DocumentUnknown)),
        ("with a co-signer", answers().with(&["ofcom"]), Err(CosignerNotAllowed)),
        ("with the other addressee", answers().with(&["beta"]), Err(CosignerNotAllowed)),
        ("role before name", by("nspcc").answers("alpha/d1", "nspcc/r1"), Err(RoleNotAllowed)),
        ("name before request", by("alpha").answers("alpha/d1", "nspcc/r9"), Err(DocumentExists)),
        ("withdrawn before addressee", by("gamma").answers("gamma/a1", "nspcc/r2"), Err(RequestWithdrawn)),
        ("addressee before version", by("gamma").answers("gamma/a1", "nspcc/r1").set("/version", 2), Err(NotAddressee)),
        ("version before items", answers().set("/version", 2).items(&[refused("outcome")]), Err(VersionMismatch)),
        (
            "items in order: the unknown first",
            answers().items(&[refused("x"), refused("speed"), refused("speed")]),
            Err(ItemUnknown),
        ),
        (
            "items in order: the second one first",
            answers().items(&[refused("speed"), refused("speed"), refused("x")]),
            Err(ItemDuplicate),
        ),
        (
            "items in order: its documents first",
            answers().items(&[answered("speed", &["beta/d1"]), refused("x")]),
            Err(DocumentNotOwn),
        ),
        ("documents in order", with(&["alpha/d9", "beta/d1"]), Err(DocumentUnknown)),
        (
            "items before supersession",
            answers().items(&[refused("x")]).set("/supersedes", "alpha/a0"),
            Err(ItemUnknown),
        ),
        (
            "supersession before co-signers",
            answers().set("/supersedes", "alpha/a0").with(&["ofcom"]),
            Err(ResponseNotSuperseding),
        ),
    ];
    Table { scene, rows }
}

fn second() -> Table {
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("nspcc").asks("nspcc/r2"))
        .and(by("alpha").answers("alpha/a1", "nspcc/r1"))
        .and(by("alpha").answers("alpha/a2", "nspcc/r1").set("/supersedes", "alpha/a1"))
        .and(by("beta").answers("beta/a1", "nspcc/r1"));
    let answers = || by("alpha").answers("alpha/a3", "nspcc/r1");
    let supersedes = |response: &str| answers().set("/supersedes", response);
    let rows = vec![
        ("superseding the last", supersedes("alpha/a2"), Ok(())),
        ("superseding none", answers(), Err(ResponseNotSuperseding)),
        ("superseding the one before", supersedes("alpha/a1"), Err(ResponseNotSuperseding)),
        ("superseding another's", supersedes("beta/a1"), Err(ResponseNotSuperseding)),
        ("superseding itself", supersedes("alpha/a3"), Err(ResponseNotSuperseding)),
        ("the first to another request", by("alpha").answers("alpha/a3", "nspcc/r2"), Ok(())),
        (
            "superseding what answers another request",
            by("alpha").answers("alpha/a3", "nspcc/r2").set("/supersedes", "alpha/a2"),
            Err(ResponseNotSuperseding),
        ),
        ("another's second", by("beta").answers("beta/a2", "nspcc/r1").set("/supersedes", "beta/a1"), Ok(())),
        ("a correction of a response", by("alpha").corrects("alpha/c1", "alpha/a2"), Err(DocumentUnknown)),
    ];
    Table { scene, rows }
}

fn after_an_amendment() -> Table {
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("alpha").answers("alpha/a1", "nspcc/r1"))
        .and(by("nspcc").amends("nspcc/r1", 2));
    let answers = |version| by("alpha").answers("alpha/a2", "nspcc/r1").set("/version", version);
    let rows = vec![
        ("to the new version", answers(2), Ok(())),
        ("to the old one", answers(1), Err(VersionMismatch)),
        ("to one to come", answers(3), Err(VersionMismatch)),
        (
            "superseding the answer to the old one",
            answers(2).set("/supersedes", "alpha/a1"),
            Err(ResponseNotSuperseding),
        ),
        ("an item that came", answers(2).items(&[refused("outcome")]), Ok(())),
        ("an item that went", answers(2).items(&[refused("speed")]), Err(ItemUnknown)),
    ];
    Table { scene, rows }
}

#[test]
fn which_response_is_live() {
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("alpha").answers("alpha/a1", "nspcc/r1"))
        .and(by("alpha").answers("alpha/a2", "nspcc/r1").set("/supersedes", "alpha/a1"))
        .and(by("nspcc").amends("nspcc/r1", 2))
        .and(by("alpha").answers("alpha/a3", "nspcc/r1").set("/version", 2))
        .and(by("alpha").answers("alpha/a4", "nspcc/r1").set("/version", 2).set("/supersedes", "alpha/a3"));
    let live = |scene: &Scene, version| {
        let request = scene.state.requests().find(&"nspcc/r1".parse().unwrap()).unwrap();
        let alpha = &request.addressees[&"alpha".parse().unwrap()];
        alpha.live_response(version).map(|response| response.response.to_string())
    };
    let lives = |scene: &Scene| [0, 1, 2, 3].map(|version| live(scene, version).unwrap_or_default());
    assert_eq!(lives(&scene), ["", "alpha/a2", "alpha/a4", ""]);
    let superseded = |id: &str| scene.state.documents().find(&id.parse().unwrap()).unwrap().superseded_by;
    let at = scene.size;
    let expected = [Some(at - 4), None, Some(at - 1), None];
    assert_eq!(["alpha/a1", "alpha/a2", "alpha/a3", "alpha/a4"].map(superseded), expected);
    let request = scene.state.requests().find(&"nspcc/r1".parse().unwrap()).unwrap();
    let alpha = &request.addressees[&"alpha".parse().unwrap()];
    assert_eq!(alpha.responses.iter().map(|response| response.superseded_by).collect::<Vec<_>>(), expected);

    let scene = scene.and(by("alpha").retracts("alpha/a2"));
    assert_eq!(lives(&scene), ["", "", "alpha/a4", ""]);
    let scene = scene.and(by("alpha").retracts("alpha/a4"));
    assert_eq!(lives(&scene), ["", "", "", ""]);
    let scene = scene.and(by("alpha").answers("alpha/a5", "nspcc/r1").set("/version", 2));
    assert_eq!(lives(&scene), ["", "", "alpha/a5", ""]);
}

/// An entry with another index than its place is a fault, and judged all the same.
#[test]
fn what_is_live_does_not_hang_on_the_index_that_an_entry_claims() {
    let claims = |mut scene: Scene, index: u64, say| {
        scene.size = index;
        scene.and(say)
    };
    let answers = |response: &str| by("alpha").answers(response, "nspcc/r1");
    let scene = Scene::cast().and(by("nspcc").asks("nspcc/r1"));
    let live = |scene: &Scene, version| {
        let request = scene.state.requests().find(&"nspcc/r1".parse().unwrap()).unwrap();
        let alpha = &request.addressees[&"alpha".parse().unwrap()];
        alpha.live_response(version).map(|response| response.response.to_string())
    };
    // The index falls, and is the same twice.
    for (second, third) in [(900, 30), (30, 900), (900, 900)] {
        let scene = claims(scene.clone(), 100, answers("alpha/a1"));
        let scene = claims(scene, second, answers("alpha/a2").set("/supersedes", "alpha/a1"));
        let scene = claims(scene, third, answers("alpha/a3").set("/supersedes", "alpha/a2"));
        assert_eq!(live(&scene, 1).as_deref(), Some("alpha/a3"));
        let scene = scene.and(by("alpha").retracts("alpha/a3"));
        assert_eq!(live(&scene, 1), None, "{second}, {third}");
        let scene = scene.and(answers("alpha/a4")).and(by("nspcc").amends("nspcc/r1", 2));
        let scene = claims(scene, second, answers("alpha/a5").set("/version", 2));
        let scene = scene.and(by("alpha").retracts("alpha/a4"));
        assert_eq!((live(&scene, 1), live(&scene, 2).as_deref()), (None, Some("alpha/a5")), "{second}, {third}");
    }
}
