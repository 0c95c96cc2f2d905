//! Every write path, disturbed at every call that changes a file.

use std::fs;

use super::place::Ran;
use super::plans::{Chance, chosen, failures, kills, number, run};
use super::round::{Disturbance, known};
use super::world::World;
use crate::disk::{Event, Plan};

/// Rounds of each test, unless `CANDOUR_ROUNDS` says otherwise; `all` is every call of every path.
const ROUNDS: u64 = 120;
/// Kills of each path at random times, unless it says otherwise; at most.
const KILLS: u64 = 2;
/// The same, at most.
const MAX_KILLS: u64 = 100;

#[test]
fn a_command_killed_at_any_call_leaves_what_was_or_what_is_to_be() {
    let (world, mut chance) = (World::shared(), Chance::new());
    let known = known(&world);
    let all: Vec<_> = known.iter().map(|known| kills(&known.calls)).collect();
    let rounds = chosen(&all, number("CANDOUR_ROUNDS").unwrap_or(ROUNDS), &mut chance);
    let rounds: Vec<_> = rounds.into_iter().map(|(path, plan)| (path, Disturbance::Disk(plan))).collect();
    run(&world, &known, &rounds);
}

#[test]
fn a_command_killed_at_any_time_leaves_what_was_or_what_is_to_be() {
    let (world, mut chance) = (World::shared(), Chance::new());
    let known = known(&world);
    let each = number("CANDOUR_ROUNDS").unwrap_or(KILLS).min(MAX_KILLS);
    let times = (0..each).flat_map(|_| known.iter().enumerate());
    let rounds: Vec<_> = times.map(|(path, known)| (path, Disturbance::After(chance.below(known.micros)))).collect();
    run(&world, &known, &rounds);
}

/// sled forgets to wake whoever waits for it, where its disk fails.
#[test]
fn an_index_that_cannot_be_written_keeps_nobody_waiting() {
    let world = World::shared();
    let known: Vec<_> = known(&world).into_iter().filter(|known| known.path.name == "checkpoint").collect();
    let writes = known[0].calls.iter().filter(|call| call.path.ends_with("sled/db") && call.name != "open");
    let plan = |at| Disturbance::Disk(Plan { event: Event::Eio, at, times: 1 });
    let rounds: Vec<_> = writes.map(|call| (0, plan(call.number))).collect();
    assert!(rounds.len() > 5, "{} writes", rounds.len());
    run(&world, &known, &rounds);
}

/// What a ledger cannot note, it says.
#[test]
fn a_note_that_cannot_be_kept_is_missed_aloud() {
    let world = World::shared();
    let place = || {
        let place = world.small.copied();
        fs::remove_file(place.path("ledger/tmp/acknowledged")).unwrap();
        place
    };
    let (words, clean) = ("checkpoint ledger --key operator.pem", place());
    let ran = Ran::of(clean.disturbed(words, None).output().unwrap());
    assert!(ran.code == Some(0) && !ran.error.contains("not noted"), "{ran:?}");
    let note = clean.calls().into_iter().find(|call| call.path == "ledger/tmp/note").unwrap();
    let plan = Plan { event: Event::Enospc, at: note.number, times: 1 };
    let ran = Ran::of(place().disturbed(words, Some(plan)).output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.error.matches("note: ledger: it is not noted how far it is acknowledged").count(), 1, "{ran:?}");
}

#[test]
fn a_command_on_a_disk_that_fails_at_any_call_says_so_and_loses_nothing() {
    let (world, mut chance) = (World::shared(), Chance::new());
    let known = known(&world);
    let all: Vec<_> = known.iter().map(|known| failures(&known.calls)).collect();
    let rounds = chosen(&all, number("CANDOUR_ROUNDS").unwrap_or(ROUNDS), &mut chance);
    let rounds: Vec<_> = rounds.into_iter().map(|(path, plan)| (path, Disturbance::Disk(plan))).collect();
    run(&world, &known, &rounds);
}
