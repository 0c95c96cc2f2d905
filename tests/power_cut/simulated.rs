//! Whatever a weak disk drops or reorders of what was not flushed, at whatever moment the power fails.

use super::number;
use super::states::{Outcome, Random, Record, simulate, simulate_forgetful};
use super::tree;
use super::ways::{WAYS, Way, record, ways};
use crate::disk::{Call, Event, Plan};

/// States that are judged of each way to write; `CANDOUR_ROUNDS` overrides it, 0 is all.
const STATES: u64 = 24;
/// States that are judged after each kill or flush that failed; overridden likewise.
const STATES_AFTER_KILL: u64 = 6;
/// At how many moments a process is killed or a flush fails, of each way; `CANDOUR_RUNS` overrides it, 0 is all.
const KILLS: u64 = 1;

/// Kills that once left something open which the next process built on: the way, and after which call.
const KILLED: &[(&str, &str, &str)] = &[
    ("witness", "mkdir", "witness/evidence/"),
    ("witness", "mkdir", "witness/evidence"),
    ("monitor", "rename", "state/tmp"),
    ("outgrow partial tiles", "rename", "ledger/tmp/tile-0"),
];

/// Flushes that once failed, and what they were to write was then taken for written: the way, the call, and of which file.
const FAILED: &[(&str, &str, &str)] =
    &[("append", "fdatasync", "ledger/tail"), ("fill a bundle", "fdatasync", "ledger/tail")];

/// Each is a flush that an acknowledgement rests on: the way, the call, and of which file or folder.
const FLUSHES: &[(&str, &str, &str)] = &[
    ("init", "fdatasync", "ledger/tail"),
    ("append", "fdatasync", "ledger/tail"),
    ("fill a bundle", "fsync", "ledger/tile/entries"),
    ("attach", "fsync", "ledger/attachments/sha256"),
    ("witness", "fsync", "witness/logs"),
    ("monitor", "fsync", "state"),
    ("make a key", "fsync", ""),
    ("export", "fsync", ""),
    ("sign", "fsync", ""),
];

fn seed() -> u64 {
    let seed = number("CANDOUR_SEED").unwrap_or(0x00c0_ffee);
    println!("CANDOUR_SEED={seed}");
    seed | 1
}

fn most(usually: u64) -> usize {
    match number("CANDOUR_ROUNDS").unwrap_or(usually) {
        0 => usize::MAX,
        most => most as usize,
    }
}

fn tell(what: &str, outcome: &Outcome) {
    println!("{what}: {} cuts, {} states, {} wrong", outcome.cuts, outcome.states, outcome.wrong.len());
}

/// Shows some of what was wrong.
fn expect_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} wrong: {:#?}", wrong.len(), wrong.iter().take(8).collect::<Vec<_>>());
}

#[test]
fn whatever_a_disk_drops_nothing_acknowledged_is_lost() {
    let (mut random, mut wrong) = (Random(seed()), Vec::new());
    for way in ways() {
        let mut outcome = simulate(&record(way, None), most(STATES), &mut random);
        tell(way.name, &outcome);
        wrong.extend(outcome.wrong.drain(..).map(|why| format!("{}: {why}", way.name)));
    }
    expect_none(&wrong);
}

#[test]
fn whatever_was_not_flushed_may_be_lost_at_any_moment() {
    let mut wrong = Vec::new();
    for way in ways() {
        let mut outcome = simulate_forgetful(&record(way, None));
        tell(&format!("{}, and all is lost that was not flushed", way.name), &outcome);
        wrong.extend(outcome.wrong.drain(..).map(|why| format!("{}: {why}", way.name)));
    }
    expect_none(&wrong);
}

#[test]
fn what_a_kill_left_open_is_closed_before_anything_is_built_on_it() {
    // What kills leave open are names.
    disturbed(Event::KillAfter, KILLED, &["mkdir", "rename", "link"]);
}

#[test]
fn what_a_flush_that_failed_did_not_write_is_written_before_anything_is_built_on_it() {
    disturbed(Event::Fsync, FAILED, &tree::FLUSHES);
}

