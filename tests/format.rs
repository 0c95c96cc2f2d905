//! FORMAT.md says what the code says: its limits, its codes and its words.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use candour::core::event::{Event, Ground, Status};
use candour::core::event::{compliance, disclosure, document, exchange, measure, observation};
use candour::core::event::{registry, request, response, risk, table};
use candour::core::fault::Code;
use candour::core::finding::{self, FindingCode};
use candour::core::obligation::knows;
use candour::core::state::{attachments, registry as actors};
use candour::core::{
    chain, checkpoint, days, evidence, json, merkle, note, policy, receipt, row_proof, statement, text, tile,
};
use candour::storage::{bundle, frozen};

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

fn format() -> String {
    fs::read_to_string(root().join("FORMAT.md")).unwrap()
}

/// The rows of the first table after a heading, cell by cell.
pub fn rows(heading: &str) -> Vec<Vec<String>> {
    let format = format();
    let (_, after) =
        format.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section {heading:?}"));
    let lines = after.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
    lines.skip(2).map(cells).collect()
}

#[test]
fn the_codes_are_those_of_the_code() {
    let expected: Vec<_> =
        Code::ALL.iter().map(|code| vec![code.as_str().to_owned(), code.meaning().to_owned()]).collect();
    assert_eq!(rows("9. Fault codes"), expected);
}

