//! Penalties, compliance and appeals.

use serde_json::json;

use crate::core::fault::Code::*;

use super::say::by;
use super::scene::{END, Scene, Table};

pub(super) fn tables() -> Vec<Table> {
    vec![under_a_decision(), under_a_request(), appeals(), after_an_appeal()]
}

/// Decision `ofcom/b1` of a breach, `ofcom/b2` of none, both about alpha.
fn decided() -> Scene {
    let decided = |scene: Scene, number: u8, breach: bool| {
        let notice = format!("ofcom/n{number}");
        scene
            .and(by("ofcom").gives_notice(&notice, "ofcom/i1"))
            .and(by("alpha").represents(&format!("alpha/v{number}"), &notice))
            .and(by("ofcom").decides(&format!("ofcom/b{number}"), &notice).set("/breach", breach))
    };
    decided(decided(Scene::cast().and(by("ofcom").investigates("ofcom/i1")), 1, true), 2, false)
}

/// Gamma took alpha's place.
fn merged(scene: Scene) -> Scene {
    scene
        .and(by("ofcom").enrols("gamma", "platform").with(&["gamma", "arcom"]))
        .and(by("ofcom").succeeds("alpha", "gamma").with(&["arcom"]))
}

fn under_a_decision() -> Table {
    let scene = merged(decided())
        .and(by("ofcom").fines("ofcom/f1", "ofcom/b1"))
        .and(by("ofcom").fines("ofcom/f2", "ofcom/b1"))
        .and(by("ofcom").complied("ofcom/f2", "2026-01-05"))
        .and(by("ofcom").fines("ofcom/f3", "ofcom/b1"))
        .and(by("alpha").appeals("alpha/l1", "ofcom/f3"))
        .and(by("tribunal").determines("alpha/l1", "allowed"));
    let fines = |under| by("ofcom").fines("ofcom/f9", under);
    let complied = |penalty| by("ofcom").complied(penalty, "2026-01-05");
    let rows = vec![
        ("for a breach", fines("ofcom/b1"), Ok(())),
        ("a day", fines("ofcom/b1").daily(10_000, "2026-02-01").without("fixed"), Ok(())),
        ("on the successor", fines("ofcom/b1").set("/addressee", "gamma"), Ok(())),
        ("on a bystander", fines("ofcom/b1").set("/addressee", "beta"), Err(NotAddressee)),
        ("for no breach", fines("ofcom/b2"), Err(BreachMissing)),
        ("under a notice", fines("ofcom/n1"), Err(DocumentUnknown)),
        ("under nothing there is", fines("ofcom/b9"), Err(DocumentUnknown)),
        ("under another's decision", by("esafety").fines("esafety/f1", "ofcom/b1"), Err(NotIssuer)),
        ("breach before whose", by("esafety").fines("esafety/f1", "ofcom/b2"), Err(BreachMissing)),
        (
            "whose before addressee",
            by("esafety").fines("esafety/f1", "ofcom/b1").set("/addressee", "beta"),
            Err(NotIssuer),
        ),
        ("addressee before co-signers", fines("ofcom/b1").set("/addressee", "beta").with(&["beta"]), Err(NotAddressee)),
        ("complied", complied("ofcom/f1"), Ok(())),
        ("complied today in the east", complied("ofcom/f1").set("/on", "2026-01-06"), Ok(())),
        ("complied tomorrow", complied("ofcom/f1").set("/on", "2026-01-07"), Err(DateInFuture)),
        ("complied twice", complied("ofcom/f2"), Err(MatterSettled)),
        ("complied with what was set aside", complied("ofcom/f3"), Err(MatterSettled)),
        ("complied with a decision", complied("ofcom/b1"), Err(DocumentUnknown)),
        ("who pays says so", by("alpha").complied("ofcom/f1", "2026-01-05"), Err(NotIssuer)),
        ("whose before settled", by("esafety").complied("ofcom/f2", "2026-01-05"), Err(NotIssuer)),
        ("settled before day", complied("ofcom/f2").set("/on", "2026-01-07"), Err(MatterSettled)),
        ("retract a penalty", by("ofcom").retracts("ofcom/f1"), Err(DocumentUnknown)),
    ];
    Table { scene, rows }
}

