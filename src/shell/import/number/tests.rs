use super::*;
use serde_json::{Value as Json, json};

fn numbers(decimal: char, thousands: Option<char>) -> Numbers {
    let words = [("million", 1_000_000), ("M", 1_000_000), ("K", 1_000), ("thousand million", 1_000_000_000)];
    let words = words.map(|(word, times)| (word.to_owned(), Positive::new(times).unwrap()));
    Numbers { decimal, thousands, words: words.into() }
}

fn read(kind: Kind, text: &str, numbers: &Numbers) -> Result<Json, CellCode> {
    let read = kind.read(text, numbers, false).map_err(|wrong| wrong.code)?;
    assert!(!read.rounded, "{text}");
    Ok(serde_json::to_value(read.value).unwrap())
}

fn integer(value: i64) -> Result<Json, CellCode> {
    Ok(json!({ "integer": value }))
}

fn ratio(numerator: i64, denominator: i64) -> Result<Json, CellCode> {
    Ok(json!({"ratio": {"denominator": denominator, "numerator": numerator}}))
}

fn shares(lower: i64, upper: i64, denominator: i64) -> Result<Json, CellCode> {
    Ok(json!({"ratio_range": {"denominator": denominator, "lower": lower, "upper": upper}}))
}

fn range(lower: i64, upper: i64) -> Result<Json, CellCode> {
    Ok(json!({"range": {"lower": lower, "upper": upper}}))
}

fn time(amount: i64, unit: &str) -> Result<Json, CellCode> {
    Ok(json!({"duration": {"amount": amount, "unit": unit}}))
}

const MALFORMED: Result<Json, CellCode> = Err(CellCode::NumberMalformed);
const OUT_OF_RANGE: Result<Json, CellCode> = Err(CellCode::NumberOutOfRange);
const INEXACT: Result<Json, CellCode> = Err(CellCode::NumberInexact);

#[test]
fn numbers_of_every_kind() {
    use Kind::*;
    let english = numbers('.', Some(','));
    let table = [
        (Integer, "0", integer(0)),
        (Integer, "25,700,000", integer(25_700_000)),
        (Integer, "25700000", integer(25_700_000)),
        (Integer, "007", integer(7)),
        (Integer, "12.0", integer(12)),
        (Integer, "-5", integer(-5)),
        (Integer, "\u{2212}5", integer(-5)),
        (Integer, "25.7 million", integer(25_700_000)),
        (Integer, "25.7M", integer(25_700_000)),
        (Integer, "3 thousand million", integer(3_000_000_000)),
        (Integer, "1.2e3", integer(1_200)),
        (Integer, "9007199254740991", integer(crate::core::json::MAX_INTEGER)),
        (Integer, "1000-5000", range(1_000, 5_000)),
        (Integer, "1,000 – 5,000", range(1_000, 5_000)),
        (Integer, "1000 to 5000", range(1_000, 5_000)),
        (Integer, "<10", range(0, 9)),
        (Integer, "< 1", range(0, 0)),
        (Integer, "<=10", range(0, 10)),
        (Integer, "≤10", range(0, 10)),
        (Integer, "<0", OUT_OF_RANGE),
        (Integer, "9007199254740992", OUT_OF_RANGE),
        (Integer, "12.5", MALFORMED),
        (Integer, "1,23", MALFORMED),
        (Integer, "1,2345", MALFORMED),
        (Integer, "1234,567", MALFORMED),
        (Integer, ",123", MALFORMED),
        (Integer, "1.234.567", MALFORMED),
        (Integer, "", MALFORMED),
        (Integer, ".5", MALFORMED),
        (Integer, "5.", MALFORMED),
        (Integer, "+5", MALFORMED),
        (Integer, "12a", MALFORMED),
        (Integer, "1 234", MALFORMED),
        (Integer, "12%", MALFORMED),
        (Integer, "1e99", MALFORMED),
        (Integer, "١٢", MALFORMED),
        (Percent, "99.5%", ratio(995, 1000)),
        (Percent, "99.50%", ratio(9_950, 10_000)),
        (Percent, "0.05%", ratio(5, 10_000)),
        (Percent, "0%", ratio(0, 100)),
        (Percent, "100%", ratio(100, 100)),
        (Percent, "99.5", ratio(995, 1000)),
        (Percent, "99.5 %", ratio(995, 1000)),
        (Percent, "4%-5%", shares(4, 5, 100)),
        (Percent, "4-5%", shares(4, 5, 100)),
        (Percent, "4% to 4.5%", shares(40, 45, 1000)),
        (Percent, "<0.05%", shares(0, 5, 10_000)),
        (Percent, "100.1%", OUT_OF_RANGE),
        (Percent, "-1%", OUT_OF_RANGE),
        (Percent, "101%-102%", OUT_OF_RANGE),
        (Percent, "1/2", MALFORMED),
        (Percent, "%", MALFORMED),
        (Percent, "0.00000000000001%", INEXACT),
        (Share, "0.995", ratio(995, 1000)),
        (Share, "1", ratio(1, 1)),
        (Share, "0", ratio(0, 1)),
        (Share, "3/4", ratio(3, 4)),
        (Share, "3 / 4", ratio(3, 4)),
        (Share, "0.04-0.05", shares(4, 5, 100)),
        (Share, "8.5e-2", ratio(85, 1000)),
        (Share, "1.01", OUT_OF_RANGE),
        (Share, "5/4", OUT_OF_RANGE),
        (Share, "1/0", MALFORMED),
        (Share, "99.5%", MALFORMED),
        (Share, "0.9534883720930233", INEXACT),
        (Hours, "28", time(28, "hour")),
        (Hours, "1.5", time(90, "minute")),
        (Hours, "0.35", time(21, "minute")),
        (Hours, "0.325", time(1_170, "second")),
        (Hours, "0", time(0, "hour")),
        (Hours, "90 min", time(90, "minute")),
        (Hours, "2 days", time(2, "day")),
        (Hours, "1.2 Hours", time(72, "minute")),
        (Hours, "1:30:05", time(5_405, "second")),
        (Hours, "0.3333", INEXACT),
        (Hours, "-1", OUT_OF_RANGE),
        (Hours, "1-2", MALFORMED),
        (Hours, "1 fortnight", MALFORMED),
        (Hours, "1:60:00", MALFORMED),
        (Hours, "1:30", MALFORMED),
        (Days, "0.5", time(12, "hour")),
        (Minutes, "0.5", time(30, "second")),
        (Seconds, "0.5", INEXACT),
        (Duration, "36 h", time(36, "hour")),
        (Duration, "36", MALFORMED),
    ];
    for (kind, text, expected) in table {
        assert_eq!(read(kind, text, &english), expected, "{kind:?} {text:?}");
    }
}

