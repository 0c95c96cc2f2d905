//! One round: a command is disturbed, then what it left is judged, the command is run again, and that is judged too.

use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use super::paths::{PATHS, Shown, WritePath};
use super::place::{Place, Ran, start};
use super::plans::is_of_evidence;
use super::world::World;
use crate::disk::{Call, Event, Plan};

/// How long a command may take on a disk that fails, at most.
const PAUSE: Duration = Duration::from_micros(100);
const PATIENCE: Duration = Duration::from_secs(120);

/// How a command is disturbed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Disturbance {
    /// By the disk.
    Disk(Plan),
    /// Killed so many microseconds after its start.
    After(u64),
}

/// A write path, with what it does when nothing disturbs it.
pub(super) struct Known {
    pub(super) path: &'static WritePath,
    /// The calls that change files.
    pub(super) calls: Vec<Call>,
    /// How long it took, in microseconds.
    pub(super) micros: u64,
    before: Vec<String>,
    after: Vec<String>,
}

/// What a round came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    /// It was killed, or the disk failed.
    pub(super) disturbed: bool,
    /// It was done nevertheless, and said so.
    pub(super) acknowledged: bool,
    /// It ended with an error.
    pub(super) failed: bool,
}

/// Runs every path once.
pub(super) fn known(world: &World) -> Vec<Known> {
    PATHS.iter().map(|path| Known::of(world, path)).collect()
}

impl Known {
    fn of(world: &World, path: &'static WritePath) -> Self {
        let place = (path.place)(world).copied();
        let before = (path.show)(&place).unwrap_or_else(|error| panic!("{}: before: {error}", path.name));
        let since = Instant::now();
        let ran = Ran::of(place.disturbed(path.words, None).output().expect("the command runs"));
        let micros = since.elapsed().as_micros() as u64;
        assert!(done(&ran), "{}: {:?} {}", path.name, ran.code, ran.error);
        let after = (path.show)(&place).unwrap_or_else(|error| panic!("{}: after: {error}", path.name));
        assert_ne!(before, after, "{}: it shows nothing", path.name);
        let calls: Vec<Call> = place.calls().into_iter().filter(|call| call.number > 0).collect();
        assert!(calls.len() > 1, "{}: the disk saw {} calls", path.name, calls.len());
        Self { path, calls, micros, before, after }
    }

    /// One round. What is wrong is an error.
    pub(super) fn round(&self, world: &World, disturbance: Disturbance) -> Result<Tally, String> {
        let place = (self.path.place)(world).copied();
        let ran = self.disturb(&place, disturbance);
        let words = |wrong: String| {
            let Ran { code, out, error } = &ran;
            format!("{}, {disturbance:?}: {wrong}\n  code {code:?}\n  said {out:?}\n  error {error:?}", self.path.name)
        };
        if ran.error.contains("panicked") {
            return Err(words("it panicked".to_owned()));
        }
        self.ended(&place, disturbance, &ran).map_err(words)?;
        self.heard(&place, &ran).map_err(words)?;
        let left = (self.path.show)(&place).map_err(|wrong| words(format!("it left {wrong}")))?;
        self.compare(&left, &ran).map_err(words)?;
        self.again(&place, &left).map_err(words)?;
        let hit = place.calls().iter().any(|call| call.mark != '.');
        Ok(Tally {
            disturbed: ran.code.is_none() || hit,
            acknowledged: done(&ran),
            failed: ran.code.is_some() && !done(&ran),
        })
    }

    fn disturb(&self, place: &Place, disturbance: Disturbance) -> Ran {
        match disturbance {
            Disturbance::Disk(plan) => {
                let ran = ended_within(start(&mut place.disturbed(self.path.words, Some(plan))), PATIENCE);
                if ran.code.is_none() && !kills(plan.event) {
                    panic!("{}, {plan:?}: it does not end", self.path.name);
                }
                ran
            }
            Disturbance::After(micros) => {
                ended_within(start(&mut place.command(self.path.words)), Duration::from_micros(micros))
            }
        }
    }

