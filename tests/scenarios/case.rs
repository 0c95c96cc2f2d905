//! A case as its file tells it. The README beside the files says what each table holds.

use std::fs;
use std::path::Path;

use candour::core::time::{Date, Time};
use serde::Deserialize;
use serde_json::Value;

/// A case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    #[serde(skip)]
    pub name: String,
    #[allow(dead_code, reason = "for people")]
    pub title: String,
    /// When the ledger is opened and its actors are enrolled.
    pub opened_at: Time,
    /// As of when things are noticed.
    pub as_of: Time,
    /// The regulator, who is also the ledger's one authority.
    pub authority: Actor,
    pub actor: Vec<Actor>,
    pub source: Vec<Source>,
    pub step: Vec<Step>,
    #[serde(default)]
    pub branch: Vec<Branch>,
    #[serde(default)]
    pub refused: Vec<Refused>,
    #[serde(default)]
    pub status: Vec<Status>,
    #[serde(default)]
    pub penalty: Vec<Penalty>,
    #[serde(default)]
    pub finding: Vec<Finding>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    pub id: String,
    pub name: String,
    pub role: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub id: String,
    pub what: String,
    pub url: String,
}

/// Something that somebody said.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub name: String,
    pub at: Time,
    pub author: String,
    #[serde(default)]
    pub sources: Vec<String>,
    /// What of it no source says.
    pub own: Option<String>,
    pub event: Value,
}

/// What did not happen: other steps after one that did.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    pub name: String,
    #[allow(dead_code, reason = "for people")]
    pub says: String,
    pub after: String,
    pub as_of: Time,
    #[serde(default)]
    pub step: Vec<Step>,
}

/// A step that the law must refuse right after another.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    pub says: String,
    pub branch: Option<String>,
    pub after: String,
    pub at: Time,
    pub author: String,
    pub code: String,
    pub event: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    pub branch: Option<String>,
    pub as_of: Time,
    pub request: String,
    pub item: String,
    pub addressee: String,
    pub successor: Option<String>,
    pub standing: String,
    pub seconds: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Penalty {
    pub branch: Option<String>,
    /// Reckoned from the ledger as it stood then; from the whole of it if left out.
    pub as_of: Option<Time>,
    pub penalty: String,
    pub currency: String,
    pub on: Date,
    pub days: u64,
    pub total: u64,
    pub running: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    pub branch: Option<String>,
    pub code: String,
    pub actor: Option<String>,
    /// Names of steps.
    pub entries: Vec<String>,
    /// Parts of its wording.
    #[serde(default)]
    pub says: Vec<String>,
}

impl Status {
    pub fn branch(&self) -> &str {
        self.branch.as_deref().unwrap_or("as it happened")
    }
}

impl Penalty {
    pub fn branch(&self) -> &str {
        self.branch.as_deref().unwrap_or("as it happened")
    }
}

impl Case {
    /// What happened, and then each branch.
    pub fn branches(&self) -> impl Iterator<Item = Option<&str>> {
        std::iter::once(None).chain(self.branch.iter().map(|branch| Some(branch.name.as_str())))
    }

    /// The steps of what happened, or of a branch, and as of when things are noticed there.
    pub fn story(&self, branch: Option<&str>) -> (Vec<&Step>, Time) {
        let Some(name) = branch else { return (self.step.iter().collect(), self.as_of) };
        let found = self.branch.iter().find(|branch| branch.name == name);
        let branch = found.unwrap_or_else(|| panic!("{}: no branch {name}", self.name));
        let cut = self.step.iter().position(|step| step.name == branch.after);
        let cut = cut.unwrap_or_else(|| panic!("{}: {name}: no step {}", self.name, branch.after));
        (self.step.iter().take(cut + 1).chain(&branch.step).collect(), branch.as_of)
    }
}

/// Every case, by name.
pub fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scenarios");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<Case> =
        files.filter(|path| path.extension().is_some_and(|it| it == "toml")).map(|path| read(&path)).collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(cases.len(), 5);
    cases
}

fn read(path: &Path) -> Case {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let text = fs::read_to_string(path).unwrap();
    let case: Case = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    Case { name, ..case }
}
