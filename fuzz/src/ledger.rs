//! Honest ledgers, what the fuzzer does to copies of them, and what must hold of any copy that still verifies.
//!
//! Nobody here has a key. So what a valid checkpoint seals is what it sealed before, and all that was said was said by
//! its author, however the files were cut, mixed, renamed or consistently rewritten.

use std::collections::{BTreeMap, BTreeSet};

use arbitrary::{Result, Unstructured};
use candour::core::audit::{Report, Verdict};
use candour::core::chain::Chain;
use candour::core::entry::Entry;
use candour::core::event::Observation;
use candour::core::hash::Hash;
use candour::core::policy::Policy;
use candour::core::statement::Rule;
use candour::core::tile::{self, Tile, TileKind};
use candour::core::time::Millis;
use candour::shell::verify::{self, Options, Place, Seen, Watch};
use candour::storage::bundle::{Bundle, Trouble};
use candour::storage::layout::TAIL;
use candour::storage::memory_bundle::MemoryBundle;

use crate::fixtures;

/// Edits of one copy, at most.
const MAX_EDITS: usize = 12;
/// Bytes that an edit brings along, at most.
const MAX_NEW_BYTES: usize = 300;

/// A bundle's files by their names.
pub type Files = Vec<(String, Vec<u8>)>;

/// A ledger that verifies.
pub struct Ledger {
    /// Its files.
    pub files: Files,
    /// Its policy, as it is written.
    pub text: Vec<u8>,
    /// Its policy.
    pub policy: Policy,
    entries: Vec<Vec<u8>>,
    said: Said,
}

/// What readers are shown.
#[derive(Default)]
struct Said {
    origin: Option<String>,
    leaves: Vec<Hash>,
    statements: BTreeSet<Vec<u8>>,
    observations: Vec<(u64, Observation)>,
}

impl Watch for Said {
    fn entry(&mut self, seen: &Seen<'_>) {
        self.leaves.push(seen.link.leaf);
        self.statements.insert(seen.entry.payload.clone());
    }

    fn observation(&mut self, seen: &Seen<'_>, _: Place, observation: &Observation) {
        self.observations.push((seen.link.index, observation.clone()));
    }

    fn end(&mut self, chain: &Chain) {
        self.origin = chain.origin().map(ToString::to_string);
    }
}

impl Said {
    /// What was said in the first entries.
    fn observed(&self, entries: usize) -> impl Iterator<Item = &(u64, Observation)> {
        self.observations.iter().take_while(move |(index, _)| (*index as usize) < entries)
    }
}

impl Ledger {
    /// The honest ledger of that name.
    pub fn honest(name: &str) -> Self {
        let (files, text) = (fixtures::unpacked(name), fixtures::policy(name));
        let policy = fixtures::parsed(&text);
        let bundle = MemoryBundle::from_iter(files.clone());
        let (report, said) = judge(&bundle, &policy, Rule::Cofactored).expect("an honest ledger");
        assert_eq!(report.verdict, Verdict::Verified, "{name}");
        let entries = entries(&files);
        assert!(entries.iter().map(|entry| Hash::leaf(entry)).eq(said.leaves.iter().copied()), "{name}");
        Self { files, text, policy, entries, said }
    }

    /// Judges a copy. Returns whether it verifies; then what it seals is this ledger's, and so is all that is said.
    pub fn hold(&self, copy: &dyn Bundle) -> bool {
        match judge(copy, &self.policy, Rule::Cofactored) {
            Ok((report, said)) => {
                report.faults.iter().for_each(|fault| crate::bounded_message(&fault.to_string()));
                if report.verdict == Verdict::Falsified {
                    assert!(!report.faults.is_empty());
                    return false;
                }
                assert!(self.is_of(&report, &said), "it verifies, and is another: {report:?}");
                true
            }
            Err(Trouble::Io { .. }) => false,
            Err(Trouble::Faults(faults)) => {
                faults.iter().for_each(|fault| crate::bounded_message(&fault.to_string()));
                false
            }
        }
    }

