//! The series that was restated most, as reports gave it.

use serde_json::json;

use super::super::chart;
use super::super::figures::{Point, Restated, Series};
use crate::core::event::Observation;
use crate::core::state::tests::say::{number, observation};

/// Of a quarter, given or not.
fn observed(period: &str, value: Option<i64>) -> Observation {
    let mut observed =
        value.map_or_else(|| observation("refused", json!(null)), |value| observation("given", number(value)));
    observed["period"] = period.into();
    serde_json::from_value(observed).unwrap()
}

#[test]
fn each_value_with_the_one_that_it_replaced() {
    // (its entry, the period, the value; the entry whose value it replaces)
    let table = [
        (1, "2024-Q1", Some(7), None),
        (1, "2024-Q2", Some(8), None),
        (2, "2023-Q4", Some(1), None),
        (2, "2024-Q1", Some(7), None),
        (2, "2024-Q2", Some(9), Some(1)),
        (3, "2024-Q1", None, Some(2)),
        (4, "2024-Q1", None, None),
        // The same days in other words replace nothing.
        (5, "2024-01-01/2024-03-31", Some(5), None),
        (6, "2024-Q1", Some(7), Some(4)),
        (6, "2024-Q1", Some(6), Some(6)),
        (7, "2024-Q2", Some(9), None),
    ];
    let point = |(entry, period, value): (u64, &str, Option<i64>)| {
        let observed = observed(period, value);
        let said = value.map_or_else(|| "refused".to_owned(), |value| value.to_string());
        Point { entry, period: observed.period, value: observed.value, said, corrects: entry == 2 }
    };
    let points: Vec<Point> = table.iter().map(|row| point((row.0, row.1, row.2))).collect();
    let series = Series::of(&observed("2024-Q1", None));
    let restated = Restated { series, points };
    let found: Vec<Option<u64>> =
        restated.replaced().into_iter().map(|before| before.map(|before| before.entry)).collect();
    assert_eq!(found, table.map(|row| row.3));
    let chart = chart::figures(&restated).unwrap();
    assert!(chart.description.contains("7 reports, a line each; 4 values replaced"), "{}", chart.description);
    let rows: Vec<String> = chart.rows.iter().map(|row| row.join(", ")).collect();
    let expected = [
        "2023-Q4, 2, 1, ",
        "2024-Q1, 1, 7, ",
        "2024-Q1, 2, 7, ",
        "2024-Q1, 3, refused, 7 in entry 2; changed without a correction",
        "2024-Q1, 4, refused, ",
        "2024-01-01/2024-03-31, 5, 5, ",
        "2024-Q1, 6, 7, refused in entry 4; changed without a correction",
        "2024-Q1, 6, 6, 7 in entry 6; changed without a correction",
        "2024-Q2, 1, 8, ",
        "2024-Q2, 2, 9, 8 in entry 1; changed by a correction",
        "2024-Q2, 7, 9, ",
    ];
    assert_eq!(rows, expected);
}
