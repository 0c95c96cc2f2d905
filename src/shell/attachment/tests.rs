use std::io;

use super::*;
use crate::core::event::table::{self, TableWriter};
use crate::core::merkle::Frontier;

/// A table of so many rows, as long as those of real disclosures, each with a figure of its own.
fn table(rows: u64, end: &str) -> Vec<u8> {
    let mut table = table::HEADER.join(",").into_bytes();
    table.extend(end.as_bytes());
    for row in 0..rows {
        let line =
            format!("video,\"Content, actioned\",GB,13-17,,,,proactive,removed,2021-Q2,given,integer,{row},,,{end}");
        table.extend(line.as_bytes());
    }
    table
}

/// Gives so many bytes at a time, and an error at the end where there is one.
struct Trickle<'a>(&'a [u8], usize, bool);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() && self.2 {
            return Err(io::Error::other("gone"));
        }
        let most = self.1.min(buffer.len());
        self.0.read(&mut buffer[..most])
    }
}

#[test]
fn one_reading_finds_what_separate_ones_do() {
    // Of one piece, of exactly one, and of several.
    for rows in [1, 2, 255, 256, 257, 3_000, 9_000] {
        for (end, last) in [("\n", true), ("\r\n", true), ("\n", false)] {
            let mut bytes = table(rows, end);
            if !last {
                bytes.pop();
            }
            let mut lines = Vec::new();
            let found =
                read(bytes.as_slice(), true, |line, observation| lines.push((line, observation.clone()))).unwrap();
            assert_eq!((found.length, found.sha256), (bytes.len() as u64, Hash::of(&bytes)));
            let leaves = str::from_utf8(&bytes).unwrap().lines().skip(1).map(|line| Hash::leaf(line.as_bytes()));
            let tree: Frontier = leaves.collect();
            assert_eq!(found.table.unwrap().ok(), table::rows(&tree), "{rows} rows that end with {end:?}");
            assert!(lines.iter().map(|(line, _)| *line).eq(2..rows + 2));
            let mut same = Vec::new();
            table::read(bytes.as_slice(), |observation| {
                same.push(observation);
                Ok(())
            })
            .unwrap();
            assert!(lines.into_iter().map(|(_, observation)| observation).eq(same));
        }
    }
}

#[test]
fn pieces_may_end_anywhere() {
    let bytes = table(40, "\r\n");
    let whole = read(bytes.as_slice(), true, |_, _| {}).unwrap();
    for size in [1, 2, 3, 89, 4_000] {
        let found = read(Trickle(&bytes, size, false), true, |_, _| {}).unwrap();
        assert_eq!((found.sha256, &found.table), (whole.sha256, &whole.table), "{size} bytes at a time");
    }
}

#[test]
fn what_is_no_table_is_hashed_to_its_end() {
    for rows in [3, 9_000] {
        let mut bytes = table(rows, "\n");
        let at = bytes.len() - 60;
        bytes[at] = b'"';
        bytes.extend_from_slice(&table(rows, "\n"));
        let found = read(bytes.as_slice(), true, |_, _| {}).unwrap();
        assert_eq!((found.length, found.sha256), (bytes.len() as u64, Hash::of(&bytes)));
        let fault = found.table.unwrap().unwrap_err();
        assert_eq!(fault.code, Code::AttachmentMalformed);
        assert!(fault.found.ends_with(&format!("in line {}", rows + 1)), "{fault}");
        assert!(read(bytes.as_slice(), false, |_, _| {}).unwrap().table.is_none());
    }
}

#[test]
fn a_reader_that_fails_is_no_fault() {
    for rows in [3, 9_000] {
        let bytes = table(rows, "\n");
        assert!(read(Trickle(&bytes, 1 << 20, true), true, |_, _| {}).is_err());
    }
}

#[test]
fn a_statement_says_what_was_found() {
    let bytes = table(3, "\n");
    let found = || read(bytes.as_slice(), true, |_, _| {}).unwrap();
    let rows = found().table.unwrap().unwrap();
    let named: Attachment = serde_json::from_value(serde_json::json!({
        "holds": "observations", "length": bytes.len(), "media_type": "text/csv", "name": "t", "sha256": Hash::of(&bytes),
    }))
    .unwrap();
    let said = |rows: Option<Rows>| Attachment { rows, ..named.clone() };
    let fewer = Rows { count: crate::core::json::Positive::new(2).unwrap(), ..rows };
    let other = Rows { root: Hash::ZERO, ..rows };
    let shorter = Attachment { length: crate::core::json::Count::ZERO, ..said(Some(other)) };
    let cases = [
        (said(None), None),
        (said(Some(rows)), None),
        (said(Some(fewer)), Some(Code::AttachmentRowsMismatch)),
        (said(Some(other)), Some(Code::AttachmentRowsMismatch)),
        (shorter, Some(Code::AttachmentMismatch)),
    ];
    for (named, expected) in cases {
        assert_eq!(found().check(&named).err().map(|fault| fault.code), expected, "{named:?}");
    }
}

#[test]
fn a_table_that_is_written_is_read() {
    let mut written = Vec::new();
    let mut writer = TableWriter::new(&mut written).unwrap();
    let mut count = 0;
    let found = read(table(300, "\n").as_slice(), true, |_, observation| {
        writer.push(observation).unwrap();
        count += 1;
    });
    writer.finish().unwrap();
    assert_eq!((count, &written), (300, &table(300, "\n")));
    assert!(found.unwrap().table.unwrap().is_ok());
}