#[test]
fn the_findings_are_those_of_the_code() {
    let row =
        |code: &FindingCode| [code.as_str(), code.severity().as_str(), code.meaning()].map(str::to_owned).to_vec();
    assert_eq!(rows("8. Findings"), FindingCode::ALL.iter().map(row).collect::<Vec<_>>());
    let format = format();
    let (_, section) = format.split_once("\n## 8. Findings\n").unwrap();
    let section = section.split_whitespace().collect::<Vec<_>>().join(" ");
    let numbers = [
        ("(`MIN_BLOCK`)", "five", finding::MIN_BLOCK as u64, 5),
        ("(`MIN_DIFFERENT`)", "three", finding::MIN_DIFFERENT as u64, 3),
        ("(`MIN_PEERS`)", "four", finding::MIN_PEERS as u64, 4),
        ("(`UNIT_FACTOR`)", "20", finding::UNIT_FACTOR, 20),
        ("(`MAX_SAID`)", "eight", finding::MAX_SAID as u64, 8),
        ("(`MAX_WHOLES`)", "131,072", finding::MAX_WHOLES as u64, 131_072),
        ("(`MAX_AWAITING`)", "131,072", finding::MAX_AWAITING as u64, 131_072),
        ("(`MAX_NUMBERS`)", "1,048,576", finding::MAX_NUMBERS as u64, 1_048_576),
        ("(`MAX_PEERS`)", "1,024", finding::MAX_PEERS as u64, 1_024),
        ("(`MAX_HELD`)", "4,096", finding::MAX_HELD as u64, 4_096),
        ("(`MAX_NAMED`)", "1,024", finding::MAX_NAMED as u64, 1_024),
        ("(`MAX_DUE`)", "1,200", finding::MAX_DUE as u64, 1_200),
        ("(`MAX_PERIODS`)", "4,096", finding::MAX_PERIODS as u64, 4_096),
        ("(`EVERYWHERE_SECONDS`)", "12 hours", finding::EVERYWHERE_SECONDS, 12 * 60 * 60),
    ];
    for (name, word, found, expected) in numbers {
        assert!(section.contains(name) && section.contains(word), "{name}");
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn the_grounds_are_those_of_the_code() {
    let format = format();
    let (_, section) = format.split_once("| instrument | grounds |\n").unwrap();
    let lines: Vec<_> = section.lines().skip(1).take_while(|line| line.starts_with('|')).collect();
    let listed = |line: &str| -> BTreeSet<String> {
        let cell = line.trim_matches('|').split('|').nth(1).unwrap().replace('`', "");
        cell.split(',').map(|ground| ground.trim().to_owned()).collect()
    };
    let (_, words) = format.split_once("ground is one of ").unwrap();
    let (words, _) = words.split_once(". A risk").unwrap();
    let words = words.split(',').map(|word| word.trim().trim_matches('`').to_owned());
    let all: Vec<Ground> = words.map(|word| serde_json::from_value(word.into()).unwrap()).collect();
    assert_eq!(all.len(), 13);
    let (always, instruments) = lines.split_last().unwrap();
    for line in instruments {
        let instrument = line.split('`').nth(1).unwrap();
        let basis = serde_json::from_value(serde_json::json!({"instrument": instrument})).unwrap();
        let known: BTreeSet<String> = all
            .iter()
            .filter(|ground| knows(Some(&basis), **ground) == Some(true))
            .map(|ground| ground.as_str().to_owned())
            .collect();
        assert_eq!(known, listed(line).union(&listed(always)).cloned().collect(), "{instrument}");
    }
    assert_eq!(instruments.len(), 3);
}

#[test]
fn the_limits_are_those_of_the_code() {
    let expected = [
        ("MAX_ENTRY_BYTES", tile::MAX_ENTRY_BYTES as u64),
        ("MAX_SIGNATURES", statement::MAX_SIGNATURES as u64),
        ("MAX_INTEGER", json::MAX_INTEGER as u64),
        ("MAX_DEPTH", json::MAX_DEPTH as u64),
        ("MAX_ORIGIN_BYTES", text::MAX_ORIGIN_BYTES as u64),
        ("MAX_SLUG_BYTES", text::MAX_SLUG_BYTES as u64),
        ("MAX_LABEL_BYTES", text::MAX_LABEL_BYTES as u64),
        ("MAX_TEXT_BYTES", text::MAX_TEXT_BYTES as u64),
        ("MAX_AUTHORITIES", registry::MAX_AUTHORITIES as u64),
        ("MAX_ADDRESSEES", request::MAX_ADDRESSEES as u64),
        ("MAX_ITEMS", request::MAX_ITEMS as u64),
        ("MAX_COUNTED_DAYS", days::MAX_COUNTED_DAYS),
        ("MAX_HOLIDAYS", days::MAX_HOLIDAYS as u64),
        ("MAX_WEEKEND_DAYS", days::MAX_WEEKEND_DAYS as u64),
        ("MAX_REFERENCES", response::MAX_REFERENCES as u64),
        ("MAX_OBSERVATIONS", observation::MAX_OBSERVATIONS as u64),
        ("MAX_ATTACHMENTS", disclosure::MAX_ATTACHMENTS as u64),
        ("MAX_TABLE_NAMINGS", attachments::MAX_TABLE_NAMINGS),
        ("MAX_PREDECESSORS", actors::MAX_PREDECESSORS as u64),
        ("MAX_CATEGORIES", measure::MAX_CATEGORIES as u64),
        ("MAX_SERVICES", measure::MAX_SERVICES as u64),
        ("MAX_ALTERNATIVES", exchange::MAX_ALTERNATIVES as u64),
        ("MAX_ENTRIES", document::MAX_ENTRIES as u64),
        ("MAX_RISKS", risk::MAX_RISKS as u64),
        ("MAX_CONCERNS", compliance::MAX_CONCERNS as u64),
        ("MAX_PENALTY_DAYS", compliance::MAX_PENALTY_DAYS),
        ("MAX_CLOCK_AHEAD_SECONDS", chain::MAX_CLOCK_AHEAD_SECONDS),
        ("MAX_FILES", bundle::MAX_FILES),
        ("MAX_FILE_BYTES", bundle::MAX_FILE_BYTES),
        ("MAX_TOTAL_BYTES", bundle::MAX_TOTAL_BYTES),
        ("MAX_ENTRY_BUNDLE_BYTES", bundle::MAX_ENTRY_BUNDLE_BYTES),
        ("MAX_TAIL_BYTES", frozen::MAX_TAIL_BYTES),
        ("MAX_NOTE_BYTES", note::MAX_NOTE_BYTES as u64),
        ("MAX_NOTE_SIGNATURES", note::MAX_NOTE_SIGNATURES as u64),
        ("MAX_POLICY_BYTES", policy::MAX_POLICY_BYTES as u64),
        ("MAX_LOGS", policy::MAX_LOGS as u64),
        ("MAX_WITNESSES", policy::MAX_WITNESSES as u64),
        ("MAX_GROUPS", policy::MAX_GROUPS as u64),
        ("MAX_COSIGNED_NAME_BYTES", checkpoint::MAX_COSIGNED_NAME_BYTES as u64),
        ("MAX_VERIFIER_KEY_BYTES", note::MAX_VERIFIER_KEY_BYTES as u64),
        ("MAX_PROOF", merkle::MAX_PROOF as u64),
        ("MAX_RECEIPT_BYTES", receipt::MAX_RECEIPT_BYTES as u64),
        ("MAX_ROW_BYTES", table::MAX_ROW_BYTES as u64),
        ("MAX_ROW_PROOF_BYTES", row_proof::MAX_ROW_PROOF_BYTES as u64),
        ("MAX_ENVELOPE_BYTES", statement::MAX_ENVELOPE_BYTES as u64),
        ("MAX_EVIDENCE_BYTES", evidence::MAX_EVIDENCE_BYTES as u64),
        ("MAX_CONVICTED", evidence::MAX_CONVICTED as u64),
    ];
    let number = |text: &str| match text {
        "2^53 − 1" => (1 << 53) - 1,
        text => text.replace(',', "").parse().unwrap_or_else(|_| panic!("{text:?} is no number")),
    };
    let found: Vec<_> = rows("1. Limits").iter().map(|row| (row[0].clone(), number(&row[1]))).collect();
    assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn the_words_are_those_of_the_code() {
    let format = format();
    assert!(format.contains(&format!("\n    {}\n", table::HEADER.join(","))), "the header of the table");
    let statuses = format.lines().skip_while(|line| !line.starts_with("| status | SDMX")).skip(2);
    let statuses = statuses.take_while(|line| line.starts_with('|')).map(|line| line.replace('`', ""));
    let mut listed = 0;
    for line in statuses {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let status: Status = serde_json::from_value(cells[0].into()).unwrap();
        assert_eq!((status.as_str(), status.carries_value()), (cells[0], cells[2] == "yes"), "{line}");
        listed += 1;
    }
    assert_eq!(listed, 9);
    for bytes in [statement::PAYLOAD_TYPE.to_owned(), format!("\"DSSEv1\" SP \"{}\"", statement::PAYLOAD_TYPE.len())] {
        assert!(format.contains(&bytes), "{bytes}");
    }
}

/// The kinds that begin a row of the tables of a part of FORMAT.md.
fn kinds_of(from: &str, to: &str) -> Vec<String> {
    let format = format();
    let (_, after) = format.split_once(from).unwrap();
    let (part, _) = after.split_once(to).unwrap();
    let first = part.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split('|').nth(1));
    let names = first.flat_map(|cell| cell.split(',').map(|name| name.trim().trim_matches('`').to_owned()));
    names.filter(|name| Event::KINDS.contains(&name.as_str())).collect()
}

#[test]
fn every_kind_has_its_fields_and_its_rules() {
    let fields: BTreeSet<_> = kinds_of("\n## 3. Events\n", "\n## 4. ").into_iter().collect();
    let rules = kinds_of("\n**Rules of each kind**", "\n**Matters**");
    let expected: BTreeSet<_> = Event::KINDS.iter().map(ToString::to_string).collect();
    assert_eq!(fields, expected, "section 3");
    assert_eq!(rules, Event::KINDS, "section 7, in order");
}

/// The files below a folder whose names end so.
fn files(folder: &Path, extension: &str, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            files(&path, extension, into);
        } else if path.extension().is_some_and(|found| found == extension) {
            into.push(path);
        }
    }
}

