//! Many clients, two histories, and a kill at any instant: what was answered is remembered, and of one history.

use std::io::{BufReader, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use candour::core::checkpoint::{Checkpoint, SignedCheckpoint};

use super::service::{Answer, Log, ORIGIN, Service, request};

/// How often the process is killed; `CANDOUR_ROUNDS` overrides it.
const ROUNDS: u64 = 12;
/// Clients at once.
const CLIENTS: u64 = 8;
/// How long a process may live under load, at most, in microseconds: twice as long after each that cosigned nothing, however
/// slow the machine is.
const LIFE_MICROS: u64 = 150_000;

/// xorshift64: any spread will do.
fn next(random: &mut u64) -> u64 {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    *random
}

/// Asks until nobody answers. Returns all that was cosigned, verified.
fn client(service: &Service, histories: &[Log; 2], mut random: u64, mut old: u64) -> Vec<Checkpoint> {
    let mut cosigned = Vec::new();
    let Ok(stream) = TcpStream::connect(service.address) else { return cosigned };
    let mut stream = BufReader::new(stream);
    loop {
        let log = &histories[(next(&mut random) % 2) as usize];
        let size = (old + next(&mut random) % 3).min(1999);
        let body = log.body(old, size);
        if stream.get_mut().write_all(&request("POST", "/add-checkpoint", body.as_bytes())).is_err() {
            return cosigned;
        }
        let Some(answer) = Answer::read(&mut stream) else { return cosigned };
        match answer.status {
            200 => {
                let note = body.split_once("\n\n").unwrap().1.to_owned() + answer.text();
                let signed = SignedCheckpoint::parse(note.as_bytes()).unwrap();
                assert!(signed.cosigned_by(&service.key).unwrap().is_some());
                cosigned.push(signed.checkpoint().clone());
                old = size;
            }
            409 => old = answer.text().trim_end().parse().unwrap(),
            422 => {}
            status => panic!("{status} {}", answer.text()),
        }
    }
}

#[test]
fn a_killed_witness_remembers_all_that_it_answered() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed: u64 = number("CANDOUR_SEED").unwrap_or(0x00c0_ffee);
    println!("CANDOUR_SEED={seed}");
    let folder = tempfile::tempdir().unwrap();
    let histories = [Log::new(ORIGIN, 4, 0), Log::new(ORIGIN, 4, 1)];
    let (mut random, mut cosigned, mut size) = (seed | 1, Vec::new(), 0);
    let mut longest = LIFE_MICROS;
    for round in 0..number("CANDOUR_ROUNDS").unwrap_or(ROUNDS) {
        let service = Service::start(folder.path(), &[]);
        // Which history it is shows from leaf 4 on; before, they are the same.
        let shown =
            histories.iter().find_map(|log| service.shown(log).filter(|shown| *shown == log.checkpoint(shown.size)));
        let latest = shown.map_or(0, |shown| shown.size);
        assert!(latest >= size, "round {round}: {size} was answered, {latest} remembered");
        let life = Duration::from_micros(next(&mut random) % longest);
        let seeds: Vec<u64> = (0..CLIENTS).map(|_| next(&mut random) | 1).collect();
        let told = thread::scope(|scope| {
            let (service, histories) = (&service, &histories);
            let clients = seeds.into_iter().map(|seed| scope.spawn(move || client(service, histories, seed, latest)));
            let clients: Vec<_> = clients.collect();
            let end = Instant::now() + life;
            while Instant::now() < end {
                std::hint::spin_loop();
            }
            service.kill();
            clients.into_iter().flat_map(|client| client.join().unwrap()).collect::<Vec<_>>()
        });
        size = told.iter().map(|checkpoint| checkpoint.size).fold(latest, u64::max);
        longest = if told.is_empty() { 2 * longest } else { longest };
        cosigned.extend(told);
    }
    println!("{} cosigned, up to size {size}", cosigned.len());
    assert!(!cosigned.is_empty(), "no process lived long enough to cosign anything");
    let one =
        histories.iter().find(|log| cosigned.iter().all(|checkpoint| *checkpoint == log.checkpoint(checkpoint.size)));
    assert!(one.is_some(), "cosigned on two histories");
    let service = Service::start(folder.path(), &[]);
    assert!(service.shown(one.unwrap()).unwrap().size >= size);
}
