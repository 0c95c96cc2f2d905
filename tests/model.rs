//! The law and a model of it, written apart, say the same of random histories.
//!
//! The model ([`law`]) is a second reading of FORMAT.md, in the plainest way. `CANDOUR_SEED` chooses the histories,
//! `CANDOUR_RUNS` how many.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a history that cannot be made is a test that fails")]
#![allow(clippy::print_stdout, reason = "says what was met")]

mod bundle;
mod cast;
mod codes;
mod history;
mod law;
mod spoil;
mod step;
mod throw;

use std::cell::RefCell;
use std::collections::BTreeMap;

use candour::core::chain::Chain;
use candour::core::entry::Entry;
use candour::core::event::Event;
use candour::core::fault::Code;
use candour::core::statement::{Envelope, Rule};
use candour::core::time::Millis;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use codes::{ONLY_IN_AN_AUDIT, within_reach};
use history::Histories;
use law::Law;
use step::Step;

/// The seed of all histories, unless the variable `CANDOUR_SEED` holds another number.
const SEED: u64 = 2018;
/// How many there are, unless `CANDOUR_RUNS` says otherwise.
const RUNS: u64 = 130;
/// Steps of a history beyond the opening and the enrolments, at most.
const STEPS: usize = 60;

fn number(name: &str, unless: u64) -> u64 {
    std::env::var(name).map_or(unless, |text| text.parse().expect("a number"))
}

fn runner() -> TestRunner {
    let seed = number("CANDOUR_SEED", SEED);
    eprintln!("CANDOUR_SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let cases = number("CANDOUR_RUNS", RUNS) as u32;
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 5_000, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// What was met, how often.
#[derive(Default)]
struct Met {
    codes: BTreeMap<Code, u64>,
    kinds: BTreeMap<String, u64>,
    said: u64,
    lawful: u64,
}

impl Met {
    fn note(&mut self, step: &Step, faults: &[Code]) {
        self.said += 1;
        faults.iter().for_each(|code| *self.codes.entry(*code).or_default() += 1);
        if faults.is_empty() {
            self.lawful += 1;
            *self.kinds.entry(step.event["kind"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
}

/// Each in turn is filed, as with the ledger's writer: a refused one is not placed, and the history goes on.
fn admission(history: &[Step], met: &mut Met) -> Result<(), String> {
    let (mut law, mut chain) = (Law::default(), Chain::new());
    for step in history {
        let Some(entry) = step.entry(&law) else { continue };
        let model = law.admit(&entry);
        let sealed = chain.seal(step.signed(entry.payload), Millis::from_unix_ms(entry.recorded_at).unwrap());
        let product = sealed.map(drop).map_err(|fault| fault.code);
        if product != model {
            return Err(format!("as entry {}, the model says {model:?}, the law {product:?}: {step:?}", chain.size()));
        }
        met.note(step, model.err().as_slice());
        if model.is_ok() {
            law.roots.push(chain.root());
            if step.publishes {
                law.published.push(chain.size());
                chain.checkpoint_published(chain.size());
            }
        }
    }
    Ok(())
}

/// The steps that are placed: those that are statements.
fn placed(history: &[Step]) -> Vec<&Step> {
    history.iter().filter(|step| step.entry(&Law::default()).is_some()).collect()
}

/// All of it is placed by an operator who keeps no law, and audited.
fn audit(history: &[Step], met: &mut Met) -> Result<(), String> {
    let (mut law, mut chain) = (Law::default(), Chain::new());
    let placed = placed(history);
    law.published = (1..).zip(&placed).filter(|(_, step)| step.publishes).map(|(size, _)| size).collect();
    law.published.iter().for_each(|size| chain.checkpoint_published(*size));
    for (index, step) in (0..).zip(placed) {
        let entry = step.entry(&law).unwrap();
        let mut model = law.entry(&entry);
        let recorded_at = Millis::from_unix_ms(entry.recorded_at).unwrap();
        let Envelope { payload, signatures } = step.signed(entry.payload);
        let bytes = Entry { index, recorded_at, previous: chain.head(), payload, signatures }.encode().unwrap();
        let mut faults = Vec::new();
        let link = chain.extend(&bytes, Rule::Strict, &mut faults);
        met.note(step, &model);
        let mut product: Vec<Code> = faults.iter().map(|fault| fault.code).collect();
        let here = faults.iter().all(|fault| fault.index == Some(index)) && link.index == index;
        model.sort();
        product.sort();
        product.dedup();
        if product != model || !here {
            return Err(format!("at entry {index}, the model says {model:?}, the audit {product:?}: {step:?}"));
        }
        law.roots.push(chain.root());
    }
    Ok(())
}

/// Judges every history; where nobody chose which, and how few, all that can be met was.
fn run(judge: impl Fn(&[Step], &mut Met) -> Result<(), String>, beyond: &[Code]) {
    let met = RefCell::new(Met::default());
    let result =
        runner().run(&Histories(STEPS), |history| judge(&history, &mut met.borrow_mut()).map_err(TestCaseError::fail));
    result.unwrap_or_else(|failure| panic!("{failure}"));
    let met = met.into_inner();
    println!("{} statements, {} of them lawful", met.said, met.lawful);
    met.codes.iter().for_each(|(code, count)| println!("{count:>7} {code}"));
    met.kinds.iter().for_each(|(kind, count)| println!("{count:>7} {kind}"));
    let known = |code: &&Code| !met.codes.contains_key(*code) && !beyond.contains(code);
    let unmet: Vec<String> = within_reach().iter().filter(known).map(ToString::to_string).collect();
    let never: Vec<&&str> = Event::KINDS.iter().filter(|kind| !met.kinds.contains_key(**kind)).collect();
    println!("never met: {unmet:?}; never lawful: {never:?}");
    if number("CANDOUR_SEED", SEED) == SEED && number("CANDOUR_RUNS", RUNS) >= RUNS {
        assert!(unmet.is_empty() && never.is_empty(), "never met: {unmet:?}; never lawful: {never:?}");
    }
    let beyond: Vec<&Code> = met.codes.keys().filter(|code| !within_reach().contains(code)).collect();
    assert!(beyond.is_empty(), "met, but said to be out of reach: {beyond:?}");
}

#[test]
fn the_model_admits_what_the_ledger_admits() {
    run(admission, ONLY_IN_AN_AUDIT);
}

#[test]
fn the_model_finds_what_an_audit_finds() {
    run(audit, &[]);
}
