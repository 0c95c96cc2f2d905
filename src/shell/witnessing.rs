//! Asking the witnesses of a ledger to cosign its checkpoint: C2SP tlog-witness, from the log's side.
//!
//! All of them are asked at once, each as often as it takes to catch up with what it saw last, and nobody is waited for
//! longer than was said beforehand. What they answer is bytes from strangers: of a cosignature only one is taken that
//! verifies over this very checkpoint, under a key that the policy names with that URL. Whether they are enough is for the policy,
//! and whether anything is published for [`super::ledger`].

mod asking;
mod conversation;
mod refusal;

use std::fmt;
use std::time::Duration;

use crate::core::checkpoint::SignedCheckpoint;
use crate::core::cosignature::shown_time;
use crate::core::key::PublicKey;
use crate::core::note::{NoteSignature, VerifierKey};
use crate::core::policy::Policy;

pub use asking::ask;
pub use refusal::Refusal;

/// How long a checkpoint waits for its witnesses, unless the operator says otherwise.
pub const WAIT: Duration = Duration::from_secs(10);
/// The longest that anybody is waited for, whatever the operator says.
pub const MAX_WAIT: Duration = Duration::from_secs(3600);
/// How long one question to one witness may take, with its whole answer.
pub const QUESTION: Duration = Duration::from_secs(5);
/// How long the others are still waited for once the quorum is met.
pub const GRACE: Duration = Duration::from_millis(500);
/// How often one witness is asked for one checkpoint: at first, and again from where it says that it stands.
pub const MAX_QUESTIONS: u32 = 4;
/// How far a cosignature's time may lie after this machine's, in seconds.
pub const MAX_AHEAD_SECONDS: u64 = 3600;
/// Bytes of a witness's answer, at most: room for over a dozen post-quantum cosignatures.
pub const MAX_ANSWER_BYTES: u64 = 1 << 16;
/// Checkpoints that are looked through, the latest first, for the last one that a witness cosigned.
pub const LOOK_BACK: usize = 16;

/// How long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// For all witnesses together.
    pub whole: Duration,
    /// For one question.
    pub question: Duration,
    /// For the others, once the quorum is met.
    pub grace: Duration,
}

impl Default for Waiting {
    /// [`WAIT`], [`QUESTION`], [`GRACE`].
    fn default() -> Self {
        Self { whole: WAIT, question: QUESTION, grace: GRACE }
    }
}

/// A checkpoint that the operator signed and that nobody has been shown yet, with whom to ask about it. Only a ledger
/// makes one, of entries that are durable; and signing the same size again makes the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    policy: Policy,
    /// Every key that the operator ever had.
    operators: Vec<PublicKey>,
    /// With the operator's signature alone.
    signed: SignedCheckpoint,
    /// With the cosignatures that it was published with, if it was.
    kept: SignedCheckpoint,
}

/// What came of asking one witness of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Its name within the policy.
    pub witness: String,
    /// Its cosignature, or why there is none.
    pub said: Result<Cosigned, Refusal>,
}

/// A cosignature that verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// The signature line.
    pub line: NoteSignature,
    /// The time that it says, in seconds since 1970.
    pub timestamp: u64,
    /// Whether the checkpoint was published with it before.
    pub kept: bool,
}

impl Pending {
    /// Of a checkpoint that the operator just signed, and the latest one published.
    pub(super) fn new(
        policy: Policy,
        operators: Vec<PublicKey>,
        signed: SignedCheckpoint,
        latest: Option<&SignedCheckpoint>,
    ) -> Self {
        let kept = latest.map_or_else(|| signed.clone(), |latest| keep(&signed, latest, &policy));
        Self { policy, operators, signed, kept }
    }

    /// Who is asked, and how many of them it takes.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The checkpoint, with the operator's signature alone.
    pub fn signed(&self) -> &SignedCheckpoint {
        &self.signed
    }

    /// The checkpoint with the cosignatures in the replies. One that it was published with is never replaced: the
    /// earlier a cosignature, the more it says of when an entry existed.
    pub(super) fn with(&self, latest: Option<&SignedCheckpoint>, replies: &[Reply]) -> SignedCheckpoint {
        let mut whole = latest.map_or_else(|| self.kept.clone(), |latest| keep(&self.kept, latest, &self.policy));
        for cosigned in replies.iter().filter_map(|reply| reply.said.as_ref().ok()) {
            if !has(&whole, &cosigned.line) {
                // A note that is full has room for no more; whether these are enough is judged by what it holds.
                let _ = whole.add_signature(cosigned.line.clone());
            }
        }
        whole
    }

    /// The cosignature of that key that it was published with.
    fn kept_of(&self, key: &VerifierKey) -> Option<Cosigned> {
        let timestamp = self.kept.cosigned_by(key).ok().flatten()?;
        let line = self.kept.note().signatures_of(key).next()?.clone();
        Some(Cosigned { line, timestamp, kept: true })
    }
}

impl Reply {
    /// The same, in the light of how many entries the ledger has by now: who saw more than the checkpoint is of, but no more
    /// than there are, was shown a later checkpoint meanwhile.
    pub(super) fn settled(mut self, entries: u64) -> Self {
        if let Err(Refusal::Ahead { told, theirs, .. }) = &self.said
            && *told <= entries
        {
            self.said = Err(Refusal::Overtaken { told: *told, theirs: theirs.clone() });
        }
        self
    }
}

/// The name, and what came of it.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.said {
            Ok(Cosigned { timestamp, kept, .. }) => {
                let before = if *kept { ", before" } else { "" };
                write!(f, "{}: cosigned at {}{before}", self.witness, shown_time(*timestamp))
            }
            Err(refusal) => write!(f, "{}: {refusal}", self.witness),
        }
    }
}

/// The checkpoint with the signature lines of the published one, if that says the same. Lines of the policy's witnesses
/// must verify; of others nothing is known, and they stay.
fn keep(signed: &SignedCheckpoint, published: &SignedCheckpoint, policy: &Policy) -> SignedCheckpoint {
    let mut kept = signed.clone();
    if published.note().text() != signed.note().text() {
        return kept;
    }
    for line in published.note().signatures().iter().filter(|line| !has(signed, line)) {
        let mut alone = signed.clone();
        let stands = alone.add_signature(line.clone()).is_ok()
            && policy
                .witnesses()
                .iter()
                .map(|witness| &witness.key)
                .all(|key| alone.is_undisputed(key) && alone.cosigned_by(key).is_ok());
        if stands && !has(&kept, line) {
            let _ = kept.add_signature(line.clone());
        }
    }
    kept
}

/// Whether there is a line of that name and key id already.
fn has(signed: &SignedCheckpoint, line: &NoteSignature) -> bool {
    signed.note().signatures().iter().any(|known| known.name() == line.name() && known.id() == line.id())
}