/// The part of a source that tests.
fn tests_of<'a>(path: &Path, source: &'a str) -> &'a str {
    let folder = path.components().any(|part| part.as_os_str() == "tests");
    if folder || path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests")) {
        return source;
    }
    source.split_once("#[cfg(test)]").map_or("", |(_, tests)| tests)
}

#[test]
fn every_code_stands_in_some_test() {
    let (mut sources, mut fixtures) = (Vec::new(), Vec::new());
    ["src", "tests"].iter().for_each(|folder| files(&root().join(folder), "rs", &mut sources));
    files(&root().join("fixtures"), "json", &mut fixtures);
    let mut words = BTreeSet::new();
    let split = |c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_';
    for path in sources.iter().chain(&fixtures) {
        let text = fs::read_to_string(path).unwrap();
        let tests = if fixtures.contains(path) { &text } else { tests_of(path, &text) };
        words.extend(tests.split(split).map(str::to_owned));
    }
    let named = |code: &Code| words.contains(&format!("{code:?}")) || words.contains(code.as_str());
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !named(code)).collect();
    // Those that only whole ledgers show.
    let of_ledgers = |code: &Code| {
        use Code::{AttachmentMissing, CheckpointMissing, CheckpointUnsigned, FileUnexpected, PinMismatch};
        [AttachmentMissing, CheckpointMissing, CheckpointUnsigned, FileUnexpected, PinMismatch].contains(code)
    };
    let elsewhere = !root().join("fixtures/ledgers").exists();
    assert!(missing.iter().all(|code| elsewhere && of_ledgers(code)), "no test names {missing:?}");
}