    /// It ends done, killed, or with an error that says what could not be written, and why.
    fn ended(&self, place: &Place, disturbance: Disturbance, ran: &Ran) -> Result<(), String> {
        let (Disturbance::Disk(Plan { event, .. }), Some(2)) = (disturbance, ran.code) else {
            let killed = match disturbance {
                Disturbance::After(_) => true,
                Disturbance::Disk(plan) => kills(plan.event),
            };
            return if done(ran) || (killed && ran.code.is_none()) {
                Ok(())
            } else {
                Err("it ended wrongly".to_owned())
            };
        };
        let why = match event {
            Event::Enospc => "No space left on device",
            Event::Eio | Event::Fsync => "Input/output error",
            _ => return Err("it failed".to_owned()),
        };
        let calls = place.calls();
        let error = ran.error.lines().find(|line| line.starts_with("error: ")).unwrap_or_default();
        let named = calls.iter().filter(|call| call.mark == 'f').flat_map(|call| [&call.path, &call.path2]);
        // By its last part: what is not yet in its place may be told by the place that it was to have.
        let named = named.filter_map(|path| path.rsplit('/').next()).any(|name| error.contains(name));
        if error.contains(why) && named { Ok(()) } else { Err(format!("expected {why:?} and the file's name")) }
    }

    /// After the disk failed what is evidence, nothing is acknowledged; and a writer says what to do.
    fn heard(&self, place: &Place, ran: &Ran) -> Result<(), String> {
        let calls = place.calls();
        let failed: Vec<&Call> = calls.iter().filter(|call| call.mark == 'f' && is_of_evidence(call)).collect();
        let ledgers = ["ledger/", "filled/", "new/"];
        let of_writer = |call: &&&Call| ledgers.iter().any(|ledger| call.path.starts_with(ledger));
        if done(ran) && !failed.is_empty() && !ran.error.contains(self.path.unless) {
            return Err(format!("it is done, although {failed:?} failed"));
        }
        match failed.iter().find(of_writer) {
            Some(call) if ran.code == Some(2) && !ran.error.contains("\nhint: ") => {
                Err(format!("it does not say what to do about {call:?}"))
            }
            _ => Ok(()),
        }
    }

    /// Each piece is as it was or as it is to be, in their order, and what was acknowledged is there.
    fn compare(&self, left: &[String], ran: &Ran) -> Result<(), String> {
        let Self { before, after, path, .. } = self;
        let there = left.iter().zip(after).take_while(|(left, after)| left == after).count();
        if left.len() != after.len() || left.iter().zip(before).skip(there).any(|(left, before)| left != before) {
            return Err(format!("it left {left:?}, between {before:?} and {after:?}"));
        }
        let told = usize::from(ran.out.contains(path.told));
        let acknowledged = if done(ran) && !ran.error.contains(path.unless) { after.len() } else { told };
        if there < acknowledged { Err(format!("acknowledged, and left {left:?} of {after:?}")) } else { Ok(()) }
    }

    fn again(&self, place: &Place, left: &[String]) -> Result<(), String> {
        let again = place.run(self.path.words);
        let there = left.first() == self.after.first();
        if !done(&again) {
            if !there || !again.error.contains(self.path.refused) {
                return Err(format!("and then fails: {again:?}"));
            }
            if !self.path.finish.is_empty() {
                let finished = place.run(self.path.finish);
                if !done(&finished) {
                    return Err(format!("and cannot be finished: {finished:?}"));
                }
            }
        }
        let shown: Shown = (self.path.show)(place);
        match shown {
            Ok(shown) if shown == self.after => Ok(()),
            Ok(shown) => Err(format!("and then shows {shown:?}, not {:?}", self.after)),
            Err(wrong) => Err(format!("and then shows {wrong}")),
        }
    }
}

/// The end of a process, which is killed if it does not come in that time.
fn ended_within(mut child: Child, time: Duration) -> Ran {
    let end = Instant::now() + time;
    while Instant::now() < end && child.try_wait().expect("its state").is_none() {
        thread::sleep(PAUSE);
    }
    child.kill().ok();
    Ran::end_of(child)
}

fn kills(event: Event) -> bool {
    matches!(event, Event::KillBefore | Event::KillHalf | Event::KillAfter)
}

/// Whether a command did what it was asked: 3 is a monitor's with news.
fn done(ran: &Ran) -> bool {
    matches!(ran.code, Some(0 | 3))
}
