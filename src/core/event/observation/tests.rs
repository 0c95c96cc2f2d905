use super::*;

fn value(json: serde_json::Value) -> Value {
    serde_json::from_value(json).unwrap()
}

#[test]
fn the_same_figure_in_another_spelling() {
    use serde_json::json;
    let most = crate::core::json::MAX_INTEGER;
    let ratio =
        |numerator: i64, denominator: i64| json!({"ratio": {"denominator": denominator, "numerator": numerator}});
    let time = |amount: i64, unit: &str| json!({"duration": {"amount": amount, "unit": unit}});
    let range = |lower: i64, upper: i64| json!({"range": {"lower": lower, "upper": upper}});
    let shares =
        |lower: i64, upper: i64, of: i64| json!({"ratio_range": {"denominator": of, "lower": lower, "upper": upper}});
    let table = [
        (json!({"integer": 7}), json!({"integer": 7}), true),
        (json!({"integer": 7}), json!({"integer": 6}), false),
        (ratio(995, 1000), ratio(9_950, 10_000), true),
        (ratio(0, 1), ratio(0, most), true),
        (ratio(most, most), ratio(1, 1), true),
        (ratio(most - 1, most), ratio(1, 1), false),
        (ratio(most - 1, most), ratio(most - 2, most - 1), false),
        (ratio(995, 1000), ratio(996, 1000), false),
        (time(25, "hour"), time(1_500, "minute"), true),
        (time(2, "day"), time(172_800, "second"), true),
        (time(most, "day"), time(most, "hour"), false),
        (time(25, "hour"), time(1, "day"), false),
        (range(1, 2), range(1, 2), true),
        (range(1, 2), range(1, 3), false),
        (shares(4, 5, 100), shares(40, 50, 1000), true),
        (shares(4, 5, 100), shares(40, 51, 1000), false),
        (shares(4, 5, 100), shares(41, 50, 1000), false),
        // A point and a range of that point are different statements.
        (json!({"integer": 7}), range(7, 7), false),
        (ratio(4, 100), shares(4, 4, 100), false),
        (json!({"integer": 1}), ratio(1, 1), false),
        (json!({"integer": 1}), time(1, "second"), false),
    ];
    for (one, other, same) in table {
        let (a, b) = (value(one.clone()), value(other.clone()));
        assert_eq!((a.same_figure(&b), b.same_figure(&a)), (same, same), "{one} and {other}");
    }
}

#[test]
fn words_are_those_of_the_statements() {
    for status in Status::ALL {
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        assert_eq!(Status::of_word(status.as_str()), Some(status));
    }
    for unit in DurationUnit::ALL {
        assert_eq!(serde_json::to_value(unit).unwrap(), unit.as_str());
        assert_eq!(DurationUnit::of_word(unit.as_str()), Some(unit));
    }
    assert_eq!((Status::of_word("Given"), DurationUnit::of_word("")), (None, None));
}
