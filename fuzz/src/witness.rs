//! A witness that strangers ask: with any bytes, and with checkpoints that a log signed whose operator keeps two
//! histories. Whatever it cosigns is of one of them, and never smaller than before.

use std::sync::LazyLock;

use arbitrary::{Result, Unstructured};
use candour::core::checkpoint::{Checkpoint, SignedCheckpoint};
use candour::core::cosignature::{Cosigner, CosigningKey};
use candour::core::hash::Hash;
use candour::core::key::SecretKey;
use candour::core::merkle::{self, Frontier};
use candour::core::note::{NoteSignature, VerifierKey};
use candour::core::policy::Policy;
use candour::core::witness::{AddCheckpoint, Logs};
use candour::shell::clock::ManualClock;
use candour::shell::witness::Witness;

/// A body is parsed, kept, and perhaps kept as evidence.
pub const BYTES: usize = 1 << 12;

const ORIGIN: &str = "log.example/fuzzed";
/// When all is cosigned.
const NOW_MS: u64 = 1_767_614_500_000;
/// Requests in a run, at most.
const MAX_REQUESTS: usize = 8;
/// Entries of each history.
const ENTRIES: u64 = 40;
/// The size from which on they differ.
const FORK: u64 = 11;

static COSIGNER: LazyLock<VerifierKey> = LazyLock::new(|| cosigner().verifier().clone());

fn log() -> SecretKey {
    SecretKey::from_seed(&[1; 32])
}

fn cosigner() -> Cosigner {
    Cosigner::new("w.example", CosigningKey::Ed25519(SecretKey::from_seed(&[2; 32]))).expect("a key")
}

/// The leaf of a history, at a place.
fn leaf(history: u8, place: u64) -> Hash {
    let of = if place < FORK { 0 } else { history };
    Hash::leaf(&[&[of][..], &place.to_le_bytes()].concat())
}

fn root(history: u8, size: u64) -> Hash {
    (0..size).map(|place| leaf(history, place)).collect::<Frontier>().root()
}

pub fn run(data: &[u8]) {
    cosignatures(data);
}

/// Asks, and returns how often the witness cosigned.
fn cosignatures(data: &[u8]) -> usize {
    let mut count = 0;
    let folder = crate::temporary();
    let key = VerifierKey::ed25519(ORIGIN, log().public().expect("a key")).expect("a name");
    let policy = Policy::parse(Policy::text_for(&key).as_bytes()).expect("a policy");
    let clock = Box::new(ManualClock::at(NOW_MS));
    let open = Witness::open(folder.path(), vec![cosigner()], Logs::of(&policy), clock);
    let (witness, _events) = open.expect("an empty folder");
    let mut chosen = Unstructured::new(data);
    let mut latest: Option<Checkpoint> = None;
    for _ in 0..MAX_REQUESTS {
        if chosen.is_empty() {
            break;
        }
        let Ok(body) = request(&mut chosen) else { break };
        let parsed = crate::refused(AddCheckpoint::parse(&body));
        if let Some(parsed) = &parsed {
            assert_eq!(parsed.to_string().as_bytes(), body, "what parses prints back");
        }
        match witness.add_checkpoint(&body) {
            Err(error) => crate::bounded_message(&error.to_string()),
            Ok(lines) => {
                let signed = parsed.expect("it was understood").checkpoint;
                cosigned(&signed, &lines, latest.as_ref());
                latest = Some(signed.checkpoint().clone());
                count += 1;
            }
        }
    }
    count
}

/// What was cosigned follows what was cosigned before.
fn cosigned(signed: &SignedCheckpoint, lines: &str, latest: Option<&Checkpoint>) {
    let says = signed.checkpoint();
    assert!((0..3).any(|history| root(history, says.size) == says.root), "a history that the log has");
    if let Some(latest) = latest {
        let follows = |history| root(history, latest.size) == latest.root && root(history, says.size) == says.root;
        assert!(latest.size <= says.size && (0..3).any(follows), "{latest} and then {says}");
    }
    let mut whole = signed.clone();
    for line in lines.lines() {
        whole.add_signature(NoteSignature::parse(line).expect("a line")).expect("room");
    }
    assert_eq!(whole.cosigned_by(&COSIGNER), Ok(Some(NOW_MS / 1000)), "and it verifies");
}

/// A request: any bytes, or one that the log's operator could make.
fn request(chosen: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    if chosen.int_in_range(0..=3)? == 0 {
        let length = chosen.int_in_range(0..=2_000)?;
        return Ok(chosen.bytes(length.min(chosen.len()))?.to_vec());
    }
    let (history, of) = (chosen.int_in_range(0..=2)?, chosen.int_in_range(0..=2)?);
    let (old, size) = (chosen.int_in_range(0..=ENTRIES)?, chosen.int_in_range(0..=ENTRIES)?);
    let node = |level: u8, index: u64| {
        let leaves = (index << level)..((index + 1) << level);
        Ok::<_, candour::core::fault::Fault>(leaves.map(|place| leaf(of, place)).collect::<Frontier>().root())
    };
    let proof = merkle::consistency_proof(old, size, node).unwrap_or_default();
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root: root(history, size) };
    let checkpoint = SignedCheckpoint::sign(checkpoint, &log()).expect("a checkpoint");
    let mut body = AddCheckpoint { old, proof, checkpoint }.to_string().into_bytes();
    if chosen.int_in_range(0..=3)? == 0 {
        crate::ledger::edit_bytes(&mut body, chosen)?;
    }
    Ok(body)
}

pub fn seeds() -> Vec<Vec<u8>> {
    // Honest steps; a fork; a step back; and any bytes.
    let table: [&[u8]; 5] = [
        &[1, 0, 0, 0, 5, 1, 1, 0, 0, 5, 20, 1, 1, 0, 0, 20, 40, 1],
        &[1, 1, 1, 0, 20, 1, 1, 2, 2, 20, 30, 1, 1, 2, 1, 20, 30, 1],
        &[1, 0, 0, 0, 9, 1, 1, 0, 0, 9, 4, 1, 1, 1, 1, 9, 30, 1],
        &[1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 40, 1],
        b"\x00\x00\x20old 0\n\nlog.example/fuzzed\n0\n",
    ];
    assert_eq!(cosignatures(table[0]), 3);
    table.map(<[u8]>::to_vec).to_vec()
}
