use super::*;
use crate::core::event::Observation;

const MAP: &str = r#"
about = "A table"
service = { column = "App", lookup = { Alpha = "alpha", Beta = "beta" } }
metric = { column = "Measure" }
period = { column = "When", format = ["YYYYQn"] }

[numbers]
thousands = ","

[statuses]
"N/A" = "not_collected"
"-" = "suppressed"

[marks]
"p" = "provisional"
"(e)" = "estimated"

[[skip]]
name = "totals"
column = "Measure"
is = ["Total"]

[[skip]]
name = "notes"
column = "App"
starts_with = ["Note"]

[[skip]]
name = "empty rows"
empty = true

[[value]]
column = "Figure"
kind = { column = "Measure", lookup = { Rate = "percent", Median = "hours" }, default = "integer" }
"#;

const HEADER: &str = "App,Measure,When,Figure\n";

fn run(map: &str, given: &Given, table: &[u8]) -> Result<(Vec<Observation>, Summary), ImportError> {
    let map = Map::parse(map).unwrap_or_else(|error| panic!("{error}"));
    let mut made = Vec::new();
    let summary = convert(&map, given, table, |observation| {
        made.push(observation.clone());
        Ok(())
    })?;
    assert_eq!(made.len() as u64, summary.observations);
    Ok((made, summary))
}

