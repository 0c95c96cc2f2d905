//! Every state in which a power cut can leave what was recorded, and what comes of it.

use std::collections::HashSet;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::audited::Known;
use super::judge::{Claims, judge};
use super::tree::{Disk, Fate, Pending, SECTOR, lay_out};
use crate::disk::Call;

/// Random subsets of what was not flushed, after each call.
const SUBSETS: usize = 6;

/// xorshift64: any spread will do.
pub(super) struct Random(pub u64);

impl Random {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

/// What was done on a disk, from where on.
pub(super) struct Record {
    pub before: Disk,
    pub claims: Claims,
    pub calls: Vec<Call>,
    /// The entries in the end.
    pub live: Vec<Vec<u8>>,
    /// Cuts before that call are of no interest.
    pub from: usize,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Moments at which the power was cut.
    pub cuts: usize,
    /// Different states that these can leave, of those that were judged.
    pub states: usize,
    /// What was wrong with which.
    pub wrong: Vec<String>,
}

/// A moment: the disk, what was acknowledged, and the call that was the last.
struct Moment {
    disk: Disk,
    claims: Claims,
    last: String,
}

/// Cuts the power after each call, and judges at most so many states: first those in which nothing or everything survives
/// that was not flushed, for up to half of them, then others.
pub(super) fn simulate(record: &Record, most: usize, random: &mut Random) -> Outcome {
    let moments = moments(record);
    let (mut first, mut others) = (Vec::new(), Vec::new());
    for (at, moment) in moments.iter().enumerate() {
        let pending = moment.disk.pending();
        first.extend([Fate::Lost, Fate::Kept].map(|fate| (at, vec![fate; pending.len()])));
        others.extend(fates(pending, random).into_iter().map(|fates| (at, fates)));
    }
    for list in [&mut first, &mut others] {
        for last in (1..list.len()).rev() {
            list.swap(last, random.below(last + 1));
        }
    }
    let half = if most == usize::MAX { first.len() } else { first.len().min(most / 2) };
    outcome(record, &moments, first.into_iter().take(half).chain(others), most)
}

/// Cuts the power after each call, where nothing survives that was not flushed.
pub(super) fn simulate_forgetful(record: &Record) -> Outcome {
    let moments = moments(record);
    let fates: Vec<_> =
        moments.iter().map(|moment| vec![Fate::Lost; moment.disk.pending().len()]).enumerate().collect();
    outcome(record, &moments, fates.into_iter(), usize::MAX)
}

/// Judges the states, each once, and at most so many.
fn outcome(record: &Record, moments: &[Moment], all: impl Iterator<Item = (usize, Vec<Fate>)>, most: usize) -> Outcome {
    let (mut seen, mut states) = (HashSet::new(), Vec::new());
    for (at, fates) in all {
        let mut hasher = DefaultHasher::new();
        (moments[at].disk.cut(&fates), &moments[at].claims).hash(&mut hasher);
        if seen.insert(hasher.finish()) {
            states.push((at, fates));
        }
        if states.len() >= most {
            break;
        }
    }
    let wrong = judge_all(moments, &states, &record.live);
    Outcome { cuts: moments.len(), states: states.len(), wrong }
}

fn moments(record: &Record) -> Vec<Moment> {
    let (mut disk, mut claims) = (record.before.clone(), record.claims.clone());
    let mut moments = Vec::new();
    for (at, call) in record.calls.iter().enumerate() {
        let said = call.name == "say";
        if said {
            claims.hear(&String::from_utf8_lossy(&call.data));
        }
        let changed = !said && disk.apply(call);
        if at >= record.from && (changed || said || at == record.from) {
            let last = format!("{} {} {} {}", call.number, call.name, call.path, call.path2);
            moments.push(Moment { disk: disk.clone(), claims: claims.clone(), last });
        }
    }
    moments
}

/// Each change alone missing, alone there, and there in part; and some at random.
fn fates(pending: &[Pending], random: &mut Random) -> Vec<Vec<Fate>> {
    let mut all = Vec::new();
    for (at, change) in pending.iter().enumerate().filter(|(_, change)| !change.indexed) {
        let mut one = |others: Fate, fate: Fate| {
            let mut fates = vec![others; pending.len()];
            fates[at] = fate;
            all.push(fates);
        };
        one(Fate::Kept, Fate::Lost);
        one(Fate::Lost, Fate::Kept);
        if change.bytes() > 0 {
            one(Fate::Kept, Fate::Zeros);
            one(Fate::Lost, Fate::Zeros);
            let sectors = change.bytes() / SECTOR;
            for sectors in [1, sectors / 2, sectors] {
                one(Fate::Kept, Fate::Torn(sectors, false));
                one(Fate::Kept, Fate::Torn(sectors, true));
            }
            one(Fate::Kept, Fate::Holed(!1));
            one(Fate::Kept, Fate::Holed(random.0));
        }
    }
    for _ in 0..if pending.is_empty() { 0 } else { SUBSETS } {
        let mut fate = |change: &Pending| match random.below(10) {
            0..4 => Fate::Kept,
            4..8 => Fate::Lost,
            _ if change.bytes() == 0 => Fate::Lost,
            8 => Fate::Torn(random.below(1 + (change.bytes() / SECTOR) as usize) as u64, random.below(2) == 0),
            _ => Fate::Holed(random.0),
        };
        all.push(pending.iter().map(&mut fate).collect());
    }
    all
}

fn judge_all(moments: &[Moment], states: &[(usize, Vec<Fate>)], live: &[Vec<u8>]) -> Vec<String> {
    let (next, wrong, known) = (AtomicUsize::new(0), Mutex::new(Vec::new()), Known::default());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((at, fates)) = states.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let moment = &moments[*at];
                    if let Err(why) = judge_one(moment, fates, live, &known) {
                        wrong.lock().expect("a list").push(format!("{}: {why}", tell(moment, fates)));
                    }
                }
            });
        }
    });
    wrong.into_inner().expect("a list")
}

fn judge_one(moment: &Moment, fates: &[Fate], live: &[Vec<u8>], known: &Known) -> Result<(), String> {
    let folder = tempfile::tempdir_in(memory()).expect("a folder");
    lay_out(&moment.disk.cut(fates), folder.path());
    judge(folder.path(), &moment.claims, live, known)
}

/// Which state it is.
fn tell(moment: &Moment, fates: &[Fate]) -> String {
    let pending = moment.disk.pending();
    let count = |fate: Fate| fates.iter().filter(|it| **it == fate).count();
    let usual = if count(Fate::Kept) * 2 > fates.len() { Fate::Kept } else { Fate::Lost };
    let unusual = pending.iter().zip(fates).filter(|(_, fate)| **fate != usual);
    let unusual: Vec<_> = unusual.map(|(change, fate)| format!("{fate:?} {}", change.said)).collect();
    format!("after {}, of {} changes all {usual:?} but {unusual:?}", moment.last, fates.len())
}

/// Where files cost no disk, if there is such a place.
pub(super) fn memory() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if fs::metadata(memory).is_ok_and(|metadata| metadata.is_dir()) { memory.into() } else { std::env::temp_dir() }
}
