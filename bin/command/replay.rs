//! `candour replay`: the state of a ledger at any point of its history.

use std::process::ExitCode;

use candour::core::state::registry::Standing;
use candour::shell::replay::Until;
use clap::Args;
use serde_json::json;

use crate::bundle::{BundleArgument, Point, day, relied_on, state};
use crate::failure::Failure;
use crate::output::Output;

/// Show the state of a ledger.
#[derive(Args)]
pub struct Replay {
    #[command(flatten)]
    bundle: BundleArgument,
    /// As of this entry, or this time; the end if left out
    #[arg(long, value_name = "INDEX|TIME")]
    at: Option<Point>,
}

impl Replay {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let until = self.at.map_or(Until::End, Point::until);
        let chain = self.bundle.replay(until, &mut |_, _| {})?;
        if let Some(Point::Index(index)) = self.at
            && index >= chain.size()
        {
            return Err(Failure::unjudged(format!("no entry {index}: the ledger has {}", chain.size())));
        }
        if let Some(Point::Time(time)) = self.at
            && chain.size() == 0
        {
            return Err(Failure::unjudged(format!("no entry had been recorded by {time}")));
        }
        let state = state(&chain)?;
        if output.json {
            let origin = state.origin();
            let state = serde_json::to_value(state).map_err(Failure::unjudged)?;
            output.json(&json!({
                "origin": origin, "size": chain.size(), "root": chain.root(), "head": chain.head(),
                "recorded_at": chain.recorded_at(), "state": state,
            }));
            return Ok(ExitCode::SUCCESS);
        }
        output.line(format!("{} after {} entries", state.origin(), chain.size()));
        if let Some(recorded_at) = chain.recorded_at() {
            output.line(format!("  recorded  {}", day(recorded_at)));
        }
        output.line(format!("  root      {}", chain.root()));
        output.line("");
        output.table(
            ["actor", "name", "role", "keys", "standing"],
            state.registry().actors().iter().map(|(id, actor)| {
                let keys = state.registry().keys().values().filter(|key| key.actor == *id && key.until.is_none());
                let authority = if actor.authority { ", authority" } else { "" };
                let standing = match actor.standing {
                    Standing::Active => "active".to_owned(),
                    Standing::Suspended(index) => format!("suspended by entry {index}"),
                    Standing::Retired(index) => format!("retired by entry {index}"),
                };
                let role = format!("{}{authority}", actor.role.as_str());
                [id.to_string(), actor.name.to_string(), role, keys.count().to_string(), standing]
            }),
        );
        output.line("");
        output.table(
            ["document", "kind", "entry", "superseded by"],
            state.documents().iter().map(|(id, document)| {
                let superseded = document.superseded_by.map_or_else(String::new, |index| format!("entry {index}"));
                [id.to_string(), document.kind.as_str().to_owned(), document.index.to_string(), superseded]
            }),
        );
        relied_on(&chain)?;
        Ok(ExitCode::SUCCESS)
    }
}
