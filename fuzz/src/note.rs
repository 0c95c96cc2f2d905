//! Notes, checkpoints with their cosignatures, and the verifier keys of policies.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use candour::core::checkpoint::{Checkpoint, SignedCheckpoint};
use candour::core::note::{Note, NoteSignature, VerifierKey};
use candour::core::policy::Policy;

use crate::fixtures;

pub const BYTES: usize = 64;

/// The policies of the vectors and ledgers, and every text that a log of theirs signed.
static SIGNED: LazyLock<(Vec<Policy>, BTreeSet<String>)> = LazyLock::new(|| {
    let mut policies: Vec<Vec<u8>> = fixtures::ledgers("honest").iter().map(|name| fixtures::policy(name)).collect();
    policies.extend(fixtures::field(&fixtures::vectors("policies"), "policies", "policy"));
    policies.sort();
    policies.dedup();
    let notes = notes();
    let texts = notes.iter().filter_map(|note| Some(Note::parse(note).ok()?.text().to_owned()));
    (policies.iter().filter_map(|policy| Policy::parse(policy).ok()).collect(), texts.collect())
});

pub fn run(data: &[u8]) {
    let note = crate::refused(Note::parse(data));
    let signed = crate::refused(SignedCheckpoint::parse(data));
    let plain = note.as_ref().and_then(|note| Checkpoint::parse(note.text()).ok());
    assert_eq!(signed.as_ref().map(SignedCheckpoint::checkpoint), plain.as_ref(), "a checkpoint is a note");
    if let Some(note) = &note {
        assert_eq!(note.to_string().as_bytes(), data, "what parses prints back");
    }
    if let Some(signed) = &signed {
        assert_eq!(signed.to_string().as_bytes(), data);
        assert!(signed.note().text().starts_with(&signed.checkpoint().to_string()));
        trusted(signed);
    }
    if let Ok(text) = str::from_utf8(data) {
        lines(text);
    }
}

/// Whatever a policy trusts, its log signed, and its witnesses cosigned that and nothing else. Returns whether any does.
fn trusted(signed: &SignedCheckpoint) -> bool {
    let (policies, texts) = &*SIGNED;
    let mut trusting = 0;
    for policy in policies {
        let Some(cosignatures) = crate::refused(policy.check(signed)) else { continue };
        assert!(texts.contains(signed.note().text()), "nobody signed {:?}", signed.note().text());
        trusting += 1;
        assert!(cosignatures.len() <= policy.witnesses().len());
        for witness in policy.witnesses() {
            let named = cosignatures.iter().any(|cosignature| cosignature.name == witness.key.name());
            assert!(named || signed.cosigned_by(&witness.key) == Ok(None));
        }
    }
    trusting > 0
}

fn lines(text: &str) {
    if let Some(key) = crate::refused(VerifierKey::parse(text)) {
        assert_eq!(key.to_string(), text);
    }
    if let Some(signature) = crate::refused(NoteSignature::parse(text)) {
        assert_eq!(signature.to_string(), text);
    }
    if let Some(checkpoint) = crate::refused(Checkpoint::parse(text)) {
        assert!(text.starts_with(&checkpoint.to_string()), "extension lines are let pass, and nothing else");
        assert_eq!(Checkpoint::parse(&checkpoint.to_string()), Ok(checkpoint));
    }
}

/// Notes that were signed.
fn notes() -> Vec<Vec<u8>> {
    let (checkpoint, cosignatures) = (fixtures::vectors("checkpoint"), fixtures::vectors("cosignatures"));
    let base = fixtures::text(&cosignatures, "note");
    let mut notes = vec![fixtures::text(&checkpoint, "note"), base.clone()];
    notes.extend(fixtures::field(&cosignatures, "lines", "line").into_iter().map(|line| {
        format!("{base}{}\n", String::from_utf8_lossy(&line))
    }));
    notes.push(fixtures::text(&fixtures::vectors("policies"), "checkpoint"));
    let ledgers = fixtures::ledgers("honest").into_iter().flat_map(|name| fixtures::unpacked(&name));
    let checkpoints = ledgers.filter(|(name, _)| name.starts_with("checkpoint")).map(|(_, note)| note);
    notes.into_iter().map(String::into_bytes).chain(checkpoints).collect()
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = notes();
    let parsed = seeds.iter().filter_map(|seed| SignedCheckpoint::parse(seed).ok());
    assert!(parsed.filter(trusted).count() > 20);
    let vectors = fixtures::vectors("checkpoint");
    seeds.extend(["log", "witness"].map(|key| fixtures::text(&vectors, key).into_bytes()));
    seeds.extend(fixtures::field(&fixtures::vectors("cosignatures"), "lines", "line"));
    seeds.sort();
    seeds.dedup();
    seeds
}
