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
provider_succeeded     noauth   ok    noauth  noauth noauth noauth noauth
service_registered     role     ok    ok      ok    role  role    role
service_designated     role     ok    ok      role  role  role    role
designation_ended      issuer   ok    issuer  issuer issuer issuer issuer
taxonomy_registered    role     ok    ok      ok    ok    ok      role
metric_defined         role     ok    ok      ok    role  role    role
methodology_changed    role     ok    ok      ok    role  role    role
request_drafted        role     ok    ok      role  role  role    role
representations_made   party    party party   ok    party party   party
request_issued         role     ok    ok      role  ok    role    role
request_issued/bound   role     ok    ok      role  force role    role
receipt_acknowledged   addr     addr  addr    ok    addr  addr    addr
clarification_requested addr    addr  addr    ok    addr  addr    addr
clarification_requested/to issuer ok  issuer  issuer issuer issuer issuer
clarification_given    party    ok    party   party party party   party
extension_requested    addr     addr  addr    ok    addr  addr    addr
extension_refused      party    ok    party   party party party   party
amendment_requested    addr     addr  addr    ok    addr  addr    addr
amendment_refused      party    ok    party   party party party   party
request_amended        issuer   ok    issuer  issuer issuer issuer issuer
request_extended       issuer   ok    issuer  issuer issuer issuer issuer
request_withdrawn      issuer   ok    issuer  issuer issuer issuer issuer
preservation_required  role     ok    ok      role  role  role    role
response_filed         role     role  role    ok    role  role    role
disclosure_filed       role     ok    ok      ok    role  role    role
correction_filed       own      own   own     ok    own   own     own
error_notified         own      own   own     ok    own   own     own
error_notified/request own      ok    own     own   own   own     own
document_published     own      ok    ok      ok    own   own     own
document_retracted     own      own   own     ok    own   own     own
risk_assessment_recorded role   role  role    ok    role  role    role
research_recorded      role     role  role    ok    role  role    role
product_change_recorded role    role  role    ok    role  role    role
finding_answered       role     ok    ok      ok    role  role    role
investigation_opened   role     ok    ok      role  role  role    role
provisional_notice_given issuer ok    issuer  issuer issuer issuer issuer
decision_given         issuer   ok    issuer  issuer issuer issuer issuer
penalty_imposed        role     ok    issuer  role  role  role    role
compliance_recorded    issuer   ok    issuer  issuer issuer issuer issuer
appeal_lodged          addr     addr  addr    ok    addr  addr    addr
appeal_determined      role     role  role    role  role  role    ok
investigation_closed   issuer   ok    issuer  issuer issuer issuer issuer
audit_engaged          role     role  role    role  role  ok      role
audit_finding_recorded issuer   issuer issuer issuer issuer ok    issuer
discrepancy_raised     role     ok    ok      role  ok    ok      role
discrepancy_answered   party    party party   ok    party party   party
opinion_given          issuer   issuer issuer issuer issuer ok    issuer
implementation_reported party   party party   ok    party party   party
";

pub(super) fn tables() -> Vec<Table> {
    let scene = story();
    let mut lines = GRID.trim().lines().map(str::split_whitespace);
    let authors: Vec<_> = lines.next().unwrap().collect();
    let mut rows: Vec<Row> = Vec::new();
    for mut line in lines {
        let kind = line.next().unwrap();
        let verdicts: Vec<_> = line.collect();
        assert_eq!(verdicts.len(), authors.len(), "{kind}");
        rows.extend(authors.iter().zip(verdicts).map(|(author, verdict)| (kind, says(author, kind), meaning(verdict))));
    }
    let names = names(&rows);
    vec![Table { scene: scene.clone(), rows }, Table { scene, rows: names }]
}

/// Something open of every sort, with alpha on one side of it and ofcom, the auditor or a charity on the other.
pub(super) fn story() -> Scene {
    Scene::cast()
        .and(by("ofcom").asks("ofcom/r1"))
        .and(by("alpha").discloses("alpha/d1"))
        .and(by("ofcom").suspends("iwf").with(&["arcom"]))
        .and(by("alpha").registers("alpha/video"))
        .and(by("ofcom").designates("ofcom/g1", "alpha/video"))
        .and(by("ofcom").drafts("ofcom/t1"))
        .and(by("alpha").inquires("alpha/q1", "ofcom/r1"))
        .and(by("alpha").needs_time("alpha/x1", "ofcom/r1", "2026-04-30"))
        .and(by("alpha").needs_change("alpha/m1", "ofcom/r1"))
        .and(by("ofcom").investigates("ofcom/i1"))
        .and(by("ofcom").gives_notice("ofcom/n1", "ofcom/i1"))
        .and(by("alpha").represents("alpha/v1", "ofcom/n1"))
        .and(by("ofcom").decides("ofcom/b1", "ofcom/n1"))
        .and(by("ofcom").fines("ofcom/f1", "ofcom/b1"))
        .and(by("alpha").appeals("alpha/l1", "ofcom/b1"))
        .and(by("ofcom").gives_notice("ofcom/n2", "ofcom/i1"))
        .and(by("alpha").represents("alpha/v2", "ofcom/n2"))
        .and(by("auditor").engages("auditor/u1"))
        .and(by("auditor").engages("auditor/u2"))
        .and(by("auditor").opines("auditor/o2", "auditor/u2"))
        .and(by("nspcc").raises("nspcc/y1", "alpha/d1"))
}

