//! All of them together, tick by tick.

use candour::core::checkpoint::{Checkpoint, SignedCheckpoint};
use candour::core::policy::Policy;
use candour::core::witness::{Evidence, Logs};

use super::network::Network;
use super::operator::{Operator, Place};
use super::reader::accepts;
use super::witness::{Answer, Crash, Judged, Witness};
use super::{Random, Removed, policy_of, quorum_of};

/// Ticks of a run.
const TICKS: usize = 40;
/// Ticks after that in which the network delivers, and an honest operator must get its quorum.
const CALM_TICKS: usize = 45;
/// Ticks between judging and writing, at most, where these are two steps.
const SLOWEST_WRITE: usize = 4;
/// Witnesses, at most.
const MAX_WITNESSES: usize = 5;

/// One run.
pub(super) struct World {
    random: Random,
    now: usize,
    operator: Operator,
    witnesses: Vec<Witness>,
    policy: Policy,
    network: Network<Message>,
    removed: Removed,
    /// What was judged lawful and is persisted later, where that is not one step.
    later: Vec<Later>,
    accepted: Vec<Checkpoint>,
    outcome: Outcome,
}

/// Judged, and to be written.
struct Later {
    due: usize,
    witness: usize,
    place: Place,
    checkpoint: SignedCheckpoint,
}

#[derive(Clone)]
enum Message {
    /// To a witness.
    Request { witness: usize, place: Place, body: String },
    /// To the operator.
    Answer { witness: usize, place: Place, answer: Answer },
    /// To a reader.
    Receipt(String),
}

/// What came of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub honest_operator: bool,
    /// Witnesses that deceive.
    pub deceiving: usize,
    /// Witnesses that would have to, by the report.
    pub needed: usize,
    /// Receipts accepted.
    pub accepted: usize,
    pub crashes: usize,
    /// Requests refused.
    pub refused: usize,
    /// Whether a checkpoint satisfied the policy in the end.
    pub published: bool,
    /// Whether an honest witness keeps evidence that convicts, or may.
    pub accused: bool,
    /// Two checkpoints of two histories, both accepted.
    pub split: Option<(Checkpoint, Checkpoint)>,
}

impl World {
    pub(super) fn new(seed: u64, removed: Removed) -> Self {
        let mut random = Random::of(seed);
        let honest_operator = random.chance(25);
        let count = 1 + random.below(MAX_WITNESSES);
        let operator = Operator::new(&mut random, honest_operator, count);
        let log = operator.key();
        let logs = Policy::parse(format!("log {log}\nquorum none\n").as_bytes()).unwrap();
        let most = random.below(count + 1);
        let witnesses: Vec<_> = (0..count)
            .map(|number| Witness::new(number, Logs::of(&logs), !random.chance(100 * most / (2 * count)), removed))
            .collect();
        let keys: Vec<String> = witnesses.iter().map(Witness::key).collect();
        let policy = policy_of(&log, &keys, &quorum_of(&mut random, count));
        let outcome = Outcome {
            honest_operator,
            deceiving: witnesses.iter().filter(|witness| !witness.honest).count(),
            needed: policy.witnesses_to_deceive(),
            ..Outcome::default()
        };
        let network = Network::new(&mut random);
        let (later, accepted) = (Vec::new(), Vec::new());
        Self { random, now: 0, operator, witnesses, policy, network, removed, later, accepted, outcome }
    }

    pub(super) fn run(mut self) -> Outcome {
        while self.now < TICKS && self.outcome.split.is_none() {
            if self.random.chance(30) {
                self.operator.grow(&mut self.random);
            }
            if !self.operator.honest && self.random.chance(20) {
                let shown = self.operator.any(&mut self.random);
                shown.into_iter().for_each(|shown| self.show(shown));
            }
            let struck = self.random.below(self.witnesses.len());
            if self.random.chance(4) {
                self.witnesses[struck].crash();
                self.outcome.crashes += 1;
            }
            self.tick(35);
        }
        if self.operator.honest {
            self.operator.grow(&mut self.random);
            (self.network.lost, self.network.twice) = (0, 0);
            while self.now < TICKS + CALM_TICKS {
                self.tick(60);
            }
            let latest = self.operator.signed.last_key_value().map(|(_, latest)| latest);
            self.outcome.published = latest.is_some_and(|latest| self.policy.check(latest).is_ok());
        }
        let evidence = self.witnesses.iter().flat_map(|witness| &witness.evidence);
        self.outcome.accused = evidence.into_iter().any(|evidence| *evidence != Evidence::PossibleRollback);
        self.outcome
    }

    /// Asks each witness with so many chances in a hundred, and delivers what arrives.
    fn tick(&mut self, asked: usize) {
        self.now += 1;
        for witness in 0..self.witnesses.len() {
            if self.random.chance(asked)
                && let Some((place, body)) = self.operator.ask(&mut self.random, witness)
            {
                self.network.send(&mut self.random, self.now, Message::Request { witness, place, body });
            }
        }
        // What was judged in an earlier tick, where judging and writing are two steps.
        let (due, later) = self.later.drain(..).partition(|later| later.due <= self.now);
        self.later = later;
        let due: Vec<Later> = due;
        due.into_iter().for_each(|later| self.persist(later.witness, later.place, later.checkpoint));
        for message in self.network.arrived(&mut self.random, self.now) {
            self.deliver(message);
        }
    }

    fn deliver(&mut self, message: Message) {
        match message {
            Message::Request { witness, place, body } => match self.witnesses[witness].judge(body.as_bytes()) {
                Judged::Refused(answer) => {
                    self.outcome.refused += 1;
                    self.network.send(&mut self.random, self.now, Message::Answer { witness, place, answer });
                }
                Judged::Lawful(checkpoint) if self.removed == Removed::Atomicity => {
                    let due = self.now + 1 + self.random.below(SLOWEST_WRITE);
                    self.later.push(Later { due, witness, place, checkpoint });
                }
                Judged::Lawful(checkpoint) => self.persist(witness, place, checkpoint),
            },
            Message::Answer { witness, place, answer } => {
                self.operator.hear(witness, place, answer);
                let signed = self.operator.signed[&place].clone();
                if self.random.chance(30) && self.policy.check(&signed).is_ok() {
                    self.show(signed);
                }
            }
            Message::Receipt(receipt) => {
                if let Some(checkpoint) = accepts(&self.policy, receipt.as_bytes(), self.removed) {
                    self.accept(checkpoint);
                }
            }
        }
    }

    fn persist(&mut self, witness: usize, place: Place, checkpoint: SignedCheckpoint) {
        let crash = Crash::at(&mut self.random);
        self.outcome.crashes += usize::from(crash != Crash::Not);
        if let Some(answer) = self.witnesses[witness].persist(checkpoint, self.now, crash) {
            self.network.send(&mut self.random, self.now, Message::Answer { witness, place, answer });
        }
    }

    fn show(&mut self, checkpoint: SignedCheckpoint) {
        if let Some(receipt) = self.operator.receipt(&mut self.random, checkpoint) {
            self.network.send(&mut self.random, self.now, Message::Receipt(receipt));
        }
    }

    fn accept(&mut self, checkpoint: Checkpoint) {
        self.outcome.accepted += 1;
        let agrees = |other: &&Checkpoint| self.operator.histories.agree(other, &checkpoint);
        if let Some(other) = self.accepted.iter().find(|other| !agrees(other)) {
            self.outcome.split = Some((other.clone(), checkpoint.clone()));
        }
        if !self.accepted.contains(&checkpoint) {
            self.accepted.push(checkpoint);
        }
    }
}
