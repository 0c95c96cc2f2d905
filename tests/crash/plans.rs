//! Which rounds there are, and which of them are run.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::round::{Disturbance, Known, Tally};
use super::world::World;
use crate::disk::{Call, Event, Plan};

/// A seed, of which every round follows.
pub(crate) struct Chance(u64);

impl Chance {
    /// Prints the seed, which `CANDOUR_SEED` gives.
    pub(crate) fn new() -> Self {
        let seed = number("CANDOUR_SEED").unwrap_or(0x00c0_ffee);
        println!("CANDOUR_SEED={seed}");
        Self(seed | 1)
    }

    /// xorshift64: any spread will do.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }
}

/// A number in the environment; `all` is the largest.
pub(crate) fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    if text == "all" { Some(u64::MAX) } else { text.parse().ok() }
}

/// Every kill at a call: before each, within each write, and after the last.
pub(crate) fn kills(calls: &[Call]) -> Vec<Plan> {
    let plan = |event, at| Plan { event, at, times: 1 };
    let before = calls.iter().map(|call| plan(Event::KillBefore, call.number));
    let writes = calls.iter().filter(|call| call.name == "write");
    let within = writes.map(|call| plan(Event::KillHalf, call.number));
    let last = calls.last().map(|call| plan(Event::KillAfter, call.number));
    before.chain(within).chain(last).collect()
}

/// Every failure at a call: once, twice in a row, and from that call on until the command ends.
pub(crate) fn failures(calls: &[Call]) -> Vec<Plan> {
    let flushes = ["fsync", "fdatasync", "sync_range", "syncfs"];
    let mut plans = Vec::new();
    for call in calls {
        let mut add = |event| plans.extend([1, 2, 0].map(|times| Plan { event, at: call.number, times }));
        add(Event::Eio);
        add(Event::Enospc);
        if call.name == "write" {
            add(Event::Short);
        }
        if flushes.contains(&call.name.as_str()) {
            add(Event::Fsync);
        }
    }
    plans
}

/// Whether a call changes what is evidence, not what only helps (an index, a note of how far was acknowledged, what is
/// sorted beside the memory), nor clears away.
pub(crate) fn is_of_evidence(call: &Call) -> bool {
    let helps = ["/index", "/tmp/runs", "/tmp/acknowledged", "/tmp/note", "/lock"];
    let of_note = call.name == "fsync" && call.path.ends_with("/tmp");
    let clears = ["unlink", "rmdir"].contains(&call.name.as_str());
    !of_note && !clears && !call.path.starts_with("scratch") && !helps.iter().any(|name| call.path.contains(name))
}

/// So many rounds of those of all paths, of each path as many as of any other while it has them.
pub(crate) fn chosen<T: Copy>(all: &[Vec<T>], rounds: u64, chance: &mut Chance) -> Vec<(usize, T)> {
    let mut left: Vec<Vec<T>> = all.to_vec();
    let mut chosen = Vec::new();
    while (chosen.len() as u64) < rounds && left.iter().any(|plans| !plans.is_empty()) {
        for (path, plans) in left.iter_mut().enumerate().filter(|(_, plans)| !plans.is_empty()) {
            let at = chance.below(plans.len() as u64) as usize;
            chosen.push((path, plans.swap_remove(at)));
        }
    }
    chosen.truncate(rounds.min(usize::MAX as u64) as usize);
    chosen
}

/// Runs rounds on two threads, prints what they came to, and fails if anything was wrong.
pub(super) fn run(world: &World, known: &[Known], rounds: &[(usize, Disturbance)]) {
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    let tallies: Mutex<BTreeMap<usize, Vec<Tally>>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((path, disturbance)) = rounds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match known[*path].round(world, *disturbance) {
                        Ok(tally) => tallies.lock().unwrap().entry(*path).or_default().push(tally),
                        Err(words) => wrong.lock().unwrap().push(words),
                    }
                }
            });
        }
    });
    let mut disturbed = 0;
    for (path, tallies) in tallies.into_inner().unwrap() {
        disturbed += tallies.iter().filter(|tally| tally.disturbed).count();
        let count = |of: fn(&Tally) -> bool| tallies.iter().filter(|tally| of(tally)).count();
        println!(
            "{:40} {:4} calls {:5} rounds {:5} disturbed {:5} done nevertheless {:5} errors",
            known[path].path.name,
            known[path].calls.len(),
            tallies.len(),
            count(|tally| tally.disturbed),
            count(|tally| tally.acknowledged),
            count(|tally| tally.failed),
        );
    }
    let wrong = wrong.into_inner().unwrap();
    println!("{} rounds, {disturbed} disturbed", rounds.len());
    let shown = wrong.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n\n");
    assert!(wrong.is_empty(), "{} of {} rounds went wrong\n{shown}", wrong.len(), rounds.len());
    // By a clock some come too late; by the disk hardly any may miss.
    let by_disk = rounds.iter().filter(|(_, disturbance)| matches!(disturbance, Disturbance::Disk(_))).count();
    assert!(disturbed > 0 && 10 * disturbed >= 9 * by_disk, "{disturbed} of {} rounds were disturbed", rounds.len());
}
