//! A witness that is killed, or whose disk fails, at any call that changes a file: what it answered it remembers, and it is
//! of one history.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use super::service::{Log, ORIGIN, Service, command};
use crate::crash::plans::{Chance, chosen, failures, is_of_evidence, kills, number};
use crate::disk::{self, Call, Event, Plan};

/// Rounds of each test, unless `CANDOUR_ROUNDS` says otherwise; `all` is every call.
const ROUNDS: u64 = 24;
/// Checkpoints that it is shown, each of one entry more.
const SIZES: u64 = 4;

/// Two histories, which differ from the second entry on.
fn histories() -> [Log; 2] {
    [Log::new(ORIGIN, 1, 0), Log::new(ORIGIN, 1, 1)]
}

/// The command, with a disk between it and its folder.
fn disturbed(folder: &Path, plan: Option<Plan>) -> Command {
    let place = folder.join("place");
    fs::create_dir(&place).unwrap();
    let mut command = command(&place, &[]);
    disk::put_under(&mut command, &place, &folder.join("log"), plan);
    command.stderr(File::create(folder.join("stderr")).unwrap());
    command
}

/// What a witness answered.
#[derive(Debug, Default, PartialEq, Eq)]
struct Heard {
    /// The largest size that it cosigned.
    last: u64,
    /// How often it did.
    yes: usize,
    /// How often it said that something failed.
    failed: usize,
}

/// Shows it each size twice, and then as another history tells it.
fn heard(service: &Service) -> Heard {
    let [told, other] = histories();
    let (mut old, mut heard) = (0, Heard::default());
    for size in 1..=SIZES {
        for _ in 0..2 {
            let Some(answer) = service.offer(&told.body(old, size)) else { return heard };
            match answer.status {
                200 => (old, heard.last, heard.yes) = (size, size, heard.yes + 1),
                // It remembers what it did not get to answer.
                409 => old = answer.text().trim_end().parse().unwrap(),
                500 => heard.failed += 1,
                status => panic!("size {size}: {status} {}", answer.text()),
            }
        }
        assert!((heard.last..=size).contains(&old), "{heard:?}, and says {old}");
        if heard.last == size && size > 1 {
            let Some(answer) = service.offer(&other.body(size, size)) else { return heard };
            assert!([422, 500].contains(&answer.status), "another history of size {size}: {}", answer.status);
        }
    }
    heard
}

/// One round. Returns how often it cosigned.
fn round(plan: Plan) -> Result<usize, String> {
    let folder = tempfile::tempdir().unwrap();
    let started = Service::started(&mut disturbed(folder.path(), Some(plan)));
    let (started, heard) = match started {
        Ok(service) => (true, heard(&service)),
        Err(None) if matches!(plan.event, Event::KillBefore | Event::KillHalf | Event::KillAfter) => {
            (false, Heard::default())
        }
        Err(Some(2)) => (false, Heard::default()),
        Err(code) => return Err(format!("it ended with {code:?}")),
    };
    let error = fs::read_to_string(folder.path().join("stderr")).unwrap();
    if error.contains("panicked") {
        return Err(error);
    }
    let calls = disk::read_log(&folder.path().join("log"));
    // What it keeps against another history is no promise, and is told beside it.
    let answered_for = ["memory/logs", "memory/tmp/"];
    let promised =
        |call: &Call| !call.path.contains("evidence") && answered_for.iter().any(|path| call.path.starts_with(path));
    let lost = calls.iter().find(|call| call.mark == 'f' && is_of_evidence(call) && promised(call));
    if let Some(call) = lost.filter(|_| started && heard.failed == 0) {
        return Err(format!("{heard:?}, and nothing of {call:?}"));
    }
    let [told, other] = histories();
    let service = Service::start(&folder.path().join("place"), &[]);
    let size = service.shown(&told).map_or(0, |checkpoint| checkpoint.size);
    if size < heard.last || size > SIZES || (size > 0 && service.shown(&told) != Some(told.checkpoint(size))) {
        return Err(format!("{heard:?}, and shows {size}\n{error}"));
    }
    if size > 1 && service.submit(&other.body(size, size)).status != 422 {
        return Err(format!("it cosigned {size}, and then another history of that size"));
    }
    match service.submit(&told.body(size, size + 1)).status {
        200 => Ok(heard.yes),
        status => Err(format!("it shows {size}, and answers {status} to the next\n{error}")),
    }
}

fn run(plans: fn(&[Call]) -> Vec<Plan>) {
    let folder = tempfile::tempdir().unwrap();
    let undisturbed = heard(&Service::started(&mut disturbed(folder.path(), None)).unwrap());
    assert_eq!(undisturbed, Heard { last: SIZES, yes: 2 * SIZES as usize, failed: 0 });
    let calls = disk::read_log(&folder.path().join("log")).into_iter().filter(|call| call.number > 0);
    let calls: Vec<Call> = calls.collect();
    assert!(calls.len() as u64 > 2 * SIZES, "the disk saw {} calls", calls.len());
    let mut chance = Chance::new();
    let rounds = chosen(&[plans(&calls)], number("CANDOUR_ROUNDS").unwrap_or(ROUNDS), &mut chance);
    let (mut answered, mut wrong) = (0, Vec::new());
    for (_, plan) in &rounds {
        match round(*plan) {
            Ok(count) => answered += count,
            Err(words) => wrong.push(format!("{plan:?}: {words}")),
        }
    }
    println!("{} calls, {} rounds, {answered} answers", calls.len(), rounds.len());
    assert!(wrong.is_empty(), "{} of {} rounds went wrong\n{}", wrong.len(), rounds.len(), wrong.join("\n"));
    assert!(answered > 0, "nothing was ever answered");
}

#[test]
fn a_witness_killed_at_any_call_remembers_all_that_it_answered() {
    run(kills);
}

#[test]
fn a_witness_whose_disk_fails_at_any_call_remembers_all_that_it_answered() {
    run(failures);
}
