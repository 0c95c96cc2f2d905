//! Operators: one that keeps one history, or one that keeps two and hopes to have both believed.

use std::collections::BTreeMap;

use candour::core::checkpoint::{Checkpoint, SignedCheckpoint};
use candour::core::key::SecretKey;
use candour::core::note::{NoteSignature, VerifierKey};
use candour::core::receipt::Receipt;
use candour::core::witness::AddCheckpoint;

use super::Random;
use super::history::Histories;
use super::witness::Answer;

pub(super) const ORIGIN: &str = "candour.example/simulated";
/// Entries before an operator forks, at most.
const LATEST_FORK: usize = 6;

/// Which checkpoint: of a branch, of a size.
pub(super) type Place = (usize, u64);

/// An operator.
pub(super) struct Operator {
    key: SecretKey,
    pub(super) histories: Histories,
    pub(super) honest: bool,
    /// The checkpoints signed, with the cosignatures gathered.
    pub(super) signed: BTreeMap<Place, SignedCheckpoint>,
    /// What each witness is thought to have cosigned last.
    known: Vec<u64>,
    /// Which branch each witness is mostly shown.
    shown: Vec<usize>,
    entries: u64,
}

impl Operator {
    pub(super) fn new(random: &mut Random, honest: bool, witnesses: usize) -> Self {
        let mut histories = Histories::new();
        let common = random.below(LATEST_FORK);
        for entry in 0..common {
            histories.append(0, format!("common {entry}").into_bytes());
        }
        if !honest {
            histories.fork(0, random.below(common + 1));
        }
        let shown = (0..witnesses).map(|_| random.below(histories.count())).collect();
        let key = SecretKey::from_seed(&[7; 32]);
        Self { key, histories, honest, signed: BTreeMap::new(), known: vec![0; witnesses], shown, entries: 0 }
    }

    pub(super) fn key(&self) -> String {
        VerifierKey::ed25519(ORIGIN, self.key.public().unwrap()).unwrap().to_string()
    }

    /// Appends entries to a branch, and signs a checkpoint of it.
    pub(super) fn grow(&mut self, random: &mut Random) {
        let branch = random.below(self.histories.count());
        for _ in 0..1 + random.below(3) {
            self.entries += 1;
            self.histories.append(branch, format!("entry {} of branch {branch}", self.entries).into_bytes());
        }
        self.sign(branch);
    }

    fn sign(&mut self, branch: usize) {
        let size = self.histories.size(branch);
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root: self.histories.root(branch, size) };
        let signed = || SignedCheckpoint::sign(checkpoint, &self.key).unwrap();
        self.signed.entry((branch, size)).or_insert_with(signed);
    }

    /// The latest checkpoint of a branch.
    fn latest(&self, branch: usize) -> Option<Place> {
        self.signed.range((branch, 0)..=(branch, u64::MAX)).next_back().map(|(place, _)| *place)
    }

    /// What a witness is asked next: an honest operator asks for its latest checkpoint, another for what it likes.
    pub(super) fn ask(&self, random: &mut Random, witness: usize) -> Option<(Place, String)> {
        let mut branch = self.shown[witness];
        if !self.honest && random.chance(25) {
            branch = random.below(self.histories.count());
        }
        let mut place = self.latest(branch)?;
        if !self.honest && random.chance(20) {
            place = *random.pick(&self.signed.keys().copied().collect::<Vec<_>>());
        }
        let mut old = self.known[witness];
        if !self.honest && random.chance(15) {
            old = random.below(place.1 as usize + 2) as u64;
        }
        Some((place, self.body(random, place, old)))
    }

    fn body(&self, random: &mut Random, place: Place, old: u64) -> String {
        let (branch, size) = place;
        let mut proof = if old <= size { self.histories.consistency(branch, old, size) } else { Vec::new() };
        let mut checkpoint = self.signed[&place].clone();
        if !self.honest && random.chance(10) {
            // Of another branch, or of none.
            let other = random.below(self.histories.count());
            let size = size.min(self.histories.size(other));
            proof = if old <= size { self.histories.consistency(other, old, size) } else { Vec::new() };
        }
        if !self.honest && random.chance(10) {
            // Signed by somebody else.
            let says = checkpoint.checkpoint().clone();
            checkpoint = SignedCheckpoint::sign(says, &SecretKey::from_seed(&[8; 32])).unwrap();
        }
        AddCheckpoint { old, proof, checkpoint }.to_string()
    }

    /// Takes what a witness answered.
    pub(super) fn hear(&mut self, witness: usize, place: Place, answer: Answer) {
        match answer {
            Answer::Cosigned(line) => {
                if let (Some(signed), Ok(line)) = (self.signed.get_mut(&place), NoteSignature::parse(&line)) {
                    signed.add_signature(line).unwrap();
                }
                // An answer may be an old one.
                self.known[witness] = if self.honest { self.known[witness].max(place.1) } else { place.1 };
            }
            Answer::Conflict(size) => self.known[witness] = size,
            Answer::Refused => {}
        }
    }

    /// Some checkpoint as it stands, or with the cosignatures of another: whoever does not verify them is deceived.
    pub(super) fn any(&self, random: &mut Random) -> Option<SignedCheckpoint> {
        let places: Vec<Place> = self.signed.keys().copied().collect();
        let place = (!places.is_empty()).then(|| *random.pick(&places))?;
        let mut shown = self.signed[&place].clone();
        if random.chance(50) {
            let other = *random.pick(&places);
            let lines = self.signed[&other].note().signatures()[1..].iter();
            lines.for_each(|line| shown.add_signature(line.clone()).unwrap());
        }
        Some(shown)
    }

    /// The receipt of some entry under a checkpoint.
    pub(super) fn receipt(&self, random: &mut Random, checkpoint: SignedCheckpoint) -> Option<String> {
        let says = checkpoint.checkpoint();
        let branch = (0..self.histories.count()).find(|branch| {
            says.size <= self.histories.size(*branch) && self.histories.root(*branch, says.size) == says.root
        })?;
        let index = (says.size > 0).then(|| random.below(says.size as usize) as u64)?;
        let proof = self.histories.inclusion(branch, index, says.size);
        let entry = self.histories.entry(branch, index).to_vec();
        Some(Receipt { entry, index, proof, checkpoint }.to_string())
    }
}
