use std::fs;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread;

use super::*;
use crate::core::checkpoint::SignedCheckpoint;
use crate::core::cosignature::CosigningKey;
use crate::core::key::{SecretKey, ml_dsa};
use crate::core::witness::tests::Log;
use crate::shell::clock::ManualClock;

const ORIGIN: &str = "log.example/a";

struct Steered(Arc<ManualClock>);

impl Clock for Steered {
    fn now_ms(&self) -> u64 {
        self.0.now_ms()
    }
}

fn cosigner(seed: u8) -> Cosigner {
    Cosigner::new("witness.example/w1", CosigningKey::Ed25519(SecretKey::from_seed(&[seed; 32]))).unwrap()
}

pub(super) fn open(
    folder: &Path,
    seeds: &[u8],
    clock: &Arc<ManualClock>,
) -> Result<(Witness, Receiver<Event>), StoreError> {
    let cosigners = seeds.iter().map(|seed| cosigner(*seed)).collect();
    Witness::open(folder, cosigners, Logs::of(&log().policy()), Box::new(Steered(Arc::clone(clock))))
}

fn log() -> Log {
    Log::new(ORIGIN, 0, 0)
}

pub(super) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(1_000_000))
}

fn ask(witness: &Witness, log: &Log, old: u64, size: u64) -> u16 {
    witness.add_checkpoint(log.request(old, size).to_string().as_bytes()).map_or_else(|error| error.status(), |_| 200)
}

/// What a witness shows of the log, and the time of its cosignature.
fn shown(witness: &Witness, seed: u8) -> (u64, u64) {
    let Some(Published::Checkpoint(text)) = witness.published_of(ORIGIN) else { panic!("it shows a checkpoint") };
    let signed = SignedCheckpoint::parse(text.as_bytes()).unwrap();
    assert!(signed.signed_by(&log().policy().logs()[0].key).unwrap());
    (signed.checkpoint().size, signed.cosigned_by(cosigner(seed).verifier()).unwrap().unwrap())
}

#[test]
fn time_never_runs_backwards_nor_is_nought() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Arc::new(ManualClock::at(0)));
    let (witness, _events) = open(folder.path(), &[1], &clock).unwrap();
    // (the clock's seconds, old, size, the cosignature's seconds)
    for (now, old, size, expected) in [(0, 0, 2, 1), (50, 2, 3, 50), (20, 3, 4, 50), (50, 4, 4, 50), (51, 4, 4, 51)] {
        clock.set(now * 1000);
        assert_eq!(ask(&witness, &log(), old, size), 200);
        assert_eq!(shown(&witness, 1), (size, expected), "at {now}");
    }
    drop(witness);
    clock.set(7000);
    let (witness, _events) = open(folder.path(), &[1], &clock).unwrap();
    assert_eq!(ask(&witness, &log(), 4, 5), 200);
    assert_eq!(shown(&witness, 1), (5, 51), "after a restart too");
}

#[test]
fn a_log_that_a_key_could_never_cosign_for_is_noticed_at_the_start() {
    let ml_dsa = || CosigningKey::MlDsa44(ml_dsa::SecretKey::from_seed(&[1; 32]));
    let ed25519 = || CosigningKey::Ed25519(SecretKey::from_seed(&[1; 32]));
    for (length, key, opens) in [(255, ml_dsa(), true), (256, ml_dsa(), false), (256, ed25519(), true)] {
        let folder = tempfile::tempdir().unwrap();
        let logs = Logs::of(&Log::new(&"x".repeat(length), 0, 0).policy());
        let cosigners = vec![Cosigner::new("w", key).unwrap()];
        let opened = Witness::open(folder.path(), cosigners, logs, Box::new(Steered(clock())));
        assert_eq!(opened.is_ok(), opens, "{length}");
    }
}

