//! The limits of the program that are not the format's: those of SECURITY.md, each kept to the last one. Where a limit is
//! not tried here, the tests beside it do.

use std::fs;
use std::path::Path;
use std::process::Command;

use candour::core::event::table;
use candour::core::note::MAX_NOTE_BYTES;
use candour::core::{json, witness as asking};
use candour::shell::witness::{self, http as witness_http, server};
use candour::shell::{holidays, import, keyfile, witnessing};
use candour::storage::{bundle::MAX_FILES, http, http_bundle, name, progress_folder, site, witness_store};

use super::asked as a;
use crate::command_line::Scene;
use crate::tools::candour;

/// Whether so many, or so long a one, are taken.
type Takes = fn(u64) -> bool;

/// The limits that may be asked for by name.
macro_rules! open {
    ($($module:ident::$name:ident),* $(,)?) => {
        vec![$((stringify!($name), $module::$name as u64)),*]
    };
}

/// Those that may not, each with the file that says them, and how.
macro_rules! hidden {
    ($($file:literal $name:ident: $type:ident = $value:expr),* $(,)?) => {
        vec![$((
            stringify!($name),
            $value as u64,
            $file,
            concat!("const ", stringify!($name), ": ", stringify!($type), " = ", stringify!($value), ";"),
        )),*]
    };
}

fn open() -> Vec<(&'static str, u64)> {
    open![
        http::MAX_ATTEMPTS,
        http::MAX_HEADER_BYTES,
        http::MAX_REDIRECTS,
        http::MAX_RESUMES,
        http_bundle::MAX_HTTP_FILES,
        http_bundle::MAX_HTTP_CHECKPOINTS,
        http_bundle::MAX_LISTING_LINE,
        server::MAX_CONNECTIONS,
        server::MAX_HEADERS,
        server::MAX_HEAD_BYTES,
        witness_http::MAX_AT_WORK,
        witness_http::MAX_DISCARDED_BYTES,
        asking::MAX_ADD_CHECKPOINT_BYTES,
        asking::MAX_PROOF_LINES,
        witness::MAX_COSIGNERS,
        witness_store::MAX_EVIDENCE,
        witnessing::MAX_ANSWER_BYTES,
        witnessing::MAX_AHEAD_SECONDS,
        witnessing::MAX_QUESTIONS,
        name::MAX_NAME_BYTES,
        name::MAX_SEGMENTS,
        import::MAX_MAP_BYTES,
        import::MAX_COLUMNS,
        import::MAX_SKIPPED_LINES,
        import::MAX_SKIPS,
        import::MAX_VALUES,
        import::MAX_FORMATS,
        import::MAX_DIGITS,
        import::MAX_REPORTED,
        keyfile::MAX_KEY_FILE_BYTES,
        keyfile::MAX_PASSPHRASE_BYTES,
        holidays::MAX_HOLIDAYS_FILE_BYTES,
        progress_folder::MAX_PROGRESS_BYTES,
        site::MAX_KEPT_BYTES,
    ]
}

fn hidden() -> Vec<(&'static str, u64, &'static str, &'static str)> {
    hidden![
        "src/storage/http_bundle/page.rs" MAX_REST_BYTES: u64 = 1 << 24,
        "src/storage/zip_directory.rs" MAX_MEMBERS: u64 = 2 * MAX_FILES,
        "src/storage/zip_directory/header.rs" MAX_RATIO: u64 = 1_100,
        "src/shell/import/period.rs" MAX_PARTS: usize = 32,
        "src/shell/keyfile/encryption.rs" MAX_SCRYPT_MEMORY: u64 = 256 << 20,
        "src/shell/keyfile/encryption.rs" MAX_SCRYPT_P: u16 = 16,
        "src/storage/lock.rs" MAX_PID_BYTES: u64 = 16,
        "bin/bundle.rs" MAX_SMALL_FILE_BYTES: u64 = 4 * MAX_NOTE_BYTES as u64,
        "bin/figures.rs" MAX_INLINE_BYTES: usize = 48 * 1024,
    ]
}

