//! One writer whom many file with, on a disk that fails: nobody is told yes afterwards, and whoever was told yes before is
//! on the ledger.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::Path;
use std::process::Command;
use std::{env, fs, thread};

use candour::core::entry::Entry;
use candour::core::hash::Hash;
use candour::core::statement::Envelope;
use candour::shell::clock::SystemClock;
use candour::shell::ledger::{Intake, Ledger, LedgerError};
use candour::shell::load::{self, Load};
use candour::storage::folder_store::{FolderReader, FolderStore};
use candour::storage::store::Log as _;

use super::place::{Place, Ran, start};
use super::plans::{Chance, is_of_evidence, number};
use crate::disk::{self, Call, Event, Plan};

/// Where the process that is disturbed finds its ledger.
const FOLDER: &str = "CANDOUR_CRASH_FOLDER";
/// Of that many entries; a bundle fills on the way.
const BEFORE: u64 = 240;
/// Statements that are filed, in waves of so many at once.
const WAVES: usize = 6;
const FILERS: usize = 8;
/// Rounds, unless `CANDOUR_ROUNDS` says otherwise.
const ROUNDS: u64 = 16;

#[test]
#[ignore = "it is the process that the next test disturbs"]
fn files_in_waves() {
    let Ok(folder) = env::var(FOLDER) else { return };
    let folder = Path::new(&folder);
    let opened = FolderStore::open(folder).map_err(LedgerError::from);
    let ledger = match opened.and_then(|(store, _)| Ledger::open_by_index(store, folder)) {
        Ok((ledger, _)) => ledger,
        Err(error) => return println!("\nno {} {error}", error.code()),
    };
    let (intake, writer) = Intake::start(ledger, SystemClock).unwrap();
    let statement = |nth| Envelope::parse(&fs::read(folder.with_file_name(format!("{nth}.json"))).unwrap()).unwrap();
    let statements: Vec<_> = (0..WAVES * FILERS).map(statement).collect();
    for wave in statements.chunks(FILERS) {
        thread::scope(|scope| {
            for envelope in wave {
                let intake = &intake;
                scope.spawn(move || {
                    // Statements build on each other: whoever comes too early is refused, and asks again.
                    loop {
                        match intake.file(envelope.clone(), &mut |_| None) {
                            Ok(filed) => return println!("\nyes {} {}", filed.index, Hash::of(&envelope.payload)),
                            Err(LedgerError::Refused(_)) => thread::yield_now(),
                            Err(error) => return println!("\nno {} {error}", error.code()),
                        }
                    }
                });
            }
        });
    }
    drop(intake);
    drop(writer.join());
}

fn command(place: &Place, plan: Option<Plan>) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["crash::many::files_in_waves", "--exact", "--ignored", "--nocapture", "--test-threads", "1"]);
    command.env(FOLDER, place.path("ledger")).env("TMPDIR", place.path("scratch"));
    disk::put_under(&mut command, &place.root(), &place.log(), plan);
    command
}

#[test]
fn nobody_is_told_yes_after_the_disk_has_failed() {
    let base = Place::new();
    let entries = NonZeroU64::new(BEFORE).unwrap();
    let written = load::write(&base.path("ledger"), 1, entries, &mut |_, _| {}).unwrap();
    fs::write(base.path("policy"), written.policy).unwrap();
    let mut load = Load::new(1).unwrap();
    load.sign(BEFORE as usize).unwrap();
    let mut payloads = BTreeMap::new();
    for (nth, (envelope, _)) in load.sign(WAVES * FILERS).unwrap().into_iter().enumerate() {
        fs::write(base.path(&format!("{nth}.json")), envelope.to_json().unwrap()).unwrap();
        payloads.insert(Hash::of(&envelope.payload).to_string(), envelope.payload);
    }
    let mut chance = Chance::new();
    let clean = base.copied();
    let ran = Ran::of(command(&clean, None).output().unwrap());
    assert_eq!(ran.out.matches("\nyes ").count(), WAVES * FILERS, "{ran:?}");
    let last = clean.calls().iter().map(|call| call.number).max().unwrap();
    let rounds = number("CANDOUR_ROUNDS").unwrap_or(ROUNDS).min(4 * last);
    let (mut yes, mut stopped) = (0, 0);
    for round in 0..rounds {
        let event = [Event::Eio, Event::Enospc, Event::Fsync, Event::KillBefore][round as usize % 4];
        let plan = Plan { event, at: 1 + chance.below(last), times: [1, 2, 0][round as usize % 3] };
        let place = base.copied();
        let ran = Ran::end_of(start(&mut command(&place, Some(plan))));
        assert!(!ran.error.contains("panicked"), "{plan:?} {}", ran.error);
        yes += judge(&place, plan, &payloads, &mut stopped);
    }
    println!("{rounds} rounds over {last} calls, {yes} told yes, {stopped} writers stopped");
    assert!(yes > 0 && stopped > 0, "nobody was told yes, or no writer stopped");
}

/// What was written to the tail and not flushed since.
fn not_flushed(calls: &[Call]) -> Vec<u8> {
    let of_tail: Vec<&Call> = calls.iter().filter(|call| call.path == "ledger/tail").collect();
    let flushed = of_tail.iter().rposition(|call| call.name == "fdatasync" && call.result == 0);
    let since = &of_tail[flushed.map_or(0, |at| at + 1)..];
    since.iter().filter(|call| call.name == "write").flat_map(|call| call.data.clone()).collect()
}

/// Holds what was said against what is there. Returns how many were told yes.
fn judge(place: &Place, plan: Plan, payloads: &BTreeMap<String, Vec<u8>>, stopped: &mut u64) -> usize {
    let calls = place.calls();
    let failed = calls.iter().position(|call| call.mark == 'f' && is_of_evidence(call));
    let said = |calls: &[Call]| {
        let text: Vec<u8> = calls.iter().filter(|call| call.name == "say").flat_map(|call| call.data.clone()).collect();
        String::from_utf8(text).unwrap()
    };
    let yes = |text: &str| {
        let words = text.lines().filter_map(|line| line.strip_prefix("yes "));
        words.map(|line| line.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    if let Some(failed) = failed {
        // Who was told yes before may be heard after: his answer was on its way. What he said was flushed by then.
        let open = not_flushed(&calls[..failed]);
        let late = yes(&said(&calls[failed..]));
        assert!(late.len() < FILERS, "{plan:?}: {} were told yes after the failure", late.len());
        for words in late {
            let payload = &payloads[&words[1]];
            let found = open.windows(payload.len()).any(|bytes| bytes == payload.as_slice());
            assert!(!found, "{plan:?}: entry {} was acknowledged after its flush had failed", words[0]);
        }
        *stopped += 1;
    }
    let told = yes(&said(&calls));
    place.ok("verify ledger --policy policy");
    // Without its lock, which a program that another test is starting could hold on to.
    let store = FolderReader::open(&place.path("ledger")).unwrap();
    for words in &told {
        let [index, payload] = words.as_slice() else { panic!("{words:?}") };
        let entry =
            store.entry(index.parse().unwrap()).unwrap().unwrap_or_else(|| panic!("{plan:?}: entry {index} is gone"));
        assert_eq!(Hash::of(&Entry::parse(&entry).unwrap().payload).to_string(), *payload, "{plan:?}: entry {index}");
    }
    drop(store);
    // And then all of them are filed.
    let ran = Ran::of(command(place, None).output().unwrap());
    assert_eq!(ran.out.matches("\nyes ").count(), WAVES * FILERS, "{plan:?} {ran:?}");
    place.ok("verify ledger --policy policy");
    told.len()
}
