//! Risk assessments, research, and changes to products.

use serde_json::json;

use crate::core::fault::Code::*;

use super::say::by;
use super::scene::{Scene, Table};

pub(super) fn tables() -> Vec<Table> {
    let scene = Scene::cast()
        .and(by("alpha").assesses("alpha/s1"))
        .and(by("alpha").assesses("alpha/s2").set("/supersedes", "alpha/s1"))
        .and(by("alpha").assesses("alpha/s3"))
        .and(by("alpha").retracts("alpha/s3"))
        .and(by("alpha").assesses("alpha/s4").set("/service", "games"))
        .and(by("beta").assesses("beta/s1"))
        .and(by("alpha").discloses("alpha/d1"));
    let assesses = || by("alpha").assesses("alpha/s9");
    let supersedes = |assessment: &str| assesses().set("/supersedes", assessment);
    let risk = |content: &str, age: &str| json!({"age_group": age, "content": content, "level": "low"});
    let redesigns = |assessment| by("alpha").redesigns_for("alpha/p1", assessment);
    let rows = vec![
        ("beside another", assesses(), Ok(())),
        ("of two age groups", assesses().set("/risks", json!([risk("a", "13-15"), risk("a", "16-17")])), Ok(())),
        (
            "of one age group twice",
            assesses().set("/risks", json!([risk("a", "13-15"), risk("a", "13-15")])),
            Err(ItemDuplicate),
        ),
        (
            "of every age twice",
            assesses().set("/risks", json!([{"content": "a", "level": "low"}, {"content": "a", "level": "high"}])),
            Err(ItemDuplicate),
        ),
        ("today in the east", assesses().set("/made_on", "2026-01-06"), Ok(())),
        ("the day after", assesses().set("/made_on", "2026-01-07"), Err(DateInFuture)),
        ("superseding the last", supersedes("alpha/s2"), Ok(())),
        ("superseding the one before", supersedes("alpha/s1"), Err(DocumentSuperseded)),
        ("superseding what was retracted", supersedes("alpha/s3"), Err(DocumentRetracted)),
        ("superseding that of another service", supersedes("alpha/s4"), Err(SeriesMismatch)),
        ("superseding another's", supersedes("beta/s1"), Err(DocumentNotOwn)),
        ("superseding a disclosure", supersedes("alpha/d1"), Err(DocumentUnknown)),
        ("superseding itself", supersedes("alpha/s9"), Err(DocumentUnknown)),
        (
            "day before risks",
            assesses().set("/made_on", "2026-01-07").set("/risks", json!([risk("a", "b"), risk("a", "b")])),
            Err(DateInFuture),
        ),
        (
            "risks before what it supersedes",
            supersedes("beta/s1").set("/risks", json!([risk("a", "b"), risk("a", "b")])),
            Err(ItemDuplicate),
        ),
        ("superseded before service", supersedes("alpha/s1").set("/service", "games"), Err(DocumentSuperseded)),
        ("research of tomorrow", by("alpha").researches("alpha/h1").set("/made_on", "2026-01-07"), Err(DateInFuture)),
        ("a change of tomorrow", by("alpha").redesigns("alpha/p1").set("/made_on", "2026-01-07"), Err(DateInFuture)),
        ("a change for a risk", redesigns("alpha/s2"), Ok(())),
        ("for one of an earlier assessment", redesigns("alpha/s1"), Ok(())),
        ("for one of a retracted assessment", redesigns("alpha/s3"), Err(DocumentRetracted)),
        ("for one of another's", redesigns("beta/s1"), Err(DocumentNotOwn)),
        ("for one of a disclosure", redesigns("alpha/d1"), Err(DocumentUnknown)),
        ("for one of nothing there is", redesigns("alpha/s8"), Err(DocumentUnknown)),
        ("for a risk not assessed", redesigns("alpha/s2").set("/risk/content", "fraud"), Err(ItemUnknown)),
        ("for an age not assessed", redesigns("alpha/s2").set("/risk/age_group", "13-15"), Err(ItemUnknown)),
        ("retracted before risk", redesigns("alpha/s3").set("/risk/content", "fraud"), Err(DocumentRetracted)),
        ("day before assessment", redesigns("beta/s1").set("/made_on", "2026-01-07"), Err(DateInFuture)),
    ];
    vec![Table { scene, rows }]
}
