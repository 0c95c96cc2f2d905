//! How things are worded: lists, counts, lengths of time.

use std::fmt::Display;

use crate::core::event::{Deadline, Item, LegalBasis};
use crate::core::penalty::grouped;

/// Seconds of a day.
const DAY: u64 = 86_400;

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
    fn counts_and_lists() {
        let nobody: [&str; 0] = [];
        assert_eq!(list(nobody), "nobody");
        assert_eq!(list(["a"]), "a");
        assert_eq!(list(["a", "b", "c"]), "a, b and c");
        let counted = [count(1_usize, "entry"), count(2_000_usize, "entry"), count(2_usize, "day"), span(90_000)];
        assert_eq!(counted, ["1 entry", "2,000 entries", "2 days", "1 day"]);
    }
}
