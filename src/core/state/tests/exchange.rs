//! Drafts, receipts, clarifications, requests for more time and for other terms.

use serde_json::json;

use crate::core::fault::Code::*;

use super::say::{by, deadline, items};
use super::scene::{END, Scene, Table};

pub(super) fn tables() -> Vec<Table> {
    vec![drafts(), receipts(), clarifications(), extensions(), amendments(), new_deadlines()]
}

fn drafts() -> Table {
    let scene = Scene::cast()
        .and(by("ofcom").drafts("ofcom/t1"))
        .and(by("ofcom").drafts("ofcom/t2"))
        .and(by("ofcom").asks("ofcom/r1").set("/draft", "ofcom/t2"));
    let drafts = || by("ofcom").drafts("ofcom/t3");
    let to = |addressees: &[&str]| drafts().set("/addressees", json!(addressees));
    let represents = |about| by("alpha").represents("alpha/v1", about);
    let follows = |draft: &str| by("ofcom").asks("ofcom/r2").set("/draft", draft);
    let rows = vec![
        ("with time to answer", drafts().by_day("/representations_by", "2026-03-31"), Ok(())),
        ("with none", drafts().by_day("/representations_by", "2026-03-31").at(END), Err(DeadlinePassed)),
        (
            "on no day",
            drafts().by_day("/representations_by", "2026-03-31").set("/representations_by/date", "2026-05-31"),
            Err(DeadlineInvalid),
        ),
        ("to nobody known", to(&["nobody"]), Err(ActorUnknown)),
        ("to a charity", to(&["iwf"]), Err(RoleNotAllowed)),
        ("one item twice", drafts().set("/items", items(&["a", "a"])), Err(ItemDuplicate)),
        ("addressees before items", to(&["iwf"]).set("/items", items(&["a", "a"])), Err(RoleNotAllowed)),
        (
            "items before time",
            drafts().set("/items", items(&["a", "a"])).by_day("/representations_by", "2026-01-02"),
            Err(ItemDuplicate),
        ),
        ("representations", represents("ofcom/t1"), Ok(())),
        ("the other's", by("beta").represents("beta/v1", "ofcom/t1"), Ok(())),
        ("once it was issued", represents("ofcom/t2"), Err(MatterSettled)),
        ("about nothing there is", represents("ofcom/t9"), Err(DocumentUnknown)),
        ("about a request", represents("ofcom/r1"), Err(DocumentUnknown)),
        ("a bystander's", by("nspcc").represents("nspcc/v1", "ofcom/t1"), Err(NotAParty)),
        ("settled before party", by("nspcc").represents("nspcc/v1", "ofcom/t2"), Err(MatterSettled)),
        ("issue what was drafted", follows("ofcom/t1"), Ok(())),
        ("issue it twice", follows("ofcom/t2"), Err(MatterSettled)),
        ("issue no draft", follows("ofcom/r1"), Err(DocumentUnknown)),
        ("issue another's draft", by("esafety").asks("esafety/r1").set("/draft", "ofcom/t1"), Err(NotIssuer)),
        ("deadline before draft", follows("ofcom/t2").set("/deadline/date", "2026-05-31"), Err(DeadlineInvalid)),
        ("draft before co-signers", follows("ofcom/t2").with(&["alpha"]), Err(MatterSettled)),
        ("retract a draft", by("ofcom").retracts("ofcom/t1"), Err(DocumentUnknown)),
    ];
    Table { scene, rows }
}

