//! What is judged before anything is published.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::core::audit::{CHECKPOINT, CHECKPOINTS, attachment_name};
use crate::core::chain::{Chain, Prepared};
use crate::core::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::core::event::Attachment;
use crate::core::fault::{Code, Fault};
use crate::core::hash::Hash;
use crate::core::note::MAX_NOTE_BYTES;
use crate::core::state::shelves::{Runs, Shelves};
use crate::core::text::excerpt;
use crate::core::tile::Tiler;
use crate::shell::attachment;
use crate::shell::preparing::{Manner, prepare};
use crate::shell::replay::{Entries, check_signed};
use crate::storage::bundle::{Bundle, Trouble};
use crate::storage::scratch_files::ScratchFiles;
use crate::storage::site::{self, Site};
use crate::storage::store::StoreError;

use super::PublishError;

/// Where the history up to the last publication is kept, in the folder's private part: who made it and the hash of the
/// rest, in a line, and then the [`Chain`] as JSON, without what grows with every entry, which is in runs beside it. Only
/// the publisher writes there; it is as good as the folder.
const HISTORY: &str = "history";

/// A ledger's latest checkpoint.
pub(super) struct Latest {
    pub bytes: Vec<u8>,
    signed: SignedCheckpoint,
}

impl Latest {
    /// Of a bundle.
    pub fn of(bundle: &dyn Bundle) -> Result<Self, Trouble> {
        let missing = || Fault::new(Code::CheckpointMissing, "a checkpoint", "no such file").in_file(CHECKPOINT);
        Ok(Self::parse(bundle.read(CHECKPOINT, MAX_NOTE_BYTES as u64)?.ok_or_else(missing)?)?)
    }

    pub fn parse(bytes: Vec<u8>) -> Result<Self, Fault> {
        let signed = SignedCheckpoint::parse(&bytes).map_err(|fault| fault.in_file(CHECKPOINT))?;
        if signed.checkpoint().size == 0 {
            return Err(Fault::new(Code::CheckpointMalformed, "a size from 1", "0").in_file(CHECKPOINT));
        }
        Ok(Self { bytes, signed })
    }

    pub fn checkpoint(&self) -> &Checkpoint {
        self.signed.checkpoint()
    }

    /// Checks what can be told without reading entries: whether the other one is of the same ledger, and not older.
    pub fn check_followed_by(&self, next: &Self) -> Result<(), Fault> {
        let (here, next) = (self.checkpoint(), next.checkpoint());
        let (code, expected, found) = if here.origin != next.origin {
            (Code::CheckpointOriginMismatch, excerpt(&here.origin), excerpt(&next.origin))
        } else if next.size < here.size {
            let expected = format!("a checkpoint of {} entries or more, as published before", here.size);
            (Code::CheckpointStale, expected, next.size.to_string())
        } else if next.size == here.size && next.root != here.root {
            (Code::CheckpointRootMismatch, published_before(here), format!("root {}", next.root))
        } else {
            return Ok(());
        };
        Err(Fault::new(code, expected, found).in_file(CHECKPOINT))
    }
}

fn published_before(there: &Checkpoint) -> String {
    format!("root {} at size {}, as published before", there.root, there.size)
}

/// What may be published.
pub(super) struct Judged {
    /// The history up to the latest checkpoint.
    pub chain: Chain,
    /// The size up to which the history was known before.
    pub kept_size: u64,
    /// The tree of what the folder has.
    pub tree: Tiler,
    /// The attachments that the entries after those name, each with the first entry to name it.
    pub attachments: Vec<(u64, Attachment)>,
    /// The sizes of which checkpoints are to be written.
    pub sizes: BTreeSet<u64>,
    /// The sizes of which the folder will have checkpoints.
    pub published: BTreeSet<u64>,
}

/// Replays what is new by the law, and holds every new checkpoint against it. What was known of the history is a hint:
/// where it leads to a fault, the ledger is replayed from its first entry.
pub(super) fn judge(
    entries: &Entries<'_>,
    latest: &Latest,
    there: Option<&Latest>,
    known: Option<Chain>,
    in_folder: &BTreeSet<u64>,
) -> Result<Judged, PublishError> {
    let hinted = known.is_some();
    match judge_from(entries, latest, there, known, in_folder) {
        Err(PublishError::Trouble(Trouble::Faults(_))) if hinted => judge_from(entries, latest, there, None, in_folder),
        judged => judged,
    }
}

