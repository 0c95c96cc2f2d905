//! `candour diff`: two copies of a ledger.

use std::path::PathBuf;
use std::process::ExitCode;

use candour::core::hash::Hash;
use candour::shell::replay::Until;
use clap::Args;
use serde_json::json;

use crate::bundle::BundleArgument;
use crate::failure::{Failure, bad_evidence};
use crate::output::{BAD, GOOD, Output};

/// Compare two copies of a ledger.
#[derive(Args)]
pub struct Diff {
    /// One copy
    #[arg(value_name = "A")]
    a: PathBuf,
    /// The other
    #[arg(value_name = "B")]
    b: PathBuf,
}

struct Copy {
    path: PathBuf,
    origin: String,
    leaves: Vec<Hash>,
    said: Vec<String>,
    checkpoints: Vec<u64>,
}

impl Copy {
    fn read(path: PathBuf) -> Result<Self, Failure> {
        let bundle = BundleArgument { path: path.clone() };
        let (mut leaves, mut said) = (Vec::new(), Vec::new());
        let chain =
            bundle.replay(Until::End, &mut |link, _| {
                leaves.push(link.leaf);
                said.push(link.statement.as_ref().map_or_else(String::new, |statement| {
                    format!("{} by {}", statement.event.kind(), statement.author)
                }));
            })?;
        let origin = chain.origin().map_or_else(String::new, ToString::to_string);
        Ok(Self { path, origin, leaves, said, checkpoints: chain.published().iter().copied().collect() })
    }

    /// The smallest checkpoint of this copy that promises an entry.
    fn promised(&self, index: u64) -> Option<u64> {
        self.checkpoints.iter().copied().find(|size| *size > index)
    }
}

impl Diff {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let (a, b) = (Copy::read(self.a)?, Copy::read(self.b)?);
        if a.origin != b.origin {
            return Err(Failure::unjudged(format!(
                "two ledgers, not two copies of one: {} and {}",
                a.origin, b.origin
            )));
        }
        let same = a.leaves.iter().zip(&b.leaves).take_while(|(a, b)| a == b).count();
        let forked = same < a.leaves.len() && same < b.leaves.len();
        let relation = match (forked, a.leaves.len().cmp(&b.leaves.len())) {
            (true, _) => "forked",
            (false, std::cmp::Ordering::Equal) => "same",
            (false, std::cmp::Ordering::Greater) => "a-extends-b",
            (false, std::cmp::Ordering::Less) => "b-extends-a",
        };
        let exit = if forked { bad_evidence() } else { ExitCode::SUCCESS };
        if output.json {
            let at = forked.then_some(same);
            output.json(&json!({ "relation": relation, "common": same, "forked_at": at, "a": a.leaves.len(), "b": b.leaves.len() }));
            return Ok(exit);
        }
        let (longer, shorter) = if a.leaves.len() >= b.leaves.len() { (&a, &b) } else { (&b, &a) };
        match relation {
            "forked" => {
                output.line(format!(
                    "{BAD}forked{BAD:#}  the copies agree on {same} entries and differ from entry {same} on"
                ));
                for copy in [&a, &b] {
                    let said = copy.said.get(same).cloned().unwrap_or_default();
                    let promised = match copy.promised(same as u64) {
                        Some(size) => format!("promised by its checkpoint of {size} entries"),
                        None => "promised by no checkpoint".to_owned(),
                    };
                    output.line(format!("  {}: entry {same} is {said}, {promised}", copy.path.display()));
                }
                output.line("  where both are promised, the operator signed two histories: keep both copies");
            }
            "same" => output.line(format!("{GOOD}same{GOOD:#}  {} entries each, none differs", same)),
            _ => output.line(format!(
                "{GOOD}extends{GOOD:#}  {} has all {same} entries of {}, and {} more",
                longer.path.display(),
                shorter.path.display(),
                longer.leaves.len() - same
            )),
        }
        Ok(exit)
    }
}
