//! `candour show`: one entry, its statement exactly as signed.

use std::process::ExitCode;

use candour::core::chain::Link;
use candour::core::entry::Entry;
use candour::shell::reading::{Ask, Reading};
use clap::Args;
use serde_json::json;

use crate::bundle::{ReadingArguments, day, note_beyond};
use crate::failure::Failure;
use crate::output::{FAINT, Output, printable};

/// Show one entry.
#[derive(Args)]
pub struct Show {
    #[command(flatten)]
    ledger: ReadingArguments,
    /// The entry's index, from 0
    index: u64,
    /// Print the signed bytes alone, and nothing else
    #[arg(long)]
    raw: bool,
}

impl Show {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let pick = &mut |link: &Link, entry: &Entry| (link.index == self.index).then(|| (entry.clone(), link.leaf));
        let Reading { chain, picked, promised, .. } = self.ledger.read(Ask::Entry(self.index), pick)?;
        let (entry, leaf) = picked
            .into_iter()
            .next()
            .ok_or_else(|| Failure::unjudged(format!("no entry {}: the ledger has {}", self.index, chain.size())))?;
        if !output.json {
            note_beyond(promised, Some(self.index));
        }
        let statement = String::from_utf8_lossy(&entry.payload);
        if self.raw {
            print_raw(&entry.payload);
            return Ok(ExitCode::SUCCESS);
        }
        let known = chain.state().map(|state| state.registry().keys());
        // The chain may be of a later entry, and know keys that came after this one.
        let known = |key| known.and_then(|keys| keys.get(key)).filter(|key| key.since <= self.index);
        let signer = |key| known(key).map(|key| key.actor.to_string());
        if output.json {
            let signatures: Vec<_> = entry.signatures.iter().map(|signature| {
                json!({ "key": signature.key, "actor": signer(&signature.key), "signature": format!("{:?}", signature.signature) })
            }).collect();
            output.json(&json!({
                "index": entry.index, "recorded_at": entry.recorded_at, "previous": entry.previous, "leaf": leaf,
                "statement": statement, "signatures": signatures,
                "promised": promised.is_some_and(|size| self.index < size),
            }));
            return Ok(ExitCode::SUCCESS);
        }
        output.line(format!("entry     {}", entry.index));
        output.line(format!("recorded  {}", day(entry.recorded_at)));
        output.line(format!("previous  {}", entry.previous));
        output.line(format!("leaf      {leaf}"));
        for signature in &entry.signatures {
            let actor = signer(&signature.key).unwrap_or_default();
            output.line(format!("signed    {actor} {FAINT}{}{FAINT:#}", signature.key));
        }
        output.line(format!("{FAINT}the statement, exactly as signed ({} bytes):{FAINT:#}", entry.payload.len()));
        output.line(printable(&statement));
        Ok(ExitCode::SUCCESS)
    }
}

fn print_raw(bytes: &[u8]) {
    use std::io::Write as _;
    let _ = std::io::stdout().write_all(bytes);
}
