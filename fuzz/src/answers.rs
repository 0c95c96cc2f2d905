//! What witnesses answer to the operator of a ledger: whole HTTP responses. Of a cosignature only one is taken that the
//! witness made of this very checkpoint.

use std::sync::LazyLock;
use std::time::Duration;

use candour::core::cosignature::{Cosigner, CosigningKey};
use candour::core::key::SecretKey;
use candour::core::policy::Policy;
use candour::shell::clock::ManualClock;
use candour::shell::ledger::Ledger;
use candour::shell::load::Load;
use candour::shell::witnessing::{Pending, Waiting, ask};
use candour::storage::memory_store::MemoryStore;

use crate::server;

pub const BYTES: usize = 1 << 12;

/// When it is asked, and when the witness cosigned.
const NOW: u64 = 1_800_000_000;
/// What parts the answers to the first question, the second, and so on.
const BETWEEN: &[u8] = b"\n--\n";

/// A ledger whose operator asks.
struct Asking {
    ledger: Ledger<MemoryStore>,
    pending: Pending,
    /// The one line that the witness would answer.
    line: String,
}

static ASKING: LazyLock<Asking> = LazyLock::new(|| {
    let mut load = Load::new(1).expect("a load");
    let mut ledger = Ledger::open(MemoryStore::new()).expect("an empty store");
    for (envelope, now) in load.sign(20).expect("statements") {
        ledger.file(envelope, now, &mut |_| None).expect("lawful");
    }
    let url = server::answering(|_| Vec::new());
    let witness = cosigner();
    let (policy, key) = (load.policy().expect("a policy"), witness.verifier());
    let policy = policy.replace("quorum none", &format!("witness w {key} {url}/w\nquorum w"));
    let policy = Policy::parse(policy.as_bytes()).expect("a policy");
    let pending = ledger.promise(load.operator().expect("a key"), policy).expect("a checkpoint");
    let line = witness.cosign(pending.signed(), NOW).expect("a cosignature").to_string();
    Asking { ledger, pending, line }
});

fn cosigner() -> Cosigner {
    Cosigner::new("w.example", CosigningKey::Ed25519(SecretKey::from_seed(&[2; 32]))).expect("a key")
}

pub fn run(data: &[u8]) {
    cosignatures(data);
}

/// Asks, and returns how many cosignatures are taken.
fn cosignatures(data: &[u8]) -> usize {
    let Asking { ledger, pending, line } = &*ASKING;
    let mut answers: Vec<Vec<u8>> = Vec::new();
    let mut rest = data;
    while let Some(at) = rest.windows(BETWEEN.len()).position(|part| part == BETWEEN) {
        answers.push(rest[..at].to_vec());
        rest = &rest[at + BETWEEN.len()..];
    }
    answers.push(rest.to_vec());
    let mut left = answers.into_iter();
    server::answering(move |path| match left.next() {
        // Whoever is asked for a file again and again is waited for in between.
        Some(body) if path.ends_with("/checkpoint") => server::response("200 OK", "text/plain", &body),
        Some(whole) => whole,
        None => server::response("404 Not Found", "text/plain", b""),
    });
    let second = Duration::from_secs(1);
    let waiting = Waiting { whole: second, question: second, grace: Duration::ZERO };
    let clock = ManualClock::at(NOW * 1000);
    let replies = ask(pending, ledger.store(), waiting, &clock).expect("the ledger is whole");
    let mut count = 0;
    for reply in &replies {
        crate::bounded_message(&reply.to_string());
        if let Ok(cosigned) = &reply.said {
            count += 1;
            assert_eq!((cosigned.line.to_string().as_str(), cosigned.timestamp), (line.as_str(), NOW), "nobody signed that");
        }
    }
    count
}

pub fn seeds() -> Vec<Vec<u8>> {
    let Asking { pending, line, .. } = &*ASKING;
    let (lines, noted) = (format!("{line}\n"), pending.signed().to_string());
    let ok = |body: &str| server::response("200 OK", "text/plain", body.as_bytes());
    let stands = |size: &str| server::response("409 Conflict", "text/x.tlog.size", size.as_bytes());
    let refused = server::response("422 Unprocessable Entity", "text/plain", b"no\n");
    assert_eq!(cosignatures(&ok(&lines)), 1);
    vec![
        ok(&lines),
        ok(&format!("— other.example {}\n{lines}", &line[line.rfind(' ').map_or(0, |at| at + 1)..])),
        ok(&lines.repeat(2)),
        [stands("7\n"), ok(&lines)].join(BETWEEN),
        [stands("99\n"), noted.clone().into_bytes()].join(BETWEEN),
        [refused, noted.into_bytes()].join(BETWEEN),
        server::response("403 Forbidden", "text/plain", b"no\n"),
        server::response("302 Found\r\nLocation: http://127.0.0.1:1/", "text/plain", b""),
    ]
}