fn judge_from(
    entries: &Entries<'_>,
    latest: &Latest,
    there: Option<&Latest>,
    known: Option<Chain>,
    in_folder: &BTreeSet<u64>,
) -> Result<Judged, PublishError> {
    let (size, before) = (latest.checkpoint().size, there.map_or(0, |there| there.checkpoint().size));
    let sizes = wanted(entries.published(), in_folder, before, size);
    let published: BTreeSet<u64> = in_folder.range(..=size).chain(&sizes).copied().collect();
    // A history that did not note what is asked of it now is told anew.
    let noted = |chain: &Chain| sizes.range(..chain.size()).all(|size| chain.mark_at(*size).is_some());
    let grown = |chain: &Chain| chain.size() <= before && noted(chain);
    let origin = |chain: &Chain| chain.origin().is_none_or(|origin| origin.as_str() == latest.checkpoint().origin);
    let known = known.filter(|chain| grown(chain) && origin(chain));
    let chain = known.unwrap_or_else(|| Chain::new().with_scratch(&ScratchFiles::scratch()));
    let kept_size = chain.size();
    let mut judging = Judging { chain, there, tree: None, attachments: BTreeMap::new() };
    published.iter().for_each(|size| judging.chain.checkpoint_published(*size));
    let mut faults = judging.reach(before);
    if faults.is_none() && kept_size < size {
        let read = |next: &mut dyn FnMut(&[u8]) -> ControlFlow<()>| {
            entries.read(kept_size, &mut |entry| Ok(next(entry).is_continue()))
        };
        let read = prepare(Manner::fast(), read, &mut |_, prepared| {
            faults = judging.place(prepared, before);
            let going = faults.is_none() && judging.chain.size() < size;
            if going { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        if faults.is_none() {
            read?;
        }
    }
    Trouble::of_scratch(judging.chain.scratch())?;
    if let Some(faults) = faults {
        return Err(Trouble::from(faults).into());
    }
    let Judging { chain, tree, attachments, .. } = judging;
    if chain.size() < size {
        let expected = format!("{size} entries");
        let fault = Fault::new(Code::CheckpointBeyondEntries, expected, chain.size().to_string());
        return Err(fault.in_file(CHECKPOINT).into());
    }
    check_signed(&chain, latest.checkpoint().size, &latest.signed).map_err(|fault| fault.in_file(CHECKPOINT))?;
    for size in &sizes {
        sized(entries.bundle(), &chain, latest, *size)?;
    }
    let tree = tree.unwrap_or_default();
    let mut attachments: Vec<_> = attachments.into_values().collect();
    attachments.sort_by_key(|(index, _)| *index);
    Ok(Judged { chain, kept_size, tree, attachments, sizes, published })
}

/// The sizes that are to be published of the checkpoints of a ledger: those that the folder does not have, and those whose
/// notes may have gained cosignatures since.
fn wanted(all: &BTreeSet<u64>, there: &BTreeSet<u64>, before: u64, size: u64) -> BTreeSet<u64> {
    let new = |wanted: &u64| *wanted >= before || !there.contains(wanted);
    all.range(..=size).copied().filter(new).chain([size]).collect()
}

struct Judging<'a> {
    chain: Chain,
    there: Option<&'a Latest>,
    /// The tree of what the folder has, once the chain has come so far.
    tree: Option<Tiler>,
    attachments: BTreeMap<Hash, (u64, Attachment)>,
}

impl Judging<'_> {
    /// Takes the next entry. Returns what is wrong with it, or with what the folder holds.
    fn place(&mut self, prepared: Prepared, before: u64) -> Option<Vec<Fault>> {
        let mut faults = Vec::new();
        let (link, _) = self.chain.place(prepared, &mut faults);
        if !faults.is_empty() {
            return Some(faults);
        }
        if link.index >= before
            && let Some(statement) = &link.statement
        {
            for named in statement.event.attachments() {
                let held = self.attachments.entry(named.sha256).or_insert_with(|| (link.index, named.clone()));
                if named.holds.is_some() {
                    held.1.holds = named.holds;
                }
            }
        }
        self.reach(before)
    }

    /// Where the chain has come to what the folder has, that must be what it promised.
    fn reach(&mut self, before: u64) -> Option<Vec<Fault>> {
        if self.chain.size() != before {
            return None;
        }
        self.tree = Some(self.chain.tree().clone());
        let there = self.there?.checkpoint();
        let root = self.chain.root();
        let fault = || Fault::new(Code::CheckpointRootMismatch, published_before(there), format!("root {root}"));
        (root != there.root).then(|| vec![fault().in_file(CHECKPOINT)])
    }
}

/// The checkpoint of a size as the ledger has it, if it is what the entries come to and the operator signed. Where the
/// ledger has none of its latest size, that is the latest one.
pub(super) fn sized(bundle: &dyn Bundle, chain: &Chain, latest: &Latest, size: u64) -> Result<Vec<u8>, PublishError> {
    let name = format!("{CHECKPOINTS}{size}");
    let Some(bytes) = bundle.read(&name, MAX_NOTE_BYTES as u64)? else {
        return Ok(latest.bytes.clone());
    };
    let checked = SignedCheckpoint::parse(&bytes).and_then(|signed| check_signed(chain, size, &signed));
    checked.map_err(|fault| fault.in_file(name))?;
    Ok(bytes)
}

/// Where an attachment holds observations, checks that it is such a table, and of the rows that are said.
pub(super) fn check_table(bundle: &dyn Bundle, named: &Attachment) -> Result<(), PublishError> {
    let name = attachment_name(&named.sha256);
    let (Some(_), Some(file)) = (named.holds, bundle.open(&name)?) else { return Ok(()) };
    let unreadable = |error| Trouble::reading(&bundle.locate(&name), error);
    let table = attachment::read(file, true, |_, _| {}).map_err(unreadable)?.table;
    Ok(table.transpose()?.map_or(Ok(()), |rows| named.check_rows(rows))?)
}

/// What is kept of a history: the chain without its shelves, and the runs that have those.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct History {
    chain: Chain,
    runs: Runs,
}

