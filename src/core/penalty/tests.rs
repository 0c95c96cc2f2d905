use super::*;
use crate::core::state::tests::say::{Say, by};
use crate::core::state::tests::scene::Scene;

/// 2027-01-01T12:00:00Z, in milliseconds: after every day of the tables.
const LATER: u64 = 1_798_804_800_000;

/// A penalty under a request whose time is over, and what was said of it then.
fn accrued_by(penalty: Say, then: Vec<Say>, day: &str) -> Accrued {
    let scene = Scene::cast().and(by("ofcom").compels("ofcom/r1")).and(penalty.at(LATER));
    let scene = then.into_iter().fold(scene, Scene::and);
    let (_, penalty) = scene.state.compliance().penalties().next().unwrap();
    accrued(penalty, serde_json::from_value(day.into()).unwrap())
}

fn fines() -> Say {
    by("ofcom").fines("ofcom/f1", "ofcom/r1")
}

fn complied(day: &str) -> Vec<Say> {
    vec![by("ofcom").complied("ofcom/f1", day)]
}

/// The penalty, what was said then, by the end of which day; days, in all, whether it is running.
type Row = (Say, Vec<Say>, &'static str, (u64, u128, bool));

#[test]
fn the_days_that_count() {
    // X Corp: notice due on 29 March 2023, A$16,500 for each day from the next until it complied on 5 May. Counted from the
    // due day itself it would be 38 days.
    let x_corp = || fines().set("/currency", "AUD").without("fixed").daily(1_650_000, "2023-03-30");
    let from_the_due_day = || x_corp().set("/daily/from", "2023-03-29");
    // 4chan: 20,000 pounds, and 100 a day from 14 October 2025 for at most 60 days; the 60th is 12 December.
    let fourchan = || fines().fixed_at(2_000_000).daily(10_000, "2025-10-14").set("/daily/max_days", 60);
    let overturned =
        || vec![by("alpha").appeals("alpha/l1", "ofcom/f1"), by("tribunal").determines("alpha/l1", "allowed")];
    let upheld =
        || vec![by("alpha").appeals("alpha/l1", "ofcom/f1"), by("tribunal").determines("alpha/l1", "dismissed")];
    let table: Vec<Row> = vec![
        (x_corp(), complied("2023-05-05"), "2023-05-05", (37, 61_050_000, false)),
        (x_corp(), complied("2023-05-05"), "2026-11-22", (37, 61_050_000, false)),
        (x_corp(), complied("2023-05-05"), "2023-05-04", (36, 59_400_000, true)),
        (from_the_due_day(), complied("2023-05-05"), "2023-05-05", (38, 62_700_000, false)),
        (x_corp(), vec![], "2023-03-29", (0, 0, true)),
        (x_corp(), vec![], "2023-03-30", (1, 1_650_000, true)),
        (x_corp(), vec![], "2024-03-30", (367, 605_550_000, true)),
        (x_corp(), complied("2023-03-30"), "2023-05-05", (1, 1_650_000, false)),
        (x_corp(), complied("2023-03-29"), "2023-05-05", (0, 0, false)),
        (fourchan(), vec![], "2025-10-13", (0, 2_000_000, true)),
        (fourchan(), vec![], "2025-10-14", (1, 2_010_000, true)),
        (fourchan(), vec![], "2025-12-11", (59, 2_590_000, true)),
        (fourchan(), vec![], "2025-12-12", (60, 2_600_000, false)),
        (fourchan(), vec![], "2025-12-13", (60, 2_600_000, false)),
        (fourchan(), complied("2025-11-18"), "2025-12-31", (36, 2_360_000, false)),
        (fourchan(), complied("2025-12-12"), "2025-12-31", (60, 2_600_000, false)),
        (fourchan(), complied("2025-12-31"), "2025-12-31", (60, 2_600_000, false)),
        (fourchan(), complied("2025-10-01"), "2025-12-31", (0, 2_000_000, false)),
        (fourchan(), upheld(), "2025-12-31", (60, 2_600_000, false)),
        (fourchan(), overturned(), "2025-12-31", (0, 0, false)),
        (x_corp(), overturned(), "2026-11-22", (0, 0, false)),
    ];
    for (penalty, then, day, (days, total, running)) in table {
        let found = accrued_by(penalty.clone(), then.clone(), day);
        assert_eq!((found.days, found.total, found.running), (days, total, running), "{penalty:?} {then:?} {day}");
        assert_eq!(u128::from(found.fixed) + found.daily, found.total);
    }
}

#[test]
fn what_is_taken_off() {
    // (the amount, the percentage off, what is due)
    let table = [
        // TikTok, 24 July 2024: 2.5 million pounds less 25 percent.
        (250_000_000, 25, 187_500_000),
        // Fenix, March 2025: 1.05 million pounds, nothing off.
        (105_000_000, 0, 105_000_000),
        (1, 1, 0),
        (3, 50, 1),
        (199, 99, 1),
        ((1 << 53) - 1, 99, ((1 << 53) - 1) / 100),
    ];
    for (amount, percent, due) in table {
        let penalty = if percent == 0 { fines().fixed_at(amount) } else { fines().fixed(amount, percent) };
        let found = accrued_by(penalty, vec![], "2026-11-22");
        assert_eq!((found.total, found.days, found.running), (due, 0, false), "{amount} less {percent}");
    }
}

#[test]
fn the_greatest_penalty_is_a_number() {
    let greatest: u64 = (1 << 53) - 1;
    let penalty = fines().fixed_at(greatest).daily(greatest, "1970-01-01");
    let found = accrued_by(penalty, vec![], "9999-12-31");
    assert_eq!((found.days, found.total), (2_932_897, 2_932_898 * u128::from(greatest)));
    let json = serde_json::to_value(found).unwrap();
    assert_eq!((&json["fixed"], &json["total"]), (&greatest.into(), &found.total.to_string().into()));
    assert_eq!(money(&"GBP".parse().unwrap(), found.total), "GBP 264,171,966,798,313,430,219.18");
}

#[test]
fn a_sum_that_a_reader_of_json_might_round_is_a_text() {
    let most = MAX_INTEGER as u128;
    for (sum, number) in [(0, true), (most, true), (most + 1, false), (u64::MAX.into(), false), (u128::MAX, false)] {
        let json = serde_json::to_value(Accrued { fixed: 0, days: 1, daily: sum, total: sum, running: false }).unwrap();
        assert_eq!((json["daily"].is_number(), json["total"].is_number()), (number, number), "{sum}");
        assert_eq!(json["total"].to_string().trim_matches('"'), sum.to_string());
    }
}

#[test]
fn an_amount_is_read_in_its_currency() {
    let table = [
        (187_500_000, "GBP", "GBP 1,875,000.00"),
        (61_050_000, "AUD", "AUD 610,500.00"),
        (5, "EUR", "EUR 0.05"),
        (1_000, "JPY", "JPY 1,000"),
        (25_700_000, "VND", "VND 25,700,000"),
        (999, "ISK", "ISK 999"),
        (100_000, "KRW", "KRW 100,000"),
        (1_234_567, "KWD", "KWD 1,234.567"),
        (12_345, "CLF", "CLF 1.2345"),
        (7, "UYW", "UYW 0.0007"),
        (0, "GBP", "GBP 0.00"),
    ];
    for (minor, currency, expected) in table {
        assert_eq!(money(&currency.parse().unwrap(), minor as u64), expected);
    }
}

#[test]
fn the_currencies_of_the_table_are_in_order_and_there_once() {
    let mut all: Vec<&str> = Vec::new();
    for (digits, codes) in OTHER_DIGITS {
        assert!(digits != 2 && codes.is_sorted());
        all.extend(codes.iter().inspect(|code| assert!(code.parse::<Currency>().is_ok(), "{code}")));
    }
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 26);
}
