//! A published table on its way to observations: what `import` and `convert` have in common.

use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use candour::core::event::table::TableWriter;
use candour::core::text::{Slug, excerpt};
use candour::core::time::Period;
use candour::shell::import::{Given, ImportError, MAX_MAP_BYTES, MAX_REMEMBERED, Map, Summary, convert};
use candour::storage::whole_file::WholeFile;
use clap::Args;
use serde_json::json;

use crate::failure::Failure;
use crate::filing::parse_period;
use crate::output::Output;

/// How a table is read.
#[derive(Args)]
pub struct Importing {
    /// The map: the name of one that `candour maps` lists, or a TOML file
    #[arg(long)]
    map: String,
    /// The service that it is about; if left out, the only one in the table, the family that the map names, or you
    #[arg(long)]
    pub service: Option<Slug>,
    /// The period that it reports on, such as 2021-Q2; if left out, the last one in the table
    #[arg(long, value_parser = parse_period)]
    pub period: Option<Period>,
}

impl Importing {
    /// Reads the map.
    pub fn map(&self) -> Result<Map, Failure> {
        if let Some(map) = Map::builtin(&self.map) {
            return map.map_err(Failure::unjudged);
        }
        let path = Path::new(&self.map);
        let hint = "candour maps lists those that ship; candour maps NAME prints one to start from";
        let file = File::open(path).map_err(|error| Failure::io(path, error).hint(hint))?;
        let mut text = String::new();
        // What is longer, the map's parser refuses; how long a file is said to be is nothing to go by.
        file.take(MAX_MAP_BYTES as u64 + 1).read_to_string(&mut text).map_err(|error| Failure::io(path, error))?;
        Map::parse(&text).map_err(|error| Failure::io(path, error).hint(hint))
    }

    /// Turns a table into observations in a new file, row by row.
    pub fn convert(&self, map: &Map, from: &Path, to: &Path) -> Result<Summary, Failure> {
        let table = File::open(from).map_err(|error| Failure::io(from, error))?;
        let unwritten = |error| Failure::io(to, error);
        let mut whole = WholeFile::begin(to).map_err(unwritten)?;
        let mut file = BufWriter::new(whole.file());
        let mut writer = TableWriter::new(&mut file).map_err(unwritten)?;
        let given = Given { service: self.service.clone(), period: self.period };
        let summary = convert(map, &given, table, |observation| writer.push(observation));
        let summary = summary.map_err(|error| failure(from, &error))?;
        writer.finish().and_then(|()| file.flush()).map_err(unwritten)?;
        drop(file);
        whole.replace().map_err(unwritten)?;
        Ok(summary)
    }
}

fn failure(from: &Path, error: &ImportError) -> Failure {
    let lines = error.to_string();
    let lines: Vec<_> = lines.lines().map(|line| format!("{}: {line}", from.display())).collect();
    let failure = Failure::unjudged(lines.join("\n"));
    match error {
        ImportError::NotSaid { .. } => failure.hint("say it with --service or --period, or in the map"),
        ImportError::ColumnMissing { .. } => {
            failure.hint("set table.delimiter or table.skip_lines in the map if that is not the header")
        }
        _ => failure,
    }
}

/// Says what became of a table.
pub fn say(output: &Output, summary: &Summary, observations: Option<&PathBuf>) {
    let by_status = || summary.by_status.iter().map(|(status, count)| (status.as_str(), count));
    if output.json {
        output.json(&json!({
            "rows": summary.rows,
            "observations": summary.observations,
            "by_status": by_status().collect::<std::collections::BTreeMap<_, _>>(),
            "skipped": summary.skipped.iter().map(|(rule, count)| json!({ "rule": rule, "count": count })).collect::<Vec<_>>(),
            "columns_not_read": summary.unread,
            "rounded": summary.rounded,
            "repeated": summary.repeated,
            "contradicted": summary.contradicted,
            "not_compared": summary.not_compared,
            "service": summary.service,
            "latest": summary.latest,
            "written": observations,
        }));
        return;
    }
    output.line(format!("{} rows read, {} observations made", summary.rows, summary.observations));
    by_status().for_each(|(status, count)| output.line(format!("  {count} {status}")));
    summary.skipped.iter().for_each(|(rule, count)| output.line(format!("  skipped {count} {rule}")));
    if !summary.unread.is_empty() {
        let names: Vec<_> = summary.unread.iter().map(|name| format!("{:?}", excerpt(name))).collect();
        output.line(format!("  columns not read: {}", names.join(", ")));
    }
    if summary.rounded > 0 {
        output.line(format!("  {} rounded, as the map allows", summary.rounded));
    }
    if summary.repeated > 0 {
        output.line(format!("  {} say again what an earlier row said", summary.repeated));
    }
    if summary.contradicted > 0 {
        output.line(format!("  {} contradict an earlier row; both are kept, as the map says", summary.contradicted));
    }
    if summary.not_compared > 0 {
        let count = summary.not_compared;
        output.line(format!("  {count} beyond the first {MAX_REMEMBERED} series: not compared with earlier rows"));
    }
    if let Some(path) = observations {
        output.line(format!("  written to {}", path.display()));
    }
}
