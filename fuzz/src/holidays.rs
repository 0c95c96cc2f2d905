//! A calendar of holidays, and the days that are counted by it: beside a count that looks at one day after the other.

use candour::core::days::CountKind;
use candour::core::event::Deadline;
use candour::core::json::Positive;
use candour::core::time::Date;
use candour::shell::calendar;
use candour::shell::holidays::{BUILT_IN, Holidays};
use serde::Deserialize as _;
use toml::Value;

/// As [`crate::event::BYTES`].
pub const BYTES: usize = 2048;

pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    zoned(text);
    let holidays = match Holidays::parse(text) {
        Ok(holidays) => holidays,
        Err(error) => return crate::bounded_message(&error.to_string()),
    };
    let written: Value = toml::from_str(text).expect("it was read");
    let first = written["first_year"].as_integer().expect("it was read");
    for (days, from) in [(1, (12, 24)), (20, (3, 1)), (70, (6, 30))] {
        let from = format!("{first:04}-{:02}-{:02}", from.0, from.1);
        let (Some(days), Ok(from)) = (Positive::new(days), Date::parse(&from)) else { continue };
        for kind in [CountKind::Working, CountKind::CalendarRolling, CountKind::Calendar] {
            match holidays.within(days, from, kind) {
                Err(error) => crate::bounded_message(&error.to_string()),
                Ok(deadline) => counted(&written, kind, days.unsigned(), from, &deadline),
            }
        }
    }
}

fn counted(written: &Value, kind: CountKind, days: u64, from: Date, found: &Deadline) {
    let holidays = written["holidays"].as_array().into_iter().flatten();
    let holidays: Vec<String> = holidays.filter_map(|day| Some(day.as_datetime()?.to_string())).collect();
    let weekend: Vec<String> = match written.get("weekend") {
        Some(weekend) => Vec::deserialize(weekend.clone()).expect("it was read"),
        None => ["saturday", "sunday"].map(str::to_owned).to_vec(),
    };
    let is_working = |day: Date| {
        let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let name = names[day.as_civil().weekday().to_monday_zero_offset() as usize];
        !weekend.iter().any(|of| of == name) && !holidays.contains(&day.to_string())
    };
    let (mut day, mut left) = (from, days);
    while left > 0 {
        day = day.next().expect("the deadline was found");
        left -= u64::from(kind != CountKind::Working || is_working(day));
    }
    while kind == CountKind::CalendarRolling && !is_working(day) {
        day = day.next().expect("the deadline was found");
    }
    assert_eq!(found.date, day, "{days} days after {from}");
    let kept = serde_json::to_value(found).expect("a deadline");
    assert_eq!(serde_json::from_value::<Deadline>(kept).ok().as_ref(), Some(found));
}

/// A time zone by its name, and when days end there.
fn zoned(name: &str) {
    for date in ["1970-01-01", "2011-12-30", "2026-03-29", "9999-12-31"] {
        let date = Date::parse(date).expect("a date");
        match calendar::end_of(date, name) {
            Err(error) => crate::bounded_message(&error.to_string()),
            Ok(end) => {
                let hours = (end.unix() as i64 - date.start().unix() as i64 - 86_400) / 3600;
                assert!((-24..=24).contains(&hours), "{date} ends {hours} hours late in {name}");
                assert!(calendar::date_at(end, name).map_or(true, |next| next >= date));
            }
        }
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let zones = ["Europe/London", "Pacific/Apia", "UTC", "America/Havana", "Etc/GMT+12"];
    let mut seeds: Vec<Vec<u8>> = zones.map(|zone| zone.as_bytes().to_vec()).to_vec();
    seeds.extend(BUILT_IN.map(|(_, text)| text.as_bytes().to_vec()));
    seeds.push(
        b"name = \"x\"\ntime_zone = \"Asia/Dubai\"\nweekend = [\"friday\"]\nfirst_year = 2024\nlast_year = 2025\n\
          source = \"s\"\nholidays = [2024-12-25, 2025-01-01]\n"
            .to_vec(),
    );
    seeds
}
