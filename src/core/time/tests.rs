use super::*;

const WRONG_DATES: [&str; 17] = [
    "",
    "2021",
    "2021-04",
    "2021-4-1",
    "2021-04-1",
    "2021-04-00",
    "2021-04-31",
    "2021-02-29",
    "2100-02-29",
    "2021-13-01",
    "2021-00-01",
    "1969-12-31",
    "0000-01-01",
    "10000-01-01",
    "+2021-04-01",
    "2021-04-01\n",
    "2021-04-0１",
];

#[test]
fn times_are_written_as_they_are_read() {
    // (seconds, text), the seconds as `date -u -d @SECONDS` gives them.
    let table = [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (1_617_235_199, "2021-03-31T23:59:59Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ];
    for (seconds, text) in table {
        let time = Time::from_unix(seconds).unwrap();
        assert_eq!(time.to_string(), text);
        assert_eq!(Time::parse(text), Ok(time));
        assert_eq!(time.unix(), seconds);
        assert_eq!(serde_json::to_string(&time).unwrap(), format!("{text:?}"));
        assert_eq!(serde_json::from_str::<Time>(&format!("{text:?}")).unwrap(), time);
    }
    assert_eq!(Time::from_unix(253_402_300_800), None);
    assert_eq!(Time::from_unix(u64::MAX), None);
}

#[test]
fn times_are_read_strictly() {
    let wrong = [
        "",
        "2021-04-01",
        "2021-04-01T",
        "2021-04-01TZ",
        "2021-04-01T00:00Z",
        "2021-04-01T00:00:00",
        "2021-04-01T00:00:00z",
        "2021-04-01t00:00:00Z",
        "2021-04-01 00:00:00Z",
        "2021-04-01T00:00:00+00:00",
        "2021-04-01T00:00:00.0Z",
        "2021-04-01T00:00:00.000Z",
        "2021-04-01T00:00:00:00Z",
        "2021-04-01T24:00:00Z",
        "2021-04-01T23:60:00Z",
        "2016-12-31T23:59:60Z",
        "2021-04-01T0:00:00Z",
        "2021-04-01T+1:00:00Z",
        "2021-04-01T-1:00:00Z",
        "2021-04-01T00:00:00ZZ",
        "2021-04-01T00:00:00Z\n",
        " 2021-04-01T00:00:00Z",
        "2021-02-29T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
    ];
    for text in wrong {
        assert_eq!(Time::parse(text).expect_err(text).code, Code::StatementMalformed, "{text:?}");
        assert!(serde_json::from_value::<Time>(text.into()).is_err(), "{text:?}");
    }
    for date in WRONG_DATES {
        assert!(Time::parse(&format!("{date}T00:00:00Z")).is_err(), "{date:?}");
    }
}

#[test]
fn dates_are_days_of_the_calendar() {
    // (date, the day after, seconds at its start)
    let table = [
        ("1970-01-01", Some("1970-01-02"), 0),
        ("2000-02-28", Some("2000-02-29"), 951_696_000),
        ("2021-02-28", Some("2021-03-01"), 1_614_470_400),
        ("2021-12-31", Some("2022-01-01"), 1_640_908_800),
        ("9999-12-31", None, 253_402_214_400),
    ];
    for (text, next, start) in table {
        let date = Date::parse(text).unwrap();
        assert_eq!(date.to_string(), text);
        assert_eq!(date.next().map(|date| date.to_string()).as_deref(), next);
        assert_eq!(date.start().unix(), start);
        assert!(date.next().is_none_or(|next| date < next));
        assert_eq!(serde_json::to_string(&date).unwrap(), format!("{text:?}"));
    }
    for text in WRONG_DATES {
        assert_eq!(Date::parse(text).expect_err(text).code, Code::StatementMalformed, "{text:?}");
    }
}

#[test]
fn milliseconds_are_for_people_too() {
    let table = [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_617_235_199_007, "2021-03-31T23:59:59.007Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ];
    for (ms, text) in table {
        let millis = Millis::from_unix_ms(ms).unwrap();
        assert_eq!(millis.to_string(), text);
        assert_eq!(millis.unix_ms(), ms);
        assert_eq!(millis.time().unix(), ms / 1000);
    }
    assert_eq!(Millis::from_unix_ms(253_402_300_800_000), None);
    assert_eq!(Millis::MAX.time(), Time::MAX);
}

#[test]
fn periods_are_written_as_they_are_read() {
    // (text, first day, last day)
    let table = [
        ("2021", "2021-01-01", "2021-12-31"),
        ("1970", "1970-01-01", "1970-12-31"),
        ("9999", "9999-01-01", "9999-12-31"),
        ("2021-S1", "2021-01-01", "2021-06-30"),
        ("2021-S2", "2021-07-01", "2021-12-31"),
        ("2021-Q1", "2021-01-01", "2021-03-31"),
        ("2021-Q2", "2021-04-01", "2021-06-30"),
        ("2021-Q3", "2021-07-01", "2021-09-30"),
        ("2021-Q4", "2021-10-01", "2021-12-31"),
        ("2021-04", "2021-04-01", "2021-04-30"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2021-12", "2021-12-01", "2021-12-31"),
        ("2021-W01", "2021-01-04", "2021-01-10"),
        ("2020-W01", "2019-12-30", "2020-01-05"),
        ("2020-W53", "2020-12-28", "2021-01-03"),
        ("2021-W52", "2021-12-27", "2022-01-02"),
        ("2020-02-29", "2020-02-29", "2020-02-29"),
        ("2021-04-01/2021-06-30", "2021-04-01", "2021-06-30"),
        ("2021-04-01/2021-04-01", "2021-04-01", "2021-04-01"),
    ];
    for (text, start, end) in table {
        let period = Period::parse(text).unwrap();
        assert_eq!(period.to_string(), text);
        assert_eq!((period.start().to_string().as_str(), period.end().to_string().as_str()), (start, end), "{text}");
        assert_eq!(serde_json::to_string(&period).unwrap(), format!("{text:?}"));
        assert_eq!(serde_json::from_str::<Period>(&format!("{text:?}")).unwrap(), period);
    }
}

#[test]
fn periods_are_read_strictly() {
    let wrong = [
        "202",
        "0000",
        "1969",
        "10000",
        "2021-",
        "2021-S0",
        "2021-S3",
        "2021-s1",
        "2021-Q0",
        "2021-Q5",
        "2021-q1",
        "2021-Q",
        "2021-Q01",
        "2021Q1",
        "2021-T1",
        "2021-A1",
        "2021-M04",
        "2021-D001",
        "2021-4",
        "2021-00",
        "2021-13",
        "2021-+4",
        "2021-W00",
        "2021-W5",
        "2021-W53",
        "2021-W54",
        "2021-w05",
        "2021-W05-1",
        "2021W05",
        "1970-W01", // begins on 1969-12-29
        "9999-W52", // ends on 10000-01-02
        "2021-04\n",
        " 2021",
        "2021 ",
        "2021/2022",
        "2021-04/2021-06",
        "2021-04-01/",
        "/2021-04-01",
        "2021-04-02/2021-04-01",
        "2021-04-01/2021-04-02/2021-04-03",
        "2021-04-01/P3M",
        "2021-04-01--2021-06-30",
        "２０２１",
        "202\u{e9}-Q1",
    ];
    for text in wrong.into_iter().chain(WRONG_DATES).filter(|text| !["2021", "2021-04"].contains(text)) {
        assert_eq!(Period::parse(text).expect_err(text).code, Code::StatementMalformed, "{text:?}");
    }
}

#[test]
fn periods_are_ordered_by_their_days() {
    let sorted =
        ["2020-W53", "2021-01-01", "2021-01", "2021-Q1", "2021-S1", "2021", "2021-01-02", "2021-Q2", "2021-12"];
    let mut periods = sorted.map(|text| Period::parse(text).unwrap());
    periods.reverse();
    periods.sort();
    assert_eq!(periods.map(|period| period.to_string()), sorted);
    assert_ne!(Period::parse("2021-Q2"), Period::parse("2021-04-01/2021-06-30"));
}

#[test]
fn errors_say_what_was_found_but_not_all_of_it() {
    let error = serde_json::from_str::<Date>("\"2021-4-1\"").unwrap_err().to_string();
    assert!(error.starts_with("a date is YYYY-MM-DD, a day of the years 1970 to 9999, not \"2021-4-1\""), "{error}");
    let fault = Period::parse(&"é".repeat(1000)).unwrap_err();
    assert_eq!(fault.found, format!("\"{}\"...", "é".repeat(80)));
}

#[test]
fn every_day_for_a_century_follows_the_one_before() {
    let (mut date, end) = (Date::parse("1999-12-31").unwrap(), Date::parse("2101-01-01").unwrap());
    while date < end {
        let next = date.next().unwrap();
        assert_eq!(next.start().unix() - date.start().unix(), 86_400);
        assert_eq!(Date::parse(&next.to_string()), Ok(next));
        let day = Period::parse(&next.to_string()).unwrap();
        assert_eq!((day.start(), day.end()), (next, next));
        date = next;
    }
}
