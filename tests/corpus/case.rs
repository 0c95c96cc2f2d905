//! A case of the corpus: a bundle, what it is held against, and the whole verdict that it must get.

use std::collections::BTreeMap;

use candour::core::note::VerifierKey;
use serde_json::{Value, json};

use super::forge::{Files, Forger, ORIGIN, key};
use super::story::{self, SIZE};
use super::zips;

/// A fault as the corpus compares it, in the order in which a report sorts: those without an index last.
pub type Place = (bool, Option<u64>, Option<String>, String);

/// A case.
pub struct Case {
    /// Its folder's name.
    pub name: &'static str,
    says: &'static str,
    bundle: Vec<u8>,
    policy: Option<String>,
    kept: BTreeMap<&'static str, Vec<u8>>,
    verdict: &'static str,
    size: u64,
    sealed: u64,
    faults: Vec<Place>,
}

impl Case {
    /// A bundle in which a verifier finds [`SIZE`] entries, all of them sealed, and these faults.
    ///
    /// Each fault is `code@place` or `code@place@place`, a place being an index or a file's name. In any order; the
    /// verdict follows.
    pub fn new(name: &'static str, says: &'static str, files: &Files, faults: &str) -> Self {
        Self::of_archive(name, says, zips::pack(files), faults).sizes(SIZE, SIZE)
    }

    /// A bundle of these bytes, of which nothing is read: see [`Self::new`].
    pub fn of_archive(name: &'static str, says: &'static str, bundle: Vec<u8>, faults: &str) -> Self {
        let mut faults: Vec<Place> = faults.split_whitespace().map(place).collect();
        faults.sort();
        let verdict = if faults.is_empty() { "verified" } else { "falsified" };
        let (policy, kept) = Default::default();
        Self { name, says, bundle, policy, kept, verdict, size: 0, sealed: 0, faults }
    }

    /// The honest ledger up to some checkpoint, and something more, all of it sealed by the operator. A fault without a
    /// place is at the last entry.
    pub fn sealed(
        from: u64,
        name: &'static str,
        says: &'static str,
        faults: &str,
        more: impl FnOnce(&mut Forger) -> &mut Forger,
    ) -> Self {
        Self::after(story::until(from), name, says, faults, more)
    }

    /// As [`Self::sealed`], after any ledger.
    pub fn after(
        mut ledger: Forger,
        name: &'static str,
        says: &'static str,
        faults: &str,
        more: impl FnOnce(&mut Forger) -> &mut Forger,
    ) -> Self {
        more(&mut ledger).seal();
        let last = ledger.size() - 1;
        let at = |fault: &str| if fault.contains('@') { fault.to_owned() } else { format!("{fault}@{last}") };
        let faults: Vec<String> = faults.split_whitespace().map(at).collect();
        Self::new(name, says, &ledger.files(), &faults.join(" ")).sizes(last + 1, last + 1)
    }

    /// So many entries, of which so many are sealed.
    pub fn sizes(self, size: u64, sealed: u64) -> Self {
        Self { size, sealed, ..self }
    }

    /// With a policy of its own.
    pub fn policy(self, policy: String) -> Self {
        Self { policy: Some(policy), ..self }
    }

    /// With a checkpoint or receipt that the reader kept, in a file of that name.
    pub fn kept(mut self, name: &'static str, kept: &impl ToString) -> Self {
        self.kept.insert(name, kept.to_string().into());
        self
    }

    /// No verdict: the faults are the policy's.
    pub fn unjudged(self) -> Self {
        Self { verdict: "unjudged", ..self }.sizes(0, 0)
    }

    /// The files of its folder.
    pub fn files(self) -> Files {
        let mut files: Files = self.kept.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect();
        files.extend(self.policy.as_ref().map(|policy| ("policy".to_owned(), policy.clone().into())));
        files.insert("expected.json".into(), self.expected().into());
        files.insert("bundle.zip".into(), self.bundle);
        files
    }

    fn expected(&self) -> String {
        let faults: Vec<String> = self.faults.iter().map(|fault| format!("\n    {}", shown(fault))).collect();
        let end = if faults.is_empty() { "" } else { "\n  " };
        format!(
            "{{\n  \"says\": {},\n  \"verdict\": {:?},\n  \"size\": {},\n  \"sealed\": {},\n  \"faults\": [{}{end}]\n}}\n",
            json!(self.says),
            self.verdict,
            self.size,
            self.sealed,
            faults.join(",")
        )
    }
}

fn place(text: &str) -> Place {
    let mut parts = text.split('@');
    let code = parts.next().unwrap_or_default().to_owned();
    let (mut index, mut file) = (None, None);
    for part in parts {
        match part.parse() {
            Ok(number) => index = Some(number),
            Err(_) => file = Some(part.to_owned()),
        }
    }
    (index.is_none(), index, file, code)
}

/// One fault of a JSON verdict.
pub fn read(fault: &Value) -> Place {
    let text = |field: &str| fault[field].as_str().map(str::to_owned);
    let index = fault["index"].as_u64();
    (index.is_none(), index, text("file"), text("code").unwrap_or_default())
}

fn shown((_, index, file, code): &Place) -> String {
    format!("{{\"code\": {}, \"index\": {}, \"file\": {}}}", json!(code), json!(index), json!(file))
}

/// The policy of a reader who trusts the ledger's keys of those labels, and asks for no witness.
pub fn policy(labels: &str) -> String {
    policy_with(labels, "quorum none\n")
}

/// The same with other lines about witnesses, the quorum included.
pub fn policy_with(labels: &str, witnesses: &str) -> String {
    let log = |label: &str| VerifierKey::ed25519(ORIGIN, key(label).public().unwrap()).unwrap();
    let logs: String = labels.split_whitespace().map(|label| format!("log {}\n", log(label))).collect();
    logs + witnesses
}