    fn is_of(&self, report: &Report, said: &Said) -> bool {
        let sealed = report.sealed as usize;
        said.origin == self.said.origin
            && said.leaves.len() as u64 == report.size
            && (1..=said.leaves.len()).contains(&sealed)
            && self.said.leaves.get(..sealed) == said.leaves.get(..sealed)
            && said.observed(sealed).eq(self.said.observed(sealed))
            && said.statements.is_subset(&self.said.statements)
    }
}

/// What the auditor says of a bundle, and what readers are shown of it meanwhile.
fn judge(bundle: &dyn Bundle, policy: &Policy, rule: Rule) -> std::result::Result<(Report, Said), Trouble> {
    let mut said = Said::default();
    let options = Options { pins: Vec::new(), rule, progress: &mut |_, _| {}, as_of: None, watch: &mut said };
    let report = verify::verify(bundle, policy, options)?;
    Ok((report, said))
}

/// All entries of an honest ledger, each in the place that it names.
fn entries(files: &Files) -> Vec<Vec<u8>> {
    let is_bundle = |name: &str| Tile::parse(name).map_or(name == TAIL, |tile| tile.kind == TileKind::Entries);
    let bundles = files.iter().filter(|(name, _)| is_bundle(name));
    let entries = bundles.flat_map(|(_, bytes)| tile::split(bytes).map_while(std::result::Result::ok));
    let placed: BTreeMap<u64, &[u8]> =
        entries.filter_map(|bytes| Some((Entry::parse(bytes).ok()?.index, bytes))).collect();
    placed.into_values().map(<[u8]>::to_vec).collect()
}

/// Edits a copy of a ledger, as the fuzzer says; `other` is another, to take from.
pub fn edited(ledger: &Ledger, other: &Ledger, chosen: &mut Unstructured<'_>) -> Files {
    let (mut files, mut entries) = (ledger.files.clone(), ledger.entries.clone());
    for _ in 0..MAX_EDITS {
        if chosen.is_empty() {
            break;
        }
        // When the choices run out, what was chosen stands.
        let _ = edit(&mut files, &mut entries, other, chosen);
    }
    files
}

fn edit(files: &mut Files, entries: &mut Vec<Vec<u8>>, other: &Ledger, chosen: &mut Unstructured<'_>) -> Result<()> {
    match chosen.int_in_range(0..=13)? {
        0..=4 => {
            let at = chosen.choose_index(files.len())?;
            edit_bytes(&mut files[at].1, chosen)?;
        }
        5 => {
            let (from, to) = (chosen.choose_index(files.len())?, chosen.choose_index(files.len())?);
            files[to].1 = files[from].1.clone();
        }
        6 => {
            let (from, to) = (chosen.choose_index(other.files.len())?, chosen.choose_index(files.len())?);
            files[to].1 = other.files[from].1.clone();
        }
        7 => {
            let at = chosen.choose_index(files.len())?;
            files[at].0 = name(other, chosen)?;
        }
        8 => {
            if files.len() > 1 {
                let at = chosen.choose_index(files.len())?;
                files.remove(at);
            }
        }
        9 => {
            let length = chosen.int_in_range(0..=MAX_NEW_BYTES)?;
            let bytes = chosen.bytes(length.min(chosen.len()))?.to_vec();
            files.push((name(other, chosen)?, bytes));
        }
        _ => {
            edit_entries(entries, other, chosen)?;
            if chosen.arbitrary()? {
                relink(entries);
            }
            rewrite(files, entries);
        }
    }
    Ok(())
}

/// A file's name, of a kind that matters.
fn name(other: &Ledger, chosen: &mut Unstructured<'_>) -> Result<String> {
    let width = chosen.int_in_range(1..=tile::TILE_WIDTH)?;
    Ok(match chosen.int_in_range(0..=5)? {
        0 => Tile { kind: TileKind::Hashes(0), index: chosen.int_in_range(0..=2)?, width }.path(),
        1 => Tile { kind: TileKind::Entries, index: chosen.int_in_range(0..=2)?, width }.path(),
        2 => format!("checkpoints/{width}"),
        3 => Tile { kind: TileKind::Hashes(chosen.int_in_range(0..=9)?), index: chosen.arbitrary()?, width }.path(),
        4 => other.files[chosen.choose_index(other.files.len())?].0.clone(),
        _ => {
            let length = chosen.int_in_range(0..=40)?;
            String::from_utf8_lossy(chosen.bytes(length.min(chosen.len()))?).into_owned()
        }
    })
}

