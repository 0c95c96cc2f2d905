//! Successions, services and their designations, taxonomies and metrics.

use serde_json::json;

use crate::core::fault::Code::*;

use super::say::{Say, by};
use super::scene::{Scene, Table};

pub(super) fn tables() -> Vec<Table> {
    vec![succeeded(), services(), designations(), taxonomies(), metrics()]
}

fn platform(scene: Scene, name: &str) -> Scene {
    scene.and(by("ofcom").enrols(name, "platform").with(&[name, "arcom"]))
}

fn succeeded() -> Table {
    let scene = ["gamma", "delta", "gone"].iter().fold(Scene::cast(), |scene, name| platform(scene, name));
    let succeeds = |predecessor, successor| by("ofcom").succeeds(predecessor, successor).with(&["arcom"]);
    let scene = scene
        .and(succeeds("alpha", "beta"))
        .and(succeeds("beta", "gamma"))
        .and(by("ofcom").retires("gone").with(&["arcom"]))
        .and(by("alpha").registers("alpha/video"))
        .and(by("alpha").discloses("alpha/d1"))
        .and(by("gamma").discloses("gamma/d1"))
        .and(by("ofcom").suspends("delta").with(&["arcom"]));
    let day = |day: &str| succeeds("gone", "gamma").set("/effective", day);
    // 2026-01-07 begins first at UTC+14, at this instant.
    let begins = 1_767_693_600_000;
    let rows = vec![
        ("a retired provider", succeeds("gone", "gamma"), Ok(())),
        ("a second predecessor", succeeds("delta", "gamma"), Ok(())),
        ("a suspended successor", succeeds("gone", "delta"), Ok(())),
        ("the predecessor in the east", day("2026-01-07").at(begins), Ok(())),
        ("a day too early", day("2026-01-07").at(begins - 1), Err(DateInFuture)),
        ("by one authority alone", by("ofcom").succeeds("gone", "gamma"), Err(ThresholdNotMet)),
        ("by the successor", by("gamma").succeeds("gone", "gamma").with(&["ofcom", "arcom"]), Err(NotAnAuthority)),
        ("nobody known", succeeds("nobody", "gamma"), Err(ActorUnknown)),
        ("by nobody known", succeeds("gone", "nobody"), Err(ActorUnknown)),
        ("a charity", succeeds("nspcc", "gamma"), Err(RoleNotAllowed)),
        ("by a charity", succeeds("gone", "nspcc"), Err(RoleNotAllowed)),
        ("the operator", succeeds("operator", "gamma"), Err(RoleNotAllowed)),
        ("by a retired one", succeeds("delta", "gone"), Err(ActorRetired)),
        ("twice", succeeds("alpha", "delta"), Err(SuccessorInvalid)),
        ("twice by the same", succeeds("alpha", "beta"), Err(SuccessorInvalid)),
        ("by itself", succeeds("delta", "delta"), Err(SuccessorInvalid)),
        ("a circle", succeeds("gamma", "beta"), Err(SuccessorInvalid)),
        ("a longer circle", succeeds("gamma", "alpha"), Err(SuccessorInvalid)),
        ("predecessor before successor", succeeds("nspcc", "nobody"), Err(RoleNotAllowed)),
        ("roles before retired", succeeds("operator", "gone"), Err(RoleNotAllowed)),
        ("retired before twice", succeeds("alpha", "gone"), Err(ActorRetired)),
        ("circle before day", succeeds("gamma", "alpha").set("/effective", "2026-02-01"), Err(SuccessorInvalid)),
        (
            "day before co-signers",
            by("ofcom").succeeds("gone", "gamma").set("/effective", "2026-02-01"),
            Err(DateInFuture),
        ),
        // For whom one speaks.
        ("the successor's successor corrects", by("gamma").corrects("gamma/c1", "alpha/d1"), Ok(())),
        ("the predecessor corrects its own still", by("alpha").corrects("alpha/c1", "alpha/d1"), Ok(())),
        ("the predecessor corrects the successor's", by("alpha").corrects("alpha/c1", "gamma/d1"), Err(DocumentNotOwn)),
        ("the successor has its own names alone", by("gamma").discloses("alpha/d2"), Err(DocumentForeign)),
        ("nor the predecessor's key", by("alpha").signed("gamma").discloses("alpha/d2"), Err(AuthorMismatch)),
        ("a part of a predecessor's service", by("gamma").registers("gamma/x").set("/part_of", "alpha/video"), Ok(())),
    ];
    Table { scene, rows }
}

