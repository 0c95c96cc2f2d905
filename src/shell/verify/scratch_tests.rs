//! That it makes no difference to a verdict where an audit keeps what it remembers, and that there is none where that fails.

use std::fs;
use std::path::Path;

use super::tests::bundle;
use super::*;
use crate::core::finding::Finding;
use crate::core::note::VerifierKey;
use crate::core::sample::shared;
use crate::core::shelf::tests::Memory;
use crate::storage::open_bundle;

/// Bytes of a table that holds hardly anything.
const TINY: usize = 150;

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Watch for Findings {
    fn finding(&mut self, finding: Finding) {
        self.0.push(finding);
    }
}

/// The report and the findings, as text.
fn told(bundle: &dyn Bundle, policy: &Policy, pins: &[Vec<u8>], scratch: &Scratch) -> Result<String, Trouble> {
    let mut findings = Findings::default();
    let (pins, rule, progress) = (pins.to_vec(), Rule::Cofactored, &mut |_, _| {});
    let options = Options { pins, rule, progress, as_of: None, watch: &mut findings };
    let report = verify_with(bundle, policy, options, scratch)?;
    let Findings(findings) = findings;
    Ok(serde_json::to_string(&serde_json::json!({ "report": report, "findings": findings })).unwrap())
}

#[test]
fn every_ledger_of_the_corpus_is_told_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ledgers");
    let (mut cases, mut written, mut noticed) = (0, 0, 0);
    for folder in fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let policy = fs::read(folder.join("policy")).unwrap_or_else(|_| fs::read(root.join("policy")).unwrap());
        let (Ok(policy), Ok(bundle)) = (Policy::parse(&policy), open_bundle(&folder.join("bundle.zip"))) else {
            continue;
        };
        let pins: Vec<_> = ["pin", "receipt"].iter().filter_map(|name| fs::read(folder.join(name)).ok()).collect();
        let (memory, real) = (Memory::default(), ScratchFiles::in_folder(&std::env::temp_dir()));
        let expected = told(bundle.as_ref(), &policy, &pins, &Scratch::default()).unwrap();
        let tiny = told(bundle.as_ref(), &policy, &pins, &Scratch::with_tables(memory.clone(), TINY)).unwrap();
        assert!(tiny == expected, "{}: {tiny}\n{expected}", folder.display());
        let each = told(bundle.as_ref(), &policy, &pins, &Scratch::with_tables(real, 0)).unwrap();
        assert!(each == expected, "{}: {each}\n{expected}", folder.display());
        cases += 1;
        written += memory.calls();
        noticed += usize::from(!expected.starts_with("{\"findings\":[]"));
    }
    assert!(cases > 200 && written > 5_000 && noticed > 5, "{cases} {written} {noticed}");
}

#[test]
fn a_scratch_that_fails_at_any_call_gives_no_verdict() {
    let (ledger, size) = (shared(), 60);
    let key = ledger.operator_key().public().unwrap();
    let text = Policy::text_for(&VerifierKey::ed25519(ledger.chain().origin().unwrap().as_str(), key).unwrap());
    let (policy, bundle) = (Policy::parse(text.as_bytes()).unwrap(), bundle(ledger, size));
    let expected = told(&bundle, &policy, &[], &Scratch::default()).unwrap();
    let sound = Memory::default();
    assert_eq!(told(&bundle, &policy, &[], &Scratch::with_tables(sound.clone(), 2_000)).unwrap(), expected);
    let calls = sound.calls();
    assert!((20..2_000).contains(&calls), "{calls}");
    for fails in (1..=calls).step_by((calls / 64 + 1) as usize).chain([calls]) {
        let outcome = told(&bundle, &policy, &[], &Scratch::with_tables(Memory::failing(fails), 2_000));
        assert!(matches!(outcome, Err(Trouble::Io { .. })), "the {fails}th of {calls} calls fails: {outcome:?}");
    }
    let after = told(&bundle, &policy, &[], &Scratch::with_tables(Memory::failing(calls + 1), 2_000));
    assert_eq!(after.unwrap(), expected);
}
