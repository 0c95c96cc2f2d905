//! All that is measured of a ledger of one size.

use std::fs;
use std::num::NonZeroU64;
use std::path::Path;
use std::time::{Duration, Instant};

use candour::core::hash::Hash;
use candour::core::merkle;
use candour::shell::ledger::Ledger;
use candour::shell::load::Load;
use candour::shell::publish::Publisher;
use candour::storage::bundle::PRIVATE;
use candour::storage::bundle_writer::copy;
use candour::storage::folder_bundle::FolderBundle;
use candour::storage::folder_store::{FolderReader, FolderStore};
use candour::storage::folder_writer::FolderWriter;
use candour::storage::frozen::Frozen;
use candour::storage::store::{Log as _, StoreError};

use super::Row;
use crate::Result;
use crate::cores::median;
use crate::made::{Made, SEED};
use crate::once::Took;
use crate::output::{Output, rate};

/// Entries that are appended to measure it, one after the other.
const APPENDED: usize = 2000;
/// Proofs of which the median is taken.
const PROOFS: u64 = 1000;

/// Measures the ledger of that many entries below a folder, which is gone afterwards. At most there are two copies of it
/// at a time, and what verifying it writes to the folder for temporary files.
pub fn measure(out: &Path, size: NonZeroU64, output: &Output) -> Result<Row> {
    let made = Made::within(out, size, output)?;
    let entries = size.get();
    let per_second = |seconds: f64| rate(entries as usize, seconds);
    output.note(&format!("{entries}: verify"));
    let verify = Took::verify(&made)?;
    output.note(&format!("{entries}: open"));
    let (index, site, copied) = (made.ledger.join("index"), out.join("site"), out.join("copy"));
    // What an interrupted run left.
    for folder in [&index, &site, &copied] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
    }
    let (first, again) = (Took::open_first(&made)?, Took::open(&made)?);
    let bytes = |path: &Path| -> Result<f64> { Ok(bytes_below(path)? as f64 / entries as f64) };
    let index_bytes_per_entry = bytes(&index)?;
    let ledger_bytes_per_entry = bytes(&made.ledger)?;
    output.note(&format!("{entries}: proofs, copy, publish"));
    let (inclusion, consistency) = proofs(&made.ledger, entries)?;
    let copy = copy_of(&made.ledger, &copied)?;
    let mut publisher = Publisher::new(&site);
    let first_publish = publish(&mut publisher, &made.ledger)?;
    output.note(&format!("{entries}: append"));
    // From here on it is another ledger, which a later run must not take for this one.
    fs::remove_file(&made.policy)?;
    let append = append(&made.ledger, entries)?;
    let publish = publish(&mut publisher, &made.ledger)?;
    fs::remove_dir_all(&site)?;
    fs::remove_dir_all(&made.ledger)?;
    Ok(Row {
        entries,
        verify_per_second: per_second(verify.seconds),
        verify_peak_bytes: verify.peak,
        first_open_seconds: first.seconds,
        open_seconds: again.seconds,
        open_peak_bytes: again.peak,
        inclusion_micros: inclusion.as_secs_f64() * 1e6,
        consistency_micros: consistency.as_secs_f64() * 1e6,
        copy_per_second: per_second(copy.as_secs_f64()),
        first_publish_per_second: per_second(first_publish.as_secs_f64()),
        publish_seconds: publish.as_secs_f64(),
        append_per_second: rate(APPENDED, append.as_secs_f64()),
        ledger_bytes_per_entry,
        index_bytes_per_entry,
    })
}

/// Of entries and sizes all over the tree, in no order that a cache would like.
fn proofs(ledger: &Path, size: u64) -> Result<(Duration, Duration)> {
    let reader = FolderReader::open(ledger)?;
    let node = |level, index| -> std::result::Result<Hash, StoreError> { reader.node(level, index) };
    let (mut inclusion, mut consistency) = (Vec::new(), Vec::new());
    for number in 0..PROOFS.min(size) {
        // A step that has no divisor in common with any size that is no multiple of it.
        let at = number.wrapping_mul(2_654_435_761) % size;
        let begun = Instant::now();
        std::hint::black_box(merkle::inclusion_proof(at, size, node)?);
        inclusion.push(begun.elapsed());
        let begun = Instant::now();
        std::hint::black_box(merkle::consistency_proof(at + 1, size, node)?);
        consistency.push(begun.elapsed());
    }
    Ok((median(inclusion), median(consistency)))
}

fn copy_of(ledger: &Path, target: &Path) -> Result<Duration> {
    let begun = Instant::now();
    let bundle = FolderBundle::open(ledger)?;
    copy(&Frozen::of(&bundle)?, FolderWriter::create(target)?)?;
    let took = begun.elapsed();
    fs::remove_dir_all(target)?;
    Ok(took)
}

fn publish(publisher: &mut Publisher, ledger: &Path) -> Result<Duration> {
    let bundle = FolderBundle::open(ledger)?;
    let begun = Instant::now();
    publisher.publish(&bundle)?;
    Ok(begun.elapsed())
}

/// Appends what would have come next, and publishes a checkpoint of it.
fn append(folder: &Path, size: u64) -> Result<Duration> {
    let mut load = Load::new(SEED)?;
    for _ in 0..size {
        load.plan()?;
    }
    let next = load.sign(APPENDED)?;
    let (store, _) = FolderStore::open(folder)?;
    let (mut ledger, _) = Ledger::open_by_index(store, folder)?;
    let begun = Instant::now();
    for (envelope, at) in next {
        ledger.file(envelope, at, &mut |_| None)?;
    }
    let took = begun.elapsed();
    ledger.publish(load.operator()?)?;
    Ok(took)
}

/// Bytes of all files below a folder, but for the private ones of the ledger that it is.
fn bytes_below(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for item in fs::read_dir(folder)? {
        let item = item?;
        let kind = item.file_type()?;
        if item.file_name().to_str().is_some_and(|name| PRIVATE.contains(&name)) {
            continue;
        }
        bytes += if kind.is_dir() { bytes_below(&item.path())? } else { item.metadata()?.len() };
    }
    Ok(bytes)
}
