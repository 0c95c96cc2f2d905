use serde_json::json;

use super::*;
use crate::core::obligation::{Standing, obligations};
use crate::core::state::tests::say::by;
use crate::core::state::tests::scene::Scene;
use crate::core::time::Time;
use CountKind::{Calendar, CalendarRolling as Rolling, Working};

const LONDON: &str = "london";
/// No holidays at all, where the X Corp. notice was due.
const SYDNEY: &str = r#"
name = "sydney"
time_zone = "Australia/Sydney"
first_year = 2020
last_year = 2030
source = "made up"
holidays = []
"#;
/// Another weekend, and a holiday on it.
const GULF: &str = r#"
name = "gulf"
time_zone = "Asia/Kuwait"
weekend = ["saturday", "friday"]
first_year = 2025
last_year = 2025
source = "made up"
holidays = [2025-02-25, 2025-02-26, 2025-06-06]
"#;

fn calendar(name: &str) -> Holidays {
    match name {
        "sydney" => Holidays::parse(SYDNEY).unwrap(),
        "gulf" => Holidays::parse(GULF).unwrap(),
        _ => Holidays::find("england-and-wales").unwrap(),
    }
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn counts(kind: CountKind, days: i64, from: &str, name: &str) -> Result<Deadline, HolidaysError> {
    calendar(name).within(Positive::new(days).unwrap(), day(from), kind)
}

/// What the law makes of an answer recorded at that millisecond: admitted with the request, and whether it was late.
fn is_late(deadline: &Deadline, millisecond: u64) -> bool {
    let asks = by("nspcc").asks("nspcc/r1").set("/deadline", serde_json::to_value(deadline).unwrap());
    let scene = Scene::cast().and(asks).and(by("alpha").answers("alpha/a1", "nspcc/r1").at(millisecond));
    let as_of = Time::from_unix(millisecond / 1000).unwrap();
    let found = obligations(&scene.state, as_of).find(|owed| owed.addressee.as_str() == "alpha").unwrap();
    let Standing::Refused { late_by, .. } = found.standing else { panic!("{:?}", found.standing) };
    late_by.is_some()
}

/// Days, kind, from; the calendar; the last day, the first instant too late, the holidays passed over; what it is about.
const TABLE: &str = "
# Public cases.
35 calendar 2023-02-22 sydney 2023-03-29 2023-03-29T13:00:00Z none       X Corp., notice to due date
14 calendar 2025-04-14 london 2025-04-28 2025-04-28T23:00:00Z none       4chan, two weeks
10 working  2025-04-14 london 2025-04-30 2025-04-30T23:00:00Z 2025-04-18,2025-04-21 4chan, ten working days, over Easter
# Clocks: the day of the change, the day before and the day after. London's go forward on 30 March 2025 and back on 26
# October; Sydney's go back on 6 April and forward on 5 October.
 1 calendar 2025-03-28 london 2025-03-29 2025-03-30T00:00:00Z none       before London springs
 2 calendar 2025-03-28 london 2025-03-30 2025-03-30T23:00:00Z none       London springs, 23 hours
 3 calendar 2025-03-28 london 2025-03-31 2025-03-31T23:00:00Z none       after London springs
 1 calendar 2025-10-24 london 2025-10-25 2025-10-25T23:00:00Z none       before London falls
 2 calendar 2025-10-24 london 2025-10-26 2025-10-27T00:00:00Z none       London falls, 25 hours
 2 rolling  2025-10-24 london 2025-10-27 2025-10-28T00:00:00Z none       over the fall, rolling
 1 calendar 2025-04-04 sydney 2025-04-05 2025-04-05T13:00:00Z none       before Sydney falls
 2 calendar 2025-04-04 sydney 2025-04-06 2025-04-06T14:00:00Z none       Sydney falls, 25 hours
 1 calendar 2025-10-03 sydney 2025-10-04 2025-10-04T14:00:00Z none       before Sydney springs
 2 calendar 2025-10-03 sydney 2025-10-05 2025-10-05T13:00:00Z none       Sydney springs, 23 hours
# Weekends and holidays.
 1 calendar 2025-05-02 london 2025-05-03 2025-05-03T23:00:00Z none       to a Saturday
 1 rolling  2025-05-02 sydney 2025-05-05 2025-05-05T14:00:00Z none       to a Saturday, rolling, with no holiday
 1 rolling  2025-05-02 london 2025-05-06 2025-05-06T23:00:00Z 2025-05-05 to a Saturday, rolling over a holiday
 3 calendar 2025-05-02 london 2025-05-05 2025-05-05T23:00:00Z none       to a holiday
 3 rolling  2025-05-02 london 2025-05-06 2025-05-06T23:00:00Z 2025-05-05 to a holiday, rolling
 4 rolling  2025-05-02 london 2025-05-06 2025-05-06T23:00:00Z none       to a working day, rolling past none
 1 working  2025-05-05 london 2025-05-06 2025-05-06T23:00:00Z none       from a holiday
 1 working  2025-05-03 london 2025-05-06 2025-05-06T23:00:00Z 2025-05-05 from a Saturday
 1 working  2025-05-06 london 2025-05-07 2025-05-07T23:00:00Z none       one working day
10 working  2025-04-14 sydney 2025-04-28 2025-04-28T14:00:00Z none       working days with no holiday
 4 working  2025-05-12 london 2025-05-16 2025-05-16T23:00:00Z none       working days, ending before a weekend
 5 working  2025-05-12 london 2025-05-19 2025-05-19T23:00:00Z none       working days, ending after it
 2 working  2027-12-23 london 2027-12-29 2027-12-30T00:00:00Z 2027-12-27,2027-12-28 Christmas and Boxing Day on a weekend, and their substitutes
 3 rolling  2026-12-25 london 2026-12-29 2026-12-30T00:00:00Z 2026-12-28 Boxing Day's substitute, rolling
 5 working  2025-12-24 london 2026-01-05 2026-01-06T00:00:00Z 2025-12-25,2025-12-26,2026-01-01 over a year's end
 1 working  2021-12-31 london 2022-01-04 2022-01-05T00:00:00Z 2022-01-03 New Year's Day's substitute
 5 working  2022-05-27 london 2022-06-07 2022-06-07T23:00:00Z 2022-06-02,2022-06-03 the Jubilee and the moved spring bank holiday
 1 working  2022-09-16 london 2022-09-20 2022-09-20T23:00:00Z 2022-09-19 the State Funeral
 1 working  2023-05-05 london 2023-05-09 2023-05-09T23:00:00Z 2023-05-08 the Coronation
 1 calendar 2024-02-28 london 2024-02-29 2024-03-01T00:00:00Z none       a leap day
# Where Friday and Saturday rest.
 1 working  2025-03-06 gulf   2025-03-09 2025-03-09T21:00:00Z none       a Sunday, worked
 1 working  2025-02-24 gulf   2025-02-27 2025-02-27T21:00:00Z 2025-02-25,2025-02-26 holidays in the Gulf
 1 working  2025-06-05 gulf   2025-06-08 2025-06-08T21:00:00Z none       a holiday on that weekend
 1 rolling  2025-03-06 gulf   2025-03-09 2025-03-09T21:00:00Z none       rolling there
";

#[test]
fn deadlines_end_on_their_day_and_the_law_agrees() {
    let mut rows = 0;
    for row in TABLE.lines().filter(|row| !row.is_empty() && !row.starts_with('#')) {
        let mut words = row.split_whitespace();
        let mut word = || words.next().unwrap();
        let (days, kind, from, name) = (word().parse().unwrap(), word(), word(), word());
        let (date, ends_at, passed_over) = (word(), word(), word());
        let kind = match kind {
            "calendar" => Calendar,
            "rolling" => Rolling,
            other => serde_json::from_value(other.into()).unwrap(),
        };
        let deadline = counts(kind, days, from, name).unwrap_or_else(|error| panic!("{row}: {error}"));
        let counted = deadline.counted.as_ref().unwrap();
        let found: Vec<_> = counted.holidays().iter().map(ToString::to_string).collect();
        let found = (deadline.date.to_string(), deadline.ends_at.to_string(), found.join(","));
        assert_eq!(found, (date.to_owned(), ends_at.to_owned(), passed_over.replace("none", "")), "{row}");
        assert_eq!(counted.weekend.is_some(), name == "gulf" && kind != Calendar, "{row}");
        // The last second before, and the first after.
        let end = deadline.ends_at.unix() * 1000;
        assert!(!is_late(&deadline, end - 1000) && !is_late(&deadline, end - 1), "{row}: late before its end");
        assert!(is_late(&deadline, end) && is_late(&deadline, end + 1000), "{row}: not late at its end");
        rows += 1;
    }
    assert_eq!(rows, 37);
}

#[test]
fn what_a_calendar_does_not_cover_is_not_guessed() {
    // (kind, days, from, calendar, code)
    let table = [
        (Working, 1, "2020-12-30", LONDON, Err("holidays-not-covered")),
        (Working, 1, "2020-12-31", LONDON, Ok("2021-01-04")),
        (Working, 1, "2027-12-30", LONDON, Ok("2027-12-31")),
        (Working, 2, "2027-12-30", LONDON, Err("holidays-not-covered")),
        (Working, 3_660, "2021-01-01", LONDON, Err("holidays-not-covered")),
        // Only the end of a rolling count asks.
        (Rolling, 4, "2020-12-31", LONDON, Ok("2021-01-04")),
        (Rolling, 1, "2020-12-30", LONDON, Err("holidays-not-covered")),
        (Rolling, 60, "2020-12-01", LONDON, Ok("2021-02-01")),
        (Rolling, 30, "2027-12-30", LONDON, Err("holidays-not-covered")),
        (Calendar, 30, "2027-12-30", LONDON, Ok("2028-01-29")),
        (Calendar, 3_661, "2021-01-01", LONDON, Err("count-too-many-days")),
        (Calendar, 1, "9999-12-31", LONDON, Err("count-too-late")),
        (Calendar, 1, "9999-12-30", "sydney", Err("date-too-late")),
    ];
    for (kind, days, from, name, expected) in table {
        let found = counts(kind, days, from, name);
        let found = found.map(|deadline| deadline.date.to_string()).map_err(|error| error.code());
        assert_eq!(found.as_deref().map_err(|code| *code), expected, "{days} {kind:?} from {from} in {name}");
    }
    let error = counts(Working, 2, "2027-12-30", LONDON).unwrap_err().to_string();
    assert!(error.ends_with("2021 to 2027, which england-and-wales covers, found 2028-01-03"), "{error}");
    let zone = "Mars/One".parse().unwrap();
    assert_eq!(within(Positive::new(1).unwrap(), day("2025-01-01"), &zone).unwrap_err().code(), "calendar-unknown");
}

#[test]
fn the_built_in_calendars_are_sound() {
    for (name, text) in BUILT_IN {
        let holidays = Holidays::parse(text).unwrap();
        assert_eq!(holidays.name.as_str(), name);
        assert!(holidays.dates.iter().all(|date| !WEEKEND.contains(&Weekday::of(*date))), "{name}: one on a weekend");
    }
    let dates = calendar(LONDON).dates;
    let in_year = |year: i16| dates.iter().filter(|date| date.as_civil().year() == year).count();
    assert_eq!([2021, 2022, 2023, 2024, 2025, 2026, 2027].map(in_year), [8, 10, 9, 8, 8, 8, 8]);
    // Banking and Financial Dealings Act 1971, schedule 1: Easter Monday, two days after Good Friday's Saturday.
    let after = |date: Date, days: u64| days::last_day(Calendar, days, date, &WEEKEND, |_| false).unwrap().date;
    let fridays: Vec<_> = dates.iter().filter(|date| dates.contains(&after(**date, 3))).collect();
    let easters: Vec<_> = fridays.iter().filter(|date| Weekday::of(***date) == Weekday::Friday).collect();
    assert_eq!(easters.len(), 7 + 1, "each Easter, and Christmas Day 2026: {easters:?}");
}

#[test]
fn only_a_calendar_is_a_calendar() {
    assert!(Holidays::parse(SYDNEY).is_ok());
    // (what is changed, into what, what the message says)
    let table = [
        ("holidays = []", "holidays = [2020-01-01, 2030-12-31]", None),
        ("holidays = []", "holidays = [2019-12-31]", Some("2019-12-31, outside its years")),
        ("holidays = []", "holidays = [2031-01-01]", Some("2031-01-01, outside its years")),
        ("holidays = []", "holidays = [2025-01-01, 2025-01-01]", Some("2025-01-01 twice")),
        ("holidays = []", "holidays = [2025-01-01T10:00:00Z]", Some("which is no date")),
        ("holidays = []", "holidays = [10:00:00]", Some("which is no date")),
        ("holidays = []", "holidays = [2025-02-30]", Some("")),
        ("holidays = []", "holidays = [\"soon\"]", Some("")),
        ("holidays = []", "", Some("missing field `holidays`")),
        ("holidays = []", "holidays = []\ncity = 1", Some("unknown field `city`")),
        ("first_year = 2020", "first_year = 2031", Some("a first year after the last one")),
        ("first_year = 2020", "first_year = 99999", Some("")),
        ("name = \"sydney\"", "name = \"Sydney\"", Some("a slug is")),
        ("source = \"made up\"", "source = \"\"", Some("a label is")),
        ("holidays = []", "holidays = []\nweekend = []", Some("a list of 1 to 6")),
        ("holidays = []", "holidays = []\nweekend = [\"holiday\"]", Some("unknown variant")),
        ("holidays = []", "]", Some("")),
    ];
    for (old, new, expected) in table {
        let found = Holidays::parse(&SYDNEY.replace(old, new)).err();
        assert_eq!(found.is_some(), expected.is_some(), "{new}: {found:?}");
        let Some((error, expected)) = found.zip(expected) else { continue };
        assert!(error.code() == "holidays-malformed" && error.to_string().contains(expected), "{new}: {error}");
        assert!(error.to_string().len() < 200, "{error}");
    }
}

#[test]
fn calendars_are_found_by_name_or_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sydney.toml");
    std::fs::write(&path, SYDNEY).unwrap();
    assert_eq!(Holidays::find(path.to_str().unwrap()).unwrap(), calendar("sydney"));
    std::fs::write(&path, format!("{SYDNEY}#{}", "x".repeat(64 * 1024))).unwrap();
    assert_eq!(Holidays::find(path.to_str().unwrap()).unwrap_err().code(), "holidays-malformed");
    for nothing in ["england", "", "England-and-Wales"] {
        let error = Holidays::find(nothing).unwrap_err();
        assert_eq!(error.code(), "holidays-unreadable", "{nothing:?}");
        assert!(error.to_string().contains("england-and-wales"), "{error}");
    }
}

