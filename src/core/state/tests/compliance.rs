//! Investigations, provisional notices and decisions; and audits.

use serde_json::json;

use crate::core::fault::Code::*;

use super::say::by;
use super::scene::{END, Scene, Table};

pub(super) fn tables() -> Vec<Table> {
    vec![investigations(), decisions(), audits(), discrepancies()]
}

fn investigations() -> Table {
    let scene = Scene::cast()
        .and(by("ofcom").enrols("gamma", "platform").with(&["gamma", "arcom"]))
        .and(by("ofcom").succeeds("alpha", "gamma").with(&["arcom"]))
        .and(by("ofcom").asks("ofcom/r1"))
        .and(by("ofcom").investigates("ofcom/i1"))
        .and(by("ofcom").investigates("ofcom/i2"))
        .and(by("ofcom").closes("ofcom/i2"));
    let investigates = || by("ofcom").investigates("ofcom/i9");
    let notice = |investigation| by("ofcom").gives_notice("ofcom/n9", investigation);
    let rows = vec![
        ("about a request", investigates().set("/concerns", json!(["ofcom/r1"])), Ok(())),
        (
            "about nothing there is",
            investigates().set("/concerns", json!(["ofcom/r1", "alpha/a1"])),
            Err(DocumentUnknown),
        ),
        ("into a charity", investigates().set("/respondents", json!(["nspcc"])), Err(RoleNotAllowed)),
        ("into nobody known", investigates().set("/respondents", json!(["nobody"])), Err(ActorUnknown)),
        (
            "respondents before concerns",
            investigates().set("/respondents", json!(["nspcc"])).set("/concerns", json!(["alpha/a1"])),
            Err(RoleNotAllowed),
        ),
        ("close", by("ofcom").closes("ofcom/i1"), Ok(())),
        ("close twice", by("ofcom").closes("ofcom/i2"), Err(MatterSettled)),
        ("close another's", by("esafety").closes("ofcom/i1"), Err(NotIssuer)),
        ("the respondent closes", by("alpha").closes("ofcom/i1"), Err(NotIssuer)),
        ("close a request", by("ofcom").closes("ofcom/r1"), Err(DocumentUnknown)),
        ("settled before whose", by("esafety").closes("ofcom/i2"), Err(MatterSettled)),
        ("give notice", notice("ofcom/i1"), Ok(())),
        ("to the successor", notice("ofcom/i1").set("/addressee", "gamma"), Ok(())),
        ("to a bystander", notice("ofcom/i1").set("/addressee", "beta"), Err(NotAddressee)),
        ("to nobody known", notice("ofcom/i1").set("/addressee", "nobody"), Err(NotAddressee)),
        ("in a closed investigation", notice("ofcom/i2"), Err(MatterSettled)),
        ("in none", notice("ofcom/r1"), Err(DocumentUnknown)),
        ("at the last moment", notice("ofcom/i1").at(END - 1), Ok(())),
        ("with no time to answer", notice("ofcom/i1").at(END), Err(DeadlinePassed)),
        ("with a day long past", notice("ofcom/i1").by_day("/representations_by", "2026-01-02"), Err(DeadlinePassed)),
        ("on no day", notice("ofcom/i1").set("/representations_by/date", "2026-05-31"), Err(DeadlineInvalid)),
        (
            "whose before addressee",
            by("esafety").gives_notice("esafety/n1", "ofcom/i1").set("/addressee", "beta"),
            Err(NotIssuer),
        ),
        ("addressee before time", notice("ofcom/i1").set("/addressee", "beta").at(END), Err(NotAddressee)),
    ];
    Table { scene, rows }
}

fn decisions() -> Table {
    let heard = |scene: Scene, notice: &str, representations: &str| {
        scene.and(by("ofcom").gives_notice(notice, "ofcom/i1")).and(by("alpha").represents(representations, notice))
    };
    let scene = Scene::cast()
        .and(by("ofcom").investigates("ofcom/i1"))
        .and(by("ofcom").gives_notice("ofcom/n1", "ofcom/i1"))
        .and(by("ofcom").investigates("ofcom/i2"))
        .and(by("ofcom").gives_notice("ofcom/n3", "ofcom/i2"))
        .and(by("alpha").represents("alpha/v3", "ofcom/n3"))
        .and(by("ofcom").closes("ofcom/i2"));
    let scene = heard(heard(scene, "ofcom/n2", "alpha/v2"), "ofcom/n4", "alpha/v4")
        .and(by("ofcom").decides("ofcom/b4", "ofcom/n4"));
    let decides = |notice| by("ofcom").decides("ofcom/b9", notice);
    let represents = |author: &str, notice| by(author).represents(&format!("{author}/v9"), notice);
    let rows = vec![
        ("once it was answered", decides("ofcom/n2"), Ok(())),
        ("that there was no breach", decides("ofcom/n2").set("/breach", false), Ok(())),
        ("before it could be answered", decides("ofcom/n1"), Err(RepresentationsPending)),
        ("a moment before", decides("ofcom/n1").at(END - 1), Err(RepresentationsPending)),
        ("when its time is over", decides("ofcom/n1").at(END), Ok(())),
        ("without notice", decides("ofcom/i1"), Err(DocumentUnknown)),
        ("on a notice to come", decides("ofcom/n9"), Err(DocumentUnknown)),
        ("twice on one notice", decides("ofcom/n4"), Err(MatterSettled)),
        ("on another's notice", by("esafety").decides("esafety/b1", "ofcom/n2"), Err(NotIssuer)),
        ("in a closed investigation", decides("ofcom/n3"), Err(MatterSettled)),
        ("settled before whose", by("esafety").decides("esafety/b1", "ofcom/n4"), Err(MatterSettled)),
        ("whose before pending", by("esafety").decides("esafety/b1", "ofcom/n1"), Err(NotIssuer)),
        ("pending before co-signers", decides("ofcom/n1").with(&["beta"]), Err(RepresentationsPending)),
        ("answer the notice", represents("alpha", "ofcom/n1"), Ok(())),
        ("answer it late", represents("alpha", "ofcom/n1").at(END + 1), Ok(())),
        ("answer it again", represents("alpha", "ofcom/n2"), Ok(())),
        ("answer it after the decision", represents("alpha", "ofcom/n4"), Err(MatterSettled)),
        ("another answers it", represents("beta", "ofcom/n1"), Err(NotAParty)),
        ("who gave it answers it", represents("ofcom", "ofcom/n1"), Err(NotAParty)),
        ("retract a decision", by("ofcom").retracts("ofcom/b4"), Err(DocumentUnknown)),
    ];
    Table { scene, rows }
}

