//! Disclosures, corrections, notices of error, and the figures in them.

use serde_json::{Value, json};

use crate::core::fault::Code::{self, *};
use crate::core::state::documents::Kind;

use super::say::{by, number, observation};
use super::scene::{Row, Scene, Table};

pub(super) fn tables() -> Vec<Table> {
    vec![documents(), figures()]
}

fn documents() -> Table {
    let scene = Scene::cast()
        .and(by("nspcc").asks("nspcc/r1"))
        .and(by("alpha").answers("alpha/a1", "nspcc/r1"))
        .and(by("alpha").discloses("alpha/d1"))
        .and(by("alpha").discloses("alpha/d2"))
        .and(by("alpha").corrects("alpha/c1", "alpha/d1"))
        .and(by("alpha").notifies("alpha/e1", "alpha/d1"))
        .and(by("beta").discloses("beta/d1"));
    let corrects = |document| by("alpha").corrects("alpha/c2", document);
    let notifies = |document| by("alpha").notifies("alpha/e2", document);
    let unsound = |say: super::say::Say| say.set("/observations/0/status", "refused");
    let rows = vec![
        ("disclose", by("alpha").discloses("alpha/d3"), Ok(())),
        ("the same again under another name", by("alpha").discloses("alpha/d4"), Ok(())),
        ("disclose under another's name", by("alpha").discloses("beta/d3"), Err(DocumentForeign)),
        ("disclose under a name used before", by("alpha").discloses("alpha/d1"), Err(DocumentExists)),
        ("disclose under a response's name", by("alpha").discloses("alpha/a1"), Err(DocumentExists)),
        ("disclose with a co-signer", by("alpha").discloses("alpha/d3").with(&["ofcom"]), Err(CosignerNotAllowed)),
        ("disclose: role before name", by("nspcc").discloses("alpha/d1"), Err(RoleNotAllowed)),
        ("disclose: name before figures", unsound(by("alpha").discloses("alpha/d1")), Err(DocumentExists)),
        (
            "disclose: figures before co-signers",
            unsound(by("alpha").discloses("alpha/d3")).with(&["ofcom"]),
            Err(ValueStatusMismatch),
        ),
        ("correct a disclosure", corrects("alpha/d2"), Ok(())),
        ("correct a correction", corrects("alpha/c1"), Ok(())),
        ("correct what was corrected", corrects("alpha/d1"), Err(DocumentSuperseded)),
        ("correct nothing there is", corrects("alpha/d9"), Err(DocumentUnknown)),
        ("correct itself", corrects("alpha/c2"), Err(DocumentUnknown)),
        ("correct another's", corrects("beta/d1"), Err(DocumentNotOwn)),
        ("correct a request", corrects("nspcc/r1"), Err(DocumentNotOwn)),
        ("the issuer corrects its request", by("nspcc").corrects("nspcc/c1", "nspcc/r1"), Err(DocumentUnknown)),
        ("correct a response", corrects("alpha/a1"), Err(DocumentUnknown)),
        ("correct a notice", corrects("alpha/e1"), Err(DocumentUnknown)),
        ("correct under another's name", by("alpha").corrects("beta/c2", "alpha/d2"), Err(DocumentForeign)),
        ("correct under a name used before", by("alpha").corrects("alpha/d2", "alpha/d2"), Err(DocumentExists)),
        ("correct with a co-signer", corrects("alpha/d2").with(&["beta"]), Err(CosignerNotAllowed)),
        ("correct: name before target", by("alpha").corrects("alpha/d2", "alpha/d9"), Err(DocumentExists)),
        ("correct: unknown before own", corrects("beta/d9"), Err(DocumentUnknown)),
        ("correct: superseded before figures", unsound(corrects("alpha/d1")), Err(DocumentSuperseded)),
        ("correct: figures before co-signers", unsound(corrects("alpha/d2")).with(&["beta"]), Err(ValueStatusMismatch)),
        ("notify of a disclosure", notifies("alpha/d2"), Ok(())),
        ("notify of what was corrected", notifies("alpha/d1"), Ok(())),
        ("notify of a response", notifies("alpha/a1"), Ok(())),
        ("notify of a notice", notifies("alpha/e1"), Ok(())),
        ("a charity notifies of its request", by("nspcc").notifies("nspcc/e1", "nspcc/r1"), Ok(())),
        ("notify of nothing there is", notifies("alpha/d9"), Err(DocumentUnknown)),
        ("notify of itself", notifies("alpha/e2"), Err(DocumentUnknown)),
        ("notify of another's", notifies("beta/d1"), Err(DocumentNotOwn)),
        ("notify under another's name", by("alpha").notifies("beta/e2", "alpha/d1"), Err(DocumentForeign)),
        ("notify under a name used before", by("alpha").notifies("alpha/e1", "alpha/d1"), Err(DocumentExists)),
        ("notify with a co-signer", notifies("alpha/d2").with(&["ofcom"]), Err(CosignerNotAllowed)),
        ("notify: name before document", by("alpha").notifies("alpha/e1", "alpha/d9"), Err(DocumentExists)),
    ];
    Table { scene, rows }
}