fn receipts() -> Table {
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("nspcc").asks("nspcc/r2"))
        .and(by("nspcc").withdraws("nspcc/r2"))
        .and(by("beta").acknowledges("nspcc/r1"));
    let rows = vec![
        ("acknowledge", by("alpha").acknowledges("nspcc/r1"), Ok(())),
        ("acknowledge twice", by("beta").acknowledges("nspcc/r1"), Err(MatterSettled)),
        ("acknowledge nothing there is", by("alpha").acknowledges("nspcc/r9"), Err(RequestUnknown)),
        ("acknowledge what was withdrawn", by("alpha").acknowledges("nspcc/r2"), Err(RequestWithdrawn)),
        ("a bystander", by("nspcc").acknowledges("nspcc/r1"), Err(NotAddressee)),
        ("withdrawn before addressee", by("nspcc").acknowledges("nspcc/r2"), Err(RequestWithdrawn)),
        ("preserve", by("ofcom").preserves("ofcom/j1"), Ok(())),
        (
            "a charity preserves",
            by("ofcom").preserves("ofcom/j1").set("/addressees", json!(["iwf"])),
            Err(RoleNotAllowed),
        ),
    ];
    Table { scene, rows }
}

fn clarifications() -> Table {
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("nspcc").asks("nspcc/r2"))
        .and(by("nspcc").withdraws("nspcc/r2"))
        .and(by("alpha").inquires("alpha/q1", "nspcc/r1"))
        .and(by("nspcc").inquires("nspcc/q1", "nspcc/r1").set("/to", "alpha"))
        .and(by("nspcc").inquires("nspcc/q2", "nspcc/r1").set("/to", "alpha"))
        .and(by("alpha").clarifies("nspcc/q2"));
    let inquires = || by("alpha").inquires("alpha/q2", "nspcc/r1");
    let of = |to: &str| by("nspcc").inquires("nspcc/q3", "nspcc/r1").set("/to", to);
    let rows = vec![
        ("of some items", inquires().set("/items", json!(["speed"])), Ok(())),
        ("of an item nobody asked for", inquires().set("/items", json!(["speed", "outcome"])), Err(ItemUnknown)),
        ("with time to answer", inquires().by_day("/deadline", "2026-03-31"), Ok(())),
        ("with none", inquires().by_day("/deadline", "2026-03-31").at(END), Err(DeadlinePassed)),
        (
            "on no day",
            inquires().set("/deadline", deadline("2026-03-31")).set("/deadline/date", "2026-05-31"),
            Err(DeadlineInvalid),
        ),
        ("the issuer of an addressee", of("alpha"), Ok(())),
        ("the issuer of a bystander", of("ofcom"), Err(NotAddressee)),
        ("the issuer of nobody", of("alpha").without("to"), Err(NotAddressee)),
        ("an addressee of the other", inquires().set("/to", "beta"), Err(NotIssuer)),
        ("of no request", by("alpha").inquires("alpha/q2", "nspcc/r9"), Err(RequestUnknown)),
        ("of a withdrawn one", by("alpha").inquires("alpha/q2", "nspcc/r2"), Err(RequestWithdrawn)),
        (
            "withdrawn before issuer",
            by("alpha").inquires("alpha/q2", "nspcc/r2").set("/to", "beta"),
            Err(RequestWithdrawn),
        ),
        ("issuer before addressee", inquires().set("/to", "ofcom"), Err(NotIssuer)),
        ("addressee before items", of("ofcom").set("/items", json!(["x"])), Err(NotAddressee)),
        (
            "items before time",
            inquires().set("/items", json!(["x"])).by_day("/deadline", "2026-01-02"),
            Err(ItemUnknown),
        ),
        ("the issuer clarifies", by("nspcc").clarifies("alpha/q1"), Ok(())),
        ("the addressee clarifies", by("alpha").clarifies("nspcc/q1"), Ok(())),
        ("the other addressee clarifies", by("beta").clarifies("nspcc/q1"), Err(NotAParty)),
        ("who asked clarifies", by("alpha").clarifies("alpha/q1"), Err(NotAParty)),
        ("clarify twice", by("alpha").clarifies("nspcc/q2"), Err(MatterSettled)),
        ("clarify no question", by("alpha").clarifies("nspcc/r1"), Err(DocumentUnknown)),
        ("settled before party", by("beta").clarifies("nspcc/q2"), Err(MatterSettled)),
    ];
    Table { scene, rows }
}

