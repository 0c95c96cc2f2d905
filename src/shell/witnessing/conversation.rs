//! What is said to one witness and what its answers mean. No thread, no clock and no network: an answer goes in, and the
//! next question comes out.

use std::collections::BTreeMap;

use crate::core::checkpoint::SignedCheckpoint;
use crate::core::hash::Hash;
use crate::core::note::{MAX_NOTE_BYTES, NoteSignature, VerifierKey};
use crate::core::witness::AddCheckpoint;
use crate::storage::http::Answer;

use super::{Cosigned, MAX_AHEAD_SECONDS, MAX_ANSWER_BYTES, MAX_QUESTIONS, Pending, Refusal, has};

/// The media type of the size that comes with a 409.
const SIZE_TYPE: &str = "text/x.tlog.size";

/// A conversation with the witness at one URL, which may have several keys.
pub(super) struct Conversation {
    /// The submission prefix, without a slash at its end.
    prefix: String,
    /// Its keys, by their places among the policy's witnesses.
    keys: BTreeMap<usize, VerifierKey>,
    /// Where it stands, as far as is known.
    old: u64,
    questions: u32,
    /// It contradicts the ledger, and was asked for what it has instead.
    doubt: Option<Refusal>,
}

/// What to ask, over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Hands over the checkpoint.
    Post {
        /// Where to.
        url: String,
        /// An add-checkpoint request.
        body: String,
    },
    /// Asks for the checkpoint that the witness has.
    Get {
        /// Where.
        url: String,
    },
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Hand over the checkpoint, with the proof from that size on.
    AskFrom(u64),
    /// Ask for what it has.
    Ask(Question),
    /// Nothing: this is what came of it, by the places among the policy's witnesses.
    Done(Vec<(usize, Result<Cosigned, Refusal>)>),
}

impl Question {
    /// Bytes of an answer to it, at most.
    pub(super) fn limit(&self) -> u64 {
        match self {
            Self::Post { .. } => MAX_ANSWER_BYTES,
            Self::Get { .. } => MAX_NOTE_BYTES as u64,
        }
    }
}

impl Conversation {
    /// With the witness there, which stands at that size as far as is known.
    pub(super) fn new(prefix: &str, keys: BTreeMap<usize, VerifierKey>, old: u64) -> Self {
        Self { prefix: prefix.to_owned(), keys, old, questions: 1, doubt: None }
    }

    /// The checkpoint with the proof from that size on.
    pub(super) fn hand_over(&self, old: u64, proof: &[Hash], signed: &SignedCheckpoint) -> Question {
        let url = format!("{}/add-checkpoint", self.prefix);
        let request = AddCheckpoint { old, proof: proof.to_vec(), checkpoint: signed.clone() };
        Question::Post { url, body: request.to_string() }
    }

    /// Where it stands, as far as is known.
    pub(super) fn old(&self) -> u64 {
        self.old
    }

    /// Hears an answer, at a time in seconds since 1970.
    pub(super) fn hear(&mut self, pending: &Pending, answer: Result<Answer, Refusal>, now: u64) -> Next {
        if let Some(doubt) = self.doubt.take() {
            return self.refused(&with_proof(doubt, pending, answer));
        }
        let answer = match answer {
            Ok(answer) => answer,
            Err(refusal) => return self.refused(&refusal),
        };
        match answer.status {
            200 => self.take(pending, &answer.body, now),
            409 => self.catch_up(pending, &answer),
            422 => self.doubt(pending, Refusal::Inconsistent { old: self.old, theirs: None }),
            404 => self.refused(&Refusal::UnknownLedger),
            403 => self.refused(&Refusal::UntrustedKey),
            status => self.refused(&Refusal::Status(status)),
        }
    }

    /// What came of it if it ends here.
    pub(super) fn broken_off(&self) -> Next {
        self.refused(self.doubt.as_ref().unwrap_or(&Refusal::Silent))
    }

    /// The same refusal for each key.
    fn refused(&self, refusal: &Refusal) -> Next {
        Next::Done(self.keys.keys().map(|place| (*place, Err(refusal.clone()))).collect())
    }