#[test]
fn a_statement_alone_says_how_it_was_counted() {
    let deadline = counts(Working, 10, "2025-04-14", LONDON).unwrap();
    let written = json!({
        "calendar": "Europe/London",
        "counted": {"days": 10, "from": "2025-04-14", "holidays": ["2025-04-18", "2025-04-21"], "kind": "working"},
        "date": "2025-04-30",
        "ends_at": "2025-04-30T23:00:00Z",
    });
    assert_eq!(serde_json::to_value(&deadline).unwrap(), written);
    let read: Deadline = serde_json::from_value(written).unwrap();
    let again = read.counted.as_ref().unwrap().last_day().unwrap();
    assert_eq!((again.date, again.holidays.as_slice()), (read.date, read.counted.as_ref().unwrap().holidays()));
}

#[test]
fn a_file_of_holidays_is_read_up_to_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sydney.toml");
    for (bytes, taken) in
        [(MAX_HOLIDAYS_FILE_BYTES - 1, true), (MAX_HOLIDAYS_FILE_BYTES, true), (MAX_HOLIDAYS_FILE_BYTES + 1, false)]
    {
        std::fs::write(&path, format!("{SYDNEY}#{}", "x".repeat(bytes as usize - SYDNEY.len() - 1))).unwrap();
        let says = Holidays::read(&path).map(drop).map_err(|error| error.to_string());
        assert!(
            if taken { says.is_ok() } else { says.as_ref().unwrap_err().contains("more than 65536 bytes") },
            "{says:?}"
        );
    }
}
