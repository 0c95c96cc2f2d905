use super::super::cosignature::{Cosigner, CosigningKey};
use super::super::key::SecretKey;
use super::super::merkle::{Frontier, consistency_proof};
use super::super::note;
use super::*;

/// A log whose tree is made of numbers, and which signs whatever it is told to.
pub(crate) struct Log {
    pub(crate) origin: String,
    pub(crate) key: SecretKey,
    leaves: Vec<Hash>,
}

impl Log {
    /// A log that lies from leaf `fork` on: another history for each `branch`.
    pub(crate) fn new(origin: &str, fork: u64, branch: u64) -> Self {
        let leaf = |index: u64| if index < fork { index.to_string() } else { format!("{index} {branch}") };
        let leaves = (0..80).map(|index| Hash::leaf(leaf(index).as_bytes())).collect();
        Self { origin: origin.to_owned(), key: SecretKey::from_seed(&[7; 32]), leaves }
    }

    pub(crate) fn policy(&self) -> Policy {
        let key = VerifierKey::ed25519(&self.origin, self.key.public().unwrap()).unwrap();
        Policy::parse(Policy::text_for(&key).as_bytes()).unwrap()
    }

    fn node(&self, level: u8, index: u64) -> Hash {
        let (start, end) = ((index << level) as usize, ((index + 1) << level) as usize);
        Frontier::from_iter(self.leaves[start..end].iter().copied()).root()
    }

    pub(crate) fn checkpoint(&self, size: u64) -> Checkpoint {
        let root = Frontier::from_iter(self.leaves[..size as usize].iter().copied()).root();
        Checkpoint { origin: self.origin.clone(), size, root }
    }

    pub(crate) fn request(&self, old: u64, size: u64) -> AddCheckpoint {
        let node = |level, index| Ok::<_, Fault>(self.node(level, index));
        let proof = if old <= size { consistency_proof(old, size, node).unwrap() } else { Vec::new() };
        let checkpoint = SignedCheckpoint::sign(self.checkpoint(size), &self.key).unwrap();
        AddCheckpoint { old, proof, checkpoint }
    }
}

const ORIGIN: &str = "log.example/a";

fn log() -> Log {
    Log::new(ORIGIN, 0, 0)
}

/// The status that a body gets after that checkpoint; 200 where it may be cosigned.
fn judge(log: &Log, latest: Option<&Checkpoint>, body: &[u8]) -> (u16, Option<Evidence>) {
    let judged = AddCheckpoint::parse(body).map_err(Refusal::Malformed);
    let judged = judged.and_then(|request| {
        assert_eq!(request.to_string().as_bytes(), body, "printing gives the same bytes back");
        Logs::of(&log.policy()).admit(request)
    });
    match judged {
        Err(refusal) => (refusal.status(), None),
        Ok(submission) => match submission.check(latest) {
            Ok(()) => (200, None),
            Err(refusal) => (refusal.status(), submission.evidence(latest, &refusal)),
        },
    }
}

/// A body of so many bytes, with nothing wrong: an extension line makes it long.
fn of_bytes(log: &Log, bytes: usize) -> String {
    let text = log.request(0, 7).checkpoint.note().text().to_owned();
    let with = |length: usize| {
        let text = format!("{text}{}\n", "x".repeat(length));
        format!("old 0\n\n{text}\n{}\n", note::sign(&text, ORIGIN, &log.key).unwrap())
    };
    let body = with(bytes - with(0).len());
    assert_eq!(body.len(), bytes);
    body
}

