//! `bound`: verification beside the work in it that cannot be avoided.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use candour::core::entry::Entry;
use candour::core::hash::Hash;
use candour::core::statement::{Statement, pre_authentication_encoding};
use clap::Args;
use ed25519_zebra::{Signature, VerificationKeyBytes, batch};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde::Serialize;
use tempfile::TempDir;

use crate::Result;
use crate::cores::{PIECE, cores, median, timed};
use crate::made::Made;
use crate::once::Took;
use crate::output::{Output, rate};

/// Measures hashing, signatures and parsing alone, and the real thing.
#[derive(Args)]
pub struct Bound {
    /// How many entries
    #[arg(long, value_name = "N", default_value = "100000")]
    entries: NonZeroU64,
    /// How often each is measured
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: usize,
    /// Where generated ledgers are kept; without it, they are not
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Serialize)]
struct Line {
    what: &'static str,
    seconds: f64,
    entries_per_second: f64,
    /// Microseconds of processor time for each entry, were all cores busy throughout.
    cpu_micros_per_entry: f64,
}

#[derive(Serialize)]
struct Measured {
    entries: usize,
    mean_entry_bytes: usize,
    rounds: usize,
    lines: Vec<Line>,
    /// The bound over the real thing: 1 is as fast as can be.
    of_the_bound: f64,
    peak_memory: u64,
}

/// A signature with what it is over.
struct Signed {
    message: Vec<u8>,
    key: [u8; 32],
    signature: [u8; 64],
}

impl Bound {
    pub fn run(self, output: &Output) -> Result<()> {
        let temporary = TempDir::new()?;
        let folder = self.out.as_deref().unwrap_or(temporary.path());
        let made = Made::within(folder, self.entries, output)?;
        let entries = made.entries()?;
        let signed = signatures(&entries)?;
        let mut times: [Vec<Duration>; 4] = Default::default();
        let mut peak = 0;
        // Round by round, so that whatever else the machine does meanwhile meets all alike.
        for _ in 0..self.rounds.max(1) {
            let [hash, verify, parse, real] = &mut times;
            hash.push(timed(&entries, |piece| {
                piece.iter().for_each(|entry| _ = std::hint::black_box(Hash::leaf(entry)));
                Ok(())
            })?);
            verify.push(timed(&signed, check)?);
            parse.push(timed(&entries, |piece| {
                piece.iter().try_for_each(|entry| {
                    Statement::parse(&Entry::parse(entry)?.payload)?;
                    Ok(())
                })
            })?);
            let took = Took::verify(&made)?;
            real.push(Duration::from_secs_f64(took.seconds));
            peak = peak.max(took.peak);
        }
        self.say(output, &entries, times.map(median), peak);
        Ok(())
    }

    fn say(&self, output: &Output, entries: &[Vec<u8>], [hash, verify, parse, real]: [Duration; 4], peak: u64) {
        let count = entries.len();
        let bound = hash + verify + parse;
        let line = |what, time: Duration| Line {
            what,
            seconds: time.as_secs_f64(),
            entries_per_second: rate(count, time.as_secs_f64()),
            cpu_micros_per_entry: time.as_secs_f64() * 1e6 * cores() as f64 / count.max(1) as f64,
        };
        let measured = Measured {
            entries: count,
            mean_entry_bytes: entries.iter().map(Vec::len).sum::<usize>() / count.max(1),
            rounds: self.rounds.max(1),
            lines: vec![
                line("hash each entry", hash),
                line("verify signatures, in batches", verify),
                line("parse entry and statement", parse),
                line("the bound: these three", bound),
                line("candour verify", real),
            ],
            of_the_bound: bound.as_secs_f64() / real.as_secs_f64().max(f64::MIN_POSITIVE),
            peak_memory: peak,
        };
        let rows = measured.lines.iter().map(|line| {
            let cpu = format!("{:.2}", line.cpu_micros_per_entry);
            [line.what.to_owned(), format!("{:.3}", line.seconds), format!("{:.0}", line.entries_per_second), cpu]
        });
        let title = format!(
            "{count} entries of {} bytes, medians of {}; verify is at {:.0}% of the bound, in {} MB",
            measured.mean_entry_bytes,
            measured.rounds,
            measured.of_the_bound * 100.0,
            peak / 1_000_000
        );
        output.measured(&title, &measured, ["what", "seconds", "entries/s", "us of cpu each"], rows);
    }
}

fn signatures(entries: &[Vec<u8>]) -> Result<Vec<Signed>> {
    let mut signed = Vec::new();
    for entry in entries {
        let entry = Entry::parse(entry)?;
        let message = pre_authentication_encoding(&entry.payload);
        signed.extend(entry.signatures.iter().map(|keyed| Signed {
            message: message.clone(),
            key: keyed.key.0,
            signature: keyed.signature.0,
        }));
    }
    Ok(signed)
}

/// Verifies by the cofactored equation, so many at a time, with the terms of equal keys merged.
fn check(piece: &[Signed]) -> Result<()> {
    debug_assert!(piece.len() <= PIECE);
    let mut batch = batch::Verifier::new();
    for Signed { message, key, signature } in piece {
        batch.queue((VerificationKeyBytes::from(*key), Signature::from(*signature), message));
    }
    // What is drawn decides whether a forger could prepare for it, not how long it takes.
    Ok(batch.verify(StdRng::seed_from_u64(crate::made::SEED))?)
}
