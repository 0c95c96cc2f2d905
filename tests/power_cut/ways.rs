//! The ways to write, each recorded as the calls that it makes.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use candour::core::checkpoint::SignedCheckpoint;
use tempfile::TempDir;

use super::house::{House, SETUP, init};
use super::judge::{Claims, entries};
use super::states::{Record, memory};
use super::tree::Disk;
use crate::disk::{self, Call, Event, Plan};

/// A way to write.
pub(super) struct Way {
    pub name: &'static str,
    /// Entries before it; 0 is no ledger.
    size: u64,
    commands: fn(&House) -> Vec<Command>,
}

/// Publishes a checkpoint too.
const SEAL: &str = "--operator-key operator.pem";

pub(super) const WAYS: &[Way] = &[
    Way { name: "init", size: 0, commands: |house| vec![house.command(&init("ledger"))] },
    Way { name: "append", size: SETUP, commands: |house| vec![append(house, "a", ""), append(house, "b", "")] },
    Way {
        name: "fill a bundle",
        size: 254,
        commands: |house| ["a", "b", "c"].map(|name| append(house, name, "")).into(),
    },
    Way { name: "file many at once", size: 244, commands: |house| vec![house.child("children::filers", 6)] },
    Way {
        name: "attach",
        size: SETUP,
        commands: |house| vec![append(house, "a", "--attach policy"), append(house, "b", "--attach b.toml")],
    },
    Way {
        name: "checkpoint",
        size: SETUP,
        commands: |house| {
            let checkpoint = house.command("checkpoint ledger --key operator.pem --json");
            vec![append(house, "a", SEAL), append(house, "b", ""), checkpoint]
        },
    },
    Way {
        name: "outgrow partial tiles",
        size: 255,
        commands: |house| vec![append(house, "a", SEAL), append(house, "b", SEAL)],
    },
    Way {
        name: "publish",
        size: 254,
        commands: |house| {
            let attaching = append(house, "a", &format!("--attach a.toml {SEAL}"));
            vec![publish(house), attaching, append(house, "b", SEAL), publish(house)]
        },
    },
    Way {
        name: "witness",
        size: 0,
        commands: |house| vec![house.child("children::witness", 2), house.child("children::witness", 1)],
    },
    Way {
        name: "monitor",
        size: SETUP,
        commands: |house| vec![monitor(house), append(house, "a", SEAL), monitor(house)],
    },
    Way { name: "make a key", size: 0, commands: |house| vec![house.command("key new new.pem")] },
    Way {
        name: "export",
        size: SETUP,
        commands: |house| ["out.zip", "out"].map(|out| house.command(&format!("export ledger {out} --json"))).into(),
    },
    Way { name: "sign", size: SETUP, commands: |house| vec![append(house, "a", "--out out.json")] },
];

/// All of them, or the one that `CANDOUR_WAY` names.
pub(super) fn ways() -> impl Iterator<Item = &'static Way> {
    let only = std::env::var("CANDOUR_WAY").ok();
    WAYS.iter().filter(move |way| only.as_deref().is_none_or(|only| only == way.name))
}

fn append(house: &House, name: &str, more: &str) -> Command {
    house.event(name);
    house.command(&format!("file ledger {name}.toml --key filer-1.pem --json {more}"))
}

fn publish(house: &House) -> Command {
    house.command("publish ledger site --json")
}

fn monitor(house: &House) -> Command {
    house.command("monitor ledger --policy policy --state state")
}

/// A house of that size, of its own.
fn house(size: u64, folder: &Path) -> House {
    /// As many as there are sizes.
    static HOUSES: [OnceLock<(u64, TempDir)>; 5] = [const { OnceLock::new() }; 5];
    let make = || {
        let folder = tempfile::tempdir_in(memory()).expect("a folder");
        match size {
            0 => House::with_keys(folder.path()),
            size => House::of_size(folder.path(), size),
        };
        (size, folder)
    };
    let made = HOUSES.iter().map(|house| house.get_or_init(make)).find(|(there, _)| *there == size);
    let from = made.expect("no more sizes than houses").1.path().join(".");
    let copied = Command::new("cp").arg("-a").arg(from).arg(folder).status().expect("cp");
    assert!(copied.success(), "a house cannot be copied");
    House::at(folder)
}

/// Records a way to write. Where there is a plan, the first command goes by it, and is then run again.
pub(super) fn record(way: &Way, plan: Option<Plan>) -> Record {
    let folder = tempfile::tempdir_in(memory()).expect("a folder");
    let log = tempfile::NamedTempFile::new_in(memory()).expect("a log");
    let house = house(way.size, folder.path());
    let mut commands = (way.commands)(&house);
    let before = Disk::of(folder.path());
    let claims = Claims { entries: way.size, checkpoint: way.size, ..Claims::default() };
    if plan.is_some() {
        let mut first = (way.commands)(&house).swap_remove(0);
        disk::put_under(&mut first, folder.path(), log.path(), plan);
        first.output().expect("it runs");
    }
    let mut calls = disk::read_log(log.path());
    let mut read = calls.len();
    if plan.is_some_and(|plan| plan.event == Event::Fsync) {
        // A witness refuses whether or not its disk takes the evidence.
        calls.retain(|call| call.name != "say" || !String::from_utf8_lossy(&call.data).contains("refused"));
    }
    let from = calls.len();
    for (at, command) in commands.iter_mut().enumerate() {
        disk::put_under(command, folder.path(), log.path(), None);
        let output = command.output().expect("it runs");
        // What was done before a kill cannot be done again.
        let done = at == 0 && plan.is_some() || matches!(output.status.code(), Some(0 | 3));
        assert!(done, "{}: {command:?}\n{}", way.name, String::from_utf8_lossy(&output.stderr));
        let all = disk::read_log(log.path());
        let new = all.len() - read;
        calls.extend(all.into_iter().skip(read));
        read += new;
        if command.get_args().any(|word| word == "monitor") {
            calls.push(followed(&house));
        }
    }
    Record { before, claims, calls, live: entries(folder.path()), from }
}

/// What a monitor that has ended remembers, although it does not say so.
fn followed(house: &House) -> Call {
    let note = std::fs::read(house.ledger().join("checkpoint")).expect("a checkpoint");
    let size = SignedCheckpoint::parse(&note).expect("a checkpoint").checkpoint().size;
    Call {
        number: 0,
        name: "say".to_owned(),
        result: 0,
        inode: 0,
        offset: 0,
        length: 0,
        mark: '.',
        path: String::new(),
        path2: String::new(),
        data: format!("{{\"followed\": {size}}}").into_bytes(),
    }
}
