//! What is said of a document: retracted, published, wrong; and answers to findings.

use serde_json::json;

use crate::core::fault::Code::*;
use crate::core::shelf::Scratch;
use crate::core::shelf::tests::Memory;

use super::say::{answered, by};
use super::scene::{Scene, Table};

pub(super) fn tables() -> Vec<Table> {
    vec![retracted(), published(), replied()]
}

fn retracted() -> Table {
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("alpha").discloses("alpha/d1"))
        .and(by("alpha").discloses("alpha/d2"))
        .and(by("alpha").corrects("alpha/c1", "alpha/d1"))
        .and(by("alpha").discloses("alpha/d3"))
        .and(by("alpha").retracts("alpha/d3"))
        .and(by("alpha").corrects("alpha/c2", "alpha/d2"))
        .and(by("alpha").retracts("alpha/c2"))
        .and(by("alpha").answers("alpha/a1", "nspcc/r1"))
        .and(by("alpha").answers("alpha/a2", "nspcc/r1").set("/supersedes", "alpha/a1"))
        .and(by("beta").answers("beta/a1", "nspcc/r1"))
        .and(by("beta").retracts("beta/a1"))
        .and(by("alpha").notifies("alpha/e1", "alpha/d1"));
    let retracts = |document| by("alpha").retracts(document);
    let rows = vec![
        ("a correction", retracts("alpha/c1"), Ok(())),
        ("a response", retracts("alpha/a2"), Ok(())),
        ("a notice of error", retracts("alpha/e1"), Ok(())),
        ("what was superseded", retracts("alpha/d1"), Err(DocumentSuperseded)),
        ("a superseded response", retracts("alpha/a1"), Err(DocumentSuperseded)),
        ("what was retracted", retracts("alpha/d3"), Err(DocumentRetracted)),
        ("what a retracted correction superseded", retracts("alpha/d2"), Err(DocumentSuperseded)),
        ("nothing there is", retracts("alpha/d9"), Err(DocumentUnknown)),
        ("another's", retracts("beta/a1"), Err(DocumentNotOwn)),
        ("its own request", by("nspcc").retracts("nspcc/r1"), Err(DocumentUnknown)),
        ("a regulator for a platform", by("ofcom").retracts("alpha/c1"), Err(DocumentNotOwn)),
        ("whose before what", by("alpha").retracts("nspcc/r1"), Err(DocumentNotOwn)),
        ("correct what was retracted", by("alpha").corrects("alpha/c9", "alpha/d3"), Err(DocumentRetracted)),
        ("correct a retracted correction", by("alpha").corrects("alpha/c9", "alpha/c2"), Err(DocumentRetracted)),
        ("correct what it superseded", by("alpha").corrects("alpha/c9", "alpha/d2"), Err(DocumentSuperseded)),
        ("notify of what was retracted", by("alpha").notifies("alpha/e9", "alpha/d3"), Ok(())),
        ("its name again", by("alpha").discloses("alpha/d3"), Err(DocumentExists)),
        ("answer after a retraction", by("beta").answers("beta/a2", "nspcc/r1"), Ok(())),
        (
            "superseding what was retracted",
            by("beta").answers("beta/a2", "nspcc/r1").set("/supersedes", "beta/a1"),
            Err(ResponseNotSuperseding),
        ),
        (
            "answer by what was retracted",
            by("beta").answers("beta/a2", "nspcc/r1").items(&[answered("reports", &["alpha/d3"])]),
            Err(DocumentNotOwn),
        ),
        (
            "answer by its own that was retracted",
            by("alpha")
                .answers("alpha/a3", "nspcc/r1")
                .items(&[answered("reports", &["alpha/d3"])])
                .set("/supersedes", "alpha/a2"),
            Err(DocumentRetracted),
        ),
        (
            "answer by what was superseded",
            by("alpha")
                .answers("alpha/a3", "nspcc/r1")
                .items(&[answered("reports", &["alpha/d1"])])
                .set("/supersedes", "alpha/a2"),
            Ok(()),
        ),
    ];
    Table { scene, rows }
}