#[test]
fn keys_are_added_and_replaced_one_by_one() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let (witness, _events) = open(folder.path(), &[1], &clock).unwrap();
    assert_eq!(ask(&witness, &log(), 0, 2), 200);
    drop(witness);
    let error = open(folder.path(), &[2], &clock).err().unwrap();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    let (witness, _events) = open(folder.path(), &[1, 2], &clock).unwrap();
    // In the same second, but the second key has not signed yet.
    let lines = witness.add_checkpoint(log().request(2, 2).to_string().as_bytes()).unwrap();
    assert_eq!(lines.lines().count(), 2);
    drop(witness);
    let (witness, _events) = open(folder.path(), &[2], &clock).unwrap();
    assert_eq!(shown(&witness, 2).0, 2);
    let lines = witness.add_checkpoint(log().request(2, 2).to_string().as_bytes()).unwrap();
    assert_eq!(lines.lines().count(), 1);
    drop(witness);
    for seeds in [&[][..], &[2, 2]] {
        assert!(matches!(open(folder.path(), seeds, &clock), Err(StoreError::Fault(_))), "{seeds:?}");
    }
    for (count, opens) in [(MAX_COSIGNERS - 1, true), (MAX_COSIGNERS, true), (MAX_COSIGNERS + 1, false)] {
        let opened = open(folder.path(), &(1..=count as u8).collect::<Vec<_>>(), &clock).map(drop);
        let says = opened.err().map(|error| error.to_string());
        assert!(says.as_ref().map_or(opens, |says| !opens && says.contains("1 to 8 keys")), "{count}: {says:?}");
    }
}

#[test]
fn a_damaged_memory_is_named_and_never_taken_for_none() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let (witness, _events) = open(folder.path(), &[1], &clock).unwrap();
    assert_eq!(ask(&witness, &log(), 0, 5), 200);
    drop(witness);
    let name = Hash::of(ORIGIN.as_bytes()).to_string();
    let path = folder.path().join("logs").join(&name);
    let good = fs::read(&path).unwrap();
    let other = folder.path().join("logs").join(Hash::of(b"log.example/b").to_string());
    let unsigned = log().request(0, 5).checkpoint.to_string();
    let mut damaged =
        vec![Vec::new(), unsigned.into_bytes(), good[..good.len() - 1].to_vec(), [&good[..], b"\n"].concat()];
    for index in 0..good.len() {
        let mut bytes = good.clone();
        bytes[index] ^= 1;
        // The log's signature was verified before it was kept, and its key may since have been replaced.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if text.lines().nth(4) == String::from_utf8_lossy(&good).lines().nth(4) {
            damaged.push(bytes);
        }
    }
    for bytes in damaged {
        fs::write(&path, &bytes).unwrap();
        let error =
            open(folder.path(), &[1], &clock).err().unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&bytes)));
        assert!(matches!(error, StoreError::Damaged { .. }) && error.to_string().contains(&name), "{error}");
    }
    fs::write(&path, &good).unwrap();
    fs::write(&other, &good).unwrap();
    assert!(matches!(open(folder.path(), &[1], &clock), Err(StoreError::Damaged { .. })), "another log's name");
    fs::remove_file(&other).unwrap();
    assert!(open(folder.path(), &[1], &clock).is_ok());
}

#[test]
fn a_failed_write_answers_nothing_until_the_disk_was_read_again() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let (witness, events) = open(folder.path(), &[1], &clock).unwrap();
    assert_eq!(ask(&witness, &log(), 0, 5), 200);
    let (temporary, away) = (folder.path().join("tmp"), folder.path().join("away"));
    fs::rename(&temporary, &away).unwrap();
    assert_eq!(ask(&witness, &log(), 5, 6), 500);
    assert_eq!(witness.published_of(ORIGIN), Some(Published::Unknown));
    assert_eq!(ask(&witness, &log(), 5, 6), 500, "still unknown");
    fs::rename(&away, &temporary).unwrap();
    let (path, kept) = (folder.path().join("logs").join(Hash::of(ORIGIN.as_bytes()).to_string()), away);
    fs::rename(&path, &kept).unwrap();
    assert_eq!(ask(&witness, &log(), 0, 7), 500, "what was answered for is never forgotten");
    fs::rename(&kept, &path).unwrap();
    assert_eq!(ask(&witness, &log(), 6, 7), 409, "it is what the disk says");
    assert_eq!(shown(&witness, 1).0, 5);
    assert_eq!(ask(&witness, &log(), 5, 6), 200);
    // Evidence that cannot be kept is in nobody's way.
    let evidence = folder.path().join("evidence");
    fs::remove_dir(&evidence).unwrap();
    fs::write(&evidence, "in the way").unwrap();
    assert_eq!(ask(&witness, &Log::new(ORIGIN, 0, 1), 6, 6), 422);
    assert_eq!(ask(&witness, &log(), 6, 7), 200);
    let failed = events.try_iter().filter(|event| matches!(event, Event::Failed { .. })).count();
    assert_eq!(failed, 4);
}

