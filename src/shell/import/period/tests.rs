use super::*;

#[test]
fn periods_of_every_format() {
    // (the formats, the text, the period)
    let table: [(&[&str], &str, Option<&str>); 38] = [
        (&[], "2021-Q2", Some("2021-Q2")),
        (&[], "2021-04-01/2021-06-30", Some("2021-04-01/2021-06-30")),
        (&[], "2021Q2", None),
        (&["YYYYQn"], "2021Q2", Some("2021-Q2")),
        (&["YYYYQn"], "2021Q5", None),
        (&["YYYYQn"], "2021Q2 ", None),
        (&["YYYYQn"], "21Q2", None),
        (&["YYYY-Qn"], "2021-Q2", Some("2021-Q2")),
        (&["Qn YYYY"], "Q2 2021", Some("2021-Q2")),
        (&["Hn YYYY"], "H1 2024", Some("2024-S1")),
        (&["Hn YYYY"], "H3 2024", None),
        (&["FY YYYY"], "FY 2024", Some("2024")),
        (&["YYYYMM"], "202404", Some("2024-04")),
        (&["MM/YYYY"], "4/2024", Some("2024-04")),
        (&["MM/YYYY"], "13/2024", None),
        (&["Month YYYY"], "April 2024", Some("2024-04")),
        (&["Month YYYY"], "apr 2024", Some("2024-04")),
        (&["Month YYYY"], "Avril 2024", None),
        (&["YYYY Ww"], "2024 W5", Some("2024-W05")),
        (&["YYYY Ww"], "2024 W53", None),
        (&["DD.MM.YYYY"], "31.1.2024", Some("2024-01-31")),
        (&["DD.MM.YYYY"], "31.2.2024", None),
        (&["DD/MM/YYYY-DD/MM/YYYY"], "01/07/2023-31/12/2023", Some("2023-07-01/2023-12-31")),
        (&["DD/MM/YYYY-DD/MM/YYYY"], "31/12/2023-01/07/2023", None),
        (&["MM/DD/YYYY - MM/DD/YYYY"], "07/01/2023 - 12/31/2023", Some("2023-07-01/2023-12-31")),
        (&["DD.MM.YYYY DD.MM.YYYY"], "01.07.2023 31.12.2023", Some("2023-07-01/2023-12-31")),
        (&["Month-Month YYYY"], "Jan-Mar 2024", Some("2024-01-01/2024-03-31")),
        (&["Month-Month YYYY"], "Mar-Jan 2024", None),
        (&["Month YYYY - Month YYYY"], "July 2023 - June 2024", Some("2023-07-01/2024-06-30")),
        (&["DD-DD Month YYYY"], "1-31 March 2024", Some("2024-03-01/2024-03-31")),
        (&["DD Month - DD Month YYYY"], "1 May - 3 June 2024", Some("2024-05-01/2024-06-03")),
        (&["YYYY-YYYY"], "2022-2024", Some("2022-01-01/2024-12-31")),
        (&["Qn-Qn YYYY"], "Q1-Q2 2024", Some("2024-01-01/2024-06-30")),
        (&["YYYYQn", "YYYY"], "2021", Some("2021")),
        (&["DD YYYY"], "31 2024", None),
        (&["Qn MM YYYY"], "Q1 02 2024", None),
        (&["YYYY YYYY YYYY"], "2021 2022 2023", None),
        (&["YYYY"], "0000", None),
    ];
    for (formats, text, expected) in table {
        let parsed: Vec<_> = formats.iter().map(|format| Format::parse(format).unwrap()).collect();
        let found = read(text, &parsed).ok().map(|period| period.to_string());
        assert_eq!(found.as_deref(), expected, "{text:?} by {formats:?}");
    }
}

#[test]
fn a_format_says_the_year() {
    for bad in ["", "Qn", "yyyy", &"YYYY-".repeat(40)] {
        assert!(Format::parse(bad).is_err(), "{bad:?}");
    }
    let wrong = read("2021/2", &[Format::parse("YYYYQn").unwrap()]).unwrap_err();
    assert!(wrong.expected.contains("YYYYQn") && wrong.found.contains("2021/2"), "{wrong:?}");
}

#[test]
fn a_format_has_parts_up_to_the_limit() {
    let tokens = |count: usize| "YYYY".repeat(count);
    for (format, parts) in [
        (tokens(MAX_PARTS), Some(MAX_PARTS)),
        (tokens(MAX_PARTS + 1), None),
        // However long the text that is the last part.
        (tokens(MAX_PARTS - 1) + " or so", Some(MAX_PARTS)),
        (tokens(MAX_PARTS) + " ", None),
        (tokens(MAX_PARTS - 1) + " or soYYYY", None),
    ] {
        let read = Format::parse(&format);
        assert_eq!(read.as_ref().ok().map(|format| format.parts.len()), parts, "{format}");
        assert!(parts.is_some() || read.unwrap_err().contains(&format!("at most {MAX_PARTS} parts")), "{format}");
    }
}
