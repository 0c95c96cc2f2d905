//! Killed at any instant, a ledger keeps what it acknowledged, and opens again.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test may")]

mod everywhere;
mod many;
mod paths;
mod place;
pub(crate) mod plans;
mod round;
mod world;

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::command_line::Scene;

/// How many processes are killed; `CANDOUR_ROUNDS` overrides it.
const ROUNDS: u64 = 60;
/// How long a process may live at first, at most, in microseconds: about as long as it takes to file a statement. From then
/// on a tenth more after each that filed nothing, and a tenth less after each that did, however slow the machine is.
const LIFE_MICROS: u64 = 60_000;

#[test]
fn a_killed_writer_loses_nothing_that_was_acknowledged() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed: u64 = number("CANDOUR_SEED").unwrap_or(0x00c0_ffee);
    println!("CANDOUR_SEED={seed}");
    let rounds = number("CANDOUR_ROUNDS").unwrap_or(ROUNDS);
    let scene = Scene::new();
    let figures = scene.figures(7);
    scene.ok(&format!("disclose ledger q2 --key platform.pem {figures}"));
    let mut life = LIFE_MICROS;
    let mut random = seed | 1;
    let mut acknowledged = Vec::new();
    for round in 0..rounds {
        // xorshift64: any spread of kill times will do.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let event = format!(
            "kind = \"error_notified\"\ndocument = \"example/q2\"\nerror = \"example/e{round}\"\nnote = \"{}\"\n",
            "A note of some length. ".repeat((random % 100) as usize + 1)
        );
        fs::write(scene.path("event.toml"), event).expect("an event");
        let words = "file ledger event.toml --key platform.pem --operator-key operator.pem --json";
        let mut child = scene.command(words).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a process");
        let end = Instant::now() + Duration::from_micros(random % life);
        while Instant::now() < end && child.try_wait().expect("its state").is_none() {
            std::hint::spin_loop();
        }
        child.kill().ok();
        let output = child.wait_with_output().expect("its end");
        // What it said before it was killed is what it acknowledged, whether it ended in order or not.
        if let Ok(said) = serde_json::from_slice::<serde_json::Value>(&output.stdout) {
            acknowledged
                .push((said["index"].as_u64().expect("an index"), format!("example/e{round} about example/q2")));
            life -= life / 10;
        } else {
            life += life / 10;
        }
    }
    println!("{} of {rounds} statements acknowledged", acknowledged.len());
    assert!(!acknowledged.is_empty(), "no process lived long enough to file anything");
    // The next one works, and everything acknowledged is in its place.
    scene.ok("checkpoint ledger --key operator.pem");
    assert_eq!(scene.verdict("ledger --policy policy")["verdict"], "verified");
    let log = scene.ok("log ledger --json");
    for (index, about) in acknowledged {
        let line = log.lines().nth(index as usize).unwrap_or_default();
        let line: serde_json::Value = serde_json::from_str(line).expect("a line of the log");
        assert_eq!((line["index"].as_u64(), line["about"].as_str()), (Some(index), Some(about.as_str())));
    }
}