fn under_a_request() -> Table {
    let compels = |name| by("ofcom").compels(name);
    let scene = merged(Scene::cast())
        .and(compels("ofcom/r1"))
        .and(by("ofcom").asks("ofcom/r2"))
        .and(compels("ofcom/r3").without("deadline"))
        .and(compels("ofcom/r4"))
        .and(by("ofcom").withdraws("ofcom/r4"))
        .and(compels("ofcom/r5"))
        .and(by("alpha").appeals("alpha/l1", "ofcom/r5"))
        .and(by("tribunal").determines("alpha/l1", "allowed"))
        .and(by("ofcom").extends("ofcom/r1", "2026-04-30").set("/addressees", json!(["beta"])));
    let fines = |under| by("ofcom").fines("ofcom/f9", under).at(END);
    let rows = vec![
        ("when its time is over", fines("ofcom/r1"), Ok(())),
        ("a moment before", fines("ofcom/r1").at(END - 1), Err(BreachMissing)),
        ("who has more time", fines("ofcom/r1").set("/addressee", "beta"), Err(BreachMissing)),
        ("the successor", fines("ofcom/r1").set("/addressee", "gamma"), Ok(())),
        ("one that binds nobody", fines("ofcom/r2"), Err(CompulsionNotAllowed)),
        ("one without a deadline", fines("ofcom/r3"), Err(BreachMissing)),
        ("one that was withdrawn", fines("ofcom/r4"), Err(RequestWithdrawn)),
        ("one that was set aside", fines("ofcom/r5"), Err(RequestWithdrawn)),
        ("for the successor too", fines("ofcom/r5").set("/addressee", "gamma"), Err(RequestWithdrawn)),
        ("not for the other", fines("ofcom/r5").set("/addressee", "beta"), Ok(())),
        ("another's", by("esafety").fines("esafety/f1", "ofcom/r1").at(END), Err(NotIssuer)),
        ("a bystander", fines("ofcom/r1").set("/addressee", "nspcc"), Err(NotAddressee)),
        ("binding before whose", by("esafety").fines("esafety/f1", "ofcom/r2").at(END), Err(CompulsionNotAllowed)),
        ("addressee before withdrawn", fines("ofcom/r4").set("/addressee", "nspcc"), Err(NotAddressee)),
        ("withdrawn before time", fines("ofcom/r4").at(END - 1), Err(RequestWithdrawn)),
        // A request that a tribunal set aside binds the other alone.
        ("answer it", by("alpha").answers("alpha/a1", "ofcom/r5"), Err(RequestWithdrawn)),
        ("the successor answers it", by("gamma").answers("gamma/a1", "ofcom/r5"), Err(RequestWithdrawn)),
        ("the other answers it", by("beta").answers("beta/a1", "ofcom/r5"), Ok(())),
        ("appeal once more", by("gamma").appeals("gamma/l1", "ofcom/r5"), Err(MatterSettled)),
    ];
    Table { scene, rows }
}

fn appeals() -> Table {
    let scene = merged(decided())
        .and(by("ofcom").fines("ofcom/f1", "ofcom/b1"))
        .and(by("ofcom").compels("ofcom/r1"))
        .and(by("ofcom").asks("ofcom/r2"))
        .and(by("alpha").appeals("alpha/l1", "ofcom/b1"))
        .and(by("alpha").appeals("alpha/l2", "ofcom/f1"))
        .and(by("tribunal").determines("alpha/l2", "dismissed"));
    let appeals = |against| by("alpha").appeals("alpha/l9", against);
    let rows = vec![
        ("against a decision", appeals("ofcom/b1"), Ok(())),
        ("against one that found no breach", appeals("ofcom/b2"), Ok(())),
        ("against a penalty, once more", appeals("ofcom/f1"), Ok(())),
        ("against a request that binds", appeals("ofcom/r1"), Ok(())),
        ("against one that does not", appeals("ofcom/r2"), Err(DocumentUnknown)),
        ("against a notice", appeals("ofcom/n1"), Err(DocumentUnknown)),
        ("the successor", by("gamma").appeals("gamma/l1", "ofcom/b1"), Ok(())),
        ("a bystander", by("beta").appeals("beta/l1", "ofcom/b1"), Err(NotAddressee)),
        ("the other addressee of a request", by("beta").appeals("beta/l1", "ofcom/r1"), Ok(())),
        ("who decided", by("ofcom").appeals("ofcom/l1", "ofcom/b1"), Err(NotAddressee)),
        ("determine", by("tribunal").determines("alpha/l1", "allowed_in_part"), Ok(())),
        ("determine twice", by("tribunal").determines("alpha/l2", "allowed"), Err(MatterSettled)),
        ("determine no appeal", by("tribunal").determines("ofcom/b1", "allowed"), Err(DocumentUnknown)),
        ("the regulator determines", by("ofcom").determines("alpha/l1", "dismissed"), Err(RoleNotAllowed)),
        ("the appellant determines", by("alpha").determines("alpha/l1", "allowed"), Err(RoleNotAllowed)),
        ("role before settled", by("ofcom").determines("alpha/l2", "allowed"), Err(RoleNotAllowed)),
    ];
    Table { scene, rows }
}