fn published() -> Table {
    let scene = Scene::cast().and(by("alpha").discloses("alpha/d1")).and(by("ofcom").asks("ofcom/r1"));
    let publishes = |author, document| by(author).publishes(document);
    let notifies = || by("alpha").notifies("alpha/e1", "alpha/d1");
    let rows = vec![
        ("its own", publishes("alpha", "alpha/d1"), Ok(())),
        ("a regulator its own", publishes("ofcom", "ofcom/r1"), Ok(())),
        ("a regulator another's", publishes("esafety", "alpha/d1"), Ok(())),
        ("an addressee the request", publishes("alpha", "ofcom/r1"), Err(DocumentNotOwn)),
        ("nothing there is", publishes("alpha", "alpha/d9"), Err(DocumentUnknown)),
        ("a regulator nothing there is", publishes("ofcom", "ofcom/r9"), Err(DocumentUnknown)),
        ("today in the east", publishes("alpha", "alpha/d1").set("/on", "2026-01-06"), Ok(())),
        ("the day after", publishes("alpha", "alpha/d1").set("/on", "2026-01-07"), Err(DateInFuture)),
        ("whose before day", publishes("nspcc", "alpha/d1").set("/on", "2026-01-07"), Err(DocumentNotOwn)),
        ("an error known before", notifies().set("/known_on", "2026-01-04"), Ok(())),
        ("an error known tomorrow", notifies().set("/known_on", "2026-01-07"), Err(DateInFuture)),
        (
            "whose error before day",
            by("alpha").notifies("alpha/e1", "ofcom/r1").set("/known_on", "2026-01-07"),
            Err(DocumentNotOwn),
        ),
    ];
    Table { scene, rows }
}

fn replied() -> Table {
    let scene = Scene::cast();
    let (last, this) = (scene.size - 1, scene.size);
    let replies = |entries: &[u64]| by("alpha").replies("alpha/a1", entries);
    let rows = vec![
        ("to the last entry", replies(&[last]), Ok(())),
        ("to two", replies(&[last, 0]), Ok(())),
        ("to one finding", replies(&[0]).set("/finding", "0".repeat(64)), Ok(())),
        ("to itself", replies(&[this]), Err(EntryUnknown)),
        ("to one to come", replies(&[0, 1 << 40]), Err(EntryUnknown)),
        ("entries before co-signers", replies(&[this]).with(&["beta"]), Err(EntryUnknown)),
        ("name before entries", by("alpha").replies("beta/a1", &[this]), Err(DocumentForeign)),
    ];
    Table { scene, rows }
}

#[test]
fn a_retraction_hides_nothing() {
    hides_nothing(&Scratch::default());
    // Whatever can be is written out at once, and read back.
    let memory = Memory::default();
    hides_nothing(&Scratch::with_tables(memory.clone(), 0));
    assert!(memory.calls() > 0);
}

fn hides_nothing(scratch: &Scratch) {
    let mut scene = Scene::cast();
    scene.state.keep_in(scratch);
    let scene = scene
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("alpha").answers("alpha/a1", "nspcc/r1").set("/note", json!("by mistake")))
        .and(by("alpha").retracts("alpha/a1"));
    let document = scene.state.documents().find(&"alpha/a1".parse().unwrap()).unwrap();
    assert_eq!((document.index, document.retracted_by), (scene.size - 2, Some(scene.size - 1)));
    let request = scene.state.requests().find(&"nspcc/r1".parse().unwrap()).unwrap();
    let alpha = &request.addressees[&"alpha".parse().unwrap()];
    assert_eq!((alpha.responses.len(), alpha.responses[0].retracted_by), (1, Some(scene.size - 1)));
    assert_eq!(alpha.heard, Some(scene.size - 2), "it was not silent");
}
