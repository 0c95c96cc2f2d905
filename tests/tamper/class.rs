//! What a class of tampering is, and how what is found of it is judged.

use candour::core::audit::{Report, Verdict};
use candour::core::fault::{Code, Fault};
use candour::core::policy::Policy;
use candour::core::receipt::Receipt;
use candour::core::row_proof::RowProof;
use candour::core::statement::Rule;
use candour::shell::receipts;
use candour::shell::verify::{Options, verify};
use candour::storage::memory_bundle::MemoryBundle;

use super::world::World;
use crate::corpus::forge::Files;
use crate::corpus::property::Random;

/// Makes what a class makes of an honest ledger, at every place where it can be done.
pub type Make = Box<dyn Fn(&World, &mut Random) -> Vec<Sample>>;

/// A class of tampering, a row of the matrix.
pub struct Class {
    /// What is done.
    pub what: &'static str,
    /// Whose keys it takes.
    pub who: &'static str,
    /// What the reader has beyond the policy.
    pub holds: &'static str,
    /// What a verifier says.
    pub found: Found,
    /// What the fault names; or why there is none.
    pub names: &'static str,
    /// How it is done.
    pub make: Make,
}

/// What a verifier says.
pub enum Found {
    /// One of these codes, each at its own places.
    By(&'static [Code]),
    /// Nothing.
    Never,
}

impl Found {
    /// The codes.
    pub fn codes(&self) -> &'static [Code] {
        if let Self::By(codes) = self { codes } else { &[] }
    }
}

/// What somebody is handed.
pub enum Evidence {
    /// A ledger.
    Bundle(Files),
    /// A receipt, or the proof of a row, by itself.
    Proof(String),
}

/// A class of tampering at one place.
pub struct Sample {
    /// Where.
    pub place: String,
    /// What the reader is handed.
    pub evidence: Evidence,
    /// What the reader kept.
    pub pins: Vec<Vec<u8>>,
    /// Whether the reader's policy asks for witnesses.
    pub witnessed: bool,
    /// What faults must name, each of them by one.
    named: Vec<Named>,
    /// The first entry that any fault may name: nothing before it was touched.
    from: u64,
}

/// What a fault must name.
#[derive(Debug, Default)]
struct Named {
    index: Option<u64>,
    file: Option<String>,
}

impl Named {
    fn is_of(&self, fault: &Fault) -> bool {
        self.index.is_none_or(|index| fault.index == Some(index))
            && self.file.as_ref().is_none_or(|file| fault.file.as_ref() == Some(file))
    }
}

impl Sample {
    /// Of a ledger.
    pub fn of(place: impl ToString, files: Files) -> Self {
        let (evidence, place) = (Evidence::Bundle(files), place.to_string());
        Self { place, evidence, pins: Vec::new(), witnessed: false, named: vec![Named::default()], from: 0 }
    }

    /// Of a receipt, or the proof of a row.
    pub fn of_proof(place: impl ToString, text: String) -> Self {
        Self { evidence: Evidence::Proof(text), ..Self::of(place, Files::new()) }
    }

    /// The fault is at that entry, and none is at an earlier one.
    pub fn at(self, index: usize) -> Self {
        self.naming(|named| named.index = Some(index as u64)).from(index)
    }

    /// No fault is at an entry before this one, which is the first that was touched.
    pub fn from(self, index: usize) -> Self {
        Self { from: index as u64, ..self }
    }

    /// The fault is in that file.
    pub fn in_file(self, file: impl Into<String>) -> Self {
        self.naming(|named| named.file = Some(file.into()))
    }

    /// The fault is in that attachment, and at the first entry that names it.
    pub fn in_attachment(self, world: &World, file: &str) -> Self {
        let index = world.first_to_name(file).unwrap();
        self.in_file(file).naming(|named| named.index = Some(index as u64))
    }

    /// There is another fault, of which what is said from here on is said.
    pub fn and(mut self) -> Self {
        self.named.push(Named::default());
        self
    }

    fn naming(mut self, say: impl FnOnce(&mut Named)) -> Self {
        self.named.last_mut().map(say);
        self
    }

    /// The reader kept this.
    pub fn pinned(self, pin: &impl ToString) -> Self {
        Self { pins: vec![pin.to_string().into()], ..self }
    }

    /// The reader asks for witnesses.
    pub fn witnessed(self) -> Self {
        Self { witnessed: true, ..self }
    }

    /// The text of the reader's policy.
    pub fn policy<'a>(&self, world: &'a World) -> &'a str {
        if self.witnessed { &world.witnessed } else { &world.policy }
    }

    /// What a verifier says of it.
    pub fn report(&self, world: &World) -> Report {
        let policy = Policy::parse(self.policy(world).as_bytes()).unwrap();
        match &self.evidence {
            Evidence::Bundle(files) => audit(files, &policy, self.pins.clone()),
            Evidence::Proof(text) => {
                let checked = match RowProof::is_meant(text.as_bytes()) {
                    true => RowProof::parse(text.as_bytes())
                        .and_then(|proof| receipts::check_row(&proof, &policy).map(drop)),
                    false => {
                        Receipt::parse(text.as_bytes()).and_then(|receipt| receipts::check(&receipt, &policy).map(drop))
                    }
                };
                // Where it concerns no entry, it is the receipt's.
                let placed = |fault: Fault| if fault.index.is_some() { fault } else { fault.in_file("receipt") };
                Report::unreadable(checked.err().into_iter().map(placed).collect())
            }
        }
    }

    /// Holds what was found against what must be. Returns the code by which it was found.
    pub fn judge(&self, found: &Found, report: &Report) -> Result<Option<Code>, String> {
        let faults: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
        let wrong = |what: &str| Err(format!("{}: {what}: {faults:#?}", self.place));
        let by = |named: &Named, codes: &[Code]| {
            let found = report.faults.iter().find(|fault| codes.contains(&fault.code) && named.is_of(fault));
            found.map(|fault| fault.code).ok_or(format!("no fault names {named:?}"))
        };
        match found {
            Found::Never if report.verdict == Verdict::Verified => Ok(None),
            Found::Never => wrong("found, against what the matrix says"),
            Found::By(_) if report.faults.iter().any(|fault| fault.index.is_some_and(|index| index < self.from)) => {
                wrong("a fault names an entry that is sound")
            }
            Found::By(codes) => match self.named.iter().map(|named| by(named, codes)).collect::<Result<Vec<_>, _>>() {
                Ok(codes) => Ok(codes.first().copied()),
                Err(what) => wrong(&what),
            },
        }
    }
}

/// What this software says of a ledger.
pub fn audit(files: &Files, policy: &Policy, pins: Vec<Vec<u8>>) -> Report {
    let bundle: MemoryBundle = files.clone().into_iter().collect();
    let options = Options { pins, rule: Rule::Cofactored, progress: &mut |_, _| {}, as_of: None, watch: &mut () };
    match verify(&bundle, policy, options) {
        Ok(report) => report,
        Err(candour::storage::bundle::Trouble::Faults(faults)) => Report::unreadable(faults),
        Err(trouble) => panic!("{trouble}"),
    }
}

/// The first of the published sizes that cover an entry: the checkpoint that no longer holds once it is another.
pub fn promise_of(world: &World, index: usize) -> String {
    let size = world.ledger.sizes.iter().find(|size| **size > index as u64).unwrap();
    format!("checkpoints/{size}")
}
