//! `candour init`: opens a ledger.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use candour::core::event::Event;
use candour::core::event::registry::{CheckpointRules, LedgerOpened, Party};
use candour::core::json::{Count, Positive, Set};
use candour::core::key::SecretKey;
use candour::core::note::VerifierKey;
use candour::core::policy::Policy;
use candour::core::statement::{Envelope, Statement};
use candour::core::text::{Label, Origin, Slug};
use candour::core::time::Time;
use candour::shell::ledger::{Ledger, LedgerError};
use candour::storage::folder_store::FolderStore;
use candour::storage::whole_file;
use clap::Args;

use crate::bundle::read_file;
use crate::failure::Failure;
use crate::filing::{now, parse_time};
use crate::keys::PassphraseArguments;
use crate::output::{GOOD, Output, printable, say_error};
use crate::publishing::{WaitArgument, code, note_refusals};

/// Open a ledger.
#[derive(Args)]
pub struct Init {
    /// The folder to make
    #[arg(value_name = "LEDGER")]
    ledger: PathBuf,
    /// What the ledger is called: a URL without its scheme, such as `candour.example/uk`
    #[arg(long)]
    origin: Origin,
    /// The operator, as ID=NAME
    #[arg(long, value_name = "ID=NAME", value_parser = parse_party)]
    operator: (Slug, Label),
    /// The operator's key file
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// A founding authority, as ID=NAME; may be repeated
    #[arg(long, value_name = "ID=NAME", value_parser = parse_party, required = true)]
    authority: Vec<(Slug, Label)>,
    /// The key file of each authority, in the same order
    #[arg(long, value_name = "FILE", required = true)]
    authority_key: Vec<PathBuf>,
    /// How many authorities must sign to admit, suspend or replace anybody
    #[arg(long, default_value = "1")]
    threshold: i64,
    /// The promise: a checkpoint at the latest after so many entries
    #[arg(long, default_value = "256")]
    max_entries: i64,
    /// The promise: a checkpoint at the latest after so many seconds
    #[arg(long, default_value = "86400")]
    max_seconds: i64,
    /// Where to write the policy that trusts this ledger
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The witnesses, as a policy with their URLs: no checkpoint is published before it meets this one's quorum
    #[arg(long, value_name = "FILE")]
    witnesses: Option<PathBuf>,
    #[command(flatten)]
    wait: WaitArgument,
    /// When it is signed; now if left out
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    issued_at: Option<Time>,
    #[command(flatten)]
    passphrase: PassphraseArguments,
}

impl Init {
    pub fn run(self, output: &Output) -> Result<ExitCode, Failure> {
        if self.authority.len() != self.authority_key.len() {
            let (names, keys) = (self.authority.len(), self.authority_key.len());
            return Err(Failure::unjudged(format!("{names} authorities and {keys} of their keys")));
        }
        let operator_key = self.passphrase.read_key(&self.key)?;
        let authority_keys: Vec<SecretKey> =
            self.authority_key.iter().map(|path| self.passphrase.read_key(path)).collect::<Result<_, _>>()?;
        let party = |(id, name): &(Slug, Label), key: &SecretKey| -> Result<Party, Failure> {
            Ok(Party { id: id.clone(), key: key.public()?, name: name.clone() })
        };
        let authorities = self.authority.iter().zip(&authority_keys).map(|(who, key)| party(who, key));
        let positive = |what: &str, number| {
            Positive::new(number).ok_or_else(|| Failure::unjudged(format!("{what} is a number from 1")))
        };
        let event = LedgerOpened {
            authorities: Set::new(authorities.collect::<Result<_, _>>()?)
                .ok_or_else(|| Failure::unjudged("1 to 32 different authorities"))?,
            operator: party(&self.operator, &operator_key)?,
            rules: CheckpointRules {
                max_entries: positive("--max-entries", self.max_entries)?,
                max_seconds: positive("--max-seconds", self.max_seconds)?,
            },
            threshold: positive("--threshold", self.threshold)?,
        };
        let statement = Statement {
            author: self.operator.0.clone(),
            event: Event::LedgerOpened(event),
            issued_at: self.issued_at.unwrap_or_else(|| now().time()),
            ledger: self.origin.clone(),
            nth: Count::ZERO,
            seen: None,
        };
        let envelope = Envelope::sign(&statement, [&operator_key].into_iter().chain(&authority_keys))?;
        // Admitted before anything is made: a refused opening leaves no folder behind.
        candour::core::chain::Chain::new().seal(envelope.clone(), now()).map_err(LedgerError::Refused)?;
        let verifier = VerifierKey::ed25519(self.origin.as_str(), operator_key.public()?)?;
        let witnesses = self.witnesses.as_deref().map(read_file).transpose()?;
        let policy = reader_policy(&verifier, self.witnesses.as_deref().zip(witnesses.as_deref()))?;
        let mut store = FolderStore::create(&self.ledger).map_err(LedgerError::from)?;
        // Before there is anything that could be published without them.
        witnesses.iter().try_for_each(|bytes| store.keep_witnesses(bytes)).map_err(LedgerError::from)?;
        let (mut ledger, _) = Ledger::open_by_index(store, &self.ledger)?;
        ledger.file(envelope, now(), &mut |_| None)?;
        if let Some(path) = &self.policy {
            whole_file::replace(path, policy).map_err(|error| Failure::io(path, error))?;
        }
        let (_, outcome) = self.wait.publish(&self.ledger, ledger, &operator_key, None)?;
        if output.json {
            output.json(&serde_json::json!({
                "origin": self.origin, "verifier_key": verifier.to_string(),
                "unpublished": outcome.as_ref().err().map(|waits| code(&waits.why)),
            }));
        } else {
            output.line(format!("{GOOD}opened{GOOD:#}  {} in {}", self.origin, self.ledger.display()));
            output.line(format!("  verifier key  {verifier}"));
        }
        match outcome {
            Ok(witnessed) => note_refusals(&witnessed.replies),
            Err(waits) => say_error("note", &printable(&format!("its checkpoint waits for witnesses: {waits}"))),
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What whoever trusts this ledger demands: what the ledger demands itself.
fn reader_policy(log: &VerifierKey, witnesses: Option<(&Path, &[u8])>) -> Result<Vec<u8>, Failure> {
    let Some((path, bytes)) = witnesses else { return Ok(Policy::text_for(log).into_bytes()) };
    let named = |policy: &Policy| policy.logs().iter().any(|known| known.key == *log);
    let malformed = |fault| Failure::unjudged(format!("{}: {fault}", path.display()));
    if Policy::parse(bytes).map(|policy| named(&policy)).map_err(malformed)? {
        return Ok(bytes.to_vec());
    }
    let text = [format!("log {log}\n").as_bytes(), bytes].concat();
    Policy::parse(&text).map_err(malformed)?;
    Ok(text)
}

fn parse_party(text: &str) -> Result<(Slug, Label), String> {
    let (id, name) = text.split_once('=').ok_or("ID=NAME, such as `ofcom=Office of Communications`")?;
    Ok((
        id.parse::<Slug>().map_err(|error| error.to_string())?,
        name.parse::<Label>().map_err(|error| error.to_string())?,
    ))
}
