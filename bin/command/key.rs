//! `candour key`: key files.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use candour::core::cosignature::{Cosigner, CosigningKey};
use candour::core::fault::Fault;
use candour::core::note::VerifierKey;
use candour::core::policy::Policy;
use candour::core::text::Origin;
use candour::shell::keyfile;
use clap::{Args, Subcommand, ValueEnum};

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
        /// What to sign with it: ed25519 for everything, ml-dsa-44 as a witness alone
        #[arg(long = "type", value_enum, default_value_t, value_name = "TYPE")]
        kind: KeyType,
        /// Encrypt it with a passphrase
        #[arg(long)]
        encrypt: bool,
        #[command(flatten)]
        passphrase: PassphraseArguments,
    },
    /// Print the public half of a key file, in hexadecimal digits: 64 for ed25519
    #[command(visible_alias = "show")]
    Public {
        /// The key file
        file: PathBuf,
        /// As PEM instead
        #[arg(long)]
        pem: bool,
        /// As the verifier key of a witness of that name, for a policy's witness line, instead
        #[arg(long, value_name = "NAME", conflicts_with = "pem")]
        witness: Option<String>,
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

/// What signs.
#[derive(Clone, Copy, Default, ValueEnum)]
enum KeyType {
    /// Statements, checkpoints and cosignatures
    #[default]
    Ed25519,
    /// Cosignatures that outlast quantum computers
    #[value(name = "ml-dsa-44")]
    MlDsa44,
}

impl Key {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        match self.command {
            KeyCommand::New { file, kind, encrypt, passphrase } => {
                let secret = kind.generate().map_err(Failure::unjudged)?;
                let passphrase = encrypt.then(|| passphrase.new_passphrase(&file)).transpose();
                let passphrase = passphrase.map_err(Failure::unjudged)?;
                keyfile::write(&file, &secret, passphrase.as_ref())?;
                output.line(public_digits(&secret)?);
            }
            KeyCommand::Public { file, pem, witness, passphrase } => {
                let secret = passphrase.read_cosigning_key(&file)?;
                output.line(match witness {
                    // What is wrong with the name is no evidence of anything.
                    Some(name) => Cosigner::new(&name, secret).map_err(Failure::unjudged)?.verifier().to_string(),
                    None if pem => keyfile::cosigning_public_pem(&secret)?.trim_end().to_owned(),
                    None => public_digits(&secret)?,
                });
            }
            KeyCommand::Policy { file, origin, passphrase } => {
                let key = VerifierKey::ed25519(origin.as_str(), passphrase.read_key(&file)?.public()?)?;
                output.line(Policy::text_for(&key).trim_end());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl KeyType {
    fn generate(self) -> io::Result<CosigningKey> {
        Ok(match self {
            Self::Ed25519 => CosigningKey::Ed25519(keyfile::generate()?),
            Self::MlDsa44 => CosigningKey::MlDsa44(keyfile::generate_ml_dsa_44()?),
        })
    }
}

fn public_digits(secret: &CosigningKey) -> Result<String, Fault> {
    Ok(match secret {
        CosigningKey::Ed25519(key) => key.public()?.to_string(),
        CosigningKey::MlDsa44(key) => hex::encode(key.public().to_bytes()),
    })
}