fn rows(map: &str, table: &str) -> Vec<String> {
    let (made, _) = run(map, &Given::default(), table.as_bytes()).unwrap_or_else(|error| panic!("{table}\n{error}"));
    let mut csv = Vec::new();
    crate::core::event::table::write(&mut csv, &made).unwrap();
    crate::core::event::table::read(csv.as_slice(), |_| Ok(())).unwrap();
    String::from_utf8(csv).unwrap().lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn every_row_gives_observations_or_is_skipped_by_a_rule() {
    let table = format!(
        "{HEADER}Alpha,Reports,2021Q1,\"1,204\"\n\nAlpha,Reports,2021Q2,N/A\nBeta,Rate,2021Q2,99.5%\nBeta,Median,2021Q2,1.5\n\
         Beta,Reports,2021Q1, 7 p\nBeta,Reports,2021Q2,8(e)\nBeta,Reports,2021Q3,-\nBeta,Total,2021Q3,?\n,,,\nNotes: made up\n"
    );
    let (_, summary) = run(MAP, &Given::default(), table.as_bytes()).unwrap();
    assert_eq!((summary.rows, summary.observations), (10, 7));
    let skipped: Vec<_> = summary.skipped.iter().map(|(rule, count)| (rule.as_str(), *count)).collect();
    assert_eq!(skipped, [("rows: totals", 1), ("rows: notes", 1), ("rows: empty rows", 1), ("blank lines", 1)]);
    let statuses: Vec<_> = summary.by_status.iter().map(|(status, count)| (status.as_str(), *count)).collect();
    assert_eq!(statuses, [("given", 3), ("estimated", 1), ("provisional", 1), ("not_collected", 1), ("suppressed", 1)]);
    assert_eq!((summary.service, summary.latest.unwrap().to_string()), (None, "2021-Q3".to_owned()));
    assert_eq!(
        rows(MAP, &table),
        [
            "alpha,Reports,,,,,,,,2021-Q1,given,integer,1204,,,",
            "alpha,Reports,,,,,,,,2021-Q2,not_collected,,,,,",
            "beta,Rate,,,,,,,,2021-Q2,given,ratio,995,1000,,",
            "beta,Median,,,,,,,,2021-Q2,given,duration,90,,minute,",
            "beta,Reports,,,,,,,,2021-Q1,provisional,integer,7,,,",
            "beta,Reports,,,,,,,,2021-Q2,estimated,integer,8,,,",
            "beta,Reports,,,,,,,,2021-Q3,suppressed,,,,,",
        ]
    );
}

#[test]
fn an_error_says_where_and_what() {
    // (the rows, the code, what else it says)
    let table: [(&str, &str, &[&str]); 20] = [
        ("Alpha,Reports,2021Q1,1.5\n", "number-malformed", &["line 2", "\"Figure\"", "whole number", "\"1.5\""]),
        ("Alpha,Reports,2021Q1,?\n", "number-malformed", &["[statuses]"]),
        ("Alpha,Reports,2021Q1,7*\n", "number-malformed", &["[marks]"]),
        ("Alpha,Reports,2021Q1,ca. 7\n", "number-malformed", &["before the number", "[marks]"]),
        ("Alpha,Median,2021Q1,<1\n", "number-malformed", &["no bounds", "[statuses]"]),
        ("Alpha,Median,2021Q1,1-2\n", "number-malformed", &["no bounds"]),
        ("Alpha,Rate,2021Q1,1204\n", "number-out-of-range", &["of another kind"]),
        ("Alpha,Reports,2021Q1,\n", "cell-empty", &["line 2", "[statuses]"]),
        (
            "Alpha,Reports,2021Q1,7\nGamma,Reports,2021Q1,1\n",
            "cell-unknown",
            &["line 3", "\"App\"", "\"Alpha\"", "\"Gamma\""],
        ),
        ("Alpha,,2021Q1,7\n", "cell-empty", &["\"Measure\"", "a metric"]),
        ("Alpha,Reports,2021-5,7\n", "period-malformed", &["\"When\"", "YYYYQn", "2021-5"]),
        ("Alpha,Reports,,7\n", "cell-empty", &["\"When\"", "a period"]),
        ("Alpha,Rate,2021Q1,101%\n", "number-out-of-range", &["\"101%\""]),
        ("Alpha,Median,2021Q1,0.3333\n", "number-inexact", &["inexact = \"round\""]),
        ("Alpha,Reports,2021Q1,9-7\n", "number-out-of-range", &["lower not above upper"]),
        ("Alpha,Reports,2021Q1\n", "row-length", &["line 2", "4 cells", "found 3"]),
        ("\nAlpha,Reports,2021Q1,7,8\n", "row-length", &["line 3", "found 5"]),
        ("Alpha,Re\u{200b}ports,2021Q1,7\n", "text-invalid", &["\"Measure\"", "label", "lookup"]),
        (
            "Alpha,Reports,2021Q1,7\nAlpha,Reports,2021Q1,8\n",
            "series-contradicted",
            &["line 3", "7 as in line 2", "contradictions = \"keep\"", "found \"8\""],
        ),
        (
            "Alpha,\"Re\nports\",2021Q1,7\nAlpha,Reports,2021Q1,?\nGamma,Reports,2021Q1,7\n",
            "number-malformed",
            &["line 4", "line 5"],
        ),
    ];
    for (rows, code, says) in table {
        let error = run(MAP, &Given::default(), format!("{HEADER}{rows}").as_bytes()).expect_err(rows);
        let text = error.to_string();
        assert_eq!(error.code(), code, "{rows}\n{text}");
        says.iter().for_each(|says| assert!(text.contains(says), "{rows}\nexpected {says:?} in: {text}"));
    }
    let many = |row: &str, times: usize| {
        let many = format!("{HEADER}{}", row.repeat(times));
        match run(MAP, &Given::default(), many.as_bytes()).unwrap_err() {
            ImportError::Cells { cells } => cells.len(),
            error => panic!("{error}"),
        }
    };
    for times in [MAX_REPORTED - 1, MAX_REPORTED, MAX_REPORTED + 1, 100] {
        assert_eq!(many("Alpha,Reports,2021Q1,?\n", times), times.min(MAX_REPORTED));
    }
    assert_eq!(
        many("Gamma,Reports,2021Q1,7\nDelta,Reports,2021Q1,7\n", 100),
        2,
        "a word that the map does not know, once"
    );
}

#[test]
fn a_mark_stands_before_or_after_its_number() {
    let map = MAP.replace("\"p\" = ", "\"~\" = \"estimated\"\n\"p\" = ");
    let table = format!("{HEADER}Alpha,Median,2021Q1,~23\nAlpha,Reports,2021Q1,p 7\nAlpha,Reports,2021Q2,7 p\n");
    assert_eq!(
        rows(&map, &table),
        [
            "alpha,Median,,,,,,,,2021-Q1,estimated,duration,23,,hour,",
            "alpha,Reports,,,,,,,,2021-Q1,provisional,integer,7,,,",
            "alpha,Reports,,,,,,,,2021-Q2,provisional,integer,7,,,",
        ]
    );
}

#[test]
fn a_table_that_contradicts_itself_is_kept_where_the_map_says_so() {
    let map = format!("{MAP}\n[table]\ncontradictions = \"keep\"\n");
    let table = format!("{HEADER}Alpha,Reports,2021Q1,7\nAlpha,Reports,2021Q1,8\nAlpha,Reports,2021Q1,7\n");
    let (made, summary) = run(&map, &Given::default(), table.as_bytes()).unwrap();
    assert_eq!((made.len(), summary.contradicted, summary.repeated), (3, 1, 1));
}

#[test]
fn a_table_that_is_none() {
    let long = format!("{HEADER}\"{}", "x".repeat(MAX_ROW_BYTES + 1));
    let row = "Alpha,Reports,2021Q1,7\n";
    let table: [(&[u8], &str); 12] = [
        (b"", "header-missing"),
        (b"\n\n", "header-missing"),
        (HEADER.as_bytes(), "no-observations"),
        (&format!("{HEADER}Alpha,Total,2021Q1,7\n").into_bytes(), "no-observations"),
        (b"App,Measure,When\n", "column-missing"),
        (b"App,Measure,When,Figure,Figure\n", "column-ambiguous"),
        (b"\xff\xfeA\0p\0", "not-utf-8"),
        (b"PK\x03\x04", "not-utf-8"),
        (b"App,Measure,When,Figure\nAlpha,R\xe9,2021Q1,7\n", "not-utf-8"),
        (b"App,Measure,When,Figure\nAlpha,\"Reports,2021Q1,7\n", "quote-unclosed"),
        (b"App,Measure,When,Figure\rAlpha,Reports,2021Q1,7\r", "row-malformed"),
        (long.as_bytes(), "row-too-long"),
    ];
    for (bytes, code) in table {
        let error = run(MAP, &Given::default(), bytes).expect_err(code);
        assert_eq!(error.code(), code, "{error}");
    }
    let missing = run(MAP, &Given::default(), b"App;Measure;When;Figure\n").unwrap_err().to_string();
    assert!(missing.contains("\"App;Measure;When;Figure\"") && missing.contains("\"Figure\""), "{missing}");
    for sound in [
        format!("\u{feff}{HEADER}{row}"),
        format!("{HEADER}{row}").replace('\n', "\r\n"),
        format!("{HEADER}{}", row.trim_end()),
    ] {
        assert_eq!(rows(MAP, &sound), ["alpha,Reports,,,,,,,,2021-Q1,given,integer,7,,,"], "{sound:?}");
    }
}

/// A limit, what is said beyond it, and a table that has so many.
type Limit<'a> = (usize, &'a str, &'a dyn Fn(usize) -> String);

#[test]
fn a_table_is_as_wide_and_its_rows_as_long_as_their_limits() {
    let wide = |columns: usize| {
        let (more, empty) = (",x".repeat(columns - 4), ",".repeat(columns - 4));
        format!("{}{more}\nAlpha,Reports,2021Q1,7{empty}\n", HEADER.trim_end())
    };
    let long = |bytes: usize| {
        let row = "Alpha,Reports,2021Q1,7\n";
        format!("{HEADER}{}{row}", " ".repeat(bytes - row.len()))
    };
    let table: [Limit<'_>; 2] = [(MAX_COLUMNS, "too-many-columns", &wide), (MAX_ROW_BYTES, "row-too-long", &long)];
    for (limit, code, made) in table {
        for most in [limit - 1, limit] {
            assert_eq!(rows(MAP, &made(most)), ["alpha,Reports,,,,,,,,2021-Q1,given,integer,7,,,"], "{most}: {code}");
        }
        assert_eq!(run(MAP, &Given::default(), made(limit + 1).as_bytes()).unwrap_err().code(), code);
    }
}

#[test]
fn what_is_given_stands_where_the_table_is_silent() {
    let map = "about = \"A table\"\nmetric = \"Reports\"\nservice = { column = \"App\", otherwise = \"slugify\" }\n\
               [[value]]\ncolumn = \"Figure\"\nkind = \"integer\"\n";
    let table = "App,Figure\nMy App!,1\n,2\n";
    assert_eq!(run(map, &Given::default(), table.as_bytes()).unwrap_err().code(), "not-said");
    let period = Some(crate::core::time::Period::parse("2021").unwrap());
    let error = run(map, &Given { service: None, period }, table.as_bytes()).unwrap_err();
    assert!(error.code() == "cell-empty" && error.to_string().contains("line 3"), "{error}");
    let given = Given { service: Some("family".parse().unwrap()), period };
    let (made, _) = run(map, &given, table.as_bytes()).unwrap();
    let services: Vec<_> = made.iter().map(|it| it.service.as_str()).collect();
    assert_eq!(services, ["my-app", "family"]);
}

#[test]
fn a_wide_table_in_another_style() {
    let map = r##"
about = "A wide table"
service = { column = "Dienst", fill_down = true, otherwise = "slugify" }
jurisdiction = { column = "Land", lookup = { Deutschland = "DE", "Österreich" = "AT", Alle = "" } }
status = { column = "#9", lookup = { v = "provisional", g = "suppressed" }, otherwise = "keep" }

[table]
delimiter = ";"
skip_lines = 2

[numbers]
decimal = ","
thousands = "."

[[value]]
column = "2023"
kind = "integer"
metric = "Meldungen"
period = "2023"
rounded_to = 100

[[value]]
column = "2024 (H1)"
kind = "integer"
metric = "Meldungen"
period = "2024-S1"
skip = ["", "k. A."]

[[value]]
column = "Quote"
kind = "percent"
metric = "Quote"
outcome = "entfernt"
period = { columns = ["Von", "Bis"], format = ["DD.MM.YYYY DD.MM.YYYY"] }

[[value]]
column = "Dauer (h)"
kind = "hours"
metric = "Mittlere Dauer"
period = { columns = ["Von", "Bis"], format = ["DD.MM.YYYY DD.MM.YYYY"] }
"##;
    let table = "Bericht;;\n;;\nDienst;Land;2023;2024 (H1);Quote;Dauer (h);Von;Bis;\n\
                 Großes Netz;Deutschland;1.234.500;k. A.;99,5 %;1,5;01.01.2023;31.12.2023;\n\
                 ;Österreich;700;12;4 %–5 %;0,25;01.01.2023;31.12.2023;v\n;Alle;;;;;01.01.2024;31.12.2024;g\n";
    assert_eq!(
        rows(map, table),
        [
            "gro-es-netz,Meldungen,DE,,,,,,,2023,given,integer,1234500,,,100",
            "gro-es-netz,Quote,DE,,,,,,entfernt,2023-01-01/2023-12-31,given,ratio,995,1000,,",
            "gro-es-netz,Mittlere Dauer,DE,,,,,,,2023-01-01/2023-12-31,given,duration,90,,minute,",
            "gro-es-netz,Meldungen,AT,,,,,,,2023,provisional,integer,700,,,100",
            "gro-es-netz,Meldungen,AT,,,,,,,2024-S1,provisional,integer,12,,,",
            "gro-es-netz,Quote,AT,,,,,,entfernt,2023-01-01/2023-12-31,provisional,ratio_range,4,5,100,",
            "gro-es-netz,Mittlere Dauer,AT,,,,,,,2023-01-01/2023-12-31,provisional,duration,15,,minute,",
            "gro-es-netz,Meldungen,,,,,,,,2023,suppressed,,,,,",
            "gro-es-netz,Quote,,,,,,,entfernt,2024-01-01/2024-12-31,suppressed,,,,,",
            "gro-es-netz,Mittlere Dauer,,,,,,,,2024-01-01/2024-12-31,suppressed,,,,,",
        ]
    );
    let (_, summary) = run(map, &Given::default(), table.as_bytes()).unwrap();
    assert_eq!(summary.unread, Vec::<String>::new());
    let without = map.replace("status = {", "age_band = {").replace("#9", "Bis");
    let without = without.replace("v = \"provisional\", g = \"suppressed\"", "x = \"y\"");
    let without = without.replace("[numbers]", "[statuses]\n\"\" = \"not_collected\"\n[numbers]");
    let (_, summary) = run(&without, &Given::default(), table.as_bytes()).unwrap();
    assert_eq!(summary.unread, ["#9"]);
    let contradicted = run(map, &Given::default(), table.replace(";Alle;;", ";Alle;7;").as_bytes()).unwrap_err();
    assert_eq!(contradicted.code(), "status-contradicted", "{contradicted}");
}

#[test]
fn a_taxonomy_has_the_version_of_its_time() {
    let map = r#"
about = "Categories"
service = "example"
metric = "Notices"
period = { column = "When" }

[harm]
taxonomy = "t"
category = { column = "Category", under = ["CAT_"], blank = ["TOTAL"] }
[[harm.versions]]
version = "old"
until = "2025-06-30"
categories = ["CAT_A", "KEY_1"]
[[harm.versions]]
version = "new"
categories = ["CAT_B", "KEY_1"]

[[value]]
column = "Figure"
kind = "integer"
"#;
    let table = "When,Category,Figure\n2025-S1,TOTAL,3\n2025-S1,CAT_A,2\n2025-S1,KEY_1,1\n2025-S2,CAT_B,2\n2025-S2,KEY_1,1\n2025,TOTAL,9\n";
    assert_eq!(
        rows(map, table),
        [
            "example,Notices,,,,,,,,2025-S1,given,integer,3,,,",
            "example,Notices,,,t,old,CAT_A,,,2025-S1,given,integer,2,,,",
            "example,Notices,,,t,old,CAT_A / KEY_1,,,2025-S1,given,integer,1,,,",
            "example,Notices,,,t,new,CAT_B,,,2025-S2,given,integer,2,,,",
            "example,Notices,,,t,new,CAT_B / KEY_1,,,2025-S2,given,integer,1,,,",
            "example,Notices,,,,,,,,2025,given,integer,9,,,",
        ]
    );
    let error = run(map, &Given::default(), b"When,Category,Figure\n2025-S2,CAT_A,2\n").unwrap_err();
    let text = error.to_string();
    assert!(error.code() == "category-unknown" && text.contains("it is one of version old"), "{text}");
}

#[test]
fn each_map_that_ships_is_sound() {
    for (name, text) in MAPS {
        let map = Map::builtin(name).unwrap().unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!map.sources().is_empty() && text.is_ascii(), "{name}");
    }
    assert!(Map::builtin("nothing").is_none());
    assert!(MAPS.is_sorted(), "as they are listed");
}

/// Whatever the bytes, a map or a table is read or refused.
#[test]
fn nothing_panics() {
    let seed = 20_261_122;
    println!("seed {seed}");
    let mut random = Xorshift(seed);
    let table = format!("{HEADER}Alpha,Reports,2021Q1,\"1,204\"\nBeta,Rate,2021Q2,4%-5%\nBeta,Median,2021Q2,1:30:00\n");
    let maps: Vec<&str> = MAPS.iter().map(|(_, text)| *text).chain([MAP]).collect();
    let sound = Map::parse(MAP).unwrap();
    let (mut read, mut refused) = (0, 0);
    for _ in 0..3_000 {
        let bytes = random.damage(table.as_bytes());
        match convert(&sound, &Given::default(), bytes.as_slice(), |_| Ok(())) {
            Ok(_) => read += 1,
            Err(error) => {
                refused += 1;
                assert!(!error.to_string().is_empty());
            }
        }
    }
    assert!(read > 100 && refused > 100, "{read} read, {refused} refused");
    for _ in 0..600 {
        let map = maps[random.below(maps.len())];
        let bytes = random.damage(map.as_bytes());
        if let Ok(map) = Map::parse(&String::from_utf8_lossy(&bytes)) {
            let bytes = random.damage(table.as_bytes());
            let _ = convert(&map, &Given::default(), bytes.as_slice(), |_| Ok(()));
        }
    }
}

struct Xorshift(u64);

impl Xorshift {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    /// The same bytes with some of them changed, cut or repeated.
    fn damage(&mut self, bytes: &[u8]) -> Vec<u8> {
        const LIKELY: &[u8] = b"\",;\n\r\t -%/:<.e0159\\\xe2\x80\x93\xc2\xa0\0\xff[]={}#";
        let mut bytes = bytes.to_vec();
        for _ in 0..self.below(6) {
            let at = self.below(bytes.len());
            match self.below(4) {
                0 => bytes[at] = LIKELY[self.below(LIKELY.len())],
                1 => bytes.insert(at, LIKELY[self.below(LIKELY.len())]),
                2 => drop(bytes.remove(at)),
                _ => bytes.extend_from_within(at..),
            }
        }
        bytes
    }
}