#[test]
fn a_body_has_one_spelling() {
    let log = log();
    let good = log.request(3, 7).to_string();
    let with_old = |old: &str| good.replacen("old 3", old, 1);
    let proof = |count: usize| {
        let lines = format!("{}\n", Hash::ZERO.to_base64()).repeat(count);
        log.request(0, 7).to_string().replacen("old 0\n", &format!("old 0\n{lines}"), 1)
    };
    let (head, note) = good.split_once("\n\n").unwrap();
    let line = good.lines().nth(1).unwrap();
    // (what, body, status): 409 is a body that was read, as this witness never cosigned anything.
    let table: Vec<(&str, String, u16)> = vec![
        ("as it should be", good.clone(), 409),
        ("old 0", log.request(0, 7).to_string(), 200),
        ("the largest old", with_old("old 9223372036854775807"), 400),
        ("2^63", with_old("old 9223372036854775808"), 400),
        ("2^64", with_old("old 18446744073709551616"), 400),
        ("a leading zero", with_old("old 03"), 400),
        ("zero twice", log.request(0, 7).to_string().replacen("old 0", "old 00", 1), 400),
        ("a plus", with_old("old +3"), 400),
        ("a minus", with_old("old -3"), 400),
        ("two spaces", with_old("old  3"), 400),
        ("a space after", with_old("old 3 "), 400),
        ("a tab", with_old("old\t3"), 400),
        ("no number", with_old("old "), 400),
        ("hexadecimal", with_old("old 0x3"), 400),
        ("other digits", with_old("old ٣"), 400),
        ("another word", with_old("size 3"), 400),
        ("another case", with_old("Old 3"), 400),
        ("a line before", format!("\n{good}"), 400),
        ("a mark before", format!("\u{feff}{good}"), 400),
        ("CRLF", good.replace('\n', "\r\n"), 400),
        ("CRLF after old", with_old("old 3\r"), 400),
        ("63 lines", proof(63), 422),
        ("64 lines", proof(64), 400),
        ("a hash without padding", good.replacen(line, line.trim_end_matches('='), 1), 400),
        ("a hash of 31 bytes", good.replacen(line, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", 1), 400),
        ("stray bits", good.replacen(line, &format!("{}B=", "A".repeat(42)), 1), 400),
        ("the other alphabet", good.replacen(line, &format!("{}-_A=", "A".repeat(40)), 1), 400),
        ("a space after a hash", good.replacen(line, &format!("{line} "), 1), 400),
        ("no empty line", format!("{head}\n{note}"), 400),
        ("two empty lines", format!("{head}\n\n\n{note}"), 400),
        ("no newline at the end", good.trim_end().to_owned(), 400),
        ("a newline too many", format!("{good}\n"), 400),
        ("nothing", String::new(), 400),
        ("only newlines", "\n\n\n\n".to_owned(), 400),
        ("no checkpoint", format!("{head}\n\n"), 400),
        ("no signature", format!("{head}\n\n{}", note.split_once('—').unwrap().0), 400),
        ("a size with a zero before", good.replacen("\n7\n", "\n07\n", 1), 400),
        ("a size of 2^63", good.replacen("\n7\n", "\n9223372036854775808\n", 1), 400),
        ("a control character", good.replacen(ORIGIN, "log.example/\u{1}", 1), 400),
        ("another log", good.replacen(ORIGIN, "log.example/b", 1), 404),
        ("as many bytes as are read", of_bytes(&log, MAX_ADD_CHECKPOINT_BYTES), 200),
        ("more bytes than are read", of_bytes(&log, MAX_ADD_CHECKPOINT_BYTES + 1), 400),
    ];
    for (what, body, status) in table {
        assert_eq!(judge(&log, None, body.as_bytes()).0, status, "{what}\n{body:.300}");
    }
    assert_eq!(judge(&log, None, b"old 0\n\xff\n\n").0, 400);
    let fault = AddCheckpoint::parse(with_old(&format!("old {}", "9".repeat(100_000))).as_bytes()).unwrap_err();
    assert_eq!(fault.code, Code::AddCheckpointMalformed);
    assert!(fault.to_string().len() < 300, "{fault}");
}

#[test]
fn only_a_key_of_the_log_is_trusted() {
    let log = log();
    let good = log.request(0, 7);
    let text = good.checkpoint.note().text().to_owned();
    let stranger = SecretKey::from_seed(&[9; 32]);
    let sign = |text: &str, name: &str, key: &SecretKey| format!("{}\n", note::sign(text, name, key).unwrap());
    let own = sign(&text, ORIGIN, &log.key);
    let foreign = sign(&text, ORIGIN, &stranger);
    let forged = sign("other\n", ORIGIN, &log.key);
    let (extended, rows) =
        (format!("{text}an extension\nanother one\n"), |text: &str, lines: String| format!("old 0\n\n{text}\n{lines}"));
    let table = [
        ("its own", rows(&text, own.clone()), 200),
        ("its own, twice", rows(&text, own.repeat(2)), 200),
        ("unknown ones around it", rows(&text, format!("{foreign}{own}{foreign}")), 200),
        ("as many as a note has", rows(&text, format!("{}{own}", foreign.repeat(127))), 200),
        ("one more", rows(&text, format!("{}{own}", foreign.repeat(128))), 400),
        (
            "16 of the greatest size",
            rows(&text, format!("{}{own}", format!("— x {}\n", "AAAA".repeat(1670)).repeat(15))),
            200,
        ),
        ("others only", rows(&text, foreign.clone()), 403),
        ("its key under another name", rows(&text, sign(&text, "log.example/b", &log.key)), 403),
        ("one that does not verify", rows(&text, forged.clone()), 403),
        ("one that does, then one that does not", rows(&text, format!("{own}{forged}")), 403),
        ("one that does not, then one that does", rows(&text, format!("{forged}{own}")), 403),
        ("extension lines", rows(&extended, sign(&extended, ORIGIN, &log.key)), 200),
        ("extension lines that it did not sign", rows(&extended, own.clone()), 403),
        ("an empty extension line", rows(&format!("{text}\nx\n"), own.clone()), 400),
    ];
    for (what, body, status) in table {
        assert_eq!(judge(&log, None, body.as_bytes()).0, status, "{what}\n{body:.600}");
    }
    // A rotated key: either signature will do, none is left out, and a broken one spoils the note.
    let new = VerifierKey::ed25519(ORIGIN, stranger.public().unwrap()).unwrap();
    let old = VerifierKey::ed25519(ORIGIN, log.key.public().unwrap()).unwrap();
    let logs = Logs::of(&Policy::parse(format!("log {old}\nlog {new}\nquorum none\n").as_bytes()).unwrap());
    for (lines, signatures) in [(own.clone(), 1), (foreign.clone(), 1), (format!("{foreign}{own}"), 2)] {
        let submission = logs.admit(AddCheckpoint::parse(rows(&text, lines).as_bytes()).unwrap()).unwrap();
        assert_eq!(submission.checkpoint().note().signatures().len(), signatures);
    }
    let spoilt = AddCheckpoint::parse(rows(&text, format!("{foreign}{forged}")).as_bytes()).unwrap();
    assert_eq!(logs.admit(spoilt).unwrap_err().status(), 403);
    // What others signed is not kept.
    let witness = Cosigner::new("witness.example/w", CosigningKey::Ed25519(SecretKey::from_seed(&[3; 32]))).unwrap();
    let mut cosigned = good.clone();
    cosigned.checkpoint.add_signature(witness.cosign(&good.checkpoint, 1).unwrap()).unwrap();
    assert_eq!(Logs::of(&log.policy()).admit(cosigned).unwrap().checkpoint(), &good.checkpoint);
}

#[test]
fn every_refusal_has_its_code_and_its_evidence() {
    let (log, fork) = (log(), Log::new(ORIGIN, 0, 1));
    let at = |size| Some(log.checkpoint(size));
    let with = |old, size, proof: Vec<Hash>| AddCheckpoint { proof, ..log.request(old, size) };
    let spoilt = |request: &AddCheckpoint| {
        let mut proof = request.proof.clone();
        proof[0] = Hash::ZERO;
        AddCheckpoint { proof, ..request.clone() }
    };
    let rootless = |old| {
        let checkpoint = Checkpoint { root: Hash::ZERO, ..log.checkpoint(0) };
        AddCheckpoint { old, proof: Vec::new(), checkpoint: SignedCheckpoint::sign(checkpoint, &log.key).unwrap() }
    };
    let zero = vec![Hash::ZERO];
    use Evidence::{PossibleFork, PossibleRollback, TwoRoots};
    let table = [
        ("the first", None, log.request(0, 5), 200, None),
        ("an empty first", None, log.request(0, 0), 200, None),
        ("an empty one again", at(0), log.request(0, 0), 200, None),
        ("from an empty one", at(0), log.request(0, 5), 200, None),
        ("the next", at(5), log.request(5, 8), 200, None),
        ("from a full tree", at(8), log.request(8, 64), 200, None),
        ("the same", at(5), log.request(5, 5), 200, None),
        ("a first that is not", at(5), log.request(0, 8), 409, None),
        ("merely behind", at(5), log.request(3, 8), 409, None),
        ("ahead of the witness", at(5), log.request(6, 8), 409, None),
        ("never cosigned", None, log.request(3, 8), 409, None),
        ("late", at(8), log.request(3, 5), 409, Some(PossibleRollback)),
        ("back to nothing", at(8), log.request(0, 0), 409, Some(PossibleRollback)),
        ("old above the size", at(8), log.request(8, 5), 400, Some(PossibleRollback)),
        ("old above the size, before the conflict", at(3), log.request(9, 8), 400, None),
        ("the same size, another root", at(5), fork.request(5, 5), 422, Some(TwoRoots)),
        ("the same, from elsewhere", at(5), fork.request(3, 5), 409, Some(TwoRoots)),
        ("the same, old above the size", at(5), fork.request(6, 5), 400, Some(TwoRoots)),
        ("the same with a proof", at(5), with(5, 5, zero.clone()), 422, None),
        ("another history", at(5), fork.request(5, 8), 422, Some(PossibleFork)),
        ("a spoilt proof", at(5), spoilt(&log.request(5, 8)), 422, Some(PossibleFork)),
        ("no proof", at(5), with(5, 8, Vec::new()), 422, Some(PossibleFork)),
        (
            "a proof too long",
            at(5),
            with(5, 8, [log.request(5, 8).proof, zero.clone()].concat()),
            422,
            Some(PossibleFork),
        ),
        ("a proof from nothing", None, with(0, 5, zero.clone()), 422, None),
        ("a proof from an empty one", at(0), with(0, 5, zero.clone()), 422, None),
        ("nothing, with a proof", None, with(0, 0, zero), 422, None),
        ("nothing, with a root", None, rootless(0), 422, Some(TwoRoots)),
        ("nothing, with a root, after an empty one", at(0), rootless(0), 422, Some(TwoRoots)),
        ("nothing, with a root, after more", at(5), rootless(0), 409, Some(TwoRoots)),
    ];
    for (what, latest, request, status, evidence) in table {
        let judged = judge(&log, latest.as_ref(), request.to_string().as_bytes());
        assert_eq!(judged, (status, evidence), "{what}");
    }
    let submission = Logs::of(&log.policy()).admit(log.request(3, 8)).unwrap();
    assert_eq!(submission.check(at(5).as_ref()), Err(Refusal::Conflict { size: 5 }));
    assert_eq!(submission.check(None), Err(Refusal::Conflict { size: 0 }));
}