fn after_an_appeal() -> Table {
    let scene = decided()
        .and(by("ofcom").fines("ofcom/f1", "ofcom/b1"))
        .and(by("alpha").appeals("alpha/l1", "ofcom/b1"))
        .and(by("alpha").appeals("alpha/l2", "ofcom/b1"))
        .and(by("tribunal").determines("alpha/l1", "allowed"));
    let rows = vec![
        ("a penalty under it", by("ofcom").fines("ofcom/f9", "ofcom/b1"), Err(MatterSettled)),
        ("compliance with one", by("ofcom").complied("ofcom/f1", "2026-01-05"), Err(MatterSettled)),
        ("an appeal against it", by("alpha").appeals("alpha/l9", "ofcom/b1"), Err(MatterSettled)),
        ("an appeal against its penalty", by("alpha").appeals("alpha/l9", "ofcom/f1"), Err(MatterSettled)),
        ("the other appeal", by("tribunal").determines("alpha/l2", "allowed"), Ok(())),
        ("addressee before set aside", by("beta").appeals("beta/l9", "ofcom/b1"), Err(NotAddressee)),
    ];
    Table { scene, rows }
}

#[test]
fn what_an_appeal_sets_aside() {
    let story = || {
        decided()
            .and(by("ofcom").fines("ofcom/f1", "ofcom/b1"))
            .and(by("ofcom").fines("ofcom/f2", "ofcom/b1"))
            .and(by("ofcom").compels("ofcom/r1"))
            .and(by("ofcom").fines("ofcom/f3", "ofcom/r1").at(END))
            .and(by("ofcom").fines("ofcom/f4", "ofcom/r1").set("/addressee", "beta"))
    };
    let fallen = |scene: &Scene| {
        let decisions = scene.state.compliance().decisions().filter(|(_, it)| it.set_aside.is_some());
        let penalties = scene.state.compliance().penalties().filter(|(_, it)| it.set_aside.is_some());
        let names = decisions.map(|(id, _)| id.name()).chain(penalties.map(|(id, _)| id.name()));
        names.collect::<Vec<_>>().join(" ")
    };
    let table = [
        ("ofcom/b1", "allowed", "b1 f1 f2"),
        ("ofcom/f1", "allowed", "f1"),
        ("ofcom/r1", "allowed", "f3"),
        ("ofcom/b1", "allowed_in_part", ""),
        ("ofcom/b1", "dismissed", ""),
        ("ofcom/b1", "withdrawn", ""),
    ];
    for (against, outcome, expected) in table {
        let scene = story().and(by("alpha").appeals("alpha/l1", against));
        let scene = scene.and(by("tribunal").determines("alpha/l1", outcome));
        assert_eq!(fallen(&scene), expected, "{against} {outcome}");
    }
    let twice =
        story().and(by("alpha").appeals("alpha/l1", "ofcom/b1")).and(by("alpha").appeals("alpha/l2", "ofcom/b1"));
    let twice = ["alpha/l1", "alpha/l2"]
        .iter()
        .fold(twice, |scene, appeal| scene.and(by("tribunal").determines(appeal, "allowed")));
    let decision = twice.state.compliance().decisions().find(|(id, _)| id.name() == "b1").unwrap().1;
    assert_eq!(decision.set_aside, Some(twice.size - 2), "the first to fall stays the first");
}
