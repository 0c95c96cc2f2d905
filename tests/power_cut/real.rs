//! The power is cut for real: the disk of a file system is copied right after an acknowledgement, and mounted again.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::audited::Known;
use super::house::{House, succeed};
use super::judge::{Claims, entries, judge};
use super::loop_disk::{LoopDisk, is_impossible};
use super::number;
use super::states::Random;
use crate::disk::{self, Event, Plan};

/// How often all of it is done; `CANDOUR_ROUNDS` overrides it. There are some twenty cuts in each.
const ROUNDS: u64 = 1;
/// Entries at first: some appends before an entry bundle is full.
const SIZE: u64 = 250;
/// What each filer files of those who file at once.
const STATEMENTS: u64 = 12;
/// Lines that a process says between two cuts, at most.
const LINES: usize = 16;

/// A house on a disk of its own.
struct Scene {
    // In the order in which they are dropped.
    house: House,
    disk: LoopDisk,
    claims: Claims,
    cuts: u64,
    wrong: Vec<String>,
}

impl Scene {
    fn new() -> Self {
        let disk = LoopDisk::format().expect("a disk");
        let house = House::of_size(&disk.root(), SIZE);
        for name in ["a", "b", "c", "d", "e", "f", "g", "h", "unfiled"] {
            house.event(name);
        }
        disk.settle();
        let claims = Claims { entries: SIZE, checkpoint: SIZE, ..Claims::default() };
        Self { house, disk, claims, cuts: 0, wrong: Vec::new() }
    }

    /// Runs a command, and cuts the power when it has said that it is done.
    fn cut_after(&mut self, what: &str, command: Command) {
        let said = succeed(command);
        self.claims.hear(&said);
        self.cut(what);
    }

    fn cut(&mut self, what: &str) {
        let after = self.disk.cut();
        self.cuts += 1;
        let live = entries(self.house.root());
        if let Err(why) = judge(&after.root(), &self.claims, &live, &Known::default()) {
            self.wrong.push(format!("after {what}: {why}"));
        }
    }

    fn words(&mut self, words: &str) {
        let command = self.house.command(words);
        self.cut_after(words, command);
    }

    /// Cuts the power of a process at moments of its work: after what it said last, whatever it does meanwhile.
    fn cut_during(&mut self, what: &str, mut command: Command, random: &mut Random) {
        let mut working = Working(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs"));
        let mut said = BufReader::new(working.0.stdout.take().expect("what it says"));
        let pid = Pid::from_child(&working.0);
        let mut line = String::new();
        loop {
            for _ in 0..1 + random.below(LINES) {
                line.clear();
                if said.read_line(&mut line).expect("a line") == 0 {
                    let ended = working.0.wait().expect("its end");
                    assert!(ended.success(), "{what} failed");
                    return self.cut(what);
                }
                self.claims.hear(&line);
            }
            kill_process(pid, Signal::STOP).expect("a process that is still there");
            self.cut(what);
            kill_process(pid, Signal::CONT).expect("a process that is still there");
        }
    }
}

/// A process that does not outlive the test, and so not the disk that it works on.
struct Working(Child);

impl Drop for Working {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn append(name: &str) -> String {
    format!("file ledger {name}.toml --key filer-1.pem --json")
}

#[test]
fn a_power_cut_loses_nothing_that_was_acknowledged() {
    if is_impossible() {
        return;
    }
    let seed = number("CANDOUR_SEED").unwrap_or(0x00c0_ffee);
    println!("CANDOUR_SEED={seed}");
    let mut random = Random(seed | 1);
    let (mut cuts, mut wrong) = (0, Vec::new());
    for _ in 0..number("CANDOUR_ROUNDS").unwrap_or(ROUNDS) {
        let mut scene = Scene::new();
        scene.words("key new new.pem");
        scene.words(&append("a"));
        scene.words(&format!("{} --attach a.toml", append("b")));
        scene.words("checkpoint ledger --key operator.pem --json");
        scene.words("publish ledger site --json");
        // From here on an entry bundle fills.
        for name in ["c", "d", "e"] {
            scene.words(&append(name));
        }
        scene.words(&format!("{} --operator-key operator.pem", append("f")));
        scene.words("publish ledger site --json");
        scene.words(&format!("{} --out out.json", append("unfiled")));
        scene.cut_after("witness", scene.house.child("children::witness", 2));
        scene.cut_after("monitor", scene.house.command("monitor ledger --policy policy --state state"));
        let filers = scene.house.child("children::filers", STATEMENTS);
        scene.cut_during("many file at once", filers, &mut random);
        scene.words("export ledger out.zip --json");
        // This one makes the whole disk durable.
        scene.words("export ledger out --json");
        cuts += scene.cuts;
        wrong.append(&mut scene.wrong);
    }
    println!("{cuts} power cuts, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_power_cut_is_noticed_where_nothing_was_flushed() {
    if is_impossible() {
        return;
    }
    let mut scene = Scene::new();
    for words in [append("a"), format!("{} --out out.json", append("unfiled")), "key new new.pem".to_owned()] {
        let log = tempfile::NamedTempFile::new().expect("a log");
        let mut command = scene.house.command(&words);
        let plan = Plan { event: Event::Lie, at: 1, times: 0 };
        disk::put_under(&mut command, scene.house.root(), log.path(), Some(plan));
        scene.claims = Claims { entries: SIZE, checkpoint: SIZE, ..Claims::default() };
        scene.cut_after(&words, command);
    }
    println!("{:#?}", scene.wrong);
    assert_eq!(scene.wrong.len(), 3, "a disk that does not flush lost nothing: the power was not really cut");
}