/// Every status with every kind of value, sound and unsound.
fn figures() -> Table {
    let values: [(&str, Value, Option<Code>); 17] = [
        ("none", Value::Null, None),
        ("0", number(0), None),
        ("a number", number(25_700_000), None),
        ("a negative number", number(-1), None),
        ("none of one", json!({"ratio": {"denominator": 1, "numerator": 0}}), None),
        ("all of them", json!({"ratio": {"denominator": 7, "numerator": 7}}), None),
        ("more than all", json!({"ratio": {"denominator": 7, "numerator": 8}}), Some(ValueOutOfRange)),
        ("no time", json!({"duration": {"amount": 0, "unit": "day"}}), None),
        ("some time", json!({"duration": {"amount": 25, "unit": "hour"}}), None),
        ("a range", json!({"range": {"lower": -1, "upper": 1}}), None),
        ("a range of one", json!({"range": {"lower": 1, "upper": 1}}), None),
        ("a range upside down", json!({"range": {"lower": 1, "upper": 0}}), Some(ValueOutOfRange)),
        ("a range of shares", json!({"ratio_range": {"denominator": 100, "lower": 4, "upper": 5}}), None),
        ("all of them at most", json!({"ratio_range": {"denominator": 7, "lower": 7, "upper": 7}}), None),
        (
            "shares upside down",
            json!({"ratio_range": {"denominator": 7, "lower": 2, "upper": 1}}),
            Some(ValueOutOfRange),
        ),
        (
            "perhaps more than all",
            json!({"ratio_range": {"denominator": 7, "lower": 6, "upper": 8}}),
            Some(ValueOutOfRange),
        ),
        ("the greatest number", number((1 << 53) - 1), None),
    ];
    let statuses = [
        ("given", true),
        ("estimated", true),
        ("provisional", true),
        ("not_collected", false),
        ("cannot_be_collated", false),
        ("suppressed", false),
        ("refused", false),
        ("sealed", false),
        ("not_asked", false),
    ];
    let disclose = |observations: Value| by("alpha").discloses("alpha/d1").set("/observations", observations);
    let mut rows: Vec<Row> = Vec::new();
    for (status, carries) in statuses {
        for (says, value, unsound) in &values {
            let expected = match (value.is_null(), carries, unsound) {
                (true, true, _) | (false, false, _) => Err(ValueStatusMismatch),
                (_, _, Some(code)) => Err(*code),
                _ => Ok(()),
            };
            rows.push((*says, disclose(json!([observation(status, value.clone())])), expected));
        }
    }
    let (sound, mismatch) = (observation("given", number(1)), observation("given", Value::Null));
    let upside_down = observation("given", json!({"range": {"lower": 1, "upper": 0}}));
    rows.extend([
        ("the same twice", disclose(json!([sound, sound])), Ok(())),
        ("a bad one at the end", disclose(json!([sound, mismatch])), Err(ValueStatusMismatch)),
        ("the first bad one counts", disclose(json!([upside_down, mismatch])), Err(ValueOutOfRange)),
        ("in their order", disclose(json!([mismatch, upside_down])), Err(ValueStatusMismatch)),
    ]);
    Table { scene: Scene::cast(), rows }
}

#[test]
fn what_supersedes_what() {
    let scene = Scene::cast()
        .and(by("alpha").discloses("alpha/d1"))
        .and(by("alpha").corrects("alpha/c1", "alpha/d1"))
        .and(by("alpha").notifies("alpha/e1", "alpha/d1"))
        .and(by("alpha").corrects("alpha/c2", "alpha/c1"));
    let at = scene.size - 4;
    let documents: Vec<_> = scene.state.documents().iter().collect();
    let found: Vec<_> = documents.iter().map(|(id, it)| (id.as_str(), it.kind, it.index, it.superseded_by)).collect();
    let expected = [
        ("alpha/c1", Kind::Correction, at + 1, Some(at + 3)),
        ("alpha/c2", Kind::Correction, at + 3, None),
        ("alpha/d1", Kind::Disclosure, at, Some(at + 1)),
        ("alpha/e1", Kind::ErrorNotice, at + 2, None),
    ];
    assert_eq!(found, expected);
}
