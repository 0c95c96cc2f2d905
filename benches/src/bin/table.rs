//! What a long attachment costs, beside the work that nobody can leave out: `cargo run --release -p candour-bench --bin table`.
//! An argument says how many rows, if not a million.
//!
//! Each line is the best of three in this one run, over the same bytes. The whole check is what a writer and an audit do:
//! both hashes, and every row judged.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program that prints figures, or stops")]

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::Path;
use std::time::Instant;

use candour::core::event::table::{HEADER, RowHasher, TableReader};
use candour::core::fault::Fault;
use candour::core::hash::{Hash, HashingReader};
use candour::shell::attachment;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc; // as in `candour`

/// Writes a table of so many rows, as long as those of real disclosures.
fn generate(path: &Path, rows: u64) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    writeln!(file, "{}", HEADER.join(",")).unwrap();
    let harms = ["Adult Nudity & Sexual Activity", "\"Child Endangerment: Nudity, Exploitation\"", "Spam"];
    for row in 0..rows {
        let harm = harms[row as usize % harms.len()];
        let (year, quarter, figure) = (2018 + row % 7, 1 + row % 4, row.wrapping_mul(2_654_435_761) % 30_000_000);
        writeln!(
            file,
            "service-{},Content Actioned,GB,,meta,2021,{harm},proactive,removed,{year}-Q{quarter},given,integer,{figure},,,",
            row % 90
        )
        .unwrap();
    }
    file.flush().unwrap();
}

/// The seconds of the best of three.
fn best(mut work: impl FnMut()) -> f64 {
    let run = |_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    (0..3).map(run).fold(f64::INFINITY, f64::min)
}

fn main() {
    let rows = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    generate(&path, rows);
    let open = || File::open(&path).unwrap();
    let length = open().metadata().unwrap().len();
    let pieces = |each: &mut dyn FnMut(&[u8])| {
        let (mut file, mut piece) = (open(), vec![0; 256 * 1024]);
        loop {
            match file.read(&mut piece).unwrap() {
                0 => break,
                count => each(&piece[..count]),
            }
        }
    };
    // First, while nothing else has taken memory.
    let whole = best(|| {
        let found = attachment::read(open(), true, |_, _| {}).unwrap();
        assert_eq!(found.table.unwrap().unwrap().count.unsigned(), rows);
    });
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let memory = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or(" unknown").trim().to_owned();
    let sha256 = best(|| assert_eq!(HashingReader::new(open()).finish().unwrap().0, length));
    let csv = best(|| {
        let mut reader = csv::Reader::from_reader(BufReader::with_capacity(256 * 1024, open()));
        let (mut record, mut count) = (csv::ByteRecord::new(), 0);
        while reader.read_byte_record(&mut record).unwrap() {
            count += 1;
        }
        assert_eq!(count, rows);
    });
    let parse = best(|| {
        let mut table = TableReader::default();
        pieces(&mut |piece| table.push(piece, |_, _| Ok::<_, Fault>(())).unwrap());
    });
    let tree = best(|| {
        let mut hasher = RowHasher::default();
        pieces(&mut |piece| hasher.push(piece).unwrap());
        assert_ne!(hasher.finish().unwrap().root, Hash::ZERO);
    });
    println!("{rows} rows, {length} bytes; peak memory of the whole check {memory}");
    let lines = [("sha-256 alone", sha256), ("csv reading alone", csv), ("rows judged, one thread", parse)];
    for (what, seconds) in lines.into_iter().chain([("rows hashed, one thread", tree), ("the whole check", whole)]) {
        let (rate, each) = (length as f64 / seconds / 1e6, seconds * 1e9 / rows as f64);
        let of_both = seconds / (sha256 + csv);
        println!("{what:<24} {seconds:>7.3} s {rate:>7.0} MB/s {each:>6.0} ns a row  {of_both:>5.2} of sha-256 + csv");
    }
}
