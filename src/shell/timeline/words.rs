//! How things are worded: lists, counts, money, lengths of time.

use std::fmt::Display;

use crate::core::event::{Deadline, Item, LegalBasis};
use crate::core::text::Currency;

/// Seconds of a day.
const DAY: u64 = 86_400;

/// ISO 4217: the currencies whose minor unit is not a hundredth of the major one, with the digits that it takes.
const OTHER_DIGITS: &[(&str, usize)] = &[
    ("BHD", 3),
    ("BIF", 0),
    ("CLF", 4),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("UYI", 0),
    ("UYW", 4),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
];

/// `a, b and c`; `nobody` of none.
pub(super) fn list<T: Display>(things: impl IntoIterator<Item = T>) -> String {
    let mut words: Vec<String> = things.into_iter().map(|thing| thing.to_string()).collect();
    match (words.pop(), words.is_empty()) {
        (None, _) => "nobody".to_owned(),
        (Some(one), true) => one,
        (Some(last), false) => format!("{} and {last}", words.join(", ")),
    }
}

/// `1 item`, `2 items`, `2 entries`.
pub(super) fn count(number: impl TryInto<u64>, thing: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    match thing.strip_suffix('y').filter(|stem| !stem.ends_with('a')) {
        _ if number == 1 => format!("1 {thing}"),
        Some(stem) => format!("{} {stem}ies", grouped(number)),
        None => format!("{} {thing}s", grouped(number)),
    }
}

/// `25,700,000`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place % 3 == first {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// An amount in a currency's minor unit, in its major one: `GBP 1,875,000.00`.
pub(super) fn money(currency: &Currency, minor: u64) -> String {
    let other = OTHER_DIGITS.iter().find(|(code, _)| *code == currency.as_str());
    let digits = other.map_or(2, |(_, digits)| *digits);
    let unit = 10_u64.pow(digits as u32);
    match digits {
        0 => format!("{currency} {}", grouped(minor)),
        _ => format!("{currency} {}.{:0digits$}", grouped(minor / unit), minor % unit),
    }
}

/// A length of time in its largest whole unit: `3 days`.
pub(super) fn span(seconds: u64) -> String {
    match seconds {
        0..60 => count(seconds, "second"),
        60..3_600 => count(seconds / 60, "minute"),
        3_600..DAY => count(seconds / 3_600, "hour"),
        _ => count(seconds / DAY, "day"),
    }
}

/// `by the end of 2026-03-31 (Europe/London)`.
pub(super) fn by(deadline: &Deadline) -> String {
    format!("by the end of {} ({})", deadline.date, deadline.calendar)
}

/// `under uk-osa-2023, section 100`.
pub(super) fn under(basis: &LegalBasis) -> String {
    match &basis.provision {
        Some(provision) => format!("under {}, {provision}", basis.instrument),
        None => format!("under {}", basis.instrument),
    }
}

/// `2 items (reports and speed)`.
pub(super) fn items(items: &[Item]) -> String {
    format!("{} ({})", count(items.len(), "item"), list(items.iter().map(|item| &item.item)))
}

/// A word of the format as people write it.
pub(super) fn plain(word: &str) -> String {
    word.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_in_the_major_unit() {
        let table = [
            ("GBP", 187_500_000, "GBP 1,875,000.00"),
            ("GBP", 5, "GBP 0.05"),
            ("JPY", 1_000, "JPY 1,000"),
            ("KWD", 1_234_567, "KWD 1,234.567"),
            ("CLF", 12_345, "CLF 1.2345"),
        ];
        for (currency, minor, shown) in table {
            assert_eq!(money(&currency.parse().unwrap(), minor), shown);
        }
    }

    #[test]
    fn numbers_and_lists() {
        let table = [(0, "0"), (999, "999"), (1_000, "1,000"), (25_700_000, "25,700,000"), (100_000, "100,000")];
        table.into_iter().for_each(|(number, shown)| assert_eq!(grouped(number), shown));
        let nobody: [&str; 0] = [];
        assert_eq!(list(nobody), "nobody");
        assert_eq!(list(["a"]), "a");
        assert_eq!(list(["a", "b", "c"]), "a, b and c");
        let counted = [count(1_usize, "entry"), count(2_usize, "entry"), count(2_usize, "day"), span(90_000)];
        assert_eq!(counted, ["1 entry", "2 entries", "2 days", "1 day"]);
    }
}