fn extensions() -> Table {
    let needs = |name: &str, request: &str| by("alpha").needs_time(name, request, "2026-04-30");
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("nspcc").asks("nspcc/r2").without("deadline"))
        .and(by("nspcc").asks("nspcc/r3"))
        .and(needs("alpha/x1", "nspcc/r1"))
        .and(needs("alpha/x2", "nspcc/r1"))
        .and(needs("alpha/x3", "nspcc/r3"))
        .and(by("nspcc").refuses_time("alpha/x2"))
        .and(needs("alpha/x4", "nspcc/r3"))
        .and(by("nspcc").withdraws("nspcc/r3"));
    let until = |day: &str| needs("alpha/x9", "nspcc/r1").set("/until", day);
    let grants = |extension: &str| by("nspcc").extends("nspcc/r1", "2026-04-30").set("/extension", extension);
    let rows = vec![
        ("a day more", until("2026-04-01"), Ok(())),
        ("the same day", until("2026-03-31"), Err(DeadlineNotLater)),
        ("a day less", until("2026-03-30"), Err(DeadlineNotLater)),
        ("at the last moment", until("2026-04-30").at(END - 1), Ok(())),
        ("too late", until("2026-04-30").at(END), Err(DeadlinePassed)),
        ("where there is no deadline", needs("alpha/x9", "nspcc/r2"), Err(DeadlineNotLater)),
        ("of a withdrawn request", needs("alpha/x9", "nspcc/r3"), Err(RequestWithdrawn)),
        ("later before passed", until("2026-03-31").at(END), Err(DeadlineNotLater)),
        ("grant", grants("alpha/x1"), Ok(())),
        ("grant less than was asked", grants("alpha/x1").set("/deadline", deadline("2026-04-15")), Ok(())),
        ("grant what shortens", grants("alpha/x1").set("/deadline", deadline("2026-03-15")), Err(DeadlineNotLater)),
        ("grant what was refused", grants("alpha/x2"), Err(MatterSettled)),
        ("grant what is no such thing", grants("nspcc/r1"), Err(DocumentUnknown)),
        ("grant what was asked elsewhere", grants("alpha/x3"), Err(DocumentUnknown)),
        ("grant too late", grants("alpha/x1").at(END), Err(DeadlinePassed)),
        (
            "a bystander grants",
            by("ofcom").extends("nspcc/r1", "2026-04-30").set("/extension", "alpha/x1"),
            Err(NotIssuer),
        ),
        ("extension before deadline", grants("alpha/x2").set("/deadline/date", "2026-05-31"), Err(MatterSettled)),
        ("refuse", by("nspcc").refuses_time("alpha/x1"), Ok(())),
        ("refuse after the withdrawal", by("nspcc").refuses_time("alpha/x4"), Ok(())),
        ("refuse twice", by("nspcc").refuses_time("alpha/x2"), Err(MatterSettled)),
        ("a bystander refuses", by("ofcom").refuses_time("alpha/x1"), Err(NotAParty)),
        ("refuse no such thing", by("nspcc").refuses_time("nspcc/r1"), Err(DocumentUnknown)),
        ("refuse it as a change", by("nspcc").refuses_change("alpha/x1"), Err(DocumentUnknown)),
    ];
    Table { scene, rows }
}