/// Edits bytes in one place.
pub fn edit_bytes(bytes: &mut Vec<u8>, chosen: &mut Unstructured<'_>) -> Result<()> {
    let at = chosen.int_in_range(0..=bytes.len())?;
    let end = (at + chosen.int_in_range(0..=64)?).min(bytes.len());
    match chosen.int_in_range(0..=5)? {
        0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (end % 8)),
        1 => bytes.truncate(at),
        2 => drop(bytes.drain(at..end)),
        3 => {
            let again = bytes[at..end].to_vec();
            drop(bytes.splice(at..at, again));
        }
        _ => {
            let length = chosen.int_in_range(0..=MAX_NEW_BYTES)?;
            let new = chosen.bytes(length.min(chosen.len()))?.to_vec();
            drop(bytes.splice(at..end, new));
        }
    }
    Ok(())
}

fn edit_entries(entries: &mut Vec<Vec<u8>>, other: &Ledger, chosen: &mut Unstructured<'_>) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let (at, to) = (chosen.choose_index(entries.len())?, chosen.choose_index(entries.len())?);
    match chosen.int_in_range(0..=6)? {
        0 => drop(entries.remove(at)),
        1 => entries.swap(at, to),
        2 => entries.insert(to, entries[at].clone()),
        3 => entries.insert(to, other.entries[chosen.choose_index(other.entries.len())?].clone()),
        4 => edit_bytes(&mut entries[at], chosen)?,
        change => {
            let (Ok(mut entry), Ok(from)) = (Entry::parse(&entries[at]), Entry::parse(&entries[to])) else {
                return Ok(());
            };
            match change {
                5 => entry.signatures.extend(from.signatures.first()),
                _ if chosen.arbitrary()? => entry.signatures.truncate(chosen.int_in_range(0..=1)?),
                _ => entry.recorded_at = Millis::from_unix_ms(chosen.arbitrary()?).unwrap_or(from.recorded_at),
            }
            entries[at] = entry.encode().unwrap_or_default();
        }
    }
    Ok(())
}

/// Makes every entry name its place and the one before, as a ledger would that had always been so.
fn relink(entries: &mut [Vec<u8>]) {
    let mut previous = Hash::ZERO;
    for (bytes, index) in entries.iter_mut().zip(0..) {
        if let Ok(entry) = Entry::parse(bytes) {
            *bytes = Entry { index, previous, ..entry }.encode().unwrap_or_default();
        }
        previous = Hash::leaf(bytes);
    }
}

/// Makes every tile and the tail that of these entries.
fn rewrite(files: &mut Files, entries: &[Vec<u8>]) {
    let leaves: Vec<Hash> = entries.iter().map(|entry| Hash::leaf(entry)).collect();
    let width = usize::from(tile::TILE_WIDTH);
    for (name, bytes) in files {
        if name == TAIL {
            *bytes = bundled(entries.chunks_exact(width).remainder());
        }
        let Some(Tile { kind, index, width: of }) = Tile::parse(name) else { continue };
        let first = usize::try_from(index).unwrap_or(usize::MAX).saturating_mul(width);
        let part = first..first.saturating_add(of.into()).min(entries.len());
        match kind {
            TileKind::Entries => *bytes = bundled(entries.get(part).unwrap_or_default()),
            TileKind::Hashes(0) => {
                *bytes = leaves.get(part).unwrap_or_default().iter().flat_map(|leaf| leaf.0).collect()
            }
            TileKind::Hashes(1) => *bytes = leaves.chunks_exact(width).flat_map(|full| tile::subtree(full).0).collect(),
            TileKind::Hashes(_) => {}
        }
    }
}

fn bundled(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut bundle = Vec::new();
    for entry in entries {
        // What is too long for a bundle is left out.
        let _ = tile::push_entry(&mut bundle, entry);
    }
    bundle
}
