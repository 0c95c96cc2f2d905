//! Findings as readers get them: as of a time, with replies, and of a ledger of many observations.

#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::corpus::forge::{Forger, ORIGIN, START, STEP, time};
use crate::corpus::story;

/// Two platforms under two authorities: entries 0 to 2.
fn cast() -> Forger {
    let mut ledger = Forger::new(ORIGIN, "operator");
    ledger
        .say("operator", "operator regulator commission", story::opened(2))
        .say("regulator", "regulator acme commission", story::enrolled("acme", "platform"))
        .say("regulator", "regulator bolt commission", story::enrolled("bolt", "platform"));
    ledger
}

fn says(name: &str, value: i64) -> Value {
    let mut disclosure = story::disclosure(name);
    disclosure["observations"] = json!([story::observation("items removed", Some(json!({"integer": value})))]);
    disclosure
}

fn reply(author: &str, nth: u64) -> Value {
    json!({"kind": "finding_answered", "answer": format!("{author}/reply-{nth}"), "code": "silent-restatement",
        "entries": [3, 4], "note": format!("{author} counted anew.")})
}

fn write(ledger: &Forger, folder: &Path) {
    for (name, bytes) in ledger.files() {
        let path = folder.join("ledger").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn candour(folder: &Path, words: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_candour"))
        .args(words.split_whitespace())
        .current_dir(folder)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "candour {words}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn replies_and_times() {
    let mut ledger = cast();
    ledger
        .say("acme", "acme", says("acme/one", 7))
        .say("acme", "acme", says("acme/two", 6))
        .say("bolt", "bolt", reply("bolt", 1))
        .say("acme", "acme", reply("acme", 1));
    let succession = json!({"kind": "provider_succeeded", "effective": "2026-01-01", "predecessor": "acme",
        "reason": "merged", "successor": "bolt"});
    ledger.say("regulator", "regulator commission", succession).say("bolt", "bolt", reply("bolt", 2)).say(
        "acme",
        "acme",
        json!({"kind": "document_retracted", "document": "acme/reply-1", "reason": "moot"}),
    );
    ledger.seal();
    let folder = tempfile::tempdir().unwrap();
    write(&ledger, folder.path());
    // (the last entry that counts, how many findings there are, the entries of the replies to them, by whom it is found)
    let table: &[(u64, usize, &[u64], &[&str])] = &[
        (3, 0, &[], &[]),
        (4, 1, &[], &["acme"]),
        (5, 1, &[], &["acme"]),
        (6, 1, &[6], &["acme"]),
        (7, 1, &[6], &["acme", "bolt"]),
        (8, 1, &[6, 8], &["acme", "bolt"]),
        (9, 1, &[8], &["acme", "bolt"]),
    ];
    for (last, count, replies, about) in table {
        let as_of = time(START + last * STEP);
        let found = lines(&candour(folder.path(), &format!("findings ledger --json --as-of {as_of}")));
        assert_eq!(found.len(), *count, "as of entry {last}");
        let entries = |finding: &Value| -> Vec<u64> {
            finding["replies"].as_array().unwrap().iter().map(|reply| reply["index"].as_u64().unwrap()).collect()
        };
        assert_eq!(found.iter().flat_map(entries).collect::<Vec<_>>(), *replies, "as of entry {last}");
        let people = candour(folder.path(), &format!("findings ledger --as-of {as_of}"));
        let rows = lines(&candour(folder.path(), &format!("table findings ledger --format json --as-of {as_of}")));
        assert_eq!(rows.len(), *count, "as of entry {last}");
        assert_eq!(people.matches("counted anew.").count(), replies.len(), "as of entry {last}: {people}");
        for row in rows {
            assert_eq!(row["reply_entry"].as_u64(), replies.last().copied(), "as of entry {last}");
            assert_eq!(row["reply"].is_null(), replies.is_empty(), "as of entry {last}");
            assert_eq!(row["id"], found[0]["id"]);
        }
        for actor in ["acme", "bolt"] {
            let found = candour(folder.path(), &format!("findings ledger --json --about {actor} --as-of {as_of}"));
            assert_eq!(lines(&found).len(), usize::from(about.contains(&actor)), "{actor}, as of entry {last}");
        }
    }
    let now = candour(folder.path(), "findings ledger --json");
    assert_eq!(now, candour(folder.path(), &format!("findings ledger --json --as-of {}", time(START + 10 * STEP))));
}

/// A ledger of `CANDOUR_OBSERVATIONS` observations in attachments of 100,000 rows, each filed `CANDOUR_TIMES` times. It is
/// left in the folder `CANDOUR_KEEP`, if that is given, to measure what it costs to read.
#[test]
fn a_ledger_of_many_observations() {
    const ROWS: u64 = 100_000;
    let wanted = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let (count, times) = (wanted("CANDOUR_OBSERVATIONS").unwrap_or(2_000), wanted("CANDOUR_TIMES").unwrap_or(2));
    let mut ledger = cast();
    let mut tables = Vec::new();
    for first in (0..count).step_by(ROWS as usize) {
        let mut table = format!("{}\n", candour::core::event::table::HEADER.join(","));
        for nth in first..count.min(first + ROWS) {
            let (metric, category, age) = (nth % 10, nth / 10 % 1_000, nth / 10_000);
            table += &format!(
                "video,metric {metric},GB,band {age},terms,1,Category {category},,,2025-Q4,given,integer,{nth},,,\n"
            );
        }
        tables.push(table);
    }
    for filed in 0..times {
        for (nth, table) in tables.iter().enumerate() {
            let mut attachment = story::attachment("table.csv", "text/csv", table.as_bytes());
            attachment["holds"] = json!("observations");
            let mut disclosure = story::disclosure(&format!("acme/report-{filed}-{nth}"));
            disclosure.as_object_mut().unwrap().remove("observations");
            disclosure["attachments"] = json!([attachment]);
            ledger.say("acme", "acme", disclosure);
        }
    }
    ledger.attachments.extend(tables.into_iter().map(String::into_bytes));
    ledger.seal();
    let temporary = tempfile::tempdir().unwrap();
    let folder = std::env::var_os("CANDOUR_KEEP").map_or_else(|| temporary.path().to_owned(), Into::into);
    write(&ledger, &folder);
    if std::env::var_os("CANDOUR_KEEP").is_none() {
        assert_eq!(candour(&folder, "findings ledger --count --json"), "{}\n", "nothing that is only said again");
    }
}