#[test]
fn separators_of_every_style() {
    let table = [
        (',', Some('.'), "1.234.567", integer(1_234_567)),
        (',', Some('.'), "1.234,0", integer(1_234)),
        (',', Some('.'), "1,234", MALFORMED),
        (',', None, "1.234", MALFORMED),
        (',', Some(' '), "1 234 567", integer(1_234_567)),
        ('.', Some('\''), "1'234", integer(1_234)),
        (',', Some('.'), "1,5 M", integer(1_500_000)),
    ];
    for (decimal, thousands, text, expected) in table {
        assert_eq!(read(Kind::Integer, text, &numbers(decimal, thousands)), expected, "{text:?}");
    }
    assert_eq!(read(Kind::Percent, "99,5 %", &numbers(',', None)), ratio(995, 1000));
    assert_eq!(read(Kind::Hours, "1,5", &numbers(',', None)), time(90, "minute"));
}

#[test]
fn what_cannot_be_held_is_rounded_only_where_that_is_allowed() {
    let plain = numbers('.', None);
    let table = [
        (Kind::Hours, "0.3333", time(1_200, "second")),
        (Kind::Seconds, "0.5", time(1, "second")),
        (Kind::Seconds, "0.4999", time(0, "second")),
        (Kind::Share, "0.9534883720930233", ratio(953_488_372_093_023, 1_000_000_000_000_000)),
    ];
    for (kind, text, expected) in table {
        let read = kind.read(text, &plain, true).unwrap();
        assert_eq!((Ok(serde_json::to_value(read.value).unwrap()), read.rounded), (expected, true), "{text}");
        assert_eq!(kind.read(text, &plain, false).unwrap_err().code, CellCode::NumberInexact, "{text}");
    }
    assert!(!Kind::Hours.read("1.5", &plain, true).unwrap().rounded);
}

#[test]
fn a_number_has_digits_up_to_the_limit() {
    let plain = numbers('.', None);
    for (digits, expected) in [(MAX_DIGITS - 1, true), (MAX_DIGITS, true), (MAX_DIGITS + 1, false)] {
        let (whole, parted) = ("1".repeat(digits), format!("1.{}", "0".repeat(digits - 1)));
        for text in [whole, parted, "0".repeat(digits)] {
            assert_eq!(Decimal::read(&text, &plain).is_some(), expected, "{text}");
        }
    }
    assert_eq!(read(Kind::Integer, &"0".repeat(MAX_DIGITS + 1), &plain), MALFORMED);
}
