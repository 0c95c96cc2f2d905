//! What a penalty has come to by some day: derived, never appended.

use serde::Serialize;

use super::event::DailyPenalty;
use super::state::compliance::Penalty;
use super::text::Currency;
use super::time::Date;

/// What a penalty has come to, in its currency's minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Accrued {
    /// The one amount, less what was taken off.
    pub fixed: u64,
    /// The days that count.
    pub days: u64,
    /// What they come to.
    pub daily: u64,
    /// Both together.
    pub total: u64,
    /// Whether each day adds to it still.
    pub running: bool,
}

/// What a penalty has come to by the end of a day, in the penalty's own calendar. Nothing, once it was set aside.
pub fn accrued(penalty: &Penalty, by: Date) -> Accrued {
    if penalty.set_aside.is_some() {
        return Accrued { fixed: 0, days: 0, daily: 0, total: 0, running: false };
    }
    let fixed = penalty.fixed.map_or(0, |fixed| fixed.due().unsigned());
    let complied = penalty.complied.map(|(day, _)| day);
    let (days, running) = penalty.daily.as_ref().map_or((0, false), |daily| days(daily, complied, by));
    let daily = penalty.daily.as_ref().map_or(0, |daily| daily.amount.unsigned()).saturating_mul(days);
    Accrued { fixed, days, daily, total: fixed.saturating_add(daily), running }
}

/// The days that count: each that began in breach, from the first to the one of compliance, both included, up to the cap.
fn days(daily: &DailyPenalty, complied: Option<Date>, by: Date) -> (u64, bool) {
    let last = complied.map_or(by, |day| day.min(by));
    let elapsed = if last < daily.from { 0 } else { daily.from.days_until(last).saturating_add(1) };
    let cap = daily.max_days.map_or(u64::MAX, |days| days.unsigned());
    let ended = complied.is_some_and(|day| day <= by);
    (elapsed.min(cap), !ended && elapsed < cap)
}

/// An amount as people read it: `GBP 1,875,000.00` for 187,500,000 pence.
pub fn amount(minor: u64, currency: &Currency) -> String {
    let digits = minor_digits(currency);
    let (whole, rest) = (minor / 10_u64.pow(digits), minor % 10_u64.pow(digits));
    let rest = if digits == 0 { String::new() } else { format!(".{rest:0width$}", width = digits as usize) };
    let mut grouped = String::new();
    for (left, digit) in whole.to_string().chars().rev().enumerate() {
        if left > 0 && left % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{currency} {}{rest}", grouped.chars().rev().collect::<String>())
}

/// How many digits the minor unit of a currency is after the point (ISO 4217, list one).
fn minor_digits(currency: &Currency) -> u32 {
    match currency.as_str() {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests;
