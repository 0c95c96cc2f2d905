//! An attached table of observations: read whole, in pieces, and row by row; and beside the reader that `csv` has.

use candour::core::event::Observation;
use candour::core::event::table::{self, MAX_ROW_BYTES, RowHasher, TableReader};
use candour::core::fault::Fault;
use candour::core::hash::Hash;
use candour::shell::attachment;

use crate::fixtures;

pub const BYTES: usize = 256;

pub fn run(data: &[u8]) {
    let whole = read(data, data.len().max(1));
    let pieces = read(data, 1 + data.len() % 7);
    assert_eq!(whole, pieces, "a table is the same in pieces");
    let found = attachment::read(data, true, |_, _| {}).expect("bytes in memory");
    assert_eq!((found.length, found.sha256), (data.len() as u64, Hash::of(data)));
    let rows = found.table.expect("read as a table");
    assert_eq!(rows.is_ok(), whole.is_ok());
    let Some(observations) = crate::refused(whole) else { return };
    let rows = rows.expect("a table");
    assert_eq!(rows.count.unsigned(), observations.len() as u64);
    let mut hasher = RowHasher::default();
    hasher.push(data).expect("a table");
    assert_eq!(hasher.finish(), Ok(rows));
    row_by_row(data, &observations);
    as_csv(data, &observations);
    let once = written(&observations);
    let again = read(&once, once.len()).expect("what was written");
    assert_eq!(again, observations);
    assert_eq!(written(&again), once, "one way to write it");
}

fn read(data: &[u8], piece: usize) -> Result<Vec<Observation>, Fault> {
    let (mut table, mut observations) = (TableReader::default(), Vec::new());
    let mut take = |_: u64, observation: &Observation| {
        observations.push(observation.clone());
        Ok::<_, Fault>(())
    };
    data.chunks(piece).try_for_each(|piece| table.push(piece, &mut take))?;
    let count = table.finish(&mut take)?;
    assert_eq!(count, observations.len() as u64);
    Ok(observations)
}

/// Each line by itself, as a row proof has it.
fn row_by_row(data: &[u8], observations: &[Observation]) {
    let text = str::from_utf8(data).expect("a table");
    let lines = text.lines().zip(1_u64..).skip(1);
    let rows: Vec<_> = lines.map(|(row, line)| table::row(line, row.as_bytes())).collect();
    assert!(rows.iter().map(Result::as_ref).eq(observations.iter().map(Ok)), "a row is the same alone");
    assert!(text.lines().all(|line| line.len() <= MAX_ROW_BYTES));
}

/// What another reader of RFC 4180 sees in it.
fn as_csv(data: &[u8], observations: &[Observation]) {
    let mut reader = csv::ReaderBuilder::new().from_reader(data);
    let mut count = 0;
    for (record, observation) in reader.records().zip(observations) {
        let record = record.expect("a table is CSV");
        let mut row = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
        row.write_record(&record).expect("bytes in memory");
        let row = row.into_inner().expect("bytes in memory");
        let row = row.strip_suffix(b"\n").expect("a row ends");
        assert_eq!(table::row(2, row).as_ref(), Ok(observation), "as csv reads it");
        count += 1;
    }
    assert_eq!(count, observations.len());
}

fn written(observations: &[Observation]) -> Vec<u8> {
    let mut table = Vec::new();
    table::write(&mut table, observations).expect("bytes in memory");
    table
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![fixtures::text(&fixtures::vectors("observations"), "table").into_bytes()];
    for ledger in fixtures::ledgers("") {
        if ledger.contains("table") || ledger.contains("rows") || ledger == "honest" {
            let files = fixtures::unpacked(&ledger).into_iter();
            seeds.extend(files.filter(|(name, _)| name.starts_with("attachments/")).map(|(_, bytes)| bytes));
        }
    }
    seeds.sort();
    seeds.dedup();
    seeds
}
