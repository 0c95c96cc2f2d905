//! `candour key`: key files.

use std::path::PathBuf;
use std::process::ExitCode;

use candour::core::note::VerifierKey;
use candour::core::policy::Policy;
use candour::core::text::Origin;
use candour::shell::keyfile;
use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::keys::PassphraseArguments;
use crate::output::Output;

/// Make or show a key file.
#[derive(Args)]
pub struct Key {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Make a new key, in a new file that only you can read
    New {
        /// The file to make
        file: PathBuf,
        /// Encrypt it with a passphrase
        #[arg(long)]
        encrypt: bool,
        #[command(flatten)]
        passphrase: PassphraseArguments,
    },
    /// Print the public half of a key file, as 64 digits
    Public {
        /// The key file
        file: PathBuf,
        /// As PEM instead
        #[arg(long)]
        pem: bool,
        #[command(flatten)]
        passphrase: PassphraseArguments,
    },
    /// Print the policy that trusts a ledger of this operator's key, and asks for no witness
    Policy {
        /// The operator's key file
        file: PathBuf,
        /// The ledger's origin
        #[arg(long)]
        origin: Origin,
        #[command(flatten)]
        passphrase: PassphraseArguments,
    },
}

impl Key {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        match self.command {
            KeyCommand::New { file, encrypt, passphrase } => {
                let secret = keyfile::generate().map_err(Failure::unjudged)?;
                let passphrase =
                    if encrypt { Some(passphrase.passphrase(&file).map_err(Failure::unjudged)?) } else { None };
                keyfile::write(&file, &secret, passphrase.as_ref())?;
                output.line(secret.public()?.to_string());
            }
            KeyCommand::Public { file, pem, passphrase } => {
                let public = passphrase.read_key(&file)?.public()?;
                output.line(if pem { keyfile::public_pem(&public).trim_end().to_owned() } else { public.to_string() });
            }
            KeyCommand::Policy { file, origin, passphrase } => {
                let key = VerifierKey::ed25519(origin.as_str(), passphrase.read_key(&file)?.public()?)?;
                output.line(Policy::text_for(&key).trim_end());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
