//! Deadlines: their instants, and how they were counted.

use serde_json::{Value, json};

use crate::core::event::Counted;
use crate::core::fault::Code::*;
use crate::core::json::MAX_INTEGER;
use crate::core::time::Millis;

use super::say::{Say, by, deadline};
use super::scene::{Scene, Table};

pub(super) fn tables() -> Vec<Table> {
    vec![deadlines(), counted()]
}

/// A day ends between 14 hours before and 12 hours after its end in UTC.
fn deadlines() -> Table {
    let asks = |ends_at| by("nspcc").asks("nspcc/r1").set("/deadline/ends_at", ends_at);
    let last = |date, ends_at| asks(ends_at).set("/deadline/date", date);
    let rows = vec![
        ("in the farthest east", asks("2026-03-31T10:00:00Z"), Ok(())),
        ("farther east", asks("2026-03-31T09:59:59Z"), Err(DeadlineInvalid)),
        ("in UTC", asks("2026-04-01T00:00:00Z"), Ok(())),
        ("in the farthest west", asks("2026-04-01T12:00:00Z"), Ok(())),
        ("farther west", asks("2026-04-01T12:00:01Z"), Err(DeadlineInvalid)),
        ("a day late", asks("2026-04-01T23:00:00Z"), Err(DeadlineInvalid)),
        ("a day early", asks("2026-03-30T23:00:00Z"), Err(DeadlineInvalid)),
        ("on a leap day", last("2028-02-29", "2028-03-01T00:00:00Z"), Ok(())),
        ("on the last day there is", last("9999-12-31", "9999-12-31T23:59:59Z"), Ok(())),
        ("on the first day there is", last("1970-01-01", "1970-01-01T10:00:00Z"), Ok(())),
        ("before there are days", last("1970-01-01", "1970-01-01T09:59:59Z"), Err(DeadlineInvalid)),
    ];
    Table { scene: Scene::cast(), rows }
}