fn value(name: &str) -> u64 {
    let hidden = hidden().into_iter().map(|(name, value, ..)| (name, value));
    open().into_iter().chain(hidden).find(|(found, _)| *found == name).unwrap().1
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

#[test]
fn the_table_of_the_program_s_limits_is_that_of_the_code() {
    let page = read("SECURITY.md");
    let (_, section) = page.split_once("\n## Limits of the program\n").unwrap();
    let rows = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let mut told: Vec<_> = rows
        .skip(2)
        .map(|row| {
            let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
            let number = cells[1].split(' ').next().unwrap().replace(',', "").parse::<u64>().expect(row);
            assert!(cells.len() == 3 && cells.iter().all(|cell| !cell.is_empty()), "{row}");
            assert!(cells[1].ends_with(" bytes") || !cells[0].contains("BYTES"), "{row}");
            (cells[0].trim_matches('`').to_owned(), number)
        })
        .collect();
    let hidden = hidden();
    for (name, _, file, definition) in &hidden {
        assert!(read(file).contains(definition), "{file} says no more of {name}: {definition}");
    }
    let hidden = hidden.into_iter().map(|(name, value, ..)| (name, value));
    let mut expected: Vec<_> = open().into_iter().chain(hidden).map(|(name, value)| (name.to_owned(), value)).collect();
    told.sort_unstable();
    expected.sort_unstable();
    let but = |some: &[(String, u64)], others: &[_]| -> Vec<_> {
        some.iter().filter(|row| !others.contains(*row)).cloned().collect()
    };
    assert_eq!((but(&told, &expected), but(&expected, &told)), (Vec::new(), Vec::new()), "told, and so");
    assert_eq!(told.len(), expected.len(), "each is told once");
}

/// Whether each is taken one below its limit and at it, and refused one above.
fn hold(limits: &[(&str, Takes)]) {
    let mut wrong = Vec::new();
    for (name, takes) in limits {
        let limit = value(name);
        for (much, expected) in [(limit - 1, true), (limit, true), (limit + 1, false)] {
            if takes(much) != expected {
                wrong.push(format!("{name}: {much} {}", if expected { "refused" } else { "taken" }));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_server_is_borne_with_up_to_each_limit() {
    hold(&[
        ("MAX_ATTEMPTS", a::attempts),
        ("MAX_HEADER_BYTES", a::header_bytes),
        ("MAX_REDIRECTS", a::redirects),
        ("MAX_RESUMES", a::resumes),
    ]);
}

#[test]
fn a_ledger_is_read_over_http_and_a_small_file_at_all_up_to_each_limit() {
    hold(&[
        ("MAX_HTTP_FILES", a::files),
        ("MAX_HTTP_CHECKPOINTS", a::checkpoints),
        ("MAX_LISTING_LINE", a::listing_line),
        ("MAX_SMALL_FILE_BYTES", small_file),
    ]);
}

/// Whether a file of that length is read: what it says is no policy.
fn small_file(bytes: u64) -> bool {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy"), vec![b'x'; bytes as usize]).unwrap();
    let mut command = Command::new(candour());
    let output = command.args(["verify", ".", "--policy", "policy"]).current_dir(folder.path()).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    let (length, malformed) = (error.contains("policy: more than 4194304 bytes"), error.contains("policy-malformed"));
    assert!(output.status.code() == Some(2) && length != malformed, "{error}");
    malformed
}

/// A table of observations that take so many bytes in a statement.
fn figures(bytes: usize) -> String {
    let made = |rows: usize, longer: usize| {
        let row = |nth: usize| {
            let width = 100 + longer.saturating_sub(100 * nth).min(100);
            format!("example,{nth:0>width$},GB,,,,,,,2021-Q2,given,integer,7,,,\n")
        };
        let text = format!("{}\n{}", table::HEADER.join(","), (0..rows).map(row).collect::<String>());
        let mut observations = Vec::new();
        let mut keep = |observation| {
            observations.push(observation);
            Ok(())
        };
        table::read(text.as_bytes(), &mut keep).unwrap();
        (text, json::encode(&observations).unwrap().len())
    };
    // Each row takes as many bytes as any other, and what is left makes the first ones longer.
    let (one, each) = (made(1, 0).1, made(2, 0).1 - made(1, 0).1);
    let (rows, left) = (1 + (bytes - one) / each, (bytes - one) % each);
    let (text, length) = made(rows, left);
    assert_eq!(length, bytes);
    text
}

#[test]
fn figures_are_told_in_the_statement_up_to_the_limit_and_attached_beyond() {
    let scene = Scene::new();
    let limit = value("MAX_INLINE_BYTES") as usize;
    for (bytes, attached) in [(limit - 1, 0), (limit, 0), (limit + 1, 1)] {
        fs::write(scene.path("figures.csv"), figures(bytes)).unwrap();
        let figures = "--observations figures.csv --service example --period 2021-Q2 --subject Reports";
        scene.ok(&format!("disclose ledger of-{bytes} --key platform.pem {figures} --operator-key operator.pem"));
        let found = fs::read_dir(scene.path("ledger/attachments/sha256")).map_or(0, Iterator::count);
        assert_eq!(found, attached, "{bytes} bytes");
    }
}
