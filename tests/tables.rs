//! Tables, read back by the readers that people use.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod expected;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use candour::shell::tables::{Column, GUARDED, ROW_GROUP_ROWS, Table};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Map, Value, json};

use crate::corpus::{forge, story};
use crate::tools::{candour, is_missing_module};

/// The moment at which the requests are judged.
const AS_OF: &str = "2026-03-15T00:00:00Z";

type Row = Map<String, Value>;

/// A ledger with an observation of every type, inline and attached, and with words that a reader might take for others.
fn ledger() -> forge::Forger {
    let mut ledger = story::honest();
    let (most, least) = ((1_i64 << 53) - 1, 1 - (1_i64 << 53));
    let words =
        ["=SUM(A1:A9)", "+1", "-1", "@a", "'quoted'", "\"a\",b;c", "\u{ff1d}1", "na\u{ef}ve \u{1f6e1}", "null", "0"];
    let observations = words.iter().map(|word| {
        let mut observation = story::observation(word, Some(json!({"range": {"lower": least, "upper": most}})));
        let more = json!({"age_band": word, "detection": word, "outcome": word, "jurisdiction": "001",
            "harm": {"category": word, "taxonomy": "terms", "version": word}, "precision": {"rounded_to": most},
            "period": "2020-02-29/2026-03-01"});
        observation.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        observation
    });
    let mut disclosure = story::disclosure("acme/odd");
    let restated = story::observation("items removed", Some(json!({"integer": 25_650})));
    disclosure["observations"] = observations.chain([restated]).collect();
    // The table of another disclosure, once more.
    let mut table = story::attachment("again.csv", "text/csv", story::TABLE);
    table["holds"] = json!("observations");
    disclosure["attachments"] = json!([table]);
    ledger.say("acme", "acme-2", disclosure);
    let mut request = story::request("charity/odd", &["acme"], "2026-03-09");
    request["title"] = json!("=1+1");
    request["legal_basis"] = json!({"instrument": "uk-osa-2023"});
    request["items"] = json!([{"item": "a", "question": "\n=1+1, \"a\"\n"}, {"item": "b", "question": "'"}]);
    ledger.say("charity", "charity", request);
    let mut response = story::response("acme/odd-answer", "charity/odd", 1);
    response["items"] = json!([{"item": "a", "outcome": {"refused": {"ground": "personal_data", "detail": "-1\n"}}}]);
    ledger.say("acme", "acme-2", response);
    ledger.seal();
    ledger
}