/// Counted from Thursday, 2 April 2026; the 3rd is Good Friday and the 6th Easter Monday.
fn counted() -> Table {
    let asks = |date: &str, counted: Value| {
        by("nspcc").asks("nspcc/r1").set("/deadline", deadline(date)).set("/deadline/counted", counted)
    };
    let count = |kind, days| json!({"days": days, "from": "2026-04-02", "kind": kind});
    let calendar = |date, days| asks(date, count("calendar", days));
    let passing = |date, kind, days, holidays: &[&str]| {
        asks(date, count(kind, days)).set("/deadline/counted/holidays", json!(holidays))
    };
    let rolling = |date, days, holidays: &[&str]| passing(date, "calendar_rolling", days, holidays);
    let working = |date, days, holidays: &[&str]| passing(date, "working", days, holidays);
    let easter = &["2026-04-03", "2026-04-06"];
    let resting = |say: Say, weekend: &[&str]| say.set("/deadline/counted/weekend", json!(weekend));
    let extends = |date: &str, counted| {
        by("nspcc").extends("nspcc/r0", date).set("/deadline/date", date).set("/deadline/counted", counted)
    };
    let rows = vec![
        ("all days", calendar("2026-04-05", 3), Ok(())),
        ("all days, a day early", calendar("2026-04-04", 3), Err(DeadlineInvalid)),
        ("all days, a day late", calendar("2026-04-06", 3), Err(DeadlineInvalid)),
        ("all days, the first one counted too", calendar("2026-04-04", 3), Err(DeadlineInvalid)),
        ("all days, with a holiday", passing("2026-04-05", "calendar", 3, &["2026-04-03"]), Err(DeadlineInvalid)),
        ("all days, with a weekend", resting(calendar("2026-04-05", 3), &["sunday"]), Err(DeadlineInvalid)),
        ("one day", calendar("2026-04-03", 1), Ok(())),
        ("as many days as there may be", calendar("2036-04-09", 3_660), Ok(())),
        ("a day more than there may be", calendar("2036-04-10", 3_661), Err(DeadlineInvalid)),
        ("more days than there are", calendar("2036-04-10", MAX_INTEGER), Err(DeadlineInvalid)),
        ("rolling to where it is", asks("2026-04-07", count("calendar_rolling", 5)), Ok(())),
        ("rolling over a weekend", asks("2026-04-06", count("calendar_rolling", 2)), Ok(())),
        ("rolling no farther than a Saturday", asks("2026-04-04", count("calendar_rolling", 2)), Err(DeadlineInvalid)),
        ("rolling over Easter from Friday", rolling("2026-04-07", 1, easter), Ok(())),
        ("rolling over Easter from Saturday", rolling("2026-04-07", 2, &["2026-04-06"]), Ok(())),
        ("rolling over a holiday before its end", rolling("2026-04-07", 2, easter), Err(DeadlineInvalid)),
        ("rolling over a holiday after its end", rolling("2026-04-06", 2, &["2026-04-07"]), Err(DeadlineInvalid)),
        ("working days without a holiday", asks("2026-04-07", count("working", 3)), Ok(())),
        ("working days, a day early", working("2026-04-08", 3, easter), Err(DeadlineInvalid)),
        ("working days", working("2026-04-09", 3, easter), Ok(())),
        ("working days, a day late", working("2026-04-10", 3, easter), Err(DeadlineInvalid)),
        ("a holiday out of order", working("2026-04-09", 3, &["2026-04-06", "2026-04-03"]), Err(DeadlineInvalid)),
        ("a holiday on a weekend", working("2026-04-08", 3, &["2026-04-03", "2026-04-05"]), Err(DeadlineInvalid)),
        ("a holiday on the first day", working("2026-04-07", 3, &["2026-04-02"]), Err(DeadlineInvalid)),
        (
            "a holiday on the last day",
            working("2026-04-09", 3, &[easter[0], easter[1], "2026-04-09"]),
            Err(DeadlineInvalid),
        ),
        (
            "a holiday after the last day",
            working("2026-04-09", 3, &[easter[0], easter[1], "2026-05-04"]),
            Err(DeadlineInvalid),
        ),
        (
            "Friday and Saturday rest",
            resting(working("2026-04-07", 2, &["2026-04-06"]), &["saturday", "friday"]),
            Ok(()),
        ),
        ("one day rests", resting(working("2026-04-08", 3, easter), &["sunday"]), Ok(())),
        (
            "the usual weekend, in so many words",
            resting(working("2026-04-09", 3, easter), &["saturday", "sunday"]),
            Ok(()),
        ),
        (
            "a weekend that makes another day the last",
            resting(working("2026-04-09", 3, easter), &["sunday"]),
            Err(DeadlineInvalid),
        ),
        (
            "its instant on another day",
            calendar("2026-04-05", 3).set("/deadline/ends_at", "2026-04-06T23:00:00Z"),
            Err(DeadlineInvalid),
        ),
        ("an extension", extends("2026-04-30", count("calendar", 28)), Ok(())),
        ("an extension, a day late", extends("2026-05-01", count("calendar", 28)), Err(DeadlineInvalid)),
        (
            "an extension that is none",
            extends("2026-03-31", json!({"days": 1, "from": "2026-03-30", "kind": "calendar"})),
            Err(DeadlineNotLater),
        ),
    ];
    Table { scene: Scene::cast().and(by("nspcc").asks("nspcc/r0")), rows }
}

#[test]
fn counts_have_a_shape() {
    let counted = || json!({"days": 3, "from": "2026-04-02", "holidays": ["2026-04-03"], "kind": "working", "weekend": ["sunday"]});
    let with = |field: &str, value: Value| {
        let mut it = counted();
        it[field] = value;
        it
    };
    let many = |days: u64| {
        let first = 20_000 * 86_400;
        (0..days).map(|i| json!(Millis::from_unix_ms((first + i * 86_400) * 1000).unwrap().to_string()[..10])).collect()
    };
    let week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let table = [
        (counted(), true),
        (with("days", json!(0)), false),
        (with("days", json!(-1)), false),
        (with("days", json!("3")), false),
        (with("kind", json!("rolling")), false),
        (with("kind", json!("calendar_rolling")), true),
        (with("holidays", json!([])), false),
        (with("holidays", json!(["2026-04-03", "2026-04-03"])), false),
        (with("holidays", json!(["2026-04-31"])), false),
        (with("holidays", many(128)), true),
        (with("holidays", many(129)), false),
        (with("weekend", json!([])), false),
        (with("weekend", json!(["sunday", "sunday"])), false),
        (with("weekend", json!(["Sunday"])), false),
        (with("weekend", json!(week[1..])), true),
        (with("weekend", json!(week)), false),
        (with("time_zone", json!("UTC")), false),
    ];
    for (counted, is_count) in table {
        assert_eq!(serde_json::from_value::<Counted>(counted.clone()).is_ok(), is_count, "{counted}");
    }
}
