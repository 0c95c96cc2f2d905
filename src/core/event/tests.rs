use serde_json::{Value, json};

use super::*;
use crate::core::state::tests::say::{Say, by};

/// Whether a statement could say that.
fn is_well_formed(event: &Value) -> bool {
    serde_json::from_value::<Event>(event.clone()).is_ok_and(|event| event.check_shape().is_ok())
}

#[test]
fn what_the_types_alone_do_not_say() {
    let extends = || by("ofcom").extends("ofcom/r1", "2026-04-30");
    let answers = |outcome: Value| by("alpha").answers("alpha/a1", "ofcom/r1").set("/items/0/outcome", outcome);
    let fines = || by("ofcom").fines("ofcom/f1", "ofcom/b1");
    let daily = || fines().daily(100, "2026-01-01");
    let days = |days: u64| daily().set("/daily/max_days", days);
    let defines = || by("alpha").defines("alpha/w1", "reports");
    let assesses = || by("alpha").assesses("alpha/s1");
    let replies = |entries: Vec<u64>| by("alpha").replies("alpha/a1", &entries);
    let table: Vec<(&str, Say, bool)> = vec![
        ("an extension for all", extends(), true),
        ("for some", extends().set("/addressees", json!(["alpha"])), true),
        ("for who asked", extends().set("/extension", "alpha/x1"), true),
        ("for both", extends().set("/addressees", json!(["alpha"])).set("/extension", "alpha/x1"), false),
        ("an answer", answers(json!({"answered": {"disclosures": ["alpha/d1"], "extent": "partial"}})), true),
        ("a nil return", answers(json!({"answered": {"extent": "nil"}})), true),
        (
            "a nil return by a disclosure",
            answers(json!({"answered": {"disclosures": ["alpha/d1"], "extent": "nil"}})),
            true,
        ),
        ("an answer by nothing", answers(json!({"answered": {"extent": "complete"}})), false),
        ("a part by nothing", answers(json!({"answered": {"extent": "partial"}})), false),
        ("an answer by an empty list", answers(json!({"answered": {"disclosures": [], "extent": "nil"}})), false),
        (
            "a refusal until a day",
            answers(json!({"refused": {"ground": "public_security", "until": "2026-12-31"}})),
            true,
        ),
        ("a refusal on no ground", answers(json!({"refused": {}})), false),
        ("an amount", fines(), true),
        ("an amount a day", daily().without("fixed"), true),
        ("both", daily(), true),
        ("neither", fines().without("fixed"), false),
        ("an amount of nothing", fines().fixed_at(0), false),
        ("1 percent off", fines().fixed(100, 1), true),
        ("99 percent off", fines().fixed(100, 99), true),
        ("all of it off", fines().fixed(100, 100), false),
        ("nothing off", fines().fixed(100, 0), false),
        ("for a day", days(1), true),
        ("for no day", days(0), false),
        ("for a hundred years", days(MAX_PENALTY_DAYS), true),
        ("for longer", days(MAX_PENALTY_DAYS + 1), false),
        ("a currency in small letters", fines().set("/currency", "gbp"), false),
        ("a currency of four letters", fines().set("/currency", "GBPX"), false),
        ("a unit of no such name", defines().set("/unit", "percent"), false),
        ("a question", defines().set("/question", "speed"), true),
        ("a fourth question", defines().set("/question", "why"), false),
        ("a level of no such name", assesses().set("/risks/0/level", "none"), false),
        ("no risk", assesses().set("/risks", json!([])), false),
        ("a day that is none", assesses().set("/made_on", "2026-02-29"), false),
        ("eight entries", replies((0..8).collect()), true),
        ("nine", replies((0..9).collect()), false),
        ("one twice", replies(vec![1, 1]), false),
        ("none", replies(vec![]), false),
        (
            "a category of no such name",
            by("ofcom").designates("ofcom/g1", "a/b").set("/category", "uk_category_3"),
            false,
        ),
        ("one category twice", by("alpha").classifies("alpha/k1").set("/categories", json!(["a", "a"])), false),
        ("a field of no such name", by("alpha").acknowledges("ofcom/r1").set("/on", "2026-01-01"), false),
        ("an outcome of no such name", by("tribunal").determines("alpha/l1", "lost"), false),
        (
            "an opinion of no such name",
            by("auditor").opines("auditor/o1", "auditor/u1").set("/opinion", "mixed"),
            false,
        ),
    ];
    for (says, say, expected) in table {
        assert_eq!(is_well_formed(say.event()), expected, "{says}: {}", say.event());
    }
}