    /// It stands elsewhere: asks again from there, unless it cannot be.
    fn catch_up(&mut self, pending: &Pending, answer: &Answer) -> Next {
        let size = pending.signed().checkpoint().size;
        match size_told(answer) {
            None => self.refused(&Refusal::malformed("a size as text/x.tlog.size", &answer.body)),
            Some(told) if told > size => self.doubt(pending, Refusal::Ahead { told, size, theirs: None }),
            Some(told) if told == self.old || self.questions >= MAX_QUESTIONS => {
                self.refused(&Refusal::Unsettled { questions: self.questions, told })
            }
            Some(told) => {
                self.old = told;
                self.questions += 1;
                Next::AskFrom(told)
            }
        }
    }

    /// It contradicts the ledger. Anybody can say that: it is asked for the signed checkpoint that it has. The
    /// monitoring prefix, where that stands, is the submission prefix with most witnesses; else there is no proof.
    fn doubt(&mut self, pending: &Pending, doubt: Refusal) -> Next {
        self.doubt = Some(doubt);
        let origin = Hash::of(pending.signed().checkpoint().origin.as_bytes());
        Next::Ask(Question::Get { url: format!("{}/{origin}/checkpoint", self.prefix) })
    }

    /// Takes the cosignatures by its keys. Lines by others are let pass.
    fn take(&self, pending: &Pending, body: &[u8], now: u64) -> Next {
        let Some(lines) = lines(body) else {
            return self.refused(&Refusal::malformed("signature lines", body));
        };
        let said = self.keys.iter().map(|(place, key)| (*place, cosignature(pending.signed(), key, &lines, now)));
        Next::Done(said.collect())
    }
}

/// The size in the answer to a request that began elsewhere.
fn size_told(answer: &Answer) -> Option<u64> {
    let media_type = answer.content_type.as_deref()?.split(';').next()?;
    if !media_type.trim().eq_ignore_ascii_case(SIZE_TYPE) {
        return None;
    }
    let text = str::from_utf8(&answer.body).ok()?.strip_suffix('\n')?;
    text.parse().ok().filter(|size: &u64| size.to_string() == text)
}

/// The signature lines of an answer: one or more, each with its newline.
fn lines(body: &[u8]) -> Option<Vec<NoteSignature>> {
    let text = str::from_utf8(body).ok()?.strip_suffix('\n')?;
    text.split('\n').map(|line| NoteSignature::parse(line).ok()).collect()
}

/// The first cosignature by that key, if all lines under its name and id verify.
fn cosignature(
    signed: &SignedCheckpoint,
    key: &VerifierKey,
    lines: &[NoteSignature],
    now: u64,
) -> Result<Cosigned, Refusal> {
    let mut first = None;
    for line in lines.iter().filter(|line| line.name() == key.name() && line.id() == key.id()) {
        let mut alone = signed.clone();
        // A key that was made to look like the operator's must not put its line in the place of the operator's.
        if has(signed, line) || alone.add_signature(line.clone()).is_err() {
            return Err(Refusal::CosignatureInvalid);
        }
        // What some readers' libraries refuse would cost the checkpoint all those readers.
        if !alone.is_undisputed(key) {
            return Err(Refusal::CosignatureInvalid);
        }
        let Some(timestamp) = alone.cosigned_by(key).map_err(|_| Refusal::CosignatureInvalid)? else { continue };
        if timestamp == 0 || timestamp > now.saturating_add(MAX_AHEAD_SECONDS) {
            return Err(Refusal::CosignatureTime { timestamp });
        }
        first = first.or(Some(Cosigned { line: line.clone(), timestamp, kept: false }));
    }
    first.ok_or(Refusal::NoCosignature)
}

/// The doubt with the checkpoint that the witness has, if the operator signed that one for this ledger.
fn with_proof(doubt: Refusal, pending: &Pending, answer: Result<Answer, Refusal>) -> Refusal {
    let found = answer.ok().filter(|answer| answer.status == 200);
    let found = found.and_then(|answer| SignedCheckpoint::parse(&answer.body).ok());
    let found = found.filter(|found| {
        let origin = &pending.signed().checkpoint().origin;
        let by = |key| VerifierKey::ed25519(origin, key).and_then(|key| found.signed_by(&key)) == Ok(true);
        found.checkpoint().origin == *origin && pending.operators.iter().any(|key| by(*key))
    });
    let theirs = found.map(Box::new);
    match doubt {
        Refusal::Ahead { told, size, .. } => Refusal::Ahead { told, size, theirs },
        Refusal::Inconsistent { old, .. } => Refusal::Inconsistent { old, theirs },
        other => other,
    }
}
