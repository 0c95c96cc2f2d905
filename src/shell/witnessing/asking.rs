//! All witnesses at once. Each question has a thread of its own, which touches neither the ledger nor the process's end:
//! one that hangs is left behind.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Instant;

use crate::core::checkpoint::SignedCheckpoint;
use crate::core::hash::Hash;
use crate::core::merkle;
use crate::core::note::VerifierKey;
use crate::core::policy::Witness;
use crate::shell::clock::Clock;
use crate::storage::http::{Answer, Client, Patience};
use crate::storage::store::{Log, StoreError};

use super::conversation::{Conversation, Next, Question};
use super::{Cosigned, LOOK_BACK, MAX_WAIT, Pending, Refusal, Reply, Waiting};

/// Asks every witness of the policy whose cosignature is not there yet, all at once. Returns a reply for each witness,
/// in the policy's order, when all have answered, when the wait is over, or a short while after the quorum was met.
///
/// `log` holds the entries that the checkpoint is of, and perhaps more. It is read by this thread only.
///
/// # Errors
/// What the log says; `proof-invalid` where its hashes do not lead to the checkpoint. That a witness cannot be reached,
/// or lies, is no error.
pub fn ask(pending: &Pending, log: &dyn Log, waiting: Waiting, clock: &dyn Clock) -> Result<Vec<Reply>, StoreError> {
    let mut end = Instant::now() + waiting.whole.min(MAX_WAIT);
    let patience = Patience { timeout: waiting.question.min(waiting.whole), ..Patience::default() };
    let mut round = Round::new(pending, log, Client::new(patience))?;
    let demanded = pending.policy().quorum(pending.signed()).is_err();
    // Whoever asks again for what is witnessed enough already wants the others.
    let mut met = demanded && pending.policy().quorum(&pending.kept).is_ok();
    loop {
        if !met && pending.policy().quorum(&pending.with(None, &round.replies())).is_ok() {
            met = true;
            end = end.min(Instant::now() + waiting.grace.min(MAX_WAIT));
        }
        if round.open.is_empty() {
            break;
        }
        let left = end.saturating_duration_since(Instant::now());
        let Ok((place, answer)) = round.answers.recv_timeout(left) else { break };
        round.hear(place, answer, clock.now_ms() / 1000)?;
    }
    round.break_off();
    Ok(round.replies())
}

type Heard = (usize, Result<Answer, Refusal>);

/// One checkpoint, and all who are asked about it.
struct Round<'a> {
    pending: &'a Pending,
    log: &'a dyn Log,
    client: Client,
    sender: Sender<Heard>,
    answers: Receiver<Heard>,
    /// The conversations that go on.
    open: BTreeMap<usize, Conversation>,
    /// What came of each witness so far, in the policy's order.
    said: Vec<Option<Result<Cosigned, Refusal>>>,
}

impl<'a> Round<'a> {
    /// Begins every conversation.
    fn new(pending: &'a Pending, log: &'a dyn Log, client: Client) -> Result<Self, StoreError> {
        let (sender, answers) = mpsc::channel();
        let witnesses = pending.policy().witnesses();
        let mut said: Vec<_> = witnesses.iter().map(|witness| pending.kept_of(&witness.key).map(Ok)).collect();
        let mut at_url: BTreeMap<&str, BTreeMap<usize, VerifierKey>> = BTreeMap::new();
        for (place, (witness, said)) in witnesses.iter().zip(&mut said).enumerate() {
            if said.is_none() {
                match url(witness) {
                    Ok(url) => drop(at_url.entry(url).or_default().insert(place, witness.key.clone())),
                    Err(refusal) => *said = Some(Err(refusal)),
                }
            }
        }
        let published = latest(log, pending.signed().checkpoint().size)?;
        let open = at_url.into_iter().enumerate().map(|(place, (url, keys))| {
            let cosigned =
                |signed: &SignedCheckpoint| keys.values().any(|key| signed.note().signatures_of(key).next().is_some());
            let old = published.iter().find(|signed| cosigned(signed)).map_or(0, |signed| signed.checkpoint().size);
            (place, Conversation::new(url, keys, old))
        });
        let mut round = Self { pending, log, client, sender, answers, open: open.collect(), said };
        let first: Vec<_> = round.open.iter().map(|(place, conversation)| (*place, conversation.old())).collect();
        first.into_iter().try_for_each(|(place, old)| round.ask_from(place, old))?;
        Ok(round)
    }

