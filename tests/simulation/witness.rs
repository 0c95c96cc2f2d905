//! Witnesses: a disk, and what is in memory. The decisions are those of `candour witness`.

use candour::core::checkpoint::SignedCheckpoint;
use candour::core::cosignature::{Cosigner, CosigningKey};
use candour::core::key::SecretKey;
use candour::core::witness::{AddCheckpoint, Evidence, Logs, Refusal, Submission};

use super::{Random, Removed};

/// A witness.
pub(super) struct Witness {
    cosigner: Cosigner,
    logs: Logs,
    pub(super) honest: bool,
    removed: Removed,
    disk: Option<SignedCheckpoint>,
    memory: Option<SignedCheckpoint>,
    pub(super) evidence: Vec<Evidence>,
}

/// What a witness answers.
#[derive(Clone)]
pub(super) enum Answer {
    /// 200, and its line.
    Cosigned(String),
    /// 409, and the size.
    Conflict(u64),
    /// Any other status.
    Refused,
}

/// What comes of a request before anything is written.
pub(super) enum Judged {
    Refused(Answer),
    Lawful(SignedCheckpoint),
}

impl Witness {
    pub(super) fn new(number: usize, logs: Logs, honest: bool, removed: Removed) -> Self {
        let name = format!("witness.example/{number}");
        let key = SecretKey::from_seed(&[100 + number as u8; 32]);
        let cosigner = Cosigner::new(&name, CosigningKey::Ed25519(key)).unwrap();
        Self { cosigner, logs, honest, removed, disk: None, memory: None, evidence: Vec::new() }
    }

    pub(super) fn key(&self) -> String {
        self.cosigner.verifier().to_string()
    }

    /// Whatever was not on the disk is gone.
    pub(super) fn crash(&mut self) {
        self.memory.clone_from(&self.disk);
    }

    /// The first half of a request: nothing is written.
    pub(super) fn judge(&mut self, body: &[u8]) -> Judged {
        let Ok(mut request) = AddCheckpoint::parse(body) else { return Judged::Refused(Answer::Refused) };
        if !self.honest {
            return Judged::Lawful(request.checkpoint);
        }
        let latest = self.memory.as_ref().map(|latest| latest.checkpoint().clone());
        if self.removed == Removed::OldSize {
            // Whatever the client says was last is taken to have been last: any tree extends the empty one.
            request.old = 0;
            request.proof.clear();
        }
        let Ok(submission) = self.logs.admit(request) else { return Judged::Refused(Answer::Refused) };
        let known = if self.removed == Removed::OldSize { None } else { latest.as_ref() };
        match submission.check(known) {
            Ok(()) => Judged::Lawful(submission.checkpoint().clone()),
            Err(refusal) => self.refuse(&submission, &refusal),
        }
    }

    fn refuse(&mut self, submission: &Submission, refusal: &Refusal) -> Judged {
        let latest = self.memory.as_ref().map(|latest| latest.checkpoint().clone());
        self.evidence.extend(submission.evidence(latest.as_ref(), refusal));
        match refusal {
            Refusal::Inconsistent(_) if self.removed == Removed::ConsistencyProof => {
                Judged::Lawful(submission.checkpoint().clone())
            }
            Refusal::Conflict { size } => Judged::Refused(Answer::Conflict(*size)),
            _ => Judged::Refused(Answer::Refused),
        }
    }

    /// The second half: it is written, and then cosigned. `None` where the witness crashes on the way.
    pub(super) fn persist(&mut self, checkpoint: SignedCheckpoint, now: usize, crash: Crash) -> Option<Answer> {
        if crash == Crash::BeforeWriting {
            self.crash();
            return None;
        }
        let line = self.cosigner.cosign(&checkpoint, 1_000 + now as u64).unwrap();
        self.memory = Some(checkpoint);
        if self.removed != Removed::PersistFirst || crash != Crash::AfterWriting {
            self.disk.clone_from(&self.memory);
        }
        let answer = Answer::Cosigned(line.to_string());
        if crash == Crash::AfterWriting {
            self.crash();
            // Written first, the answer is what a crash loses; answered first, it is the writing.
            return (self.removed == Removed::PersistFirst).then_some(answer);
        }
        Some(answer)
    }
}

/// When a witness crashes while it takes a checkpoint.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Crash {
    Not,
    BeforeWriting,
    AfterWriting,
}

impl Crash {
    pub(super) fn at(random: &mut Random) -> Self {
        match random.below(100) {
            0..=7 => Self::BeforeWriting,
            8..=17 => Self::AfterWriting,
            _ => Self::Not,
        }
    }
}