fn audits() -> Table {
    let scene = Scene::cast()
        .and(by("ofcom").enrols("second", "auditor").with(&["second", "arcom"]))
        .and(by("auditor").engages("auditor/u1"))
        .and(by("auditor").engages("auditor/u2"))
        .and(by("auditor").finds("auditor/z1", "auditor/u1"))
        .and(by("auditor").opines("auditor/o2", "auditor/u2"));
    let opines = |audit| by("auditor").opines("auditor/o9", audit);
    let finds = |audit| by("auditor").finds("auditor/z9", audit);
    let implements = |author: &str, audit| by(author).implements(&format!("{author}/z9"), audit);
    let rows = vec![
        ("audit a charity", by("auditor").engages("auditor/u9").set("/auditee", "nspcc"), Err(RoleNotAllowed)),
        ("audit nobody known", by("auditor").engages("auditor/u9").set("/auditee", "nobody"), Err(ActorUnknown)),
        ("give an opinion", opines("auditor/u1"), Ok(())),
        ("on an audit not engaged", opines("auditor/u9"), Err(DocumentUnknown)),
        ("on a finding", opines("auditor/z1"), Err(DocumentUnknown)),
        ("twice", opines("auditor/u2"), Err(MatterSettled)),
        ("on another's audit", by("second").opines("second/o1", "auditor/u1"), Err(NotIssuer)),
        ("settled before whose", by("second").opines("second/o1", "auditor/u2"), Err(MatterSettled)),
        ("find", finds("auditor/u1"), Ok(())),
        ("find after the opinion", finds("auditor/u2"), Err(MatterSettled)),
        ("find in another's audit", by("second").finds("second/z1", "auditor/u1"), Err(NotIssuer)),
        ("retract a finding", by("auditor").retracts("auditor/z1"), Ok(())),
        ("retract an opinion", by("auditor").retracts("auditor/o2"), Err(DocumentUnknown)),
        ("report after the opinion", implements("alpha", "auditor/u2"), Ok(())),
        ("report before the opinion", implements("alpha", "auditor/u1"), Err(OpinionMissing)),
        ("report on no audit", implements("alpha", "auditor/z1"), Err(DocumentUnknown)),
        ("another reports", implements("beta", "auditor/u2"), Err(NotAParty)),
        ("party before opinion", implements("beta", "auditor/u1"), Err(NotAParty)),
        ("opinion before co-signers", implements("alpha", "auditor/u1").with(&["beta"]), Err(OpinionMissing)),
    ];
    Table { scene, rows }
}

fn discrepancies() -> Table {
    let scene = Scene::cast()
        .and(by("alpha").discloses("alpha/d1"))
        .and(by("auditor").engages("auditor/u1"))
        .and(by("auditor").engages("auditor/u2"))
        .and(by("auditor").opines("auditor/o2", "auditor/u2"))
        .and(by("nspcc").raises("nspcc/y1", "alpha/d1"))
        .and(by("nspcc").raises("nspcc/y2", "alpha/d1"))
        .and(by("alpha").explains("nspcc/y2"));
    let raises = |about| by("auditor").raises("auditor/y9", about);
    let within = |audit: &str| raises("alpha/d1").set("/audit", audit);
    let rows = vec![
        ("about a regulator's document", by("nspcc").raises("nspcc/y9", "auditor/o2"), Ok(())),
        ("about nothing there is", raises("alpha/d9"), Err(DocumentUnknown)),
        ("within an audit", within("auditor/u1"), Ok(())),
        ("within none", within("auditor/o2"), Err(DocumentUnknown)),
        ("within one that is over", within("auditor/u2"), Err(MatterSettled)),
        ("within another's", by("nspcc").raises("nspcc/y9", "alpha/d1").set("/audit", "auditor/u1"), Err(NotIssuer)),
        ("document before audit", raises("alpha/d9").set("/audit", "auditor/u2"), Err(DocumentUnknown)),
        ("answer", by("alpha").explains("nspcc/y1"), Ok(())),
        ("answer twice", by("alpha").explains("nspcc/y2"), Err(MatterSettled)),
        ("another answers", by("beta").explains("nspcc/y1"), Err(NotAParty)),
        ("who raised it answers", by("nspcc").explains("nspcc/y1"), Err(NotAParty)),
        ("answer no discrepancy", by("alpha").explains("alpha/d1"), Err(DocumentUnknown)),
    ];
    Table { scene, rows }
}