/// The ledger in a folder of its own.
fn scene() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in ledger().files() {
        let path = folder.path().join("ledger").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn run(folder: &Path, words: &str) -> Output {
    Command::new(candour()).args(words.split_whitespace()).current_dir(folder).output().unwrap()
}

fn ok(folder: &Path, words: &str) -> String {
    let output = run(folder, words);
    assert_eq!(output.status.code(), Some(0), "candour {words}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Writes every table in every format.
fn written() -> tempfile::TempDir {
    let folder = scene();
    for table in Table::ALL {
        let (name, as_of) = (table.as_str(), format!("--as-of {AS_OF}"));
        for format in ["csv", "json", "parquet"] {
            ok(folder.path(), &format!("table {name} ledger --format {format} --output {name}.{format} {as_of}"));
        }
        fs::write(
            folder.path().join(format!("{name}.columns")),
            ok(folder.path(), &format!("table {name} --columns --json")),
        )
        .unwrap();
    }
    folder
}

#[test]
fn other_readers_read_every_cell() {
    if is_missing_module("pyarrow") {
        return;
    }
    let folder = written();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/read_tables.py");
    let output =
        Command::new("python3").arg(script).arg(folder.path()).args(Table::ALL.map(Table::as_str)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let mut said = said.lines().map(|line| serde_json::from_str::<Vec<Row>>(line).unwrap());
    let expected = expected::tables(&folder.path().join("ledger"));
    for table in Table::ALL {
        for format in ["csv", "json", "parquet"] {
            same(table, format, &said.next().unwrap(), &expected[table.as_str()]);
        }
    }
    assert!(said.next().is_none());
}

#[test]
fn parquet_reads_back() {
    let folder = written();
    let expected = expected::tables(&folder.path().join("ledger"));
    for table in Table::ALL {
        let file = File::open(folder.path().join(format!("{}.parquet", table.as_str()))).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let rows = reader
            .get_row_iter(None)
            .unwrap()
            .map(|row| row.unwrap().get_column_iter().map(|(name, field)| (name.clone(), of_field(field))).collect());
        same(table, "parquet", &rows.collect::<Vec<Row>>(), &expected[table.as_str()]);
    }
}

fn of_field(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(value) => json!(value),
        Field::Long(number) => json!(number),
        Field::Str(text) => json!(text),
        Field::Date(days) => json!(expected::date(*days)),
        Field::TimestampMillis(ms) => json!(expected::instant(ms.unsigned_abs())),
        other => panic!("{other:?}"),
    }
}

fn same(table: Table, format: &str, found: &[Row], expected: &[Row]) {
    let what = format!("{} as {format}", table.as_str());
    assert!(!expected.is_empty(), "{what}: something to compare");
    assert_eq!(found.len(), expected.len(), "rows of {what}");
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert_eq!(found, expected, "row {at} of {what}");
    }
}

#[test]
fn a_table_on_standard_output_is_the_one_in_a_file() {
    let folder = written();
    for table in Table::ALL {
        let (name, as_of) = (table.as_str(), format!("--as-of {AS_OF}"));
        for (format, words) in [("csv", ""), ("csv", "--format csv"), ("json", "--format json"), ("json", "--json")] {
            let file = fs::read_to_string(folder.path().join(format!("{name}.{format}"))).unwrap();
            assert_eq!(ok(folder.path(), &format!("table {name} ledger {words} {as_of}")), file, "{name} {words}");
        }
    }
}

#[test]
fn a_spreadsheet_takes_no_words_for_a_formula() {
    let folder = scene();
    let table = ok(folder.path(), "table observations ledger");
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let kinds: Vec<_> = Table::Observations.columns().iter().map(|column| column.kind.as_str()).collect();
    let (mut guarded, mut negative) = (0, 0);
    for row in rows.records().map(Result::unwrap) {
        for (cell, kind) in row.iter().zip(&kinds) {
            if *kind == "text" {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\u{ff1d}', '\n']), "{cell}");
                guarded += usize::from(cell.starts_with('\''));
            } else {
                negative += usize::from(cell.starts_with('-'));
            }
        }
    }
    // Six of the words, in six columns each; and a lower bound that stays a number in each of ten rows.
    assert_eq!((guarded, negative), (36, 10));
}

#[test]
fn a_table_is_as_of_a_time() {
    let folder = scene();
    let rows = |words: &str| ok(folder.path(), words).lines().count();
    // (table, as of, rows with the header)
    let table = [
        ("entries", "2026-01-01T00:00:00Z", 2),
        ("entries", "2025-12-31", 1),
        ("entries", "2026-01-01T04:00:00Z", 6),
        ("observations", "2026-01-01T06:00:00Z", 1),
        ("observations", "2026-01-01T07:00:00Z", 6),
        ("actors", "2025-12-31", 1),
        ("actors", "2026-01-01T00:00:00Z", 4),
        ("requests", "2026-01-01T04:00:00Z", 1),
        ("requests", "2026-01-01T05:00:00Z", 5),
        ("responses", "2026-01-01T09:00:00Z", 1),
        ("responses", "2026-01-01T10:00:00Z", 3),
    ];
    for (name, time, expected) in table {
        assert_eq!(rows(&format!("table {name} ledger --as-of {time}")), expected, "{name} as of {time}");
    }
    // The standing is that of the moment too.
    let standing = |time: &str| {
        let rows = ok(folder.path(), &format!("table requests ledger --json --as-of {time}"));
        let rows = rows.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        rows.map(|row| row["standing"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(standing("2026-01-01T09:30:00Z"), "due due due due due due");
    assert_eq!(standing("2026-01-01T10:30:00Z"), "answered refused due due due due");
}

#[test]
fn what_cannot_be_tabled_is_refused() {
    let folder = scene();
    let table = [
        ("table observations ledger --format parquet", 2, "--output"),
        ("table observations", 2, "LEDGER"),
        ("table nothing ledger", 2, "observations"),
        ("table entries ledger --output missing/table.csv", 2, "missing/table.csv"),
        ("table observations missing", 2, "missing"),
    ];
    for (words, code, expected) in table {
        let output = run(folder.path(), words);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(code), 0), "candour {words}\n{error}");
        assert!(error.contains(expected), "candour {words}\n{error}");
    }
}

#[test]
fn nothing_is_written_of_a_copy_that_has_a_fault() {
    let folder = scene();
    fs::write(folder.path().join("kept.csv"), "kept").unwrap();
    let attachments = folder.path().join("ledger/attachments/sha256");
    let attachment: PathBuf = fs::read_dir(attachments)
        .unwrap()
        .map(|item| item.unwrap().path())
        .find(|path| fs::read(path).unwrap() == story::TABLE)
        .unwrap();
    // Still a table: only its hash is another's.
    fs::write(&attachment, fs::read_to_string(&attachment).unwrap().replace("1200", "1300")).unwrap();
    for words in
        ["", "--format json", "--output kept.csv", "--output new.parquet --format parquet", "--as-of 2026-01-01"]
    {
        for table in Table::ALL.iter().filter(|table| **table != Table::Findings || !words.contains("as-of")) {
            let output = run(folder.path(), &format!("table {} ledger {words}", table.as_str()));
            let error = String::from_utf8_lossy(&output.stderr);
            assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{words}\n{error}");
            assert!(error.contains("attachment-mismatch") && error.contains("candour verify"), "{error}");
        }
    }
    assert_eq!(fs::read_to_string(folder.path().join("kept.csv")).unwrap(), "kept");
    let left = fs::read_dir(folder.path()).unwrap().map(|item| item.unwrap().file_name().into_string().unwrap());
    let left: std::collections::BTreeSet<_> = left.collect();
    assert_eq!(left, ["kept.csv".to_owned(), "ledger".to_owned()].into());
}

#[test]
fn the_format_says_what_the_columns_are() {
    let format = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("FORMAT.md")).unwrap();
    let (_, section) = format.split_once("\n## 10. Tables\n").expect("section 10");
    let mut documented: BTreeMap<String, Vec<[String; 3]>> = BTreeMap::new();
    for part in section.split("\n### ").skip(1) {
        let (name, text) = part.split_once('\n').unwrap();
        let rows = text.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
        let cells = |line: &str| {
            let cells: Vec<_> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
            <[String; 3]>::try_from(cells).unwrap()
        };
        documented.insert(name.to_lowercase(), rows.skip(2).map(cells).collect());
    }
    let said = |column: &Column| [format!("`{}`", column.name), column.type_in_words(), column.meaning.to_owned()];
    let of_code = Table::ALL.map(|table| (table.as_str().to_owned(), table.columns().iter().map(said).collect()));
    assert_eq!(documented, BTreeMap::from(of_code));
    assert!(ROW_GROUP_ROWS == 65_536 && section.contains("at most 65,536 rows"), "the size of a row group");
    assert!(GUARDED.iter().all(|c| !c.is_ascii_graphic() || *c == '\'' || section.contains(&format!("`{c}`"))));
    let shown = ok(Path::new("."), "table observations --columns");
    assert!(Table::Observations.columns().iter().all(|column| shown.contains(column.name)), "{shown}");
}