fn services() -> Table {
    let scene = Scene::cast()
        .and(by("alpha").registers("alpha/video"))
        .and(by("beta").registers("beta/video"))
        .and(by("alpha").discloses("alpha/d1"));
    let registers = || by("alpha").registers("alpha/shorts");
    let part_of = |whole: &str| registers().set("/part_of", whole);
    let rows = vec![
        ("register", registers(), Ok(())),
        ("a part", part_of("alpha/video"), Ok(())),
        ("a part of nothing there is", part_of("alpha/games"), Err(DocumentUnknown)),
        ("a part of itself", part_of("alpha/shorts"), Err(DocumentUnknown)),
        ("a part of another's", part_of("beta/video"), Err(DocumentNotOwn)),
        ("a part of a disclosure", part_of("alpha/d1"), Err(DocumentUnknown)),
        (
            "name before whole",
            registers().set("/service", "alpha/d1").set("/part_of", "beta/video"),
            Err(DocumentExists),
        ),
        ("retract a service", by("alpha").retracts("alpha/video"), Err(DocumentUnknown)),
    ];
    Table { scene, rows }
}

fn designations() -> Table {
    let scene = Scene::cast()
        .and(by("alpha").registers("alpha/video"))
        .and(by("alpha").registers("alpha/games"))
        .and(by("alpha").discloses("alpha/d1"))
        .and(by("ofcom").designates("ofcom/g1", "alpha/video"))
        .and(by("ofcom").designates("ofcom/g2", "alpha/games"))
        .and(by("ofcom").ends("ofcom/g2"));
    let designates = |service| by("ofcom").designates("ofcom/g3", service);
    let duty = json!({"frequency": "quarterly", "since": "2026-01-01", "within_days": 60});
    let rows = vec![
        ("again after its end", designates("alpha/games"), Ok(())),
        ("with reports due", designates("alpha/games").set("/reports", duty), Ok(())),
        ("as something else too", designates("alpha/video").set("/category", "uk_category_2a"), Ok(())),
        ("by another regulator too", by("esafety").designates("esafety/g1", "alpha/video"), Ok(())),
        ("the same twice", designates("alpha/video"), Err(MatterSettled)),
        ("no such service", designates("beta/video"), Err(DocumentUnknown)),
        ("what is no service", designates("alpha/d1"), Err(DocumentUnknown)),
        ("end", by("ofcom").ends("ofcom/g1"), Ok(())),
        ("end another's", by("esafety").ends("ofcom/g1"), Err(NotIssuer)),
        ("the provider ends it", by("alpha").ends("ofcom/g1"), Err(NotIssuer)),
        ("end it twice", by("ofcom").ends("ofcom/g2"), Err(MatterSettled)),
        ("end nothing there is", by("ofcom").ends("ofcom/g9"), Err(DocumentUnknown)),
        ("end a service", by("alpha").ends("alpha/video"), Err(DocumentUnknown)),
        ("whose before ended", by("esafety").ends("ofcom/g2"), Err(NotIssuer)),
    ];
    Table { scene, rows }
}

