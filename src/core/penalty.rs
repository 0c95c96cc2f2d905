//! What a penalty has come to by some day: derived, never appended.

use serde::{Serialize, Serializer};

use super::event::DailyPenalty;
use super::json::MAX_INTEGER;
use super::state::compliance::Penalty;
use super::text::Currency;
use super::time::Date;

/// The currencies whose minor unit is not a hundredth of the major one, by the digits that it takes: ISO 4217, list one, as
/// its maintenance agency (SIX) publishes it. Withdrawn ones and those without a minor unit are not among them.
const OTHER_DIGITS: [(u32, &[&str]); 3] = [
    (
        0,
        &[
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
            "XOF", "XPF",
        ],
    ),
    (3, &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
    (4, &["CLF", "UYW"]),
];

/// What a penalty has come to, in its currency's minor unit. As JSON, a sum beyond [`MAX_INTEGER`] is a text of its digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Accrued {
    /// The one amount, less what was taken off.
    pub fixed: u64,
    /// The days that count.
    pub days: u64,
    /// What they come to.
    #[serde(serialize_with = "exact")]
    pub daily: u128,
    /// Both together.
    #[serde(serialize_with = "exact")]
    pub total: u128,
    /// Whether each day adds to it still.
    pub running: bool,
}

/// A number where every reader of JSON has it exactly, else its digits: many round those beyond without a word.
fn exact<S: Serializer>(sum: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    match i64::try_from(*sum) {
        Ok(sum) if sum <= MAX_INTEGER => serializer.serialize_i64(sum),
        _ => serializer.collect_str(sum),
    }
}

/// What a penalty has come to by the end of a day, in the penalty's own calendar. Nothing, once it was set aside.
pub fn accrued(penalty: &Penalty, by: Date) -> Accrued {
    if penalty.set_aside.is_some() {
        return Accrued { fixed: 0, days: 0, daily: 0, total: 0, running: false };
    }
    let fixed = penalty.fixed.map_or(0, |fixed| fixed.due().unsigned());
    let complied = penalty.complied.map(|(day, _)| day);
    let (days, running) = penalty.daily.as_ref().map_or((0, false), |daily| days(daily, complied, by));
    let a_day = penalty.daily.as_ref().map_or(0, |daily| daily.amount.unsigned());
    // Two numbers of 64 bits: their product and one more of them are always fewer than 2^128.
    let daily = u128::from(a_day).saturating_mul(days.into());
    Accrued { fixed, days, daily, total: daily.saturating_add(fixed.into()), running }
}

/// The days that count: each that began in breach, from the first to the one of compliance, both included, up to the cap.
fn days(daily: &DailyPenalty, complied: Option<Date>, by: Date) -> (u64, bool) {
    let last = complied.map_or(by, |day| day.min(by));
    let elapsed = if last < daily.from { 0 } else { daily.from.days_until(last).saturating_add(1) };
    let cap = daily.max_days.map_or(u64::MAX, |days| days.unsigned());
    let ended = complied.is_some_and(|day| day <= by);
    (elapsed.min(cap), !ended && elapsed < cap)
}

/// An amount in a currency's minor unit as people read it: `GBP 1,875,000.00` for 187,500,000 pence.
pub fn money(currency: &Currency, minor: impl Into<u128>) -> String {
    let (digits, minor) = (minor_digits(currency), minor.into());
    let unit = 10_u128.pow(digits);
    match digits {
        0 => format!("{currency} {}", grouped(minor)),
        _ => format!("{currency} {}.{:0width$}", grouped(minor / unit), minor % unit, width = digits as usize),
    }
}

/// A number with its digits in threes: `25,700,000`.
pub(crate) fn grouped(number: impl Into<u128>) -> String {
    let digits = number.into().to_string();
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

/// How many digits after the point the minor unit of a currency takes.
fn minor_digits(currency: &Currency) -> u32 {
    let other = OTHER_DIGITS.iter().find(|(_, codes)| codes.contains(&currency.as_str()));
    other.map_or(2, |(digits, _)| *digits)
}

#[cfg(test)]
mod tests;
