//! `curves`: what an entry costs, over the size of the ledger.

mod measure;
mod plot;

use std::fs;
use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::machine::Machine;
use crate::output::Output;

/// Measures ledgers of several sizes, the smallest first. What was measured of each is kept, and the ledger let go: running
/// it again goes on. It takes 1,300 bytes of disk for each entry of the largest.
#[derive(Args)]
pub struct Curves {
    /// Entries
    #[arg(long, value_name = "N,N,…", value_delimiter = ',', default_value = "10000,100000,1000000")]
    sizes: Vec<NonZeroU64>,
    /// Where ledgers, tables and the plot go
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// What was measured of one ledger.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    entries: u64,
    verify_per_second: f64,
    verify_peak_bytes: u64,
    /// Without an index, and so by replaying every entry.
    first_open_seconds: f64,
    open_seconds: f64,
    open_peak_bytes: u64,
    /// Medians.
    inclusion_micros: f64,
    consistency_micros: f64,
    /// What `export` does once it has held the entries against their checkpoint.
    copy_per_second: f64,
    /// The whole ledger into an empty folder.
    first_publish_per_second: f64,
    /// What came since, by a publisher that goes on.
    publish_seconds: f64,
    append_per_second: f64,
    ledger_bytes_per_entry: f64,
    index_bytes_per_entry: f64,
}

/// The columns of the tables: a name, and how a row fills it.
type Column = (&'static str, fn(&Row) -> String);

const COLUMNS: [Column; 13] = [
    ("entries", |row| row.entries.to_string()),
    ("verify, entries/s", |row| format!("{:.0}", row.verify_per_second)),
    ("verify, MB", |row| format!("{:.0}", row.verify_peak_bytes as f64 / 1e6)),
    ("open first, s", |row| format!("{:.2}", row.first_open_seconds)),
    ("open, s", |row| format!("{:.3}", row.open_seconds)),
    ("open, MB", |row| format!("{:.0}", row.open_peak_bytes as f64 / 1e6)),
    ("inclusion, us", |row| format!("{:.0}", row.inclusion_micros)),
    ("consistency, us", |row| format!("{:.0}", row.consistency_micros)),
    ("copy, entries/s", |row| format!("{:.0}", row.copy_per_second)),
    ("publish more, s", |row| format!("{:.3}", row.publish_seconds)),
    ("append, entries/s", |row| format!("{:.0}", row.append_per_second)),
    ("ledger, bytes/entry", |row| format!("{:.0}", row.ledger_bytes_per_entry)),
    ("index, bytes/entry", |row| format!("{:.0}", row.index_bytes_per_entry)),
];

impl Curves {
    pub fn run(self, output: &Output) -> Result<()> {
        fs::create_dir_all(&self.out)?;
        let (mut rows, mut sizes) = (Vec::new(), self.sizes.clone());
        sizes.sort_unstable();
        let cells = |row: &Row| COLUMNS.map(|(_, cell)| cell(row));
        for size in sizes {
            let kept = self.out.join(format!("row-{size}.json"));
            let row: Row = match fs::read(&kept) {
                Ok(bytes) => serde_json::from_slice(&bytes)?,
                Err(_) => {
                    let row = measure::measure(&self.out, size, output)?;
                    fs::write(&kept, serde_json::to_vec(&row)?)?;
                    row
                }
            };
            let told = COLUMNS.iter().zip(cells(&row)).map(|((name, _), cell)| format!("{name} {cell}"));
            output.note(&told.collect::<Vec<_>>().join("; "));
            rows.push(row);
            self.tables(&rows)?;
            plot::plot(&self.out.join("curves.svg"), &rows)?;
        }
        let title = format!("tables and plot are in {}", self.out.display());
        output.measured(&title, &rows, COLUMNS.map(|(name, _)| name), rows.iter().map(cells));
        Ok(())
    }

    fn tables(&self, rows: &[Row]) -> Result<()> {
        let line = |cells: Vec<String>, between: &str| cells.join(between);
        let header = || COLUMNS.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>();
        let cells = |row: &Row| COLUMNS.iter().map(|(_, cell)| cell(row)).collect::<Vec<_>>();
        let mut markdown = format!("{}\n\n| {} |\n", Machine::this(), line(header(), " | "));
        markdown += &format!("|{}\n", "---|".repeat(COLUMNS.len()));
        let mut table =
            line(header().iter().map(|name| name.replace(", ", "_").replace(' ', "_")).collect(), ",") + "\n";
        for row in rows {
            markdown += &format!("| {} |\n", line(cells(row), " | "));
            table += &(line(cells(row), ",") + "\n");
        }
        fs::write(self.out.join("curves.md"), markdown)?;
        Ok(fs::write(self.out.join("curves.csv"), table)?)
    }
}