fn taxonomies() -> Table {
    let scene = Scene::cast().and(by("alpha").classifies("alpha/k1"));
    let again = || by("alpha").classifies("alpha/k2");
    let rows = vec![
        ("the same version", again(), Err(TaxonomyExists)),
        ("with other categories", again().set("/categories", json!(["other"])), Err(TaxonomyExists)),
        ("another version", again().set("/version", "2"), Ok(())),
        ("another taxonomy", again().set("/taxonomy", "other"), Ok(())),
        ("another's of that name", by("beta").classifies("beta/k1"), Ok(())),
        ("name before version", by("alpha").classifies("alpha/k1"), Err(DocumentExists)),
        ("version before co-signers", again().with(&["beta"]), Err(TaxonomyExists)),
        ("retract it", by("alpha").retracts("alpha/k1"), Err(DocumentUnknown)),
    ];
    Table { scene, rows }
}

fn metrics() -> Table {
    let scene = Scene::cast()
        .and(by("alpha").defines("alpha/w1", "reports"))
        .and(by("alpha").defines("alpha/w2", "speed"))
        .and(by("alpha").retracts("alpha/w2"))
        .and(by("alpha").recounts("alpha/h1", "reports"));
    let defines = |metric| by("alpha").defines("alpha/w3", metric);
    let of_unit = |unit: &str| defines("share").set("/unit", unit);
    let rows = vec![
        ("another metric", defines("accounts"), Ok(())),
        ("the same again", defines("reports"), Err(MetricExists)),
        ("again after it was retracted", defines("speed"), Ok(())),
        ("another's of that name", by("beta").defines("beta/w1", "reports"), Ok(())),
        ("a regulator's of that name", by("ofcom").defines("ofcom/w1", "reports"), Ok(())),
        ("shares that add up", of_unit("ratio"), Err(MetricInvalid)),
        ("durations that add up", of_unit("duration"), Err(MetricInvalid)),
        ("shares that do not", of_unit("ratio").set("/additive", false), Ok(())),
        ("numbers that do not", defines("staff").set("/additive", false), Ok(())),
        ("a part of another", defines("flags").set("/subset_of", "reports"), Ok(())),
        ("a part of one not defined", defines("flags").set("/subset_of", "all"), Ok(())),
        ("a part of itself", defines("flags").set("/subset_of", "flags"), Err(MetricInvalid)),
        ("known before unit", defines("reports").set("/unit", "ratio"), Err(MetricExists)),
        ("a change to a metric nobody defined", by("alpha").recounts("alpha/h2", "all"), Ok(())),
        ("retract a change", by("alpha").retracts("alpha/h1"), Err(DocumentUnknown)),
    ];
    Table { scene, rows }
}

#[test]
fn nobody_takes_more_than_sixty_four_places() {
    let many = (0..70).fold(Scene::cast(), |scene, number| {
        let actor = format!("p{number}");
        scene.and(by("ofcom").enrols(&actor, "platform").with(&["arcom", &actor]))
    });
    let succeeds =
        |number: usize, successor: &str| by("ofcom").succeeds(&format!("p{number}"), successor).with(&["arcom"]);
    // 63 in the place of which alpha is, of which three in that of another.
    let scene = (0..60).fold(many, |scene, number| scene.and(succeeds(number, "alpha")));
    let scene = scene.and(succeeds(60, "p1")).and(succeeds(61, "p60")).and(succeeds(62, "p60"));
    let at = scene.clone().and(succeeds(63, "p61"));
    let above = |say: &Say| at.attempt(say).map_err(|fault| fault.code);
    assert_eq!(above(&succeeds(64, "p61")), Err(SuccessorInvalid), "one too many for the last");
    assert_eq!(above(&succeeds(64, "alpha")), Err(SuccessorInvalid));
    assert_eq!(above(&by("ofcom").succeeds("alpha", "beta").with(&["arcom"])), Err(SuccessorInvalid), "with its own");
    assert_eq!(above(&succeeds(64, "beta")), Ok(()), "another's place is its own");
    let below = scene.clone().and(succeeds(65, "p64"));
    assert_eq!(below.attempt(&succeeds(64, "p0")).map_err(|fault| fault.code), Err(SuccessorInvalid), "two at once");
    let all = scene.and(by("ofcom").succeeds("alpha", "beta").with(&["arcom"]));
    let speaks = |for_whom: &str| all.state.registry().speaks_for(&"beta".parse().unwrap(), for_whom);
    assert_eq!(["alpha", "p0", "p62", "p63", "beta"].map(speaks), [true, true, true, false, true]);
}