#[derive(Serialize)]
struct HistoryRef<'a> {
    chain: &'a Chain,
    runs: &'a Runs,
}

/// The history that was kept in a folder, if it is whole, and of this version.
pub(super) fn kept(root: &Path) -> Option<Chain> {
    let bytes = site::kept(root, HISTORY, &begins())?;
    let at = bytes.iter().position(|byte| *byte == b'\n')?;
    let (line, json) = bytes.split_at_checked(at)?;
    let json = json.get(1..).filter(|json| line == heading(json).as_bytes())?;
    let History { chain, runs } = serde_json::from_slice(json).ok()?;
    let scratch = ScratchFiles::scratch();
    let shelves = Shelves::open(site::runs(root).open(&runs).ok()?, &scratch).ok()?;
    let mut chain = chain.with_scratch(&scratch);
    chain.put_shelves(shelves);
    Some(chain)
}

/// Keeps a history in the folder. Where that fails, the next publication replays.
pub(super) fn keep(site: &mut Site, chain: &mut Chain) -> Result<(), StoreError> {
    let files = site.runs();
    let mut shelves = chain.take_shelves();
    let runs = shelves.keep(&files);
    let json = runs.map(|runs| (serde_json::to_vec(&HistoryRef { chain, runs: &runs }), runs));
    chain.put_shelves(shelves);
    let Ok((Ok(json), runs)) = json else { return Ok(()) };
    let bytes = [format!("{}\n", heading(&json)).as_bytes(), &json].concat();
    if bytes.len() as u64 > site::MAX_KEPT_BYTES {
        // Nothing names them, nor those of the history before for long.
        let _ = files.clear();
        return Ok(());
    }
    site.keep(HISTORY, &bytes)?;
    site.settle()?;
    // Until here, the runs of the history before were there.
    files.remove_others(runs.iter());
    Ok(())
}

fn heading(json: &[u8]) -> String {
    format!("{}{}", begins(), Hash::of(json))
}

fn begins() -> String {
    format!("{} ", env!("CARGO_PKG_VERSION"))
}
