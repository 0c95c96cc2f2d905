//! `append`: durable appends by one filer and by many, beside one write and fdatasync of the same bytes and beside their
//! signatures alone.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use candour::core::key::KeyCache;
use candour::core::statement::{Envelope, KeyedSignature, pre_authentication_encoding};
use candour::shell::clock::SystemClock;
use candour::shell::ledger::Intake;
use candour::shell::load::Load;
use clap::Args;
use serde::Serialize;
use tempfile::TempDir;

use crate::Result;
use crate::cores::{cores, timed};
use crate::made::{Opened, SEED};
use crate::output::{Output, rate};

/// Measures rate and latency of appends that are durable when they return.
#[derive(Args)]
pub struct Append {
    /// How many statements each number of filers files together
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    entries: usize,
    /// How many file at once
    #[arg(long, value_name = "N,N,…", value_delimiter = ',', default_values_t = [1, 4, 16, 64, 256])]
    filers: Vec<usize>,
    /// In which folder, and so on which disk; without it, the system's for temporary files
    #[arg(long, value_name = "DIR")]
    out: Option<std::path::PathBuf>,
}

/// How long each of a number of appends took.
#[derive(Serialize)]
struct Line {
    what: String,
    per_second: f64,
    p50_micros: f64,
    p99_micros: f64,
    max_micros: f64,
}

impl Append {
    pub fn run(self, output: &Output) -> Result<()> {
        let mut lines = vec![
            flushes(&self.folder()?.path().join("file"), self.entries.min(2000))?,
            signatures(self.entries.min(20_000))?,
        ];
        for &filers in &self.filers {
            let folder = self.folder()?;
            lines.push(many(folder.path(), filers.max(1), self.entries)?);
        }
        let micros = |value: f64| format!("{value:.0}");
        let rows = lines.iter().map(|line| {
            let Line { what, per_second, p50_micros, p99_micros, max_micros } = line;
            [what.clone(), micros(*per_second), micros(*p50_micros), micros(*p99_micros), micros(*max_micros)]
        });
        let title = "durable appends; latency in microseconds, from handing in to the acknowledgement";
        output.measured(title, &lines, ["what", "a second", "median", "99th of 100", "longest"], rows);
        Ok(())
    }

    fn folder(&self) -> Result<TempDir> {
        Ok(match &self.out {
            Some(out) => {
                std::fs::create_dir_all(out)?;
                TempDir::new_in(out)?
            }
            None => TempDir::new()?,
        })
    }
}

impl Line {
    fn of(what: String, mut each: Vec<Duration>, all: Duration) -> Self {
        each.sort_unstable();
        let at = |hundredth: usize| {
            let time = each.get((each.len() * hundredth / 100).min(each.len().saturating_sub(1)));
            time.map_or(0.0, |time| time.as_secs_f64() * 1e6)
        };
        let per_second = rate(each.len(), all.as_secs_f64());
        Self { what, per_second, p50_micros: at(50), p99_micros: at(99), max_micros: at(100) }
    }
}

/// One write and fdatasync of as many bytes as an entry has, in a file that grows.
fn flushes(path: &Path, count: usize) -> Result<Line> {
    let mut file: File = OpenOptions::new().append(true).create_new(true).open(path)?;
    let (bytes, begun, mut each) = ([7; 600], Instant::now(), Vec::with_capacity(count));
    for _ in 0..count {
        let handed_in = Instant::now();
        file.write_all(&bytes)?;
        file.sync_data()?;
        each.push(handed_in.elapsed());
    }
    Ok(Line::of("one write and fdatasync".to_owned(), each, begun.elapsed()))
}

/// `verify_strict` of as many statements, each by a key that is unpacked already, on all cores and without anything else.
fn signatures(count: usize) -> Result<Line> {
    let (mut keys, mut claims) = (KeyCache::default(), Vec::new());
    for (Envelope { payload, signatures }, _) in Load::of_disclosures(SEED, 256)?.sign(count)? {
        for KeyedSignature { key, signature } in signatures {
            claims.push((keys.parse(&key)?, pre_authentication_encoding(&payload), signature));
        }
    }
    let each = Mutex::new(Vec::with_capacity(claims.len()));
    let all = timed(&claims, |piece| {
        let mut times = Vec::with_capacity(piece.len());
        for (key, message, signature) in piece {
            let begun = Instant::now();
            if !key.verify_strict(message, signature) {
                return Err("a signature that is none".into());
            }
            times.push(begun.elapsed());
        }
        each.lock().unwrap_or_else(PoisonError::into_inner).extend(times);
        Ok(())
    })?;
    let each = each.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Line::of(format!("signatures alone, on {} cores", cores()), each, all))
}

/// What platforms have to say differs by as much; each of them has so many times its share at hand, lest the busiest be
/// alone in the end.
const SPARE: usize = 4;

/// Appends to a new ledger, by so many filers at once until the last append, each with a platform of its own.
fn many(folder: &Path, filers: usize, count: usize) -> Result<Line> {
    let Opened { ledger, next, .. } = Opened::within(&folder.join("ledger"), count * SPARE, filers)?;
    let mut hands: Vec<Vec<Envelope>> = Vec::new();
    let mut keys = std::collections::BTreeMap::new();
    for (envelope, _) in next {
        let Some(author) = envelope.signatures.first() else { continue };
        let hand = *keys.entry(author.key).or_insert(hands.len());
        if hand == hands.len() {
            hands.push(Vec::new());
        }
        if let Some(hand) = hands.get_mut(hand) {
            hand.push(envelope);
        }
    }
    let ((intake, _writer), start) = (Intake::start(ledger, SystemClock)?, Barrier::new(hands.len() + 1));
    let handed_in = AtomicUsize::new(0);
    let (each, all) = thread::scope(|scope| -> Result<_> {
        let (intake, start, handed_in) = (&intake, &start, &handed_in);
        let filer = |hand: Vec<Envelope>| {
            move || -> Result<Vec<Duration>> {
                start.wait();
                let mine = hand.into_iter().take_while(|_| handed_in.fetch_add(1, Ordering::Relaxed) < count);
                let file = |envelope| {
                    let handed_in = Instant::now();
                    intake.file(envelope, &mut |_| None)?;
                    Ok(handed_in.elapsed())
                };
                mine.map(file).collect()
            }
        };
        // With a name, for whoever profiles it.
        let named = || thread::Builder::new().name("filer".to_owned());
        let filers = hands.into_iter().map(|hand| named().spawn_scoped(scope, filer(hand)));
        let filers = filers.collect::<std::io::Result<Vec<_>>>()?;
        start.wait();
        let (begun, mut each) = (Instant::now(), Vec::with_capacity(count));
        for filer in filers {
            each.extend(filer.join().map_err(|_| "a filer panicked")??);
        }
        Ok((each, begun.elapsed()))
    })?;
    let what = if filers == 1 { "1 filer".to_owned() } else { format!("{filers} filers at once") };
    Ok(Line::of(what, each, all))
}
