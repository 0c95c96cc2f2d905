//! `candour enrol`: the authorities admit an actor.

use std::path::PathBuf;
use std::process::ExitCode;

use candour::core::event::Event;
use candour::core::event::registry::{ActorEnrolled, Role, True};
use candour::core::text::{Label, Slug};
use clap::Args;

use crate::failure::Failure;
use crate::filing::{Files, Filing};
use crate::keys::read_public;
use crate::output::Output;

/// Admit an actor.
#[derive(Args)]
pub struct Enrol {
    #[command(flatten)]
    filing: Filing,
    /// What the ledger will call it
    #[arg(value_name = "ACTOR")]
    actor: Slug,
    /// Its name
    #[arg(long)]
    name: Label,
    /// What it is: regulator, platform, `civil_society`, auditor or tribunal
    #[arg(long, value_parser = parse_role)]
    role: Role,
    /// Make it one of the authorities
    #[arg(long)]
    authority: bool,
    /// Its key file, which signs too; or, with --out, its public key, to be co-signed with `candour sign`
    #[arg(long, value_name = "FILE")]
    new_key: PathBuf,
}

impl Enrol {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        let ledger = self.filing.open()?;
        let (key, secret) = match read_public(&self.new_key) {
            Ok(public) if self.filing.out.is_some() => (public, None),
            Ok(_) => {
                return Err(Failure::unjudged(format!("{}: a public key cannot sign", self.new_key.display()))
                    .hint("use --out FILE, and let its owner co-sign with candour sign"));
            }
            Err(_) => {
                let secret = self.filing.passphrase().read_key(&self.new_key)?;
                (secret.public()?, Some(secret))
            }
        };
        let event = Event::ActorEnrolled(ActorEnrolled {
            actor: self.actor,
            authority: self.authority.then_some(True),
            key,
            name: self.name,
            role: self.role,
        });
        self.filing.file(output, ledger, event, &Files::default(), secret.as_slice())?;
        Ok(ExitCode::SUCCESS)
    }
}

fn parse_role(text: &str) -> Result<Role, String> {
    serde_json::from_value(text.into())
        .map_err(|_| "regulator, platform, civil_society, auditor or tribunal".to_owned())
}