    fn hear(&mut self, place: usize, answer: Result<Answer, Refusal>, now: u64) -> Result<(), StoreError> {
        let Some(conversation) = self.open.get_mut(&place) else { return Ok(()) };
        match conversation.hear(self.pending, answer, now) {
            Next::AskFrom(old) => self.ask_from(place, old)?,
            Next::Ask(question) => self.ask(place, question),
            Next::Done(said) => self.end(place, said),
        }
        Ok(())
    }

    fn end(&mut self, place: usize, said: Vec<(usize, Result<Cosigned, Refusal>)>) {
        self.open.remove(&place);
        for (witness, said) in said {
            if let Some(reply) = self.said.get_mut(witness) {
                *reply = Some(said);
            }
        }
    }

    /// Ends the conversations that still go on.
    fn break_off(&mut self) {
        for (place, conversation) in std::mem::take(&mut self.open) {
            if let Next::Done(said) = conversation.broken_off() {
                self.end(place, said);
            }
        }
    }

    /// What came of each witness so far; of those who are still asked, nothing.
    fn replies(&self) -> Vec<Reply> {
        let name = |witness: &Witness| String::from_utf8_lossy(&witness.name).into_owned();
        let said = |said: &Option<_>| said.clone().unwrap_or(Err(Refusal::Silent));
        let both = self.pending.policy().witnesses().iter().zip(&self.said);
        both.map(|(witness, reply)| Reply { witness: name(witness), said: said(reply) }).collect()
    }

    fn ask_from(&mut self, place: usize, old: u64) -> Result<(), StoreError> {
        let proof = proof(self.log, old, self.pending.signed())?;
        let Some(conversation) = self.open.get(&place) else { return Ok(()) };
        let question = conversation.hand_over(old, &proof, self.pending.signed());
        self.ask(place, question);
        Ok(())
    }

    fn ask(&mut self, place: usize, question: Question) {
        let (client, sender) = (self.client.clone(), self.sender.clone());
        let asking = move || {
            let limit = question.limit();
            let answer = match &question {
                Question::Post { url, body } => client.post(url, body.as_bytes(), limit),
                Question::Get { url } => client.get(url, limit),
            };
            // Nobody may be waiting any more.
            let _ = sender.send((place, answer.map_err(Refusal::from)));
        };
        if let Err(error) = thread::Builder::new().name("witness".to_owned()).spawn(asking) {
            let _ = self.sender.send((place, Err(Refusal::Unanswered(error.to_string()))));
        }
    }
}

/// Where the policy says that a witness is.
fn url(witness: &Witness) -> Result<&str, Refusal> {
    let url = witness.url.as_deref().ok_or(Refusal::NoUrl)?;
    let usable = str::from_utf8(url).ok().filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    // Two spellings of one URL are one witness.
    usable
        .map(|url| url.trim_end_matches('/'))
        .ok_or_else(|| Refusal::UrlUnusable(String::from_utf8_lossy(url).into_owned()))
}

/// The checkpoints that were published last, the latest first. They say where each witness stood, which it corrects.
fn latest(log: &dyn Log, size: u64) -> Result<Vec<SignedCheckpoint>, StoreError> {
    let sizes = log.checkpoints()?.into_iter().rev().filter(|published| *published <= size);
    let read = sizes.take(LOOK_BACK).map(|size| log.checkpoint_at(size));
    let read = read.collect::<Result<Vec<_>, _>>()?;
    Ok(read.into_iter().flatten().filter_map(|bytes| SignedCheckpoint::parse(&bytes).ok()).collect())
}

/// The proof from that size on. It is checked before anybody is asked: what a witness then finds wrong with it is not for
/// want of intact tiles.
fn proof(log: &dyn Log, old: u64, signed: &SignedCheckpoint) -> Result<Vec<Hash>, StoreError> {
    let says = signed.checkpoint();
    let proof = merkle::consistency_proof::<StoreError>(old, says.size, |level, index| log.node(level, index))?;
    let root = merkle::root(old, |level, index| log.node(level, index))?;
    merkle::verify_consistency(old, root, says.size, says.root, &proof)?;
    Ok(proof)
}