#[test]
fn misbehaviour_is_kept_and_a_client_that_is_behind_leaves_nothing() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let (witness, events) = open(folder.path(), &[1], &clock).unwrap();
    let (log, fork) = (log(), Log::new(ORIGIN, 3, 1));
    let kept = || {
        events
            .try_iter()
            .filter_map(|event| match event {
                Event::EvidenceKept { kind, path, .. } => Some((kind, path)),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(ask(&witness, &log, 0, 5), 200);
    for (old, size) in [(0, 5), (0, 9), (3, 9), (7, 9)] {
        assert_eq!(ask(&witness, &log, old, size), 409);
    }
    assert_eq!(kept(), []);
    assert_eq!((ask(&witness, &fork, 5, 5), ask(&witness, &fork, 5, 5)), (422, 422));
    let [(kind, path)] = &kept()[..] else { panic!("one exhibit") };
    let [latest, refused] =
        ["latest", "refused"].map(|name| SignedCheckpoint::parse(&fs::read(path.join(name)).unwrap()).unwrap());
    assert_eq!(*kind, "two-roots");
    assert_eq!(latest.checkpoint(), &log.checkpoint(5));
    assert_eq!(refused.checkpoint(), &fork.checkpoint(5));
    for signed in [&latest, &refused] {
        assert!(signed.signed_by(&log.policy().logs()[0].key).unwrap());
    }
    // A stranger spoils the proof of an honest checkpoint; once that is proven, the suspicion goes.
    let mut spoilt = log.request(5, 8);
    spoilt.proof.clear();
    assert_eq!(witness.add_checkpoint(spoilt.to_string().as_bytes()).unwrap_err().status(), 422);
    let [("possible-fork", path)] = &kept()[..] else { panic!("one exhibit") };
    assert!(path.exists());
    assert_eq!(ask(&witness, &log, 5, 8), 200);
    assert!(!path.exists());
}

#[test]
fn many_clients_and_two_histories_leave_one() {
    let seed: u64 = std::env::var("CANDOUR_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(11);
    println!("CANDOUR_SEED={seed}");
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let (witness, events) = open(folder.path(), &[1], &clock).unwrap();
    let histories = [Log::new(ORIGIN, 4, 0), Log::new(ORIGIN, 4, 1)];
    let race = |client: u64| {
        let (mut random, mut cosigned, mut old) =
            (seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (client << 32) | 1, Vec::new(), 0);
        for _ in 0..60 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let (log, size) = (&histories[(random % 2) as usize], (old + random / 2 % 4).min(79));
            match witness.add_checkpoint(log.request(old, size).to_string().as_bytes()) {
                Ok(lines) => {
                    let request = log.request(old, size);
                    let note = format!("{}{lines}", request.checkpoint);
                    let signed = SignedCheckpoint::parse(note.as_bytes()).unwrap();
                    assert!(signed.cosigned_by(cosigner(1).verifier()).unwrap().is_some());
                    cosigned.push((old, signed.checkpoint().clone()));
                    old = size;
                }
                Err(WitnessError::Refused(Refusal::Conflict { size })) => old = size,
                Err(WitnessError::Refused(Refusal::Inconsistent(_))) => {}
                Err(error) => panic!("{error}"),
            }
        }
        cosigned
    };
    let cosigned: Vec<_> = thread::scope(|scope| {
        let clients: Vec<_> = (0..16).map(|client| scope.spawn(move || race(client))).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    // All that was cosigned is of one history, and each size was reached from one other: nobody's step was lost.
    let last = cosigned.iter().map(|(_, checkpoint)| checkpoint).max_by_key(|checkpoint| checkpoint.size).unwrap();
    let one = histories.iter().find(|log| log.checkpoint(last.size) == *last).unwrap();
    let mut steps = BTreeMap::new();
    for (old, checkpoint) in &cosigned {
        assert_eq!(*checkpoint, one.checkpoint(checkpoint.size), "two histories");
        if *old < checkpoint.size {
            assert_eq!(steps.insert(checkpoint.size, *old), None, "two winners of size {}", checkpoint.size);
        }
    }
    let mut size = last.size;
    while size > 0 {
        let old = steps.remove(&size).unwrap_or_else(|| panic!("nobody was told of size {size}"));
        assert!(old < size);
        size = old;
    }
    assert!(steps.is_empty(), "cosigned beside the history: {steps:?}");
    assert_eq!(shown(&witness, 1).0, last.size);
    // The same from what was told: never a smaller one after a larger one.
    let sizes: Vec<_> = events
        .try_iter()
        .filter_map(|event| if let Event::Cosigned { size, .. } = event { Some(size) } else { None })
        .collect();
    println!("{} cosigned, up to {}; {} told", cosigned.len(), last.size, sizes.len());
}
