//! `candour maps`: the maps that ship with the command.

use std::process::ExitCode;

use candour::shell::import::{MAPS, Map};
use clap::Args;
use serde_json::json;

use crate::failure::Failure;
use crate::output::Output;

/// List the maps, or print one.
#[derive(Args)]
pub struct Maps {
    /// The map to print
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

impl Maps {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        if let Some(wanted) = &self.name {
            let map = MAPS.iter().find(|(name, _)| name == wanted);
            let (_, text) = map.ok_or_else(|| Failure::unjudged(format!("no map {wanted}")).hint("candour maps"))?;
            output.line(text.trim_end());
            return Ok(ExitCode::SUCCESS);
        }
        let maps = MAPS.map(|(name, text)| Map::parse(text).map(|map| (name, map)));
        let maps = maps.into_iter().collect::<Result<Vec<_>, _>>().map_err(Failure::unjudged)?;
        if output.json {
            for (name, map) in maps {
                output.json(&json!({ "map": name, "about": map.about(), "sources": map.sources() }));
            }
            return Ok(ExitCode::SUCCESS);
        }
        output.table(["map", "about"], maps.into_iter().map(|(name, map)| [name.to_owned(), map.about().to_string()]));
        Ok(ExitCode::SUCCESS)
    }
}