/// Of each kind that somebody may say, with the co-signers it needs: under another's name, under a name of the author's
/// that is taken, and with a co-signer whom no kind takes.
fn names(rows: &[Row]) -> Vec<Row> {
    let mut more: Vec<Row> = Vec::new();
    for (kind, say, _) in rows.iter().filter(|(_, _, expected)| expected.is_ok()) {
        if let Some(field) = say.naming_field() {
            let taken = match say.author() {
                "ofcom" => "ofcom/r1",
                "alpha" => "alpha/d1",
                "nspcc" => "nspcc/y1",
                "auditor" => "auditor/u1",
                _ => continue,
            };
            more.push((kind, say.clone().set(&field, "beta/z9"), Err(DocumentForeign)));
            more.push((kind, say.clone().set(&field, taken), Err(DocumentExists)));
        }
        more.push((kind, say.clone().with(&["beta"]), Err(CosignerNotAllowed)));
    }
    more
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
        "provider_succeeded" => say.succeeds("beta", "alpha").with(&["arcom", "bnetza"]),
        "service_registered" => say.registers(&own("games")),
        "service_designated" => say.designates(&own("g2"), "alpha/video").set("/category", "uk_category_2b"),
        "designation_ended" => say.ends("ofcom/g1"),
        "taxonomy_registered" => say.classifies(&own("k1")),
        "metric_defined" => say.defines(&own("w1"), "reports"),
        "methodology_changed" => say.recounts(&own("h1"), "reports"),
        "request_drafted" => say.drafts(&own("t2")),
        "representations_made" => say.represents(&own("v3"), "ofcom/t1"),
        "receipt_acknowledged" => say.acknowledges("ofcom/r1"),
        "clarification_requested" => say.inquires(&own("q2"), "ofcom/r1"),
        "clarification_requested/to" => say.inquires(&own("q2"), "ofcom/r1").set("/to", "alpha"),
        "clarification_given" => say.clarifies("alpha/q1"),
        "extension_requested" => say.needs_time(&own("x2"), "ofcom/r1", "2026-04-30"),
        "extension_refused" => say.refuses_time("alpha/x1"),
        "amendment_requested" => say.needs_change(&own("m2"), "ofcom/r1"),
        "amendment_refused" => say.refuses_change("alpha/m1"),
        "preservation_required" => say.preserves(&own("j1")),
        "document_published" => say.publishes("alpha/d1"),
        "document_retracted" => say.retracts("alpha/d1"),
        "risk_assessment_recorded" => say.assesses(&own("s1")),
        "research_recorded" => say.researches(&own("s2")),
        "product_change_recorded" => say.redesigns(&own("s3")),
        "finding_answered" => say.replies(&own("a2"), &[0]),
        "investigation_opened" => say.investigates(&own("i2")),
        "provisional_notice_given" => say.gives_notice(&own("n3"), "ofcom/i1"),
        "decision_given" => say.decides(&own("b2"), "ofcom/n2"),
        "penalty_imposed" => say.fines(&own("f2"), "ofcom/b1"),
        "compliance_recorded" => say.complied("ofcom/f1", "2026-01-05"),
        "appeal_lodged" => say.appeals(&own("l2"), "ofcom/b1"),
        "appeal_determined" => say.determines("alpha/l1", "dismissed"),
        "investigation_closed" => say.closes("ofcom/i1"),
        "audit_engaged" => say.engages(&own("u3")),
        "audit_finding_recorded" => say.finds(&own("z1"), "auditor/u1"),
        "discrepancy_raised" => say.raises(&own("y2"), "alpha/d1"),
        "discrepancy_answered" => say.explains("nspcc/y1"),
        "opinion_given" => say.opines(&own("o1"), "auditor/u1"),
        "implementation_reported" => say.implements(&own("z2"), "auditor/u2"),
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
        "addr" => NotAddressee,
        "party" => NotAParty,
        "own" => DocumentNotOwn,
        other => panic!("{other}"),
    })
}
