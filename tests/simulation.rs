//! A simulation, with a seed, of operators, witnesses and readers, honest and not, over a network that loses, delays,
//! repeats and reorders, with crashes on the way. Whatever is checked in it is checked by the real code.
//!
//! The property: as long as fewer witnesses deceive than [`Policy::witnesses_to_deceive`] says, no two readers of one
//! policy ever accept two histories. Where as many deceive, the report has never claimed that they could not; and the
//! simulation shows that they then do.
//!
//! `CANDOUR_SEED` chooses the first seed, `CANDOUR_RUNS` how many runs follow from it. Each run has a seed of its own, which
//! a failure names.

#![allow(clippy::unwrap_used, reason = "a test may fail so")]

mod history;
mod network;
mod operator;
mod reader;
mod witness;
mod world;

use std::thread;

use candour::core::policy::Policy;

use world::{Outcome, World};

/// Runs, unless `CANDOUR_RUNS` says otherwise.
const RUNS: u64 = 2_000;
/// Runs in which a removed check must have shown, at most.
const RUNS_UNTIL_NOTICED: u64 = 4_000;

/// A check that is taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Removed {
    /// Nothing is.
    Nothing,
    /// Witnesses do not ask whether the new tree extends the old one.
    ConsistencyProof,
    /// Witnesses take the client's word for the size that they cosigned last.
    OldSize,
    /// Witnesses answer before the new checkpoint is on the disk.
    PersistFirst,
    /// Witnesses check, and persist some time later, with other requests in between.
    Atomicity,
    /// Readers do not ask for a quorum.
    Quorum,
    /// Readers count the witnesses' lines, and do not verify them.
    CosignatureSignature,
}

/// Random numbers that depend on a seed alone: xorshift64.
struct Random(u64);

impl Random {
    fn of(seed: u64) -> Self {
        // Seeds one after the other begin far apart.
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        (0..8).for_each(|_| _ = random.next());
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Below that number, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 11) as usize % end
    }

    /// So often in a hundred.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

fn first_seed() -> u64 {
    std::env::var("CANDOUR_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(2021)
}

/// What came of many runs.
#[derive(Debug, Default)]
struct Tally {
    runs: u64,
    accepted: usize,
    crashes: usize,
    refused: usize,
    /// Runs in which too few deceived for a split, and there was none.
    safe: u64,
    /// Of those, the ones with a deceiving operator.
    attacked: u64,
    /// Runs in which enough deceived for a split.
    exposed: u64,
    /// Of those, the ones in which two histories were accepted.
    split: u64,
    /// Runs of an honest operator that published at last.
    published: u64,
}

#[test]
fn no_reader_of_a_policy_is_shown_two_histories_unless_as_many_deceive_as_the_report_says() {
    let first = first_seed();
    println!("CANDOUR_SEED={first}");
    let runs: u64 = std::env::var("CANDOUR_RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(RUNS);
    let halves = [0, 1].map(|half| (first + half..first + runs).step_by(2));
    let tallies = thread::scope(|scope| {
        let threads = halves.map(|seeds| scope.spawn(move || tally(seeds)));
        threads.map(|thread| thread.join().unwrap())
    });
    let sum = |of: fn(&Tally) -> u64| tallies.iter().map(of).sum::<u64>();
    println!("{tallies:#?}");
    assert_eq!(sum(|tally| tally.runs), runs);
    // A simulation in which nothing happens would hold any property.
    for (what, count) in [
        ("accepted checkpoints", sum(|tally| tally.accepted as u64)),
        ("crashes", sum(|tally| tally.crashes as u64)),
        ("refusals", sum(|tally| tally.refused as u64)),
        ("attacks that failed", sum(|tally| tally.attacked)),
        ("splits where enough deceived", sum(|tally| tally.split)),
        ("honest ledgers that published", sum(|tally| tally.published)),
    ] {
        assert!(count * 20 > runs, "{what}: {count} in {runs} runs");
    }
}

fn tally(seeds: impl Iterator<Item = u64>) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let outcome = World::new(seed, Removed::Nothing).run();
        let Outcome { deceiving, needed, honest_operator, .. } = outcome;
        let exposed = !honest_operator && deceiving >= needed;
        assert!(
            outcome.split.is_none() || exposed,
            "seed {seed}: {deceiving} witnesses deceived, of {needed} needed, and two histories were accepted: {:?}",
            outcome.split
        );
        assert!(!honest_operator || outcome.published, "seed {seed}: an honest operator never published");
        assert!(!honest_operator || !outcome.accused, "seed {seed}: an honest operator was accused");
        tally.runs += 1;
        tally.accepted += outcome.accepted;
        tally.crashes += outcome.crashes;
        tally.refused += outcome.refused;
        tally.safe += u64::from(!exposed);
        tally.attacked += u64::from(!exposed && !honest_operator);
        tally.exposed += u64::from(exposed);
        tally.split += u64::from(outcome.split.is_some());
        tally.published += u64::from(honest_operator && outcome.published);
    }
    tally
}

#[test]
fn each_check_that_is_removed_is_missed() {
    let first = first_seed();
    println!("CANDOUR_SEED={first}");
    for removed in [
        Removed::ConsistencyProof,
        Removed::OldSize,
        Removed::PersistFirst,
        Removed::Atomicity,
        Removed::Quorum,
        Removed::CosignatureSignature,
    ] {
        let noticed = (first..first + RUNS_UNTIL_NOTICED).find(|seed| {
            let outcome = World::new(*seed, removed).run();
            outcome.split.is_some() && (outcome.honest_operator || outcome.deceiving < outcome.needed)
        });
        println!("{removed:?} removed: two histories accepted with seed {noticed:?}");
        assert!(noticed.is_some(), "{removed:?} was removed, and nothing came of it");
    }
}

#[test]
fn a_seed_says_all() {
    for seed in 0..20 {
        let [a, b] = [0, 1].map(|_| World::new(seed, Removed::Nothing).run());
        assert_eq!(a, b, "seed {seed}");
    }
}

/// The policy's text, without its log line, of that many witnesses: a threshold, or groups of them.
fn quorum_of(random: &mut Random, witnesses: usize) -> String {
    let names: Vec<String> = (0..witnesses).map(|number| format!("W{number}")).collect();
    if random.chance(8) {
        return "quorum none\n".to_owned();
    }
    if witnesses > 3 && random.chance(30) {
        let (left, right) = names.split_at(1 + random.below(witnesses - 1));
        let (l, r) = (1 + random.below(left.len()), 1 + random.below(right.len()));
        let both = random.pick(&["all", "any"]);
        let (left, right) = (left.join(" "), right.join(" "));
        return format!("group L {l} {left}\ngroup R {r} {right}\ngroup Q {both} L R\nquorum Q\n");
    }
    // Majorities more often than not: what protects somebody is what is to be attacked.
    let threshold = if random.chance(70) { witnesses / 2 + 1 } else { 1 + random.below(witnesses) };
    format!("group Q {threshold} {}\nquorum Q\n", names.join(" "))
}

/// The whole policy.
fn policy_of(log: &str, witnesses: &[String], quorum: &str) -> Policy {
    let witnesses = witnesses.iter().enumerate().map(|(number, key)| format!("witness W{number} {key}\n"));
    let text = format!("log {log}\n{}{quorum}", witnesses.collect::<String>());
    Policy::parse(text.as_bytes()).unwrap()
}