fn amendments() -> Table {
    let needs = |name: &str, request: &str| by("alpha").needs_change(name, request);
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("nspcc").asks("nspcc/r2"))
        .and(needs("alpha/m1", "nspcc/r1"))
        .and(needs("alpha/m2", "nspcc/r1"))
        .and(needs("alpha/m3", "nspcc/r2"))
        .and(by("nspcc").refuses_change("alpha/m2"))
        .and(by("nspcc").withdraws("nspcc/r2"));
    let meets = |amendment: &str| by("nspcc").amends("nspcc/r1", 2).set("/amendment", amendment);
    let rows = vec![
        ("with alternatives", needs("alpha/m9", "nspcc/r1").set("/alternatives", json!(["totals", "totals"])), Ok(())),
        ("after the deadline", needs("alpha/m9", "nspcc/r1").at(END + 1), Ok(())),
        ("of a withdrawn request", needs("alpha/m9", "nspcc/r2"), Err(RequestWithdrawn)),
        ("meet it", meets("alpha/m1"), Ok(())),
        ("meet what was refused", meets("alpha/m2"), Err(MatterSettled)),
        ("meet what was asked elsewhere", meets("alpha/m3"), Err(DocumentUnknown)),
        ("meet no such thing", meets("nspcc/r1"), Err(DocumentUnknown)),
        ("time before amendment", meets("alpha/m2").at(END), Err(DeadlinePassed)),
        ("amendment before co-signers", meets("alpha/m2").with(&["beta"]), Err(MatterSettled)),
        ("refuse", by("nspcc").refuses_change("alpha/m1"), Ok(())),
        ("refuse twice", by("nspcc").refuses_change("alpha/m2"), Err(MatterSettled)),
        ("who asked refuses", by("alpha").refuses_change("alpha/m1"), Err(NotAParty)),
        ("settled before party", by("alpha").refuses_change("alpha/m2"), Err(MatterSettled)),
    ];
    Table { scene, rows }
}

/// What is asked anew can still be answered in time.
fn new_deadlines() -> Table {
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("nspcc").extends("nspcc/r1", "2026-04-30").set("/addressees", json!(["beta"])))
        .and(by("nspcc").asks("nspcc/r2").without("deadline"));
    let amends = |request| by("nspcc").amends(request, 2);
    let to = |request, day| amends(request).by_day("/deadline", day);
    let day = 24 * 60 * 60 * 1000;
    let rows = vec![
        ("in time", amends("nspcc/r1").at(END - 1), Ok(())),
        ("too late for one of them", amends("nspcc/r1").at(END), Err(DeadlinePassed)),
        ("too late, with more time", to("nspcc/r1", "2026-05-31").at(END), Ok(())),
        ("with more time for one of them", to("nspcc/r1", "2026-04-15"), Err(DeadlineNotLater)),
        ("with the time that one has", to("nspcc/r1", "2026-04-30"), Err(DeadlineNotLater)),
        ("with time that is over", to("nspcc/r1", "2026-05-31").at(END + 61 * day), Err(DeadlinePassed)),
        ("on no day", to("nspcc/r1", "2026-05-31").set("/deadline/date", "2026-07-31"), Err(DeadlineInvalid)),
        ("without a deadline", amends("nspcc/r2"), Ok(())),
        ("a first deadline", to("nspcc/r2", "2026-03-31"), Ok(())),
        ("a first deadline that is over", to("nspcc/r2", "2026-03-31").at(END), Err(DeadlinePassed)),
        ("later before ahead", to("nspcc/r1", "2026-04-15").at(END + 61 * day), Err(DeadlineNotLater)),
        ("items before time", amends("nspcc/r1").set("/items", items(&["a", "a"])).at(END), Err(ItemDuplicate)),
    ];
    Table { scene, rows }
}

#[test]
fn an_extension_is_for_who_asked() {
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("alpha").needs_time("alpha/x1", "nspcc/r1", "2026-04-30"))
        .and(by("nspcc").extends("nspcc/r1", "2026-04-30").set("/extension", "alpha/x1"));
    let request = scene.state.requests().find(&"nspcc/r1".parse().unwrap()).unwrap();
    let days: Vec<_> = request.addressees.values().map(|it| it.deadline.as_ref().unwrap().date.to_string()).collect();
    assert_eq!(days, ["2026-04-30", "2026-03-31"]);
    let settled = scene.state.matters().find(&"alpha/x1".parse().unwrap()).unwrap().settled;
    assert_eq!(settled, Some(scene.size - 1));
}