#[test]
fn whose_definition_counts() {
    let scene = Scene::cast()
        .and(by("beta").defines("beta/w1", "reports"))
        .and(by("ofcom").defines("ofcom/w1", "reports"))
        .and(by("esafety").defines("esafety/w1", "reports"))
        .and(by("alpha").defines("alpha/w1", "reports"));
    let of = |scene: &Scene, author: &str| {
        let metric = scene.state.measures().metric(&author.parse().unwrap(), &"reports".parse().unwrap());
        metric.map(|metric| metric.index)
    };
    let [ofcom, esafety, alpha] = [3, 2, 1].map(|back| Some(scene.size - back));
    assert_eq!(of(&scene, "alpha"), alpha, "its own");
    assert_eq!(of(&scene, "gamma"), ofcom, "else the earliest regulator's, no platform's");
    let scene = scene.and(by("alpha").retracts("alpha/w1")).and(by("ofcom").retracts("ofcom/w1"));
    assert_eq!(of(&scene, "alpha"), esafety, "what was retracted counts for nobody");
    let scene = scene.and(by("ofcom").defines("ofcom/w2", "reports")).and(by("alpha").defines("alpha/w2", "reports"));
    assert_eq!(of(&scene, "gamma"), esafety, "one defined anew is no longer the earliest");
    assert_eq!(of(&scene, "alpha"), Some(scene.size - 1));
    let scene = scene.and(by("esafety").retracts("esafety/w1"));
    assert_eq!(of(&scene, "gamma"), Some(scene.size - 3), "the one that is left");
    let scene = scene.and(by("ofcom").retracts("ofcom/w2"));
    assert_eq!(of(&scene, "gamma"), None, "platforms' count for themselves alone");
}

#[test]
fn whose_taxonomy_counts() {
    let scene = Scene::cast()
        .and(by("beta").classifies("beta/k1"))
        .and(by("ofcom").classifies("ofcom/k1"))
        .and(by("esafety").classifies("esafety/k1"))
        .and(by("alpha").classifies("alpha/k1"))
        .and(by("alpha").classifies("alpha/k2").set("/version", "2"));
    let of = |author: &str, version: &str| {
        let (author, taxonomy) = (author.parse().unwrap(), "harms".parse().unwrap());
        scene.state.measures().taxonomy(&author, &taxonomy, &version.parse().unwrap()).map(|known| known.index)
    };
    let [ofcom, alpha, second] = [4, 2, 1].map(|back| Some(scene.size - back));
    assert_eq!([of("alpha", "1"), of("alpha", "2")], [alpha, second], "its own");
    assert_eq!([of("gamma", "1"), of("gamma", "2")], [ofcom, None], "else the earliest regulator's, no platform's");
}

/// An entry with another index than its place is a fault, and judged all the same.
#[test]
fn the_earliest_definition_is_that_of_the_order_not_of_the_index_that_an_entry_claims() {
    let defined = |scene: &mut Scene, index: u64, author: &str| {
        scene.size = index;
        *scene = scene.clone().and(by(author).defines(&format!("{author}/w1"), "reports"));
    };
    let means = |scene: &Scene| {
        let metric = scene.state.measures().metric(&"gamma".parse().unwrap(), &"reports".parse().unwrap());
        metric.map(|metric| metric.index)
    };
    for (first, second) in [(900, 30), (900, 900)] {
        let mut scene = Scene::cast();
        defined(&mut scene, first, "ofcom");
        defined(&mut scene, second, "esafety");
        assert_eq!(means(&scene), Some(first));
        let scene = scene.and(by("ofcom").retracts("ofcom/w1"));
        assert_eq!(means(&scene), Some(second), "it is left");
    }
}
