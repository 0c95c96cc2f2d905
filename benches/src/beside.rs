//! `beside`: the same events in candour and in what people would use instead.

mod git;
mod plain;
mod sqlite;

use std::time::{Duration, Instant};

use candour::core::key::{KeyId, Signature};
use candour::core::statement::pre_authentication_encoding;
use clap::Args;
use serde::Serialize;
use tempfile::TempDir;

use crate::Result;
use crate::made::{Made, Opened};
use crate::once::Took;
use crate::output::{Output, rate};

/// Measures appending and checking the same events. Each contender appends them one after the other, checks the signature and
/// parses the statement first, and is durable before the next; and checks all of them again from the disk: every signature,
/// every link to the one before, every statement parsed. Candour judges them by the law, too, and builds the tree.
/// All on the disk of the folder for temporary files (TMPDIR names another).
#[derive(Args)]
pub struct Beside {
    /// How many events
    #[arg(long, value_name = "N", default_value_t = 50_000)]
    entries: usize,
    /// How many of them git gets, which is slow
    #[arg(long, value_name = "N", default_value_t = 300)]
    commits: usize,
}

/// A signed statement, as every contender gets it.
pub struct Signed {
    payload: Vec<u8>,
    /// What is signed.
    message: Vec<u8>,
    key: KeyId,
    signature: Signature,
}

/// How long appending and checking took, for so many events.
pub struct Times {
    count: usize,
    append: Option<Duration>,
    check: Duration,
}

#[derive(Serialize)]
struct Line {
    what: &'static str,
    appends_per_second: Option<f64>,
    checks_per_second: f64,
    /// Candour's rate over this one.
    append_ratio: Option<f64>,
    check_ratio: f64,
}

impl Beside {
    pub fn run(self, output: &Output) -> Result<()> {
        let folder = TempDir::new()?;
        let Opened { mut ledger, next, load } = Opened::within(&folder.path().join("ledger"), self.entries, 48)?;
        let signed: Vec<Signed> = next
            .iter()
            .filter_map(|(envelope, _)| {
                let first = envelope.signatures.first()?;
                let message = pre_authentication_encoding(&envelope.payload);
                Some(Signed { payload: envelope.payload.clone(), message, key: first.key, signature: first.signature })
            })
            .collect();
        let begun = Instant::now();
        for (envelope, at) in next {
            ledger.file(envelope, at, &mut |_| None)?;
        }
        let append = begun.elapsed();
        ledger.publish(load.operator()?)?;
        let made = Made { ledger: folder.path().join("ledger"), policy: folder.path().join("policy") };
        std::fs::write(&made.policy, load.policy()?)?;
        let took = Took::verify(&made)?;
        let check = Duration::from_secs_f64(took.seconds * self.entries as f64 / (took.entries.max(1)) as f64);
        let candour = Times { count: signed.len(), append: Some(append), check };
        let mut times = vec![("candour", candour)];
        if let Some(took) = Took::verify_on_one_core(&made)? {
            let check = Duration::from_secs_f64(took.seconds * self.entries as f64 / (took.entries.max(1)) as f64);
            times.push(("candour, checking on one core", Times { count: signed.len(), append: None, check }));
        }
        times.push(("a loop of verify_strict, hash and parse, in memory", plain::measure(&signed)?));
        times.push(("SQLite with a hash chain", sqlite::measure(&folder.path().join("sqlite"), &signed)?));
        match git::measure(&folder.path().join("git"), signed.get(..self.commits).unwrap_or(&signed))? {
            Some(git) => times.push(("git with SSH-signed commits", git)),
            None => output.note("git is left out: git or ssh-keygen is not there"),
        }
        say(output, &times);
        Ok(())
    }
}

fn say(output: &Output, times: &[(&'static str, Times)]) {
    let append = |times: &Times| times.append.map(|time| rate(times.count, time.as_secs_f64()));
    let check = |times: &Times| rate(times.count, times.check.as_secs_f64());
    let Some((_, candour)) = times.first() else { return };
    let lines: Vec<Line> = times
        .iter()
        .map(|(what, times)| Line {
            what,
            appends_per_second: append(times),
            checks_per_second: check(times),
            append_ratio: append(candour).zip(append(times)).map(|(one, other)| one / other),
            check_ratio: check(candour) / check(times),
        })
        .collect();
    let number =
        |value: Option<f64>, digits: usize| value.map_or("—".to_owned(), |value| format!("{value:.digits$}"));
    let rows = lines.iter().map(|line| {
        [
            line.what.to_owned(),
            number(line.appends_per_second, 0),
            number(line.append_ratio, 2),
            number(Some(line.checks_per_second), 0),
            number(Some(line.check_ratio), 2),
        ]
    });
    let title = "durable appends and full checks a second, and how many times as many candour does";
    output.measured(title, &lines, ["what", "appends/s", "candour is ×", "checks/s", "candour is × "], rows);
}
