//! A history as a bundle, by an operator who places whatever is filed; judged by both verifiers.

use std::collections::BTreeSet;

use candour::core::audit::attachment_name;
use candour::core::checkpoint::{Checkpoint, SignedCheckpoint};
use candour::core::entry::Entry;
use candour::core::event::Attachment;
use candour::core::fault::Code;
use candour::core::hash::Hash;
use candour::core::merkle::Frontier;
use candour::core::note::VerifierKey;
use candour::core::policy::Policy;
use candour::core::statement::{Envelope, Rule};
use candour::core::time::Millis;
use candour::shell::verify::{Options, verify};
use candour::storage::memory_bundle::MemoryBundle;
use proptest::strategy::{Strategy as _, ValueTree as _};
use serde_json::{Value, json};

use super::cast::{OPERATOR, label, secret};
use super::history::Histories;
use super::law::Law;
use super::step::Step;
use super::throw::FILES;
use super::{STEPS, number, placed, runner};
use crate::corpus::forge::{Files, tiles};
use crate::corpus::python::ask;
use crate::corpus::zips;

/// How many histories both are asked about, unless `CANDOUR_RUNS` says otherwise.
const BUNDLES: u64 = 24;

/// Codes with the index of the entry, or `null`, and the name of the file.
type Found = BTreeSet<(String, Option<u64>, Option<String>)>;

/// A bundle, the policy of its reader, and what the model finds in it.
struct Placed {
    files: Files,
    policy: String,
    model: Found,
}

impl Placed {
    fn of(history: &[Step]) -> Self {
        let (steps, mut law, mut tree) = (placed(history), Law::default(), Frontier::new());
        law.published = (1..=steps.len() as u64).filter(|size| steps[*size as usize - 1].publishes).collect();
        let (mut files, mut entries, mut model, mut head) = (Files::new(), Vec::new(), Found::new(), Hash::ZERO);
        let mut attached = BTreeSet::new();
        for (index, step) in (0..).zip(&steps) {
            let entry = step.entry(&law).unwrap();
            let lawful = law.said.len();
            let faults = law.entry(&entry);
            if let Some(said) = law.said.get(lawful) {
                model.extend(said.event.attachments().iter().filter_map(|named| at_fault(named, index, &mut attached)));
            }
            model.extend(faults.iter().map(|code| (code.to_string(), Some(index), None)));
            let recorded_at = Millis::from_unix_ms(entry.recorded_at).unwrap();
            let Envelope { payload, signatures } = step.signed(entry.payload);
            let bytes = Entry { index, recorded_at, previous: head, payload, signatures }.encode().unwrap();
            head = Hash::leaf(&bytes);
            tree.push(head);
            law.roots.push(tree.root());
            entries.push(bytes);
            let (size, last) = (index + 1, index + 1 == steps.len() as u64);
            if step.publishes || last {
                let operator = law.operator().map_or(OPERATOR, label);
                let checkpoint = Checkpoint { origin: law.origin().to_owned(), size, root: tree.root() };
                let note = SignedCheckpoint::sign(checkpoint, secret(operator)).unwrap().to_string();
                if step.publishes {
                    files.insert(format!("checkpoints/{size}"), note.clone().into());
                }
                files.insert("checkpoint".into(), note.into());
            }
        }
        files.extend(tiles(&entries));
        files.extend(FILES.map(|content| (attachment_name(&Hash::of(content.as_bytes())), content.into())));
        let key = VerifierKey::ed25519(law.origin(), secret(OPERATOR).public().unwrap()).unwrap();
        Self { files, policy: format!("log {key}\nquorum none\n"), model }
    }

    /// What this software finds.
    fn found(&self) -> Found {
        let bundle: MemoryBundle = self.files.clone().into_iter().collect();
        let policy = Policy::parse(self.policy.as_bytes()).unwrap();
        let options =
            Options { pins: Vec::new(), rule: Rule::Cofactored, progress: &mut |_, _| {}, as_of: None, watch: &mut () };
        let report = verify(&bundle, &policy, options).unwrap();
        report.faults.into_iter().map(|fault| (fault.code.to_string(), fault.index, fault.file)).collect()
    }
}

/// Step 7, where the first entry names a file: every file that there is is a table.
fn at_fault(
    named: &Attachment,
    index: u64,
    known: &mut BTreeSet<Hash>,
) -> Option<(String, Option<u64>, Option<String>)> {
    let content = FILES.iter().find(|content| Hash::of(content.as_bytes()) == named.sha256);
    let code = match content {
        _ if !known.insert(named.sha256) => return None,
        None => Code::AttachmentMissing,
        Some(content) if content.len() as u64 != named.length.unsigned() => Code::AttachmentMismatch,
        Some(_) => return None,
    };
    Some((code.to_string(), Some(index), Some(attachment_name(&named.sha256))))
}

#[test]
fn both_verifiers_find_what_the_model_finds() {
    let (mut runner, folder) = (runner(), tempfile::tempdir().unwrap());
    let (mut all, mut requests) = (Vec::new(), Vec::new());
    for at in 0..number("CANDOUR_RUNS", BUNDLES) {
        let history = Histories(STEPS).new_tree(&mut runner).unwrap().current();
        let placed = Placed::of(&history);
        assert_eq!(placed.found(), placed.model, "history {at}: what was found, and the model: {history:#?}");
        let (bundle, policy) = (folder.path().join(format!("{at}.zip")), folder.path().join(format!("{at}.policy")));
        std::fs::write(&bundle, zips::pack(&placed.files)).unwrap();
        std::fs::write(&policy, &placed.policy).unwrap();
        requests.push(json!({"bundle": bundle, "policy": policy, "pins": []}));
        all.push((history, placed.model));
    }
    let Some(said) = ask(&requests) else { return };
    for ((history, model), said) in all.iter().zip(said) {
        let text = |fault: &Value, field: &str| fault[field].as_str().map(str::to_owned);
        let one = |fault: &Value| (text(fault, "code").unwrap(), fault["index"].as_u64(), text(fault, "file"));
        let found: Found = said["faults"].as_array().unwrap().iter().map(one).collect();
        assert_eq!(found, *model, "what the second verifier found, and the model: {history:#?}");
    }
}