/// Disturbs the first command of each way at some of those calls, runs it again, and cuts the power from then on.
fn disturbed(event: Event, known: &[(&str, &str, &str)], calls: &[&str]) {
    let (mut random, mut wrong) = (Random(seed()), Vec::new());
    for way in ways() {
        let mut all = Outcome::default();
        for at in moments(way, known, calls, &mut random) {
            let plan = Plan { event, at, times: 1 };
            let record = record(way, Some(plan));
            for outcome in [simulate(&record, most(STATES_AFTER_KILL), &mut random), simulate_forgetful(&record)] {
                all.cuts += outcome.cuts;
                all.states += outcome.states;
                let wrong = outcome.wrong.into_iter();
                all.wrong.extend(wrong.map(|why| format!("{}, {event:?} at {at}: {why}", way.name)));
            }
        }
        tell(&format!("{}, {event:?} and run again", way.name), &all);
        wrong.append(&mut all.wrong);
    }
    expect_none(&wrong);
}

/// At which calls of a way's first command it is disturbed: those that are known, and some others of those names.
fn moments(way: &Way, known: &[(&str, &str, &str)], names: &[&str], random: &mut Random) -> Vec<u64> {
    let calls = record(way, None).calls;
    // Those of the next process are counted from 1 again.
    let numbered = calls.iter().filter(|call| call.number > 0);
    let first = (1..).zip(numbered).take_while(|(at, call)| call.number == *at).map(|(_, call)| call);
    let named: Vec<&Call> = first.filter(|call| names.contains(&call.name.as_str())).collect();
    let mut chosen = Vec::new();
    for (_, name, path) in known.iter().filter(|(of, ..)| *of == way.name) {
        let is = |call: &&&Call| call.name == *name && call.path.starts_with(path);
        let before = chosen.len();
        chosen.extend(named.iter().filter(is).map(|call| call.number));
        assert!(chosen.len() > before, "{} makes no {name} of {path:?}", way.name);
    }
    match number("CANDOUR_RUNS").unwrap_or(KILLS) {
        0 => chosen = named.iter().map(|call| call.number).collect(),
        runs => chosen.extend((0..runs).filter_map(|_| Some(named.get(random.below(named.len()))?.number))),
    }
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

#[test]
fn a_flush_that_is_left_out_is_noticed() {
    for (name, call, path) in FLUSHES {
        assert!(WAYS.iter().any(|way| way.name == *name), "{name} is no way");
        let Some(way) = ways().find(|way| way.name == *name) else { continue };
        let mut record = record(way, None);
        let before = record.calls.len();
        record.calls.retain(|it| (it.name.as_str(), it.path.as_str()) != (*call, *path));
        assert!(record.calls.len() < before, "{name} makes no {call} of {path:?}");
        let outcome = simulate_forgetful(&record);
        tell(&format!("{name}, without {call} of {path:?}"), &outcome);
        assert!(!outcome.wrong.is_empty(), "{name} does not need {call} of {path:?}");
    }
}

#[test]
#[ignore = "leaves out each flush of every way alone, which takes minutes, to say which are needed"]
fn each_flush_is_left_out() {
    for way in ways() {
        let first = record(way, None);
        let flushes = |call: &Call| {
            ["fsync", "fdatasync", "syncfs"].contains(&call.name.as_str()) && !call.path.contains("index")
        };
        for at in (0..first.calls.len()).filter(|at| flushes(&first.calls[*at])) {
            let Call { name, path, number, .. } = &first.calls[at];
            let mut calls = first.calls.clone();
            calls.remove(at);
            // What is flushed once more before anything is said of it is not missed.
            let rest = first.calls[at + 1..].iter().take_while(|call| call.name != "say");
            let again = rest.into_iter().any(|call| flushes(call) && (call.name == "syncfs" || call.path == *path));
            let (before, claims, live) = (first.before.clone(), first.claims.clone(), first.live.clone());
            let record = Record { before, claims, calls, live, from: at };
            let forgetful = simulate_forgetful(&record);
            let states = if forgetful.wrong.is_empty() { most(STATES) } else { 1 };
            let outcome = simulate(&record, states, &mut Random(1));
            let noticed = match (forgetful.wrong.is_empty() && outcome.wrong.is_empty(), again) {
                (false, _) => "noticed",
                (true, true) => "NOT noticed, flushed again",
                (true, false) => "NOT noticed",
            };
            println!("{}: without {number} {name} of {path:?}: {noticed}, {} states", way.name, outcome.states);
        }
    }
}
